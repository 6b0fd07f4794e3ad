#include "trust/extensions.hpp"

namespace varde::trust {

Extensions::List& Extensions::list_of(std::type_index type) {
  return lists_.try_emplace(type, nullptr, [](void*) {}).first->second;
}

const void* Extensions::find(std::type_index type) const {
  auto found = lists_.find(type);
  return found == lists_.end() ? nullptr : found->second.get();
}

}  // namespace varde::trust
