#include "staffing/offer/understand.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <fstream>

#include "base/text.hpp"
#include "web/reflect.hpp"

namespace varde::staffing {
namespace {

struct Phrase {
  std::string language, verdict, text;
};

// tests/data/replies.tsv
const std::vector<Phrase>& phrases() {
  static const auto kAll = [] {
    std::vector<Phrase> out;
    std::ifstream file(VARDE_SOURCE_DIR "/tests/data/replies.tsv");
    for (std::string line; std::getline(file, line);) {
      if (line.starts_with('#')) continue;
      auto fields = split(line, '\t');
      EXPECT_EQ(fields.size(), 3U) << line;
      Phrase phrase{std::string(fields[0]), std::string(fields[1]), std::string(fields[2])};
      for (auto at = phrase.text.find("\\n"); at != std::string::npos; at = phrase.text.find("\\n"))
        phrase.text.replace(at, 2, "\n");
      out.push_back(std::move(phrase));
    }
    return out;
  }();
  return kAll;
}

std::string verdict(std::string_view text) {
  auto [meaning, number] = understand(text);
  auto word = web::enum_word(meaning);
  return word + (number ? " " + std::to_string(*number) : "");
}
bool books(std::string_view text) {
  auto meaning = understand(text).meaning;
  return meaning == Meaning::yes || meaning == Meaning::agreed;
}
bool quotes_us(const Phrase& phrase) {
  return phrase.text.starts_with('>') || phrase.text.find("Svar JA") != std::string::npos ||
         phrase.text.find("/p/o/") != std::string::npos;
}
std::vector<std::string> texts(bool (*wanted)(const Phrase&)) {
  std::vector<std::string> out;
  for (const auto& phrase : phrases())
    if (wanted(phrase)) out.push_back(phrase.text);
  return out;
}
std::string one_of(std::vector<std::string> all) {
  return all[*rc::gen::inRange<std::size_t>(0, all.size())];
}
std::string yes_phrase() {
  static const auto kAll = texts([](const Phrase& p) {
    return (p.verdict.starts_with("yes") || p.verdict == "agreed") && !quotes_us(p);
  });
  return one_of(kAll);
}
std::string any_phrase() {
  static const auto kAll = texts([](const Phrase& p) { return !p.text.starts_with(">"); });
  return one_of(kAll);
}

TEST(Understand, EachPhraseOfTheTable) {
  EXPECT_GE(phrases().size(), 600U);
  for (const auto& [language, expected, text] : phrases())
    EXPECT_EQ(verdict(text), expected) << language << ": " << text;
}

TEST(Understand, WhatIsNoText) {
  for (std::string_view text :
       {"", " ", "\n\n", "\xff\xfe", "ja\xff", ">", "> ja", "--", "''", "'"})
    EXPECT_EQ(understand(text), Understood{}) << text;
  EXPECT_EQ(understand(std::string(2000, 'j')), Understood{});
  EXPECT_EQ(understand("Ja 1000"), (Understood{Meaning::yes, {}}));
}

RC_GTEST_PROP(Understand, ANegationAnywhereIsNeverAYes, ()) {
  auto text = yes_phrase();
  auto word = one_of({"ikke", "ikkje", "inte", "icke", "ej", "aldri", "aldrig", "nei", "nej", "no",
                      "not", "never", "can't", "cant", "cannot", "don't", "won’t", "IKKE", "Nei,"});
  std::vector<std::size_t> gaps{0, text.size()};
  for (std::size_t at = 0; at < text.size(); ++at)
    if (text[at] == ' ') gaps.push_back(at);
  text.insert(gaps[*rc::gen::inRange<std::size_t>(0, gaps.size())], " " + word + " ");
  if (books(text)) RC_FAIL(text);
}

RC_GTEST_PROP(Understand, AQuestionIsNeverAYes, ()) {
  auto text = yes_phrase() + one_of({"?", " ?", "??", "?!", "\n?"});
  if (books(text)) RC_FAIL(text);
}

RC_GTEST_PROP(Understand, AConditionIsNeverAYes, ()) {
  auto text =
      yes_phrase() + one_of({", men bare til 12", " hvis jeg får fri", ", but only if I can",
                             " om jag kan", " men jeg må spørre først", " unless I am late"});
  if (books(text)) RC_FAIL(text);
}

RC_GTEST_PROP(Understand, GreetingsSignaturesAndQuotesChangeNothing, ()) {
  auto text = any_phrase();
  auto expected = verdict(text);
  auto around = text;
  if (*rc::gen::arbitrary<bool>())
    around = one_of({"Hei! ", "Hei ", "Hi, ", "God morgen. ", "Hej,\n", "Hello!\n", "Heisann, "}) +
             around;
  if (*rc::gen::arbitrary<bool>())
    around =
        one_of({"\"Kan du jobbe 09.12. 08:00–16:00, Nordre skole? Svar JA 8 eller NEI 8. "
                "https://varde.example/p/o/aB-c_9\" ",
                "> Can you work 09.12. 08:00–16:00, North? Answer YES 8 or NO 8.\n",
                "Ledigt igen: kan du jobba 09.12. 08:00–16:00, Norra? Svara JA 8 eller NEJ 8. "
                "https://varde.example/p/o/x\n",
                "Still free: can you work 09.12. 08:00–16:00, North? Answer YES 8 or NO 8. "}) +
        around;
  if (*rc::gen::arbitrary<bool>())
    around +=
        one_of({"\nMvh Kari", ". Hilsen Ola", "\n-- \nAnna, tlf 070 123 45 67", "\nHälsningar Anna",
                "\nVenlig hilsen\nMette Hansen",
                "\nBest regards,\nJohn Smith, nurse, ward 4, North hospital, phone 555 0123 45 "
                "and some more words"});
  if (verdict(around) != expected) RC_FAIL(around + "\n" + verdict(around) + " for " + expected);
}

RC_GTEST_PROP(Understand, CasePunctuationAndSmilesChangeNothing, ()) {
  auto text = any_phrase();
  auto expected = verdict(text);
  auto other = text;
  if (*rc::gen::arbitrary<bool>())
    for (char& c : other)
      if (c >= 'a' && c <= 'z' && *rc::gen::arbitrary<bool>()) c = static_cast<char>(c - 'a' + 'A');
  other += one_of({"", "!", "!!!", ".", " .", "…", " "});
  other += one_of({"", " 😊", "🙏", " ❤️", "🎉🎉", " \n"});
  if (verdict(other) != expected) RC_FAIL(other + "\n" + verdict(other) + " for " + expected);
}

RC_GTEST_PROP(Understand, GarbageNeverThrows, ()) {
  auto text = *rc::gen::arbitrary<std::string>();
  for (int i = *rc::gen::inRange(0, 8); i > 0; --i)
    text += one_of({"ja",  "nei",           " ",        "2",           "999",   "1000",     "\n",
                    "?",   "kan du jobbe ", "svar ja ", " eller nei ", "/p/o/", "https://", "> ",
                    "--",  "mvh",           "“",        "”",           "'",     "’",        "👍",
                    "hei", "\xc3",          "–",        "24.",         "ikke",  "nr."}) +
            *rc::gen::arbitrary<std::string>();
  auto said = understand(text);
  if (said.number) RC_ASSERT(*said.number >= 0 && *said.number <= 999);
  RC_ASSERT(said == understand(text));
}

}  // namespace
}  // namespace varde::staffing
