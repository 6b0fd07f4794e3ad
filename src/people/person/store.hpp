// The statements and rows of persons; only for this folder.
#pragma once

#include "people/person/person.hpp"

namespace varde::people::store {

struct PersonRecord {
  Uuid tenant_id, person_id;
  int state = 1;
  std::string language, time_zone;
  std::optional<db::Bytes> email_hash, phone_hash;
  db::Bytes sealed;
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
  std::optional<db::Bytes> sealed;
};
BOOST_DESCRIBE_STRUCT(ActivityRecord, (),
                      (tenant_id, activity_id, person_id, kind, at, ref_id, number, flags, sealed))

// What somebody unproved said, until the person confirms it.
struct ClaimRecord {
  Uuid tenant_id, claim_id, person_id;
  std::optional<Uuid> ref_id;
  db::Bytes sealed;
  Timestamp created_at, expires_at;
};
BOOST_DESCRIBE_STRUCT(ClaimRecord, (),
                      (tenant_id, claim_id, person_id, ref_id, sealed, created_at, expires_at))

#define VARDE_PERSON_COLUMNS                                                                    \
  "tenant_id, person_id, state, language, time_zone, email_hash, phone_hash, sealed, version, " \
  "created_at, updated_at"

inline constexpr db::Sql kByEmail{
    "person.by_email", "SELECT " VARDE_PERSON_COLUMNS " FROM person WHERE email_hash = ANY($1)"};
inline constexpr db::Sql kByPhone{
    "person.by_phone", "SELECT " VARDE_PERSON_COLUMNS " FROM person WHERE phone_hash = ANY($1)"};
inline constexpr db::Sql kIdByEmail{
    "person.id_by_email", "SELECT person_id FROM person WHERE email_hash = $1 AND state = 1"};
inline constexpr db::Sql kIdsByPhone{
    "person.ids_by_phone",
    "SELECT person_id FROM person WHERE phone_hash = $1 AND state = 1 ORDER BY person_id LIMIT "
    "100"};
// Whom an import made or changed. An import touches nobody before it began, so that of those who
// were not touched since no activity is looked up.
inline constexpr db::Sql kIdsByImport{
    "person.ids_by_import",
    "SELECT DISTINCT person_id FROM activity WHERE ref_id = $1 AND ref_id IS NOT NULL AND kind IN "
    "(2, 3) AND person_id < $2 ORDER BY person_id DESC LIMIT 1000"};
struct SharingRecord {
  db::Bytes phone_hash;
  Uuid person_id;
};
BOOST_DESCRIBE_STRUCT(SharingRecord, (), (phone_hash, person_id))
inline constexpr db::Sql kSharingPhone{
    "person.sharing_phone",
    "SELECT q.phone_hash, q.person_id FROM person q WHERE q.state = 1 AND q.phone_hash IN (SELECT "
    "p.phone_hash FROM person p WHERE p.person_id = ANY($1) AND EXISTS (SELECT FROM person o WHERE "
    "o.tenant_id = p.tenant_id AND o.phone_hash = p.phone_hash AND o.person_id <> p.person_id AND "
    "o.state = 1)) ORDER BY q.phone_hash, q.person_id"};
inline constexpr db::Sql kByIds{
    "person.by_ids", "SELECT " VARDE_PERSON_COLUMNS " FROM person WHERE person_id = ANY($1)"};
struct PersonLanguage {
  Uuid person_id;
  std::string language;
};
BOOST_DESCRIBE_STRUCT(PersonLanguage, (), (person_id, language))
inline constexpr db::Sql kLanguages{
    "person.languages",
    "SELECT person_id, language FROM person WHERE person_id = ANY($1) AND language <> ''"};
inline constexpr db::Sql kValues{"person.values",
                                 "SELECT tenant_id, person_id, attribute_id, text_value, "
                                 "number_value FROM person_attribute WHERE person_id = ANY($1)"};
inline constexpr db::Sql kTagsOf{
    "person.tags_of",
    "SELECT tenant_id, tag_id, person_id FROM person_tag WHERE person_id = ANY($1)"};
inline constexpr db::Sql kMembersOf{"person.members_of",
                                    "SELECT tenant_id, list_id, person_id, state, since FROM "
                                    "list_member WHERE person_id = ANY($1)"};
inline constexpr db::Sql kConsentsOf{"person.consents_of",
                                     "SELECT tenant_id, purpose_id, person_id, given, source, at "
                                     "FROM consent WHERE person_id = ANY($1)"};
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
    "person_attribute x WHERE x.person_id = p.person_id) AS attributes, "
    "ARRAY(SELECT x.tag_id FROM person_tag x WHERE x.person_id = p.person_id) AS tags, "
    "(SELECT json_agg(json_build_array(x.list_id, x.state, x.since)) FROM list_member x WHERE "
    "x.person_id = p.person_id) AS lists, "
    "(SELECT json_agg(json_build_array(x.purpose_id, x.given, x.source, x.at)) FROM consent x "
    "WHERE x.person_id = p.person_id) AS consents, "
    "({}) AS suppressed FROM person p WHERE p.person_id = $1";
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

inline constexpr db::Sql kUpdate{
    "person.update",
    "UPDATE person SET language = $2, time_zone = $3, email_hash = $4, phone_hash = $5, sealed = "
    "$6, version = version + 1, updated_at = $7 "
    "WHERE person_id = $1"};
inline constexpr db::Sql kTouch{
    "person.touch",
    "UPDATE person SET version = version + 1, updated_at = $2 WHERE person_id = ANY($1)"};
inline constexpr db::Sql kRestricted{"person.restricted",
                                     "SELECT person_id FROM person WHERE state > 1"};
inline constexpr db::Sql kSetState{
    "person.set_state",
    "UPDATE person SET state = $2, version = version + 1, updated_at = $3 WHERE person_id = $1 AND "
    "state <> $2"};
inline constexpr db::Sql kDeletePrefixes{"person.delete_prefixes",
                                         "DELETE FROM person_prefix WHERE person_id = ANY($1)"};
inline constexpr db::Sql kDeleteValue{
    "person.delete_value",
    "DELETE FROM person_attribute WHERE person_id = $1 AND attribute_id = $2"};
inline constexpr db::Sql kDeleteTag{"person.delete_tag",
                                    "DELETE FROM person_tag WHERE person_id = $1 AND tag_id = $2"};
inline constexpr db::Sql kPrefix{"person.prefix",
                                 "SELECT person_id FROM person_prefix WHERE hash = $1 AND "
                                 "person_id < $2 ORDER BY person_id DESC LIMIT $3"};
// Timelines are written and removed, and never changed; so it is written anew.
inline constexpr db::Sql kToScanner{
    "person.to_scanner",
    "WITH theirs AS (DELETE FROM activity WHERE person_id = $1 AND ref_id = $2 AND at >= $3 AND "
    "kind IN (20, 21) AND flags & 2 = 0 RETURNING *) INSERT INTO activity (tenant_id, activity_id, "
    "person_id, kind, at, ref_id, number, flags) SELECT tenant_id, activity_id, person_id, kind, "
    "at, ref_id, number, flags | 2 FROM theirs"};
inline constexpr db::Sql kActivityOf{
    "person.activity_of",
    "SELECT tenant_id, activity_id, person_id, kind, at, ref_id, number, flags, sealed FROM "
    "activity "
    "WHERE person_id = $1 AND activity_id < $2 ORDER BY activity_id DESC LIMIT $3"};
inline constexpr db::Sql kVersion{"person.version",
                                  "SELECT version FROM person WHERE person_id = $1 FOR UPDATE"};
inline constexpr db::Sql kCount{"person.count", "SELECT count(*) FROM person"};
inline constexpr db::Sql kThere{"person.there",
                                "SELECT person_id FROM person WHERE person_id = $1"};
inline constexpr db::Sql kExisting{
    "person.existing",
    "SELECT person_id FROM person WHERE person_id = ANY($1) ORDER BY person_id FOR UPDATE"};
inline constexpr db::Sql kAnyPerson{"person.any", "SELECT person_id FROM person LIMIT 1"};
#define VARDE_CLAIM                                                                     \
  "SELECT tenant_id, claim_id, person_id, ref_id, sealed, created_at, expires_at FROM " \
  "person_claim "
inline constexpr db::Sql kClaim{"person.claim",
                                VARDE_CLAIM "WHERE claim_id = $1 AND expires_at > $2 FOR UPDATE"};
inline constexpr db::Sql kClaimsOf{"person.claims_of",
                                   VARDE_CLAIM "WHERE person_id = $1 ORDER BY claim_id"};
#undef VARDE_CLAIM
inline constexpr db::Sql kRecentClaims{
    "person.recent_claims",
    "SELECT person_id FROM person_claim WHERE person_id = ANY($1) AND created_at > $2"};
inline constexpr db::Sql kEndClaim{"person.end_claim",
                                   "DELETE FROM person_claim WHERE claim_id = $1"};
inline constexpr db::Sql kDropClaims{"person.drop_claims",
                                     "DELETE FROM person_claim WHERE expires_at <= $1"};
inline constexpr db::Sql kNextClaim{"person.next_claim",
                                    "SELECT expires_at FROM person_claim ORDER BY expires_at LIMIT "
                                    "1"};
inline constexpr db::Sql kEraseClaims{"person.erase_claims",
                                      "DELETE FROM person_claim WHERE person_id = ANY($1)"};
/// Writes claims down, each under its person's key; a person who was asked too often today is left
/// out. Tells the ClaimHooks.
void write_claims(trust::Ctx& ctx, std::vector<std::pair<PersonClaim, crypto::Key>> claims);
/// What a claim says, opened.
std::optional<PersonClaim> open_claim(trust::Ctx& ctx, const ClaimRecord& record,
                                      const crypto::Key& key);
Result<jobs::Outcome> drop_claims(trust::Base& base, const jobs::Job& job);
inline constexpr db::Sql kOldActivity{
    "retention.old_activity",
    "SELECT count(*) AS rows, min(at) AS oldest FROM activity WHERE at < $1"};
inline constexpr db::Sql kDropOldActivity{
    "retention.drop_activity",
    "DELETE FROM activity WHERE ctid IN (SELECT ctid FROM activity WHERE at < $1 ORDER BY "
    "activity_id LIMIT $2) RETURNING activity_id"};
inline constexpr db::Sql kErasePersons{"person.erase",
                                       "DELETE FROM person WHERE person_id = ANY($1)"};
inline constexpr db::Sql kEraseValues{"person.erase_values",
                                      "DELETE FROM person_attribute WHERE person_id = ANY($1)"};
inline constexpr db::Sql kEraseTags{"person.erase_tags",
                                    "DELETE FROM person_tag WHERE person_id = ANY($1)"};
inline constexpr db::Sql kEraseMembers{"person.erase_members",
                                       "DELETE FROM list_member WHERE person_id = ANY($1)"};
inline constexpr db::Sql kEraseConsents{"person.erase_consents",
                                        "DELETE FROM consent WHERE person_id = ANY($1)"};
inline constexpr db::Sql kEraseActivity{"person.erase_activity",
                                        "DELETE FROM activity WHERE person_id = ANY($1)"};

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
