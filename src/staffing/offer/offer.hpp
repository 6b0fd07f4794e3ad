// Offers: who is asked about a shift, what they answer, and who gets it.
//
// The engine (advance) goes on with a shift's strategy: it ranks the pool, asks the next ones, and
// sleeps until a time or an answer wakes it. An answer is decided in one transaction:
//
//   read → already decided? → rules → UPDATE shift … WHERE taken < places → booking → offer
//
// The place is won by the UPDATE, in the database, whatever runs beside it; a person is in one
// place at a time by an exclusion constraint. Every transaction that changes both locks the shift
// before the offers, so that two answers never wait for each other in a circle. What follows from a
// booking (a confirmation, telling the others) follows in a job, after the commit: the same answer
// asked again gives the same reply.
//
// An offer is the question that counts now. Who is asked again (again.cpp) keeps link and number,
// and what was asked and said before stays, as a row of offer_before.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "outreach/outreach.hpp"
#include "staffing/fit/rank.hpp"
#include "staffing/shift/shift.hpp"
#include "trust/table.hpp"
#include "trust/tenant/tenant.hpp"

namespace varde::staffing {

enum class OfferState {
  open = 1,
  booked = 2,
  declined = 3,
  waiting = 4,    ///< Applied; somebody picks.
  taken = 5,      ///< Others got it.
  expired = 6,    ///< The time to answer went by.
  withdrawn = 7,  ///< The question was taken back.
  refused = 8,    ///< A yes that a rule forbids.
};
BOOST_DESCRIBE_ENUM(OfferState, open, booked, declined, waiting, taken, expired, withdrawn, refused)
enum class AnswerChannel { none = 0, link = 1, sms = 2, user = 3 };
BOOST_DESCRIBE_ENUM(AnswerChannel, none, link, sms, user)
/// What a question went out by.
enum class Reach { sms = 1, mail = 2, nothing = 3 };
BOOST_DESCRIBE_ENUM(Reach, sms, mail, nothing)
enum class BookingState { booked = 1, cancelled_by_person = 2, cancelled_by_office = 3 };
BOOST_DESCRIBE_ENUM(BookingState, booked, cancelled_by_person, cancelled_by_office)

enum class AnswerResult { booked, waiting, declined, taken, too_late, not_allowed };
BOOST_DESCRIBE_ENUM(AnswerResult, booked, waiting, declined, taken, too_late, not_allowed)
/// What somebody who answered is told at once.
struct AnswerReply {
  AnswerResult result = AnswerResult::taken;
  std::string sentence;
};
BOOST_DESCRIBE_STRUCT(AnswerReply, (), (result, sentence))

/// An answer to the question about a shift, whichever way it came.
struct OfferAnswer {
  Uuid shift, person;
  bool yes = false;
  AnswerChannel channel = AnswerChannel::link;
  std::string language = "en";  ///< Of the reply; English, Norwegian and Swedish are known.
  int flags = 0;                ///< people::kSimulated.
  std::string reason = {};      ///< Of a no that ends a booking; kept sealed with it.
  bool sure = true;             ///< A no that would end a booking is meant.
};

/// Decides an answer in the caller's transaction, which the caller commits before telling anybody.
/// The same answer again gives the same reply. Errors: not_found (neither asked nor booked).
Result<AnswerReply> decide(trust::Ctx& ctx, const OfferAnswer& answer);

struct Decision {
  std::optional<AnswerReply> reply;  ///< Absent: the contract has ended, or it ends a booking.
  std::string language;              ///< The person's, otherwise the organisation's.
  trust::TenantSettings settings;    ///< Of the organisation, as they were then.
  bool ends_booking = false;         ///< It would, and nobody was sure; nothing was done.
};
/// Decides answers by link, many at one moment, in transactions of its own; one for the program.
class AnswerDesk {
 public:
  explicit AnswerDesk(trust::Base& base);
  ~AnswerDesk();
  /// Errors: not_found (neither asked nor booked).
  Result<Decision> decide(const Uuid& tenant, OfferAnswer answer);

 private:
  struct Batches;
  Decision hear(const Uuid& tenant, const OfferAnswer& answer);
  std::optional<AnswerReply> claim(const Uuid& tenant, const OfferAnswer& answer);

  trust::Base& base_;
  std::unique_ptr<Batches> batches_;
};

/// What a page about a question says: the key of a text. Only with "offer.open" and
/// "offer.declined" a yes would do something.
const char* offer_standing(OfferState state, ShiftState shift, Timestamp starts_at,
                           std::optional<Timestamp> answer_by, bool places_free);

/// Says from when until when somebody really worked, by the person or by the office; the same as
/// the other said confirms it, anything else waits for the other. Errors: not_found, bad_input.
Result<void> say_hours(trust::Ctx& ctx, const Uuid& booking, Timestamp from, Timestamp until,
                       bool by_person);

/// One of a ranked pool.
struct Fit {
  fit::Ranked ranked;
  std::string zone;      ///< Of the shift.
  bool in_pool = false;  ///< Of one of the pools that the shift names.

  const Uuid& person_id() const { return ranked.id; }
  bool askable() const { return ranked.standing == fit::Standing::askable; }
  /// For the scheduler: why here, or why not. Put into words only now: of ten thousand who are
  /// ranked, a page shows a few.
  std::string explanation() const { return fit::explain(ranked, zone, "en"); }
};
/// The pool of a shift in the order in which it should be asked; those who must not be asked last.
std::vector<Fit> rank_pool(trust::Ctx& ctx, const Shift& shift);
/// Why somebody must not be booked.
struct Forbidden {
  std::string explanation;  ///< For the scheduler.
  std::string told;         ///< For the person, in their language.
  bool overridable = true;  ///< A rule, against which one may book with a reason.
};
/// Until the caller's transaction ends nobody else books these persons. Queued.
void book_alone(trust::Ctx& ctx, const std::vector<Uuid>& persons);
/// What forbids each of these persons, nobody twice, the shift at the same place of `shifts`;
/// nullopt when nothing does. It stays so until the caller's transaction ends: whoever else books
/// them waits. The number of round trips does not depend on how many they are.
std::vector<std::optional<Forbidden>> forbidden_for(trust::Ctx& ctx,
                                                    const std::vector<const Shift*>& shifts,
                                                    const std::vector<Uuid>& persons);
std::optional<Forbidden> forbidden_for(trust::Ctx& ctx, const Shift& shift, const Uuid& person);

/// Before a shift's break may change, and before the shift is locked: nobody else books those who
/// are booked for it until the caller's transaction ends.
void hold_booked(trust::Ctx& ctx, const Uuid& shift);
/// Gives the bookings of a locked shift another break, which counts for rules and pay. Errors:
/// conflict when hours were reported with the one they have, or somebody would work too long.
Result<void> change_break(trust::Ctx& ctx, const Shift& shift, int break_minutes);

/// Ends the questions to those who cannot be asked any more; they become `state`. Nobody waits for
/// them: the next one is asked, or the asker told that nobody is left.
void end_questions(trust::Ctx& ctx, const std::vector<Uuid>& persons, OfferState state);

/// How long bookings stay in the feeds of calendars.
inline constexpr auto kFeedReach = std::chrono::days(60);
/// That what calendars show of the bookings of a shift, or at a workplace, is another thing now.
void revise_bookings_of(trust::Ctx& ctx, const Uuid& shift);
void revise_bookings_at(trust::Ctx& ctx, const Uuid& workplace);

/// Shifts that somebody gave an answer to.
std::vector<trust::LiveUpdate> live_offers(trust::Ctx& ctx, Timestamp since);

void add_offer_routes(trust::Api& api);
void add_again_routes(trust::Api& api);
void add_offer_pages(trust::Base& base, web::Router& router);
void add_offer_jobs(trust::Base& base, jobs::Workers& workers);
void add_offer_hooks(trust::Base& base);
/// Why somebody was booked against a rule, or a booking ended.
inline constexpr trust::Seal kBookingReason{.column = "sealed",
                                            .context = "booking:{id}",
                                            .id = "booking_id",
                                            .holds = trust::Seal::Holds::text};
std::vector<trust::Table> offer_tables();

}  // namespace varde::staffing
