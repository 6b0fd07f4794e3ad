#include "staffing/portal/form.hpp"

#include <gtest/gtest.h>

namespace varde::staffing {
namespace {

TEST(PortalForm, TimesOfADay) {
  for (auto [text, minutes] : std::vector<std::pair<const char*, int>>{{"00:00", 0},
                                                                       {"08:30", 510},
                                                                       {"23:59", 1439},
                                                                       {"08:30:15", 510},
                                                                       {"24:00", -1},
                                                                       {"8:30", -1},
                                                                       {"08:60", -1},
                                                                       {"+8:30", -1},
                                                                       {"08.30", -1},
                                                                       {"", -1},
                                                                       {"08:3", -1},
                                                                       {"08:30x", -1},
                                                                       {"08:30:15:10", -1}})
    EXPECT_EQ(read_clock(text).value_or(-1), minutes) << text;
}

TEST(PortalForm, LocalTimes) {
  auto at = read_local("2026-03-01T08:30");
  ASSERT_TRUE(at);
  EXPECT_EQ(from_local(*at, "Europe/Oslo"), *parse_rfc3339("2026-03-01T07:30:00Z"));
  for (const char* text : {"2026-02-30T08:30", "2026-03-01", "2026-03-01T25:00", "x", "",
                           "2026-03-01T08:30Z", "2026-03-01T08:30+01:00"})
    EXPECT_FALSE(read_local(text)) << text;
}

TEST(PortalForm, Months) {
  EXPECT_EQ(read_month("2026-11"), std::chrono::year(2026) / std::chrono::November);
  for (const char* text : {"2026-13", "2026-1", "2026-11-01", "", "-026-11"})
    EXPECT_FALSE(read_month(text)) << text;
}

TEST(PortalForm, PlacesAsPeopleCopyThem) {
  for (const char* text : {"59.91, 10.75", "59.91,10.75", "59,91; 10,75", "59.91 10.75",
                           " 59,91, 10,75 ", "59,91 10,75"}) {
    auto place = read_place(text);
    ASSERT_TRUE(place) << text;
    EXPECT_DOUBLE_EQ(place->latitude, 59.91) << text;
    EXPECT_DOUBLE_EQ(place->longitude, 10.75) << text;
  }
  auto south = read_place("-33.9, -70.6");
  ASSERT_TRUE(south);
  EXPECT_DOUBLE_EQ(south->latitude, -33.9);
  for (const char* text : {"91, 10", "59, 181", "59", "nan, nan", "inf 1", "59.91, 10.75, 3",
                           "a, b", "", "1e1, 5", "59,91,10,75"})
    EXPECT_FALSE(read_place(text)) << text;
}

TEST(PortalForm, Codes) {
  EXPECT_EQ(read_code("123456"), "123456");
  EXPECT_EQ(read_code(" 012 345 "), "012345");
  EXPECT_EQ(read_code("012-345"), "012345");
  for (const char* text : {"12345", "1234567", "12345a", "", "１２３４５６"})
    EXPECT_FALSE(read_code(text)) << text;
}

TEST(PortalForm, FieldsAreLimited) {
  std::string many;
  for (int i = 0; i < 61; ++i) many += "a=1&";
  EXPECT_FALSE(Form::read(many));
  auto form = Form::read("a=+x+&b=1&b=2&c=%F0%9F%98%80");
  ASSERT_TRUE(form);
  EXPECT_EQ(form->get("a"), "x");
  EXPECT_EQ(form->raw("a"), " x ");
  EXPECT_EQ(form->all("b"), (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(form->get("missing"), "");
  EXPECT_FALSE(Form::read("a=%ff"));
}

TEST(PortalForm, WhatWasNotTouchedKeepsItsHour) {
  constexpr auto kOslo = "Europe/Oslo";
  auto at = [](const char* text) { return *parse_rfc3339(text); };
  // 02:30 comes twice in the night to 31 October 2027; the shift ended at the second one.
  auto first = at("2027-10-31T00:30:00Z"), second = at("2027-10-31T01:30:00Z");
  EXPECT_EQ(local_value(first, kOslo), local_value(second, kOslo));
  EXPECT_EQ(read_local_at("2027-10-31T02:30", second, kOslo), second);
  EXPECT_EQ(read_local_at("2027-10-31T02:30:00", second, kOslo), second);
  EXPECT_EQ(read_local_at("2027-10-31T02:30", first, kOslo), first);
  EXPECT_EQ(read_local_at("2027-10-31T03:30", second, kOslo), at("2027-10-31T02:30:00Z"));
  EXPECT_EQ(read_local_at("2027-10-31T02:30", std::nullopt, kOslo), first);
  // Seconds are not shown, and stay.
  auto odd = at("2027-06-01T10:00:25Z");
  EXPECT_EQ(read_local_at(local_value(odd, kOslo), odd, kOslo), odd);
  EXPECT_FALSE(read_local_at("yesterday", second, kOslo));
}

}  // namespace
}  // namespace varde::staffing
