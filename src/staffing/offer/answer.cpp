// Answers: read, decided, said.
#include "base/text.hpp"
#include "crypto/aead.hpp"
#include "people/person/person.hpp"
#include "staffing/offer/internal.hpp"
#include "trust/audit.hpp"

namespace varde::staffing {

using namespace store;
using trust::AuditEntry;
using trust::Ctx;
namespace json = boost::json;

namespace {

std::string booking_context(const Uuid& booking) { return "booking:" + booking.str(); }

struct Sentences {
  const char *en, *nb, *sv;
};
// In the order of AnswerResult.
constexpr Sentences kSentences[] = {
    {"The shift is yours.", "Du har fått vakten.", "Du har fått passet."},
    {"Thank you. You will be told when somebody is chosen.",
     "Takk. Du får beskjed når noen er valgt.", "Tack. Du får besked när någon har valts."},
    {"Thank you for telling us.", "Takk for beskjeden.", "Tack för beskedet."},
    {"Somebody else was first: the shift is taken.", "Noen andre var først: vakten er tatt.",
     "Någon annan var först: passet är taget."},
    {"It is too late to answer: the shift is not offered any more.",
     "Det er for sent å svare: vakten tilbys ikke lenger.",
     "Det är för sent att svara: passet erbjuds inte längre."},
    {"This shift cannot be given to you.", "Du kan ikke få denne vakten.",
     "Du kan inte få det här passet."}};
constexpr Sentences kCall = {"The shift begins in less than {} hours. Call those who expect you.",
                             "Vakten begynner om mindre enn {} timer. Ring dem som venter deg.",
                             "Passet börjar om mindre än {} timmar. Ring dem som väntar dig."};

const char* in(const Sentences& all, const std::string& language) {
  auto known = language_of(language);
  return known == Language::nb ? all.nb : known == Language::sv ? all.sv : all.en;
}

AnswerReply reply(AnswerResult result, const std::string& language) {
  return {result, in(kSentences[static_cast<std::size_t>(result)], language)};
}

Result<AnswerReply> say_no(Ctx& ctx, const Shift& shift, const OfferRecord& offer,
                           AnswerChannel channel, const std::string& language) {
  if (offer.state == OfferState::booked) {
    auto booking = ctx.tx().maybe<BookingRecord>(kBookingOf, shift.id, offer.person_id);
    auto hours = staffing_settings(ctx).asking.cancel_hours;
    if (channel != AnswerChannel::user && shift.starts_at - now() < std::chrono::hours(hours))
      return AnswerReply{AnswerResult::not_allowed,
                         fmt::format(fmt::runtime(in(kCall, language)), hours)};
    if (booking) VARDE_CHECK(cancel_booking(ctx, *booking, BookingState::cancelled_by_person, ""));
    return reply(AnswerResult::declined, language);
  }
  if (offer.state != OfferState::declined) {
    ctx.tx().later(kAnswer, shift.id, offer.person_id, now(), OfferState::declined, channel);
    trust::record(ctx, AuditEntry{"offer.decline", "shift", shift.id, offer.person_id});
    if (shift.state == ShiftState::open) enqueue_advance(ctx, shift.id);
  }
  return reply(AnswerResult::declined, language);
}

Result<AnswerReply> say_yes(Ctx& ctx, const Shift& shift, const OfferRecord& offer,
                            AnswerChannel channel, const std::string& language) {
  auto decide = [&](AnswerResult result, OfferState state) {
    ctx.tx().later(kAnswer, shift.id, offer.person_id, now(), state, channel);
    return reply(result, language);
  };
  if (offer.state == OfferState::booked) return reply(AnswerResult::booked, language);
  bool over = shift.starts_at <= now() || (shift.answer_by && *shift.answer_by < now());
  if (offer.state == OfferState::withdrawn || shift.state == ShiftState::cancelled ||
      shift.state == ShiftState::draft || shift.state == ShiftState::requested || over)
    return over ? decide(AnswerResult::too_late, OfferState::expired)
                : reply(AnswerResult::too_late, language);
  if (shift.taken >= shift.places) return decide(AnswerResult::taken, OfferState::taken);
  if (shift.strategy.kind == StrategyKind::candidates && channel != AnswerChannel::user) {
    if (offer.state == OfferState::waiting) return reply(AnswerResult::waiting, language);
    trust::record(ctx, AuditEntry{"offer.apply", "shift", shift.id, offer.person_id});
    return decide(AnswerResult::waiting, OfferState::waiting);
  }
  if (auto reason = forbidden_for(ctx, shift, offer.person_id)) {
    decide(AnswerResult::not_allowed, OfferState::refused);
    enqueue_advance(ctx, shift.id);
    return AnswerReply{AnswerResult::not_allowed, reason->told};
  }
  if (!take_place(ctx, shift.id)) return decide(AnswerResult::taken, OfferState::taken);
  insert_booking(ctx, shift, offer.person_id, std::nullopt);
  decide(AnswerResult::booked, OfferState::booked);
  enqueue_after(ctx, shift.id, offer.person_id);
  return reply(AnswerResult::booked, language);
}

}  // namespace

Result<AnswerReply> answer(Ctx& ctx, const Uuid& shift_id, const Uuid& person, bool yes,
                           AnswerChannel channel, const std::string& language) {
  for (int attempt = 0;; ++attempt) {
    auto shift = find_shift(ctx, shift_id);
    auto offer = ctx.tx().maybe<OfferRecord>(kOffer, shift_id, person);
    if (!shift || !offer) return not_found("This person was not asked about this shift.");
    try {
      return yes ? say_yes(ctx, *shift, *offer, channel, language)
                 : say_no(ctx, *shift, *offer, channel, language);
    } catch (const db::SqlError& e) {
      // Somebody else's commit came between the look and the booking: the same person twice, or
      // another shift at the time. The next look sees it.
      // A reply by SMS has written in this transaction already: whoever brought it brings it again.
      if (attempt > 2 || channel == AnswerChannel::sms ||
          !(e.is_unique_violation() || e.is_exclusion_violation()))
        throw;
      ctx.rollback();
    }
  }
}

std::optional<SpokenAnswer> read_answer(std::string_view text) {
  static const std::set<std::string, std::less<>> kYes = {"ja", "j",  "jo",  "jepp", "yes",
                                                          "y",  "ok", "yep", "jaa",  "jada"};
  static const std::set<std::string, std::less<>> kNo = {"nei", "nej", "n", "no", "nope", "ne"};
  auto folded = words(fold(text));
  if (folded.empty() || folded.size() > 12) return std::nullopt;
  SpokenAnswer out;
  std::size_t at = 0;
  auto number_of = [](const std::string& word) -> std::optional<int> {
    int value = 0;
    auto [end, ec] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (ec != std::errc() || end != word.data() + word.size() || value < 1 || value > 99999)
      return std::nullopt;
    return value;
  };
  // "3 ja" says the same as "ja 3".
  if (auto first = number_of(folded[0]); first && folded.size() > 1) {
    out.number = first;
    at = 1;
  }
  if (kYes.contains(folded[at])) {
    out.yes = true;
  } else if (!kNo.contains(folded[at])) {
    return std::nullopt;
  }
  // "ja nei" is neither; "nei takk" and "ja, gjerne" are what they begin with.
  for (std::size_t i = at + 1; i < folded.size(); ++i) {
    if ((out.yes ? kNo : kYes).contains(folded[i])) return std::nullopt;
    if (auto number = number_of(folded[i])) {
      if (out.number && *out.number != *number) return std::nullopt;
      out.number = number;
    }
  }
  return out;
}

Uuid insert_booking(Ctx& ctx, const Shift& shift, const Uuid& person,
                    const std::optional<std::string>& override_reason) {
  auto id = Uuid::make();
  std::optional<db::Bytes> sealed;
  if (override_reason)
    if (auto key = ctx.base.keys.key(ctx.tenant, person))
      sealed = db::Bytes{crypto::seal(*key, *override_reason, booking_context(id))};
  auto by = ctx.actor.kind == trust::ActorKind::user ? std::optional(ctx.actor.id) : std::nullopt;
  ctx.tx().query(kInsertBooking, ctx.tenant, id, shift.id, person, shift.workplace_id,
                 shift.starts_at, shift.ends_at, shift.break_minutes, override_reason.has_value(),
                 sealed, by, now());
  trust::record(ctx, AuditEntry{override_reason ? "booking.override" : "booking.create", "shift",
                                shift.id, person});
  people::record_activity(
      ctx, {{person, people::ActivityKind::booked, shift.id, std::nullopt, 0, std::nullopt, {}}});
  return id;
}

void enqueue_after(Ctx& ctx, const Uuid& shift, const Uuid& person) {
  jobs::enqueue(ctx.tx(), {.kind = "staffing.after",
                           .tenant_id = ctx.tenant,
                           .payload = json::serialize(json::object{{"shift_id", shift.str()},
                                                                   {"person_id", person.str()}})});
}

Result<void> cancel_booking(Ctx& ctx, const BookingRecord& booking, BookingState state,
                            const std::string& reason) {
  // The shift first, as everywhere.
  if (!lock_shift(ctx, booking.shift_id)) return not_found("This shift does not exist any more.");
  std::optional<db::Bytes> sealed;
  if (!reason.empty())
    if (auto key = ctx.base.keys.key(ctx.tenant, booking.person_id))
      sealed = db::Bytes{crypto::seal(*key, reason, booking_context(booking.booking_id))};
  if (ctx.tx().query(kCancelBooking, booking.booking_id, state, now(), sealed).affected() == 0)
    return not_found("This booking was cancelled already.");
  free_place(ctx, booking.shift_id);
  ctx.tx().later(
      kSetOffer, booking.shift_id, booking.person_id,
      state == BookingState::cancelled_by_person ? OfferState::declined : OfferState::withdrawn);
  trust::record(ctx, AuditEntry{"booking.cancel", "shift", booking.shift_id, booking.person_id});
  people::record_activity(ctx, {{booking.person_id,
                                 people::ActivityKind::booking_cancelled,
                                 booking.shift_id,
                                 std::nullopt,
                                 0,
                                 std::nullopt,
                                 {}}});
  enqueue_advance(ctx, booking.shift_id);
  return {};
}

}  // namespace varde::staffing
