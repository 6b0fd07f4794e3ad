// Signing in and out: codes and sessions.
#include "base/random.hpp"
#include "base/text.hpp"
#include "crypto/aead.hpp"
#include "messaging/channel/channel.hpp"
#include "messaging/delivery/delivery.hpp"
#include "messaging/sms/sms.hpp"
#include "staffing/portal/internal.hpp"
#include "staffing/portal/store_sql.hpp"
#include "trust/audit.hpp"
#include "trust/identity/identity.hpp"

namespace varde::staffing {

using namespace portal_store;
using trust::Ctx;
namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr auto kDeviceLife = std::chrono::days(400);  // the most that browsers keep a cookie
constexpr std::size_t kLongestContact = 254;          // of an address (RFC 5321)

std::string sign_in_context(const Uuid& tenant, const Uuid& code) {
  return "portal:" + tenant.str() + code.str();
}

// Six digits are found out at once by whoever holds a plain hash of them; this one is keyed, and
// the key is in the keystore.
db::Bytes code_hash(Ctx& ctx, const Uuid& code_id, const std::string& code) {
  auto key = ctx.base.keys.tenant_key(ctx.tenant, "portal-code");
  return {crypto::keyed_hash(key, std::string(code_id.view()) + code, 32)};
}

std::string random_bytes(std::size_t count) {
  std::string out(count, '\0');
  fill_random({reinterpret_cast<std::uint8_t*>(out.data()), count});
  return out;
}

std::string new_code() { return fmt::format("{:06}", random_u64() % 1'000'000); }

// What a browser keeps that somebody signed in with: who, and a MAC. It opens nothing; nobody
// else's requests count against hers.
std::string device_of(trust::Base& base, const Uuid& tenant, const Uuid& person) {
  auto mac = crypto::keyed_hash(base.keys.installation_key("portal-device"),
                                std::string(tenant.view()) + std::string(person.view()), 24);
  return base64url(std::string(person.view()) + mac);
}

bool is_known_device(Visit& visit) {
  auto text = visit.cookie("me_device");
  auto raw = text.size() == 54 ? unbase64(text) : std::nullopt;
  if (!raw || raw->size() != 40) return false;
  Uuid person;
  std::copy(raw->begin(), raw->begin() + 16, person.bytes.begin());
  return crypto::equal(text, device_of(visit.ctx.base, visit.ctx.tenant, person));
}

// Who asks and guesses too often waits: a network, or by itself a browser that is known.
int take_try(Visit& visit, bool only_look = false) {
  bool known = is_known_device(visit);
  auto& limiter = known ? visit.portal.by_known_browser : visit.portal.by_network;
  auto key = known ? std::string(visit.cookie("me_device")) : visit.ctx.network;
  return only_look ? limiter.peek(key) : limiter.take(key);
}

CodeRecord new_code_record(Visit& visit, Purpose purpose) {
  CodeRecord record;
  record.tenant_id = visit.ctx.tenant;
  record.code_id = Uuid::make();
  record.ask_hash = new_ask(visit);
  record.purpose = purpose;
  record.code_hash = {random_bytes(32)};  // nothing fits it
  record.created_at = now();
  record.expires_at = record.created_at + kCodeLife;
  return record;
}

void send_mail(Ctx& ctx, const Uuid& person, const std::string& subject, const std::string& text,
               const std::optional<std::string>& to) {
  messaging::OutboxMessage mail;
  mail.person_id = person;
  if (to) mail.to = Personal(*to);
  mail.source_kind = messaging::SourceKind::system;
  mail.source_id = ctx.tenant;
  mail.subject = "{{ links.subject }}";
  mail.text = "{{ links.text }}\n";
  mail.links = {{"subject", subject}, {"text", text}};
  mail.transactional = true;
  mail.track = false;
  messaging::enqueue_message(ctx, mail);
}

void send_text(Ctx& ctx, const Uuid& person, const Uuid& about, const std::string& text,
               const std::optional<std::string>& to) {
  messaging::SmsMessage sms;
  sms.person_id = person;
  sms.text = text;
  sms.ref_id = about;
  sms.urgent = true;  // somebody waits for it
  if (to) sms.to = Personal(*to);
  messaging::send_sms(ctx, {sms});
}

// Who is meant by a number or address: a substitute, and only one. Those who share a number sign in
// by mail.
std::optional<Uuid> whom(Ctx& ctx, const std::string& contact, const std::string& zone,
                         bool& mail) {
  std::vector<Uuid> persons;
  mail = contact.find('@') != std::string::npos;
  if (mail) {
    auto address = people::normalise_email(contact);
    if (auto person = address ? people::person_by_email(ctx, *address) : std::nullopt)
      persons.push_back(*person);
  } else if (auto number = people::normalise_phone(contact, people::region_of(zone))) {
    persons = people::persons_by_phone(ctx, *number);
  }
  auto found = ctx.tx().all<Uuid>(store::kPortalSubstitutes, persons);
  return found.size() == 1 ? std::optional(found.front()) : std::nullopt;
}

// The job behind a question for a code: whoever is known gets one.
void send_code(Portal& portal, Ctx& ctx, const Uuid& id) {
  auto at = now();
  ctx.tx().later(store::kPortalDropCodes, at);
  ctx.tx().later(store::kPortalDropChallenges, at);
  ctx.tx().later(store::kPortalDropSessions, at - kSessionIdle, at - kSessionLife);
  auto record = ctx.tx().maybe<CodeRecord>(store::kPortalCode, id);
  if (!record || record->sealed.data.empty()) return;
  auto plain = crypto::open(ctx.base.keys.tenant_key(ctx.tenant, "portal"), record->sealed.data,
                            sign_in_context(ctx.tenant, id));
  ctx.tx().later(store::kPortalCodeForNobody, id);
  if (!plain) return;
  auto asked = json::parse(*plain).as_object();
  auto text_of = [&](const char* name) { return std::string(asked.at(name).as_string()); };
  auto settings = trust::tenant_settings(ctx);
  bool mail = false;
  auto person_id = whom(ctx, text_of("contact"), settings.time_zone, mail);
  if (!person_id || !ctx.tx().maybe<Uuid>(store::kPortalLock, *person_id)) return;
  auto persons = people::load(ctx, {*person_id}, false);
  if (persons.empty() || persons.front().state != people::PersonState::active) return;
  const auto& person = persons.front();
  // A number that asked not to be written to, or that takes no messages, gets nothing; its owner
  // may have an address.
  if (!mail) {
    auto held = messaging::find_suppression(ctx, people::phone_hash(ctx, person.phone.reveal()));
    if (!people::takes_sms(person.phone.reveal()) || (held && !held->of_news_alone())) {
      if (person.email.empty()) return;
      mail = true;
    }
  }
  bool own = crypto::equal(text_of("device"), device_of(ctx.base, ctx.tenant, *person_id));
  auto bucket = person_id->str() + (mail ? "m" : "s");
  if (own) {
    if (portal.by_own_device.take(bucket) > 0) return;
  } else {
    // A code that the owner waits for on a device of hers is not taken away by a stranger's.
    if (ctx.tx().maybe<Uuid>(store::kPortalOwnCodeWaits, *person_id, at, kCodeTries)) return;
    if (portal.by_person_network.take(bucket + text_of("network")) > 0) return;
    if (portal.by_person.take(bucket) > 0 || portal.by_person_day.take(bucket) > 0) return;
  }
  if (portal.by_tenant.take(ctx.tenant.str()) > 0) return;
  auto code = new_code();
  ctx.tx().later(store::kPortalOtherCodes, *person_id, Purpose::sign_in, id);
  ctx.tx().later(store::kPortalCodeReady, id, *person_id, code_hash(ctx, id, code), own);
  Words words(person.language.empty() ? settings.locale : person.language);
  auto text = words.plain("code.message", {{"code", code}, {"organisation", settings.name}});
  if (mail) {
    send_mail(ctx, *person_id,
              words.plain("code.subject", {{"code", code}, {"organisation", settings.name}}), text,
              std::nullopt);
  } else {
    send_text(ctx, *person_id, id, text, std::nullopt);
  }
}

}  // namespace

std::string code_context(const Uuid& tenant, const Uuid& code) {
  return "portal-change:" + tenant.str() + code.str();
}

db::Bytes new_ask(Visit& visit) {
  auto token = random_token(32);
  visit.set_cookie("me_ask", token, 15min);
  return {crypto::sha256(token)};
}

net::Response sign_in_page(Visit& visit, std::string_view error, int status) {
  const auto& t = visit.words;
  auto body = fmt::format(
      "<p>{}</p>{}{}{}{}</form>", t("sign_in.text", {{"organisation", visit.tenant.name}}),
      error_line(t, error), open_form(visit, "/code"),
      input("contact", t("sign_in.contact"), "text", "",
            "required maxlength=\"254\" autocomplete=\"username\" autocapitalize=\"none\" "
            "spellcheck=\"false\""),
      button(t("sign_in.send")));
  if (passkeys_possible(visit.ctx.base))
    body += fmt::format("<p></p>{}{}</form>", open_form(visit, "/passkey"),
                        button(t("passkey.sign_in"), "action", "sign_in", true));
  return show(visit, t.plain("sign_in.title"), body, Tab::none, status);
}

net::Response code_page(Visit& visit, std::string_view error, int status) {
  const auto& t = visit.words;
  if (visit.cookie("me_ask").empty() && error.empty()) return go(visit, "");
  auto body = fmt::format(
      "<p>{}</p>{}{}{}{}</form><p>{}</p><p>{}</p>", t("code.text"), error_line(t, error),
      open_form(visit, "/sign-in"),
      input("code", t("code.label"), "text", "",
            "required maxlength=\"10\" inputmode=\"numeric\" autocomplete=\"one-time-code\""),
      button(t("code.send")), t("code.nothing"), link(visit.home, t("code.again")));
  return show(visit, t.plain("code.title"), body, Tab::none, status);
}

net::Response ask_for_code(Visit& visit) {
  auto contact = visit.form.get("contact");
  if (contact.empty() || contact.size() > kLongestContact)
    return sign_in_page(visit, "sign_in.no_contact", 422);
  if (int wait = take_try(visit); wait > 0)
    return sign_in_page(visit, "sign_in.too_many", 429).with("Retry-After", std::to_string(wait));
  auto record = new_code_record(visit, Purpose::sign_in);
  auto device = visit.cookie("me_device");
  record.sealed = {
      crypto::seal(visit.ctx.base.keys.tenant_key(visit.ctx.tenant, "portal"),
                   json::serialize(json::object{{"contact", contact},
                                                {"device", std::string(device.substr(0, 100))},
                                                {"network", visit.ctx.network}}),
                   sign_in_context(visit.ctx.tenant, record.code_id))};
  visit.ctx.tx().insert_many("portal_code", std::vector{record});
  jobs::enqueue(visit.ctx.tx(),
                {.kind = "portal.code",
                 .tenant_id = visit.ctx.tenant,
                 .payload = json::serialize(json::object{{"code_id", record.code_id.str()}})});
  visit.ctx.commit();
  return go(visit, "/code");
}

std::optional<CodeRecord> use_code(Visit& visit, Purpose purpose) {
  auto ask = visit.cookie("me_ask");
  auto typed = read_code(visit.form.get("code"));
  auto& ctx = visit.ctx;
  auto record = ctx.tx().maybe<CodeRecord>(store::kPortalTryCode, db::Bytes{crypto::sha256(ask)},
                                           purpose, now(), kCodeTries);
  ctx.commit();  // the try counts, whatever follows
  if (!record) return std::nullopt;
  auto given = code_hash(ctx, record->code_id, typed.value_or("-"));
  if (!crypto::equal(given.data, record->code_hash.data) || !record->person_id) return std::nullopt;
  // Of two who send the right one at once, one finds it there.
  if (ctx.tx().query(store::kPortalUseCode, record->code_id).affected() == 0) return std::nullopt;
  return record;
}

void begin_session(Visit& visit, const Uuid& person, const char* how) {
  auto& ctx = visit.ctx;
  ctx.actor = {trust::ActorKind::person, person};
  if (auto before = visit.cookie("me"); !before.empty())
    ctx.tx().later(store::kPortalEndByToken, db::Bytes{crypto::sha256(before)});
  auto token = random_token(32);
  SessionRecord session{ctx.tenant,  Uuid::make(),
                        person,      {crypto::sha256(token)},
                        ctx.network, trust::agent_of(visit.request.header("user-agent")),
                        now(),       now()};
  ctx.tx().insert_many("portal_session", std::vector{session});
  ctx.tx().later(store::kPortalEndOldest, person);
  trust::record(ctx, trust::AuditEntry{how, "substitute", person, person});
  ctx.commit();
  for (const char* channel : {"m", "s"})
    for (auto* limiter :
         {&visit.portal.by_own_device, &visit.portal.by_person, &visit.portal.by_person_day})
      limiter->forgive(person.str() + channel);
  visit.set_cookie("me_ask", std::nullopt, 0s);
  visit.set_cookie("me", token, kSessionIdle);
  visit.set_cookie("me_device", device_of(ctx.base, ctx.tenant, person), kDeviceLife);
}

net::Response sign_in_with_code(Visit& visit) {
  if (int wait = take_try(visit, true); wait > 0)
    return code_page(visit, "sign_in.too_many", 429).with("Retry-After", std::to_string(wait));
  auto record = use_code(visit, Purpose::sign_in);
  if (!record) {
    take_try(visit);
    return code_page(visit, "code.wrong", 422);
  }
  begin_session(visit, *record->person_id, "portal.sign_in");
  return go(visit, "");
}

net::Response sign_out(Visit& visit) {
  visit.ctx.tx().later(store::kPortalEndSession, visit.me(), visit.session->session_id);
  trust::record(visit.ctx,
                trust::AuditEntry{"portal.sign_out", "substitute", visit.me(), visit.me()});
  visit.ctx.commit();
  visit.set_cookie("me", std::nullopt, 0s);
  visit.session.reset();
  return go(visit, "", "signed_out");
}

void find_session(Visit& visit) {
  auto token = visit.cookie("me");
  if (token.size() < 20 || token.size() > 100) return;
  auto& ctx = visit.ctx;
  auto session =
      ctx.tx().maybe<SessionRecord>(store::kPortalSession, db::Bytes{crypto::sha256(token)},
                                    now() - kSessionIdle, now() - kSessionLife);
  if (!session) return;
  auto persons = people::load(ctx, {session->person_id});
  if (persons.empty() || persons.front().state != people::PersonState::active) return;
  visit.person = std::move(persons.front());
  ctx.actor = {trust::ActorKind::person, visit.person.id};
  ctx.session = session->session_id;
  if (!visit.person.language.empty()) visit.words = Words(visit.person.language);
  // Once an hour is enough to know whether 30 days have gone by.
  if (now() - session->last_seen_at > 1h) {
    ctx.tx().later(store::kPortalSeen, session->session_id, now());
    ctx.commit();
    visit.set_cookie("me", std::string(token), kSessionIdle);
  }
  visit.session = std::move(session);
}

void send_change_code(Visit& visit, Purpose purpose, const std::string& to) {
  auto& ctx = visit.ctx;
  auto key = ctx.base.keys.key(ctx.tenant, visit.me());
  if (!key) throw db::Unavailable("the person is being erased");
  auto record = new_code_record(visit, purpose);
  record.person_id = visit.me();
  record.sealed = {crypto::seal(*key, to, code_context(ctx.tenant, record.code_id))};
  auto code = new_code();
  record.code_hash = code_hash(ctx, record.code_id, code);
  ctx.tx().later(store::kPortalOtherCodes, visit.me(), purpose, record.code_id);
  ctx.tx().insert_many("portal_code", std::vector{record});
  const auto& t = visit.words;
  auto text = t.plain("change.message", {{"code", code}, {"organisation", visit.tenant.name}});
  if (purpose == Purpose::email) {
    send_mail(ctx, visit.me(),
              t.plain("change.subject", {{"code", code}, {"organisation", visit.tenant.name}}),
              text, to);
  } else {
    send_text(ctx, visit.me(), record.code_id, text, to);
  }
  ctx.commit();
}

void tell_change(Visit& visit, Purpose purpose, const std::string& before) {
  const auto& t = visit.words;
  auto text = t.plain("change.notice", {{"organisation", visit.tenant.name}});
  if (purpose == Purpose::email) {
    send_mail(visit.ctx, visit.me(),
              t.plain("change.notice_subject", {{"organisation", visit.tenant.name}}), text,
              before);
  } else {
    send_text(visit.ctx, visit.me(), visit.ctx.tenant, text, before);
  }
}

void add_portal_code_job(Portal& portal, jobs::Workers& workers) {
  workers.handle("portal.code", [&portal](const jobs::Job& job) -> Result<jobs::Outcome> {
    Ctx ctx(portal.base, *job.tenant_id, {});
    auto payload = json::parse(job.payload.text);
    auto id = Uuid::parse(std::string_view(payload.at("code_id").as_string()));
    if (id) send_code(portal, ctx, *id);
    ctx.commit();
    return jobs::Outcome::done();
  });
}

}  // namespace varde::staffing
