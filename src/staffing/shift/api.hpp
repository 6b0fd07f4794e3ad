// What goes over the wire of shifts; only for this folder.
#pragma once

#include "staffing/shift/shift.hpp"
#include "web/api.hpp"

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

}  // namespace varde::staffing
