// What things are called. Who shows references to any module's things (the audit trail, a person's
// timeline) asks here; each module says how its own are found.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "db/tx.hpp"
#include "trust/ctx.hpp"

namespace varde::trust {

/// Names of those of `ids` that it knows.
using NameSource =
    std::function<std::map<Uuid, std::string>(Ctx& ctx, const std::vector<Uuid>& ids)>;
void add_names(NameSource source);
/// The same as a statement that takes the ids ($1) and answers id and name.
void add_names(const db::Sql& statement);

/// Names of those of `ids` that still exist.
std::map<Uuid, std::string> names_of(Ctx& ctx, const std::vector<Uuid>& ids);

}  // namespace varde::trust
