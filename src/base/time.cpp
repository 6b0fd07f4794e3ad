#include "base/time.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <stdexcept>

#include "base/zones.hpp"

namespace varde {
namespace {

std::atomic<const volatile std::int64_t*> offset_us{nullptr};
constexpr std::int64_t kRunning = INT64_MIN;
std::atomic<std::int64_t> stopped_at{kRunning};

bool digits(std::string_view text, std::size_t at, std::size_t count, int& out) {
  if (at + count > text.size()) return false;
  out = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    out = out * 10 + (text[i] - '0');
  }
  return true;
}

}  // namespace

Timestamp now() {
  if (auto at = stopped_at.load(std::memory_order_relaxed); at != kRunning)
    return Timestamp(Duration(at));
  auto at = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  if (const auto* offset = offset_us.load(std::memory_order_relaxed)) at += Duration(*offset);
  return at;
}

void use_clock_file(const std::string& path) {
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw std::runtime_error("cannot open the clock file " + path);
  void* map = ::mmap(nullptr, sizeof(std::int64_t), PROT_READ, MAP_SHARED, fd, 0);
  ::close(fd);
  if (map == MAP_FAILED) throw std::runtime_error("cannot map the clock file " + path);
  offset_us = static_cast<const volatile std::int64_t*>(map);
}

StoppedClock::StoppedClock(Timestamp at) { stopped_at = at.time_since_epoch().count(); }
StoppedClock::~StoppedClock() { stopped_at = kRunning; }
void StoppedClock::move(Duration by) { stopped_at += by.count(); }

std::string to_rfc3339(Timestamp at) {
  auto day = std::chrono::floor<std::chrono::days>(at);
  std::chrono::year_month_day date(day);
  std::chrono::hh_mm_ss clock(at - day);
  auto us = clock.subseconds().count();
  auto base = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                          static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                          clock.hours().count(), clock.minutes().count(), clock.seconds().count());
  if (us == 0) return base + "Z";
  if (us % 1000 == 0) return fmt::format("{}.{:03}Z", base, us / 1000);
  return fmt::format("{}.{:06}Z", base, us);
}

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
  int year, month, day, hour, minute, second;
  if (text.size() < 20 || !digits(text, 0, 4, year) || text[4] != '-' ||
      !digits(text, 5, 2, month) || text[7] != '-' || !digits(text, 8, 2, day) ||
      (text[10] != 'T' && text[10] != 't' && text[10] != ' ') || !digits(text, 11, 2, hour) ||
      text[13] != ':' || !digits(text, 14, 2, minute) || text[16] != ':' ||
      !digits(text, 17, 2, second))
    return std::nullopt;
  std::chrono::year_month_day date{std::chrono::year(year),
                                   std::chrono::month(static_cast<unsigned>(month)),
                                   std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  std::size_t at = 19;
  std::int64_t us = 0;
  if (text[at] == '.') {
    std::int64_t unit = 100000;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit /= 10)
      us += (text[at] - '0') * unit;
  }
  if (at >= text.size()) return std::nullopt;
  int offset_minutes = 0;
  if (text[at] == 'Z' || text[at] == 'z') {
    if (at + 1 != text.size()) return std::nullopt;
  } else {
    int oh, om;
    if ((text[at] != '+' && text[at] != '-') || !digits(text, at + 1, 2, oh) ||
        at + 6 != text.size() || text[at + 3] != ':' || !digits(text, at + 4, 2, om) || oh > 23 ||
        om > 59)
      return std::nullopt;
    offset_minutes = (oh * 60 + om) * (text[at] == '-' ? -1 : 1);
  }
  return Timestamp(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
         std::chrono::minutes(minute - offset_minutes) + std::chrono::seconds(second) +
         Duration(us);
}

std::optional<Date> parse_date(std::string_view text) {
  int year, month, day;
  if (text.size() != 10 || !digits(text, 0, 4, year) || text[4] != '-' ||
      !digits(text, 5, 2, month) || text[7] != '-' || !digits(text, 8, 2, day))
    return std::nullopt;
  Date date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
            std::chrono::day(static_cast<unsigned>(day))};
  return date.ok() ? std::optional(date) : std::nullopt;
}

std::string to_string(Date date) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::string to_rfc5322(Timestamp at) {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  auto day = std::chrono::floor<std::chrono::days>(at);
  Date date(day);
  std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(at - day));
  return fmt::format(
      "{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000", kDays[std::chrono::weekday(day).c_encoding()],
      static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
      static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
      clock.seconds().count());
}

bool is_time_zone(std::string_view name) {
  // Beside the zones lie files that mean whatever this machine is set to, or nothing.
  for (std::string_view none : {"localtime", "posixrules", "Factory"})
    if (name == none) return false;
  return !name.empty() && name.size() <= 64 && is_zone(name);
}

Timestamp from_local(std::chrono::local_time<Duration> local, std::string_view zone) {
  Timestamp wall(local.time_since_epoch());
  // From before any clock shows it (a zone that moves over the date line has a day twice) to the
  // first span whose clocks have not all gone by; what is before its beginning was skipped by the
  // change that begins it.
  auto span = offset_span(zone, wall - std::chrono::hours(48));
  while (wall - span.offset >= span.end) span = offset_span(zone, span.end);
  return std::max(wall - span.offset, span.begin);
}

std::chrono::local_time<Duration> to_local(Timestamp at, std::string_view zone) {
  return std::chrono::local_time<Duration>(at.time_since_epoch() + offset_span(zone, at).offset);
}

}  // namespace varde
