// What is stored about oneself (GDPR Art. 15 and 20): to read, in plain words, and to take along.
#include "base/text.hpp"
#include "people/person/standing.hpp"
#include "staffing/paper/paper.hpp"
#include "staffing/portal/internal.hpp"
#include "trust/audit.hpp"
#include "web/api.hpp"
#include "web/reflect.hpp"

namespace varde::staffing {

using namespace portal_store;
namespace json = boost::json;

namespace {

constexpr int kTimelinePage = 1000;
constexpr std::size_t kMostTimeline = 20'000;

struct Stored {
  OwnSubstitute self;
  std::vector<NamedId> pools, unwanted;
  std::vector<OwnSkill> skills;
  std::vector<OwnStatement> statements;
  std::vector<OwnOffer> offers;
  std::vector<OwnBooking> bookings;
  std::vector<SessionRecord> sessions;
  std::vector<PasskeyRecord> passkeys;
  std::vector<Paper> papers;
  std::optional<std::string> picture;
  std::optional<Timestamp> feed;
  people::PersonRow row;
  std::map<std::string, json::value> attributes;  // by label
  std::map<std::string, std::string> lists;       // and how one stands on it
  std::map<std::string, bool> consents;
};

Stored collect(Visit& visit) {
  Stored out;
  auto& tx = visit.ctx.tx();
  const auto& me = visit.me();
  auto self = tx.later(kSubstituteRow, me);
  auto pools = tx.later(kOwnPools, me);
  auto unwanted = tx.later(kUnwanted, me);
  auto skills = tx.later(kOwnSkills, me);
  auto statements = tx.later(kAllStatements, me);
  auto offers = tx.later(kAllOffers, me);
  auto bookings = tx.later(kAllBookings, me);
  auto sessions = tx.later(kSessions, me, now() - kSessionIdle);
  auto passkeys = tx.later(kPasskeys, me);
  out.feed = tx.maybe<Timestamp>(kFeedOf, me);
  out.self = self.rows().maybe<OwnSubstitute>().value_or(OwnSubstitute{});
  out.pools = pools.rows().all<NamedId>();
  out.unwanted = unwanted.rows().all<NamedId>();
  out.skills = skills.rows().all<OwnSkill>();
  out.statements = statements.rows().all<OwnStatement>();
  out.offers = offers.rows().all<OwnOffer>();
  out.bookings = bookings.rows().all<OwnBooking>();
  out.sessions = sessions.rows().all<SessionRecord>();
  out.passkeys = passkeys.rows().all<PasskeyRecord>();
  out.papers = papers_of(visit.ctx, me);
  out.picture = picture_of(visit.ctx, me);
  if (auto rows = people::rows(visit.ctx, {me}); !rows.empty()) out.row = std::move(rows.front());
  for (const auto& attribute : people::attributes(visit.ctx))
    if (auto value = visit.person.attributes.find(attribute.id);
        value != visit.person.attributes.end())
      out.attributes[attribute.label.empty() ? attribute.key : attribute.label] = value->second;
  auto standing = people::standing(visit.ctx, me);
  auto names = people::list_names(visit.ctx);
  for (const auto& [list, state] : standing.lists)
    if (auto name = names.find(list); name != names.end())
      out.lists[name->second] = web::enum_word(state);
  for (const auto& purpose : people::purposes(visit.ctx))
    if (auto held = standing.consents.find(purpose.id); held != standing.consents.end())
      out.consents[purpose.label] = held->second;
  return out;
}

std::string text_of(const json::value& value) {
  return value.is_string() ? std::string(value.as_string()) : json::serialize(value);
}

json::object json_of(const OwnStatement& s) {
  json::array weekdays;
  for (int i = 0; i < 7; ++i)
    if ((s.weekdays >> i) & 1) weekdays.push_back(i + 1);
  return {{"kind", web::enum_word(s.kind)},        {"from_date", to_string(s.from_date)},
          {"until_date", to_string(s.until_date)}, {"weekdays", std::move(weekdays)},
          {"from", Words::clock(s.from_minute)},   {"until", Words::clock(s.until_minute)},
          {"said_at", to_rfc3339(s.stated_at)}};
}

json::value time_of(const std::optional<Timestamp>& at) {
  return at ? json::value(to_rfc3339(*at)) : json::value(nullptr);
}

json::object json_of(const OwnOffer& o) {
  return {{"workplace", o.workplace},
          {"starts_at", to_rfc3339(o.starts_at)},
          {"ends_at", to_rfc3339(o.ends_at)},
          {"asked_at", to_rfc3339(o.asked_at)},
          {"state", web::enum_word(o.state)}};
}

json::object json_of(const OwnBooking& b) {
  return {{"workplace", b.workplace},
          {"starts_at", to_rfc3339(b.starts_at)},
          {"ends_at", to_rfc3339(b.ends_at)},
          {"break_minutes", b.break_minutes},
          {"state", web::enum_word(b.state)},
          {"booked_at", to_rfc3339(b.booked_at)},
          {"cancelled_at", time_of(b.cancelled_at)},
          {"worked_from", time_of(b.worked_from)},
          {"worked_until", time_of(b.worked_until)},
          {"confirmed_by_me_at", time_of(b.person_confirmed_at)},
          {"confirmed_by_office_at", time_of(b.office_confirmed_at)}};
}

json::object json_of(const Paper& p) {
  auto day_of = [](const std::optional<Date>& day) {
    return day ? json::value(to_string(*day)) : json::value(nullptr);
  };
  return {{"kind", p.kind},
          {"valid_from", day_of(p.valid_from)},
          {"valid_until", day_of(p.valid_until)},
          {"seen_by_office_at", time_of(p.seen_at)},
          {"file", p.media_type}};
}

template <class T>
json::array array_of(const std::vector<T>& all) {
  json::array out;
  for (const auto& one : all) out.push_back(json_of(one));
  return out;
}

json::array names_of(const std::vector<NamedId>& all) {
  json::array out;
  for (const auto& one : all) out.emplace_back(one.name);
  return out;
}

json::array timeline_of(Visit& visit) {
  json::array out;
  for (auto before = Uuid::largest(); out.size() < kMostTimeline;) {
    auto page = people::timeline(visit.ctx, visit.me(), before, kTimelinePage);
    for (const auto& item : page.items) {
      json::object entry{{"at", to_rfc3339(item.at)}, {"kind", item.kind}, {"what", item.title}};
      if (item.detail) entry["detail"] = *item.detail;
      out.push_back(std::move(entry));
    }
    if (!page.next || page.items.empty()) break;
    before = page.items.back().id;
  }
  return out;
}

}  // namespace

net::Response stored_page(Visit& visit) {
  const auto& t = visit.words;
  auto all = collect(visit);
  std::string body =
      fmt::format("<p>{}</p>", t("stored.text", {{"organisation", visit.tenant.name}}));
  auto begin = [&](const char* key) {
    body += fmt::format("<h2>{}</h2><p>{}</p><dl>", t(key), t(std::string(key) + ".why"));
  };
  auto fact = [&](const std::string& label, const std::string& value) {
    if (!value.empty()) body += fmt::format("<dt>{}</dt><dd>{}</dd>", label, html_escape(value));
  };
  auto count = [&](const char* key, std::size_t number) { fact(t(key), std::to_string(number)); };
  auto joined = [](const auto& list, auto&& text) {
    std::string out;
    for (const auto& one : list) out += (out.empty() ? "" : ", ") + text(one);
    return out;
  };
  begin("stored.identity");
  fact(t("profile.first_name"), visit.person.first_name.reveal());
  fact(t("profile.last_name"), visit.person.last_name.reveal());
  fact(t("profile.phone"), visit.person.phone.reveal());
  fact(t("profile.email"), visit.person.email.reveal());
  fact(t("profile.language"), visit.person.language);
  for (const auto& [label, value] : all.attributes) fact(html_escape(label), text_of(value));
  fact(t("stored.tags"), joined(all.row.tags, [](const auto& tag) { return tag; }));
  fact(t("stored.since"), t.moment(visit.person.created_at, visit.zone()));
  body += "</dl>";
  begin("stored.work");
  fact(t("stored.pools"), joined(all.pools, [](const auto& p) { return p.name; }));
  fact(t("stored.skills"), joined(all.skills, [](const auto& s) {
         return s.expires_on ? fmt::format("{} ({})", s.name, to_string(*s.expires_on)) : s.name;
       }));
  fact(t("stored.percent"), fmt::format("{:g} %", all.self.percent));
  if (all.self.latitude && all.self.longitude)
    fact(t("profile.place"),
         fmt::format("{:.2f}, {:.2f}", *all.self.latitude, *all.self.longitude));
  fact(t("profile.workplaces"), joined(all.unwanted, [](const auto& w) { return w.name; }));
  body += "</dl>";
  if (all.picture || !all.papers.empty()) {
    begin("stored.papers");
    if (all.picture)
      body += fmt::format("<dt>{}</dt><dd>{}</dd>", t("stored.picture"),
                          link(visit.home + "/picture", t("stored.look")));
    for (const auto& p : all.papers) {
      auto until =
          p.valid_until ? to_string(*p.valid_until) : t.plain("availability.further_notice");
      body += fmt::format(
          "<dt>{}</dt><dd>{}</dd>", html_escape(p.kind),
          t(p.seen_at ? "stored.paper_seen" : "stored.paper_not_seen", {{"until", until}}));
      if (!p.media_type.empty())
        body += fmt::format("<dd>{}</dd>",
                            link(visit.home + "/papers/" + p.id.str(), t("stored.look")));
    }
    body += "</dl>";
  }
  begin("stored.shifts");
  count("stored.offers", all.offers.size());
  count("stored.bookings", all.bookings.size());
  count("stored.statements", all.statements.size());
  if (all.self.last_asked_at)
    fact(t("stored.last_asked"), t.moment(*all.self.last_asked_at, visit.zone()));
  body += "</dl>";
  if (!all.lists.empty() || !all.consents.empty()) {
    begin("stored.consents");
    fact(t("stored.lists"), joined(all.lists, [](const auto& l) { return l.first; }));
    for (const auto& [label, given] : all.consents)
      fact(html_escape(label), t.plain(given ? "stored.given" : "stored.withdrawn"));
    body += "</dl>";
  }
  begin("stored.access");
  count("devices.title", all.sessions.size());
  count("passkey.title", all.passkeys.size());
  fact(t("calendar.title"), all.feed ? t.moment(*all.feed, visit.zone()) : t.plain("profile.none"));
  body += "</dl>";
  body +=
      fmt::format("<h2>{}</h2><p>{}</p><p>{}</p>", t("stored.download"), t("stored.download_text"),
                  link(visit.home + "/stored.json", t("stored.download_link")));
  return show(visit, t.plain("stored.title"), body, Tab::profile);
}

net::Response stored_json(Visit& visit) {
  auto all = collect(visit);
  json::object attributes, lists, consents;
  for (const auto& [label, value] : all.attributes) attributes[label] = value;
  for (const auto& [name, state] : all.lists) lists[name] = state;
  for (const auto& [label, given] : all.consents) consents[label] = given ? "given" : "withdrawn";
  json::array skills, sessions, passkeys;
  for (const auto& s : all.skills)
    skills.push_back({{"name", s.name},
                      {"level", s.level},
                      {"expires_on", s.expires_on ? json::value(to_string(*s.expires_on))
                                                  : json::value(nullptr)}});
  for (const auto& s : all.sessions)
    sessions.push_back({{"device", s.agent},
                        {"network", s.network},
                        {"created_at", to_rfc3339(s.created_at)},
                        {"last_seen_at", to_rfc3339(s.last_seen_at)}});
  for (const auto& p : all.passkeys)
    passkeys.push_back({{"device", p.agent},
                        {"created_at", to_rfc3339(p.created_at)},
                        {"used_at", time_of(p.used_at)}});
  json::object out{
      {"organisation", visit.tenant.name},
      {"at", to_rfc3339(now())},
      {"person",
       {{"id", visit.me().str()},
        {"first_name", visit.person.first_name.reveal()},
        {"last_name", visit.person.last_name.reveal()},
        {"phone", visit.person.phone.reveal()},
        {"email", visit.person.email.reveal()},
        {"language", visit.person.language},
        {"time_zone", visit.person.time_zone},
        {"created_at", to_rfc3339(visit.person.created_at)},
        {"tags", json::value_from(all.row.tags)},
        {"attributes", std::move(attributes)}}},
      {"lists", std::move(lists)},
      {"consents", std::move(consents)},
      {"substitute",
       {{"since", to_rfc3339(all.self.created_at)},
        {"percent", all.self.percent},
        {"latitude", all.self.latitude ? json::value(*all.self.latitude) : json::value(nullptr)},
        {"longitude", all.self.longitude ? json::value(*all.self.longitude) : json::value(nullptr)},
        {"last_asked_at", time_of(all.self.last_asked_at)},
        {"pools", names_of(all.pools)},
        {"skills", std::move(skills)},
        {"unwanted_workplaces", names_of(all.unwanted)}}},
      {"picture_jpeg_base64",
       all.picture ? json::value(base64(*all.picture)) : json::value(nullptr)},
      {"documents", array_of(all.papers)},
      {"availability", array_of(all.statements)},
      {"offers", array_of(all.offers)},
      {"bookings", array_of(all.bookings)},
      {"timeline", timeline_of(visit)},
      {"sessions", std::move(sessions)},
      {"passkeys", std::move(passkeys)},
      {"calendar_feed_since", time_of(all.feed)}};
  auto response = web::json_response(200, out);
  response.with("Content-Disposition", "attachment; filename=\"stored-about-me.json\"");
  for (auto& header : visit.headers) response.headers.push_back(std::move(header));
  return response;
}

namespace {

net::Response own_file(Visit& visit, std::string bytes, std::string media_type) {
  visit.ctx.commit();
  net::Response response;
  response.with("Content-Type", std::move(media_type))
      .with("Content-Disposition", "attachment")
      .with("Cache-Control", "no-store");
  response.body = std::move(bytes);
  return response;
}

}  // namespace

net::Response own_picture(Visit& visit) {
  auto picture = picture_of(visit.ctx, visit.me());
  if (!picture) return say(visit, "not_found", 404);
  return own_file(visit, std::move(*picture), "image/jpeg");
}

net::Response own_paper(Visit& visit, const Uuid& document) {
  auto found = paper_file(visit.ctx, visit.me(), document);
  if (!found) return say(visit, "not_found", 404);
  return own_file(visit, std::move(found->bytes), found->media_type);
}

}  // namespace varde::staffing
