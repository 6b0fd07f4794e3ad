// The statements of the end of a contract.
#pragma once

#include "db/tx.hpp"

namespace varde::privacy::contract_store {

#define VARDE_CONTRACT_COLUMNS                                                          \
  "tenant_id, name, slug, state, wanted, reason, announced_by, announced_at, ends_at, " \
  "remove_at, reminded_at, exported_at, manifest, keys, removed_at, members, certificate"

inline constexpr db::Sql kOfTenant{"contract.of",
                                   "SELECT " VARDE_CONTRACT_COLUMNS " FROM contract_end"};
inline constexpr db::Sql kAll{
    "contract.all", "SELECT " VARDE_CONTRACT_COLUMNS " FROM contract_end ORDER BY announced_at"};
inline constexpr db::Sql kOne{
    "contract.one", "SELECT " VARDE_CONTRACT_COLUMNS " FROM contract_end WHERE tenant_id = $1"};
#undef VARDE_CONTRACT_COLUMNS
inline constexpr db::Sql kAnnounce{
    "contract.announce",
    "INSERT INTO contract_end (tenant_id, name, slug, wanted, reason, announced_by, announced_at, "
    "ends_at, remove_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (tenant_id) DO "
    "UPDATE SET wanted = $4, reason = $5, announced_by = $6, announced_at = $7, ends_at = $8, "
    "remove_at = $9 WHERE contract_end.state = 1"};
inline constexpr db::Sql kWithdraw{"contract.withdraw", "DELETE FROM contract_end WHERE state = 1"};
inline constexpr db::Sql kReopen{
    "contract.reopen", "DELETE FROM contract_end WHERE tenant_id = $1 AND state IN (1, 2)"};
inline constexpr db::Sql kEnd{
    "contract.end", "UPDATE contract_end SET state = 2 WHERE tenant_id = $1 AND state = 1"};
inline constexpr db::Sql kTenantState{"contract.tenant_state",
                                      "UPDATE tenant SET state = $2 WHERE tenant_id = $1"};
inline constexpr db::Sql kReminded{"contract.reminded",
                                   "UPDATE contract_end SET reminded_at = $2 WHERE tenant_id = $1"};
inline constexpr db::Sql kExported{"contract.exported",
                                   "UPDATE contract_end SET exported_at = $1, manifest = $2"};
/// From here on there is no way back.
inline constexpr db::Sql kRemoving{
    "contract.removing",
    "INSERT INTO contract_end (tenant_id, name, slug, state, wanted, announced_at, ends_at, "
    "remove_at, members, keys) SELECT tenant_id, name, slug, 3, 2, $2, $2, $2, $3, $4 FROM tenant "
    "WHERE tenant_id = $1 ON CONFLICT (tenant_id) DO UPDATE SET state = 3, members = $3, keys = "
    "$4"};
inline constexpr db::Sql kRemoveRows{"contract.remove_rows",
                                     "SELECT removed_from, removed FROM remove_tenant($1)"};
/// One at a time removes, and once.
inline constexpr db::Sql kLockRemoving{
    "contract.lock_removing",
    "SELECT tenant_id FROM contract_end WHERE tenant_id = $1 AND state = 3 FOR UPDATE"};
inline constexpr db::Sql kRemoved{
    "contract.removed",
    "UPDATE contract_end SET state = 4, removed_at = $2, certificate = $3 WHERE tenant_id = $1"};
inline constexpr db::Sql kMembers{
    "contract.members", "SELECT account_id FROM membership WHERE tenant_id = $1 ORDER BY 1"};
inline constexpr db::Sql kAdministrators{
    "contract.administrators",
    "SELECT account_id FROM membership WHERE tenant_id = $1 AND role = 1 AND NOT suspended"};
inline constexpr db::Sql kRemoveAccounts{
    "contract.remove_accounts",
    "DELETE FROM account a WHERE account_id = ANY($1) AND NOT EXISTS (SELECT FROM membership m "
    "WHERE m.account_id = a.account_id)"};
inline constexpr db::Sql kAccountsLeft{"contract.accounts_left",
                                       "SELECT account_id FROM account WHERE account_id = ANY($1)"};
inline constexpr db::Sql kForgetMembers{
    "contract.forget_members", "UPDATE contract_end SET members = '{}' WHERE tenant_id = $1"};
/// Nodes remember logins for seconds.
inline constexpr db::Sql kForgetLogins{"contract.forget_logins",
                                       "SELECT pg_notify('varde_sessions', '')"};
inline constexpr db::Sql kEndSessions{"contract.end_sessions",
                                      "DELETE FROM session WHERE tenant_id = $1"};

}  // namespace varde::privacy::contract_store
