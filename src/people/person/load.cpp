#include "base/alarms.hpp"
#include "base/text.hpp"
#include "people/person/damage.hpp"
#include "people/person/identity.hpp"
#include "people/person/store_sql.hpp"

namespace varde::people {

using namespace store;
using trust::Ctx;
namespace json = boost::json;

json::value store::value_of(AttributeType type, const std::optional<std::string>& text,
                            std::optional<double> number) {
  switch (type) {
    case AttributeType::text:
    case AttributeType::choice:
      return json::value(text.value_or(""));
    case AttributeType::number:
      return number_json(number.value_or(0));
    case AttributeType::boolean:
      return json::value(number == 1);
    case AttributeType::date:
      return json::value(to_string(
          Date(std::chrono::sys_days(std::chrono::days(static_cast<int>(number.value_or(0)))))));
  }
  return nullptr;
}

std::optional<Person> store::open_person(Ctx& ctx, const PersonRecord& record,
                                         const crypto::Key& key) {
  auto text = record.sealed.open(key, ctx.tenant, record.person_id);
  if (!text) {
    raise_damaged(ctx, record.person_id);
    return std::nullopt;
  }
  auto identity = unpack(*text);
  Person person;
  person.id = record.person_id;
  person.email = Personal(identity.email);
  person.phone = Personal(identity.phone);
  person.first_name = Personal(identity.first_name);
  person.last_name = Personal(identity.last_name);
  person.language = record.language;
  person.time_zone = record.time_zone;
  person.state = static_cast<PersonState>(record.state);
  person.attributes = std::move(identity.attributes);
  person.version = record.version;
  person.created_at = record.created_at;
  person.updated_at = record.updated_at;
  return person;
}

void look_again_at_damaged(Ctx& ctx) {
  constexpr std::size_t kMost = 100;
  std::vector<Uuid> persons, keys;
  for (const auto& alarm : alarms::standing(ctx.tenant)) {
    auto space = alarm.about.find(' ');
    if (alarm.kind != "damaged" || space == std::string::npos) continue;
    if (auto id = Uuid::parse(alarm.about.substr(space + 1)))
      (alarm.about.starts_with("key") ? keys : persons).push_back(*id);
    if (persons.size() + keys.size() >= kMost) break;
  }
  if (persons.empty() && keys.empty()) return;
  auto all = persons;
  all.insert(all.end(), keys.begin(), keys.end());
  auto records = ctx.tx().all<PersonRecord>(kPersonByIds, all);
  auto found = ctx.base.keys.keys(ctx.tenant, all, false);
  auto row_of = [&](const Uuid& id) {
    return std::ranges::find(records, id, &PersonRecord::person_id);
  };
  for (const auto& id : keys)
    if (row_of(id) == records.end() || found.contains(id))
      alarms::clear("damaged", "key " + id.str(), ctx.tenant);
  for (const auto& id : persons) {
    auto row = row_of(id);
    auto key = found.find(id);
    if (row == records.end() ||
        (key != found.end() && row->sealed.open(key->second, ctx.tenant, id)))
      alarms::clear("damaged", "person " + id.str(), ctx.tenant);
  }
}

std::unordered_map<Uuid, std::string> languages(Ctx& ctx, const std::vector<Uuid>& ids) {
  std::unordered_map<Uuid, std::string> out;
  for (auto& [id, language] : ctx.tx().all<PersonLanguage>(kPersonLanguages, ids))
    out.emplace(id, std::move(language));
  return out;
}

std::vector<Person> load(Ctx& ctx, const std::vector<Uuid>& ids, bool plain, bool remember) {
  std::vector<Person> out;
  if (ids.empty()) return out;
  auto& tx = ctx.tx();
  auto values = plain ? std::optional(tx.later(kPersonValues, ids)) : std::nullopt;
  auto known = plain ? std::optional(attributes_later(ctx)) : std::nullopt;
  auto records = tx.all<PersonRecord>(kPersonByIds, ids);
  auto keys = ctx.base.keys.keys(ctx.tenant, ids, remember);
  std::unordered_map<Uuid, Person> found;
  std::vector<Uuid> opened;
  for (auto& record : records) {
    auto key = keys.find(record.person_id);
    if (key == keys.end()) continue;
    auto person = open_person(ctx, record, key->second);
    if (!person) continue;
    found.emplace(record.person_id, std::move(*person));
    opened.push_back(record.person_id);
  }
  ctx.base.reads.note(ctx, opened);
  if (values && !values->rows().empty()) {
    std::map<Uuid, Attribute> catalogue;
    for (auto& attribute : known->rows().all<Attribute>()) catalogue[attribute.id] = attribute;
    for (auto& row : values->rows().all<ValueRecord>()) {
      auto person = found.find(row.person_id);
      auto attribute = catalogue.find(row.attribute_id);
      if (person != found.end() && attribute != catalogue.end())
        person->second.attributes[row.attribute_id] = value_of(attribute->second, row);
    }
  }
  for (const auto& id : ids)
    if (auto person = found.find(id); person != found.end())
      out.push_back(std::move(person->second)), found.erase(person);
  return out;
}

bool any_person(Ctx& ctx) { return !ctx.tx().query(kPersonAny).empty(); }

std::string display_name(const Person& person) {
  auto name = person.first_name.reveal();
  if (!person.last_name.empty()) name += (name.empty() ? "" : " ") + person.last_name.reveal();
  if (!name.empty()) return name;
  if (!person.email.empty()) return person.email.reveal();
  return person.phone.empty() ? "(no name)" : person.phone.reveal();
}

std::vector<PersonRow> rows(Ctx& ctx, const std::vector<Uuid>& ids) {
  std::vector<PersonRow> out;
  if (ids.empty()) return out;
  auto tags = ctx.tx().later(kPersonTagsOf, ids);
  auto persons = load(ctx, ids, false);
  std::map<Uuid, std::vector<std::string>> tags_of;
  if (!tags.rows().empty()) {
    auto names = tag_names(ctx);
    for (auto& row : tags.rows().all<TagRecord>())
      tags_of[row.person_id].push_back(names[row.tag_id]);
  }
  for (const auto& person : persons) {
    out.push_back(view_of<PersonRow>(person));
    out.back().tags = std::move(tags_of[person.id]);
  }
  return out;
}

}  // namespace varde::people
