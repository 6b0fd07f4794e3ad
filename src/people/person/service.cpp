#include <phonenumbers/phonenumberutil.h>

#include <charconv>

#include "base/alarms.hpp"
#include "base/canonical.hpp"
#include "base/text.hpp"
#include "crypto/aead.hpp"
#include "crypto/hash.hpp"
#include "people/person/damage.hpp"
#include "people/person/store.hpp"
#include "people/person/store_sql.hpp"
#include "people/segment/segment.hpp"
#include "trust/audit.hpp"
#include "trust/erasure.hpp"

namespace varde::people {

using namespace store;
using trust::Ctx;

namespace {

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

// Which prefixes of a word are findable: a search for five letters looks for four and reads the
// rest.
constexpr std::size_t kWordPrefixes[] = {2, 3, 4, 6, 9};
constexpr std::size_t kPhonePrefixes[] = {6, 9, 12};

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

// The keyed hashes of one tenant.
struct Index {
  crypto::Key key;
  explicit Index(Ctx& ctx) : key(ctx.base.keys.tenant_key(ctx.tenant, "blind-index")) {}
  db::Bytes email(std::string_view address) const {
    return {crypto::keyed_hash(key, "email:" + email_key(address))};
  }
  db::Bytes phone(std::string_view number) const {
    return {crypto::keyed_hash(key, "phone:" + std::string(number))};
  }
  std::int64_t prefix(std::string_view text) const {
    return crypto::keyed_hash64(key, "prefix:" + std::string(text));
  }
};

// One spelling for each number: 12 and 12.0 are the same value.
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

}  // namespace

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

std::optional<std::string> normalise_email(std::string_view text) { return canonical_email(text); }

std::string region_of(const std::string& time_zone) {
  static const std::map<std::string_view, const char*> kRegions = {
      {"Europe/Oslo", "NO"},     {"Europe/Stockholm", "SE"}, {"Europe/Copenhagen", "DK"},
      {"Europe/Helsinki", "FI"}, {"Europe/Berlin", "DE"},    {"Europe/London", "GB"},
      {"Europe/Paris", "FR"},    {"Europe/Amsterdam", "NL"}, {"Atlantic/Reykjavik", "IS"},
      {"Europe/Madrid", "ES"},   {"Europe/Rome", "IT"},      {"Europe/Dublin", "IE"}};
  auto found = kRegions.find(time_zone);
  return found == kRegions.end() ? "NO" : found->second;
}

std::optional<std::string> normalise_phone(std::string_view text, const std::string& region) {
  using i18n::phonenumbers::PhoneNumberUtil;
  // Bidirectional marks and spaces of all kinds come with numbers that were copied.
  auto plain = canonical_symbols(text);
  if (!plain || plain->empty() || plain->size() > 40) return std::nullopt;
  auto* util = PhoneNumberUtil::GetInstance();
  i18n::phonenumbers::PhoneNumber number;
  if (util->Parse(*plain, region, &number) != PhoneNumberUtil::NO_PARSING_ERROR ||
      !util->IsValidNumber(number))
    return std::nullopt;
  std::string out;
  util->Format(number, PhoneNumberUtil::E164, &out);
  return out;
}

bool takes_sms(const std::string& number) {
  using i18n::phonenumbers::PhoneNumberUtil;
  auto* util = PhoneNumberUtil::GetInstance();
  i18n::phonenumbers::PhoneNumber parsed;
  if (util->Parse(number, "ZZ", &parsed) != PhoneNumberUtil::NO_PARSING_ERROR) return false;
  switch (util->GetNumberType(parsed)) {
    case PhoneNumberUtil::FIXED_LINE:
    case PhoneNumberUtil::TOLL_FREE:
    case PhoneNumberUtil::PREMIUM_RATE:
    case PhoneNumberUtil::SHARED_COST:
    case PhoneNumberUtil::UAN:
    case PhoneNumberUtil::VOICEMAIL:
      return false;
    default:
      return true;
  }
}

std::vector<std::string> sender_phones(std::string_view text, const std::string& region) {
  std::vector<std::string> out;
  auto add = [&](const std::string& number) {
    if (auto full = normalise_phone(number, region);
        full && std::ranges::find(out, *full) == out.end())
      out.push_back(std::move(*full));
  };
  auto plain = canonical_symbols(text);
  if (!plain) return out;
  add(*plain);
  std::string digits;
  for (char c : *plain)
    if (std::isdigit(static_cast<unsigned char>(c)) != 0) digits += c;
  if (plain->find_first_not_of("0123456789 -()") != std::string::npos) return out;
  // What begins with a zero is national, or dialled with the prefix of another country.
  auto country = digits.find_first_not_of('0');
  if (country == 0 || (country == 2 && out.empty())) add("+" + digits.substr(country));
  return out;
}

namespace {

// As many as fit a sentence: "a, b, c and 97 more".
std::string some_of(const std::vector<std::string>& choices) {
  constexpr std::size_t kMost = 120, kMostOfOne = 60;
  std::string out;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (!out.empty() && out.size() + choices[i].size() > kMost)
      return fmt::format("{} and {} more", out, choices.size() - i);
    auto shown = utf8_prefix(choices[i], kMostOfOne);
    out += out.empty() ? "" : ", ";
    out += shown;
    if (shown.size() < choices[i].size()) out += "…";
  }
  return out;
}

}  // namespace

Result<json::value> normalise_value(const Attribute& attribute, const json::value& in) {
  if (in.is_null()) return json::value(nullptr);
  auto canonical = canonical_prose(text_of(in));
  auto text = canonical.value_or("");
  if (canonical && text.empty()) return json::value(nullptr);
  auto wrong = [&](std::string message) {
    return bad_input("/attributes/" + attribute.key, std::move(message));
  };
  if (!canonical) return wrong("holds characters that cannot be kept.");
  switch (attribute.type) {
    case AttributeType::text:
      if (utf8_length(text) > 1000) return wrong("must be text of at most 1000 characters.");
      return json::value(text);
    case AttributeType::choice: {
      for (const auto& choice : attribute.choices)
        if (fold(choice) == fold(text)) return json::value(choice);
      return wrong("must be one of: " + some_of(attribute.choices) + ".");
    }
    case AttributeType::number: {
      if (in.is_number()) return number_json(in.to_number<double>());
      // Thousands are set apart by spaces of several kinds (ICU and spreadsheets of the North write
      // U+00A0 and U+202F), or by apostrophes; and a minus may be the typographer's.
      std::string digits;
      std::optional<std::size_t> group;  // where the digits behind a space began
      bool decimals = false, apart_well = true;
      auto end_group = [&] { apart_well &= !group || digits.size() - *group == 3; };
      for (std::string_view rest = text; !rest.empty();) {
        std::size_t skip = 0;
        for (std::string_view apart : {" ", "'", "\u00a0", "\u202f", "\u2009", "\u2019"})
          if (rest.starts_with(apart)) skip = apart.size();
        if (skip > 0) {
          // "1 234" is one number, "12 34" are two; and nothing is set apart behind the comma.
          end_group();
          apart_well &= !decimals && !digits.empty();
          group = digits.size();
        } else if (rest.starts_with("\u2212")) {
          digits += '-';
          skip = 3;
        } else {
          bool point = rest[0] == ',' || rest[0] == '.';
          if (point && !std::exchange(decimals, true)) {
            end_group();
            group.reset();
          }
          digits += point ? '.' : rest[0];
          skip = 1;
        }
        rest.remove_prefix(skip);
      }
      end_group();
      double number = 0;
      auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
      if (ec != std::errc() || end != digits.data() + digits.size() || !std::isfinite(number) ||
          !apart_well)
        return wrong("must be a number, like 12.5.");
      return number_json(number);
    }
    case AttributeType::boolean: {
      if (in.is_bool()) return in;
      auto word = fold(text);
      // As spreadsheets of the North, Germany, France and Spain write them, too.
      static const std::set<std::string> kYes = {"true", "yes",  "ja",   "1",
                                                 "x",    "sann", "sant", "sand",
                                                 "tosi", "wahr", "vrai", "verdadero"},
                                         kNo = {"false",   "no",     "nei",    "nej",
                                                "0",       "usann",  "falskt", "falsk",
                                                "epätosi", "falsch", "faux",   "falso"};
      if (kYes.contains(word)) return json::value(true);
      if (kNo.contains(word)) return json::value(false);
      return wrong("must be yes or no.");
    }
    case AttributeType::date: {
      auto date = parse_date(text);
      if (!date && text.size() >= 8 && text.size() <= 10) {  // 31.12.2026, as offices here write it
        auto parts = split(text, '.');
        if (parts.size() == 3 && parts[2].size() == 4) {
          auto pad = [](std::string_view part) {
            return part.size() == 1 ? "0" + std::string(part) : std::string(part);
          };
          date = parse_date(std::string(parts[2]) + "-" + pad(parts[1]) + "-" + pad(parts[0]));
        }
      }
      if (!date) return wrong("must be a date, like 2026-03-01.");
      return json::value(to_string(*date));
    }
  }
  return wrong("cannot be read.");
}

// ---- save
// ----------------------------------------------------------------------------------------

namespace {

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

// ---- load and search
// -----------------------------------------------------------------------------

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

namespace {

// One searched word: what its index entry is, and what the whole must begin with.
struct Needle {
  std::string indexed, whole;
  bool phone = false;
};

// Each word costs a look-up for each candidate: nobody searches for more than these.
constexpr std::size_t kMostSearched = 200, kMostWords = 8;

std::vector<Needle> needles_of(const std::string& q, const std::string& region) {
  std::vector<Needle> out;
  auto text = std::string(trim(q));
  std::string digits;
  for (char c : text)
    if (std::isdigit(static_cast<unsigned char>(c)) || c == '+') digits += c;
  bool phone = digits.size() >= 5 && text.find_first_not_of("+0123456789 -()") == std::string::npos;
  if (phone) {
    auto full = normalise_phone(text, region).value_or(digits);
    std::string indexed;
    for (auto length : kPhonePrefixes)
      if (full.size() >= length) indexed = full.substr(0, length);
    if (!indexed.empty()) out.push_back({indexed, full, true});
    return out;
  }
  auto folded = fold(text.substr(0, text.find('@')));
  for (auto& word : words(folded)) {
    std::string indexed;
    for (auto length : kWordPrefixes) {
      if (utf8_length(word) < length) break;
      indexed = std::string(utf8_prefix(word, length));
    }
    out.push_back({indexed, word, false});
  }
  return out;
}

bool matches(const Person& person, const std::vector<Needle>& needles) {
  Identity identity{person.email.reveal(),
                    person.phone.reveal(),
                    person.first_name.reveal(),
                    person.last_name.reveal(),
                    {}};
  auto haystack = search_words(identity);
  return std::ranges::all_of(needles, [&](const Needle& needle) {
    if (needle.phone) return identity.phone.starts_with(needle.whole);
    return std::ranges::any_of(
        haystack, [&](const std::string& word) { return word.starts_with(needle.whole); });
  });
}

}  // namespace

Result<std::vector<Uuid>> search(Ctx& ctx, const PersonFilter& filter, const Uuid& before,
                                 int limit) {
  Query query;
  query.where("p.person_id < " + query.bind(before));
  if (filter.list)
    query.where(
        "EXISTS (SELECT 1 FROM list_member m WHERE m.tenant_id = {tenant} AND m.person_id = "
        "p.person_id AND m.state = 1 AND "
        "m.list_id = " +
        query.bind(*filter.list) + ")");
  if (filter.tag)
    query.where(
        "EXISTS (SELECT 1 FROM person_tag t WHERE t.tenant_id = {tenant} AND t.person_id = "
        "p.person_id AND t.tag_id = " +
        query.bind(*filter.tag) + ")");
  if (filter.segment) {
    auto segment = find_segment(ctx, *filter.segment);
    if (!segment) return not_found("This segment does not exist any more.");
    VARDE_CHECK(add_conditions(ctx, segment->conditions, query));
  }
  if (filter.among) query.where("p.person_id = ANY(" + query.bind(*filter.among) + ")");
  Index index(ctx);
  std::vector<Needle> needles;
  auto q = canonical_line(filter.q).value_or("");
  if (utf8_length(q) > kMostSearched)
    return bad_input("/q", fmt::format("must be at most {} characters long.", kMostSearched));
  if (!q.empty()) {
    if (auto address = normalise_email(q)) {
      query.where("p.email_hash = " + query.bind(index.email(*address)));
    } else {
      needles = needles_of(q, region_of(""));
      if (needles.size() > kMostWords)
        return bad_input("/q", fmt::format("must be at most {} words.", kMostWords));
      // A single letter narrows what the other words find. Alone it finds names that are no longer.
      if (std::ranges::all_of(needles, [](const Needle& n) { return n.indexed.empty(); }))
        for (auto& needle : needles) needle.indexed = needle.whole;
      if (needles.empty()) return std::vector<Uuid>{};
      for (const auto& needle : needles)
        if (!needle.indexed.empty())
          query.where(
              "EXISTS (SELECT 1 FROM person_prefix x WHERE x.tenant_id = {tenant} AND x.person_id "
              "= "
              "p.person_id AND x.hash = " +
              query.bind(index.prefix(needle.indexed)) + ")");
    }
  }
  std::vector<Uuid> out;
  Uuid from = before;
  // Hash prefixes may let through more than was asked for: read on until the page is full.
  for (int round = 0; round < 20 && static_cast<int>(out.size()) < limit; ++round) {
    auto page = query;
    page.where("p.person_id < " + page.bind(from));
    auto ids = page.run(ctx, "SELECT p.person_id FROM person p",
                        " ORDER BY p.person_id DESC LIMIT " + page.bind(std::int64_t{limit}))
                   .all<Uuid>();
    if (ids.empty()) break;
    from = ids.back();
    if (needles.empty()) {
      out.insert(out.end(), ids.begin(), ids.end());
    } else {
      for (const auto& person : load(ctx, ids, false))
        if (matches(person, needles) && static_cast<int>(out.size()) < limit)
          out.push_back(person.id);
    }
    if (static_cast<int>(ids.size()) < limit) break;
  }
  return out;
}

void give_to_scanner(Ctx& ctx, const Uuid& person, const Uuid& ref_id, Timestamp since) {
  ctx.tx().later(kPersonToScanner, person, ref_id, since);
}

void record_activity(Ctx& ctx, const std::vector<Activity>& activities) {
  if (activities.empty()) return;
  std::vector<ActivityRecord> records;
  records.reserve(activities.size());
  std::vector<Uuid> with_text;
  for (const auto& activity : activities)
    if (activity.text) with_text.push_back(activity.person_id);
  auto keys = with_text.empty() ? std::unordered_map<Uuid, crypto::Key>()
                                : ctx.base.keys.keys(ctx.tenant, with_text);
  for (const auto& activity : activities) {
    ActivityRecord record{ctx.tenant,
                          Uuid::make(),
                          activity.person_id,
                          activity.kind,
                          activity.at.value_or(now()),
                          activity.ref_id,
                          activity.number,
                          activity.flags,
                          std::nullopt};
    if (activity.text)
      if (auto key = keys.find(activity.person_id); key != keys.end())
        record.sealed = trust::Sealed<kActivityText>::of(key->second, *activity.text, ctx.tenant,
                                                         record.activity_id);
    records.push_back(std::move(record));
  }
  ctx.tx().insert_many("activity", records);
}

Result<void> set_restricted(Ctx& ctx, const Uuid& id, bool restricted, const std::string& reason) {
  auto key = ctx.base.keys.key(ctx.tenant, id);
  if (!key || ctx.tx().query(kPersonVersion, id).empty())
    return not_found("This person does not exist, or was erased.");
  auto after = restricted ? PersonState::restricted : PersonState::active;
  auto before = restricted ? PersonState::active : PersonState::restricted;
  if (ctx.tx().query(kPersonSetState, id, after, now()).affected() == 0)
    return conflict(restricted ? "This person's processing is restricted already."
                               : "This person's processing is not restricted.",
                    "same-state");
  trust::record(ctx, trust::AuditEntry{restricted ? "person.restrict" : "person.lift_restriction",
                                       "person",
                                       id,
                                       id,
                                       {{"state", web::enum_word(before), web::enum_word(after)},
                                        {"reason", std::nullopt, reason}},
                                       &*key});
  if (restricted)
    for (const auto& hook : ctx.base.extensions.all<RestrictHook>()) hook.run(ctx, id);
  return {};
}

namespace {

// Both caches of keys and transactions that had begun are over after that: what they still wrote
// about the erased goes then.
constexpr auto kAfterwards = std::chrono::seconds(35);

Result<jobs::Outcome> forget_again(trust::Base& base, const jobs::Job& job) {
  auto ids = trust::ids_of(job);
  try {
    Ctx ctx(base, *job.tenant_id, {});
    trust::erase_rows(ctx, ids);
    ctx.commit();
    trust::forget(base, *job.tenant_id, ids);
  } catch (const std::exception& e) {
    return trust::try_again(e);
  }
  return jobs::Outcome::done();
}

}  // namespace

std::vector<Uuid> existing(Ctx& ctx, const std::vector<Uuid>& ids) {
  return ctx.tx().all<Uuid>(kPersonExisting, ids);
}

void erase(Ctx& ctx, const std::vector<Uuid>& ids) {
  if (ids.empty()) return;
  trust::erase_rows(ctx, ids);
  std::vector<trust::AuditEntry> trail;
  for (const auto& id : ids) trail.push_back({"person.erase", "person", id, id, {}});
  trust::record(ctx, trail);
  // Whatever happens from the commit on, the keys go too: at once if all is well.
  jobs::enqueue(ctx.tx(), {.kind = "person.forget",
                           .tenant_id = ctx.tenant,
                           .payload = trust::ids_payload(ids),
                           .run_at = now() + kAfterwards});
  ctx.commit();
  trust::forget(ctx.base, ctx.tenant, ids);
}

void add_person_jobs(trust::Base& base, jobs::Workers& workers) {
  workers.handle("person.forget",
                 [&base](const jobs::Job& job) { return forget_again(base, job); });
  workers.handle("person.claims", [&base](const jobs::Job& job) { return drop_claims(base, job); });
}

}  // namespace varde::people
