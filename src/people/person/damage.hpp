// Persons whose data does not open any more, for whoever shows what is wrong.
#pragma once

#include "trust/ctx.hpp"

namespace varde::people {

/// Ends the alarms of an organisation about persons who can be read again (their rows or keys were
/// brought back), or who were erased since. Reads the first hundred that stand; nothing when none
/// does.
void look_again_at_damaged(trust::Ctx& ctx);

}  // namespace varde::people
