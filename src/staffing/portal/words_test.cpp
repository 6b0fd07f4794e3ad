#include "staffing/portal/words.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include "base/embed.hpp"
#include "base/text.hpp"

namespace varde::staffing {
namespace {

using Texts = std::map<std::string, std::string>;

std::map<std::string, Texts> texts() {
  std::map<std::string, Texts> out;
  for (const auto& file : varde_locales_files()) {
    if (!file.name.starts_with("pages/staffing/")) continue;
    auto& all = out[std::filesystem::path(file.name).stem()];
    auto file_texts = boost::json::parse({file.content.data(), file.content.size()});
    for (const auto& [key, text] : file_texts.as_object())
      EXPECT_TRUE(all.emplace(key, text.as_string()).second) << key << " stands there twice";
  }
  return out;
}

std::multiset<std::string> values_in(const std::string& text) {
  static const std::regex kValue(R"(\{(\w+)\})");
  std::multiset<std::string> out;
  for (std::sregex_iterator it(text.begin(), text.end(), kValue), end; it != end; ++it)
    out.insert((*it)[1]);
  return out;
}

std::string sources() {
  namespace fs = std::filesystem;
  std::string out;
  std::ifstream dates(VARDE_SOURCE_DIR "/src/web/words.cpp");
  out.append(std::istreambuf_iterator<char>(dates), {});
  fs::path root(VARDE_SOURCE_DIR "/src/staffing");
  for (const auto& folder : {root / "portal", root / "offer", root / "calendar"})
    for (const auto& file : fs::directory_iterator(folder))
      if (file.path().extension() == ".cpp" && !file.path().string().ends_with("_test.cpp")) {
        std::ifstream in(file.path());
        out.append(std::istreambuf_iterator<char>(in), {});
      }
  return out;
}

TEST(PortalWords, EachLanguageHasEveryTextWithTheSameValues) {
  auto all = texts();
  std::set<std::string> languages;
  for (const auto& [language, keys] : all) languages.insert(language);
  EXPECT_EQ(languages, (std::set<std::string>{"en", "nb", "sv"}));
  for (const auto& [language, own] : all) {
    for (const auto& [key, text] : all["en"]) {
      auto found = own.find(key);
      ASSERT_NE(found, own.end()) << language << " lacks " << key;
      EXPECT_FALSE(trim(found->second).empty()) << language << " " << key;
      EXPECT_EQ(values_in(found->second), values_in(text)) << language << " " << key;
      EXPECT_EQ(found->second.find('<'), std::string::npos) << language << " " << key;
    }
    EXPECT_EQ(own.size(), all["en"].size()) << language << " has texts that English lacks";
  }
}

// What the code asks for is there, and what is there is asked for: by its key, or by the part
// before a number ("weekday.1") or before ".title" and ".why", which the code adds.
TEST(PortalWords, TheCodeAndTheTextsNameTheSameKeys) {
  auto code = sources();
  auto english = texts()["en"];
  static const std::regex kAsked(R"re(\bt(?:\.plain)?\(\s*"([a-z_]+(?:\.[a-z_]+)*)")re");
  for (std::sregex_iterator it(code.begin(), code.end(), kAsked), end; it != end; ++it)
    EXPECT_TRUE(english.contains((*it)[1])) << "no text for " << (*it)[1];
  for (const auto& [key, text] : english) {
    auto stem = std::regex_replace(key, std::regex(R"(\.(\d+|title|why)$)"), "");
    if (stem.starts_with("done.")) stem = stem.substr(5);
    bool asked = code.find('"' + key + '"') != std::string::npos ||
                 code.find('"' + stem + '"') != std::string::npos ||
                 code.find('"' + stem + ".{}\"") != std::string::npos;
    EXPECT_TRUE(asked) << "nobody asks for " << key;
  }
}

TEST(PortalWords, ValuesAreEscapedForPagesAndNotForMessages) {
  Words t("nb-NO");
  EXPECT_EQ(t.language(), "nb");
  EXPECT_EQ(t("code.message", {{"code", "<b>"}, {"organisation", "A & B"}}).find("<b>"),
            std::string::npos);
  EXPECT_NE(t.plain("code.subject", {{"code", "123456"}, {"organisation", "A & B"}}).find("A & B"),
            std::string::npos);
  // A value is no text: what looks like a field in it stays.
  EXPECT_EQ(Words("en").plain("calendar.summary", {{"workplace", "{workplace}"}}),
            "Shift: {workplace}");
}

TEST(PortalWords, DaysAndTimes) {
  auto from = *parse_rfc3339("2026-03-02T22:00:00+01:00"),
       until = *parse_rfc3339("2026-03-03T07:00:00+01:00");
  EXPECT_EQ(Words("en").span(from, until, "Europe/Oslo"), "Monday 2 March, 22:00–07:00");
  EXPECT_EQ(Words("nn").span(from, until, "Europe/Oslo"), "mandag 2. mars, 22:00–07:00");
  // What lasts for a day or more would look like a few hours, or none.
  EXPECT_EQ(Words("en").span(from, from + std::chrono::hours(36), "Europe/Oslo"),
            "Monday 2 March, 22:00 – Wednesday 4 March, 10:00");
  EXPECT_EQ(Words("sv").span(from, from + std::chrono::hours(24), "Europe/Oslo"),
            "måndag 2 mars, 22:00 – tisdag 3 mars, 22:00");
  EXPECT_EQ(Words("en").span(from, from + std::chrono::hours(24) - std::chrono::minutes(1),
                             "Europe/Oslo"),
            "Monday 2 March, 22:00–21:59");
  EXPECT_EQ(Words("sv").moment(from, "Europe/Oslo"), "2 mars kl. 22:00");
  EXPECT_EQ(Words("de").month(std::chrono::year(2026) / 3), "March 2026");
}

TEST(PortalWords, TheBrowsersLanguages) {
  for (auto [header, language] :
       std::vector<std::pair<const char*, const char*>>{{"nb-NO,nb;q=0.9,en;q=0.8", "nb"},
                                                        {"de,sv;q=0.5", "sv"},
                                                        {"no", "nb"},
                                                        {"", ""},
                                                        {"*", ""},
                                                        {"svx", ""},
                                                        {"de-DE,fr", ""},
                                                        {";,;,", ""},
                                                        {"EN-us", "en"}})
    EXPECT_EQ(accepted_language(header), language) << header;
}

}  // namespace
}  // namespace varde::staffing
