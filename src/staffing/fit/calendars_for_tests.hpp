// Calendars that are written by hand in tests, and such that chance writes; only for tests.
#pragma once

#include <rapidcheck.h>

#include <string>
#include <vector>

#include "staffing/fit/rules.hpp"

namespace varde::staffing::fit::tests {

using std::chrono::minutes;

/// An instant of 2026 by the wall clock: "03-29 22:00".
inline Timestamp at(std::string_view text, std::string_view zone = "Europe/Oslo") {
  auto number = [&](std::size_t from) { return (text[from] - '0') * 10 + (text[from + 1] - '0'); };
  auto day =
      std::chrono::local_days(std::chrono::year(2026) / std::chrono::month(unsigned(number(0))) /
                              std::chrono::day(unsigned(number(3))));
  return from_local(day + std::chrono::hours(number(6)) + minutes(number(9)), zone);
}

/// "03-28 22:00/07:00": the second time is the first of its kind after the first.
inline Interval span(std::string_view text, std::string_view zone = "Europe/Oslo") {
  auto start = at(text.substr(0, 11), zone);
  auto day = std::chrono::floor<std::chrono::days>(to_local(start, zone));
  auto clock = [&](std::size_t from) {
    return std::chrono::hours((text[from] - '0') * 10 + (text[from + 1] - '0')) +
           minutes((text[from + 3] - '0') * 10 + (text[from + 4] - '0'));
  };
  auto end = day + clock(12);
  if (clock(12) <= clock(6)) end += std::chrono::days(1);
  return {start, from_local(end, zone)};
}

inline BookedTime booked(Interval time) { return {time.start, time.end, 0, {}, {}}; }

inline Uuid id_of(int number) {
  Uuid out;
  for (std::size_t i = 0; i < 4; ++i) out.bytes[15 - i] = std::uint8_t(number >> (8 * i));
  return out;
}

/// Every rule off; a test turns on what it is about.
inline RuleSettings no_rules() {
  RuleSettings out;
  for (auto* level : {&out.daily_rest.level, &out.weekly_rest.level, &out.week_ordinary.level,
                      &out.week_max.level, &out.month_max.level, &out.extra_hours.level,
                      &out.overlap.level, &out.travel.level, &out.documents.level,
                      &out.skills.level, &out.excluded_by_workplace.level,
                      &out.excluded_by_person.level, &out.paused.level, &out.unavailable.level})
    *level = RuleLevel::off;
  return out;
}

// ---- by chance: everything lies on quarters of an hour, near a change of clocks as often as not

inline constexpr auto kQuarter = minutes(15);

/// A number of [from, until), evenly: rapidcheck by itself begins with small ones.
template <class T>
T any_of(T from, T until) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<T>(from, until));
}
inline bool one_in(int n) { return any_of(0, n) == 0; }

struct Scene {
  Shift shift;
  std::vector<BookedTime> bookings;
};

inline BookedTime any_booking(const Shift& shift) {
  // Near the shift as often as anywhere in the days that are loaded, and farther.
  auto reach = *rc::gen::element(4 * 12, 4 * 40, 4 * 24 * 10);
  auto start = shift.start + kQuarter * any_of(-reach, reach);
  BookedTime out{start, start + kQuarter * any_of(1, 40), 0, {}, {}};
  out.break_minutes = *rc::gen::element(0, 0, 15);
  out.workplace = id_of(any_of(1, 3));
  return out;
}

inline Scene any_scene() {
  struct Night {
    const char *zone, *day;  // the local day before the clocks change, or any
  };
  auto night = *rc::gen::element(
      Night{"Europe/Oslo", "03-28 12:00"}, Night{"Europe/Oslo", "10-24 12:00"},
      Night{"Europe/Stockholm", "10-26 12:00"}, Night{"Europe/Stockholm", "06-10 12:00"},
      Night{"America/New_York", "03-07 12:00"}, Night{"America/New_York", "10-31 12:00"},
      Night{"Australia/Lord_Howe", "04-04 12:00"}, Night{"UTC", "03-01 12:00"});
  Scene out;
  out.shift.id = id_of(any_of(1, 1000));
  out.shift.workplace = id_of(1);
  out.shift.zone = night.zone;
  out.shift.start = at(night.day, night.zone) + kQuarter * any_of(-4 * 60, 4 * 60);
  out.shift.end = out.shift.start + kQuarter * any_of(1, 60);
  if (one_in(2)) {
    auto count = any_of(0, 9);
    for (int i = 0; i < count; ++i) out.bookings.push_back(any_booking(out.shift));
  } else {  // a working life: about the same hours on most days
    auto begin = any_of(0, 96), length = any_of(16, 50);
    for (int day = -9; day <= 9; ++day) {
      if (day == 0 || one_in(4)) continue;
      auto start =
          out.shift.start + std::chrono::days(day) + kQuarter * (begin - 48 + any_of(-6, 7));
      out.bookings.push_back({start, start + kQuarter * length, 0, {}, {}});
    }
  }
  return out;
}

}  // namespace varde::staffing::fit::tests
