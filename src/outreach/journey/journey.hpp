// Journeys: what follows by itself.
//
// A journey is a graph of steps. A person who meets its trigger gets a run; a run stands at one
// step and wakes when that step is due. The worker takes a few hundred due runs of a tenant, groups
// them by step, does each step for the whole group, and moves the runs on: the effect (a message
// put into the outbox, a changed attribute) and the move commit together, so that a crash neither
// repeats a step nor loses one. What leaves the house (mail, webhooks) leaves from tables that have
// their own care.
#pragma once

#include <boost/describe.hpp>
#include <string>
#include <vector>

#include "jobs/queue.hpp"
#include "trust/module.hpp"

namespace varde::outreach {

enum class JourneyState { draft = 1, running = 2, paused = 3, archived = 4 };
BOOST_DESCRIBE_ENUM(JourneyState, draft, running, paused, archived)
enum class RunState { active = 1, finished = 2, failed = 3, left = 4 };
BOOST_DESCRIBE_ENUM(RunState, active, finished, failed, left)
enum class TriggerKind {
  none = 0,
  form_submitted = 1,
  link_clicked = 2,
  list_joined = 3,
  segment_entered = 4,
  attribute_changed = 5,
  date = 6
};
BOOST_DESCRIBE_ENUM(TriggerKind, none, form_submitted, link_clicked, list_joined, segment_entered,
                    attribute_changed, date)
enum class StepKind {
  wait,
  wait_until,
  branch,
  send,
  set_attribute,
  tag,
  list,
  webhook,
  notify,
  sms
};
BOOST_DESCRIBE_ENUM(StepKind, wait, wait_until, branch, send, set_attribute, tag, list, webhook,
                    notify, sms)

/// Something happened to a person: starts the running journeys that wait for it. In the caller's
/// transaction. `occasion` makes a run of its own where the journey may be entered again.
struct Trigger {
  TriggerKind kind = TriggerKind::none;
  Uuid ref;  ///< Form, campaign, list, segment or attribute.
  Uuid person;
  Uuid occasion;
  std::optional<int> link_number;  ///< Of a click.
  int flags = 0;
};
void fire(trust::Ctx& ctx, const std::vector<Trigger>& triggers);

/// Scanners of mail follow all links of a message within this time. What a click begins waits as
/// long, so that nothing has happened when the link that nobody sees gives the scanner away.
inline constexpr auto kScannersRound = std::chrono::seconds(60);
/// Ends what clicks on this message began since then: they were a scanner's.
void take_back_clicks(trust::Ctx& ctx, const Uuid& campaign, const Uuid& person, Timestamp since);

/// Running journeys with runs that failed.
std::vector<trust::Attention> journeys_attention(trust::Ctx& ctx);
/// Journeys that somebody entered since.
std::vector<trust::LiveUpdate> live_journeys(trust::Ctx& ctx, Timestamp since);

void add_journey_routes(trust::Api& api);
void add_journey_jobs(trust::Base& base, jobs::Workers& workers);
/// Listens to forms, lists and attributes; erasure; names for timelines.
void add_journey_hooks(trust::Base& base);
std::vector<trust::Table> journey_tables();

/// The secret that signs a journey's webhooks, as Standard Webhooks writes it: "whsec_…".
std::string webhook_secret(trust::Base& base, const Uuid& tenant, const Uuid& journey);

}  // namespace varde::outreach
