// The statements and rows of the register; only for this folder.
#pragma once

#include "staffing/register/register.hpp"
#include "staffing/register/store_sql.hpp"

namespace varde::staffing::store {

// Skills, pools and kinds of documents are the same thing to this folder: a name, and who has it.
struct NamedSql {
  const char* kind;  // in the trail, and in sentences
  db::Sql all, insert, rename, remove, count;
};
inline constexpr NamedSql kSkills{"skill",      kSkillAll,    kSkillInsert,
                                  kSkillRename, kSkillDelete, kSkillCount};
inline constexpr NamedSql kDocumentKinds{"kind of document",  kDocumentKindAll,
                                         kDocumentKindInsert, kDocumentKindRename,
                                         kDocumentKindDelete, kDocumentKindCount};
inline constexpr NamedSql kPools{"pool",      kPoolAll,    kPoolInsert,
                                 kPoolRename, kPoolDelete, kPoolCount};

struct SubstituteRecord {
  Uuid person_id;
  double percent = 0;
  std::optional<double> latitude, longitude;
  std::optional<Timestamp> last_asked_at;
  std::int64_t version = 1;
};
BOOST_DESCRIBE_STRUCT(SubstituteRecord, (),
                      (person_id, percent, latitude, longitude, last_asked_at, version))
struct NumberRecord {
  Uuid person_id;
  int offer_number = 0;
};
BOOST_DESCRIBE_STRUCT(NumberRecord, (), (person_id, offer_number))

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

}  // namespace varde::staffing::store
