#include "staffing/shift/api.hpp"
#include "staffing/shift/shift.hpp"

#include "staffing/offer/offer.hpp"
#include "staffing/shift/internal.hpp"
#include "staffing/shift/store_sql.hpp"
#include "trust/audit.hpp"
#include "trust/identity/identity.hpp"
#include "trust/tenant/tenant.hpp"
#include "web/resource.hpp"

namespace varde::staffing {

using namespace store;
using trust::AuditEntry;
using trust::Ctx;
using trust::Right;
namespace json = boost::json;

namespace {

constexpr auto kLongest = std::chrono::hours(48);
constexpr int kMostPlaces = 200;
constexpr std::size_t kMostCopies = 200, kMostAtOnce = 200;
constexpr std::int64_t kBoardMost = 5000;

struct AttentionCounts {
  std::int64_t open = 0, requested = 0;
  std::optional<Timestamp> first_open, first_requested;
};
BOOST_DESCRIBE_STRUCT(AttentionCounts, (), (open, requested, first_open, first_requested))

template <class T>
T described(const db::Json& text) {
  auto read = web::read<T>(json::parse(text.text));
  return read ? *read : T{};
}
template <class T>
db::Json json_of(const T& value) {
  return {json::serialize(web::write(value))};
}

Error gone() { return not_found("This shift does not exist any more."); }

// Writes what was given over the record, and says all that is wrong with the result.
Result<void> apply(Ctx& ctx, const ShiftInput& in, ShiftRecord& r) {
  web::Errors errors;
  bool made = r.workplace_id.is_nil();
  if (in.workplace_id) r.workplace_id = *in.workplace_id;
  if (in.starts_at) r.starts_at = *in.starts_at;
  if (in.ends_at) r.ends_at = *in.ends_at;
  if (in.break_minutes) r.break_minutes = *in.break_minutes;
  if (in.places) r.places = *in.places;
  if (in.note) r.note = in.note->value;
  if (in.pool_ids) r.pool_ids = *in.pool_ids;
  if (in.answer_by.present) r.answer_by = in.answer_by.value;
  if (in.skills) r.skills = json_of(*in.skills);
  if (in.strategy) r.strategy = json_of(*in.strategy);
  if (made && !in.workplace_id) errors.push_back({"/workplace_id", "is required."});
  if (made && !in.starts_at) errors.push_back({"/starts_at", "is required."});
  if (made && !in.ends_at) errors.push_back({"/ends_at", "is required."});
  if (!errors.empty()) return web::wrong_fields(std::move(errors));

  if (in.workplace_id && !find_workplace(ctx, r.workplace_id))
    errors.push_back({"/workplace_id", "This workplace does not exist any more."});
  if (r.ends_at <= r.starts_at)
    errors.push_back({"/ends_at", "must be after starts_at."});
  else if (r.ends_at - r.starts_at > kLongest)
    errors.push_back({"/ends_at", "A shift lasts 48 hours at most. Make two of it."});
  if (r.break_minutes < 0 || std::chrono::minutes(r.break_minutes) >= r.ends_at - r.starts_at)
    errors.push_back({"/break_minutes", "must be from 0 to less than the shift."});
  if (r.places < std::max(1, r.taken) || r.places > kMostPlaces)
    errors.push_back(
        {"/places",
         r.taken > 1 ? fmt::format("must be from {} (booked already) to {}.", r.taken, kMostPlaces)
                     : fmt::format("must be from 1 to {}.", kMostPlaces)});
  if (r.answer_by && *r.answer_by > r.starts_at)
    errors.push_back({"/answer_by", "must not be after the shift begins."});
  if (in.pool_ids && (r.pool_ids.size() > 20 || !are_pools(ctx, r.pool_ids)))
    errors.push_back({"/pool_ids", "Name each pool once, at most 20, and only ones that exist."});
  if (in.skills) {
    std::vector<Uuid> ids;
    for (const auto& need : *in.skills) {
      ids.push_back(need.skill_id);
      if (need.level.value_or(1) < 1 || need.level.value_or(1) > 5)
        errors.push_back({"/skills", "A level is from 1 to 5."});
    }
    if (ids.size() > 20 || !are_skills(ctx, ids))
      errors.push_back({"/skills", "Name each skill once, at most 20, and only ones that exist."});
  }
  if (in.strategy) {
    auto wrong_time = [](int minutes) { return minutes < 1 || minutes > 7 * 24 * 60; };
    if (in.strategy->minutes && wrong_time(*in.strategy->minutes))
      errors.push_back({"/strategy/minutes", "must be from one minute to a week."});
    if (in.strategy->waves) {
      if (in.strategy->waves->empty() || in.strategy->waves->size() > 10)
        errors.push_back({"/strategy/waves", "must be from 1 to 10 waves."});
      for (const auto& wave : *in.strategy->waves)
        if (wrong_time(wave.minutes))
          errors.push_back({"/strategy/waves", "A wave takes from one minute to a week."});
    }
  }
  if (!errors.empty()) return web::wrong_fields(std::move(errors));
  return {};
}

void note(Ctx& ctx, const char* action, const Uuid& id) {
  trust::record(ctx, AuditEntry{action, "shift", id});
}

// Says who waits for an approval.
void name_askers(Ctx& ctx, std::vector<Shift>& shifts) {
  std::set<Uuid> ids;
  for (const auto& shift : shifts)
    if (shift.state == ShiftState::requested && shift.requested_by) ids.insert(*shift.requested_by);
  if (ids.empty()) return;
  auto names = trust::account_names(ctx.base, {ids.begin(), ids.end()});
  for (auto& shift : shifts)
    if (shift.state == ShiftState::requested && shift.requested_by)
      if (auto name = names.find(*shift.requested_by); name != names.end())
        shift.requested_by_name = name->second;
}

// Somebody who may ask for a shift, and no more, changes only what was not published yet.
bool may_change(const Ctx& ctx, const ShiftRecord& r) {
  if (trust::may(ctx.role, Right::shifts_write)) return true;
  return r.requested_by == ctx.actor.id &&
         (r.state == ShiftState::draft || r.state == ShiftState::requested);
}

std::optional<Error> not_publishable(const Ctx& ctx, const ShiftRecord& r) {
  if (!may_change(ctx, r)) return forbidden("This draft is somebody else's.");
  if (r.state == ShiftState::cancelled)
    return conflict("This shift was cancelled. Copy it instead.");
  if (r.starts_at <= now()) return conflict("This shift has begun already.");
  return std::nullopt;
}

// From somebody who may not publish it is a request. What is published already stays as it is.
void publish(Ctx& ctx, const std::vector<ShiftRecord>& shifts) {
  bool write = trust::may(ctx.role, Right::shifts_write);
  std::vector<Uuid> ids;
  std::vector<AuditEntry> trail;
  for (const auto& r : shifts) {
    if (write && r.state != ShiftState::draft && r.state != ShiftState::requested &&
        r.state != ShiftState::unfilled)
      continue;
    ids.push_back(r.shift_id);
    trail.push_back({write ? "shift.publish" : "shift.request", "shift", r.shift_id, {}, {}});
  }
  if (ids.empty()) return;
  if (write) {
    ctx.tx().later(kShiftPublish, ids, now(), ctx.actor.id);
    for (const auto& id : ids) enqueue_advance(ctx, id);
  } else {
    ctx.tx().later(kShiftRequest, ids, now());
  }
  trust::record(ctx, trail);
}

std::vector<PublishOutcome> publish_many(Ctx& ctx, const std::vector<Uuid>& ids) {
  std::map<Uuid, PublishOutcome> out;
  for (const auto& id : ids) out[id] = {id, std::nullopt, gone().message};
  std::vector<ShiftRecord> due;
  for (auto& r : ctx.tx().all<ShiftRecord>(kShiftLockMany, ids)) {
    auto why = not_publishable(ctx, r);
    out[r.shift_id] = {r.shift_id, r.state,
                       why ? std::optional(why->message) : std::optional<std::string>()};
    if (!why) due.push_back(std::move(r));
  }
  publish(ctx, due);
  std::vector<Uuid> published;
  for (const auto& r : due) published.push_back(r.shift_id);
  for (const auto& shift : find_shifts(ctx, published)) out[shift.id].state = shift.state;
  std::vector<PublishOutcome> list;
  for (auto& [id, one] : out) list.push_back(std::move(one));
  return list;
}

}  // namespace

Shift view_of(const ShiftRecord& r) {
  return {r.shift_id,
          r.workplace_id,
          r.starts_at,
          r.ends_at,
          r.break_minutes,
          r.places,
          r.taken,
          r.state,
          described<std::vector<SkillNeed>>(r.skills),
          r.note,
          described<Strategy>(r.strategy),
          r.pool_ids,
          r.answer_by,
          r.step,
          r.next_at,
          r.series_id,
          r.version,
          r.created_at,
          r.updated_at,
          r.published_at,
          r.requested_by,
          std::nullopt};
}

ShiftRecord blank_shift(Ctx& ctx) {
  ShiftRecord r;
  r.tenant_id = ctx.tenant;
  r.shift_id = Uuid::make();
  r.skills.text = "[]";
  r.strategy = json_of(Strategy{});
  r.requested_by = ctx.actor.id;
  r.created_at = r.updated_at = now();
  return r;
}

ShiftRecord copy_of(Ctx& ctx, const ShiftRecord& shift, const Times& times, const Uuid& series) {
  auto copy = blank_shift(ctx);
  copy.workplace_id = shift.workplace_id;
  copy.starts_at = times.starts_at;
  copy.ends_at = times.ends_at;
  copy.break_minutes = shift.break_minutes;
  copy.places = shift.places;
  copy.skills = shift.skills;
  copy.note = shift.note;
  copy.strategy = shift.strategy;
  copy.pool_ids = shift.pool_ids;
  copy.series_id = series;
  return copy;
}

void add_drafts(Ctx& ctx, const std::vector<ShiftRecord>& drafts) {
  ctx.tx().insert_many("shift", drafts);
  std::vector<AuditEntry> trail;
  for (const auto& draft : drafts)
    trail.push_back({"shift.create", "shift", draft.shift_id, std::nullopt, {}});
  trust::record(ctx, trail);
}

bool answers_closed(const Shift& shift) {
  return shift.starts_at <= now() || (shift.answer_by && *shift.answer_by <= now());
}
std::optional<Shift> find_shift(Ctx& ctx, const Uuid& id) {
  auto record = ctx.tx().maybe<ShiftRecord>(kShiftOne, id);
  return record ? std::optional(view_of(*record)) : std::nullopt;
}
std::vector<Shift> find_shifts(Ctx& ctx, const std::vector<Uuid>& ids) {
  std::vector<Shift> out;
  for (const auto& record : ctx.tx().all<ShiftRecord>(kShiftOf, ids))
    out.push_back(view_of(record));
  return out;
}
std::optional<Shift> lock_shift(Ctx& ctx, const Uuid& id) {
  auto record = ctx.tx().maybe<ShiftRecord>(kShiftLock, id);
  return record ? std::optional(view_of(*record)) : std::nullopt;
}
bool take_place(Ctx& ctx, const Uuid& shift) { return !take_places(ctx, {{shift, 1}}).empty(); }
std::map<Uuid, int> take_places(Ctx& ctx, const std::map<Uuid, int>& wanted) {
  std::vector<Uuid> ids;
  std::vector<std::int64_t> counts;
  for (const auto& [id, count] : wanted) {
    ids.push_back(id);
    counts.push_back(count);
  }
  std::map<Uuid, int> out;
  for (const auto& [id, count] : ctx.tx().all<PlacesTaken>(kShiftTake, ids, counts, now()))
    out[id] = static_cast<int>(count);
  return out;
}
void free_places(Ctx& ctx, const Uuid& shift, int count) {
  ctx.tx().later(kShiftFree, shift, now(), count);
}
void set_step(Ctx& ctx, const Uuid& shift, int step, std::optional<Timestamp> next_at) {
  ctx.tx().later(kShiftStep, shift, step, next_at, now());
}
void set_state(Ctx& ctx, const Uuid& shift, ShiftState state) {
  ctx.tx().later(kShiftSetState, shift, state, now());
}

void reopen(Ctx& ctx, const Uuid& shift) { ctx.tx().later(kShiftReopen, shift, now()); }

std::vector<Uuid> askers_of(Ctx& ctx, const Uuid& shift) {
  std::vector<Uuid> out;
  for (const auto& account : ctx.tx().all<std::optional<Uuid>>(kShiftAskers, shift))
    if (account) out.push_back(*account);
  return out;
}

void enqueue_advance(Ctx& ctx, const Uuid& shift, std::optional<Timestamp> at) {
  jobs::enqueue(ctx.tx(), {.kind = "staffing.advance",
                           .tenant_id = ctx.tenant,
                           .payload = json::serialize(json::object{{"shift_id", shift.str()}}),
                           .unique_key = "shift:" + shift.str(),
                           .run_at = at});
}

std::vector<trust::Attention> shifts_attention(Ctx& ctx) {
  auto counts = ctx.tx().one<AttentionCounts>(kShiftAttention, now(), now() + std::chrono::days(3));
  std::vector<trust::Attention> out;
  if (counts.open + counts.requested == 0) return out;
  // The board is opened in the week of the first of them.
  auto zone = trust::tenant_settings(ctx).time_zone;
  auto board = [&](Timestamp first, std::string_view state) {
    auto day = Date(std::chrono::floor<std::chrono::days>(to_local(first, zone)));
    return fmt::format("/shifts?week={}{}", to_string(day), state);
  };
  if (counts.open > 0)
    out.push_back({"shift_open",
                   counts.open == 1
                       ? "A shift within three days is not filled."
                       : fmt::format("{} shifts within three days are not filled.", counts.open),
                   board(*counts.first_open, ""), counts.open});
  if (counts.requested > 0)
    out.push_back({"shift_requested",
                   counts.requested == 1
                       ? "A shift waits for approval."
                       : fmt::format("{} shifts wait for approval.", counts.requested),
                   board(*counts.first_requested, "&state=requested"), counts.requested});
  return out;
}

std::vector<trust::LiveUpdate> live_shifts(Ctx& ctx, Timestamp since) {
  return ctx.tx().all<trust::LiveUpdate>(kShiftLive, since);
}

Result<web::Page<Shift>> list_shifts(Ctx& ctx, const web::Query<BoardQuery>& query) {
  if (query->until <= query->from || query->until - query->from > std::chrono::days(93))
    return bad_input("query/until", "must be after from, and within 93 days of it.");
  web::Page<Shift> page;
  auto records = ctx.tx().all<ShiftRecord>(
      kShiftBoard, query->from, query->until, query->workplace,
      query->mine.value_or(false) ? std::optional(ctx.actor.id) : std::nullopt);
  if (static_cast<std::int64_t>(records.size()) > kBoardMost)
    return bad_input("query/until",
                     "There are more than 5,000 shifts in this time. Ask for less of it, "
                     "or for one workplace.");
  for (const auto& r : records) page.items.push_back(view_of(r));
  name_askers(ctx, page.items);
  return page;
}

Result<web::Created<Shift>> create_shift(Ctx& ctx, const web::Body<ShiftInput>& in) {
  auto r = blank_shift(ctx);
  VARDE_CHECK(apply(ctx, in.value, r));
  add_drafts(ctx, {r});
  return web::Created<Shift>{view_of(r), "/api/v1/shifts/" + r.shift_id.str()};
}

Result<Shift> get_shift(Ctx& ctx, const web::Path<web::IdPath>& path) {
  auto shift = find_shift(ctx, path->id);
  if (!shift) return gone();
  std::vector<Shift> one = {std::move(*shift)};
  name_askers(ctx, one);
  return std::move(one.front());
}

Result<Shift> update_shift(Ctx& ctx, const web::Path<web::IdPath>& path, const web::IfMatch& match,
                           const web::Body<ShiftInput>& in) {
  if (in->break_minutes) hold_booked(ctx, path->id);
  auto r = ctx.tx().maybe<ShiftRecord>(kShiftLock, path->id);
  if (!r) return gone();
  if (!may_change(ctx, *r))
    return forbidden("Only the staffing office changes a shift that is published.");
  if (r->state == ShiftState::cancelled)
    return conflict("This shift was cancelled. Copy it instead.");
  bool moves = (in->workplace_id && *in->workplace_id != r->workplace_id) ||
               (in->starts_at && *in->starts_at != r->starts_at) ||
               (in->ends_at && *in->ends_at != r->ends_at);
  if (moves && r->taken > 0)
    return conflict(
        "Somebody is booked for this time and place. Cancel the booking first, or cancel "
        "the shift and copy it.");
  auto version = match.or_current(r->version);
  auto before = view_of(*r);
  VARDE_CHECK(apply(ctx, in.value, *r));
  if (r->break_minutes != before.break_minutes) {
    VARDE_CHECK(change_break(ctx, before, r->break_minutes));
  }
  if (ctx.tx()
          .query(kShiftUpdate, path->id, version, r->workplace_id, r->starts_at, r->ends_at,
                 r->break_minutes, r->places, r->skills, r->note, r->strategy, r->pool_ids,
                 r->answer_by, now())
          .affected() == 0)
    return web::changed_meanwhile("this shift");
  if (r->note != before.note) revise_bookings_of(ctx, path->id);
  // The strategy can change while it runs, and a wider pool gives an unfilled one a
  // chance.
  if (r->state == ShiftState::unfilled || (r->state == ShiftState::filled && r->places > r->taken))
    set_state(ctx, path->id, ShiftState::open);
  if (r->state != ShiftState::draft && r->state != ShiftState::requested)
    enqueue_advance(ctx, path->id);
  note(ctx, "shift.update", path->id);
  return *find_shift(ctx, path->id);
}

Result<Done> delete_shift(Ctx& ctx, const web::Path<web::IdPath>& path) {
  auto r = ctx.tx().maybe<ShiftRecord>(kShiftLock, path->id);
  if (!r) return gone();
  if (!may_change(ctx, *r)) return forbidden("This draft is somebody else's.");
  if (ctx.tx().query(kShiftDelete, path->id).affected() == 0)
    return conflict("Only a draft can be removed. Cancel this shift instead.");
  note(ctx, "shift.delete", path->id);
  return Done{};
}

Result<Shift> publish_shift(Ctx& ctx, const web::Path<web::IdPath>& path) {
  auto r = ctx.tx().maybe<ShiftRecord>(kShiftLock, path->id);
  if (!r) return gone();
  if (auto why = not_publishable(ctx, *r)) return *why;
  publish(ctx, {*r});
  return *find_shift(ctx, path->id);
}

Result<web::Page<PublishOutcome>> publish_shifts(Ctx& ctx, const web::Body<PublishInput>& in) {
  std::set<Uuid> ids(in->shift_ids.begin(), in->shift_ids.end());
  if (ids.empty() || ids.size() > kMostAtOnce)
    return bad_input("/shift_ids", fmt::format("must be from 1 to {}.", kMostAtOnce));
  return web::Page<PublishOutcome>{publish_many(ctx, {ids.begin(), ids.end()}), {}, {}};
}

Result<web::Page<Shift>> copy_shift(Ctx& ctx, const web::Path<web::IdPath>& path,
                                    const web::Body<CopyInput>& in) {
  auto r = ctx.tx().maybe<ShiftRecord>(kShiftOne, path->id);
  if (!r) return gone();
  if (in->starts.empty() || in->starts.size() > kMostCopies)
    return bad_input("/starts", fmt::format("must be from 1 to {} times.", kMostCopies));
  auto workplace = find_workplace(ctx, r->workplace_id);
  if (!workplace) return gone();
  std::vector<ShiftRecord> copies;
  web::Page<Shift> page;
  auto series = r->series_id.value_or(Uuid::make());
  for (auto start : in->starts) {
    auto times = copy_at(start, {r->starts_at, r->ends_at}, workplace->time_zone, r->break_minutes);
    if (!times) return bad_input("/starts", times.error().message);
    copies.push_back(copy_of(ctx, *r, *times, series));
    page.items.push_back(view_of(copies.back()));
  }
  add_drafts(ctx, copies);
  return page;
}

}  // namespace varde::staffing
