// From rows to fit/: what is loaded of a pool before it is ranked, in one packet whatever its size.
#include <unordered_map>
#include <unordered_set>

#include "people/person/person.hpp"
#include "people/person/standing.hpp"
#include "staffing/offer/internal.hpp"
#include "staffing/offer/store_sql.hpp"
#include "trust/tenant/tenant.hpp"

namespace varde::staffing {

using namespace store;
using trust::Ctx;

namespace {

// Each statement stands here twice: [0] for everybody, [1] for some persons, so that the plan of
// the one does not serve the other. The last parameter is the persons, null for everybody.
constexpr db::Sql kWhom[] = {kFitSubstitutesAll, kFitSubstitutesSome};
constexpr db::Sql kSkillsFor[] = {kFitSkillsAll, kFitSkillsSome};
constexpr db::Sql kDocumentsFor[] = {kFitDocumentsAll, kFitDocumentsSome};
constexpr db::Sql kChoicesFor[] = {kFitChoicesAll, kFitChoicesSome};
constexpr db::Sql kStatementsFor[] = {kFitStatementsAll, kFitStatementsSome};
constexpr db::Sql kBookedFor[] = {kFitBookingsAll, kFitBookingsSome};
constexpr db::Sql kWorkFor[] = {kFitWorkAll, kFitWorkSome};
constexpr db::Sql kAskedLately[] = {kFitAskedAll, kFitAskedSome};
constexpr auto kLongestShift = std::chrono::hours(48);
constexpr std::size_t kUsualBookings = 8;  // of one person in a window

constexpr Sentences kHeld = {
    "The processing of your data is restricted, so you cannot be booked. Ask the office to lift "
    "it.",
    "Behandlingen av opplysningene dine er begrenset, så du kan ikke settes opp. Be kontoret om å "
    "oppheve det.",
    "Behandlingen av dina uppgifter är begränsad, så du kan inte bokas. Be kontoret att häva det."};
constexpr Sentences kNotRegistered = {"You are not registered as a substitute any more.",
                                      "Du er ikke lenger registrert som vikar.",
                                      "Du är inte längre registrerad som vikarie."};

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
  Uuid person_id, workplace_id;
  ChoiceKind kind = ChoiceKind::favourite;
};
BOOST_DESCRIBE_STRUCT(ChoiceRow, (), (person_id, workplace_id, kind))
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

// A shift and those whom it concerns.
struct Question {
  const Shift* asked = nullptr;
  fit::Shift shift;
  fit::LoadWindow window;
  std::vector<fit::Candidate> candidates;
  std::vector<bool> in_pool;
  std::vector<bool> held;  // their processing is restricted
};
// Where a person is among them.
struct Seat {
  Question* question;
  std::size_t at;
  fit::Candidate& candidate() const { return question->candidates[at]; }
};
struct Loaded {
  std::vector<Question> questions;
  StaffingSettings settings;
};

struct Needs {
  std::unordered_map<Uuid, Workplace> workplaces;
  std::vector<Uuid> skills, documents;
  std::map<Uuid, std::string> skill_names, document_names;
};
// What the shifts ask for, with the names.
Needs needs_of(Ctx& ctx, const std::vector<const Shift*>& shifts) {
  Needs out;
  std::set<Uuid> places, skills, documents;
  for (const auto* shift : shifts) {
    places.insert(shift->workplace_id);
    for (const auto& need : shift->skills) skills.insert(need.skill_id);
  }
  for (auto& place : find_workplaces(ctx, {places.begin(), places.end()})) {
    documents.insert(place.required_documents.begin(), place.required_documents.end());
    out.workplaces.emplace(place.id, std::move(place));
  }
  out.skills.assign(skills.begin(), skills.end());
  out.documents.assign(documents.begin(), documents.end());
  if (!skills.empty()) out.skill_names = skill_names(ctx, out.skills);
  if (!documents.empty()) out.document_names = document_kind_names(ctx, out.documents);
  return out;
}

fit::Shift fit_shift(const Shift& shift, const Needs& needs) {
  fit::Shift out;
  out.id = shift.id;
  out.workplace = shift.workplace_id;
  out.start = shift.starts_at;
  out.end = shift.ends_at;
  out.break_minutes = shift.break_minutes;
  auto name_of = [](const std::map<Uuid, std::string>& names, const Uuid& id) {
    auto found = names.find(id);
    return found == names.end() ? std::string() : found->second;
  };
  if (auto at = needs.workplaces.find(shift.workplace_id); at != needs.workplaces.end()) {
    out.zone = at->second.time_zone;
    out.place = place_of(at->second.latitude, at->second.longitude);
    for (const auto& kind : at->second.required_documents)
      if (needs.document_names.contains(kind))
        out.required_documents.push_back({kind, name_of(needs.document_names, kind)});
  }
  for (const auto& need : shift.skills)
    (need.required.value_or(true) ? out.required_skills : out.preferred_skills)
        .push_back(
            {need.skill_id, name_of(needs.skill_names, need.skill_id), need.level.value_or(1)});
  return out;
}

// Loads everybody in the pools of one shift; or `persons`, each once, of whom the i-th is asked
// about by the i-th shift. What is loaded for another question of the same packet, beyond a shift's
// own window, changes nothing for it (load_window).
Loaded load(Ctx& ctx, const std::vector<const Shift*>& shifts,
            const std::optional<std::vector<Uuid>>& persons) {
  Loaded out;
  out.settings = staffing_settings(ctx);
  auto needs = needs_of(ctx, shifts);
  std::set<Uuid> pool_ids, place_ids;
  std::map<std::pair<Timestamp, Timestamp>, db::Later> months;
  fit::LoadWindow window;
  for (const auto* shift : shifts) {
    Question question;
    question.asked = shift;
    question.shift = fit_shift(*shift, needs);
    question.window = fit::load_window(question.shift, out.settings.rules);
    const auto& own = question.window;
    if (out.questions.empty()) window = own;
    window.bookings.start = std::min(window.bookings.start, own.bookings.start);
    window.bookings.end = std::max(window.bookings.end, own.bookings.end);
    window.first_day = std::min(window.first_day, own.first_day);
    window.last_day = std::max(window.last_day, own.last_day);
    for (const auto& month : own.months) months[{month.start, month.end}];
    pool_ids.insert(shift->pool_ids.begin(), shift->pool_ids.end());
    place_ids.insert(shift->workplace_id);
    out.questions.push_back(std::move(question));
  }

  std::unordered_map<Uuid, std::optional<fit::Coordinates>> places;
  if (!persons)
    for (const auto& r : workplaces(ctx)) places[r.id] = place_of(r.latitude, r.longitude);

  // The server works on the next statement while the rows of one are read: the longest are last.
  auto lately = now() - std::chrono::days(out.settings.ranking.lately_days);
  auto& tx = ctx.tx();
  auto only = static_cast<std::size_t>(persons.has_value());
  auto work = [&](Timestamp from, Timestamp until) {
    return tx.later(kWorkFor[only], from - kLongestShift, until, from, persons);
  };
  auto restricted = people::restricted_later(ctx);
  auto pools = tx.later(kFitInPools, std::vector<Uuid>(pool_ids.begin(), pool_ids.end()));
  auto whom = tx.later(kWhom[only], persons);
  auto skills = tx.later(kSkillsFor[only], needs.skills, persons);
  auto documents = tx.later(kDocumentsFor[only], needs.documents, persons);
  auto choices =
      tx.later(kChoicesFor[only], std::vector<Uuid>(place_ids.begin(), place_ids.end()), persons);
  auto statements = tx.later(kStatementsFor[only], window.first_day, window.last_day, persons);
  auto from = window.bookings.start - kLongestShift;
  db::Later near, asked, worked;
  if (persons) near = tx.later(kFitPlacesOf, *persons, from, window.bookings.end);
  auto booked =
      tx.later(kBookedFor[only], from, window.bookings.end, window.bookings.start, persons);
  if (out.settings.rules.month_max.level == fit::RuleLevel::off) months.clear();
  for (auto& [month, sums] : months) sums = work(month.first, month.second);
  // Fairness is between people: of some alone it is not asked.
  if (!persons) {
    asked = tx.later(kAskedLately[only], lately, persons);
    worked = tx.later(kFitWorked, lately, now());
  }

  std::unordered_set<Uuid> members, held;
  for (const auto& id : tx.wait(restricted).all<Uuid>()) held.insert(id);
  for (const auto& id : tx.wait(pools).all<Uuid>()) members.insert(id);
  std::unordered_map<Uuid, Question*> question_of;
  if (persons)
    for (std::size_t i = 0; i < persons->size(); ++i)
      question_of[(*persons)[i]] = &out.questions[i];
  auto registered = tx.wait(whom).all<WhomRecord>();
  if (!persons) out.questions.front().candidates.reserve(registered.size());
  std::unordered_map<Uuid, Seat> seats;
  seats.reserve(registered.size());
  for (const auto& r : registered) {
    auto& question = persons ? *question_of.at(r.person_id) : out.questions.front();
    const auto& shift = *question.asked;
    bool member = shift.pool_ids.empty() || members.contains(r.person_id);
    // Waves may reach beyond the pools; every other strategy stays within them.
    if (!member && !persons && shift.strategy.kind != StrategyKind::waves) continue;
    bool is_held = held.contains(r.person_id);
    if (!persons && is_held) continue;  // restricted: neither ranked nor asked
    seats.try_emplace(r.person_id, &question, question.candidates.size());
    auto& one = question.candidates.emplace_back();
    one.id = r.person_id;
    one.percent = r.percent;
    one.home = place_of(r.latitude, r.longitude);
    one.last_asked_at = r.last_asked_at;
    question.in_pool.push_back(member);
    question.held.push_back(is_held);
  }
  auto seat_of = [&](const Uuid& id) -> const Seat* {
    auto found = seats.find(id);
    return found == seats.end() ? nullptr : &found->second;
  };
  auto of = [&](const Uuid& id) -> fit::Candidate* {
    const auto* seat = seat_of(id);
    return seat == nullptr ? nullptr : &seat->candidate();
  };
  for (const auto& r : tx.wait(skills).all<SkillRow>())
    if (auto* one = of(r.person_id)) one->skills.push_back({r.skill_id, r.level, r.expires_on});
  for (const auto& r : tx.wait(documents).all<DocumentRow>())
    if (auto* one = of(r.person_id))
      one->documents.push_back({r.kind_id, r.valid_from, r.valid_until});
  for (const auto& r : tx.wait(choices).all<ChoiceRow>())
    if (const auto* seat = seat_of(r.person_id);
        seat != nullptr && seat->question->shift.workplace == r.workplace_id) {
      auto& one = seat->candidate();
      one.favourite |= r.kind == ChoiceKind::favourite;
      one.excluded_by_workplace |= r.kind == ChoiceKind::excluded_by_workplace;
      one.excluded_by_person |= r.kind == ChoiceKind::excluded_by_person;
    }
  for (const auto& r : tx.wait(statements).all<StatementRow>())
    if (auto* one = of(r.person_id))
      one->statements.push_back({r.id, r.kind, r.from_date, r.until_date, r.weekdays, r.from_minute,
                                 r.until_minute, r.stated_at});
  if (persons)
    for (const auto& r : tx.wait(near).all<PlaceRow>())
      places[r.id] = place_of(r.latitude, r.longitude);
  for (const auto& r : tx.wait(booked).all<BookedRow>())
    if (auto* one = of(r.person_id)) {
      if (one->bookings.empty()) one->bookings.reserve(kUsualBookings);
      auto at = places.find(r.workplace_id);
      one->bookings.push_back({r.starts_at, r.ends_at, r.break_minutes, r.workplace_id,
                               at == places.end() ? std::nullopt : at->second});
    }
  for (const auto& [month, sums] : months)
    for (const auto& r : tx.wait(sums).all<PersonCount>())
      if (const auto* seat = seat_of(r.person_id)) {
        const auto& own = seat->question->window.months;
        for (std::size_t i = 0; i < own.size(); ++i)
          if (own[i].start == month.first && own[i].end == month.second)
            seat->candidate().month_work[i] = std::chrono::seconds(r.count);
      }
  if (persons) return out;
  for (const auto& r : tx.wait(asked).all<PersonCount>())
    if (auto* one = of(r.person_id)) one->asked_lately = static_cast<int>(r.count);
  for (const auto& r : tx.wait(worked).all<PersonCount>())
    if (auto* one = of(r.person_id)) one->worked_lately_minutes = static_cast<int>(r.count);
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
  auto [questions, settings] = load(ctx, {&shift}, std::nullopt);
  const auto& question = questions.front();
  std::vector<Fit> out;
  out.reserve(question.candidates.size());
  for (auto& ranked :
       fit::rank(question.shift, question.candidates, settings.rules, settings.ranking)) {
    bool in_pool = question.in_pool[ranked.index];
    out.push_back({std::move(ranked), question.shift.zone, in_pool});
  }
  return out;
}

void book_alone(Ctx& ctx, const std::vector<Uuid>& persons) {
  ctx.tx().later(kFitBookAlone, persons);
}

std::vector<std::optional<Forbidden>> forbidden_for(Ctx& ctx,
                                                    const std::vector<const Shift*>& shifts,
                                                    const std::vector<Uuid>& persons) {
  std::vector<std::optional<Forbidden>> out(persons.size());
  if (persons.empty()) return out;
  book_alone(ctx, persons);
  auto [questions, settings] = load(ctx, shifts, persons);
  auto rules = settings.rules;
  // Who says yes can work, whatever they said before.
  rules.unavailable.level = fit::RuleLevel::off;
  rules.paused.level = fit::RuleLevel::off;
  std::vector<std::vector<fit::Finding>> findings(persons.size());
  std::vector<std::size_t> forbidden;
  std::vector<Uuid> to_be_told;
  for (std::size_t i = 0; i < persons.size(); ++i) {
    const auto& [asked, shift, window, candidates, in_pool, held] = questions[i];
    if (!candidates.empty()) findings[i] = fit::check(shift, candidates.front(), rules);
    if (!candidates.empty() && !held.front() && !fit::blocks(findings[i])) continue;
    forbidden.push_back(i);
    to_be_told.push_back(persons[i]);
  }
  if (forbidden.empty()) return out;
  auto spoken = people::languages(ctx, to_be_told);
  for (auto i : forbidden) {
    const auto& question = questions[i];
    auto own = spoken.find(persons[i]);
    auto language = own == spoken.end() ? trust::tenant_settings(ctx).locale : own->second;
    if (question.candidates.empty()) {
      out[i] = {"This person is not in the register of substitutes.", in(kNotRegistered, language),
                false};
    } else if (question.held.front()) {
      out[i] = {"The processing of this person's data is restricted. Lift the restriction first.",
                in(kHeld, language), false};
    } else {
      const auto& zone = question.shift.zone;
      out[i] = {findings_text(findings[i], fit::Audience::scheduler, zone, "en"),
                findings_text(findings[i], fit::Audience::answer, zone, language), true};
    }
  }
  return out;
}

std::string too_long_for(Ctx& ctx, const Shift& shift, const std::vector<Uuid>& booked) {
  if (booked.empty()) return {};
  auto [questions, settings] = load(ctx, std::vector<const Shift*>(booked.size(), &shift), booked);
  for (auto& question : questions) {
    if (question.candidates.empty()) continue;
    // As it was before they were booked: the shift is asked about, and counts once.
    auto& one = question.candidates.front();
    std::erase_if(one.bookings, [&](const fit::BookedTime& b) {
      fit::Interval time{b.start, b.end};
      if (time != fit::Interval{shift.starts_at, shift.ends_at} ||
          b.workplace != shift.workplace_id)
        return false;
      for (std::size_t i = 0; i < question.window.months.size(); ++i)
        one.month_work[i] -= fit::work_within(time, b.break_minutes, question.window.months[i]);
      return true;
    });
    auto findings = fit::check(question.shift, one, settings.rules);
    std::erase_if(findings, [](const fit::Finding& finding) {
      using enum fit::RuleId;
      return finding.rule != week_ordinary && finding.rule != week_max &&
             finding.rule != month_max && finding.rule != extra_hours;
    });
    auto text = findings_text(findings, fit::Audience::scheduler, question.shift.zone, "en");
    if (!text.empty()) return text;
  }
  return {};
}

std::optional<Forbidden> forbidden_for(Ctx& ctx, const Shift& shift, const Uuid& person) {
  return std::move(forbidden_for(ctx, {&shift}, {person}).front());
}

}  // namespace varde::staffing
