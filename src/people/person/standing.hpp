// What a person has agreed to: lists and consents. For the preference centre.
#pragma once

#include "people/person/person.hpp"

namespace varde::people {

struct Standing {
  std::map<Uuid, MemberState> lists;
  std::map<Uuid, bool> consents;  ///< By purpose; given or withdrawn.
};
Standing standing(trust::Ctx& ctx, const Uuid& person);

}  // namespace varde::people
