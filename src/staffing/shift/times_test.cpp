// Shifts by the clock, in zones of every kind, from 2000 to 2040.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/zones.hpp"
#include "staffing/shift/table.hpp"

namespace varde::staffing {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

std::string any_zone() {
  return *rc::gen::elementOf(std::vector<std::string>{
      "Europe/Oslo", "Europe/Dublin", "America/New_York", "America/Nuuk", "America/St_Johns",
      "Australia/Lord_Howe", "Africa/Casablanca", "Africa/Cairo", "Asia/Gaza", "Asia/Kolkata",
      "Asia/Tehran", "Antarctica/Troll", "Pacific/Apia", "Pacific/Chatham", "UTC"});
}

// Mostly within some hours of a change of clocks.
Timestamp any_moment(const std::string& zone) {
  Timestamp at(std::chrono::sys_days(std::chrono::year(2000) / 1 / 1) +
               minutes(*rc::gen::inRange(0, 41 * 365 * 24 * 60)));
  if (*rc::gen::inRange(0, 4) == 0) return at;
  auto change = offset_span(zone, at).end;
  if (change - at > days(700)) return at;  // none for long
  return change + minutes(*rc::gen::inRange(-24 * 60, 24 * 60));
}

RC_GTEST_PROP(TimesAtProperty, AShiftIsNeverOfNoLengthAndItsClocksAreKept, ()) {
  auto zone = any_zone();
  LocalTimes wall{to_local(any_moment(zone), zone) + minutes(*rc::gen::inRange(-90, 90)), {}};
  wall.end = wall.start + minutes(*rc::gen::inRange(1, 48 * 60));
  auto pause = *rc::gen::inRange(0, 120);
  auto times = times_at(wall, zone, pause);
  if (!times) return;
  RC_ASSERT(times->ends_at - times->starts_at > minutes(pause));
  auto shown = local_times(*times, zone);
  RC_ASSERT(shown.start == wall.start);
  RC_ASSERT(shown.end == wall.end);
}

RC_GTEST_PROP(TimesAtProperty, OnAnyDayWhoseClocksDoNotChangeItCanBe, ()) {
  auto zone = any_zone();
  auto starts = any_moment(zone);
  auto length = minutes(*rc::gen::inRange(1, 24 * 60));
  auto span = offset_span(zone, starts);
  RC_PRE(starts - hours(26) > span.begin && starts + length + hours(26) < span.end);
  auto times = times_at(local_times({starts, starts + length}, zone), zone, 0);
  RC_ASSERT(times);
  RC_ASSERT(*times == (Times{starts, starts + length}));
}

RC_GTEST_PROP(CopyAtProperty, ACopyBeginsWhereItIsWantedAndLastsAsItsClocksSay, ()) {
  auto zone = any_zone();
  auto first = any_moment(zone), wanted = any_moment(zone);
  auto pause = *rc::gen::inRange(0, 60);
  Times original{first, first + minutes(*rc::gen::inRange(pause + 1, 48 * 60))};
  auto copy = copy_at(wanted, original, zone, pause);
  if (!copy) return;
  RC_ASSERT(copy->starts_at == wanted);
  RC_ASSERT(copy->ends_at - copy->starts_at > minutes(pause));
  RC_ASSERT(copy->ends_at - copy->starts_at <= hours(48 + 26));
}

}  // namespace
}  // namespace varde::staffing
