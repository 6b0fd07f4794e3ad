#include "staffing/offer/api.hpp"

namespace varde::staffing {

using trust::Right;

void add_offer_routes(trust::Api& api) {
  auto write = static_cast<int>(Right::shifts_write), read = static_cast<int>(Right::shifts_read);

  api.add({"GET", "/api/v1/shifts/{id}/candidates", "listCandidates",
           "Who fits a shift, in the order in which they would be asked, and why", write},
          list_candidates);
  api.add({"GET", "/api/v1/shifts/{id}/offers", "listOffers",
           "Who was asked, when, and what they said", write},
          list_offers);
  api.add({"POST", "/api/v1/shifts/{id}/offers/{person}/answer", "answerOffer",
           "Answers on somebody's behalf", write},
          answer_offer_route);
  api.add(
      {"POST", "/api/v1/shifts/{id}/book", "bookShift",
       "Books somebody: the one picked among those who applied, or anybody in the register", write},
      book_shift);
  api.add({"POST", "/api/v1/shifts/{id}/cancel", "cancelShift",
           "Cancels a shift: bookings end, questions are taken back, everybody is told", write},
          cancel_shift);

  api.add({"GET", "/api/v1/bookings", "listBookings", "Who works when and where", write},
          list_bookings);
  api.add({"GET", "/api/v1/shifts/{id}/bookings", "listShiftBookings", "Who is booked for a shift",
           read},
          list_shift_bookings);
  api.add({"POST", "/api/v1/bookings/{id}/cancel", "cancelBooking",
           "Ends a booking; the shift is offered again to those not asked yet", write},
          cancel_booking);
  api.add({"POST", "/api/v1/bookings/{id}/hours", "confirmHours",
           "Says from when until when somebody really worked", write},
          confirm_hours);
  api.add({"POST", "/api/v1/bookings/hours", "confirmManyHours",
           "Confirms the hours of many bookings as they are: said, or planned", write},
          confirm_many_hours);
  api.add({"GET", "/api/v1/bookings.csv", "downloadBookings",
           "Bookings with hours, for payroll: one row each, in the clocks of the workplace",
           static_cast<int>(Right::persons_export)},
          download_bookings);
}

}  // namespace varde::staffing
