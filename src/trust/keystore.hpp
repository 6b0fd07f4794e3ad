// The keystore: where keys are made, kept and destroyed.
//
//   root key (a file with strict rights, or an external service)
//     └ wraps each tenant's wrapping key and index key
//         └ the wrapping key wraps a key for each person and account of the tenant
//
// It is a PostgreSQL cluster of its own: the main database and its backups never hold a key.
// Wrapped keys are bound to their owner by the AEAD's context, so that a row copied to another
// person does not open. Person keys are cached in memory for at most 30 seconds, which bounds how
// long an erased person stays readable on another node.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ids.hpp"
#include "crypto/key.hpp"
#include "db/tx.hpp"

namespace varde::trust {

class Keystore {
 public:
  Keystore(const std::string& conninfo, crypto::Key root, std::size_t connections_per_loop);
  ~Keystore();

  /// Reads the root key from `path`, making it (mode 0600) when there is none and `may_create`.
  /// Throws with what to do.
  static crypto::Key load_root(const std::string& path, bool may_create);

  /// Makes a tenant's keys; nothing happens when it has them.
  void create_tenant(const Uuid& tenant);
  /// A fixed key of the tenant for a purpose ("blind-index", "links"); derived from its index key,
  /// never rotates.
  crypto::Key tenant_key(const Uuid& tenant, std::string_view purpose);
  /// A fixed key of the installation for a purpose; derived from the root key.
  crypto::Key installation_key(std::string_view purpose) const;

  /// Makes and stores a key for each id, durably, before the rows they protect exist: a key without
  /// a row is waste, a row without a key is loss. An id that has a key keeps it. In the order of
  /// `ids`.
  std::vector<crypto::Key> create_keys(const Uuid& tenant, std::span<const Uuid> ids);
  /// The keys that exist among `ids`. `remember` puts them into the cache; bulk readers do not.
  std::unordered_map<Uuid, crypto::Key> keys(const Uuid& tenant, std::span<const Uuid> ids,
                                             bool remember = true);
  std::optional<crypto::Key> key(const Uuid& tenant, const Uuid& id);
  /// Destroys keys: what they sealed is gone everywhere, backups included.
  void destroy_keys(const Uuid& tenant, std::span<const Uuid> ids);
  void close_idle();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The "tenant" of accounts: logins stand outside of tenants.
inline constexpr Uuid kAccounts{};

}  // namespace varde::trust
