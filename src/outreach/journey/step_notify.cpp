#include "outreach/journey/plan.hpp"

#include "base/text.hpp"
#include "trust/notice.hpp"

namespace varde::outreach {

using namespace store;
using trust::Ctx;

namespace {

void check(const StepCheck& of) {
  if (!of.step.user_id) of.wrong("/user_id", "Choose a user.");
  if (!of.step.text || of.step.text->value.empty())
    of.wrong("/text", "Say what the user is told.");
  else if (utf8_length(of.step.text->value) > 500)
    of.wrong("/text", "must be at most 500 characters long.");
}

Result<std::set<Uuid>> perform(Ctx& ctx, const Group& group) {
  const auto& step = *group.step;
  auto persons = group.persons();
  if (!step.user_id) return bad_input("/user_id", "is missing.");
  std::vector<trust::Notice> notices;
  for (const auto& person : persons)
    notices.push_back({*step.user_id, step.text ? step.text->value : group.plan->record.name,
                       "/persons/" + person.str()});
  trust::notify(ctx, notices);
  return std::set<Uuid>{};
}

std::string describe(const Step&) { return "notify a user"; }

}  // namespace

const StepBehaviour kNotify{check, perform, describe};

}  // namespace varde::outreach
