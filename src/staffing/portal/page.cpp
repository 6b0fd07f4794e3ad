// The pieces that pages are made of.
#include <charconv>

#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "staffing/portal/internal.hpp"

namespace varde::staffing {
namespace {

// What outreach's pages do not have: a menu, tables, lists of things.
constexpr std::string_view kCss = R"css(
nav{max-width:640px;margin:8px auto 0;display:flex;flex-wrap:wrap}
nav a{color:#fff;padding:10px 5px;min-height:44px;border-radius:8px;text-decoration:none}nav a[aria-current]{background:#fff;color:#1d2129}@media(min-width:420px){nav a{padding:10px 12px}}
h2{font-size:19px;line-height:1.3;margin:32px 0 8px}a{color:inherit}
.item{border:1px solid #c4c9d4;border-radius:8px;padding:12px 16px;margin:0 0 12px}.item p{margin:0 0 8px}.item form{display:inline-block;margin:0 8px 0 0}
.act{display:inline-block;padding:10px 0;min-width:44px;min-height:44px;font-weight:600}.done{border-left:4px solid #23703c;padding:8px 12px}
input[type=time],input[type=datetime-local],select{width:100%;font:inherit;padding:10px 12px;border:1px solid #6b7280;border-radius:8px;min-height:44px;background:#fff;color:inherit}
.two{display:flex;flex-wrap:wrap;gap:0 16px}.two>*{flex:1 1 140px;min-width:0}.days{display:grid;grid-template-columns:repeat(auto-fill,minmax(128px,1fr));gap:0 16px}
table{border-collapse:collapse;width:100%;table-layout:fixed}th{font-size:14px;padding:4px 0}td{border:1px solid #c4c9d4;padding:0;vertical-align:top}
td a,td span.d{display:block;min-height:52px;padding:2px 4px;text-decoration:none;font-size:14px;line-height:1.3;overflow:hidden}td.today{outline:2px solid #1d2129;outline-offset:-2px}
td b{display:block;font-size:17px}.vh{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.out{display:flex;justify-content:space-between;flex-wrap:wrap;gap:8px}code{overflow-wrap:anywhere}dt{font-weight:600;margin:12px 0 0}dd{margin:0;overflow-wrap:anywhere}
.wide{overflow-x:auto}.wide table{table-layout:auto;font-size:14px}.wide th,.wide td{padding:4px 8px;text-align:left}
@media (prefers-color-scheme:dark){:root{color-scheme:dark}.item,td{border-color:#4b5363}input[type=time],input[type=datetime-local],select{background:#14171c;border-color:#9aa2b1}td.today{outline-color:#e8eaee}})css";

}  // namespace

Visit::Visit(Portal& p, net::Request& r, const Uuid& tenant_id, std::string slug)
    : portal(p),
      request(r),
      ctx(p.base, tenant_id, {trust::ActorKind::person, {}}),
      home("/p/me/" + std::move(slug)) {
  ctx.network = trust::network_of(r.peer);
  ctx.request_id = r.id;
  tenant = trust::tenant_settings(ctx);
  style = {tenant.name, tenant.colour, tenant.locale, tenant.ended};
}

std::string Visit::cookie_name(std::string_view name) const {
  return fmt::format("{}varde_{}", request.secure ? "__Secure-" : "", name);
}

void Visit::set_cookie(std::string_view name, std::optional<std::string_view> value,
                       std::chrono::seconds life) {
  headers.emplace_back("Set-Cookie",
                       fmt::format("{}={}; Path={}; HttpOnly; SameSite=Lax; Max-Age={}{}",
                                   cookie_name(name), value.value_or(""), home,
                                   value ? life.count() : 0, request.secure ? "; Secure" : ""));
}

std::string Visit::form_token() const {
  if (!session) return {};
  auto key = portal.base.keys.tenant_key(ctx.tenant, "portal-form");
  return base64url(crypto::keyed_hash(key, session->session_id.view()));
}

net::Response show(Visit& visit, const std::string& title, const std::string& body, Tab tab,
                   int status, std::string_view script) {
  const auto& t = visit.words;
  std::string menu;
  if (visit.session) {
    menu = fmt::format("<nav aria-label=\"{}\">", t("menu"));
    for (auto [where, path, key] :
         {std::tuple{Tab::home, "", "menu.home"},
          std::tuple{Tab::bookings, "/bookings", "menu.bookings"},
          std::tuple{Tab::availability, "/availability", "menu.availability"},
          std::tuple{Tab::profile, "/profile", "menu.profile"}})
      menu += fmt::format("<a href=\"{}{}\"{}>{}</a>", visit.home, path,
                          tab == where ? " aria-current=\"page\"" : "", t(key));
    menu += "</nav>";
  }
  std::string told;
  if (auto done = visit.query.find("done");
      done != visit.query.end() && visit.request.method == "GET")
    if (auto key = "done." + done->second; t.has(key))
      told = fmt::format("<p class=\"done\" role=\"status\">{}</p>", t(key));
  visit.style.language = t.language();
  auto response = pages::page(visit.style, title,
                              fmt::format("{}<h1>{}</h1>{}", told, html_escape(title), body),
                              {.css = kCss,
                               .header = menu,
                               .footer = html_escape(visit.tenant.name) + ". " +
                                         t(script.empty() ? "footer" : "footer.script"),
                               .script = script},
                              status);
  response.with("Referrer-Policy", "same-origin");
  for (auto& header : visit.headers) response.headers.push_back(std::move(header));
  visit.headers.clear();
  return response;
}

net::Response say(Visit& visit, std::string_view key, int status) {
  const auto& t = visit.words;
  return show(visit, t.plain(std::string(key) + ".title"),
              fmt::format("<p>{}</p><p>{}</p>", t(key), link(visit.home, t("back"))), Tab::none,
              status);
}

net::Response go(Visit& visit, const std::string& path, std::string_view done) {
  net::Response response;
  response.status = 303;
  auto hash = path.find('#');
  auto plain = path.substr(0, hash);
  auto mark = hash == std::string::npos ? std::string() : path.substr(hash);
  if (!done.empty())
    plain += fmt::format("{}done={}", plain.find('?') == std::string::npos ? "?" : "&", done);
  response.with("Location", visit.home + plain + mark);
  response.with("Cache-Control", "no-store");
  for (auto& header : visit.headers) response.headers.push_back(std::move(header));
  visit.headers.clear();
  return response;
}

std::string open_form(const Visit& visit, const std::string& path) {
  return fmt::format("<form method=\"post\" action=\"{}{}\">{}", visit.home, html_escape(path),
                     visit.session ? hidden("token", visit.form_token()) : "");
}

std::string hidden(std::string_view name, std::string_view value) {
  return fmt::format("<input type=\"hidden\" name=\"{}\" value=\"{}\">", name, html_escape(value));
}

std::string input(std::string_view name, const std::string& label, std::string_view type,
                  const std::string& value, std::string_view more, const std::string& help) {
  return fmt::format(
      "<div class=\"field\"><label class=\"q\" for=\"{0}\">{1}</label>{2}<input type=\"{3}\" "
      "id=\"{0}\" name=\"{0}\" value=\"{4}\"{5}{6}></div>",
      name, label,
      help.empty() ? "" : fmt::format("<p class=\"help\" id=\"{}-help\">{}</p>", name, help), type,
      html_escape(value), help.empty() ? "" : fmt::format(" aria-describedby=\"{}-help\"", name),
      more.empty() ? "" : " " + std::string(more));
}

std::string button(const std::string& label, std::string_view name, std::string_view value,
                   bool plain) {
  return fmt::format(
      "<button{}{}>{}</button>", plain ? " class=\"plain\"" : "",
      name.empty() ? "" : fmt::format(" name=\"{}\" value=\"{}\"", name, html_escape(value)),
      label);
}

std::string link(const std::string& href, const std::string& label) {
  return fmt::format("<a class=\"act\" href=\"{}\">{}</a>", html_escape(href), label);
}

std::size_t skipped(const Visit& visit) {
  auto found = visit.query.find("skip");
  if (found == visit.query.end()) return 0;
  const auto& text = found->second;
  std::size_t out = 0;
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), out);
  return code == std::errc() && end == text.data() + text.size() && out <= 10'000 ? out : 0;
}

std::string more_link(const Visit& visit, const std::string& path, std::size_t skip,
                      std::string_view mark) {
  return fmt::format("<p>{}</p>", link(fmt::format("{}{}?skip={}{}", visit.home, path, skip, mark),
                                       visit.words("more")));
}

std::string error_line(const Words& words, std::string_view key) {
  return key.empty() ? std::string()
                     : fmt::format("<p class=\"error\" role=\"alert\">{}</p>", words(key));
}

}  // namespace varde::staffing
