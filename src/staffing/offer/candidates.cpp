// From rows to fit/: what is loaded of a pool before it is ranked, in one packet whatever its size.
#include <unordered_map>
#include <unordered_set>

#include "people/person/person.hpp"
#include "people/person/standing.hpp"
#include "staffing/offer/internal.hpp"
#include "trust/tenant/tenant.hpp"

namespace varde::staffing {

using namespace store;
using trust::Ctx;

namespace {

// Each statement stands here twice: [0] for everybody, [1] for one person, so that the plan of the
// one does not serve the other. The last parameter is the person, null for everybody.
#define VARDE_FOR(name, text, last, tail)                      \
  {                                                            \
    {name ".all", text " AND $" last "::uuid IS NULL" tail}, { \
      name ".one", text " AND person_id = $" last tail         \
    }                                                          \
  }
constexpr db::Sql kWhom[] = VARDE_FOR(
    "fit.substitutes",
    "SELECT person_id, percent, latitude, longitude, last_asked_at FROM substitute WHERE true", "1",
    "");
constexpr db::Sql kSkillsFor[] = VARDE_FOR(
    "fit.skills",
    "SELECT person_id, skill_id, level, expires_on FROM substitute_skill WHERE skill_id = ANY($1)",
    "2", "");
constexpr db::Sql kDocumentsFor[] = VARDE_FOR(
    "fit.documents",
    "SELECT person_id, kind_id, valid_from, valid_until FROM person_document WHERE seen_at IS NOT "
    "NULL AND kind_id = ANY($1)",
    "2", "");
constexpr db::Sql kChoicesFor[] = VARDE_FOR(
    "fit.choices", "SELECT person_id, kind FROM workplace_choice WHERE workplace_id = $1", "2", "");
constexpr db::Sql kStatementsFor[] = VARDE_FOR(
    "fit.statements",
    "SELECT person_id, availability_id AS id, kind, from_date, until_date, weekdays, from_minute, "
    "until_minute, created_at AS stated_at FROM availability WHERE until_date >= $1 AND from_date "
    "<= $2",
    "3", "");
// A booking lasts 48 hours at most ($1 is so long before the time): so far back the index is read
// for those that reach into it.
constexpr db::Sql kBookedFor[] = VARDE_FOR(
    "fit.bookings",
    "SELECT person_id, workplace_id, starts_at, ends_at, break_minutes FROM booking WHERE state = "
    "1 AND starts_at > $1 AND starts_at < $2 AND ends_at > $3",
    "4", "");
constexpr db::Sql kMinutesFor[] = VARDE_FOR(
    "fit.minutes",
    "SELECT person_id, (extract(epoch FROM sum(least(ends_at, $2) - greatest(starts_at, $3))) / 60 "
    "- sum(break_minutes))::bigint AS count FROM booking WHERE state = 1 AND starts_at > $1 AND "
    "starts_at < $2 AND ends_at > $3",
    "4", " GROUP BY person_id");
constexpr db::Sql kAskedLately[] =
    VARDE_FOR("fit.asked",
              "SELECT person_id, count(*) AS count FROM (SELECT person_id, asked_at FROM offer "
              "UNION ALL SELECT person_id, asked_at FROM offer_before) o WHERE asked_at >= $1",
              "2", " GROUP BY person_id");
#undef VARDE_FOR
constexpr db::Sql kInPools{"fit.in_pools",
                           "SELECT DISTINCT person_id FROM pool_member WHERE pool_id = ANY($1)"};
constexpr auto kLongestShift = std::chrono::hours(48);
// Where the others of one person's bookings are.
constexpr db::Sql kPlacesOf{
    "fit.places_of",
    "SELECT workplace_id AS id, latitude, longitude FROM workplace WHERE workplace_id IN (SELECT "
    "workplace_id FROM booking WHERE state = 1 AND person_id = $1 AND starts_at > $2 AND starts_at "
    "< $3)"};

// Until the commit nobody else books this person: two shifts that each leave enough rest may not
// leave it together.
constexpr db::Sql kBookAlone{"fit.book_alone",
                             "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"};

struct WhomRecord {
  Uuid person_id;
  double percent = 0;
  std::optional<double> latitude, longitude;
  std::optional<Timestamp> last_asked_at;
};
BOOST_DESCRIBE_STRUCT(WhomRecord, (), (person_id, percent, latitude, longitude, last_asked_at))
struct SkillRow {
  Uuid person_id, skill_id;
  int level = 1;
  std::optional<Date> expires_on;
};
BOOST_DESCRIBE_STRUCT(SkillRow, (), (person_id, skill_id, level, expires_on))
struct DocumentRow {
  Uuid person_id, kind_id;
  std::optional<Date> valid_from, valid_until;
};
BOOST_DESCRIBE_STRUCT(DocumentRow, (), (person_id, kind_id, valid_from, valid_until))
struct ChoiceRow {
  Uuid person_id;
  ChoiceKind kind = ChoiceKind::favourite;
};
BOOST_DESCRIBE_STRUCT(ChoiceRow, (), (person_id, kind))
struct StatementRow {
  Uuid person_id, id;
  fit::StatementKind kind = fit::StatementKind::available;
  Date from_date, until_date;
  int weekdays = 127, from_minute = 0, until_minute = 1440;
  Timestamp stated_at;
};
BOOST_DESCRIBE_STRUCT(StatementRow, (),
                      (person_id, id, kind, from_date, until_date, weekdays, from_minute,
                       until_minute, stated_at))
struct BookedRow {
  Uuid person_id, workplace_id;
  Timestamp starts_at, ends_at;
  int break_minutes = 0;
};
BOOST_DESCRIBE_STRUCT(BookedRow, (), (person_id, workplace_id, starts_at, ends_at, break_minutes))
struct PlaceRow {
  Uuid id;
  std::optional<double> latitude, longitude;
};
BOOST_DESCRIBE_STRUCT(PlaceRow, (), (id, latitude, longitude))

std::optional<fit::Coordinates> place_of(std::optional<double> latitude,
                                         std::optional<double> longitude) {
  if (!latitude || !longitude) return std::nullopt;
  return fit::Coordinates{*latitude, *longitude};
}

struct Question {
  fit::Shift shift;
  std::vector<fit::Candidate> candidates;
  std::vector<bool> in_pool;
  StaffingSettings settings;
};

// Loads the pool, or one person of it.
Question load(Ctx& ctx, const Shift& shift, const std::optional<Uuid>& person) {
  Question out;
  out.settings = staffing_settings(ctx);
  std::unordered_map<Uuid, std::optional<fit::Coordinates>> places;
  auto& fit_shift = out.shift;
  fit_shift.id = shift.id;
  fit_shift.workplace = shift.workplace_id;
  fit_shift.start = shift.starts_at;
  fit_shift.end = shift.ends_at;
  fit_shift.break_minutes = shift.break_minutes;
  std::vector<Uuid> kinds;
  if (auto at = find_workplace(ctx, shift.workplace_id)) {
    kinds = at->required_documents;
    fit_shift.zone = at->time_zone;
    fit_shift.place = place_of(at->latitude, at->longitude);
  }
  std::vector<Uuid> skill_ids;
  for (const auto& need : shift.skills) skill_ids.push_back(need.skill_id);
  auto names = skill_ids.empty() ? std::map<Uuid, std::string>{} : skill_names(ctx, skill_ids);
  for (const auto& need : shift.skills)
    (need.required.value_or(true) ? fit_shift.required_skills : fit_shift.preferred_skills)
        .push_back({need.skill_id, names[need.skill_id], need.level.value_or(1)});

  if (!kinds.empty())
    for (auto& [id, name] : document_kind_names(ctx, kinds))
      fit_shift.required_documents.push_back({id, std::move(name)});

  auto window = fit::load_window(fit_shift);
  auto lately = now() - std::chrono::days(out.settings.ranking.lately_days);
  auto& tx = ctx.tx();
  auto only = static_cast<std::size_t>(person.has_value());
  auto minutes = [&](Timestamp from, Timestamp until) {
    return tx.later(kMinutesFor[only], from - kLongestShift, until, from, person);
  };
  auto restricted = people::restricted_later(ctx);
  auto whom = tx.later(kWhom[only], person);
  auto pools = tx.later(kInPools, shift.pool_ids);
  auto skills = tx.later(kSkillsFor[only], skill_ids, person);
  auto documents = tx.later(kDocumentsFor[only], kinds, person);
  auto choices = tx.later(kChoicesFor[only], shift.workplace_id, person);
  auto statements = tx.later(kStatementsFor[only], window.first_day, window.last_day, person);
  auto booked = tx.later(kBookedFor[only], window.bookings.start - kLongestShift,
                         window.bookings.end, window.bookings.start, person);
  std::vector<db::Later> months;
  if (out.settings.rules.month_max.level != fit::RuleLevel::off)
    for (const auto& month : window.months) months.push_back(minutes(month.start, month.end));
  // Fairness is between people: of one alone it is not asked.
  db::Later worked, asked, near;
  if (person) {
    near = tx.later(kPlacesOf, person, window.bookings.start - kLongestShift, window.bookings.end);
  } else {
    worked = minutes(lately, now());
    asked = tx.later(kAskedLately[only], lately, person);
  }
  tx.flush();
  if (person)
    for (const auto& r : near.rows().all<PlaceRow>())
      places[r.id] = place_of(r.latitude, r.longitude);
  else
    for (const auto& r : workplaces(ctx)) places[r.id] = place_of(r.latitude, r.longitude);

  std::unordered_set<Uuid> members;
  for (const auto& id : pools.rows().all<Uuid>()) members.insert(id);
  std::unordered_set<Uuid> held;
  for (const auto& id : restricted.rows().all<Uuid>()) held.insert(id);
  std::unordered_map<Uuid, std::size_t> place_in;
  for (const auto& r : whom.rows().all<WhomRecord>()) {
    bool member = shift.pool_ids.empty() || members.contains(r.person_id);
    // Waves may reach beyond the pools; every other strategy stays within them.
    if (!member && !person && shift.strategy.kind != StrategyKind::waves) continue;
    if (!person && held.contains(r.person_id)) continue;  // restricted: neither ranked nor asked
    place_in[r.person_id] = out.candidates.size();
    fit::Candidate one;
    one.id = r.person_id;
    one.percent = r.percent;
    one.home = place_of(r.latitude, r.longitude);
    one.last_asked_at = r.last_asked_at;
    out.candidates.push_back(std::move(one));
    out.in_pool.push_back(member);
  }
  auto of = [&](const Uuid& id) -> fit::Candidate* {
    auto found = place_in.find(id);
    return found == place_in.end() ? nullptr : &out.candidates[found->second];
  };
  for (const auto& r : skills.rows().all<SkillRow>())
    if (auto* one = of(r.person_id)) one->skills.push_back({r.skill_id, r.level, r.expires_on});
  for (const auto& r : documents.rows().all<DocumentRow>())
    if (auto* one = of(r.person_id))
      one->documents.push_back({r.kind_id, r.valid_from, r.valid_until});
  for (const auto& r : choices.rows().all<ChoiceRow>())
    if (auto* one = of(r.person_id)) {
      one->favourite |= r.kind == ChoiceKind::favourite;
      one->excluded_by_workplace |= r.kind == ChoiceKind::excluded_by_workplace;
      one->excluded_by_person |= r.kind == ChoiceKind::excluded_by_person;
    }
  for (const auto& r : statements.rows().all<StatementRow>())
    if (auto* one = of(r.person_id))
      one->statements.push_back({r.id, r.kind, r.from_date, r.until_date, r.weekdays, r.from_minute,
                                 r.until_minute, r.stated_at});
  for (const auto& r : booked.rows().all<BookedRow>())
    if (auto* one = of(r.person_id)) {
      auto at = places.find(r.workplace_id);
      one->bookings.push_back({r.starts_at, r.ends_at, r.break_minutes, r.workplace_id,
                               at == places.end() ? std::nullopt : at->second});
    }
  for (std::size_t i = 0; i < months.size(); ++i)
    for (const auto& r : months[i].rows().all<PersonCount>())
      if (auto* one = of(r.person_id)) one->month_minutes[i] = static_cast<int>(r.count);
  if (person) return out;
  for (const auto& r : worked.rows().all<PersonCount>())
    if (auto* one = of(r.person_id)) one->worked_lately_minutes = static_cast<int>(r.count);
  for (const auto& r : asked.rows().all<PersonCount>())
    if (auto* one = of(r.person_id)) one->asked_lately = static_cast<int>(r.count);
  return out;
}

std::string findings_text(const std::vector<fit::Finding>& findings, fit::Audience audience,
                          const std::string& zone, const std::string& language) {
  std::string out;
  for (const auto& finding : findings) {
    if (finding.severity != fit::Severity::block) continue;
    auto text = fit::sentence(finding, audience, zone, language);
    if (!text.empty()) out += (out.empty() ? "" : " ") + text;
  }
  return out;
}

}  // namespace

std::vector<Fit> rank_pool(Ctx& ctx, const Shift& shift) {
  auto question = load(ctx, shift, std::nullopt);
  std::vector<Fit> out;
  for (const auto& ranked : fit::rank(question.shift, question.candidates, question.settings.rules,
                                      question.settings.ranking)) {
    Fit one;
    one.person_id = ranked.id;
    one.askable = ranked.standing == fit::Standing::askable;
    one.favourite = ranked.favourite;
    one.in_pool = question.in_pool[ranked.index];
    one.explanation = fit::explain(ranked, question.shift.zone, "en");
    out.push_back(std::move(one));
  }
  return out;
}

std::optional<Fit> forbidden_for(Ctx& ctx, const Shift& shift, const Uuid& person) {
  ctx.tx().later(kBookAlone, "staffing.book:" + person.str());
  auto question = load(ctx, shift, person);
  Fit out;
  out.person_id = person;
  if (question.candidates.empty()) {
    out.explanation = "This person is not in the register of substitutes.";
    out.told = "You are not registered as a substitute any more.";
    return out;
  }
  auto rules = question.settings.rules;
  // Who says yes can work, whatever they said before.
  rules.unavailable.level = fit::RuleLevel::off;
  rules.paused.level = fit::RuleLevel::off;
  auto findings = fit::check(question.shift, question.candidates.front(), rules);
  if (!fit::blocks(findings)) return std::nullopt;
  auto persons = people::load(ctx, {person}, false);
  auto language = persons.empty() || persons.front().language.empty()
                      ? trust::tenant_settings(ctx).locale
                      : persons.front().language;
  out.explanation = findings_text(findings, fit::Audience::scheduler, question.shift.zone, "en");
  out.told = findings_text(findings, fit::Audience::substitute, question.shift.zone, language);
  if (out.told.empty()) out.told = "This shift cannot be given to you.";
  return out;
}

}  // namespace varde::staffing
