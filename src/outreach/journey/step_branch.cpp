#include "outreach/journey/plan.hpp"

#include "people/segment/segment.hpp"

namespace varde::outreach {

using namespace store;
using trust::Ctx;

namespace {

void check(const StepCheck& of) {
  people::Query query;
  if (auto ok = people::add_conditions(of.ctx, of.step.conditions.value_or(nullptr), query); !ok)
    of.wrong("/conditions", ok.error().message);
}

Result<std::set<Uuid>> perform(Ctx& ctx, const Group& group) {
  const auto& step = *group.step;
  auto persons = group.persons();
  people::Query query;
  query.where("p.person_id = ANY(" + query.bind(persons) + ")");
  VARDE_CHECK(people::add_conditions(ctx, step.conditions.value_or(nullptr), query));
  auto yes = query.run(ctx, "SELECT p.person_id FROM person p").all<Uuid>();
  return std::set<Uuid>(yes.begin(), yes.end());
}

std::string describe(const Step&) { return "branch"; }

}  // namespace

const StepBehaviour kBranch{check, perform, describe};

}  // namespace varde::outreach
