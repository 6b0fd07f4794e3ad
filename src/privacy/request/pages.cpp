// The public page: to ask, to confirm by a code, to see how far it is, and to fetch what was
// gathered. No script, no cookie. Against robots: a field that people do not see, a signed time of
// rendering (neither too fresh nor too old, good for one request), and limits; no third party.
#include <charconv>

#include "base/canonical.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "pages/frame/frame.hpp"
#include "privacy/request/internal.hpp"
#include "privacy/request/store_sql.hpp"
#include "trust/audit.hpp"
#include "trust/identity/identity.hpp"

namespace varde::privacy {

using namespace store;
using trust::Ctx;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kMostBytes = 64 * 1024;
constexpr auto kFreshest = 2s;  // nobody fills it in faster
constexpr auto kOldest = 24h;
constexpr std::size_t kMostWords = 4000, kMostName = 200, kMostContact = 254;

constexpr RequestKind kKinds[] = {RequestKind::access,      RequestKind::rectification,
                                  RequestKind::restriction, RequestKind::erasure,
                                  RequestKind::portability, RequestKind::objection};

using Posted = std::vector<std::pair<std::string, std::string>>;
std::string first(const Posted& posted, std::string_view key) {
  for (const auto& [name, value] : posted)
    if (name == key) return std::string(trim(value));
  return {};
}

struct Visit {
  Visit(Desk& d, net::Request& r, const Uuid& tenant_id, std::string slug)
      : desk(d),
        request(r),
        ctx(d.base, tenant_id, {trust::ActorKind::person, {}}),
        home("/p/requests/" + std::move(slug)),
        words("requests", "en") {
    ctx.network = trust::network_of(r.peer);
    ctx.request_id = r.id;
    tenant = trust::tenant_settings(ctx);
    style = pages::page_style(ctx);
    auto accepted = web::accepted_language("requests", r.header("accept-language"));
    speak(accepted.empty() ? tenant.locale : accepted);
  }
  void speak(const std::string& language) {
    words = request_words(language);
    style.language = words.language();
  }

  Desk& desk;
  net::Request& request;
  Ctx ctx;
  std::string home;
  trust::TenantSettings tenant;
  pages::PageStyle style;
  web::Words words;
  Posted posted;
};

net::Response show(Visit& visit, const std::string& title, const std::string& body,
                   int status = 200) {
  auto response = pages::page(
      visit.style, title, fmt::format("<h1>{}</h1>{}", html_escape(title), body),
      {.css = "@media "
              "(prefers-color-scheme:dark){:root{color-scheme:dark}}dl{display:grid;grid-template-"
              "columns:auto 1fr;gap:4px 16px}dt{font-weight:600}"
              "dd{margin:0}form{margin:0 0 24px}.choice{align-items:flex-start;padding:6px 0}",
       .footer = html_escape(visit.tenant.name) + ". " + visit.words("footer")},
      status);
  response.with("Referrer-Policy", "same-origin");
  return response;
}

net::Response say(Visit& visit, std::string_view key, int status) {
  return show(visit, visit.words.plain(std::string(key) + ".title"),
              fmt::format("<p>{}</p>", visit.words(key)), status);
}

net::Response too_many(Visit& visit, int wait) {
  return say(visit, "too_many", 429).with("Retry-After", std::to_string(wait));
}

net::Response go(const std::string& path) {
  net::Response response;
  response.status = 303;
  response.with("Location", path).with("Cache-Control", "no-store");
  return response;
}

// After the contract the organisation still answers for the data that is here, until it is removed.
std::string until_line(Visit& visit) {
  auto until = visit.tenant.ended ? data_until(visit.ctx) : std::nullopt;
  if (!until) return {};
  auto day = Date(std::chrono::floor<std::chrono::days>(to_local(*until, visit.tenant.time_zone)));
  const auto& t = visit.words;
  return fmt::format("<p>{}</p>",
                     t("until", {{"organisation", visit.tenant.name}, {"day", t.day(day)}}));
}

std::string error_line(const Visit& visit, std::string_view key) {
  return key.empty() ? std::string()
                     : fmt::format("<p class=\"error\" role=\"alert\">{}</p>", visit.words(key));
}

// ---- asking

std::string stamp(Visit& visit, Timestamp at, std::string_view nonce) {
  auto text = fmt::format(
      "{}.{}", std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count(),
      nonce);
  auto key = visit.desk.base.keys.installation_key("request-stamp");
  return text + "." + base64url(crypto::keyed_hash(key, visit.ctx.tenant.str() + text, 16));
}

struct Stamped {
  std::string error;  ///< A word's key; empty: it holds.
  Uuid request;       ///< The id that a request with this stamp has: sent twice, it is one.
};

Stamped read_stamp(Visit& visit, const std::string& given) {
  auto parts = split(given, '.');
  std::int64_t ms = 0;
  if (parts.size() != 3 || parts[0].size() > 15 ||
      std::from_chars(parts[0].data(), parts[0].data() + parts[0].size(), ms).ec != std::errc())
    return {"stamp.incomplete", {}};
  auto at = Timestamp(std::chrono::milliseconds(ms));
  if (!crypto::equal(stamp(visit, at, parts[1]), given)) return {"stamp.incomplete", {}};
  if (now() - at < kFreshest) return {"stamp.fast", {}};
  if (now() - at > kOldest) return {"stamp.old", {}};
  auto id = Uuid::floor_of(at);
  auto hash = crypto::keyed_hash(visit.desk.base.keys.installation_key("request-id"),
                                 visit.ctx.tenant.str() + std::string(parts[1]), 16);
  std::copy(hash.begin() + 6, hash.end(), id.bytes.begin() + 6);
  id.bytes[6] = static_cast<std::uint8_t>(0x70 | (id.bytes[6] & 0x0f));
  id.bytes[8] = static_cast<std::uint8_t>(0x80 | (id.bytes[8] & 0x3f));
  return {"", id};
}

net::Response ask_page(Visit& visit, const std::map<std::string, std::string>& errors = {}) {
  const auto& t = visit.words;
  auto error_of = [&](const char* field) {
    auto found = errors.find(field);
    return found == errors.end()
               ? std::string()
               : fmt::format("<p class=\"error\" id=\"{}_e\">{}</p>", field, t(found->second));
  };
  auto described = [&](const char* field, bool help) {
    std::string ids;
    if (help) ids += fmt::format("{}_h", field);
    if (errors.contains(field)) ids += fmt::format("{}{}_e", ids.empty() ? "" : " ", field);
    auto out = ids.empty() ? std::string() : fmt::format(" aria-describedby=\"{}\"", ids);
    return errors.contains(field) ? out + " aria-invalid=\"true\"" : out;
  };
  auto body = fmt::format("<p>{}</p>{}", t("ask.text", {{"organisation", visit.tenant.name}}),
                          until_line(visit));
  if (!errors.empty())
    body += error_line(visit, errors.contains("") ? errors.at("") : std::string("ask.errors"));
  body += fmt::format("<form method=\"post\" action=\"{}\" accept-charset=\"utf-8\">",
                      html_escape(visit.home));
  body += fmt::format("<fieldset{}><legend>{}</legend>{}", described("kind", false), t("ask.kind"),
                      error_of("kind"));
  auto chosen = first(visit.posted, "kind");
  for (auto kind : kKinds) {
    auto word = web::enum_word(kind);
    body += fmt::format(
        "<label class=\"choice\"><input type=\"radio\" name=\"kind\" value=\"{0}\" required{1}>"
        "<span><b>{2}</b><br>{3}</span></label>",
        word, chosen == word ? " checked" : "", t("kind." + word), t("kind." + word + ".text"));
  }
  body += "</fieldset>";
  auto input = [&](const char* name, const char* more) {
    body += fmt::format(
        "<div class=\"field{5}\"><label class=\"q\" for=\"{0}\">{1}</label><p class=\"help\" "
        "id=\"{0}_h\">{2}</p>{3}<input type=\"text\" id=\"{0}\" name=\"{0}\" value=\"{4}\" "
        "required{6} {7}></div>",
        name, t(std::string("ask.") + name), t(std::string("ask.") + name + ".help"),
        error_of(name), html_escape(first(visit.posted, name)), errors.contains(name) ? " bad" : "",
        described(name, true), more);
  };
  input("name", "maxlength=\"200\" autocomplete=\"name\"");
  input("contact",
        "maxlength=\"254\" autocomplete=\"email\" autocapitalize=\"none\" spellcheck=\"false\"");
  body += fmt::format(
      "<div class=\"field{3}\"><label class=\"q\" for=\"words\">{0}</label><p class=\"help\" "
      "id=\"words_h\">{1}</p>{4}<textarea id=\"words\" name=\"words\" maxlength=\"4000\"{5}>{2}"
      "</textarea></div>",
      t("ask.words"), t("ask.words.help"), html_escape(first(visit.posted, "words")),
      errors.contains("words") ? " bad" : "", error_of("words"), described("words", true));
  body += fmt::format(
      "<div class=\"hp\" aria-hidden=\"true\"><label>{}<input name=\"website\" tabindex=\"-1\" "
      "autocomplete=\"off\"></label></div><input type=\"hidden\" name=\"stamp\" "
      "value=\"{}\"><button>{}</button></form><p>{}</p>",
      t("ask.trap"), stamp(visit, now(), random_token(12)), t("ask.send"),
      t("ask.otherwise", {{"organisation", visit.tenant.name}}));
  return show(visit, t.plain("ask.title"), body, errors.empty() ? 200 : 422);
}

net::Response ask(Visit& visit) {
  NewRequest request;
  std::map<std::string, std::string> errors;
  auto kind = web::enum_from_word<RequestKind>(first(visit.posted, "kind"));
  if (!kind) errors["kind"] = "wrong.kind";
  auto text = [&](const char* field, std::size_t most, bool required) {
    auto canonical = canonical_prose(first(visit.posted, field));
    auto value = canonical.value_or("");
    if (!canonical || utf8_length(value) > most)
      errors[field] = "wrong.long";
    else if (required && value.empty())
      errors[field] = "wrong.missing";
    return value;
  };
  request.asked.name = Personal(text("name", kMostName, true));
  request.asked.words = Personal(text("words", kMostWords, false));
  auto contact = text("contact", kMostContact, true);
  if (!errors.contains("contact")) {
    auto normal = contact.find('@') != std::string::npos
                      ? people::normalise_email(contact)
                      : people::normalise_phone(contact, people::region_of(visit.tenant.time_zone));
    if (normal)
      request.asked.contact = Personal(*normal);
    else
      errors["contact"] = "wrong.contact";
  }
  auto stamped = read_stamp(visit, first(visit.posted, "stamp"));
  if (errors.empty() && !stamped.error.empty()) errors[""] = stamped.error;
  if (!errors.empty()) return ask_page(visit, errors);
  // A robot that fills in every field is answered like everybody else, and nothing is stored.
  auto& base = visit.desk.base;
  auto next = visit.home + "/" + link_token(base, visit.ctx.tenant, stamped.request);
  if (!first(visit.posted, "website").empty()) return go(next);
  if (int wait = visit.desk.by_network.take(visit.ctx.network); wait > 0)
    return too_many(visit, wait);
  if (int wait = visit.desk.by_tenant.take(visit.ctx.tenant.str()); wait > 0)
    return too_many(visit, wait);
  request.id = stamped.request;
  request.kind = *kind;
  request.language = visit.words.language();
  if (receive(visit.ctx, request)) {
    ask_code(visit.ctx, request.id);
    visit.ctx.commit();
  }
  return go(next);
}

// ---- a case

std::string code_form(Visit& visit, const std::string& path, const char* action,
                      const std::string& label) {
  const auto& t = visit.words;
  return fmt::format(
      "<form method=\"post\" action=\"{0}\"><div class=\"field\"><label class=\"q\" "
      "for=\"code\">{1}</label><input type=\"text\" id=\"code\" name=\"code\" required "
      "maxlength=\"10\" inputmode=\"numeric\" autocomplete=\"one-time-code\"></div><button "
      "name=\"action\" value=\"{2}\">{3}</button></form><form method=\"post\" "
      "action=\"{0}\"><button class=\"plain\" name=\"action\" value=\"again\">{4}</button></form>",
      html_escape(path), t("code.label"), action, label, t("code.again"));
}

net::Response unconfirmed_page(Visit& visit, const std::string& path, std::string_view error = {},
                               int status = 200) {
  const auto& t = visit.words;
  auto body =
      fmt::format("<p>{}</p>{}{}{}<p>{}</p>", t("code.text"), until_line(visit),
                  error_line(visit, error), code_form(visit, path, "confirm", t("code.send")),
                  t("code.nothing", {{"organisation", visit.tenant.name}}));
  return show(visit, t.plain("code.title"), body, status);
}

bool can_fetch(const RequestRecord& record) {
  return record.package_state == PackageState::ready && record.package_sent_at &&
         record.package_until && *record.package_until > now() && record.person_id;
}

net::Response case_page(Visit& visit, const std::string& path, const RequestRecord& record,
                        std::string_view error = {}, int status = 200) {
  const auto& t = visit.words;
  auto day = [&](const std::optional<Timestamp>& at) {
    return at ? html_escape(t.day(Date(
                    std::chrono::floor<std::chrono::days>(to_local(*at, visit.tenant.time_zone)))))
              : std::string();
  };
  auto fact = [&](const char* key, const std::string& value) {
    return value.empty() ? std::string() : fmt::format("<dt>{}</dt><dd>{}</dd>", t(key), value);
  };
  bool open = record.state == RequestState::confirmed || record.state == RequestState::working;
  auto body = fmt::format(
      "<p>{}</p>{}<dl>{}{}{}{}{}</dl>", t("case.text", {{"organisation", visit.tenant.name}}),
      until_line(visit),
      fact("case.number",
           record.number ? case_number(*record.number, record.confirmed_at.value_or(now())) : ""),
      fact("case.kind", t("kind." + web::enum_word(record.kind))),
      fact("case.state", t("state." + web::enum_word(record.state))),
      fact("case.received", day(record.received_at)),
      open ? fact("case.due", day(record.due_at)) : fact("case.ended", day(record.ended_at)));
  if (can_fetch(record))
    body += fmt::format("<h2>{}</h2><p>{}</p>{}{}", t("fetch.title"), t("fetch.text"),
                        error_line(visit, error), code_form(visit, path, "fetch", t("fetch.send")));
  return show(visit, t.plain("case.title"), body, status);
}

net::Response fetch(Visit& visit, const std::string& path, const RequestRecord& record,
                    std::string_view code) {
  auto& ctx = visit.ctx;
  if (!can_fetch(record) || !use_code(ctx, record.request_id, code)) {
    visit.desk.tries_by_network.take(ctx.network);
    return case_page(visit, path, record, "code.wrong", 422);
  }
  ctx.actor = {trust::ActorKind::person, *record.person_id};
  ctx.tx().later(kRequestPackageFetched, record.request_id, now());
  add_event(ctx, record.request_id, EventKind::fetched);
  note_in_trail(ctx, "request.fetch", record);
  ctx.commit();
  return package_answer(ctx, record);
}

net::Response one_case(Visit& visit, const std::string& token) {
  auto& ctx = visit.ctx;
  auto path = visit.home + "/" + token;
  auto id = read_link(visit.desk.base, ctx.tenant, token);
  if (!id) return say(visit, "not_found", 404);
  auto record = ctx.tx().maybe<RequestRecord>(kRequestOne, *id);
  bool posting = visit.request.method == "POST";
  bool confirmed = record && record->state != RequestState::unconfirmed;
  if (confirmed && !posting) return case_page(visit, path, *record);
  // What a robot sent, what was swept and what nobody confirmed yet look the same.
  if (!posting) return unconfirmed_page(visit, path);
  if (int wait = visit.desk.tries_by_network.peek(ctx.network); wait > 0)
    return too_many(visit, wait);
  auto action = first(visit.posted, "action");
  auto code = first(visit.posted, "code");
  if (action == "again") {
    if (int wait = visit.desk.by_network.take(ctx.network); wait > 0) return too_many(visit, wait);
    ask_code(ctx, *id);
    ctx.commit();
    return go(path);
  }
  if (confirmed) return action == "fetch" ? fetch(visit, path, *record, code) : go(path);
  if (!use_code(ctx, *id, code)) {
    visit.desk.tries_by_network.take(ctx.network);
    return unconfirmed_page(visit, path, "code.wrong", 422);
  }
  for (int attempt = 0;; ++attempt) {
    try {
      confirm(ctx, *id, "");
      ctx.commit();
      return go(path);
    } catch (const db::SqlError& e) {  // two cases of one number
      ctx.rollback();
      if (!e.is_unique_violation() || attempt >= 5) throw;
    }
  }
}

// `sent`: what a POST brought; of a GET there is none.
net::Response serve(Desk& desk, net::Request& request, const std::string& rest,
                    const Result<web::Router::Form>* sent) {
  auto parts = split(rest, '/');
  auto tenant = rest.size() < 200 && !parts.empty() && parts.size() <= 2
                    ? trust::find_tenant(desk.base, parts[0])
                    : std::nullopt;
  if (!tenant) {
    auto t = request_words("en");
    return pages::message_page({"Varde"}, t.plain("not_found.title"), t.plain("not_found"), 404);
  }
  Visit visit(desk, request, *tenant, std::string(parts[0]));
  if (sent != nullptr) {
    if (trust::from_another_site(request)) return say(visit, "foreign", 403);
    if (!*sent && sent->error().code == ErrorCode::too_large) return say(visit, "too_long", 413);
    if (!*sent) return say(visit, "unreadable", 400);
    visit.posted = **sent;
  }
  if (parts.size() == 2) return one_case(visit, std::string(parts[1]));
  return request.method == "POST" ? ask(visit) : ask_page(visit);
}

}  // namespace

void add_request_pages(trust::Base& base, web::Router& router) {
  router.page("GET", "/p/requests/*",
              [&base](net::Request& request, const std::vector<std::string>& captures) {
                return serve(desk_of(base), request, captures.back(), nullptr);
              });
  router.form("/p/requests/*", kMostBytes, 20,
              [&base](net::Request& request, const std::vector<std::string>& captures,
                      const Result<web::Router::Form>& sent) {
                return serve(desk_of(base), request, captures.back(), &sent);
              });
}

}  // namespace varde::privacy
