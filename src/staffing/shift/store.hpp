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

struct PlacesTaken {
  Uuid shift_id;
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(PlacesTaken, (), (shift_id, count))

}  // namespace varde::staffing::store
