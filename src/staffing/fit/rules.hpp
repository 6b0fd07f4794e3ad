// Who fits a shift, and who does not, and why: law, agreement and what the workplace asks for.
//
// check() takes one shift, one person and the organisation's settings, and returns what speaks
// against the pair. Nothing is read or asked here: the caller loads what load_window() names, so
// that the same function serves the ranking of ten thousand people, the last look before a booking
// inside its transaction, and the page that explains why somebody was not asked.
//
// How rest is counted. All lengths are elapsed time, so that a night in which clocks go forward
// has an hour less of it than its wall clock says.
//
//   Daily rest: each period of 24 hours that begins when work begins must hold the rest in one
//   piece. The laws say "within 24 hours" and leave open where the 24 hours begin; counted from
//   every instant, a plain week of 08:00–16:00 would break the rule (midnight to midnight holds two
//   pieces of 8 hours), and counted from a fixed hour, night work would. Counted from the start of
//   work, rest lies between one day's work and the next, as § 10-8 asks, and a day in two parts
//   (08–12 and 16–20) is allowed when the night after it is long enough. All periods that touch the
//   new shift are looked at, also those that begin with another booking.
//
//   Weekly rest: each period of seven days that touches the shift must hold the rest in one piece
//   within it. By default these are the weeks from Monday 00:00 to Monday 00:00 at the workplace;
//   `rolling` takes every period of 168 hours that has an instant in common with the shift, which
//   is far stricter: of the 64 hours between Friday 16:00 and Monday 08:00, week after week, the
//   seven days from Sunday 00:00 hold 32 at either end.
//
// Both only ever get stricter when a booking is added, and so does every other rule.
//
// Sources (as in force in 2025):
//   Norway: arbeidsmiljøloven (LOV-2005-06-17-62) § 10-4 ordinary hours, § 10-6 eighth paragraph
//   total hours, § 10-8 daily and weekly rest.
//   Sweden: arbetstidslagen (1982:673) § 5 ordinary hours, § 8 and § 10 overtime and extra hours,
//   § 10 b total hours, § 13 daily rest, § 14 weekly rest.
//   Both carry out directive 2003/88/EC, articles 3, 5 and 6. Collective agreements may say
//   otherwise, which is why every number is a setting.
#pragma once

#include <array>
#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "staffing/fit/availability.hpp"

namespace varde::staffing::fit {

// ---- the shift and the person

/// WGS 84, degrees.
struct Coordinates {
  double latitude = 0, longitude = 0;
};
/// The great circle between two points (haversine, mean radius 6371.0088 km).
double kilometres_between(const Coordinates& a, const Coordinates& b);

struct RequiredSkill {
  Uuid skill;
  std::string name;   ///< For sentences.
  int min_level = 1;  ///< Larger is better.
};
struct RequiredDocument {
  Uuid kind;         ///< For example "police certificate".
  std::string name;  ///< For sentences.
};

/// A vacant shift. Preconditions, which validate() checks: start < end, at most 7 days long.
struct Shift {
  Uuid id, workplace;
  std::string zone = "Europe/Oslo";  ///< The workplace's, an IANA name.
  Timestamp start, end;
  int break_minutes = 0;  ///< Unpaid; not counted into hours, but no rest either.
  std::optional<Coordinates> place;
  std::vector<RequiredSkill> required_skills, preferred_skills;
  std::vector<RequiredDocument> required_documents;
};
/// Errors: bad_input with /start, /end, /zone or /break_minutes.
Result<void> validate(const Shift& shift);

/// Time for which a person is booked already, at this workplace or another.
struct BookedTime {
  Timestamp start, end;
  int break_minutes = 0;
  Uuid workplace;
  std::optional<Coordinates> place;
};

/// Work within a period, in whole seconds: the break is spread evenly over the booking, so that it
/// is taken off once whatever the periods are. Never below 0.
Duration work_within(Interval booking, int break_minutes, Interval period);

struct HeldSkill {
  Uuid skill;
  int level = 1;
  std::optional<Date> expires_on;  ///< The last day on which it counts.
};
struct HeldDocument {
  Uuid kind;
  std::optional<Date> valid_from, expires_on;  ///< The first and the last day on which it counts.
};

/// A person as seen from one shift. Lists may be in any order. What must be loaded: load_window().
struct Candidate {
  Uuid id;
  std::vector<BookedTime> bookings;
  std::vector<Statement> statements;
  std::vector<HeldSkill> skills;
  std::vector<HeldDocument> documents;
  /// Work booked (work_within) in each of load_window().months; without this shift.
  std::array<Duration, 2> month_work{};
  /// Employment beside the bookings, in per cent of full time; its hours are no bookings, and 0
  /// means that there is none.
  double percent = 0;
  bool excluded_by_workplace = false;  ///< The workplace does not want the person.
  bool excluded_by_person = false;     ///< The person does not want the workplace.
  bool favourite = false;              ///< Of the workplace.
  std::optional<Coordinates> home;     ///< Where they set out from.
  int asked_lately = 0;                ///< Times asked within RankSettings::lately_days.
  int worked_lately_minutes = 0;       ///< Of bookings that began within the same days.
  std::optional<Timestamp> last_asked_at;
};

/// What the caller must load of each candidate before check() or rank(): see load_window().
struct LoadWindow {
  /// All bookings that have an instant in common with this: a day either side of the shift and the
  /// weeks from Monday to Monday that it touches; where weekly rest is over rolling weeks, 8 days
  /// either side. Seven days are what a rolling week can reach; the eighth is for the week with 169
  /// hours. More does no harm.
  Interval bookings;
  /// The calendar months at the workplace that the shift touches, one or two, for
  /// Candidate::month_work. A booking counts in each by the part of it that lies there.
  std::vector<Interval> months;
  /// All statements with from_date <= last_day and until_date >= first_day.
  Date first_day, last_day;
};

// ---- the settings

/// `warn` lets the scheduler and the ranking go on and says so; `block` does not.
enum class RuleLevel { off, warn, block };
BOOST_DESCRIBE_ENUM(RuleLevel, off, warn, block)
enum class WeekWindow { calendar_week, rolling };
BOOST_DESCRIBE_ENUM(WeekWindow, calendar_week, rolling)

struct DailyRestRule {
  RuleLevel level = RuleLevel::block;
  int minutes = 11 * 60;
};
BOOST_DESCRIBE_STRUCT(DailyRestRule, (), (level, minutes))

struct WeeklyRestRule {
  RuleLevel level = RuleLevel::block;
  int minutes = 35 * 60;
  WeekWindow window = WeekWindow::calendar_week;
};
BOOST_DESCRIBE_STRUCT(WeeklyRestRule, (), (level, minutes, window))

/// At most so many minutes of work in a period.
struct HoursRule {
  RuleLevel level = RuleLevel::off;
  int max_minutes = 0;
};
BOOST_DESCRIBE_STRUCT(HoursRule, (), (level, max_minutes))

/// Time to get from one workplace to another. The straight line between them times `detour_percent`
/// at `kilometres_per_hour` when both places are known, and `fixed_minutes` when not. Nobody
/// travels between two shifts at the same workplace, and no way takes more than a day.
struct TravelRule {
  RuleLevel level = RuleLevel::warn;
  int fixed_minutes = 30;
  int kilometres_per_hour = 40;
  int detour_percent = 130;
};
BOOST_DESCRIBE_STRUCT(TravelRule, (), (level, fixed_minutes, kilometres_per_hour, detour_percent))

/// Who is employed for a part of full time: at most so many minutes a week beyond that.
struct ExtraHoursRule {
  RuleLevel level = RuleLevel::off;
  int max_minutes = 12 * 60;
};
BOOST_DESCRIBE_STRUCT(ExtraHoursRule, (), (level, max_minutes))

struct PlainRule {
  RuleLevel level = RuleLevel::block;
};
BOOST_DESCRIBE_STRUCT(PlainRule, (), (level))

struct RuleSettings {
  DailyRestRule daily_rest;
  WeeklyRestRule weekly_rest;
  /// Weeks are those from Monday to Monday at the workplace; hours of employment
  /// (Candidate::percent of full_time_week_minutes) count into both.
  HoursRule week_ordinary{RuleLevel::warn, 40 * 60};
  HoursRule week_max{RuleLevel::block, 48 * 60};
  HoursRule month_max;  ///< Calendar months at the workplace, bookings only.
  ExtraHoursRule extra_hours;
  int full_time_week_minutes = 40 * 60;
  PlainRule overlap;
  TravelRule travel;
  PlainRule documents;
  PlainRule skills;
  PlainRule excluded_by_workplace;
  PlainRule excluded_by_person;
  PlainRule paused;
  PlainRule unavailable;
};
BOOST_DESCRIBE_STRUCT(RuleSettings, (),
                      (daily_rest, weekly_rest, week_ordinary, week_max, month_max, extra_hours,
                       full_time_week_minutes, overlap, travel, documents, skills,
                       excluded_by_workplace, excluded_by_person, paused, unavailable))

/// The laws' own numbers without any agreement. Both laws count total hours as an average (eight
/// weeks, four months); here each week counts by itself, which is stricter.
RuleSettings norwegian_rules();
RuleSettings swedish_rules();
/// Errors: bad_input with a pointer to each number that is out of range.
Result<void> validate(const RuleSettings& settings);

/// What must be loaded of everybody for this shift: no more than these rules look at. Preconditions
/// as of check().
LoadWindow load_window(const Shift& shift, const RuleSettings& settings);

// ---- what was found

enum class RuleId {
  daily_rest,
  weekly_rest,
  week_ordinary,
  week_max,
  month_max,
  extra_hours,
  overlap,
  travel,
  document,
  skill,
  excluded_by_workplace,
  excluded_by_person,
  paused,
  unavailable,
};
BOOST_DESCRIBE_ENUM(RuleId, daily_rest, weekly_rest, week_ordinary, week_max, month_max,
                    extra_hours, overlap, travel, document, skill, excluded_by_workplace,
                    excluded_by_person, paused, unavailable)

enum class Severity { warn, block };
BOOST_DESCRIBE_ENUM(Severity, warn, block)

/// What `measured` and `required` count. `days`: of validity left on the shift's last day, or gone
/// by on its first; below 0 when it has run out or not begun. `nothing`: there are no numbers.
enum class Unit { minutes, level, days, nothing };
BOOST_DESCRIBE_ENUM(Unit, minutes, level, days, nothing)

/// Which of a rule's sentences tells the case.
enum class FindingCase {
  plain,
  before,   ///< daily_rest, travel: the rest or way before the shift is short.
  after,    ///< daily_rest, travel: after it.
  period,   ///< daily_rest: the longest rest of 24 hours, none of them next to the shift.
  missing,  ///< skill, document: the person has none.
  expired,  ///< skill, document: it runs out before the shift ends.
  not_yet,  ///< document: not valid yet when the shift begins.
  too_low,  ///< skill: below the level asked for.
};
BOOST_DESCRIBE_ENUM(FindingCase, plain, before, after, period, missing, expired, not_yet, too_low)

struct Finding {
  RuleId rule = RuleId::daily_rest;
  Severity severity = Severity::block;
  FindingCase kind = FindingCase::plain;
  Unit unit = Unit::nothing;
  std::int64_t measured = 0, required = 0;
  /// What the finding is about: the 24 hours, the week, the month, the other booking. Empty when it
  /// is about none of these.
  Interval about;
  std::string name;  ///< Of the skill or document.
};

/// What speaks against giving `shift` to `candidate`: at most one finding for each rule, save one
/// for each required skill and document; in the order of RuleId. Empty: nothing does. For rules
/// about rest and hours it is the worst case. Precondition: validate(shift) and validate(settings)
/// hold. O(n log n) in the candidate's bookings, apart from daily rests that are broken.
std::vector<Finding> check(const Shift& shift, const Candidate& candidate,
                           const RuleSettings& settings);

bool blocks(const std::vector<Finding>& findings);

// ---- sentences

enum class Audience {
  scheduler,
  substitute,  ///< Who was not asked.
  answer       ///< The substitute who was asked, and said yes.
};

/// A sentence before its words: a key of messages.cpp and the values that go into its {braces}.
/// Lengths of time are minutes; dates are ISO 8601.
struct Message {
  std::string key;  ///< For example "rule.daily_rest.before.scheduler".
  std::vector<std::pair<std::string_view, std::string>> values;
};

/// For the scheduler always a message. For the substitute one only when it is theirs to know and
/// the reason why they were not asked, or do not get it: nothing for warnings, nor for a
/// workplace's choice.
std::optional<Message> message(const Finding& finding, Audience audience, std::string_view zone);
/// `language`: "en", "nb" (also "no", "nn") or "sv", with or without a region; others get English.
std::string render(const Message& message, std::string_view language);
/// Both in one; empty when there is nothing to say. `zone` is for the dates.
std::string sentence(const Finding& finding, Audience audience, std::string_view zone,
                     std::string_view language);

}  // namespace varde::staffing::fit
