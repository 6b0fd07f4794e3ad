// The statements and rows of shifts; only for this folder.
#pragma once

#include "staffing/shift/shift.hpp"

namespace varde::staffing::store {

struct ShiftRecord {
  Uuid tenant_id, shift_id, workplace_id;
  Timestamp starts_at, ends_at;
  int break_minutes = 0, places = 1, taken = 0;
  ShiftState state = ShiftState::draft;
  db::Json skills;
  std::string note;
  db::Json strategy;
  std::vector<Uuid> pool_ids;
  std::optional<Timestamp> answer_by;
  int step = 0;
  std::optional<Timestamp> next_at;
  std::optional<Uuid> series_id, requested_by, approved_by;
  std::int64_t version = 1;
  Timestamp created_at, updated_at;
  std::optional<Timestamp> published_at;
};
BOOST_DESCRIBE_STRUCT(ShiftRecord, (),
                      (tenant_id, shift_id, workplace_id, starts_at, ends_at, break_minutes, places,
                       taken, state, skills, note, strategy, pool_ids, answer_by, step, next_at,
                       series_id, requested_by, approved_by, version, created_at, updated_at,
                       published_at))

#define VARDE_SHIFT                                                                              \
  "SELECT tenant_id, shift_id, workplace_id, starts_at, ends_at, break_minutes, places, taken, " \
  "state, skills, note, strategy, pool_ids, answer_by, step, next_at, series_id, requested_by, " \
  "approved_by, version, created_at, updated_at, published_at FROM shift "
inline constexpr db::Sql kShift{"shift.one", VARDE_SHIFT "WHERE shift_id = $1"};
inline constexpr db::Sql kLockShift{"shift.lock", VARDE_SHIFT "WHERE shift_id = $1 FOR UPDATE"};
inline constexpr db::Sql kShiftsOf{"shift.of", VARDE_SHIFT "WHERE shift_id = ANY($1)"};
// Always in one order: who locks several waits for nobody who waits for them.
inline constexpr db::Sql kLockShifts{
    "shift.lock_many", VARDE_SHIFT "WHERE shift_id = ANY($1) ORDER BY shift_id FOR UPDATE"};
inline constexpr db::Sql kBoard{
    "shift.board", VARDE_SHIFT
    "WHERE starts_at >= $1 AND starts_at < $2 AND ($3::uuid IS NULL OR workplace_id = $3) AND "
    "($4::uuid IS NULL OR requested_by = $4) ORDER BY starts_at, shift_id LIMIT 5001"};
// Of workplaces; what was cancelled may be made again.
inline constexpr db::Sql kShiftsBetween{
    "shift.between", VARDE_SHIFT
    "WHERE starts_at >= $1 AND starts_at <= $2 AND workplace_id = ANY($3) AND state <> 5"};
#undef VARDE_SHIFT

inline constexpr db::Sql kUpdateShift{
    "shift.update",
    "UPDATE shift SET workplace_id = $3, starts_at = $4, ends_at = $5, break_minutes = $6, places "
    "= $7, skills = $8, note = $9, strategy = $10, pool_ids = $11, answer_by = $12, updated_at = "
    "$13, version = version + 1 WHERE shift_id = $1 AND version = $2 AND taken <= $7"};
inline constexpr db::Sql kDeleteShift{"shift.delete",
                                      "DELETE FROM shift WHERE shift_id = $1 AND state = 1"};
// The place is won here.
inline constexpr db::Sql kTake{
    "shift.take",
    "UPDATE shift s SET taken = s.taken + l.count, state = CASE WHEN s.taken + l.count = s.places "
    "THEN 4 ELSE s.state END, updated_at = $3, version = s.version + 1 FROM (SELECT f.shift_id, "
    "least(a.wanted, f.places - f.taken) AS count FROM unnest($1::uuid[], $2::int8[]) AS a "
    "(shift_id, wanted) JOIN shift f ON f.shift_id = a.shift_id WHERE f.state IN (3, 6) AND "
    "f.taken "
    "< f.places ORDER BY f.shift_id FOR NO KEY UPDATE OF f) l WHERE s.shift_id = l.shift_id "
    "RETURNING s.shift_id, l.count::int8 AS count"};
struct PlacesTaken {
  Uuid shift_id;
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(PlacesTaken, (), (shift_id, count))
// A shift that was full, or had nobody left to ask, is filled anew from its first step: those who
// said no stay out, those who were told that it is taken do not.
inline constexpr db::Sql kFree{
    "shift.free",
    "UPDATE shift SET taken = taken - $3, step = CASE WHEN state IN (4, 6) THEN 0 ELSE step END, "
    "next_at = CASE WHEN state IN (4, 6) THEN NULL ELSE next_at END, state = CASE WHEN state IN "
    "(4, "
    "6) THEN 3 ELSE state END, updated_at = $2, version = version + 1 WHERE shift_id = $1 AND "
    "taken "
    ">= $3"};
inline constexpr db::Sql kReopen{
    "shift.reopen",
    "UPDATE shift SET state = 3, step = 0, next_at = NULL, updated_at = $2, version = version + 1 "
    "WHERE shift_id = $1 AND state = 6"};
inline constexpr db::Sql kSetStep{
    "shift.step", "UPDATE shift SET step = $2, next_at = $3, updated_at = $4 WHERE shift_id = $1"};
inline constexpr db::Sql kSetShiftState{
    "shift.set_state",
    "UPDATE shift SET state = $2, next_at = NULL, updated_at = $3, version = version + 1 WHERE "
    "shift_id = $1"};
inline constexpr db::Sql kRequest{
    "shift.request",
    "UPDATE shift SET state = 2, next_at = NULL, updated_at = $2, version = version + 1 WHERE "
    "shift_id = ANY($1)"};
inline constexpr db::Sql kPublish{
    "shift.publish",
    "UPDATE shift SET state = CASE WHEN taken = places THEN 4 ELSE 3 END, published_at = "
    "coalesce(published_at, $2), approved_by = $3, step = 0, next_at = NULL, updated_at = $2, "
    "version = version + 1 WHERE shift_id = ANY($1)"};
inline constexpr db::Sql kSetSeries{
    "shift.set_series",
    "UPDATE shift SET series_id = $2, version = version + 1 WHERE shift_id = $1"};
inline constexpr db::Sql kAskers{
    "shift.askers",
    "SELECT DISTINCT unnest(ARRAY[requested_by, approved_by]) FROM shift WHERE shift_id = $1"};
inline constexpr db::Sql kShiftAttention{
    "shift.attention",
    "SELECT count(*) FILTER (WHERE state IN (3, 6))::bigint AS open, count(*) FILTER (WHERE state "
    "= 2)::bigint AS requested, min(starts_at) FILTER (WHERE state IN (3, 6)) AS first_open, "
    "min(starts_at) FILTER (WHERE state = 2) AS first_requested FROM shift WHERE state IN (2, 3, "
    "6) AND starts_at >= $1 AND (state = 2 OR starts_at < $2)"};
inline constexpr db::Sql kMovingShifts{
    "shift.moving",
    "SELECT 'shift.changed' AS type, shift_id AS id, (extract(epoch FROM updated_at) * "
    "1000)::bigint AS mark FROM shift WHERE updated_at > $1 ORDER BY updated_at DESC LIMIT 200"};

}  // namespace varde::staffing::store
