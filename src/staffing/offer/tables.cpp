#include "staffing/offer/offer.hpp"

#include "staffing/offer/internal.hpp"
#include "staffing/offer/restore_sql.hpp"
#include "staffing/offer/store.hpp"
#include "staffing/offer/store_sql.hpp"

namespace varde::staffing {

using namespace trust::declare;
using namespace store;

namespace {
void erase_offers(trust::Ctx& ctx, const std::vector<Uuid>& persons) {
  // Shifts in one order, then offers in theirs, as everywhere: answers are booked meanwhile.
  for (const auto& [shift, count] : ctx.tx().all<ShiftCount>(kBookingFreeErased, persons, now())) {
    free_places(ctx, shift, static_cast<int>(count));
    enqueue_advance(ctx, shift);
  }
  end_questions(ctx, persons, OfferState::withdrawn);
  ctx.tx().later(kOfferErase, persons);
  ctx.tx().later(kBookingErase, persons);
}
}  // namespace

std::vector<trust::Table> offer_tables() {
  std::vector<trust::Table> out{
      {.name = "offer",
       .holds = "Who was asked about a shift, and what they said",
       .columns = {nothing_personal({"tenant_id", "step", "number", "expires_at", "flags"}),
                   pseudonyms({"person_id"}),
                   behaviour({"shift_id", "state", "rank", "explanation", "asked_at", "answered_at",
                              "channel", "round", "reached_by", "again_at"})},
       .erased =
           erases("open questions are taken back, places of bookings become free, and rows go",
                  erase_offers),
       .kept = by_rule("shifts"),
       .shown = under({"offers"}),
       .at_end = taken_along(),
       .restored = joined("who was asked, and what they said").settle([](trust::Restoring& r) {
         r.run(store::kRestoreTakeBackOffers);
       })},
      {.name = "offer_before",
       .holds = "The same, of earlier times of asking",
       .columns = {nothing_personal({"tenant_id", "expires_at", "flags"}),
                   pseudonyms({"person_id"}),
                   behaviour({"shift_id", "round", "state", "reached_by", "asked_at", "answered_at",
                              "channel"})},
       .erased = follows("offer"),
       .kept = by_rule("shifts"),
       .shown = under({"offers"}),
       .at_end = taken_along(),
       .restored = joined("the same")},
      {.name = "booking",
       .holds = "Who works when, and worked",
       .columns =
           {nothing_personal({"tenant_id", "booking_id", "reminded_at", "revision", "revised_at"}),
            pseudonyms({"person_id", "booked_by"}),
            behaviour({"shift_id", "workplace_id", "starts_at", "ends_at", "break_minutes",
                       "minutes", "state", "overridden", "booked_at", "cancelled_at", "worked_from",
                       "worked_until", "person_confirmed_at", "office_confirmed_at"}),
            sealed(kBookingReason)},
       .erased = follows("offer"),
       .kept = by_rule("shifts"),
       .shown = under({"bookings"}),
       .at_end = taken_along(),
       .restored = goes_back()
                       .merge([](trust::Restoring& r) { r.run(store::kRestoreKeepReminded); })
                       .finish([](trust::Restoring& r) { r.run(store::kRestoreRemind); })},
  };
  return out;
}

}  // namespace varde::staffing
