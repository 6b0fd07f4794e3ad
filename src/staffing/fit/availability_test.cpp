#include "staffing/fit/availability.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "staffing/fit/calendars_for_tests.hpp"

namespace varde::staffing::fit {
namespace {

using namespace tests;
using enum StatementKind;

constexpr int kMonday = 1, kSaturday = 32, kSunday = 64;

Date day_of(std::string_view month_day) {  // "03-02"
  return *parse_date("2026-" + std::string(month_day));
}
int minute(int hour, int minutes = 0) { return hour * 60 + minutes; }

/// `age`: how long ago it was stated; the smaller, the newer.
Statement on_day(StatementKind kind, std::string_view day, int from = 0, int until = 1440,
                 int age = 0) {
  static int number = 0;
  return {id_of(++number),
          kind,
          day_of(day),
          day_of(day),
          127,
          from,
          until,
          at("01-01 00:00") - minutes(age)};
}
Statement weekly(StatementKind kind, int weekdays, int from = 0, int until = 1440, int age = 0) {
  auto out = on_day(kind, "01-01", from, until, age);
  out.until_date = day_of("12-31");
  out.weekdays = weekdays;
  return out;
}

Answer ask(std::vector<Statement> statements, std::string_view shift) {
  return availability(statements, span(shift), "Europe/Oslo").answer;
}

// 2 March 2026 is a Monday; clocks change on Sundays 29 March and 25 October.
TEST(Availability, OneStatement) {
  using enum Answer;
  struct Row {
    const char* what;
    Statement statement;
    const char* shift;
    Answer answer;
  };
  const Row rows[] = {
      {"a day covers it", on_day(StatementKind::available, "03-02"), "03-02 08:00/16:00",
       available},
      {"another day", on_day(StatementKind::available, "03-03"), "03-02 08:00/16:00", unknown},
      {"a part covers it", on_day(StatementKind::available, "03-02", minute(8), minute(16)),
       "03-02 08:00/16:00", available},
      {"a part ends too early",
       on_day(StatementKind::available, "03-02", minute(8), minute(15, 59)), "03-02 08:00/16:00",
       unknown},
      {"a part begins too late",
       on_day(StatementKind::available, "03-02", minute(8, 1), minute(16)), "03-02 08:00/16:00",
       unknown},
      {"a minute of unavailable", on_day(StatementKind::unavailable, "03-02", minute(15, 59)),
       "03-02 08:00/16:00", unavailable},
      {"unavailable right after", on_day(StatementKind::unavailable, "03-02", minute(16)),
       "03-02 08:00/16:00", unknown},
      {"a day does not cover the night after", on_day(StatementKind::available, "03-02"),
       "03-02 22:00/07:00", unknown},
      {"over midnight", on_day(StatementKind::available, "03-02", minute(22), minute(7)),
       "03-02 22:00/07:00", available},
      {"over midnight, its second half",
       on_day(StatementKind::available, "03-02", minute(22), minute(7)), "03-03 01:00/06:00",
       available},
      {"from and until alike are a whole day",
       on_day(StatementKind::available, "03-02", minute(8), minute(8)), "03-02 08:00/08:00",
       available},
      {"Mondays", weekly(StatementKind::available, kMonday), "03-09 08:00/16:00", available},
      {"Mondays, on a Tuesday", weekly(StatementKind::available, kMonday), "03-10 08:00/16:00",
       unknown},
      {"Sunday nights reach into Monday",
       weekly(StatementKind::available, kSunday, minute(22), minute(7)), "03-09 00:00/07:00",
       available},
      {"Monday nights do not", weekly(StatementKind::available, kMonday, minute(22), minute(7)),
       "03-09 00:00/07:00", unknown},
      {"ask me anyway", weekly(StatementKind::ask_anyway, kMonday), "03-09 08:00/16:00",
       ask_anyway},
      {"a pause", weekly(pause, 127), "03-09 08:00/16:00", unavailable},
      {"spring night by the wall clock",
       weekly(StatementKind::available, kSaturday, minute(22), minute(7)), "03-28 22:00/07:00",
       available},
      {"02:30 does not exist: from 03",
       weekly(StatementKind::available, kSunday, minute(2, 30), minute(7)), "03-29 03:00/07:00",
       available},
      {"02:15 to 02:45 does not exist at all",
       weekly(StatementKind::unavailable, kSunday, minute(2, 15), minute(2, 45)),
       "03-29 00:00/07:00", unknown},
      {"autumn night by the wall clock",
       weekly(StatementKind::available, kSaturday, minute(22), minute(7)), "10-24 22:00/07:00",
       available},
  };
  for (const auto& row : rows) EXPECT_EQ(ask({row.statement}, row.shift), row.answer) << row.what;
  EXPECT_EQ(ask({}, "03-02 08:00/16:00"), unknown);
}

TEST(Availability, TheHourThatComesTwice) {
  // On 25 October 02:30 comes at 00:30 and at 01:30 UTC; statements mean the first.
  auto utc = [](const char* text) { return *parse_rfc3339(text); };
  auto first = utc("2026-10-25T00:30:00Z"), change = utc("2026-10-25T01:00:00Z"),
       second = utc("2026-10-25T01:30:00Z"), six = utc("2026-10-25T05:00:00Z");
  std::vector<Statement> until{on_day(StatementKind::available, "10-25", minute(0), minute(2, 30))};
  std::vector<Statement> from{on_day(StatementKind::available, "10-25", minute(2, 30), minute(6))};
  auto answer = [](const std::vector<Statement>& s, Timestamp a, Timestamp b) {
    return availability(s, {a, b}, "Europe/Oslo").answer;
  };
  EXPECT_EQ(answer(until, first - minutes(30), first), Answer::available);
  EXPECT_EQ(answer(until, first, change), Answer::unknown);
  EXPECT_EQ(answer(from, first, six), Answer::available);
  EXPECT_EQ(answer(from, second, six), Answer::available);
  EXPECT_EQ(answer(from, first - minutes(1), six), Answer::unknown);
  until.push_back(from[0]);
  EXPECT_EQ(answer(until, utc("2026-10-24T22:00:00Z"), six), Answer::available);
}

TEST(Availability, WhichStatementDecides) {
  struct Row {
    const char* what;
    std::vector<Statement> statements;
    Answer answer;
  };
  auto period = [](StatementKind kind, std::string_view from, std::string_view until, int age) {
    auto out = on_day(kind, from, 0, 1440, age);
    out.until_date = day_of(until);
    return out;
  };
  const Row rows[] = {
      {"the newer of two patterns",
       {weekly(available, kMonday, 0, 1440, 5), weekly(unavailable, kMonday, 0, 1440, 9)},
       Answer::available},
      {"the newer of two days",
       {on_day(available, "03-02", 0, 1440, 9), on_day(unavailable, "03-02", 0, 1440, 5)},
       Answer::unavailable},
      {"a day before a newer pattern",
       {on_day(available, "03-02", 0, 1440, 9), weekly(unavailable, kMonday, 0, 1440, 1)},
       Answer::available},
      {"a day before a newer period",
       {on_day(available, "03-02", 0, 1440, 9), period(unavailable, "02-20", "03-20", 1)},
       Answer::available},
      {"a period before a newer pattern",
       {period(unavailable, "02-20", "03-20", 9), weekly(available, kMonday, 0, 1440, 1)},
       Answer::unavailable},
      {"62 days are a period",
       {period(unavailable, "01-10", "03-12", 9), weekly(available, kMonday, 0, 1440, 1)},
       Answer::unavailable},
      {"63 days are a pattern",
       {period(unavailable, "01-10", "03-13", 9), weekly(available, kMonday, 0, 1440, 1)},
       Answer::available},
      {"a whole day takes back a part of it",
       {on_day(available, "03-02", minute(8), minute(16), 9),
        on_day(unavailable, "03-02", 0, 1440, 1)},
       Answer::unavailable},
      {"a part of a day takes back that part only",
       {on_day(available, "03-02", 0, 1440, 9),
        on_day(unavailable, "03-02", minute(15), minute(17), 1)},
       Answer::unavailable},
      {"a pause before everything",
       {on_day(available, "03-02", 0, 1440, 1), period(pause, "02-01", "11-30", 9)},
       Answer::unavailable},
      {"two parts together",
       {on_day(available, "03-02", minute(6), minute(12)),
        weekly(available, kMonday, minute(12), minute(20))},
       Answer::available},
      {"with a hole between",
       {on_day(available, "03-02", minute(6), minute(12)),
        weekly(available, kMonday, minute(13), minute(20))},
       Answer::unknown},
      {"one half only if asked",
       {on_day(available, "03-02", minute(6), minute(12)), weekly(ask_anyway, kMonday)},
       Answer::ask_anyway},
      {"unavailable elsewhere that day, which an older day covers",
       {weekly(unavailable, kMonday), on_day(available, "03-02", minute(8), minute(16), 9)},
       Answer::available},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(ask(row.statements, "03-02 08:00/16:00"), row.answer) << row.what;
    auto turned = row.statements;
    std::reverse(turned.begin(), turned.end());
    EXPECT_EQ(ask(turned, "03-02 08:00/16:00"), row.answer) << row.what << ", turned";
  }
}

TEST(Availability, SaysWhatDecided) {
  auto open = on_day(available, "03-02", minute(8), minute(12)),
       closed = on_day(unavailable, "03-02", minute(14), minute(15)),
       paused = on_day(pause, "03-02", minute(15), minute(20));
  auto answer = [](std::vector<Statement> statements) {
    return availability(statements, span("03-02 08:00/16:00"), "Europe/Oslo");
  };
  EXPECT_EQ(answer({open}), (Availability{Answer::unknown, false, {}}));
  EXPECT_EQ(answer({open, closed}), (Availability{Answer::unavailable, false, closed.id}));
  EXPECT_EQ(answer({open, closed, paused}), (Availability{Answer::unavailable, true, paused.id}));
}

Statement any_statement(const Scene& scene, int number) {
  Statement out;
  out.id = id_of(number);
  out.kind = *rc::gen::element(available, available, unavailable, ask_anyway, pause);
  auto day = std::chrono::floor<std::chrono::days>(to_local(scene.shift.start, scene.shift.zone)) +
             std::chrono::days(any_of(-2, 3));
  auto longer = *rc::gen::element(0, 0, 3, 62, 400);
  out.from_date = Date(day - std::chrono::days(longer == 0 ? 0 : any_of(0, longer)));
  out.until_date = Date(std::chrono::local_days(out.from_date) + std::chrono::days(longer));
  out.weekdays = *rc::gen::element(127, 127, 96, 31, 64);
  out.from_minute = 15 * any_of(0, 96);
  out.until_minute = 15 * any_of(0, 97);
  out.stated_at = Timestamp(std::chrono::days(any_of(0, 4)));
  return out;
}

TEST(Availability, IsWhatAPlainReadingFinds) {
  std::map<Answer, int> seen;
  EXPECT_TRUE(rc::check([&] {
    auto scene = any_scene();
    scene.shift.end = std::min(scene.shift.end, scene.shift.start + kQuarter * 24);
    auto count = any_of(0, 9);
    std::vector<Statement> statements;
    for (int i = 0; i < count; ++i) statements.push_back(any_statement(scene, i + 1));

    // Quarter by quarter, of all statements the one that goes before all others.
    auto worst = Answer::available;
    bool paused = false;
    for (auto t = scene.shift.start; t < scene.shift.end; t += kQuarter) {
      const Statement* decides = nullptr;
      auto order = [](const Statement& s) {
        auto length =
            (std::chrono::sys_days(s.until_date) - std::chrono::sys_days(s.from_date)).count() + 1;
        return s.kind == pause ? 0 : length == 1 ? 1 : length <= 62 ? 2 : 3;
      };
      for (const auto& s : statements) {
        bool covers = false;
        for (auto day = std::chrono::local_days(s.from_date);
             day <= std::chrono::local_days(s.until_date); day += std::chrono::days(1)) {
          auto bit = (std::chrono::weekday(day).c_encoding() + 6) % 7;
          if ((s.weekdays & 1 << bit) == 0) continue;
          auto end = day + minutes(s.until_minute);
          if (s.until_minute <= s.from_minute) end += std::chrono::days(1);
          covers = covers || (from_local(day + minutes(s.from_minute), scene.shift.zone) <= t &&
                              t < from_local(end, scene.shift.zone));
        }
        if (!covers) continue;
        bool goes_before = decides == nullptr || order(s) < order(*decides) ||
                           (order(s) == order(*decides) &&
                            (s.stated_at > decides->stated_at ||
                             (s.stated_at == decides->stated_at && s.id > decides->id)));
        if (goes_before) decides = &s;
      }
      auto answer = decides == nullptr            ? Answer::unknown
                    : decides->kind == available  ? Answer::available
                    : decides->kind == ask_anyway ? Answer::ask_anyway
                                                  : Answer::unavailable;
      paused = paused || (decides != nullptr && decides->kind == pause);
      worst = std::max(worst, answer);
    }
    auto got = availability(statements, {scene.shift.start, scene.shift.end}, scene.shift.zone);
    ++seen[got.answer];
    RC_ASSERT(got.answer == worst);
    RC_ASSERT(got.paused == paused);
  }));
  EXPECT_EQ(seen.size(), 4u);
}

TEST(Availability, AZoneWindowAnswersAsTheZoneDoes) {
  EXPECT_TRUE(rc::check([] {
    auto scene = any_scene();
    ZoneWindow window(scene.shift.zone, scene.shift.start - std::chrono::days(9),
                      scene.shift.end + std::chrono::days(9));
    auto t = scene.shift.start + kQuarter * any_of(-600, 600);
    RC_ASSERT(window.to_local(t) == to_local(t, scene.shift.zone));
    // Local times of every kind: also those that are skipped or come twice.
    auto local = std::chrono::local_time<Duration>(t.time_since_epoch());
    RC_ASSERT(window.from_local(local) == from_local(local, scene.shift.zone));
  }));
  ZoneWindow nowhere("Europe/Nowhere", at("03-01 00:00"), at("03-02 00:00"));
  EXPECT_EQ(nowhere.to_local(Timestamp()).time_since_epoch().count(), 0);
}

}  // namespace
}  // namespace varde::staffing::fit
