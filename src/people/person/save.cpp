// Persons are saved in batches: read what the batch could touch, divide what may be written from
// what waits for the person's own word, write, and tell.
#include "base/canonical.hpp"
#include "base/text.hpp"
#include "crypto/aead.hpp"
#include "people/person/identity.hpp"
#include "people/person/store_sql.hpp"
#include "trust/audit.hpp"

namespace varde::people {

using namespace store;
using trust::Ctx;
namespace json = boost::json;

namespace {

// What save() knows of one person while it works through the batch.
struct Draft {
  bool is_new = false, changed_row = false, changed_any = false, damaged = false;
  PersonRecord record;
  Identity before, after;
  std::optional<crypto::Key> key;
  std::map<Uuid, json::value> plain;  // attributes classed plain, as they are now
  std::set<Uuid> tags;
  std::map<Uuid, MemberState> lists;
  std::map<Uuid, bool> consents;
  std::vector<trust::FieldChange> changes;
  std::set<Uuid> changed_attributes;
  std::vector<Uuid> joined;
  std::optional<PersonClaim> waits;  // for the person's own word
};

// Reads everything the batch could touch: one round trip for the persons, one for what belongs to
// them.
void read_drafts(Ctx& ctx, const Index& index, const std::vector<PersonChange>& changes,
                 const std::map<Uuid, Attribute>& catalogue, std::map<Uuid, Draft>& drafts,
                 std::map<std::string, Uuid>& by_email, std::map<std::string, Uuid>& by_phone) {
  std::vector<db::Bytes> emails, phones;
  std::vector<Uuid> ids;
  for (const auto& change : changes) {
    if (change.person_id) ids.push_back(*change.person_id);
    if (change.email && !change.email->empty()) emails.push_back(index.email(*change.email));
    if (change.phone && !change.phone->empty() && (!change.email || change.email->empty()))
      phones.push_back(index.phone(*change.phone));
  }
  auto& tx = ctx.tx();
  std::vector<db::Later> answers;
  if (!ids.empty()) answers.push_back(tx.later(kPersonByIds, ids));
  if (!emails.empty()) answers.push_back(tx.later(kPersonByEmail, emails));
  if (!phones.empty()) answers.push_back(tx.later(kPersonByPhone, phones));
  tx.flush();
  for (const auto& answer : answers) {
    for (auto& record : answer.rows().all<PersonRecord>()) {
      if (record.email_hash) by_email[record.email_hash->data] = record.person_id;
      if (record.phone_hash) by_phone.emplace(record.phone_hash->data, record.person_id);
      drafts[record.person_id].record = std::move(record);
    }
  }
  if (drafts.empty()) return;
  std::vector<Uuid> found;
  for (const auto& [id, draft] : drafts) found.push_back(id);
  auto values = tx.later(kPersonValues, found);
  auto tags = tx.later(kPersonTagsOf, found);
  auto members = tx.later(kPersonMembersOf, found);
  auto consents = tx.later(kPersonConsentsOf, found);
  tx.flush();
  auto keys = ctx.base.keys.keys(ctx.tenant, found, false);
  for (auto& [id, draft] : drafts) {
    auto key = keys.find(id);
    if (key == keys.end()) continue;  // erased: cannot be read or changed
    auto text = draft.record.sealed.open(key->second, ctx.tenant, id);
    if (!text) {
      raise_damaged(ctx, id);
      draft.damaged = true;
      continue;
    }
    draft.key = key->second;
    draft.before = draft.after = unpack(*text);
  }
  for (auto& row : values.rows().all<ValueRecord>())
    if (auto found_attribute = catalogue.find(row.attribute_id); found_attribute != catalogue.end())
      drafts[row.person_id].plain[row.attribute_id] = value_of(found_attribute->second, row);
  for (auto& row : tags.rows().all<TagRecord>()) drafts[row.person_id].tags.insert(row.tag_id);
  for (auto& row : members.rows().all<MemberRecord>())
    drafts[row.person_id].lists[row.list_id] = row.state;
  for (auto& row : consents.rows().all<ConsentRecord>())
    drafts[row.person_id].consents[row.purpose_id] = row.given;
}

template <class Record>
std::vector<Record> rows_of(const std::map<std::pair<Uuid, Uuid>, Record>& records) {
  std::vector<Record> out;
  for (const auto& [key, record] : records) out.push_back(record);
  return out;
}

bool set_field(Draft& draft, const char* name, std::string& field,
               const std::optional<std::string>& value) {
  if (!value || field == *value) return false;
  draft.changes.push_back({name, field.empty() ? std::nullopt : std::optional(field), *value});
  field = *value;
  return draft.changed_row = true;
}

// What a stranger says of somebody who exists becomes a claim; nothing of it is written. What is
// known already is nothing to ask about.
void claim_fields(Draft& draft, const PersonChange& change,
                  const std::map<Uuid, Attribute>& catalogue, PersonChange& waits) {
  auto field = [](const std::optional<std::string>& said, const std::string& known,
                  std::optional<std::string>& into) {
    if (said && !said->empty() && *said != known) into = said;
  };
  field(change.first_name, draft.after.first_name, waits.first_name);
  field(change.last_name, draft.after.last_name, waits.last_name);
  field(change.language, draft.record.language, waits.language);
  field(change.time_zone, draft.record.time_zone, waits.time_zone);
  for (const auto& [id, value] : change.attributes) {
    auto found = catalogue.find(id);
    if (found == catalogue.end() || value.is_null()) continue;
    bool plain = found->second.classification == Classification::plain;
    const auto& held = plain ? draft.plain : draft.after.attributes;
    auto known = held.find(id);
    if (known == held.end() || text_of(known->second) != text_of(value))
      waits.attributes[id] = value;
  }
  for (const auto& tag : change.add_tags)
    if (!draft.tags.contains(tag)) waits.add_tags.push_back(tag);
}

bool has_claim(const PersonChange& change) {
  return change.first_name || change.last_name || change.language || change.time_zone ||
         !change.attributes.empty() || !change.add_tags.empty() || !change.lists.empty() ||
         !change.consents.empty();
}

// What of a change may be written at once, and why the rest may not: the table at Proof. Empty when
// it may all be taken as it is; otherwise what is wrong, with its field in `field`.
std::string divide(Draft& draft, const Proof& proof, const std::map<Uuid, Attribute>& catalogue,
                   PersonChange& change, PersonChange& waits, std::string& field) {
  using Of = Proof::Of;
  bool exists = !draft.is_new, stranger = proof.of() == Of::nobody;
  for (auto [name, value] :
       {std::pair{"first_name", &change.first_name}, std::pair{"last_name", &change.last_name}}) {
    if (!*value) continue;
    auto canonical = canonical_line(**value);
    if (!canonical) {
      field = name;
      return "holds characters that cannot be seen or kept.";
    }
    *value = std::move(*canonical);
  }
  if (exists && (proof.of() == Of::person || proof.of() == Of::rule)) {
    for (auto [name, value, known] : {std::tuple{"email", &change.email, &draft.after.email},
                                      std::tuple{"phone", &change.phone, &draft.after.phone}})
      if (*value && **value != *known) {
        field = name;
        return "is changed by a code that was sent there, and by nothing else.";
      }
  }
  if (exists && stranger) {
    claim_fields(draft, change, catalogue, waits);
    change.email.reset();
    change.phone.reset();
    change.first_name.reset();
    change.last_name.reset();
    change.language.reset();
    change.time_zone.reset();
    change.attributes.clear();
    change.add_tags.clear();
    change.remove_tags.clear();
  }
  for (auto list = change.lists.begin(); list != change.lists.end();) {
    auto known = draft.lists.find(list->first);
    bool left = known != draft.lists.end() && known->second == MemberState::unsubscribed;
    bool joins = list->second != MemberState::unsubscribed;
    bool keep = true;
    if (joins && left && (proof.of() == Of::import || proof.of() == Of::rule)) keep = false;
    bool asked = list->second == MemberState::pending;
    if (joins && stranger && (exists || asked) &&
        (known == draft.lists.end() || known->second != MemberState::subscribed)) {
      waits.lists[list->first] = MemberState::subscribed;
      list->second = MemberState::pending;  // shown, and written to nobody
      keep = !left;
    }
    list = keep ? std::next(list) : change.lists.erase(list);
  }
  for (auto consent = change.consents.begin(); consent != change.consents.end();) {
    auto known = draft.consents.find(consent->first);
    bool held = known != draft.consents.end();
    bool lifts = consent->second && held && !known->second;
    bool keep = true;
    if (stranger && consent->second && (!held || lifts)) {
      waits.consents[consent->first] = true;
      keep = false;
    } else if (lifts && (proof.of() == Of::import || proof.of() == Of::rule)) {
      keep = false;
    } else if (lifts && proof.of() == Of::clerk) {
      if (proof.reason().empty()) {
        field = "source";
        return "is needed: this consent was withdrawn. Say how it is known that it was given "
               "again.";
      }
      draft.changes.push_back({"reason", std::nullopt, proof.reason()});
    }
    consent = keep ? std::next(consent) : change.consents.erase(consent);
  }
  return {};
}

}  // namespace

std::vector<SaveOutcome> save(Ctx& ctx, const std::vector<PersonChange>& changes,
                              const SaveOptions& options) {
  Index index(ctx);
  auto at = now();
  auto& tx = ctx.tx();
  std::map<Uuid, Attribute> catalogue;
  for (auto& attribute : attributes(ctx)) catalogue[attribute.id] = attribute;
  std::map<Uuid, Draft> drafts;
  std::map<std::string, Uuid> by_email, by_phone;
  read_drafts(ctx, index, changes, catalogue, drafts, by_email, by_phone);

  std::vector<SaveOutcome> out(changes.size());
  std::vector<Uuid> fresh;
  std::vector<ValueRecord> values;
  std::vector<TagRecord> tags;
  // By list or purpose, and person: what a batch says last of one is what is written.
  std::map<std::pair<Uuid, Uuid>, MemberRecord> members;
  std::map<std::pair<Uuid, Uuid>, ConsentRecord> consents;
  std::vector<Activity> activities;
  std::map<Uuid, std::vector<Uuid>> to_confirm;

  // What persons do themselves is never refused for a quota.
  auto room = options.proof.is_organisation()
                  ? ctx.base.quotas.room(ctx, trust::Quota::persons, std::ssize(changes))
                  : std::numeric_limits<std::int64_t>::max();
  std::string full;

  for (std::size_t i = 0; i < changes.size(); ++i) {
    auto change = changes[i];
    auto& outcome = out[i];
    auto reject = [&](std::string field, std::string problem) {
      outcome.what = Saved::rejected;
      outcome.field = std::move(field);
      outcome.problem = std::move(problem);
    };
    std::string email_key =
        change.email && !change.email->empty() ? index.email(*change.email).data : "";
    std::string phone_key =
        change.phone && !change.phone->empty() ? index.phone(*change.phone).data : "";
    Uuid id;
    bool made_now = false;
    if (change.person_id) {
      id = *change.person_id;
      if (!drafts.contains(id)) {
        reject("", "This person does not exist any more.");
        continue;
      }
      if (auto other = by_email.find(email_key);
          !email_key.empty() && other != by_email.end() && other->second != id) {
        reject("email", "Another person has this e-mail address already.");
        outcome.taken = true;
        continue;
      }
    } else if (auto by = by_email.find(email_key); !email_key.empty() && by != by_email.end()) {
      id = by->second;
    } else if (auto phone = by_phone.find(phone_key);
               email_key.empty() && !phone_key.empty() && phone != by_phone.end()) {
      id = phone->second;
    } else if (std::ssize(fresh) >= room) {
      if (full.empty()) full = ctx.base.quotas.sentence(ctx, trust::Quota::persons);
      reject("", full);
      outcome.full = true;
      continue;
    } else {
      id = Uuid::make();
      auto& draft = drafts[id];
      made_now = draft.is_new = draft.changed_row = true;
      draft.record =
          PersonRecord{ctx.tenant, id, 1, "", "", std::nullopt, std::nullopt, {}, 1, at, at};
      fresh.push_back(id);
    }
    auto& draft = drafts[id];
    outcome.person_id = id;
    if (!draft.is_new && !draft.key) {
      reject("", draft.damaged ? kDamaged : "This person was erased.");
      continue;
    }
    if (!made_now && !options.update_existing) {
      // Somebody's no is no update that could wait: it takes a right away, and gives none.
      PersonChange no;
      for (const auto& [purpose, given] : change.consents)
        if (!given) no.consents[purpose] = false;
      if (no.consents.empty()) continue;
      change = std::move(no);
    }
    PersonChange waits;
    std::string wrong_field;
    if (auto wrong = divide(draft, options.proof, catalogue, change, waits, wrong_field);
        !wrong.empty()) {
      reject(wrong_field, wrong);
      if (made_now) {  // as if it had never been
        drafts.erase(id);
        fresh.pop_back();
      }
      continue;
    }
    if (has_claim(waits)) {
      waits.person_id = id;
      draft.waits = PersonClaim{{}, id, options.ref_id, std::move(waits), options.source, at};
      outcome.waits = true;
    }
    bool touched = made_now;

    touched |= set_field(draft, "email", draft.after.email, change.email);
    touched |= set_field(draft, "phone", draft.after.phone, change.phone);
    touched |= set_field(draft, "first_name", draft.after.first_name, change.first_name);
    touched |= set_field(draft, "last_name", draft.after.last_name, change.last_name);
    touched |= set_field(draft, "language", draft.record.language, change.language);
    touched |= set_field(draft, "time_zone", draft.record.time_zone, change.time_zone);
    if (change.email && !email_key.empty()) by_email[email_key] = id;
    if (change.phone && !phone_key.empty()) by_phone.emplace(phone_key, id);

    for (const auto& [attribute_id, value] : change.attributes) {
      auto found = catalogue.find(attribute_id);
      if (found == catalogue.end()) continue;
      const auto& attribute = found->second;
      bool plain = attribute.classification == Classification::plain;
      auto& store = plain ? draft.plain : draft.after.attributes;
      auto known = store.find(attribute_id);
      auto before = known == store.end() ? json::value(nullptr) : known->second;
      if (text_of(before) == text_of(value)) continue;
      draft.changes.push_back({attribute.key,
                               before.is_null() ? std::nullopt : std::optional(text_of(before)),
                               text_of(value)});
      draft.changed_attributes.insert(attribute_id);
      touched = true;
      if (!plain) draft.changed_row = true;
      if (value.is_null()) {
        store.erase(attribute_id);
      } else {
        store[attribute_id] = value;
      }
    }
    for (const auto& tag : change.add_tags) {
      if (!draft.tags.insert(tag).second) continue;
      tags.push_back({ctx.tenant, tag, id});
      activities.push_back(
          {id, ActivityKind::tagged, tag, std::nullopt, options.flags, std::nullopt, at});
      touched = true;
    }
    for (const auto& tag : change.remove_tags) {
      if (draft.tags.erase(tag) == 0) continue;
      tx.later(kPersonDeleteTag, id, tag);
      activities.push_back(
          {id, ActivityKind::untagged, tag, std::nullopt, options.flags, std::nullopt, at});
      touched = true;
    }
    for (const auto& [list, state] : change.lists) {
      auto known = draft.lists.find(list);
      if (known != draft.lists.end() && known->second == state) {
        // A clerk who says it again wants the person asked again: the first question may be lost.
        if (state == MemberState::pending && options.proof.of() == Proof::Of::clerk)
          to_confirm[list].push_back(id);
        continue;
      }
      if (known != draft.lists.end() && known->second == MemberState::subscribed &&
          state == MemberState::pending)
        continue;
      draft.lists[list] = state;
      members[{list, id}] = {ctx.tenant, list, id, state, at};
      activities.push_back({id,
                            state == MemberState::subscribed ? ActivityKind::list_joined
                            : state == MemberState::pending  ? ActivityKind::list_pending
                                                             : ActivityKind::list_left,
                            list, std::nullopt, options.flags, std::nullopt, at});
      draft.changes.push_back({"list:" + list.str(), std::nullopt, web::enum_word(state)});
      if (state == MemberState::subscribed) draft.joined.push_back(list);
      // Who is asked about more than the list is asked once about all of it.
      if (state == MemberState::pending &&
          !(draft.waits && draft.waits->change.lists.contains(list)))
        to_confirm[list].push_back(id);
      touched = true;
    }
    for (const auto& [purpose, given] : change.consents) {
      auto known = draft.consents.find(purpose);
      if (known != draft.consents.end() && known->second == given) continue;
      draft.consents[purpose] = given;
      consents[{purpose, id}] = {ctx.tenant, purpose, id, given, options.source, at};
      activities.push_back({id,
                            given ? ActivityKind::consent_given : ActivityKind::consent_withdrawn,
                            purpose, std::nullopt, options.flags, std::nullopt, at});
      draft.changes.push_back(
          {"consent:" + purpose.str(), std::nullopt, given ? "given" : "withdrawn"});
      touched = true;
    }
    outcome.what = made_now ? Saved::created : touched ? Saved::updated : Saved::unchanged;
    draft.changed_any = draft.changed_any || touched;
  }

  // Keys first, durably: a key without a row is waste, a row without a key is loss.
  auto new_keys = ctx.base.keys.create_keys(ctx.tenant, fresh);
  ctx.base.quotas.took(ctx.tenant, trust::Quota::persons, std::ssize(fresh));
  for (std::size_t i = 0; i < fresh.size(); ++i) drafts[fresh[i]].key = new_keys[i];

  std::vector<PersonRecord> inserts;
  std::vector<PrefixRecord> prefixes;
  std::vector<Uuid> reindexed, touched;
  std::vector<trust::AuditEntry> trail;
  std::vector<SavedEvent> events;
  std::vector<std::pair<PersonClaim, crypto::Key>> claims;
  for (auto& [id, draft] : drafts) {
    if (draft.waits && draft.key) claims.emplace_back(std::move(*draft.waits), *draft.key);
    if (!draft.changed_any || !draft.key) continue;
    if (draft.changed_row) {
      draft.record.sealed =
          trust::Sealed<kIdentity>::of(*draft.key, pack(draft.after), ctx.tenant, id);
      draft.record.email_hash =
          draft.after.email.empty() ? std::nullopt : std::optional(index.email(draft.after.email));
      draft.record.phone_hash =
          draft.after.phone.empty() ? std::nullopt : std::optional(index.phone(draft.after.phone));
      auto wanted = prefixes_of(draft.after);
      if (draft.is_new) {
        inserts.push_back(draft.record);
      } else {
        tx.later(kPersonUpdate, id, draft.record.language, draft.record.time_zone,
                 draft.record.email_hash, draft.record.phone_hash, draft.record.sealed, at);
      }
      if (draft.is_new || wanted != prefixes_of(draft.before)) {
        if (!draft.is_new) reindexed.push_back(id);
        for (const auto& text : wanted) prefixes.push_back({ctx.tenant, index.prefix(text), id});
      }
    } else {
      touched.push_back(id);
    }
    for (const auto& attribute_id : draft.changed_attributes) {
      const auto& attribute = catalogue[attribute_id];
      if (attribute.classification != Classification::plain) continue;
      if (auto value = draft.plain.find(attribute_id); value != draft.plain.end()) {
        values.push_back(record_of(ctx.tenant, id, attribute, value->second));
      } else if (!draft.is_new) {
        tx.later(kPersonDeleteValue, id, attribute_id);
      }
    }
    if (draft.is_new) {
      activities.push_back(
          {id, options.created_as, options.ref_id, std::nullopt, options.flags, std::nullopt, at});
    } else if (draft.changed_row || !draft.changed_attributes.empty() ||
               options.created_as == ActivityKind::imported) {
      // Whom an import put on a list is found as one of its people, too.
      activities.push_back({id, ActivityKind::changed, options.ref_id, std::nullopt, options.flags,
                            std::nullopt, at});
    }
    trail.push_back({draft.is_new ? "person.create" : "person.update", "person", id, id,
                     std::move(draft.changes), &*draft.key});
    events.push_back({id,
                      draft.is_new,
                      draft.joined,
                      {draft.changed_attributes.begin(), draft.changed_attributes.end()}});
  }
  if (!reindexed.empty()) tx.later(kPersonDeletePrefixes, reindexed);
  if (!touched.empty()) tx.later(kPersonTouch, touched, at);
  std::ranges::sort(prefixes);  // neighbours in the index are written together
  tx.insert_many("person", inserts);
  tx.insert_many("person_prefix", prefixes, "ON CONFLICT DO NOTHING");
  tx.insert_many("person_attribute", values,
                 "ON CONFLICT (tenant_id, person_id, attribute_id) DO UPDATE SET text_value = "
                 "EXCLUDED.text_value, number_value = EXCLUDED.number_value");
  tx.insert_many("person_tag", tags, "ON CONFLICT DO NOTHING");
  tx.insert_many("list_member", rows_of(members),
                 "ON CONFLICT (tenant_id, list_id, person_id) DO UPDATE SET state = "
                 "EXCLUDED.state, since = EXCLUDED.since");
  tx.insert_many("consent", rows_of(consents),
                 "ON CONFLICT (tenant_id, purpose_id, person_id) DO UPDATE SET given = "
                 "EXCLUDED.given, source = EXCLUDED.source, at = EXCLUDED.at");
  record_activity(ctx, activities);
  trust::record(ctx, trail);
  const auto& extensions = ctx.base.extensions;
  for (const auto& hook : extensions.all<ConfirmHook>())
    for (const auto& [list, persons] : to_confirm) hook.run(ctx, list, persons);
  for (const auto& hook : extensions.all<SavedHook>()) hook.run(ctx, events);
  write_claims(ctx, std::move(claims));
  tx.flush();
  return out;
}

}  // namespace varde::people
