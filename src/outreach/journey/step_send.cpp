#include "outreach/journey/plan.hpp"

#include "messaging/delivery/delivery.hpp"
#include "outreach/composer/composer.hpp"

namespace varde::outreach {

using namespace store;
using trust::Ctx;
namespace json = boost::json;

namespace {

void check(const StepCheck& of) {
  if (!of.step.subject || of.step.subject->value.empty())
    of.wrong("/subject", "A message needs a subject.");
  if (!of.step.document && !of.step.template_id) of.wrong("/document", "A message needs content.");
}

Result<std::set<Uuid>> perform(Ctx& ctx, const Group& group) {
  const auto& step = *group.step;
  auto persons = group.persons();
  std::optional<json::value> document = step.document;
  if (!document && step.template_id) {
    document = template_document(ctx, *step.template_id);
    if (!document) return not_found("The template of this step does not exist any more.");
  }
  std::vector<messaging::OutboxMessage> messages;
  for (const auto& person : persons) {
    messaging::OutboxMessage message;
    message.person_id = person;
    message.source_kind = messaging::SourceKind::journey;
    message.source_id = group.plan->record.journey_id;
    if (step.from_name) message.from_name = step.from_name->value;
    if (step.from_email) message.from_email = step.from_email->value;
    message.subject = step.subject ? step.subject->value : "";
    message.document = document;
    messages.push_back(std::move(message));
  }
  messaging::enqueue_messages(ctx, messages);
  return std::set<Uuid>{};
}

std::string describe(const Step& step) {
  return "send \"" + (step.subject ? step.subject->value : "") + "\"";
}

}  // namespace

const StepBehaviour kSend{check, perform, describe};

}  // namespace varde::outreach
