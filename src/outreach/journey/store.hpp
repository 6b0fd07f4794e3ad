// The statements of journeys; only for this folder.
#pragma once

#include "outreach/journey/journey.hpp"

namespace varde::outreach::store {

struct JourneyRecord {
  Uuid journey_id;
  std::string name;
  JourneyState state = JourneyState::draft;
  db::Json trigger;
  TriggerKind trigger_kind = TriggerKind::none;
  std::optional<Uuid> trigger_ref;
  db::Json steps;
  std::string start;
  bool reentry = false;
  std::int64_t version = 1;
  std::optional<Timestamp> checked_at;  ///< How far days were looked at; nothing since it began.
  Timestamp updated_at;
};
BOOST_DESCRIBE_STRUCT(JourneyRecord, (),
                      (journey_id, name, state, trigger, trigger_kind, trigger_ref, steps, start,
                       reentry, version, checked_at, updated_at))

struct NewRun {
  Uuid tenant_id, run_id, journey_id, person_id;
  std::string step_id, entry_key;
  Timestamp wakes_at;
  int flags = 0;
  Timestamp entered_at;
};
BOOST_DESCRIBE_STRUCT(NewRun, (),
                      (tenant_id, run_id, journey_id, person_id, step_id, entry_key, wakes_at,
                       flags, entered_at))

struct RunRecord {
  Uuid run_id, journey_id, person_id;
  std::string step_id;
  RunState state = RunState::active;
  Timestamp wakes_at;
  int attempts = 0, flags = 0;
  std::string error;
};
BOOST_DESCRIBE_STRUCT(RunRecord, (),
                      (run_id, journey_id, person_id, step_id, state, wakes_at, attempts, flags,
                       error))

struct StepDone {
  Uuid tenant_id, run_id;
  std::string step_id;
  Uuid journey_id, person_id;
  Timestamp at;
};
BOOST_DESCRIBE_STRUCT(StepDone, (), (tenant_id, run_id, step_id, journey_id, person_id, at))

struct NewCall {
  Uuid tenant_id, call_id, journey_id, person_id;
  std::string url;
  db::Bytes sealed;
  Timestamp due_at;
};
BOOST_DESCRIBE_STRUCT(NewCall, (), (tenant_id, call_id, journey_id, person_id, url, sealed, due_at))
struct CallRecord {
  Uuid call_id, journey_id, person_id;
  std::string url;
  db::Bytes sealed;
  int attempts = 0;
};
BOOST_DESCRIBE_STRUCT(CallRecord, (), (call_id, journey_id, person_id, url, sealed, attempts))

struct RunOfPerson {
  Uuid run_id, journey_id;
  std::string step_id;
  RunState state = RunState::active;
  Timestamp entered_at, wakes_at;
};
BOOST_DESCRIBE_STRUCT(RunOfPerson, (), (run_id, journey_id, step_id, state, entered_at, wakes_at))
inline constexpr db::Sql kRunsOfPerson{
    "journey.runs_of_person",
    "SELECT run_id, journey_id, step_id, state, entered_at, wakes_at FROM journey_run WHERE "
    "person_id = $1 AND run_id > $2 ORDER BY run_id LIMIT $3"};
struct DoneOfPerson {
  Uuid run_id;
  std::string step_id;
  Uuid journey_id;
  Timestamp at;
};
BOOST_DESCRIBE_STRUCT(DoneOfPerson, (), (run_id, step_id, journey_id, at))
inline constexpr db::Sql kDoneOfPerson{
    "journey.done_of_person",
    "SELECT run_id, step_id, journey_id, at FROM journey_step_done WHERE person_id = $1 AND "
    "(run_id, step_id) > ($2, $3) ORDER BY run_id, step_id LIMIT $4"};
struct CallOfPerson {
  Uuid call_id, journey_id;
  std::string url;
  db::Bytes sealed;
  int state = 1, attempts = 0;
  Timestamp due_at;
};
BOOST_DESCRIBE_STRUCT(CallOfPerson, (), (call_id, journey_id, url, sealed, state, attempts, due_at))
inline constexpr db::Sql kCallsOfPerson{
    "journey.calls_of_person",
    "SELECT call_id, journey_id, url, sealed, state, attempts, due_at FROM webhook_call WHERE "
    "person_id = $1 AND call_id > $2 ORDER BY call_id LIMIT $3"};

#define VARDE_JOURNEY_COLUMNS                                                                     \
  "journey_id, name, state, trigger, trigger_kind, trigger_ref, steps, start, reentry, version, " \
  "checked_at, updated_at"
#define VARDE_RUN_COLUMNS \
  "run_id, journey_id, person_id, step_id, state, wakes_at, attempts, flags, error"

inline constexpr db::Sql kJourneys{
    "journey.all", "SELECT " VARDE_JOURNEY_COLUMNS
                   " FROM journey WHERE state <> 4 ORDER BY updated_at DESC LIMIT 500"};
inline constexpr db::Sql kJourney{
    "journey.one", "SELECT " VARDE_JOURNEY_COLUMNS " FROM journey WHERE journey_id = $1"};
inline constexpr db::Sql kRunningByTrigger{
    "journey.by_trigger",
    "SELECT " VARDE_JOURNEY_COLUMNS
    " FROM journey WHERE state = 2 AND trigger_kind = $1 AND trigger_ref = ANY($2)"};
inline constexpr db::Sql kRunningOfKind{"journey.of_kind",
                                        "SELECT " VARDE_JOURNEY_COLUMNS
                                        " FROM journey WHERE state = 2 AND trigger_kind = $1"};
inline constexpr db::Sql kJourneysByIds{
    "journey.by_ids", "SELECT " VARDE_JOURNEY_COLUMNS " FROM journey WHERE journey_id = ANY($1)"};
inline constexpr db::Sql kInsertJourney{
    "journey.insert",
    "INSERT INTO journey (tenant_id, journey_id, name, trigger, trigger_kind, trigger_ref, steps, "
    "start, reentry, created_at, updated_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)"};
inline constexpr db::Sql kUpdateJourney{
    "journey.update",
    "UPDATE journey SET name = $3, trigger = $4, trigger_kind = $5, trigger_ref = $6, steps = $7, "
    "start = $8, reentry = $9, "
    "updated_at = $10, version = version + 1 WHERE journey_id = $1 AND version = $2"};
inline constexpr db::Sql kJourneyState{"journey.state",
                                       "UPDATE journey SET state = $2, updated_at = $3, checked_at "
                                       "= NULL, version = version + 1 WHERE "
                                       "journey_id = $1"};
inline constexpr db::Sql kChecked{"journey.checked",
                                  "UPDATE journey SET checked_at = $2 WHERE journey_id = $1"};
inline constexpr db::Sql kDeleteJourney{"journey.delete",
                                        "DELETE FROM journey WHERE journey_id = $1"};
inline constexpr db::Sql kCountRuns{"journey.count_runs",
                                    "SELECT journey_id, state, count(*) AS count FROM journey_run "
                                    "WHERE journey_id = ANY($1) GROUP BY journey_id, state"};
inline constexpr db::Sql kStepActive{"journey.step_active",
                                     "SELECT step_id, state, count(*) AS count FROM journey_run "
                                     "WHERE journey_id = $1 GROUP BY step_id, state"};
inline constexpr db::Sql kStepDone{"journey.step_done",
                                   "SELECT step_id, count(*) AS count FROM journey_step_done WHERE "
                                   "journey_id = $1 GROUP BY step_id"};
inline constexpr db::Sql kDueRuns{
    "journey.due_runs",
    "SELECT r.run_id, r.journey_id, r.person_id, r.step_id, r.state, r.wakes_at, r.attempts, "
    "r.flags, r.error FROM journey_run r "
    "JOIN journey j ON j.journey_id = r.journey_id AND j.state = 2 WHERE r.state = 1 AND "
    "r.wakes_at <= $1 ORDER BY r.wakes_at LIMIT $2 "
    "FOR UPDATE OF r SKIP LOCKED"};
inline constexpr db::Sql kNextWake{"journey.next_wake",
                                   "SELECT min(r.wakes_at) FROM journey_run r JOIN journey j ON "
                                   "j.journey_id = r.journey_id AND j.state = 2 WHERE r.state = 1"};
inline constexpr db::Sql kMoveRuns{"journey.move_runs",
                                   "UPDATE journey_run SET step_id = $2, wakes_at = $3, state = "
                                   "$4, attempts = 0, error = '' WHERE run_id = ANY($1)"};
inline constexpr db::Sql kFailRuns{
    "journey.fail_runs", "UPDATE journey_run SET state = 3, error = $2 WHERE run_id = ANY($1)"};
inline constexpr db::Sql kRuns{"journey.runs",
                               "SELECT " VARDE_RUN_COLUMNS
                               " FROM journey_run WHERE journey_id = $1 AND ($2::text IS NULL OR "
                               "step_id = $2) AND ($3::bigint IS NULL OR state = $3) "
                               "AND run_id < $4 ORDER BY run_id DESC LIMIT $5"};
inline constexpr db::Sql kNames{"journey.names",
                                "SELECT journey_id, name FROM journey WHERE journey_id = ANY($1)"};
inline constexpr db::Sql kUses{
    "journey.uses",
    "SELECT name FROM journey WHERE state IN (1, 2, 3) AND (trigger_ref = $1 OR "
    "position($1::uuid::text IN trigger::text || steps::text) > 0) ORDER BY name LIMIT 10"};
// Who entered since: the key finds them, and nobody counts.
inline constexpr db::Sql kMovingJourneys{
    "journey.moving",
    "SELECT 'journey.counts' AS type, journey_id AS id, (extract(epoch FROM max(entered_at)) * "
    "1000000)::bigint AS mark FROM journey_run WHERE run_id > $1 GROUP BY journey_id"};
inline constexpr db::Sql kDueCalls{
    "webhook.due",
    "SELECT call_id, journey_id, person_id, url, sealed, attempts FROM webhook_call WHERE state = "
    "1 AND due_at <= $1 ORDER BY due_at LIMIT 20"};
inline constexpr db::Sql kCallDone{
    "webhook.done",
    "UPDATE webhook_call SET state = $2, attempts = $3, code = $4, due_at = $5 WHERE call_id = $1"};
inline constexpr db::Sql kNextCall{"webhook.next",
                                   "SELECT min(due_at) FROM webhook_call WHERE state = 1"};
inline constexpr db::Sql kTakeBack{
    "journey.take_back",
    "DELETE FROM journey_run r USING journey j WHERE j.journey_id = r.journey_id AND j.trigger_ref "
    "= $1 AND j.trigger_kind = $2 AND r.person_id = $3 AND r.entered_at >= $4 AND r.state = 1"};
inline constexpr db::Sql kEraseRuns{"journey.erase_runs",
                                    "DELETE FROM journey_run WHERE person_id = ANY($1)"};
inline constexpr db::Sql kEraseDone{"journey.erase_done",
                                    "DELETE FROM journey_step_done WHERE person_id = ANY($1)"};
inline constexpr db::Sql kEraseCalls{"journey.erase_calls",
                                     "DELETE FROM webhook_call WHERE person_id = ANY($1)"};
inline constexpr db::Sql kTenants{"journey.tenants",
                                  "SELECT tenant_id FROM tenant WHERE state = 1"};

inline constexpr db::Sql kFailing{
    "journey.failing",
    "SELECT count(DISTINCT r.journey_id) FROM journey_run r JOIN journey j ON j.tenant_id = "
    "r.tenant_id AND j.journey_id = r.journey_id WHERE r.state = 3 AND j.state = 2"};

}  // namespace varde::outreach::store
