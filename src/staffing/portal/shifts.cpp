// What one is asked, and when one works.
#include "base/text.hpp"
#include "staffing/offer/internal.hpp"
#include "staffing/offer/store_sql.hpp"
#include "staffing/portal/internal.hpp"
#include "staffing/portal/store_sql.hpp"

namespace varde::staffing {

using namespace portal_store;

namespace {

// Of each list at once; what keeps pages below 15 kB.
constexpr std::size_t kPerPage = 8;
constexpr std::size_t kNext = 3, kHours = 4;         // of bookings, on the first page
constexpr auto kReportable = std::chrono::days(60);  // hours are reported so long after the shift
constexpr auto kLongest = std::chrono::hours(48);
constexpr auto kFarthest = std::chrono::hours(24);  // from the times that were planned

std::string when(const Words& t, Timestamp from, Timestamp until, const std::string& zone) {
  return fmt::format("<strong>{}</strong>", html_escape(t.span(from, until, zone)));
}

// Where, and what is to be known about it.
template <class T>
std::string details(const Words& t, const T& shift) {
  std::string out =
      fmt::format("<p>{}<br>{}</p>", when(t, shift.starts_at, shift.ends_at, shift.time_zone),
                  html_escape(shift.workplace));
  if (!shift.address.empty()) out += fmt::format("<p>{}</p>", html_escape(shift.address));
  if (shift.break_minutes > 0)
    out += fmt::format("<p>{}</p>",
                       t("shift.break", {{"minutes", std::to_string(shift.break_minutes)}}));
  if (!shift.note.empty()) out += fmt::format("<p>{}</p>", html_escape(shift.note));
  return out;
}

std::string booking_item(const Visit& visit, const OwnBooking& b) {
  const auto& t = visit.words;
  std::string state;
  if (b.state == BookingState::cancelled_by_person) state = t("booking.cancelled_by_you");
  if (b.state == BookingState::cancelled_by_office) state = t("booking.cancelled_by_office");
  if (b.state == BookingState::booked && b.ends_at <= now())
    state = t(b.person_confirmed_at ? "booking.hours_said" : "booking.hours_open");
  return fmt::format("<div class=\"item\"><p>{}<br>{}</p>{}<p>{}</p></div>",
                     when(t, b.starts_at, b.ends_at, b.time_zone), html_escape(b.workplace),
                     state.empty() ? "" : "<p>" + state + "</p>",
                     link(visit.home + "/bookings/" + b.booking_id.str(), t("booking.open")));
}

std::string cancel_link(const Visit& visit, const Uuid& booking) {
  return fmt::format("<p>{}</p>",
                     link(fmt::format("{}/bookings/{}?cancel=1", visit.home, booking.str()),
                          visit.words("booking.cancel")));
}

// A booking ends by a second step, which says what ends; a thumb that slips ends none.
net::Response ask_to_cancel(Visit& visit, const OwnBooking& b) {
  const auto& t = visit.words;
  auto here = "/bookings/" + b.booking_id.str();
  auto hours = staffing_settings(visit.ctx).asking.cancel_hours;
  if (b.starts_at - now() < std::chrono::hours(hours))
    return booking_page(visit, b.booking_id, "booking.cannot_cancel", 409);
  auto body = details(t, b) + fmt::format("<p>{}</p>{}{}<p>{}</p></form><p>{}</p>",
                                          t("cancel.text"), open_form(visit, here),
                                          input("reason", t("cancel.reason"), "text", "",
                                                fmt::format("maxlength=\"{}\"", kLongestReason)),
                                          button(t("cancel.do"), "action", "cancel"),
                                          link(visit.home + here, t("cancel.keep")));
  return show(visit, t.plain("cancel.title"), body, Tab::bookings);
}

}  // namespace

net::Response overview(Visit& visit) {
  const auto& t = visit.words;
  auto& tx = visit.ctx.tx();
  auto at = now();
  auto skip = skipped(visit);
  auto offers_later = tx.later(store::kPortalOffers, visit.me(), at, skip, kPerPage + 1);
  auto coming_later = tx.later(store::kPortalComing, visit.me(), at, 0, kNext + 1);
  auto hours =
      tx.all<OwnBooking>(store::kPortalToConfirm, visit.me(), at, at - kReportable, kHours + 1);
  auto offers = offers_later.rows().all<OwnOffer>();
  auto coming = coming_later.rows().all<OwnBooking>();
  if (offers.empty() && skip > 0) return go(visit, "");
  std::string body = fmt::format("<h2>{}</h2>", t("home.offers"));
  if (offers.empty()) body += fmt::format("<p>{}</p>", t("home.no_offers"));
  for (std::size_t i = 0; i < offers.size() && i < kPerPage; ++i) {
    const auto& o = offers[i];
    std::string until;
    if (auto by = o.answer_by ? o.answer_by : o.expires_at; by && *by > at)
      until =
          fmt::format("<p>{}</p>", t("offer.answer_by", {{"time", t.moment(*by, o.time_zone)}}));
    body +=
        fmt::format("<div class=\"item\"><p>{}<br>{}</p>{}<p>{}</p></div>",
                    when(t, o.starts_at, o.ends_at, o.time_zone), html_escape(o.workplace),
                    o.state == OfferState::waiting ? "<p>" + t("offer.waiting") + "</p>" : until,
                    link(visit.home + "/offers/" + o.shift_id.str(),
                         t(o.state == OfferState::waiting ? "offer.look" : "offer.answer")));
  }
  if (offers.size() > kPerPage) body += more_link(visit, "", skip + kPerPage);
  if (!hours.empty()) {
    body += fmt::format("<h2>{}</h2>", t("home.hours"));
    for (std::size_t i = 0; i < hours.size() && i < kHours; ++i)
      body += booking_item(visit, hours[i]);
    if (hours.size() > kHours)
      body += fmt::format("<p>{}</p>", link(visit.home + "/bookings", t("home.all_bookings")));
  }
  body += fmt::format("<h2>{}</h2>", t("home.next"));
  if (coming.empty()) body += fmt::format("<p>{}</p>", t("bookings.none"));
  for (std::size_t i = 0; i < coming.size() && i < kNext; ++i)
    body += booking_item(visit, coming[i]);
  if (coming.size() > kNext)
    body += fmt::format("<p>{}</p>", link(visit.home + "/bookings", t("home.all_bookings")));
  body += fmt::format("<p>{}</p>", link(visit.home + "/why", t("home.why")));
  return show(visit, t.plain("home.title"), body, Tab::home);
}

net::Response offer_page(Visit& visit, const Uuid& shift) {
  const auto& t = visit.words;
  auto offer = visit.ctx.tx().maybe<OwnOffer>(store::kPortalOffer, visit.me(), shift);
  if (!offer) return say(visit, "not_found", 404);
  std::string_view standing = offer_standing(offer->state, offer->shift_state, offer->starts_at,
                                             offer->answer_by, offer->taken < offer->places);
  bool booked = offer->state == OfferState::booked;
  bool may_say_yes = standing == "offer.open" || standing == "offer.declined";
  auto body = details(t, *offer) + fmt::format("<p>{}</p>", t(standing));
  // Shortly before the shift a cancellation is refused: the page says so instead of the answer.
  auto hours = booked ? staffing_settings(visit.ctx).asking.cancel_hours : 0;
  bool late = booked && offer->starts_at - now() < std::chrono::hours(hours);
  auto own = booked
                 ? visit.ctx.tx().maybe<OwnBooking>(store::kPortalBookingOfShift, visit.me(), shift)
                 : std::nullopt;
  if (own && !late && own->state == BookingState::booked)
    body += cancel_link(visit, own->booking_id);
  if (late && offer->starts_at > now())
    body += fmt::format("<p>{}</p>",
                        t("booking.too_late_to_cancel", {{"hours", std::to_string(hours)}}));
  if (may_say_yes || standing == "offer.waiting") {
    body += open_form(visit, "/offers/" + shift.str());
    if (may_say_yes) body += "<p>" + button(t("offer.yes"), "answer", "yes") + "</p>";
    if (standing != "offer.declined")
      body += "<p>" + button(t("offer.no"), "answer", "no", true) + "</p>";
    body += "</form>";
  }
  return show(visit, t.plain(booked ? "offer.title_booked" : "offer.title"), body, Tab::home);
}

net::Response answer_offer(Visit& visit, const Uuid& shift) {
  auto said = visit.form.get("answer");
  if (said != "yes" && said != "no") return offer_page(visit, shift);
  // An old page's button may still say no to a booking: that is asked about on the booking's page.
  if (said == "no")
    if (auto own =
            visit.ctx.tx().maybe<OwnBooking>(store::kPortalBookingOfShift, visit.me(), shift);
        own && own->state == BookingState::booked)
      return ask_to_cancel(visit, *own);
  auto answered = decide(visit.ctx, {.shift = shift,
                                     .person = visit.me(),
                                     .yes = said == "yes",
                                     .language = visit.words.language()});
  if (!answered) return say(visit, "not_found", 404);
  visit.ctx.commit();  // before anybody is told
  const auto& t = visit.words;
  bool booked = answered->result == AnswerResult::booked;
  auto body = fmt::format("<p role=\"status\">{}</p>", html_escape(answered->sentence));
  if (booked)
    if (auto own =
            visit.ctx.tx().maybe<OwnBooking>(store::kPortalBookingOfShift, visit.me(), shift))
      body += details(t, *own) +
              fmt::format("<p>{}</p>",
                          link(fmt::format("{}/bookings/{}.ics", visit.home, own->booking_id.str()),
                               t("booking.calendar")));
  body += fmt::format("<p>{}</p>", link(visit.home, t("back")));
  return show(visit, t.plain(booked ? "offer.title_booked" : "offer.title_answered"), body,
              Tab::home);
}

// ---- bookings

net::Response bookings_page(Visit& visit) {
  const auto& t = visit.words;
  Timestamp before = std::chrono::sys_days(std::chrono::year(9999) / 1 / 1);
  auto last = Uuid::largest();
  if (auto mark = visit.query["before"]; mark.size() > 37)
    if (auto id = Uuid::parse(std::string_view(mark).substr(0, 36)))
      if (auto at = parse_rfc3339(std::string_view(mark).substr(37))) {
        last = *id;
        before = *at;
      }
  auto& tx = visit.ctx.tx();
  auto skip = skipped(visit);
  auto coming_later = tx.later(store::kPortalComing, visit.me(), now(), skip, kPerPage + 1);
  auto past = tx.all<OwnBooking>(store::kPortalPast, visit.me(), now(), before, last, kPerPage + 1);
  auto coming = coming_later.rows().all<OwnBooking>();
  if (coming.empty() && skip > 0) return go(visit, "/bookings");
  std::string body;
  if (visit.query["before"].empty()) {
    body = fmt::format("<h2>{}</h2>", t("bookings.coming"));
    if (coming.empty()) body += fmt::format("<p>{}</p>", t("bookings.none"));
    for (std::size_t i = 0; i < coming.size() && i < kPerPage; ++i)
      body += booking_item(visit, coming[i]);
    if (coming.size() > kPerPage) body += more_link(visit, "/bookings", skip + kPerPage);
  }
  body += fmt::format("<h2>{}</h2>", t("bookings.past"));
  if (past.empty()) body += fmt::format("<p>{}</p>", t("bookings.no_past"));
  bool more = past.size() > kPerPage;
  if (more) past.resize(kPerPage);
  for (const auto& b : past) body += booking_item(visit, b);
  if (more)
    body += fmt::format(
        "<p>{}</p>",
        link(fmt::format("{}/bookings?before={}_{}", visit.home, past.back().booking_id.str(),
                         percent_encode(to_rfc3339(past.back().starts_at))),
             t("bookings.older")));
  return show(visit, t.plain("bookings.title"), body, Tab::bookings);
}

net::Response booking_page(Visit& visit, const Uuid& id, std::string_view error, int status) {
  const auto& t = visit.words;
  auto booking = visit.ctx.tx().maybe<OwnBooking>(store::kPortalBooking, visit.me(), id);
  if (!booking) return say(visit, "not_found", 404);
  const auto& b = *booking;
  if (!visit.query["cancel"].empty() && error.empty() && status == 200 &&
      b.state == BookingState::booked && b.starts_at > now())
    return ask_to_cancel(visit, b);
  auto here = "/bookings/" + id.str();
  auto body = details(t, b) + error_line(t, error);
  bool held = b.state == BookingState::booked;
  if (!held)
    body += "<p>" +
            t(b.state == BookingState::cancelled_by_person ? "booking.cancelled_by_you"
                                                           : "booking.cancelled_by_office") +
            "</p>";
  if (held && b.ends_at > now())
    body += fmt::format("<p>{}</p>", link(visit.home + here + ".ics", t("booking.calendar")));
  if (held && b.starts_at > now()) {
    auto hours = staffing_settings(visit.ctx).asking.cancel_hours;
    auto number = std::to_string(hours);
    if (b.starts_at - now() < std::chrono::hours(hours)) {
      body += fmt::format("<p>{}</p>", t("booking.too_late_to_cancel", {{"hours", number}}));
    } else {
      body += fmt::format("<p>{}</p>{}", t("booking.cancel_text", {{"hours", number}}),
                          cancel_link(visit, id));
    }
  }
  if (held && b.ends_at <= now() && b.ends_at > now() - kReportable) {
    auto from = b.worked_from.value_or(b.starts_at), until = b.worked_until.value_or(b.ends_at);
    auto shown = hidden("seen_from", to_rfc3339(from)) + hidden("seen_until", to_rfc3339(until));
    body += fmt::format("<h2>{}</h2><p>{}</p><p>{} {}</p>", t("hours.title"),
                        when(t, from, until, b.time_zone),
                        t(b.person_confirmed_at ? "hours.you_confirmed" : "hours.you_open"),
                        t(b.office_confirmed_at ? "hours.office_confirmed" : "hours.office_open"));
    if (!b.person_confirmed_at)
      body += fmt::format("{}{}{}</form>", open_form(visit, here), shown,
                          button(t("hours.confirm"), "action", "confirm"));
    body += fmt::format("<h2>{}</h2>{}{}<div class=\"two\">{}{}</div>{}</form>", t("hours.other"),
                        open_form(visit, here), shown,
                        input("from", t("hours.from"), "datetime-local",
                              local_value(from, b.time_zone), "required"),
                        input("until", t("hours.until"), "datetime-local",
                              local_value(until, b.time_zone), "required"),
                        button(t("hours.report"), "action", "report", true));
  }
  return show(visit, t.plain("booking.title"), body, Tab::bookings, status);
}

namespace {

// Ends a booking: as an answer where there was a question, and by the same rule where somebody was
// booked without one.
net::Response cancel(Visit& visit, const OwnBooking& own) {
  auto& ctx = visit.ctx;
  auto here = "/bookings/" + own.booking_id.str();
  if (own.state != BookingState::booked || own.starts_at <= now())
    return booking_page(visit, own.booking_id, "booking.cannot_cancel", 409);
  auto hours = staffing_settings(ctx).asking.cancel_hours;
  if (own.starts_at - now() < std::chrono::hours(hours))
    return booking_page(visit, own.booking_id, {}, 409);  // the page says why, and whom to call
  auto record = ctx.tx().maybe<store::BookingRecord>(store::kBookingOne, own.booking_id);
  if (!record || cancel_bookings(ctx, own.shift_id, {*record}, BookingState::cancelled_by_person,
                                 cancel_reason(visit.form.get("reason")))
                     .empty())
    return booking_page(visit, own.booking_id, "booking.cannot_cancel", 409);
  ctx.commit();
  return go(visit, here, "cancelled");
}

net::Response report_hours(Visit& visit, const OwnBooking& own, bool as_seen) {
  auto seen_from = parse_rfc3339(visit.form.get("seen_from")),
       seen_until = parse_rfc3339(visit.form.get("seen_until"));
  auto from = seen_from, until = seen_until;
  if (!as_seen) {
    from = read_local_at(visit.form.get("from"), seen_from, own.time_zone);
    until = read_local_at(visit.form.get("until"), seen_until, own.time_zone);
  }
  auto wrong = [&](std::string_view key) { return booking_page(visit, own.booking_id, key, 422); };
  if (!from || !until || !seen_from || !seen_until) return wrong("hours.unreadable");
  if (*until <= *from || *until - *from > kLongest) return wrong("hours.order");
  if (*until > now()) return wrong("hours.future");
  if (*from < own.starts_at - kFarthest || *until > own.ends_at + kFarthest)
    return wrong("hours.far");
  auto& ctx = visit.ctx;
  if (!ctx.tx().maybe<Uuid>(store::kPortalLockSeen, visit.me(), own.booking_id, *seen_from,
                            *seen_until))
    return booking_page(visit, own.booking_id, "hours.changed", 409);
  if (!say_hours(ctx, own.booking_id, *from, *until, true)) return wrong("hours.far");
  ctx.commit();
  return go(visit, "/bookings/" + own.booking_id.str(), "hours");
}

}  // namespace

net::Response change_booking(Visit& visit, const Uuid& id) {
  auto own = visit.ctx.tx().maybe<OwnBooking>(store::kPortalBooking, visit.me(), id);
  if (!own) return say(visit, "not_found", 404);
  auto action = visit.form.get("action");
  if (action == "cancel") return cancel(visit, *own);
  if (action != "confirm" && action != "report") return booking_page(visit, id);
  if (own->state != BookingState::booked || own->ends_at > now() ||
      own->ends_at <= now() - kReportable)
    return booking_page(visit, id, "hours.not_now", 409);
  return report_hours(visit, *own, action == "confirm");
}

}  // namespace varde::staffing
