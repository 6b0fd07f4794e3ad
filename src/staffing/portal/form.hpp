// What the forms of the pages send, read into types. Everything here comes from outside.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "staffing/fit/rules.hpp"

namespace varde::staffing {

/// The fields of a form post: at most 60, each name with its values.
class Form {
 public:
  static constexpr std::size_t kMostBytes = 16 * 1024;

  /// nullopt when the text is no form, or has more than 60 fields.
  static constexpr std::size_t kMostFields = 60;
  static std::optional<Form> read(std::string_view text);
  explicit Form(std::vector<std::pair<std::string, std::string>> fields = {})
      : fields_(std::move(fields)) {}
  /// The first value, trimmed; empty when there is none.
  std::string get(std::string_view name) const;
  /// The same as it came.
  std::string raw(std::string_view name) const;
  std::vector<std::string> all(std::string_view name) const;
  std::optional<Uuid> id(std::string_view name) const { return Uuid::parse(get(name)); }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// "08:30" as minutes of the day, 0 to 1439; nullopt when it is no time.
std::optional<int> read_clock(std::string_view text);
/// "2026-03-01T08:30", what an input of type datetime-local sends; seconds may follow.
std::optional<std::chrono::local_time<Duration>> read_local(std::string_view text);
/// What such a field shows of an instant in a zone: no seconds.
std::string local_value(Timestamp at, std::string_view zone);
/// What such a field, which showed `seen`, says now. What was not touched is `seen` itself: a clock
/// time of the hour that there is twice has two meanings. nullopt when it is no time.
std::optional<Timestamp> read_local_at(std::string_view text, std::optional<Timestamp> seen,
                                       std::string_view zone);
/// "2026-03"
std::optional<std::chrono::year_month> read_month(std::string_view text);
/// "59.91, 10.75", as maps copy it; also with decimal commas where a semicolon or space parts the
/// two. nullopt when it is no place on Earth.
std::optional<fit::Coordinates> read_place(std::string_view text);
/// Six digits out of "123 456"; nullopt when there is anything else.
std::optional<std::string> read_code(std::string_view text);

}  // namespace varde::staffing
