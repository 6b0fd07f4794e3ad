// Days and times as tables have them: as people type them, and as databases and spreadsheets write
// them out.
//
// Only what can be read in one way is read: 31/12/2025 is not, for half the world would take
// 03/04/2025 for April and the other for March, and neither is 31.12.25. An offset ("Z", "+01:00")
// is passed over: a table of local days was written by somebody who saw these days.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.hpp"

namespace varde::people::csv {

/// Whether it is one ASCII digit or more, and nothing else.
bool all_digits(std::string_view text);

/// A day, a time of day, or both.
struct Moment {
  std::optional<Date> date;
  std::optional<int> seconds;  ///< Of the day, up to 24:00.
};

/// Reads 2026-03-01, 01.03.2026, 7:30, 07.30, 7, 24:00, 08:30:00, 08:30:00.000, and a day with a
/// time behind a space or a "T": 2026-03-01T08:30:00+01:00. The day that spreadsheets count from
/// (1899-12-30 and its neighbours) is none: such a cell holds a time.
std::optional<Moment> read_moment(std::string_view text);

/// "45657" or "45657.5": the number under which spreadsheets keep a day, as a file has it whose
/// column lost its format. Days from 1927 to 2099, so that no year and no small number is taken for
/// one.
std::optional<Date> day_of_serial(std::string_view text);

}  // namespace varde::people::csv
