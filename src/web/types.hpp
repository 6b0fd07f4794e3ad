// Input becomes a type at the border. A constrained type knows how to read itself from text and
// what to say when it cannot; the parser, the OpenAPI document and the console's client come from
// that one declaration.
//
// A type takes part by having `static std::optional<std::string> refuse(std::string_view)` (the
// sentence when the text is not acceptable) and `static constexpr` schema words.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/personal.hpp"
#include "base/result.hpp"

namespace varde::web {

/// Text of `Min` to `Max` code points in its canonical form (base/canonical.hpp): NFC, trimmed, no
/// control characters but newline and tab.
template <std::size_t Max, std::size_t Min = 0>
struct Text {
  std::string value;
  static constexpr std::size_t max = Max, min = Min;
  operator const std::string&() const { return value; }  // NOLINT(google-explicit-constructor)
  bool operator==(const Text&) const = default;
};

/// A secret on its way in: at most `Max` bytes of UTF-8, kept exactly, never sent out again.
template <std::size_t Max>
struct Secret {
  std::string value;
  static constexpr std::size_t max = Max;
};

/// An e-mail address in its canonical form (base/canonical.hpp): the domain in A-labels, the local
/// part in the case it was written in.
struct Email {
  std::string value;
  static std::optional<Email> parse(std::string_view text);
  bool operator==(const Email&) const = default;
};

/// An IANA time zone.
struct TimeZone {
  std::string value;
};

/// A language tag of BCP 47's common form: "nb", "sv-SE".
struct Language {
  std::string value;
};

/// #rrggbb
struct Colour {
  std::string value;
};

/// A lower-case word for URLs and keys: a–z, 0–9, '-' and '_', 1 to 60, beginning with a letter.
struct Slug {
  std::string value;
};

/// A member of an update: absent (leave), null (clear) or a value.
template <class T>
struct Patch {
  bool present = false;
  std::optional<T> value;
};

/// Any JSON, for documents that a module checks itself; at most 1 MB as text.
using Any = boost::json::value;

/// The same, described: `Shape` is a described type (or a variant of some) that says in the OpenAPI
/// document what the JSON looks like. It only describes; the module still reads the JSON itself.
template <class Shape>
struct Shaped : boost::json::value {
  using boost::json::value::value;
  Shaped() = default;
  Shaped(boost::json::value any)  // NOLINT(google-explicit-constructor)
      : boost::json::value(std::move(any)) {}
};
/// Text, number, yes/no or nothing: what one attribute of a person can hold.
using Scalar = Shaped<std::variant<std::string, double, bool, std::nullptr_t>>;

/// Nothing: no body, no content.
struct None {};

/// Common answers.
template <class T>
struct Page {
  std::vector<T> items;
  std::optional<std::string> next;
  std::optional<std::int64_t> total;
};
template <class T>
struct Created {
  T value;
  std::string location;
};
template <class T>
struct Accepted {
  T value;
};

/// An opaque place in a list: the values of the last row's sort key, in base64url. Anybody may make
/// one up; it only says where to go on.
std::string make_cursor(std::initializer_list<std::string_view> parts);
/// nullopt when it is not one of `parts` parts.
std::optional<std::vector<std::string>> read_cursor(std::string_view cursor, std::size_t parts);

}  // namespace varde::web
