// What the files of this folder share: one visit to the pages, and the pieces pages are made of.
#pragma once

#include "pages/frame/frame.hpp"
#include "people/person/person.hpp"
#include "staffing/calendar/ical.hpp"
#include "staffing/portal/form.hpp"
#include "staffing/portal/store.hpp"
#include "staffing/portal/words.hpp"
#include "trust/limiter.hpp"
#include "trust/tenant/tenant.hpp"

namespace varde::staffing {

inline constexpr auto kCodeLife = std::chrono::minutes(10);
inline constexpr int kCodeTries = 5;
/// A session ends when it was not used for so long, and however it was used after so long.
inline constexpr auto kSessionIdle = std::chrono::days(30), kSessionLife = std::chrono::days(90);
/// So long an address reads somebody's bookings; then a new one is made, or none.
inline constexpr auto kFeedLife = std::chrono::days(365);

/// What all visits share.
struct Portal {
  explicit Portal(trust::Base& b) : base(b) {}
  trust::Base& base;
  // Asking and guessing: from one network, whoever is meant. Sending: to one person, counted apart
  // for SMS and mail so that neither way closes the other, and apart for a device that the person
  // signed in with before, so that nobody else can use up what is hers. One who keeps asking for
  // somebody's codes gets that person at most ten at once and twelve a day, and sixty guesses.
  trust::Limiter by_network{30, std::chrono::seconds(20)},
      by_known_browser{20, std::chrono::seconds(20)},
      by_person_network{3, std::chrono::minutes(10)}, by_person{5, std::chrono::minutes(10)},
      by_person_day{10, std::chrono::hours(2)}, by_own_device{5, std::chrono::minutes(3)},
      by_tenant{500, std::chrono::seconds(1)}, by_new_address{3, std::chrono::minutes(20)};
};

struct Visit {
  Visit(Portal& p, net::Request& r, const Uuid& tenant_id, std::string slug);

  Portal& portal;
  net::Request& request;
  trust::Ctx ctx;
  trust::TenantSettings tenant;
  pages::PageStyle style;
  Words words;
  std::string home;  ///< "/p/me/SLUG"
  std::vector<std::string> path;
  Form form;  ///< Of a POST.
  std::map<std::string, std::string> query;

  std::optional<portal_store::SessionRecord> session;
  people::Person person;  ///< Of the session.
  net::Headers headers;   ///< Cookies, for whatever answer comes.

  const Uuid& me() const { return person.id; }
  /// The zone of what is not at a workplace.
  const std::string& zone() const {
    return person.time_zone.empty() ? tenant.time_zone : person.time_zone;
  }
  std::string cookie_name(std::string_view name) const;
  std::string_view cookie(std::string_view name) const { return request.cookie(cookie_name(name)); }
  /// nullopt ends it.
  void set_cookie(std::string_view name, std::optional<std::string_view> value,
                  std::chrono::seconds life);
  /// The value that a form of this session carries.
  std::string form_token() const;
};

// ---- pieces of pages

/// Where one is, for the menu.
enum class Tab { none, home, bookings, availability, profile };
/// A page with the menu (when somebody is signed in) and the cookies of the visit.
net::Response show(Visit& visit, const std::string& title, const std::string& body, Tab tab,
                   int status = 200, std::string_view script = {});
/// A page that says one thing and leads back.
net::Response say(Visit& visit, std::string_view key, int status);
/// 303 to a page of the visit; `done` is a key below "done.", said there once.
net::Response go(Visit& visit, const std::string& path, std::string_view done = {});
/// The opening of a form that posts to a path of the visit: "/profile".
std::string open_form(const Visit& visit, const std::string& path);
std::string hidden(std::string_view name, std::string_view value);
/// A labelled input; `more` are attributes.
std::string input(std::string_view name, const std::string& label, std::string_view type,
                  const std::string& value, std::string_view more = {},
                  const std::string& help = {});
std::string button(const std::string& label, std::string_view name = {},
                   std::string_view value = {}, bool plain = false);
std::string link(const std::string& href, const std::string& label);
/// How many things of a list the visit has passed over: "skip" of its query, 0 to 10,000.
std::size_t skipped(const Visit& visit);
/// The link to those after `skip` of the list at "/path"; a mark of the page may follow.
std::string more_link(const Visit& visit, const std::string& path, std::size_t skip,
                      std::string_view mark = {});
/// "<p class=error role=alert>" with a text's key; nothing for an empty one.
std::string error_line(const Words& words, std::string_view key);

// ---- pages, by file

net::Response sign_in_page(Visit& visit, std::string_view error = {}, int status = 200);
net::Response code_page(Visit& visit, std::string_view error = {}, int status = 200);
net::Response ask_for_code(Visit& visit);
net::Response sign_in_with_code(Visit& visit);
net::Response sign_out(Visit& visit);
/// Begins a session for `person`, whoever had this browser before.
void begin_session(Visit& visit, const Uuid& person, const char* how);
/// Finds the session that the browser holds.
void find_session(Visit& visit);
/// A code to a number or address that the signed-in person says is theirs.
void send_change_code(Visit& visit, portal_store::Purpose purpose, const std::string& to);
/// Tells the number or address that was left that it was.
void tell_change(Visit& visit, portal_store::Purpose purpose, const std::string& before);
/// The code's row when what was typed is right; it is used up then, with the caller's transaction.
std::optional<portal_store::CodeRecord> use_code(Visit& visit, portal_store::Purpose purpose);
/// What a changed number or address is sealed with.
std::string code_context(const Uuid& tenant, const Uuid& code);
/// A random name for the browser's side of a code or challenge, which a cookie keeps; its hash.
db::Bytes new_ask(Visit& visit);

net::Response overview(Visit& visit);
net::Response offer_page(Visit& visit, const Uuid& shift);
net::Response answer_offer(Visit& visit, const Uuid& shift);
net::Response bookings_page(Visit& visit);
net::Response booking_page(Visit& visit, const Uuid& booking, std::string_view error = {},
                           int status = 200);
net::Response change_booking(Visit& visit, const Uuid& booking);
net::Response availability_page(Visit& visit, std::string_view error = {}, int status = 200);
net::Response change_availability(Visit& visit);
net::Response profile_page(Visit& visit, std::string_view error = {}, int status = 200);
net::Response change_profile(Visit& visit);
net::Response why_page(Visit& visit);
net::Response stored_page(Visit& visit);
net::Response stored_json(Visit& visit);
net::Response stored_zip(Visit& visit);
/// One's own picture, and the file of a document of one's own.
net::Response own_picture(Visit& visit);
net::Response own_paper(Visit& visit, const Uuid& document);
net::Response passkey_page(Visit& visit);
net::Response change_passkey(Visit& visit);
/// Whether the program is reached by a name that passkeys can belong to.
bool passkeys_possible(const trust::Base& base);

// ---- calendar

ical::Event event_of(const Words& words, const portal_store::OwnBooking& booking,
                     const std::string& url);
net::Response calendar_response(std::string_view name, const std::vector<ical::Event>& events,
                                std::string_view filename);
net::Response booking_ics(Visit& visit, const Uuid& booking);
/// A new address for a calendar to read, the token of which is kept as a hash alone.
std::string new_feed(Visit& visit);
/// The tenant in a feed's token; nullopt when the text is none.
std::optional<Uuid> feed_tenant(std::string_view token);
net::Response feed(trust::Base& base, net::Request& request, std::string_view token);

}  // namespace varde::staffing
