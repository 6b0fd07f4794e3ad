#include "base/zones.hpp"

// As Debian's library was built: without it its zones have another layout here than there.
#define USE_OS_TZDB 1
#include <date/tz.h>

#include <array>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace varde {

namespace {

using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::year;

// "M3.5.0/3": the last Sunday of March, at 03:00. Of what POSIX allows the zone files use this
// alone; of anything else there is no rule.
struct Rule {
  unsigned month = 0, week = 0, weekday = 0;
  seconds at{7200};  // of the clock before the change; may be below 0 or above a day

  Timestamp in(year y, seconds before) const {
    auto weekday_of = std::chrono::weekday(weekday);
    auto day = week == 5 ? sys_days(y / std::chrono::month(month) / weekday_of[std::chrono::last])
                         : sys_days(y / std::chrono::month(month) / weekday_of[week]);
    return Timestamp(day + at - before);
  }
};

// How a zone goes on for ever: summer time begins and ends.
struct Tail {
  seconds standard{0}, summer{0};
  Rule begins, ends;
};

class TailReader {
 public:
  explicit TailReader(std::string_view text) : rest_(text) {}

  std::optional<Tail> read() {
    Tail out;
    if (!name()) return std::nullopt;
    auto standard = time();
    if (!standard || !name()) return std::nullopt;  // or no summer time, and so no change
    // POSIX counts westward.
    out.standard = -*standard;
    out.summer = out.standard + std::chrono::hours(1);
    if (!rest_.starts_with(',')) {
      auto summer = time();
      if (!summer) return std::nullopt;
      out.summer = -*summer;
    }
    if (!rule(out.begins) || !rule(out.ends) || !rest_.empty()) return std::nullopt;
    return out;
  }

 private:
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool name() {
    auto length =
        rest_.starts_with('<') ? rest_.find('>') + 1 : rest_.find_first_of("+-0123456789,");
    if (length == 0 || length > 20 || length > rest_.size()) return false;
    rest_.remove_prefix(length);
    return true;
  }
  std::optional<int> number() {
    int value = 0;
    std::size_t digits = 0;
    for (; digits < rest_.size() && digits < 4 && rest_[digits] >= '0' && rest_[digits] <= '9';
         ++digits)
      value = value * 10 + (rest_[digits] - '0');
    if (digits == 0) return std::nullopt;
    rest_.remove_prefix(digits);
    return value;
  }
  // [+|-]hh[:mm[:ss]]
  std::optional<seconds> time() {
    bool minus = take('-');
    if (!minus) take('+');
    auto hours = number();
    if (!hours || *hours > 167) return std::nullopt;
    seconds out = std::chrono::hours(*hours);
    for (int unit : {60, 1}) {
      if (!take(':')) break;
      auto part = number();
      if (!part || *part > 59) return std::nullopt;
      out += seconds(*part * unit);
    }
    return minus ? -out : out;
  }
  bool rule(Rule& out) {
    if (!take(',') || !take('M')) return false;
    auto month = number();
    if (!month || !take('.')) return false;
    auto week = number();
    if (!week || !take('.')) return false;
    auto weekday = number();
    if (!weekday || *month < 1 || *month > 12 || *week < 1 || *week > 5 || *weekday > 6)
      return false;
    out.month = static_cast<unsigned>(*month);
    out.week = static_cast<unsigned>(*week);
    out.weekday = static_cast<unsigned>(*weekday);
    if (!take('/')) return true;
    auto at = time();
    if (at) out.at = *at;
    return at.has_value();
  }

  std::string_view rest_;
};

// The last line of a zone's file.
std::optional<Tail> read_tail(const std::string& zone) {
  std::ifstream file("/usr/share/zoneinfo/" + zone, std::ios::binary);
  if (!file.seekg(-128, std::ios::end)) return std::nullopt;
  std::string end(std::istreambuf_iterator<char>(file), {});
  if (!end.ends_with('\n')) return std::nullopt;
  end.pop_back();
  auto line = end.rfind('\n');
  if (line == std::string::npos) return std::nullopt;
  return TailReader(std::string_view(end).substr(line + 1)).read();
}

const std::optional<Tail>& tail_of(const std::string& zone) {
  static std::mutex mutex;
  static std::map<std::string, std::optional<Tail>> known;
  std::lock_guard lock(mutex);
  auto found = known.find(zone);
  if (found == known.end()) found = known.emplace(zone, read_tail(zone)).first;
  return found->second;
}

OffsetSpan by_rule(const Tail& tail, Timestamp at, Timestamp listed) {
  struct Change {
    Timestamp at;
    seconds after;
  };
  auto this_year = std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(at)).year();
  std::array<Change, 6> changes;
  std::size_t count = 0;
  for (auto y = this_year - std::chrono::years(1); y <= this_year + std::chrono::years(1); ++y) {
    Change begins{tail.begins.in(y, tail.standard), tail.summer};
    Change ends{tail.ends.in(y, tail.summer), tail.standard};
    changes[count++] = std::min(begins, ends, [](auto& a, auto& b) { return a.at < b.at; });
    changes[count++] = begins.at < ends.at ? ends : begins;
  }
  std::size_t next = 1;  // the first is of the year before
  while (next + 1 < changes.size() && changes[next].at <= at) ++next;
  return {std::max(changes[next - 1].at, listed), changes[next].at, changes[next - 1].after};
}

const date::time_zone* locate(std::string_view name) {
  try {
    return date::locate_zone(std::string(name));
  } catch (const std::exception&) {
    return nullptr;
  }
}

}  // namespace

bool is_zone(std::string_view name) { return locate(name) != nullptr; }

OffsetSpan offset_span(std::string_view zone, Timestamp at) {
  const auto* found = locate(zone);
  if (found == nullptr) return {Timestamp::min(), Timestamp::max(), Duration(0)};
  auto info = found->get_info(date::sys_time<Duration>(at.time_since_epoch()));
  OffsetSpan out{Timestamp(info.begin.time_since_epoch()), Timestamp(info.end.time_since_epoch()),
                 info.offset};
  constexpr auto kLongAfter = Timestamp(sys_days(year(9000) / 1 / 1));
  if (out.end < kLongAfter) return out;
  if (const auto& tail = tail_of(found->name())) return by_rule(*tail, at, out.begin);
  return out;
}

}  // namespace varde
