#include "outreach/journey/plan.hpp"

namespace varde::outreach {

using namespace store;
using trust::Ctx;

namespace {

void check(const StepCheck& of) {
  if (!of.step.list_id || !people::find_list(of.ctx, *of.step.list_id))
    of.wrong("/list_id", "Choose a list.");
}

Result<std::set<Uuid>> perform(Ctx& ctx, const Group& group) {
  const auto& step = *group.step;
  auto list = step.list_id ? people::find_list(ctx, *step.list_id) : std::nullopt;
  if (!list) return not_found("The list of this step does not exist any more.");
  auto state = step.state.value_or(people::MemberState::subscribed);
  if (state == people::MemberState::subscribed && list->double_opt_in)
    state = people::MemberState::pending;
  change_all(ctx, group, [&](people::PersonChange& change) { change.lists[list->id] = state; });
  return std::set<Uuid>{};
}

std::string describe(const Step&) { return "change a list"; }

}  // namespace

const StepBehaviour kList{check, perform, describe};

}  // namespace varde::outreach
