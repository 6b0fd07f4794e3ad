#include "web/words.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <regex>
#include <set>

#include "base/embed.hpp"
#include "base/text.hpp"

namespace varde::web {
namespace {

using Texts = std::map<std::string, std::string>;

std::multiset<std::string> values_in(const std::string& text) {
  static const std::regex kValue(R"(\{(\w+)\})");
  std::multiset<std::string> out;
  for (std::sregex_iterator it(text.begin(), text.end(), kValue), end; it != end; ++it)
    out.insert((*it)[1]);
  return out;
}

TEST(Words, EachLanguageOfEachFolderHasEveryTextWithTheSameValues) {
  std::map<std::string, std::map<std::string, Texts>> folders;
  for (const auto& file : varde_locales_files()) {
    std::filesystem::path path(file.name);
    if (!file.name.starts_with("pages/")) continue;
    auto texts = boost::json::parse({file.content.data(), file.content.size()});
    for (const auto& [key, text] : texts.as_object())
      folders[path.parent_path().filename()][path.stem()][key] = text.as_string();
  }
  EXPECT_GE(folders.size(), 3u);
  for (auto& [folder, languages] : folders) {
    EXPECT_EQ(languages.size(), 3u) << folder;
    for (const auto& [language, own] : languages) {
      EXPECT_EQ(own.size(), languages["en"].size()) << folder << " " << language;
      for (const auto& [key, text] : languages["en"]) {
        auto found = own.find(key);
        ASSERT_NE(found, own.end()) << folder << " " << language << " lacks " << key;
        EXPECT_FALSE(trim(found->second).empty()) << folder << " " << language << " " << key;
        EXPECT_EQ(values_in(found->second), values_in(text))
            << folder << " " << language << " " << key;
      }
    }
  }
}

}  // namespace
}  // namespace varde::web
