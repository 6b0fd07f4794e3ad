// What refers to a thing that somebody wants to delete. A rule "not on the list of those whom we
// leave alone" lets everybody in once the list is gone; so what is referred to stays until nothing
// refers to it, and whoever asks is told what does. Each module adds a statement of its own.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "db/tx.hpp"
#include "trust/ctx.hpp"

namespace varde::trust {

/// Adds a source of uses. `kind` says what uses it, for people ("campaign"). The statement takes
/// the thing's id ($1) and answers the names of what uses it, at most ten.
void add_uses(Base& base, const char* kind, const db::Sql& statement);

/// Refuses (conflict, "in-use") when something uses the thing, with the names of what does. `what`
/// is what it is called at the beginning of a sentence ("This list").
Result<void> is_unused(Ctx& ctx, const Uuid& thing, std::string_view what);

}  // namespace varde::trust
