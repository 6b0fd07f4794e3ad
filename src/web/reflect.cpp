#include "web/reflect.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <set>

#include "base/canonical.hpp"
#include "base/text.hpp"

namespace varde::web {
namespace {

/// Of a list or a map in a body. What a module takes fewer of, it says itself.
constexpr std::size_t kMaxItems = 1000;
constexpr std::size_t kMaxErrors = 50;

std::string escape_pointer(std::string_view name) {
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

json::string_view json_text(std::string_view text) { return {text.data(), text.size()}; }

void complain(Errors& errors, const Place& at, std::string message) {
  if (errors.size() < kMaxErrors) errors.push_back({at.pointer(), std::move(message)});
}

template <class T>
T& value_at(void* place) {
  return *static_cast<T*>(place);
}
template <class T>
const T& value_at(const void* place) {
  return *static_cast<const T*>(place);
}

// ---- text

bool is_storable(std::string_view text) {
  return is_utf8(text) && text.find('\0') == std::string_view::npos;
}

/// Text in a JSON document, for all types that are read from text.
void read_json_text(const Type& type, const json::value& in, void* out, const Place& at,
                    Errors& errors) {
  if (!in.is_string()) return complain(errors, at, "must be text.");
  const auto& text = in.get_string();
  std::string_view view(text.data(), text.size());
  auto message = is_storable(view) ? type.does->read_text(type, view, out)
                                   : std::string("must be valid UTF-8 text.");
  if (!message.empty()) complain(errors, at, std::move(message));
}

json::value any_string_schema(const Type&, Schemas&) { return json::object{{"type", "string"}}; }

template <const char* Format>
json::value string_schema(const Type&, Schemas&) {
  return json::object{{"type", "string"}, {"format", Format}};
}

std::string read_string(const Type&, std::string_view text, void* out) {
  if (text.size() > 10000) return "must be at most 10000 bytes long.";
  value_at<std::string>(out) = std::string(text);
  return {};
}
json::value write_string(const Type&, const void* in) {
  return json::value(value_at<std::string>(in));
}
json::value write_personal(const Type&, const void* in) {
  return json::value(value_at<Personal>(in).reveal());
}

// Text<…> and Secret<…> of any limits are a string in memory.
static_assert(std::is_standard_layout_v<Text<1>> && sizeof(Text<1>) == sizeof(std::string));
static_assert(sizeof(Scalar) == sizeof(json::value));
static_assert(std::is_standard_layout_v<Secret<1>> && sizeof(Secret<1>) == sizeof(std::string));

std::string read_prose(const Type& type, std::string_view text, void* out) {
  const auto& limits = static_cast<const TextType&>(type);
  auto canonical = canonical_prose(text);
  if (!canonical) return "must not contain control characters or marks that turn text around.";
  auto length = utf8_length(*canonical);
  if (length > limits.max) return fmt::format("must be at most {} characters long.", limits.max);
  if (length < limits.min)
    return limits.min == 1 ? std::string("must not be empty.")
                           : fmt::format("must be at least {} characters long.", limits.min);
  value_at<std::string>(out) = std::move(*canonical);
  return {};
}
json::value prose_schema(const Type& type, Schemas&) {
  const auto& limits = static_cast<const TextType&>(type);
  json::object out{{"type", "string"}, {"maxLength", limits.max}};
  if (limits.min > 0) out["minLength"] = limits.min;
  return out;
}
std::string read_secret(const Type& type, std::string_view text, void* out) {
  const auto& limits = static_cast<const TextType&>(type);
  if (text.size() > limits.max) return fmt::format("must be at most {} bytes long.", limits.max);
  value_at<std::string>(out) = std::string(text);
  return {};
}

template <class T>
std::string take(std::optional<T> parsed, void* out, const char* sentence) {
  if (!parsed) return sentence;
  value_at<T>(out) = *std::move(parsed);
  return {};
}
std::string read_email(const Type&, std::string_view text, void* out) {
  return take(Email::parse(text), out, "is not an e-mail address. Write it like name@example.org.");
}
std::string read_uuid(const Type&, std::string_view text, void* out) {
  return take(Uuid::parse(text), out,
              "is not an id. Ids look like 0190b5a6-7c3e-7d1f-9a2b-3c4d5e6f7a8b.");
}
std::string read_timestamp(const Type&, std::string_view text, void* out) {
  return take(parse_rfc3339(text), out, "is not a time. Write it like 2026-03-01T12:30:00Z.");
}
std::string read_date(const Type&, std::string_view text, void* out) {
  return take(parse_date(text), out, "is not a date. Write it like 2026-03-01.");
}
std::string read_time_zone(const Type&, std::string_view text, void* out) {
  if (!is_time_zone(text)) return "is not a time zone. Write it like Europe/Oslo.";
  value_at<TimeZone>(out).value = std::string(text);
  return {};
}
std::string read_language(const Type&, std::string_view text, void* out) {
  bool ok = text.size() >= 2 && text.size() <= 16;
  for (char c : text) ok = ok && (std::isalnum(static_cast<unsigned char>(c)) || c == '-');
  if (!ok) return "is not a language tag. Write it like nb or sv-SE.";
  value_at<Language>(out).value = std::string(text);
  return {};
}
std::string read_colour(const Type&, std::string_view text, void* out) {
  bool ok = text.size() == 7 && text[0] == '#';
  for (char c : text.substr(ok ? 1 : 0)) ok = ok && hex_digit(c) >= 0;
  if (!ok) return "is not a colour. Write it like #0b7285.";
  value_at<Colour>(out).value = ascii_lower(text);
  return {};
}
std::string read_slug(const Type&, std::string_view text, void* out) {
  bool ok = !text.empty() && text.size() <= 60 && text[0] >= 'a' && text[0] <= 'z';
  for (char c : text)
    ok = ok && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_');
  if (!ok) return "must be 1 to 60 of a–z, 0–9, - and _, beginning with a letter.";
  value_at<Slug>(out).value = std::string(text);
  return {};
}
template <class T>
json::value write_text(const Type&, const void* in) {
  return json::value(value_at<T>(in).value);
}
json::value write_uuid(const Type&, const void* in) {
  return json::value(value_at<Uuid>(in).str());
}
json::value write_timestamp(const Type&, const void* in) {
  return json::value(to_rfc3339(value_at<Timestamp>(in)));
}
json::value write_date(const Type&, const void* in) {
  return json::value(to_string(value_at<Date>(in)));
}

constexpr char kEmailFormat[] = "email", kUuidFormat[] = "uuid", kTimeFormat[] = "date-time",
               kDateFormat[] = "date";

// ---- numbers

template <class T>
void read_number(const Type&, const json::value& in, void* out, const Place& at, Errors& errors) {
  if constexpr (std::is_same_v<T, bool>) {
    if (!in.is_bool()) return complain(errors, at, "must be true or false.");
    value_at<bool>(out) = in.get_bool();
  } else if constexpr (std::is_integral_v<T>) {
    boost::system::error_code ec;
    value_at<T>(out) = in.to_number<T>(ec);
    if (ec || !in.is_number()) complain(errors, at, "must be a whole number.");
  } else {
    if (!in.is_number()) return complain(errors, at, "must be a number.");
    value_at<T>(out) = in.to_number<T>();
  }
}
template <class T>
std::string read_number_text(const Type&, std::string_view text, void* out) {
  if constexpr (std::is_same_v<T, bool>) {
    if (text != "true" && text != "false") return "must be true or false.";
    value_at<bool>(out) = text == "true";
  } else {
    auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value_at<T>(out));
    if (ec != std::errc() || end != text.data() + text.size()) return "must be a number.";
  }
  return {};
}
template <class T>
json::value write_number(const Type&, const void* in) {
  return json::value(value_at<T>(in));
}
template <class T>
json::value number_schema(const Type&, Schemas&) {
  return json::object{{"type", std::is_same_v<T, bool>       ? "boolean"
                               : std::is_floating_point_v<T> ? "number"
                                                             : "integer"}};
}
template <class T>
constexpr Behaviour kNumber{read_number<T>, read_number_text<T>, write_number<T>, number_schema<T>};

// ---- any JSON

void read_any(const Type&, const json::value& in, void* out, const Place&, Errors&) {
  value_at<json::value>(out) = in;
}
json::value write_any(const Type&, const void* in) { return value_at<json::value>(in); }
json::value any_schema(const Type&, Schemas&) { return json::object{}; }
json::value null_schema(const Type&, Schemas&) { return json::object{{"type", "null"}}; }

json::value shaped_schema(const Type& type, Schemas& all) {
  return detail::schema_of(*static_cast<const HolderType&>(type).inner, all);
}
json::value alternatives_schema(const Type& type, Schemas& all) {
  const auto& alternatives = static_cast<const AlternativesType&>(type);
  json::array out;
  for (std::size_t i = 0; i < alternatives.count; ++i)
    out.push_back(detail::schema_of(*alternatives.types[i], all));
  return json::object{{"anyOf", out}};
}

// ---- enums

template <class Narrow>
std::int64_t widened(const void* in) {
  Narrow value;
  std::memcpy(&value, in, sizeof value);
  return static_cast<std::int64_t>(value);
}
template <class Narrow>
void narrowed(std::int64_t value, void* out) {
  auto narrow = static_cast<Narrow>(value);
  std::memcpy(out, &narrow, sizeof narrow);
}
std::int64_t enum_value(const EnumType& type, const void* in) {
  switch (type.size) {
    case 1:
      return type.is_signed ? widened<std::int8_t>(in) : widened<std::uint8_t>(in);
    case 2:
      return type.is_signed ? widened<std::int16_t>(in) : widened<std::uint16_t>(in);
    case 4:
      return type.is_signed ? widened<std::int32_t>(in) : widened<std::uint32_t>(in);
    default:
      return widened<std::int64_t>(in);
  }
}
void set_enum(const EnumType& type, std::int64_t value, void* out) {
  switch (type.size) {
    case 1:
      return narrowed<std::int8_t>(value, out);
    case 2:
      return narrowed<std::int16_t>(value, out);
    case 4:
      return narrowed<std::int32_t>(value, out);
    default:
      return narrowed<std::int64_t>(value, out);
  }
}

std::string read_enum(const Type& type, std::string_view text, void* out) {
  const auto& described = static_cast<const EnumType&>(type);
  if (const auto* word = detail::find_word(described, text)) {
    set_enum(described, word->value, out);
    return {};
  }
  std::string names;
  for (std::size_t i = 0; i < described.count; ++i)
    names += (names.empty() ? "" : ", ") + std::string(described.words[i].name);
  return "must be one of: " + names + ".";
}
json::value write_enum(const Type& type, const void* in) {
  const auto& described = static_cast<const EnumType&>(type);
  return json::value(detail::word_of(described, enum_value(described, in)));
}

// ---- schemas with a name

/// A reference to a type's named schema, which `describe` makes the first time.
template <class Describe>
json::value named_schema(const std::type_info& id, Schemas& all, Describe describe) {
  auto name = schema_name(id.name());
  auto [known, added] = all.types.emplace(name, id);
  if (known->second != id) throw std::logic_error("two types of the API are called " + name);
  if (added) {
    auto described = describe();  // may come back here for the type itself, which ends above
    all.named[name] = std::move(described);
  }
  return json::object{{"$ref", "#/components/schemas/" + name}};
}

json::value enum_schema(const Type& type, Schemas& all) {
  const auto& described = static_cast<const EnumType&>(type);
  return named_schema(*described.id, all, [&] {
    json::array words;
    for (std::size_t i = 0; i < described.count; ++i)
      words.push_back(json::value(detail::word_of(described, described.words[i].value)));
    return json::object{{"type", "string"}, {"enum", words}};
  });
}

// ---- what holds another value

void read_holder(const Type& type, const json::value& in, void* out, const Place& at,
                 Errors& errors) {
  const auto& holder = static_cast<const HolderType&>(type);
  if (auto* value = holder.fill(out, in.is_null()))
    detail::read_value(*holder.inner, in, value, at, errors);
}
json::value write_optional(const Type& type, const void* in) {
  const auto& holder = static_cast<const HolderType&>(type);
  const auto* value = holder.held(in);
  return value != nullptr ? detail::write_value(*holder.inner, value) : json::value(nullptr);
}
json::value patch_schema(const Type& type, Schemas& all) {
  return json::object{
      {"anyOf", json::array{shaped_schema(type, all), json::object{{"type", "null"}}}}};
}

void read_list(const Type& type, const json::value& in, void* out, const Place& at,
               Errors& errors) {
  if (!in.is_array()) return complain(errors, at, "must be a list.");
  const auto& list = static_cast<const ListType&>(type);
  const auto& array = in.get_array();
  if (array.size() > kMaxItems)
    return complain(errors, at, fmt::format("must have at most {} entries.", kMaxItems));
  auto* entry = static_cast<char*>(list.resize(out, array.size()));
  for (std::size_t i = 0; i < array.size(); ++i, entry += list.stride)
    detail::read_value(*list.inner, array[i], entry, Place{&at, {}, i}, errors);
}
json::value write_list(const Type& type, const void* in) {
  const auto& list = static_cast<const ListType&>(type);
  auto [first, size] = list.entries(in);
  json::array out;
  out.reserve(size);
  const auto* entry = static_cast<const char*>(first);
  for (std::size_t i = 0; i < size; ++i, entry += list.stride)
    out.push_back(detail::write_value(*list.inner, entry));
  return out;
}
json::value list_schema(const Type& type, Schemas& all) {
  return json::object{{"type", "array"},
                      {"items", detail::schema_of(*static_cast<const ListType&>(type).inner, all)}};
}

void read_map(const Type& type, const json::value& in, void* out, const Place& at, Errors& errors) {
  if (!in.is_object()) return complain(errors, at, "must be an object.");
  const auto& map = static_cast<const MapType&>(type);
  if (in.get_object().size() > kMaxItems)
    return complain(errors, at, fmt::format("must have at most {} entries.", kMaxItems));
  for (const auto& [key, value] : in.get_object())
    detail::read_value(*map.inner, value, map.entry(out, std::string(key)),
                       Place{&at, {key.data(), key.size()}}, errors);
}
json::value write_map(const Type& type, const void* in) {
  const auto& map = static_cast<const MapType&>(type);
  struct Into {
    const Type& inner;
    json::object out;
  } into{*map.inner, {}};
  map.each(in, &into, [](void* to, const std::string& key, const void* value) {
    auto& self = *static_cast<Into*>(to);
    self.out[key] = detail::write_value(self.inner, value);
  });
  return std::move(into.out);
}
json::value map_schema(const Type& type, Schemas& all) {
  return json::object{
      {"type", "object"},
      {"additionalProperties", detail::schema_of(*static_cast<const MapType&>(type).inner, all)}};
}

// ---- structs

bool may_be_absent(const Type& type) {
  return type.kind == Kind::optional || type.kind == Kind::patch;
}

void read_struct(const Type& type, const json::value& in, void* out, const Place& at,
                 Errors& errors) {
  if (!in.is_object()) return complain(errors, at, "must be an object.");
  const auto& described = static_cast<const StructType&>(type);
  const auto& object = in.get_object();
  std::size_t known = 0;
  for (const auto& member : members_of(described)) {
    auto field = detail::field_name(member.name);
    Place place{&at, field};
    if (const auto* value = object.if_contains(json_text(field))) {
      ++known;
      detail::read_value(*member.type, *value, member_at(out, member.place, described.unmade),
                         place, errors);
    } else if (!may_be_absent(*member.type)) {
      complain(errors, place, "is required.");
    }
  }
  if (known == object.size()) return;
  for (const auto& [key, value] : object) {
    std::string_view name(key.data(), key.size());
    if (std::ranges::none_of(members_of(described), [&](const Member& member) {
          return name == detail::field_name(member.name);
        }))
      complain(errors, Place{&at, name}, "is not a field of this request.");
  }
}

json::value write_struct(const Type& type, const void* in) {
  const auto& described = static_cast<const StructType&>(type);
  json::object out;
  for (const auto& member : members_of(described)) {
    const auto* value = member_at(in, member.place, described.unmade);
    if (member.type->kind == Kind::optional &&
        static_cast<const HolderType*>(member.type)->held(value) == nullptr)
      continue;  // absent rather than null
    out[json_text(detail::field_name(member.name))] = detail::write_value(*member.type, value);
  }
  return out;
}

json::value struct_schema(const Type& type, Schemas& all) {
  const auto& described = static_cast<const StructType&>(type);
  return named_schema(*described.id, all, [&] {
    json::object properties;
    json::array required;
    for (const auto& member : members_of(described)) {
      auto field = json_text(detail::field_name(member.name));
      properties[field] = detail::schema_of(*member.type, all);
      if (!may_be_absent(*member.type)) required.push_back(json::value(field));
    }
    json::object out{{"type", "object"}, {"properties", properties}};
    if (!required.empty()) out["required"] = required;
    return out;
  });
}

// Of a page, "next" says null at the end.
json::value write_page(const Type& type, const void* in) {
  const auto& described = static_cast<const StructType&>(type);
  json::object out;
  for (const auto& member : members_of(described)) {
    auto value = detail::write_value(*member.type, member_at(in, member.place, described.unmade));
    if (!value.is_null() || std::string_view(member.name) == "next") out[member.name] = value;
  }
  return out;
}
json::value page_schema(const Type& type, Schemas& all) {
  const auto& items = *static_cast<const StructType&>(type).members[0].type;
  return json::object{
      {"type", "object"},
      {"required", json::array{"items", "next"}},
      {"properties", json::object{{"items", detail::schema_of(items, all)},
                                  {"next", json::object{{"type", json::array{"string", "null"}}}},
                                  {"total", json::object{{"type", "integer"}}}}}};
}

// ---- checks

[[noreturn]] void refuse(const std::string& type, const char* what) {
  throw std::logic_error("a type of the API cannot be " + std::string(what) +
                         (type.empty() ? "" : ": " + type));
}

/// Whether every type that `type` holds passes; `path` says by which members it was reached.
void check_all(const Type& type, bool (*passes)(const Type&), const char* what,
               const std::string& path, std::set<const Type*>& seen) {
  if (!seen.insert(&type).second) return;
  if (!passes(type)) refuse(path, what);
  switch (type.kind) {
    case Kind::text:
    case Kind::yes_no:
    case Kind::number:
    case Kind::word:
    case Kind::time:
    case Kind::date:
    case Kind::any:
    case Kind::shaped:
    case Kind::alternatives:
      return;
    case Kind::optional:
    case Kind::patch:
      return check_all(*static_cast<const HolderType&>(type).inner, passes, what, path, seen);
    case Kind::list:
      return check_all(*static_cast<const ListType&>(type).inner, passes, what, path, seen);
    case Kind::map:
      return check_all(*static_cast<const MapType&>(type).inner, passes, what, path, seen);
    case Kind::page:
    case Kind::structure:
      for (const auto& member : members_of(static_cast<const StructType&>(type)))
        check_all(*member.type, passes, what, path + "/" + member.name, seen);
  }
}

/// The type whose text a parameter holds.
const Type& held_by(const Type& type) {
  return type.kind == Kind::optional ? *static_cast<const HolderType&>(type).inner : type;
}

}  // namespace

std::string Place::pointer() const {
  if (above == nullptr) return std::string(name);
  return above->pointer() + "/" +
         (name.data() != nullptr ? escape_pointer(name) : std::to_string(index));
}

namespace detail {

const Behaviour kText{read_json_text, read_prose, write_string, prose_schema};
const Behaviour kSecret{read_json_text, read_secret, nullptr, any_string_schema};
const Behaviour kEnum{read_json_text, read_enum, write_enum, enum_schema};
const Behaviour kStruct{read_struct, nullptr, write_struct, struct_schema};
const Behaviour kOptional{read_holder, nullptr, write_optional, shaped_schema};
const Behaviour kPatch{read_holder, nullptr, nullptr, patch_schema};
const Behaviour kList{read_list, nullptr, write_list, list_schema};
const Behaviour kMap{read_map, nullptr, write_map, map_schema};
const Behaviour kPage{nullptr, nullptr, write_page, page_schema};
const Behaviour kShaped{read_any, nullptr, write_any, shaped_schema};
const Behaviour kAlternatives{nullptr, nullptr, nullptr, alternatives_schema};

void read_value(const Type& type, const json::value& in, void* out, const Place& at,
                Errors& errors) {
  if (type.does->read == nullptr) refuse(at.pointer(), "read from JSON");
  type.does->read(type, in, out, at, errors);
}

std::optional<Error> read_document(const Type& type, const json::value& in, void* out) {
  Errors errors;
  read_value(type, in, out, Place{}, errors);
  if (errors.empty()) return std::nullopt;
  return Error{ErrorCode::bad_input, "Some fields are not right.", std::move(errors), {}, 0};
}

json::value write_value(const Type& type, const void* in) {
  if (type.does->write == nullptr) refuse("", "written as JSON");
  return type.does->write(type, in);
}

json::value schema_of(const Type& type, Schemas& all) { return type.does->schema(type, all); }

void read_named(const StructType& type, void* out,
                const std::function<const std::string*(std::string_view name)>& find,
                const std::string& where, Errors& errors) {
  for (const auto& member : members_of(type)) {
    const auto* text = find(member.name);
    auto* place = member_at(out, member.place, type.unmade);
    auto message = std::string("is required.");
    if (member.type->kind == Kind::optional) {
      if (text == nullptr || text->empty()) continue;
      place = static_cast<const HolderType*>(member.type)->fill(place, false);
    }
    if (text != nullptr) {
      const auto& inner = held_by(*member.type);
      message = is_storable(*text) ? inner.does->read_text(inner, *text, place)
                                   : std::string("must be valid UTF-8 text.");
    }
    Place root{nullptr, where};
    if (!message.empty()) complain(errors, Place{&root, member.name}, std::move(message));
  }
}

void check_readable(const Type& type) {
  std::set<const Type*> seen;
  check_all(
      type, [](const Type& one) { return one.does->read != nullptr; }, "read from JSON", "", seen);
}
void check_readable_from_text(const StructType& type) {
  for (const auto& member : members_of(type))
    if (held_by(*member.type).does->read_text == nullptr) refuse(member.name, "read from text");
}
void check_writable(const Type& type) {
  std::set<const Type*> seen;
  check_all(
      type, [](const Type& one) { return one.does->write != nullptr; }, "written as JSON", "",
      seen);
}

std::string_view field_name(std::string_view name) {
  if (name.ends_with('_')) name.remove_suffix(1);
  return name;
}

std::string word_of(const EnumType& type, std::int64_t value) {
  for (auto i = type.count; i-- > 0;)
    if (type.words[i].value == value) return std::string(field_name(type.words[i].name));
  return {};
}

const Word* find_word(const EnumType& type, std::string_view word) {
  for (auto i = type.count; i-- > 0;)
    if (field_name(type.words[i].name) == word) return &type.words[i];
  return nullptr;
}

}  // namespace detail

// ---- the constants of plain values

namespace {

constexpr Behaviour kString{read_json_text, read_string, write_string, any_string_schema};
constexpr Behaviour kPersonal{nullptr, nullptr, write_personal, any_string_schema};
constexpr Behaviour kEmail{read_json_text, read_email, write_text<Email>,
                           string_schema<kEmailFormat>};
constexpr Behaviour kUuid{read_json_text, read_uuid, write_uuid, string_schema<kUuidFormat>};
constexpr Behaviour kTimestamp{read_json_text, read_timestamp, write_timestamp,
                               string_schema<kTimeFormat>};
constexpr Behaviour kDate{read_json_text, read_date, write_date, string_schema<kDateFormat>};
constexpr Behaviour kTimeZone{read_json_text, read_time_zone, write_text<TimeZone>,
                              any_string_schema};
constexpr Behaviour kLanguage{read_json_text, read_language, write_text<Language>,
                              any_string_schema};
constexpr Behaviour kColour{read_json_text, read_colour, write_text<Colour>, any_string_schema};
constexpr Behaviour kSlug{read_json_text, read_slug, write_text<Slug>, any_string_schema};
constexpr Behaviour kAny{read_any, nullptr, write_any, any_schema};
constexpr Behaviour kNull{nullptr, nullptr, nullptr, null_schema};

}  // namespace

constinit const Type Described<std::string>::type{Kind::text, &kString};
constinit const Type Described<Personal>::type{Kind::text, &kPersonal};
constinit const Type Described<Email>::type{Kind::text, &kEmail};
constinit const Type Described<Uuid>::type{Kind::text, &kUuid};
constinit const Type Described<Timestamp>::type{Kind::time, &kTimestamp};
constinit const Type Described<Date>::type{Kind::date, &kDate};
constinit const Type Described<TimeZone>::type{Kind::text, &kTimeZone};
constinit const Type Described<Language>::type{Kind::text, &kLanguage};
constinit const Type Described<Colour>::type{Kind::text, &kColour};
constinit const Type Described<Slug>::type{Kind::text, &kSlug};
constinit const Type Described<json::value>::type{Kind::any, &kAny};
constinit const Type Described<std::nullptr_t>::type{Kind::any, &kNull};

template <class T>
  requires std::is_arithmetic_v<T>
constinit const Type Described<T>::type{std::is_same_v<T, bool> ? Kind::yes_no : Kind::number,
                                        &kNumber<T>};
template struct Described<bool>;
template struct Described<short>;
template struct Described<unsigned short>;
template struct Described<int>;
template struct Described<unsigned>;
template struct Described<long>;
template struct Described<unsigned long>;
template struct Described<double>;

}  // namespace varde::web
