// The engine: what a shift's strategy does next.
#include <span>
#include <unordered_map>
#include <unordered_set>

#include "base/log.hpp"
#include "staffing/offer/internal.hpp"
#include "staffing/offer/store_sql.hpp"
#include "trust/audit.hpp"
#include "trust/tenant/tenant.hpp"

namespace varde::staffing {

using namespace store;
using trust::Ctx;
namespace json = boost::json;

namespace {

constexpr auto kHeldBack = std::chrono::minutes(30);

Uuid id_of(const jobs::Job& job, const char* name) {
  return *Uuid::parse(std::string_view(json::parse(job.payload.text).at(name).as_string()));
}

// What the strategy asks for at this moment.
struct Plan {
  std::size_t how_many = 0;          // of those who fit, in their order
  std::optional<std::size_t> waves;  // only whom the first so many waves ask
  bool only_repeat = false;          // only those who were asked before
  std::optional<int> minutes;        // until it goes on
  bool last = true;                  // nothing comes after it
  int step = 0;                      // afterwards
};

const std::vector<Wave>& usual_waves() {
  static const std::vector<Wave> kWaves = {
      {WaveWho::favourites, 60}, {WaveWho::pool, 120}, {WaveWho::others, 24 * 60}};
  return kWaves;
}
const std::vector<Wave>& waves_of(const Shift& shift) {
  return shift.strategy.waves ? *shift.strategy.waves : usual_waves();
}

bool asked_by(const Wave& wave, const Fit& one) {
  return wave.who == WaveWho::favourites ? one.ranked.favourite
         : wave.who == WaveWho::pool     ? one.in_pool
                                         : true;
}

Plan plan_for(const Shift& shift, std::size_t open_questions) {
  constexpr auto kAll = std::numeric_limits<std::size_t>::max();
  auto free = static_cast<std::size_t>(shift.places - shift.taken);
  switch (shift.strategy.kind) {
    case StrategyKind::broadcast:
    case StrategyKind::candidates:
      return {.how_many = kAll};
    case StrategyKind::one_by_one:
      return {.how_many = free > open_questions ? free - open_questions : 0,
              .minutes = shift.strategy.minutes.value_or(30),
              .step = shift.step + 1};
    case StrategyKind::waves: {
      const auto& waves = waves_of(shift);
      auto step = static_cast<std::size_t>(shift.step);
      // Between two waves, and after the last one, those are asked who are to be asked again.
      bool between = open_questions > 0 && shift.next_at && *shift.next_at > now();
      if (between || step >= waves.size()) {
        auto begun = std::min(step, waves.size());
        return {.how_many = kAll,
                .waves = begun,
                .only_repeat = true,
                .minutes =
                    between && begun > 0 ? std::optional(waves[begun - 1].minutes) : std::nullopt,
                .last = !between,
                .step = shift.step};
      }
      return {.how_many = kAll,
              .waves = step + 1,
              .minutes = waves[step].minutes,
              .last = step + 1 == waves.size(),
              .step = shift.step + 1};
    }
    case StrategyKind::direct:
      break;
  }
  return {};
}

// Whom the limits of asking leave out today.
std::unordered_set<Uuid> not_now(Ctx& ctx, const Shift& shift, const std::vector<Uuid>& ids) {
  std::unordered_set<Uuid> out;
  auto settings = staffing_settings(ctx).asking;
  auto zone = trust::tenant_settings(ctx).time_zone;
  auto today = from_local(std::chrono::floor<std::chrono::days>(to_local(now(), zone)), zone);
  auto asked = ctx.tx().later(kOfferAskedToday, ids, today);
  auto open = ctx.tx().later(kOfferOpenOverlap, ids, shift.id, shift.starts_at, shift.ends_at);
  ctx.tx().flush();
  for (const auto& row : asked.rows().all<PersonCount>())
    if (row.count >= settings.max_per_day) out.insert(row.person_id);
  if (!settings.several_open_questions)
    for (const auto& id : open.rows().all<Uuid>()) out.insert(id);
  return out;
}

// One who is asked, as the n-th of this step.
struct Asked {
  const Fit* one = nullptr;
  int rank = 0;
};

void ask_first(Ctx& ctx, const Shift& shift, const std::vector<Asked>& asked, int step,
               std::optional<Timestamp> until) {
  if (asked.empty()) return;
  std::vector<Uuid> ids;
  for (const auto& [one, rank] : asked) ids.push_back(one->person_id());
  auto at = now();  // before its message is made: see kOfferUndelivered
  auto numbers = note_asked(ctx, ids, at);
  auto reach = tell(ctx, shift, ids, Tell::asked, numbers);
  std::vector<OfferRecord> offers;
  for (const auto& [one, rank] : asked) {
    const auto& id = one->person_id();
    auto found = reach.find(id);
    offers.push_back({ctx.tenant, shift.id, id, OfferState::open, step, rank, numbers[id],
                      one->explanation(), at, until, std::nullopt, AnswerChannel::none, 0, 1,
                      found == reach.end() ? Reach::nothing : found->second, std::nullopt});
  }
  ctx.tx().insert_many("offer", offers, "ON CONFLICT DO NOTHING");
}

// What was asked and said before is kept beside the question that counts now, which has the same
// link and the same number. Returns who is asked: not whoever said no just now.
std::vector<Uuid> ask_again(Ctx& ctx, const Shift& shift, const std::vector<Asked>& asked, int step,
                            std::optional<Timestamp> until) {
  std::vector<Uuid> ids;
  if (asked.empty()) return ids;
  std::unordered_map<Uuid, const Asked*> by_id;
  for (const auto& one : asked) by_id[one.one->person_id()] = &one;
  for (const auto& [id, one] : by_id) ids.push_back(id);
  auto before = ctx.tx().all<OfferRecord>(kOfferLock, shift.id, ids);
  std::erase_if(before, [](const OfferRecord& offer) { return !to_be_repeated(offer); });
  ids.clear();
  std::vector<BeforeRecord> kept;
  std::vector<Uuid> said, taken;
  std::map<Uuid, int> numbers;
  for (const auto& o : before) {
    ids.push_back(o.person_id);
    (o.state == OfferState::taken ? taken : said).push_back(o.person_id);
    numbers[o.person_id] = o.number;
    kept.push_back({o.tenant_id, o.shift_id, o.person_id, o.round, o.state, o.reached_by,
                    o.asked_at, o.expires_at, o.answered_at, o.channel, o.flags});
  }
  if (ids.empty()) return ids;
  note_asked_again(ctx, ids);
  auto at = now();  // before its message is made: see kOfferUndelivered
  auto reach = tell(ctx, shift, said, Tell::still_free, numbers);
  reach.merge(tell(ctx, shift, taken, Tell::free_again, numbers));
  std::vector<int> ranks;
  std::vector<std::string> explanations;
  std::vector<Reach> reaches;
  for (const auto& id : ids) {
    auto found = reach.find(id);
    ranks.push_back(by_id[id]->rank);
    explanations.push_back(by_id[id]->one->explanation());
    reaches.push_back(found == reach.end() ? Reach::nothing : found->second);
  }
  ctx.tx().insert_many("offer_before", kept);
  ctx.tx().later(kOfferAskAgain, shift.id, step, at, until, ids, ranks, explanations, reaches);
  return ids;
}

// How the questions of a shift stand.
struct Standing {
  std::unordered_set<Uuid> asked;   // and not to be asked again
  std::unordered_set<Uuid> repeat;  // asked before, and to be asked again
  std::size_t open = 0, waiting = 0;
  std::optional<Timestamp> earliest;  // when the first open question runs out
};

// Returns how many of them can be reached by nothing; they stay in the list, for whoever calls.
std::size_t ask(Ctx& ctx, const Shift& shift, const std::vector<Fit>& chosen,
                const Standing& standing, int step, std::optional<Timestamp> until) {
  std::vector<Asked> first, again;
  int rank = 0;
  for (const auto& one : chosen)
    (standing.repeat.contains(one.person_id()) ? again : first).push_back({&one, ++rank});
  std::vector<trust::AuditEntry> trail;
  for (const auto& id : ask_again(ctx, shift, again, step, until))
    trail.push_back({"offer.repeat", "shift", shift.id, id, {}});
  ask_first(ctx, shift, first, step, until);
  for (const auto& [one, at] : first)
    trail.push_back({"offer.create", "shift", shift.id, one->person_id(), {}});
  trust::record(ctx, trail);
  return static_cast<std::size_t>(ctx.tx().query(kOfferExpireUnreached, shift.id).affected());
}

std::optional<Timestamp> sooner(std::optional<Timestamp> a, std::optional<Timestamp> b) {
  return a && b ? std::min(*a, *b) : a ? a : b;
}

Standing standing_of(Ctx& ctx, const Shift& shift) {
  ctx.tx().later(kOfferExpire, shift.id, now(), answers_closed(shift), shift.starts_at <= now());
  Standing out;
  for (const auto& offer : ctx.tx().all<OfferRecord>(kOfferOfShift, shift.id)) {
    (to_be_repeated(offer) ? out.repeat : out.asked).insert(offer.person_id);
    out.waiting += offer.state == OfferState::waiting ? 1 : 0;
    if (offer.state != OfferState::open) continue;
    ++out.open;
    out.earliest = sooner(out.earliest, offer.expires_at);
  }
  return out;
}

struct Chosen {
  std::vector<Fit> ones;
  bool held_back = false;  // somebody fits, and has enough questions for now
};
Chosen choose(Ctx& ctx, const Shift& shift, std::vector<Fit>& ranked, const Standing& standing,
              const Plan& plan) {
  Chosen out;
  std::vector<Uuid> fresh;
  std::erase_if(ranked, [&](const Fit& one) {
    if (!one.askable() || standing.asked.contains(one.person_id())) return true;
    if (plan.only_repeat && !standing.repeat.contains(one.person_id())) return true;
    if (!plan.waves) return false;
    auto waves = std::span(waves_of(shift)).first(*plan.waves);
    return std::ranges::none_of(waves, [&](const Wave& wave) { return asked_by(wave, one); });
  });
  for (const auto& one : ranked) fresh.push_back(one.person_id());
  if (fresh.empty() || plan.how_many == 0) return out;
  ctx.tx().query(kOfferAskAlone, "staffing.ask:" + ctx.tenant.str());
  auto left_out = not_now(ctx, shift, fresh);
  for (auto& one : ranked) {
    if (out.ones.size() >= plan.how_many) break;
    if (left_out.contains(one.person_id()))
      out.held_back = true;
    else
      out.ones.push_back(std::move(one));
  }
  return out;
}

Result<jobs::Outcome> give_up(Ctx& ctx, const Shift& shift) {
  set_state(ctx, shift.id, ShiftState::unfilled);
  trust::record(ctx, trust::AuditEntry{"shift.unfilled", "shift", shift.id});
  tell_unfilled(ctx, shift);
  ctx.commit();
  return jobs::Outcome::done();
}

Result<jobs::Outcome> advance(trust::Base& base, const jobs::Job& job) {
  Ctx ctx(base, *job.tenant_id, {});
  auto id = id_of(job, "shift_id");
  auto shift = find_shift(ctx, id);
  if (!shift || shift->state != ShiftState::open) return jobs::Outcome::done();
  bool direct = shift->strategy.kind == StrategyKind::direct;
  auto morning = direct ? std::nullopt : morning_for(ctx, *shift);
  // Ranked before the lock: answers do not wait for it.
  std::vector<Fit> ranked;
  if (!direct && !morning && !answers_closed(*shift)) ranked = rank_pool(ctx, *shift);
  auto version = shift->version;
  shift = lock_shift(ctx, id);
  if (!shift || shift->state != ShiftState::open) return jobs::Outcome::done();
  auto standing = standing_of(ctx, *shift);
  if (answers_closed(*shift)) {
    if (standing.waiting == 0) return give_up(ctx, *shift);
    ctx.commit();
    return jobs::Outcome::again(shift->starts_at);
  }

  auto plan = morning ? Plan{.last = false, .step = shift->step} : plan_for(*shift, standing.open);
  auto chosen = choose(ctx, *shift, ranked, standing, plan);
  // Between two waves it goes on when it would have.
  bool between = plan.only_repeat && !plan.last;
  auto next = morning ? morning : between ? shift->next_at : std::nullopt;
  auto until = shift->answer_by;
  if (!chosen.ones.empty()) {
    if (plan.minutes) until = sooner(now() + std::chrono::minutes(*plan.minutes), until);
    if (plan.minutes && !between) next = until;
    auto unreached = ask(ctx, *shift, chosen.ones, standing, plan.step, until);
    // Nobody's answer is waited for, or not for as many as it was: the next ones.
    bool nobody = standing.open == 0 && unreached == chosen.ones.size();
    if (nobody || (unreached > 0 && shift->strategy.kind == StrategyKind::one_by_one)) next = now();
  } else if (plan.how_many > 0 && !plan.last && !between) {
    next = now();  // nobody in this wave: the next one
  }
  // Who has enough questions for now is looked at again.
  if (chosen.held_back && plan.last) {
    next = sooner(next, now() + kHeldBack);
    plan.step = shift->step;
  }
  next = sooner(next, standing.earliest);
  if (!next && !direct && chosen.ones.empty() && standing.open + standing.waiting == 0) {
    // What was ranked may not be what is asked for any more.
    if (shift->version != version) return jobs::Outcome::again(now());
    return give_up(ctx, *shift);
  }
  set_step(ctx, id, plan.step, next);
  ctx.commit();
  return jobs::Outcome::again(
      *sooner(sooner(next, shift->starts_at),
              shift->answer_by && *shift->answer_by > now() ? shift->answer_by : std::nullopt));
}

// Who was booked not long before the shift needs no reminder.
void remind_later(Ctx& ctx, const BookingRecord& booking) {
  auto at = booking.starts_at - std::chrono::hours(staffing_settings(ctx).asking.reminder_hours);
  if (at == booking.starts_at || at <= now()) return;
  jobs::enqueue(ctx.tx(),
                {.kind = "staffing.remind",
                 .tenant_id = ctx.tenant,
                 .payload = json::serialize(json::object{{"booking_id", booking.booking_id.str()}}),
                 .unique_key = "remind:" + booking.booking_id.str(),
                 .run_at = at});
}

Result<jobs::Outcome> remind(trust::Base& base, const jobs::Job& job) {
  Ctx ctx(base, *job.tenant_id, {});
  auto booking = ctx.tx().maybe<BookingRecord>(kBookingOne, id_of(job, "booking_id"));
  if (!booking || booking->starts_at <= now()) return jobs::Outcome::done();
  auto shift = find_shift(ctx, booking->shift_id);
  // Told once: who has the row first tells.
  if (shift && ctx.tx().query(kBookingReminded, booking->booking_id, now()).affected() > 0) {
    tell(ctx, *shift, {booking->person_id}, Tell::reminder);
    ctx.commit();
  }
  return jobs::Outcome::done();
}

// Whoever answers just now is told in the answer, and so needs no message: the others are told a
// moment after the last place went.
constexpr auto kOthersLater = std::chrono::seconds(3);

void tell_others_later(Ctx& ctx, const Uuid& shift) {
  jobs::enqueue(ctx.tx(), {.kind = "staffing.others",
                           .tenant_id = ctx.tenant,
                           .payload = json::serialize(json::object{{"shift_id", shift.str()}}),
                           .unique_key = "others:" + shift.str(),
                           .run_at = now() + kOthersLater});
}

Result<jobs::Outcome> tell_others(trust::Base& base, const jobs::Job& job) {
  Ctx ctx(base, *job.tenant_id, {});
  auto shift = find_shift(ctx, id_of(job, "shift_id"));
  if (!shift || shift->state != ShiftState::filled) return jobs::Outcome::done();
  // Everybody who answers at this moment waits for what is closed here.
  tell(ctx, *shift, ctx.tx().all<Uuid>(kOfferUndecided, shift->id), Tell::taken, {}, [&] {
    ctx.tx().later(kOfferTouchShift, shift->id, now());
    return ctx.tx().all<Uuid>(kOfferClose, shift->id);
  });
  ctx.commit();
  return jobs::Outcome::done();
}

// After a booking: the confirmation, and when all places are gone, the others.
Result<jobs::Outcome> after(trust::Base& base, const jobs::Job& job) {
  Ctx ctx(base, *job.tenant_id, {});
  auto shift = find_shift(ctx, id_of(job, "shift_id"));
  auto person = id_of(job, "person_id");
  if (!shift) return jobs::Outcome::done();
  if (auto booking = ctx.tx().maybe<BookingRecord>(kBookingOfPerson, shift->id, person)) {
    tell(ctx, *shift, {person}, Tell::booked);
    remind_later(ctx, *booking);
  }
  if (shift->state == ShiftState::filled) tell_others_later(ctx, shift->id);
  ctx.commit();
  return jobs::Outcome::done();
}

}  // namespace

void add_offer_jobs(trust::Base& base, jobs::Workers& workers) {
  workers.handle("staffing.advance", [&base](const jobs::Job& job) { return advance(base, job); });
  workers.handle("staffing.after", [&base](const jobs::Job& job) { return after(base, job); });
  workers.handle("staffing.others",
                 [&base](const jobs::Job& job) { return tell_others(base, job); });
  workers.handle("staffing.remind", [&base](const jobs::Job& job) { return remind(base, job); });
}

}  // namespace varde::staffing
