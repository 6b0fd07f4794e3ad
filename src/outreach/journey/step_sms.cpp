#include "outreach/journey/plan.hpp"

#include "messaging/delivery/mailing.hpp"
#include "messaging/sms/encoding.hpp"
#include "messaging/sms/sms.hpp"

namespace varde::outreach {

using namespace store;
using trust::Ctx;

namespace {

void check(const StepCheck& of) {
  if (!of.step.text || of.step.text->value.empty()) {
    of.wrong("/text", "A message needs a text.");
  } else if (auto text = messaging::PersonalText::compile(of.ctx, of.step.text->value, "/text");
             !text) {
    of.wrong("/text", text.error().message);
  } else if (messaging::sms::measure(of.step.text->value).segments > messaging::sms::kMaxSegments) {
    of.wrong("/text",
             fmt::format("takes more than {} messages. Shorten it.", messaging::sms::kMaxSegments));
  }
}

Result<std::set<Uuid>> perform(Ctx& ctx, const Group& group) {
  const auto& step = *group.step;
  auto persons = group.persons();
  VARDE_TRY(auto text,
            messaging::PersonalText::compile(ctx, step.text ? step.text->value : "", "/text"));
  std::vector<messaging::SmsMessage> messages;
  for (const auto& person : people::load(ctx, persons, text.needs_plain(), false)) {
    messaging::SmsMessage message;
    message.person_id = person.id;
    VARDE_TRY(message.text, text.render(person));
    message.kind = messaging::SmsKind::journey;
    message.ref_id = group.plan->record.journey_id;
    message.urgent = step.urgent.value_or(false);
    messages.push_back(std::move(message));
  }
  messaging::send_sms(ctx, messages);
  return std::set<Uuid>{};
}

std::string describe(const Step& step) {
  return "send the SMS \"" + (step.text ? step.text->value : "") + "\"";
}

}  // namespace

const StepBehaviour kSms{check, perform, describe};

}  // namespace varde::outreach
