// How a module takes part in another's work without being known to it. The module that is extended
// declares a type (people::EraseHook: what else to do when persons are erased) and goes through all
// of that type where it happens; modules below it add theirs while they are made.
//
// The program owns the one object, in trust::Base, which every context leads to. It is filled while
// the program starts, before anything is served or worked on, and only read from then on: it needs
// no lock, and nothing in the process is shared by two programs. The types stay where they belong:
// this floor knows none of them.
#pragma once

#include <any>
#include <typeindex>
#include <unordered_map>
#include <vector>

namespace varde::trust {

class Extensions {
 public:
  template <class T>
  void add(T extension) {
    auto& list = lists_[typeid(T)];
    if (!list.has_value()) list = std::vector<T>{};
    std::any_cast<std::vector<T>&>(list).push_back(std::move(extension));
  }
  /// In the order in which they were added.
  template <class T>
  const std::vector<T>& all() const {
    static const std::vector<T> kNone;
    auto found = lists_.find(typeid(T));
    return found == lists_.end() ? kNone : std::any_cast<const std::vector<T>&>(found->second);
  }

 private:
  std::unordered_map<std::type_index, std::any> lists_;
};

}  // namespace varde::trust
