#include "web/words.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <stdexcept>

#include "base/embed.hpp"
#include "base/text.hpp"

namespace varde::web {
namespace {

using Texts = std::map<std::string, std::string, std::less<>>;

using Languages = std::map<std::string, Texts, std::less<>>;

// By folder and language.
std::map<std::string, Languages, std::less<>> read_texts() {
  constexpr std::string_view kFolder = "pages/";
  std::map<std::string, Languages, std::less<>> out;
  for (const auto& file : varde_locales_files()) {
    if (!file.name.starts_with(kFolder) || !file.name.ends_with(".json")) continue;
    auto rest = file.name.substr(kFolder.size());
    auto slash = rest.find('/');
    if (slash == std::string_view::npos) continue;
    auto language = rest.substr(slash + 1);
    language.remove_suffix(5);
    auto& texts = out[std::string(rest.substr(0, slash))][std::string(language)];
    auto file_texts = boost::json::parse({file.content.data(), file.content.size()});
    for (const auto& [key, text] : file_texts.as_object())
      texts[std::string(key)] = std::string(text.as_string());
  }
  return out;
}

const Languages& texts_of(std::string_view folder) {
  static const auto all = read_texts();
  auto found = all.find(folder);
  if (found == all.end() || !found->second.contains("en"))
    throw std::logic_error("the texts of the pages are not in the program");
  return found->second;
}

std::string known_language(std::string_view folder, std::string_view tag) {
  auto two = ascii_lower(tag.substr(0, 2));
  if (tag.size() > 2 && tag[2] != '-' && tag[2] != '_') return {};
  if (two == "no" || two == "nn") two = "nb";
  return texts_of(folder).contains(two) ? two : std::string();
}

template <class Escape>
std::string fill(std::string_view text, std::initializer_list<Words::Value> values,
                 Escape&& escape) {
  std::string out;
  while (!text.empty()) {
    auto open = text.find('{');
    out += escape(text.substr(0, open));
    if (open == std::string_view::npos) break;
    auto close = text.find('}', open);
    auto name = text.substr(open + 1, close - open - 1);
    for (const auto& [key, value] : values)
      if (key == name) out += escape(value);
    text.remove_prefix(close == std::string_view::npos ? text.size() : close + 1);
  }
  return out;
}

}  // namespace

std::vector<std::string> page_languages(std::string_view folder) {
  std::vector<std::string> out;
  for (const auto& [language, texts] : texts_of(folder)) out.push_back(language);
  return out;
}

std::string accepted_language(std::string_view folder, std::string_view header) {
  for (auto part : split(header.substr(0, 200), ','))
    if (auto known = known_language(folder, trim(part.substr(0, part.find(';')))); !known.empty())
      return known;
  return {};
}

Words::Words(std::string_view folder, std::string_view tag)
    : language_(known_language(folder, tag)) {
  if (language_.empty()) language_ = "en";
  texts_ = &texts_of(folder).find(language_)->second;
}

std::string Words::operator()(std::string_view key, std::initializer_list<Value> values) const {
  auto found = texts_->find(key);
  return fill(found == texts_->end() ? key : std::string_view(found->second), values,
              [](std::string_view text) { return html_escape(text); });
}

std::string Words::plain(std::string_view key, std::initializer_list<Value> values) const {
  auto found = texts_->find(key);
  return fill(found == texts_->end() ? key : std::string_view(found->second), values,
              [](std::string_view text) { return std::string(text); });
}

bool Words::has(std::string_view key) const { return texts_->contains(key); }

std::string Words::day(Date date) const {
  auto weekday = std::chrono::weekday(std::chrono::sys_days(date)).iso_encoding();
  auto number = std::to_string(static_cast<unsigned>(date.day()));
  return plain("date.day", {{"weekday", plain(fmt::format("weekday.{}", weekday))},
                            {"day", number},
                            {"month", plain(fmt::format("month.{}", unsigned(date.month())))}});
}

std::string Words::month(std::chrono::year_month month) const {
  return fmt::format("{} {}", plain(fmt::format("month.{}", unsigned(month.month()))),
                     static_cast<int>(month.year()));
}

std::string Words::clock(int minutes) {
  return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60);
}

namespace {
struct Local {
  Date date;
  int minute = 0;
};
Local local_of(Timestamp at, std::string_view zone) {
  auto local = to_local(at, zone);
  auto day = std::chrono::floor<std::chrono::days>(local);
  return {Date(day),
          static_cast<int>(std::chrono::floor<std::chrono::minutes>(local - day).count())};
}
}  // namespace

std::string Words::span(Timestamp from, Timestamp until, std::string_view zone) const {
  auto begin = local_of(from, zone), end = local_of(until, zone);
  auto start = fmt::format("{}, {}", day(begin.date), clock(begin.minute));
  // A night needs no second day; what lasts longer would look like a few hours without it.
  if (to_local(until, zone) - to_local(from, zone) < std::chrono::days(1))
    return fmt::format("{}–{}", start, clock(end.minute));
  return fmt::format("{} – {}, {}", start, day(end.date), clock(end.minute));
}

std::string Words::moment(Timestamp at, std::string_view zone) const {
  auto local = local_of(at, zone);
  auto number = std::to_string(static_cast<unsigned>(local.date.day()));
  return plain("date.moment",
               {{"day", number},
                {"month", plain(fmt::format("month.{}", unsigned(local.date.month())))},
                {"time", clock(local.minute)}});
}

}  // namespace varde::web
