// Another program, run to its end: pgBackRest, and this program itself for what takes minutes.
//
// A child of its own rather than a thread: it leaves every loop free, its memory goes with it, a
// SIGKILL of the program takes it along (PR_SET_PDEATHSIG), and it can be told to stop.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace varde::operate {

struct Ended {
  int code = 0;  ///< 128 + signal when one ended it.
  std::string output, errors;
};

/// Runs `command` (an absolute path and its arguments) and waits for its end. While it runs, `stop`
/// is asked ten times a second: when it says yes, the program is told to end (SIGTERM) and waited
/// for. At most 64 MB of output are kept. Blocking. Throws when it cannot be started.
Ended run_process(const std::vector<std::string>& command,
                  const std::function<bool()>& stop = nullptr);

}  // namespace varde::operate
