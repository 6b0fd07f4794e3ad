// Reading, writing and describing values by reflection (Boost.Describe).
//
// One declaration serves three readers: `read<T>` turns JSON (or the text of a query or path) into
// a T and collects every error with its JSON Pointer; `write` turns a T into JSON; `schema<T>` says
// the same in JSON Schema 2020-12 for OpenAPI 3.1. Boost.JSON's own value_to stops at the first
// error, knows no pointers and no limits, which is why it is not used.
#pragma once

#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <boost/mp11.hpp>
#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <typeindex>
#include <variant>
#include <vector>

#include "base/canonical.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "web/types.hpp"

namespace varde::web {

namespace json = boost::json;
using Errors = std::vector<FieldError>;
/// Named schemas collected for components/schemas.
struct Schemas {
  std::map<std::string, json::value> named;
  std::map<std::string, std::type_index> types;
};

namespace detail {

template <class T>
struct is_vector : std::false_type {};
template <class T>
struct is_vector<std::vector<T>> : std::true_type {};
template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};
template <class T>
struct is_patch : std::false_type {};
template <class T>
struct is_patch<Patch<T>> : std::true_type {};
template <class T>
struct is_text : std::false_type {};
template <std::size_t Max, std::size_t Min>
struct is_text<Text<Max, Min>> : std::true_type {};
template <class T>
struct is_secret : std::false_type {};
template <std::size_t Max>
struct is_secret<Secret<Max>> : std::true_type {};
template <class T>
struct is_string_map : std::false_type {};
template <class T>
struct is_string_map<std::map<std::string, T>> : std::true_type {};
template <class T>
struct is_shaped : std::false_type {};
template <class Shape>
struct is_shaped<Shaped<Shape>> : std::true_type {};
template <class T>
struct shape_of;
template <class Shape>
struct shape_of<Shaped<Shape>> {
  using type = Shape;
};
template <class T>
struct is_variant : std::false_type {};
template <class... Ts>
struct is_variant<std::variant<Ts...>> : std::true_type {};
template <class T>
struct is_page : std::false_type {};
template <class T>
struct is_page<Page<T>> : std::true_type {};

template <class T>
using members_of = boost::describe::describe_members<T, boost::describe::mod_public |
                                                            boost::describe::mod_inherited>;

inline std::string escape_pointer(std::string_view name) {
  std::string out;
  for (char c : name) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

/// A member's name as a field: a trailing underscore, needed where the word is a C++ keyword, is
/// dropped.
inline std::string_view field_name(std::string_view name) {
  if (name.ends_with('_')) name.remove_suffix(1);
  return name;
}

inline void complain(Errors& errors, const std::string& at, std::string message) {
  if (errors.size() < 50) errors.push_back({at, std::move(message)});
}

/// Checks of text types; empty when fine. Shared by JSON bodies, queries and paths.
template <class T>
std::string read_text(std::string_view text, T& out);

/// "one of: a, b, c" for a described enum.
template <class E>
std::string enum_names() {
  std::string out;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>(
      [&](auto d) { out += (out.empty() ? "" : ", ") + std::string(d.name); });
  return out;
}

/// Of a list or a map in a body. What a module takes fewer of, it says itself.
inline constexpr std::size_t kMaxItems = 1000;

}  // namespace detail

/// The word of a described enum's value. A trailing underscore, needed where the word is a C++
/// keyword, is dropped.
template <class E>
std::string enum_word(E value) {
  std::string out;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto d) {
    if (d.value == value) out = d.name;
  });
  if (!out.empty() && out.back() == '_') out.pop_back();
  return out;
}
template <class E>
std::optional<E> enum_from_word(std::string_view word) {
  std::optional<E> out;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto d) {
    if (enum_word(d.value) == word) out = d.value;
  });
  return out;
}

// ---- text
// --------------------------------------------------------------------------------------------------------------

namespace detail {
template <class T>
std::string read_text(std::string_view text, T& out) {
  if (!is_utf8(text) || text.find('\0') != std::string_view::npos)
    return "must be valid UTF-8 text.";
  if constexpr (std::is_same_v<T, std::string>) {
    if (text.size() > 10000) return "must be at most 10000 bytes long.";
    out = std::string(text);
  } else if constexpr (is_text<T>::value) {
    auto canonical = canonical_prose(text);
    if (!canonical) return "must not contain control characters or marks that turn text around.";
    auto length = utf8_length(*canonical);
    if (length > T::max) return fmt::format("must be at most {} characters long.", T::max);
    if (length < T::min)
      return T::min == 1 ? std::string("must not be empty.")
                         : fmt::format("must be at least {} characters long.", T::min);
    out.value = std::move(*canonical);
  } else if constexpr (is_secret<T>::value) {
    if (text.size() > T::max) return fmt::format("must be at most {} bytes long.", T::max);
    out.value = std::string(text);
  } else if constexpr (std::is_same_v<T, Email>) {
    auto parsed = Email::parse(text);
    if (!parsed) return "is not an e-mail address. Write it like name@example.org.";
    out = *parsed;
  } else if constexpr (std::is_same_v<T, Uuid>) {
    auto parsed = Uuid::parse(text);
    if (!parsed) return "is not an id. Ids look like 0190b5a6-7c3e-7d1f-9a2b-3c4d5e6f7a8b.";
    out = *parsed;
  } else if constexpr (std::is_same_v<T, Timestamp>) {
    auto parsed = parse_rfc3339(text);
    if (!parsed) return "is not a time. Write it like 2026-03-01T12:30:00Z.";
    out = *parsed;
  } else if constexpr (std::is_same_v<T, Date>) {
    auto parsed = parse_date(text);
    if (!parsed) return "is not a date. Write it like 2026-03-01.";
    out = *parsed;
  } else if constexpr (std::is_same_v<T, TimeZone>) {
    if (!is_time_zone(text)) return "is not a time zone. Write it like Europe/Oslo.";
    out.value = std::string(text);
  } else if constexpr (std::is_same_v<T, Language>) {
    bool ok = text.size() >= 2 && text.size() <= 16;
    for (char c : text) ok = ok && (std::isalnum(static_cast<unsigned char>(c)) || c == '-');
    if (!ok) return "is not a language tag. Write it like nb or sv-SE.";
    out.value = std::string(text);
  } else if constexpr (std::is_same_v<T, Colour>) {
    bool ok = text.size() == 7 && text[0] == '#';
    for (char c : text.substr(ok ? 1 : 0)) ok = ok && hex_digit(c) >= 0;
    if (!ok) return "is not a colour. Write it like #0b7285.";
    out.value = ascii_lower(text);
  } else if constexpr (std::is_same_v<T, Slug>) {
    bool ok = !text.empty() && text.size() <= 60 && text[0] >= 'a' && text[0] <= 'z';
    for (char c : text)
      ok = ok && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_');
    if (!ok) return "must be 1 to 60 of a–z, 0–9, - and _, beginning with a letter.";
    out.value = std::string(text);
  } else if constexpr (std::is_enum_v<T>) {
    auto value = enum_from_word<T>(text);
    if (!value) return "must be one of: " + enum_names<T>() + ".";
    out = *value;
  } else if constexpr (std::is_same_v<T, bool>) {
    if (text != "true" && text != "false") return "must be true or false.";
    out = text == "true";
  } else if constexpr (std::is_arithmetic_v<T>) {
    auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (ec != std::errc() || end != text.data() + text.size()) return "must be a number.";
  } else {
    static_assert(!sizeof(T), "this type cannot be read from text");
  }
  return {};
}

template <class T>
inline constexpr bool is_textual =
    std::is_same_v<T, std::string> || is_text<T>::value || is_secret<T>::value ||
    std::is_same_v<T, Email> || std::is_same_v<T, Uuid> || std::is_same_v<T, Timestamp> ||
    std::is_same_v<T, Date> || std::is_same_v<T, TimeZone> || std::is_same_v<T, Language> ||
    std::is_same_v<T, Colour> || std::is_same_v<T, Slug> || std::is_enum_v<T>;
}  // namespace detail

// ---- JSON in
// -----------------------------------------------------------------------------------------------------------

template <class T>
void read(const json::value& in, T& out, const std::string& at, Errors& errors) {
  using detail::complain;
  if constexpr (std::is_same_v<T, json::value> || detail::is_shaped<T>::value) {
    out = in;
  } else if constexpr (detail::is_patch<T>::value) {
    out.present = true;
    if (in.is_null()) return;
    out.value.emplace();
    read(in, *out.value, at, errors);
  } else if constexpr (detail::is_optional<T>::value) {
    if (in.is_null()) return;
    out.emplace();
    read(in, *out, at, errors);
  } else if constexpr (std::is_same_v<T, bool>) {
    if (!in.is_bool()) return complain(errors, at, "must be true or false.");
    out = in.get_bool();
  } else if constexpr (std::is_integral_v<T>) {
    boost::system::error_code ec;
    out = in.to_number<T>(ec);
    if (ec || !in.is_number()) complain(errors, at, "must be a whole number.");
  } else if constexpr (std::is_floating_point_v<T>) {
    if (!in.is_number()) return complain(errors, at, "must be a number.");
    out = in.to_number<T>();
  } else if constexpr (detail::is_textual<T>) {
    if (!in.is_string()) return complain(errors, at, "must be text.");
    auto message = detail::read_text<T>(in.get_string(), out);
    if (!message.empty()) complain(errors, at, std::move(message));
  } else if constexpr (detail::is_vector<T>::value) {
    if (!in.is_array()) return complain(errors, at, "must be a list.");
    const auto& array = in.get_array();
    if (array.size() > detail::kMaxItems)
      return complain(errors, at, fmt::format("must have at most {} entries.", detail::kMaxItems));
    out.resize(array.size());
    for (std::size_t i = 0; i < array.size(); ++i)
      read(array[i], out[i], at + "/" + std::to_string(i), errors);
  } else if constexpr (detail::is_string_map<T>::value) {
    if (!in.is_object()) return complain(errors, at, "must be an object.");
    if (in.get_object().size() > detail::kMaxItems)
      return complain(errors, at, fmt::format("must have at most {} entries.", detail::kMaxItems));
    for (const auto& [key, value] : in.get_object())
      read(value, out[std::string(key)], at + "/" + detail::escape_pointer(key), errors);
  } else if constexpr (boost::describe::has_describe_members<T>::value) {
    if (!in.is_object()) return complain(errors, at, "must be an object.");
    const auto& object = in.get_object();
    std::size_t known = 0;
    boost::mp11::mp_for_each<detail::members_of<T>>([&](auto member) {
      using Member = std::remove_cvref_t<decltype(out.*member.pointer)>;
      auto field = detail::field_name(member.name);
      const auto* value = object.if_contains({field.data(), field.size()});
      auto place = at + "/" + std::string(field);
      if (value == nullptr) {
        if constexpr (!detail::is_optional<Member>::value && !detail::is_patch<Member>::value)
          complain(errors, place, "is required.");
      } else {
        ++known;
        read(*value, out.*member.pointer, place, errors);
      }
    });
    if (known == object.size()) return;
    for (const auto& [key, value] : object) {
      bool found = false;
      boost::mp11::mp_for_each<detail::members_of<T>>(
          [&](auto member) { found = found || key == detail::field_name(member.name); });
      if (!found)
        complain(errors, at + "/" + detail::escape_pointer(key), "is not a field of this request.");
    }
  } else {
    static_assert(!sizeof(T), "this type cannot be read from JSON");
  }
}

/// Reads a whole document. Errors: bad_input with every field that is wrong.
template <class T>
Result<T> read(const json::value& in) {
  T out{};
  Errors errors;
  read(in, out, "", errors);
  if (errors.empty()) return out;
  return Error{ErrorCode::bad_input, "Some fields are not right.", std::move(errors), {}, 0};
}

/// Parses JSON text with limits on depth. Errors: malformed.
Result<json::value> parse_json(std::string_view text);

// ---- JSON out
// ----------------------------------------------------------------------------------------------------------

template <class T>
json::value write(const T& in) {
  if constexpr (std::is_same_v<T, json::value> || detail::is_shaped<T>::value) {
    return in;
  } else if constexpr (detail::is_optional<T>::value) {
    return in ? write(*in) : json::value(nullptr);
  } else if constexpr (std::is_same_v<T, Personal>) {
    return json::value(in.reveal());  // answers go only to whom access was granted
  } else if constexpr (std::is_same_v<T, std::string> || std::is_arithmetic_v<T>) {
    return json::value(in);
  } else if constexpr (detail::is_text<T>::value || std::is_same_v<T, Email> ||
                       std::is_same_v<T, TimeZone> || std::is_same_v<T, Language> ||
                       std::is_same_v<T, Colour> || std::is_same_v<T, Slug>) {
    return json::value(in.value);
  } else if constexpr (std::is_same_v<T, Uuid>) {
    return json::value(in.str());
  } else if constexpr (std::is_same_v<T, Timestamp>) {
    return json::value(to_rfc3339(in));
  } else if constexpr (std::is_same_v<T, Date>) {
    return json::value(to_string(in));
  } else if constexpr (std::is_enum_v<T>) {
    return json::value(enum_word(in));
  } else if constexpr (detail::is_vector<T>::value) {
    json::array out;
    out.reserve(in.size());
    for (const auto& item : in) out.push_back(write(item));
    return out;
  } else if constexpr (detail::is_string_map<T>::value) {
    json::object out;
    for (const auto& [key, value] : in) out[key] = write(value);
    return out;
  } else if constexpr (detail::is_page<T>::value) {
    json::object out;
    out["items"] = write(in.items);
    out["next"] = in.next ? json::value(*in.next) : json::value(nullptr);
    if (in.total) out["total"] = *in.total;
    return out;
  } else if constexpr (boost::describe::has_describe_members<T>::value) {
    json::object out;
    boost::mp11::mp_for_each<detail::members_of<T>>([&](auto member) {
      using Member = std::remove_cvref_t<decltype(in.*member.pointer)>;
      if constexpr (detail::is_optional<Member>::value) {
        if (!(in.*member.pointer)) return;  // absent rather than null
      }
      auto field = detail::field_name(member.name);
      out[{field.data(), field.size()}] = write(in.*member.pointer);
    });
    return out;
  } else {
    static_assert(!sizeof(T), "this type cannot be written as JSON");
  }
}

// ---- schema
// ------------------------------------------------------------------------------------------------------------

/// The name of a described type in the OpenAPI document: its C++ name without namespaces.
std::string schema_name(const char* mangled);

namespace detail {
/// A reference to T's named schema, which `describe` makes the first time.
template <class T, class Describe>
json::value named_schema(Schemas& all, Describe describe) {
  auto name = schema_name(typeid(T).name());
  auto [known, added] = all.types.emplace(name, typeid(T));
  if (known->second != typeid(T)) throw std::logic_error("two types of the API are called " + name);
  if (added) {
    auto described = describe();  // may come back here for T itself, which ends at the line above
    all.named[name] = std::move(described);
  }
  return json::object{{"$ref", "#/components/schemas/" + name}};
}
}  // namespace detail

template <class T>
json::value schema(Schemas& all) {
  if constexpr (std::is_same_v<T, json::value>) {
    return json::object{};
  } else if constexpr (detail::is_shaped<T>::value) {
    return schema<typename detail::shape_of<T>::type>(all);
  } else if constexpr (detail::is_variant<T>::value) {
    json::array alternatives;
    boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, T>>(
        [&](auto tag) { alternatives.push_back(schema<typename decltype(tag)::type>(all)); });
    return json::object{{"anyOf", alternatives}};
  } else if constexpr (std::is_same_v<T, std::nullptr_t>) {
    return json::object{{"type", "null"}};
  } else if constexpr (detail::is_optional<T>::value) {
    return schema<typename T::value_type>(all);
  } else if constexpr (detail::is_patch<T>::value) {
    auto inner = schema<typename decltype(T::value)::value_type>(all);
    return json::object{{"anyOf", json::array{inner, json::object{{"type", "null"}}}}};
  } else if constexpr (std::is_same_v<T, bool>) {
    return json::object{{"type", "boolean"}};
  } else if constexpr (std::is_integral_v<T>) {
    return json::object{{"type", "integer"}};
  } else if constexpr (std::is_floating_point_v<T>) {
    return json::object{{"type", "number"}};
  } else if constexpr (detail::is_text<T>::value) {
    json::object out{{"type", "string"}, {"maxLength", T::max}};
    if (T::min > 0) out["minLength"] = T::min;
    return out;
  } else if constexpr (std::is_same_v<T, Email>) {
    return json::object{{"type", "string"}, {"format", "email"}};
  } else if constexpr (std::is_same_v<T, Uuid>) {
    return json::object{{"type", "string"}, {"format", "uuid"}};
  } else if constexpr (std::is_same_v<T, Timestamp>) {
    return json::object{{"type", "string"}, {"format", "date-time"}};
  } else if constexpr (std::is_same_v<T, Date>) {
    return json::object{{"type", "string"}, {"format", "date"}};
  } else if constexpr (std::is_enum_v<T>) {
    return detail::named_schema<T>(all, [] {
      json::array words;
      boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>(
          [&](auto d) { words.push_back(json::value(enum_word(d.value))); });
      return json::object{{"type", "string"}, {"enum", words}};
    });
  } else if constexpr (detail::is_vector<T>::value) {
    return json::object{{"type", "array"}, {"items", schema<typename T::value_type>(all)}};
  } else if constexpr (detail::is_string_map<T>::value) {
    return json::object{{"type", "object"},
                        {"additionalProperties", schema<typename T::mapped_type>(all)}};
  } else if constexpr (detail::is_page<T>::value) {
    using Item = typename decltype(T::items)::value_type;
    return json::object{
        {"type", "object"},
        {"required", json::array{"items", "next"}},
        {"properties", json::object{{"items", schema<std::vector<Item>>(all)},
                                    {"next", json::object{{"type", json::array{"string", "null"}}}},
                                    {"total", json::object{{"type", "integer"}}}}}};
  } else if constexpr (boost::describe::has_describe_members<T>::value) {
    return detail::named_schema<T>(all, [&] {
      json::object properties;
      json::array required;
      boost::mp11::mp_for_each<detail::members_of<T>>([&](auto member) {
        using Member = std::remove_cvref_t<decltype(std::declval<T>().*member.pointer)>;
        auto field = detail::field_name(member.name);
        properties[{field.data(), field.size()}] = schema<Member>(all);
        if constexpr (!detail::is_optional<Member>::value && !detail::is_patch<Member>::value)
          required.push_back(json::value(json::string_view(field.data(), field.size())));
      });
      json::object out{{"type", "object"}, {"properties", properties}};
      if (!required.empty()) out["required"] = required;
      return out;
    });
  } else {
    return json::object{{"type", "string"}};  // the remaining textual types
  }
}

}  // namespace varde::web
