// What a type of the API is, as data.
//
// Every type that comes in or goes out has one constant that says what it is: an integer, text of
// at most so many characters, a list of something, a struct and its members. `Described<T>::type`
// is that constant. What is done with it (reading JSON, reading the text of a query, writing JSON,
// the schema) is code that walks these constants and is compiled once, in reflect.cpp. It used to
// be templates, made anew for every type in every file, and they were a third of what the compiler
// had to do for the whole program.
//
// What only the type itself can do (emptying an optional, growing a list) is a pointer to a small
// function in its constant. A type that can only go out, or only come in, lacks the other function;
// an endpoint that asks for it is refused when it is registered.
#pragma once

#include <array>
#include <boost/json.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <typeindex>
#include <typeinfo>
#include <variant>
#include <vector>

#include "base/described.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
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

/// A place in a document that is being read, put into words (a JSON Pointer) only where something
/// is wrong.
struct Place {
  const Place* above = nullptr;
  std::string_view name;  ///< Of a field; of the outermost place, its pointer.
  std::size_t index = 0;  ///< Of an entry, when `name` has no data.
  std::string pointer() const;
};

struct Type;

/// What can be done with the values of a type; a null pointer is what cannot.
struct Behaviour {
  void (*read)(const Type&, const json::value& in, void* out, const Place& at,
               Errors& errors) = nullptr;
  /// Of a query, a path, or a JSON string. What is wrong, as a sentence; empty when nothing is.
  std::string (*read_text)(const Type&, std::string_view in, void* out) = nullptr;
  json::value (*write)(const Type&, const void* in) = nullptr;
  json::value (*schema)(const Type&, Schemas& all) = nullptr;
};

enum class Kind : std::uint8_t {
  text,
  yes_no,
  number,
  word,  // of an enum
  time,
  date,
  any,
  optional,
  patch,
  list,
  map,
  page,
  shaped,
  alternatives,
  structure
};

struct Type {
  Kind kind;
  const Behaviour* does;
};

struct TextType : Type {
  std::size_t max, min;
};
/// A value of an enum and its word.
struct Word {
  const char* name;
  std::int64_t value;
};
struct EnumType : Type {
  const std::type_info* id;
  const Word* words;
  std::size_t count;
  std::size_t size;  ///< Of the value, in bytes.
  bool is_signed;
};
struct Member {
  const char* name;
  const void* place;  ///< In the `unmade` (base/described.hpp).
  const Type* type;
};
struct StructType : Type {
  const std::type_info* id;
  const Member* members;
  std::size_t count;
  const void* unmade;
};
inline std::span<const Member> members_of(const StructType& type) {
  return {type.members, type.count};
}
/// std::optional and Patch; of Shaped only `inner`.
struct HolderType : Type {
  const Type* inner;
  /// Makes a value to read into and returns it; nothing for a null.
  void* (*fill)(void* holder, bool null);
  const void* (*held)(const void* holder);  ///< nullptr when there is nothing.
};
struct ListType : Type {
  const Type* inner;
  std::size_t stride;
  void* (*resize)(void* list, std::size_t size);  ///< Returns the first entry.
  std::pair<const void*, std::size_t> (*entries)(const void* list);
};
struct MapType : Type {
  const Type* inner;
  void* (*entry)(void* map, std::string key);
  void (*each)(const void* map, void* into,
               void (*take)(void* into, const std::string& key, const void* value));
};
struct AlternativesType : Type {
  const Type* const* types;
  std::size_t count;
};

namespace detail {

// What each kind does: reflect.cpp.
extern const Behaviour kText, kSecret, kEnum, kStruct, kOptional, kPatch, kList, kMap, kPage,
    kShaped, kAlternatives;

template <class T>
void* fill_optional(void* holder, bool null) {
  return null ? nullptr : &static_cast<std::optional<T>*>(holder)->emplace();
}
template <class T>
const void* held_by_optional(const void* holder) {
  const auto& optional = *static_cast<const std::optional<T>*>(holder);
  return optional ? &*optional : nullptr;
}
template <class T>
void* fill_patch(void* holder, bool null) {
  auto& patch = *static_cast<Patch<T>*>(holder);
  patch.present = true;
  return null ? nullptr : &patch.value.emplace();
}
template <class T>
void* resize_list(void* list, std::size_t size) {
  auto& vector = *static_cast<std::vector<T>*>(list);
  vector.resize(size);
  return vector.data();
}
template <class T>
std::pair<const void*, std::size_t> entries_of_list(const void* list) {
  const auto& vector = *static_cast<const std::vector<T>*>(list);
  return {vector.data(), vector.size()};
}
template <class T>
void* entry_of_map(void* map, std::string key) {
  return &(*static_cast<std::map<std::string, T>*>(map))[std::move(key)];
}
template <class T>
void each_of_map(const void* map, void* into,
                 void (*take)(void* into, const std::string& key, const void* value)) {
  for (const auto& [key, value] : *static_cast<const std::map<std::string, T>*>(map))
    take(into, key, &value);
}

template <class E, template <class...> class List, class... Descriptors>
consteval std::array<Word, sizeof...(Descriptors)> table_of_words(List<Descriptors...>) {
  return {{{Descriptors::name, static_cast<std::int64_t>(Descriptors::value)}...}};
}

}  // namespace detail

/// What T is: `Described<T>::type`. A type that has none is no type of the API.
template <class T>
struct Described;

// ---- plain values, whose constants stand in reflect.cpp

template <class T>
  requires std::is_arithmetic_v<T>
struct Described<T> {
  static const Type type;
};
extern template struct Described<bool>;
extern template struct Described<short>;
extern template struct Described<unsigned short>;
extern template struct Described<int>;
extern template struct Described<unsigned>;
extern template struct Described<long>;
extern template struct Described<unsigned long>;
extern template struct Described<double>;

#define VARDE_PLAIN_TYPE(T) \
  template <>               \
  struct Described<T> {     \
    static const Type type; \
  }
VARDE_PLAIN_TYPE(std::string);
VARDE_PLAIN_TYPE(Personal);  // goes out only, to whom access was granted
VARDE_PLAIN_TYPE(Email);
VARDE_PLAIN_TYPE(Uuid);
VARDE_PLAIN_TYPE(Timestamp);
VARDE_PLAIN_TYPE(Date);
VARDE_PLAIN_TYPE(TimeZone);
VARDE_PLAIN_TYPE(Language);
VARDE_PLAIN_TYPE(Colour);
VARDE_PLAIN_TYPE(Slug);
VARDE_PLAIN_TYPE(json::value);
VARDE_PLAIN_TYPE(std::nullptr_t);
#undef VARDE_PLAIN_TYPE

// ---- families

template <std::size_t Max, std::size_t Min>
struct Described<Text<Max, Min>> {
  static constexpr TextType type{{Kind::text, &detail::kText}, Max, Min};
};
template <std::size_t Max>
struct Described<Secret<Max>> {
  static constexpr TextType type{{Kind::text, &detail::kSecret}, Max, 0};
};

template <class E>
  requires std::is_enum_v<E>
struct Described<E> {
  static constexpr auto words =
      detail::table_of_words<E>(boost::describe::describe_enumerators<E>{});
  static constexpr EnumType type{{Kind::word, &detail::kEnum},
                                 &typeid(E),
                                 words.data(),
                                 words.size(),
                                 sizeof(E),
                                 std::is_signed_v<std::underlying_type_t<E>>};
};

// A type may hold itself, in a list say: the constants below point to each other, and so are
// defined apart from their declaration.

template <class T>
struct Described<std::optional<T>> {
  static const HolderType type;
};
template <class T>
constinit const HolderType Described<std::optional<T>>::type{{Kind::optional, &detail::kOptional},
                                                             &Described<T>::type,
                                                             &detail::fill_optional<T>,
                                                             &detail::held_by_optional<T>};

template <class T>
struct Described<Patch<T>> {
  static const HolderType type;
};
template <class T>
constinit const HolderType Described<Patch<T>>::type{
    {Kind::patch, &detail::kPatch}, &Described<T>::type, &detail::fill_patch<T>, nullptr};

template <class Shape>
struct Described<Shaped<Shape>> {
  static const HolderType type;
};
template <class Shape>
constinit const HolderType Described<Shaped<Shape>>::type{
    {Kind::shaped, &detail::kShaped}, &Described<Shape>::type, nullptr, nullptr};

template <class T>
struct Described<std::vector<T>> {
  static const ListType type;
};
template <class T>
constinit const ListType Described<std::vector<T>>::type{{Kind::list, &detail::kList},
                                                         &Described<T>::type,
                                                         sizeof(T),
                                                         &detail::resize_list<T>,
                                                         &detail::entries_of_list<T>};

template <class T>
struct Described<std::map<std::string, T>> {
  static const MapType type;
};
template <class T>
constinit const MapType Described<std::map<std::string, T>>::type{{Kind::map, &detail::kMap},
                                                                  &Described<T>::type,
                                                                  &detail::entry_of_map<T>,
                                                                  &detail::each_of_map<T>};

/// Only described, never read or written (Shaped).
template <class... Ts>
struct Described<std::variant<Ts...>> {
  static constexpr const Type* types[] = {&Described<Ts>::type...};
  static constexpr AlternativesType type{
      {Kind::alternatives, &detail::kAlternatives}, types, sizeof...(Ts)};
};

/// A page goes out only. Its members are those of every page: what differs is what it holds.
template <class T>
struct Described<Page<T>> {
  static const StructType type;
};
template <class T>
inline constexpr std::array<Member, 3> kPageMembers{
    {{"items", &unmade<Page<T>>.value.items, &Described<std::vector<T>>::type},
     {"next", &unmade<Page<T>>.value.next, &Described<std::optional<std::string>>::type},
     {"total", &unmade<Page<T>>.value.total, &Described<std::optional<std::int64_t>>::type}}};
template <class T>
constinit const StructType Described<Page<T>>::type{{Kind::page, &detail::kPage},
                                                    nullptr,
                                                    kPageMembers<T>.data(),
                                                    kPageMembers<T>.size(),
                                                    &unmade<Page<T>>};

template <DescribedStruct T>
struct Described<T> {
  static const StructType type;
};
namespace detail {
template <class T, template <class...> class List, class... Descriptors>
consteval std::array<Member, sizeof...(Descriptors)> table_of_members(List<Descriptors...>) {
  return {{{Descriptors::name, place_of<T, Descriptors>(),
            &Described<MemberType<T, Descriptors>>::type}...}};
}
template <class T>
inline constexpr auto kMembers = table_of_members<T>(MembersOf<T>{});
}  // namespace detail
template <DescribedStruct T>
constinit const StructType Described<T>::type{{Kind::structure, &detail::kStruct},
                                              &typeid(T),
                                              detail::kMembers<T>.data(),
                                              detail::kMembers<T>.size(),
                                              &unmade<T>};

}  // namespace varde::web
