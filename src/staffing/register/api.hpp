// What goes over the wire of the register; only for this folder.
#pragma once

#include "staffing/register/register.hpp"
#include "web/resource.hpp"

namespace varde::staffing {

struct WorkplaceInput {
  std::optional<web::Text<120, 1>> name;
  std::optional<web::Text<300>> address;
  std::optional<web::TimeZone> time_zone;
  web::Patch<double> latitude, longitude;
  std::optional<std::vector<Uuid>> required_documents;
  std::optional<web::Text<40>> code;
};
BOOST_DESCRIBE_STRUCT(WorkplaceInput, (),
                      (name, address, time_zone, latitude, longitude, required_documents, code))
struct NameInput {
  web::Text<80, 1> name;
};
BOOST_DESCRIBE_STRUCT(NameInput, (), (name))

struct SkillOf {
  Uuid skill_id;
  std::optional<int> level;  ///< 1 to 5; 1 when nothing is said.
  std::optional<Date> expires_on;
};
BOOST_DESCRIBE_STRUCT(SkillOf, (), (skill_id, level, expires_on))
struct ChoiceOf {
  Uuid workplace_id;
  ChoiceKind kind = ChoiceKind::favourite;
};
BOOST_DESCRIBE_STRUCT(ChoiceOf, (), (workplace_id, kind))
constexpr std::size_t kMostAdded = 1000;
struct AddInput {
  std::vector<Uuid> person_ids;
  std::optional<std::vector<Uuid>> pools;
};
BOOST_DESCRIBE_STRUCT(AddInput, (), (person_ids, pools))
struct Added {
  std::int64_t added = 0, known = 0, missing = 0;
};
BOOST_DESCRIBE_STRUCT(Added, (), (added, known, missing))
struct SubstituteInput {
  std::optional<double> percent;
  web::Patch<double> latitude, longitude;
  std::optional<std::vector<Uuid>> pools;
  std::optional<std::vector<SkillOf>> skills;
  std::optional<std::vector<ChoiceOf>> workplaces;
};
BOOST_DESCRIBE_STRUCT(SubstituteInput, (),
                      (percent, latitude, longitude, pools, skills, workplaces))
struct Substitute {
  Uuid id;  ///< The person's.
  Personal name;
  std::optional<Timestamp>
      picture_at;  ///< When the picture was changed; without one there is none.
  std::optional<Personal> phone, email;
  bool takes_sms = false;  ///< The number is no fixed line.
  double percent = 0;
  std::optional<double> latitude, longitude;
  std::vector<Uuid> pools;
  std::vector<SkillOf> skills;
  std::vector<ChoiceOf> workplaces;
  std::optional<Timestamp> last_asked_at;
  std::int64_t version = 1;
};
BOOST_DESCRIBE_STRUCT(Substitute, (),
                      (id, name, picture_at, phone, email, takes_sms, percent, latitude, longitude,
                       pools, skills, workplaces, last_asked_at, version))
struct SubstituteQuery {
  std::optional<Uuid> pool, skill, person;
  std::optional<std::string> q;  ///< The beginning of a name, an address or a number.
  std::optional<std::string> cursor;
  std::optional<int> limit;
};
BOOST_DESCRIBE_STRUCT(SubstituteQuery, (), (pool, skill, person, q, cursor, limit))

struct AvailabilityInput {
  AvailabilityKind kind = AvailabilityKind::available;
  Date from_date, until_date;
  /// 1 is Monday; without it every day.
  std::optional<std::vector<int>> weekdays;
  std::optional<int> from_minute,
      until_minute;  ///< Of the local day; until before from: overnight.
};
BOOST_DESCRIBE_STRUCT(AvailabilityInput, (),
                      (kind, from_date, until_date, weekdays, from_minute, until_minute))
struct AvailabilityView {
  Uuid id;
  AvailabilityKind kind = AvailabilityKind::available;
  Date from_date, until_date;
  std::vector<int> weekdays;
  int from_minute = 0, until_minute = 1440;
  Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(AvailabilityView, (),
                      (id, kind, from_date, until_date, weekdays, from_minute, until_minute,
                       created_at))
struct StatementPath {
  Uuid id, statement;
};
BOOST_DESCRIBE_STRUCT(StatementPath, (), (id, statement))

/// "… of this name exists already", "This … does not exist any more".
Error taken(const char* what);
Error gone(const char* what);

// The operations, as routes.cpp lists them.
Result<web::Page<Workplace>> list_workplaces(trust::Ctx& ctx);
Result<web::Created<Workplace>> create_workplace(trust::Ctx& ctx,
                                                 const web::Body<WorkplaceInput>& in);
Result<Workplace> update_workplace(trust::Ctx& ctx, const web::Path<web::IdPath>& path,
                                   const web::IfMatch& match, const web::Body<WorkplaceInput>& in);
Result<Done> delete_workplace(trust::Ctx& ctx, const web::Path<web::IdPath>& path);
Result<web::Page<Substitute>> list_substitutes(trust::Ctx& ctx,
                                               const web::Query<SubstituteQuery>& query);
Result<Substitute> get_substitute(trust::Ctx& ctx, const web::Path<web::IdPath>& path);
Result<Substitute> put_substitute(trust::Ctx& ctx, const web::Path<web::IdPath>& path,
                                  const web::Body<SubstituteInput>& in);
Result<Added> add_substitutes(trust::Ctx& ctx, const web::Body<AddInput>& in);
Result<Done> delete_substitute(trust::Ctx& ctx, const web::Path<web::IdPath>& path);
Result<web::Page<AvailabilityView>> list_availability(trust::Ctx& ctx,
                                                      const web::Path<web::IdPath>& path);
Result<web::Created<AvailabilityView>> create_availability(trust::Ctx& ctx,
                                                           const web::Path<web::IdPath>& path,
                                                           const web::Body<AvailabilityInput>& in);
Result<Done> delete_availability(trust::Ctx& ctx, const web::Path<StatementPath>& path);
/// Endpoints of skills, pools and kinds of documents.
void add_named_routes(trust::Api& api);

}  // namespace varde::staffing
