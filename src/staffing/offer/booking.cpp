// Bookings: made, ended, and the hours that were worked.
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

}  // namespace

std::string cancel_reason(std::string_view text) {
  auto line = canonical_line(text);
  return line ? std::string(utf8_prefix(*line, kLongestReason)) : std::string();
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
