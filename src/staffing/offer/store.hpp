// The statements and rows of offers and bookings; only for this folder.
#pragma once

#include "staffing/offer/offer.hpp"

namespace varde::staffing::store {

struct OfferRecord {
  Uuid tenant_id, shift_id, person_id;
  OfferState state = OfferState::open;
  int step = 0, rank = 0, number = 0;
  std::string explanation;
  Timestamp asked_at;
  std::optional<Timestamp> expires_at, answered_at;
  AnswerChannel channel = AnswerChannel::none;
  int flags = 0, round = 1;
  std::optional<Reach> reached_by;
  std::optional<Timestamp> again_at;
};
BOOST_DESCRIBE_STRUCT(OfferRecord, (),
                      (tenant_id, shift_id, person_id, state, step, rank, number, explanation,
                       asked_at, expires_at, answered_at, channel, flags, round, reached_by,
                       again_at))

// A shift that a person was asked about or is booked for: what a reply can be about.
struct MatterRecord {
  Uuid person_id, shift_id;
  int number = 0;                   // 0: booked by the office without a question
  std::optional<OfferState> state;  // of the question
  bool booked = false;
  Timestamp starts_at, ends_at;
  std::string workplace, time_zone;
};
BOOST_DESCRIBE_STRUCT(MatterRecord, (),
                      (person_id, shift_id, number, state, booked, starts_at, ends_at, workplace,
                       time_zone))

// A question that was asked before the one that counts now.
struct BeforeRecord {
  Uuid tenant_id, shift_id, person_id;
  int round = 1;
  OfferState state = OfferState::open;
  std::optional<Reach> reached_by;
  Timestamp asked_at;
  std::optional<Timestamp> expires_at, answered_at;
  AnswerChannel channel = AnswerChannel::none;
  int flags = 0;
};
BOOST_DESCRIBE_STRUCT(BeforeRecord, (),
                      (tenant_id, shift_id, person_id, round, state, reached_by, asked_at,
                       expires_at, answered_at, channel, flags))

// How many questions of shifts are open, counted as far as $2.
struct ShiftCount {
  Uuid shift_id;
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(ShiftCount, (), (shift_id, count))
struct PersonCount {
  Uuid person_id;
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(PersonCount, (), (person_id, count))

struct BookingRecord {
  Uuid tenant_id, booking_id, shift_id, person_id, workplace_id;
  Timestamp starts_at, ends_at;
  int break_minutes = 0;
  BookingState state = BookingState::booked;
  bool overridden = false;
  std::optional<trust::Sealed<kBookingReason>> sealed;
  std::optional<Uuid> booked_by;
  Timestamp booked_at;
  std::optional<Timestamp> cancelled_at, reminded_at, worked_from, worked_until,
      person_confirmed_at, office_confirmed_at;
};
BOOST_DESCRIBE_STRUCT(BookingRecord, (),
                      (tenant_id, booking_id, shift_id, person_id, workplace_id, starts_at, ends_at,
                       break_minutes, state, overridden, sealed, booked_by, booked_at, cancelled_at,
                       reminded_at, worked_from, worked_until, person_confirmed_at,
                       office_confirmed_at))
// Who was booked for a shift and is not any more, the last time of each.
struct CancelledRow {
  Uuid person_id;
  BookingState state = BookingState::cancelled_by_office;
  Timestamp booked_at;
  std::optional<Timestamp> cancelled_at;
};
BOOST_DESCRIBE_STRUCT(CancelledRow, (), (person_id, state, booked_at, cancelled_at))
struct ConfirmedRow {
  Uuid shift_id, person_id;
};
BOOST_DESCRIBE_STRUCT(ConfirmedRow, (), (shift_id, person_id))

}  // namespace varde::staffing::store
