#include <fmt/chrono.h>

#include <unordered_map>

#include "crypto/aead.hpp"
#include "messaging/delivery/undelivered.hpp"
#include "people/csv/csv_writer.hpp"
#include "people/person/person.hpp"
#include "staffing/offer/api.hpp"
#include "staffing/offer/internal.hpp"
#include "staffing/offer/store_sql.hpp"
#include "staffing/paper/paper.hpp"
#include "trust/audit.hpp"
#include "trust/names.hpp"
#include "trust/retention.hpp"
#include "trust/table.hpp"
#include "trust/tenant/tenant.hpp"
#include "web/resource.hpp"

namespace varde::staffing {

using namespace store;
using trust::AuditEntry;
using trust::Ctx;
using trust::Right;

namespace {

Error gone() { return not_found("This shift does not exist any more."); }

constexpr std::size_t kMostRows = 5000;
constexpr std::size_t kMostConfirmed = 1000;

// Who persons are, for lists that show them, in two round trips.
struct Face {
  std::optional<Personal> name;
  std::optional<Timestamp> picture_at;
};
class Faces {
 public:
  Faces(Ctx& ctx, const std::vector<Uuid>& ids) {
    for (const auto& person : people::load(ctx, ids, false))
      faces_[person.id].name = Personal(people::display_name(person));
    if (trust::may(ctx.role, Right::shifts_write))
      for (const auto& [id, at] : picture_times(ctx, ids)) faces_[id].picture_at = at;
  }
  Face of(const Uuid& id) const {
    auto found = faces_.find(id);
    return found == faces_.end() ? Face{} : found->second;
  }

 private:
  std::unordered_map<Uuid, Face> faces_;
};

std::vector<BookingView> views(Ctx& ctx, const std::vector<BookingRecord>& records) {
  std::set<Uuid> ids;
  std::vector<Uuid> sealing;
  bool shown = trust::may(ctx.role, Right::shifts_write);
  for (const auto& r : records) {
    ids.insert(r.person_id);
    if (shown && r.sealed) sealing.push_back(r.person_id);
  }
  Faces faces(ctx, {ids.begin(), ids.end()});
  auto keys = sealing.empty() ? std::unordered_map<Uuid, crypto::Key>{}
                              : ctx.base.keys.keys(ctx.tenant, sealing);
  auto reason_of = [&](const BookingRecord& r) -> std::optional<Personal> {
    auto key = keys.find(r.person_id);
    if (!r.sealed || key == keys.end()) return std::nullopt;
    auto text = r.sealed->open(key->second, ctx.tenant, r.booking_id);
    return text ? std::optional(Personal(*text)) : std::nullopt;
  };
  std::vector<BookingView> out;
  for (const auto& r : records) {
    auto [name, picture_at] = faces.of(r.person_id);
    out.push_back({r.booking_id, r.shift_id, r.person_id, r.workplace_id, std::move(name),
                   picture_at, r.starts_at, r.ends_at, r.break_minutes, r.state, r.overridden,
                   r.booked_at, r.cancelled_at, r.worked_from, r.worked_until,
                   r.person_confirmed_at, r.office_confirmed_at, reason_of(r)});
  }
  return out;
}

std::vector<OfferView> offer_views(Ctx& ctx, const Uuid& shift) {
  auto asked = ctx.tx().later(kOfferOfShift, shift);
  auto cancelled_later = ctx.tx().later(kBookingCancelledOf, shift);
  auto before = ctx.tx().all<BeforeRecord>(kOfferBefore, shift);
  auto records = asked.rows().all<OfferRecord>();
  std::unordered_map<Uuid, std::vector<EarlierRound>> earlier;
  for (const auto& r : before)
    earlier[r.person_id].push_back({r.asked_at, r.reached_by, r.state, r.answered_at, r.channel});
  std::vector<Uuid> ids;
  for (const auto& r : records) ids.push_back(r.person_id);
  Faces faces(ctx, ids);
  std::unordered_map<Uuid, CancelledRow> cancelled;
  for (auto& row : cancelled_later.rows().all<CancelledRow>()) cancelled[row.person_id] = row;
  std::vector<OfferView> out;
  for (auto& r : records) {
    auto [name, picture_at] = faces.of(r.person_id);
    out.push_back({r.person_id,
                   std::move(name),
                   picture_at,
                   r.reached_by,
                   r.state,
                   r.step,
                   r.rank,
                   r.number,
                   std::move(r.explanation),
                   r.asked_at,
                   r.expires_at,
                   r.answered_at,
                   r.channel,
                   (r.flags & people::kSimulated) != 0,
                   can_be_repeated(r.state) && r.round < kMostRounds,
                   to_be_repeated(r),
                   std::move(earlier[r.person_id]),
                   std::nullopt,
                   std::nullopt,
                   std::nullopt});
    auto ended = cancelled.find(r.person_id);
    if (r.state == OfferState::booked || ended == cancelled.end() ||
        ended->second.booked_at < r.asked_at)
      continue;
    out.back().booked_at = ended->second.booked_at;
    out.back().cancelled_at = ended->second.cancelled_at;
    out.back().cancelled = ended->second.state;
  }
  return out;
}

Result<std::vector<BookingRecord>> bookings(Ctx& ctx, const BookingsQuery& query) {
  if (query.until <= query.from || query.until - query.from > std::chrono::days(366))
    return bad_input("query/until", "must be after from, and within a year of it.");
  auto records = ctx.tx().all<BookingRecord>(kBookingPage, query.from, query.until, query.person,
                                             query.workplace);
  if (records.size() > kMostRows)
    return bad_input("query/until",
                     "There are more than 5,000 bookings in this time. Ask for less.");
  return records;
}

// Attributes of a person that a payroll system knows her by, where the organisation has them.
constexpr const char* kEmployeeNumber = "employee_number";
constexpr const char* kWageType = "wage_type";

// Excel splits by what the country writes lists with, which is a comma only where that is no
// decimal sign.
char separator_of(Ctx& ctx, std::optional<Separator> wanted) {
  auto locale = trust::tenant_settings(ctx).locale;
  bool comma = locale.empty() || locale.starts_with("en");
  switch (wanted.value_or(comma ? Separator::comma : Separator::semicolon)) {
    case Separator::comma:
      return ',';
    case Separator::semicolon:
      return ';';
    case Separator::tab:
      return '\t';
  }
  return ',';
}

// Who worked when and for how long. Times are those of the clocks at the workplace; hours count as
// worked when the shift is over: as they were said, or as planned until somebody says otherwise.
std::string payroll(Ctx& ctx, const std::vector<BookingRecord>& records, char separator) {
  std::set<Uuid> where;
  for (const auto& r : records) where.insert(r.workplace_id);
  std::map<Uuid, Workplace> places;
  for (auto& place : find_workplaces(ctx, {where.begin(), where.end()}))
    places[place.id] = std::move(place);
  Uuid number, wage;
  for (const auto& attribute : people::attributes(ctx)) {
    if (attribute.classification == people::Classification::sensitive) continue;
    if (attribute.key == kEmployeeNumber) number = attribute.id;
    if (attribute.key == kWageType) wage = attribute.id;
  }
  std::set<Uuid> ids;
  for (const auto& r : records) ids.insert(r.person_id);
  std::unordered_map<Uuid, people::Person> persons;
  for (auto& person : people::load(ctx, {ids.begin(), ids.end()})) persons[person.id] = person;
  std::string out = "\xEF\xBB\xBF";  // spreadsheets read UTF-8 only with a byte order mark
  auto row = [&](std::vector<std::string> cells) {
    std::vector<std::string_view> fields;
    for (auto& cell : cells) fields.emplace_back(cell = people::csv::guarded(std::move(cell)));
    people::csv::append_row(out, fields, separator);
  };
  row({"employee_number", "name", "workplace_code", "workplace", "wage_type", "starts", "ends",
       "break_minutes", "state", "worked_from", "worked_until", "worked_minutes",
       "person_confirmed", "office_confirmed", "time_zone", "booking_id", "person_id"});
  for (const auto& r : records) {
    const auto& place = places[r.workplace_id];
    auto local = [&](std::optional<Timestamp> at) {
      if (!at) return std::string();
      auto wall = std::chrono::floor<std::chrono::minutes>(to_local(*at, place.time_zone));
      return fmt::format("{:%Y-%m-%d %H:%M}",
                         std::chrono::sys_time<std::chrono::minutes>(wall.time_since_epoch()));
    };
    auto found = persons.find(r.person_id);
    auto attribute = [&](const Uuid& id) {
      if (found == persons.end()) return std::string();
      auto value = found->second.attributes.find(id);
      return value == found->second.attributes.end() ? std::string()
                                                     : people::csv::cell_of(value->second);
    };
    bool over = r.state == BookingState::booked && r.ends_at <= now();
    auto from = r.worked_from.value_or(r.starts_at), until = r.worked_until.value_or(r.ends_at);
    // Who worked for less than the break worked, and is owed nothing below zero.
    auto minutes = std::chrono::floor<std::chrono::minutes>(
                       fit::work_within({from, until}, r.break_minutes, {from, until}))
                       .count();
    row({attribute(number), found == persons.end() ? "" : people::display_name(found->second),
         place.code, place.name, attribute(wage), local(r.starts_at), local(r.ends_at),
         std::to_string(r.break_minutes), web::enum_word(r.state), local(r.worked_from),
         local(r.worked_until), over ? std::to_string(minutes) : "0", local(r.person_confirmed_at),
         local(r.office_confirmed_at), place.time_zone, r.booking_id.str(), r.person_id.str()});
  }
  return out;
}

// Somebody books: the manager's choice, a direct booking, one against a rule.
Result<BookingView> book(Ctx& ctx, const Uuid& shift_id, const BookInput& in) {
  auto shift = find_shift(ctx, shift_id);
  if (!shift) return gone();
  if (shift->state == ShiftState::cancelled || shift->state == ShiftState::draft ||
      shift->state == ShiftState::requested)
    return conflict("This shift is not published.");
  bool overrides = in.override_reason.has_value();
  if (overrides && !trust::may(ctx.role, Right::rules_override))
    return forbidden("You may not book against the rules.");
  auto reason = forbidden_for(ctx, *shift, in.person_id);
  if (reason && !reason->overridable) return conflict(reason->explanation);
  if (reason && !overrides) return conflict(reason->explanation, "rule");
  if (!reason && overrides)
    return bad_input("/override_reason", "No rule forbids this booking. Book it without a reason.");
  if (!take_place(ctx, shift_id)) return conflict("All places of this shift are taken.");
  Uuid id;
  try {
    auto why = reason && overrides ? std::optional(in.override_reason->value) : std::nullopt;
    id = insert_bookings(ctx, {{&*shift, in.person_id, why}}).front();
  } catch (const db::SqlError& e) {
    if (!e.is_unique_violation() && !e.is_exclusion_violation()) throw;
    return conflict("This person was booked for this time just now.");
  }
  ctx.tx().later(kOfferAnswer, shift_id, in.person_id, now(), OfferState::booked,
                 AnswerChannel::user, 0);
  enqueue_after(ctx, shift_id, in.person_id);
  return std::move(views(ctx, {ctx.tx().one<BookingRecord>(kBookingOne, id)}).front());
}

// Only the question itself: a reminder, or that the shift is taken, may fail and ends nothing.
void end_undelivered(Ctx& ctx, const std::vector<messaging::Undelivered>& messages) {
  std::vector<Uuid> shifts, persons;
  std::vector<std::int64_t> reach;
  std::vector<Timestamp> made;
  for (const auto& message : messages) {
    if (message.kind != messaging::SourceKind::shift ||
        !(message.reference.empty() || message.reference.starts_with(kQuestionSms)))
      continue;
    shifts.push_back(message.source);
    persons.push_back(message.person);
    reach.push_back(static_cast<int>(message.reference.empty() ? Reach::mail : Reach::sms));
    made.push_back(message.message.time() + std::chrono::milliseconds(1));  // it counts whole ones
  }
  if (shifts.empty()) return;
  auto concerned = ctx.tx().all<Uuid>(kOfferUndeliveredShifts, shifts, persons, reach, made);
  if (concerned.empty()) return;
  ctx.tx().later(kOfferTouchShifts, concerned, now());
  auto ended = ctx.tx().all<Uuid>(kOfferUndelivered, shifts, persons, reach, made);
  for (const auto& shift : std::set<Uuid>(ended.begin(), ended.end())) enqueue_advance(ctx, shift);
}

}  // namespace

void end_questions(Ctx& ctx, const std::vector<Uuid>& persons, OfferState state) {
  auto all = ctx.tx().all<Uuid>(kOfferEndQuestions, persons, state);
  for (const auto& shift : std::set<Uuid>(all.begin(), all.end())) enqueue_advance(ctx, shift);
}

void revise_bookings_of(Ctx& ctx, const Uuid& shift) {
  ctx.tx().later(kBookingRevise, shift, Uuid{}, now(), now() - kFeedReach);
}
void revise_bookings_at(Ctx& ctx, const Uuid& workplace) {
  ctx.tx().later(kBookingRevise, Uuid{}, workplace, now(), now() - kFeedReach);
}

void add_offer_hooks(trust::Base& base) {
  base.extensions.add(trust::NameSource{[](Ctx& ctx, const std::vector<Uuid>& ids) {
    std::map<Uuid, std::string> out;
    auto shifts = find_shifts(ctx, ids);
    if (shifts.empty()) return out;
    std::map<Uuid, Workplace> places;
    for (auto& place : workplaces(ctx)) places[place.id] = std::move(place);
    for (const auto& shift : shifts)
      if (auto place = places.find(shift.workplace_id); place != places.end())
        out[shift.id] = shift_title(shift, place->second);
    return out;
  }});
  base.extensions.add(messaging::SmsReplyHook{take_reply});
  // Who was not reached is not waited for: the next one is asked at once.
  base.extensions.add(messaging::UndeliveredHook{end_undelivered});
  base.extensions.add(
      trust::StillNeeded{"SELECT FROM booking b WHERE b.tenant_id = {tenant} AND b.person_id = "
                         "p.person_id AND b.ends_at >= $1"});
  base.extensions.add(trust::aged_rows(
      "shifts", "Shifts and bookings",
      "Shifts that are over, who was asked and what they said, who worked and how long.",
      kRetentionOldShifts, kRetentionDropShifts));
  // Not taken back: who answers is told of the restriction, and it may be lifted in time.
  base.extensions.add(people::RestrictHook{
      [](Ctx& ctx, const Uuid& id) { end_questions(ctx, {id}, OfferState::expired); }});
}

std::vector<trust::LiveUpdate> live_offers(Ctx& ctx, Timestamp since) {
  return ctx.tx().all<trust::LiveUpdate>(kOfferLive, since);
}

Result<Candidates> list_candidates(Ctx& ctx, const web::Path<web::IdPath>& path,
                                   const web::Query<CandidateQuery>& query) {
  auto shift = find_shift(ctx, path->id);
  if (!shift) return gone();
  auto started = std::chrono::steady_clock::now();
  auto ranked = rank_pool(ctx, *shift);
  Candidates page;
  page.took_ms =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - started).count();
  page.count = static_cast<std::int64_t>(ranked.size());
  page.askable = std::ranges::count_if(ranked, &Fit::askable);
  auto limit = static_cast<std::size_t>(web::page_limit(query->limit, 200, 1000));
  if (ranked.size() > limit) ranked.resize(limit);
  std::vector<Uuid> ids;
  for (const auto& one : ranked) ids.push_back(one.person_id());
  Faces faces(ctx, ids);
  for (const auto& one : ranked) {
    auto [name, picture_at] = faces.of(one.person_id());
    page.items.push_back({one.person_id(), std::move(name), picture_at, one.askable(),
                          one.ranked.favourite, one.in_pool, one.explanation()});
  }
  return page;
}

Result<web::Page<OfferView>> list_offers(Ctx& ctx, const web::Path<web::IdPath>& path) {
  web::Page<OfferView> page{offer_views(ctx, path->id), {}, {}};
  if (page.items.empty() && !find_shift(ctx, path->id)) return gone();
  return page;
}

Result<AnswerReply> answer_offer_route(Ctx& ctx, const web::Path<OfferPath>& path,
                                       const web::Body<AnswerInput>& in) {
  return decide(
      ctx,
      {.shift = path->id, .person = path->person, .yes = in->yes, .channel = AnswerChannel::user});
}

Result<BookingView> book_shift(Ctx& ctx, const web::Path<web::IdPath>& path,
                               const web::Body<BookInput>& in) {
  return book(ctx, path->id, in.value);
}

Result<Shift> cancel_shift(Ctx& ctx, const web::Path<web::IdPath>& path,
                           const web::Body<ReasonInput>& in) {
  auto shift = lock_shift(ctx, path->id);
  if (!shift) return gone();
  if (shift->state == ShiftState::cancelled) return *shift;
  std::vector<Uuid> booked;
  for (const auto& r : cancel_bookings(
           ctx, path->id, ctx.tx().all<BookingRecord>(kBookingOfShift, path->id),
           BookingState::cancelled_by_office, in->reason ? in->reason->value : "", true))
    booked.push_back(r.person_id);
  tell(ctx, *shift, booked, Tell::cancelled);
  tell(ctx, *shift, ctx.tx().all<Uuid>(kOfferWithdraw, path->id), Tell::withdrawn);
  set_state(ctx, path->id, ShiftState::cancelled);
  trust::record(ctx, AuditEntry{"shift.cancel", "shift", path->id});
  return *find_shift(ctx, path->id);
}

Result<web::Page<BookingView>> list_bookings(Ctx& ctx, const web::Query<BookingsQuery>& query) {
  VARDE_TRY(auto records, bookings(ctx, query.value));
  trust::record_bulk_read(ctx, records.size(), "booking");
  return web::Page<BookingView>{views(ctx, records), {}, {}};
}

Result<web::Page<BookingView>> list_shift_bookings(Ctx& ctx, const web::Path<web::IdPath>& path) {
  auto records = ctx.tx().all<BookingRecord>(kBookingOfShift, path->id);
  if (records.empty() && !find_shift(ctx, path->id)) return gone();
  return web::Page<BookingView>{views(ctx, records), {}, {}};
}

Result<BookingView> cancel_booking(Ctx& ctx, const web::Path<web::IdPath>& path,
                                   const web::Body<ReasonInput>& in) {
  auto record = ctx.tx().maybe<BookingRecord>(kBookingOne, path->id);
  if (!record) return not_found("This booking does not exist any more.");
  if (cancel_bookings(ctx, record->shift_id, {*record}, BookingState::cancelled_by_office,
                      in->reason ? in->reason->value : "")
          .empty())
    return not_found("This booking was cancelled already.");
  if (auto shift = find_shift(ctx, record->shift_id))
    tell(ctx, *shift, {record->person_id}, Tell::cancelled);
  return std::move(views(ctx, {ctx.tx().one<BookingRecord>(kBookingOne, path->id)}).front());
}

Result<BookingView> confirm_hours(Ctx& ctx, const web::Path<web::IdPath>& path,
                                  const web::Body<HoursInput>& in) {
  VARDE_CHECK(say_hours(ctx, path->id, in->from, in->until, false));
  return std::move(views(ctx, {ctx.tx().one<BookingRecord>(kBookingOne, path->id)}).front());
}

Result<ManyHoursResult> confirm_many_hours(Ctx& ctx, const web::Body<ManyHoursInput>& in) {
  if (in->bookings.empty() || in->bookings.size() > kMostConfirmed)
    return bad_input("/bookings", "must name between 1 and 1,000 bookings.");
  std::set<Uuid> distinct;
  std::vector<Uuid> ids;
  std::vector<Timestamp> from, until;
  for (const auto& one : in->bookings) {
    if (!distinct.insert(one.id).second) continue;
    ids.push_back(one.id);
    from.push_back(one.from);
    until.push_back(one.until);
  }
  std::vector<AuditEntry> trail;
  for (const auto& row : ctx.tx().all<ConfirmedRow>(kBookingConfirmHours, ids, from, until, now()))
    trail.push_back({"booking.hours", "shift", row.shift_id, row.person_id, {}});
  trust::record(ctx, trail);
  return ManyHoursResult{static_cast<int>(trail.size())};
}

Result<net::Response> download_bookings(Ctx& ctx, const web::Query<PayrollQuery>& query) {
  VARDE_TRY(auto records,
            bookings(ctx, {query->from, query->until, query->person, query->workplace}));
  net::Response response;
  response.with("Content-Type", "text/csv; charset=utf-8")
      .with("Content-Disposition", "attachment; filename=\"bookings.csv\"")
      .with("Cache-Control", "no-store");
  response.body = payroll(ctx, records, separator_of(ctx, query->separator));
  trust::record(ctx, AuditEntry{"booking.export", "tenant", ctx.tenant});
  return response;
}

}  // namespace varde::staffing
