// When one can work: a month to look at, and what one has said, to add to and take back.
#include "base/text.hpp"
#include "staffing/portal/internal.hpp"
#include "staffing/portal/store_sql.hpp"
#include "trust/audit.hpp"

namespace varde::staffing {

using namespace portal_store;
using fit::StatementKind;

namespace {

constexpr std::int64_t kMostStatements = 500;
constexpr std::size_t kPerPage = 8;                    // what keeps the fullest month below 15 kB
constexpr auto kOpenEnd = std::chrono::days(3 * 366);  // "until further notice"
constexpr auto kLongest = std::chrono::days(3 * 366);

// What a day looks like: the answer where it is one, else that it has parts.
enum class Look { unknown, available, ask_anyway, unavailable, paused, parts };

const char* look_key(Look look) {
  constexpr const char* kKeys[] = {"",           "look.available", "look.ask", "look.unavailable",
                                   "look.pause", "look.parts"};
  return kKeys[static_cast<std::size_t>(look)];
}
// Seen at a glance; the words stand beside them for whoever does not see.
const char* look_sign(Look look) {
  constexpr const char* kSigns[] = {"", "✓", "?", "✗", "–", "◐"};
  return kSigns[static_cast<std::size_t>(look)];
}

Look look_of(const fit::Availability& found) {
  if (found.paused) return Look::paused;
  switch (found.answer) {
    case fit::Answer::available:
      return Look::available;
    case fit::Answer::ask_anyway:
      return Look::ask_anyway;
    case fit::Answer::unavailable:
      return Look::unavailable;
    case fit::Answer::unknown:
      break;
  }
  return Look::unknown;
}

// An hour at a time: a day of which one part says something else than another has parts.
Look look_of_day(std::span<const fit::Statement> statements, const fit::ZoneWindow& zone,
                 std::chrono::local_days day) {
  auto end = zone.start_of(day + std::chrono::days(1));
  std::optional<Look> out;
  for (auto at = zone.start_of(day); at < end; at += std::chrono::hours(1)) {
    auto look = look_of(
        fit::availability(statements, {at, std::min(end, at + std::chrono::hours(1))}, zone));
    if (out && *out != look) return Look::parts;
    out = look;
  }
  return out.value_or(Look::unknown);
}

std::string month_table(Visit& visit, std::chrono::year_month month,
                        const std::vector<OwnStatement>& said,
                        const std::vector<OwnBooking>& booked, const fit::ZoneWindow& zone) {
  const auto& t = visit.words;
  std::vector<fit::Statement> statements;
  for (const auto& s : said)
    statements.push_back({s.id, s.kind, s.from_date, s.until_date, s.weekdays, s.from_minute,
                          s.until_minute, s.stated_at});
  std::set<std::chrono::local_days> working;
  for (const auto& b : booked)
    for (auto day = zone.day_of(b.starts_at); day <= zone.day_of(b.ends_at - Duration(1));
         day += std::chrono::days(1))
      working.insert(day);
  auto today = zone.day_of(now());
  std::chrono::local_days first(month / 1), last(month / std::chrono::last);
  auto begin = first - std::chrono::days(std::chrono::weekday(first).iso_encoding() - 1);
  auto out = fmt::format("<table><caption class=\"vh\">{}</caption><thead><tr>",
                         html_escape(t.month(month)));
  for (int i = 1; i <= 7; ++i)
    out += fmt::format("<th scope=\"col\"><abbr title=\"{}\">{}</abbr></th>",
                       t(fmt::format("weekday.{}", i)), t(fmt::format("weekday.short.{}", i)));
  out += "</tr></thead><tbody>";
  for (auto week = begin; week <= last; week += std::chrono::days(7)) {
    out += "<tr>";
    for (int i = 0; i < 7; ++i) {
      auto day = week + std::chrono::days(i);
      if (day < first || day > last) {
        out += "<td></td>";
        continue;
      }
      Date date(day);
      auto look = look_of_day(statements, zone, day);
      bool works = working.contains(day);
      std::string marks, told;
      if (works) marks = "●", told = t("look.booked");
      if (look != Look::unknown) {
        marks += look_sign(look);
        told += (told.empty() ? "" : ", ") + t(look_key(look));
      }
      auto number = static_cast<unsigned>(date.day());
      out += fmt::format("<td{}>", day == today ? " class=\"today\"" : "");
      if (day < today) {
        out += fmt::format("<span class=\"d\"><b>{}</b>", number);
      } else {
        out += fmt::format("<a href=\"?day={}#add\"><b>{}</b>", to_string(date), number);
      }
      if (!marks.empty())
        out += fmt::format("<span role=\"img\" aria-label=\"{}\">{}</span>", told, marks);
      out += day < today ? "</span></td>" : "</a></td>";
    }
    out += "</tr>";
  }
  return out + "</tbody></table>";
}

const char* kind_key(StatementKind kind) {
  constexpr const char* kKeys[] = {"", "kind.available", "kind.unavailable", "kind.ask",
                                   "kind.pause"};
  return kKeys[static_cast<std::size_t>(kind)];
}

// "Monday–Wednesday, Friday"; escaped.
std::string weekday_text(const Words& t, int weekdays) {
  std::string out;
  for (int first = 0; first < 7; ++first) {
    if (((weekdays >> first) & 1) == 0) continue;
    int last = first;
    while ((weekdays >> (last + 1)) & 1) ++last;
    if (!out.empty()) out += ", ";
    out += t(fmt::format("weekday.{}", first + 1));
    if (last > first)
      out += (last == first + 1 ? ", " : "–") + t(fmt::format("weekday.{}", last + 1));
    first = last;
  }
  return out;
}

// "Can work: Monday, Tuesday; 2 March – 1 June, 08:00–16:00"; escaped.
std::string statement_text(const Words& t, const OwnStatement& s, const std::string& zone) {
  std::string days;
  if (s.weekdays != 127 && s.from_date != s.until_date) days = weekday_text(t, s.weekdays);
  auto span = html_escape(t.day(s.from_date));
  auto end = std::chrono::sys_days(s.until_date);
  auto year = [](Date date) { return fmt::format(" {}", static_cast<int>(date.year())); };
  auto this_year = Date(std::chrono::floor<std::chrono::days>(to_local(now(), zone))).year();
  if (s.from_date.year() != this_year) span += year(s.from_date);
  if (s.until_date != s.from_date)
    span += end - std::chrono::sys_days(s.from_date) >= kOpenEnd - std::chrono::days(1)
                ? " – " + t("availability.further_notice")
                : " – " + html_escape(t.day(s.until_date)) +
                      (s.until_date.year() != this_year ? year(s.until_date) : "");
  std::string hours;
  if (s.from_minute != 0 || s.until_minute != 1440)
    hours = fmt::format(", {}–{}", Words::clock(s.from_minute), Words::clock(s.until_minute));
  return fmt::format("<strong>{}</strong>: {}{}{}", t(kind_key(s.kind)),
                     days.empty() ? "" : days + "; ", span, hours);
}

std::string add_form(Visit& visit, std::string_view error) {
  const auto& t = visit.words;
  const auto& form = visit.form;  // what was typed stays after an error
  std::string kinds, days;
  auto chosen = form.get("kind").empty() ? "available" : form.get("kind");
  for (auto [value, key] :
       {std::pair{"available", "kind.available"}, std::pair{"unavailable", "kind.unavailable"},
        std::pair{"ask_anyway", "kind.ask"}, std::pair{"pause", "kind.pause"}})
    kinds += fmt::format(
        "<label class=\"choice\"><input type=\"radio\" name=\"kind\" value=\"{}\"{}>{}</label>",
        value, chosen == value ? " checked" : "", t(key));
  auto ticked = form.all("weekday");
  for (int i = 1; i <= 7; ++i) {
    auto number = std::to_string(i);
    days += fmt::format(
        "<label class=\"choice\"><input type=\"checkbox\" name=\"weekday\" "
        "value=\"{}\"{}>{}</label>",
        i, std::ranges::count(ticked, number) > 0 ? " checked" : "",
        t(fmt::format("weekday.{}", i)));
  }
  auto day = parse_date(visit.query["day"]);
  auto today = Date(std::chrono::floor<std::chrono::days>(to_local(now(), visit.zone())));
  auto from =
      !form.get("from_date").empty() ? form.get("from_date") : to_string(day.value_or(today));
  return fmt::format(
      "<h2 id=\"add\">{}</h2>{}{}<fieldset><legend>{}</legend>{}</fieldset><div "
      "class=\"two\">{}{}</div>"
      "<div class=\"two\">{}{}</div><fieldset><legend>{}</legend><div "
      "class=\"days\">{}</div></fieldset>{}</form>",
      t("availability.add"), error_line(t, error), open_form(visit, "/availability"),
      t("availability.kind"), kinds,
      input("from_date", t("availability.from_date"), "date", from, "required"),
      input("until_date", t("availability.until_date"), "date", form.get("until_date"), {},
            t("availability.until_help")),
      input("from_time", t("availability.from_time"), "time", form.get("from_time")),
      input("until_time", t("availability.until_time"), "time", form.get("until_time"), {},
            t("availability.time_help")),
      t("availability.weekdays"), days, button(t("availability.save"), "action", "add"));
}

// Reads a statement out of the form; a text's key says what is wrong.
std::string_view read_statement(const Visit& visit, NewStatement& out) {
  const auto& form = visit.form;
  auto kind = form.get("kind");
  if (kind == "available") {
    out.kind = StatementKind::available;
  } else if (kind == "unavailable") {
    out.kind = StatementKind::unavailable;
  } else if (kind == "ask_anyway") {
    out.kind = StatementKind::ask_anyway;
  } else if (kind == "pause") {
    out.kind = StatementKind::pause;
  } else {
    return "availability.no_kind";
  }
  auto weekdays = form.all("weekday");
  if (!weekdays.empty()) {
    out.weekdays = 0;
    for (const auto& day : weekdays) {
      if (day.size() != 1 || day[0] < '1' || day[0] > '7') return "availability.bad_weekday";
      out.weekdays |= 1 << (day[0] - '1');
    }
  }
  auto from = parse_date(form.get("from_date"));
  auto until = parse_date(form.get("until_date"));
  if (!from || (!until && !form.get("until_date").empty())) return "availability.bad_date";
  // Without an end: one day, or, of a pattern or a pause, until further notice.
  bool goes_on = !weekdays.empty() || out.kind == StatementKind::pause;
  std::chrono::sys_days first(*from);
  auto today =
      std::chrono::floor<std::chrono::days>(to_local(now(), visit.zone())).time_since_epoch();
  auto last = until ? std::chrono::sys_days(*until) : goes_on ? first + kOpenEnd : first;
  if (last < first) return "availability.order";
  if (last - first > kLongest) return "availability.too_long";
  if (last.time_since_epoch() < today) return "availability.past";
  if (first.time_since_epoch() > today + kLongest) return "availability.too_far";
  out.from_date = *from;
  out.until_date = Date(last);
  auto begin = form.get("from_time"), end = form.get("until_time");
  if (begin.empty() != end.empty()) return "availability.half_time";
  if (!begin.empty()) {
    auto from_minute = read_clock(begin), until_minute = read_clock(end);
    if (!from_minute || !until_minute || *from_minute == *until_minute)
      return "availability.bad_time";
    out.from_minute = *from_minute;
    out.until_minute = *until_minute == 0 ? 1440 : *until_minute;
  }
  return {};
}

}  // namespace

net::Response availability_page(Visit& visit, std::string_view error, int status) {
  const auto& t = visit.words;
  auto zone_name = visit.zone();
  auto today = std::chrono::floor<std::chrono::days>(to_local(now(), zone_name));
  auto day = parse_date(visit.query["day"]);
  auto month =
      read_month(visit.query["month"])
          .value_or(day ? day->year() / day->month() : Date(today).year() / Date(today).month());
  // A year back and three ahead are all there is to see.
  auto this_month = Date(today).year() / Date(today).month();
  if (month < this_month - std::chrono::months(12) || month > this_month + std::chrono::months(36))
    month = this_month;
  std::chrono::local_days first(month / 1), last(month / std::chrono::last);
  auto from = from_local(first, zone_name),
       until = from_local(last + std::chrono::days(1), zone_name);
  auto& tx = visit.ctx.tx();
  auto earliest = std::min(std::chrono::sys_days(first.time_since_epoch()),
                           std::chrono::sys_days(today.time_since_epoch()));
  auto booked_later = tx.later(store::kPortalBookingsWithin, visit.me(), from, until);
  auto said = tx.all<OwnStatement>(store::kPortalStatements, visit.me(),
                                   Date(earliest - std::chrono::days(1)));
  auto booked = booked_later.rows().all<OwnBooking>();
  fit::ZoneWindow zone(zone_name, from - std::chrono::days(8), until + std::chrono::days(8));
  auto body =
      fmt::format("<p>{}</p><h2>{}</h2>", t("availability.text"), html_escape(t.month(month)));
  body += month_table(visit, month, said, booked, zone);
  body += fmt::format("<p class=\"help\">{}</p><p class=\"out\">", t("look.legend"));
  for (auto [months, key] :
       {std::pair{-1, "availability.earlier"}, std::pair{1, "availability.later"}}) {
    auto other = month + std::chrono::months(months);
    body += link(fmt::format("{}/availability?month={}", visit.home,
                             to_string(Date(other / 1)).substr(0, 7)),
                 fmt::format("{}: {}", t(key), html_escape(t.month(other))));
  }
  body += "</p>" + add_form(visit, error);

  std::erase_if(said, [&](const OwnStatement& s) {
    return std::chrono::sys_days(s.until_date).time_since_epoch() < today.time_since_epoch();
  });
  body += fmt::format("<h2 id=\"said\">{}</h2>", t("availability.said"));
  if (said.empty()) body += fmt::format("<p>{}</p>", t("availability.nothing"));
  auto skip = skipped(visit);
  if (skip >= said.size()) skip = 0;
  // One form around them all: a form for each would be most of the page.
  if (!said.empty()) body += open_form(visit, "/availability");
  for (std::size_t i = skip; i < said.size() && i < skip + kPerPage; ++i)
    body += fmt::format(
        "<div class=\"item\"><p>{}</p>{}</div>", statement_text(t, said[i], visit.tenant.time_zone),
        button(fmt::format("{}<span class=\"vh\">: {}</span>", t("availability.remove"),
                           html_escape(t.day(said[i].from_date))),
               "remove", said[i].id.str(), true));
  if (!said.empty()) body += "</form>";
  if (skip + kPerPage < said.size())
    body += more_link(visit, "/availability", skip + kPerPage, "#said");
  return show(visit, t.plain("availability.title"), body, Tab::availability, status);
}

net::Response change_availability(Visit& visit) {
  auto& ctx = visit.ctx;
  if (!visit.form.get("remove").empty()) {
    auto id = visit.form.id("remove");
    if (!id || ctx.tx().query(store::kPortalRemoveStatement, visit.me(), *id).affected() == 0)
      return availability_page(visit, "availability.gone", 404);
    trust::record(ctx,
                  trust::AuditEntry{"availability.delete", "substitute", visit.me(), visit.me()});
    ctx.commit();
    return go(visit, "/availability#said", "removed");
  }
  if (visit.form.get("action") != "add") return availability_page(visit);
  NewStatement statement;
  statement.tenant_id = ctx.tenant;
  statement.availability_id = Uuid::make();
  statement.person_id = visit.me();
  statement.created_at = now();
  if (auto wrong = read_statement(visit, statement); !wrong.empty())
    return availability_page(visit, wrong, 422);
  ctx.tx().later(store::kPortalLock, visit.me());
  if (ctx.tx().one<std::int64_t>(store::kPortalCountStatements, visit.me()) >= kMostStatements)
    return availability_page(visit, "availability.too_many", 409);
  ctx.tx().insert_many("availability", std::vector{statement});
  trust::record(ctx,
                trust::AuditEntry{"availability.create", "substitute", visit.me(), visit.me()});
  ctx.commit();
  return go(visit, "/availability?month=" + to_string(statement.from_date).substr(0, 7), "saved");
}

}  // namespace varde::staffing
