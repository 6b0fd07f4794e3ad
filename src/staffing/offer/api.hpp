// What goes over the wire of offers and bookings; only for this folder.
#pragma once

#include "staffing/offer/offer.hpp"
#include "web/resource.hpp"

namespace varde::staffing {

/// What was asked, and said, before the question that counts now.
struct EarlierRound {
  Timestamp asked_at;
  std::optional<Reach> reach;
  OfferState state = OfferState::open;
  std::optional<Timestamp> answered_at;
  AnswerChannel channel = AnswerChannel::none;
};
BOOST_DESCRIBE_STRUCT(EarlierRound, (), (asked_at, reach, state, answered_at, channel))
struct OfferView {
  Uuid person_id;
  std::optional<Personal> name;
  std::optional<Timestamp>
      picture_at;              ///< When the picture was changed; without one there is none.
  std::optional<Reach> reach;  ///< What it went out by; not kept of old questions.
  OfferState state = OfferState::open;
  int step = 0, rank = 0, number = 0;
  std::string explanation;
  Timestamp asked_at;
  std::optional<Timestamp> expires_at, answered_at;
  AnswerChannel channel = AnswerChannel::none;
  bool simulated = false;
  bool repeatable = false;  ///< Can be asked again, when somebody says so.
  bool again = false;       ///< Waits to be asked again.
  std::vector<EarlierRound> earlier;
  /// Booked since the question, and not any more: when, and by whom.
  std::optional<Timestamp> booked_at, cancelled_at;
  std::optional<BookingState> cancelled;
};
BOOST_DESCRIBE_STRUCT(OfferView, (),
                      (person_id, name, picture_at, reach, state, step, rank, number, explanation,
                       asked_at, expires_at, answered_at, channel, simulated, repeatable, again,
                       earlier, booked_at, cancelled_at, cancelled))
struct CandidateView {
  Uuid person_id;
  std::optional<Personal> name;
  std::optional<Timestamp> picture_at;
  bool askable = false, favourite = false, in_pool = false;
  std::string explanation;
};
BOOST_DESCRIBE_STRUCT(CandidateView, (),
                      (person_id, name, picture_at, askable, favourite, in_pool, explanation))
struct CandidateQuery {
  std::optional<int> limit;
};
BOOST_DESCRIBE_STRUCT(CandidateQuery, (), (limit))
struct Candidates {
  std::vector<CandidateView> items;
  std::int64_t count = 0, askable = 0;  ///< Of the whole pool.
  double took_ms = 0;                   ///< Loading and ranking it, without the names.
};
BOOST_DESCRIBE_STRUCT(Candidates, (), (items, count, askable, took_ms))
struct BookingView {
  Uuid id, shift_id, person_id, workplace_id;
  std::optional<Personal> name;
  std::optional<Timestamp> picture_at;  ///< Only for those who may see it.
  Timestamp starts_at, ends_at;
  int break_minutes = 0;
  BookingState state = BookingState::booked;
  bool overridden = false;
  Timestamp booked_at;
  std::optional<Timestamp> cancelled_at, worked_from, worked_until, person_confirmed_at,
      office_confirmed_at;
  std::optional<Personal> reason;  ///< Of a cancellation; before, of a booking against a rule.
};
BOOST_DESCRIBE_STRUCT(BookingView, (),
                      (id, shift_id, person_id, workplace_id, name, picture_at, starts_at, ends_at,
                       break_minutes, state, overridden, booked_at, cancelled_at, worked_from,
                       worked_until, person_confirmed_at, office_confirmed_at, reason))
struct BookInput {
  Uuid person_id;
  /// Books against what the rules say; needs the right to, and goes into the trail.
  std::optional<web::Text<500, 3>> override_reason;
};
BOOST_DESCRIBE_STRUCT(BookInput, (), (person_id, override_reason))
struct AnswerInput {
  bool yes = false;
};
BOOST_DESCRIBE_STRUCT(AnswerInput, (), (yes))
struct ReasonInput {
  std::optional<web::Text<300>> reason;
};
BOOST_DESCRIBE_STRUCT(ReasonInput, (), (reason))
struct HoursInput {
  Timestamp from, until;
};
BOOST_DESCRIBE_STRUCT(HoursInput, (), (from, until))
struct SeenHours {
  Uuid id;
  Timestamp from, until;  ///< As whoever confirms saw them.
};
BOOST_DESCRIBE_STRUCT(SeenHours, (), (id, from, until))
struct ManyHoursInput {
  std::vector<SeenHours> bookings;
};
BOOST_DESCRIBE_STRUCT(ManyHoursInput, (), (bookings))
struct ManyHoursResult {
  /// Not those that are not over, were cancelled, were confirmed already, or have other hours now.
  int confirmed = 0;
};
BOOST_DESCRIBE_STRUCT(ManyHoursResult, (), (confirmed))
struct BookingsQuery {
  Timestamp from, until;
  std::optional<Uuid> person, workplace;
};
BOOST_DESCRIBE_STRUCT(BookingsQuery, (), (from, until, person, workplace))
enum class Separator { comma, semicolon, tab };
BOOST_DESCRIBE_ENUM(Separator, comma, semicolon, tab)
struct PayrollQuery {
  Timestamp from, until;
  std::optional<Uuid> person, workplace;
  std::optional<Separator> separator;  ///< Default: as spreadsheets of the organisation's language.
};
BOOST_DESCRIBE_STRUCT(PayrollQuery, (), (from, until, person, workplace, separator))
struct OfferPath {
  Uuid id, person;
};
BOOST_DESCRIBE_STRUCT(OfferPath, (), (id, person))

// The operations, as routes.cpp lists them.
Result<Candidates> list_candidates(trust::Ctx& ctx, const web::Path<web::IdPath>& path,
                                   const web::Query<CandidateQuery>& query);
Result<web::Page<OfferView>> list_offers(trust::Ctx& ctx, const web::Path<web::IdPath>& path);
Result<AnswerReply> answer_offer_route(trust::Ctx& ctx, const web::Path<OfferPath>& path,
                                       const web::Body<AnswerInput>& in);
Result<BookingView> book_shift(trust::Ctx& ctx, const web::Path<web::IdPath>& path,
                               const web::Body<BookInput>& in);
Result<Shift> cancel_shift(trust::Ctx& ctx, const web::Path<web::IdPath>& path,
                           const web::Body<ReasonInput>& in);
Result<web::Page<BookingView>> list_bookings(trust::Ctx& ctx,
                                             const web::Query<BookingsQuery>& query);
Result<web::Page<BookingView>> list_shift_bookings(trust::Ctx& ctx,
                                                   const web::Path<web::IdPath>& path);
Result<BookingView> cancel_booking(trust::Ctx& ctx, const web::Path<web::IdPath>& path,
                                   const web::Body<ReasonInput>& in);
Result<BookingView> confirm_hours(trust::Ctx& ctx, const web::Path<web::IdPath>& path,
                                  const web::Body<HoursInput>& in);
Result<ManyHoursResult> confirm_many_hours(trust::Ctx& ctx, const web::Body<ManyHoursInput>& in);
Result<net::Response> download_bookings(trust::Ctx& ctx, const web::Query<PayrollQuery>& query);

}  // namespace varde::staffing
