#include "outreach/journey/journey.hpp"
#include "outreach/journey/api.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "crypto/aead.hpp"
#include "crypto/hash.hpp"
#include "messaging/delivery/delivery.hpp"
#include "messaging/delivery/mailing.hpp"
#include "messaging/sms/encoding.hpp"
#include "messaging/sms/sms.hpp"
#include "messaging/template/shape.hpp"
#include "net/http_client.hpp"
#include "outreach/composer/composer.hpp"
#include "outreach/form/form.hpp"
#include "outreach/journey/store.hpp"
#include "outreach/journey/store_sql.hpp"
#include "people/person/person.hpp"
#include "people/segment/segment.hpp"
#include "people/subject/subject.hpp"
#include "trust/audit.hpp"
#include "trust/egress.hpp"
#include "trust/names.hpp"
#include "trust/notice.hpp"
#include "trust/table.hpp"
#include "trust/tenant/tenant.hpp"
#include "trust/uses.hpp"
#include "trust/words.hpp"
#include "web/resource.hpp"

namespace varde::outreach {

using namespace store;
using trust::Ctx;
using trust::Right;
namespace json = boost::json;

namespace {

// "09:30"
bool is_clock_time(std::string_view text) {
  auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  return text.size() == 5 && digit(0) && digit(1) && text[2] == ':' && digit(3) && digit(4) &&
         text.substr(0, 2) < "24" && text.substr(3) < "60";
}

constexpr int kBatch = 500;
constexpr int kMostDaysBack = 31;  // that a date is still met after
constexpr std::size_t kMaxSteps = 100;
constexpr int kWebhookAttempts = 8;

// ---- what goes in and out
// ------------------------------------------------------------------------

// A journey read once, for many runs.
struct Plan {
  JourneyRecord record;
  TriggerInput trigger;
  std::vector<Step> steps;
  const Step* find(std::string_view id) const {
    for (const auto& step : steps)
      if (step.id.value == id) return &step;
    return nullptr;
  }
};

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

// Everything that must be right before a journey may run; also said while it is edited.
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
  auto find_attribute = [&](const std::optional<web::Text<60>>& key) {
    return key ? std::ranges::find(attributes, key->value, &people::Attribute::key)
               : attributes.end();
  };
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto& step = steps[i];
    auto at = fmt::format("/steps/{}", i);
    for (auto [name, next] :
         {std::pair{"next", &step.next}, std::pair{"yes", &step.yes}, std::pair{"no", &step.no}})
      if (*next && !(*next)->value.empty() && !index.contains((*next)->value))
        wrong(at + "/" + name, "leads to a step that does not exist.");
    if (!complete) continue;
    switch (step.kind) {
      case StepKind::wait:
        if (step.days.value_or(0) < 0 || step.hours.value_or(0) < 0 ||
            step.minutes.value_or(0) < 0 || step.days.value_or(0) > 3650 ||
            step.hours.value_or(0) > 87600 || step.minutes.value_or(0) > 5256000)
          wrong(at + "/days", "must be a time ahead.");
        break;
      case StepKind::wait_until:
        if (step.weekday && (*step.weekday < 1 || *step.weekday > 7))
          wrong(at + "/weekday", "must be from 1 (Monday) to 7.");
        if (!step.time || !is_clock_time(step.time->value))
          wrong(at + "/time", "must be a time, like 09:00.");
        break;
      case StepKind::branch: {
        people::Query query;
        if (auto ok = people::add_conditions(ctx, step.conditions.value_or(nullptr), query); !ok)
          wrong(at + "/conditions", ok.error().message);
        break;
      }
      case StepKind::send:
        if (!step.subject || step.subject->value.empty())
          wrong(at + "/subject", "A message needs a subject.");
        if (!step.document && !step.template_id)
          wrong(at + "/document", "A message needs content.");
        break;
      case StepKind::set_attribute:
        if (auto found = find_attribute(step.attribute); found == attributes.end()) {
          wrong(at + "/attribute", "Choose an attribute.");
        } else if (auto value = people::normalise_value(*found, step.value.value_or(nullptr));
                   !value) {
          wrong(at + "/value", value.error().message);
        }
        break;
      case StepKind::tag:
        if ((!step.add || step.add->empty()) && (!step.remove || step.remove->empty()))
          wrong(at + "/add", "Choose at least one tag.");
        break;
      case StepKind::list:
        if (!step.list_id || !people::find_list(ctx, *step.list_id))
          wrong(at + "/list_id", "Choose a list.");
        break;
      case StepKind::webhook:
        if (!step.url ||
            !(step.url->value.starts_with("https://") || step.url->value.starts_with("http://")))
          wrong(at + "/url", "must be an address that begins with https://.");
        break;
      case StepKind::notify:
        if (!step.user_id) wrong(at + "/user_id", "Choose a user.");
        if (!step.text || step.text->value.empty())
          wrong(at + "/text", "Say what the user is told.");
        else if (utf8_length(step.text->value) > 500)
          wrong(at + "/text", "must be at most 500 characters long.");
        break;
      case StepKind::sms:
        if (!step.text || step.text->value.empty()) {
          wrong(at + "/text", "A message needs a text.");
        } else if (auto text = messaging::PersonalText::compile(ctx, step.text->value, "/text");
                   !text) {
          wrong(at + "/text", text.error().message);
        } else if (messaging::sms::measure(step.text->value).segments >
                   messaging::sms::kMaxSegments) {
          wrong(at + "/text", fmt::format("takes more than {} messages. Shorten it.",
                                          messaging::sms::kMaxSegments));
        }
        break;
    }
  }
  if (!complete) return errors;
  if (steps.empty()) wrong("/steps", "Add at least one step.");
  if (!steps.empty() && !index.contains(start)) wrong("/start", "Choose the first step.");
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
    case TriggerKind::date: {
      auto found = find_attribute(trigger.attribute);
      if (found == attributes.end())
        wrong("/trigger/attribute", "Choose an attribute.");
      else if (trigger.kind == TriggerKind::date &&
               (found->type != people::AttributeType::date ||
                found->classification != people::Classification::plain))
        wrong("/trigger/attribute", "Choose an attribute that is a date and classed plain.");
      break;
    }
  }
  // A loop without a wait in it would never end.
  std::map<std::string, int> colour;
  std::function<bool(const std::string&)> loops = [&](const std::string& id) {
    if (id.empty() || !index.contains(id)) return false;
    if (colour[id] == 1) return true;
    if (colour[id] == 2) return false;
    colour[id] = 1;
    const auto& step = steps[index[id]];
    bool found = loops(target(step.next)) || loops(target(step.yes)) || loops(target(step.no));
    colour[id] = 2;
    return found;
  };
  if (loops(start)) wrong("/steps", "The steps go in a circle. Let the last one end.");
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

void wake(Ctx& ctx, std::optional<Timestamp> at = std::nullopt) {
  jobs::enqueue(ctx.tx(), {.kind = "journey.run",
                           .tenant_id = ctx.tenant,
                           .unique_key = "journey:" + ctx.tenant.str(),
                           .run_at = at});
}

void enter(Ctx& ctx, const std::vector<NewRun>& runs) {
  if (runs.empty()) return;
  ctx.tx().insert_many("journey_run", runs,
                       "ON CONFLICT (tenant_id, journey_id, person_id, entry_key) DO NOTHING");
  std::vector<people::Activity> activities;
  for (const auto& run : runs)
    activities.push_back({run.person_id, people::ActivityKind::journey, run.journey_id,
                          std::nullopt, run.flags, std::nullopt, std::nullopt});
  people::record_activity(ctx, activities);
  wake(ctx);
}

NewRun new_run(Ctx& ctx, const Plan& plan, const Uuid& person, const std::string& occasion,
               int flags, const std::string& zone) {
  auto at = now();
  // A click of the demo is nobody's scanner: it does not wait.
  bool clicked = plan.record.trigger_kind == TriggerKind::link_clicked;
  auto earliest = clicked && flags == 0 ? at + kScannersRound : at;
  const auto* first = plan.find(plan.record.start);
  return {ctx.tenant,
          Uuid::make(),
          plan.record.journey_id,
          person,
          plan.record.start,
          plan.record.reentry ? occasion : "once",
          std::max(first ? due(*first, at, zone) : at, earliest),
          flags,
          at};
}

// ---- doing steps
// ---------------------------------------------------------------------------------

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

struct Group {
  const Plan* plan;
  const Step* step;
  std::vector<const RunRecord*> runs;
};

// Does one step for a group of runs. Returns, for a branch, who goes the way of "yes".
Result<std::set<Uuid>> perform(Ctx& ctx, const Group& group) {
  const auto& step = *group.step;
  std::vector<Uuid> persons;
  for (const auto* run : group.runs) persons.push_back(run->person_id);
  auto save_all = [&](auto fill) -> Result<std::set<Uuid>> {
    std::vector<people::PersonChange> changes;
    for (const auto& person : persons) {
      people::PersonChange change;
      change.person_id = person;
      fill(change);
      changes.push_back(std::move(change));
    }
    people::save(ctx, changes,
                 {.proof = people::Proof::rule(),
                  .source = "journey " + group.plan->record.name,
                  .ref_id = group.plan->record.journey_id,
                  .flags = group.runs.front()->flags});
    return std::set<Uuid>{};
  };
  switch (step.kind) {
    case StepKind::wait:
    case StepKind::wait_until:
      return std::set<Uuid>{};
    case StepKind::branch: {
      people::Query query;
      query.where("p.person_id = ANY(" + query.bind(persons) + ")");
      VARDE_CHECK(people::add_conditions(ctx, step.conditions.value_or(nullptr), query));
      auto yes = query.run(ctx, "SELECT p.person_id FROM person p").all<Uuid>();
      return std::set<Uuid>(yes.begin(), yes.end());
    }
    case StepKind::send: {
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
    case StepKind::set_attribute: {
      auto all = people::attributes(ctx);
      auto found = step.attribute
                       ? std::ranges::find(all, step.attribute->value, &people::Attribute::key)
                       : all.end();
      if (found == all.end())
        return not_found("The attribute of this step does not exist any more.");
      VARDE_TRY(auto value, people::normalise_value(*found, step.value.value_or(nullptr)));
      return save_all([&](people::PersonChange& change) { change.attributes[found->id] = value; });
    }
    case StepKind::tag: {
      std::vector<std::string> add;
      for (const auto& name : step.add.value_or(std::vector<web::Text<60, 1>>{}))
        add.push_back(name.value);
      auto tags = people::ensure_tags(ctx, add);
      auto known = people::tag_names(ctx);
      return save_all([&](people::PersonChange& change) {
        for (const auto& [name, id] : tags) change.add_tags.push_back(id);
        for (const auto& name : step.remove.value_or(std::vector<web::Text<60, 1>>{}))
          for (const auto& [id, text] : known)
            if (text == name.value) change.remove_tags.push_back(id);
      });
    }
    case StepKind::list: {
      auto list = step.list_id ? people::find_list(ctx, *step.list_id) : std::nullopt;
      if (!list) return not_found("The list of this step does not exist any more.");
      auto state = step.state.value_or(people::MemberState::subscribed);
      if (state == people::MemberState::subscribed && list->double_opt_in)
        state = people::MemberState::pending;
      return save_all([&](people::PersonChange& change) { change.lists[list->id] = state; });
    }
    case StepKind::webhook: {
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
    case StepKind::notify: {
      if (!step.user_id) return bad_input("/user_id", "is missing.");
      std::vector<trust::Notice> notices;
      for (const auto& person : persons)
        notices.push_back({*step.user_id, step.text ? step.text->value : group.plan->record.name,
                           "/persons/" + person.str()});
      trust::notify(ctx, notices);
      return std::set<Uuid>{};
    }
    case StepKind::sms: {
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
  }
  return std::set<Uuid>{};
}

// Moves up to kBatch due runs of a tenant one step on. Returns how many.
std::size_t run_batch(Ctx& ctx) {
  auto due_runs = ctx.tx().all<RunRecord>(kJourneyDueRuns, now(), kBatch);
  if (due_runs.empty()) {
    ctx.rollback();
    return 0;
  }
  auto zone = trust::tenant_settings(ctx).time_zone;
  std::set<Uuid> ids;
  for (const auto& run : due_runs) ids.insert(run.journey_id);
  std::map<Uuid, Plan> plans;
  for (auto& record :
       ctx.tx().all<JourneyRecord>(kJourneyByIds, std::vector<Uuid>(ids.begin(), ids.end())))
    plans.emplace(record.journey_id, plan_of(record));
  // Restricted persons are stored and nothing else: their runs stand still.
  std::map<std::pair<Uuid, std::string>, Group> groups;
  std::vector<Uuid> ended;
  for (const auto& run : due_runs) {
    auto& plan = plans.at(run.journey_id);
    const auto* step = plan.find(run.step_id);
    if (step == nullptr) {
      ended.push_back(run.run_id);
      continue;
    }
    auto& group = groups[{run.journey_id, run.step_id}];
    group.plan = &plan;
    group.step = step;
    group.runs.push_back(&run);
  }
  if (!ended.empty())
    ctx.tx().later(kJourneyMoveRuns, ended, std::string(), now(), RunState::finished);
  for (auto& [where, group] : groups) {
    std::vector<Uuid> run_ids;
    std::vector<StepDone> done;
    for (const auto* run : group.runs) {
      run_ids.push_back(run->run_id);
      done.push_back(
          {ctx.tenant, run->run_id, run->step_id, run->journey_id, run->person_id, now()});
    }
    auto performed = perform(ctx, group);
    if (!performed) {
      ctx.tx().later(kJourneyFailRuns, run_ids, performed.error().message.substr(0, 300));
      continue;
    }
    // Its key is the last guard against a step done twice: a second row would undo this whole
    // transaction.
    ctx.tx().insert_many("journey_step_done", done);
    std::map<std::string, std::vector<Uuid>> onward;
    for (const auto* run : group.runs) {
      auto next = group.step->kind == StepKind::branch
                      ? (performed->contains(run->person_id) ? target(group.step->yes)
                                                             : target(group.step->no))
                      : target(group.step->next);
      onward[next].push_back(run->run_id);
    }
    for (const auto& [next, runs] : onward) {
      const auto* step = next.empty() ? nullptr : group.plan->find(next);
      ctx.tx().later(kJourneyMoveRuns, runs, next, step ? due(*step, now(), zone) : now(),
                     step ? RunState::active : RunState::finished);
    }
  }
  ctx.commit();
  return due_runs.size();
}

Result<jobs::Outcome> run_journeys(trust::Base& base, const Uuid& tenant) {
  while (true) {
    if (jobs::Workers::stopping()) return jobs::Outcome::again(now());
    Ctx ctx(base, tenant, {trust::ActorKind::journey, {}});
    std::size_t count = 0;
    try {
      count = run_batch(ctx);
    } catch (const db::SqlError& e) {
      if (!e.is_unique_violation() && !e.is_retryable()) throw;
      ctx.rollback();
      continue;  // somebody changed one of these persons meanwhile: read again
    }
    if (count > 0) continue;
    auto next = ctx.tx().query(kJourneyNextWake).get<std::optional<Timestamp>>(0, 0);
    return next ? jobs::Outcome::again(std::max(*next, now())) : jobs::Outcome::done();
  }
}

// Lets in, batch by batch, who meets `conditions` now and does not meet `entered`, a condition on
// her runs r of this journey.
template <class Conditions>
void let_in(Ctx& ctx, const Plan& plan, const std::string& occasion, const std::string& zone,
            const Conditions& conditions, const std::string& entered) {
  for (bool more = true; more;) {
    people::Query query;
    query.where("p.state = 1");
    if (!conditions(query)) return;
    auto runs =
        "SELECT 1 FROM journey_run r WHERE r.tenant_id = {tenant} AND r.person_id = p.person_id "
        "AND "
        "r.journey_id = " +
        query.bind(plan.record.journey_id);
    if (plan.record.reentry)
      runs += " AND " + (entered.empty() ? "r.entry_key = " + query.bind(occasion) : entered);
    query.where("NOT EXISTS (" + runs + ")");
    auto persons = query
                       .run(ctx, "SELECT p.person_id FROM person p",
                            " LIMIT " + query.bind(std::int64_t{kBatch}))
                       .all<Uuid>();
    more = std::ssize(persons) == kBatch;
    std::vector<NewRun> entering;
    for (const auto& person : persons)
      entering.push_back(new_run(ctx, plan, person, occasion, 0, zone));
    enter(ctx, entering);
    ctx.commit();
  }
}

void scan_segment(Ctx& ctx, const Plan& plan, const std::string& zone) {
  auto segment = people::find_segment(ctx, *plan.record.trigger_ref);
  if (!segment) return;
  if (plan.record.reentry) {
    people::Query left;
    left.where(
        "r.tenant_id = {tenant} AND p.person_id = r.person_id AND r.outside_at IS NULL AND "
        "r.journey_id = " +
        left.bind(plan.record.journey_id));
    json::object outside{{"op", "and"}, {"not", true}, {"rules", json::array{segment->conditions}}};
    if (!people::add_conditions(ctx, outside, left)) return;
    left.run(ctx, "UPDATE journey_run r SET outside_at = " + left.bind(now()) + " FROM person p");
  }
  auto at = std::chrono::floor<std::chrono::seconds>(now()).time_since_epoch().count();
  let_in(
      ctx, plan, fmt::format("segment:{}", at), zone,
      [&](people::Query& query) {
        return static_cast<bool>(people::add_conditions(ctx, segment->conditions, query));
      },
      "r.outside_at IS NULL");
}

// From the day after the last one that was looked at, at most a month back: nobody misses a day
// because the program was away.
void scan_dates(Ctx& ctx, const Plan& plan, const std::string& zone) {
  using std::chrono::days;
  auto day_of = [&](Timestamp at) { return std::chrono::floor<days>(to_local(at, zone)); };
  auto at = now();
  auto today = day_of(at), day = today;
  if (plan.record.checked_at)
    day = std::clamp(day_of(*plan.record.checked_at) + days(1), today - days(kMostDaysBack), today);
  for (; day <= today; day += days(1)) {
    auto wanted = day.time_since_epoch().count() + plan.trigger.days_before.value_or(0);
    let_in(
        ctx, plan, fmt::format("date:{}", wanted), zone,
        [&](people::Query& query) {
          query.where(
              "EXISTS (SELECT 1 FROM person_attribute x WHERE x.tenant_id = {tenant} AND "
              "x.person_id = "
              "p.person_id AND "
              "x.attribute_id = " +
              query.bind(*plan.record.trigger_ref) +
              " AND x.number_value = " + query.bind(static_cast<double>(wanted)) + ")");
          return true;
        },
        "");
  }
  if (!plan.record.checked_at || day_of(*plan.record.checked_at) < today) {
    ctx.tx().query(kJourneyChecked, plan.record.journey_id, at);
    ctx.commit();
  }
}

// Segments and dates: who meets them now and has not entered.
void scan_tenant(trust::Base& base, const Uuid& tenant) {
  Ctx ctx(base, tenant, {trust::ActorKind::journey, {}});
  auto zone = trust::tenant_settings(ctx).time_zone;
  for (auto kind : {TriggerKind::segment_entered, TriggerKind::date})
    for (auto& record : ctx.tx().all<JourneyRecord>(kJourneyOfKind, kind)) {
      if (!record.trigger_ref) continue;
      auto plan = plan_of(record);
      kind == TriggerKind::date ? scan_dates(ctx, plan, zone) : scan_segment(ctx, plan, zone);
    }
  ctx.rollback();
}

// ---- webhooks
// ------------------------------------------------------------------------------------

Result<jobs::Outcome> call_webhooks(trust::Base& base, const Uuid& tenant) {
  while (true) {
    if (jobs::Workers::stopping()) return jobs::Outcome::again(now());
    Ctx ctx(base, tenant, {trust::ActorKind::journey, {}});
    auto calls = ctx.tx().all<CallRecord>(kWebhookDue, now());
    if (calls.empty()) {
      auto next = ctx.tx().query(kWebhookNext).get<std::optional<Timestamp>>(0, 0);
      return next ? jobs::Outcome::again(std::max(*next, now())) : jobs::Outcome::done();
    }
    ctx.rollback();
    for (const auto& call : calls) {
      Ctx one(base, tenant, {trust::ActorKind::journey, call.journey_id});
      auto key = base.keys.key(tenant, call.person_id);
      auto body = key ? call.sealed.open(*key, tenant, call.call_id) : std::nullopt;
      auto permit = trust::Egress::permit(one, trust::Egress::Kind::webhook, call.url);
      one.commit();  // no transaction waits for another machine
      int code = 0;
      bool wanted = body && permit;
      if (wanted) {
        auto id = "msg_" + call.call_id.str();
        auto seconds = std::to_string(
            std::chrono::floor<std::chrono::seconds>(now()).time_since_epoch().count());
        auto secret =
            unbase64(webhook_secret(base, tenant, call.journey_id).substr(6)).value_or("");
        auto signature =
            "v1," + base64(crypto::hmac_sha256(secret, id + "." + seconds + "." + *body));
        auto answer = net::post(*permit, {.url = call.url,
                                          .headers = {{"Content-Type", "application/json"},
                                                      {"webhook-id", id},
                                                      {"webhook-timestamp", seconds},
                                                      {"webhook-signature", signature},
                                                      {"User-Agent", "Varde"}},
                                          .body = *body});
        code = answer ? *answer : 0;
        if (!answer)
          log::warning("A webhook call failed",
                       {{"call_id", call.call_id}, {"what", answer.error().message}});
      }
      bool delivered = code >= 200 && code < 300;
      bool give_up = !wanted || code == 410 || call.attempts + 1 >= kWebhookAttempts;
      // 5 s, 25 s, 2 min, 10 min, 52 min, 4 h, 22 h: as Standard Webhooks advises.
      auto pause =
          std::chrono::seconds(static_cast<long>(std::pow(5.0, std::min(call.attempts + 1, 7))));
      one.tx().later(kWebhookDone, call.call_id,
                     delivered ? 2
                     : give_up ? 3
                               : 1,
                     call.attempts + 1, code, now() + pause);
      one.commit();
    }
  }
}

// ---- views
// ---------------------------------------------------------------------------------------

std::map<Uuid, JourneyCounts> counts_of(Ctx& ctx, const std::vector<Uuid>& ids) {
  std::map<Uuid, JourneyCounts> out;
  auto rows = ctx.tx().query(kJourneyCountRuns, ids);
  for (int i = 0; i < rows.size(); ++i) {
    auto& counts = out[rows.get<Uuid>(i, 0)];
    auto number = rows.get<std::int64_t>(i, 2);
    counts.entered += number;
    switch (rows.get<RunState>(i, 1)) {
      case RunState::active:
        counts.active += number;
        break;
      case RunState::finished:
        counts.finished += number;
        break;
      case RunState::failed:
        counts.failed += number;
        break;
      case RunState::left:
        break;
    }
  }
  return out;
}

Journey view(const JourneyRecord& record, const JourneyCounts& counts) {
  auto plan = plan_of(record);
  return {record.journey_id, record.name,  record.state, plan.trigger,   record.reentry,
          plan.steps,        record.start, counts,       record.version, record.updated_at};
}

Result<Journey> view(Ctx& ctx, const Uuid& id) {
  auto record = ctx.tx().maybe<JourneyRecord>(kJourneyOne, id);
  if (!record) return not_found("This journey does not exist any more.");
  return view(*record, counts_of(ctx, {id})[id]);
}

std::string describe(const Step& step) {
  switch (step.kind) {
    case StepKind::wait:
      return fmt::format("wait {} d {} h {} min", step.days.value_or(0), step.hours.value_or(0),
                         step.minutes.value_or(0));
    case StepKind::wait_until:
      return "wait until " + (step.time ? step.time->value : "09:00");
    case StepKind::branch:
      return "branch";
    case StepKind::send:
      return "send \"" + (step.subject ? step.subject->value : "") + "\"";
    case StepKind::set_attribute:
      return "set " + (step.attribute ? step.attribute->value : "");
    case StepKind::tag:
      return "change tags";
    case StepKind::list:
      return "change a list";
    case StepKind::webhook:
      return "call " + (step.url ? step.url->value : "");
    case StepKind::notify:
      return "notify a user";
    case StepKind::sms:
      return "send the SMS \"" + (step.text ? step.text->value : "") + "\"";
  }
  return "";
}

}  // namespace

std::string webhook_secret(trust::Base& base, const Uuid& tenant, const Uuid& journey) {
  return "whsec_" +
         base64(base.keys.tenant_key(tenant, "webhook:" + journey.str()).view().substr(0, 24));
}

std::vector<trust::Attention> journeys_attention(Ctx& ctx) {
  auto failing = ctx.tx().one<std::int64_t>(kJourneyFailing);
  if (failing == 0) return {};
  return {{"journey_failing", "Some journeys have steps that fail.", "/journeys", failing}};
}

void take_back_clicks(Ctx& ctx, const Uuid& campaign, const Uuid& person, Timestamp since) {
  ctx.tx().later(kJourneyTakeBack, campaign, TriggerKind::link_clicked, person, since);
}

void fire(Ctx& ctx, const std::vector<Trigger>& triggers) {
  std::map<TriggerKind, std::set<Uuid>> refs;
  for (const auto& trigger : triggers) refs[trigger.kind].insert(trigger.ref);
  std::vector<std::pair<TriggerKind, Plan>> plans;
  for (const auto& [kind, set] : refs)
    for (auto& record : ctx.tx().all<JourneyRecord>(kJourneyByTrigger, kind,
                                                    std::vector<Uuid>(set.begin(), set.end())))
      plans.emplace_back(kind, plan_of(record));
  if (plans.empty()) return;
  auto zone = trust::tenant_settings(ctx).time_zone;
  std::vector<NewRun> runs;
  for (const auto& trigger : triggers)
    for (const auto& [kind, plan] : plans) {
      if (kind != trigger.kind || plan.record.trigger_ref != trigger.ref) continue;
      if (kind == TriggerKind::link_clicked && plan.trigger.link_no &&
          plan.trigger.link_no != trigger.link_number)
        continue;
      runs.push_back(
          new_run(ctx, plan, trigger.person, trigger.occasion.str(), trigger.flags, zone));
    }
  // A trigger on a value ("city becomes Oslo") looks at the persons as saved.
  std::map<Uuid, const Plan*> on_value;
  for (const auto& [kind, plan] : plans)
    if (kind == TriggerKind::attribute_changed && plan.trigger.value &&
        !plan.trigger.value->is_null())
      on_value[plan.record.journey_id] = &plan;
  std::set<Uuid> asked;
  for (const auto& run : runs)
    if (on_value.contains(run.journey_id)) asked.insert(run.person_id);
  std::map<Uuid, people::Person> persons;
  for (auto& person : people::load(ctx, {asked.begin(), asked.end()}))
    persons.emplace(person.id, std::move(person));
  std::erase_if(runs, [&](const NewRun& run) {
    auto plan = on_value.find(run.journey_id);
    if (plan == on_value.end()) return false;
    auto person = persons.find(run.person_id);
    if (person == persons.end() || !plan->second->record.trigger_ref) return true;
    auto value = person->second.attributes.find(*plan->second->record.trigger_ref);
    return value == person->second.attributes.end() ||
           value->second != *plan->second->trigger.value;
  });
  enter(ctx, runs);
}

std::vector<trust::LiveUpdate> live_journeys(Ctx& ctx, Timestamp since) {
  return ctx.tx().all<trust::LiveUpdate>(kJourneyLive, Uuid::floor_of(since));
}

namespace {

struct SubjectRun {
  std::string journey;
  RunState state = RunState::active;
  std::string step;
  Timestamp entered_at, wakes_at;
};
BOOST_DESCRIBE_STRUCT(SubjectRun, (), (journey, state, step, entered_at, wakes_at))
struct SubjectStep {
  Timestamp at;
  std::string journey, step;
};
BOOST_DESCRIBE_STRUCT(SubjectStep, (), (at, journey, step))
struct SubjectCall {
  Timestamp at;
  std::string journey, recipient;
  CallState state = CallState::waiting;
  int attempts = 0;
  std::optional<std::string> content;
};
BOOST_DESCRIBE_STRUCT(SubjectCall, (), (at, journey, recipient, state, attempts, content))

template <class Row>
std::map<Uuid, std::string> journeys_of(Ctx& ctx, const std::vector<Row>& rows) {
  std::set<Uuid> ids;
  for (const auto& row : rows) ids.insert(row.journey_id);
  return ids.empty() ? std::map<Uuid, std::string>()
                     : trust::names_by(ctx, kJourneyNames, {ids.begin(), ids.end()});
}

void write_subject(Ctx& ctx, const Uuid& person, people::SubjectWriter& out) {
  constexpr int kPage = people::kSubjectPage;
  auto is_last = [](const auto& rows) { return rows.size() < static_cast<std::size_t>(kPage); };
  out.section("journeys", people::subject_columns<SubjectRun>());
  for (Uuid after;;) {
    auto rows = ctx.tx().all<RunOfPerson>(kJourneyRunsOfPerson, person, after, kPage);
    auto names = journeys_of(ctx, rows);
    for (const auto& r : rows)
      out.add(SubjectRun{names[r.journey_id], r.state, r.step_id, r.entered_at, r.wakes_at});
    if (is_last(rows)) break;
    after = rows.back().run_id;
  }
  out.section("journey_steps", people::subject_columns<SubjectStep>());
  for (std::pair<Uuid, std::string> after;;) {
    auto rows =
        ctx.tx().all<DoneOfPerson>(kJourneyDoneOfPerson, person, after.first, after.second, kPage);
    auto names = journeys_of(ctx, rows);
    for (const auto& r : rows) out.add(SubjectStep{r.at, names[r.journey_id], r.step_id});
    if (is_last(rows)) break;
    after = {rows.back().run_id, rows.back().step_id};
  }
  out.section("webhooks", people::subject_columns<SubjectCall>());
  auto key = ctx.base.keys.key(ctx.tenant, person);
  for (Uuid after;;) {
    auto rows = ctx.tx().all<CallOfPerson>(kJourneyCallsOfPerson, person, after, kPage);
    auto names = journeys_of(ctx, rows);
    for (const auto& r : rows)
      out.add(SubjectCall{r.due_at, names[r.journey_id],
                          r.url.substr(0, r.url.find('/', 8)),  // what follows may be a password
                          static_cast<CallState>(r.state), r.attempts,
                          key ? r.sealed.open(*key, ctx.tenant, r.call_id) : std::nullopt});
    if (is_last(rows)) break;
    after = rows.back().call_id;
  }
}

}  // namespace

void add_journey_hooks(trust::Base& base) {
  base.extensions.add(people::SubjectHook{write_subject});
  trust::add_names(base, kJourneyNames);
  trust::add_uses(base, "the journey", kJourneyUses);
  base.extensions.add(people::SavedHook{[](Ctx& ctx,
                                           const std::vector<people::SavedEvent>& events) {
    if (ctx.actor.kind == trust::ActorKind::journey) return;  // a journey does not start journeys
    std::vector<Trigger> triggers;
    for (const auto& event : events) {
      for (const auto& list : event.lists_joined)
        triggers.push_back({TriggerKind::list_joined, list, event.person_id, Uuid::make(), {}, 0});
      for (const auto& attribute : event.attributes_changed)
        triggers.push_back(
            {TriggerKind::attribute_changed, attribute, event.person_id, Uuid::make(), {}, 0});
    }
    if (!triggers.empty()) fire(ctx, triggers);
  }});
  base.extensions.add(SubmittedHook{
      [](Ctx& ctx, const Uuid& form, const Uuid& person, const Uuid& answer, int flags) {
        fire(ctx, {{TriggerKind::form_submitted, form, person, answer, {}, flags}});
      }});
}

void add_journey_jobs(trust::Base& base, jobs::Workers& workers) {
  workers.handle("journey.run",
                 [&base](const jobs::Job& job) { return run_journeys(base, *job.tenant_id); });
  workers.handle("journey.webhook",
                 [&base](const jobs::Job& job) { return call_webhooks(base, *job.tenant_id); });
  workers.handle("journey.scan", [&base](const jobs::Job&) -> Result<jobs::Outcome> {
    auto tx = base.database.system();
    auto tenants = tx.all<Uuid>(kJourneyTenants);
    tx.commit();
    for (const auto& tenant : tenants) {
      if (jobs::Workers::stopping()) break;
      scan_tenant(base, tenant);
    }
    return jobs::Outcome::done();
  });
  workers.schedule({"journey.scan", std::chrono::seconds(30)});
}

namespace {

Result<web::Page<Journey>> list_journeys(Ctx& ctx) {
  auto records = ctx.tx().all<JourneyRecord>(kJourneyAll);
  std::vector<Uuid> ids;
  for (const auto& record : records) ids.push_back(record.journey_id);
  auto counts = counts_of(ctx, ids);
  web::Page<Journey> page;
  for (const auto& record : records) page.items.push_back(view(record, counts[record.journey_id]));
  return page;
}

Result<web::Created<Journey>> create_journey(Ctx& ctx, const web::Body<JourneyInput>& in) {
  if (!in->name) return bad_input("/name", "is required.");
  auto trigger = in->trigger.value_or(TriggerInput{});
  auto steps = in->steps.value_or(std::vector<Step>{});
  auto start = in->start ? in->start->value : steps.empty() ? "" : steps.front().id.value;
  auto errors = check(ctx, trigger, steps, start, false);
  if (!errors.empty())
    return Error{ErrorCode::bad_input, "Some steps are not right.", std::move(errors), {}, 0};
  auto id = Uuid::make();
  ctx.tx().later(kJourneyInsert, id, in->name->value,
                 db::Json{json::serialize(web::write(trigger))}, trigger.kind, ref_of(ctx, trigger),
                 db::Json{json::serialize(web::write(steps))}, start, in->reentry.value_or(false),
                 now());
  trust::record(ctx, trust::AuditEntry{"journey.create", "journey", id});
  VARDE_TRY(auto out, view(ctx, id));
  return web::Created<Journey>{std::move(out), "/api/v1/journeys/" + id.str()};
}

Result<Journey> get_journey(Ctx& ctx, const web::Path<web::IdPath>& path) {
  return view(ctx, path->id);
}

Result<Journey> update_journey(Ctx& ctx, const web::Path<web::IdPath>& path,
                               const web::IfMatch& match, const web::Body<JourneyInput>& in) {
  auto record = ctx.tx().maybe<JourneyRecord>(kJourneyOne, path->id);
  if (!record) return not_found("This journey does not exist any more.");
  auto plan = plan_of(*record);
  if (in->trigger) plan.trigger = *in->trigger;
  if (in->steps) plan.steps = *in->steps;
  auto start = in->start                             ? in->start->value
               : plan.find(record->start) != nullptr ? record->start
               : plan.steps.empty()                  ? ""
                                                     : plan.steps.front().id.value;
  auto errors = check(ctx, plan.trigger, plan.steps, start, record->state == JourneyState::running);
  if (!errors.empty())
    return Error{ErrorCode::bad_input, "Some steps are not right.", std::move(errors), {}, 0};
  if (ctx.tx()
          .query(kJourneyUpdate, path->id, match.or_current(record->version),
                 in->name ? in->name->value : record->name,
                 db::Json{json::serialize(web::write(plan.trigger))}, plan.trigger.kind,
                 ref_of(ctx, plan.trigger), db::Json{json::serialize(web::write(plan.steps))},
                 start, in->reentry.value_or(record->reentry), now())
          .affected() == 0)
    return web::changed_meanwhile("this journey");
  if (in->state == JourneyState::archived || in->state == JourneyState::paused)
    ctx.tx().later(kJourneyState, path->id, *in->state, now());
  trust::record(ctx, trust::AuditEntry{"journey.update", "journey", path->id});
  return view(ctx, path->id);
}

Result<Done> delete_journey(Ctx& ctx, const web::Path<web::IdPath>& path) {
  if (ctx.tx().query(kJourneyDelete, path->id).affected() == 0)
    return not_found("This journey does not exist any more.");
  trust::record(ctx, trust::AuditEntry{"journey.delete", "journey", path->id});
  return Done{};
}

Result<Journey> start_journey(Ctx& ctx, const web::Path<web::IdPath>& path) {
  auto record = ctx.tx().maybe<JourneyRecord>(kJourneyOne, path->id);
  if (!record) return not_found("This journey does not exist any more.");
  auto plan = plan_of(*record);
  auto errors = check(ctx, plan.trigger, plan.steps, record->start, true);
  if (!errors.empty())
    return Error{
        ErrorCode::bad_input, "The journey is not complete yet.", std::move(errors), {}, 0};
  ctx.tx().later(kJourneyState, path->id, JourneyState::running, now());
  trust::record(ctx, trust::AuditEntry{"journey.start", "journey", path->id});
  wake(ctx);
  return view(ctx, path->id);
}

Result<Journey> pause_journey(Ctx& ctx, const web::Path<web::IdPath>& path) {
  if (ctx.tx().query(kJourneyState, path->id, JourneyState::paused, now()).affected() == 0)
    return not_found("This journey does not exist any more.");
  trust::record(ctx, trust::AuditEntry{"journey.pause", "journey", path->id});
  return view(ctx, path->id);
}

Result<JourneySteps> get_journey_steps(Ctx& ctx, const web::Path<web::IdPath>& path) {
  auto active = ctx.tx().later(kJourneyStepActive, path->id);
  auto done = ctx.tx().query(kJourneyStepDone, path->id);
  auto record = ctx.tx().maybe<JourneyRecord>(kJourneyOne, path->id);
  if (!record) return not_found("This journey does not exist any more.");
  std::map<std::string, StepCounts> counts;
  for (int i = 0; i < done.size(); ++i)
    counts[done.get<std::string>(i, 0)].done = done.get<std::int64_t>(i, 1);
  for (int i = 0; i < active.rows().size(); ++i) {
    auto& entry = counts[active.rows().get<std::string>(i, 0)];
    auto state = active.rows().get<RunState>(i, 1);
    if (state == RunState::active) entry.active = active.rows().get<std::int64_t>(i, 2);
    if (state == RunState::failed) entry.failed = active.rows().get<std::int64_t>(i, 2);
  }
  JourneySteps out;
  for (const auto& step : plan_of(*record).steps) {
    auto entry = counts[step.id.value];
    entry.id = step.id.value;
    entry.entered = entry.done + entry.active + entry.failed;
    out.steps.push_back(entry);
  }
  return out;
}

Result<DryRun> dry_run_journey(Ctx& ctx, const web::Path<web::IdPath>& path,
                               const web::Body<DryRunRequest>& in) {
  auto record = ctx.tx().maybe<JourneyRecord>(kJourneyOne, path->id);
  if (!record) return not_found("This journey does not exist any more.");
  if (people::load(ctx, {in->person_id}, false).empty())
    return bad_input("/person_id", "This person does not exist.");
  auto plan = plan_of(*record);
  auto zone = trust::tenant_settings(ctx).time_zone;
  DryRun out;
  auto at = now();
  auto id = record->start;
  for (std::size_t i = 0; i < kMaxSteps && !id.empty(); ++i) {
    const auto* step = plan.find(id);
    if (step == nullptr) break;
    at = due(*step, at, zone);
    DryRunStep entry{id, step->kind, describe(*step), at, ""};
    auto next = target(step->next);
    if (step->kind == StepKind::branch) {
      people::Query query;
      query.where("p.person_id = " + query.bind(in->person_id));
      VARDE_CHECK(people::add_conditions(ctx, step->conditions.value_or(nullptr), query));
      bool yes = !query.run(ctx, "SELECT p.person_id FROM person p").empty();
      entry.would =
          yes ? "go the way of yes, as things are now" : "go the way of no, as things are now";
      next = yes ? target(step->yes) : target(step->no);
    } else if (step->kind == StepKind::wait || step->kind == StepKind::wait_until) {
      entry.would = "continue on " + trust::in_words(at, trust::tenant_settings(ctx).time_zone);
    } else {
      entry.would = describe(*step);
    }
    out.path.push_back(std::move(entry));
    id = next;
  }
  return out;
}

Result<web::Page<JourneyRun>> list_journey_runs(Ctx& ctx, const web::Path<web::IdPath>& path,
                                                const web::Query<RunQuery>& query) {
  VARDE_TRY(auto before, web::read_before(query->cursor));
  auto limit = web::page_limit(query->limit);
  auto state =
      query->state ? std::optional(static_cast<std::int64_t>(*query->state)) : std::nullopt;
  auto records =
      ctx.tx().all<RunRecord>(kJourneyRuns, path->id, query->step, state, before, limit + 1);
  if (records.empty() && !ctx.tx().maybe<JourneyRecord>(kJourneyOne, path->id))
    return not_found("This journey does not exist any more.");
  web::Page<JourneyRun> page;
  page.next = web::cut_page(records, limit, &RunRecord::run_id);
  std::vector<Uuid> persons;
  for (const auto& run : records) persons.push_back(run.person_id);
  std::unordered_map<Uuid, people::PersonRow> known;
  for (auto& row : people::rows(ctx, persons)) known.emplace(row.id, row);
  for (const auto& run : records) {
    if (!known.contains(run.person_id)) continue;
    page.items.push_back(
        {run.run_id, known.at(run.person_id), run.step_id, run.state,
         run.state == RunState::active ? std::optional(run.wakes_at) : std::nullopt,
         run.error.empty() ? std::nullopt : std::optional(run.error)});
  }
  return page;
}

Result<WebhookSecret> get_journey_webhook_secret(Ctx& ctx, const web::Path<web::IdPath>& path) {
  if (!ctx.tx().maybe<JourneyRecord>(kJourneyOne, path->id))
    return not_found("This journey does not exist any more.");
  trust::record(ctx, trust::AuditEntry{"journey.show_secret", "journey", path->id});
  return WebhookSecret{webhook_secret(ctx.base, ctx.tenant, path->id)};
}

}  // namespace

void add_journey_routes(trust::Api& api) {
  auto access = [](Right right) { return static_cast<int>(right); };
  api.add({"GET", "/api/v1/journeys", "listJourneys", "Journeys with their counts",
           access(Right::campaigns_read)},
          list_journeys);
  api.add({"POST", "/api/v1/journeys", "createJourney", "Adds a journey, as a draft",
           access(Right::journeys_write), 1 << 20},
          create_journey);
  api.add(
      {"GET", "/api/v1/journeys/{id}", "getJourney", "One journey", access(Right::campaigns_read)},
      get_journey);
  api.add({"PATCH", "/api/v1/journeys/{id}", "updateJourney",
           "Changes a journey; runs under way go on with the new steps",
           access(Right::journeys_write), 1 << 20},
          update_journey);
  api.add({"DELETE", "/api/v1/journeys/{id}", "deleteJourney",
           "Removes a journey; runs under way end", access(Right::journeys_write)},
          delete_journey);
  api.add({"POST", "/api/v1/journeys/{id}/start", "startJourney",
           "Lets persons enter, and runs go on", access(Right::journeys_write)},
          start_journey);
  api.add({"POST", "/api/v1/journeys/{id}/pause", "pauseJourney", "Nobody enters, runs stand still",
           access(Right::journeys_write)},
          pause_journey);
  api.add({"GET", "/api/v1/journeys/{id}/steps", "getJourneySteps",
           "How many are at and went through each step", access(Right::campaigns_read)},
          get_journey_steps);
  api.add({"POST", "/api/v1/journeys/{id}/dry-run", "dryRunJourney",
           "What would happen to one person, without doing it", access(Right::campaigns_read)},
          dry_run_journey);
  api.add({"GET", "/api/v1/journeys/{id}/runs", "listJourneyRuns", "Who is where",
           access(Right::persons_read)},
          list_journey_runs);
  api.add(web::fresh({"GET", "/api/v1/journeys/{id}/webhook-secret", "getJourneyWebhookSecret",
                      "The secret that signs this journey's webhooks (Standard Webhooks)",
                      access(Right::settings_manage)}),
          get_journey_webhook_secret);
}

}  // namespace varde::outreach
