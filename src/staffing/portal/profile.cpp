// Who one is to the organisation, and how one is reached; calendar, devices.
#include "base/canonical.hpp"
#include "base/text.hpp"
#include "crypto/aead.hpp"
#include "staffing/portal/internal.hpp"
#include "staffing/portal/store_sql.hpp"
#include "trust/audit.hpp"

namespace varde::staffing {

using namespace portal_store;

namespace {

constexpr std::size_t kLongestName = 100;

std::string item_form(const Visit& visit, const std::string& text, std::string_view action,
                      const std::string& id, const std::string& label) {
  return fmt::format(
      "<div class=\"item\"><p>{}</p>{}{}{}</form></div>", text, open_form(visit, "/profile"),
      hidden("id", id),
      button(fmt::format("{}<span class=\"vh\">: {}</span>", label, text), "action", action, true));
}

std::string language_select(const Visit& visit) {
  const auto& t = visit.words;
  auto held =
      visit.person.language.empty() ? std::string() : Words(visit.person.language).language();
  auto out = fmt::format(
      "<div class=\"field\"><label class=\"q\" for=\"language\">{}</label><select id=\"language\" "
      "name=\"language\"><option value=\"\">{}</option>",
      t("profile.language"), t("profile.language_default", {{"organisation", visit.tenant.name}}));
  for (const auto& language : page_languages())
    out += fmt::format("<option value=\"{0}\" lang=\"{0}\"{1}>{2}</option>", language,
                       language == held ? " selected" : "",
                       html_escape(Words(language).plain("language.name")));
  return out + "</select></div>";
}

std::string reach_part(const Visit& visit) {
  const auto& t = visit.words;
  auto now_is = [&](const Personal& value) {
    return value.empty() ? t("profile.none") : html_escape(value.reveal());
  };
  return fmt::format(
      "<h2>{}</h2><p>{}</p><p>{}: <strong>{}</strong></p>{}{}{}</form><p>{}: "
      "<strong>{}</strong></p>"
      "{}{}{}</form>",
      t("profile.reach"), t("profile.reach_text"), t("profile.phone"), now_is(visit.person.phone),
      open_form(visit, "/profile"),
      input("phone", t("profile.new_phone"), "tel", visit.form.get("phone"),
            "required maxlength=\"30\" autocomplete=\"tel\""),
      button(t("profile.change_phone"), "action", "phone", true), t("profile.email"),
      now_is(visit.person.email), open_form(visit, "/profile"),
      input("email", t("profile.new_email"), "email", visit.form.get("email"),
            "required maxlength=\"254\" autocomplete=\"email\""),
      button(t("profile.change_email"), "action", "email", true));
}

std::string place_part(const Visit& visit, const OwnSubstitute& own) {
  const auto& t = visit.words;
  auto place = own.latitude && own.longitude
                   ? fmt::format("{:.2f}, {:.2f}", *own.latitude, *own.longitude)
                   : std::string();
  return fmt::format(
      "<h2>{}</h2><p>{}</p>{}{}{}</form>", t("profile.place"), t("profile.place_text"),
      open_form(visit, "/profile"),
      input("place", t("profile.place_label"), "text", place,
            "maxlength=\"60\" placeholder=\"59.91, 10.75\"", t("profile.place_help")),
      button(t("profile.save"), "action", "place", true));
}

std::string workplaces_part(Visit& visit, const std::vector<NamedId>& unwanted) {
  const auto& t = visit.words;
  auto out = fmt::format("<h2 id=\"workplaces\">{}</h2><p>{}</p>", t("profile.workplaces"),
                         t("profile.workplaces_text"));
  for (const auto& w : unwanted)
    out += item_form(visit, html_escape(w.name), "want", w.id.str(), t("profile.want"));
  auto sought = visit.query["workplace"];
  out += fmt::format(
      "<form method=\"get\" action=\"{}/profile#workplaces\">{}{}</form>", visit.home,
      input("workplace", t("profile.find_workplace"), "text", sought, "required maxlength=\"120\""),
      button(t("profile.find"), {}, {}, true));
  if (sought.empty() || sought.size() > 480) return out;
  auto found = visit.ctx.tx().all<NamedId>(store::kPortalFindWorkplaces, sought);
  std::erase_if(found, [&](const NamedId& w) {
    return std::ranges::any_of(unwanted, [&](const NamedId& u) { return u.id == w.id; });
  });
  if (found.empty()) out += fmt::format("<p>{}</p>", t("profile.no_workplace"));
  for (const auto& w : found)
    out += item_form(visit, html_escape(w.name), "avoid", w.id.str(), t("profile.avoid"));
  return out;
}

std::string calendar_part(const Visit& visit, const std::optional<Timestamp>& since) {
  const auto& t = visit.words;
  auto out =
      fmt::format("<h2 id=\"calendar\">{}</h2><p>{}</p>", t("calendar.title"), t("calendar.text"));
  if (since)
    out += fmt::format(
        "<p>{}</p>", t("calendar.since", {{"time", t.moment(*since, visit.zone())},
                                          {"until", t.moment(*since + kFeedLife, visit.zone())}}));
  out += open_form(visit, "/profile") +
         button(t(since ? "calendar.renew" : "calendar.make"), "action", "feed", true) + "</form>";
  if (since)
    out += fmt::format("<p></p>{}{}</form>", open_form(visit, "/profile"),
                       button(t("calendar.end"), "action", "end_feed", true));
  return out;
}

std::string devices_part(const Visit& visit, const std::vector<SessionRecord>& sessions) {
  const auto& t = visit.words;
  auto out = fmt::format("<h2 id=\"devices\">{}</h2>", t("devices.title"));
  for (const auto& s : sessions) {
    bool here = s.session_id == visit.session->session_id;
    auto text =
        fmt::format("{}, {} ({})", html_escape(s.agent),
                    html_escape(t.moment(s.last_seen_at, visit.zone())), html_escape(s.network));
    out += here ? fmt::format("<div class=\"item\"><p>{}</p><p><strong>{}</strong></p></div>", text,
                              t("devices.here"))
                : item_form(visit, text, "end_session", s.session_id.str(), t("devices.end"));
  }
  if (sessions.size() > 1)
    out += fmt::format("{}{}</form>", open_form(visit, "/profile"),
                       button(t("devices.end_others"), "action", "end_others", true));
  if (passkeys_possible(visit.ctx.base))
    out += fmt::format("<p>{}</p>", link(visit.home + "/passkey", t("passkey.title")));
  return out + open_form(visit, "/sign-out") + button(t("sign_out")) + "</form>";
}

// The page where the code for a new number or address is typed.
net::Response change_code_page(Visit& visit, Purpose purpose, std::string_view error, int status) {
  const auto& t = visit.words;
  auto body = fmt::format(
      "<p>{}</p>{}{}{}{}{}</form><p>{}</p>", t("change.text"), error_line(t, error),
      open_form(visit, "/profile"),
      hidden("purpose", purpose == Purpose::phone ? "phone" : "email"),
      input("code", t("code.label"), "text", "",
            "required maxlength=\"10\" inputmode=\"numeric\" autocomplete=\"one-time-code\""),
      button(t("change.send"), "action", "code"), link(visit.home + "/profile", t("back")));
  return show(visit, t.plain("change.title"), body, Tab::profile, status);
}

net::Response save_person(Visit& visit, people::PersonChange change, people::Proof proof,
                          const std::string& path) {
  change.person_id = visit.me();
  try {
    auto outcome =
        people::save(visit.ctx, {change}, {.proof = std::move(proof), .source = "own pages"})
            .front();
    if (outcome.what == people::Saved::rejected)
      return profile_page(visit, outcome.taken ? "profile.taken" : "profile.not_saved", 409);
    visit.ctx.commit();
  } catch (const db::SqlError& e) {
    if (!e.is_unique_violation()) throw;
    visit.ctx.rollback();
    return profile_page(visit, "profile.taken", 409);
  }
  return go(visit, path, "saved");
}

net::Response ask_to_change(Visit& visit, Purpose purpose) {
  std::optional<std::string> to;
  if (purpose == Purpose::phone) {
    to =
        people::normalise_phone(visit.form.get("phone"), people::region_of(visit.tenant.time_zone));
    if (!to) return profile_page(visit, "profile.bad_phone", 422);
  } else {
    to = people::normalise_email(visit.form.get("email"));
    if (!to) return profile_page(visit, "profile.bad_email", 422);
  }
  // Neither one person nor many may have a stranger's number written to again and again.
  auto stranger = fmt::format("{}{}", visit.ctx.tenant.str(),
                              hex(purpose == Purpose::phone ? people::phone_hash(visit.ctx, *to)
                                                            : people::email_hash(visit.ctx, *to)));
  for (const auto& bucket : {visit.me().str(), stranger})
    if (int wait = visit.portal.by_new_address.take(bucket); wait > 0)
      return profile_page(visit, "profile.too_many", 429).with("Retry-After", std::to_string(wait));
  if (visit.portal.by_tenant.take(visit.ctx.tenant.str()) > 0)
    return profile_page(visit, "profile.too_many", 429);
  send_change_code(visit, purpose, *to);
  return change_code_page(visit, purpose, {}, 200);
}

net::Response confirm_change(Visit& visit) {
  auto purpose = visit.form.get("purpose") == "email" ? Purpose::email : Purpose::phone;
  auto record = use_code(visit, purpose);
  if (!record || record->person_id != visit.me())
    return change_code_page(visit, purpose, "code.wrong", 422);
  auto key = visit.ctx.base.keys.key(visit.ctx.tenant, visit.me());
  auto to =
      key ? crypto::open(*key, record->sealed.data, code_context(visit.ctx.tenant, record->code_id))
          : std::nullopt;
  if (!to) return change_code_page(visit, purpose, "code.wrong", 422);
  people::PersonChange change;
  (purpose == Purpose::email ? change.email : change.phone) = *to;
  const auto& before = purpose == Purpose::email ? visit.person.email : visit.person.phone;
  if (!before.empty() && before.reveal() != *to) tell_change(visit, purpose, before.reveal());
  visit.set_cookie("me_ask", std::nullopt, std::chrono::seconds(0));
  return save_person(visit, std::move(change), people::Proof::new_address(), "/profile");
}

net::Response save_name(Visit& visit) {
  people::PersonChange change;
  change.first_name = visit.form.get("first_name");
  change.last_name = visit.form.get("last_name");
  for (auto* name : {&*change.first_name, &*change.last_name}) {
    auto canonical = canonical_line(*name);
    if (!canonical || utf8_length(*canonical) > kLongestName)
      return profile_page(visit, "profile.bad_name", 422);
    *name = std::move(*canonical);
  }
  if (change.first_name->empty() && change.last_name->empty())
    return profile_page(visit, "profile.bad_name", 422);
  auto language = visit.form.get("language");
  if (!language.empty() && std::ranges::count(page_languages(), language) == 0)
    return profile_page(visit, "profile.bad_language", 422);
  // "nn" and "nb-NO" stay what they are when the choice shown for them is kept.
  if (visit.person.language.empty() || language.empty() ||
      Words(visit.person.language).language() != language)
    change.language = language;
  return save_person(visit, std::move(change), people::Proof::person(), "/profile");
}

net::Response save_place(Visit& visit) {
  auto text = visit.form.get("place");
  auto place = read_place(text);
  if (!place && !text.empty()) return profile_page(visit, "profile.bad_place", 422);
  // A kilometre is enough to say who lives near, and says less about where.
  auto rounded = [](double degrees) { return std::round(degrees * 100) / 100; };
  visit.ctx.tx().later(store::kPortalSetPlace, visit.me(),
                       place ? std::optional(rounded(place->latitude)) : std::nullopt,
                       place ? std::optional(rounded(place->longitude)) : std::nullopt);
  trust::record(visit.ctx,
                trust::AuditEntry{"substitute.update", "substitute", visit.me(), visit.me()});
  visit.ctx.commit();
  return go(visit, "/profile", "saved");
}

net::Response choose_workplace(Visit& visit, bool avoid) {
  auto id = visit.form.id("id");
  if (!id || !find_workplace(visit.ctx, *id))
    return profile_page(visit, "profile.no_workplace", 404);
  if (avoid) {
    visit.ctx.tx().later(store::kPortalAvoid, *id, visit.me());
  } else {
    visit.ctx.tx().later(store::kPortalAvoidNoMore, *id, visit.me());
  }
  trust::record(visit.ctx,
                trust::AuditEntry{"substitute.update", "substitute", visit.me(), visit.me()});
  visit.ctx.commit();
  return go(visit, "/profile#workplaces", "saved");
}

net::Response show_feed(Visit& visit) {
  const auto& t = visit.words;
  auto url = new_feed(visit);
  return show(
      visit, t.plain("calendar.title"),
      fmt::format("<p>{}</p><p><code>{}</code></p><p>{}</p><p>{}</p>", t("calendar.made"),
                  html_escape(url), t("calendar.secret"), link(visit.home + "/profile", t("back"))),
      Tab::profile);
}

}  // namespace

net::Response profile_page(Visit& visit, std::string_view error, int status) {
  const auto& t = visit.words;
  auto& tx = visit.ctx.tx();
  auto substitute = tx.later(store::kPortalSubstitute, visit.me());
  auto unwanted = tx.later(store::kPortalUnwanted, visit.me());
  auto sessions =
      tx.later(store::kPortalSessions, visit.me(), now() - kSessionIdle, now() - kSessionLife);
  auto since = tx.maybe<Timestamp>(store::kPortalFeedOf, visit.me());
  auto own = substitute.rows().maybe<OwnSubstitute>();
  if (!own) return say(visit, "not_found", 404);  // taken out of the register this moment
  auto body = error_line(t, error);
  body += fmt::format(
      "{}{}{}{}{}</form>", open_form(visit, "/profile"),
      input("first_name", t("profile.first_name"), "text", visit.person.first_name.reveal(),
            "maxlength=\"100\" autocomplete=\"given-name\""),
      input("last_name", t("profile.last_name"), "text", visit.person.last_name.reveal(),
            "maxlength=\"100\" autocomplete=\"family-name\""),
      language_select(visit), button(t("profile.save"), "action", "name"));
  body += reach_part(visit) + place_part(visit, *own) +
          workplaces_part(visit, unwanted.rows().all<NamedId>()) + calendar_part(visit, since) +
          devices_part(visit, sessions.rows().all<SessionRecord>());
  body += fmt::format("<h2>{}</h2><p>{}</p><p>{}</p>", t("stored.title"), t("stored.short"),
                      link(visit.home + "/stored", t("stored.open")));
  return show(visit, t.plain("profile.title"), body, Tab::profile, status);
}

net::Response change_profile(Visit& visit) {
  auto& ctx = visit.ctx;
  auto action = visit.form.get("action");
  if (action == "name") return save_name(visit);
  if (action == "phone") return ask_to_change(visit, Purpose::phone);
  if (action == "email") return ask_to_change(visit, Purpose::email);
  if (action == "code") return confirm_change(visit);
  if (action == "place") return save_place(visit);
  if (action == "avoid" || action == "want") return choose_workplace(visit, action == "avoid");
  if (action == "feed") return show_feed(visit);
  auto done = [&](const char* what, const char* mark, const char* said) {
    trust::record(ctx, trust::AuditEntry{what, "substitute", visit.me(), visit.me()});
    ctx.commit();
    return go(visit, std::string("/profile#") + mark, said);
  };
  if (action == "end_feed") {
    ctx.tx().later(store::kPortalEndFeed, visit.me());
    return done("portal.calendar_end", "calendar", "feed_ended");
  }
  if (action == "end_others") {
    ctx.tx().later(store::kPortalEndOthers, visit.me(), visit.session->session_id);
    return done("portal.end_session", "devices", "ended");
  }
  if (action == "end_session") {
    auto id = visit.form.id("id");
    if (!id || ctx.tx().query(store::kPortalEndSession, visit.me(), *id).affected() == 0)
      return profile_page(visit, "devices.gone", 404);
    return done("portal.end_session", "devices", "ended");
  }
  return profile_page(visit);
}

}  // namespace varde::staffing
