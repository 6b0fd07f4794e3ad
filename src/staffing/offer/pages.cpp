// The answer page: what a personal link leads to. It works without scripts, and looking at it (as
// link scanners do) answers nothing: only its own form does.
#include "base/text.hpp"
#include "messaging/token/token.hpp"
#include "pages/frame/frame.hpp"
#include "people/person/person.hpp"
#include "staffing/offer/internal.hpp"
#include "staffing/offer/store_sql.hpp"
#include "staffing/portal/portal.hpp"
#include "staffing/portal/words.hpp"
#include "trust/tenant/tenant.hpp"

namespace varde::staffing {

using namespace store;
using pages::PageStyle;
using trust::Ctx;

namespace {

net::Response show(PageStyle style, const Words& t, const std::string& title,
                   const std::string& body, int status = 200) {
  style.language = t.language();
  auto response = pages::page(
      style, title, fmt::format("<h1>{}</h1>{}", html_escape(title), body),
      {.css =
           ".act{display:inline-block;padding:10px 0;min-height:44px;min-width:44px;color:inherit}",
       .footer = html_escape(style.organisation) + ". " + t("footer.answer")},
      status);
  return response.with("Referrer-Policy", "no-referrer");
}

net::Response say(const PageStyle& style, const Words& t, std::string_view key, int status) {
  return show(style, t, t.plain(std::string(key) + ".title"), "<p>" + t(key) + "</p>", status);
}

net::Response invalid_link() { return say({"Varde"}, Words(), "offer.bad_link", 404); }

Words words_of(Ctx& ctx, const Uuid& person, const PageStyle& style) {
  auto chosen = people::languages(ctx, {person});
  return Words(chosen.empty() ? style.language : chosen.begin()->second);
}

// Which shift, when and where.
std::string details(const Words& t, const Shift& shift, const Workplace& workplace) {
  auto line = [](const std::string& value) {
    return value.empty() ? std::string() : "<p>" + html_escape(value) + "</p>";
  };
  return fmt::format("<p><strong>{}</strong><br>{}</p>{}{}",
                     html_escape(t.span(shift.starts_at, shift.ends_at, workplace.time_zone)),
                     html_escape(workplace.name), line(workplace.address), line(shift.note));
}

// A booking ends by a second step, which says what ends; a thumb that slips ends none.
net::Response ask_to_cancel(const PageStyle& style, const Words& t, const Shift& shift,
                            const Workplace& workplace, std::string_view token) {
  return show(style, t, t.plain("cancel.title"),
              fmt::format("{}<p>{}</p><form method=\"post\" action=\"/p/o/{}\"><input "
                          "type=\"hidden\" name=\"sure\" value=\"1\"><div class=\"field\"><label "
                          "class=\"q\" for=\"reason\">{}</label><input type=\"text\" id=\"reason\" "
                          "name=\"reason\" maxlength=\"{}\"></div><p><button name=\"answer\" "
                          "value=\"no\">{}</button></p></form><p><a class=\"act\" "
                          "href=\"/p/o/{}\">{}</a></p>",
                          details(t, shift, workplace), t("cancel.text"), html_escape(token),
                          t("cancel.reason"), kLongestReason, t("cancel.do"), html_escape(token),
                          t("cancel.keep")));
}

std::string calendar_link(const Words& t, std::string_view token) {
  return fmt::format("<p><a class=\"act\" href=\"/p/o/{}.ics\">{}</a></p>", html_escape(token),
                     t("booking.calendar"));
}

net::Response take_answer(AnswerDesk& desk, trust::Base& base, net::Request& request,
                          const messaging::Token& token, std::string_view text,
                          const Result<web::Router::Form>& fields) {
  OfferAnswer answer{.shift = token.source_id, .person = token.subject, .sure = false};
  bool said = false;
  if (fields)
    for (const auto& [name, value] : *fields) {
      if (name == "answer" && (value == "yes" || value == "no")) {
        said = true;
        answer.yes = value == "yes";
      }
      if (name == "sure") answer.sure = true;
      if (name == "reason") answer.reason = cancel_reason(value);
    }
  if (!said) {
    Ctx ctx(base, token.tenant, {trust::ActorKind::person, token.subject});
    auto style = pages::page_style(ctx);
    return say(style, words_of(ctx, token.subject, style), "offer.nothing", 400);
  }
  answer.flags = base.is_simulated(request) ? people::kSimulated : 0;
  auto decided = desk.decide(token.tenant, answer);
  if (!decided) {
    Ctx ctx(base, token.tenant, {trust::ActorKind::person, token.subject});
    auto style = pages::page_style(ctx);
    return say(style, words_of(ctx, token.subject, style), "offer.bad_link", 404);
  }
  auto style = pages::page_style(decided->settings);
  if (style.ended) return pages::ended_page(style);
  Words t(decided->language);
  bool booked = decided->reply && decided->reply->result == AnswerResult::booked;
  std::string which;
  if (booked || decided->ends_booking) {
    Ctx ctx(base, token.tenant, {trust::ActorKind::person, token.subject});
    auto shift = find_shift(ctx, token.source_id);
    auto workplace = shift ? find_workplace(ctx, shift->workplace_id) : std::nullopt;
    if (decided->ends_booking)
      return workplace ? ask_to_cancel(style, t, *shift, *workplace, text)
                       : say(style, t, "offer.bad_link", 404);
    if (workplace) which = details(t, *shift, *workplace);
  }
  return show(style, t, t.plain(booked ? "offer.title_booked" : "offer.title_answered"),
              fmt::format("<p role=\"status\">{}</p>{}{}", html_escape(decided->reply->sentence),
                          which, booked ? calendar_link(t, text) : ""));
}

// `sent`: what a POST brought; of a GET there is none.
net::Response offer_page(AnswerDesk& desk, trust::Base& base, net::Request& request,
                         std::string_view text, const Result<web::Router::Form>* sent) {
  bool calendar = text.ends_with(".ics");
  if (calendar) text.remove_suffix(4);
  std::optional<messaging::Token> expired;
  auto token = messaging::read_token(base, messaging::TokenKind::offer, text, &expired);
  if (!token && expired) {
    Ctx ctx(base, expired->tenant, {trust::ActorKind::person, {}});
    auto style = pages::page_style(ctx);
    if (style.ended) return pages::ended_page(style);
    return say(style, Words(style.language), "offer.old_link", 410);
  }
  if (!token) return invalid_link();
  if (sent != nullptr)
    return calendar ? invalid_link() : take_answer(desk, base, request, *token, text, *sent);
  Ctx ctx(base, token->tenant, {trust::ActorKind::person, token->subject});
  auto style = pages::page_style(ctx);
  if (style.ended) return pages::ended_page(style);
  auto t = words_of(ctx, token->subject, style);
  if (calendar) return offer_calendar(ctx, t.language(), token->source_id);
  auto shift = find_shift(ctx, token->source_id);
  auto offer = ctx.tx().maybe<OfferRecord>(kOfferOne, token->source_id, token->subject);
  auto workplace = shift ? find_workplace(ctx, shift->workplace_id) : std::nullopt;
  if (!shift || !offer || !workplace) return say(style, t, "offer.gone", 404);
  bool booked = offer->state == OfferState::booked;
  std::string_view standing = offer_standing(offer->state, shift->state, shift->starts_at,
                                             shift->answer_by, shift->taken < shift->places);
  bool yes = standing == "offer.open" || standing == "offer.declined";
  // Shortly before the shift a cancellation is refused: the page says so instead of the answer.
  auto hours = booked ? staffing_settings(ctx).asking.cancel_hours : 0;
  bool late = booked && shift->starts_at - now() < std::chrono::hours(hours);
  bool no = yes || standing == "offer.waiting" || (booked && !late);
  auto html = details(t, *shift, *workplace) + fmt::format("<p>{}</p>", t(standing));
  if (late && shift->starts_at > now())
    html += fmt::format("<p>{}</p>",
                        t("booking.too_late_to_cancel", {{"hours", std::to_string(hours)}}));
  if (no) {
    html += "<form method=\"post\">";
    if (yes)
      html +=
          fmt::format("<p><button name=\"answer\" value=\"yes\">{}</button></p>", t("offer.yes"));
    html += fmt::format("<p><button class=\"plain\" name=\"answer\" value=\"no\">{}</button></p>",
                        t(booked ? "booking.cancel" : "offer.no"));
    html += "</form>";
  }
  if (booked) html += calendar_link(t, text);
  html += fmt::format("<p><a class=\"act\" href=\"/p/me/{}\">{}</a></p>",
                      html_escape(trust::tenant_settings(ctx).slug), t("offer.own_pages"));
  return show(style, t, t.plain(booked ? "offer.title_booked" : "offer.title"), html);
}

}  // namespace

void add_offer_pages(trust::Base& base, web::Router& router) {
  auto desk = std::make_shared<AnswerDesk>(base);
  router.page("GET", "/p/o/{token}",
              [&base, desk](net::Request& request, const std::vector<std::string>& captures) {
                return offer_page(*desk, base, request, captures[0], nullptr);
              });
  router.form("/p/o/{token}", 4096, 10,
              [&base, desk](net::Request& request, const std::vector<std::string>& captures,
                            const Result<web::Router::Form>& sent) {
                return offer_page(*desk, base, request, captures[0], &sent);
              });
}

}  // namespace varde::staffing
