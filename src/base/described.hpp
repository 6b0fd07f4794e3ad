// The members of a described struct as data: tables from which code that is compiled once reads and
// writes any struct, in place of code made anew for each of them.
//
// Boost.Describe names a member and points to it, which is of use only to a template. A table wants
// a place in the object that is the same for every struct: a number of bytes. `offsetof` wants a
// word where we have a pointer to member, and such a pointer cannot be turned into a number in a
// constant expression. The address of a member of an object with static storage can stand in one,
// so there is room for one object of each type in which nothing is ever made: a member's place in
// it, less where it begins, is its place in every object.
#pragma once

#include <boost/describe.hpp>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace varde {

template <class T>
concept DescribedStruct = boost::describe::has_describe_members<T>::value;

template <class T>
using MembersOf = boost::describe::describe_members<T, boost::describe::mod_public |
                                                           boost::describe::mod_inherited>;
template <class T, class Descriptor>
using MemberType = std::remove_cvref_t<decltype(std::declval<T&>().*Descriptor::pointer)>;

/// Room for a T that is never made.
template <class T>
union Unmade {
  char nothing;
  T value;
  constexpr Unmade() : nothing() {}
  constexpr ~Unmade() {}
};
template <class T>
inline constexpr Unmade<T> unmade{};

/// Where a member stands in every T.
template <class T, class Descriptor>
consteval const void* place_of() {
  return &(unmade<T>.value.*Descriptor::pointer);
}

/// The member of `object` whose place in `unmade` is `place`.
inline void* member_at(void* object, const void* place, const void* unmade) {
  return static_cast<char*>(object) +
         (static_cast<const char*>(place) - static_cast<const char*>(unmade));
}
inline const void* member_at(const void* object, const void* place, const void* unmade) {
  return static_cast<const char*>(object) +
         (static_cast<const char*>(place) - static_cast<const char*>(unmade));
}

}  // namespace varde
