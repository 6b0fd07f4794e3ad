// What things are called. Who shows references to any module's things (the audit trail, a person's
// timeline) asks here; each module adds a source of its own things' names.
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
struct NameSource {
  std::function<std::map<Uuid, std::string>(Ctx& ctx, const std::vector<Uuid>& ids)> names_of;
};
/// The names that a statement finds, which takes the ids ($1) and answers id and name.
std::map<Uuid, std::string> names_by(Ctx& ctx, const db::Sql& statement,
                                     const std::vector<Uuid>& ids);
/// Adds that statement as a source of names.
void add_names(Base& base, const db::Sql& statement);

/// Names of those of `ids` that still exist.
std::map<Uuid, std::string> names_of(Ctx& ctx, const std::vector<Uuid>& ids);

}  // namespace varde::trust
