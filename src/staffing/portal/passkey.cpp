// Passkeys: made and used on one page, the only one that runs a script. Without a script, and where
// a browser has no passkeys, the code by SMS or mail stays.
//
// The script asks the browser and sends what it answers with the page's own form. What is to be
// signed is random, kept as a hash for five minutes, good for one try, and bound to the browser
// that it was given to.
#include <charconv>

#include "base/random.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "crypto/webauthn.hpp"
#include "staffing/portal/internal.hpp"
#include "staffing/portal/store_sql.hpp"
#include "trust/audit.hpp"
#include "trust/identity/identity.hpp"

namespace varde::staffing {

using namespace portal_store;
namespace webauthn = crypto::webauthn;

namespace {

constexpr auto kChallengeLife = std::chrono::minutes(5);
constexpr std::size_t kMostPasskeys = 10;

constexpr std::string_view kScript = R"js(
(() => {
  const form = document.querySelector('form[data-challenge]')
  const say = (id) => { for (const p of document.querySelectorAll('[data-say]')) p.hidden = p.dataset.say !== id }
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0))
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
  const d = form.dataset
  const make = () => navigator.credentials.create({ publicKey: {
    challenge: bytes(d.challenge), rp: { id: d.rp, name: d.organisation }, timeout: 300000, attestation: 'none',
    user: { id: bytes(d.user), name: d.name, displayName: d.name },
    pubKeyCredParams: [-7, -8, -257].map((alg) => ({ type: 'public-key', alg })),
    excludeCredentials: d.known.split(' ').filter(Boolean).map((id) => ({ type: 'public-key', id: bytes(id) })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' } } })
  const use = () => navigator.credentials.get({ publicKey: { challenge: bytes(d.challenge), rpId: d.rp, timeout: 300000, userVerification: 'required' } })
  const go = async () => {
    try {
      const key = await (d.user ? make() : use())
      const set = (name, value) => { form.elements[name].value = value }
      set('client_data', text(key.response.clientDataJSON))
      if (d.user) {
        set('authenticator_data', text(key.response.getAuthenticatorData()))
        set('algorithm', key.response.getPublicKeyAlgorithm())
      } else {
        set('id', text(key.rawId))
        set('authenticator_data', text(key.response.authenticatorData))
        set('signature', text(key.response.signature))
      }
      form.submit()
    } catch { say('failed') }
  }
  if (!window.PublicKeyCredential) return say('none')
  say('ready')
  document.querySelector('button[data-go]').addEventListener('click', go)
})()
)js";

// Where passkeys belong: a name (never an address), reached over HTTPS or on this machine.
struct Place {
  std::string rp_id, origin;
};
std::optional<Place> place_of(const trust::Base& base) {
  const auto& url = base.public_url;
  auto scheme = url.find("://");
  if (scheme == std::string::npos) return std::nullopt;
  auto host = url.substr(scheme + 3);
  auto origin = url.substr(0, url.find('/', scheme + 3));
  host = host.substr(0, host.find_first_of(":/"));
  bool secure = url.starts_with("https://") || host == "localhost";
  bool name = std::ranges::any_of(host, [](char c) { return c >= 'a' && c <= 'z'; }) &&
              !host.starts_with('[');
  if (!secure || !name) return std::nullopt;
  return Place{host, origin};
}

std::string new_challenge(Visit& visit, const std::optional<Uuid>& person) {
  auto challenge = random_token(32);
  ChallengeRecord record{visit.ctx.tenant,
                         {crypto::sha256(challenge)},
                         new_ask(visit),
                         person,
                         now() + kChallengeLife};
  visit.ctx.tx().later(store::kPortalDropChallenges, now());
  visit.ctx.tx().insert_many("portal_challenge", std::vector{record});
  visit.ctx.commit();
  return challenge;
}

// Whether the browser did `type` with a challenge of ours, here; the challenge is used up.
bool is_ours(Visit& visit, const Place& place, const std::string& client_data, const char* type,
             const std::optional<Uuid>& person) {
  auto read = webauthn::read_client_data(client_data);
  if (!read) return false;
  auto& ctx = visit.ctx;
  auto record = ctx.tx().maybe<ChallengeRecord>(
      store::kPortalUseChallenge, db::Bytes{crypto::sha256(read->challenge)},
      db::Bytes{crypto::sha256(visit.cookie("me_ask"))}, now());
  ctx.commit();
  return record && record->person_id == person && read->type == type &&
         read->origin == place.origin && !read->cross_origin;
}

// A page whose script asks the browser at a press of its button.
net::Response script_page(Visit& visit, const std::string& title, const std::string& text,
                          const std::string& data, std::string_view action,
                          std::initializer_list<const char*> fields, const std::string& label) {
  const auto& t = visit.words;
  auto form = open_form(visit, "/passkey");
  form.insert(form.find('>'), data);
  for (const char* field : fields) form += hidden(field, "");
  auto body = fmt::format(
      "<p>{}</p>{}{}</form><p data-say=\"ready\" hidden><button type=\"button\" "
      "data-go>{}</button></p>"
      "<p data-say=\"none\">{}</p><p class=\"error\" role=\"alert\" data-say=\"failed\" "
      "hidden>{}</p>"
      "<p>{}</p>",
      text, form, hidden("action", action), label, t("passkey.none"), t("passkey.failed"),
      link(visit.home, t("back")));
  return show(visit, title, body, Tab::profile, 200, kScript);
}

std::string data_of(const Place& place, const std::string& challenge) {
  return fmt::format(" data-challenge=\"{}\" data-rp=\"{}\"", challenge, html_escape(place.rp_id));
}

net::Response start_sign_in(Visit& visit, const Place& place) {
  if (int wait = visit.portal.by_network.take(visit.ctx.network); wait > 0)
    return sign_in_page(visit, "sign_in.too_many", 429).with("Retry-After", std::to_string(wait));
  const auto& t = visit.words;
  auto challenge = new_challenge(visit, std::nullopt);
  return script_page(
      visit, t.plain("passkey.sign_in_title"), t("passkey.sign_in_text"), data_of(place, challenge),
      "assert", {"id", "authenticator_data", "client_data", "signature"}, t("passkey.sign_in"));
}

net::Response finish_sign_in(Visit& visit, const Place& place) {
  auto& ctx = visit.ctx;
  auto part = [&](const char* name) {
    return unbase64(visit.form.get(name)).value_or(std::string());
  };
  auto refuse = [&] {
    visit.portal.by_network.take(ctx.network);
    return sign_in_page(visit, "passkey.refused", 403);
  };
  if (visit.portal.by_network.peek(ctx.network) > 0)
    return sign_in_page(visit, "sign_in.too_many", 429);
  auto client_data = part("client_data");
  if (!is_ours(visit, place, client_data, "webauthn.get", std::nullopt)) return refuse();
  auto passkey = ctx.tx().maybe<PasskeyRecord>(store::kPortalLockPasskey, db::Bytes{part("id")});
  if (!passkey) return refuse();
  auto counter = webauthn::verify(
      place.rp_id, {passkey->credential_id.data, passkey->algorithm, passkey->public_key.data, 0},
      part("authenticator_data"), client_data, part("signature"));
  if (!counter) return refuse();
  // Whoever counts at all counts up: one that does not is a copy.
  if ((*counter > 0 || passkey->counter > 0) && std::int64_t{*counter} <= passkey->counter) {
    trust::record(ctx, trust::AuditEntry{"portal.passkey_copied", "substitute", passkey->person_id,
                                         passkey->person_id});
    ctx.commit();
    return refuse();
  }
  auto persons = people::load(ctx, {passkey->person_id}, false);
  if (persons.empty() || persons.front().state != people::PersonState::active) return refuse();
  ctx.tx().later(store::kPortalUsedPasskey, passkey->passkey_id, std::int64_t{*counter}, now());
  begin_session(visit, passkey->person_id, "portal.sign_in_passkey");
  return go(visit, "");
}

net::Response start_making(Visit& visit, const Place& place) {
  const auto& t = visit.words;
  auto held = visit.ctx.tx().all<PasskeyRecord>(store::kPortalPasskeys, visit.me());
  if (held.size() >= kMostPasskeys) return say(visit, "passkey.too_many", 409);
  std::string known;
  for (const auto& one : held)
    known += (known.empty() ? "" : " ") + base64url(one.credential_id.data);
  auto challenge = new_challenge(visit, visit.me());
  auto data =
      data_of(place, challenge) +
      fmt::format(" data-organisation=\"{}\" data-user=\"{}\" data-name=\"{}\" data-known=\"{}\"",
                  html_escape(visit.tenant.name), base64url(visit.me().view()),
                  html_escape(people::display_name(visit.person)), known);
  return script_page(visit, t.plain("passkey.add_title"), t("passkey.add_text"), data, "register",
                     {"authenticator_data", "client_data", "algorithm"}, t("passkey.add"));
}

net::Response finish_making(Visit& visit, const Place& place) {
  auto& ctx = visit.ctx;
  auto client_data = unbase64(visit.form.get("client_data")).value_or(std::string());
  auto data = unbase64(visit.form.get("authenticator_data")).value_or(std::string());
  if (!is_ours(visit, place, client_data, "webauthn.create", visit.me()))
    return say(visit, "passkey.refused", 403);
  int algorithm = 0;
  auto named = visit.form.get("algorithm");
  std::from_chars(named.data(), named.data() + named.size(), algorithm);
  auto credential = webauthn::read_credential(place.rp_id, algorithm, data);
  if (!credential) return say(visit, "passkey.refused", 403);
  ctx.tx().later(store::kPortalLock, visit.me());
  if (ctx.tx().all<PasskeyRecord>(store::kPortalPasskeys, visit.me()).size() >= kMostPasskeys)
    return say(visit, "passkey.too_many", 409);
  PasskeyRecord record{ctx.tenant,
                       Uuid::make(),
                       visit.me(),
                       {credential->id},
                       credential->algorithm,
                       {credential->public_key},
                       std::int64_t{credential->counter},
                       trust::agent_of(visit.request.header("user-agent")),
                       now(),
                       std::nullopt};
  trust::record(ctx, trust::AuditEntry{"portal.passkey_add", "substitute", visit.me(), visit.me()});
  try {
    ctx.tx().insert_many("portal_passkey", std::vector{record});
    ctx.commit();
  } catch (const db::SqlError& e) {
    if (!e.is_unique_violation()) throw;
    ctx.rollback();
    return say(visit, "passkey.refused", 409);
  }
  visit.set_cookie("me_ask", std::nullopt, std::chrono::seconds(0));
  return go(visit, "/passkey", "passkey");
}

}  // namespace

bool passkeys_possible(const trust::Base& base) { return place_of(base).has_value(); }

net::Response passkey_page(Visit& visit) {
  const auto& t = visit.words;
  if (!passkeys_possible(visit.ctx.base)) return say(visit, "not_found", 404);
  if (!visit.session) return go(visit, "");
  auto body = fmt::format("<p>{}</p>", t("passkey.text"));
  for (const auto& p : visit.ctx.tx().all<PasskeyRecord>(store::kPortalPasskeys, visit.me()))
    body +=
        fmt::format("<div class=\"item\"><p>{}<br>{}</p>{}{}{}</form></div>", html_escape(p.agent),
                    p.used_at ? t("passkey.used", {{"time", t.moment(*p.used_at, visit.zone())}})
                              : t("passkey.made", {{"time", t.moment(p.created_at, visit.zone())}}),
                    open_form(visit, "/passkey"), hidden("id", p.passkey_id.str()),
                    button(t("passkey.remove"), "action", "remove", true));
  body += open_form(visit, "/passkey") + button(t("passkey.add"), "action", "start") + "</form>";
  return show(visit, t.plain("passkey.title"), body, Tab::profile);
}

net::Response change_passkey(Visit& visit) {
  auto place = place_of(visit.ctx.base);
  if (!place) return say(visit, "not_found", 404);
  auto action = visit.form.get("action");
  if (!visit.session) {
    if (action == "sign_in") return start_sign_in(visit, *place);
    if (action == "assert") return finish_sign_in(visit, *place);
    return say(visit, "signed_out", 403);
  }
  if (action == "start") return start_making(visit, *place);
  if (action == "register") return finish_making(visit, *place);
  if (action == "remove") {
    auto id = visit.form.id("id");
    if (!id || visit.ctx.tx().query(store::kPortalDeletePasskey, visit.me(), *id).affected() == 0)
      return say(visit, "not_found", 404);
    trust::record(visit.ctx,
                  trust::AuditEntry{"portal.passkey_remove", "substitute", visit.me(), visit.me()});
    visit.ctx.commit();
    return go(visit, "/passkey", "removed");
  }
  return passkey_page(visit);
}

}  // namespace varde::staffing
