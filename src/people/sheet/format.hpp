// What a spreadsheet shows of a number.
//
// A workbook stores 45717, 0.354166666666667 and 1234, and says by a number format that they are
// 1 March 2025, 08:30 and 00001234 (ECMA-376 part 1, 18.8.30 and 18.8.31). A reader that ignores
// formats hands serial numbers to people who see dates. Here as much of a format is understood as
// changes what a value means: dates, times, percentages and leading zeros. How many decimals are
// shown, thousands and currencies do not: the number is given whole, as 15 digits say it, which is
// what spreadsheets count with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace varde::people::sheet {

struct Format {
  enum class Kind { number, date, time, date_time, elapsed, percent, digits };
  Kind kind = Kind::number;
  std::string digits;  ///< Of Kind::digits: '0' and '#' for digits, and what stands between.
  friend bool operator==(const Format&, const Format&) = default;
};

/// The formats that are known by their number alone.
Format built_in_format(int id);
/// Reads a format's code; what stands behind the first ";" is for negative numbers and zero.
Format read_format(std::string_view code);

/// The day and time of a serial number as "2026-03-01 08:30:00", to the second; nullopt when
/// spreadsheets have no day for it. In the system of 1900 day 60 is "1900-02-29", which never was:
/// a spreadsheet shows it all the same.
struct Moment {
  std::string date;  ///< "2026-03-01"; empty for serial numbers below 1, which are times alone.
  int seconds = 0;   ///< Of the day.
};
std::optional<Moment> moment_of(double serial, bool since_1904);

/// What is to be read of a cell that holds the number `text` (as XML Schema writes a double).
/// Dates are written as ISO 8601 has them, times as 08:30 or 08:30:15. Text that is no number comes
/// back as it is.
std::string shown(std::string_view text, const Format& format, bool since_1904);

}  // namespace varde::people::sheet
