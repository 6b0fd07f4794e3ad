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
  auto all = repeat(first, "Europe/Oslo", {{}, 1, *parse_date("2027-04-09")}, 10);
  ASSERT_TRUE(all);
  EXPECT_EQ(*all, (std::vector<Times>{{at("2027-04-02T05:30:00Z"), at("2027-04-02T13:00:00Z")},
                                      {at("2027-04-09T05:30:00Z"), at("2027-04-09T13:00:00Z")}}));
  // A night in which the clocks go forward is an hour shorter, and stays from 22:00 to 07:00.
  Times night{at("2027-03-20T21:00:00Z"), at("2027-03-21T06:00:00Z")};
  auto nights = repeat(night, "Europe/Oslo", {{6}, 1, *parse_date("2027-03-27")}, 10);
  ASSERT_TRUE(nights);
  EXPECT_EQ(nights->front().ends_at - nights->front().starts_at, hours(8));
}

TEST(Repeat, SaysWhenThereAreNoneOrTooMany) {
  Times first{at("2027-03-26T06:30:00Z"), at("2027-03-26T14:00:00Z")};
  EXPECT_FALSE(repeat(first, "Europe/Oslo", {{}, 1, *parse_date("2027-03-30")}, 10));
  EXPECT_FALSE(repeat(first, "Europe/Oslo", {{1, 2, 3, 4, 5}, 1, *parse_date("2027-05-30")}, 10));
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
  auto all = repeat({from_local(start, zone), from_local(end, zone)}, zone,
                    {weekdays, every, Date(until)}, 1000);
  auto first_day = std::chrono::floor<days>(start);
  auto monday = first_day - (std::chrono::weekday(first_day) - std::chrono::Monday);
  if (weekdays.empty())
    weekdays.push_back(static_cast<int>(std::chrono::weekday(first_day).iso_encoding()));
  std::size_t count = 0;
  for (auto day = first_day + days(1); day <= until; day += days(1)) {
    auto iso = static_cast<int>(std::chrono::weekday(day).iso_encoding());
    bool wanted = std::ranges::find(weekdays, iso) != weekdays.end() &&
                  ((day - monday) / days(7)) % every == 0;
    if (!wanted) continue;
    RC_ASSERT(all);
    RC_ASSERT(count < all->size());
    RC_ASSERT((*all)[count].starts_at == from_local(day + (start - first_day), zone));
    RC_ASSERT((*all)[count].ends_at == from_local(day + (end - first_day), zone));
    ++count;
  }
  RC_ASSERT(count == (all ? all->size() : 0));
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

}  // namespace
}  // namespace varde::staffing
