// What happened to a person, restricting and erasing.
#include "people/person/store.hpp"
#include "people/person/store_sql.hpp"
#include "trust/audit.hpp"
#include "trust/erasure.hpp"

namespace varde::people {

using namespace store;
using trust::Ctx;

void give_to_scanner(Ctx& ctx, const Uuid& person, const Uuid& ref_id, Timestamp since) {
  ctx.tx().later(kPersonToScanner, person, ref_id, since);
}

void record_activity(Ctx& ctx, const std::vector<Activity>& activities) {
  if (activities.empty()) return;
  std::vector<ActivityRecord> records;
  records.reserve(activities.size());
  std::vector<Uuid> with_text;
  for (const auto& activity : activities)
    if (activity.text) with_text.push_back(activity.person_id);
  auto keys = with_text.empty() ? std::unordered_map<Uuid, crypto::Key>()
                                : ctx.base.keys.keys(ctx.tenant, with_text);
  for (const auto& activity : activities) {
    ActivityRecord record{ctx.tenant,
                          Uuid::make(),
                          activity.person_id,
                          activity.kind,
                          activity.at.value_or(now()),
                          activity.ref_id,
                          activity.number,
                          activity.flags,
                          std::nullopt};
    if (activity.text)
      if (auto key = keys.find(activity.person_id); key != keys.end())
        record.sealed = trust::Sealed<kActivityText>::of(key->second, *activity.text, ctx.tenant,
                                                         record.activity_id);
    records.push_back(std::move(record));
  }
  ctx.tx().insert_many("activity", records);
}

Result<void> set_restricted(Ctx& ctx, const Uuid& id, bool restricted, const std::string& reason) {
  auto key = ctx.base.keys.key(ctx.tenant, id);
  if (!key || ctx.tx().query(kPersonVersion, id).empty())
    return not_found("This person does not exist, or was erased.");
  auto after = restricted ? PersonState::restricted : PersonState::active;
  auto before = restricted ? PersonState::active : PersonState::restricted;
  if (ctx.tx().query(kPersonSetState, id, after, now()).affected() == 0)
    return conflict(restricted ? "This person's processing is restricted already."
                               : "This person's processing is not restricted.",
                    "same-state");
  trust::record(ctx, trust::AuditEntry{restricted ? "person.restrict" : "person.lift_restriction",
                                       "person",
                                       id,
                                       id,
                                       {{"state", web::enum_word(before), web::enum_word(after)},
                                        {"reason", std::nullopt, reason}},
                                       &*key});
  if (restricted)
    for (const auto& hook : ctx.base.extensions.all<RestrictHook>()) hook.run(ctx, id);
  return {};
}

namespace {

// Both caches of keys and transactions that had begun are over after that: what they still wrote
// about the erased goes then.
constexpr auto kAfterwards = std::chrono::seconds(35);

Result<jobs::Outcome> forget_again(trust::Base& base, const jobs::Job& job) {
  auto ids = trust::ids_of(job);
  try {
    Ctx ctx(base, *job.tenant_id, {});
    trust::erase_rows(ctx, ids);
    ctx.commit();
    trust::forget(base, *job.tenant_id, ids);
  } catch (const std::exception& e) {
    return trust::try_again(e);
  }
  return jobs::Outcome::done();
}

}  // namespace

std::vector<Uuid> existing(Ctx& ctx, const std::vector<Uuid>& ids) {
  return ctx.tx().all<Uuid>(kPersonExisting, ids);
}

void erase(Ctx& ctx, const std::vector<Uuid>& ids) {
  if (ids.empty()) return;
  trust::erase_rows(ctx, ids);
  std::vector<trust::AuditEntry> trail;
  for (const auto& id : ids) trail.push_back({"person.erase", "person", id, id, {}});
  trust::record(ctx, trail);
  // Whatever happens from the commit on, the keys go too: at once if all is well.
  jobs::enqueue(ctx.tx(), {.kind = "person.forget",
                           .tenant_id = ctx.tenant,
                           .payload = trust::ids_payload(ids),
                           .run_at = now() + kAfterwards});
  ctx.commit();
  trust::forget(ctx.base, ctx.tenant, ids);
}

void add_person_jobs(trust::Base& base, jobs::Workers& workers) {
  workers.handle("person.forget",
                 [&base](const jobs::Job& job) { return forget_again(base, job); });
  workers.handle("person.claims", [&base](const jobs::Job& job) { return drop_claims(base, job); });
}

}  // namespace varde::people
