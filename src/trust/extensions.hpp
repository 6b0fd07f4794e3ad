// How a module takes part in another's work without being known to it. The module that is extended
// declares a type (people::RestrictHook: what else to do when a person is restricted) and goes
// through all of that type where it happens; modules below it add theirs while they are made.
//
// The program owns the one object, in trust::Base, which every context leads to. It is filled while
// the program starts, before anything is served or worked on, and only read from then on: it needs
// no lock, and nothing in the process is shared by two programs. The types stay where they belong:
// this floor knows none of them.
#pragma once

#include <memory>
#include <typeindex>
#include <unordered_map>
#include <utility>
#include <vector>

namespace varde::trust {

class Extensions {
 public:
  template <class T>
  void add(T extension) {
    auto& list = list_of(typeid(T));
    if (!list)
      list = {new std::vector<T>,
              [](void* erased) { delete static_cast<std::vector<T>*>(erased); }};
    static_cast<std::vector<T>*>(list.get())->push_back(std::move(extension));
  }
  /// In the order in which they were added.
  template <class T>
  const std::vector<T>& all() const {
    static const std::vector<T> kNone;
    const auto* found = find(typeid(T));
    return found != nullptr ? *static_cast<const std::vector<T>*>(found) : kNone;
  }

 private:
  using List = std::unique_ptr<void, void (*)(void*)>;  // a vector of the key's type
  List& list_of(std::type_index type);
  const void* find(std::type_index type) const;
  std::unordered_map<std::type_index, List> lists_;
};

}  // namespace varde::trust
