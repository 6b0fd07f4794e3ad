#include "outreach/journey/plan.hpp"

namespace varde::outreach {

using namespace store;
using trust::Ctx;

namespace {

void check(const StepCheck& of) {
  if ((!of.step.add || of.step.add->empty()) && (!of.step.remove || of.step.remove->empty()))
    of.wrong("/add", "Choose at least one tag.");
}

Result<std::set<Uuid>> perform(Ctx& ctx, const Group& group) {
  const auto& step = *group.step;
  std::vector<std::string> add;
  for (const auto& name : step.add.value_or(std::vector<web::Text<60, 1>>{}))
    add.push_back(name.value);
  auto tags = people::ensure_tags(ctx, add);
  auto known = people::tag_names(ctx);
  change_all(ctx, group, [&](people::PersonChange& change) {
    for (const auto& [name, id] : tags) change.add_tags.push_back(id);
    for (const auto& name : step.remove.value_or(std::vector<web::Text<60, 1>>{}))
      for (const auto& [id, text] : known)
        if (text == name.value) change.remove_tags.push_back(id);
  });
  return std::set<Uuid>{};
}

std::string describe(const Step&) { return "change tags"; }

}  // namespace

const StepBehaviour kTag{check, perform, describe};

}  // namespace varde::outreach
