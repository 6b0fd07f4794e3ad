// Bookings for calendars: one at a time, and a feed that a calendar reads again and again.
#include "base/random.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "staffing/portal/internal.hpp"
#include "staffing/portal/store_sql.hpp"
#include "trust/audit.hpp"

namespace varde::staffing {

using namespace portal_store;
using trust::Ctx;

namespace {

std::string url_of(const trust::Base& base, const std::string& slug, const Uuid& booking) {
  return fmt::format("{}/p/me/{}/bookings/{}", base.public_url, slug, booking.str());
}

net::Response gone() {
  return net::text_response(404, "text/plain", "There is no such calendar.\n");
}

}  // namespace

ical::Event event_of(const Words& words, const OwnBooking& booking, const std::string& url) {
  bool cancelled = booking.state != BookingState::booked;
  ical::Event event;
  event.uid = booking.booking_id.str() + "@varde";
  event.sequence = booking.revision + (cancelled ? 1 : 0);
  event.start = booking.starts_at;
  event.end = booking.ends_at;
  event.changed = std::max(booking.cancelled_at.value_or(booking.booked_at),
                           booking.revised_at.value_or(booking.booked_at));
  event.summary = words.plain("calendar.summary", {{"workplace", booking.workplace}});
  event.location = booking.address;
  event.description = booking.note;
  event.url = url;
  event.cancelled = cancelled;
  return event;
}

net::Response calendar_response(std::string_view name, const std::vector<ical::Event>& events,
                                std::string_view filename) {
  auto response = net::text_response(200, "text/calendar", ical::calendar(name, events));
  response.with("Content-Disposition", fmt::format("attachment; filename=\"{}\"", filename));
  response.with("Cache-Control", "no-store");
  return response;
}

net::Response booking_ics(Visit& visit, const Uuid& id) {
  auto booking = visit.ctx.tx().maybe<OwnBooking>(store::kPortalBooking, visit.me(), id);
  if (!booking) return say(visit, "not_found", 404);
  auto url = url_of(visit.ctx.base, visit.tenant.slug, id);
  return calendar_response(visit.tenant.name, {event_of(visit.words, *booking, url)}, "shift.ics");
}

net::Response offer_calendar(Ctx& ctx, const std::string& language, const Uuid& shift) {
  auto booking = ctx.tx().maybe<OwnBooking>(store::kPortalBookingOfShift, ctx.actor.id, shift);
  if (!booking) return gone();
  auto settings = trust::tenant_settings(ctx);
  auto url = url_of(ctx.base, settings.slug, booking->booking_id);
  return calendar_response(settings.name, {event_of(Words(language), *booking, url)}, "shift.ics");
}

// The token names its tenant, because a feed is found before anything else is known; what opens it
// are the 24 random bytes.
std::string new_feed(Visit& visit) {
  std::string bytes(visit.ctx.tenant.view());
  bytes.resize(40);
  fill_random({reinterpret_cast<std::uint8_t*>(bytes.data()) + 16, 24});
  auto token = base64url(bytes);
  visit.ctx.tx().later(store::kPortalSetFeed, visit.me(), db::Bytes{crypto::sha256(token)}, now());
  trust::record(visit.ctx,
                trust::AuditEntry{"portal.calendar", "substitute", visit.me(), visit.me()});
  visit.ctx.commit();
  return visit.ctx.base.public_url + "/p/me/calendar/" + token + ".ics";
}

std::optional<Uuid> feed_tenant(std::string_view token) {
  if (token.size() != 54) return std::nullopt;
  auto bytes = unbase64(token);
  // Only the one way of writing it, so that a hash of the text is a hash of the bytes.
  if (!bytes || bytes->size() != 40 || base64url(*bytes) != token) return std::nullopt;
  Uuid tenant;
  std::copy(bytes->begin(), bytes->begin() + 16, tenant.bytes.begin());
  return tenant;
}

net::Response feed(trust::Base& base, net::Request& request, std::string_view token) {
  auto tenant = feed_tenant(token);
  if (!tenant) return gone();
  Ctx ctx(base, *tenant, {trust::ActorKind::person, {}});
  ctx.network = trust::network_of(request.peer);
  auto person_id =
      ctx.tx().maybe<Uuid>(store::kPortalFeed, db::Bytes{crypto::sha256(token)}, now() - kFeedLife);
  auto persons = person_id ? people::load(ctx, {*person_id}, false) : std::vector<people::Person>{};
  if (persons.empty() || persons.front().state != people::PersonState::active) return gone();
  auto settings = trust::tenant_settings(ctx);
  const auto& person = persons.front();
  Words words(person.language.empty() ? settings.locale : person.language);
  std::vector<ical::Event> events;
  for (const auto& booking :
       ctx.tx().all<OwnBooking>(store::kPortalBookingsSince, *person_id, now() - kFeedReach))
    events.push_back(event_of(words, booking, url_of(base, settings.slug, booking.booking_id)));
  return calendar_response(settings.name, events, "shifts.ics");
}

}  // namespace varde::staffing
