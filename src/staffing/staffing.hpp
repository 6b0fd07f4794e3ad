// Staffing: a vacant shift is offered to a pool of substitutes, and exactly one person per place
// gets it. The same engine as outreach: an audience (the pool, ranked), a message (the offer), a
// response (yes or no), a follow-up (the booking, the next one, the reminder).
#pragma once

#include "trust/module.hpp"

namespace varde::staffing {

trust::Module make_module(trust::Base& base);

}  // namespace varde::staffing
