// Time is injected: the program asks varde::now(), never the system, so that tests and the demo can
// move it.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace varde {

using Duration = std::chrono::microseconds;
/// Microseconds since 1970 UTC, the resolution PostgreSQL keeps.
using Timestamp = std::chrono::sys_time<Duration>;
using Date = std::chrono::year_month_day;

/// The current time, by the clock in force.
Timestamp now();

/// Adds the number of microseconds that the file holds (8 bytes, native order) to every now() from
/// here on. The file is mapped, so that another process can move the clock while the program runs.
/// Tests use it; `varde up` refuses it without `test.clock` in the settings.
void use_clock_file(const std::string& path);

/// Stops the clock at `at` for the life of the object; unit tests only. Thread-safe to read, one at
/// a time.
class StoppedClock {
 public:
  explicit StoppedClock(Timestamp at);
  ~StoppedClock();
  StoppedClock(const StoppedClock&) = delete;
  StoppedClock& operator=(const StoppedClock&) = delete;
  void move(Duration by);
};

/// RFC 3339 with microseconds cut to what is needed: "2026-03-01T12:30:00Z".
std::string to_rfc3339(Timestamp at);
/// Accepts RFC 3339 with any offset; nullopt when it is not one.
std::optional<Timestamp> parse_rfc3339(std::string_view text);
/// "2026-03-01"; nullopt when it is not an existing day.
std::optional<Date> parse_date(std::string_view text);
std::string to_string(Date date);
/// RFC 5322 date-time in UTC for mail headers.
std::string to_rfc5322(Timestamp at);

/// Whether `name` is an IANA time zone, e.g. "Europe/Oslo".
bool is_time_zone(std::string_view name);
/// Local wall time in a zone to UTC. A time that a clock change skips becomes the first instant
/// after it; one that happens twice becomes its first occurrence.
Timestamp from_local(std::chrono::local_time<Duration> local, std::string_view zone);
std::chrono::local_time<Duration> to_local(Timestamp at, std::string_view zone);

}  // namespace varde
