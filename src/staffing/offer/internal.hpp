// What the parts of this folder share.
#pragma once

#include "staffing/offer/store.hpp"
#include "staffing/setting/setting.hpp"

namespace varde::staffing {

/// What people are told; each kind is a text in each language.
enum class Tell { asked, booked, reminder, taken, cancelled, withdrawn };
/// Queues a message to each of them about the shift, in the caller's transaction.
void tell(trust::Ctx& ctx, const Shift& shift, const std::vector<Uuid>& persons, Tell what);

/// Books, without asking any rule. The place is taken already. Throws SqlError when the person is
/// booked for this shift or for another one at the time.
Uuid insert_booking(trust::Ctx& ctx, const Shift& shift, const Uuid& person,
                    const std::optional<std::string>& override_reason);
/// What follows when somebody got it: confirmation, closing the others' questions.
void enqueue_after(trust::Ctx& ctx, const Uuid& shift, const Uuid& person);
/// Ends a booking, gives the place back and goes on looking. Errors: not_found.
Result<void> cancel_booking(trust::Ctx& ctx, const store::BookingRecord& booking,
                            BookingState state, const std::string& reason);

std::string shift_title(const Shift& shift, const Workplace& workplace);

}  // namespace varde::staffing
