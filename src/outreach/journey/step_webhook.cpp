#include "outreach/journey/plan.hpp"

#include "jobs/queue.hpp"

namespace varde::outreach {

using namespace store;
using trust::Ctx;
namespace json = boost::json;

namespace {

// A webhook's body: who, where in the journey, and the person's id. Names and addresses are fetched
// through the API by whoever has the right.
std::string webhook_body(const Plan& plan, const Step& step, const Uuid& person) {
  return json::serialize(
      json::object{{"type", "journey.step"},
                   {"timestamp", to_rfc3339(now())},
                   {"data", json::object{{"journey_id", plan.record.journey_id.str()},
                                         {"journey", plan.record.name},
                                         {"step_id", step.id.value},
                                         {"person_id", person.str()}}}});
}

void check(const StepCheck& of) {
  if (!of.step.url ||
      !(of.step.url->value.starts_with("https://") || of.step.url->value.starts_with("http://")))
    of.wrong("/url", "must be an address that begins with https://.");
}

Result<std::set<Uuid>> perform(Ctx& ctx, const Group& group) {
  const auto& step = *group.step;
  auto persons = group.persons();
  auto keys = ctx.base.keys.keys(ctx.tenant, persons);
  std::vector<NewCall> calls;
  for (const auto& person : persons) {
    auto key = keys.find(person);
    if (key == keys.end()) continue;
    auto id = Uuid::make();
    calls.push_back({ctx.tenant, id, group.plan->record.journey_id, person,
                     step.url ? step.url->value : "",
                     trust::Sealed<kWebhookBody>::of(
                         key->second, webhook_body(*group.plan, step, person), ctx.tenant, id),
                     now()});
  }
  ctx.tx().insert_many("webhook_call", calls);
  jobs::enqueue(ctx.tx(), {.kind = "journey.webhook",
                           .tenant_id = ctx.tenant,
                           .unique_key = "webhook:" + ctx.tenant.str()});
  return std::set<Uuid>{};
}

std::string describe(const Step& step) { return "call " + (step.url ? step.url->value : ""); }

}  // namespace

const StepBehaviour kWebhook{check, perform, describe};

}  // namespace varde::outreach
