#include "trust/keystore.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <list>
#include <mutex>

#include "crypto/aead.hpp"
#include "crypto/hash.hpp"

namespace varde::trust {
namespace {

enum Purpose : int { kWrap = 1, kIndex = 2 };
constexpr std::size_t kCacheSize = 20000;
constexpr auto kCacheTime = std::chrono::seconds(30);

struct TenantKeyRow {
  int purpose = 0, version = 0;
  db::Bytes wrapped;
};
BOOST_DESCRIBE_STRUCT(TenantKeyRow, (), (purpose, version, wrapped))
struct NewTenantKey {
  Uuid tenant_id;
  int purpose = 0, version = 0;
  db::Bytes wrapped;
  Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(NewTenantKey, (), (tenant_id, purpose, version, wrapped, created_at))
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

constexpr db::Sql kTenantKeys{
    "keystore.tenant_keys",
    "SELECT purpose, version, wrapped FROM tenant_key WHERE tenant_id = $1 ORDER BY version"};
constexpr db::Sql kPersonKeys{"keystore.person_keys",
                              "SELECT person_id, version, wrapped FROM person_key WHERE tenant_id "
                              "= $1 AND person_id = ANY($2)"};
constexpr db::Sql kDestroy{"keystore.destroy",
                           "DELETE FROM person_key WHERE tenant_id = $1 AND person_id = ANY($2)"};

std::string tenant_context(const Uuid& tenant, int purpose, int version) {
  return "tenant-key:" + tenant.str() + ":" + std::to_string(purpose) + ":" +
         std::to_string(version);
}
std::string person_context(const Uuid& tenant, const Uuid& person) {
  std::string out = "person-key:";
  out += tenant.view();
  out += person.view();
  return out;
}

}  // namespace

struct Keystore::Impl {
  Impl(const std::string& conninfo, const crypto::Key& root_key, std::size_t connections)
      : root(root_key),
        pool({.conninfo = conninfo, .user = "varde_keys", .connections_per_loop = connections}) {}

  crypto::Key root;
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
  std::unordered_map<Uuid, std::shared_ptr<const TenantKeys>> tenants;
  std::unordered_map<std::pair<Uuid, Uuid>, Cached, PairHash> cache;
  std::list<std::pair<Uuid, Uuid>> order;  // least recently added first

  std::shared_ptr<const TenantKeys> tenant(const Uuid& id) {
    {
      std::lock_guard lock(mutex);
      if (auto found = tenants.find(id); found != tenants.end()) return found->second;
    }
    auto tx = pool.begin();
    auto keys = std::make_shared<TenantKeys>();
    bool has_index = false;
    for (auto& row : tx.all<TenantKeyRow>(kTenantKeys, id)) {
      auto raw = crypto::open(root, row.wrapped.data, tenant_context(id, row.purpose, row.version));
      auto key = raw ? crypto::Key::from(*raw) : std::nullopt;
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
    return tenants.emplace(id, std::move(keys)).first->second;
  }

  void remember(const Uuid& tenant_id, const Uuid& id, const crypto::Key& key) {
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
  void forget(const Uuid& tenant_id, const Uuid& id) {
    std::lock_guard lock(mutex);
    auto found = cache.find({tenant_id, id});
    if (found == cache.end()) return;
    order.erase(found->second.at);
    cache.erase(found);
  }
};

Keystore::Keystore(const std::string& conninfo, crypto::Key root, std::size_t connections)
    : impl_(std::make_unique<Impl>(conninfo, std::move(root), connections)) {}
Keystore::~Keystore() = default;

crypto::Key Keystore::load_root(const std::string& path, bool may_create) {
  namespace fs = std::filesystem;
  if (!fs::exists(path)) {
    if (!may_create)
      throw std::runtime_error("there is no root key at " + path +
                               ", and the keystore has data: without its root key that data cannot "
                               "be read. Restore the file.");
    auto key = crypto::Key::random();
    auto fresh = path + ".new";
    int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok =
        fd >= 0 &&
        ::write(fd, key.data(), crypto::Key::kBytes) == static_cast<ssize_t>(crypto::Key::kBytes) &&
        ::fsync(fd) == 0;
    if (fd >= 0) ::close(fd);
    if (!ok) throw std::runtime_error("cannot write the root key to " + path);
    fs::rename(fresh, path);
    return key;
  }
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0 || (status.st_mode & 077) != 0)
    throw std::runtime_error("the root key at " + path + " can be read by others. Run: chmod 600 " +
                             path);
  std::ifstream in(path, std::ios::binary);
  auto key = crypto::Key::from(std::string(std::istreambuf_iterator<char>(in), {}));
  if (!key)
    throw std::runtime_error("the root key at " + path +
                             " is damaged: it must have exactly 32 bytes. Restore the file.");
  return *key;
}

void Keystore::create_tenant(const Uuid& tenant) {
  std::vector<NewTenantKey> rows;
  for (int purpose : {kWrap, kIndex})
    rows.push_back({tenant,
                    purpose,
                    1,
                    {crypto::seal(impl_->root, crypto::Key::random().view(),
                                  tenant_context(tenant, purpose, 1))},
                    now()});
  auto tx = impl_->pool.begin();
  tx.insert_many("tenant_key", rows, "ON CONFLICT DO NOTHING");
  tx.commit();
}

crypto::Key Keystore::tenant_key(const Uuid& tenant, std::string_view purpose) {
  return crypto::derive(impl_->tenant(tenant)->index, purpose);
}
crypto::Key Keystore::installation_key(std::string_view purpose) const {
  return crypto::derive(impl_->root, purpose);
}

std::vector<crypto::Key> Keystore::create_keys(const Uuid& tenant, std::span<const Uuid> ids) {
  auto keys_of_tenant = impl_->tenant(tenant);
  const auto& [version, wrap] = *keys_of_tenant->wrap.rbegin();
  std::vector<crypto::Key> out;
  std::vector<NewPersonKey> rows;
  out.reserve(ids.size());
  rows.reserve(ids.size());
  for (const auto& id : ids) {
    out.push_back(crypto::Key::random());
    rows.push_back(
        {tenant, id, version, {crypto::seal(wrap, out.back().view(), person_context(tenant, id))}});
  }
  auto tx = impl_->pool.begin();
  tx.insert_many("person_key", rows);
  tx.commit();
  return out;
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
  if (missing.empty()) return out;
  auto keys_of_tenant = impl_->tenant(tenant);
  auto tx = impl_->pool.begin();
  auto rows = tx.query(kPersonKeys, tenant, missing);
  for (int i = 0; i < rows.size(); ++i) {
    auto row = rows.as<PersonKeyRow>(i);
    auto wrap = keys_of_tenant->wrap.find(row.version);
    auto raw =
        wrap == keys_of_tenant->wrap.end()
            ? std::nullopt
            : crypto::open(wrap->second, row.wrapped.data, person_context(tenant, row.person_id));
    auto key = raw ? crypto::Key::from(*raw) : std::nullopt;
    if (!key) throw std::runtime_error("a person key does not open under its tenant's key");
    if (remember) impl_->remember(tenant, row.person_id, *key);
    out.emplace(row.person_id, *key);
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
  tx.later(kDestroy, tenant, std::vector<Uuid>(ids.begin(), ids.end()));
  tx.commit();
  for (const auto& id : ids) impl_->forget(tenant, id);
}

void Keystore::close_idle() { impl_->pool.close_idle(); }

}  // namespace varde::trust
