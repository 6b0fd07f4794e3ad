#include "staffing/fit/rules.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "staffing/fit/calendars_for_tests.hpp"
#include "web/reflect.hpp"

namespace varde::staffing::fit {
namespace {

using namespace tests;

// In 2026, 2 March is a Monday; clocks go forward in the night to Sunday 29 March (02:00 is 03:00)
// and back in the night to Sunday 25 October (03:00 is 02:00).
struct Case {
  const char* what;
  std::vector<const char*> bookings;
  const char* shift;
  int measured;  // minutes; kFine when nothing is found
  FindingCase kind = FindingCase::plain;
};
constexpr int kFine = -1;

std::vector<Finding> check_case(const Case& row, const RuleSettings& rules) {
  Shift shift;
  auto time = span(row.shift);
  shift.start = time.start;
  shift.end = time.end;
  Candidate candidate;
  for (const auto* booking : row.bookings) candidate.bookings.push_back(booked(span(booking)));
  EXPECT_TRUE(validate(shift));
  return check(shift, candidate, rules);
}

void expect(const Case& row, const RuleSettings& rules, int required) {
  SCOPED_TRACE(row.what);
  auto findings = check_case(row, rules);
  if (row.measured == kFine) {
    EXPECT_TRUE(findings.empty()) << "found " << findings[0].measured;
    return;
  }
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].measured, row.measured);
  EXPECT_EQ(findings[0].required, required);
  EXPECT_EQ(findings[0].unit, Unit::minutes);
  EXPECT_EQ(findings[0].severity, Severity::block);
  EXPECT_EQ(findings[0].kind, row.kind);
}

TEST(Rules, ElevenHoursWithinTwentyFour) {
  using enum FindingCase;
  const Case cases[] = {
      // 08 to 16; the 24 hours from 08 hold 16 to 08: 16 h.
      {"a day alone", {}, "03-03 08:00/16:00", kFine},
      // 21 to 08: 3 + 8 = 11 h.
      {"just enough before", {"03-02 14:00/21:00"}, "03-03 08:00/16:00", kFine},
      // 21:01 to 08: 2:59 + 8 = 10:59.
      {"a minute short before", {"03-02 14:00/21:01"}, "03-03 08:00/16:00", 659, before},
      // 22:30 to 08: 1:30 + 8 = 9:30.
      {"short before", {"03-02 14:00/22:30"}, "03-03 08:00/16:00", 570, before},
      // 22 to 07: 2 + 7 = 9 h.
      {"short after", {"03-03 07:00/15:00"}, "03-02 14:00/22:00", 540, after},
      // 22 to 09: 2 + 9 = 11 h.
      {"just enough after", {"03-03 09:00/15:00"}, "03-02 14:00/22:00", kFine},
      // 13 h of work leave 24 - 13 = 11 h.
      {"thirteen hours of work", {}, "03-03 08:00/21:00", kFine},
      // 13:01 h of work leave 10:59.
      {"a minute more than thirteen hours", {}, "03-03 08:00/21:01", 659, period},
      // There is none: neither before nor after the shift.
      {"a day and a night", {}, "03-03 08:00/08:00", 0, period},
      // From 08: 12–16 is 4 h, 20–08 is 12 h. From 16: 20–16 is 20 h.
      {"a day in two parts", {"03-03 08:00/12:00"}, "03-03 16:00/20:00", kFine},
      // From 08: 12–17 is 5 h, 22–08 is 10 h; the 24 hours end there, nobody works at 08.
      {"a long day in two parts", {"03-03 08:00/12:00"}, "03-03 17:00/22:00", 600, period},
      // From 07: 15–22 is 7 h, and the 24 hours end when the night does.
      {"night after day", {"03-02 07:00/15:00"}, "03-02 22:00/07:00", 420, before},
      // From 22: 07–22 is 15 h.
      {"night after night", {"03-02 22:00/07:00"}, "03-03 22:00/07:00", kFine},
      // From 22: 08–18 is 10 h, then work until 22, when the 24 hours end.
      {"evening after night", {"03-02 22:00/08:00"}, "03-03 18:00/22:00", 600, before},
      // From 20: 22–08 is 10 h, but 09–20 is 11 h.
      {"the rest may come after", {"03-02 20:00/22:00"}, "03-03 08:00/09:00", kFine},
      // From 20: 22–08 is 10 h, 09:30–20 is 10:30.
      {"or not", {"03-02 20:00/22:00"}, "03-03 08:00/09:30", 630, period},
      // From Tuesday 16: 22–08 is 10 h, then work until Wednesday 16, when the 24 hours end.
      {"between two", {"03-02 08:00/16:00", "03-04 08:00/16:00"}, "03-03 16:00/22:00", 600, after},
      // From 08: 21–08 is 11 h. From 12: 21–12 is 15 h.
      {"adjoining", {"03-03 08:00/12:00"}, "03-03 12:00/21:00", kFine},
      // From 08: 22–08 is 10 h, though the shift by itself is only 10 h long.
      {"adjoining, too long together", {"03-03 08:00/12:00"}, "03-03 12:00/22:00", 600, period},
      // Joined, 08–20: 20–08 is 12 h.
      {"overlapping counts once", {"03-03 08:00/16:00"}, "03-03 12:00/20:00", kFine},
      // Monday's 22–06 is 8 h, but its 24 hours end on Tuesday 14, two days before the shift.
      {"a short rest elsewhere",
       {"03-02 14:00/22:00", "03-03 06:00/10:00"},
       "03-05 08:00/16:00",
       kFine},
      // The same 24 hours, from Monday 14, now hold the shift: 8 h, 2 h (10–12), 1 h (13–14).
      {"a short rest that the shift touches",
       {"03-02 14:00/22:00", "03-03 06:00/10:00"},
       "03-03 12:00/13:00",
       480,
       period},
      // 22 to 09 by the wall clock is 11 h; one of them does not exist: 10 h.
      {"spring, an hour is missing", {"03-28 14:00/22:00"}, "03-29 09:00/15:00", 600, before},
      // 22 to 10 is 12 h less one: 11 h.
      {"spring, just enough", {"03-28 14:00/22:00"}, "03-29 10:00/15:00", kFine},
      // The night lasts 22–07 less one: 8 h. 07–18 is 11 h.
      {"spring, after the night", {"03-28 22:00/07:00"}, "03-29 18:00/22:00", kFine},
      // From 20 the 24 hours end at 21: 07–17:30 is 10:30, 20–21 is 1 h.
      {"spring, short after the night", {"03-28 20:00/07:00"}, "03-29 17:30/20:00", 630, before},
      // 20–10 is 14 h less one: 13 h; 24 hours end at 21: 10–21 is 11 h.
      {"spring, a long night", {}, "03-28 20:00/10:00", kFine},
      // 22 to 08 by the wall clock is 10 h; one comes twice: 11 h.
      {"autumn, an hour more", {"10-24 14:00/22:00"}, "10-25 08:00/12:00", kFine},
      // 22 to 07:30 is 9:30 and one: 10:30. From 14 the 24 hours end at 13: 12–13 is 1 h.
      {"autumn, short still", {"10-24 14:00/22:00"}, "10-25 07:30/12:00", 630, before},
      // 20–08 is 12 h and one: 13 h; 24 hours end at 19: 08–19 is 11 h.
      {"autumn, a long night", {}, "10-24 20:00/08:00", kFine},
      // A minute more: 08:01–19 is 10:59.
      {"autumn, a minute too long", {}, "10-24 20:00/08:01", 659, period},
  };
  auto rules = no_rules();
  rules.daily_rest.level = RuleLevel::block;
  for (const auto& row : cases) expect(row, rules, 660);
}

TEST(Rules, ThirtyFiveHoursWithinSevenDays) {
  const Case cases[] = {
      {"alone", {}, "03-04 08:00/16:00", kFine},
      // Saturday 16 to Monday 00: 8 + 24 = 32 h; the nights are 16 h.
      {"six days",
       {"03-02 08:00/16:00", "03-03 08:00/16:00", "03-04 08:00/16:00", "03-05 08:00/16:00",
        "03-06 08:00/16:00"},
       "03-07 08:00/16:00",
       1920},
      // Saturday 13 to Monday 00: 11 + 24 = 35 h.
      {"six days, the last until one",
       {"03-02 08:00/16:00", "03-03 08:00/16:00", "03-04 08:00/16:00", "03-05 08:00/16:00",
        "03-06 08:00/16:00"},
       "03-07 08:00/13:00",
       kFine},
      // Saturday 13:01 to Monday 00: 34:59.
      {"a minute short",
       {"03-02 08:00/16:00", "03-03 08:00/16:00", "03-04 08:00/16:00", "03-05 08:00/16:00",
        "03-06 08:00/16:00"},
       "03-07 08:00/13:01",
       2099},
      // Friday 16 to Sunday 08: 8 + 24 + 8 = 40 h.
      {"Sunday after a free Saturday",
       {"03-02 08:00/16:00", "03-03 08:00/16:00", "03-04 08:00/16:00", "03-05 08:00/16:00",
        "03-06 08:00/16:00"},
       "03-08 08:00/16:00",
       kFine},
      // Tuesday 16 to Thursday 08: 8 + 24 + 8 = 40 h.
      {"a free Wednesday",
       {"03-02 08:00/16:00", "03-03 08:00/16:00", "03-05 08:00/16:00", "03-06 08:00/16:00",
        "03-07 08:00/16:00"},
       "03-08 08:00/16:00",
       kFine},
      // Tuesday 16 to Wednesday 20: 28 h; Wednesday 22 to Thursday 08: 10 h; Sunday 16 to Monday
      // 00: 8 h.
      {"an evening in the free Wednesday",
       {"03-02 08:00/16:00", "03-03 08:00/16:00", "03-05 08:00/16:00", "03-06 08:00/16:00",
        "03-07 08:00/16:00", "03-08 08:00/16:00"},
       "03-04 20:00/22:00",
       1680},
      // Of the free time from Saturday 16 to Monday 08 (40 h), 32 h lie in the first week and 8 h
      // in the second, which is free from Monday 16 on.
      {"rest that two weeks share serves neither",
       {"03-02 08:00/16:00", "03-03 08:00/16:00", "03-04 08:00/16:00", "03-05 08:00/16:00",
        "03-06 08:00/16:00", "03-09 08:00/16:00"},
       "03-07 08:00/16:00",
       1920},
      // Two weeks. The first: Friday 16 to Sunday 22, 54 h. The second: Monday 06 to Tuesday 08, 26
      // h.
      {"a night over Monday",
       {"03-02 08:00/16:00", "03-03 08:00/16:00", "03-04 08:00/16:00", "03-05 08:00/16:00",
        "03-06 08:00/16:00", "03-10 08:00/16:00", "03-11 08:00/16:00", "03-12 08:00/16:00",
        "03-13 08:00/16:00", "03-14 08:00/16:00", "03-15 08:00/16:00"},
       "03-08 22:00/06:00",
       1560},
      // The second now has Tuesday 16 to Thursday 08: 40 h.
      {"a night over Monday, then a free Wednesday",
       {"03-02 08:00/16:00", "03-03 08:00/16:00", "03-04 08:00/16:00", "03-05 08:00/16:00",
        "03-06 08:00/16:00", "03-10 08:00/16:00", "03-12 08:00/16:00", "03-13 08:00/16:00",
        "03-14 08:00/16:00", "03-15 08:00/16:00"},
       "03-08 22:00/06:00",
       kFine},
      // The same night until Monday 00: the second week is none of its business.
      {"a night that ends with the week",
       {"03-10 08:00/16:00", "03-11 08:00/16:00", "03-12 08:00/16:00", "03-13 08:00/16:00",
        "03-14 08:00/16:00", "03-15 08:00/16:00", "03-09 00:00/08:00"},
       "03-08 16:00/00:00",
       kFine},
      // Saturday 12 to Monday 00: 12 + 23 = 35 h.
      {"spring, just enough",
       {"03-23 08:00/16:00", "03-24 08:00/16:00", "03-25 08:00/16:00", "03-26 08:00/16:00",
        "03-27 08:00/16:00"},
       "03-28 08:00/12:00",
       kFine},
      // Saturday 12:30 to Monday 00: 11:30 + 23 = 34:30.
      {"spring, short",
       {"03-23 08:00/16:00", "03-24 08:00/16:00", "03-25 08:00/16:00", "03-26 08:00/16:00",
        "03-27 08:00/16:00"},
       "03-28 08:00/12:30",
       2070},
      // Friday 22 to Sunday 08: 2 + 24 + 7 = 33 h.
      {"spring, between",
       {"03-23 08:00/16:00", "03-24 08:00/16:00", "03-25 08:00/16:00", "03-26 08:00/16:00",
        "03-29 08:00/16:00"},
       "03-27 08:00/22:00",
       1980},
      // Saturday 14 to Monday 00: 10 + 25 = 35 h.
      {"autumn, just enough",
       {"10-19 08:00/16:00", "10-20 08:00/16:00", "10-21 08:00/16:00", "10-22 08:00/16:00",
        "10-23 08:00/16:00"},
       "10-24 08:00/14:00",
       kFine},
      // Saturday 14:30 to Monday 00: 9:30 + 25 = 34:30.
      {"autumn, short",
       {"10-19 08:00/16:00", "10-20 08:00/16:00", "10-21 08:00/16:00", "10-22 08:00/16:00",
        "10-23 08:00/16:00"},
       "10-24 08:00/14:30",
       2070},
      // Friday 22 to Sunday 08: 2 + 24 + 9 = 35 h.
      {"autumn, between",
       {"10-19 08:00/16:00", "10-20 08:00/16:00", "10-21 08:00/16:00", "10-22 08:00/16:00",
        "10-25 08:00/16:00"},
       "10-23 08:00/22:00",
       kFine},
  };
  auto rules = no_rules();
  rules.weekly_rest.level = RuleLevel::block;
  for (const auto& row : cases) expect(row, rules, 35 * 60);
}

TEST(Rules, WeeklyRestInEverySevenDays) {
  const Case cases[] = {
      {"alone", {}, "03-04 08:00/16:00", kFine},
      // Count hours from Sunday 1 March 00. Free until Monday 08 (32) and from Saturday 13 (157).
      // The seven days from t hold 32 - t of the one and t + 168 - 157 of the other: equal at
      // t = 10:30 (Sunday 10:30), where both are 21:30.
      {"six days, the last until one",
       {"03-02 08:00/16:00", "03-03 08:00/16:00", "03-04 08:00/16:00", "03-05 08:00/16:00",
        "03-06 08:00/16:00"},
       "03-07 08:00/13:00",
       1290},
      // Count from Tuesday 00. Free until Wednesday 08 (32) and from Saturday 16 (112). The seven
      // days from t hold 32 - t of the one, 35 h for t up to -3 (Monday 21), and t + 56 of the
      // other, 35 h for t from -21 on.
      {"four days",
       {"03-04 08:00/16:00", "03-05 08:00/16:00", "03-06 08:00/16:00"},
       "03-07 08:00/16:00",
       kFine},
      // Free between Friday 16 and Monday 08 each week: 64 h. From Friday 16 (0): until Monday 08
      // is 64 - t, from the next Friday 16 is t: equal at t = 32 (Sunday 00), where both are 32 h.
      {"plain weeks",
       {"03-02 08:00/16:00", "03-03 08:00/16:00", "03-04 08:00/16:00", "03-05 08:00/16:00",
        "03-06 08:00/16:00", "03-09 08:00/16:00", "03-10 08:00/16:00", "03-12 08:00/16:00",
        "03-13 08:00/16:00"},
       "03-11 08:00/16:00",
       1920},
      // Friday 13 to Monday 11: 70 h, of which every seven days hold half, 35 h.
      {"plain weeks with short Fridays and late Mondays",
       {"03-02 11:00/16:00", "03-03 08:00/16:00", "03-04 08:00/16:00", "03-05 08:00/16:00",
        "03-06 08:00/13:00", "03-09 11:00/16:00", "03-10 08:00/16:00", "03-12 08:00/16:00",
        "03-13 08:00/13:00"},
       "03-11 08:00/16:00",
       kFine},
  };
  auto rules = no_rules();
  rules.weekly_rest = {RuleLevel::block, 35 * 60, WeekWindow::rolling};
  for (const auto& row : cases) expect(row, rules, 35 * 60);
}

TEST(Rules, WeeklyRestInEverySevenDaysToTheMicrosecond) {
  // Free until Monday 2 March 08, which serves the seven days that begin until Saturday 21; from
  // Friday 6 March 10 to Saturday 21, exactly 35 h, which serve from Saturday 28 February 21 to
  // Friday 6 March 10; and from Wednesday 11 March 23, 133 h later, which serves from there on.
  std::vector<BookedTime> work;
  for (const auto* day : {"03-02 08:00/16:00", "03-03 08:00/16:00", "03-04 08:00/16:00",
                          "03-05 08:00/16:00", "03-06 08:00/10:00", "03-08 08:00/16:00",
                          "03-09 08:00/16:00", "03-10 08:00/16:00", "03-11 08:00/23:00"})
    work.push_back(booked(span(day)));
  auto rules = no_rules();
  rules.weekly_rest = {RuleLevel::block, 35 * 60, WeekWindow::rolling};
  auto look = [&](Duration earlier_shift, Duration later_end) {
    Shift shift;
    shift.start = at("03-07 21:00") - earlier_shift;
    shift.end = at("03-07 23:00");
    Candidate candidate;
    candidate.bookings = work;
    candidate.bookings.back().end += later_end;
    return check(shift, candidate, rules);
  };
  EXPECT_TRUE(look({}, {}).empty());
  EXPECT_EQ(look(Duration(1), {}).size(), 1u);
  // A microsecond later, and the one beginning is served by the one, the next by the other; two,
  // and one between them is not: of both it holds 35 h less a microsecond.
  EXPECT_TRUE(look({}, Duration(1)).empty());
  auto findings = look({}, Duration(2));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].measured, 35 * 60 - 1);
  EXPECT_EQ(findings[0].about.start, at("03-06 10:00") + Duration(1));
}

// ---- against a slow and plain reading of the same words, quarter by quarter

/// Whether each quarter from `origin` on is free when the shift is taken.
class Quarters {
 public:
  explicit Quarters(const Scene& scene) : origin_(scene.shift.start - std::chrono::days(20)) {
    free_.assign(4 * 24 * 45, true);
    mark({scene.shift.start, scene.shift.end});
    for (const auto& b : scene.bookings) mark({b.start, b.end});
  }
  int index(Timestamp at) const { return static_cast<int>((at - origin_) / kQuarter); }
  Timestamp at(int index) const { return origin_ + index * kQuarter; }
  int count() const { return static_cast<int>(free_.size()); }
  /// In minutes. Ends on halves of a quarter are allowed.
  int longest(Timestamp from, Timestamp until) const {
    Duration run{}, best{};
    for (int i = index(from); at(i) < until; ++i) {
      auto part = common({at(i), at(i + 1)}, {from, until}).length();
      run = free_[static_cast<std::size_t>(i)] ? run + part : Duration(0);
      best = std::max(best, run);
    }
    return static_cast<int>(best / minutes(1));
  }

 private:
  void mark(Interval time) {
    for (int i = index(time.start); at(i) < time.end; ++i)
      free_[static_cast<std::size_t>(i)] = false;
  }
  Timestamp origin_;
  std::vector<bool> free_;
};

int daily_by_hand(const Scene& scene) {
  Quarters quarters(scene);
  Interval shift{scene.shift.start, scene.shift.end};
  int least = 24 * 60;
  auto look = [&](Timestamp start) {
    Interval period{start, start + std::chrono::hours(24)};
    if (intersect(period, shift)) least = std::min(least, quarters.longest(start, period.end));
  };
  look(shift.start);
  for (const auto& b : scene.bookings) look(b.start);
  return least;
}

int weekly_by_hand(const Scene& scene) {
  Quarters quarters(scene);
  // The Monday that each quarter belongs to, asked quarter by quarter.
  std::map<std::chrono::local_days, Interval> weeks;
  std::set<std::chrono::local_days> touched;
  for (int i = 0; i < quarters.count(); ++i) {
    auto day = std::chrono::floor<std::chrono::days>(to_local(quarters.at(i), scene.shift.zone));
    auto monday = day - (std::chrono::weekday(day) - std::chrono::Monday);
    weeks.try_emplace(monday, Interval{quarters.at(i), {}}).first->second.end = quarters.at(i + 1);
    if (quarters.at(i) >= scene.shift.start && quarters.at(i) < scene.shift.end)
      touched.insert(monday);
  }
  int least = 169 * 60;
  for (auto monday : touched)
    least = std::min(least, quarters.longest(weeks[monday].start, weeks[monday].end));
  return least;
}

int rolling_by_hand(const Scene& scene) {
  Quarters quarters(scene);
  const Duration half = Duration(kQuarter) / 2;  // where rest is shortest if not on a quarter
  int least = 168 * 60;
  for (auto t = scene.shift.start - std::chrono::days(7) + half; t < scene.shift.end; t += half)
    least = std::min(least, quarters.longest(t, t + std::chrono::days(7)));
  return least;
}

struct Counted {
  int fine = 0, broken = 0;
  void add(bool is_fine) { ++(is_fine ? fine : broken); }
  void expect_both() const {
    EXPECT_GE(fine, 5);
    EXPECT_GE(broken, 5);
  }
};

std::optional<Finding> found(const Scene& scene, const RuleSettings& rules) {
  Candidate candidate;
  candidate.bookings = scene.bookings;
  auto findings = check(scene.shift, candidate, rules);
  RC_ASSERT(findings.size() <= 1u);
  return findings.empty() ? std::nullopt : std::optional(findings[0]);
}

TEST(Rules, DailyRestIsWhatAPlainReadingFinds) {
  Counted counted;
  EXPECT_TRUE(rc::check([&] {
    auto scene = any_scene();
    auto rules = no_rules();
    rules.daily_rest = {RuleLevel::block, *rc::gen::element(11 * 60, 11 * 60, 9 * 60, 12 * 60)};
    auto finding = found(scene, rules);
    auto least = daily_by_hand(scene);
    counted.add(!finding);
    RC_ASSERT(!finding == (least >= rules.daily_rest.minutes));
    if (finding) RC_ASSERT(finding->measured == least);
  }));
  counted.expect_both();
}

TEST(Rules, WeeklyRestIsWhatAPlainReadingFinds) {
  Counted counted;
  EXPECT_TRUE(rc::check([&] {
    auto scene = any_scene();
    auto rules = no_rules();
    rules.weekly_rest = {RuleLevel::block, *rc::gen::element(35 * 60, 36 * 60, 48 * 60)};
    auto finding = found(scene, rules);
    auto least = weekly_by_hand(scene);
    counted.add(!finding);
    RC_ASSERT(!finding == (least >= rules.weekly_rest.minutes));
    if (finding) RC_ASSERT(finding->measured == least);
  }));
  counted.expect_both();
}

TEST(Rules, RollingWeeklyRestIsWhatAPlainReadingFinds) {
  Counted counted;
  EXPECT_TRUE(rc::check([&] {
    auto scene = any_scene();
    auto rules = no_rules();
    rules.weekly_rest = {RuleLevel::block, *rc::gen::element(35 * 60, 24 * 60),
                         WeekWindow::rolling};
    auto finding = found(scene, rules);
    auto least = rolling_by_hand(scene);
    counted.add(!finding);
    RC_ASSERT(!finding == (least >= rules.weekly_rest.minutes));
    // The first and last period begin a microsecond inside, the slow reading half a quarter.
    if (finding) RC_ASSERT(finding->measured <= least && finding->measured >= least - 8);
  }));
  counted.expect_both();
}

TEST(Rules, OverlapIsFoundWhenBookingsShareAnInstant) {
  Counted counted;
  EXPECT_TRUE(rc::check([&] {
    auto scene = any_scene();
    auto rules = no_rules();
    rules.overlap.level = RuleLevel::block;
    auto finding = found(scene, rules);
    int shared = 0;
    for (auto t = scene.shift.start; t < scene.shift.end; t += kQuarter)
      for (const auto& b : scene.bookings) shared += b.start <= t && t < b.end;
    counted.add(!finding);
    RC_ASSERT(!!finding == (shared > 0));
  }));
  counted.expect_both();
}

TEST(Rules, ABookingMoreNeverHelps) {
  EXPECT_TRUE(rc::check([] {
    auto scene = any_scene();
    auto rules = norwegian_rules();
    rules.weekly_rest.window = *rc::gen::element(WeekWindow::calendar_week, WeekWindow::rolling);
    rules.travel = {RuleLevel::block, 45, 40, 130};
    rules.extra_hours = {RuleLevel::block, 20 * 60};
    rules.week_ordinary.level = RuleLevel::block;
    Candidate candidate;
    candidate.bookings = scene.bookings;
    candidate.percent = *rc::gen::element(0, 50);
    auto before = check(scene.shift, candidate, rules);
    auto added = any_booking(scene.shift);
    if (one_in(2)) {  // close up against one that is there: the two become one
      added.end = *rc::gen::elementOf([&] {
        std::vector<Timestamp> starts{scene.shift.start};
        for (const auto& b : scene.bookings) starts.push_back(b.start);
        return starts;
      }());
      added.start = added.end - kQuarter * any_of(1, 160);
      added.break_minutes = 0;
    }
    candidate.bookings.push_back(added);
    auto after = check(scene.shift, candidate, rules);
    for (const auto& finding : before)
      RC_ASSERT(std::any_of(after.begin(), after.end(), [&](const Finding& f) {
        return f.rule == finding.rule && f.severity == finding.severity;
      }));
  }));
}

TEST(Rules, WhatIsLoadedBeyondTheWindowChangesNothing) {
  EXPECT_TRUE(rc::check([] {
    auto scene = any_scene();
    auto rules = norwegian_rules();
    rules.weekly_rest.window = *rc::gen::element(WeekWindow::calendar_week, WeekWindow::rolling);
    auto window = load_window(scene.shift, rules).bookings;
    Candidate all, near;
    all.bookings = scene.bookings;
    for (const auto& b : scene.bookings)
      if (intersect({b.start, b.end}, window)) near.bookings.push_back(b);
    auto a = check(scene.shift, all, rules), b = check(scene.shift, near, rules);
    RC_ASSERT(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      RC_ASSERT(a[i].rule == b[i].rule);
      RC_ASSERT(a[i].measured == b[i].measured);
    }
  }));
}

TEST(Rules, TheWindowReachesADayAndTheWeeksOfTheShift) {
  auto rules = norwegian_rules();
  Shift shift;
  auto set = [&](Interval time) {
    shift.start = time.start;
    shift.end = time.end;
  };
  set(span("03-04 08:00/16:00"));  // a Wednesday
  EXPECT_EQ(load_window(shift, rules).bookings, (Interval{at("03-02 00:00"), at("03-09 00:00")}));
  set(span("03-02 06:00/14:00"));  // a Monday: the Sunday before it
  EXPECT_EQ(load_window(shift, rules).bookings, (Interval{at("03-01 06:00"), at("03-09 00:00")}));
  set(span("03-08 22:00/07:00"));  // into a Monday: both weeks
  EXPECT_EQ(load_window(shift, rules).bookings, (Interval{at("03-02 00:00"), at("03-16 00:00")}));
  rules.weekly_rest.window = WeekWindow::rolling;
  EXPECT_EQ(load_window(shift, rules).bookings, (Interval{at("02-28 22:00"), at("03-17 07:00")}));
  rules.weekly_rest.level = RuleLevel::off;
  EXPECT_EQ(load_window(shift, rules).bookings, (Interval{at("03-02 00:00"), at("03-16 00:00")}));
}

// ---- the other rules

Shift day_shift(std::string_view text = "03-04 08:00/16:00") {
  Shift out;
  auto time = span(text);
  out.id = id_of(1);
  out.workplace = id_of(10);
  out.start = time.start;
  out.end = time.end;
  return out;
}

TEST(Rules, HoursOfTheWeekCountBreaksOffAndEmploymentIn) {
  auto shift = day_shift();
  shift.break_minutes = 30;
  Candidate candidate;
  // 4 × 7:30 + 7:30 = 37:30.
  for (const auto* day :
       {"03-02 08:00/16:00", "03-03 08:00/16:00", "03-05 08:00/16:00", "03-06 08:00/16:00"}) {
    candidate.bookings.push_back(booked(span(day)));
    candidate.bookings.back().break_minutes = 30;
  }
  auto rules = no_rules();
  rules.week_max = {RuleLevel::block, 37 * 60 + 30};
  EXPECT_TRUE(check(shift, candidate, rules).empty());
  rules.week_max.max_minutes -= 1;
  auto findings = check(shift, candidate, rules);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].measured, 37 * 60 + 30);
  EXPECT_EQ(findings[0].about, (Interval{at("03-02 00:00"), at("03-09 00:00")}));

  candidate.percent = 50;  // of 40 h: 20 h, in all 57:30
  rules.week_max.max_minutes = 57 * 60 + 29;
  rules.extra_hours = {RuleLevel::warn, 37 * 60};
  findings = check(shift, candidate, rules);
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].measured, 57 * 60 + 30);
  EXPECT_EQ(findings[1].rule, RuleId::extra_hours);
  EXPECT_EQ(findings[1].severity, Severity::warn);
  EXPECT_EQ(findings[1].measured, 37 * 60 + 30);
}

TEST(Rules, AShiftOverMondayCountsInBothWeeks) {
  // Sunday 22 to Monday 06: 2 h in the first week, 6 h in the second.
  auto shift = day_shift("03-08 22:00/06:00");
  Candidate candidate;
  candidate.bookings = {booked(span("03-02 08:00/16:00")), booked(span("03-10 08:00/16:00")),
                        booked(span("03-11 08:00/16:00"))};
  auto rules = no_rules();
  rules.week_max = {RuleLevel::block, 22 * 60};  // 8 + 2 and 6 + 16
  EXPECT_TRUE(check(shift, candidate, rules).empty());
  rules.week_max.max_minutes = 22 * 60 - 1;
  EXPECT_EQ(check(shift, candidate, rules).at(0).measured, 22 * 60);
}

TEST(Rules, HoursOfTheMonth) {
  // 31 March 20:00 to 1 April 06:00: 4 h and 6 h.
  auto shift = day_shift("03-31 20:00/06:00");
  auto rules = no_rules();
  auto window = load_window(shift, rules);
  ASSERT_EQ(window.months.size(), 2u);
  EXPECT_EQ(window.months[0], (Interval{at("03-01 00:00"), at("04-01 00:00")}));
  EXPECT_EQ(window.months[1], (Interval{at("04-01 00:00"), at("05-01 00:00")}));
  EXPECT_EQ(load_window(day_shift(), rules).months.size(), 1u);
  EXPECT_EQ(to_string(window.first_day), "2026-03-30");
  EXPECT_EQ(to_string(window.last_day), "2026-04-01");
  Candidate candidate;
  candidate.month_work = {minutes(100 * 60), minutes(99 * 60)};
  rules.month_max = {RuleLevel::block, 105 * 60};
  EXPECT_TRUE(check(shift, candidate, rules).empty());
  rules.month_max.max_minutes = 104 * 60;
  auto findings = check(shift, candidate, rules);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].measured, 105 * 60);
  EXPECT_EQ(findings[0].about.start, at("04-01 00:00"));
}

TEST(Rules, ABreakIsTakenOffOnce) {
  // 20:00 to 06:00 with an hour's break: 9 h, 40 % of them before midnight.
  Interval night = span("03-31 20:00/06:00");
  Interval march{at("03-01 00:00"), at("04-01 00:00")}, april{at("04-01 00:00"), at("05-01 00:00")};
  EXPECT_EQ(work_within(night, 60, march), minutes(216));
  EXPECT_EQ(work_within(night, 60, april), minutes(324));
  EXPECT_EQ(work_within(night, 60, night), minutes(540));
  EXPECT_EQ(work_within(night, 600, night), minutes(0));
  EXPECT_EQ(work_within(night, 900, night), minutes(0)) << "never below it";
  EXPECT_EQ(work_within(night, 60, {at("05-01 00:00"), at("06-01 00:00")}), minutes(0));
}

TEST(Rules, WayBetweenTwoShifts) {
  auto shift = day_shift();
  Candidate candidate;
  candidate.bookings = {booked(span("03-04 16:20/20:00"))};
  candidate.bookings[0].workplace = id_of(11);
  auto rules = no_rules();
  rules.travel = {RuleLevel::block, 21, 40, 130};
  auto findings = check(shift, candidate, rules);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, FindingCase::after);
  EXPECT_EQ(findings[0].measured, 20);
  EXPECT_EQ(findings[0].required, 21);
  rules.travel.fixed_minutes = 20;
  EXPECT_TRUE(check(shift, candidate, rules).empty());

  // Oslo and Lillestrøm: 17 km; 1.3 times that at 40 km/h is 33 minutes.
  shift.place = Coordinates{59.911, 10.752};
  candidate.bookings[0].place = Coordinates{59.956, 11.049};
  EXPECT_NEAR(kilometres_between(*shift.place, *candidate.bookings[0].place), 17.3, 0.1);
  findings = check(shift, candidate, rules);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].required, 34);  // 33.7, rounded up
  candidate.bookings[0].workplace = shift.workplace;
  EXPECT_TRUE(check(shift, candidate, rules).empty());

  candidate.bookings = {booked(span("03-04 07:00/07:50"))};
  findings = check(shift, candidate, rules);  // no place known: 20 minutes
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, FindingCase::before);
  EXPECT_EQ(findings[0].measured, 10);
  // Two degrees of longitude on the equator are 360th parts of its length twice.
  EXPECT_NEAR(kilometres_between({0, 179}, {0, -179}), 222.39, 0.01);
}

TEST(Rules, SkillsAndDocuments) {
  using std::chrono::August;
  using std::chrono::March;
  auto day = [](unsigned d) { return Date(std::chrono::year(2026), March, std::chrono::day(d)); };
  auto shift = day_shift("03-04 22:00/07:00");  // from 4 to 5 March
  shift.required_skills = {{id_of(1), "Medicines", 2}};
  shift.required_documents = {{id_of(2), "Police certificate"}};
  auto rules = no_rules();
  rules.skills.level = rules.documents.level = RuleLevel::block;
  struct Row {
    std::vector<HeldSkill> skills;
    std::vector<HeldDocument> documents;
    std::optional<FindingCase> document, skill;
    std::int64_t measured_document = 0, measured_skill = 0;
  };
  using enum FindingCase;
  const std::vector<HeldSkill> fit{{id_of(1), 2, {}}};
  const std::vector<HeldDocument> certified{{id_of(2), {}, {}}};
  const Row rows[] = {
      {{}, {}, missing, missing},
      {fit, certified, {}, {}},
      {{{id_of(9), 3, {}}}, certified, {}, missing},
      {{{id_of(1), 1, {}}}, certified, {}, too_low, 0, 1},
      {{{id_of(1), 2, day(5)}}, certified, {}, {}},
      {{{id_of(1), 2, day(4)}}, certified, {}, expired, 0, -1},
      {{{id_of(1), 3, day(1)}, {id_of(1), 1, {}}}, certified, {}, too_low, 0, 1},
      {{{id_of(1), 3, day(1)}, {id_of(1), 2, {}}}, certified, {}, {}},
      {fit, {{id_of(2), day(4), day(5)}}, {}, {}},
      {fit, {{id_of(2), day(5), day(9)}}, not_yet, {}, -1},
      {fit, {{id_of(2), {}, day(4)}}, expired, {}, -1},
      {fit, {{id_of(2), {}, day(1)}, {id_of(2), {}, day(3)}}, expired, {}, -2},
      {fit, {{id_of(2), {}, day(4)}, {id_of(2), day(5), {}}}, not_yet, {}, -1},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(&row - rows);
    Candidate candidate;
    candidate.skills = row.skills;
    candidate.documents = row.documents;
    std::optional<FindingCase> document, skill;
    for (const auto& f : check(shift, candidate, rules)) {
      (f.rule == RuleId::skill ? skill : document) = f.kind;
      EXPECT_EQ(f.measured, f.rule == RuleId::skill ? row.measured_skill : row.measured_document);
    }
    EXPECT_EQ(document, row.document);
    EXPECT_EQ(skill, row.skill);
  }
}

TEST(Rules, ChoicesPausesAndLevels) {
  auto shift = day_shift();
  Candidate candidate;
  candidate.excluded_by_person = candidate.excluded_by_workplace = true;
  Statement pause{id_of(5),
                  StatementKind::pause,
                  Date(std::chrono::local_days(std::chrono::days(0))),
                  Date(std::chrono::local_days(std::chrono::days(40000))),
                  127,
                  0,
                  1440,
                  {}};
  candidate.statements = {pause};
  auto rules = norwegian_rules();
  auto ids = [&] {
    std::vector<RuleId> out;
    for (const auto& f : check(shift, candidate, rules)) out.push_back(f.rule);
    return out;
  };
  using enum RuleId;
  EXPECT_EQ(ids(), (std::vector{excluded_by_workplace, excluded_by_person, paused}));
  candidate.statements[0].kind = StatementKind::unavailable;
  candidate.excluded_by_workplace = false;
  EXPECT_EQ(ids(), (std::vector{excluded_by_person, unavailable}));
  rules.excluded_by_person.level = RuleLevel::warn;
  rules.unavailable.level = RuleLevel::off;
  EXPECT_EQ(ids(), (std::vector{excluded_by_person}));
  EXPECT_FALSE(blocks(check(shift, candidate, rules)));
  rules.excluded_by_person.level = RuleLevel::block;
  EXPECT_TRUE(blocks(check(shift, candidate, rules)));
}

TEST(Rules, PresetsAreTheLaws) {
  EXPECT_TRUE(validate(norwegian_rules()));
  EXPECT_TRUE(validate(swedish_rules()));
  EXPECT_EQ(norwegian_rules().weekly_rest.minutes, 35 * 60);
  EXPECT_EQ(swedish_rules().weekly_rest.minutes, 36 * 60);
  EXPECT_EQ(norwegian_rules().daily_rest.minutes, 11 * 60);
  auto json = web::write(swedish_rules());
  EXPECT_EQ(json.at("weekly_rest").at("window"), "calendar_week");
  EXPECT_EQ(json.at("overlap").at("level"), "block");
  auto back = web::read<RuleSettings>(json);
  ASSERT_TRUE(back);
  EXPECT_EQ(web::write(*back), json);

  auto bad = norwegian_rules();
  bad.daily_rest.minutes = 24 * 60;
  bad.travel.kilometres_per_hour = 0;
  auto result = validate(bad);
  ASSERT_FALSE(result);
  ASSERT_EQ(result.error().fields.size(), 2u);
  EXPECT_EQ(result.error().fields[0].pointer, "/daily_rest/minutes");
  auto shift = day_shift();
  shift.end = shift.start;
  EXPECT_EQ(validate(shift).error().fields[0].pointer, "/end");
  shift = day_shift();
  shift.zone = "Europe/Nowhere";
  EXPECT_EQ(validate(shift).error().fields[0].pointer, "/zone");
}

// ---- sentences

TEST(Rules, SentencesInThreeLanguages) {
  const Case row{"", {"03-02 14:00/22:30"}, "03-03 08:00/16:00", 570};
  auto finding = check_case(row, norwegian_rules()).at(0);
  auto say = [&](Audience audience, std::string_view language) {
    return sentence(finding, audience, "Europe/Oslo", language);
  };
  using enum Audience;
  EXPECT_EQ(say(scheduler, "en"), "Rest before the shift would be 9 h 30 min; 11 h are required.");
  EXPECT_EQ(say(scheduler, "nb-NO"), "Hvilen før vakten ville bli 9 t 30 min; 11 t kreves.");
  EXPECT_EQ(say(scheduler, "sv"), "Vilan före passet skulle bli 9 tim 30 min; 11 tim krävs.");
  EXPECT_EQ(say(substitute, "de"), "You were not asked because your rest would be under 11 hours.");
  EXPECT_EQ(say(substitute, "nn"), "Du ble ikke spurt fordi hvilen din ville bli under 11 timer.");
  EXPECT_EQ(say(answer, "en"),
            "You cannot have this shift because your rest would be under 11 hours.");
  EXPECT_EQ(say(answer, "nb"),
            "Du kan ikke få denne vakten fordi hvilen din ville bli under 11 timer.");
  finding.required = 61;
  EXPECT_EQ(say(substitute, "sv-SE"),
            "Du tillfrågades inte eftersom din vila skulle bli under 1 timme 1 minut.");
  finding.severity = Severity::warn;
  EXPECT_EQ(say(substitute, "en"), "");

  const Case week{"",
                  {"03-02 08:00/16:00", "03-03 08:00/16:00", "03-04 08:00/16:00",
                   "03-05 08:00/16:00", "03-06 08:00/16:00"},
                  "03-07 08:00/13:01",
                  2099};
  finding = check_case(week, norwegian_rules()).at(0);
  EXPECT_EQ(
      say(scheduler, "en"),
      "The longest free period in the seven days from 2 March 2026 would be 34 h 59 min; 35 h "
      "are required.");
  EXPECT_EQ(say(scheduler, "no"),
            "Den lengste fritiden i de sju dagene fra 2. mars 2026 ville bli 34 t 59 min; 35 t "
            "kreves.");
}

TEST(Rules, EveryFindingHasItsSentences) {
  struct Row {
    RuleId rule;
    std::vector<FindingCase> kinds;
  };
  using enum FindingCase;
  const Row rows[] = {
      {RuleId::daily_rest, {before, after, period}},
      {RuleId::weekly_rest, {plain}},
      {RuleId::week_ordinary, {plain}},
      {RuleId::week_max, {plain}},
      {RuleId::month_max, {plain}},
      {RuleId::extra_hours, {plain}},
      {RuleId::overlap, {plain}},
      {RuleId::travel, {before, after}},
      {RuleId::document, {missing, expired, not_yet}},
      {RuleId::skill, {missing, expired, too_low}},
      {RuleId::excluded_by_workplace, {plain}},
      {RuleId::excluded_by_person, {plain}},
      {RuleId::paused, {plain}},
      {RuleId::unavailable, {plain}},
  };
  EXPECT_EQ(std::size(rows), boost::mp11::mp_size<boost::describe::describe_enumerators<RuleId>>());
  for (const auto& row : rows)
    for (auto kind : row.kinds)
      for (auto audience : {Audience::scheduler, Audience::substitute, Audience::answer})
        for (const auto* language : {"en", "nb", "sv"}) {
          Finding finding{.rule = row.rule,
                          .kind = kind,
                          .unit = Unit::minutes,
                          .measured = 61,
                          .required = 75,
                          .about = span("03-02 08:00/16:00"),
                          .name = "NAME"};
          auto text = sentence(finding, audience, "Europe/Oslo", language);
          if (row.rule == RuleId::excluded_by_workplace && audience != Audience::scheduler) {
            EXPECT_EQ(text, "");
            continue;
          }
          EXPECT_TRUE(text.ends_with('.') && !text.starts_with("rule.")) << text;
          EXPECT_EQ(text.find_first_of("{}|"), std::string::npos) << text;
          EXPECT_EQ(text.find("  "), std::string::npos) << text;
          EXPECT_EQ(text.find("“”"), std::string::npos) << text;
        }
}

}  // namespace
}  // namespace varde::staffing::fit
