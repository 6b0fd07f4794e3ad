// The rows of persons, and what the files of this folder share. people/subject reads some of them.
#pragma once

#include "people/person/person.hpp"
#include "trust/table.hpp"

namespace varde::people::store {

inline constexpr trust::Seal kIdentity{
    .column = "sealed", .context = "person:{tenant.bytes}{id.bytes}", .id = "person_id"};
inline constexpr trust::Seal kActivityText{.column = "sealed",
                                           .context = "activity:{tenant.bytes}{id.bytes}",
                                           .id = "activity_id",
                                           .holds = trust::Seal::Holds::text};
inline constexpr trust::Seal kClaimed{
    .column = "sealed", .context = "claim:{tenant}{id}", .id = "claim_id"};

struct PersonRecord {
  Uuid tenant_id, person_id;
  int state = 1;
  std::string language, time_zone;
  std::optional<db::Bytes> email_hash, phone_hash;
  trust::Sealed<kIdentity> sealed;
  std::int64_t version = 1;
  Timestamp created_at, updated_at;
};
BOOST_DESCRIBE_STRUCT(PersonRecord, (),
                      (tenant_id, person_id, state, language, time_zone, email_hash, phone_hash,
                       sealed, version, created_at, updated_at))

struct PrefixRecord {
  Uuid tenant_id;
  std::int64_t hash = 0;
  Uuid person_id;
  auto operator<=>(const PrefixRecord&) const = default;
};
BOOST_DESCRIBE_STRUCT(PrefixRecord, (), (tenant_id, hash, person_id))

struct ValueRecord {
  Uuid tenant_id, person_id, attribute_id;
  std::optional<std::string> text_value;
  std::optional<double> number_value;
};
BOOST_DESCRIBE_STRUCT(ValueRecord, (),
                      (tenant_id, person_id, attribute_id, text_value, number_value))

struct TagRecord {
  Uuid tenant_id, tag_id, person_id;
};
BOOST_DESCRIBE_STRUCT(TagRecord, (), (tenant_id, tag_id, person_id))

struct MemberRecord {
  Uuid tenant_id, list_id, person_id;
  MemberState state = MemberState::subscribed;
  Timestamp since;
};
BOOST_DESCRIBE_STRUCT(MemberRecord, (), (tenant_id, list_id, person_id, state, since))

struct ConsentRecord {
  Uuid tenant_id, purpose_id, person_id;
  bool given = false;
  std::string source;
  Timestamp at;
};
BOOST_DESCRIBE_STRUCT(ConsentRecord, (), (tenant_id, purpose_id, person_id, given, source, at))

struct ActivityRecord {
  Uuid tenant_id, activity_id, person_id;
  ActivityKind kind = ActivityKind::note;
  Timestamp at;
  std::optional<Uuid> ref_id;
  std::optional<std::int64_t> number;
  int flags = 0;
  std::optional<trust::Sealed<kActivityText>> sealed;
};
BOOST_DESCRIBE_STRUCT(ActivityRecord, (),
                      (tenant_id, activity_id, person_id, kind, at, ref_id, number, flags, sealed))

// What somebody unproved said, until the person confirms it.
struct ClaimRecord {
  Uuid tenant_id, claim_id, person_id;
  std::optional<Uuid> ref_id;
  trust::Sealed<kClaimed> sealed;
  Timestamp created_at, expires_at;
};
BOOST_DESCRIBE_STRUCT(ClaimRecord, (),
                      (tenant_id, claim_id, person_id, ref_id, sealed, created_at, expires_at))

struct SharingRecord {
  db::Bytes phone_hash;
  Uuid person_id;
};
BOOST_DESCRIBE_STRUCT(SharingRecord, (), (phone_hash, person_id))
struct PersonLanguage {
  Uuid person_id;
  std::string language;
};
BOOST_DESCRIBE_STRUCT(PersonLanguage, (), (person_id, language))
// All that the person page shows, in one statement: under row-level security each further one costs
// as much as this whole. Named columns are PersonRecord's; the others are JSON arrays of arrays.
// Names are not joined in but kept in memory (people::names): the joins took half of it. What
// outreach knows of the address comes as a piece of SQL (SuppressionLookup).
struct OverviewRecord {
  std::optional<Uuid> mark;
  std::optional<db::Json> attributes, lists, consents, suppressed;
  std::vector<Uuid> tags;
};
BOOST_DESCRIBE_STRUCT(OverviewRecord, (), (mark, attributes, lists, consents, suppressed, tags))
inline constexpr std::string_view kOverview =
    "SELECT p.*, {} AS mark, "
    "(SELECT json_agg(json_build_array(x.attribute_id, x.text_value, x.number_value)) FROM "
    "person_attribute x WHERE x.tenant_id = {{tenant}} AND x.person_id = p.person_id) AS "
    "attributes, "
    "ARRAY(SELECT x.tag_id FROM person_tag x WHERE x.tenant_id = {{tenant}} AND x.person_id = "
    "p.person_id) AS tags, "
    "(SELECT json_agg(json_build_array(x.list_id, x.state, x.since)) FROM list_member x WHERE "
    "x.tenant_id = {{tenant}} AND x.person_id = p.person_id) AS lists, "
    "(SELECT json_agg(json_build_array(x.purpose_id, x.given, x.source, x.at)) FROM consent x "
    "WHERE x.tenant_id = {{tenant}} AND x.person_id = p.person_id) AS consents, "
    "({}) AS suppressed FROM person p WHERE p.tenant_id = {{tenant}} AND p.person_id = $1";
/// Opens what is sealed in a record. Throws std::runtime_error when the key is not its own.
/// nullopt: it is damaged; an alarm stands.
std::optional<Person> open_person(trust::Ctx& ctx, const PersonRecord& record,
                                  const crypto::Key& key);
inline constexpr const char* kDamaged =
    "This person's data is damaged on the disk and cannot be read. It can be erased, or brought "
    "back from a backup by whoever runs this installation (varde restore --person).";
/// A value that is stored plain.
boost::json::value value_of(AttributeType type, const std::optional<std::string>& text,
                            std::optional<double> number);

/// Writes claims down, each under its person's key; a person who was asked too often today is left
/// out. Tells the ClaimHooks.
void write_claims(trust::Ctx& ctx, std::vector<std::pair<PersonClaim, crypto::Key>> claims);
/// What a claim says, opened.
std::optional<PersonClaim> open_claim(trust::Ctx& ctx, const ClaimRecord& record,
                                      const crypto::Key& key);
Result<jobs::Outcome> drop_claims(trust::Base& base, const jobs::Job& job);

/// What every view of a person says of her, in a View that leaves out what is not known.
template <class View>
View view_of(const Person& person) {
  auto known = [](const auto& value) {
    return value.empty() ? std::nullopt : std::optional(value);
  };
  View out;
  out.id = person.id;
  out.email = known(person.email);
  out.phone = known(person.phone);
  out.first_name = known(person.first_name);
  out.last_name = known(person.last_name);
  out.language = known(person.language);
  out.time_zone = known(person.time_zone);
  out.state = person.state;
  out.created_at = person.created_at;
  out.updated_at = person.updated_at;
  return out;
}

}  // namespace varde::people::store
