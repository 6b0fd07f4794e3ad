// Answers to the question about a shift: the page behind a link, a reply by SMS, the portal and the
// office all come here.
//
// decide(ctx, …) decides one answer in its caller's transaction. Most answers come by link, and
// many at one moment; those go through an AnswerDesk, which takes what arrives together in batches:
//
//   1. Those that neither win a place nor give one back (no; the shift is taken; it is too late):
//      one transaction for up to 128 of them, which takes no lock that a booking holds.
//   2. A yes where a place may be free: one transaction for up to 32, which asks the rules, takes
//      places and books; the database says for whom a place is left.
//   3. What neither could decide (a booked person's no, two answers of one person at once, somebody
//      who was booked by the office meanwhile): one by one, as decide(ctx, …) does.
#include "net/batches.hpp"
#include "people/person/person.hpp"
#include "staffing/offer/internal.hpp"
#include "staffing/offer/store_sql.hpp"
#include "trust/audit.hpp"

namespace varde::staffing {

using namespace store;
using trust::AuditEntry;
using trust::Ctx;

namespace {

constexpr std::int64_t kFewOpen = 100;

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

AnswerReply reply(AnswerResult result, const std::string& language) {
  return {result, in(kSentences[static_cast<std::size_t>(result)], language)};
}

// What an answer comes to when no place is won or given back by it.
struct Outcome {
  AnswerResult result;
  std::optional<OfferState> state;  // what the offer becomes; absent: it stays
  const char* action = nullptr;     // in the trail
  bool advance = false;             // the engine has something to do
};

// nullopt: a place is at stake. `few_open`: few questions about the shift are open, so that the
// next one may have to be asked; while many are, one no changes nothing.
std::optional<Outcome> outcome_of(const Shift& shift, const OfferRecord& offer, bool yes,
                                  AnswerChannel channel, bool few_open) {
  using enum OfferState;
  if (!yes) {
    if (offer.state == booked) return std::nullopt;
    // A second no is one too where somebody said that the person is to be asked again.
    if (offer.state == declined && !to_be_repeated(offer))
      return Outcome{AnswerResult::declined, {}};
    return Outcome{AnswerResult::declined, declined, "offer.decline",
                   few_open && shift.state == ShiftState::open};
  }
  if (offer.state == booked) return Outcome{AnswerResult::booked, {}};
  if (answers_closed(shift)) return Outcome{AnswerResult::too_late, expired};
  if (offer.state == withdrawn || shift.state == ShiftState::cancelled ||
      shift.state == ShiftState::draft || shift.state == ShiftState::requested)
    return Outcome{AnswerResult::too_late, {}};
  if (shift.taken >= shift.places) return Outcome{AnswerResult::taken, taken};
  if (shift.strategy.kind == StrategyKind::candidates && channel != AnswerChannel::user) {
    if (offer.state == waiting) return Outcome{AnswerResult::waiting, {}};
    return Outcome{AnswerResult::waiting, waiting, "offer.apply"};
  }
  return std::nullopt;
}

// An answer with what it is about.
struct About {
  const Shift& shift;
  const OfferRecord& offer;
  const OfferAnswer& answer;
};

void set_offer(Ctx& ctx, const About& about, OfferState state) {
  ctx.tx().later(kOfferAnswer, about.shift.id, about.offer.person_id, now(), state,
                 about.answer.channel, about.answer.flags);
}

AnswerReply carry_out(Ctx& ctx, const About& about, const Outcome& outcome) {
  if (outcome.state) set_offer(ctx, about, *outcome.state);
  if (outcome.action != nullptr)
    trust::record(ctx, AuditEntry{outcome.action, "shift", about.shift.id, about.offer.person_id});
  if (outcome.advance) enqueue_advance(ctx, about.shift.id);
  return reply(outcome.result, about.answer.language);
}

// A booked person's no.
AnswerReply give_back(Ctx& ctx, const About& about) {
  auto booking =
      ctx.tx().maybe<BookingRecord>(kBookingOfPerson, about.shift.id, about.offer.person_id);
  auto hours = staffing_settings(ctx).asking.cancel_hours;
  if (about.answer.channel != AnswerChannel::user &&
      about.shift.starts_at - now() < std::chrono::hours(hours))
    return {AnswerResult::not_allowed,
            fmt::format(fmt::runtime(in(kCall, about.answer.language)), hours)};
  if (booking)
    cancel_bookings(ctx, about.shift.id, {*booking}, BookingState::cancelled_by_person,
                    about.answer.reason);
  return reply(AnswerResult::declined, about.answer.language);
}

// Whom the office booked without asking can say that they come, and that they do not.
std::optional<OfferRecord> booked_unasked(Ctx& ctx, const Uuid& shift, const Uuid& person) {
  auto booking = ctx.tx().maybe<BookingRecord>(kBookingOfPerson, shift, person);
  if (!booking) return std::nullopt;
  OfferRecord offer;
  offer.shift_id = shift;
  offer.person_id = person;
  offer.state = OfferState::booked;
  return offer;
}

// Many people's answers, written with as many statements as one's.
class Changes {
 public:
  void set(const OfferAnswer& answer, OfferState state) {
    shifts_.push_back(answer.shift);
    persons_.push_back(answer.person);
    states_.push_back(state);
    flags_.push_back(answer.flags);
  }
  void add(const OfferAnswer& answer, const Outcome& outcome) {
    if (outcome.state) set(answer, *outcome.state);
    if (outcome.action != nullptr)
      trail_.push_back({outcome.action,
                        "shift",
                        answer.shift,
                        answer.person,
                        {},
                        nullptr,
                        trust::Actor{trust::ActorKind::person, answer.person}});
    if (outcome.advance) advance(answer.shift);
  }
  void advance(const Uuid& shift) { advance_.insert(shift); }
  // `locked`: the caller has locked the offers already.
  void write(Ctx& ctx, AnswerChannel channel, bool locked) const {
    if (!shifts_.empty()) {
      if (!locked) ctx.tx().later(kOfferLockAnswered, shifts_, persons_);
      ctx.tx().later(kOfferAnswers, shifts_, persons_, now(), states_, channel, flags_);
    }
    trust::record(ctx, trail_);
    for (const auto& shift : advance_) enqueue_advance(ctx, shift);
  }

 private:
  std::vector<Uuid> shifts_, persons_;
  std::vector<OfferState> states_;
  std::vector<std::int64_t> flags_;
  std::vector<AuditEntry> trail_;
  std::set<Uuid> advance_;
};

// What outcome_of() looks at, for many people, and not locked unless the statement does.
struct Questions {
  std::vector<Shift> shifts;
  std::map<std::pair<Uuid, Uuid>, OfferRecord> offers;
  std::unordered_map<Uuid, std::int64_t> open;  // questions of a shift

  const Shift* shift(const Uuid& id) const {
    auto found = std::ranges::find(shifts, id, &Shift::id);
    return found == shifts.end() ? nullptr : &*found;
  }
  bool few_open(const Uuid& id) const {
    auto found = open.find(id);
    return found == open.end() || found->second < kFewOpen;
  }
};
Questions questions_of(Ctx& ctx, const db::Sql& offers, const std::vector<Uuid>& shift_ids,
                       const std::vector<Uuid>& persons) {
  std::set<Uuid> distinct(shift_ids.begin(), shift_ids.end());
  auto offered = ctx.tx().later(offers, shift_ids, persons);
  auto open = ctx.tx().later(kOfferOpenOf, std::vector(distinct.begin(), distinct.end()), kFewOpen);
  Questions out;
  out.shifts = find_shifts(ctx, {distinct.begin(), distinct.end()});
  for (const auto& [shift, count] : open.rows().all<ShiftCount>()) out.open[shift] = count;
  for (auto& offer : offered.rows().all<OfferRecord>())
    out.offers.emplace(std::pair(offer.shift_id, offer.person_id), std::move(offer));
  return out;
}

// A yes where a place may be free.
struct Claim {
  const Shift& shift;
  OfferAnswer answer;
};
// Rules, places, bookings, for each claim its reply; `changes` gets what their offers become.
std::vector<AnswerReply> take(Ctx& ctx, const std::vector<Claim>& claims, Changes& changes) {
  std::vector<const Shift*> shifts;
  std::vector<Uuid> persons;
  for (const auto& claim : claims) {
    shifts.push_back(&claim.shift);
    persons.push_back(claim.answer.person);
  }
  auto forbidden = forbidden_for(ctx, shifts, persons);
  std::map<Uuid, int> wanted;
  for (std::size_t i = 0; i < claims.size(); ++i)
    if (!forbidden[i]) ++wanted[claims[i].answer.shift];
  auto places = wanted.empty() ? wanted : take_places(ctx, wanted);
  std::vector<NewBooking> bookings;
  std::vector<AnswerReply> out;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const auto& [shift, answer] = claims[i];
    if (forbidden[i]) {
      changes.set(answer, OfferState::refused);
      changes.advance(answer.shift);
      out.push_back(forbidden[i]->told.empty()
                        ? reply(AnswerResult::not_allowed, answer.language)
                        : AnswerReply{AnswerResult::not_allowed, forbidden[i]->told});
      continue;
    }
    bool won = places[answer.shift]-- > 0;
    changes.set(answer, won ? OfferState::booked : OfferState::taken);
    if (won) bookings.push_back({&shift, answer.person, std::nullopt, answer.flags});
    out.push_back(reply(won ? AnswerResult::booked : AnswerResult::taken, answer.language));
  }
  insert_bookings(ctx, bookings);
  for (const auto& booking : bookings) enqueue_after(ctx, booking.shift->id, booking.person);
  return out;
}

// Decides those that neither win a place nor give one back, with as many round trips as one takes;
// absent: a place is at stake. `answers` get the language of their persons.
std::vector<std::optional<AnswerReply>> settle(Ctx& ctx, std::vector<OfferAnswer>& answers) {
  std::vector<Uuid> shift_ids, persons;
  for (const auto& answer : answers) {
    shift_ids.push_back(answer.shift);
    persons.push_back(answer.person);
  }
  auto spoken = people::languages(ctx, persons);
  auto all = questions_of(ctx, kOfferLockAnswered, shift_ids, persons);
  Changes changes;
  std::vector<std::optional<AnswerReply>> out(answers.size());
  for (std::size_t i = 0; i < answers.size(); ++i) {
    auto& answer = answers[i];
    if (auto own = spoken.find(answer.person); own != spoken.end()) answer.language = own->second;
    const auto* shift = all.shift(answer.shift);
    // Taken out: who answers twice at once is heard one after the other.
    auto offer = all.offers.extract({answer.shift, answer.person});
    if (shift == nullptr || offer.empty()) continue;
    if (auto outcome = outcome_of(*shift, offer.mapped(), answer.yes, AnswerChannel::link,
                                  all.few_open(answer.shift))) {
      out[i] = reply(outcome->result, answer.language);
      changes.add(answer, *outcome);
    }
  }
  changes.write(ctx, AnswerChannel::link, true);
  return out;
}

// Books many people onto many shifts, with as many round trips as one takes, in the order given.
// Absent: a person who is there twice, or a shift or question that is not there. Throws SqlError
// when one of them is booked at the time by somebody who asks no rule.
std::vector<std::optional<AnswerReply>> book(Ctx& ctx, const std::vector<OfferAnswer>& answers) {
  std::vector<Uuid> shift_ids, persons;
  for (const auto& answer : answers) {
    shift_ids.push_back(answer.shift);
    persons.push_back(answer.person);
  }
  // Whoever says it twice at once hears the second time what the first came to.
  book_alone(ctx, persons);
  auto all = questions_of(ctx, kOfferAnswered, shift_ids, persons);
  Changes changes;
  std::vector<std::optional<AnswerReply>> out(answers.size());
  std::vector<Claim> claims;
  std::vector<std::size_t> places;  // of the claims among the answers
  std::set<Uuid> seen;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto& answer = answers[i];
    const auto* shift = all.shift(answer.shift);
    auto offer = all.offers.find({answer.shift, answer.person});
    if (shift == nullptr || offer == all.offers.end() || !seen.insert(answer.person).second)
      continue;
    if (auto outcome = outcome_of(*shift, offer->second, true, AnswerChannel::link,
                                  all.few_open(answer.shift))) {
      out[i] = reply(outcome->result, answer.language);
      changes.add(answer, *outcome);
    } else {
      claims.push_back({*shift, answer});
      places.push_back(i);
    }
  }
  if (!claims.empty()) {
    auto replies = take(ctx, claims, changes);
    for (std::size_t i = 0; i < places.size(); ++i) out[places[i]] = std::move(replies[i]);
  }
  changes.write(ctx, AnswerChannel::link, false);
  return out;
}

// Whether a no would end a booking, while there is time to think again.
bool would_cancel(Ctx& ctx, const OfferAnswer& answer) {
  if (answer.yes || answer.sure) return false;
  auto shift = find_shift(ctx, answer.shift);
  return shift &&
         shift->starts_at - now() >=
             std::chrono::hours(staffing_settings(ctx).asking.cancel_hours) &&
         ctx.tx().maybe<BookingRecord>(kBookingOfPerson, answer.shift, answer.person);
}

}  // namespace

Result<AnswerReply> decide(Ctx& ctx, const OfferAnswer& answer) {
  for (int attempt = 0;; ++attempt) {
    auto asked = ctx.tx().later(kOfferOne, answer.shift, answer.person);
    auto open = ctx.tx().later(kOfferOpenOf, std::vector{answer.shift}, kFewOpen);
    auto shift = find_shift(ctx, answer.shift);
    auto offer = asked.rows().maybe<OfferRecord>();
    if (shift && !offer) offer = booked_unasked(ctx, answer.shift, answer.person);
    if (!shift || !offer) return not_found("This person was not asked about this shift.");
    About about{*shift, *offer, answer};
    auto few_open = open.rows().as<ShiftCount>(0).count < kFewOpen;
    if (auto outcome = outcome_of(*shift, *offer, answer.yes, answer.channel, few_open))
      return carry_out(ctx, about, *outcome);
    try {
      if (!answer.yes) return give_back(ctx, about);
      // Whoever says it twice at once hears the second time what the first came to.
      book_alone(ctx, {answer.person});
      offer = ctx.tx().maybe<OfferRecord>(kOfferOne, answer.shift, answer.person);
      if (!offer) return not_found("This person was not asked about this shift.");
      if (auto outcome = outcome_of(*shift, *offer, true, answer.channel, few_open))
        return carry_out(ctx, about, *outcome);
      Changes changes;
      auto replies = take(ctx, {{*shift, answer}}, changes);
      changes.write(ctx, answer.channel, false);
      return std::move(replies.front());
    } catch (const db::SqlError& e) {
      // Somebody else's commit came between the look and the booking: the same person twice, or
      // another shift at the time. The next look sees it.
      // A reply by SMS has written in this transaction already: whoever brought it brings it again.
      if (attempt > 2 || answer.channel == AnswerChannel::sms ||
          !(e.is_unique_violation() || e.is_exclusion_violation()))
        throw;
      ctx.rollback();
    }
  }
}

// ---- many at one moment

struct AnswerDesk::Batches {
  net::Batches<Uuid, OfferAnswer, Decision> answers{128};
  net::Batches<Uuid, OfferAnswer, std::optional<AnswerReply>> bookings{32};
};

AnswerDesk::AnswerDesk(trust::Base& base) : base_(base), batches_(std::make_unique<Batches>()) {}
AnswerDesk::~AnswerDesk() = default;

Decision AnswerDesk::hear(const Uuid& tenant, const OfferAnswer& answer) {
  return batches_->answers.run(tenant, answer, [&](std::vector<OfferAnswer> all) {
    for (int attempt = 0;; ++attempt) {
      try {
        Ctx ctx(base_, tenant, {});
        auto settings = trust::tenant_settings(ctx);
        std::vector<Decision> out(all.size(), {std::nullopt, settings.locale, settings, false});
        if (settings.ended) return out;
        for (auto& one : all) one.language = settings.locale;
        auto replies = settle(ctx, all);
        for (std::size_t i = 0; i < all.size(); ++i) {
          out[i].reply = std::move(replies[i]);
          out[i].language = all[i].language;
        }
        ctx.commit();  // before anybody is told
        return out;
      } catch (const db::SqlError& e) {
        if (attempt > 2 || !e.is_retryable()) throw;
      }
    }
  });
}

std::optional<AnswerReply> AnswerDesk::claim(const Uuid& tenant, const OfferAnswer& answer) {
  return batches_->bookings.run(tenant, answer, [&](const std::vector<OfferAnswer>& all) {
    for (int attempt = 0;; ++attempt) {
      try {
        Ctx ctx(base_, tenant, {});
        auto out = book(ctx, all);
        ctx.commit();  // before anybody is told
        return out;
      } catch (const db::SqlError& e) {
        // One of them was booked by the office meanwhile: each is looked at alone.
        if (e.is_unique_violation() || e.is_exclusion_violation())
          return std::vector<std::optional<AnswerReply>>(all.size());
        if (attempt > 2 || !e.is_retryable()) throw;
      }
    }
  });
}

Result<Decision> AnswerDesk::decide(const Uuid& tenant, OfferAnswer answer) {
  auto out = hear(tenant, answer);
  answer.language = out.language;
  if (out.settings.ended || out.reply) return out;
  if (answer.yes) out.reply = claim(tenant, answer);
  if (out.reply) return out;
  Ctx ctx(base_, tenant, {trust::ActorKind::person, answer.person});
  out.ends_booking = would_cancel(ctx, answer);
  if (out.ends_booking) return out;
  VARDE_TRY(out.reply, staffing::decide(ctx, answer));
  ctx.commit();  // before anybody is told
  return out;
}

// In the order of outcome_of().
const char* offer_standing(OfferState state, ShiftState shift, Timestamp starts_at,
                           std::optional<Timestamp> answer_by, bool places_free) {
  if (state == OfferState::booked) return "offer.booked";
  if (shift != ShiftState::open && shift != ShiftState::filled && shift != ShiftState::unfilled)
    return "offer.withdrawn";
  if (state == OfferState::withdrawn) return "offer.withdrawn";
  if (starts_at <= now()) return "offer.begun";
  if (!places_free) return "offer.taken";
  if (answer_by && *answer_by <= now()) return "offer.late";
  if (state == OfferState::waiting) return "offer.waiting";
  return state == OfferState::declined ? "offer.declined" : "offer.open";
}

}  // namespace varde::staffing
