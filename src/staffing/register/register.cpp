#include "staffing/register/register.hpp"
#include "staffing/register/api.hpp"

#include <set>

#include "base/text.hpp"
#include "people/person/person.hpp"
#include "staffing/offer/offer.hpp"
#include "staffing/paper/paper.hpp"
#include "staffing/register/store.hpp"
#include "staffing/register/store_sql.hpp"
#include "trust/audit.hpp"
#include "trust/names.hpp"
#include "trust/tenant/tenant.hpp"
#include "web/resource.hpp"

namespace varde::staffing {

using namespace store;
using trust::AuditEntry;
using trust::Ctx;
using trust::Right;

namespace {

constexpr std::int64_t kMostStatements = 500;

AvailabilityView view_of(const AvailabilityRecord& r) {
  AvailabilityView out{r.availability_id, r.kind,         r.from_date, r.until_date, {},
                       r.from_minute,     r.until_minute, r.created_at};
  for (int day = 1; day <= 7; ++day)
    if ((r.weekdays >> (day - 1)) & 1) out.weekdays.push_back(day);
  return out;
}

void check_place(const std::optional<double>& latitude, const std::optional<double>& longitude,
                 web::Errors& errors) {
  if (latitude.has_value() != longitude.has_value())
    errors.push_back({"/latitude", "Give latitude and longitude, or neither."});
  if (latitude && !(std::abs(*latitude) <= 90))
    errors.push_back({"/latitude", "must be from -90 to 90."});
  if (longitude && !(std::abs(*longitude) <= 180))
    errors.push_back({"/longitude", "must be from -180 to 180."});
}

void check_documents(Ctx& ctx, const std::vector<Uuid>& kinds, web::Errors& errors) {
  if (kinds.size() > 20 || ctx.tx().one<std::int64_t>(kDocumentKinds.count, kinds) !=
                               static_cast<std::int64_t>(kinds.size()))
    errors.push_back(
        {"/required_documents", "Name each kind once, at most 20, and only ones that exist."});
}

Error taken(const char* what) {
  return Error{ErrorCode::conflict,
               fmt::format("A {} with this name exists already.", what),
               {{"/name", "is taken."}},
               {},
               0};
}
Error gone(const char* what) {
  return not_found(fmt::format("This {} does not exist any more.", what));
}

void add_named(trust::Api& api, const NamedSql& sql, const std::string& path,
               const std::string& one, const std::string& many) {
  auto read = static_cast<int>(Right::shifts_read),
       manage = static_cast<int>(Right::staffing_manage);
  const auto* kind = sql.kind;
  api.add({"GET", path, "list" + many, many + " and how many substitutes have them", read},
          [&sql](Ctx& ctx) -> Result<web::Page<Named>> {
            return web::Page<Named>{ctx.tx().all<Named>(sql.all), {}, {}};
          });
  api.add(
      {"POST", path, "create" + one, fmt::format("Adds a {}", kind), manage},
      [&sql, kind, path](Ctx& ctx, const web::Body<NameInput>& in) -> Result<web::Created<Named>> {
        auto id = Uuid::make();
        if (ctx.tx().query(sql.insert, id, in->name.value, now()).affected() == 0)
          return taken(kind);
        record(ctx, AuditEntry{std::string(kind) + ".create", kind, id});
        return web::Created<Named>{{id, in->name.value, 0}, path + "/" + id.str()};
      });
  api.add({"PATCH", path + "/{id}", "update" + one, fmt::format("Renames a {}", kind), manage},
          [&sql, kind](Ctx& ctx, const web::Path<web::IdPath>& at,
                       const web::Body<NameInput>& in) -> Result<Named> {
            try {
              if (ctx.tx().query(sql.rename, at->id, in->name.value).affected() == 0)
                return gone(kind);
            } catch (const db::SqlError& e) {
              if (!e.is_unique_violation()) throw;
              return taken(kind);
            }
            record(ctx, AuditEntry{std::string(kind) + ".update", kind, at->id});
            return Named{at->id, in->name.value, 0};
          });
  api.add({"DELETE", path + "/{id}", "delete" + one,
           fmt::format("Removes a {}; the substitutes stay", kind), manage},
          [&sql, kind](Ctx& ctx, const web::Path<web::IdPath>& at) -> Result<Done> {
            try {
              if (ctx.tx().query(sql.remove, at->id).affected() == 0) {
                if (ctx.tx().one<std::int64_t>(sql.count, std::vector{at->id}) == 0)
                  return gone(kind);
                return conflict(fmt::format(
                    "A workplace asks for this {}. Take it off the workplace first.", kind));
              }
            } catch (const db::SqlError& e) {
              if (!e.is_foreign_key_violation()) throw;
              return conflict(
                  fmt::format("Somebody has this {}. Remove it there first, or rename it.", kind));
            }
            record(ctx, AuditEntry{std::string(kind) + ".delete", kind, at->id});
            return Done{};
          });
}

// Everything about these substitutes, in three round trips however many.
std::vector<Substitute> views(Ctx& ctx, const std::vector<SubstituteRecord>& records) {
  std::vector<Uuid> ids;
  for (const auto& r : records) ids.push_back(r.person_id);
  if (ids.empty()) return {};
  auto skills = ctx.tx().later(kSubstituteSkills, ids),
       pools = ctx.tx().later(kSubstitutePools, ids),
       choices = ctx.tx().later(kSubstituteChoices, ids);
  auto persons = people::load(ctx, ids, false);
  std::map<Uuid, Substitute> all;
  for (const auto& person : persons) {
    auto& one = all[person.id];
    one.id = person.id;
    one.name = Personal(people::display_name(person));
    if (!person.phone.empty()) {
      one.phone = person.phone;
      one.takes_sms = people::takes_sms(person.phone.reveal());
    }
    if (!person.email.empty()) one.email = person.email;
  }
  for (const auto& r : skills.rows().all<SkillOfRecord>())
    if (auto one = all.find(r.person_id); one != all.end())
      one->second.skills.push_back({r.skill_id, r.level, r.expires_on});
  for (const auto& r : pools.rows().all<PoolOfRecord>())
    if (auto one = all.find(r.person_id); one != all.end()) one->second.pools.push_back(r.pool_id);
  for (const auto& r : choices.rows().all<ChoiceRecord>())
    if (auto one = all.find(r.person_id); one != all.end())
      one->second.workplaces.push_back({r.workplace_id, r.kind});
  for (const auto& [id, at] : picture_times(ctx, ids))
    if (auto one = all.find(id); one != all.end()) one->second.picture_at = at;
  std::vector<Substitute> out;
  for (const auto& r : records) {
    auto one = all.find(r.person_id);
    if (one == all.end()) continue;  // erased meanwhile
    one->second.percent = r.percent;
    one->second.latitude = r.latitude;
    one->second.longitude = r.longitude;
    one->second.last_asked_at = r.last_asked_at;
    one->second.version = r.version;
    out.push_back(std::move(one->second));
  }
  return out;
}

// Writes pools, skills and choices that were given; each replaces what was there.
Result<void> save_details(Ctx& ctx, const Uuid& person, const SubstituteInput& in) {
  auto& tx = ctx.tx();
  if (in.pools) {
    std::set<Uuid> ids(in.pools->begin(), in.pools->end());
    if (!are_pools(ctx, {ids.begin(), ids.end()}))
      return bad_input("/pools", "One of these pools does not exist any more.");
    std::vector<PoolOfRecord> rows;
    for (const auto& id : ids) rows.push_back({ctx.tenant, id, person});
    tx.later(kSubstituteClearPools, person);
    tx.insert_many("pool_member", rows);
  }
  if (in.skills) {
    std::map<Uuid, SkillOfRecord> rows;
    std::vector<Uuid> ids;
    for (const auto& skill : *in.skills) {
      auto level = skill.level.value_or(1);
      if (level < 1 || level > 5) return bad_input("/skills", "A level is from 1 to 5.");
      rows[skill.skill_id] = {ctx.tenant, person, skill.skill_id, level, skill.expires_on};
    }
    std::vector<SkillOfRecord> list;
    for (const auto& [id, row] : rows) ids.push_back(id), list.push_back(row);
    if (!are_skills(ctx, ids))
      return bad_input("/skills", "One of these skills does not exist any more.");
    tx.later(kSubstituteClearSkills, person);
    tx.insert_many("substitute_skill", list);
  }
  if (in.workplaces) {
    // What the workplace wants and what the person wants: one of each.
    std::map<std::pair<Uuid, bool>, ChoiceRecord> rows;
    std::set<Uuid> named;
    for (const auto& choice : *in.workplaces) {
      ChoiceRecord row{ctx.tenant, choice.workplace_id, person, choice.kind};
      bool of_person = choice.kind == ChoiceKind::excluded_by_person;
      auto [at, fresh] = rows.insert({{choice.workplace_id, of_person}, row});
      if (!fresh && at->second.kind != choice.kind)
        return bad_input("/workplaces",
                         "A person is a favourite of a workplace or is left out there, not both.");
      named.insert(choice.workplace_id);
    }
    std::vector<ChoiceRecord> list;
    for (const auto& [key, row] : rows) list.push_back(row);
    std::vector<Uuid> ids(named.begin(), named.end());
    if (tx.one<std::int64_t>(kWorkplaceCount, ids) != static_cast<std::int64_t>(ids.size()))
      return bad_input("/workplaces", "One of these workplaces does not exist any more.");
    tx.later(kSubstituteClearChoices, person);
    tx.insert_many("workplace_choice", list);
  }
  return {};
}

Result<Substitute> substitute(Ctx& ctx, const Uuid& id) {
  auto record = ctx.tx().maybe<SubstituteRecord>(kSubstituteOne, id);
  auto all = record ? views(ctx, {*record}) : std::vector<Substitute>{};
  if (all.empty()) return not_found("This person is not a substitute, or was erased.");
  return std::move(all.front());
}

}  // namespace

std::vector<Named> all_skills(Ctx& ctx) { return ctx.tx().all<Named>(kSkills.all); }
std::vector<Named> all_pools(Ctx& ctx) { return ctx.tx().all<Named>(kPools.all); }
std::vector<Workplace> workplaces(Ctx& ctx) { return ctx.tx().all<Workplace>(kWorkplaceAll); }
std::optional<Workplace> find_workplace(Ctx& ctx, const Uuid& id) {
  return ctx.tx().maybe<Workplace>(kWorkplaceOne, id);
}
std::vector<Workplace> find_workplaces(Ctx& ctx, const std::vector<Uuid>& ids) {
  return ctx.tx().all<Workplace>(kWorkplaceSome, ids);
}
bool are_pools(Ctx& ctx, const std::vector<Uuid>& ids) {
  return ctx.tx().one<std::int64_t>(kPools.count, ids) == static_cast<std::int64_t>(ids.size());
}
bool are_skills(Ctx& ctx, const std::vector<Uuid>& ids) {
  return ctx.tx().one<std::int64_t>(kSkills.count, ids) == static_cast<std::int64_t>(ids.size());
}

std::map<Uuid, std::string> skill_names(Ctx& ctx, const std::vector<Uuid>& ids) {
  std::map<Uuid, std::string> out;
  for (auto& row : ctx.tx().all<Named>(kSkillNames, ids)) out[row.id] = std::move(row.name);
  return out;
}

std::map<Uuid, std::string> document_kind_names(Ctx& ctx, const std::vector<Uuid>& ids) {
  std::map<Uuid, std::string> out;
  for (auto& row : ctx.tx().all<Named>(kDocumentKindNames, ids)) out[row.id] = std::move(row.name);
  return out;
}

namespace {

// Who shares a telephone shares its numbers: else "2" would mean two shifts there. `numbers`: what
// each who is asked has by themselves.
void share_numbers(Ctx& ctx, std::map<Uuid, int>& numbers) {
  std::vector<Uuid> asked;
  for (const auto& [person, number] : numbers) asked.push_back(person);
  auto sharing = people::sharing_phone(ctx, asked);
  if (sharing.empty()) return;
  std::set<Uuid> all;
  for (const auto& group : sharing) all.insert(group.begin(), group.end());
  std::map<Uuid, int> last;  // before anybody was asked now
  for (const auto& row :
       ctx.tx().all<NumberRecord>(kSubstituteNumbers, std::vector(all.begin(), all.end())))
    last[row.person_id] = row.offer_number - (numbers.contains(row.person_id) ? 1 : 0);
  std::vector<Uuid> persons;
  std::vector<int> set;
  for (const auto& group : sharing) {
    int number = 0;
    for (const auto& person : group)
      if (auto own = last.find(person); own != last.end()) number = std::max(number, own->second);
    for (const auto& person : group)
      if (auto own = numbers.find(person); own != numbers.end())
        own->second = number = number % 999 + 1;
    for (const auto& person : group) {
      persons.push_back(person);
      set.push_back(number);
    }
  }
  ctx.tx().later(kSubstituteSetNumbers, persons, set);
}

}  // namespace

std::map<Uuid, int> note_asked(Ctx& ctx, const std::vector<Uuid>& persons,
                               std::optional<Timestamp> at) {
  std::map<Uuid, int> out;
  for (const auto& row : ctx.tx().all<NumberRecord>(kSubstituteNoteAsked, persons, at))
    out[row.person_id] = row.offer_number;
  share_numbers(ctx, out);
  return out;
}

void note_asked_again(Ctx& ctx, const std::vector<Uuid>& persons) {
  ctx.tx().later(kSubstituteNoteAskedAgain, persons, now());
}

void add_register_hooks(trust::Base& base) { trust::add_names(base, kStaffingNames); }

namespace {

Result<web::Page<Workplace>> list_workplaces(Ctx& ctx) {
  return web::Page<Workplace>{workplaces(ctx), {}, {}};
}

Result<web::Created<Workplace>> create_workplace(Ctx& ctx, const web::Body<WorkplaceInput>& in) {
  web::Errors errors;
  if (!in->name) errors.push_back({"/name", "is required."});
  check_place(in->latitude.value, in->longitude.value, errors);
  auto documents = in->required_documents.value_or(std::vector<Uuid>{});
  check_documents(ctx, documents, errors);
  if (!errors.empty()) return web::wrong_fields(std::move(errors));
  auto id = Uuid::make();
  auto zone = in->time_zone ? in->time_zone->value : trust::tenant_settings(ctx).time_zone;
  if (ctx.tx()
          .query(kWorkplaceInsert, id, in->name->value, in->address ? in->address->value : "", zone,
                 in->latitude.value, in->longitude.value, documents, now(),
                 in->code ? in->code->value : "")
          .affected() == 0)
    return taken("workplace");
  record(ctx, AuditEntry{"workplace.create", "workplace", id});
  return web::Created<Workplace>{*find_workplace(ctx, id), "/api/v1/workplaces/" + id.str()};
}

Result<Workplace> update_workplace(Ctx& ctx, const web::Path<web::IdPath>& path,
                                   const web::IfMatch& match, const web::Body<WorkplaceInput>& in) {
  auto found = find_workplace(ctx, path->id);
  if (!found) return gone("workplace");
  auto before = *found;
  if (in->name) found->name = in->name->value;
  if (in->address) found->address = in->address->value;
  if (in->code) found->code = in->code->value;
  if (in->time_zone) found->time_zone = in->time_zone->value;
  if (in->latitude.present) found->latitude = in->latitude.value;
  if (in->longitude.present) found->longitude = in->longitude.value;
  web::Errors errors;
  if (in->required_documents) {
    found->required_documents = *in->required_documents;
    check_documents(ctx, found->required_documents, errors);
  }
  check_place(found->latitude, found->longitude, errors);
  if (!errors.empty()) return web::wrong_fields(std::move(errors));
  try {
    if (ctx.tx()
            .query(kWorkplaceUpdate, path->id, match.or_current(found->version), found->name,
                   found->address, found->time_zone, found->latitude, found->longitude,
                   found->required_documents, found->code)
            .affected() == 0)
      return web::changed_meanwhile("this workplace");
  } catch (const db::SqlError& e) {
    if (!e.is_unique_violation()) throw;
    return taken("workplace");
  }
  if (found->name != before.name || found->address != before.address)
    revise_bookings_at(ctx, path->id);
  record(ctx, AuditEntry{"workplace.update", "workplace", path->id});
  return *find_workplace(ctx, path->id);
}

Result<Done> delete_workplace(Ctx& ctx, const web::Path<web::IdPath>& path) {
  if (ctx.tx().query(kWorkplaceDelete, path->id).affected() == 0) {
    if (!find_workplace(ctx, path->id)) return gone("workplace");
    return make_error(ErrorCode::conflict,
                      "This workplace has shifts: it is part of their history. Rename it "
                      "if it is not used any more.");
  }
  record(ctx, AuditEntry{"workplace.delete", "workplace", path->id});
  return Done{};
}

Result<web::Page<Substitute>> list_substitutes(Ctx& ctx, const web::Query<SubstituteQuery>& query) {
  auto limit = web::page_limit(query->limit);
  web::Page<Substitute> page;
  std::vector<SubstituteRecord> records;
  if (query->person) {
    records = ctx.tx().all<SubstituteRecord>(kSubstituteOf, std::vector{*query->person});
  } else if (query->q && !trim(*query->q).empty()) {
    // Names are found by the persons' blind index, among those who are substitutes.
    VARDE_TRY(auto before, web::read_before(query->cursor));
    people::PersonFilter filter;
    filter.q = *query->q;
    filter.among = ctx.tx().all<Uuid>(kSubstituteIds, query->pool, query->skill);
    VARDE_TRY(auto ids, people::search(ctx, filter, before, limit + 1));
    page.next = web::cut_page(ids, limit, std::identity{});
    records = ctx.tx().all<SubstituteRecord>(kSubstituteOf, ids);
  } else {
    VARDE_TRY(auto after, web::read_after(query->cursor));
    records = ctx.tx().all<SubstituteRecord>(kSubstitutePage, after, query->pool, query->skill,
                                             std::int64_t{limit} + 1);
    page.next = web::cut_page(records, limit, &SubstituteRecord::person_id);
  }
  page.items = views(ctx, records);
  trust::record_bulk_read(ctx, records.size(), "substitute");
  return page;
}

Result<Substitute> get_substitute(Ctx& ctx, const web::Path<web::IdPath>& path) {
  return substitute(ctx, path->id);
}

Result<Substitute> put_substitute(Ctx& ctx, const web::Path<web::IdPath>& path,
                                  const web::Body<SubstituteInput>& in) {
  web::Errors errors;
  if (in->percent && !(*in->percent >= 0 && *in->percent <= 100))
    errors.push_back({"/percent", "must be from 0 to 100."});
  check_place(in->latitude.value, in->longitude.value, errors);
  if (!errors.empty()) return web::wrong_fields(std::move(errors));
  if (people::load(ctx, {path->id}, false).empty())
    return not_found("This person does not exist, or was erased.");
  // A kilometre is enough to say who lives near, and says less about where.
  auto rounded = [](std::optional<double> degrees) {
    return degrees ? std::optional(std::round(*degrees * 100) / 100) : std::nullopt;
  };
  auto known = ctx.tx().maybe<SubstituteRecord>(kSubstituteLock, path->id);
  auto latitude = in->latitude.present ? rounded(in->latitude.value)
                  : known              ? known->latitude
                                       : std::nullopt;
  auto longitude = in->longitude.present ? rounded(in->longitude.value)
                   : known               ? known->longitude
                                         : std::nullopt;
  auto percent = in->percent.value_or(known ? known->percent : 0);
  if (known) {
    ctx.tx().later(kSubstituteUpdate, path->id, percent, latitude, longitude);
  } else {
    ctx.tx().later(kSubstituteInsert, path->id, percent, latitude, longitude, now());
  }
  VARDE_CHECK(save_details(ctx, path->id, in.value));
  record(ctx, AuditEntry{known ? "substitute.update" : "substitute.create", "substitute", path->id,
                         path->id});
  return substitute(ctx, path->id);
}

Result<Added> add_substitutes(Ctx& ctx, const web::Body<AddInput>& in) {
  std::set<Uuid> wanted(in->person_ids.begin(), in->person_ids.end());
  auto pools = in->pools.value_or(std::vector<Uuid>{});
  if (wanted.empty() || wanted.size() > kMostAdded)
    return bad_input("/person_ids", fmt::format("must be from 1 to {}.", kMostAdded));
  if (pools.size() > 20 || !are_pools(ctx, pools))
    return bad_input("/pools", "Name each pool once, at most 20, that exist.");
  std::vector<Uuid> ids;
  for (const auto& person : people::load(ctx, {wanted.begin(), wanted.end()}, false))
    ids.push_back(person.id);
  auto made = ctx.tx().all<Uuid>(kSubstituteInsertMany, ids, now());
  std::vector<PoolOfRecord> members;
  for (const auto& pool : pools)
    for (const auto& id : ids) members.push_back({ctx.tenant, pool, id});
  ctx.tx().insert_many("pool_member", members, "ON CONFLICT DO NOTHING");
  std::vector<AuditEntry> trail;
  for (const auto& id : made) trail.push_back({"substitute.create", "substitute", id, id, {}});
  record(ctx, trail);
  auto count = [](const auto& all) { return static_cast<std::int64_t>(all.size()); };
  return Added{count(made), count(ids) - count(made), count(wanted) - count(ids)};
}

Result<Done> delete_substitute(Ctx& ctx, const web::Path<web::IdPath>& path) {
  if (ctx.tx().query(kSubstituteDelete, std::vector<Uuid>{path->id}).affected() == 0)
    return not_found("This person is not a substitute.");
  end_questions(ctx, {path->id}, OfferState::withdrawn);
  record(ctx, AuditEntry{"substitute.delete", "substitute", path->id, path->id});
  return Done{};
}

Result<web::Page<AvailabilityView>> list_availability(Ctx& ctx,
                                                      const web::Path<web::IdPath>& path) {
  web::Page<AvailabilityView> page;
  auto today = trust::tenant_today(ctx);
  if (!today) return not_found("This organisation does not exist any more.");
  for (const auto& r : ctx.tx().all<AvailabilityRecord>(kSubstituteAvailability, path->id, *today))
    page.items.push_back(view_of(r));
  if (page.items.empty() && !ctx.tx().maybe<SubstituteRecord>(kSubstituteOne, path->id))
    return not_found("This person is not a substitute, or was erased.");
  return page;
}

Result<web::Created<AvailabilityView>> create_availability(Ctx& ctx,
                                                           const web::Path<web::IdPath>& path,
                                                           const web::Body<AvailabilityInput>& in) {
  web::Errors errors;
  AvailabilityRecord r{ctx.tenant,
                       Uuid::make(),
                       path->id,
                       in->kind,
                       in->from_date,
                       in->until_date,
                       127,
                       in->from_minute.value_or(0),
                       in->until_minute.value_or(1440),
                       now()};
  if (r.until_date < r.from_date)
    errors.push_back({"/until_date", "must not be before from_date."});
  if (std::chrono::sys_days(r.until_date) - std::chrono::sys_days(r.from_date) >
      std::chrono::days(3 * 366))
    errors.push_back({"/until_date", "must be at most three years after from_date."});
  if (in->weekdays) {
    r.weekdays = 0;
    for (int day : *in->weekdays) {
      if (day < 1 || day > 7) {
        errors.push_back({"/weekdays", "are numbers from 1 (Monday) to 7."});
        break;
      }
      r.weekdays |= 1 << (day - 1);
    }
    if (r.weekdays == 0) errors.push_back({"/weekdays", "Name at least one day."});
  }
  if (r.from_minute < 0 || r.from_minute >= 1440)
    errors.push_back({"/from_minute", "must be from 0 to 1439."});
  if (r.until_minute < 0 || r.until_minute > 1440 || r.until_minute == r.from_minute)
    errors.push_back({"/until_minute", "must be from 0 to 1440, and another than from_minute."});
  if (!errors.empty()) return web::wrong_fields(std::move(errors));
  if (!ctx.tx().maybe<SubstituteRecord>(kSubstituteLock, path->id))
    return not_found("This person is not a substitute, or was erased.");
  if (ctx.tx().one<std::int64_t>(kSubstituteCountAvailability, path->id) >= kMostStatements)
    return make_error(ErrorCode::conflict,
                      fmt::format("There are {} statements already. Remove old ones, or "
                                  "say it with a weekly pattern.",
                                  kMostStatements));
  ctx.tx().insert_many("availability", std::vector{r});
  record(ctx, AuditEntry{"availability.create", "substitute", path->id, path->id});
  return web::Created<AvailabilityView>{view_of(r),
                                        "/api/v1/substitutes/" + path->id.str() + "/availability"};
}

Result<Done> delete_availability(Ctx& ctx, const web::Path<StatementPath>& path) {
  if (ctx.tx().query(kSubstituteDeleteAvailability, path->id, path->statement).affected() == 0)
    return not_found("This statement does not exist any more.");
  record(ctx, AuditEntry{"availability.delete", "substitute", path->id, path->id});
  return Done{};
}

}  // namespace

void add_register_routes(trust::Api& api) {
  auto read = static_cast<int>(Right::shifts_read),
       manage = static_cast<int>(Right::staffing_manage);
  add_named(api, kSkills, "/api/v1/skills", "Skill", "Skills");
  add_named(api, kPools, "/api/v1/pools", "Pool", "Pools");
  add_named(api, kDocumentKinds, "/api/v1/document-kinds", "DocumentKind", "DocumentKinds");

  api.add({"GET", "/api/v1/workplaces", "listWorkplaces", "Workplaces", read}, list_workplaces);
  api.add({"POST", "/api/v1/workplaces", "createWorkplace", "Adds a workplace", manage},
          create_workplace);
  api.add({"PATCH", "/api/v1/workplaces/{id}", "updateWorkplace", "Changes a workplace", manage},
          update_workplace);
  api.add({"DELETE", "/api/v1/workplaces/{id}", "deleteWorkplace",
           "Removes a workplace that never had a shift", manage},
          delete_workplace);

  api.add({"GET", "/api/v1/substitutes", "listSubstitutes",
           "Substitutes by pool, skill and the beginning of a name, address or number",
           static_cast<int>(Right::shifts_write)},
          list_substitutes);
  api.add({"GET", "/api/v1/substitutes/{id}", "getSubstitute", "One substitute",
           static_cast<int>(Right::shifts_write)},
          get_substitute);
  api.add({"PUT", "/api/v1/substitutes/{id}", "putSubstitute",
           "Makes a person a substitute, or changes what is known of one", manage},
          put_substitute);
  api.add({"POST", "/api/v1/substitutes", "addSubstitutes",
           "Makes persons substitutes, up to 1,000 at once, and puts them into pools", manage},
          add_substitutes);
  api.add({"DELETE", "/api/v1/substitutes/{id}", "deleteSubstitute",
           "Takes a person out of the register; the person stays", manage},
          delete_substitute);

  api.add({"GET", "/api/v1/substitutes/{id}/availability", "listAvailability",
           "What a substitute has said about when they can work",
           static_cast<int>(Right::shifts_write)},
          list_availability);
  api.add({"POST", "/api/v1/substitutes/{id}/availability", "createAvailability",
           "Adds a statement; the newest one counts where several cover a time", manage},
          create_availability);
  api.add({"DELETE", "/api/v1/substitutes/{id}/availability/{statement}", "deleteAvailability",
           "Removes a statement", manage},
          delete_availability);
}

}  // namespace varde::staffing
