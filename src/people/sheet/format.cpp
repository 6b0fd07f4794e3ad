#include "people/sheet/format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.hpp"
#include "base/time.hpp"
#include "people/csv/moment.hpp"

namespace varde::people::sheet {
namespace {

constexpr double kLastSerial = 2958466;  // the first day that is none: 1 January 10000
constexpr int kDay = 24 * 60 * 60;
constexpr char kLiteral = 0x10;  // in Format::digits: a "0" that is written as it is, then "1" …

std::optional<double> number_of(std::string_view text) {
  double value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

// The number in digits alone: no exponent, as many digits as a spreadsheet counts with.
std::string plain(double value) {
  auto text = fmt::format("{:.14e}", std::abs(value));  // d.dddddddddddddde±xx
  auto e = text.find('e');
  int exponent = std::stoi(text.substr(e + 1));
  std::string digits = text.substr(0, 1) + text.substr(2, e - 2);
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.empty()) return "0";
  if (exponent > 20 || exponent < -20) return fmt::format("{:.15g}", value);
  std::string out = value < 0 ? "-" : "";
  if (exponent < 0)
    return out + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  auto whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) return out + digits + std::string(whole - digits.size(), '0');
  return out + digits.substr(0, whole) + "." + digits.substr(whole);
}

// What a person typed in digits alone stays so, be it longer than a number can be.
std::string as_written(std::string_view text, double value) {
  auto digits = text.starts_with('-') ? text.substr(1) : text;
  if (csv::all_digits(digits) && digits.size() <= 30) return std::string(text);
  return plain(value);
}

std::string clock(int seconds, int hours_more = 0) {
  auto out = fmt::format("{:02}:{:02}", seconds / 3600 + hours_more, seconds / 60 % 60);
  if (seconds % 60 != 0) out += fmt::format(":{:02}", seconds % 60);
  return out;
}

// 1234 by "000000-0000": digits are set from the right, what stands between them stays.
std::string in_places(std::string_view digits, std::string_view pattern) {
  std::string out;
  auto places =
      std::count_if(pattern.begin(), pattern.end(), [](char c) { return c == '0' || c == '#'; });
  for (std::size_t i = pattern.size(); i-- > 0;) {
    if (pattern[i] != '0' && pattern[i] != '#') {
      // Between digits that are not there nothing is shown, but before the first there may be a +.
      bool zero_before = pattern.substr(0, i).find('0') != std::string_view::npos;
      bool digit_before = pattern.substr(0, i).find_first_of("0#") != std::string_view::npos;
      char c = pattern[i];
      if (c >= kLiteral && c < kLiteral + 10) c = static_cast<char>('0' + (c - kLiteral));
      if (!digits.empty() || zero_before || !digit_before) out.insert(out.begin(), c);
      continue;
    }
    --places;
    if (digits.empty()) {
      if (pattern[i] == '0') out.insert(out.begin(), '0');
      continue;
    }
    auto take = places == 0 ? digits.size() : 1;  // the first place has all that is left
    out.insert(0, digits.substr(digits.size() - take));
    digits.remove_suffix(take);
  }
  return out;
}

}  // namespace

Format built_in_format(int id) {
  using Kind = Format::Kind;
  if (id == 9 || id == 10) return {Kind::percent, {}};
  if (id >= 14 && id <= 17) return {Kind::date, {}};
  if (id >= 18 && id <= 21) return {Kind::time, {}};
  if (id == 22) return {Kind::date_time, {}};
  if (id == 45 || id == 47) return {Kind::time, {}};
  if (id == 46) return {Kind::elapsed, {}};
  // Dates and times of the spreadsheets of East Asia.
  if ((id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 58)) return {Kind::date, {}};
  if (id >= 32 && id <= 35) return {Kind::time, {}};
  return {};
}

Format read_format(std::string_view code) {
  using Kind = Format::Kind;
  if (iequals(code, "General") || code == "@") return {};
  bool date = false, time = false, elapsed = false, month_or_minute = false, percent = false;
  bool only_places = true;
  int zeros = 0, between = 0;
  std::string places;
  auto literal = [&](char c) {
    ++between;
    if (c >= '0' && c <= '9') {
      places += static_cast<char>(kLiteral + (c - '0'));  // as of a country's code: no place
    } else if (std::string_view(" +-()/").find(c) != std::string_view::npos) {
      places += c;
    } else {
      only_places = false;
    }
  };
  for (std::size_t i = 0; i < code.size() && code[i] != ';'; ++i) {
    char c = code[i];
    switch (c) {
      case '"':
        for (++i; i < code.size() && code[i] != '"'; ++i) literal(code[i]);
        break;
      case '\\':
        if (++i < code.size()) literal(code[i]);
        break;
      case '_':  // as wide as the character that follows
      case '*':  // filled with it
        ++i;
        break;
      case '[': {
        auto end = code.find(']', i);
        if (end == std::string_view::npos) return {};
        auto inside = ascii_lower(code.substr(i + 1, end - i - 1));
        if (!inside.empty() && inside.find_first_not_of(inside[0]) == std::string::npos &&
            std::string_view("hms").find(inside[0]) != std::string_view::npos)
          elapsed = true;
        // Otherwise a colour, a condition, a language or a currency.
        i = end;
        break;
      }
      case 'y':
      case 'Y':
      case 'd':
      case 'D':
        date = true;
        break;
      case 'm':
      case 'M':
        month_or_minute = true;
        break;
      case 'h':
      case 'H':
      case 's':
      case 'S':
        time = true;
        break;
      case 'G':
      case 'g':  // a number as it is, with something about it; not the e of an era
        if (iequals(code.substr(i, 7), "general")) i += 6;
        only_places = false;
        break;
      case 'A':
      case 'a':
        if (iequals(code.substr(i, 5), "am/pm")) {
          time = true;
          i += 4;
        } else if (iequals(code.substr(i, 3), "a/p")) {
          time = true;
          i += 2;
        }
        only_places = false;
        break;
      case 'E':
      case 'e':
        if (i + 1 < code.size() && (code[i + 1] == '+' || code[i + 1] == '-')) {
          ++i;
        } else {
          date = true;  // a year of an era
        }
        only_places = false;
        break;
      case '%':
        percent = true;
        break;
      case '0':
        ++zeros;
        [[fallthrough]];
      case '#':
        places += c;
        break;
      case ' ':
      case '-':
      case '+':
      case '(':
      case ')':
      case '/':
        literal(c);
        break;
      default:
        only_places = false;
    }
  }
  if (elapsed) return {Kind::elapsed, {}};
  if (month_or_minute && !time) date = true;
  if (date && time) return {Kind::date_time, {}};
  if (date) return {Kind::date, {}};
  if (time) return {Kind::time, {}};
  if (percent) return {Kind::percent, {}};
  if (only_places && (zeros > 1 || between > 0) && places.size() <= 40 &&
      places.find_first_of("0#") != std::string::npos)
    return {Kind::digits, places};
  return {};
}

std::optional<Moment> moment_of(double serial, bool since_1904) {
  if (!(serial >= 0) || serial >= kLastSerial) return std::nullopt;
  auto days = static_cast<std::int64_t>(std::floor(serial));
  auto seconds = static_cast<int>(std::lround((serial - std::floor(serial)) * kDay));
  if (seconds == kDay) {
    seconds = 0;
    ++days;
  }
  if (since_1904) {
    auto day = std::chrono::sys_days(
                   Date{std::chrono::year(1904), std::chrono::January, std::chrono::day(1)}) +
               std::chrono::days(days);
    return Moment{to_string(Date(day)), seconds};
  }
  if (days == 0) return Moment{"", seconds};
  if (days == 60) return Moment{"1900-02-29", seconds};
  // Lotus 1-2-3 took 1900 for a leap year, and everybody since counts with it.
  auto before =
      Date{std::chrono::year(1899), std::chrono::December, std::chrono::day(days < 60 ? 31 : 30)};
  return Moment{to_string(Date(std::chrono::sys_days(before) + std::chrono::days(days))), seconds};
}

std::string shown(std::string_view text, const Format& format, bool since_1904) {
  using Kind = Format::Kind;
  auto value = number_of(text);
  if (!value) return std::string(text);
  switch (format.kind) {
    case Kind::number:
      break;
    case Kind::percent:
      return plain(*value * 100) + "%";
    case Kind::digits: {
      auto whole = as_written(text, *value);
      if (csv::all_digits(whole)) return in_places(whole, format.digits);
      break;
    }
    case Kind::elapsed: {
      if (*value < 0 || *value > 100000) break;
      auto seconds = std::llround(*value * kDay);
      return clock(static_cast<int>(seconds % 3600), static_cast<int>(seconds / 3600));
    }
    case Kind::date:
    case Kind::time:
    case Kind::date_time: {
      auto moment = moment_of(*value, since_1904);
      if (!moment) break;
      if (format.kind == Kind::time) return clock(moment->seconds);
      if (moment->date.empty()) {
        if (format.kind == Kind::date) break;
        return clock(moment->seconds);
      }
      return format.kind == Kind::date ? moment->date : moment->date + " " + clock(moment->seconds);
    }
  }
  return as_written(text, *value);
}

}  // namespace varde::people::sheet
