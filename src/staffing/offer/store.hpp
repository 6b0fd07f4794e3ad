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
#define VARDE_OFFER                                                                           \
  "SELECT tenant_id, shift_id, person_id, state, step, rank, number, explanation, asked_at, " \
  "expires_at, answered_at, channel, flags, round, reached_by, again_at FROM offer "
inline constexpr db::Sql kOffer{"offer.one", VARDE_OFFER "WHERE shift_id = $1 AND person_id = $2"};
inline constexpr db::Sql kOffersOf{"offer.of_shift",
                                   VARDE_OFFER "WHERE shift_id = $1 ORDER BY asked_at, rank"};
// Of those who are to be asked again: nobody answers meanwhile.
inline constexpr db::Sql kLockOffers{
    "offer.lock",
    VARDE_OFFER "WHERE shift_id = $1 AND person_id = ANY($2) ORDER BY person_id FOR UPDATE"};
#undef VARDE_OFFER

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
// Of persons ($1): open questions, those of some shifts ($2) or of a number ($3), and the bookings
// of these shifts. What is ahead stands first, the next one first.
inline constexpr db::Sql kMatters{
    "offer.matters",
    "SELECT x.person_id, x.shift_id, coalesce(o.number, 0) AS number, o.state, EXISTS (SELECT FROM "
    "booking b WHERE b.tenant_id = x.tenant_id AND b.shift_id = x.shift_id AND b.person_id = "
    "x.person_id AND b.state = 1) AS booked, s.starts_at, s.ends_at, w.name AS workplace, "
    "w.time_zone FROM (SELECT tenant_id, shift_id, person_id FROM offer WHERE person_id = ANY($1) "
    "AND (state = 1 OR shift_id = ANY($2) OR number = $3) UNION SELECT tenant_id, shift_id, "
    "person_id FROM booking WHERE person_id = ANY($1) AND shift_id = ANY($2) AND state = 1) x JOIN "
    "shift s USING (tenant_id, shift_id) JOIN workplace w USING (tenant_id, workplace_id) LEFT "
    "JOIN offer o USING (tenant_id, shift_id, person_id) ORDER BY s.starts_at <= $4, CASE WHEN "
    "s.starts_at > $4 THEN s.starts_at END, s.starts_at DESC, x.person_id LIMIT 100"};
// A number that two questions to one telephone had.
inline constexpr db::Sql kRenumber{
    "offer.renumber", "UPDATE offer SET number = $3 WHERE shift_id = $1 AND person_id = $2"};

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
inline constexpr db::Sql kAskedBefore{
    "offer.before",
    "SELECT tenant_id, shift_id, person_id, round, state, reached_by, asked_at, expires_at, "
    "answered_at, channel, flags FROM offer_before WHERE shift_id = $1 ORDER BY person_id, round"};
inline constexpr db::Sql kAskAgain{
    "offer.ask_again",
    "UPDATE offer o SET state = 1, round = o.round + 1, step = $2, asked_at = $3, expires_at = $4, "
    "answered_at = NULL, channel = 0, flags = 0, again_at = NULL, rank = x.rank, explanation = "
    "x.explanation, reached_by = x.reached_by FROM unnest($5::uuid[], $6::bigint[], $7::text[], "
    "$8::bigint[]) AS x (person_id, rank, explanation, reached_by) WHERE o.shift_id = $1 AND "
    "o.person_id = x.person_id"};

// Of persons ($2) to shifts ($1).
#define VARDE_ANSWERED                                                                       \
  "SELECT o.tenant_id, o.shift_id, o.person_id, o.state, o.step, o.rank, o.number, "         \
  "o.explanation, o.asked_at, o.expires_at, o.answered_at, o.channel, o.flags, o.round, "    \
  "o.reached_by, o.again_at FROM unnest($1::uuid[], $2::uuid[]) AS a (shift_id, person_id) " \
  "JOIN offer o ON o.shift_id = a.shift_id AND o.person_id = a.person_id"
inline constexpr db::Sql kAnswered{"offer.answered", VARDE_ANSWERED};
// Nobody else's until the commit. Whoever locks several offers does
// so in this order, that two never wait for each other in a circle.
inline constexpr db::Sql kLockAnswered{"offer.lock_answered", VARDE_ANSWERED
                                       " ORDER BY o.shift_id, o.person_id FOR NO KEY UPDATE OF o"};
#undef VARDE_ANSWERED

// $4 is the new state; what is decided already stays.
inline constexpr db::Sql kAnswer{"offer.answer",
                                 "UPDATE offer SET state = $4, answered_at = $3, channel = $5, "
                                 "flags = $6 WHERE shift_id = $1 AND "
                                 "person_id = $2 AND state <> 2"};
inline constexpr db::Sql kAnswers{
    "offer.answers",
    "UPDATE offer o SET state = a.state, answered_at = $3, channel = $5, flags = a.flags FROM "
    "unnest($1::uuid[], $2::uuid[], $4::int8[], $6::int8[]) AS a (shift_id, person_id, state, "
    "flags) WHERE o.shift_id = a.shift_id AND o.person_id = a.person_id AND o.state <> 2"};
// The offers of a shift ($1) that a condition holds for, locked in the order of kLockAnswered.
#define VARDE_LOCKED_OFFERS(CONDITION)                                                        \
  " FROM (SELECT shift_id, person_id FROM offer WHERE shift_id = $1 AND " CONDITION           \
  " ORDER BY person_id FOR NO KEY UPDATE) l WHERE o.shift_id = l.shift_id AND o.person_id = " \
  "l.person_id"
// $3: the time to answer is over for everybody; $4: and to pick one of those who wait.
inline constexpr db::Sql kExpire{
    "offer.expire", "UPDATE offer o SET state = 6" VARDE_LOCKED_OFFERS(
                        "(state = 1 AND (expires_at <= $2 OR $3) OR state = 4 AND $4)")};
// Questions were closed that nobody answered: whoever looks at the shift sees it.
inline constexpr db::Sql kTouchShift{"offer.touch_shift",
                                     "UPDATE shift SET updated_at = $2 WHERE shift_id = $1"};
inline constexpr db::Sql kMovingOffers{
    "offer.moving",
    "SELECT 'shift.changed' AS type, shift_id AS id, (extract(epoch FROM max(answered_at)) * "
    "1000)::bigint AS mark FROM offer WHERE answered_at > $1 GROUP BY shift_id LIMIT 200"};
// How many questions of shifts are open, counted as far as $2.
struct ShiftCount {
  Uuid shift_id;
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(ShiftCount, (), (shift_id, count))
inline constexpr db::Sql kOpenOf{
    "offer.open_of",
    "SELECT a.shift_id, (SELECT count(*) FROM (SELECT 1 FROM offer o WHERE o.shift_id = a.shift_id "
    "AND o.state = 1 LIMIT $2) x) AS count FROM unnest($1::uuid[]) AS a (shift_id)"};
inline constexpr db::Sql kUndecided{
    "offer.undecided", "SELECT person_id FROM offer WHERE shift_id = $1 AND state IN (1, 4)"};
inline constexpr db::Sql kCloseOthers{
    "offer.close",
    "UPDATE offer o SET state = 5" VARDE_LOCKED_OFFERS("state IN (1, 4)") " RETURNING o.person_id"};
inline constexpr db::Sql kWithdraw{
    "offer.withdraw",
    "UPDATE offer o SET state = 7" VARDE_LOCKED_OFFERS("state IN (1, 4)") " RETURNING o.person_id"};
// Whom nobody can reach is not waited for.
inline constexpr db::Sql kExpireUnreached{
    "offer.expire_unreached",
    "UPDATE offer o SET state = 6" VARDE_LOCKED_OFFERS("state = 1 AND reached_by = 3")};
// Questions that never came wait for nobody: those among shift ($1), person ($2), what it went by
// ($3) and when its message was made ($4) that are open, and were asked by that message. An answer
// that is booked meanwhile has locked the shift first, so the shifts of those are locked before.
#define VARDE_UNDELIVERED                                                                       \
  "FROM offer f JOIN unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::timestamptz[]) AS a "     \
  "(shift_id, person_id, reach, made_at) ON f.shift_id = a.shift_id AND f.person_id = "         \
  "a.person_id WHERE f.state = 1 AND coalesce(f.reached_by, a.reach) = a.reach AND f.asked_at " \
  "<= a.made_at "
inline constexpr db::Sql kUndeliveredShifts{"offer.undelivered_shifts",
                                            "SELECT DISTINCT f.shift_id " VARDE_UNDELIVERED};
inline constexpr db::Sql kTouchShifts{
    "offer.touch_shifts",
    "UPDATE shift s SET updated_at = $2 FROM (SELECT shift_id FROM shift WHERE shift_id = ANY($1) "
    "ORDER BY shift_id FOR NO KEY UPDATE) l WHERE s.shift_id = l.shift_id"};
inline constexpr db::Sql kUndelivered{
    "offer.undelivered",
    "UPDATE offer o SET state = 6, reached_by = 3 FROM (SELECT f.shift_id, "
    "f.person_id " VARDE_UNDELIVERED
    "ORDER BY f.shift_id, f.person_id FOR NO KEY UPDATE OF f) l WHERE o.shift_id = l.shift_id AND "
    "o.person_id = l.person_id RETURNING o.shift_id"};
#undef VARDE_UNDELIVERED
inline constexpr db::Sql kSetOffers{
    "offer.set", "UPDATE offer o SET state = $3" VARDE_LOCKED_OFFERS("person_id = ANY($2)")};
inline constexpr db::Sql kMarkAgain{
    "offer.mark_again",
    "UPDATE offer o SET again_at = $3" VARDE_LOCKED_OFFERS("person_id = ANY($2)")};
#undef VARDE_LOCKED_OFFERS
// All questions to persons ($1) that wait for a word; they become $2.
inline constexpr db::Sql kEndQuestions{
    "offer.end_questions",
    "UPDATE offer o SET state = $2 FROM (SELECT shift_id, person_id FROM offer WHERE person_id = "
    "ANY($1) AND state IN (1, 4) ORDER BY shift_id, person_id FOR NO KEY UPDATE) l WHERE "
    "o.shift_id = l.shift_id AND o.person_id = l.person_id RETURNING o.shift_id"};
// What limits whom may be asked: questions of today, and open ones that overlap the shift.
inline constexpr db::Sql kAskedToday{
    "offer.asked_today",
    "SELECT person_id, count(*) AS count FROM (SELECT person_id, asked_at FROM offer UNION ALL "
    "SELECT person_id, asked_at FROM offer_before) o WHERE person_id = ANY($1) AND asked_at >= $2 "
    "GROUP BY person_id"};
inline constexpr db::Sql kOpenOverlap{
    "offer.open_overlap",
    "SELECT DISTINCT o.person_id FROM offer o JOIN shift s USING (tenant_id, shift_id) WHERE "
    "o.person_id = ANY($1) AND o.state = 1 AND s.shift_id <> $2 AND s.state = 3 AND s.starts_at < "
    "$4 AND s.ends_at > $3"};
// Who asks in a tenant is alone until the commit: else two shifts would each ask somebody who may
// be asked once.
inline constexpr db::Sql kAskAlone{"offer.ask_alone",
                                   "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"};
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
  std::optional<db::Bytes> sealed;
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
#define VARDE_BOOKING                                                                           \
  "SELECT tenant_id, booking_id, shift_id, person_id, workplace_id, starts_at, ends_at, "       \
  "break_minutes, state, overridden, sealed, booked_by, booked_at, cancelled_at, reminded_at, " \
  "worked_from, worked_until, person_confirmed_at, office_confirmed_at FROM booking "
inline constexpr db::Sql kBooking{"booking.one", VARDE_BOOKING "WHERE booking_id = $1"};
inline constexpr db::Sql kBookingOf{
    "booking.of_person", VARDE_BOOKING "WHERE shift_id = $1 AND person_id = $2 AND state = 1"};
inline constexpr db::Sql kBookingsOfShift{"booking.of_shift",
                                          VARDE_BOOKING "WHERE shift_id = $1 ORDER BY booked_at"};
// Who was booked for a shift and is not any more, the last time of each.
struct CancelledRow {
  Uuid person_id;
  BookingState state = BookingState::cancelled_by_office;
  Timestamp booked_at;
  std::optional<Timestamp> cancelled_at;
};
BOOST_DESCRIBE_STRUCT(CancelledRow, (), (person_id, state, booked_at, cancelled_at))
inline constexpr db::Sql kCancelledOf{
    "booking.cancelled_of",
    "SELECT DISTINCT ON (person_id) person_id, state, booked_at, cancelled_at FROM booking WHERE "
    "shift_id = $1 AND state <> 1 ORDER BY person_id, cancelled_at DESC"};
inline constexpr db::Sql kBookings{
    "booking.page", VARDE_BOOKING
    "WHERE starts_at >= $1 AND starts_at < $2 AND ($3::uuid IS NULL OR person_id = $3) AND "
    "($4::uuid IS NULL OR workplace_id = $4) ORDER BY starts_at, booking_id LIMIT 5001"};
#undef VARDE_BOOKING
inline constexpr db::Sql kInsertBooking{
    "booking.insert",
    "INSERT INTO booking (tenant_id, booking_id, shift_id, person_id, workplace_id, starts_at, "
    "ends_at, break_minutes, overridden, sealed, booked_by, booked_at) VALUES ($1, $2, $3, $4, $5, "
    "$6, $7, $8, $9, $10, $11, $12)"};
// The reason is that of the cancellation, or there is none: why somebody was booked against a rule
// is not what she said when she cancelled. (The trail keeps it.)
inline constexpr db::Sql kCancelBooking{
    "booking.cancel",
    "UPDATE booking SET state = $2, cancelled_at = $3, sealed = $4 WHERE booking_id = $1 AND state "
    "= 1"};
// Of a shift ($1), or at a workplace ($2), as far back as feeds reach: what they show has changed.
inline constexpr db::Sql kReviseBookings{
    "booking.revise",
    "UPDATE booking b SET revision = b.revision + 1, revised_at = $3 FROM (SELECT booking_id FROM "
    "booking WHERE (shift_id = $1 OR workplace_id = $2) AND starts_at > $4 ORDER BY booking_id FOR "
    "NO KEY UPDATE) l WHERE b.booking_id = l.booking_id"};
// Until somebody has said which hours were worked.
inline constexpr db::Sql kSetBreak{"booking.set_break",
                                   "UPDATE booking SET break_minutes = $2 WHERE shift_id = $1 AND "
                                   "state = 1 AND worked_from IS NULL"};
inline constexpr db::Sql kReminded{"booking.reminded",
                                   "UPDATE booking SET reminded_at = $2 WHERE booking_id = $1 AND "
                                   "state = 1 AND reminded_at IS NULL"};
// $5: the person says so, otherwise the office. Who says something else than stands there takes the
// other's confirmation back.
inline constexpr db::Sql kWorked{
    "booking.worked",
    "UPDATE booking SET worked_from = $2, worked_until = $3, person_confirmed_at = CASE WHEN $5 "
    "THEN $4 WHEN worked_from = $2 AND worked_until = $3 THEN person_confirmed_at END, "
    "office_confirmed_at = CASE WHEN NOT $5 THEN $4 WHEN worked_from = $2 AND worked_until = $3 "
    "THEN office_confirmed_at END WHERE booking_id = $1 AND state = 1"};
// As they were seen ($2, $3): what the person said, or what was planned where nobody said anything;
// what is over, and once.
inline constexpr db::Sql kConfirmHours{
    "booking.confirm_hours",
    "UPDATE booking b SET worked_from = l.seen_from, worked_until = l.seen_until, "
    "office_confirmed_at = $4 FROM (SELECT c.booking_id, a.seen_from, a.seen_until FROM "
    "unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) AS a (booking_id, seen_from, "
    "seen_until) JOIN booking c ON c.booking_id = a.booking_id WHERE c.state = 1 AND c.ends_at <= "
    "$4 AND c.office_confirmed_at IS NULL AND coalesce(c.worked_from, c.starts_at) = a.seen_from "
    "AND coalesce(c.worked_until, c.ends_at) = a.seen_until ORDER BY c.booking_id FOR NO KEY "
    "UPDATE "
    "OF c) l WHERE b.booking_id = l.booking_id RETURNING b.shift_id, b.person_id"};
struct ConfirmedRow {
  Uuid shift_id, person_id;
};
BOOST_DESCRIBE_STRUCT(ConfirmedRow, (), (shift_id, person_id))
// What was asked before goes with it.
inline constexpr db::Sql kOldShifts{
    "retention.old_shifts",
    "SELECT count(*) AS rows, min(ends_at) AS oldest FROM shift WHERE ends_at < $1"};
inline constexpr db::Sql kDropOldShifts{
    "retention.drop_shifts",
    "WITH old AS (SELECT shift_id FROM shift WHERE ends_at < $1 ORDER BY ends_at LIMIT $2 FOR "
    "UPDATE), "
    "booked AS (DELETE FROM booking b USING old WHERE b.shift_id = old.shift_id) "
    "DELETE FROM shift s USING old WHERE s.shift_id = old.shift_id RETURNING s.shift_id"};
inline constexpr db::Sql kEraseOffers{
    "offer.erase",
    "DELETE FROM offer o USING (SELECT shift_id, person_id FROM offer WHERE person_id = ANY($1) "
    "ORDER BY shift_id, person_id FOR UPDATE) l WHERE o.shift_id = l.shift_id AND o.person_id = "
    "l.person_id"};
// Who worked when stays as hours of nobody: the sum of a month is the organisation's.
inline constexpr db::Sql kEraseBookings{"booking.erase",
                                        "DELETE FROM booking WHERE person_id = ANY($1)"};
inline constexpr db::Sql kFreeErased{"booking.free_erased",
                                     "SELECT shift_id, count(*) AS count FROM booking WHERE "
                                     "person_id = ANY($1) AND state = 1 AND starts_at > $2 GROUP "
                                     "BY shift_id ORDER BY shift_id"};

}  // namespace varde::staffing::store
