// What is wrong now and lasts: the disk is nearly full, a database does not answer, a provider
// refuses. A log line is read by nobody at night; an alarm stands until what raised it says that it
// is over, and is shown to whoever can do something: on the home screen of the organisation that it
// concerns, or of every administrator where it concerns the installation; as a gauge; at the status
// page of operators.
//
// In memory, for it must work when nothing else does, and what is still wrong after a restart is
// found again. Each node has its own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"

namespace varde::alarms {

struct Alarm {
  std::string kind;            ///< A word for programs: "disk", "database", "provider".
  std::string about;           ///< What of that kind: a path, an id. With kind and tenant its name.
  std::optional<Uuid> tenant;  ///< Absent: the installation.
  std::string text;            ///< A sentence: what is wrong, and what to do. No personal data.
  std::string href;            ///< Where in the console it can be seen to; may be empty.
  Timestamp since;
};

/// Raises an alarm, or changes the text of one that stands. The first time it is logged as an
/// error.
void raise(std::string kind, std::string about, std::string text,
           std::optional<Uuid> tenant = std::nullopt, std::string href = {});
/// Says that it is over; logged. Nothing happens when there was none.
void clear(const std::string& kind, const std::string& about,
           std::optional<Uuid> tenant = std::nullopt);
/// Those of a tenant, or (nullopt) of the installation; the oldest first.
std::vector<Alarm> standing(std::optional<Uuid> tenant);
/// All of them, for operators.
std::vector<Alarm> all();

}  // namespace varde::alarms
