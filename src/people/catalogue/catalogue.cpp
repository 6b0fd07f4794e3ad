#include "people/catalogue/catalogue.hpp"

#include "people/catalogue/store_sql.hpp"
#include "trust/audit.hpp"
#include "trust/names.hpp"
#include "trust/uses.hpp"
#include "web/resource.hpp"

namespace varde::people {

using trust::AuditEntry;
using trust::Ctx;
using trust::Right;

namespace {

struct AttributeNew {
  web::Slug key;
  web::Text<80, 1> label;
  AttributeType type = AttributeType::text;
  Classification classification = Classification::plain;
  std::optional<std::vector<web::Text<80, 1>>> choices;
};
BOOST_DESCRIBE_STRUCT(AttributeNew, (), (key, label, type, classification, choices))
struct AttributeChange {
  std::optional<web::Text<80, 1>> label;
  std::optional<std::vector<web::Text<80, 1>>> choices;
};
BOOST_DESCRIBE_STRUCT(AttributeChange, (), (label, choices))
struct TagCreate {
  web::Text<60, 1> name;
};
BOOST_DESCRIBE_STRUCT(TagCreate, (), (name))
struct ListNew {
  web::Text<80, 1> name;
  std::optional<web::Text<500>> description;
  std::optional<bool> double_opt_in;
};
BOOST_DESCRIBE_STRUCT(ListNew, (), (name, description, double_opt_in))
struct ListChange {
  std::optional<web::Text<80, 1>> name;
  std::optional<web::Text<500>> description;
  std::optional<bool> double_opt_in;
};
BOOST_DESCRIBE_STRUCT(ListChange, (), (name, description, double_opt_in))
struct PurposeNew {
  web::Slug key;
  web::Text<80, 1> label;
  std::optional<web::Text<500>> description;
};
BOOST_DESCRIBE_STRUCT(PurposeNew, (), (key, label, description))

std::vector<std::string> texts(const std::optional<std::vector<web::Text<80, 1>>>& in) {
  std::vector<std::string> out;
  if (in)
    for (const auto& item : *in) out.push_back(item.value);
  return out;
}

}  // namespace

std::shared_ptr<const Names> names(Ctx& ctx, const Uuid& mark) {
  return ctx.base.cache.get<Names>(ctx.tenant, mark, [&ctx] {
    auto& tx = ctx.tx();
    auto attributes = tx.later(store::kCatalogueAttributes),
         tags = tx.later(store::kCatalogueTagNames), lists = tx.later(store::kCatalogueListNames),
         purposes = tx.later(store::kCataloguePurposes);
    tx.flush();
    Names out;
    for (auto& row : attributes.rows().all<Attribute>())
      out.attributes[row.id] = {row.key, row.type};
    for (auto& row : tags.rows().all<Tag>()) out.tags[row.id] = row.name;
    for (auto& row : lists.rows().all<Tag>()) out.lists[row.id] = row.name;
    for (auto& row : purposes.rows().all<Purpose>()) out.purposes[row.id] = row.label;
    return out;
  });
}

std::vector<Attribute> attributes(Ctx& ctx) {
  return ctx.tx().all<Attribute>(store::kCatalogueAttributes);
}
db::Later attributes_later(Ctx& ctx) { return ctx.tx().later(store::kCatalogueAttributes); }
std::vector<Purpose> purposes(Ctx& ctx) { return ctx.tx().all<Purpose>(store::kCataloguePurposes); }
std::optional<List> find_list(Ctx& ctx, const Uuid& id) {
  return ctx.tx().maybe<List>(store::kCatalogueList, id);
}

std::map<Uuid, std::string> list_names(Ctx& ctx) {
  std::map<Uuid, std::string> out;
  for (auto& row : ctx.tx().all<Tag>(store::kCatalogueListNames)) out[row.id] = row.name;
  return out;
}
std::map<Uuid, std::string> tag_names(Ctx& ctx) {
  std::map<Uuid, std::string> out;
  for (auto& row : ctx.tx().all<Tag>(store::kCatalogueTagNames)) out[row.id] = row.name;
  return out;
}

std::map<std::string, Uuid> ensure_tags(Ctx& ctx, const std::vector<std::string>& names) {
  std::map<std::string, Uuid> out;
  if (names.empty()) return out;
  auto at = now();
  std::set<std::string> wanted(names.begin(), names.end());
  auto known = tag_names(ctx);
  for (const auto& [id, name] : known) wanted.erase(name);
  for (const auto& name : wanted)
    ctx.tx().later(store::kCatalogueInsertTag, Uuid::make(), name, at);
  if (!wanted.empty()) known = tag_names(ctx);
  for (const auto& name : names)
    for (const auto& [id, known_name] : known)
      if (known_name == name) out[name] = id;
  return out;
}

Result<Uuid> create_list(Ctx& ctx, const std::string& name, const std::string& description,
                         bool double_opt_in) {
  auto id = Uuid::make();
  if (ctx.tx()
          .query(store::kCatalogueInsertList, id, name, description, double_opt_in, now())
          .affected() == 0)
    return Error{ErrorCode::conflict,
                 "A list with this name exists already.",
                 {{"/name", "is taken."}},
                 {},
                 0};
  record(ctx, AuditEntry{"list.create", "list", id, std::nullopt, {{"name", std::nullopt, name}}});
  return id;
}

Result<Uuid> create_attribute(Ctx& ctx, const std::string& key, const std::string& label,
                              AttributeType type, Classification classification,
                              const std::vector<std::string>& choices) {
  if (type == AttributeType::choice && choices.empty())
    return bad_input("/choices", "A choice needs at least one option.");
  auto id = Uuid::make();
  if (ctx.tx()
          .query(store::kCatalogueInsertAttribute, id, key, label, type, classification, choices,
                 now())
          .affected() == 0)
    return Error{ErrorCode::conflict,
                 "An attribute with this key exists already.",
                 {{"/key", "is taken."}},
                 {},
                 0};
  record(ctx, AuditEntry{
                  "attribute.create", "attribute", id, std::nullopt, {{"key", std::nullopt, key}}});
  return id;
}

Result<Uuid> create_purpose(Ctx& ctx, const std::string& key, const std::string& label,
                            const std::string& description) {
  auto id = Uuid::make();
  if (ctx.tx()
          .query(store::kCatalogueInsertPurpose, id, key, label, description, now())
          .affected() == 0)
    return Error{ErrorCode::conflict,
                 "A purpose with this key exists already.",
                 {{"/key", "is taken."}},
                 {},
                 0};
  record(ctx,
         AuditEntry{"purpose.create", "purpose", id, std::nullopt, {{"key", std::nullopt, key}}});
  return id;
}

void add_catalogue_hooks(trust::Base& base) { trust::add_names(base, store::kCatalogueNames); }

namespace {

Result<web::Page<Attribute>> list_attributes(Ctx& ctx) {
  return web::Page<Attribute>{attributes(ctx), {}, {}};
}

Result<web::Created<Attribute>> create_attribute_route(Ctx& ctx,
                                                       const web::Body<AttributeNew>& in) {
  VARDE_TRY(auto id, create_attribute(ctx, in->key.value, in->label.value, in->type,
                                      in->classification, texts(in->choices)));
  return web::Created<Attribute>{
      {id, in->key.value, in->label.value, in->type, in->classification, texts(in->choices), 1},
      "/api/v1/attributes/" + id.str()};
}

Result<Attribute> update_attribute(Ctx& ctx, const web::Path<web::IdPath>& path,
                                   const web::IfMatch& match,
                                   const web::Body<AttributeChange>& in) {
  auto all = attributes(ctx);
  auto found = std::ranges::find(all, path->id, &Attribute::id);
  if (found == all.end()) return not_found("This attribute does not exist any more.");
  if (in->label) found->label = in->label->value;
  if (in->choices) found->choices = texts(in->choices);
  if (ctx.tx()
          .query(store::kCatalogueUpdateAttribute, path->id, match.or_current(found->version),
                 found->label, found->choices)
          .affected() == 0)
    return web::changed_meanwhile("this attribute");
  record(ctx, AuditEntry{"attribute.update",
                         "attribute",
                         path->id,
                         std::nullopt,
                         {{"label", std::nullopt, std::nullopt}}});
  found->version = match.or_current(found->version) + 1;
  return *found;
}

Result<Done> delete_attribute(Ctx& ctx, const web::Path<web::IdPath>& path) {
  if (ctx.tx().query(store::kCatalogueDeleteAttribute, path->id).affected() == 0)
    return not_found("This attribute does not exist any more.");
  record(ctx, AuditEntry{"attribute.delete", "attribute", path->id});
  return Done{};
}

Result<web::Page<Tag>> list_tags(Ctx& ctx) {
  return web::Page<Tag>{ctx.tx().all<Tag>(store::kCatalogueTags), {}, {}};
}

Result<web::Created<Tag>> create_tag(Ctx& ctx, const web::Body<TagCreate>& in) {
  auto id = Uuid::make();
  if (ctx.tx().query(store::kCatalogueInsertTag, id, in->name.value, now()).affected() == 0)
    return Error{ErrorCode::conflict, "This tag exists already.", {{"/name", "is taken."}}, {}, 0};
  record(ctx, AuditEntry{"tag.create", "tag", id});
  return web::Created<Tag>{{id, in->name.value, 0}, "/api/v1/tags/" + id.str()};
}

Result<Tag> update_tag(Ctx& ctx, const web::Path<web::IdPath>& path,
                       const web::Body<TagCreate>& in) {
  try {
    if (ctx.tx().query(store::kCatalogueRenameTag, path->id, in->name.value).affected() == 0)
      return not_found("This tag does not exist any more.");
  } catch (const db::SqlError& e) {
    if (!e.is_unique_violation()) throw;
    return Error{ErrorCode::conflict, "This tag exists already.", {{"/name", "is taken."}}, {}, 0};
  }
  record(ctx, AuditEntry{"tag.update", "tag", path->id});
  return Tag{path->id, in->name.value, 0};
}

Result<Done> delete_tag(Ctx& ctx, const web::Path<web::IdPath>& path) {
  VARDE_CHECK(trust::is_unused(ctx, path->id, "This tag"));
  if (ctx.tx().query(store::kCatalogueDeleteTag, path->id).affected() == 0)
    return not_found("This tag does not exist any more.");
  record(ctx, AuditEntry{"tag.delete", "tag", path->id});
  return Done{};
}

Result<web::Page<List>> list_lists(Ctx& ctx) {
  return web::Page<List>{ctx.tx().all<List>(store::kCatalogueLists), {}, {}};
}

Result<List> get_list(Ctx& ctx, const web::Path<web::IdPath>& path) {
  auto found = find_list(ctx, path->id);
  if (!found) return not_found("This list does not exist any more.");
  return *found;
}

Result<web::Created<List>> create_list_route(Ctx& ctx, const web::Body<ListNew>& in) {
  VARDE_TRY(auto id, create_list(ctx, in->name.value, in->description ? in->description->value : "",
                                 in->double_opt_in.value_or(false)));
  return web::Created<List>{*find_list(ctx, id), "/api/v1/lists/" + id.str()};
}

Result<List> update_list(Ctx& ctx, const web::Path<web::IdPath>& path, const web::IfMatch& match,
                         const web::Body<ListChange>& in) {
  auto found = find_list(ctx, path->id);
  if (!found) return not_found("This list does not exist any more.");
  if (in->name) found->name = in->name->value;
  if (in->description) found->description = in->description->value;
  if (in->double_opt_in) found->double_opt_in = *in->double_opt_in;
  try {
    if (ctx.tx()
            .query(store::kCatalogueUpdateList, path->id, match.or_current(found->version),
                   found->name, found->description, found->double_opt_in)
            .affected() == 0)
      return web::changed_meanwhile("this list");
  } catch (const db::SqlError& e) {
    if (!e.is_unique_violation()) throw;
    return Error{ErrorCode::conflict,
                 "A list with this name exists already.",
                 {{"/name", "is taken."}},
                 {},
                 0};
  }
  record(ctx, AuditEntry{"list.update", "list", path->id});
  found->version = match.or_current(found->version) + 1;
  return *found;
}

Result<Done> delete_list(Ctx& ctx, const web::Path<web::IdPath>& path) {
  VARDE_CHECK(trust::is_unused(ctx, path->id, "This list"));
  if (ctx.tx().query(store::kCatalogueDeleteList, path->id).affected() == 0)
    return not_found("This list does not exist any more.");
  record(ctx, AuditEntry{"list.delete", "list", path->id});
  return Done{};
}

Result<web::Page<Purpose>> list_purposes(Ctx& ctx) {
  return web::Page<Purpose>{purposes(ctx), {}, {}};
}

Result<web::Created<Purpose>> create_purpose_route(Ctx& ctx, const web::Body<PurposeNew>& in) {
  auto description = in->description ? in->description->value : "";
  VARDE_TRY(auto id, create_purpose(ctx, in->key.value, in->label.value, description));
  return web::Created<Purpose>{{id, in->key.value, in->label.value, description}, ""};
}

}  // namespace

void add_catalogue_routes(trust::Api& api) {
  auto access = [](Right right) { return static_cast<int>(right); };

  api.add({"GET", "/api/v1/attributes", "listAttributes",
           "The organisation's own attributes of persons", access(Right::persons_read)},
          list_attributes);
  api.add(
      {"POST", "/api/v1/attributes", "createAttribute",
       "Adds an attribute; its type and class cannot change later", access(Right::settings_manage)},
      create_attribute_route);
  api.add({"PATCH", "/api/v1/attributes/{id}", "updateAttribute", "Changes label or choices",
           access(Right::settings_manage)},
          update_attribute);
  api.add({"DELETE", "/api/v1/attributes/{id}", "deleteAttribute",
           "Removes an attribute and its values from all persons", access(Right::settings_manage)},
          delete_attribute);

  api.add({"GET", "/api/v1/tags", "listTags", "Tags and how many persons have them",
           access(Right::persons_read)},
          list_tags);
  api.add({"POST", "/api/v1/tags", "createTag", "Adds a tag", access(Right::persons_write)},
          create_tag);
  api.add(
      {"PATCH", "/api/v1/tags/{id}", "updateTag", "Renames a tag", access(Right::persons_write)},
      update_tag);
  api.add({"DELETE", "/api/v1/tags/{id}", "deleteTag", "Removes a tag from all persons",
           access(Right::persons_write)},
          delete_tag);

  api.add({"GET", "/api/v1/lists", "listLists", "Lists and how many persons are on them",
           access(Right::persons_read)},
          list_lists);
  api.add({"GET", "/api/v1/lists/{id}", "getList", "One list", access(Right::persons_read)},
          get_list);
  api.add({"POST", "/api/v1/lists", "createList", "Adds a list", access(Right::persons_write)},
          create_list_route);
  api.add(
      {"PATCH", "/api/v1/lists/{id}", "updateList", "Changes a list", access(Right::persons_write)},
      update_list);
  api.add({"DELETE", "/api/v1/lists/{id}", "deleteList", "Removes a list; the persons stay",
           access(Right::persons_write)},
          delete_list);

  api.add({"GET", "/api/v1/purposes", "listPurposes", "What persons can consent to",
           access(Right::persons_read)},
          list_purposes);
  api.add({"POST", "/api/v1/purposes", "createPurpose", "Adds a purpose of consent",
           access(Right::settings_manage)},
          create_purpose_route);
}

}  // namespace varde::people
