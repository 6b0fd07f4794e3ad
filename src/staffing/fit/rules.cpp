#include "staffing/fit/rules.hpp"

#include <boost/container/small_vector.hpp>
#include <cmath>
#include <numbers>

#include "staffing/fit/prepared.hpp"

namespace varde::staffing::fit {
namespace {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::minutes;

constexpr Duration kDay = days(1), kWeek = days(7), kRollingReach = days(8);

std::int64_t whole_minutes(Duration length) { return std::chrono::floor<minutes>(length).count(); }

std::vector<Interval> weeks_of(Interval time, const ZoneWindow& zone) {
  std::vector<Interval> out;
  auto day = zone.day_of(time.start);
  auto monday = day - days(std::chrono::weekday(day).iso_encoding() - 1);
  for (; zone.start_of(monday) < time.end; monday += days(7))
    out.push_back({zone.start_of(monday), zone.start_of(monday + days(7))});
  return out;
}

std::vector<Interval> months_of(Interval time, const ZoneWindow& zone) {
  std::vector<Interval> out;
  std::chrono::year_month_day day(zone.day_of(time.start));
  auto start_of = [&](std::chrono::year_month month) {
    return zone.start_of(local_days(month / std::chrono::day(1)));
  };
  for (auto month = day.year() / day.month(); start_of(month) < time.end;
       month += std::chrono::months(1))
    out.push_back({start_of(month), start_of(month + std::chrono::months(1))});
  return out;
}

// Daily rest and the way reach a day from the shift, hours and weekly rest its weeks; a rolling
// week reaches farther than both.
Interval reach_of(Interval time, const std::vector<Interval>& weeks, const WeeklyRestRule& rule) {
  if (rule.level != RuleLevel::off && rule.window == WeekWindow::rolling)
    return {time.start - kRollingReach, time.end + kRollingReach};
  return {std::min(time.start - kDay, weeks.front().start),
          std::max(time.end + kDay, weeks.back().end)};
}

// ---- time that is taken, and time that is free

using Intervals = boost::container::small_vector<Interval, 24>;

/// What is worked when the shift is taken: the bookings and the shift, by start.
struct Calendar {
  Intervals starts_in_order;  // as booked
  Intervals blocks;           // the same, joined where they overlap or adjoin
};

Calendar calendar_of(const PreparedShift& prepared, const Candidate& candidate) {
  Calendar out;
  out.starts_in_order.push_back(prepared.time);
  for (const auto& b : candidate.bookings)
    if (Interval time{b.start, b.end}; !time.empty()) out.starts_in_order.push_back(time);
  std::sort(out.starts_in_order.begin(), out.starts_in_order.end(),
            [](const Interval& a, const Interval& b) { return a.start < b.start; });
  for (const auto& time : out.starts_in_order) {
    if (!out.blocks.empty() && time.start <= out.blocks.back().end)
      out.blocks.back().end = std::max(out.blocks.back().end, time.end);
    else
      out.blocks.push_back(time);
  }
  return out;
}

/// The free time between the blocks, with what lies before the first and after the last; those two
/// reach farther than any period that a rule looks at.
Intervals gaps_of(const Intervals& blocks) {
  Intervals out;
  auto from = blocks.front().start - 10 * kWeek;
  for (const auto& block : blocks) {
    out.push_back({from, block.start});
    from = block.end;
  }
  out.push_back({from, from + 10 * kWeek});
  return out;
}

Interval longest_within(const Intervals& gaps, Interval period) {
  Interval longest{period.start, period.start};
  for (const auto& gap : gaps)
    if (auto free = common(gap, period); free.length() > longest.length()) longest = free;
  return longest;
}

// ---- rest

void check_daily_rest(const PreparedShift& prepared, const Calendar& calendar,
                      const Intervals& gaps, const DailyRestRule& rule, Finding& out, bool& found) {
  const auto& blocks = calendar.blocks;
  Duration required = minutes(rule.minutes);
  // next[i]: the end of the first block from i on that a long enough gap follows. The gap behind
  // the last block has no end. A period holds a rest exactly when it holds the beginning `required`
  // of that gap: every other long gap in it begins later.
  boost::container::small_vector<Timestamp, 24> next(blocks.size());
  next.back() = blocks.back().end;
  for (auto i = blocks.size() - 1; i-- > 0;)
    next[i] = blocks[i + 1].start - blocks[i].end >= required ? blocks[i].end : next[i + 1];

  Interval worst, worst_period;
  std::size_t block = 0;
  for (const auto& work : calendar.starts_in_order) {
    Interval period{work.start, work.start + kDay};
    if (!intersect(period, prepared.time)) continue;
    while (blocks[block].end <= work.start) ++block;
    if (next[block] + required <= period.end) continue;
    auto longest = longest_within(gaps, period);
    if (found && longest.length() >= worst.length()) continue;
    found = true;
    worst = longest;
    worst_period = period;
  }
  if (!found) return;
  // By the 24 hours, not by work; or there is none at all.
  bool cut = worst.empty() || worst.end == worst_period.end;
  out.kind = !cut && worst.end == prepared.time.start   ? FindingCase::before
             : !cut && worst.start == prepared.time.end ? FindingCase::after
                                                        : FindingCase::period;
  out.measured = whole_minutes(worst.length());
  out.required = rule.minutes;
  out.about = worst_period;
}

/// The first instant of [from, until] such that the week beginning there holds no gap of
/// `required`; nothing when all do. A gap serves the weeks that reach its first `required` (begin +
/// week >= gap.start + required) and do not begin too late for its last (begin + required <=
/// gap.end): one span of beginnings for each gap, in the order of the gaps, and the question is
/// whether together they cover [from, until].
std::optional<Timestamp> first_without(const Intervals& gaps, Duration required, Timestamp from,
                                       Timestamp until) {
  for (const auto& gap : gaps) {
    if (gap.length() < required) continue;
    if (gap.start + required - kWeek > from) break;
    from = std::max(from, gap.end - required + Duration(1));
  }
  return from > until ? std::nullopt : std::optional(from);
}

void check_weekly_rest(const PreparedShift& prepared, const Intervals& gaps,
                       const WeeklyRestRule& rule, Finding& out, bool& found) {
  Duration required = minutes(rule.minutes);
  out.required = rule.minutes;
  if (rule.window == WeekWindow::calendar_week) {
    Duration worst{};
    for (const auto& week : prepared.weeks) {
      auto longest = longest_within(gaps, week).length();
      if (longest >= required || (found && longest >= worst)) continue;
      found = true;
      worst = longest;
      out.measured = whole_minutes(longest);
      out.about = week;
    }
    return;
  }
  // Every week that has an instant in common with the shift, instants being microseconds.
  auto from = prepared.time.start - kWeek + Duration(1), until = prepared.time.end - Duration(1);
  if (!first_without(gaps, required, from, until)) return;
  found = true;
  // The rest that every such week does hold, in whole minutes, by halving.
  int holds = 0, fails = rule.minutes;
  while (fails - holds > 1) {
    int middle = (holds + fails) / 2;
    (first_without(gaps, minutes(middle), from, until) ? fails : holds) = middle;
  }
  auto begin = *first_without(gaps, minutes(fails), from, until);
  out.measured = holds;
  out.about = {begin, begin + kWeek};
}

// ---- hours

struct Hours {
  Duration booked{};  // the bookings and the shift
  Interval period;
};

/// The period in which most is worked.
Hours most_hours(const PreparedShift& prepared, const Candidate& candidate) {
  Hours most;
  for (const auto& week : prepared.weeks) {
    auto sum = work_within(prepared.time, prepared.shift.break_minutes, week);
    for (const auto& b : candidate.bookings)
      sum += work_within({b.start, b.end}, b.break_minutes, week);
    if (most.period.empty() || sum > most.booked) most = {sum, week};
  }
  return most;
}

Hours most_month(const PreparedShift& prepared, const Candidate& candidate) {
  Hours most;
  for (std::size_t i = 0; i < std::min<std::size_t>(prepared.months.size(), 2); ++i) {
    const auto& month = prepared.months[i];
    auto sum =
        work_within(prepared.time, prepared.shift.break_minutes, month) + candidate.month_work[i];
    if (most.period.empty() || sum > most.booked) most = {sum, month};
  }
  return most;
}

// ---- way

Duration way_between(const std::optional<Coordinates>& a, const std::optional<Coordinates>& b,
                     const TravelRule& rule) {
  if (!a || !b || rule.kilometres_per_hour <= 0) return minutes(rule.fixed_minutes);
  auto hours = kilometres_between(*a, *b) * rule.detour_percent / 100 / rule.kilometres_per_hour;
  return minutes(std::min<std::int64_t>(std::lround(std::ceil(hours * 60)), 24 * 60));
}

void check_travel(const PreparedShift& prepared, const Candidate& candidate, const TravelRule& rule,
                  Finding& out, bool& found) {
  Duration worst{};
  for (const auto& b : candidate.bookings) {
    Interval time{b.start, b.end};
    if (time.empty() || b.workplace == prepared.shift.workplace || intersect(time, prepared.time))
      continue;
    bool before = time.end <= prepared.time.start;
    auto gap = before ? prepared.time.start - time.end : time.start - prepared.time.end;
    if (gap >= kDay) continue;
    auto needed = way_between(b.place, prepared.shift.place, rule);
    if (needed - gap <= worst) continue;
    found = true;
    worst = needed - gap;
    out.kind = before ? FindingCase::before : FindingCase::after;
    out.measured = whole_minutes(gap);
    out.required = whole_minutes(needed);
    out.about = time;
  }
}

// ---- what the workplace asks for

std::int64_t days_left(Date until, local_days last) { return (local_days(until) - last).count(); }

/// Nothing when the person has the skill at the level and through the shift's last day.
std::optional<Finding> check_skill(const RequiredSkill& required, const Candidate& candidate,
                                   local_days last) {
  std::optional<int> valid;             // the highest level that is valid
  std::optional<std::int64_t> expired;  // days left, the most of those that ran out
  for (const auto& held : candidate.skills) {
    if (held.skill != required.skill) continue;
    if (held.expires_on && days_left(*held.expires_on, last) < 0) {
      auto left = days_left(*held.expires_on, last);
      expired = std::max(expired.value_or(left), left);
    } else {
      valid = std::max(valid.value_or(held.level), held.level);
    }
  }
  if (valid && *valid >= required.min_level) return std::nullopt;
  Finding out{.rule = RuleId::skill, .unit = Unit::level, .required = required.min_level};
  out.name = required.name;
  if (valid) {
    out.kind = FindingCase::too_low;
    out.measured = *valid;
  } else if (expired) {
    out.kind = FindingCase::expired;
    out.unit = Unit::days;
    out.measured = *expired;
    out.required = 0;
  } else {
    out.kind = FindingCase::missing;
  }
  return out;
}

/// Nothing when one document is valid from the shift's first to its last day.
std::optional<Finding> check_document(const RequiredDocument& required, const Candidate& candidate,
                                      local_days first, local_days last) {
  Finding out{.rule = RuleId::document, .kind = FindingCase::missing};
  out.name = required.name;
  for (const auto& held : candidate.documents) {
    if (held.kind != required.kind) continue;
    bool begun = !held.valid_from || local_days(*held.valid_from) <= first;
    bool ended = held.expires_on && local_days(*held.expires_on) < last;
    if (begun && !ended) return std::nullopt;
    out.unit = Unit::days;
    if (ended) {
      auto left = days_left(*held.expires_on, last);
      if (out.kind == FindingCase::expired && left <= out.measured) continue;
      if (out.kind == FindingCase::not_yet) continue;
      out.kind = FindingCase::expired;
      out.measured = left;
    } else {
      out.kind = FindingCase::not_yet;
      out.measured = (first - local_days(*held.valid_from)).count();
    }
  }
  return out;
}

}  // namespace

Duration work_within(Interval booking, int break_minutes, Interval period) {
  using std::chrono::seconds;
  auto part = std::chrono::floor<seconds>(common(booking, period).length()).count();
  auto whole = std::chrono::floor<seconds>(booking.length()).count();
  if (part == 0 || whole == 0) return seconds(part);
  auto pause = std::min<std::int64_t>(std::int64_t{break_minutes} * 60, whole);
  return seconds(part - pause * part / whole);
}

double kilometres_between(const Coordinates& a, const Coordinates& b) {
  constexpr double kRadius = 6371.0088, kRadian = std::numbers::pi / 180;
  auto squared_half_sine = [](double degrees) {
    auto sine = std::sin(degrees * kRadian / 2);
    return sine * sine;
  };
  auto h = squared_half_sine(b.latitude - a.latitude) +
           std::cos(a.latitude * kRadian) * std::cos(b.latitude * kRadian) *
               squared_half_sine(b.longitude - a.longitude);
  return 2 * kRadius * std::asin(std::min(1.0, std::sqrt(h)));
}

PreparedShift::PreparedShift(const Shift& of)
    : shift(of),
      time{of.start, of.end},
      zone(of.zone, of.start - days(40), of.end + days(40)),
      weeks(weeks_of(time, zone)),
      months(months_of(time, zone)),
      first_day(zone.day_of(time.start)),
      last_day(zone.day_of(time.end - Duration(1))) {}

LoadWindow load_window(const Shift& shift, const RuleSettings& settings) {
  PreparedShift prepared(shift);
  return {reach_of(prepared.time, prepared.weeks, settings.weekly_rest), prepared.months,
          Date(prepared.first_day - days(1)), Date(prepared.last_day)};
}

std::vector<Finding> check(const PreparedShift& prepared, const Candidate& candidate,
                           const RuleSettings& settings, const Availability& availability) {
  std::vector<Finding> out;
  auto on = [](RuleLevel level) { return level != RuleLevel::off; };
  auto report = [&](RuleLevel level, Finding finding) {
    if (out.empty()) out.reserve(4);
    finding.severity = level == RuleLevel::block ? Severity::block : Severity::warn;
    out.push_back(std::move(finding));
  };

  if (on(settings.daily_rest.level) || on(settings.weekly_rest.level)) {
    auto calendar = calendar_of(prepared, candidate);
    auto gaps = gaps_of(calendar.blocks);
    if (on(settings.daily_rest.level)) {
      Finding finding{.rule = RuleId::daily_rest, .unit = Unit::minutes};
      bool found = false;
      check_daily_rest(prepared, calendar, gaps, settings.daily_rest, finding, found);
      if (found) report(settings.daily_rest.level, std::move(finding));
    }
    if (on(settings.weekly_rest.level)) {
      Finding finding{.rule = RuleId::weekly_rest, .unit = Unit::minutes};
      bool found = false;
      check_weekly_rest(prepared, gaps, settings.weekly_rest, finding, found);
      if (found) report(settings.weekly_rest.level, std::move(finding));
    }
  }

  auto week = most_hours(prepared, candidate);
  auto employed = Duration(std::llround(std::max(0.0, candidate.percent) / 100 *
                                        settings.full_time_week_minutes * 60e6));
  auto hours = [&](RuleId rule, RuleLevel level, int max, Duration sum, Interval period) {
    if (!on(level) || sum <= minutes(max)) return;
    report(level, {.rule = rule,
                   .unit = Unit::minutes,
                   .measured = std::chrono::ceil<minutes>(sum).count(),
                   .required = max,
                   .about = period});
  };
  hours(RuleId::week_ordinary, settings.week_ordinary.level, settings.week_ordinary.max_minutes,
        week.booked + employed, week.period);
  hours(RuleId::week_max, settings.week_max.level, settings.week_max.max_minutes,
        week.booked + employed, week.period);
  if (on(settings.month_max.level)) {
    auto month = most_month(prepared, candidate);
    hours(RuleId::month_max, settings.month_max.level, settings.month_max.max_minutes, month.booked,
          month.period);
  }
  if (candidate.percent > 0)
    hours(RuleId::extra_hours, settings.extra_hours.level, settings.extra_hours.max_minutes,
          week.booked, week.period);

  if (on(settings.overlap.level)) {
    const BookedTime* first = nullptr;
    for (const auto& b : candidate.bookings)
      if (intersect({b.start, b.end}, prepared.time) && (!first || b.start < first->start))
        first = &b;
    if (first != nullptr) {
      Interval time{first->start, first->end};
      report(settings.overlap.level,
             {.rule = RuleId::overlap,
              .unit = Unit::minutes,
              .measured = std::chrono::ceil<minutes>(common(time, prepared.time).length()).count(),
              .about = time});
    }
  }
  if (on(settings.travel.level)) {
    Finding finding{.rule = RuleId::travel, .unit = Unit::minutes};
    bool found = false;
    check_travel(prepared, candidate, settings.travel, finding, found);
    if (found) report(settings.travel.level, std::move(finding));
  }

  if (on(settings.documents.level))
    for (const auto& required : prepared.shift.required_documents)
      if (auto finding = check_document(required, candidate, prepared.first_day, prepared.last_day))
        report(settings.documents.level, std::move(*finding));
  if (on(settings.skills.level))
    for (const auto& required : prepared.shift.required_skills)
      if (auto finding = check_skill(required, candidate, prepared.last_day))
        report(settings.skills.level, std::move(*finding));

  auto plain = [&](bool holds, RuleId rule, RuleLevel level) {
    if (holds && on(level)) report(level, {.rule = rule});
  };
  plain(candidate.excluded_by_workplace, RuleId::excluded_by_workplace,
        settings.excluded_by_workplace.level);
  plain(candidate.excluded_by_person, RuleId::excluded_by_person,
        settings.excluded_by_person.level);
  plain(availability.paused, RuleId::paused, settings.paused.level);
  plain(availability.answer == Answer::unavailable && !availability.paused, RuleId::unavailable,
        settings.unavailable.level);
  return out;
}

std::vector<Finding> check(const Shift& shift, const Candidate& candidate,
                           const RuleSettings& settings) {
  PreparedShift prepared(shift);
  return check(prepared, candidate, settings,
               availability(candidate.statements, prepared.time, prepared.zone));
}

bool blocks(const std::vector<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& f) { return f.severity == Severity::block; });
}

RuleSettings norwegian_rules() {
  RuleSettings out;
  out.daily_rest = {RuleLevel::block, 11 * 60};  // § 10-8 first paragraph
  out.weekly_rest = {RuleLevel::block, 35 * 60, WeekWindow::calendar_week};  // § 10-8 second
  out.week_ordinary = {RuleLevel::warn, 40 * 60};                            // § 10-4 first
  out.week_max = {RuleLevel::block, 48 * 60};  // § 10-6 eighth; the law's average is 8 weeks
  return out;
}

RuleSettings swedish_rules() {
  RuleSettings out;
  out.daily_rest = {RuleLevel::block, 11 * 60};                              // § 13
  out.weekly_rest = {RuleLevel::block, 36 * 60, WeekWindow::calendar_week};  // § 14
  out.week_ordinary = {RuleLevel::warn, 40 * 60};                            // § 5
  out.week_max = {RuleLevel::block, 48 * 60};  // § 10 b; the law's average is 4 months
  // § 10: extra hours of those employed for less than full time, 48 hours in four weeks.
  out.extra_hours = {RuleLevel::warn, 12 * 60};
  return out;
}

Result<void> validate(const Shift& shift) {
  if (!is_time_zone(shift.zone)) return bad_input("/zone", "is not a time zone.");
  if (shift.end <= shift.start) return bad_input("/end", "must be after the start.");
  if (shift.end - shift.start > kWeek) return bad_input("/end", "must be within 7 days.");
  if (shift.break_minutes < 0 || minutes(shift.break_minutes) > shift.end - shift.start)
    return bad_input("/break_minutes", "must fit into the shift.");
  return {};
}

Result<void> validate(const RuleSettings& settings) {
  Error error{ErrorCode::bad_input, "Some rules have numbers that cannot be.", {}, {}, 0};
  auto within = [&](const char* pointer, int value, int least, int most) {
    if (value < least || value > most)
      error.fields.push_back({pointer, fmt::format("must be from {} to {}.", least, most)});
  };
  constexpr int kDayMinutes = 24 * 60, kWeekMinutes = 7 * kDayMinutes;
  within("/daily_rest/minutes", settings.daily_rest.minutes, 1, kDayMinutes - 1);
  within("/weekly_rest/minutes", settings.weekly_rest.minutes, 1, kWeekMinutes - 1);
  within("/week_ordinary/max_minutes", settings.week_ordinary.max_minutes, 0, kWeekMinutes);
  within("/week_max/max_minutes", settings.week_max.max_minutes, 0, kWeekMinutes);
  within("/month_max/max_minutes", settings.month_max.max_minutes, 0, 31 * kDayMinutes);
  within("/extra_hours/max_minutes", settings.extra_hours.max_minutes, 0, kWeekMinutes);
  within("/full_time_week_minutes", settings.full_time_week_minutes, 0, kWeekMinutes);
  within("/travel/fixed_minutes", settings.travel.fixed_minutes, 0, kDayMinutes);
  within("/travel/kilometres_per_hour", settings.travel.kilometres_per_hour, 1, 1000);
  within("/travel/detour_percent", settings.travel.detour_percent, 100, 1000);
  if (error.fields.empty()) return {};
  return error;
}

}  // namespace varde::staffing::fit
