// What a person has agreed to: lists and consents, for the preference centre; and whose
// processing is restricted.
#pragma once

#include "people/person/person.hpp"

namespace varde::people {

struct Standing {
  std::map<Uuid, MemberState> lists;
  std::map<Uuid, bool> consents;  ///< By purpose; given or withdrawn.
};
/// The ids of all whose processing is restricted (few), queued to travel with the caller's next
/// statement: `.rows().all<Uuid>()` after it.
db::Later restricted_later(trust::Ctx& ctx);
Standing standing(trust::Ctx& ctx, const Uuid& person);

}  // namespace varde::people
