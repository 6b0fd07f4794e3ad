#include "people/person/person.hpp"

#include "people/catalogue/catalogue.hpp"

#include "people/person/restore_sql.hpp"
#include "people/person/store.hpp"

namespace varde::people {

using namespace trust::declare;

namespace {

namespace json = boost::json;

// What is stored is short, and names attributes by id.
std::function<json::value(const json::value&)> identity_reader(trust::Ctx& ctx) {
  std::map<std::string, std::string> keys;
  for (const auto& attribute : attributes(ctx)) keys[attribute.id.str()] = attribute.key;
  return [keys](const json::value& stored) -> json::value {
    json::object out;
    static const std::map<std::string_view, std::string_view> kNames{
        {"e", "email"}, {"p", "phone"}, {"f", "first_name"}, {"l", "last_name"}};
    for (const auto& [key, value] : stored.as_object()) {
      if (auto name = kNames.find(std::string_view(key)); name != kNames.end())
        out[name->second] = value;
      if (key != "a") continue;
      json::object values;
      for (const auto& [id, of_attribute] : value.as_object())
        if (auto found = keys.find(std::string(id)); found != keys.end())
          values[found->second] = of_attribute;
      out["attributes"] = std::move(values);
    }
    return out;
  };
}

// Who of then does not come back, and who of now was not there.
void sift_persons(trust::Restoring& r) {
  r.run(store::kRestoreKeyless);
  r.run(store::kRestoreAboutToGo);
  auto erased = r.run(store::kRestoreLeaveOut);
  auto away = r.run(store::kRestoreVanish);
  r.persons(r.count(store::kRestoreBack), away, erased);
}

std::vector<trust::Table> timeline() {
  return {{.name = "activity",
           .holds = "What happened to a person: the timeline",
           .columns = {nothing_personal({"tenant_id", "activity_id"}), pseudonyms({"person_id"}),
                       behaviour({"kind", "at", "ref_id", "number", "flags"}),
                       sealed(store::kActivityText)},
           .erased = deletes_by("person_id"),
           .kept = by_rule("timelines"),
           .shown = under({"timeline"}),
           .at_end = taken_along(),
           .restored = goes_back()},
          {.name = "person_claim",
           .holds = "What waits for a person's own word",
           .columns = {nothing_personal({"tenant_id", "claim_id", "expires_at"}),
                       pseudonyms({"person_id"}), behaviour({"ref_id", "created_at"}),
                       sealed(store::kClaimed)},
           .erased = deletes_by("person_id"),
           .kept = until_column("expires_at"),
           .shown = under({"claims"}),
           .at_end = taken_along(),
           .restored = ends("what waits for a person's word was asked of another state")}};
}

}  // namespace

std::vector<trust::Table> person_tables() {
  std::vector<trust::Table> out{
      {.name = "person",
       .holds = "Persons: names, addresses, attributes",
       .columns = {nothing_personal({"tenant_id", "version"}),
                   pseudonyms({"person_id", "email_hash", "phone_hash"}),
                   behaviour({"created_at", "updated_at"}),
                   readable({"state", "language", "time_zone"}),
                   sealed(store::kIdentity, identity_reader)},
       .erased = deletes_by("person_id"),
       .kept = by_rule("silent-persons"),
       .shown = under({"identity", "attributes"}),
       .at_end = taken_along(),
       .restored = goes_back().sift(sift_persons).merge([](trust::Restoring& r) {
         r.run(store::kRestoreKeepRestrictions);
       })},
      {.name = "person_prefix",
       .holds = "Keyed hashes of the beginnings of names",
       .columns = {nothing_personal({"tenant_id"}), pseudonyms({"hash", "person_id"})},
       .erased = deletes_by("person_id"),
       .kept = until_person_goes(),
       .shown = not_shown("keyed hashes of what the identity says"),
       .at_end = left_behind("hashes by which names are found"),
       .restored = goes_back()},
      {.name = "person_attribute",
       .holds = "Attributes that the organisation classed plain",
       .columns = {nothing_personal({"tenant_id", "attribute_id"}), pseudonyms({"person_id"}),
                   readable({"text_value", "text_key", "number_value"})},
       .erased = deletes_by("person_id"),
       .kept = until_person_goes(),
       .shown = under({"attributes"}),
       .at_end = taken_along(),
       .restored = goes_back()},
      {.name = "person_tag",
       .holds = "Tags of a person",
       .columns = {nothing_personal({"tenant_id"}), pseudonyms({"person_id"}),
                   readable({"tag_id"})},
       .erased = deletes_by("person_id"),
       .kept = until_person_goes(),
       .shown = under({"tags"}),
       .at_end = taken_along(),
       .restored = goes_back()},
      {.name = "list_member",
       .holds = "Lists that a person is on, or left",
       .columns = {nothing_personal({"tenant_id"}), pseudonyms({"person_id"}), behaviour({"since"}),
                   readable({"list_id", "state"})},
       .erased = deletes_by("person_id"),
       .kept = until_person_goes(),
       .shown = under({"lists"}),
       .at_end = taken_along(),
       .restored =
           goes_back().merge([](trust::Restoring& r) { r.run(store::kRestoreKeepLeaving); })},
      {.name = "consent",
       .holds = "What a person consented to, and what was withdrawn",
       .columns = {nothing_personal({"tenant_id"}), pseudonyms({"person_id"}),
                   behaviour({"source", "at"}), readable({"purpose_id", "given"})},
       .erased = deletes_by("person_id"),
       .kept = until_person_goes(),
       .shown = under({"consents"}),
       .at_end = taken_along(),
       .restored = goes_back().merge([](trust::Restoring& r) {
         r.run(store::kRestoreKeepWithdrawals);
         r.run(store::kRestoreAddWithdrawals);
       })},
  };
  for (auto& table : timeline()) out.push_back(std::move(table));
  return out;
}

}  // namespace varde::people
