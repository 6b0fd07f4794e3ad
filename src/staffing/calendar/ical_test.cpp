#include "staffing/calendar/ical.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.hpp"

namespace varde::staffing::ical {
namespace {

Timestamp at(const char* text) { return *parse_rfc3339(text); }

// What a reader does: unfolds, then takes lines apart.
std::vector<std::string> unfolded(std::string_view text) {
  std::vector<std::string> out;
  for (auto line : split(text, '\n')) {
    if (line.empty()) continue;
    EXPECT_EQ(line.back(), '\r');
    line.remove_suffix(1);
    EXPECT_LE(line.size(), 75U);
    if (line.starts_with(' ')) {
      out.back() += line.substr(1);
    } else {
      out.emplace_back(line);
    }
  }
  return out;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      ++i;
      out += text[i] == 'n' ? '\n' : text[i];
    } else {
      out += text[i];
    }
  }
  return out;
}

TEST(Ical, AnEventAsTheStandardWritesIt) {
  Event event{.uid = "b-1@varde",
              .sequence = 0,
              .start = at("2026-03-28T21:00:00+01:00"),
              .end = at("2026-03-29T07:00:00+02:00"),  // the clocks go forward in between
              .changed = at("2026-03-01T10:00:00Z"),
              .summary = "North school; east, \\ gate",
              .location = "Nordre gate 1\n0001 Oslo",
              .description = "",
              .url = "https://varde.example.org/p/me/north"};
  auto lines = unfolded(calendar("Shifts", {event}));
  std::vector<std::string> expected = {"BEGIN:VCALENDAR",
                                       "VERSION:2.0",
                                       "PRODID:-//Varde//Shifts//EN",
                                       "CALSCALE:GREGORIAN",
                                       "METHOD:PUBLISH",
                                       "NAME:Shifts",
                                       "X-WR-CALNAME:Shifts",
                                       "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
                                       "BEGIN:VEVENT",
                                       "UID:b-1@varde",
                                       "DTSTAMP:20260301T100000Z",
                                       "LAST-MODIFIED:20260301T100000Z",
                                       "SEQUENCE:0",
                                       "DTSTART:20260328T200000Z",
                                       "DTEND:20260329T050000Z",
                                       "STATUS:CONFIRMED",
                                       "TRANSP:OPAQUE",
                                       "SUMMARY:North school\\; east\\, \\\\ gate",
                                       "LOCATION:Nordre gate 1\\n0001 Oslo",
                                       "URL:https://varde.example.org/p/me/north",
                                       "END:VEVENT",
                                       "END:VCALENDAR"};
  EXPECT_EQ(lines, expected);
}

TEST(Ical, ACancelledEventKeepsItsNameAndGrows) {
  Event event{.uid = "b-1@varde",
              .sequence = 1,
              .start = at("2026-03-02T08:00:00Z"),
              .end = at("2026-03-02T16:00:00Z"),
              .changed = at("2026-03-01T10:00:00Z"),
              .summary = "x",
              .cancelled = true};
  auto text = calendar("Shifts", {event});
  for (const char* line : {"\r\nUID:b-1@varde\r\n", "\r\nSEQUENCE:1\r\n",
                           "\r\nSTATUS:CANCELLED\r\n", "\r\nTRANSP:TRANSPARENT\r\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line;
  EXPECT_EQ(text.find("VALARM"), std::string::npos);
}

TEST(Ical, LinesAreFoldedAt75OctetsAndNeverInsideACharacter) {
  for (std::size_t before = 60; before < 80; ++before) {
    std::string line = "SUMMARY:" + std::string(before - 8, 'a') + "æøå€😀" + std::string(100, 'b');
    std::string out;
    append_line(out, line);
    for (auto part : split(out, '\n')) EXPECT_TRUE(is_utf8(part));
    ASSERT_EQ(unfolded(out).size(), 1U);
    EXPECT_EQ(unfolded(out)[0], line);
  }
}

TEST(Ical, NothingBreaksOutOfAValue) {
  EXPECT_EQ(escape("a\r\nBEGIN:VEVENT"), "a\\nBEGIN:VEVENT");
  EXPECT_EQ(escape(std::string_view("a\0b\x1b\x7f", 5)), "ab");
  EXPECT_EQ(escape("\xff"), "");
  Event event{.uid = "u", .url = "https://x\r\nATTENDEE:y"};
  EXPECT_EQ(calendar("n", {event}).find("ATTENDEE"), std::string::npos);
}

RC_GTEST_PROP(Ical, WhatIsWrittenIsReadBack, ()) {
  auto words = *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(
      std::vector<std::string>{"a", ";", ",", "\\", "\n", "æ", "😀", "long enough to fold", " "}));
  std::string text;
  for (const auto& word : words) text += word;
  Event event{.uid = "u", .summary = text};
  std::string found;
  for (const auto& line : unfolded(calendar("n", {event})))
    if (line.starts_with("SUMMARY:")) found = unescaped(line.substr(8));
  RC_ASSERT(found == text);
}

}  // namespace
}  // namespace varde::staffing::ical
