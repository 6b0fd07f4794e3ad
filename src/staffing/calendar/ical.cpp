#include "staffing/calendar/ical.hpp"

#include <fmt/chrono.h>

#include "base/text.hpp"

namespace varde::staffing::ical {
namespace {

constexpr std::size_t kFold = 75;  // octets of a line, without its end

// UTC, the form with a Z (3.3.5).
std::string utc(Timestamp at) {
  return fmt::format("{:%Y%m%dT%H%M%S}Z", std::chrono::floor<std::chrono::seconds>(at));
}

void append_text(std::string& out, std::string_view name, std::string_view text) {
  if (!text.empty()) append_line(out, fmt::format("{}:{}", name, escape(text)));
}

// A URI is written as it is (3.3.13): nothing in it may end the line.
bool is_plain_uri(std::string_view uri) {
  return !uri.empty() && std::ranges::all_of(uri, [](char c) { return c > ' ' && c < '\x7f'; });
}

void append_event(std::string& out, const Event& event) {
  append_line(out, "BEGIN:VEVENT");
  append_text(out, "UID", event.uid);
  append_line(out, "DTSTAMP:" + utc(event.changed));
  append_line(out, "LAST-MODIFIED:" + utc(event.changed));
  append_line(out, fmt::format("SEQUENCE:{}", event.sequence));
  append_line(out, "DTSTART:" + utc(event.start));
  append_line(out, "DTEND:" + utc(event.end));
  append_line(out, event.cancelled ? "STATUS:CANCELLED" : "STATUS:CONFIRMED");
  append_line(out, event.cancelled ? "TRANSP:TRANSPARENT" : "TRANSP:OPAQUE");
  append_text(out, "SUMMARY", event.summary);
  append_text(out, "LOCATION", event.location);
  append_text(out, "DESCRIPTION", event.description);
  if (is_plain_uri(event.url)) append_line(out, "URL:" + event.url);
  append_line(out, "END:VEVENT");
}

}  // namespace

std::string escape(std::string_view text) {
  std::string out;
  if (!is_utf8(text)) return out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto c = text[i];
    if (c == '\\' || c == ';' || c == ',') {
      out += {'\\', c};
    } else if (c == '\n' || c == '\r') {
      if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
      out += "\\n";
    } else if (static_cast<unsigned char>(c) >= ' ' && c != '\x7f') {
      out += c;
    } else if (c == '\t') {
      out += ' ';
    }
  }
  return out;
}

void append_line(std::string& out, std::string_view line) {
  for (auto room = kFold; line.size() > room; room = kFold - 1) {  // a folded line begins with ' '
    auto cut = room;
    while (cut > 0 && (static_cast<unsigned char>(line[cut]) & 0xc0) == 0x80) --cut;
    out.append(line.substr(0, cut)).append("\r\n ");
    line.remove_prefix(cut);
  }
  out.append(line).append("\r\n");
}

std::string calendar(std::string_view name, const std::vector<Event>& events) {
  std::string out;
  append_line(out, "BEGIN:VCALENDAR");
  append_line(out, "VERSION:2.0");
  append_line(out, "PRODID:-//Varde//Shifts//EN");
  append_line(out, "CALSCALE:GREGORIAN");
  append_line(out, "METHOD:PUBLISH");
  append_text(out, "NAME", name);          // RFC 7986
  append_text(out, "X-WR-CALNAME", name);  // what calendars read before it
  append_line(out, "REFRESH-INTERVAL;VALUE=DURATION:PT1H");
  for (const auto& event : events) append_event(out, event);
  append_line(out, "END:VCALENDAR");
  return out;
}

}  // namespace varde::staffing::ical
