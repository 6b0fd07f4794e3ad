// When a person says that they can work.
//
// People state it in their own terms and in local time: "Mondays and Tuesdays 08:00–16:00 until
// Midsummer", "not on 3 March", "nights from 22:00 to 07:00", "do not ask me in July". A shift is
// two instants. The question is what their statements, taken together, say about the span between.
//
// Each instant is decided by one statement, the first of those that cover it in this order:
//
//   1. pauses: whoever asked not to be asked is not, whatever else they said;
//   2. single days (from_date == until_date), the whole day or a part of it: somebody thought of
//      this very day;
//   3. periods of at most kPeriodDays days: holidays, weeks of exams;
//   4. everything longer: the weekly patterns of a term, a year, or without end;
//
// and within each of these the newest (`stated_at`, then the larger id). Length of the day is not
// part of the order: who says "not on 3 March" after having said "3 March 08:00–12:00" has changed
// their mind.
//
// The span is then decided by its worst instant: paused for a minute is paused for the shift; else
// unavailable for a minute is unavailable; else not covered for a minute is unknown; else "ask me
// anyway" for a minute is that; only a span covered by "available" from end to end is available.
//
// Bookings are no statements: that somebody is booked is a rule of its own (rules.hpp, overlap).
//
// Local times become instants as in zone_window.hpp. So "22:00–07:00" lasts 8 hours in the night
// when clocks go forward and 10 when they go back; "02:30–06:00" begins at 03:00 in the spring
// night that has no 02:30, and at the first of the two 02:30s in autumn; and two statements that
// adjoin on paper leave no gap and no overlap in any night.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "staffing/fit/zone_window.hpp"

namespace varde::staffing::fit {

/// `ask_anyway`: probably not, but do ask. `pause`: do not ask at all.
enum class StatementKind { available = 1, unavailable = 2, ask_anyway = 3, pause = 4 };
BOOST_DESCRIBE_ENUM(StatementKind, available, unavailable, ask_anyway, pause)

/// The longest period, in days, that counts as an exception to the weekly patterns.
inline constexpr int kPeriodDays = 62;

/// One statement: on the days from `from_date` to `until_date` (both included) that fall on
/// `weekdays`, from `from_minute` to `until_minute` of the local day.
struct Statement {
  Uuid id;
  StatementKind kind = StatementKind::available;
  Date from_date, until_date;
  int weekdays = 127;       ///< Bit 0 is Monday, bit 6 Sunday (ISO 8601). For single days, too.
  int from_minute = 0;      ///< 0–1439, minutes by the wall clock since local midnight.
  int until_minute = 1440;  ///< 0–1440; at or before from_minute it is meant on the next day.
  Timestamp stated_at;
};
BOOST_DESCRIBE_STRUCT(Statement, (),
                      (id, kind, from_date, until_date, weekdays, from_minute, until_minute,
                       stated_at))

enum class Answer { available, ask_anyway, unknown, unavailable };
BOOST_DESCRIBE_ENUM(Answer, available, ask_anyway, unknown, unavailable)

struct Availability {
  Answer answer = Answer::unknown;
  /// Whether a pause is why the answer is `unavailable`.
  bool paused = false;
  /// The statement that decided the earliest of the worst instants; none when that is not covered.
  std::optional<Uuid> decided_by;
  bool operator==(const Availability&) const = default;
};

/// What `statements` (in any order) say about `span`. `zone` must have been fetched for two days
/// around it. An empty span is unknown. Statements that cannot hold (dates in the wrong order, no
/// weekday, minutes out of range) are passed over. O(n + k²) for the k that touch the span.
Availability availability(std::span<const Statement> statements, Interval span,
                          const ZoneWindow& zone);
/// The same for a single question; `zone` is an IANA name.
Availability availability(std::span<const Statement> statements, Interval span,
                          std::string_view zone);

}  // namespace varde::staffing::fit
