#include "staffing/portal/portal.hpp"

#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "staffing/portal/internal.hpp"
#include "staffing/portal/store_sql.hpp"
#include "trust/identity/identity.hpp"

namespace varde::staffing {

using namespace portal_store;

void add_portal_code_job(Portal& portal, jobs::Workers& workers);

namespace {

// Which pages there are. `id`: the second part of the path.
net::Response look(Visit& visit, const std::string& page, const std::optional<Uuid>& id, bool ics) {
  if (page == "passkey" && !id) return passkey_page(visit);
  if (!visit.session) {
    if (page.empty()) return sign_in_page(visit);
    if (page == "code") return code_page(visit);
    return go(visit, "");
  }
  if (page.empty() || page == "code") return overview(visit);
  if (page == "offers" && id) return offer_page(visit, *id);
  if (page == "bookings") {
    if (ics) return booking_ics(visit, *id);
    return id ? booking_page(visit, *id) : bookings_page(visit);
  }
  if (page == "availability" && !id) return availability_page(visit);
  if (page == "profile" && !id) return profile_page(visit);
  if (page == "why" && !id) return why_page(visit);
  if (page == "stored" && !id) return stored_page(visit);
  if (page == "picture" && !id) return own_picture(visit);
  if (page == "papers" && id) return own_paper(visit, *id);
  if (page == "stored.json" && !id) return stored_json(visit);
  if (page == "stored.zip" && !id) return stored_zip(visit);
  return say(visit, "not_found", 404);
}

net::Response change(Visit& visit, const std::string& page, const std::optional<Uuid>& id) {
  if (page == "passkey" && !id) return change_passkey(visit);
  if (!visit.session) {
    if (page == "code") return ask_for_code(visit);
    if (page == "sign-in") return sign_in_with_code(visit);
    return say(visit, "signed_out", 403);
  }
  if (page == "offers" && id) return answer_offer(visit, *id);
  if (page == "bookings" && id) return change_booking(visit, *id);
  if (page == "availability" && !id) return change_availability(visit);
  if (page == "profile" && !id) return change_profile(visit);
  if (page == "sign-out" && !id) return sign_out(visit);
  return say(visit, "not_found", 404);
}

// `sent`: what a POST brought; of a GET there is none.
net::Response serve(Portal& portal, net::Request& request, const std::string& rest,
                    const Result<web::Router::Form>* sent) {
  pages::PageStyle plain{"Varde"};
  Words english;
  auto parts = split(rest, '/');
  if (parts.size() > 1 && parts.back().empty()) parts.pop_back();
  if (request.method == "GET" && parts.size() == 2 && parts[0] == "calendar" &&
      parts[1].ends_with(".ics"))
    return feed(portal.base, request, parts[1].substr(0, parts[1].size() - 4));
  auto tenant = rest.size() < 200 && parts.size() <= 3 ? trust::find_tenant(portal.base, parts[0])
                                                       : std::nullopt;
  if (!tenant)
    return pages::message_page(plain, english.plain("not_found.title"), english.plain("not_found"),
                               404);
  Visit visit(portal, request, *tenant, std::string(parts[0]));
  if (visit.style.ended) return pages::ended_page(visit.style);
  auto accepted = accepted_language(request.header("accept-language"));
  visit.words = Words(accepted.empty() ? visit.tenant.locale : accepted);
  find_session(visit);
  auto page = parts.size() > 1 ? std::string(parts[1]) : std::string();
  auto name = parts.size() > 2 ? parts[2] : std::string_view();
  bool ics = request.method == "GET" && page == "bookings" && name.ends_with(".ics");
  if (ics) name.remove_suffix(4);
  auto id = Uuid::parse(name);
  if (parts.size() > 2 && !id) return say(visit, "not_found", 404);
  if (auto query = Form::read(std::string_view(request.query).substr(0, 2000)))
    for (const char* key : {"done", "month", "day", "before", "skip", "workplace", "cancel"})
      visit.query[key] = query->get(key);
  if (sent == nullptr) return look(visit, page, id, ics);

  if (trust::from_another_site(request)) return say(visit, "foreign", 403);
  if (!*sent && sent->error().code == ErrorCode::too_large) return say(visit, "too_long", 413);
  if (!*sent) return say(visit, "unreadable", 400);
  visit.form = Form(**sent);
  if (visit.session && (page == "sign-in" || page == "code")) return go(visit, "");
  if (visit.session && !crypto::equal(visit.form.get("token"), visit.form_token()))
    return say(visit, "stale", 403);
  return change(visit, page, id);
}

// One for each program: pages and jobs count against the same limits.
std::shared_ptr<Portal> portal_of(trust::Base& base) {
  for (const auto& portal : base.extensions.all<std::shared_ptr<Portal>>()) return portal;
  throw std::logic_error("add_portal_hooks comes first");
}

}  // namespace

void add_portal_pages(trust::Base& base, web::Router& router) {
  auto portal = portal_of(base);
  router.page("GET", "/p/me/*",
              [portal](net::Request& request, const std::vector<std::string>& captures) {
                return serve(*portal, request, captures.back(), nullptr);
              });
  router.form("/p/me/*", Form::kMostBytes, Form::kMostFields,
              [portal](net::Request& request, const std::vector<std::string>& captures,
                       const Result<web::Router::Form>& sent) {
                return serve(*portal, request, captures.back(), &sent);
              });
}

void add_portal_jobs(trust::Base& base, jobs::Workers& workers) {
  add_portal_code_job(*portal_of(base), workers);
}

void add_portal_hooks(trust::Base& base) { base.extensions.add(std::make_shared<Portal>(base)); }

}  // namespace varde::staffing
