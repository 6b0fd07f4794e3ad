// What is read with nearly every request and changes rarely, kept in memory for each tenant under a
// mark that the database changes in the same transaction as what it stands for. Whoever reads the
// mark knows whether what is kept is still true: nobody has to be told, and nothing runs out.
#pragma once

#include <any>
#include <memory>
#include <mutex>
#include <typeindex>
#include <unordered_map>

#include "base/ids.hpp"

namespace varde::trust {

class TenantCache {
 public:
  /// The tenant's T as of `mark`; `make` reads it when what is kept has another mark. The fiber may
  /// wait in `make`, and two may make the same: the later one is kept.
  template <class T, class Make>
  std::shared_ptr<const T> get(const Uuid& tenant, const Uuid& mark, Make&& make) {
    if (auto kept = find(tenant, mark, typeid(T)); kept.has_value())
      return std::any_cast<std::shared_ptr<const T>>(std::move(kept));
    std::shared_ptr<const T> made = std::make_shared<const T>(make());
    keep(tenant, mark, typeid(T), made);
    return made;
  }

 private:
  static constexpr std::size_t kMost = 2'000;  ///< Things kept; then all are dropped.
  struct Entry {
    Uuid mark;
    std::any thing;
  };
  using Key = std::pair<Uuid, std::type_index>;
  struct Hash {
    std::size_t operator()(const Key& key) const {
      return std::hash<Uuid>()(key.first) ^ key.second.hash_code();
    }
  };

  std::any find(const Uuid& tenant, const Uuid& mark, std::type_index type) {
    std::lock_guard lock(mutex_);
    auto found = entries_.find({tenant, type});
    return found != entries_.end() && found->second.mark == mark ? found->second.thing : std::any();
  }
  void keep(const Uuid& tenant, const Uuid& mark, std::type_index type, std::any thing) {
    std::lock_guard lock(mutex_);
    if (entries_.size() >= kMost) entries_.clear();
    entries_[{tenant, type}] = {mark, std::move(thing)};
  }

  std::mutex mutex_;
  std::unordered_map<Key, Entry, Hash> entries_;
};

}  // namespace varde::trust
