#include "people/csv/moment.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace varde::people::csv {
bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

namespace {

std::optional<int> number(std::string_view text) {
  if (!all_digits(text) || text.size() > 5) return std::nullopt;
  int value = 0;
  for (char c : text) value = value * 10 + (c - '0');
  return value;
}

std::optional<Date> read_date(std::string_view text) {
  if (auto iso = parse_date(text)) return iso;
  auto parts = split(text, '.');
  if (parts.size() != 3 || parts[0].size() > 2 || parts[1].size() > 2 || parts[2].size() != 4)
    return std::nullopt;
  auto d = number(parts[0]), m = number(parts[1]), y = number(parts[2]);
  if (!d || !m || !y) return std::nullopt;
  Date out{std::chrono::year(*y), std::chrono::month(static_cast<unsigned>(*m)),
           std::chrono::day(static_cast<unsigned>(*d))};
  return out.ok() ? std::optional(out) : std::nullopt;
}

// Cuts "Z", "+01:00", "+0100" or "+01" off the end of a time.
std::string_view without_offset(std::string_view time) {
  if (time.ends_with('Z') || time.ends_with('z')) return trim(time.substr(0, time.size() - 1));
  auto sign = time.find_last_of("+-");
  if (sign == std::string_view::npos || sign < 4) return time;
  auto offset = time.substr(sign + 1);
  bool written = (offset.size() == 5 && offset[2] == ':' && all_digits(offset.substr(0, 2)) &&
                  all_digits(offset.substr(3))) ||
                 ((offset.size() == 4 || offset.size() == 2) && all_digits(offset));
  return written ? trim(time.substr(0, sign)) : time;
}

std::optional<int> read_time(std::string_view text) {
  auto by = text.find(':') == std::string_view::npos ? '.' : ':';
  auto parts = split(text, by);
  if (parts.size() > 3 || parts[0].size() > 2) return std::nullopt;
  // "08.30.00" is nobody's, and "1.3.26" a day.
  if (parts.size() == 3 && by == '.') return std::nullopt;
  if (parts.size() == 3)
    if (auto point = parts[2].find_first_of(".,"); point != std::string_view::npos) {
      if (!all_digits(parts[2].substr(point + 1))) return std::nullopt;
      parts[2] = parts[2].substr(0, point);
    }
  int value[3] = {0, 0, 0};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto one = number(parts[i]);
    if (!one || (i > 0 && (parts[i].size() != 2 || *one > 59))) return std::nullopt;
    value[i] = *one;
  }
  auto seconds = value[0] * 3600 + value[1] * 60 + value[2];
  return seconds > 24 * 3600 ? std::nullopt : std::optional(seconds);
}

}  // namespace

std::optional<Moment> read_moment(std::string_view text) {
  text = trim(text);
  if (text.size() > 40) return std::nullopt;
  if (auto date = read_date(text)) return Moment{date, std::nullopt};
  if (auto time = read_time(text)) return Moment{std::nullopt, time};
  auto apart = text.find_first_of("Tt ");
  if (apart == std::string_view::npos) return std::nullopt;
  auto date = read_date(text.substr(0, apart));
  auto time = without_offset(trim(text.substr(apart + 1)));
  auto seconds = time.find(':') == std::string_view::npos ? std::nullopt : read_time(time);
  if (!date || !seconds) return std::nullopt;
  constexpr std::chrono::sys_days kFrom = std::chrono::year(1899) / 12 / 30;
  auto day = std::chrono::sys_days(*date);
  if (day >= kFrom && day <= kFrom + std::chrono::days(2)) return Moment{std::nullopt, seconds};
  return Moment{date, seconds};
}

std::optional<Date> day_of_serial(std::string_view text) {
  auto point = text.find_first_of(".,");
  if (point != std::string_view::npos && !all_digits(text.substr(point + 1))) return std::nullopt;
  auto whole = text.substr(0, point);
  auto days = whole.size() == 5 ? number(whole) : std::nullopt;
  if (!days || *days < 10000 || *days > 73050) return std::nullopt;
  constexpr std::chrono::sys_days kFrom = std::chrono::year(1899) / 12 / 30;
  return Date(kFrom + std::chrono::days(*days));
}

}  // namespace varde::people::csv
