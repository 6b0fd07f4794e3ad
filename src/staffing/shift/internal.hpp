// What the parts of this folder share.
#pragma once

#include "staffing/shift/store.hpp"
#include "staffing/shift/table.hpp"

namespace varde::staffing {

/// A draft of the caller's, with nothing said yet.
store::ShiftRecord blank_shift(trust::Ctx& ctx);
Shift view_of(const store::ShiftRecord& record);
/// A draft like `shift` at other times.
store::ShiftRecord copy_of(trust::Ctx& ctx, const store::ShiftRecord& shift, const Times& times,
                           const Uuid& series);
/// Stores drafts, in one statement, with their entries in the trail.
void add_drafts(trust::Ctx& ctx, const std::vector<store::ShiftRecord>& drafts);

}  // namespace varde::staffing
