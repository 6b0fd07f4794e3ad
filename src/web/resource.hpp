// What the endpoints of most resources share: the id in the path, a list that is read page by page,
// and the answer to an update that came too late.
//
// Pages are cut by the id of their last row, not by an offset: ids are in the order of creation, so
// a page costs the same wherever it is, and rows that come in meanwhile move nothing.
#pragma once

#include <functional>

#include "web/reflect.hpp"

namespace varde::web {

/// "/api/v1/tags/{id}"
struct IdPath {
  Uuid id;
};
BOOST_DESCRIBE_STRUCT(IdPath, (), (id))

/// A list that can only be paged, not searched.
struct CursorQuery {
  std::optional<std::string> cursor;
  std::optional<int> limit;
};
BOOST_DESCRIBE_STRUCT(CursorQuery, (), (cursor, limit))

/// Where a list that is read newest first goes on: rows with a smaller id. Errors: bad_input.
Result<Uuid> read_before(const std::optional<std::string>& cursor);
/// Where a list in the order of ids goes on: rows with a larger id. Errors: bad_input.
Result<Uuid> read_after(const std::optional<std::string>& cursor);
/// How many rows a page has: what was asked for, from 1 to `most`.
int page_limit(const std::optional<int>& asked, int usual = 50, int most = 200);

/// Cuts `rows`, of which one more than `limit` was read, to a page. `id` is the member that the
/// list is in the order of (or a function of the row). Returns the cursor of the next page, if
/// there is one.
template <class Row, class Id>
std::optional<std::string> cut_page(std::vector<Row>& rows, int limit, Id id) {
  auto size = static_cast<std::size_t>(limit);
  if (rows.size() <= size) return std::nullopt;
  rows.erase(rows.begin() + limit, rows.end());
  return make_cursor({std::invoke(id, rows.back()).str()});
}

/// Several fields at once, so that whoever fills in a form hears of all of them.
Error wrong_fields(Errors errors);

/// If-Match did not hold (RFC 9110 section 13.1.1). `what`: "this campaign".
Error changed_meanwhile(std::string_view what);

}  // namespace varde::web
