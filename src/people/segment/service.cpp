#include "people/segment/api.hpp"
#include "people/segment/compiler.hpp"
#include "people/segment/segment.hpp"

#include "base/text.hpp"
#include "people/person/person.hpp"
#include "people/segment/store_sql.hpp"
#include "trust/audit.hpp"
#include "trust/names.hpp"
#include "trust/tenant/tenant.hpp"
#include "trust/uses.hpp"
#include "web/resource.hpp"

namespace varde::people {

using trust::Ctx;
using trust::Right;
namespace json = boost::json;

namespace {

constexpr int kMostSuggestions = 20;

struct SegmentRecord {
  Uuid segment_id;
  std::string name;
  db::Json conditions;
  std::optional<std::int64_t> persons;
  std::optional<Timestamp> counted_at;
  std::int64_t version = 1;
  Timestamp created_at, updated_at;
};
BOOST_DESCRIBE_STRUCT(SegmentRecord, (),
                      (segment_id, name, conditions, persons, counted_at, version, created_at,
                       updated_at))

SegmentRow row_of(SegmentRecord& record) {
  return {record.segment_id, record.name,       json::parse(record.conditions.text),
          record.persons,    record.counted_at, record.version,
          record.created_at, record.updated_at};
}
Segment view_of(const SegmentRow& row) {
  return {row.id,         row.name,    row.conditions, row.persons,
          row.counted_at, row.version, row.created_at, row.updated_at};
}

// For somebody who waits. An "or" inside an "or" takes minutes when the planner thinks that few
// rows come (as it does until it has statistics) and loops over them; each set once and hashed
// takes as long as the sets are. A campaign's pages keep the planner's choice: they want few of
// many.
Result<Compiled> interactive(Ctx& ctx, const json::value& tree, Query& query) {
  VARDE_TRY(auto out, compile(ctx, tree, query));
  if (out.alternatives) query.without_loops();
  return out;
}

Result<SegmentPreview> preview(Ctx& ctx, const json::value& tree) {
  auto started = std::chrono::steady_clock::now();
  SegmentPreview out;
  VARDE_TRY(out.count, count(ctx, tree));
  Query query;
  query.where("p.state = 1");
  VARDE_TRY(auto compiled, interactive(ctx, tree, query));
  query.where(std::move(compiled.condition));
  out.took_ms =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - started).count();
  out.sample = rows(
      ctx, query.run(ctx, "SELECT p.person_id FROM person p", " ORDER BY p.person_id DESC LIMIT 10")
               .all<Uuid>());
  return out;
}

}  // namespace

std::string Query::text(const std::string& head, const std::string& tail) const {
  std::string out = head;
  if (head.ends_with(" person p")) out += " WHERE p.tenant_id = {tenant}";
  for (const auto& condition : conditions_) out += " AND (" + condition + ")";
  return out + tail;
}

db::Rows Query::run(Ctx& ctx, const std::string& head, const std::string& tail) const {
  auto sql = text(head, tail);
  if (without_loops_) ctx.tx().later(store::kSegmentLoops, "off");
  auto rows = ctx.tx().query_params(db::ComposedSql("", sql, params_.size()), params_);
  if (without_loops_) ctx.tx().later(store::kSegmentLoops, "on");
  return rows;
}

Result<void> add_conditions(Ctx& ctx, const json::value& tree, Query& query) {
  VARDE_TRY(auto compiled, compile(ctx, tree, query));
  query.where(std::move(compiled.condition));
  return {};
}

std::optional<SegmentRow> find_segment(Ctx& ctx, const Uuid& id) {
  auto record = ctx.tx().maybe<SegmentRecord>(store::kSegmentOne, id);
  return record ? std::optional(row_of(*record)) : std::nullopt;
}

Result<std::int64_t> count(Ctx& ctx, const json::value& tree) {
  Query query;
  VARDE_TRY(auto compiled, interactive(ctx, tree, query));
  // Without the table person where that can be: few are not active, and taking them out costs less
  // than asking for each of many whether they are (1,000,000 persons, three conditions: two
  // thirds).
  if (!compiled.set.empty())
    return query
        .run(ctx, "SELECT count(*) FROM (" + compiled.set +
                      ") s WHERE NOT EXISTS (SELECT 1 FROM person q WHERE q.tenant_id = {tenant} "
                      "AND q.state > 1 AND q.person_id = s.person_id)")
        .as<std::int64_t>(0);
  query.where("p.state = 1");
  query.where(std::move(compiled.condition));
  return query.run(ctx, "SELECT count(*) FROM person p").as<std::int64_t>(0);
}

void add_segment_hooks(trust::Base& base) {
  trust::add_names(base, store::kSegmentNames);
  trust::add_uses(base, "the segment", store::kSegmentUses);
}

Result<web::Page<Segment>> list_segments(Ctx& ctx) {
  web::Page<Segment> page;
  for (auto& record : ctx.tx().all<SegmentRecord>(store::kSegmentAll))
    page.items.push_back(view_of(row_of(record)));
  return page;
}

Result<SegmentFields> list_segment_fields(Ctx& ctx) {
  SegmentFields out;
  auto operators = [](AttributeType type) -> std::vector<std::string> {
    switch (type) {
      case AttributeType::text:
        return {"is", "is_not", "starts_with", "is_set", "is_not_set"};
      case AttributeType::choice:
        return {"is", "is_not", "any_of", "is_set", "is_not_set"};
      case AttributeType::number:
        return {"eq", "ne", "lt", "lte", "gt", "gte", "between", "is_set", "is_not_set"};
      case AttributeType::date:
        return {"eq",      "ne",           "lt",          "lte",    "gt",        "gte",
                "between", "in_last_days", "before_days", "is_set", "is_not_set"};
      case AttributeType::boolean:
        return {"is", "is_set", "is_not_set"};
    }
    return {};
  };
  for (auto& a : attributes(ctx)) {
    if (a.classification != Classification::plain) continue;
    out.fields.push_back(
        {"attribute:" + a.key, a.label, web::enum_word(a.type), operators(a.type),
         a.type == AttributeType::choice ? std::optional(a.choices) : std::nullopt});
  }
  out.fields.push_back({"tag", "Tag", "tag", {"has", "has_not"}, {}});
  out.fields.push_back({"list", "List", "list", {"has", "has_not"}, {}});
  for (auto& purpose : purposes(ctx))
    out.fields.push_back({"consent:" + purpose.key,
                          "Consent: " + purpose.label,
                          "consent",
                          {"given", "withdrawn", "unknown"},
                          {}});
  out.fields.push_back(
      {"language", "Language", "text", {"is", "is_not", "is_set", "is_not_set"}, {}});
  out.fields.push_back(
      {"created_at", "Registered", "date", {"gte", "lte", "in_last_days", "before_days"}, {}});
  out.fields.push_back({"email_known", "Has an e-mail address", "boolean", {"is"}, {}});
  out.fields.push_back({"phone_known", "Has a phone number", "boolean", {"is"}, {}});
  for (auto [field, label] : {std::pair{"opened", "Opened"}, std::pair{"clicked", "Clicked"},
                              std::pair{"submitted", "Answered a form"}})
    out.fields.push_back({field, label, "behaviour", {"happened", "not_happened"}, {}});
  for (const auto& extra : ctx.base.extensions.all<SegmentField>())
    out.fields.push_back({extra.field, extra.label, "behaviour", {"happened", "not_happened"}, {}});
  return out;
}

Result<SegmentValues> list_segment_values(Ctx& ctx, const web::Query<ValuesQuery>& query) {
  SegmentValues out;
  auto begins = std::string(utf8_prefix(query->q.value_or(""), 100));
  for (const auto& attribute : attributes(ctx))
    if (query->field == "attribute:" + attribute.key) {
      if (attribute.classification != Classification::plain ||
          attribute.type != AttributeType::text)
        return out;
      out.values =
          ctx.tx().all<std::string>(store::kSegmentValues, attribute.id, begins, kMostSuggestions);
      return out;
    }
  return bad_input("/field", "is not an attribute of this organisation.");
}

Result<SegmentPreview> preview_segment(Ctx& ctx, const web::Body<PreviewRequest>& in) {
  return preview(ctx, in->conditions);
}

Result<web::Created<Segment>> create_segment(Ctx& ctx, const web::Body<SegmentNew>& in) {
  VARDE_TRY(auto persons, count(ctx, in->conditions));
  auto id = Uuid::make();
  if (ctx.tx()
          .query(store::kSegmentInsert, id, in->name.value,
                 db::Json{json::serialize(in->conditions)}, persons, now())
          .affected() == 0)
    return Error{ErrorCode::conflict,
                 "A segment with this name exists already.",
                 {{"/name", "is taken."}},
                 {},
                 0};
  trust::record(ctx, trust::AuditEntry{"segment.create", "segment", id});
  return web::Created<Segment>{view_of(*find_segment(ctx, id)), "/api/v1/segments/" + id.str()};
}

Result<Segment> get_segment(Ctx& ctx, const web::Path<web::IdPath>& path) {
  auto found = find_segment(ctx, path->id);
  if (!found) return not_found("This segment does not exist any more.");
  auto persons = count(ctx, found->conditions);
  auto view = view_of(*found);
  if (persons) {
    view.persons = *persons;
    view.counted_at = now();
  }
  return view;
}

Result<Segment> update_segment(Ctx& ctx, const web::Path<web::IdPath>& path,
                               const web::IfMatch& match, const web::Body<SegmentChange>& in) {
  auto found = find_segment(ctx, path->id);
  if (!found) return not_found("This segment does not exist any more.");
  if (in->name) found->name = in->name->value;
  if (in->conditions) found->conditions = *in->conditions;
  VARDE_TRY(auto persons, count(ctx, found->conditions));
  if (ctx.tx()
          .query(store::kSegmentUpdate, path->id, match.or_current(found->version), found->name,
                 db::Json{json::serialize(found->conditions)}, persons, now())
          .affected() == 0)
    return web::changed_meanwhile("this segment");
  trust::record(ctx, trust::AuditEntry{"segment.update", "segment", path->id});
  return view_of(*find_segment(ctx, path->id));
}

Result<Done> delete_segment(Ctx& ctx, const web::Path<web::IdPath>& path) {
  VARDE_CHECK(trust::is_unused(ctx, path->id, "This segment"));
  if (ctx.tx().query(store::kSegmentDelete, path->id).affected() == 0)
    return not_found("This segment does not exist any more.");
  trust::record(ctx, trust::AuditEntry{"segment.delete", "segment", path->id});
  return Done{};
}

}  // namespace varde::people
