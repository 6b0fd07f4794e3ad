#include "outreach/journey/plan.hpp"

namespace varde::outreach {

using namespace store;
using trust::Ctx;

namespace {

void check(const StepCheck& of) {
  auto found = of.step.attribute ? std::ranges::find(of.attributes, of.step.attribute->value,
                                                     &people::Attribute::key)
                                 : of.attributes.end();
  if (found == of.attributes.end()) {
    of.wrong("/attribute", "Choose an attribute.");
  } else if (auto value = people::normalise_value(*found, of.step.value.value_or(nullptr));
             !value) {
    of.wrong("/value", value.error().message);
  }
}

Result<std::set<Uuid>> perform(Ctx& ctx, const Group& group) {
  const auto& step = *group.step;
  auto all = people::attributes(ctx);
  auto found = step.attribute
                   ? std::ranges::find(all, step.attribute->value, &people::Attribute::key)
                   : all.end();
  if (found == all.end()) return not_found("The attribute of this step does not exist any more.");
  VARDE_TRY(auto value, people::normalise_value(*found, step.value.value_or(nullptr)));
  change_all(ctx, group,
             [&](people::PersonChange& change) { change.attributes[found->id] = value; });
  return std::set<Uuid>{};
}

std::string describe(const Step& step) {
  return "set " + (step.attribute ? step.attribute->value : "");
}

}  // namespace

const StepBehaviour kSetAttribute{check, perform, describe};

}  // namespace varde::outreach
