#include "web/resource.hpp"

#include <algorithm>

namespace varde::web {
namespace {

Result<Uuid> read_place(const std::optional<std::string>& cursor, const Uuid& beginning) {
  if (!cursor) return beginning;
  auto parts = read_cursor(*cursor, 1);
  auto id = parts ? Uuid::parse((*parts)[0]) : std::nullopt;
  if (!id) return bad_input("query/cursor", "The cursor is not one of this list.");
  return *id;
}

}  // namespace

Result<Uuid> read_before(const std::optional<std::string>& cursor) {
  return read_place(cursor, Uuid::largest());
}

Result<Uuid> read_after(const std::optional<std::string>& cursor) {
  return read_place(cursor, Uuid{});
}

int page_limit(const std::optional<int>& asked, int usual, int most) {
  return std::clamp(asked.value_or(usual), 1, most);
}

Error wrong_fields(Errors errors) {
  return {ErrorCode::bad_input, "Some fields are not right.", std::move(errors), {}, 0};
}

Error changed_meanwhile(std::string_view what) {
  return make_error(ErrorCode::precondition,
                    fmt::format("Somebody else changed {} meanwhile. Look at their version, then "
                                "save yours again.",
                                what));
}

}  // namespace varde::web
