// The statements of journeys; only for this folder.
#pragma once

#include "outreach/journey/journey.hpp"
#include "trust/table.hpp"

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

inline constexpr trust::Seal kWebhookBody{
    .column = "sealed", .context = "webhook:{tenant}:{id}", .id = "call_id"};
enum class CallState { waiting = 1, delivered = 2, given_up = 3 };
BOOST_DESCRIBE_ENUM(CallState, waiting, delivered, given_up)

struct NewCall {
  Uuid tenant_id, call_id, journey_id, person_id;
  std::string url;
  trust::Sealed<kWebhookBody> sealed;
  Timestamp due_at;
};
BOOST_DESCRIBE_STRUCT(NewCall, (), (tenant_id, call_id, journey_id, person_id, url, sealed, due_at))
struct CallRecord {
  Uuid call_id, journey_id, person_id;
  std::string url;
  trust::Sealed<kWebhookBody> sealed;
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
struct DoneOfPerson {
  Uuid run_id;
  std::string step_id;
  Uuid journey_id;
  Timestamp at;
};
BOOST_DESCRIBE_STRUCT(DoneOfPerson, (), (run_id, step_id, journey_id, at))
struct CallOfPerson {
  Uuid call_id, journey_id;
  std::string url;
  trust::Sealed<kWebhookBody> sealed;
  int state = 1, attempts = 0;
  Timestamp due_at;
};
BOOST_DESCRIBE_STRUCT(CallOfPerson, (), (call_id, journey_id, url, sealed, state, attempts, due_at))

}  // namespace varde::outreach::store
