// How requests of persons were answered, in counts: for evidence. It names nobody.
#pragma once

#include "privacy/request/request.hpp"

namespace varde::privacy {

/// Requests of a kind that were confirmed in a period.
struct RequestFigures {
  RequestKind kind = RequestKind::access;
  std::int64_t received = 0, done = 0, refused = 0, open = 0;
  std::int64_t extended = 0;       ///< Of all, those whose deadline was moved.
  std::int64_t ended_in_time = 0;  ///< Of those done and refused.
  std::int64_t ended_late = 0;
  std::int64_t open_overdue = 0;
};
BOOST_DESCRIBE_STRUCT(RequestFigures, (),
                      (kind, received, done, refused, open, extended, ended_in_time, ended_late,
                       open_overdue))
/// Only kinds that there were.
std::vector<RequestFigures> request_figures(trust::Ctx& ctx, Timestamp from, Timestamp until);

}  // namespace varde::privacy
