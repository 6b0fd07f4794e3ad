// Encodings and text: tables of the standards' own examples, and properties over any bytes.
#include "base/text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace varde {
namespace {

using namespace std::string_literals;

struct Encoded {
  std::string_view bytes, base64, base64url, base32, hex;
};
// RFC 4648, section 10; and bytes in which the alphabets differ.
const Encoded kEncoded[] = {
    {"", "", "", "", ""},
    {"f", "Zg==", "Zg", "my", "66"},
    {"fo", "Zm8=", "Zm8", "mzxq", "666f"},
    {"foo", "Zm9v", "Zm9v", "mzxw6", "666f6f"},
    {"foob", "Zm9vYg==", "Zm9vYg", "mzxw6yq", "666f6f62"},
    {"fooba", "Zm9vYmE=", "Zm9vYmE", "mzxw6ytb", "666f6f6261"},
    {"foobar", "Zm9vYmFy", "Zm9vYmFy", "mzxw6ytboi", "666f6f626172"},
    {"\xfb\xff\xbf", "+/+/", "-_-_", "7p736", "fbffbf"},
};

TEST(Text, EncodingsOfTheStandard) {
  for (const auto& [bytes, b64, b64url, b32, hexed] : kEncoded) {
    SCOPED_TRACE(b64);
    EXPECT_EQ(base64(bytes), b64);
    EXPECT_EQ(base64url(bytes), b64url);
    EXPECT_EQ(base32(bytes), b32);
    EXPECT_EQ(hex(bytes), hexed);
    EXPECT_EQ(unbase64(b64), bytes);
    EXPECT_EQ(unbase64(b64url), bytes);
    EXPECT_EQ(unbase32(b32), bytes);
    EXPECT_EQ(unhex(hexed), bytes);
  }
  EXPECT_EQ(unbase32("MZXW6YTBOI"), "foobar");
  EXPECT_EQ(unhex("FBff"), "\xfb\xff"s);
}

TEST(Text, WhatIsNoEncodingIsRefused) {
  for (auto text : {"0", "0g", "xx", "0 ", "-1"}) EXPECT_FALSE(unhex(text)) << text;
  for (auto text : {"Z", "Zg=a", "Zg== ", "Zm 9v", "Z\n", "Zm9v=Zg", "*"})
    EXPECT_FALSE(unbase64(text)) << text;
  for (auto text : {"1", "m", "my0", "mzxw6ytb oi"}) EXPECT_FALSE(unbase32(text)) << text;
}

RC_GTEST_PROP(TextProperty, WhatIsEncodedIsReadBack, (const std::string& bytes)) {
  RC_ASSERT(unhex(hex(bytes)) == bytes);
  RC_ASSERT(unbase64(base64(bytes)) == bytes);
  RC_ASSERT(unbase64(base64url(bytes)) == bytes);
  RC_ASSERT(unbase32(base32(bytes)) == bytes);
  RC_ASSERT(percent_decode(percent_encode(bytes)) == bytes);
}

RC_GTEST_PROP(TextProperty, APartOfTextIsText, (const std::string& any, std::uint8_t length)) {
  auto text = fold(is_utf8(any) ? any : hex(any) + "åäöß€𝒳");
  RC_ASSERT(is_utf8(text));
  RC_ASSERT(fold(text) == text);
  auto part = utf8_prefix(text, length);
  RC_ASSERT(is_utf8(part));
  RC_ASSERT(utf8_length(part) == std::min<std::size_t>(length, utf8_length(text)));
  RC_ASSERT(text.starts_with(part));
}

RC_GTEST_PROP(TextProperty, WhatWasSplitIsJoinedAgain, (const std::string& text)) {
  std::string joined;
  for (auto piece : split(text, ','))
    joined.append(joined.empty() && piece.data() == text.data() ? "" : ",").append(piece);
  RC_ASSERT(text.empty() || joined == text);
}

TEST(Text, Utf8) {
  struct Case {
    std::string_view bytes;
    bool well_formed;
  };
  // Unicode 15, table 3-7, at its edges.
  const Case cases[] = {
      {"", true},
      {"a\xc3\xa5", true},
      {"\xf0\x9f\x98\x80", true},
      {"\xf4\x8f\xbf\xbf", true},   // the last code point
      {"\xf4\x90\x80\x80", false},  // one after it
      {"\xed\x9f\xbf", true},       // before the surrogates
      {"\xed\xa0\x80", false},      // the first of them
      {"\xc0\x80", false},          // overlong
      {"\xe0\x9f\xbf", false},      // overlong
      {"\xf0\x8f\xbf\xbf", false},  // overlong
      {"\xc3", false},              // cut
      {"\xe2\x82", false},          // cut
      {"\x80", false},              // begins in the middle
      {"\xc3\x28", false},
  };
  for (const auto& one : cases) EXPECT_EQ(is_utf8(one.bytes), one.well_formed) << hex(one.bytes);
  EXPECT_EQ(utf8_length("Ærlig 😀"), 7u);
  EXPECT_EQ(utf8_prefix("Ærlig", 1), "Æ");
}

TEST(Text, NamesAreComparedFolded) {
  const std::pair<std::string_view, std::string_view> same[] = {
      {"STRASSE", "straße"}, {"Åse", "A\xcc\x8ase"}, {"ﬁn", "fin"}, {"ÆØÅ", "æøå"}, {"Ⅳ", "iv"}};
  for (const auto& [a, b] : same) EXPECT_EQ(fold(a), fold(b)) << a;
  EXPECT_NE(fold("Åse"), fold("Ase"));
  EXPECT_EQ(words(fold("Anne-Marie  O’Neil, 2. etg.")),
            (std::vector<std::string>{"anne", "marie", "o", "neil", "2", "etg"}));
}

TEST(Text, SmallTools) {
  EXPECT_EQ(trim(" \t\r\na b\n "), "a b");
  EXPECT_EQ(trim(" \n"), "");
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(ascii_lower("ÅBC"), "Åbc") << "only ASCII has a case here";
  EXPECT_TRUE(iequals("Content-TYPE", "content-type"));
  EXPECT_FALSE(iequals("a", "ab"));
  EXPECT_EQ(ascii_length("ab\xc3\xa5"), 2u);
  EXPECT_EQ(html_escape("<a href=\"x\">'&'</a>"),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
  EXPECT_EQ(percent_encode("a b/å~"), "a%20b%2F%C3%A5~");
  EXPECT_EQ(percent_decode("a+b%2f", true), "a b/");
  EXPECT_EQ(percent_decode("a+b"), "a+b");
  for (auto text : {"%", "%2", "%zz"}) EXPECT_FALSE(percent_decode(text)) << text;
}

}  // namespace
}  // namespace varde
