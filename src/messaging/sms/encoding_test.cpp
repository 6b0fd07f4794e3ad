#include "messaging/sms/encoding.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace varde::messaging::sms {
namespace {

std::string times(std::size_t n, const std::string& what) {
  std::string out;
  for (std::size_t i = 0; i < n; ++i) out += what;
  return out;
}

std::string utf8(char32_t c) {
  std::string out;
  auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | c >> 6), put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12), put(0x80 | (c >> 6 & 0x3f)), put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | c >> 18), put(0x80 | (c >> 12 & 0x3f)), put(0x80 | (c >> 6 & 0x3f)),
        put(0x80 | (c & 0x3f));
  }
  return out;
}

TEST(SmsEncoding, Table) {
  struct Case {
    std::string text;
    Encoding encoding;
    std::size_t characters, units, segments, left;
  };
  const Case cases[] = {
      {"", Encoding::gsm7, 0, 0, 0, 160},
      {"Hei på deg", Encoding::gsm7, 10, 10, 1, 150},
      {"Blåbærsyltetøy ÆØÅ", Encoding::gsm7, 18, 18, 1, 142},
      {"@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ", Encoding::gsm7, 31, 31, 1, 129},
      {" !\"#¤%&'()*+,-./0123456789:;<=>?¡ÄÖÑÜ§¿äöñüà", Encoding::gsm7, 44, 44, 1, 116},
      {"^{}\\[~]|€", Encoding::gsm7, 9, 18, 1, 142},
      {times(160, "a"), Encoding::gsm7, 160, 160, 1, 0},
      {times(161, "a"), Encoding::gsm7, 161, 161, 2, 145},
      {times(306, "a"), Encoding::gsm7, 306, 306, 2, 0},
      {times(307, "a"), Encoding::gsm7, 307, 307, 3, 152},
      {times(80, "€"), Encoding::gsm7, 80, 160, 1, 0},
      {times(81, "€"), Encoding::gsm7, 81, 162, 2, 143},
      // The escape would be the 153rd septet: it moves to the next segment with its character.
      {times(152, "a") + "€" + times(10, "a"), Encoding::gsm7, 163, 164, 2, 141},
      {times(153, "€"), Encoding::gsm7, 153, 306, 3, 151},
      {"ç", Encoding::ucs2, 1, 1, 1, 69},
      {"`", Encoding::ucs2, 1, 1, 1, 69},
      {"a\tb", Encoding::ucs2, 3, 3, 1, 67},
      {"“quoted”", Encoding::ucs2, 8, 8, 1, 62},
      {"Привет", Encoding::ucs2, 6, 6, 1, 64},
      {"👍", Encoding::ucs2, 1, 2, 1, 68},
      {times(70, "я"), Encoding::ucs2, 70, 70, 1, 0},
      {times(71, "я"), Encoding::ucs2, 71, 71, 2, 63},
      {times(134, "я"), Encoding::ucs2, 134, 134, 2, 0},
      {times(135, "я"), Encoding::ucs2, 135, 135, 3, 66},
      {times(35, "👍"), Encoding::ucs2, 35, 70, 1, 0},
      // 33 pairs and one unit that stays empty.
      {times(36, "👍"), Encoding::ucs2, 36, 72, 2, 61},
      {times(66, "я") + "👍" + times(5, "я"), Encoding::ucs2, 72, 73, 2, 60},
  };
  for (const auto& c : cases) {
    auto got = measure(c.text);
    EXPECT_EQ(got.encoding, c.encoding) << c.text;
    EXPECT_EQ(got.characters, c.characters) << c.text;
    EXPECT_EQ(got.units, c.units) << c.text;
    EXPECT_EQ(got.segments, c.segments) << c.text;
    EXPECT_EQ(got.left, c.left) << c.text;
    EXPECT_EQ(got.single_limit, c.encoding == Encoding::gsm7 ? 160U : 70U);
    EXPECT_EQ(got.segment_limit, c.encoding == Encoding::gsm7 ? 153U : 67U);
  }
}

TEST(SmsEncoding, TheAlphabetHasItsSize) {
  // 128 places less the escape; the extension table's ten.
  int plain = 0, extended = 0;
  for (char32_t c = 0; c < 0x110000; ++c) {
    plain += septets(c) == 1 ? 1 : 0;
    extended += septets(c) == 2 ? 1 : 0;
  }
  EXPECT_EQ(plain, 127);
  EXPECT_EQ(extended, 10);
}

// Texts of what is hard: escapes, surrogates, borders.
rc::Gen<std::string> texts() {
  auto letter = rc::gen::weightedElement<std::string>(
      {{20, "a"}, {8, "€"}, {4, "ø"}, {2, "{"}, {1, "я"}, {1, "👍"}});
  auto gsm = rc::gen::weightedElement<std::string>({{20, "a"}, {8, "€"}, {4, "ø"}, {2, "{"}});
  auto any = rc::gen::map(rc::gen::inRange<std::uint32_t>(1, 0x10ffff), [](std::uint32_t c) {
    return utf8(c >= 0xd800 && c < 0xe000 ? U'x' : static_cast<char32_t>(c));
  });
  auto joined = [](const std::vector<std::string>& parts) {
    std::string out;
    for (const auto& part : parts) out += part;
    return out;
  };
  auto many = [&](const auto& gen) {
    return rc::gen::map(rc::gen::scale(6, rc::gen::container<std::vector<std::string>>(gen)),
                        joined);
  };
  return rc::gen::oneOf(many(letter), many(gsm), many(any));
}

RC_GTEST_PROP(SmsEncoding, SegmentsJoinToTheText, ()) {
  auto text = *texts();
  auto parts = segments(text);
  std::string joined;
  for (const auto& part : parts) joined += part;
  RC_ASSERT(joined == text);
  RC_ASSERT(parts.size() == measure(text).segments);
}

RC_GTEST_PROP(SmsEncoding, EverySegmentFitsAndIsAsFullAsItCanBe, ()) {
  auto text = *texts();
  auto whole = measure(text);
  auto parts = segments(text);
  std::size_t units = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    // Measured in the text's encoding: a piece of a UCS-2 text may itself be plain.
    auto piece = measure(parts[i] + (whole.encoding == Encoding::ucs2 ? "я" : ""));
    auto used = piece.units - (whole.encoding == Encoding::ucs2 ? 1 : 0);
    RC_ASSERT(piece.encoding == whole.encoding);
    RC_ASSERT(used <= (parts.size() == 1 ? whole.single_limit : whole.segment_limit));
    if (i + 1 < parts.size()) RC_ASSERT(used + 1 >= whole.segment_limit);
    units += used;
  }
  RC_ASSERT(units == whole.units);
}

RC_GTEST_PROP(SmsEncoding, AnotherCharacterNeverMakesItShorter, ()) {
  auto text = *texts();
  for (const char* more : {"a", "€", "я", "👍"})
    RC_ASSERT(measure(text + more).segments >= measure(text).segments);
}

}  // namespace
}  // namespace varde::messaging::sms
