// Offsets of time zones, over all of time.
//
// The zone files of the system list every change of clocks until 2037, and behind it the rule by
// which it goes on, as POSIX writes it ("CET-1CEST,M3.5.0,M10.5.0/3", RFC 9636, 3.3.1). The library
// that reads them (Howard Hinnant's date, as Debian builds it) leaves the rule out: for it clocks
// are not changed any more from 2038 on, so that a series of that year would begin an hour wrong.
// Tried instead: ICU, whose own tables are those of the day it was built, not the system's;
// Boost.DateTime, which does not read "<+11>" and hours above 24; the C library, whose zone is the
// whole process's; std::chrono, which has no zones before GCC 14. So the rule is read here, and
// what the library knows is asked of the library. Held against the C library by time_test.cpp.
#pragma once

#include <string_view>

#include "base/time.hpp"

namespace varde {

/// A span of time, half-open, in which clocks are one offset ahead of UTC.
struct OffsetSpan {
  Timestamp begin, end;
  Duration offset;
};

/// Whether there is a zone of that name in the system's files.
bool is_zone(std::string_view name);
/// That in which `at` lies. An unknown zone is UTC for all time.
OffsetSpan offset_span(std::string_view zone, Timestamp at);

}  // namespace varde
