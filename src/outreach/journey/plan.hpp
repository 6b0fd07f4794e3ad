// What a journey is, read: its trigger, its steps, and what each kind of step does.
//
// A kind of step is a StepBehaviour in a file of its own (step_send.cpp, …): what must be right of
// it, what it does for persons, and how it is told.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "outreach/journey/api.hpp"
#include "outreach/journey/store.hpp"
#include "people/person/person.hpp"

namespace varde::outreach {

inline constexpr std::size_t kMaxSteps = 100;

/// A journey read once, for many runs.
struct Plan {
  store::JourneyRecord record;
  TriggerInput trigger;
  std::vector<Step> steps;
  const Step* find(std::string_view id) const;
};
Plan plan_of(const store::JourneyRecord& record);

/// The id of a step that another leads to; empty: the journey ends.
std::string target(const std::optional<web::Text<40>>& next);
/// When a step that was reached at `from` is due.
Timestamp due(const Step& step, Timestamp from, const std::string& zone);

/// Runs of one journey that stand at one step.
struct Group {
  const Plan* plan;
  const Step* step;
  std::vector<const store::RunRecord*> runs;
  std::vector<Uuid> persons() const;
};

/// Where what is wrong with a step is said.
struct StepCheck {
  trust::Ctx& ctx;
  const Step& step;
  const std::vector<people::Attribute>& attributes;
  std::function<void(const char* at, std::string message)> wrong;
};

struct StepBehaviour {
  void (*check)(const StepCheck& of);
  /// Does it for a group of runs. Returns, for a branch, who goes the way of "yes".
  Result<std::set<Uuid>> (*perform)(trust::Ctx& ctx, const Group& group);
  std::string (*describe)(const Step& step);
};
extern const StepBehaviour kWait, kWaitUntil, kBranch, kSend, kSetAttribute, kTag, kList, kWebhook,
    kNotify, kSms;
const StepBehaviour& behaviour_of(StepKind kind);

/// Changes each person of a group by `fill`, in the name of the journey.
void change_all(trust::Ctx& ctx, const Group& group,
                const std::function<void(people::PersonChange&)>& fill);

/// What must be right before a journey may run (`complete`), or may be stored while it is edited.
web::Errors check(trust::Ctx& ctx, const TriggerInput& trigger, const std::vector<Step>& steps,
                  const std::string& start, bool complete);
/// What a trigger waits for: the form, the list, the attribute.
std::optional<Uuid> ref_of(trust::Ctx& ctx, const TriggerInput& trigger);

}  // namespace varde::outreach
