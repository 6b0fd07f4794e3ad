// Reading, writing and describing values by reflection.
//
// One declaration serves three readers: `read<T>` turns JSON (or the text of a query or path) into
// a T and collects every error with its JSON Pointer; `write` turns a T into JSON; `schema<T>` says
// the same in JSON Schema 2020-12 for OpenAPI 3.1. Boost.JSON's own value_to stops at the first
// error, knows no pointers and no limits, which is why it is not used.
//
// The declaration becomes a constant (web/type.hpp); what is here only hands it on to code that
// walks it, which is compiled once.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "web/type.hpp"

namespace varde::web {

namespace detail {

void read_value(const Type& type, const json::value& in, void* out, const Place& at,
                Errors& errors);
/// The error of a whole document; nothing when it was read.
std::optional<Error> read_document(const Type& type, const json::value& in, void* out);
json::value write_value(const Type& type, const void* in);
json::value schema_of(const Type& type, Schemas& all);
/// Members of a struct from named texts (path captures, query pairs). `find` returns the text of a
/// name, or nullptr.
void read_named(const StructType& type, void* out,
                const std::function<const std::string*(std::string_view name)>& find,
                const std::string& where, Errors& errors);
/// Throws logic_error when values of the type, or of one that it holds, cannot come in (go out).
void check_readable(const Type& type);
void check_readable_from_text(const StructType& type);
void check_writable(const Type& type);

/// A member's name as a field: a trailing underscore, needed where the word is a C++ keyword, is
/// dropped.
std::string_view field_name(std::string_view name);
std::string word_of(const EnumType& type, std::int64_t value);
const Word* find_word(const EnumType& type, std::string_view word);

}  // namespace detail

/// The word of a described enum's value. A trailing underscore, needed where the word is a C++
/// keyword, is dropped.
template <class E>
std::string enum_word(E value) {
  return detail::word_of(Described<E>::type, static_cast<std::int64_t>(value));
}
template <class E>
std::optional<E> enum_from_word(std::string_view word) {
  const auto* found = detail::find_word(Described<E>::type, word);
  return found != nullptr ? std::optional(static_cast<E>(found->value)) : std::nullopt;
}

/// Reads a part of a document, at `at` in it. What is wrong is added to `errors`.
template <class T>
void read(const json::value& in, T& out, const std::string& at, Errors& errors) {
  detail::read_value(Described<T>::type, in, &out, Place{nullptr, at}, errors);
}

/// Reads a whole document. Errors: bad_input with every field that is wrong.
template <class T>
Result<T> read(const json::value& in) {
  T out{};
  if (auto wrong = detail::read_document(Described<T>::type, in, &out)) return *std::move(wrong);
  return out;
}

/// Parses JSON text with limits on depth. Errors: malformed.
Result<json::value> parse_json(std::string_view text);

template <class T>
json::value write(const T& in) {
  return detail::write_value(Described<T>::type, &in);
}

/// The name of a described type in the OpenAPI document: its C++ name without namespaces.
std::string schema_name(const char* mangled);

template <class T>
json::value schema(Schemas& all) {
  return detail::schema_of(Described<T>::type, all);
}

}  // namespace varde::web
