// A time zone near one shift: the offsets in force over some weeks, looked up once.
//
// Ranking ten thousand people asks for local times some hundred thousand times, all within a few
// days of each other. The zone database answers each question by name and by search; over a few
// weeks a zone has one offset or two, so that they are fetched once and kept in a row.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "base/zones.hpp"

namespace varde::staffing::fit {

/// A half-open span of time: `start` belongs to it, `end` does not. Empty when end <= start.
struct Interval {
  Timestamp start, end;

  bool empty() const { return end <= start; }
  Duration length() const { return empty() ? Duration(0) : end - start; }
  bool operator==(const Interval&) const = default;
};

/// Whether two spans have an instant in common; adjoining spans have none.
inline bool intersect(const Interval& a, const Interval& b) {
  return !a.empty() && !b.empty() && a.start < b.end && b.start < a.end;
}
/// The instants that two spans have in common; empty (start == end) when there are none.
inline Interval common(const Interval& a, const Interval& b) {
  auto start = std::max(a.start, b.start);
  return {start, std::max(start, std::min(a.end, b.end))};
}

class ZoneWindow {
 public:
  /// `zone` is an IANA name; an unknown one counts as UTC, as in base/time.hpp. Instants and local
  /// times outside [from, until) are answered with the nearest offset that was fetched.
  ZoneWindow(std::string_view zone, Timestamp from, Timestamp until);

  /// Both as varde::to_local and varde::from_local: a local time that a clock change skips is the
  /// instant of the change, one that happens twice is its first occurrence. From this follows that
  /// from_local never decreases, and that local spans that adjoin still do so as instants.
  std::chrono::local_time<Duration> to_local(Timestamp at) const;
  Timestamp from_local(std::chrono::local_time<Duration> local) const;
  /// The local calendar day of an instant.
  std::chrono::local_days day_of(Timestamp at) const;
  /// The instant at which a local day begins.
  Timestamp start_of(std::chrono::local_days day) const { return from_local(day); }

 private:
  std::vector<OffsetSpan> spans_;
};

}  // namespace varde::staffing::fit
