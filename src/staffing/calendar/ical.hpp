// Calendars as other programs read them: iCalendar (RFC 5545), written only.
//
// libical (libical-dev) was looked at and left: writing needs five rules of the standard (lines end
// in CRLF, are folded at 75 octets, text is escaped, times are UTC, an event keeps its UID), and
// the library brings parsers of outside bytes that nothing here calls.
//
// clang-format off
//   calendar("Shifts, North school", {{.uid = "…", .start = …, .end = …, .summary = "North school"}})
// clang-format on
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace varde::staffing::ical {

struct Event {
  std::string uid;   ///< The same for ever: by it a calendar knows the event again (3.8.4.7).
  int sequence = 0;  ///< Grows with each change that matters (3.8.7.4).
  Timestamp start, end;
  Timestamp changed;                                ///< DTSTAMP and LAST-MODIFIED.
  std::string summary, location, description, url;  ///< UTF-8; empty ones are left out.
  bool cancelled = false;
};

/// A whole calendar object, method PUBLISH, in UTC and without alarms. `name` is what calendars
/// show for it.
std::string calendar(std::string_view name, const std::vector<Event>& events);

/// A value of type TEXT (3.3.11): backslash, semicolon, comma and line breaks escaped; other
/// control characters and what is not UTF-8 left out.
std::string escape(std::string_view text);
/// Appends a content line ("NAME:value") folded at 75 octets (3.1), never inside a character.
void append_line(std::string& out, std::string_view line);

}  // namespace varde::staffing::ical
