// The end of a contract (GDPR Art. 28(3)(g); promises S30, E21, E22).
//
//   announced   an administrator said so, or the operator: until when, and what becomes of the
//   data.
//               Everything goes on; it can be withdrawn.
//   ended       logins are closed but for administrators, who can do one thing: take everything
//               along (package.hpp). Nothing is sent, public pages answer that it is over. For 30
//               days the operator can take it back.
//   removed     keys and rows are gone, and what remains is a signed certificate
//               (certificate.hpp). The ledger of erasures has it too, as the erasure of the nil id,
//               so that a restore removes the organisation again.
//
// A job looks every ten minutes at what is due. Each step is one transaction, or is done again from
// its beginning until it is complete.
#pragma once

#include "jobs/queue.hpp"
#include "privacy/contract/certificate.hpp"
#include "trust/module.hpp"

namespace varde::privacy {

enum class ContractState { active = 0, announced = 1, ended = 2, removing = 3, removed = 4 };
BOOST_DESCRIBE_ENUM(ContractState, active, announced, ended, removing, removed)
/// What the organisation wants to become of its data.
enum class ContractWanted { return_and_removal = 1, removal = 2 };
BOOST_DESCRIBE_ENUM(ContractWanted, return_and_removal, removal)

/// From the end to the removal.
inline constexpr auto kUntilRemoval = std::chrono::hours(24) * 30;
/// How far ahead an end may be announced.
inline constexpr auto kMostAhead = std::chrono::hours(24) * 730;

struct ContractRecord {
  Uuid tenant_id;
  std::string name, slug;
  ContractState state = ContractState::announced;
  ContractWanted wanted = ContractWanted::return_and_removal;
  std::string reason;
  std::optional<Uuid> announced_by;
  Timestamp announced_at, ends_at, remove_at;
  std::optional<Timestamp> reminded_at, exported_at;
  std::optional<db::Bytes> manifest;
  std::int64_t keys = 0;
  std::optional<Timestamp> removed_at;
  std::vector<Uuid> members;  ///< Accounts that belonged to it, until these are dealt with.
  std::string certificate;
};
BOOST_DESCRIBE_STRUCT(ContractRecord, (),
                      (tenant_id, name, slug, state, wanted, reason, announced_by, announced_at,
                       ends_at, remove_at, reminded_at, exported_at, manifest, keys, removed_at,
                       members, certificate))

struct EndWanted {
  ContractWanted wanted = ContractWanted::return_and_removal;
  Timestamp ends_at;   ///< Not before now: at once.
  std::string reason;  ///< At most 500 characters; may be empty.
};
/// Announces the end, or changes what was announced; tells the administrators. Errors: conflict
/// when it has ended already, bad_input.
Result<ContractRecord> announce_end(trust::Ctx& ctx, const EndWanted& wanted);
/// Takes back what was announced. Errors: not_found; conflict when it has ended: then only the
/// operator can (`reopen`).
Result<void> withdraw_end(trust::Ctx& ctx);
/// What stands about the end; nullopt: the contract goes on.
std::optional<ContractRecord> contract_of(trust::Ctx& ctx);

/// For the operator: all that have an end, also those that are removed.
std::vector<ContractRecord> contracts(trust::Base& base);
/// Opens an organisation again whose contract has ended. Errors: not_found, conflict when its
/// removal has begun.
Result<void> reopen(trust::Base& base, const Uuid& tenant);

/// Does what is due now.
void settle_contracts(trust::Base& base);
/// Removes an organisation for good, whatever the dates say: keys, ledger, rows, certificate. Done
/// again from any moment at which it was stopped.
void remove_tenant(trust::Base& base, const Uuid& tenant);
/// For restores: an organisation that the ledger names is there again.
void remove_again(trust::Base& base, const Uuid& tenant);

/// Where the certificate will be: a public address that only those know who were told it.
std::string certificate_link(const trust::Base& base, const Uuid& tenant);

void add_contract_pages(trust::Base& base, web::Router& router);
void add_contract_routes(trust::Api& api);
void add_contract_jobs(trust::Base& base, jobs::Workers& workers);
std::vector<trust::Table> contract_tables();

}  // namespace varde::privacy
