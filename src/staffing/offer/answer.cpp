// Answers: read, decided, said.
#include "base/canonical.hpp"
#include "base/text.hpp"
#include "crypto/aead.hpp"
#include "people/person/person.hpp"
#include "staffing/offer/internal.hpp"
#include "staffing/offer/store_sql.hpp"
#include "trust/audit.hpp"

namespace varde::staffing {

using namespace store;
using trust::AuditEntry;
using trust::Ctx;
namespace json = boost::json;

namespace {

constexpr auto kNearShift = std::chrono::hours(24);
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
struct Heard {
  const Shift& shift;
  const OfferRecord& offer;
  AnswerChannel channel;
  const std::string& language;
  int flags;
  const std::string& reason;
};

void set_offer(Ctx& ctx, const Heard& heard, OfferState state) {
  ctx.tx().later(kOfferAnswer, heard.shift.id, heard.offer.person_id, now(), state, heard.channel,
                 heard.flags);
}

AnswerReply carry_out(Ctx& ctx, const Heard& heard, const Outcome& outcome) {
  if (outcome.state) set_offer(ctx, heard, *outcome.state);
  if (outcome.action != nullptr)
    trust::record(ctx, AuditEntry{outcome.action, "shift", heard.shift.id, heard.offer.person_id});
  if (outcome.advance) enqueue_advance(ctx, heard.shift.id);
  return reply(outcome.result, heard.language);
}

// A booked person's no.
AnswerReply give_back(Ctx& ctx, const Heard& heard) {
  auto booking =
      ctx.tx().maybe<BookingRecord>(kBookingOfPerson, heard.shift.id, heard.offer.person_id);
  auto hours = staffing_settings(ctx).asking.cancel_hours;
  if (heard.channel != AnswerChannel::user &&
      heard.shift.starts_at - now() < std::chrono::hours(hours))
    return {AnswerResult::not_allowed, fmt::format(fmt::runtime(in(kCall, heard.language)), hours)};
  if (booking)
    cancel_bookings(ctx, heard.shift.id, {*booking}, BookingState::cancelled_by_person,
                    heard.reason);
  return reply(AnswerResult::declined, heard.language);
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
  void set(const Said& said, OfferState state) {
    shifts_.push_back(said.shift);
    persons_.push_back(said.person);
    states_.push_back(state);
    flags_.push_back(said.flags);
  }
  void add(const Said& said, const Outcome& outcome) {
    if (outcome.state) set(said, *outcome.state);
    if (outcome.action != nullptr)
      trail_.push_back({outcome.action,
                        "shift",
                        said.shift,
                        said.person,
                        {},
                        nullptr,
                        trust::Actor{trust::ActorKind::person, said.person}});
    if (outcome.advance) advance(said.shift);
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
struct Asked {
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
Asked asked(Ctx& ctx, const db::Sql& offers, const std::vector<Uuid>& shift_ids,
            const std::vector<Uuid>& persons) {
  std::set<Uuid> distinct(shift_ids.begin(), shift_ids.end());
  auto questions = ctx.tx().later(offers, shift_ids, persons);
  auto open = ctx.tx().later(kOfferOpenOf, std::vector(distinct.begin(), distinct.end()), kFewOpen);
  Asked out;
  out.shifts = find_shifts(ctx, {distinct.begin(), distinct.end()});
  for (const auto& [shift, count] : open.rows().all<ShiftCount>()) out.open[shift] = count;
  for (auto& offer : questions.rows().all<OfferRecord>())
    out.offers.emplace(std::pair(offer.shift_id, offer.person_id), std::move(offer));
  return out;
}

// A yes where a place may be free.
struct Claim {
  const Shift& shift;
  Said said;
  std::string language;
};
// Rules, places, bookings, for each claim its reply; `changes` gets what their offers become.
std::vector<AnswerReply> take(Ctx& ctx, const std::vector<Claim>& claims, Changes& changes) {
  std::vector<const Shift*> shifts;
  std::vector<Uuid> persons;
  for (const auto& claim : claims) {
    shifts.push_back(&claim.shift);
    persons.push_back(claim.said.person);
  }
  auto forbidden = forbidden_for(ctx, shifts, persons);
  std::map<Uuid, int> wanted;
  for (std::size_t i = 0; i < claims.size(); ++i)
    if (!forbidden[i]) ++wanted[claims[i].said.shift];
  auto places = wanted.empty() ? wanted : take_places(ctx, wanted);
  std::vector<NewBooking> bookings;
  std::vector<AnswerReply> out;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const auto& [shift, said, language] = claims[i];
    if (forbidden[i]) {
      changes.set(said, OfferState::refused);
      changes.advance(said.shift);
      out.push_back(forbidden[i]->told.empty()
                        ? reply(AnswerResult::not_allowed, language)
                        : AnswerReply{AnswerResult::not_allowed, forbidden[i]->told});
      continue;
    }
    bool won = places[said.shift]-- > 0;
    changes.set(said, won ? OfferState::booked : OfferState::taken);
    if (won) bookings.push_back({&shift, said.person, std::nullopt, said.flags});
    out.push_back(reply(won ? AnswerResult::booked : AnswerResult::taken, language));
  }
  insert_bookings(ctx, bookings);
  for (const auto& booking : bookings) enqueue_after(ctx, booking.shift->id, booking.person);
  return out;
}

}  // namespace

Result<AnswerReply> answer(Ctx& ctx, const Uuid& shift_id, const Uuid& person, bool yes,
                           AnswerChannel channel, const std::string& language, int flags,
                           const std::string& reason) {
  for (int attempt = 0;; ++attempt) {
    auto asked = ctx.tx().later(kOfferOne, shift_id, person);
    auto open = ctx.tx().later(kOfferOpenOf, std::vector{shift_id}, kFewOpen);
    auto shift = find_shift(ctx, shift_id);
    auto offer = asked.rows().maybe<OfferRecord>();
    if (shift && !offer) offer = booked_unasked(ctx, shift_id, person);
    if (!shift || !offer) return not_found("This person was not asked about this shift.");
    Heard heard{*shift, *offer, channel, language, flags, reason};
    auto few_open = open.rows().as<ShiftCount>(0).count < kFewOpen;
    if (auto outcome = outcome_of(*shift, *offer, yes, channel, few_open))
      return carry_out(ctx, heard, *outcome);
    try {
      if (!yes) return give_back(ctx, heard);
      // Whoever says it twice at once hears the second time what the first came to.
      book_alone(ctx, {person});
      offer = ctx.tx().maybe<OfferRecord>(kOfferOne, shift_id, person);
      if (!offer) return not_found("This person was not asked about this shift.");
      if (auto outcome = outcome_of(*shift, *offer, yes, channel, few_open))
        return carry_out(ctx, heard, *outcome);
      Changes changes;
      auto said = take(ctx, {{*shift, {shift_id, person, true, flags}, language}}, changes);
      changes.write(ctx, channel, false);
      return std::move(said.front());
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

std::vector<Settled> settle(Ctx& ctx, const std::vector<Said>& answers,
                            const std::string& language) {
  std::vector<Uuid> shift_ids, persons;
  for (const auto& said : answers) {
    shift_ids.push_back(said.shift);
    persons.push_back(said.person);
  }
  auto spoken = people::languages(ctx, persons);
  auto all = asked(ctx, kOfferLockAnswered, shift_ids, persons);
  Changes changes;
  std::vector<Settled> out;
  for (const auto& said : answers) {
    auto own = spoken.find(said.person);
    Settled settled{std::nullopt, own == spoken.end() ? language : own->second};
    const auto* shift = all.shift(said.shift);
    // Taken out: who answers twice at once is heard one after the other.
    auto offer = all.offers.extract({said.shift, said.person});
    if (shift != nullptr && !offer.empty())
      if (auto outcome = outcome_of(*shift, offer.mapped(), said.yes, AnswerChannel::link,
                                    all.few_open(said.shift))) {
        settled.reply = reply(outcome->result, settled.language);
        changes.add(said, *outcome);
      }
    out.push_back(std::move(settled));
  }
  changes.write(ctx, AnswerChannel::link, true);
  return out;
}

std::vector<std::optional<AnswerReply>> book(Ctx& ctx, const std::vector<Claimant>& claimants) {
  std::vector<Uuid> shift_ids, persons;
  for (const auto& [said, language] : claimants) {
    shift_ids.push_back(said.shift);
    persons.push_back(said.person);
  }
  // Whoever says it twice at once hears the second time what the first came to.
  book_alone(ctx, persons);
  auto all = asked(ctx, kOfferAnswered, shift_ids, persons);
  Changes changes;
  std::vector<std::optional<AnswerReply>> out(claimants.size());
  std::vector<Claim> claims;
  std::vector<std::size_t> places;  // of the claims among the claimants
  std::set<Uuid> seen;
  for (std::size_t i = 0; i < claimants.size(); ++i) {
    const auto& [said, language] = claimants[i];
    const auto* shift = all.shift(said.shift);
    auto offer = all.offers.find({said.shift, said.person});
    if (shift == nullptr || offer == all.offers.end() || !said.yes ||
        !seen.insert(said.person).second)
      continue;
    if (auto outcome = outcome_of(*shift, offer->second, true, AnswerChannel::link,
                                  all.few_open(said.shift))) {
      out[i] = reply(outcome->result, language);
      changes.add(said, *outcome);
    } else {
      claims.push_back({*shift, said, language});
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

std::string cancel_reason(std::string_view text) {
  auto line = canonical_line(text);
  return line ? std::string(utf8_prefix(*line, kLongestReason)) : std::string();
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

Result<void> say_hours(Ctx& ctx, const Uuid& booking, Timestamp from, Timestamp until,
                       bool by_person) {
  if (until <= from || until - from > std::chrono::hours(48))
    return bad_input("/until", "must be after from, and within 48 hours of it.");
  if (until > now()) return bad_input("/until", "must not be in the future.");
  auto record = ctx.tx().maybe<BookingRecord>(kBookingOne, booking);
  if (!record || record->state != BookingState::booked)
    return not_found("This booking does not exist, or was cancelled.");
  if (from >= record->ends_at + kNearShift || until <= record->starts_at - kNearShift)
    return bad_input("/from", "must be within a day of the shift.");
  ctx.tx().later(kBookingWorked, booking, from, until, now(), by_person);
  trust::record(ctx, AuditEntry{"booking.hours", "shift", record->shift_id, record->person_id});
  return {};
}

void hold_booked(Ctx& ctx, const Uuid& shift) {
  std::vector<Uuid> persons;
  for (const auto& r : ctx.tx().all<BookingRecord>(kBookingOfShift, shift))
    if (r.state == BookingState::booked) persons.push_back(r.person_id);
  if (!persons.empty()) book_alone(ctx, persons);
}

Result<void> change_break(Ctx& ctx, const Shift& shift, int break_minutes) {
  std::vector<Uuid> longer;
  for (const auto& r : ctx.tx().all<BookingRecord>(kBookingOfShift, shift.id)) {
    if (r.state != BookingState::booked) continue;
    if (r.worked_from)
      return conflict(
          "Hours of this shift were reported already, with the break as it is. Correct the hours "
          "instead.");
    // Against a rule somebody was booked who knew why.
    if (r.break_minutes > break_minutes && !r.overridden) longer.push_back(r.person_id);
  }
  auto changed = shift;
  changed.break_minutes = break_minutes;
  if (auto why = too_long_for(ctx, changed, longer); !why.empty())
    return conflict("With this break somebody who is booked would work too long: " + why +
                        " Keep the break, or cancel the booking first.",
                    "rule");
  ctx.tx().later(kBookingSetBreak, shift.id, break_minutes);
  return {};
}

std::vector<Uuid> insert_bookings(Ctx& ctx, const std::vector<NewBooking>& bookings) {
  std::vector<Uuid> out;
  if (bookings.empty()) return out;
  std::vector<Uuid> sealing;
  for (const auto& one : bookings)
    if (one.override_reason) sealing.push_back(one.person);
  auto keys = sealing.empty() ? std::unordered_map<Uuid, crypto::Key>{}
                              : ctx.base.keys.keys(ctx.tenant, sealing);
  auto by = ctx.actor.kind == trust::ActorKind::user ? std::optional(ctx.actor.id) : std::nullopt;
  std::vector<BookingRecord> records;
  std::vector<AuditEntry> trail;
  std::vector<people::Activity> activities;
  for (const auto& [shift, person, reason, flags] : bookings) {
    BookingRecord record;
    record.tenant_id = ctx.tenant;
    record.booking_id = Uuid::make();
    record.shift_id = shift->id;
    record.person_id = person;
    record.workplace_id = shift->workplace_id;
    record.starts_at = shift->starts_at;
    record.ends_at = shift->ends_at;
    record.break_minutes = shift->break_minutes;
    record.overridden = reason.has_value();
    record.booked_by = by;
    record.booked_at = now();
    AuditEntry entry{reason ? "booking.override" : "booking.create", "shift", shift->id, person};
    // A batch is nobody's: each answered for herself.
    if (ctx.actor.kind == trust::ActorKind::system)
      entry.by = trust::Actor{trust::ActorKind::person, person};
    if (auto key = keys.find(person); reason && key != keys.end()) {
      record.sealed =
          trust::Sealed<kBookingReason>::of(key->second, *reason, ctx.tenant, record.booking_id);
      entry.changes = {{"reason", std::nullopt, reason}};
      entry.person_key = &key->second;
    }
    out.push_back(record.booking_id);
    records.push_back(std::move(record));
    trail.push_back(std::move(entry));
    activities.push_back(
        {person, people::ActivityKind::booked, shift->id, std::nullopt, flags, std::nullopt, {}});
  }
  ctx.tx().insert_many("booking", records);
  ctx.tx().flush();
  trust::record(ctx, trail);
  people::record_activity(ctx, activities);
  return out;
}

// Whoever said yes was answered already; while many say yes at once, they come first.
constexpr auto kConfirmedLater = std::chrono::seconds(2);

void enqueue_after(Ctx& ctx, const Uuid& shift, const Uuid& person) {
  jobs::enqueue(ctx.tx(), {.kind = "staffing.after",
                           .tenant_id = ctx.tenant,
                           .payload = json::serialize(json::object{{"shift_id", shift.str()},
                                                                   {"person_id", person.str()}}),
                           .run_at = now() + kConfirmedLater});
}

std::vector<BookingRecord> cancel_bookings(Ctx& ctx, const Uuid& shift,
                                           const std::vector<BookingRecord>& bookings,
                                           BookingState state, const std::string& reason,
                                           bool locked) {
  // The shift first, as everywhere.
  if (bookings.empty() || (!locked && !lock_shift(ctx, shift))) return {};
  std::vector<Uuid> persons;
  for (const auto& booking : bookings) persons.push_back(booking.person_id);
  auto keys = reason.empty() ? std::unordered_map<Uuid, crypto::Key>{}
                             : ctx.base.keys.keys(ctx.tenant, persons);
  std::vector<db::Later> ended;
  for (const auto& booking : bookings) {
    auto key = keys.find(booking.person_id);
    ended.push_back(ctx.tx().later(
        kBookingCancel, booking.booking_id, state, now(),
        key == keys.end() ? std::nullopt
                          : std::optional(trust::Sealed<kBookingReason>::of(
                                key->second, reason, ctx.tenant, booking.booking_id))));
  }
  ctx.tx().flush();
  std::vector<BookingRecord> out;
  std::vector<AuditEntry> trail;
  std::vector<people::Activity> activities;
  for (std::size_t i = 0; i < bookings.size(); ++i) {
    if (ended[i].rows().affected() == 0) continue;
    const auto& person = bookings[i].person_id;
    out.push_back(bookings[i]);
    AuditEntry entry{"booking.cancel", "shift", shift, person, {}};
    if (auto key = keys.find(person); key != keys.end()) {
      entry.changes = {{"reason", std::nullopt, reason}};
      entry.person_key = &key->second;
    }
    trail.push_back(std::move(entry));
    activities.push_back({person,
                          people::ActivityKind::booking_cancelled,
                          shift,
                          std::nullopt,
                          0,
                          std::nullopt,
                          {}});
  }
  if (out.empty()) return out;
  persons.clear();
  for (const auto& booking : out) persons.push_back(booking.person_id);
  free_places(ctx, shift, static_cast<int>(out.size()));
  ctx.tx().later(
      kOfferSet, shift, persons,
      state == BookingState::cancelled_by_person ? OfferState::declined : OfferState::withdrawn);
  trust::record(ctx, trail);
  people::record_activity(ctx, activities);
  if (state == BookingState::cancelled_by_person) tell_cancelled(ctx, shift, !reason.empty());
  enqueue_advance(ctx, shift);
  return out;
}

}  // namespace varde::staffing
