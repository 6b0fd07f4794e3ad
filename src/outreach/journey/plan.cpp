#include "outreach/journey/plan.hpp"

#include "base/text.hpp"
#include "people/segment/segment.hpp"

namespace varde::outreach {

using namespace store;
using trust::Ctx;
namespace json = boost::json;

namespace {

using Wrong = std::function<void(std::string at, std::string message)>;

const people::Attribute* find(const std::vector<people::Attribute>& attributes,
                              const std::optional<web::Text<60>>& key) {
  auto found =
      key ? std::ranges::find(attributes, key->value, &people::Attribute::key) : attributes.end();
  return found == attributes.end() ? nullptr : &*found;
}

void check_trigger(const TriggerInput& trigger, const people::Attribute* attribute,
                   const Wrong& wrong) {
  switch (trigger.kind) {
    case TriggerKind::none:
      wrong("/trigger/kind", "Choose what starts the journey.");
      break;
    case TriggerKind::form_submitted:
      if (!trigger.form_id) wrong("/trigger/form_id", "Choose a form.");
      break;
    case TriggerKind::link_clicked:
      if (!trigger.campaign_id) wrong("/trigger/campaign_id", "Choose a campaign.");
      break;
    case TriggerKind::list_joined:
      if (!trigger.list_id) wrong("/trigger/list_id", "Choose a list.");
      break;
    case TriggerKind::segment_entered:
      if (!trigger.segment_id) wrong("/trigger/segment_id", "Choose a segment.");
      break;
    case TriggerKind::attribute_changed:
    case TriggerKind::date:
      if (attribute == nullptr)
        wrong("/trigger/attribute", "Choose an attribute.");
      else if (trigger.kind == TriggerKind::date &&
               (attribute->type != people::AttributeType::date ||
                attribute->classification != people::Classification::plain))
        wrong("/trigger/attribute", "Choose an attribute that is a date and classed plain.");
      break;
  }
}

// A loop without a wait in it would never end.
bool goes_in_a_circle(const std::vector<Step>& steps,
                      const std::map<std::string, std::size_t>& index, const std::string& start) {
  std::map<std::string, int> colour;
  std::function<bool(const std::string&)> loops = [&](const std::string& id) {
    if (id.empty() || !index.contains(id)) return false;
    if (colour[id] == 1) return true;
    if (colour[id] == 2) return false;
    colour[id] = 1;
    const auto& step = steps[index.at(id)];
    bool found = loops(target(step.next)) || loops(target(step.yes)) || loops(target(step.no));
    colour[id] = 2;
    return found;
  };
  return loops(start);
}

}  // namespace

const Step* Plan::find(std::string_view id) const {
  for (const auto& step : steps)
    if (step.id.value == id) return &step;
  return nullptr;
}

std::vector<Uuid> Group::persons() const {
  std::vector<Uuid> out;
  for (const auto* run : runs) out.push_back(run->person_id);
  return out;
}

const StepBehaviour& behaviour_of(StepKind kind) {
  switch (kind) {
    case StepKind::wait:
      return kWait;
    case StepKind::wait_until:
      return kWaitUntil;
    case StepKind::branch:
      return kBranch;
    case StepKind::send:
      return kSend;
    case StepKind::set_attribute:
      return kSetAttribute;
    case StepKind::tag:
      return kTag;
    case StepKind::list:
      return kList;
    case StepKind::webhook:
      return kWebhook;
    case StepKind::notify:
      return kNotify;
    case StepKind::sms:
      return kSms;
  }
  throw std::logic_error("a kind of step that is none");
}

Plan plan_of(const JourneyRecord& record) {
  Plan plan{record, {}, {}};
  if (auto trigger = web::read<TriggerInput>(json::parse(record.trigger.text)))
    plan.trigger = *trigger;
  if (auto steps = web::read<std::vector<Step>>(json::parse(record.steps.text)))
    plan.steps = *steps;
  return plan;
}

std::string target(const std::optional<web::Text<40>>& next) {
  return next ? next->value : std::string();
}

// When a step that was reached at `from` is due.
Timestamp due(const Step& step, Timestamp from, const std::string& zone) {
  if (step.kind == StepKind::wait)
    return from + std::chrono::hours(24 * step.days.value_or(0)) +
           std::chrono::hours(step.hours.value_or(0)) +
           std::chrono::minutes(step.minutes.value_or(0));
  if (step.kind == StepKind::wait_until) {
    auto text = step.time ? step.time->value : "09:00";
    int hour = text.size() == 5 ? std::atoi(text.substr(0, 2).c_str()) : 9,
        minute = text.size() == 5 ? std::atoi(text.substr(3).c_str()) : 0;
    auto today = std::chrono::floor<std::chrono::days>(to_local(from, zone));
    for (int ahead = 0; ahead <= 8; ++ahead) {
      auto day = today + std::chrono::days(ahead);
      if (step.weekday &&
          static_cast<int>(std::chrono::weekday(day).iso_encoding()) != *step.weekday)
        continue;
      auto at = from_local(std::chrono::local_time<Duration>(day.time_since_epoch()) +
                               std::chrono::hours(hour) + std::chrono::minutes(minute),
                           zone);
      if (at > from) return at;
    }
  }
  return from;
}

web::Errors check(Ctx& ctx, const TriggerInput& trigger, const std::vector<Step>& steps,
                  const std::string& start, bool complete) {
  web::Errors errors;
  auto wrong = [&](std::string at, std::string message) {
    errors.push_back({std::move(at), std::move(message)});
  };
  if (steps.size() > kMaxSteps) wrong("/steps", fmt::format("At most {} steps.", kMaxSteps));
  std::map<std::string, std::size_t> index;
  for (std::size_t i = 0; i < steps.size(); ++i)
    if (!index.emplace(steps[i].id.value, i).second)
      wrong(fmt::format("/steps/{}/id", i), "is used by another step.");
  auto attributes = people::attributes(ctx);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto& step = steps[i];
    auto at = fmt::format("/steps/{}", i);
    for (auto [name, next] :
         {std::pair{"next", &step.next}, std::pair{"yes", &step.yes}, std::pair{"no", &step.no}})
      if (*next && !(*next)->value.empty() && !index.contains((*next)->value))
        wrong(at + "/" + name, "leads to a step that does not exist.");
    if (!complete) continue;
    behaviour_of(step.kind).check(
        {ctx, step, attributes,
         [&](const char* where, std::string message) { wrong(at + where, std::move(message)); }});
  }
  if (!complete) return errors;
  if (steps.empty()) wrong("/steps", "Add at least one step.");
  if (!steps.empty() && !index.contains(start)) wrong("/start", "Choose the first step.");
  check_trigger(trigger, find(attributes, trigger.attribute), wrong);
  if (goes_in_a_circle(steps, index, start))
    wrong("/steps", "The steps go in a circle. Let the last one end.");
  return errors;
}

std::optional<Uuid> ref_of(Ctx& ctx, const TriggerInput& trigger) {
  switch (trigger.kind) {
    case TriggerKind::none:
      return std::nullopt;
    case TriggerKind::form_submitted:
      return trigger.form_id;
    case TriggerKind::link_clicked:
      return trigger.campaign_id;
    case TriggerKind::list_joined:
      return trigger.list_id;
    case TriggerKind::segment_entered:
      return trigger.segment_id;
    case TriggerKind::attribute_changed:
    case TriggerKind::date:
      for (const auto& attribute : people::attributes(ctx))
        if (trigger.attribute && attribute.key == trigger.attribute->value) return attribute.id;
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace varde::outreach
