#include "base/log.hpp"
#include "base/text.hpp"
#include "privacy/contract/contract.hpp"
#include "privacy/contract/store.hpp"
#include "privacy/contract/store_sql.hpp"
#include "trust/audit.hpp"
#include "trust/notice.hpp"
#include "trust/tenant/tenant.hpp"

namespace varde::privacy {

using namespace contract_store;
using trust::Ctx;

namespace {

constexpr auto kEvery = std::chrono::minutes(10);
constexpr auto kRemindBefore = std::chrono::hours(24) * 7;
constexpr int kActive = 1, kTerminated = 3;  // tenant.state
constexpr const char* kPath = "/settings/contract";

std::string day(Timestamp at, const std::string& zone) {
  return to_string(Date(std::chrono::floor<std::chrono::days>(to_local(at, zone))));
}

void tell_administrators(Ctx& ctx, const std::string& text) {
  std::vector<trust::Notice> notices;
  for (const auto& account : ctx.tx().all<Uuid>(store::kContractAdministrators, ctx.tenant))
    notices.push_back({account, text, kPath, true});
  trust::notify(ctx, notices);
}

void note_in_trail(Ctx& ctx, const char* action, const ContractRecord* record) {
  trust::AuditEntry entry{action, "tenant", ctx.tenant};
  if (record != nullptr) {
    entry.changes.push_back({"ends at " + to_rfc3339(record->ends_at), {}, {}});
    entry.changes.push_back({"is removed at " + to_rfc3339(record->remove_at), {}, {}});
  }
  trust::record(ctx, entry);
}

void end_now(trust::Base& base, const ContractRecord& record) {
  {
    auto tx = base.database.system();
    if (tx.query(store::kContractEnd, record.tenant_id).affected() == 0)
      return;  // withdrawn meanwhile
    tx.later(store::kContractTenantState, record.tenant_id, kTerminated);
    tx.later(store::kContractEndSessions, record.tenant_id);
    tx.later(store::kContractForgetLogins);
    tx.commit();
  }
  Ctx ctx(base, record.tenant_id, {});
  note_in_trail(ctx, "contract.end", &record);
  auto zone = trust::tenant_settings(ctx).time_zone;
  tell_administrators(
      ctx, fmt::format("The contract of {} has ended. Administrators can download everything until "
                       "{}; then all data is removed.",
                       record.name, day(record.remove_at, zone)));
  ctx.commit();
  log::info("A contract has ended", {{"tenant", record.tenant_id.str()}});
}

void remind(trust::Base& base, const ContractRecord& record) {
  Ctx ctx(base, record.tenant_id, {});
  auto zone = trust::tenant_settings(ctx).time_zone;
  tell_administrators(
      ctx, fmt::format(
               "All data of {} is removed on {}. {} Afterwards the certificate of the removal is "
               "at {}",
               record.name, day(record.remove_at, zone),
               record.exported_at ? "It was downloaded on " + day(*record.exported_at, zone) + "."
                                  : "Nobody has downloaded it yet.",
               certificate_link(base, record.tenant_id)));
  ctx.tx().later(store::kContractReminded, now());
  ctx.commit();
}

}  // namespace

Result<ContractRecord> announce_end(Ctx& ctx, const EndWanted& wanted) {
  auto at = now();
  if (auto existing = contract_of(ctx); existing && existing->state != ContractState::announced)
    return conflict("The contract has ended already.", "contract-ended");
  auto ends_at = std::max(wanted.ends_at, at);
  if (ends_at > at + kMostAhead) return bad_input("/ends_at", "must be within two years.");
  auto settings = trust::tenant_settings(ctx);
  auto by = ctx.actor.kind == trust::ActorKind::user ? std::optional(ctx.actor.id) : std::nullopt;
  auto remove_at = ends_at + kUntilRemoval;
  ctx.tx().query(store::kContractAnnounce, settings.name, settings.slug, wanted.wanted,
                 wanted.reason, by, at, ends_at, remove_at);
  auto record = contract_of(ctx);
  note_in_trail(ctx, "contract.announce", &*record);
  tell_administrators(
      ctx,
      fmt::format("The end of the contract of {} is announced: logins close on {}, and all data is "
                  "removed on {}. Until the first it can be withdrawn.",
                  settings.name, day(ends_at, settings.time_zone),
                  day(remove_at, settings.time_zone)));
  return *record;
}

Result<void> withdraw_end(Ctx& ctx) {
  auto record = contract_of(ctx);
  if (!record) return not_found("No end of the contract is announced.");
  if (ctx.tx().query(store::kContractWithdraw).affected() == 0)
    return conflict("The contract has ended. Whoever runs this installation can open it again.",
                    "contract-ended");
  note_in_trail(ctx, "contract.withdraw", nullptr);
  tell_administrators(
      ctx, fmt::format("The contract of {} goes on: its end was withdrawn.", record->name));
  return {};
}

std::optional<ContractRecord> contract_of(Ctx& ctx) {
  return ctx.tx().maybe<ContractRecord>(store::kContractOf);
}

std::vector<ContractRecord> contracts(trust::Base& base) {
  auto tx = base.database.system();
  return tx.all<ContractRecord>(store::kContractAll);
}

Result<void> reopen(trust::Base& base, const Uuid& tenant) {
  {
    auto tx = base.database.system();
    auto record = tx.maybe<ContractRecord>(store::kContractOne, tenant);
    if (!record) return not_found("The contract of this organisation goes on already.");
    if (record->state > ContractState::ended)
      return conflict("The removal has begun: there is no way back.");
    tx.later(store::kContractReopen, tenant);
    tx.later(store::kContractTenantState, tenant, kActive);
    tx.later(store::kContractForgetLogins);
    tx.commit();
  }
  Ctx ctx(base, tenant, {});
  note_in_trail(ctx, "contract.reopen", nullptr);
  ctx.commit();
  return {};
}

void settle_contracts(trust::Base& base) {
  for (const auto& record : contracts(base)) {
    if (jobs::Workers::stopping()) return;
    auto at = now();
    switch (record.state) {
      case ContractState::active:
        break;
      case ContractState::announced:
        if (record.ends_at <= at) end_now(base, record);
        break;
      case ContractState::ended:
        if (record.remove_at <= at)
          remove_tenant(base, record.tenant_id);
        else if (record.remove_at - kRemindBefore <= at && !record.reminded_at)
          remind(base, record);
        break;
      case ContractState::removing:
        remove_tenant(base, record.tenant_id);
        break;
      case ContractState::removed:
        if (!record.members.empty()) remove_tenant(base, record.tenant_id);
        break;
    }
  }
}

void add_contract_jobs(trust::Base& base, jobs::Workers& workers) {
  // What is scheduled comes back by itself; what somebody waits for is a job of another kind.
  for (const char* kind : {"contract.settle", "contract.settle-now"})
    workers.handle(kind, [&base](const jobs::Job&) -> Result<jobs::Outcome> {
      settle_contracts(base);
      return jobs::Outcome::done();
    });
  workers.schedule({"contract.settle", kEvery});
}

}  // namespace varde::privacy
