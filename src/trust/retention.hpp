// Categories of data that grow old: what a module says of those it holds, so that the organisation
// can rule how long each is kept. Rules, preview and the nightly run are privacy/retention.
#pragma once

#include <functional>
#include <string>

#include "trust/ctx.hpp"

namespace varde::trust {

struct Aged {
  std::int64_t rows = 0;
  std::optional<Timestamp> oldest;
};
BOOST_DESCRIBE_STRUCT(Aged, (), (rows, oldest))

/// Extension: a category of data and how it goes.
struct Retained {
  std::string key;    ///< "form-answers"
  std::string label;  ///< "Answers to forms"
  std::string what;   ///< Sentences for the preview: what goes, and what stays.
  /// What is older than that.
  std::function<Aged(Ctx&, Timestamp older)> count;
  /// Removes at most so many of them, the oldest first, in the context's transaction, which it may
  /// commit. Returns how many went: fewer than `most` when there are no more.
  std::function<std::int64_t(Ctx&, Timestamp older, std::int64_t most)> remove;
};

/// A category whose rows are counted and removed by a statement each. `count`: of those older than
/// $1, how many ("rows") and since when ("oldest"). `remove`: at most $2 of them, a row for each.
inline Retained aged_rows(std::string key, std::string label, std::string what,
                          const db::Sql& count, const db::Sql& remove) {
  return {std::move(key), std::move(label), std::move(what),
          [count](Ctx& ctx, Timestamp older) { return ctx.tx().one<Aged>(count, older); },
          [remove](Ctx& ctx, Timestamp older, std::int64_t most) -> std::int64_t {
            return ctx.tx().query(remove, older, most).size();
          }};
}

/// Extension: who is still needed, although nothing was heard of them. `sql`: a SELECT that finds a
/// row when person `p` is needed at $1 or later.
struct StillNeeded {
  std::string sql;
};

}  // namespace varde::trust
