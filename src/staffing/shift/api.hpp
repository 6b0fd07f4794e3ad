// What goes over the wire of shifts; only for this folder.
#pragma once

#include "staffing/shift/shift.hpp"
#include "web/resource.hpp"

namespace varde::staffing {

struct ShiftInput {
  std::optional<Uuid> workplace_id;
  std::optional<Timestamp> starts_at, ends_at;
  std::optional<int> break_minutes, places;
  std::optional<std::vector<SkillNeed>> skills;
  std::optional<web::Text<2000>> note;
  std::optional<Strategy> strategy;
  std::optional<std::vector<Uuid>> pool_ids;
  web::Patch<Timestamp> answer_by;
};
BOOST_DESCRIBE_STRUCT(ShiftInput, (),
                      (workplace_id, starts_at, ends_at, break_minutes, places, skills, note,
                       strategy, pool_ids, answer_by))
struct BoardQuery {
  Timestamp from, until;
  std::optional<Uuid> workplace;
  std::optional<bool> mine;  ///< Only those that the caller asked for.
};
BOOST_DESCRIBE_STRUCT(BoardQuery, (), (from, until, workplace, mine))
struct PublishInput {
  std::vector<Uuid> shift_ids;
};
BOOST_DESCRIBE_STRUCT(PublishInput, (), (shift_ids))
/// What became of one of several that were to be published.
struct PublishOutcome {
  Uuid id;
  std::optional<ShiftState> state;     ///< Afterwards; none where there is no such shift.
  std::optional<std::string> problem;  ///< Why it was not published.
};
BOOST_DESCRIBE_STRUCT(PublishOutcome, (), (id, state, problem))
struct CopyInput {
  std::vector<Timestamp> starts;  ///< When each copy begins; the clock times stay.
};
BOOST_DESCRIBE_STRUCT(CopyInput, (), (starts))
struct CancelInput {
  std::optional<web::Text<300>> reason;
};
BOOST_DESCRIBE_STRUCT(CancelInput, (), (reason))

// The operations, as routes.cpp lists them.
Result<web::Page<Shift>> list_shifts(trust::Ctx& ctx, const web::Query<BoardQuery>& query);
Result<web::Created<Shift>> create_shift(trust::Ctx& ctx, const web::Body<ShiftInput>& in);
Result<Shift> get_shift(trust::Ctx& ctx, const web::Path<web::IdPath>& path);
Result<Shift> update_shift(trust::Ctx& ctx, const web::Path<web::IdPath>& path,
                           const web::IfMatch& match, const web::Body<ShiftInput>& in);
Result<Done> delete_shift(trust::Ctx& ctx, const web::Path<web::IdPath>& path);
Result<Shift> publish_shift(trust::Ctx& ctx, const web::Path<web::IdPath>& path);
Result<web::Page<PublishOutcome>> publish_shifts(trust::Ctx& ctx,
                                                 const web::Body<PublishInput>& in);
Result<web::Page<Shift>> copy_shift(trust::Ctx& ctx, const web::Path<web::IdPath>& path,
                                    const web::Body<CopyInput>& in);

}  // namespace varde::staffing
