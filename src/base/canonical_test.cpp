#include "base/canonical.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include "base/text.hpp"

namespace varde {
namespace {

using Maybe = std::optional<std::string>;

struct Case {
  std::string in;
  Maybe out;
};

TEST(Canonical, Email) {
  const Case cases[] = {
      {"kari@example.org", "kari@example.org"},
      {"  Kari.Nordmann@Example.ORG ", "Kari.Nordmann@example.org"},
      {"kari@example.org\u00a0", "kari@example.org"},
      {"\ufeffkari@example.org", "kari@example.org"},
      {"\u2003kari@example.org\u200b\u2060", "kari@example.org"},
      {"kari\u200b@example.org", std::nullopt},
      {"ka\u00adri@example.org", std::nullopt},
      {"kari@exam\u200bple.org", std::nullopt},
      {"kari@exam\u00adple.org", std::nullopt},
      {"kari\ufeff@example.org", std::nullopt},
      {"kari @example.org", std::nullopt},
      {"kari\u3000x@example.org", std::nullopt},
      // What folds into a character that is not allowed is refused, whatever it was before.
      {"a@＜b＞.example", std::nullopt},
      {"x@evil.example＠bank.example", std::nullopt},
      {"x＠evil.example@bank.example", std::nullopt},
      {"a@b／c.example", std::nullopt},
      {"a．．b@example.org", std::nullopt},
      // Full-width letters are plain ones.
      {"ｋａｒｉ＠ｅｘａｍｐｌｅ．ｏｒｇ", "kari@example.org"},
      // A name of its own (IDNA2008), not the one with ss.
      {"Ola@Straße.example", "Ola@xn--strae-oqa.example"},
      {"ola@strasse.example", "ola@strasse.example"},
      {"kari@BLÅBÆR.example", "kari@xn--blbr-roah.example"},
      {"kari@bla\u030abær.example", "kari@xn--blbr-roah.example"},
      {"kari@XN--BLBR-ROAH.example", "kari@xn--blbr-roah.example"},
      {"kari@xn--zzzzzzz999.example", std::nullopt},
      {"kari@☃.example", std::nullopt},
      {"jos\u00e9@example.org", "jos\u00e9@example.org"},
      {"jose\u0301@example.org", "jos\u00e9@example.org"},
      {"a@b", std::nullopt},
      {"a@b.", std::nullopt},
      {"a@.b", std::nullopt},
      {"a@b_c.example", std::nullopt},
      {".a@example.org", std::nullopt},
      {"a..b@example.org", std::nullopt},
      {"a@b@example.org", std::nullopt},
      {"@example.org", std::nullopt},
      {"", std::nullopt},
      {"\xff@example.org", std::nullopt},
      {"o'neil+tag@example.org", "o'neil+tag@example.org"},
      {std::string(64, 'a') + "@example.org", std::string(64, 'a') + "@example.org"},
      {std::string(65, 'a') + "@example.org", std::nullopt},
      {"a@" + std::string(64, 'b') + ".example", std::nullopt},
  };
  for (const auto& [in, out] : cases) EXPECT_EQ(canonical_email(in), out) << in;
}

TEST(Canonical, KeysOfAddressesAreAsTheyWere) {
  // Hashes of what is stored were made of the folded text: they stay good.
  for (std::string stored :
       {"kari@example.org", "Kari.Nordmann@example.org", "kari@blåbær.example", "José@example.org"})
    EXPECT_EQ(email_key(stored), fold(stored));
  EXPECT_EQ(email_key("kari@xn--blbr-roah.example"), email_key("Kari@blåbær.example"));
  EXPECT_NE(email_key("ola@xn--strae-oqa.example"), email_key("ola@strasse.example"));
}

TEST(Canonical, Line) {
  const Case cases[] = {
      {"Kari", "Kari"},
      {"Kari\u00a0", "Kari"},
      {"\ufeff Kari \u200b", "Kari"},
      {"Kari\u00a0Nordmann", "Kari Nordmann"},
      {"Kari\nNordmann", "Kari Nordmann"},
      {"Ka\u200bri", std::nullopt},
      {"Ka\u2060ri", std::nullopt},
      {"Ka\u202eri", std::nullopt},
      {"Kari\u0007", std::nullopt},
      {"Ka\ufffdri", std::nullopt},
      {"A\u030asa", "\u00c5sa"},
      // Joiners within Persian and Devanagari, and within emoji.
      {"نامه\u200cای", "نامه\u200cای"},
      {"क्\u200dष", "क्\u200dष"},
      {"👩\u200d💻", "👩\u200d💻"},
      {"❤\ufe0f", "❤\ufe0f"},
      {"❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥"},
      {"葛\U000e0100飾", "葛\U000e0100飾"},
      {"\u200dKari\u200d", "Kari"},
      {"Kari \u200d Nordmann", std::nullopt},
      {"\ufe0f\ufe0f", ""},
      {"", ""},
  };
  for (const auto& [in, out] : cases) EXPECT_EQ(canonical_line(in), out) << in;
}

TEST(Canonical, Prose) {
  const Case cases[] = {
      {" one\ntwo\t three \n", "one\ntwo\t three"},
      {"\u2028one\u2028two", "one\u2028two"},
      {"\ufeffone\u200btwo", "one\u200btwo"},
      {"e\u0301n", "\u00e9n"},
      {"one\u202etwo", std::nullopt},
      {"one\u0085two", std::nullopt},
      {std::string("one\0two", 7), std::nullopt},
      {"\u2067עברית\u2069", "עברית"},
      {"x\u2067עברית\u2069y", "x\u2067עברית\u2069y"},
      {"Donau\u00addampf", "Donau\u00addampf"},
  };
  for (const auto& [in, out] : cases) EXPECT_EQ(canonical_prose(in), out) << in;
}

TEST(Canonical, Symbols) {
  EXPECT_EQ(canonical_symbols("\u202a+47\u00a0912 34\u200b567\u202c"), "+47 912 34567");
  EXPECT_EQ(canonical_symbols("＋４７９１２"), "+47912");
}

TEST(Canonical, DomainsAndHosts) {
  EXPECT_EQ(canonical_domain("Example.ORG."), "example.org");
  EXPECT_EQ(canonical_domain("example。org"), "example.org");
  EXPECT_EQ(canonical_domain("blåbær。example"), "xn--blbr-roah.example");
  EXPECT_EQ(canonical_domain("a b.example"), std::nullopt);
  EXPECT_EQ(canonical_domain("[192.0.2.1]"), std::nullopt);
  EXPECT_EQ(canonical_host("LOCALHOST"), "localhost");
  EXPECT_EQ(canonical_host("2001:DB8::1"), "2001:db8::1");
  EXPECT_EQ(canonical_host("mail_relay"), "mail_relay");
  EXPECT_EQ(canonical_host("mail/relay"), std::nullopt);
  EXPECT_EQ(canonical_host("user@mail"), std::nullopt);
}

// Text of the kinds of code points that matter here.
rc::Gen<std::string> text() {
  auto point = rc::gen::oneOf(
      rc::gen::inRange<UChar32>(0x20, 0x7f), rc::gen::inRange<UChar32>(0, 0x3000),
      rc::gen::inRange<UChar32>(0x2000, 0x2070), rc::gen::inRange<UChar32>(0xfe00, 0xffef),
      rc::gen::inRange<UChar32>(0x1f300, 0x1f700), rc::gen::inRange<UChar32>(0xe0000, 0xe0200),
      rc::gen::element<UChar32>('@', '.', '-', 'a', 'x', 'n', 0x200d, 0xdf, 0x3002, 0xff20));
  return rc::gen::map(
      rc::gen::container<std::vector<UChar32>>(point), [](const std::vector<UChar32>& points) {
        std::string out;
        icu::UnicodeString::fromUTF32(points.data(), static_cast<std::int32_t>(points.size()))
            .toUTF8String(out);
        return out;
      });
}

std::vector<UChar32> points_of(const std::string& text) {
  auto in = icu::UnicodeString::fromUTF8(text);
  std::vector<UChar32> out;
  for (std::int32_t i = 0; i < in.length(); i = in.moveIndex32(i, 1)) out.push_back(in.char32At(i));
  return out;
}

RC_GTEST_PROP(CanonicalProperty, TwiceIsOnce, ()) {
  auto in = *text();
  for (auto form : {canonical_prose, canonical_line, canonical_symbols, canonical_domain,
                    canonical_host, canonical_email})
    if (auto once = form(in)) RC_ASSERT(form(*once) == once);
}

RC_GTEST_PROP(CanonicalProperty, NothingUnseenIsLeftInAnAddress, ()) {
  auto local = *text(), domain = *text();
  if (auto address = canonical_email(local + "@" + domain + ".example")) {
    RC_ASSERT(std::ranges::count(*address, '@') == 1);
    RC_ASSERT(canonical_email("\ufeff" + *address + "\u00a0") == address);
    for (auto c : points_of(*address)) {
      RC_ASSERT(!u_isUWhiteSpace(c));
      RC_ASSERT(!u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT));
    }
  }
}

RC_GTEST_PROP(CanonicalProperty, ALineBeginsAndEndsWithWhatIsSeen, ()) {
  auto line = canonical_line(*text());
  if (!line || line->empty()) return;
  auto points = points_of(*line);
  RC_ASSERT(!u_isUWhiteSpace(points.front()));
  RC_ASSERT(!u_isUWhiteSpace(points.back()));
  RC_ASSERT(!u_hasBinaryProperty(points.front(), UCHAR_DEFAULT_IGNORABLE_CODE_POINT));
  for (auto c : points) RC_ASSERT(c == ' ' || !u_isUWhiteSpace(c));
}

TEST(Canonical, AWebAddressInAHeader) {
  const std::pair<const char*, const char*> cases[] = {
      {"https://example.org/a?b=c#d", "https://example.org/a?b=c#d"},
      {"https://example.org/bl\u00e5b\u00e6r/s\u00f8k?q=\u00e5",
       "https://example.org/bl%C3%A5b%C3%A6r/s%C3%B8k?q=%C3%A5"},
      {"https://bl\u00e5b\u00e6r.example/x", "https://xn--blbr-roah.example/x"},
      {"https://bl\u00e5b\u00e6r.example:8443?x", "https://xn--blbr-roah.example:8443?x"},
      {"http://[2001:db8::1]:80/\u00e5", "http://[2001:db8::1]:80/%C3%A5"},
      {"https://example.org/%C3%A5 b", "https://example.org/%C3%A5%20b"},
      {"https://example.org/\"<>", "https://example.org/%22%3C%3E"},
      {"/\u00e5", "/%C3%A5"},
  };
  for (auto [iri, uri] : cases) {
    EXPECT_EQ(to_uri(iri), uri);
    EXPECT_EQ(to_uri(uri), uri) << "what is encoded stays";
  }
}

}  // namespace
}  // namespace varde
