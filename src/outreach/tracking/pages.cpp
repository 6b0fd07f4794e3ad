#include "base/canonical.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "messaging/channel/channel.hpp"
#include "messaging/delivery/mailing.hpp"
#include "messaging/sms/sms.hpp"
#include "outreach/campaign/campaign.hpp"
#include "outreach/form/form.hpp"
#include "outreach/journey/journey.hpp"
#include "outreach/tracking/internal.hpp"
#include "outreach/tracking/store_sql.hpp"
#include "pages/frame/frame.hpp"
#include "people/person/standing.hpp"
#include "trust/audit.hpp"
#include "trust/retention.hpp"

namespace varde::outreach {

using people::ActivityKind;
using trust::Ctx;

namespace {

constexpr auto kTooSoon = std::chrono::seconds(5);  // nobody reads that fast

// 43 bytes: a transparent GIF of one pixel.
constexpr std::string_view kPixel(
    "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff\x21\xf9\x04\x01\x00\x00\x00\x00\x2c"
    "\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00\x3b",
    43);

int flags_of(Ctx& ctx, const net::Request& request, const messaging::Token& token) {
  if (ctx.base.is_simulated(request)) return people::kSimulated;
  if (looks_like_scanner(request.method, request.header("user-agent"))) return people::kScanner;
  auto sent = ctx.tx().maybe<Timestamp>(store::kResponseSentAt, token.source_id, token.subject);
  if (sent && now() - *sent < kTooSoon) return people::kScanner;
  auto trapped = ctx.tx().maybe<int>(store::kResponseTrapped, token.source_id, token.subject,
                                     now() - kScannersRound);
  return trapped ? people::kScanner : 0;
}

net::Response click(trust::Base& base, const net::Request& request, const std::string& text) {
  std::optional<messaging::Token> expired;
  auto token = messaging::read_token(base, messaging::TokenKind::click, text, &expired);
  bool counts = token.has_value();
  if (!counts) token = expired;
  if (!token) return invalid_link();
  Ctx ctx(base, token->tenant, {trust::ActorKind::person, token->subject});
  bool trap = token->number == 0;
  auto url =
      trap ? std::optional<std::string>(base.public_url)
           : ctx.tx().maybe<std::string>(store::kResponseLink, token->source_id, token->number);
  if (!url) return invalid_link();
  if (url->find("{{") != std::string::npos) {
    // An address with somebody's details in it is not handed out for ever.
    if (!counts)
      return expired_link(base, *token,
                          {"Open the newest message from us, and use the link in that one.",
                           "Åpne den nyeste meldingen fra oss, og bruk lenken i den.",
                           "Öppna det senaste meddelandet från oss och använd länken i det."});
    auto persons = people::load(ctx, {token->subject});
    url = messaging::render_link(ctx, *url, persons.empty() ? people::Person{} : persons.front());
    if (!url) return invalid_link();
  }
  // One of this organisation's own forms is told by which message somebody came, and to whom that
  // was sent: so the answer counts for the message. It proves nobody (see form.hpp).
  if (auto form = !trap && counts ? form_of_url(ctx, *url) : std::nullopt) {
    auto personal = *token;
    personal.kind = messaging::TokenKind::form;
    personal.number = form_number(*form);
    auto hash = std::min(url->find('#'), url->size());
    url->insert(hash,
                (url->find('?') < hash ? "&t=" : "?t=") + messaging::make_token(base, personal));
  }
  try {
    auto flags = trap ? people::kScanner : flags_of(ctx, request, *token);
    bool first = counts && messaging::record_response(ctx, token->source_id, ActivityKind::clicked,
                                                      token->subject, token->number, flags);
    if (trap && counts) {
      auto since = now() - kScannersRound;
      ctx.tx().later(store::kResponseToScanner, token->source_id, token->subject, since);
      people::give_to_scanner(ctx, token->subject, token->source_id, since);
      take_back_clicks(ctx, token->source_id, token->subject, since);
    }
    if (first && flags < people::kScanner)
      fire(ctx, {{TriggerKind::link_clicked, token->source_id, token->subject, Uuid::make(),
                  static_cast<int>(token->number), 0}});
    ctx.commit();
  } catch (const db::SqlError& e) {
    // The reader gets where the link leads even when it cannot be counted.
    log::warning("A click could not be counted", {{"what", e.what()}});
  }
  net::Response response;
  response.status = 302;
  response.with("Location", to_uri(*url));
  response.with("Cache-Control", "no-store");
  response.with("Referrer-Policy", "no-referrer");
  return response;
}

net::Response open(trust::Base& base, const net::Request& request, std::string_view text) {
  if (text.ends_with(".gif")) text.remove_suffix(4);
  if (auto token = messaging::read_token(base, messaging::TokenKind::open, text)) {
    Ctx ctx(base, token->tenant, {trust::ActorKind::person, token->subject});
    messaging::record_response(ctx, token->source_id, ActivityKind::opened, token->subject, 0,
                               flags_of(ctx, request, *token));
    ctx.commit();
  }
  auto response = net::text_response(200, "image/gif", std::string(kPixel));
  response.with("Cache-Control", "no-store");
  return response;
}

// ---- choices

std::string box(const char* kind, const Uuid& id, const std::string& label, bool on) {
  return fmt::format(
      "<div class=\"choice\"><input type=\"checkbox\" id=\"{0}\" name=\"{1}\" value=\"{0}\"{2}>"
      "<label for=\"{0}\">{3}</label></div>",
      id.str(), kind, on ? " checked" : "", html_escape(label));
}

// `sent`: what a POST brought; of a GET there is none.
net::Response preferences_page(trust::Base& base, const std::string& text,
                               const Result<web::Router::Form>* sent) {
  std::optional<messaging::Token> expired;
  auto token = messaging::read_token(base, messaging::TokenKind::preferences, text, &expired);
  if (!token && expired)
    return expired_link(
        base, *expired,
        {"Use the link in the newest message from us. The link for unsubscribing in "
         "the old one still works.",
         "Bruk lenken i den nyeste meldingen fra oss. Avmeldingslenken i den gamle "
         "virker fortsatt.",
         "Använd länken i det senaste meddelandet från oss. Länken för att avsluta "
         "i det gamla fungerar fortfarande."});
  if (!token) return invalid_link();
  Ctx ctx(base, token->tenant, {trust::ActorKind::person, token->subject});
  auto persons = people::load(ctx, {token->subject}, false);
  auto style = page_style_for(ctx, persons.empty() ? "" : persons.front().language);
  if (style.ended) return pages::ended_page(style);
  bool nb = style.language.starts_with("n");
  if (persons.empty())
    return pages::message_page(
        style, nb ? "Ingenting lagret" : "Nothing is stored",
        nb ? "Vi har ingen opplysninger om deg." : "We hold nothing about you.");
  auto standing = people::standing(ctx, token->subject);
  auto names = people::list_names(ctx);
  auto purposes = people::purposes(ctx);
  // The link may have been forwarded: what is left or withdrawn goes at once, what is joined or
  // given waits for the person's own address.
  bool saved = false, waits = false;
  if (sent != nullptr) {
    const auto& form = *sent;
    if (!form) return invalid_link();
    std::set<std::string> chosen;
    for (const auto& [name, value] : *form) chosen.insert(name + ":" + value);
    people::PersonChange change;
    change.person_id = token->subject;
    for (auto& [list, state] : standing.lists) {
      auto to = chosen.contains("list:" + list.str()) ? people::MemberState::subscribed
                                                      : people::MemberState::unsubscribed;
      if (state == to ||
          (state == people::MemberState::pending && to == people::MemberState::unsubscribed))
        continue;
      change.lists[list] = to;
      if (to == people::MemberState::unsubscribed) state = to;
    }
    for (const auto& purpose : purposes) {
      bool to = chosen.contains("consent:" + purpose.id.str());
      auto held = standing.consents.find(purpose.id);
      if (held == standing.consents.end() ? !to : held->second == to) continue;
      change.consents[purpose.id] = to;
      if (!to) standing.consents[purpose.id] = to;
    }
    if (!change.lists.empty() || !change.consents.empty())
      waits = people::save(ctx, {change},
                           {.proof = people::Proof::nobody(), .source = "preference centre"})
                  .front()
                  .waits;
    ctx.commit();
    saved = true;
  }
  std::string lists, consents;
  for (const auto& [list, state] : standing.lists)
    if (auto name = names.find(list); name != names.end())
      lists += box("list", list, name->second, state == people::MemberState::subscribed);
  for (const auto& purpose : purposes) {
    auto held = standing.consents.find(purpose.id);
    consents +=
        box("consent", purpose.id, purpose.label, held != standing.consents.end() && held->second);
  }
  auto group = [&](const pages::Sentence& legend, const pages::Sentence& what,
                   const std::string& boxes) {
    return boxes.empty()
               ? std::string()
               : fmt::format("<fieldset><legend>{}</legend><p class=\"help\">{}</p>{}</fieldset>",
                             pages::in_language(style, legend), pages::in_language(style, what),
                             boxes);
  };
  std::string said;
  if (saved)
    said = fmt::format(
        "<p role=\"status\"><strong>{}</strong></p>",
        html_escape(
            waits ? pages::in_language(
                        style, {"What you leave or withdraw is saved. For the rest we have sent "
                                "you a message: follow the link in it.",
                                "Det du melder deg av eller trekker tilbake er lagret. For resten "
                                "har vi sendt deg en melding: følg lenken i den.",
                                "Det du lämnar eller drar tillbaka är sparat. För resten har vi "
                                "skickat dig ett meddelande: följ länken i det."})
                  : pages::in_language(style, {"Your choices are saved.", "Valgene er lagret.",
                                               "Dina val är sparade."})));
  // Whoever asked for nothing at all is told so, and how to get messages again.
  std::string nothing;
  if (!persons.front().email.empty())
    if (auto held = messaging::find_suppression(
            ctx, people::email_hash(ctx, persons.front().email.reveal()));
        held && held->unsubscribed_at) {
      auto leave = *token;
      leave.kind = messaging::TokenKind::unsubscribe;
      nothing = fmt::format(
          "<p>{}</p>{}",
          html_escape(fmt::format(fmt::runtime(pages::in_language(
                                      style, {"You have asked for no messages at all from {}.",
                                              "Du har bedt om ingen meldinger i det hele tatt "
                                              "fra {}.",
                                              "Du har bett om inga meddelanden alls från {}."})),
                                  style.organisation)),
          back_button(style, messaging::make_token(base, leave)));
    }
  auto groups = group({"Lists", "Lister", "Listor"},
                      {"What is sent to several at once.", "Det som sendes til flere på én gang.",
                       "Det som skickas till flera på en gång."},
                      lists) +
                group({"Consents", "Samtykker", "Samtycken"},
                      {"What you have agreed that we write to you about.",
                       "Det du har samtykket i at vi skriver til deg om.",
                       "Det du har samtyckt till att vi skriver till dig om."},
                      consents);
  const auto* title = pages::in_language(style, {"Your choices", "Dine valg", "Dina val"});
  auto body = fmt::format("<h1>{}</h1>{}{}", title, said, nothing);
  if (groups.empty() && nothing.empty())
    body += fmt::format("<p>{}</p>",
                        pages::in_language(style, {"There is nothing to choose at present.",
                                                   "Det er ingenting å velge akkurat nå.",
                                                   "Det finns inget att välja just nu."}));
  if (!groups.empty())
    body += fmt::format(
        "<form method=\"post\" action=\"/p/preferences/{}\">{}<button>{}</button></form>",
        html_escape(text), groups, pages::in_language(style, {"Save", "Lagre", "Spara"}));
  return pages::page(style, title, body);
}

constexpr pages::Sentence kConfirmAgain{"Sign up once more; you get a new message then.",
                                        "Meld deg på en gang til; da får du en ny melding.",
                                        "Anmäl dig en gång till, så får du ett nytt meddelande."};

// What somebody said, in words that the person can say yes to.
std::string claim_items(Ctx& ctx, const people::PersonClaim& claim) {
  std::string out;
  auto item = [&](const std::string& text) {
    if (!text.empty()) out += "<li>" + html_escape(text) + "</li>";
  };
  auto lists = people::list_names(ctx);
  for (const auto& [list, state] : claim.change.lists) item(lists[list]);
  for (const auto& purpose : people::purposes(ctx))
    if (claim.change.consents.contains(purpose.id)) item(purpose.label);
  auto name = claim.change.first_name.value_or("");
  if (claim.change.last_name) name += (name.empty() ? "" : " ") + *claim.change.last_name;
  item(name);
  for (const auto& attribute : people::attributes(ctx))
    if (auto value = claim.change.attributes.find(attribute.id);
        value != claim.change.attributes.end())
      item(attribute.label + ": " +
           (value->second.is_string() ? std::string(value->second.get_string())
                                      : boost::json::serialize(value->second)));
  return out.empty() ? out : "<ul>" + out + "</ul>";
}

// A claim: the link went to an address on record, and only the button there says yes.
net::Response claim_page(trust::Base& base, const net::Request& request, const std::string& text,
                         const messaging::Token& token) {
  Ctx ctx(base, token.tenant, {trust::ActorKind::person, {}});
  auto style = pages::page_style(ctx);
  if (style.ended) return pages::ended_page(style);
  auto claim = people::find_claim(ctx, token.subject);
  auto persons =
      claim ? people::load(ctx, {claim->person_id}, false) : std::vector<people::Person>{};
  if (persons.empty() || persons.front().state != people::PersonState::active)
    return pages::message_page(
        style,
        pages::in_language(style,
                           {"Nothing waits here", "Ingenting venter her", "Ingenting väntar här"}),
        pages::in_language(
            style,
            {"It was confirmed already, or it is too old. Sign up once more if you want to.",
             "Det er bekreftet allerede, eller det er for gammelt. Meld deg på en gang til "
             "om du vil.",
             "Det är redan bekräftat, eller för gammalt. Anmäl dig en gång till om du vill."}),
        410);
  ctx.actor = {trust::ActorKind::person, claim->person_id};
  if (request.method != "POST") {
    const auto* title = pages::in_language(style, {"Please confirm", "Bekreft", "Bekräfta"});
    return pages::page(
        style, title,
        fmt::format(
            "<h1>{}</h1><p>{}</p>{}<form method=\"post\" action=\"/p/confirm/{}\"><button>{}"
            "</button></form>",
            title,
            html_escape(fmt::format(
                fmt::runtime(pages::in_language(
                    style, {"{} was told this about you. It counts when you confirm it.",
                            "{} har fått vite dette om deg. Det gjelder når du bekrefter det.",
                            "{} har fått veta detta om dig. Det gäller när du bekräftar det."})),
                style.organisation)),
            claim_items(ctx, *claim), html_escape(text),
            pages::in_language(style, {"Confirm", "Bekreft", "Bekräfta"})));
  }
  people::confirm_claim(ctx, *claim);
  auto wanted = [](const auto& chosen, auto yes) {
    return std::ranges::any_of(chosen, [&](const auto& one) { return one.second == yes; });
  };
  if (wanted(claim->change.lists, people::MemberState::subscribed) ||
      wanted(claim->change.consents, true))
    let_back_in(ctx, claim->person_id);
  ctx.commit();
  return pages::message_page(
      style, pages::in_language(style, {"Thank you", "Takk", "Tack"}),
      pages::in_language(style, {"It is confirmed.", "Det er bekreftet.", "Det är bekräftat."}));
}

net::Response confirm_page(trust::Base& base, const net::Request& request,
                           const std::string& text) {
  std::optional<messaging::Token> expired;
  if (auto claim = messaging::read_token(base, messaging::TokenKind::claim, text, &expired))
    return claim_page(base, request, text, *claim);
  auto token = messaging::read_token(base, messaging::TokenKind::confirm, text, &expired);
  if (token && token->source_kind == messaging::SourceKind::system)
    return welcome_back_page(base, request, text, *token);
  if (!token && expired) return expired_link(base, *expired, kConfirmAgain);
  if (!token) return invalid_link();
  Ctx ctx(base, token->tenant, {trust::ActorKind::person, token->subject});
  auto style = pages::page_style(ctx);
  if (style.ended) return pages::ended_page(style);
  bool nb = style.language.starts_with("n");
  auto list = people::find_list(ctx, token->source_id);
  if (!list) return invalid_link();
  if (request.method != "POST")
    return pages::page(style, list->name,
                       fmt::format("<h1>{}</h1><form method=\"post\" action=\"/p/confirm/{}\">"
                                   "<button>{}</button></form>",
                                   html_escape(list->name), html_escape(text),
                                   nb ? "Bekreft påmelding" : "Confirm subscription"));
  auto standing = people::standing(ctx, token->subject);
  auto state = standing.lists.find(token->source_id);
  if (state != standing.lists.end() && state->second == people::MemberState::pending) {
    people::PersonChange change;
    change.person_id = token->subject;
    change.lists[token->source_id] = people::MemberState::subscribed;
    people::save(ctx, {change},
                 {.proof = people::Proof::person(), .source = "confirmed by e-mail"});
    let_back_in(ctx, token->subject);
    ctx.commit();
  } else if (state == standing.lists.end() || state->second == people::MemberState::unsubscribed) {
    return pages::message_page(
        style, list->name,
        pages::in_language(style,
                           {"You have left this list since. Sign up once more if you want to.",
                            "Du har forlatt denne listen siden. Meld deg på en gang til om du vil.",
                            "Du har lämnat den här listan sedan dess. Anmäl dig en gång till om du "
                            "vill."}),
        410);
  }
  return pages::message_page(style, nb ? "Takk" : "Thank you",
                             nb ? "Påmeldingen er bekreftet." : "Your subscription is confirmed.");
}

// The message that asks a person about what somebody said: by mail, or by SMS where there is only a
// number. Nothing of what was said stands in it.
void ask_about_claims(Ctx& ctx, const std::vector<people::PersonClaim>& claims) {
  auto style = pages::page_style(ctx);
  std::vector<Uuid> ids;
  for (const auto& claim : claims) ids.push_back(claim.person_id);
  std::map<Uuid, people::Person> persons;
  for (auto& person : people::load(ctx, ids, false)) persons.emplace(person.id, std::move(person));
  std::vector<messaging::OutboxMessage> mails;
  std::vector<messaging::SmsMessage> texts;
  for (const auto& claim : claims) {
    auto person = persons.find(claim.person_id);
    if (person == persons.end()) continue;
    auto source = claim.ref_id.value_or(ctx.tenant);
    auto kind = claim.ref_id ? messaging::SourceKind::form : messaging::SourceKind::system;
    auto link = ctx.base.public_url + "/p/confirm/" +
                messaging::make_token(
                    ctx.base, {messaging::TokenKind::claim, ctx.tenant, kind, source, claim.id});
    if (person->second.email.empty()) {
      messaging::SmsMessage sms;
      sms.person_id = claim.person_id;
      sms.ref_id = source;
      sms.text = fmt::format(
          fmt::runtime(pages::in_language(
              style, {"{}: somebody, hopefully you, gave this number. Confirm here: {}",
                      "{}: noen, forhåpentligvis du, oppga dette nummeret. Bekreft her: {}",
                      "{}: någon, förhoppningsvis du, angav det här numret. Bekräfta här: {}"})),
          style.organisation, link);
      if (!person->second.phone.empty()) texts.push_back(std::move(sms));
      continue;
    }
    messaging::OutboxMessage mail;
    mail.person_id = claim.person_id;
    mail.source_kind = kind;
    mail.source_id = source;
    mail.links = {{"organisation", style.organisation}, {"confirm", link}};
    mail.subject = pages::in_language(
        style, {"Please confirm: {{ links.organisation }}", "Bekreft: {{ links.organisation }}",
                "Bekräfta: {{ links.organisation }}"});
    mail.text = pages::in_language(
        style,
        {"Somebody, hopefully you, gave this address to {{ links.organisation }}. See what it is "
         "about, and confirm it, here:\n\n{{ links.confirm }}\n\nIf it was not you, do nothing: "
         "nothing is changed then.\n",
         "Noen, forhåpentligvis du, oppga denne adressen til {{ links.organisation }}. Se hva det "
         "gjelder, og bekreft det, her:\n\n{{ links.confirm }}\n\nVar det ikke deg, kan du se bort "
         "fra denne meldingen: da endres ingenting.\n",
         "Någon, förhoppningsvis du, angav den här adressen till {{ links.organisation }}. Se vad "
         "det gäller, och bekräfta det, här:\n\n{{ links.confirm }}\n\nVar det inte du behöver du "
         "inte göra något: då ändras ingenting.\n"});
    mail.transactional = true;
    mail.track = false;
    mails.push_back(std::move(mail));
  }
  if (!mails.empty()) messaging::enqueue_messages(ctx, mails);
  if (!texts.empty()) messaging::send_sms(ctx, texts);
}

// The mail that asks whether somebody really wants to be on a list.
void ask_to_confirm(Ctx& ctx, const Uuid& list, const std::vector<Uuid>& all) {
  auto asked =
      ctx.tx().all<Uuid>(store::kConfirmAskedToday, all, list, now() - std::chrono::hours(24),
                         static_cast<std::int64_t>(people::kMostClaims));
  std::vector<Uuid> persons;
  for (const auto& person : all)
    if (std::ranges::find(asked, person) == asked.end()) persons.push_back(person);
  auto names = people::list_names(ctx);
  bool nb = pages::page_style(ctx).language.starts_with("n");
  std::vector<messaging::OutboxMessage> messages;
  for (const auto& person : persons) {
    messaging::OutboxMessage message;
    message.person_id = person;
    message.source_kind = messaging::SourceKind::list;
    message.source_id = list;
    message.links["list"] = names[list];
    message.links["confirm"] =
        ctx.base.public_url + "/p/confirm/" +
        messaging::make_token(ctx.base, {messaging::TokenKind::confirm, ctx.tenant,
                                         messaging::SourceKind::list, list, person});
    message.subject = nb ? "Bekreft påmelding til {{ links.list }}"
                         : "Confirm your subscription to {{ links.list }}";
    message.text =
        nb ? "Noen, forhåpentligvis du, har meldt denne adressen på {{ links.list }}.\n\n"
             "Bekreft her: {{ links.confirm }}\n\nVar det ikke deg, kan du se bort fra "
             "denne meldingen.\n"
           : "Somebody, hopefully you, subscribed this address to {{ links.list }}.\n\n"
             "Confirm here: {{ links.confirm }}\n\nIf it was not you, do nothing.\n";
    message.transactional = true;
    message.track = false;
    messages.push_back(std::move(message));
  }
  messaging::enqueue_messages(ctx, messages);
}

}  // namespace

net::Response invalid_link() {
  return pages::message_page(
      {"Varde"}, "This link does not work",
      "The link is not complete, or not from here. Open it once more from the "
      "message it came with.",
      404);
}

net::Response expired_link(trust::Base& base, const messaging::Token& token,
                           const pages::Sentence& again) {
  Ctx ctx(base, token.tenant, {trust::ActorKind::person, {}});
  auto style = pages::page_style(ctx);
  if (style.ended) return pages::ended_page(style);
  return pages::message_page(
      style,
      pages::in_language(style, {"This link is too old", "Denne lenken er for gammel",
                                 "Den här länken är för gammal"}),
      pages::in_language(style, again), 410);
}

void let_back_in(Ctx& ctx, const Uuid& person) {
  auto persons = people::load(ctx, {person}, false);
  if (persons.empty() || persons.front().email.empty()) return;
  auto taken = messaging::wants_again(ctx, people::email_hash(ctx, persons.front().email.reveal()));
  if (taken == messaging::TakenBack::free)
    messaging::note_unsuppressed(ctx, {person}, "confirmed by e-mail", 0);
  else if (taken == messaging::TakenBack::held_still)
    trust::record(ctx,
                  trust::AuditEntry{"suppression.remove", "suppression", std::nullopt, person});
}

bool looks_like_scanner(const std::string& method, std::string_view user_agent) {
  if (method == "HEAD" || user_agent.empty()) return true;
  static constexpr std::string_view kWords[] = {"bot",        "crawler",    "spider",
                                                "scanner",    "proofpoint", "barracuda",
                                                "mimecast",   "safelink",   "urldefense",
                                                "symantec",   "trendmicro", "forcepoint",
                                                "python-",    "curl/",      "wget/",
                                                "go-http",    "java/",      "okhttp",
                                                "headless",   "preview",    "facebookexternalhit",
                                                "virustotal", "bingpreview"};
  auto folded = ascii_lower(user_agent);
  for (auto word : kWords)
    if (folded.find(word) != std::string::npos) return true;
  return false;
}

void add_tracking_pages(trust::Base& base, web::Router& router) {
  using Captures = std::vector<std::string>;
  for (const char* method : {"GET", "HEAD"}) {
    router.page(method, "/t/c/{token}", [&base](net::Request& request, const Captures& captures) {
      return click(base, request, captures[0]);
    });
    router.page(method, "/t/o/{token}", [&base](net::Request& request, const Captures& captures) {
      return open(base, request, captures[0]);
    });
  }
  router.page("GET", "/p/preferences/{token}", [&base](net::Request&, const Captures& captures) {
    return preferences_page(base, captures[0], nullptr);
  });
  router.form(
      "/p/preferences/{token}", 64 * 1024, 1000,
      [&base](net::Request&, const Captures& captures, const Result<web::Router::Form>& sent) {
        return preferences_page(base, captures[0], &sent);
      });
  add_leave_pages(base, router);
  for (const char* method : {"GET", "POST"}) {
    router.page(method, "/p/confirm/{token}",
                [&base](net::Request& request, const Captures& captures) {
                  return confirm_page(base, request, captures[0]);
                });
  }
}

void add_tracking_hooks(trust::Base& base) {
  base.extensions.add(people::ConfirmHook{ask_to_confirm});
  base.extensions.add(people::ClaimHook{ask_about_claims});
}

}  // namespace varde::outreach
