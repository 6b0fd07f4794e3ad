// "Why was I not asked?" For the shifts of the last 14 days in one's own pools that others were
// asked about: the reason, as far as it is about the person who asks.
//
// The rules are asked again with what was known when the shift was published: bookings made later
// are left out, and so is what was said about the time later. Where shifts are offered in turn, a
// reason may have come in between; then it is today's. A workplace's own choice is told to nobody:
// who is left out by it reads what everybody reads for whom no rule speaks, that others were asked.
//
// One packet of statements, however many the shifts are; the rest is computed (fit/).
#include "base/text.hpp"
#include "staffing/paper/paper.hpp"
#include "staffing/portal/internal.hpp"
#include "staffing/portal/store_sql.hpp"
#include "staffing/setting/setting.hpp"
#include "web/reflect.hpp"

namespace varde::staffing {

using namespace portal_store;

namespace {

constexpr auto kBack = std::chrono::days(14);
// Around the shifts: the calendar months that they touch, and the week that rules look at.
constexpr auto kAround = std::chrono::days(40);

struct NotAsked {
  Uuid shift_id, workplace_id;
  Timestamp starts_at, ends_at;
  int break_minutes = 0;
  ShiftState state = ShiftState::open;
  db::Json skills, strategy;
  Timestamp published_at;
  std::string workplace, time_zone;
  std::optional<double> latitude, longitude;
  std::vector<Uuid> required_documents;
};
BOOST_DESCRIBE_STRUCT(NotAsked, (),
                      (shift_id, workplace_id, starts_at, ends_at, break_minutes, state, skills,
                       strategy, published_at, workplace, time_zone, latitude, longitude,
                       required_documents))

struct SkillRow {
  Uuid skill_id;
  int level = 1;
  std::optional<Date> expires_on;
};
BOOST_DESCRIBE_STRUCT(SkillRow, (), (skill_id, level, expires_on))
struct ChoiceRow {
  Uuid workplace_id;
  ChoiceKind kind = ChoiceKind::favourite;
};
BOOST_DESCRIBE_STRUCT(ChoiceRow, (), (workplace_id, kind))
struct BookedRow {
  Uuid workplace_id;
  Timestamp starts_at, ends_at;
  int break_minutes = 0;
  Timestamp booked_at;
  std::optional<Timestamp> cancelled_at;
  std::optional<double> latitude, longitude;
};
BOOST_DESCRIBE_STRUCT(BookedRow, (),
                      (workplace_id, starts_at, ends_at, break_minutes, booked_at, cancelled_at,
                       latitude, longitude))
struct QuestionRow {
  Timestamp asked_at;
  std::optional<Timestamp> answered_at, expires_at;
  Timestamp starts_at, ends_at;
};
BOOST_DESCRIBE_STRUCT(QuestionRow, (), (asked_at, answered_at, expires_at, starts_at, ends_at))

std::optional<fit::Coordinates> place_of(std::optional<double> latitude,
                                         std::optional<double> longitude) {
  if (!latitude || !longitude) return std::nullopt;
  return fit::Coordinates{*latitude, *longitude};
}

template <class T>
T read_or_empty(const db::Json& text) {
  auto read = web::read<T>(boost::json::parse(text.text));
  return read ? *read : T{};
}

// Everything about the person that the rules look at, at whatever time.
struct Mine {
  OwnSubstitute self;
  std::vector<SkillRow> skills;
  std::vector<ChoiceRow> choices;
  std::vector<OwnStatement> statements;
  std::vector<BookedRow> bookings;
  std::vector<QuestionRow> questions;
  std::vector<Paper> papers;
  StaffingSettings settings;
};

fit::Shift shift_of(const NotAsked& row, const std::map<Uuid, std::string>& names) {
  fit::Shift out;
  out.id = row.shift_id;
  out.workplace = row.workplace_id;
  out.zone = row.time_zone;
  out.start = row.starts_at;
  out.end = row.ends_at;
  out.break_minutes = row.break_minutes;
  out.place = place_of(row.latitude, row.longitude);
  for (const auto& need : read_or_empty<std::vector<SkillNeed>>(row.skills)) {
    auto name = names.find(need.skill_id);
    (need.required.value_or(true) ? out.required_skills : out.preferred_skills)
        .push_back(
            {need.skill_id, name == names.end() ? "" : name->second, need.level.value_or(1)});
  }
  for (const auto& kind : row.required_documents)
    if (auto name = names.find(kind); name != names.end())
      out.required_documents.push_back({kind, name->second});
  return out;
}

// The person as the ranking of `shift` would have seen them at `known_at`.
fit::Candidate candidate_at(const Mine& mine, const fit::Shift& shift, Timestamp known_at,
                            const Uuid& me) {
  fit::Candidate out;
  out.id = me;
  out.percent = mine.self.percent;
  out.home = place_of(mine.self.latitude, mine.self.longitude);
  for (const auto& s : mine.skills) out.skills.push_back({s.skill_id, s.level, s.expires_on});
  for (const auto& p : mine.papers)
    if (p.seen_at && *p.seen_at <= known_at)
      out.documents.push_back({p.kind_id, p.valid_from, p.valid_until});
  for (const auto& c : mine.choices)
    if (c.workplace_id == shift.workplace) {
      out.favourite |= c.kind == ChoiceKind::favourite;
      out.excluded_by_workplace |= c.kind == ChoiceKind::excluded_by_workplace;
      out.excluded_by_person |= c.kind == ChoiceKind::excluded_by_person;
    }
  for (const auto& s : mine.statements)
    if (s.stated_at <= known_at)
      out.statements.push_back({s.id, s.kind, s.from_date, s.until_date, s.weekdays, s.from_minute,
                                s.until_minute, s.stated_at});
  auto months = fit::load_window(shift, mine.settings.rules).months;
  for (const auto& b : mine.bookings) {
    if (b.booked_at > known_at || (b.cancelled_at && *b.cancelled_at <= known_at)) continue;
    out.bookings.push_back({b.starts_at, b.ends_at, b.break_minutes, b.workplace_id,
                            place_of(b.latitude, b.longitude)});
    for (std::size_t i = 0; i < months.size() && i < out.month_work.size(); ++i)
      out.month_work[i] += fit::work_within({b.starts_at, b.ends_at}, b.break_minutes, months[i]);
  }
  return out;
}

// What rules say to the person; empty when they say nothing, or nothing that is theirs to know.
std::string told_by_rules(const Mine& mine, const fit::Shift& shift, Timestamp known_at,
                          const Words& t, const Uuid& me) {
  auto candidate = candidate_at(mine, shift, known_at, me);
  auto ranked = fit::rank(shift, {&candidate, 1}, mine.settings.rules, mine.settings.ranking);
  if (ranked.front().standing == fit::Standing::not_asked) return t.plain("why.unknown");
  std::string out;
  if (ranked.front().standing != fit::Standing::blocked) return out;
  for (const auto& finding : ranked.front().findings) {
    if (finding.severity != fit::Severity::block) continue;
    auto text = fit::sentence(finding, fit::Audience::substitute, shift.zone, t.language());
    if (!text.empty()) out += (out.empty() ? "" : " ") + text;
  }
  return out;
}

// The limits of asking as they stood when the shift was published.
std::string told_by_limits(const Mine& mine, const NotAsked& shift, const std::string& zone,
                           const Words& t) {
  auto day_of = [&](Timestamp at) {
    return std::chrono::floor<std::chrono::days>(to_local(at, zone));
  };
  int asked = 0;
  bool open = false;
  for (const auto& q : mine.questions) {
    if (q.asked_at > shift.published_at) continue;
    asked += day_of(q.asked_at) == day_of(shift.published_at) ? 1 : 0;
    open = open || (fit::intersect({q.starts_at, q.ends_at}, {shift.starts_at, shift.ends_at}) &&
                    (!q.answered_at || *q.answered_at > shift.published_at) &&
                    (!q.expires_at || *q.expires_at > shift.published_at));
  }
  if (asked >= mine.settings.asking.max_per_day)
    return t.plain("why.many", {{"count", std::to_string(mine.settings.asking.max_per_day)}});
  if (open && !mine.settings.asking.several_open_questions) return t.plain("why.open_question");
  return {};
}

std::string reason(const Mine& mine, const NotAsked& row, const fit::Shift& shift,
                   const Visit& visit) {
  const auto& t = visit.words;
  auto kind = read_or_empty<Strategy>(row.strategy).kind;
  if (kind == StrategyKind::direct) return t.plain("why.direct");
  if (auto told = told_by_rules(mine, shift, row.published_at, t, visit.me()); !told.empty())
    return told;
  if (auto told = told_by_limits(mine, row, visit.tenant.time_zone, t); !told.empty()) return told;
  bool in_turn = kind == StrategyKind::one_by_one || kind == StrategyKind::waves;
  if (in_turn)
    if (auto told = told_by_rules(mine, shift, std::min(now(), row.starts_at), t, visit.me());
        !told.empty())
      return told;
  return t.plain(row.state == ShiftState::filled ? "why.filled"
                 : row.state == ShiftState::open ? "why.open"
                                                 : "why.others");
}

}  // namespace

net::Response why_page(Visit& visit) {
  const auto& t = visit.words;
  auto& tx = visit.ctx.tx();
  auto since = now() - kBack;
  auto rows = tx.all<NotAsked>(store::kPortalNotAsked, visit.me(), since);
  auto body = fmt::format("<p>{}</p>", t("why.text"));
  if (rows.empty())
    return show(visit, t.plain("why.title"), body + fmt::format("<p>{}</p>", t("why.none")),
                Tab::home);
  auto [first, last] = std::ranges::minmax(rows, {}, &NotAsked::starts_at);
  Mine mine;
  auto self = tx.later(store::kPortalSubstitute, visit.me());
  auto skills = tx.later(store::kPortalWhySkills, visit.me());
  auto choices = tx.later(store::kPortalWhyChoices, visit.me());
  auto statements = tx.later(store::kPortalStatements, visit.me(),
                             Date(std::chrono::floor<std::chrono::days>(first.starts_at - kBack)));
  auto bookings = tx.later(store::kPortalWhyBookings, visit.me(), first.starts_at - kAround,
                           last.starts_at + kAround);
  auto questions = tx.later(store::kPortalWhyQuestions, visit.me(), since - std::chrono::days(1));
  mine.settings = staffing_settings(visit.ctx);
  auto own = self.rows().maybe<OwnSubstitute>();
  if (!own) return say(visit, "not_found", 404);
  mine.self = *own;
  mine.skills = skills.rows().all<SkillRow>();
  mine.choices = choices.rows().all<ChoiceRow>();
  mine.statements = statements.rows().all<OwnStatement>();
  mine.bookings = bookings.rows().all<BookedRow>();
  mine.questions = questions.rows().all<QuestionRow>();
  mine.papers = papers_of(visit.ctx, visit.me());
  std::vector<Uuid> needed, kinds;
  for (const auto& row : rows) {
    for (const auto& need : read_or_empty<std::vector<SkillNeed>>(row.skills))
      needed.push_back(need.skill_id);
    kinds.insert(kinds.end(), row.required_documents.begin(), row.required_documents.end());
  }
  auto names = needed.empty() ? std::map<Uuid, std::string>{} : skill_names(visit.ctx, needed);
  if (!kinds.empty()) names.merge(document_kind_names(visit.ctx, kinds));
  for (const auto& row : rows)
    body += fmt::format("<div class=\"item\"><p><strong>{}</strong><br>{}</p><p>{}</p></div>",
                        html_escape(t.span(row.starts_at, row.ends_at, row.time_zone)),
                        html_escape(row.workplace),
                        html_escape(reason(mine, row, shift_of(row, names), visit)));
  return show(visit, t.plain("why.title"), body, Tab::home);
}

}  // namespace varde::staffing
