// Shifts by the dozen: series, and tables of shifts.
#include <map>
#include <set>
#include <unordered_map>

#include "base/text.hpp"
#include "staffing/shift/internal.hpp"
#include "staffing/shift/store_sql.hpp"
#include "staffing/shift/table.hpp"
#include "web/resource.hpp"

namespace varde::staffing {

using namespace store;
using trust::Ctx;
using trust::Right;

namespace {

constexpr std::size_t kMostRepeated = 400;
constexpr std::size_t kMostRows = 5000;
constexpr std::size_t kMostBytes = 4 << 20;
constexpr std::size_t kMostBad = 100;

struct SeriesInput {
  std::optional<std::vector<int>> weekdays;  ///< 1 is Monday; the shift's own when none is named.
  std::optional<int> every_weeks;
  Date until;
};
BOOST_DESCRIBE_STRUCT(SeriesInput, (), (weekdays, every_weeks, until))
struct Series {
  std::vector<Shift> items;
  std::vector<DayLeftOut> left_out;  ///< Days on which the clocks make it impossible, and why.
};
BOOST_DESCRIBE_STRUCT(Series, (), (items, left_out))
struct TableQuery {
  std::optional<bool> check;  ///< Only says what would happen.
};
BOOST_DESCRIBE_STRUCT(TableQuery, (), (check))
struct BadRow {
  std::int64_t row = 0;  ///< The line of the file it begins on.
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(BadRow, (), (row, reason))
struct TableResult {
  std::int64_t rows = 0, created = 0, skipped = 0, bad_rows = 0;
  std::vector<BadRow> bad;       ///< The first hundred.
  std::vector<BadRow> warnings;  ///< How something was read in rows that can be taken; as many.
};
BOOST_DESCRIBE_STRUCT(TableResult, (), (rows, created, skipped, bad_rows, bad, warnings))

// What rows name, by the folded name.
struct Register {
  std::unordered_map<std::string, Workplace> workplaces;
  std::unordered_map<std::string, Uuid> skills, pools;

  explicit Register(Ctx& ctx) {
    for (auto& one : staffing::workplaces(ctx)) workplaces[fold(one.name)] = one;
    for (auto& one : all_skills(ctx)) skills[fold(one.name)] = one.id;
    for (auto& one : all_pools(ctx)) pools[fold(one.name)] = one.id;
  }
};

std::string find_all(const std::vector<std::string>& names,
                     const std::unordered_map<std::string, Uuid>& known, const char* what,
                     std::vector<Uuid>& out) {
  for (const auto& name : names) {
    auto found = known.find(fold(name));
    if (found == known.end()) return fmt::format("There is no {} called \"{}\".", what, name);
    if (std::ranges::find(out, found->second) == out.end()) out.push_back(found->second);
  }
  return {};
}

// Makes a draft of a row; says what is wrong with it otherwise.
std::string draft_of(Ctx& ctx, const TableRow& row, const Register& known, ShiftRecord& r) {
  if (!row.problem.empty()) return row.problem;
  auto place = known.workplaces.find(fold(row.workplace));
  if (place == known.workplaces.end())
    return fmt::format("There is no workplace called \"{}\".", row.workplace);
  std::vector<Uuid> skills;
  if (auto wrong = find_all(row.skills, known.skills, "skill", skills); !wrong.empty())
    return wrong;
  r = blank_shift(ctx);
  if (auto wrong = find_all(row.pools, known.pools, "pool", r.pool_ids); !wrong.empty())
    return wrong;
  const auto& zone = place->second.time_zone;
  auto day = std::chrono::local_days(row.date);
  auto last_day = day + std::chrono::days(row.end_minute <= row.start_minute ? 1 : 0);
  auto times = times_at({day + std::chrono::minutes(row.start_minute),
                         last_day + std::chrono::minutes(row.end_minute)},
                        zone, row.break_minutes);
  if (!times) return times.error().message;
  r.workplace_id = place->second.id;
  r.starts_at = times->starts_at;
  r.ends_at = times->ends_at;
  if (r.starts_at <= now()) return "The shift begins in the past.";
  std::vector<SkillNeed> needs;
  for (const auto& id : skills) needs.push_back({id, std::nullopt, true});
  r.skills = {boost::json::serialize(web::write(needs))};
  r.places = row.places;
  r.break_minutes = row.break_minutes;
  r.note = row.note;
  return {};
}

// What makes two shifts the same to a table: all that a row can say.
using Same = std::tuple<Uuid, Timestamp, Timestamp, int, int, std::string, std::vector<Uuid>,
                        std::set<std::tuple<Uuid, int, bool>>>;
Same same(const ShiftRecord& r) {
  std::set<std::tuple<Uuid, int, bool>> skills;
  for (const auto& need : view_of(r).skills)
    skills.insert({need.skill_id, need.level.value_or(1), need.required.value_or(true)});
  return {r.workplace_id,  r.starts_at, r.ends_at,  r.places,
          r.break_minutes, r.note,      r.pool_ids, skills};
}

Result<TableResult> take_table(Ctx& ctx, std::string_view bytes, bool check) {
  VARDE_TRY(auto rows, read_table(bytes, kMostRows, net::yield_now));
  Register known(ctx);
  TableResult out;
  out.rows = static_cast<std::int64_t>(rows.size());
  std::vector<ShiftRecord> drafts;
  for (const auto& row : rows) {
    ShiftRecord draft;
    auto wrong = draft_of(ctx, row, known, draft);
    if (wrong.empty()) {
      drafts.push_back(std::move(draft));
      if (!row.warning.empty() && out.warnings.size() < kMostBad)
        out.warnings.push_back({static_cast<std::int64_t>(row.line), row.warning});
      continue;
    }
    if (out.bad.size() < kMostBad)
      out.bad.push_back({static_cast<std::int64_t>(row.line), std::move(wrong)});
    ++out.bad_rows;
  }
  if (drafts.empty()) return out;
  // The same table again makes nothing twice; every row of one table is a shift that is wanted,
  // however many say the same.
  auto [first, last] = std::ranges::minmax(drafts, {}, &ShiftRecord::starts_at);
  std::map<Same, int> there;
  std::set<Uuid> places;
  for (const auto& draft : drafts) places.insert(draft.workplace_id);
  for (const auto& one : ctx.tx().all<ShiftRecord>(kShiftBetween, first.starts_at, last.starts_at,
                                                   std::vector<Uuid>(places.begin(), places.end())))
    ++there[same(one)];
  auto before = drafts.size();
  std::erase_if(drafts, [&](const ShiftRecord& r) {
    auto found = there.find(same(r));
    return found != there.end() && found->second-- > 0;
  });
  out.skipped = static_cast<std::int64_t>(before - drafts.size());
  out.created = static_cast<std::int64_t>(drafts.size());
  if (!check) add_drafts(ctx, drafts);
  return out;
}

Result<Series> repeat_shift(Ctx& ctx, const web::Path<web::IdPath>& path,
                            const web::Body<SeriesInput>& in) {
  auto r = ctx.tx().maybe<ShiftRecord>(kShiftLock, path->id);
  auto workplace = r ? find_workplace(ctx, r->workplace_id) : std::nullopt;
  if (!workplace) return not_found("This shift does not exist any more.");
  Repetition repetition;
  repetition.weekdays = in->weekdays.value_or(std::vector<int>{});
  repetition.every_weeks = in->every_weeks.value_or(1);
  repetition.until = in->until;
  if (repetition.every_weeks < 1 || repetition.every_weeks > 8)
    return bad_input("/every_weeks", "must be from 1 to 8.");
  for (auto day : repetition.weekdays)
    if (day < 1 || day > 7)
      return bad_input("/weekdays", "A weekday is from 1 (Monday) to 7 (Sunday).");
  if (std::chrono::sys_days(in->until) > r->starts_at + std::chrono::days(366))
    return bad_input("/until", "must be within a year of the shift.");
  VARDE_TRY(auto all, repeat({r->starts_at, r->ends_at}, r->break_minutes, workplace->time_zone,
                             repetition, kMostRepeated));
  auto series = r->series_id.value_or(Uuid::make());
  if (!r->series_id) ctx.tx().later(kShiftSetSeries, path->id, series);
  std::vector<ShiftRecord> drafts;
  Series made;
  for (const auto& times : all.times) {
    drafts.push_back(copy_of(ctx, *r, times, series));
    made.items.push_back(view_of(drafts.back()));
  }
  made.left_out = std::move(all.left_out);
  add_drafts(ctx, drafts);
  return made;
}

Result<TableResult> import_shifts(Ctx& ctx, const web::Query<TableQuery>& query,
                                  const web::Bytes& body) {
  const auto& bytes = body.value;
  if (!bytes) return bad_input("body", "A table of shifts has 4 MB at most. Split it.");
  return take_table(ctx, *bytes, query->check.value_or(false));
}

}  // namespace

void add_table_routes(trust::Api& api) {
  auto request = static_cast<int>(Right::shifts_request);
  api.add({"POST", "/api/v1/shifts/{id}/series", "repeatShift",
           "Makes drafts at the same local times on later days", request},
          repeat_shift);
  api.add(
      {"POST", "/api/v1/shifts/import", "importShifts",
       "Makes drafts of a table (CSV, or a workbook of Excel); the same table again makes nothing "
       "twice",
       request, kMostBytes},
      import_shifts);
}

}  // namespace varde::staffing
