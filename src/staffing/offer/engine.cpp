// The engine: what a shift's strategy does next.
#include <unordered_set>

#include "base/log.hpp"
#include "staffing/offer/internal.hpp"
#include "trust/audit.hpp"
#include "trust/tenant/tenant.hpp"

namespace varde::staffing {

using namespace store;
using trust::Ctx;
namespace json = boost::json;

namespace {

Uuid id_of(const jobs::Job& job, const char* name) {
  return *Uuid::parse(std::string_view(json::parse(job.payload.text).at(name).as_string()));
}

// What the strategy asks for at this moment.
struct Plan {
  std::size_t how_many = 0;    // of those who fit, in their order
  std::optional<WaveWho> who;  // only these
  std::optional<int> minutes;  // until it goes on
  bool last = true;            // nothing comes after it
  int step = 0;                // afterwards
};

const std::vector<Wave>& usual_waves() {
  static const std::vector<Wave> kWaves = {
      {WaveWho::favourites, 60}, {WaveWho::pool, 120}, {WaveWho::others, 24 * 60}};
  return kWaves;
}

Plan plan_for(const Shift& shift, int step, std::size_t open_questions) {
  constexpr auto kAll = std::numeric_limits<std::size_t>::max();
  auto free = static_cast<std::size_t>(shift.places - shift.taken);
  switch (shift.strategy.kind) {
    case StrategyKind::broadcast:
    case StrategyKind::candidates:
      return {.how_many = kAll};
    case StrategyKind::one_by_one:
      return {.how_many = free > open_questions ? free - open_questions : 0,
              .minutes = shift.strategy.minutes.value_or(30),
              .last = false,
              .step = step + 1};
    case StrategyKind::waves: {
      const auto& waves = shift.strategy.waves ? *shift.strategy.waves : usual_waves();
      if (static_cast<std::size_t>(step) >= waves.size()) return {.how_many = 0, .step = step};
      const auto& wave = waves[static_cast<std::size_t>(step)];
      return {.how_many = kAll,
              .who = wave.who,
              .minutes = wave.minutes,
              .last = static_cast<std::size_t>(step) + 1 == waves.size(),
              .step = step + 1};
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
  auto asked = ctx.tx().later(kAskedToday, ids, today);
  auto open = ctx.tx().later(kOpenOverlap, ids, shift.id, shift.starts_at, shift.ends_at);
  ctx.tx().flush();
  for (const auto& row : asked.rows().all<PersonCount>())
    if (row.count >= settings.max_per_day) out.insert(row.person_id);
  if (!settings.several_open_questions)
    for (const auto& id : open.rows().all<Uuid>()) out.insert(id);
  return out;
}

void ask(Ctx& ctx, const Shift& shift, const std::vector<Fit>& chosen, const Plan& plan,
         std::optional<Timestamp> until) {
  std::vector<Uuid> ids;
  for (const auto& one : chosen) ids.push_back(one.person_id);
  std::unordered_map<Uuid, std::int64_t> numbers;
  for (const auto& row : ctx.tx().all<PersonCount>(kNumbers, ids))
    numbers[row.person_id] = row.count;
  std::vector<OfferRecord> offers;
  std::map<Uuid, int> named;
  int rank = 0;
  for (const auto& one : chosen)
    offers.push_back({ctx.tenant, shift.id, one.person_id, OfferState::open, plan.step, ++rank,
                      named[one.person_id] = static_cast<int>(numbers[one.person_id] % 999) + 1,
                      one.explanation, now(), until, std::nullopt, AnswerChannel::none});
  ctx.tx().insert_many("offer", offers, "ON CONFLICT DO NOTHING");
  note_asked(ctx, ids);
  tell(ctx, shift, ids, Tell::asked, named);
  std::vector<trust::AuditEntry> trail;
  for (const auto& id : ids) trail.push_back({"offer.create", "shift", shift.id, id, {}});
  trust::record(ctx, trail);
}

Result<jobs::Outcome> advance(trust::Base& base, const jobs::Job& job) {
  Ctx ctx(base, *job.tenant_id, {});
  auto id = id_of(job, "shift_id");
  auto shift = find_shift(ctx, id);
  if (!shift || shift->state != ShiftState::open) return jobs::Outcome::done();
  if (shift->starts_at <= now()) {
    set_state(ctx, id, ShiftState::unfilled);
    ctx.commit();
    return jobs::Outcome::done();
  }
  // Ranked before the lock: answers do not wait for it.
  auto ranked =
      shift->strategy.kind == StrategyKind::direct ? std::vector<Fit>{} : rank_pool(ctx, *shift);
  shift = lock_shift(ctx, id);
  if (!shift || shift->state != ShiftState::open) return jobs::Outcome::done();
  auto step = step_of(ctx, id);
  ctx.tx().later(kExpire, id, now());
  std::unordered_set<Uuid> asked;
  std::size_t open_questions = 0, waiting = 0;
  for (const auto& offer : ctx.tx().all<OfferRecord>(kOffersOf, id)) {
    asked.insert(offer.person_id);
    open_questions += offer.state == OfferState::open ? 1 : 0;
    waiting += offer.state == OfferState::waiting ? 1 : 0;
  }
  // Between two waves nothing is asked, unless nobody is left to answer.
  bool waits = shift->next_at && *shift->next_at > now();
  auto plan = waits && shift->strategy.kind == StrategyKind::waves && open_questions > 0
                  ? Plan{.how_many = 0, .last = false, .step = step}
                  : plan_for(*shift, step, open_questions);
  std::vector<Fit> chosen;
  bool held_back = false;
  if (plan.how_many > 0) {
    std::vector<Uuid> fresh;
    for (const auto& one : ranked)
      if (one.askable && !asked.contains(one.person_id)) fresh.push_back(one.person_id);
    auto left_out = fresh.empty() ? std::unordered_set<Uuid>{} : not_now(ctx, *shift, fresh);
    for (auto& one : ranked) {
      if (chosen.size() >= plan.how_many) break;
      if (!one.askable || asked.contains(one.person_id)) continue;
      if (plan.who == WaveWho::favourites && !one.favourite) continue;
      if (plan.who == WaveWho::pool && !one.in_pool) continue;
      if (left_out.contains(one.person_id)) {
        held_back = true;
        continue;
      }
      chosen.push_back(std::move(one));
    }
  }
  std::optional<Timestamp> next;
  if (plan.minutes && plan.how_many > 0 && (!chosen.empty() || !plan.last))
    next = chosen.empty() ? now() : now() + std::chrono::minutes(*plan.minutes);
  if (waits && plan.how_many == 0) next = shift->next_at;
  if (chosen.empty() && shift->strategy.kind == StrategyKind::one_by_one)
    next = open_questions > 0 ? shift->next_at : std::nullopt;
  if (!chosen.empty()) ask(ctx, *shift, chosen, plan, next ? next : shift->answer_by);
  // Nobody is left: those who wait for it are told, and may widen the pool or the time.
  if (chosen.empty() && open_questions + waiting == 0 && !next &&
      shift->strategy.kind != StrategyKind::direct) {
    set_state(ctx, id, ShiftState::unfilled);
    trust::record(ctx,
                  trust::AuditEntry{held_back ? "shift.held_back" : "shift.unfilled", "shift", id});
    ctx.commit();
    return jobs::Outcome::done();
  }
  set_step(ctx, id, plan.step, next);
  ctx.commit();
  return next ? jobs::Outcome::again(*next) : jobs::Outcome::done();
}

// After a booking: the confirmation, and when all places are gone, the others.
Result<jobs::Outcome> after(trust::Base& base, const jobs::Job& job) {
  Ctx ctx(base, *job.tenant_id, {});
  auto shift = find_shift(ctx, id_of(job, "shift_id"));
  auto person = id_of(job, "person_id");
  if (!shift) return jobs::Outcome::done();
  if (ctx.tx().maybe<BookingRecord>(kBookingOf, shift->id, person))
    tell(ctx, *shift, {person}, Tell::booked);
  if (shift->state == ShiftState::filled)
    tell(ctx, *shift, ctx.tx().all<Uuid>(kCloseOthers, shift->id), Tell::taken);
  ctx.commit();
  return jobs::Outcome::done();
}

}  // namespace

void add_offer_jobs(trust::Base& base, jobs::Workers& workers) {
  workers.handle("staffing.advance", [&base](const jobs::Job& job) { return advance(base, job); });
  workers.handle("staffing.after", [&base](const jobs::Job& job) { return after(base, job); });
}

}  // namespace varde::staffing
