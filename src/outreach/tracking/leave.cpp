// Leaving: what the link "Unsubscribe" and the mail program's own button do.
//
// What somebody means who leaves is not "this message" but "what this message is of". So a
// campaign's link leaves every list that stands behind its audience (those it was sent to and those
// that its segments ask for) and withdraws the consent that it relied on. Where there is neither (a
// journey, a service message to everybody in a town), or where that is not enough (she is in a
// segment beside the list, or left the list long ago), nothing smaller than everything is left to
// leave, and everything it is: lists, consents, and the address is held. So afterwards it is asked
// whether the campaign would reach her still, and not guessed before. The page says which of these
// was done, of which address, and how it is taken back.
//
// The link is good for two years and lies in archives, so it proves nobody. It takes away at once;
// it gives nothing back: for that the person's own address is asked.
#include "base/text.hpp"
#include "messaging/channel/channel.hpp"
#include "outreach/campaign/campaign.hpp"
#include "outreach/tracking/internal.hpp"
#include "outreach/tracking/store_sql.hpp"
#include "people/person/standing.hpp"
#include "trust/audit.hpp"
#include "trust/tenant/tenant.hpp"

namespace varde::outreach {

using people::ActivityKind;
using people::MemberState;
using trust::Ctx;

namespace {

constexpr std::size_t kMostBytes = 16 * 1024, kMostFields = 20;
constexpr int kMostLetters = 3;  // a day, to ask whether somebody wants messages again

std::string fill(const char* sentence, const std::string& value) {
  return html_escape(fmt::format(fmt::runtime(sentence), value));
}

// Enough of an address for its owner to know it, and for nobody else to write to it.
std::string masked(const people::Person& person) {
  if (!person.email.empty()) {
    const auto& email = person.email.reveal();
    return std::string(utf8_prefix(email, 1)) + "•••" + email.substr(email.rfind('@'));
  }
  const auto& phone = person.phone.reveal();
  return phone.size() < 6 ? std::string() : "••• " + phone.substr(phone.size() - 3);
}

// What a link leaves, as things stand.
struct Leaving {
  std::vector<Uuid> lists;      ///< That the person is, or was, on.
  std::optional<Uuid> purpose;  ///< Whose consent the message relied on.
  bool everything = false;
  bool perhaps_everything = false;  ///< If this is not enough.
};

Leaving leaving_by(Ctx& ctx, const messaging::Token& token, const Uuid& person,
                   const people::Standing& standing) {
  Leaving out;
  if (token.source_kind == messaging::SourceKind::campaign)
    if (auto campaign = campaign_note(ctx, token.source_id)) {
      for (const auto& list : campaign->lists)
        if (standing.lists.contains(list)) out.lists.push_back(list);
      if (campaign->purpose_id)
        for (const auto& purpose : people::purposes(ctx))
          if (purpose.id == *campaign->purpose_id) out.purpose = purpose.id;
      // Who has left all of it is reached by something else, or not at all.
      auto given = [&](const Uuid& id) {
        auto consent = standing.consents.find(id);
        return consent != standing.consents.end() && consent->second;
      };
      bool left = (!out.purpose || !given(*out.purpose)) &&
                  std::ranges::all_of(out.lists, [&](const Uuid& list) {
                    return standing.lists.at(list) == MemberState::unsubscribed;
                  });
      out.perhaps_everything = campaign->by_segment && !out.purpose;
      out.everything = left && would_reach(ctx, token.source_id, person);
    }
  out.everything = out.everything || (out.lists.empty() && !out.purpose);
  return out;
}

Leaving all_of(const people::Standing& standing) {
  Leaving out{.everything = true};
  for (const auto& [list, state] : standing.lists) out.lists.push_back(list);
  return out;
}

// What was left in the end.
Leaving leave(Ctx& ctx, const messaging::Token& token, const people::Person& person,
              const people::Standing& standing, const Leaving& leaving) {
  people::PersonChange change;
  change.person_id = person.id;
  for (const auto& list : leaving.lists) change.lists[list] = MemberState::unsubscribed;
  if (leaving.purpose) change.consents[*leaving.purpose] = false;
  if (leaving.everything)
    for (const auto& [purpose, given] : standing.consents)
      if (given) change.consents[purpose] = false;
  if (!change.lists.empty() || !change.consents.empty())
    people::save(ctx, {change}, {.proof = people::Proof::nobody(), .source = "unsubscribe link"});
  if (!leaving.everything && token.source_kind == messaging::SourceKind::campaign &&
      would_reach(ctx, token.source_id, person.id))
    return leave(ctx, token, person, people::standing(ctx, person.id),
                 all_of(people::standing(ctx, person.id)));
  if (leaving.everything && !(person.email.empty() && person.phone.empty())) {
    bool by_mail = !person.email.empty();
    auto hash = by_mail ? people::email_hash(ctx, person.email.reveal())
                        : people::phone_hash(ctx, person.phone.reveal());
    // Mail programs press twice.
    if (auto held = messaging::find_suppression(ctx, hash); !held || !held->unsubscribed_at) {
      messaging::wants_nothing(ctx, hash,
                               by_mail ? messaging::Channel::mail : messaging::Channel::sms, false);
      trust::record(ctx,
                    trust::AuditEntry{"suppression.add", "suppression", std::nullopt, person.id});
    }
  }
  messaging::record_response(ctx, token.source_id, ActivityKind::unsubscribed, person.id);
  return leaving;
}

// Which leaving a letter takes back: whoever has left again since is not let in by an old one.
std::uint32_t leaving_of(const messaging::Suppression& held) {
  return static_cast<std::uint32_t>(
      std::chrono::floor<std::chrono::seconds>(held.unsubscribed_at.value_or(held.at))
          .time_since_epoch()
          .count());
}

enum class Asked { by_mail, as_often_as_may_be, answer_start, nothing };

// Asks the person's own address; until it says yes, nothing changes. A number says so itself.
Asked ask_back(Ctx& ctx, const messaging::Token& token, const people::Person& person,
               const people::Standing& standing) {
  auto leaving = leaving_by(ctx, token, person.id, standing);
  if (person.email.empty()) {
    auto held = person.phone.empty() ? std::nullopt
                                     : messaging::find_suppression(
                                           ctx, people::phone_hash(ctx, person.phone.reveal()));
    return held && held->unsubscribed_at ? Asked::answer_start : Asked::nothing;
  }
  auto held = messaging::find_suppression(ctx, people::email_hash(ctx, person.email.reveal()));
  if (!held || !held->unsubscribed_at) {
    people::PersonChange change;
    change.person_id = person.id;
    for (const auto& list : leaving.lists)
      if (standing.lists.at(list) != MemberState::subscribed)
        change.lists[list] = MemberState::subscribed;
    auto consent =
        leaving.purpose ? standing.consents.find(*leaving.purpose) : standing.consents.end();
    if (leaving.purpose && (consent == standing.consents.end() || !consent->second))
      change.consents[*leaving.purpose] = true;
    if (change.lists.empty() && change.consents.empty()) return Asked::nothing;
    people::save(ctx, {change}, {.proof = people::Proof::nobody(), .source = "unsubscribe link"});
    return Asked::by_mail;
  }
  if (ctx.tx().one<std::int64_t>(store::kLeaveLetters, person.id, now() - std::chrono::hours(24)) >=
      kMostLetters)
    return Asked::as_often_as_may_be;
  auto style = page_style_for(ctx, person.language);
  messaging::OutboxMessage mail;
  mail.person_id = person.id;
  mail.source_kind = messaging::SourceKind::system;
  mail.source_id = ctx.tenant;
  mail.links = {
      {"organisation", style.organisation},
      {"confirm", ctx.base.public_url + "/p/confirm/" +
                      messaging::make_token(ctx.base, {messaging::TokenKind::confirm, ctx.tenant,
                                                       messaging::SourceKind::system, ctx.tenant,
                                                       person.id, leaving_of(*held)})}};
  mail.subject = pages::in_language(style, {"Messages from {{ links.organisation }} again?",
                                            "Meldinger fra {{ links.organisation }} igjen?",
                                            "Meddelanden från {{ links.organisation }} igen?"});
  mail.text = pages::in_language(
      style,
      {"Somebody, hopefully you, asked that this address get messages from {{ links.organisation "
       "}} again. If that is right, confirm it here:\n\n{{ links.confirm }}\n\nIf it was not you, "
       "do nothing: you get none then.\n",
       "Noen, forhåpentligvis du, har bedt om at denne adressen får meldinger fra {{ "
       "links.organisation }} igjen. Stemmer det, så bekreft her:\n\n{{ links.confirm }}\n\nVar "
       "det ikke deg, kan du se bort fra denne meldingen: da får du ingen.\n",
       "Någon, förhoppningsvis du, har bett om att den här adressen får meddelanden från {{ "
       "links.organisation }} igen. Stämmer det, bekräfta här:\n\n{{ links.confirm }}\n\nVar det "
       "inte du behöver du inte göra något: då får du inga.\n"});
  mail.transactional = true;
  mail.track = false;
  messaging::enqueue_message(ctx, mail);
  return Asked::by_mail;
}

net::Response asked_page(const pages::PageStyle& style, Asked asked) {
  if (asked == Asked::answer_start)
    return pages::message_page(
        style, pages::in_language(style, {"Answer START", "Svar START", "Svara START"}),
        pages::in_language(
            style, {"Send START by SMS to the number that our messages came from, and you "
                    "get messages again.",
                    "Send START på SMS til nummeret meldingene våre kom fra, så får du "
                    "meldinger igjen.",
                    "Skicka START som sms till numret som våra meddelanden kom från, så får "
                    "du meddelanden igen."}));
  if (asked == Asked::nothing)
    return pages::message_page(
        style,
        pages::in_language(style, {"Nothing to take back", "Ingenting å angre", "Inget att ångra"}),
        pages::in_language(style, {"You have not left what this link is about.",
                                   "Du er ikke meldt av det denne lenken gjelder.",
                                   "Du är inte avanmäld från det som länken gäller."}));
  return pages::message_page(
      style, pages::in_language(style, {"Look in your mailbox", "Se i innboksen", "Se i inkorgen"}),
      asked == Asked::as_often_as_may_be
          ? pages::in_language(style,
                               {"We have sent you several messages today already. Follow the link "
                                "in the newest one.",
                                "Vi har allerede sendt deg flere meldinger i dag. Følg lenken i "
                                "den nyeste.",
                                "Vi har redan skickat dig flera meddelanden i dag. Följ länken i "
                                "det senaste."})
          : pages::in_language(style,
                               {"We have sent you a message. Follow the link in it, and you get "
                                "what you got before.",
                                "Vi har sendt deg en melding. Følg lenken i den, så får du det du "
                                "fikk før.",
                                "Vi har skickat dig ett meddelande. Följ länken i det, så får du "
                                "det du fick förut."}));
}

std::string button(std::string_view token, const char* field, const char* words, bool plain) {
  auto hidden = *field == '\0'
                    ? std::string()
                    : fmt::format("<input type=\"hidden\" name=\"{}\" value=\"1\">", field);
  return fmt::format("<form method=\"post\" action=\"/u/{}\">{}<p><button{}>{}</button></p></form>",
                     html_escape(token), hidden, plain ? " class=\"plain\"" : "", words);
}

std::string everything_button(const pages::PageStyle& style, std::string_view token) {
  return button(token, "everything",
                fill(pages::in_language(style, {"No messages at all from {}",
                                                "Ingen meldinger i det hele tatt fra {}",
                                                "Inga meddelanden alls från {}"}),
                     style.organisation)
                    .c_str(),
                true);
}

// What is left, or would be, a sentence each.
std::string sentences(Ctx& ctx, const pages::PageStyle& style, const Leaving& leaving, bool done) {
  auto line = [&](const pages::Sentence& before, const pages::Sentence& after,
                  const std::string& value) {
    return "<li>" + fill(pages::in_language(style, done ? after : before), value) + "</li>";
  };
  if (leaving.everything)
    return "<ul>" +
           line({"You will get no more messages from {}, in no list and for no purpose.",
                 "Du får ikke flere meldinger fra {}, på ingen liste og til ikke noe formål.",
                 "Du får inga fler meddelanden från {}, på ingen lista och för inget ändamål."},
                {"You get no more messages from {}: you have left all lists, and all consents are "
                 "withdrawn.",
                 "Du får ikke flere meldinger fra {}: du er tatt av alle lister, og alle samtykker "
                 "er trukket tilbake.",
                 "Du får inga fler meddelanden från {}: du är borttagen från alla listor, och alla "
                 "samtycken är återkallade."},
                style.organisation) +
           "</ul>";
  std::string out;
  auto names = people::list_names(ctx);
  for (const auto& list : leaving.lists)
    if (auto name = names.find(list); name != names.end())
      out +=
          line({"You leave the list “{}”.", "Du går ut av listen «{}».", "Du lämnar listan ”{}”."},
               {"You have left the list “{}”.", "Du er tatt av listen «{}».",
                "Du är borttagen från listan ”{}”."},
               name->second);
  for (const auto& purpose : people::purposes(ctx))
    if (leaving.purpose && purpose.id == *leaving.purpose)
      out += line({"You no longer agree to “{}”.", "Du samtykker ikke lenger til «{}».",
                   "Du samtycker inte längre till ”{}”."},
                  {"You no longer agree to “{}”; nothing more is sent for that.",
                   "Du samtykker ikke lenger til «{}»; det sendes ikke mer om det.",
                   "Du samtycker inte längre till ”{}”; inget mer skickas om det."},
                  purpose.label);
  out = "<ul>" + out + "</ul>";
  if (!done && leaving.perhaps_everything)
    out += "<p>" +
           fill(pages::in_language(style,
                                   {"If that does not end messages like this one, you get no more "
                                    "messages at all from {}.",
                                    "Hvis det ikke stanser slike meldinger som denne, får du ingen "
                                    "flere meldinger fra {} i det hele tatt.",
                                    "Om det inte stoppar sådana här meddelanden får du inga fler "
                                    "meddelanden alls från {}."}),
                style.organisation) +
           "</p>";
  return out;
}

// Where else to go. To one's choices only by a link that is as young as those links have to be: the
// page shows what somebody is on.
std::string ways_on(Ctx& ctx, const pages::PageStyle& style, const messaging::Token& token) {
  std::string out;
  auto link = [&](const std::string& href, const std::string& words) {
    out += fmt::format("<a class=\"act\" href=\"{}\">{}</a><br>", html_escape(href), words);
  };
  if (token.age < messaging::life_of(messaging::TokenKind::preferences)) {
    auto choices = token;
    choices.kind = messaging::TokenKind::preferences;
    link("/p/preferences/" + messaging::make_token(ctx.base, choices),
         pages::in_language(style, {"Choose what you get", "Velg hva du får", "Välj vad du får"}));
  }
  link("/p/requests/" + trust::tenant_settings(ctx).slug,
       fill(pages::in_language(style, {"See or delete what {} has stored about you",
                                       "Se eller slett det {} har lagret om deg",
                                       "Se eller radera det som {} har lagrat om dig"}),
            style.organisation));
  return "<p>" + out + "</p>";
}

enum class Wish { look, leave, everything, back };

net::Response unsubscribe_page(trust::Base& base, const std::string& text, Wish wish) {
  std::optional<messaging::Token> expired;
  auto token = messaging::read_token(base, messaging::TokenKind::unsubscribe, text, &expired);
  if (!token && expired)
    return expired_link(base, *expired,
                        {"Use the link in the newest message from us, or answer that message.",
                         "Bruk lenken i den nyeste meldingen fra oss, eller svar på den.",
                         "Använd länken i det senaste meddelandet från oss, eller svara på det."});
  if (!token) return invalid_link();
  Ctx ctx(base, token->tenant, {trust::ActorKind::person, token->subject});
  auto persons = people::load(ctx, {token->subject}, false);
  auto style = page_style_for(ctx, persons.empty() ? "" : persons.front().language);
  if (style.ended) return pages::ended_page(style);
  if (persons.empty())
    return pages::message_page(
        style,
        pages::in_language(style, {"You are unsubscribed", "Du er meldt av", "Du är avanmäld"}),
        pages::in_language(style, {"We hold nothing about you any more.",
                                   "Vi har ingen opplysninger om deg lenger.",
                                   "Vi har inga uppgifter om dig längre."}));
  const auto& person = persons.front();
  auto standing = people::standing(ctx, person.id);
  if (wish == Wish::back) {
    auto asked = ask_back(ctx, *token, person, standing);
    ctx.commit();
    return asked_page(style, asked);
  }
  auto leaving = leaving_by(ctx, *token, person.id, standing);
  if (wish == Wish::everything || leaving.everything) leaving = all_of(standing);
  auto address = masked(person);
  auto whose = address.empty()
                   ? std::string()
                   : "<p>" +
                         fill(pages::in_language(style, {"This is about {}.", "Dette gjelder {}.",
                                                         "Det här gäller {}."}),
                              address) +
                         "</p>";
  if (wish == Wish::look) {
    const auto* title = pages::in_language(style, {"Unsubscribe", "Meld deg av", "Avanmäl dig"});
    return pages::page(
        style, title,
        fmt::format(
            "<h1>{}</h1>{}{}{}{}", title, whose, sentences(ctx, style, leaving, false),
            button(text, "",
                   pages::in_language(style, {"Unsubscribe me", "Meld meg av", "Avanmäl mig"}),
                   false),
            leaving.everything ? "" : everything_button(style, text)));
  }
  leaving = leave(ctx, *token, person, standing, leaving);
  ctx.commit();
  const auto* title =
      pages::in_language(style, {"You are unsubscribed", "Du er meldt av", "Du är avanmäld"});
  return pages::page(
      style, title,
      fmt::format(
          "<h1>{}</h1>{}{}<p>{}</p>{}{}{}", title, whose, sentences(ctx, style, leaving, true),
          pages::in_language(style, {"Messages that are on their way already may still arrive.",
                                     "Meldinger som allerede er på vei kan fortsatt komme.",
                                     "Meddelanden som redan är på väg kan fortfarande komma."}),
          leaving.everything ? "" : everything_button(style, text), back_button(style, text),
          ways_on(ctx, style, *token)));
}

}  // namespace

pages::PageStyle page_style_for(Ctx& ctx, const std::string& language) {
  auto style = pages::page_style(ctx);
  for (const char* known : {"en", "nb", "nn", "no", "sv"})
    if (language.starts_with(known)) style.language = language;
  return style;
}

std::string back_button(const pages::PageStyle& style, std::string_view token) {
  return button(token, "back",
                pages::in_language(style, {"I want messages again", "Jeg vil ha meldinger igjen",
                                           "Jag vill ha meddelanden igen"}),
                true);
}

net::Response welcome_back_page(trust::Base& base, const net::Request& request,
                                std::string_view text, const messaging::Token& token) {
  Ctx ctx(base, token.tenant, {trust::ActorKind::person, token.subject});
  auto persons = people::load(ctx, {token.subject}, false);
  if (persons.empty()) return invalid_link();
  auto style = page_style_for(ctx, persons.front().language);
  if (style.ended) return pages::ended_page(style);
  auto title = fmt::format(
      fmt::runtime(pages::in_language(
          style, {"Messages from {} again", "Meldinger fra {} igjen", "Meddelanden från {} igen"})),
      style.organisation);
  auto held = persons.front().email.empty()
                  ? std::nullopt
                  : messaging::find_suppression(
                        ctx, people::email_hash(ctx, persons.front().email.reveal()));
  if (held && held->unsubscribed_at && token.number != leaving_of(*held))
    return pages::message_page(
        style, title,
        pages::in_language(style,
                           {"You have left again since this message was sent. Use the link in the "
                            "newest one.",
                            "Du har meldt deg av igjen etter at denne meldingen ble sendt. Bruk "
                            "lenken i den nyeste.",
                            "Du har avanmält dig igen sedan det här meddelandet skickades. Använd "
                            "länken i det senaste."}),
        410);
  if (request.method != "POST")
    return pages::page(
        style, title,
        fmt::format("<h1>{}</h1><form method=\"post\" action=\"/p/confirm/{}\"><button>{}"
                    "</button></form>",
                    html_escape(title), html_escape(text),
                    pages::in_language(style, {"Yes, please", "Ja takk", "Ja tack"})));
  let_back_in(ctx, token.subject);
  ctx.commit();
  auto choices = token;
  choices.kind = messaging::TokenKind::preferences;
  return pages::page(
      style, title,
      fmt::format(
          "<h1>{}</h1><p>{}</p><p><a href=\"/p/preferences/{}\">{}</a></p>", html_escape(title),
          pages::in_language(style, {"You can get messages again. Choose of which lists.",
                                     "Du kan få meldinger igjen. Velg fra hvilke lister.",
                                     "Du kan få meddelanden igen. Välj från vilka listor."}),
          messaging::make_token(base, choices),
          pages::in_language(style,
                             {"Choose what you get", "Velg hva du får", "Välj vad du får"})));
}

void add_leave_pages(trust::Base& base, web::Router& router) {
  using Captures = std::vector<std::string>;
  router.page("GET", "/u/{token}", [&base](net::Request&, const Captures& captures) {
    return unsubscribe_page(base, captures[0], Wish::look);
  });
  // A mail program's button (RFC 8058) sends a form or parts, and may send what it likes: whatever
  // is not one of the page's own buttons leaves.
  router.form(
      "/u/{token}", kMostBytes, kMostFields,
      [&base](net::Request&, const Captures& captures, const Result<web::Router::Form>& sent) {
        auto wish = Wish::leave;
        if (sent)
          for (const auto& [name, value] : *sent)
            wish = name == "everything" ? Wish::everything : name == "back" ? Wish::back : wish;
        return unsubscribe_page(base, captures[0], wish);
      });
}

}  // namespace varde::outreach
