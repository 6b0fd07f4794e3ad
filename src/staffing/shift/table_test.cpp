#include "staffing/shift/table.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace varde::staffing {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

Timestamp at(const char* text) { return *parse_rfc3339(text); }

TEST(Repeat, KeepsLocalTimesWhenClocksChange) {
  Times first{at("2027-03-26T06:30:00Z"), at("2027-03-26T14:00:00Z")};  // a Friday
  auto all = repeat(first, 0, "Europe/Oslo", {{}, 1, *parse_date("2027-04-09")}, 10);
  ASSERT_TRUE(all);
  EXPECT_EQ(all->times,
            (std::vector<Times>{{at("2027-04-02T05:30:00Z"), at("2027-04-02T13:00:00Z")},
                                {at("2027-04-09T05:30:00Z"), at("2027-04-09T13:00:00Z")}}));
  // A night in which the clocks go forward is an hour shorter, and stays from 22:00 to 07:00.
  Times night{at("2027-03-20T21:00:00Z"), at("2027-03-21T06:00:00Z")};
  auto nights = repeat(night, 0, "Europe/Oslo", {{6}, 1, *parse_date("2027-03-27")}, 10);
  ASSERT_TRUE(nights);
  EXPECT_EQ(nights->times.front().ends_at - nights->times.front().starts_at, hours(8));
}

TEST(Repeat, SaysWhenThereAreNoneOrTooMany) {
  Times first{at("2027-03-26T06:30:00Z"), at("2027-03-26T14:00:00Z")};
  EXPECT_FALSE(repeat(first, 0, "Europe/Oslo", {{}, 1, *parse_date("2027-03-30")}, 10));
  EXPECT_FALSE(
      repeat(first, 0, "Europe/Oslo", {{1, 2, 3, 4, 5}, 1, *parse_date("2027-05-30")}, 10));
}

RC_GTEST_PROP(Repeat, EachIsOnAWantedDayOfAWantedWeekAtTheSameLocalTimes, ()) {
  auto zone = *rc::gen::element(std::string("Europe/Oslo"), std::string("America/New_York"),
                                std::string("Asia/Kolkata"));
  auto start = std::chrono::local_days(std::chrono::year(2027) / 1 / 1) +
               minutes(*rc::gen::inRange(0, 200 * 24 * 60));
  // A time that a clock change skips has no local time to keep.
  RC_PRE(to_local(from_local(start, zone), zone) == start);
  auto end = start + minutes(*rc::gen::inRange(30, 24 * 60));
  RC_PRE(to_local(from_local(end, zone), zone) == end);
  auto weekdays = *rc::gen::unique<std::vector<int>>(rc::gen::inRange(1, 8));
  auto every = *rc::gen::inRange(1, 5);
  auto until = std::chrono::floor<days>(start) + days(*rc::gen::inRange(1, 100));
  auto all = repeat({from_local(start, zone), from_local(end, zone)}, 0, zone,
                    {weekdays, every, Date(until)}, 1000);
  auto first_day = std::chrono::floor<days>(start);
  auto monday = first_day - (std::chrono::weekday(first_day) - std::chrono::Monday);
  if (weekdays.empty())
    weekdays.push_back(static_cast<int>(std::chrono::weekday(first_day).iso_encoding()));
  std::size_t count = 0, left_out = 0;
  for (auto day = first_day + days(1); day <= until; day += days(1)) {
    auto iso = static_cast<int>(std::chrono::weekday(day).iso_encoding());
    bool wanted = std::ranges::find(weekdays, iso) != weekdays.end() &&
                  ((day - monday) / days(7)) % every == 0;
    if (!wanted) continue;
    auto from = day + (start - first_day), until_clock = day + (end - first_day);
    bool skipped = to_local(from_local(from, zone), zone) != from ||
                   to_local(from_local(until_clock, zone), zone) != until_clock;
    if (skipped) {
      if (all) RC_ASSERT(all->left_out.at(left_out).day == Date(day));
      ++left_out;
      continue;
    }
    RC_ASSERT(all);
    RC_ASSERT(count < all->times.size());
    RC_ASSERT(all->times[count].starts_at == from_local(from, zone));
    RC_ASSERT(all->times[count].ends_at == from_local(until_clock, zone));
    ++count;
  }
  RC_ASSERT(count == (all ? all->times.size() : 0));
  if (all) RC_ASSERT(left_out == all->left_out.size());
}

// In Oslo clocks go from 02:00 to 03:00 on 28 March 2027, and from 03:00 to 02:00 on 31 October.
TEST(TimesAt, WhatTheClocksMakeImpossibleIsSaid) {
  auto wall = [](const char* day, int from, int until) {
    auto midnight = std::chrono::local_days(*parse_date(day));
    return LocalTimes{midnight + minutes(from), midnight + minutes(until)};
  };
  struct Row {
    const char* what;
    const char* day;
    int from, until, pause, minutes;  // minutes: what really goes by; 0 when it cannot be
    const char* said = "";
  };
  for (const auto& row : std::initializer_list<Row>{
           {"any day", "2027-03-29", 120, 180, 0, 60},
           {"all of the hour", "2027-03-28", 120, 180, 0, 0, "there is no 02:00"},
           {"within the hour", "2027-03-28", 135, 165, 0, 0, "there is no 02:15"},
           {"ends in the hour", "2027-03-28", 60, 150, 0, 0, "there is no 02:30"},
           {"around it", "2027-03-28", 60, 180, 0, 60},
           {"a break that leaves a minute", "2027-03-28", 60, 180, 59, 60},
           {"a break as long as the shift", "2027-03-28", 60, 180, 60, 0, "lasts 60 minutes"},
           {"a break longer than that", "2027-03-28", 60, 180, 90, 0, "a break of 90"},
           {"the hour twice", "2027-10-31", 60, 180, 179, 180},
           {"a night over it", "2027-03-27", 1320, 1860, 0, 480}}) {
    auto times = times_at(wall(row.day, row.from, row.until), "Europe/Oslo", row.pause);
    ASSERT_EQ(static_cast<bool>(times), row.minutes > 0) << row.what;
    if (times)
      EXPECT_EQ(times->ends_at - times->starts_at, minutes(row.minutes)) << row.what;
    else
      EXPECT_NE(times.error().message.find(row.said), std::string::npos) << times.error().message;
  }
}

TEST(CopyAt, KeepsClockTimesAlsoWhereTheClocksChange) {
  Times night{at("2027-03-19T21:00:00Z"), at("2027-03-20T06:00:00Z")};  // 22:00 to 07:00
  for (auto [begin, end] : {std::pair{"2027-03-25T21:00:00Z", "2027-03-26T06:00:00Z"},
                            {"2027-03-27T21:00:00Z", "2027-03-28T05:00:00Z"},     // an hour less
                            {"2027-10-30T20:00:00Z", "2027-10-31T06:00:00Z"}}) {  // an hour more
    auto copy = copy_at(at(begin), night, "Europe/Oslo", 30);
    ASSERT_TRUE(copy) << copy.error().message;
    EXPECT_EQ(*copy, (Times{at(begin), at(end)}));
  }
  // Within the hour that there is twice: from the second 02:15 there is no 02:45 any more but its
  // own.
  Times short_one{at("2027-03-19T01:15:00Z"), at("2027-03-19T01:45:00Z")};
  auto copy = copy_at(at("2027-10-31T01:15:00Z"), short_one, "Europe/Oslo", 0);
  ASSERT_TRUE(copy);
  EXPECT_EQ(copy->ends_at - copy->starts_at, minutes(30));
  EXPECT_FALSE(copy_at(at("2027-03-28T00:00:00Z"), short_one, "Europe/Oslo", 30));
}

TEST(ShiftTable, ADayThatThereIsNotIsNoDay) {
  for (const char* day : {"01.268.2027", "257.12.2027", "32.12.2027", "01.13.2027", "0.1.2027",
                          "-1.1.2027", "31.04.2027", "29.02.2027", "01.1.27"}) {
    auto rows = read_table(
        std::string("Workplace,Date,Start,End\nNorth school,") + day + ",08:00,16:00\n", 10);
    ASSERT_TRUE(rows);
    EXPECT_NE(rows->front().problem, "") << day;
  }
}

TEST(ShiftTable, ReadsWhatOfficesWrite) {
  auto rows = read_table(
      "\xef\xbb\xbfWorkplace,Date,Start,End,Places,Break,Skills,Note\r\n"
      "North school,2027-02-01,07:30,15:00,2,30,Teacher | First aid,\"Bring, shoes\"\r\n"
      "North school,1.2.2027,22,7.00,,,,\r\n"
      "North school,2027-02-01,24:00,07:00,,,,\r\n"
      "North school,2027-02-01,08:00,08:5,,,,\r\n"
      "North school,2027-02-01,08:00,09:00,0,,,\r\n"
      "North school,2027-02-01,08:00,09:00,1,60,,\r\n"
      ",2027-02-01,08:00,09:00,,,,\r\n",
      100);
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_EQ(rows->size(), 7U);
  const auto& first = rows->front();
  EXPECT_EQ(first.problem, "");
  EXPECT_EQ(first.start_minute, 450);
  EXPECT_EQ(first.end_minute, 900);
  EXPECT_EQ(first.places, 2);
  EXPECT_EQ(first.break_minutes, 30);
  EXPECT_EQ(first.skills, (std::vector<std::string>{"Teacher", "First aid"}));
  EXPECT_EQ(first.note, "Bring, shoes");
  EXPECT_EQ((*rows)[1].problem, "");
  EXPECT_EQ((*rows)[1].end_minute, 420);
  for (std::size_t i = 2; i < rows->size(); ++i) EXPECT_NE((*rows)[i].problem, "") << i;
}

TEST(ShiftTable, WantsItsColumnsAndItsLimit) {
  EXPECT_FALSE(read_table("", 10));
  EXPECT_FALSE(read_table("Workplace,Date,Start\nx,2027-01-01,8\n", 10));
  EXPECT_FALSE(read_table("Workplace,Date,Start,End\nx,y,z,w\nx,y,z,w\nx,y,z,w\n", 2));
}

TEST(Table, CellsOfDatabasesAndShiftsWithoutLength) {
  struct Case {
    const char *date, *start, *end;
    int from, until;
    const char* problem;
  };
  for (auto [date, start, end, from, until, problem] : std::initializer_list<Case>{
           {"2027-03-01 00:00:00", "08:30:00", "15:00:00.000", 510, 900, ""},
           {"2027-03-01T00:00:00Z", "2027-03-01T08:30:00", "2027-03-01 15:00:00", 510, 900, ""},
           {"", "2027-03-01 22:00:00", "2027-03-02 06:00:00", 1320, 360, ""},
           {"01.03.2027", "8.30", "24:00", 510, 1440, ""},
           {"2027-03-01", "0:00", "24:00", 0, 1440, ""},
           {"2027-03-01", "08:00", "2027-03-02 08:00", 480, 480, ""},
           {"2027-03-01", "08.30", "08.30", 0, 0, "no length"},
           {"2027-03-01", "08:00", "2027-03-02 09:00", 0, 0, "longer than a day"},
           {"2027-03-01", "08:00", "2027-03-01 07:00", 0, 0, "before it begins"},
           {"2027-03-01", "08:00", "2027-03-03 07:00", 0, 0, "neither"},
           {"2027-03-02", "2027-03-01 08:00", "09:00", 0, 0, "another day"},
           {"2027-03-01 08:00", "08:00", "09:00", 0, 0, "not a day"},
           {"", "08:00", "09:00", 0, 0, "not a day"},
           {"31/12/2027", "08:00", "09:00", 0, 0, "not a day"},
           {"2027-03-01", "08:00:30", "09:00", 0, 0, "not a time"}}) {
    auto rows = read_table(std::string("Vaktliste\n\nArbeidssted;Dato;Fra;Til\nx;") + date + ";" +
                               start + ";" + end + "\n",
                           10);
    ASSERT_TRUE(rows) << rows.error().message;
    ASSERT_EQ(rows->size(), 1U);
    const auto& row = rows->front();
    EXPECT_NE(row.problem.find(problem), std::string::npos) << row.problem;
    EXPECT_EQ(row.problem.empty(), std::string_view(problem).empty()) << row.problem << start;
    if (!row.problem.empty()) continue;
    EXPECT_EQ(to_string(row.date), "2027-03-01");
    EXPECT_EQ(row.start_minute, from);
    EXPECT_EQ(row.end_minute, until);
  }
  auto serial = read_table("Workplace,Date,Start,End\nx,46600,8,9\n", 10);
  EXPECT_EQ(to_string(serial->front().date), "2027-08-01");
  EXPECT_NE(serial->front().warning.find("46600 was read as the day 2027-08-01"),
            std::string::npos);
}

}  // namespace
}  // namespace varde::staffing
