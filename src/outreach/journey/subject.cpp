// What is kept about a person of journeys.
#include "outreach/journey/internal.hpp"
#include "outreach/journey/store_sql.hpp"
#include "trust/names.hpp"

namespace varde::outreach {

using namespace store;
using trust::Ctx;

namespace {

struct SubjectRun {
  std::string journey;
  RunState state = RunState::active;
  std::string step;
  Timestamp entered_at, wakes_at;
};
BOOST_DESCRIBE_STRUCT(SubjectRun, (), (journey, state, step, entered_at, wakes_at))
struct SubjectStep {
  Timestamp at;
  std::string journey, step;
};
BOOST_DESCRIBE_STRUCT(SubjectStep, (), (at, journey, step))
struct SubjectCall {
  Timestamp at;
  std::string journey, recipient;
  CallState state = CallState::waiting;
  int attempts = 0;
  std::optional<std::string> content;
};
BOOST_DESCRIBE_STRUCT(SubjectCall, (), (at, journey, recipient, state, attempts, content))

template <class Row>
std::map<Uuid, std::string> journeys_of(Ctx& ctx, const std::vector<Row>& rows) {
  std::set<Uuid> ids;
  for (const auto& row : rows) ids.insert(row.journey_id);
  return ids.empty() ? std::map<Uuid, std::string>()
                     : trust::names_by(ctx, kJourneyNames, {ids.begin(), ids.end()});
}

}  // namespace

void write_journeys(Ctx& ctx, const Uuid& person, people::SubjectWriter& out) {
  constexpr int kPage = people::kSubjectPage;
  auto is_last = [](const auto& rows) { return rows.size() < static_cast<std::size_t>(kPage); };
  out.section("journeys", people::subject_columns<SubjectRun>());
  for (Uuid after;;) {
    auto rows = ctx.tx().all<RunOfPerson>(kJourneyRunsOfPerson, person, after, kPage);
    auto names = journeys_of(ctx, rows);
    for (const auto& r : rows)
      out.add(SubjectRun{names[r.journey_id], r.state, r.step_id, r.entered_at, r.wakes_at});
    if (is_last(rows)) break;
    after = rows.back().run_id;
  }
  out.section("journey_steps", people::subject_columns<SubjectStep>());
  for (std::pair<Uuid, std::string> after;;) {
    auto rows =
        ctx.tx().all<DoneOfPerson>(kJourneyDoneOfPerson, person, after.first, after.second, kPage);
    auto names = journeys_of(ctx, rows);
    for (const auto& r : rows) out.add(SubjectStep{r.at, names[r.journey_id], r.step_id});
    if (is_last(rows)) break;
    after = {rows.back().run_id, rows.back().step_id};
  }
  out.section("webhooks", people::subject_columns<SubjectCall>());
  auto key = ctx.base.keys.key(ctx.tenant, person);
  for (Uuid after;;) {
    auto rows = ctx.tx().all<CallOfPerson>(kJourneyCallsOfPerson, person, after, kPage);
    auto names = journeys_of(ctx, rows);
    for (const auto& r : rows)
      out.add(SubjectCall{r.due_at, names[r.journey_id],
                          r.url.substr(0, r.url.find('/', 8)),  // what follows may be a password
                          static_cast<CallState>(r.state), r.attempts,
                          key ? r.sealed.open(*key, ctx.tenant, r.call_id) : std::nullopt});
    if (is_last(rows)) break;
    after = rows.back().call_id;
  }
}

}  // namespace varde::outreach
