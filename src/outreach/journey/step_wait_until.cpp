#include "outreach/journey/plan.hpp"

namespace varde::outreach {

using namespace store;
using trust::Ctx;

namespace {

// "09:30"
bool is_clock_time(std::string_view text) {
  auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  return text.size() == 5 && digit(0) && digit(1) && text[2] == ':' && digit(3) && digit(4) &&
         text.substr(0, 2) < "24" && text.substr(3) < "60";
}

void check(const StepCheck& of) {
  if (of.step.weekday && (*of.step.weekday < 1 || *of.step.weekday > 7))
    of.wrong("/weekday", "must be from 1 (Monday) to 7.");
  if (!of.step.time || !is_clock_time(of.step.time->value))
    of.wrong("/time", "must be a time, like 09:00.");
}

Result<std::set<Uuid>> perform(Ctx&, const Group&) { return std::set<Uuid>{}; }

std::string describe(const Step& step) {
  return "wait until " + (step.time ? step.time->value : "09:00");
}

}  // namespace

const StepBehaviour kWaitUntil{check, perform, describe};

}  // namespace varde::outreach
