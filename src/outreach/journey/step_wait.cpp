#include "outreach/journey/plan.hpp"

namespace varde::outreach {

using namespace store;
using trust::Ctx;

namespace {

void check(const StepCheck& of) {
  if (of.step.days.value_or(0) < 0 || of.step.hours.value_or(0) < 0 ||
      of.step.minutes.value_or(0) < 0 || of.step.days.value_or(0) > 3650 ||
      of.step.hours.value_or(0) > 87600 || of.step.minutes.value_or(0) > 5256000)
    of.wrong("/days", "must be a time ahead.");
}

Result<std::set<Uuid>> perform(Ctx&, const Group&) { return std::set<Uuid>{}; }

std::string describe(const Step& step) {
  return fmt::format("wait {} d {} h {} min", step.days.value_or(0), step.hours.value_or(0),
                     step.minutes.value_or(0));
}

}  // namespace

const StepBehaviour kWait{check, perform, describe};

}  // namespace varde::outreach
