// The statements and rows of the register; only for this folder.
#pragma once

#include "staffing/register/register.hpp"

namespace varde::staffing::store {

#define VARDE_WORKPLACE                                                        \
  "SELECT workplace_id AS id, name, address, time_zone, latitude, longitude, " \
  "required_documents, code, version FROM workplace "
inline constexpr db::Sql kWorkplaces{"workplace.all", VARDE_WORKPLACE "ORDER BY name LIMIT 2000"};
inline constexpr db::Sql kWorkplace{"workplace.one", VARDE_WORKPLACE "WHERE workplace_id = $1"};
inline constexpr db::Sql kWorkplacesOf{"workplace.some",
                                       VARDE_WORKPLACE "WHERE workplace_id = ANY($1)"};
#undef VARDE_WORKPLACE
inline constexpr db::Sql kInsertWorkplace{
    "workplace.insert",
    "INSERT INTO workplace (tenant_id, workplace_id, name, address, time_zone, latitude, "
    "longitude, required_documents, created_at, code) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, "
    "$10) ON "
    "CONFLICT (tenant_id, name) DO NOTHING"};
inline constexpr db::Sql kUpdateWorkplace{
    "workplace.update",
    "UPDATE workplace SET name = $3, address = $4, time_zone = $5, latitude = $6, longitude = $7, "
    "required_documents = $8, code = $9, version = version + 1 WHERE workplace_id = $1 AND version "
    "= $2"};
inline constexpr db::Sql kDeleteWorkplace{
    "workplace.delete",
    "DELETE FROM workplace w WHERE w.workplace_id = $1 AND NOT EXISTS (SELECT 1 FROM shift s WHERE "
    "s.tenant_id = w.tenant_id AND s.workplace_id = w.workplace_id)"};
inline constexpr db::Sql kStaffingNames{
    "staffing.names",
    "SELECT workplace_id, name FROM workplace WHERE workplace_id = ANY($1) UNION ALL "
    "SELECT skill_id, name FROM skill WHERE skill_id = ANY($1) UNION ALL "
    "SELECT pool_id, name FROM pool WHERE pool_id = ANY($1) UNION ALL "
    "SELECT kind_id, name FROM document_kind WHERE kind_id = ANY($1)"};

// Skills, pools and kinds of documents are the same thing to this folder: a name, and who has it.
struct NamedSql {
  const char* kind;  // in the trail, and in sentences
  db::Sql all, insert, rename, remove, count;
};
inline constexpr NamedSql kSkills{
    "skill",
    {"skill.all",
     "SELECT s.skill_id AS id, s.name, (SELECT count(*) FROM substitute_skill x WHERE x.skill_id = "
     "s.skill_id) AS persons FROM skill s ORDER BY s.name LIMIT 2000"},
    {"skill.insert",
     "INSERT INTO skill (tenant_id, skill_id, name, created_at) VALUES ($1, $2, $3, $4) ON "
     "CONFLICT (tenant_id, name) DO NOTHING"},
    {"skill.rename", "UPDATE skill SET name = $2 WHERE skill_id = $1"},
    {"skill.delete", "DELETE FROM skill WHERE skill_id = $1"},
    {"skill.count", "SELECT count(*) FROM skill WHERE skill_id = ANY($1)"}};
inline constexpr NamedSql kDocumentKinds{
    "kind of document",
    {"document_kind.all",
     "SELECT k.kind_id AS id, k.name, (SELECT count(DISTINCT x.person_id) FROM person_document x "
     "WHERE x.kind_id = k.kind_id) AS persons FROM document_kind k ORDER BY k.name LIMIT 2000"},
    {"document_kind.insert",
     "INSERT INTO document_kind (tenant_id, kind_id, name, created_at) VALUES ($1, $2, $3, $4) ON "
     "CONFLICT (tenant_id, name) DO NOTHING"},
    {"document_kind.rename", "UPDATE document_kind SET name = $2 WHERE kind_id = $1"},
    {"document_kind.delete",
     "DELETE FROM document_kind WHERE kind_id = $1 AND NOT EXISTS (SELECT 1 FROM workplace WHERE "
     "$1 = ANY(required_documents))"},
    {"document_kind.count", "SELECT count(*) FROM document_kind WHERE kind_id = ANY($1)"}};
inline constexpr NamedSql kPools{
    "pool",
    {"pool.all",
     "SELECT p.pool_id AS id, p.name, (SELECT count(*) FROM pool_member x WHERE x.pool_id = "
     "p.pool_id) AS persons FROM pool p ORDER BY p.name LIMIT 2000"},
    {"pool.insert",
     "INSERT INTO pool (tenant_id, pool_id, name, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT "
     "(tenant_id, name) DO NOTHING"},
    {"pool.rename", "UPDATE pool SET name = $2 WHERE pool_id = $1"},
    {"pool.delete", "DELETE FROM pool WHERE pool_id = $1"},
    {"pool.count", "SELECT count(*) FROM pool WHERE pool_id = ANY($1)"}};

struct SubstituteRecord {
  Uuid person_id;
  double percent = 0;
  std::optional<double> latitude, longitude;
  std::optional<Timestamp> last_asked_at;
  std::int64_t version = 1;
};
BOOST_DESCRIBE_STRUCT(SubstituteRecord, (),
                      (person_id, percent, latitude, longitude, last_asked_at, version))
#define VARDE_SUBSTITUTE \
  "SELECT person_id, percent, latitude, longitude, last_asked_at, version FROM substitute "
inline constexpr db::Sql kSubstitute{"substitute.one", VARDE_SUBSTITUTE "WHERE person_id = $1"};
inline constexpr db::Sql kLockSubstitute{"substitute.lock",
                                         VARDE_SUBSTITUTE "WHERE person_id = $1 FOR UPDATE"};
#define VARDE_SUBSTITUTE_FILTER(pool, skill)                                        \
  "(" pool                                                                          \
  "::uuid IS NULL OR EXISTS (SELECT 1 FROM pool_member m WHERE m.person_id = "      \
  "substitute.person_id AND m.pool_id = " pool ")) AND (" skill                     \
  "::uuid IS NULL OR EXISTS (SELECT 1 FROM substitute_skill x WHERE x.person_id = " \
  "substitute.person_id AND x.skill_id = " skill "))"
inline constexpr db::Sql kSubstitutes{
    "substitute.page", VARDE_SUBSTITUTE
    "WHERE person_id > $1 AND " VARDE_SUBSTITUTE_FILTER("$2", "$3") " ORDER BY person_id LIMIT $4"};
inline constexpr db::Sql kSubstituteIds{
    "substitute.ids",
    "SELECT person_id FROM substitute WHERE " VARDE_SUBSTITUTE_FILTER("$1", "$2")};
inline constexpr db::Sql kSubstitutesOf{
    "substitute.of", VARDE_SUBSTITUTE "WHERE person_id = ANY($1) ORDER BY person_id DESC"};
#undef VARDE_SUBSTITUTE_FILTER
#undef VARDE_SUBSTITUTE
inline constexpr db::Sql kInsertSubstitute{
    "substitute.insert",
    "INSERT INTO substitute (tenant_id, person_id, percent, latitude, longitude, created_at) "
    "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id, person_id) DO NOTHING"};
// $2: persons that exist; those who are substitutes already stay as they are.
inline constexpr db::Sql kInsertSubstitutes{
    "substitute.insert_many",
    "INSERT INTO substitute (tenant_id, person_id, created_at) SELECT $1, unnest($2::uuid[]), $3 "
    "ON "
    "CONFLICT (tenant_id, person_id) DO NOTHING RETURNING person_id"};
inline constexpr db::Sql kCountWorkplaces{
    "workplace.count", "SELECT count(*) FROM workplace WHERE workplace_id = ANY($1)"};
inline constexpr db::Sql kUpdateSubstitute{
    "substitute.update",
    "UPDATE substitute SET percent = $2, latitude = $3, longitude = $4, version = version + 1 "
    "WHERE person_id = $1"};
inline constexpr db::Sql kSkillNames{
    "skill.names",
    "SELECT skill_id AS id, name, 0::bigint AS persons FROM skill WHERE skill_id = ANY($1)"};
struct NumberRecord {
  Uuid person_id;
  int offer_number = 0;
};
BOOST_DESCRIBE_STRUCT(NumberRecord, (), (person_id, offer_number))
inline constexpr db::Sql kDocumentKindNames{
    "document_kind.names",
    "SELECT kind_id AS id, name, 0::bigint AS persons FROM document_kind WHERE kind_id = ANY($1)"};
// Without a time ($2) they only get another number.
inline constexpr db::Sql kNoteAsked{
    "substitute.note_asked",
    "UPDATE substitute SET last_asked_at = coalesce($2, last_asked_at), offer_number = "
    "offer_number % 999 + 1 WHERE person_id = ANY($1) RETURNING person_id, offer_number"};
inline constexpr db::Sql kNumbers{
    "substitute.numbers",
    "SELECT person_id, offer_number FROM substitute WHERE person_id = ANY($1) ORDER BY person_id "
    "FOR NO KEY UPDATE"};
inline constexpr db::Sql kSetNumbers{
    "substitute.set_numbers",
    "UPDATE substitute s SET offer_number = x.number FROM unnest($1::uuid[], $2::int8[]) AS x "
    "(person_id, number) WHERE s.person_id = x.person_id"};
inline constexpr db::Sql kNoteAskedAgain{
    "substitute.note_asked_again",
    "UPDATE substitute SET last_asked_at = $2 WHERE person_id = ANY($1)"};
inline constexpr db::Sql kDeleteSubstitutes{"substitute.delete",
                                            "DELETE FROM substitute WHERE person_id = ANY($1)"};

struct SkillOfRecord {
  Uuid tenant_id, person_id, skill_id;
  int level = 1;
  std::optional<Date> expires_on;
};
BOOST_DESCRIBE_STRUCT(SkillOfRecord, (), (tenant_id, person_id, skill_id, level, expires_on))
struct PoolOfRecord {
  Uuid tenant_id, pool_id, person_id;
};
BOOST_DESCRIBE_STRUCT(PoolOfRecord, (), (tenant_id, pool_id, person_id))
struct ChoiceRecord {
  Uuid tenant_id, workplace_id, person_id;
  ChoiceKind kind = ChoiceKind::favourite;
};
BOOST_DESCRIBE_STRUCT(ChoiceRecord, (), (tenant_id, workplace_id, person_id, kind))
struct AvailabilityRecord {
  Uuid tenant_id, availability_id, person_id;
  AvailabilityKind kind = AvailabilityKind::available;
  Date from_date, until_date;
  int weekdays = 127, from_minute = 0, until_minute = 1440;
  Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(AvailabilityRecord, (),
                      (tenant_id, availability_id, person_id, kind, from_date, until_date, weekdays,
                       from_minute, until_minute, created_at))

inline constexpr db::Sql kSkillsOf{
    "substitute.skills",
    "SELECT tenant_id, person_id, skill_id, level, expires_on FROM substitute_skill WHERE "
    "person_id = ANY($1)"};
inline constexpr db::Sql kPoolsOf{
    "substitute.pools",
    "SELECT tenant_id, pool_id, person_id FROM pool_member WHERE person_id = ANY($1)"};
inline constexpr db::Sql kChoicesOf{
    "substitute.choices",
    "SELECT tenant_id, workplace_id, person_id, kind FROM workplace_choice WHERE person_id = "
    "ANY($1) ORDER BY workplace_id, kind"};
inline constexpr db::Sql kAvailabilityOf{
    "substitute.availability",
    "SELECT tenant_id, availability_id, person_id, kind, from_date, until_date, weekdays, "
    "from_minute, until_minute, created_at FROM availability WHERE person_id = $1 AND until_date "
    ">= $2 ORDER BY created_at DESC, availability_id DESC LIMIT 1000"};
inline constexpr db::Sql kDeleteAvailability{
    "substitute.delete_availability",
    "DELETE FROM availability WHERE person_id = $1 AND availability_id = $2"};
inline constexpr db::Sql kCountAvailability{
    "substitute.count_availability", "SELECT count(*) FROM availability WHERE person_id = $1"};
inline constexpr db::Sql kClearSkills{"substitute.clear_skills",
                                      "DELETE FROM substitute_skill WHERE person_id = $1"};
inline constexpr db::Sql kClearPools{"substitute.clear_pools",
                                     "DELETE FROM pool_member WHERE person_id = $1"};
inline constexpr db::Sql kClearChoices{"substitute.clear_choices",
                                       "DELETE FROM workplace_choice WHERE person_id = $1"};

}  // namespace varde::staffing::store
