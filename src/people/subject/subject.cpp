#include "people/subject/subject.hpp"

#include "crypto/aead.hpp"
#include "people/csv/csv_writer.hpp"
#include "people/person/store.hpp"
#include "people/person/store_sql.hpp"
#include "trust/names.hpp"
#include "trust/table.hpp"

namespace varde::people {

using trust::Ctx;
namespace json = boost::json;

namespace {

ColumnType column_type(const web::Type& type) {
  switch (type.kind) {
    case web::Kind::optional:
      return column_type(*static_cast<const web::HolderType&>(type).inner);
    case web::Kind::time:
      return ColumnType::time;
    case web::Kind::date:
      return ColumnType::date;
    case web::Kind::word:
      return ColumnType::choice;
    case web::Kind::yes_no:
      return ColumnType::yes_no;
    case web::Kind::number:
      return ColumnType::number;
    default:
      return ColumnType::text;
  }
}

}  // namespace

std::vector<SubjectColumn> subject_columns(const web::StructType& type) {
  std::vector<SubjectColumn> out;
  for (const auto& member : web::members_of(type))
    out.push_back({std::string(web::detail::field_name(member.name)), column_type(*member.type)});
  return out;
}

std::vector<json::value> subject_cells(const web::StructType& type, const void* row) {
  std::vector<json::value> out;
  for (const auto& member : web::members_of(type))
    out.push_back(
        web::detail::write_value(*member.type, member_at(row, member.place, type.unmade)));
  return out;
}

namespace {

struct IdentityRow {
  Uuid id;
  Personal first_name, last_name, email, phone;
  std::string language, time_zone;
  PersonState state = PersonState::active;
  Timestamp created_at, updated_at;
};
BOOST_DESCRIBE_STRUCT(IdentityRow, (),
                      (id, first_name, last_name, email, phone, language, time_zone, state,
                       created_at, updated_at))
struct AttributeRow {
  std::string name;
  std::string value;
  Classification classification = Classification::plain;
};
BOOST_DESCRIBE_STRUCT(AttributeRow, (), (name, value, classification))
struct TagRow {
  std::string name;
};
BOOST_DESCRIBE_STRUCT(TagRow, (), (name))
struct ListRow {
  std::string name;
  MemberState state = MemberState::subscribed;
  Timestamp since;
};
BOOST_DESCRIBE_STRUCT(ListRow, (), (name, state, since))
struct ConsentRow {
  std::string purpose;
  bool given = false;
  std::string source;
  Timestamp at;
};
BOOST_DESCRIBE_STRUCT(ConsentRow, (), (purpose, given, source, at))
struct EventRow {
  Timestamp at;
  ActivityKind kind = ActivityKind::note;
  std::string about;
  std::optional<std::int64_t> number;
  std::optional<std::string> detail;
  bool simulated = false, scanner = false;
};
BOOST_DESCRIBE_STRUCT(EventRow, (), (at, kind, about, number, detail, simulated, scanner))

struct ClaimRow {
  Timestamp at;
  std::string source, detail;
};
BOOST_DESCRIBE_STRUCT(ClaimRow, (), (at, source, detail))

void write_person(Ctx& ctx, const Uuid& id, SubjectWriter& out) {
  auto persons = load(ctx, {id}, true, false);
  if (persons.empty()) return;
  const auto& p = persons.front();
  out.table("identity",
            std::vector<IdentityRow>{{p.id, p.first_name, p.last_name, p.email, p.phone, p.language,
                                      p.time_zone, p.state, p.created_at, p.updated_at}});
  std::vector<AttributeRow> values;
  for (const auto& attribute : attributes(ctx))
    if (auto value = p.attributes.find(attribute.id); value != p.attributes.end())
      values.push_back({attribute.label.empty() ? attribute.key : attribute.label,
                        csv::cell_of(value->second), attribute.classification});
  out.table("attributes", values);
}

void write_belongings(Ctx& ctx, const Uuid& id, SubjectWriter& out) {
  std::vector<Uuid> ids{id};
  auto tag_rows = ctx.tx().later(store::kPersonTagsOf, ids);
  auto member_rows = ctx.tx().later(store::kPersonMembersOf, ids);
  auto consent_rows = ctx.tx().later(store::kPersonConsentsOf, ids);
  auto tags = tag_names(ctx);
  auto lists = list_names(ctx);
  std::vector<TagRow> tagged;
  for (const auto& row : tag_rows.rows().all<store::TagRecord>())
    tagged.push_back({tags[row.tag_id]});
  out.table("tags", tagged);
  std::vector<ListRow> members;
  for (const auto& row : member_rows.rows().all<store::MemberRecord>())
    members.push_back({lists[row.list_id], row.state, row.since});
  out.table("lists", members);
  std::map<Uuid, std::string> purpose_names;
  for (const auto& purpose : purposes(ctx)) purpose_names[purpose.id] = purpose.label;
  std::vector<ConsentRow> consents;
  for (const auto& row : consent_rows.rows().all<store::ConsentRecord>())
    consents.push_back({purpose_names[row.purpose_id], row.given, row.source, row.at});
  out.table("consents", consents);
}

void write_timeline(Ctx& ctx, const Uuid& id, SubjectWriter& out) {
  out.section("timeline", subject_columns<EventRow>());
  auto key = ctx.base.keys.key(ctx.tenant, id);
  std::map<Uuid, std::string> names;
  for (auto before = Uuid::largest();;) {
    auto records =
        ctx.tx().all<store::ActivityRecord>(store::kPersonActivityOf, id, before, kSubjectPage);
    std::set<Uuid> unknown;
    for (const auto& record : records)
      if (record.ref_id && !names.contains(*record.ref_id)) unknown.insert(*record.ref_id);
    if (!unknown.empty()) {
      for (const auto& ref : unknown) names[ref];
      for (auto& [ref, name] : trust::names_of(ctx, {unknown.begin(), unknown.end()}))
        names[ref] = std::move(name);
    }
    for (const auto& record : records) {
      EventRow row{record.at,
                   record.kind,
                   "",
                   record.number,
                   std::nullopt,
                   (record.flags & kSimulated) != 0,
                   (record.flags & kScanner) != 0};
      if (record.ref_id) row.about = names[*record.ref_id];
      if (record.sealed && key)
        row.detail = record.sealed->open(*key, ctx.tenant, record.activity_id);
      out.add(row);
    }
    if (static_cast<int>(records.size()) < kSubjectPage) return;
    before = records.back().activity_id;
  }
}

// What waits for the person's own word.
void write_claims(Ctx& ctx, const Uuid& id, SubjectWriter& out) {
  out.section("claims", subject_columns<ClaimRow>());
  auto key = ctx.base.keys.key(ctx.tenant, id);
  if (!key) return;
  auto lists = list_names(ctx);
  std::map<Uuid, std::string> known;
  for (const auto& attribute : attributes(ctx)) known[attribute.id] = attribute.label;
  for (const auto& purpose : purposes(ctx)) known[purpose.id] = purpose.label;
  known.merge(lists);
  auto tags = tag_names(ctx);
  known.merge(tags);
  for (const auto& record : ctx.tx().all<store::ClaimRecord>(store::kPersonClaimsOf, id)) {
    auto claim = store::open_claim(ctx, record, *key);
    if (!claim) continue;
    std::string detail;
    auto add = [&](const std::string& text) {
      if (!text.empty()) detail += (detail.empty() ? "" : "; ") + text;
    };
    for (const auto* text : {&claim->change.first_name, &claim->change.last_name,
                             &claim->change.language, &claim->change.time_zone})
      add(text->value_or(""));
    for (const auto& [attribute, value] : claim->change.attributes)
      add(known[attribute] + ": " + csv::cell_of(value));
    for (const auto& [list, state] : claim->change.lists) add(known[list]);
    for (const auto& [purpose, given] : claim->change.consents) add(known[purpose]);
    for (const auto& tag : claim->change.add_tags) add(known[tag]);
    out.add(ClaimRow{claim->created_at, claim->source, detail});
  }
}

}  // namespace

void gather(Ctx& ctx, const Uuid& person, SubjectWriter& out) {
  for (const auto& hook : ctx.base.extensions.all<SubjectHook>()) hook.run(ctx, person, out);
}

void add_subject_hooks(trust::Base& base) {
  base.extensions.add(SubjectHook{[](Ctx& ctx, const Uuid& person, SubjectWriter& out) {
    write_person(ctx, person, out);
    write_belongings(ctx, person, out);
    write_timeline(ctx, person, out);
    write_claims(ctx, person, out);
  }});
}

}  // namespace varde::people
