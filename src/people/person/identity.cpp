#include "people/person/identity.hpp"

#include "base/alarms.hpp"
#include "base/canonical.hpp"
#include "base/text.hpp"
#include "people/person/store_sql.hpp"

namespace varde::people {

using namespace store;
using trust::Ctx;
namespace json = boost::json;

void raise_damaged(const Ctx& ctx, const Uuid& person) {
  alarms::raise("damaged", "person " + person.str(),
                std::string("Of ") + person.str() + ": " + kDamaged, ctx.tenant,
                "/people/" + person.str());
}
std::string pack(const Identity& identity) {
  json::object out;
  if (!identity.email.empty()) out["e"] = identity.email;
  if (!identity.phone.empty()) out["p"] = identity.phone;
  if (!identity.first_name.empty()) out["f"] = identity.first_name;
  if (!identity.last_name.empty()) out["l"] = identity.last_name;
  if (!identity.attributes.empty()) {
    json::object attributes;
    for (const auto& [id, value] : identity.attributes) attributes[id.str()] = value;
    out["a"] = std::move(attributes);
  }
  return json::serialize(out);
}

Identity unpack(std::string_view text) {
  Identity out;
  auto value = json::parse({text.data(), text.size()});
  for (const auto& [key, item] : value.as_object()) {
    if (key == "e") out.email = std::string(item.as_string());
    if (key == "p") out.phone = std::string(item.as_string());
    if (key == "f") out.first_name = std::string(item.as_string());
    if (key == "l") out.last_name = std::string(item.as_string());
    if (key == "a")
      for (const auto& [id, attribute] : item.as_object())
        if (auto parsed = Uuid::parse(std::string_view(id))) out.attributes[*parsed] = attribute;
  }
  return out;
}

std::vector<std::string> search_words(const Identity& identity) {
  std::vector<std::string> out = words(fold(identity.first_name + " " + identity.last_name));
  auto address = fold(identity.email);
  for (auto& word : words(address.substr(0, address.find('@')))) out.push_back(std::move(word));
  return out;
}

std::set<std::string> prefixes_of(const Identity& identity) {
  std::set<std::string> out;
  for (const auto& word : search_words(identity)) {
    for (auto length : kWordPrefixes) {
      auto prefix = utf8_prefix(word, length);
      out.emplace(prefix);
      if (prefix.size() == word.size()) break;
    }
  }
  for (auto length : kPhonePrefixes)
    if (identity.phone.size() >= length) out.insert(identity.phone.substr(0, length));
  return out;
}

json::value number_json(double number) {
  if (number == std::floor(number) && std::abs(number) < 1e15)
    return json::value(static_cast<std::int64_t>(number));
  return json::value(number);
}

std::string text_of(const json::value& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return std::string(value.as_string());
  return json::serialize(value);
}

ValueRecord record_of(const Uuid& tenant, const Uuid& person, const Attribute& attribute,
                      const json::value& value) {
  ValueRecord out{tenant, person, attribute.id, std::nullopt, std::nullopt};
  switch (attribute.type) {
    case AttributeType::text:
    case AttributeType::choice:
      out.text_value = std::string(value.as_string());
      break;
    case AttributeType::number:
      out.number_value = value.to_number<double>();
      break;
    case AttributeType::boolean:
      out.number_value = value.as_bool() ? 1 : 0;
      break;
    case AttributeType::date: {
      auto date = parse_date(std::string_view(value.as_string()));
      out.number_value =
          static_cast<double>(std::chrono::sys_days(*date).time_since_epoch().count());
      break;
    }
  }
  return out;
}

json::value value_of(const Attribute& attribute, const ValueRecord& record) {
  return store::value_of(attribute.type, record.text_value, record.number_value);
}

std::string email_hash(Ctx& ctx, std::string_view email) { return Index(ctx).email(email).data; }

std::string phone_hash(Ctx& ctx, std::string_view number) { return Index(ctx).phone(number).data; }

std::vector<Uuid> persons_by_phone(Ctx& ctx, std::string_view number) {
  return ctx.tx().all<Uuid>(kPersonIdsByPhone, Index(ctx).phone(number));
}

std::vector<std::vector<Uuid>> sharing_phone(Ctx& ctx, const std::vector<Uuid>& persons) {
  std::vector<std::vector<Uuid>> out;
  std::optional<db::Bytes> last;
  for (auto& row : ctx.tx().all<SharingRecord>(kPersonSharingPhone, persons)) {
    if (!last || last->data != row.phone_hash.data) out.emplace_back();
    out.back().push_back(row.person_id);
    last = std::move(row.phone_hash);
  }
  return out;
}

std::optional<Uuid> person_by_email(Ctx& ctx, std::string_view email) {
  return ctx.tx().maybe<Uuid>(kPersonIdByEmail, Index(ctx).email(email));
}

}  // namespace varde::people
