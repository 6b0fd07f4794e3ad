#include "staffing/fit/zone_window.hpp"

namespace varde::staffing::fit {

ZoneWindow::ZoneWindow(std::string_view zone, Timestamp from, Timestamp until) {
  do {
    spans_.push_back(offset_span(zone, from));
    from = spans_.back().end;
  } while (from < until);
}

std::chrono::local_time<Duration> ZoneWindow::to_local(Timestamp at) const {
  const auto* span = &spans_.front();
  for (const auto* last = &spans_.back(); span != last && at >= span->end;) ++span;
  return std::chrono::local_time<Duration>(at.time_since_epoch() + span->offset);
}

Timestamp ZoneWindow::from_local(std::chrono::local_time<Duration> local) const {
  Timestamp wall(local.time_since_epoch());
  // The first span whose local times have not all gone by; what is before its beginning was skipped
  // by the change of clocks that begins it.
  const auto *first = &spans_.front(), *last = &spans_.back(), *span = first;
  while (span != last && wall - span->offset >= span->end) ++span;
  auto at = wall - span->offset;
  return span == first ? at : std::max(at, span->begin);
}

std::chrono::local_days ZoneWindow::day_of(Timestamp at) const {
  return std::chrono::floor<std::chrono::days>(to_local(at));
}

}  // namespace varde::staffing::fit
