// Whether there is room for something large.
//
// A full disk stops everybody, and PostgreSQL with them. So the last of each disk is a reserve:
// when that is reached, nothing large is begun any more (imports, uploads, campaigns, exports), so
// that what is small and must not be refused (an answer, an unsubscription, an erasure, a login)
// still finds room. operate/room looks each minute, forecasts, and tells.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/result.hpp"

namespace varde::trust {

class Room {
 public:
  /// What is free beyond the reserve on the disk that has least, in bytes.
  void set_free(std::int64_t bytes) { free_ = bytes; }
  std::int64_t free() const { return free_; }

  /// Refuses (unavailable, "no-room") what would leave less than the reserve. `bytes`: what is sent
  /// or made; `times`: how often it is stored, with the log and its archive.
  Result<void> demand(std::int64_t bytes, double times = 2) const {
    if (static_cast<double>(bytes) * times <= static_cast<double>(free_.load())) return {};
    return Error{ErrorCode::unavailable,
                 "There is too little room on the disk of this installation to begin something "
                 "large now. Whoever runs it has been told; try again later.",
                 {},
                 "no-room",
                 600};
  }

 private:
  std::atomic<std::int64_t> free_{INT64_MAX / 4};  // until somebody has looked
};

}  // namespace varde::trust
