// The clock on the wall, in every zone and over every change of clocks from 2000 to 2040; held
// against the C library, which reads the same tables with other code.
#include "base/time.hpp"

#define USE_OS_TZDB 1  // for the names of all zones
#include <date/tz.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdlib>
#include <ctime>
#include <vector>

namespace varde {
namespace {

using std::chrono::local_time;
using std::chrono::seconds;

const Timestamp kFrom = Timestamp(std::chrono::sys_days(std::chrono::year(2000) / 1 / 1));
const Timestamp kUntil = Timestamp(std::chrono::sys_days(std::chrono::year(2041) / 1 / 1));

// What the C library's clocks show in a zone.
class OtherClock {
 public:
  explicit OtherClock(const std::string& zone) {
    if (const char* was = std::getenv("TZ")) was_ = was;
    ::setenv("TZ", (":" + zone).c_str(), 1);
    ::tzset();
  }
  ~OtherClock() {
    if (was_.empty())
      ::unsetenv("TZ");
    else
      ::setenv("TZ", was_.c_str(), 1);
    ::tzset();
  }
  OtherClock(const OtherClock&) = delete;
  OtherClock& operator=(const OtherClock&) = delete;
  static local_time<Duration> show(Timestamp at) {
    auto whole = std::chrono::floor<seconds>(at);
    auto t = static_cast<std::time_t>(whole.time_since_epoch().count());
    std::tm clock{};
    ::localtime_r(&t, &clock);
    auto day = std::chrono::local_days(std::chrono::year(clock.tm_year + 1900) /
                                       (clock.tm_mon + 1) / clock.tm_mday);
    return day + std::chrono::hours(clock.tm_hour) + std::chrono::minutes(clock.tm_min) +
           seconds(clock.tm_sec) + (at - whole);
  }

  static seconds offset(Timestamp at) {
    auto t = static_cast<std::time_t>(std::chrono::floor<seconds>(at).time_since_epoch().count());
    std::tm clock{};
    ::localtime_r(&t, &clock);
    return seconds(clock.tm_gmtoff);
  }

 private:
  std::string was_;
};

struct Change {
  std::string zone;
  Timestamp at;
  seconds before, after;  // local minus UTC
};

// Every change of an offset of every zone, as the C library has them: a day is asked for by its
// begin and its end, and cut in halves where they differ.
const std::vector<Change>& changes() {
  static const auto kAll = [] {
    std::vector<Change> out;
    for (const auto& zone : date::get_tzdb().zones) {
      OtherClock other(zone.name());
      constexpr auto kStep = std::chrono::hours(24 * 5);
      for (auto at = kFrom; at < kUntil; at += kStep) {
        auto begin = at, end = at + kStep;
        if (OtherClock::offset(begin) == OtherClock::offset(end)) continue;
        while (end - begin > seconds(1)) {
          auto middle = std::chrono::floor<seconds>(begin + (end - begin) / 2);
          (OtherClock::offset(middle) == OtherClock::offset(begin) ? begin : end) = middle;
        }
        out.push_back({zone.name(), end, OtherClock::offset(begin), OtherClock::offset(end)});
      }
    }
    return out;
  }();
  return kAll;
}

// Mostly near a change of clocks, where answers go wrong.
struct Moment {
  std::string zone;
  Timestamp at;
};
Moment moment() {
  if (*rc::gen::inRange(0, 4) > 0) {
    const auto& change = changes()[*rc::gen::inRange<std::size_t>(0, changes().size())];
    return {change.zone, change.at + seconds(*rc::gen::inRange(-90'000, 90'000)) +
                             Duration(*rc::gen::inRange(0, 1'000'000))};
  }
  const auto& zones = date::get_tzdb().zones;
  return {zones[*rc::gen::inRange<std::size_t>(0, zones.size())].name(),
          kFrom + seconds(*rc::gen::inRange<std::int64_t>(
                      0, std::chrono::duration_cast<seconds>(kUntil - kFrom).count()))};
}

TEST(Time, NamesOfZones) {
  for (const char* name :
       {"Europe/Oslo", "Europe/Kyiv", "Etc/GMT+1", "UTC", "America/Ciudad_Juarez"})
    EXPECT_TRUE(is_time_zone(name)) << name;
  for (const char* name : {"", "localtime", "posixrules", "Factory", "../../etc/passwd", "Oslo"})
    EXPECT_FALSE(is_time_zone(name)) << name;
}

TEST(Time, EveryChangeOfClocksFrom2000To2040) {
  ASSERT_GT(changes().size(), 10'000U);
  for (const auto& [zone, at, before, after] : changes()) {
    auto old_clock = local_time<Duration>(at.time_since_epoch() + before);
    auto new_clock = local_time<Duration>(at.time_since_epoch() + after);
    ASSERT_EQ(to_local(at, zone), new_clock) << zone << to_rfc3339(at);
    ASSERT_EQ(to_local(at - seconds(1), zone), old_clock - seconds(1)) << zone << to_rfc3339(at);
    if (after > before) {  // skipped: the first instant after it
      ASSERT_EQ(from_local(old_clock, zone), at) << zone << to_rfc3339(at);
      ASSERT_EQ(from_local(new_clock - seconds(1), zone), at) << zone << to_rfc3339(at);
      ASSERT_EQ(from_local(new_clock, zone), at) << zone << to_rfc3339(at);
    } else {  // twice: the first of them
      ASSERT_EQ(from_local(new_clock, zone), at - (before - after)) << zone << to_rfc3339(at);
      ASSERT_EQ(from_local(old_clock, zone), at + (before - after)) << zone << to_rfc3339(at);
    }
  }
}

RC_GTEST_PROP(TimeProperty, ClocksShowWhatTheCLibraryShows, ()) {
  auto [zone, at] = moment();
  OtherClock other(zone);
  RC_ASSERT(to_local(at, zone) == OtherClock::show(at));
}

RC_GTEST_PROP(TimeProperty, AClocksTimeIsTheFirstInstantThatShowsItOrLater, ()) {
  auto [zone, at] = moment();
  auto shown = to_local(at, zone);
  auto first = from_local(shown, zone);
  RC_ASSERT(first <= at);
  RC_ASSERT(to_local(first, zone) == shown);
  // Twice is within a day: a zone that moved over the date line had a day twice.
  RC_ASSERT(at - first <= std::chrono::hours(25));
}

RC_GTEST_PROP(TimeProperty, WhatIsLaterOnTheWallIsNeverEarlier, ()) {
  auto [zone, at] = moment();
  auto clock = local_time<Duration>(at.time_since_epoch());
  auto later = clock + seconds(*rc::gen::inRange(0, 100'000));
  RC_ASSERT(from_local(clock, zone) <= from_local(later, zone));
  // A time that is skipped becomes one that is shown, and not an earlier one.
  RC_ASSERT(to_local(from_local(clock, zone), zone) >= clock);
}

RC_GTEST_PROP(TimeProperty, WhatIsWrittenIsReadBack, ()) {
  auto [zone, at] = moment();
  RC_ASSERT(parse_rfc3339(to_rfc3339(at)) == at);
  auto day = Date(std::chrono::floor<std::chrono::days>(to_local(at, zone)));
  RC_ASSERT(parse_date(to_string(day)) == day);
}

}  // namespace
}  // namespace varde
