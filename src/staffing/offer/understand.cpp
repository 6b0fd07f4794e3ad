#include "staffing/offer/understand.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "staffing/offer/understand_words.hpp"

namespace varde::staffing {

using namespace phrases;

namespace {

constexpr std::size_t kMostUnknown = 3;     // words beside a plain yes
constexpr std::size_t kQuotedLength = 800;  // of a question of ours
constexpr auto npos = std::string::npos;

// ---- the text without what others wrote

struct Character {
  char32_t code = 0;
  std::size_t bytes = 1;
};
// Of well-formed UTF-8.
Character character_at(std::string_view text, std::size_t at) {
  auto lead = static_cast<unsigned char>(text[at]);
  std::size_t bytes = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  char32_t code = bytes == 1 ? lead : lead & (0x7fU >> bytes);
  for (std::size_t i = 1; i < bytes && at + i < text.size(); ++i)
    code = code << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3fU);
  return {code, bytes};
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

bool ends_with_quote(std::string_view text) {
  return std::ranges::any_of(std::initializer_list<std::string_view>{"\"", "“", "”", "„", "«", "»"},
                             [&](auto mark) { return text.ends_with(mark); });
}

// Where a question of ours that begins at `from` ends; npos: it is none.
std::size_t end_of_question(const std::string& text, std::size_t from) {
  auto near = [&](std::size_t at) { return at != npos && at - from < kQuotedLength; };
  for (std::string_view ask : {"svar ja ", "svara ja ", "answer yes "})
    if (auto at = text.find(ask, from); near(at))
      for (std::string_view or_no : {" eller nei ", " eller nej ", " or no "})
        if (auto no = text.find(or_no, at); near(no)) {
          auto end = text.find_first_not_of("0123456789", no + or_no.size());
          return end != npos && text[end] == '.' ? end + 1 : std::min(end, text.size());
        }
  if (auto link = text.find("/p/o/", from); near(link))
    return std::min(text.find_first_of(" \t\r\n\"", link), text.size());
  if (!ends_with_quote(std::string_view(text).substr(0, from))) return npos;
  auto end = npos;
  for (std::string_view mark : {"\"", "”", "“", "»", "«"})
    if (auto at = text.find(mark, from); at != npos) end = std::min(end, at + mark.size());
  return end;
}

void drop_questions(std::string& text) {
  for (std::string_view begin : {"kan du jobbe ", "kan du jobba ", "can you work "})
    for (auto at = text.find(begin); at != npos; at = text.find(begin, at)) {
      auto end = end_of_question(text, at);
      if (end == npos) break;
      for (std::string_view lead : {"fortsatt ledig: ", "ledig igjen: ", "fortfarande ledigt: ",
                                    "ledigt igen: ", "still free: ", "free again: "})
        if (text.substr(0, at).ends_with(lead)) {
          at -= lead.size();
          break;
        }
      text.replace(at, end - at, "\n");
    }
}

void drop_quoted_lines(std::string& text) {
  std::string out;
  for (auto line : split(text, '\n')) {
    if (trim(line).starts_with('>')) continue;
    out += trim(line).starts_with("--") ? "mvh" : std::string(line);
    out += '\n';
  }
  text = std::move(out);
}

void drop_links(std::string& text) {
  for (std::string_view scheme : {"https://", "http://"})
    for (auto at = text.find(scheme); at != npos; at = text.find(scheme))
      text.erase(at, std::min(text.find_first_of(" \t\r\n", at), text.size()) - at);
}

// ---- words

struct Token {
  std::string text;
  bool first = false;  // of a part between commas
  bool number = false;
};
struct Sentence {
  std::vector<Token> tokens;
  std::string joined;  // " | hei | ja jeg kan @ "
  bool question = false;
};
struct Signs {
  bool up = false, down = false;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '\'' ||
         (c >= 0xaa && c < 0x2000 && c != 0xab && c != 0xbb && c != 0xb7 && c != 0xbf &&
          c != 0xd7 && c != 0xf7);
}

class Tokens {
 public:
  explicit Tokens(std::string_view text) : text_(text) {}

  std::vector<Sentence> read(Signs& signs) {
    while (at_ < text_.size()) {
      auto [code, bytes] = character_at(text_, at_);
      if (is_digit(text_[at_])) {
        digits();
      } else if (is_letter(code)) {
        word();
      } else {
        at_ += bytes;
        mark(code, signs);
      }
    }
    end(false);
    return std::move(sentences_);
  }

 private:
  void add(std::string text, bool number) {
    now_.tokens.push_back({std::move(text), first_, number});
    first_ = false;
  }
  void word() {
    auto begin = at_;
    while (at_ < text_.size()) {
      auto [code, bytes] = character_at(text_, at_);
      if (!is_letter(code)) break;
      at_ += bytes;
    }
    auto word = text_.substr(begin, std::min(at_, text_.size()) - begin);
    while (word.starts_with('\'')) word.remove_prefix(1);
    while (word.ends_with('\'')) word.remove_suffix(1);
    if (!word.empty()) add(std::string(word), false);
  }
  // "24.12", "08:00-16:00" and "1 000" are one thing; so is what no shift is called.
  void digits() {
    auto begin = at_;
    bool whole = true;
    for (; at_ < text_.size(); ++at_) {
      if (is_digit(text_[at_])) continue;
      bool joins = std::string_view(".:,/-").find(text_[at_]) != npos;
      std::size_t width = joins ? 1 : text_.substr(at_).starts_with("–") ? 3 : 0;
      if (width == 0 || at_ + width >= text_.size() || !is_digit(text_[at_ + width])) break;
      whole = false;
      at_ += width - 1;
    }
    auto run = text_.substr(begin, at_ - begin);
    bool named = whole && run.size() <= 3;
    add(named ? std::string(run) : "@", named);
  }
  void mark(char32_t code, Signs& signs) {
    if (code == '.' && !now_.tokens.empty() && abbreviated()) return;
    if (code == '?' || code == U'？') return end(true);
    if (code == '.' || code == '!' || code == '\n' || code == ';') return end(false);
    if (code == 0x1f44d || code == 0x2705 || code == 0x2714 || code == 0x1f44c || code == 0x1f197)
      signs.up = true;
    if (code == 0x1f44e || code == 0x274c || code == 0x1f6ab || code == 0x1f645 || code == 0x2716)
      signs.down = true;
    if (code != ' ' && code != '#' && code != '.') first_ = true;
  }
  // "nr. 2", "kl. 8", "24. desember"
  bool abbreviated() const {
    const auto& last = now_.tokens.back();
    auto behind = text_.find_first_not_of(" ", at_);
    bool more = behind != npos && text_[behind] != '\n';
    if (last.number) return more && is_letter(character_at(text_, behind).code);
    static const std::unordered_set<std::string_view> kShort = {"nr",  "kl",  "tlf", "avd", "ca",
                                                                "mob", "tel", "num", "st"};
    return more && kShort.contains(last.text);
  }
  void end(bool question) {
    now_.question = question;
    if (!now_.tokens.empty() || question) sentences_.push_back(std::move(now_));
    now_ = {};
    first_ = true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool first_ = true;
  Sentence now_;
  std::vector<Sentence> sentences_;
};

// ---- phrases in " | ja jeg kan "

std::size_t last_of(std::string_view joined, List phrases) {
  std::size_t out = npos;
  for (auto phrase : phrases) {
    auto at = joined.rfind(" " + std::string(phrase) + " ");
    if (at != npos && (out == npos || at > out)) out = at;
  }
  return out;
}
bool has(std::string_view joined, List phrases) { return last_of(joined, phrases) != npos; }
bool has_first(std::string_view joined, List phrases) {
  return std::ranges::any_of(
      phrases, [&](auto phrase) { return joined.find(" | " + std::string(phrase) + " ") != npos; });
}
bool begins(std::string_view joined, List phrases) {
  return std::ranges::any_of(
      phrases, [&](auto phrase) { return joined.starts_with(" | " + std::string(phrase) + " "); });
}
bool is_negated(std::string_view joined) {
  return has(joined, kNo) || has(joined, kNot) || has(joined, kCannot) || has(joined, kSorry);
}
bool is_one_of(List words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

bool is_known(std::string_view word) {
  static const auto kKnown = [] {
    std::unordered_set<std::string_view> out{"#", "@", "|", "j", "y", "n"};
    for (List list : {List(kYes), List(kFirstYes), List(kAgreed), List(kAble), List(kThanks),
                      List(kGreetings), List(kHarmless), List(kNumberMarks)})
      for (auto phrase : list)
        for (auto one : split(phrase, ' ')) out.insert(one);
    return out;
  }();
  return kKnown.contains(word);
}
std::size_t unknown_in(std::string_view joined) {
  auto all = split(joined, ' ');
  return static_cast<std::size_t>(
      std::ranges::count_if(all, [](auto word) { return !word.empty() && !is_known(word); }));
}
std::size_t words_in(std::string_view joined) {
  auto all = split(joined, ' ');
  return static_cast<std::size_t>(
      std::ranges::count_if(all, [](auto word) { return !word.empty() && word != "|"; }));
}

void join(Sentence& sentence) {
  auto& out = sentence.joined = " ";
  for (const auto& token : sentence.tokens) {
    if (token.first) out += "| ";
    out += (token.number ? "#" : token.text) + " ";
  }
  for (auto phrase : kApology) replace_all(out, " " + std::string(phrase) + " ", " ");
  for (auto phrase : kPositive) replace_all(out, " " + std::string(phrase) + " ", " ja ");
  if (begins(out, kAsks)) sentence.question = true;
}

// "Hei! …", "Hei, …" and "Hei …"
void drop_greetings(std::vector<Sentence>& sentences) {
  for (auto& sentence : sentences) {
    auto& tokens = sentence.tokens;
    for (bool again = true; again;) {
      again = false;
      for (std::size_t length : {2U, 1U}) {
        if (tokens.size() < length) continue;
        auto opening = length == 1 ? tokens[0].text : tokens[0].text + " " + tokens[1].text;
        if (!is_one_of(kGreetings, opening)) continue;
        tokens.erase(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(length));
        if (!tokens.empty()) tokens.front().first = true;
        again = true;
        break;
      }
    }
  }
  std::erase_if(sentences, [](const Sentence& s) { return s.tokens.empty() && !s.question; });
}

// Cuts what stands from "Hilsen …" on. True: what was cut says no, asks, or sets a
// condition.
bool drop_signature(std::vector<Sentence>& sentences) {
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    auto& tokens = sentences[i].tokens;
    for (std::size_t k = 0; k < tokens.size(); ++k) {
      std::string rest = " ";
      for (auto at = k; at < std::min(tokens.size(), k + 4); ++at) rest += tokens[at].text + " ";
      bool signs = std::ranges::any_of(kSignatures, [&](auto phrase) {
        return rest.starts_with(" " + std::string(phrase) + " ");
      });
      if (!signs) continue;
      std::string cut = " ";
      bool asks = std::exchange(sentences[i].question, false);
      for (auto at = k; at < tokens.size(); ++at) cut += tokens[at].text + " ";
      for (auto at = i + 1; at < sentences.size(); ++at) {
        for (const auto& token : sentences[at].tokens) cut += token.text + " ";
        asks = asks || sentences[at].question;
      }
      tokens.resize(k);
      sentences.resize(tokens.empty() ? i : i + 1);
      return asks || is_negated(cut) || has(cut, kIf) || has(cut, kBut);
    }
  }
  return false;
}

// ---- what it comes to

bool says_which(const std::string& word) {
  static const std::string_view kWords[] = {"ja",   "jo", "j",    "y",    "yes", "yep",
                                            "jepp", "ok", "okay", "okei", "oki", "nei",
                                            "nej",  "no", "n",    "nope"};
  return is_one_of(kWords, word);
}

// The numbers that shifts are named by, each once.
std::vector<int> numbers_in(const std::vector<Sentence>& sentences) {
  std::vector<int> out;
  bool opening = true;
  for (const auto& sentence : sentences) {
    const auto& tokens = sentence.tokens;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      bool begins_text = std::exchange(opening, opening && is_one_of(kNumberMarks, tokens[i].text));
      if (!tokens[i].number) continue;
      auto word = [&](std::size_t at) { return at < tokens.size() ? tokens[at].text : ""; };
      auto before = i > 0 ? word(i - 1) : "", behind = word(i + 1);
      bool touches = i + 1 < tokens.size() && !tokens[i + 1].first;
      bool counted =
          touches && (tokens[i + 1].number || behind == "@" || is_one_of(kOtherBehind, behind));
      if (i > 0 && !tokens[i].first && (tokens[i - 1].number || before == "@")) counted = true;
      static const std::string_view kTo[] = {"til", "till", "to", "for", "på"};
      bool named = says_which(before) || is_one_of(kNumberMarks, before) ||
                   (i > 1 && is_one_of(kTo, before) && says_which(word(i - 2))) ||
                   (begins_text && says_which(behind));
      bool listed = !out.empty() && (tokens[i].first || before == "og" || before == "och" ||
                                     before == "and" || before == "eller");
      if (counted || !(named || listed)) continue;
      int value = 0;
      for (char c : tokens[i].text) value = value * 10 + (c - '0');
      if (std::ranges::find(out, value) == out.end()) out.push_back(value);
    }
  }
  return out;
}

// A number, and nothing that says more: "2", "nr. 2", "Den 2, takk".
std::optional<int> only_number(const std::vector<Sentence>& sentences) {
  std::optional<int> out;
  for (const auto& sentence : sentences) {
    if (sentence.question) return std::nullopt;
    for (std::size_t i = 0; i < sentence.tokens.size(); ++i) {
      const auto& token = sentence.tokens[i];
      if (token.number) {
        if (out || token.text.size() > 3) return std::nullopt;
        out = 0;
        for (char c : token.text) *out = *out * 10 + (c - '0');
      } else if (!is_one_of(kNumberMarks, token.text) && !is_one_of(kBesideNumber, token.text) &&
                 !is_one_of(kThanks, token.text)) {
        return std::nullopt;
      }
    }
  }
  return out;
}

// Of a text with a negation in it. `told`: without its questions.
Meaning refusal(const std::vector<Sentence>& sentences, const std::string& told, bool yes) {
  bool undecided = has(told, kUndecided);
  bool cannot = has(told, kCannot), negated = has(told, kNot), sorry = has(told, kSorry);
  if (has(told, kNo)) {
    bool able = has(told, kAble) && !cannot && !negated;  // "Nei, det går fint!"
    return yes || undecided || able ? Meaning::unclear : Meaning::no;
  }
  // "If nobody else can" is half a yes.
  if (undecided || has(told, kIf)) return Meaning::unclear;
  std::size_t last = 0;
  for (List list : {List(kNot), List(kCannot), List(kSorry)})
    if (auto at = last_of(told, list); at != npos) last = std::max(last, at);
  for (List list : {List(kYes), List(kAble)})
    if (auto at = last_of(told, list); at != npos && at > last) return Meaning::unclear;
  auto beside = [&](List words) {
    return std::ranges::any_of(sentences, [&](const Sentence& s) {
      return !s.question && has(s.joined, kNot) && has(s.joined, words);
    });
  };
  if (cannot || beside(kAbility)) return Meaning::no;
  if (yes) return Meaning::unclear;
  bool shortly = std::ranges::any_of(sentences, [](const Sentence& s) {
    return !s.question && begins(s.joined, kNot) && words_in(s.joined) <= 4;
  });
  if (negated && (beside(kDeclined) || shortly || sorry)) return Meaning::no;
  return sorry && words_in(told) <= 5 ? Meaning::no : Meaning::unclear;
}

// How many words stand beside "ok" and thanks.
std::size_t words_beside_courtesy(std::string joined) {
  static const auto kCourtesy = [] {
    std::vector<std::string_view> out(std::begin(kAgreed), std::end(kAgreed));
    out.insert(out.end(), std::begin(kThanks), std::end(kThanks));
    std::ranges::stable_sort(out, std::greater{}, &std::string_view::size);
    return out;
  }();
  for (auto phrase : kCourtesy) replace_all(joined, " " + std::string(phrase) + " ", " ");
  return words_in(joined);
}

Meaning agreement(const std::vector<Sentence>& sentences, const std::string& whole) {
  for (const auto& [tokens, joined, question] : sentences) {
    if ((has(joined, kYes) || has_first(joined, kFirstYes)) && unknown_in(joined) <= kMostUnknown)
      return Meaning::yes;
    if (has(joined, kAble) && unknown_in(joined) <= 1) return Meaning::yes;
  }
  if (has_first(whole, kAgreed) && words_beside_courtesy(whole) <= 1 && !has(whole, kYes))
    return Meaning::agreed;
  if (has(whole, kThanks) && unknown_in(whole) <= 3 && !has(whole, kYes)) return Meaning::thanks;
  return Meaning::unclear;
}

Meaning meaning_of(const std::vector<Sentence>& sentences) {
  std::string whole, told;
  bool asks = false;
  for (const auto& sentence : sentences) {
    whole += sentence.joined;
    bool answers =
        !sentence.question || (begins(sentence.joined, kNo) && sentence.tokens.size() > 1);
    if (answers) told += sentence.joined;
    asks = asks || sentence.question;
  }
  if (has(whole, kStop) && (has(whole, kMessages) || words_in(whole) <= 3)) return Meaning::stop;
  bool yes = has(whole, kYes) || has_first(whole, kFirstYes);
  if (yes && has(whole, kStop)) return Meaning::unclear;
  if (words_in(whole) <= 6 && has(whole, kWhich) && !is_negated(whole)) return Meaning::which;
  if (is_negated(told)) return refusal(sentences, told, yes);
  if (asks || is_negated(whole) || has(whole, kCondition)) {
    // "ja til 2" names a shift, "ja, til 14" a time.
    auto plain = whole;
    for (std::string_view answer : {"ja", "jo", "yes", "ok"})
      for (std::string_view to : {"til", "till", "to"})
        replace_all(plain, fmt::format(" {} {} # ", answer, to), fmt::format(" {} # ", answer));
    if (asks || is_negated(whole) || has(plain, kCondition)) return Meaning::unclear;
  }
  return agreement(sentences, whole);
}

Meaning of_letter(const std::vector<Sentence>& sentences) {
  std::string only;
  for (const auto& sentence : sentences) {
    if (sentence.question) return Meaning::unclear;
    for (const auto& token : sentence.tokens)
      if (!token.number) only += token.text;
  }
  return only == "j" || only == "y" ? Meaning::yes : only == "n" ? Meaning::no : Meaning::unclear;
}

}  // namespace

Understood understand(std::string_view raw) {
  if (!is_utf8(raw)) return {};
  auto text = fold(raw);
  for (std::string_view mark : {"’", "‘", "ʼ"}) replace_all(text, mark, "'");
  auto plain = " " + text + " ";
  if (std::ranges::any_of(kAutomatic, [&](auto phrase) { return plain.find(phrase) != npos; }))
    return {Meaning::automatic, {}};
  drop_questions(text);
  drop_quoted_lines(text);
  drop_links(text);
  Signs signs;
  auto sentences = Tokens(text).read(signs);
  drop_greetings(sentences);
  bool doubt = drop_signature(sentences);
  for (auto& sentence : sentences) join(sentence);
  if (std::ranges::all_of(sentences, [](const Sentence& s) { return s.tokens.empty(); })) {
    if (!sentences.empty() || signs.up == signs.down) return {};
    return {signs.up ? Meaning::agreed : Meaning::no, {}};
  }
  if (auto number = only_number(sentences)) {
    if (doubt) return {};
    return {Meaning::number, number};
  }
  Understood out{meaning_of(sentences), {}};
  if (out.meaning == Meaning::unclear) out.meaning = of_letter(sentences);
  bool agrees = out.meaning == Meaning::yes || out.meaning == Meaning::agreed;
  if (agrees && doubt) return {};
  if (!agrees && out.meaning != Meaning::no) return out;
  auto numbers = numbers_in(sentences);
  if (numbers.size() > 1) return {Meaning::which, {}};
  if (!numbers.empty()) out.number = numbers.front();
  if (out.number && out.meaning == Meaning::agreed) out.meaning = Meaning::yes;
  return out;
}

}  // namespace varde::staffing
