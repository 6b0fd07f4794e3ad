#include "staffing/register/api.hpp"
#include "staffing/register/register.hpp"

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

namespace {

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

}  // namespace varde::staffing
