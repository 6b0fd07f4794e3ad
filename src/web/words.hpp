// The words of public pages, in the languages of those who read them.
//
// They stand in locales/pages/FOLDER/LANGUAGE.json, one flat object of key and text a language,
// which is what translators' tools read; the program carries the files (base/embed.hpp). {name} is
// filled with a value. Unit tests hold the languages against each other (the same keys, the same
// values) and the keys against the code.
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"

namespace varde::web {

class Words {
 public:
  using Value = std::pair<std::string_view, std::string_view>;

  /// `tag`: "nb" (also "no" and "nn") or "sv", with or without a region; others get English.
  Words(std::string_view folder, std::string_view tag);

  /// For HTML: the text and the values escaped. A key that does not exist is its own text.
  std::string operator()(std::string_view key, std::initializer_list<Value> values = {}) const;
  /// The same for anything else.
  std::string plain(std::string_view key, std::initializer_list<Value> values = {}) const;
  bool has(std::string_view key) const;

  /// "en", "nb" or "sv".
  const std::string& language() const { return language_; }

  /// "Monday 2 March"; plain text, as are the others.
  std::string day(Date date) const;
  /// "Monday 2 March, 22:00–07:00", where the clock shows so; from a day on with the day on which
  /// it ends: "Monday 2 March, 08:00 – Tuesday 3 March, 20:00".
  std::string span(Timestamp from, Timestamp until, std::string_view zone) const;
  /// "2 March, 14:05".
  std::string moment(Timestamp at, std::string_view zone) const;
  /// "March 2026".
  std::string month(std::chrono::year_month month) const;
  /// "08:00"; 24:00 for the end of a day.
  static std::string clock(int minutes);

 private:
  std::string language_;
  const std::map<std::string, std::string, std::less<>>* texts_;
};

/// The languages that there are texts in.
std::vector<std::string> page_languages(std::string_view folder);
/// The first of them that a header Accept-Language names, in its order; empty when it names none.
std::string accepted_language(std::string_view folder, std::string_view header);

}  // namespace varde::web
