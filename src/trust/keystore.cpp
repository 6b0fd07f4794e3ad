#include "trust/keystore.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <list>
#include <mutex>

#include "base/alarms.hpp"
#include "base/text.hpp"
#include "crypto/aead.hpp"
#include "crypto/hash.hpp"
#include "trust/copy.hpp"
#include "trust/keystore_sql.hpp"

namespace varde::trust {
namespace {

enum Purpose : int { kWrap = 1, kIndex = 2 };
constexpr std::size_t kCacheSize = 20000;
constexpr auto kCacheTime = std::chrono::seconds(30);
constexpr std::int64_t kRewrapAtOnce = 5'000;
const std::string kNext = ".next";
std::atomic<bool> remembering{true};

struct TenantKeyRow {
  Uuid tenant_id;
  int purpose = 0, version = 0;
  db::Bytes root, wrapped;
  Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(TenantKeyRow, (), (tenant_id, purpose, version, root, wrapped, created_at))
struct PersonKeyRow {
  Uuid person_id;
  int version = 0;
  db::Bytes wrapped;
};
BOOST_DESCRIBE_STRUCT(PersonKeyRow, (), (person_id, version, wrapped))
struct NewPersonKey {
  Uuid tenant_id, person_id;
  int version = 0;
  db::Bytes wrapped;
};
BOOST_DESCRIBE_STRUCT(NewPersonKey, (), (tenant_id, person_id, version, wrapped))

enum InstallationPurpose : int { kDerive = 1, kSign = 2 };
struct InstallationKeyRow {
  int purpose = 0;
  std::string name;
  db::Bytes root, wrapped;
  Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(InstallationKeyRow, (), (purpose, name, root, wrapped, created_at))

std::string tenant_context(const Uuid& tenant, int purpose, int version) {
  return "tenant-key:" + tenant.str() + ":" + std::to_string(purpose) + ":" +
         std::to_string(version);
}
std::string installation_context(int purpose) {
  return "installation-key:" + std::to_string(purpose);
}
// Tells root keys apart without telling anything about them.
std::string root_id(const crypto::Key& root) { return crypto::keyed_hash(root, "root-id"); }

void raise_damaged(const Uuid& tenant, const Uuid& id) {
  alarms::raise("damaged", "key " + id.str(),
                "The key of " + id.str() +
                    " is damaged on the disk, so what it sealed cannot be read. Whoever runs this "
                    "installation can bring it back from a backup (varde restore --person).",
                tenant, "/people/" + id.str());
}

// ---- the root key's file

void write_root(const std::string& path, const crypto::Key& key) {
  auto fresh = path + ".new";
  int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  bool ok =
      fd >= 0 &&
      ::write(fd, key.data(), crypto::Key::kBytes) == static_cast<ssize_t>(crypto::Key::kBytes) &&
      ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  if (!ok) throw std::runtime_error("cannot write the root key to " + path);
  std::filesystem::rename(fresh, path);
}

// The next root key takes the place of the old one, whose bytes are overwritten first: a rename
// leaves them where the file was.
void put_in_force(const std::string& path) {
  int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd >= 0) {
    const std::string zeros(crypto::Key::kBytes, '\0');
    bool ok = ::pwrite(fd, zeros.data(), zeros.size(), 0) == static_cast<ssize_t>(zeros.size()) &&
              ::fsync(fd) == 0;
    ::close(fd);
    if (!ok) throw std::runtime_error("cannot overwrite the root key at " + path);
  }
  std::filesystem::rename(path + kNext, path);
  int directory = ::open(std::filesystem::path(path).parent_path().c_str(), O_RDONLY | O_CLOEXEC);
  if (directory >= 0) {
    ::fsync(directory);
    ::close(directory);
  }
}

crypto::Key read_root(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0)
    throw std::runtime_error("the root key at " + path +
                             " cannot be looked at: " + std::strerror(errno) +
                             ". Put it back, or let the user of Varde pass through its folder.");
  if ((status.st_mode & 077) != 0)
    throw std::runtime_error("the root key at " + path + " can be read by others. Run: chmod 600 " +
                             path);
  // Straight into what wipes itself; a stream would leave a copy in its buffer.
  crypto::Key key;
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    throw std::runtime_error(fmt::format(
        "the root key at {0} cannot be read: {1}. It must be the file of the user that Varde runs "
        "as. Run: chown varde {0} && chmod 600 {0}",
        path, std::strerror(errno)));
  bool ok =
      fd >= 0 && status.st_size == static_cast<off_t>(crypto::Key::kBytes) &&
      ::read(fd, key.data(), crypto::Key::kBytes) == static_cast<ssize_t>(crypto::Key::kBytes);
  if (fd >= 0) ::close(fd);
  if (!ok)
    throw std::runtime_error("the root key at " + path +
                             " is damaged: it must have exactly 32 bytes. Restore the file.");
  return key;
}

crypto::Key ask_for_root(const std::string& command) {
  auto* pipe = ::popen(command.c_str(), "re");
  if (pipe == nullptr) throw std::runtime_error("cannot run root_key_command");
  std::string out(1024, '\0');
  out.resize(std::fread(out.data(), 1, out.size(), pipe));
  auto status = ::pclose(pipe);
  auto raw = unbase64(trim(out));
  auto key = raw ? crypto::Key::from(*raw) : std::nullopt;
  if (raw) sodium_memzero(raw->data(), raw->size());
  sodium_memzero(out.data(), out.size());
  if (status != 0 || !key)
    throw std::runtime_error(
        "root_key_command failed, or did not print 32 bytes in base64. Run it by hand as the user "
        "of Varde to see why.");
  return *key;
}

// The key in force first; after it the next one, if one is being put in force.
std::vector<crypto::Key> read_roots(const RootKey& where) {
  if (!where.command.empty()) return {ask_for_root(where.command)};
  std::vector<crypto::Key> out;
  for (const auto& path : {where.path, where.path + kNext})
    if (std::filesystem::exists(path)) out.push_back(read_root(path));
  return out;
}

TenantKeyRow new_tenant_key(const crypto::Key& root, const Uuid& tenant, int purpose, int version) {
  return {
      tenant,
      purpose,
      version,
      {root_id(root)},
      {crypto::seal(root, crypto::Key::random().view(), tenant_context(tenant, purpose, version))},
      now()};
}

std::string person_context(const Uuid& tenant, const Uuid& person) {
  std::string out = "person-key:";
  out += tenant.view();
  out += person.view();
  return out;
}

}  // namespace

void remember_no_keys() { remembering = false; }

struct Keystore::Impl {
  Impl(const std::string& address, RootKey where, std::size_t connections)
      : conninfo(address),
        root_key(std::move(where)),
        pool({.conninfo = address, .user = "varde_keys", .connections_per_loop = connections}) {}

  std::string conninfo;
  RootKey root_key;
  crypto::Key fixed;  // what the installation's fixed keys are derived from
  std::optional<crypto::Signer> signer;
  db::Pool pool;

  struct TenantKeys {
    std::map<int, crypto::Key> wrap;  // by version
    crypto::Key index;
  };
  struct Cached {
    crypto::Key key;
    net::Deadline until;
    std::list<std::pair<Uuid, Uuid>>::iterator at;
  };
  struct PairHash {
    std::size_t operator()(const std::pair<Uuid, Uuid>& p) const {
      return std::hash<Uuid>{}(p.first) * 31 + std::hash<Uuid>{}(p.second);
    }
  };
  std::mutex mutex;  // guards everything below; never held across a wait
  crypto::Key root;
  std::unordered_map<Uuid, std::shared_ptr<const TenantKeys>> tenants;
  std::unordered_map<std::pair<Uuid, Uuid>, Cached, PairHash> cache;
  std::list<std::pair<Uuid, Uuid>> order;  // least recently added first

  crypto::Key root_now() {
    std::lock_guard lock(mutex);
    return root;
  }
  // Takes the root key of this id from where root keys are.
  void take_root(const std::string& id) {
    for (const auto& candidate : read_roots(root_key)) {
      if (root_id(candidate) != id) continue;
      std::lock_guard lock(mutex);
      root = candidate;
      return;
    }
    throw std::runtime_error("the root key was changed, and the new one is not at " +
                             root_key.path);
  }
  // The root key in force, which nobody changes until the transaction ends.
  crypto::Key hold_root(db::Tx& tx) {
    auto in_force = tx.one<db::Bytes>(store::kKeystoreRootInForce);
    if (in_force.data != root_id(root_now())) take_root(in_force.data);  // another node changed it
    return root_now();
  }
  // What `wrapped` holds; another node may have changed the root key: then it is read anew.
  std::optional<crypto::Key> unwrap(const std::string& wrapped, const std::string& context) {
    for (bool again : {false, true}) {
      auto candidates = again ? read_roots(root_key) : std::vector{root_now()};
      for (const auto& candidate : candidates) {
        auto key = crypto::open_key(candidate, wrapped, context);
        if (!key) continue;
        if (again) {
          std::lock_guard lock(mutex);
          root = candidate;
        }
        return key;
      }
    }
    return std::nullopt;
  }

  std::shared_ptr<const TenantKeys> tenant(const Uuid& id) {
    {
      std::lock_guard lock(mutex);
      if (auto found = tenants.find(id); found != tenants.end()) return found->second;
    }
    auto tx = pool.begin();
    auto keys = std::make_shared<TenantKeys>();
    bool has_index = false;
    for (auto& row : tx.all<TenantKeyRow>(store::kKeystoreTenantKeys, id)) {
      auto key = unwrap(row.wrapped.data, tenant_context(id, row.purpose, row.version));
      if (!key)
        throw std::runtime_error("the root key does not open the keys of tenant " + id.str() +
                                 ". Is root.key the one that belongs to this keystore?");
      if (row.purpose == kWrap) keys->wrap[row.version] = *key;
      if (row.purpose == kIndex) {
        keys->index = *key;
        has_index = true;
      }
    }
    if (keys->wrap.empty() || !has_index)
      throw std::runtime_error("the keystore has no keys for tenant " + id.str());
    std::lock_guard lock(mutex);
    return tenants[id] = std::move(keys);
  }
  void forget_tenant(const Uuid& id) {
    std::lock_guard lock(mutex);
    tenants.erase(id);
  }
  // Adds the keys in `rows` to `out`; false when one is wrapped under a version that is not known.
  // A key that is damaged is left out, and an alarm stands; with `last` so is one whose version is
  // not known.
  bool open_persons(const Uuid& tenant_id, const TenantKeys& keys,
                    const std::vector<PersonKeyRow>& rows, bool keep, bool last,
                    std::unordered_map<Uuid, crypto::Key>& out) {
    for (const auto& row : rows) {
      auto wrap = keys.wrap.find(row.version);
      if (wrap == keys.wrap.end() && !last) return false;
      auto key = wrap == keys.wrap.end()
                     ? std::nullopt
                     : crypto::open_key(wrap->second, row.wrapped.data,
                                        person_context(tenant_id, row.person_id));
      if (!key) {
        raise_damaged(tenant_id, row.person_id);
        continue;
      }
      if (keep) remember(tenant_id, row.person_id, *key);
      out.emplace(row.person_id, *key);
    }
    return true;
  }

  // Wraps the keys that are wrapped under an old key under the newest. Those that are damaged stay,
  // and are counted: with the old key a copy of them can still be opened.
  std::size_t rewrap(db::Tx& tx, const Uuid& tenant_id,
                     const std::pair<const int, crypto::Key>& old, int newest,
                     const crypto::Key& wrap, std::size_t& damaged) {
    std::size_t out = 0;
    damaged = 0;
    Uuid after;
    while (true) {
      auto rows =
          tx.all<PersonKeyRow>(store::kKeystoreOldKeys, tenant_id, old.first, after, kRewrapAtOnce);
      if (rows.empty()) return out;
      std::vector<Uuid> ids;
      std::vector<db::Bytes> wrapped;
      for (const auto& row : rows) {
        auto context = person_context(tenant_id, row.person_id);
        auto key = crypto::open_key(old.second, row.wrapped.data, context);
        if (!key) {
          raise_damaged(tenant_id, row.person_id);
          ++damaged;
          continue;
        }
        ids.push_back(row.person_id);
        wrapped.push_back({crypto::seal(wrap, key->view(), context)});
      }
      after = rows.back().person_id;
      out += ids.size();
      if (ids.empty()) continue;
      tx.later(store::kKeystoreRewrapPersons, tenant_id, old.first, newest, ids, wrapped);
    }
  }

  void remember(const Uuid& tenant_id, const Uuid& id, const crypto::Key& key) {
    if (!remembering) return;
    std::lock_guard lock(mutex);
    std::pair where{tenant_id, id};
    if (cache.contains(where)) return;
    while (cache.size() >= kCacheSize) {
      cache.erase(order.front());
      order.pop_front();
    }
    auto at = order.insert(order.end(), where);
    cache.emplace(where, Cached{key, net::in(kCacheTime), at});
  }
  std::optional<crypto::Key> recall(const Uuid& tenant_id, const Uuid& id) {
    std::lock_guard lock(mutex);
    auto found = cache.find({tenant_id, id});
    if (found == cache.end()) return std::nullopt;
    if (found->second.until > std::chrono::steady_clock::now()) return found->second.key;
    order.erase(found->second.at);
    cache.erase(found);
    return std::nullopt;
  }
  void forget_persons(const Uuid& tenant_id) {
    std::lock_guard lock(mutex);
    std::erase_if(cache, [&](const auto& item) {
      if (item.first.first != tenant_id) return false;
      order.erase(item.second.at);
      return true;
    });
  }
  void forget(const Uuid& tenant_id, const Uuid& id) {
    std::lock_guard lock(mutex);
    auto found = cache.find({tenant_id, id});
    if (found == cache.end()) return;
    order.erase(found->second.at);
    cache.erase(found);
  }
};

Keystore::Keystore(const std::string& conninfo, RootKey root, std::size_t connections)
    : impl_(std::make_unique<Impl>(conninfo, std::move(root), connections)) {}
Keystore::~Keystore() = default;

void Keystore::open(const std::string& name, bool may_create) {
  auto& impl = *impl_;
  auto tx = impl.pool.begin();
  auto rows = tx.all<InstallationKeyRow>(store::kKeystoreInstallationKeys);
  bool has_tenants = !tx.query(store::kKeystoreHasTenants).empty();
  auto roots = read_roots(impl.root_key);
  if (roots.empty()) {
    if (!rows.empty() || has_tenants || !may_create)
      throw std::runtime_error("there is no root key at " + impl.root_key.path +
                               ", and the keystore has data: without its root key that data cannot "
                               "be read. Restore the file.");
    roots.push_back(crypto::Key::random());
    write_root(impl.root_key.path, roots.front());
  }
  // After a rotation that was stopped, the next root key may be the one in force.
  auto right = rows.empty() ? roots.begin()
                            : std::find_if(roots.begin(), roots.end(), [&](const auto& root) {
                                return root_id(root) == rows.front().root.data;
                              });
  if (right == roots.end())
    throw std::runtime_error(
        "the root key does not open the keystore. Is root.key the one that belongs to it?");
  impl.root = *right;
  if (right != roots.begin()) put_in_force(impl.root_key.path);
  if (rows.empty()) {
    // Before there was a key of its own, fixed keys were derived from the root key.
    auto fixed = has_tenants ? impl.root : crypto::Key::random();
    for (const auto& [purpose, key] : {std::pair(kDerive, fixed), {kSign, crypto::Key::random()}})
      rows.push_back({purpose,
                      name,
                      {root_id(impl.root)},
                      {crypto::seal(impl.root, key.view(), installation_context(purpose))},
                      now()});
    // Two nodes may begin at once: what was first stays.
    tx.insert_many("installation_key", rows, "ON CONFLICT DO NOTHING");
    tx.commit();
    auto again = impl.pool.begin();
    rows = again.all<InstallationKeyRow>(store::kKeystoreInstallationKeys);
  }
  for (const auto& row : rows) {
    auto key = impl.unwrap(row.wrapped.data, installation_context(row.purpose));
    if (!key) throw std::runtime_error("the root key does not open the keystore");
    if (row.purpose == kDerive) impl.fixed = *key;
    if (row.purpose == kSign) impl.signer.emplace(row.name, *key);
  }
  if (!impl.signer) throw std::runtime_error("the keystore has no key to sign with");
}
const crypto::Signer& Keystore::signer() const {
  if (!impl_->signer) throw db::Unavailable("the keystore was not opened");
  return *impl_->signer;
}

void Keystore::create_tenant(const Uuid& tenant) {
  auto tx = impl_->pool.begin();
  // It may have keys of a later version alone.
  auto known = tx.later(store::kKeystoreTenantKeys, tenant);
  auto root = impl_->hold_root(tx);
  if (!known.rows().empty()) return;
  std::vector<TenantKeyRow> rows;
  for (int purpose : {kWrap, kIndex}) rows.push_back(new_tenant_key(root, tenant, purpose, 1));
  tx.insert_many("tenant_key", rows, "ON CONFLICT DO NOTHING");
  tx.commit();
}

crypto::Key Keystore::tenant_key(const Uuid& tenant, std::string_view purpose) {
  return crypto::derive(impl_->tenant(tenant)->index, purpose);
}
crypto::Key Keystore::installation_key(std::string_view purpose) const {
  return crypto::derive(impl_->fixed, purpose);
}

std::vector<crypto::Key> Keystore::create_keys(const Uuid& tenant, std::span<const Uuid> ids) {
  std::vector<crypto::Key> out;
  out.reserve(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) out.push_back(crypto::Key::random());
  while (true) {
    auto keys_of_tenant = impl_->tenant(tenant);
    const auto& [version, wrap] = *keys_of_tenant->wrap.rbegin();
    std::vector<NewPersonKey> rows;
    rows.reserve(ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i)
      rows.push_back({tenant,
                      ids[i],
                      version,
                      {crypto::seal(wrap, out[i].view(), person_context(tenant, ids[i]))}});
    auto tx = impl_->pool.begin();
    auto held = tx.later(store::kKeystoreHoldWrap, tenant, version);
    tx.insert_many("person_key", rows);
    tx.flush();
    if (!held.rows().empty()) {
      tx.commit();
      return out;
    }
    impl_->forget_tenant(tenant);  // another node rotated it
  }
}

std::unordered_map<Uuid, crypto::Key> Keystore::keys(const Uuid& tenant, std::span<const Uuid> ids,
                                                     bool remember) {
  std::unordered_map<Uuid, crypto::Key> out;
  std::vector<Uuid> missing;
  for (const auto& id : ids) {
    if (auto known = impl_->recall(tenant, id)) {
      out.emplace(id, *known);
    } else {
      missing.push_back(id);
    }
  }
  // A version that is not known was made by another node since.
  for (int attempt = 0; !missing.empty(); ++attempt) {
    auto keys_of_tenant = impl_->tenant(tenant);
    auto tx = impl_->pool.begin();
    auto rows = tx.all<PersonKeyRow>(store::kKeystorePersonKeys, tenant, missing);
    if (impl_->open_persons(tenant, *keys_of_tenant, rows, remember, attempt > 2, out)) return out;
    impl_->forget_tenant(tenant);
  }
  return out;
}

std::optional<crypto::Key> Keystore::key(const Uuid& tenant, const Uuid& id) {
  auto found = keys(tenant, {&id, 1});
  auto at = found.find(id);
  return at == found.end() ? std::nullopt : std::optional(at->second);
}

void Keystore::destroy_keys(const Uuid& tenant, std::span<const Uuid> ids) {
  auto tx = impl_->pool.begin();
  tx.later(store::kKeystoreDestroy, tenant, std::vector<Uuid>(ids.begin(), ids.end()));
  tx.last("", store::kKeystoreSoil, now());
  tx.commit();
  for (const auto& id : ids) impl_->forget(tenant, id);
}

void Keystore::forget(const Uuid& tenant, const std::vector<Uuid>& persons,
                      const std::vector<Timestamp>& at) {
  auto tx = impl_->pool.begin();
  tx.later(store::kKeystoreDestroy, tenant, persons);
  tx.later(store::kKeystoreLedger, tenant, persons, at);
  tx.last("", store::kKeystoreSoil, now());
  tx.commit();
  for (const auto& id : persons) impl_->forget(tenant, id);
}

std::vector<Erasure> Keystore::erasures(std::int64_t after, std::int64_t limit) {
  return impl_->pool.begin().all<Erasure>(store::kKeystoreErasures, after, limit);
}

std::unordered_map<Uuid, Timestamp> Keystore::forgotten(const Uuid& tenant,
                                                        std::span<const Uuid> persons) {
  std::unordered_map<Uuid, Timestamp> out;
  auto tx = impl_->pool.begin();
  for (const auto& row : tx.all<Erasure>(store::kKeystoreForgotten, tenant,
                                         std::vector<Uuid>(persons.begin(), persons.end())))
    out.emplace(row.person_id, row.erased_at);
  return out;
}

void Keystore::prune_ledger(Timestamp before) {
  auto tx = impl_->pool.begin();
  tx.later(store::kKeystorePruneLedger, before);
  tx.commit();
}

std::optional<Timestamp> Keystore::unclean_since() {
  return impl_->pool.begin().maybe<Timestamp>(store::kKeystoreUnclean);
}

bool Keystore::clean() {
  auto as_owner = [&](const std::string& sql) {
    db::run_script(impl_->conninfo, "varde_owner", sql);
  };
  // Whoever destroys a key from here on makes it dirty again.
  as_owner("UPDATE cleaning SET dirty = false, cleaned_at = now()");
  try {
    // pg_statistic: an installation from before the columns had statistics of 0 keeps samples
    // there.
    for (const char* table : {"person_key", "tenant_key", "installation_key", "pg_statistic"})
      as_owner(fmt::format("VACUUM (FULL) {}", table));
    as_owner("SELECT pg_switch_wal()");
    return drop_old_wal();
  } catch (...) {
    as_owner("UPDATE cleaning SET dirty = true, since = coalesce(since, now())");
    throw;
  }
}

bool Keystore::drop_old_wal() {
  // The first checkpoint frees the old files of the tables, the second what WAL the first one
  // needed.
  for (int i = 0; i < 2; ++i) db::run_script(impl_->conninfo, "varde_owner", "CHECKPOINT");
  try {
    db::run_script(
        impl_->conninfo, "varde_owner",
        "DO $$ BEGIN IF EXISTS (SELECT FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$' AND "
        "substr(name, 9) < (SELECT substr(redo_wal_file, 9) FROM pg_control_checkpoint())) THEN "
        "RAISE 'old WAL' USING ERRCODE = 'VK001'; END IF; END $$");
  } catch (const db::SqlError& e) {
    if (e.state != "VK001") throw;
    return false;
  }
  return true;
}

std::int64_t Keystore::count_keys(const Uuid& tenant) {
  return impl_->pool.begin().one<std::int64_t>(store::kKeystoreCountKeys, tenant);
}

void Keystore::destroy_tenant(const Uuid& tenant) {
  auto tx = impl_->pool.begin();
  tx.later(store::kKeystoreDestroyPersons, tenant);
  tx.later(store::kKeystoreDestroyTenant, tenant);
  tx.last("", store::kKeystoreSoil, now());
  tx.commit();
  impl_->forget_tenant(tenant);
  impl_->forget_persons(tenant);
}

void Keystore::rotate_root() {
  auto& impl = *impl_;
  if (!impl.root_key.command.empty())
    throw std::runtime_error("the root key comes from an external service: change it there");
  auto next = crypto::Key::random();
  auto id = db::Bytes{root_id(next)};
  auto tx = impl.pool.begin();
  auto tenants = tx.later(store::kKeystoreAllTenantKeys);
  auto installation = tx.all<InstallationKeyRow>(store::kKeystoreLockInstallation);
  auto wrap = [&](const db::Bytes& wrapped, const std::string& context) {
    auto key = impl.unwrap(wrapped.data, context);
    if (!key) throw std::runtime_error("the root key does not open the keystore");
    return db::Bytes{crypto::seal(next, key->view(), context)};
  };
  // Before anything is wrapped under it, the new key is on the disk.
  write_root(impl.root_key.path + kNext, next);
  for (const auto& row : installation)
    tx.later(store::kKeystoreRewrapInstallation, row.purpose, id,
             wrap(row.wrapped, installation_context(row.purpose)));
  for (const auto& row : tenants.rows().all<TenantKeyRow>())
    tx.later(store::kKeystoreRewrapTenant, row.tenant_id, row.purpose, row.version, id,
             wrap(row.wrapped, tenant_context(row.tenant_id, row.purpose, row.version)));
  tx.last("", store::kKeystoreSoil, now());
  tx.commit();
  put_in_force(impl.root_key.path);
  std::lock_guard lock(impl.mutex);
  impl.root = next;
}

std::size_t Keystore::rotate_tenant(const Uuid& tenant) {
  auto& impl = *impl_;
  impl.forget_tenant(tenant);
  auto keys = impl.tenant(tenant);
  // One more version than one is a rotation that was stopped: it is ended, and that is all.
  if (keys->wrap.size() == 1) {
    auto version = keys->wrap.rbegin()->first + 1;
    auto tx = impl.pool.begin();
    auto root = impl.hold_root(tx);
    tx.insert_many("tenant_key", std::vector{new_tenant_key(root, tenant, kWrap, version)},
                   "ON CONFLICT DO NOTHING");
    tx.commit();
    impl.forget_tenant(tenant);
    keys = impl.tenant(tenant);
  }
  auto [newest, wrap] = *keys->wrap.rbegin();
  std::size_t out = 0;
  for (auto old = keys->wrap.begin(); old->first != newest; ++old) {
    for (bool last = false;;) {
      // The last round finds nobody wrapping under the old key any more, and destroys it.
      auto tx = impl.pool.begin();
      if (last && tx.query(store::kKeystoreLockWrap, tenant, old->first).empty()) break;
      std::size_t damaged = 0;
      auto wrapped = impl.rewrap(tx, tenant, *old, newest, wrap, damaged);
      out += wrapped;
      if (last && damaged > 0) break;
      if (last) tx.later(store::kKeystoreDropWrap, tenant, old->first);
      if (wrapped > 0 || last) tx.last("", store::kKeystoreSoil, now());
      tx.commit();
      if (last) break;
      last = wrapped == 0;
    }
  }
  impl.forget_tenant(tenant);
  return out;
}

void Keystore::close_idle() { impl_->pool.close_idle(); }

}  // namespace varde::trust
