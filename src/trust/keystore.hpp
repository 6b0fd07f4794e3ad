// The keystore: where keys are made, kept and destroyed.
//
//   root key (a file with strict rights, or an external service)
//     ├ wraps the installation's own: what fixed keys are derived from, and what signs
//     └ wraps each tenant's wrapping key and index key
//         └ the wrapping key wraps a key for each person and account of the tenant
//
// Root and wrapping keys change while the program runs (rotate_root, rotate_tenant): what they wrap
// stays the same, so nothing that was sealed has to be sealed anew.
//
// It is a PostgreSQL cluster of its own: the main database and its backups never hold a key.
// Wrapped keys are bound to their owner by the AEAD's context, so that a row copied to another
// person does not open. Person keys are cached in memory for at most 30 seconds, which bounds how
// long an erased person stays readable on another node.
#pragma once

#include <boost/describe.hpp>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "crypto/key.hpp"
#include "crypto/note.hpp"
#include "db/tx.hpp"

namespace varde::trust {

/// Where the root key is: a file of 32 bytes that only its owner reads, or what a command prints
/// (base64): the client of an external key service. While it is being changed, the next one stands
/// beside the file ("root.key.next").
struct RootKey {
  std::string path;
  std::string command;
};

/// A line of the ledger of erasures.
struct Erasure {
  std::int64_t number = 0;
  Uuid tenant_id, person_id;
  Timestamp erased_at;
};
BOOST_DESCRIBE_STRUCT(Erasure, (), (number, tenant_id, person_id, erased_at))

class Keystore {
 public:
  Keystore(const std::string& conninfo, RootKey root, std::size_t connections_per_loop);
  ~Keystore();

  /// Reads the root key and the installation's own keys; once, before anything else. `may_create`:
  /// makes a root key where there is none. `name` is what signatures of a new installation are made
  /// under, for ever. Throws with what to do.
  void open(const std::string& name, bool may_create);
  /// Signs for the installation: heads of trails, receipts, evidence.
  const crypto::Signer& signer() const;

  /// Makes a tenant's keys; nothing happens when it has them.
  void create_tenant(const Uuid& tenant);
  /// A fixed key of the tenant for a purpose ("blind-index", "links"); derived from its index key,
  /// never rotates.
  crypto::Key tenant_key(const Uuid& tenant, std::string_view purpose);
  /// A fixed key of the installation for a purpose; derived from its own, never rotates.
  crypto::Key installation_key(std::string_view purpose) const;

  /// Makes and stores a key for each id, durably, before the rows they protect exist: a key without
  /// a row is waste, a row without a key is loss. An id that has a key keeps it. In the order of
  /// `ids`.
  std::vector<crypto::Key> create_keys(const Uuid& tenant, std::span<const Uuid> ids);
  /// The keys that exist among `ids`. `remember` puts them into the cache; bulk readers do not.
  std::unordered_map<Uuid, crypto::Key> keys(const Uuid& tenant, std::span<const Uuid> ids,
                                             bool remember = true);
  std::optional<crypto::Key> key(const Uuid& tenant, const Uuid& id);
  /// Destroys keys of what is no longer needed: what they sealed is gone everywhere, backups
  /// included.
  void destroy_keys(const Uuid& tenant, std::span<const Uuid> ids);
  /// Destroys the keys of persons for good: in the same transaction they are written into the
  /// ledger of erasures, which every restore works off. Who stands there already keeps the time.
  /// `at`: a time for each.
  void forget(const Uuid& tenant, const std::vector<Uuid>& persons,
              const std::vector<Timestamp>& at);
  /// The ledger, in the order in which it was written: at most `limit` lines after `after`.
  std::vector<Erasure> erasures(std::int64_t after, std::int64_t limit);
  /// When each of these was forgotten; who was not is absent.
  std::unordered_map<Uuid, Timestamp> forgotten(const Uuid& tenant, std::span<const Uuid> persons);
  /// Drops lines older than that: no backup is old enough any more to give their persons back.
  void prune_ledger(Timestamp before);

  /// Rewrites the files of the keystore without the keys that were destroyed, which PostgreSQL
  /// would leave in free space and old WAL: VACUUM FULL, a new WAL segment, checkpoints. Readers
  /// and writers of keys wait meanwhile: about a second for a million keys. Blocks: not on a loop.
  /// Needs a cluster with wal_recycle = off, whose varde_owner is a member of pg_checkpoint and
  /// pg_monitor and may execute pg_switch_wal(). Returns whether all old WAL is gone; what is not
  /// archived yet stays, and drop_old_wal() is to be called until it returns true.
  bool clean();
  bool drop_old_wal();
  /// The first destruction that is still in the files, if there is one.
  std::optional<Timestamp> unclean_since();
  /// How many persons and other things of the tenant have a key.
  std::int64_t count_keys(const Uuid& tenant);
  /// Destroys all keys of a tenant, its own included.
  void destroy_tenant(const Uuid& tenant);

  /// Wraps everything that the root key wraps under a new one, which takes its place in the file.
  /// Other nodes go on and find the new one when they need it. Only for a key in a file. Stopped at
  /// any moment, either the old or the new one is in force, and open() knows which.
  void rotate_root();
  /// Wraps the keys of a tenant's persons under a new wrapping key, in batches, and destroys the
  /// old one; goes on where an earlier run was stopped. Returns how many keys it wrapped.
  std::size_t rotate_tenant(const Uuid& tenant);
  void close_idle();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The "tenant" of accounts: logins stand outside of tenants.
inline constexpr Uuid kAccounts{};

}  // namespace varde::trust
