// The answer page: what a personal link leads to. It works without scripts, and looking at it (as
// link scanners do) answers nothing: only its own form does.
#include "base/text.hpp"
#include "outreach/page/page.hpp"
#include "outreach/tracking/token.hpp"
#include "people/person/person.hpp"
#include "staffing/offer/internal.hpp"

namespace varde::staffing {

using namespace store;
using outreach::message_page;
using trust::Ctx;

namespace {

net::Response invalid_link() {
  return message_page({"Varde"}, "This link does not work",
                      "The link is not complete, or not from here. Open it once more from the "
                      "message it came with.",
                      404);
}

const char* standing(const OfferRecord& offer, const Shift& shift) {
  if (offer.state == OfferState::booked) return "You are booked for this shift.";
  if (shift.state == ShiftState::cancelled || offer.state == OfferState::withdrawn)
    return "This shift is not offered any more.";
  if (shift.starts_at <= now()) return "This shift has begun.";
  if (shift.taken >= shift.places) return "Others got this shift.";
  if (offer.state == OfferState::waiting)
    return "You have said that you can. You will be told when somebody is chosen.";
  if (offer.state == OfferState::declined)
    return "You have said no. You may still change your mind.";
  return "Can you work this shift?";
}

net::Response offer_page(trust::Base& base, net::Request& request, const std::string& text) {
  auto token = outreach::read_token(base, outreach::TokenKind::offer, text);
  if (!token) return invalid_link();
  Ctx ctx(base, token->tenant, {trust::ActorKind::person, token->subject});
  auto style = outreach::page_style(ctx);
  if (request.method == "POST") {
    auto body = request.read_all(4096);
    auto fields = body ? net::parse_form(*body, 10) : std::nullopt;
    std::optional<bool> yes;
    if (fields)
      for (const auto& [name, value] : *fields)
        if (name == "answer") yes = value == "yes";
    if (!yes) return message_page(style, "Nothing was sent", "Go back and choose an answer.", 400);
    auto said =
        answer(ctx, token->source_id, token->subject, *yes, AnswerChannel::link, style.language,
               base.is_simulated(request) ? people::kSimulated : 0);
    if (!said) return message_page(style, "This link does not work", said.error().message, 404);
    ctx.commit();  // before anybody is told
    return message_page(style, said->result == AnswerResult::booked ? "Booked" : "Your answer",
                        said->sentence);
  }
  auto shift = find_shift(ctx, token->source_id);
  auto offer = ctx.tx().maybe<OfferRecord>(kOffer, token->source_id, token->subject);
  auto workplace = shift ? find_workplace(ctx, shift->workplace_id) : std::nullopt;
  if (!shift || !offer || !workplace)
    return message_page(style, "This shift is gone", "It is not offered any more.", 404);
  bool booked = offer->state == OfferState::booked;
  bool open = shift->state == ShiftState::open && shift->starts_at > now() &&
              shift->taken < shift->places && offer->state != OfferState::withdrawn;
  std::string html = fmt::format(
      "<p><strong>{}</strong></p>{}{}<p>{}</p>", html_escape(shift_title(*shift, *workplace)),
      workplace->address.empty() ? "" : "<p>" + html_escape(workplace->address) + "</p>",
      shift->note.empty() ? "" : "<p>" + html_escape(shift->note) + "</p>",
      standing(*offer, *shift));
  if (open || booked) {
    html += "<form method=\"post\">";
    if (open && !booked) html += "<p><button name=\"answer\" value=\"yes\">Yes, I can</button></p>";
    html += fmt::format("<p><button class=\"plain\" name=\"answer\" value=\"no\">{}</button></p>",
                        booked ? "Cancel my booking" : "No");
    html += "</form>";
  }
  return outreach::page(style, booked ? "Your shift" : "A shift for you", html);
}

}  // namespace

void add_offer_pages(trust::Base& base, web::Router& router) {
  auto serve = [&base](net::Request& request, const std::vector<std::string>& captures) {
    return offer_page(base, request, captures[0]);
  };
  router.page("GET", "/p/o/{token}", serve);
  router.page("POST", "/p/o/{token}", serve);
}

}  // namespace varde::staffing
