#include "people/person/api.hpp"
#include "people/person/store.hpp"
#include "people/segment/segment.hpp"
#include "trust/audit.hpp"
#include "trust/names.hpp"
#include "trust/retention.hpp"
#include "trust/tenant/tenant.hpp"

#include "base/text.hpp"
#include "crypto/aead.hpp"
#include "people/person/store_sql.hpp"
#include "web/resource.hpp"

namespace varde::people {

using namespace store;
using trust::Ctx;
using trust::Right;
namespace json = boost::json;

namespace {

// The elements of an optional JSON array.
json::array elements(const std::optional<db::Json>& in) {
  return in ? json::parse(in->text).as_array() : json::array();
}
template <class T>
std::optional<T> element(const json::value& row, std::size_t place) {
  const auto& value = row.as_array().at(place);
  if (value.is_null()) return std::nullopt;
  if constexpr (std::is_same_v<T, Timestamp>) {
    return parse_rfc3339(std::string_view(value.as_string()));
  } else if constexpr (std::is_same_v<T, Uuid>) {
    return Uuid::parse(std::string_view(value.as_string()));
  } else if constexpr (std::is_enum_v<T>) {
    return static_cast<T>(value.to_number<int>());
  } else {
    return json::value_to<T>(value);
  }
}

SuppressionLookup suppression_lookup(Ctx& ctx) {
  const auto& known = ctx.base.extensions.all<SuppressionLookup>();
  return known.empty() ? SuppressionLookup{} : known.front();
}

Result<PersonDetails> view(Ctx& ctx, const Uuid& person_id) {
  auto lookup = suppression_lookup(ctx);
  auto statement = fmt::format(fmt::runtime(kOverview), kCatalogueMark, lookup.sql);
  auto rows = ctx.tx().query(db::ComposedSql("person.overview", statement, 1), person_id);
  if (rows.empty()) return not_found("This person does not exist, or was erased.");
  auto key = ctx.base.keys.key(ctx.tenant, person_id);
  auto opened = key ? open_person(ctx, rows.as<PersonRecord>(0), *key) : std::nullopt;
  if (!opened) return conflict(kDamaged, "undecipherable");
  auto& person = *opened;
  ctx.base.reads.note(ctx, {&person.id, 1});
  auto more = rows.as<OverviewRecord>(0);
  auto known = names(ctx, more.mark.value_or(Uuid()));
  // What was removed from the catalogue since the statement is not shown any more.
  auto name_of = [](const std::map<Uuid, std::string>& all, const Uuid& id) {
    auto found = all.find(id);
    return found == all.end() ? nullptr : &found->second;
  };
  auto out = view_of<PersonDetails>(person);
  out.version = person.version;
  for (const auto& id : more.tags)
    if (const auto* name = name_of(known->tags, id)) out.tags.push_back(*name);
  std::ranges::sort(out.tags);
  for (const auto& [id, value] : person.attributes)
    if (auto found = known->attributes.find(id); found != known->attributes.end())
      out.attributes[found->second.key] = value;
  for (const auto& row : elements(more.attributes))
    if (auto found = known->attributes.find(*element<Uuid>(row, 0));
        found != known->attributes.end())
      out.attributes[found->second.key] =
          value_of(found->second.type, element<std::string>(row, 1), element<double>(row, 2));
  for (const auto& row : elements(more.lists))
    if (auto id = *element<Uuid>(row, 0); const auto* name = name_of(known->lists, id))
      out.lists.push_back({id, *name, *element<MemberState>(row, 1), *element<Timestamp>(row, 2)});
  std::ranges::sort(out.lists, {}, &ListState::name);
  for (const auto& row : elements(more.consents))
    if (auto id = *element<Uuid>(row, 0); const auto* name = name_of(known->purposes, id))
      out.consents.push_back(
          {id, *name, *element<bool>(row, 1) ? ConsentState::given : ConsentState::withdrawn,
           *element<std::string>(row, 2), *element<Timestamp>(row, 3)});
  std::ranges::sort(out.consents, {}, &ConsentView::purpose);
  for (const auto& row : elements(more.suppressed))
    (*element<bool>(row, 0) ? out.sms_suppressed : out.suppressed) =
        SuppressionNote{lookup.reason(*element<int>(row, 1)), *element<Timestamp>(row, 2)};
  return out;
}

Result<void> read_attributes(Ctx& ctx, const std::map<std::string, web::Scalar>& in,
                             PersonChange& change) {
  auto catalogue = attributes(ctx);
  web::Errors errors;
  for (const auto& [key, value] : in) {
    auto found = std::ranges::find(catalogue, key, &Attribute::key);
    if (found == catalogue.end()) {
      errors.push_back({"/attributes/" + key, "is not an attribute of this organisation."});
      continue;
    }
    auto normalised = normalise_value(*found, value);
    if (!normalised) {
      errors.push_back(normalised.error().fields.front());
    } else {
      change.attributes[found->id] = *normalised;
    }
  }
  if (errors.empty()) return {};
  return Error{ErrorCode::bad_input, "Some attributes are not right.", std::move(errors), {}, 0};
}

Result<std::string> read_phone(Ctx& ctx, const std::string& text) {
  if (trim(text).empty()) return std::string();
  auto number = normalise_phone(text, region_of(trust::tenant_settings(ctx).time_zone));
  if (!number)
    return bad_input("/phone",
                     "is not a phone number that can exist. Write it with the country code, like "
                     "+47 912 34 567.");
  return *number;
}

Result<SaveOutcome> save_one(Ctx& ctx, const PersonChange& change, const SaveOptions& options) {
  auto outcome = save(ctx, {change}, options).front();
  if (outcome.what != Saved::rejected) return outcome;
  if (outcome.full) return conflict(outcome.problem, "quota-used-up");
  if (outcome.field.empty()) return not_found(outcome.problem);
  if (!outcome.taken) return bad_input("/" + outcome.field, outcome.problem);
  return Error{ErrorCode::conflict,
               outcome.problem,
               {{"/" + outcome.field, outcome.problem}},
               "person-exists",
               0};
}

}  // namespace

web::Page<TimelineItem> timeline(Ctx& ctx, const Uuid& person, const Uuid& before, int limit) {
  auto records = ctx.tx().all<ActivityRecord>(kPersonActivityOf, person, before, limit + 1);
  std::vector<TimelineItem> items;
  std::vector<Uuid> refs;
  for (const auto& record : records)
    if (record.ref_id) refs.push_back(*record.ref_id);
  auto names = trust::names_of(ctx, refs);
  auto key = ctx.base.keys.key(ctx.tenant, person);
  for (const auto& record : records) {
    auto name =
        record.ref_id && names.contains(*record.ref_id) ? names[*record.ref_id] : std::string();
    auto with = [&](const char* plain, const char* joined) {
      return name.empty() ? std::string(plain) : joined + name;
    };
    TimelineItem item{record.activity_id,
                      record.at,
                      web::enum_word(record.kind),
                      "",
                      {},
                      {},
                      (record.flags & kSimulated) != 0,
                      (record.flags & kScanner) != 0};
    switch (record.kind) {
      case ActivityKind::created:
        item.title = "Registered";
        break;
      case ActivityKind::imported:
        item.title = with("Imported", "Imported from ");
        break;
      case ActivityKind::changed:
        item.title = with("Details changed", "Details changed by ");
        break;
      case ActivityKind::list_joined:
        item.title = with("Joined a list", "Joined the list ");
        break;
      case ActivityKind::list_pending:
        item.title = with("Asked to confirm a list", "Asked to confirm the list ");
        break;
      case ActivityKind::list_left:
        item.title = with("Left a list", "Left the list ");
        break;
      case ActivityKind::consent_given:
        item.title = with("Gave a consent", "Consented to ");
        break;
      case ActivityKind::consent_withdrawn:
        item.title = with("Withdrew a consent", "Withdrew the consent to ");
        break;
      case ActivityKind::tagged:
        item.title = with("Tagged", "Tagged ");
        break;
      case ActivityKind::untagged:
        item.title = with("Tag removed", "Tag removed: ");
        break;
      case ActivityKind::note:
        item.title = "Note";
        break;
      case ActivityKind::journey:
        item.title = with("Journey", "Journey: ");
        break;
      case ActivityKind::booked:
        item.title = "Booked for a shift";
        break;
      case ActivityKind::booking_cancelled:
        item.title = "A booking was cancelled";
        break;
      case ActivityKind::suppressed:
        item.title = "Suppressed: no more messages";
        break;
      case ActivityKind::unsuppressed:
        item.title = "Messages are allowed again";
        break;
      case ActivityKind::opened:
        item.title = with("Opened a message", "Opened ");
        break;
      case ActivityKind::clicked:
        item.title = with("Clicked a link", "Clicked in ");
        break;
      case ActivityKind::submitted:
        item.title = with("Answered a form", "Answered the form ");
        break;
      case ActivityKind::unsubscribed:
        item.title = with("Unsubscribed", "Unsubscribed from ");
        break;
      case ActivityKind::bounced:
        item.title = with("A message bounced", "Bounced: ");
        break;
      case ActivityKind::complained:
        item.title = with("Reported as spam", "Reported as spam: ");
        break;
      case ActivityKind::replied:
        item.title = with("Replied", "Replied to ");
        break;
    }
    if (record.sealed && key)
      item.detail = crypto::open(
          *key, record.sealed->data,
          "activity:" + std::string(ctx.tenant.view()) + std::string(record.activity_id.view()));
    items.push_back(std::move(item));
  }
  for (const auto& source : ctx.base.extensions.all<TimelineSource>())
    for (auto& item : source.items(ctx, person, before, limit + 1))
      items.push_back(std::move(item));
  std::ranges::sort(items, [](const auto& a, const auto& b) { return b.id < a.id; });
  web::Page<TimelineItem> page;
  page.next = web::cut_page(items, limit, &TimelineItem::id);
  page.items = std::move(items);
  return page;
}

namespace {

// Persons whom nobody changed, who did nothing, and who are not needed for anything to come.
std::string silent(Ctx& ctx) {
  std::string out =
      " FROM person p WHERE p.tenant_id = {tenant} AND p.updated_at < $1 AND NOT EXISTS (SELECT "
      "FROM "
      "activity a WHERE a.tenant_id = {tenant} AND a.person_id = p.person_id AND a.at >= $1)";
  for (const auto& needed : ctx.base.extensions.all<trust::StillNeeded>())
    out += " AND NOT EXISTS (" + needed.sql + ")";
  return out;
}

}  // namespace

void add_person_hooks(trust::Base& base) {
  trust::count_quota(base, trust::Quota::persons, kPersonCount);
  base.extensions.add(trust::aged_rows(
      "timelines", "Timelines",
      "What happened to a person: joined, changed, answered. The person and the fields stay.",
      kRetentionOldActivity, kRetentionDropActivity));
  base.extensions.add(trust::Retained{
      "silent-persons", "Silent persons",
      "People whose data nobody changed and who did nothing in that time are erased, with "
      "everything about them, in backups too.",
      [](Ctx& ctx, Timestamp older) {
        auto text = "SELECT count(*) AS rows, min(p.updated_at) AS oldest" + silent(ctx);
        return ctx.tx().one<trust::Aged>(db::ComposedSql("retention.silent", text, 1), older);
      },
      [](Ctx& ctx, Timestamp older, std::int64_t most) -> std::int64_t {
        auto text =
            "SELECT p.person_id" + silent(ctx) + " ORDER BY p.updated_at LIMIT $2 FOR UPDATE OF p";
        auto ids =
            ctx.tx().all<Uuid>(db::ComposedSql("retention.some_silent", text, 2), older, most);
        erase(ctx, ids);
        return std::ssize(ids);
      }});
  base.extensions.add(trust::NameSource{[](Ctx& ctx, const std::vector<Uuid>& ids) {
    std::map<Uuid, std::string> out;
    for (const auto& person : load(ctx, ids, false)) out[person.id] = display_name(person);
    return out;
  }});
}

namespace {

// A thousand of an import at a time, until as many were found as are wanted. A search that few of
// a large import answer goes on where it stopped: the next page begins at `rest`.
Result<std::vector<Uuid>> search_imported(Ctx& ctx, PersonFilter filter, const Uuid& import,
                                          const Uuid& before, int limit,
                                          std::optional<Uuid>& rest) {
  constexpr int kMostRounds = 50;
  std::vector<Uuid> out;
  auto from = before;
  for (int round = 0; std::ssize(out) < limit; ++round) {
    if (round == kMostRounds) {
      rest = from;
      break;
    }
    filter.among = ctx.tx().all<Uuid>(kPersonIdsByImport, import, from);
    if (filter.among->empty()) break;
    VARDE_TRY(auto found, search(ctx, filter, from, limit - static_cast<int>(out.size())));
    out.insert(out.end(), found.begin(), found.end());
    from = filter.among->back();
  }
  return out;
}

Result<web::Page<PersonRow>> list_persons(Ctx& ctx, const web::Query<PersonQuery>& query) {
  VARDE_TRY(auto before, web::read_before(query->cursor));
  auto limit = web::page_limit(query->limit);
  PersonFilter filter{query->q.value_or(""), query->list, query->tag, query->segment, {}};
  std::optional<Uuid> rest;
  VARDE_TRY(auto ids, query->imported
                          ? search_imported(ctx, filter, *query->imported, before, limit + 1, rest)
                          : search(ctx, filter, before, limit + 1));
  web::Page<PersonRow> page;
  page.next = web::cut_page(ids, limit, std::identity{});
  if (rest) page.next = web::make_cursor({rest->str()});
  page.items = rows(ctx, ids);
  trust::record_bulk_read(ctx, ids.size(), "person");
  return page;
}

Result<web::Created<PersonDetails>> create_person(Ctx& ctx, const web::Body<PersonNew>& in) {
  PersonChange change;
  auto text = [](const auto& value) { return value ? std::optional(value->value) : std::nullopt; };
  change.email = text(in->email);
  change.first_name = text(in->first_name);
  change.last_name = text(in->last_name);
  change.language = text(in->language);
  change.time_zone = text(in->time_zone);
  if (in->phone) {
    VARDE_TRY(change.phone, read_phone(ctx, in->phone->value));
  }
  if ((!change.email || change.email->empty()) && (!change.phone || change.phone->empty()) &&
      (!change.first_name || change.first_name->empty()) &&
      (!change.last_name || change.last_name->empty()))
    return bad_input("/email", "Give at least an e-mail address, a phone number or a name.");
  if (in->attributes) VARDE_CHECK(read_attributes(ctx, *in->attributes, change));
  if (in->tags) {
    std::vector<std::string> names;
    for (const auto& name : *in->tags) names.push_back(name.value);
    for (auto& [name, id] : ensure_tags(ctx, names)) change.add_tags.push_back(id);
  }
  for (const auto& id : in->lists.value_or(std::vector<Uuid>{})) {
    auto list = find_list(ctx, id);
    if (!list) return bad_input("/lists", "One of the lists does not exist any more.");
    change.lists[id] = list->double_opt_in ? MemberState::pending : MemberState::subscribed;
  }
  VARDE_TRY(auto outcome,
            save_one(ctx, change, {.proof = Proof::clerk(), .update_existing = false}));
  if (outcome.what != Saved::created)
    return Error{ErrorCode::conflict,
                 "A person with this address or phone number exists already.",
                 {{in->email ? "/email" : "/phone", "is taken by another person."}},
                 "person-exists",
                 0};
  VARDE_TRY(auto out, view(ctx, outcome.person_id));
  return web::Created<PersonDetails>{std::move(out), "/api/v1/persons/" + outcome.person_id.str()};
}

Result<PersonDetails> get_person(Ctx& ctx, const web::Path<web::IdPath>& path) {
  return view(ctx, path->id);
}

Result<PersonDetails> update_person(Ctx& ctx, const web::Path<web::IdPath>& path,
                                    const web::IfMatch& match, const web::Body<PersonUpdate>& in) {
  auto version = ctx.tx().maybe<std::int64_t>(kPersonVersion, path->id);
  if (!version) return not_found("This person does not exist, or was erased.");
  if (*version != match.or_current(*version)) return web::changed_meanwhile("this person");
  PersonChange change;
  change.person_id = path->id;
  auto text = [](const auto& patch) -> std::optional<std::string> {
    if (!patch.present) return std::nullopt;
    return patch.value ? patch.value->value : std::string();
  };
  change.email = text(in->email);
  change.first_name = text(in->first_name);
  change.last_name = text(in->last_name);
  change.language = text(in->language);
  change.time_zone = text(in->time_zone);
  if (in->phone.present) {
    VARDE_TRY(change.phone, read_phone(ctx, in->phone.value ? in->phone.value->value : ""));
  }
  if (in->attributes) VARDE_CHECK(read_attributes(ctx, *in->attributes, change));
  VARDE_CHECK(save_one(ctx, change, {.proof = Proof::clerk()}));
  return view(ctx, path->id);
}

Result<Done> delete_person(Ctx& ctx, const web::Path<web::IdPath>& path) {
  if (!ctx.tx().maybe<std::int64_t>(kPersonVersion, path->id))
    return not_found("This person does not exist, or was erased.");
  erase(ctx, {path->id});
  return Done{};
}

Result<PersonDetails> change_person_tags(Ctx& ctx, const web::Path<web::IdPath>& path,
                                         const web::Body<TagChange>& in) {
  PersonChange change;
  change.person_id = path->id;
  std::vector<std::string> add;
  for (const auto& name : in->add.value_or(std::vector<web::Text<60, 1>>{}))
    add.push_back(name.value);
  for (auto& [name, id] : ensure_tags(ctx, add)) change.add_tags.push_back(id);
  for (const auto& name : in->remove.value_or(std::vector<web::Text<60, 1>>{}))
    for (const auto& [id, known] : tag_names(ctx))
      if (known == name.value) change.remove_tags.push_back(id);
  VARDE_CHECK(save_one(ctx, change, {.proof = Proof::clerk()}));
  return view(ctx, path->id);
}

Result<PersonDetails> set_person_list(Ctx& ctx, const web::Path<ListPath>& path,
                                      const web::Body<MemberChange>& in) {
  auto list = find_list(ctx, path->list_id);
  if (!list) return not_found("This list does not exist any more.");
  PersonChange change;
  change.person_id = path->id;
  // A list with double opt-in is joined by the person's own confirmation only.
  change.lists[path->list_id] = in->state == MemberState::subscribed && list->double_opt_in
                                    ? MemberState::pending
                                    : in->state;
  VARDE_CHECK(save_one(ctx, change, {.proof = Proof::clerk()}));
  return view(ctx, path->id);
}

Result<PersonDetails> set_person_consent(Ctx& ctx, const web::Path<PurposePath>& path,
                                         const web::Body<ConsentChange>& in) {
  if (std::ranges::none_of(purposes(ctx),
                           [&](const Purpose& purpose) { return purpose.id == path->purpose_id; }))
    return not_found("This purpose does not exist any more.");
  PersonChange change;
  change.person_id = path->id;
  change.consents[path->purpose_id] = in->state == ConsentState::given;
  auto source = in->source ? in->source->value : std::string();
  VARDE_CHECK(save_one(
      ctx, change,
      {.proof = Proof::clerk(source), .source = source.empty() ? "recorded by a user" : source}));
  return view(ctx, path->id);
}

Result<web::Page<TimelineItem>> list_person_timeline(Ctx& ctx, const web::Path<web::IdPath>& path,
                                                     const web::Query<web::CursorQuery>& query) {
  VARDE_TRY(auto before, web::read_before(query->cursor));
  auto page = timeline(ctx, path->id, before, web::page_limit(query->limit));
  if (page.items.empty() && ctx.tx().query(kPersonThere, path->id).empty())
    return not_found("This person does not exist, or was erased.");
  return page;
}

Result<Done> add_person_note(Ctx& ctx, const web::Path<web::IdPath>& path,
                             const web::Body<NoteCreate>& in) {
  if (!ctx.tx().maybe<std::int64_t>(kPersonVersion, path->id))
    return not_found("This person does not exist, or was erased.");
  record_activity(ctx, {{path->id, ActivityKind::note, std::nullopt, std::nullopt, 0,
                         in->text.value, std::nullopt}});
  trust::record(ctx, trust::AuditEntry{"person.note", "person", path->id, path->id});
  return Done{};
}

}  // namespace

void add_person_routes(trust::Api& api) {
  auto access = [](Right right) { return static_cast<int>(right); };

  api.add({"GET", "/api/v1/persons", "listPersons",
           "Finds persons by name, address, phone, list, tag, segment or import; newest first",
           access(Right::persons_read)},
          list_persons);

  api.add({"POST", "/api/v1/persons", "createPerson",
           "Registers a person; 409 when the address is known", access(Right::persons_write)},
          create_person);

  api.add({"GET", "/api/v1/persons/{id}", "getPerson",
           "One person with attributes, lists and consents", access(Right::persons_read)},
          get_person);

  api.add({"PATCH", "/api/v1/persons/{id}", "updatePerson", "Changes a person; null clears a field",
           access(Right::persons_write)},
          update_person);

  api.add({"DELETE", "/api/v1/persons/{id}", "deletePerson",
           "Erases a person: rows and key, in backups too", access(Right::persons_write)},
          delete_person);

  api.add({"POST", "/api/v1/persons/{id}/tags", "changePersonTags", "Adds and removes tags",
           access(Right::persons_write)},
          change_person_tags);

  api.add({"PUT", "/api/v1/persons/{id}/lists/{list_id}", "setPersonList",
           "Subscribes, or takes off a list", access(Right::persons_write)},
          set_person_list);

  api.add({"PUT", "/api/v1/persons/{id}/consents/{purpose_id}", "setPersonConsent",
           "Records a consent or its withdrawal, with its source", access(Right::persons_write)},
          set_person_consent);

  api.add({"GET", "/api/v1/persons/{id}/timeline", "listPersonTimeline",
           "Everything that happened, newest first", access(Right::persons_read)},
          list_person_timeline);

  api.add({"POST", "/api/v1/persons/{id}/notes", "addPersonNote", "Adds a note to the timeline",
           access(Right::persons_write)},
          add_person_note);
}

}  // namespace varde::people
