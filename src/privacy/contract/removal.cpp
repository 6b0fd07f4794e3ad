// Removing an organisation for good. The order makes every stop harmless: what says that it is
// being removed comes first, keys and ledger before rows, the certificate with the rows.
#include "base/log.hpp"
#include "base/text.hpp"
#include "privacy/contract/contract.hpp"
#include "privacy/contract/store.hpp"
#include "privacy/contract/store_sql.hpp"
#include "trust/audit.hpp"
#include "trust/erasure.hpp"
#include "trust/trail/trail.hpp"

namespace varde::privacy {

using namespace contract_store;
using trust::Ctx;

namespace {

// A large organisation's rows go in one transaction.
constexpr auto kPatience = std::chrono::hours(6);
// The longest that backups are kept (docs/backups.md).
constexpr auto kKeystoreBackups = std::chrono::hours(24) * 7;
constexpr auto kMainBackups = std::chrono::hours(24) * 400;

struct RemovedRow {
  std::string removed_from;
  std::int64_t removed = 0;
};
BOOST_DESCRIBE_STRUCT(RemovedRow, (), (removed_from, removed))

// Accounts that belong to no organisation any more go with the last one.
void remove_accounts(trust::Base& base, const ContractRecord& record) {
  if (record.members.empty()) return;
  {
    auto tx = base.database.system(kPatience);
    tx.later(store::kContractRemoveAccounts, record.members);
    // And whatever a job wrote at the last moment.
    tx.query(store::kContractRemoveRows, record.tenant_id);
    tx.commit();
  }
  auto tx = base.database.system();
  auto left = tx.all<Uuid>(store::kContractAccountsLeft, record.members);
  std::vector<Uuid> gone;
  std::ranges::copy_if(record.members, std::back_inserter(gone),
                       [&](const Uuid& id) { return std::ranges::find(left, id) == left.end(); });
  base.keys.destroy_keys(trust::kAccounts, gone);
  tx.later(store::kContractForgetMembers, record.tenant_id);
  tx.commit();
}

}  // namespace

void remove_tenant(trust::Base& base, const Uuid& tenant) {
  auto record = [&] {
    auto tx = base.database.system();
    auto before = tx.maybe<ContractRecord>(store::kContractOne, tenant);
    if (!before || before->state < ContractState::removing) {
      auto members = tx.all<Uuid>(store::kContractMembers, tenant);
      tx.query(store::kContractRemoving, tenant, now(), members, base.keys.count_keys(tenant));
      before = tx.maybe<ContractRecord>(store::kContractOne, tenant);
    }
    tx.commit();
    return before;
  }();
  if (!record) return;
  if (record->state == ContractState::removed) return remove_accounts(base, *record);
  std::string head;
  try {
    head = trust::seal_trail(base, tenant).note;
  } catch (const db::SqlError& e) {
    log::warning("The last head of a trail could not be signed", {{"what", e.what()}});
  }

  // The organisation as a whole stands in the ledger under the nil id.
  trust::forget(base, tenant, {Uuid()});
  base.keys.destroy_tenant(tenant);

  Certificate certificate{
      tenant, record->name, record->ends_at, now(), record->keys, {}, head, {}, {}, {}};
  if (record->manifest) certificate.exported_manifest = hex(record->manifest->data);
  certificate.keys_in_backups_until = certificate.removed_at + kKeystoreBackups;
  certificate.rows_in_backups_until = certificate.removed_at + kMainBackups;
  {
    auto tx = base.database.system(kPatience);
    if (tx.query(store::kContractLockRemoving, tenant).empty()) return;  // somebody else has
    for (const auto& row : tx.all<RemovedRow>(store::kContractRemoveRows, tenant))
      certificate.rows.push_back({row.removed_from, row.removed});
    tx.later(store::kContractRemoved, tenant, certificate.removed_at,
             sign_certificate(base.keys.signer(), certificate));
    tx.later(store::kContractForgetLogins);
    tx.commit();
  }
  remove_accounts(base, *record);
  log::info("An organisation was removed", {{"tenant", tenant.str()}});
}

void remove_again(trust::Base& base, const Uuid& tenant) {
  {
    auto tx = base.database.system();
    if (tx.query(store::kContractThere, tenant).empty()) return;
  }
  remove_tenant(base, tenant);
}

}  // namespace varde::privacy
