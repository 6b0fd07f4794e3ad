// Shifts by the dozen: times that repeat from week to week, and tables that were written elsewhere.
//
// Both speak of local times: "Mondays 07:30 to 15:00" stays so when the clocks change.
#pragma once

#include <array>
#include <boost/describe.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace varde::staffing {

struct Times {
  Timestamp starts_at, ends_at;
  friend bool operator==(const Times&, const Times&) = default;
};

/// The same as the clocks of a zone show them.
struct LocalTimes {
  std::chrono::local_time<Duration> start, end;
};
LocalTimes local_times(const Times& times, std::string_view zone);
/// When that is. Errors: bad_input, with a sentence that says what to do, when the clocks skip one
/// of the times, or leave less of the shift than its break.
Result<Times> times_at(const LocalTimes& local, std::string_view zone, int break_minutes);
/// A copy that begins at `start` and keeps the clock times of `first`. Errors: as of times_at().
Result<Times> copy_at(Timestamp start, const Times& first, std::string_view zone,
                      int break_minutes);

/// When a shift repeats.
struct Repetition {
  std::vector<int> weekdays;  ///< ISO 8601: 1 is Monday. None: the weekday of the first.
  int every_weeks = 1;
  Date until;  ///< The last day on which one may begin.
};
/// A day on which a shift cannot repeat.
struct DayLeftOut {
  Date day;
  std::string reason;  ///< A sentence.
};
BOOST_DESCRIBE_STRUCT(DayLeftOut, (), (day, reason))
struct Repeated {
  std::vector<Times> times;
  std::vector<DayLeftOut> left_out;
};
/// The times after `first`, at the same local times in `zone`; weeks are counted from that of the
/// first, beginning on Monday. Left out are the days for which times_at() has an error. Errors:
/// bad_input (more than `most`, or none).
Result<Repeated> repeat(const Times& first, int break_minutes, std::string_view zone,
                        const Repetition& repetition, std::size_t most);

/// A row of a table of shifts, as far as it can be read without knowing what exists.
struct TableRow {
  std::uint64_t line = 0;
  std::string problem;  ///< A sentence; empty when the row can be read.
  std::string warning;  ///< A sentence about how something was read; mostly empty.
  std::string workplace, note;
  std::vector<std::string> skills, pools;
  Date date;
  int start_minute = 0, end_minute = 0;  ///< Of the day; an end before the start: the next day.
  int places = 1, break_minutes = 0;
};
/// Reads a table: a workbook's first sheet with rows, or text in any common encoding and with any
/// delimiter; a header (which may have a title above it) with the columns workplace, date, start
/// and end, and optionally places, break, skills, pools and note, in English, Norwegian or Swedish,
/// in any order. Days as 2026-03-01 or 01.03.2026, times as 07:30, 7.30 or 07:30:00; a start or end
/// may have its day with it (2026-03-01 07:30:00), and then no date is needed. A shift that ends
/// when it begins is refused, unless the end says that it is the next day's. Several skills or
/// pools have
/// "|" between them. Errors: bad_input (no such table, too many rows), and those of
/// people::sheet::small_to_csv().
/// `pause` is called while a workbook is read, to let others run.
Result<std::vector<TableRow>> read_table(std::string_view bytes, std::size_t most,
                                         const std::function<void()>& pause = {});

}  // namespace varde::staffing
