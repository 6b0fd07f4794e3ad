// What goes over the wire of journeys; only for this folder.
#pragma once

#include "messaging/sms/sms.hpp"
#include "messaging/template/shape.hpp"
#include "outreach/journey/journey.hpp"
#include "people/person/person.hpp"
#include "people/segment/segment.hpp"
#include "web/resource.hpp"

namespace varde::outreach {

struct TriggerInput {
  TriggerKind kind = TriggerKind::none;
  std::optional<Uuid> form_id, campaign_id, list_id, segment_id;
  std::optional<int> link_no;
  std::optional<web::Text<60>> attribute;
  std::optional<web::Scalar> value;
  std::optional<int> days_before;
};
BOOST_DESCRIBE_STRUCT(TriggerInput, (),
                      (kind, form_id, campaign_id, list_id, segment_id, link_no, attribute, value,
                       days_before))

/// One step; which members count depends on its kind.
struct Step {
  web::Text<40, 1> id;
  StepKind kind = StepKind::wait;
  std::optional<web::Text<40>> next, yes, no;
  std::optional<int> days, hours, minutes;  // wait
  std::optional<int> weekday;        // wait_until: 1 Monday … 7 Sunday (ISO 8601), absent any day
  std::optional<web::Text<5>> time;  // wait_until: "09:00" in the organisation's time zone
  std::optional<people::ConditionsJson> conditions;  // branch
  std::optional<web::Text<300>> subject;             // send
  std::optional<messaging::DocumentJson> document;
  std::optional<Uuid> template_id;
  std::optional<web::Text<120>> from_name, from_email;
  std::optional<web::Text<60>> attribute;  // set_attribute
  std::optional<web::Scalar> value;
  std::optional<std::vector<web::Text<60, 1>>> add, remove;  // tag
  std::optional<Uuid> list_id;                               // list
  std::optional<people::MemberState> state;
  std::optional<web::Text<500>> url;    // webhook
  std::optional<Uuid> user_id;          // notify
  std::optional<web::Text<2000>> text;  // notify, sms
  std::optional<bool> urgent;           // sms: in quiet hours too
  std::optional<double> x, y;           // on the canvas
};
BOOST_DESCRIBE_STRUCT(Step, (),
                      (id, kind, next, yes, no, days, hours, minutes, weekday, time, conditions,
                       subject, document, template_id, from_name, from_email, attribute, value, add,
                       remove, list_id, state, url, user_id, text, urgent, x, y))

struct JourneyInput {
  std::optional<web::Text<120, 1>> name;
  std::optional<TriggerInput> trigger;
  std::optional<std::vector<Step>> steps;
  std::optional<web::Text<40>> start;
  std::optional<bool> reentry;
  std::optional<JourneyState> state;  ///< Only archived, or back to paused; see start and pause.
};
BOOST_DESCRIBE_STRUCT(JourneyInput, (), (name, trigger, steps, start, reentry, state))
struct JourneyCounts {
  std::int64_t entered = 0, active = 0, finished = 0, failed = 0;
};
BOOST_DESCRIBE_STRUCT(JourneyCounts, (), (entered, active, finished, failed))
struct Journey {
  Uuid id;
  std::string name;
  JourneyState state = JourneyState::draft;
  TriggerInput trigger;
  bool reentry = false;
  std::vector<Step> steps;
  std::string start;
  JourneyCounts counts;
  std::int64_t version = 1;
  Timestamp updated_at;
};
BOOST_DESCRIBE_STRUCT(Journey, (),
                      (id, name, state, trigger, reentry, steps, start, counts, version,
                       updated_at))
struct StepCounts {
  std::string id;
  std::int64_t entered = 0, active = 0, done = 0, failed = 0;
};
BOOST_DESCRIBE_STRUCT(StepCounts, (), (id, entered, active, done, failed))
struct JourneySteps {
  std::vector<StepCounts> steps;
};
BOOST_DESCRIBE_STRUCT(JourneySteps, (), (steps))
struct DryRunRequest {
  Uuid person_id;
};
BOOST_DESCRIBE_STRUCT(DryRunRequest, (), (person_id))
struct DryRunStep {
  std::string step_id;
  StepKind kind = StepKind::wait;
  std::string what;
  Timestamp at;
  std::string would;
};
BOOST_DESCRIBE_STRUCT(DryRunStep, (), (step_id, kind, what, at, would))
struct DryRun {
  std::vector<DryRunStep> path;
};
BOOST_DESCRIBE_STRUCT(DryRun, (), (path))
struct RunQuery {
  std::optional<std::string> step, cursor;
  std::optional<RunState> state;
  std::optional<int> limit;
};
BOOST_DESCRIBE_STRUCT(RunQuery, (), (step, cursor, state, limit))
struct JourneyRun {
  Uuid id;
  people::PersonRow person;
  std::string step_id;
  RunState state = RunState::active;
  std::optional<Timestamp> wakes_at;
  std::optional<std::string> error;
};
BOOST_DESCRIBE_STRUCT(JourneyRun, (), (id, person, step_id, state, wakes_at, error))
struct WebhookSecret {
  std::string secret;
};
BOOST_DESCRIBE_STRUCT(WebhookSecret, (), (secret))

// The operations, as routes.cpp lists them.
Result<web::Page<Journey>> list_journeys(trust::Ctx& ctx);
Result<web::Created<Journey>> create_journey(trust::Ctx& ctx, const web::Body<JourneyInput>& in);
Result<Journey> get_journey(trust::Ctx& ctx, const web::Path<web::IdPath>& path);
Result<Journey> update_journey(trust::Ctx& ctx, const web::Path<web::IdPath>& path,
                               const web::IfMatch& match, const web::Body<JourneyInput>& in);
Result<Done> delete_journey(trust::Ctx& ctx, const web::Path<web::IdPath>& path);
Result<Journey> start_journey(trust::Ctx& ctx, const web::Path<web::IdPath>& path);
Result<Journey> pause_journey(trust::Ctx& ctx, const web::Path<web::IdPath>& path);
Result<JourneySteps> get_journey_steps(trust::Ctx& ctx, const web::Path<web::IdPath>& path);
Result<DryRun> dry_run_journey(trust::Ctx& ctx, const web::Path<web::IdPath>& path,
                               const web::Body<DryRunRequest>& in);
Result<web::Page<JourneyRun>> list_journey_runs(trust::Ctx& ctx, const web::Path<web::IdPath>& path,
                                                const web::Query<RunQuery>& query);
Result<WebhookSecret> get_journey_webhook_secret(trust::Ctx& ctx,
                                                 const web::Path<web::IdPath>& path);

}  // namespace varde::outreach
