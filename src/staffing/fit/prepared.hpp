// What check() needs of a shift and not of a person, found once for all of them; only for this
// folder.
#pragma once

#include <vector>

#include "staffing/fit/rules.hpp"

namespace varde::staffing::fit {

struct PreparedShift {
  explicit PreparedShift(const Shift& of);

  const Shift& shift;  // must outlive this
  Interval time;
  ZoneWindow zone;
  std::vector<Interval> weeks;                  // Monday to Monday, those that touch the shift
  std::vector<Interval> months;                 // as LoadWindow::months
  std::chrono::local_days first_day, last_day;  // of the shift itself
};

/// As check(), with what is known about the shift and the person's statements found before.
std::vector<Finding> check(const PreparedShift& prepared, const Candidate& candidate,
                           const RuleSettings& settings, const Availability& availability);

}  // namespace varde::staffing::fit
