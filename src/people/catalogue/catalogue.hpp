// What a tenant says about its people: attributes, tags, lists, purposes of consent. Small tables
// that every other part of people/ reads.
#pragma once

#include <boost/describe.hpp>
#include <map>
#include <string>
#include <vector>

#include "trust/ctx.hpp"
#include "trust/table.hpp"

namespace varde::people {

enum class AttributeType { text = 1, number = 2, date = 3, boolean = 4, choice = 5 };
BOOST_DESCRIBE_ENUM(AttributeType, text, number, date, boolean, choice)

/// plain values are stored readable and can be asked for in segments; identifying and sensitive
/// ones are sealed under the person's key.
enum class Classification { plain = 1, identifying = 2, sensitive = 3 };
BOOST_DESCRIBE_ENUM(Classification, plain, identifying, sensitive)

struct Attribute {
  Uuid id;
  std::string key, label;
  AttributeType type = AttributeType::text;
  Classification classification = Classification::plain;
  std::vector<std::string> choices;
  std::int64_t version = 1;
};
BOOST_DESCRIBE_STRUCT(Attribute, (), (id, key, label, type, classification, choices, version))

struct Tag {
  Uuid id;
  std::string name;
  std::int64_t persons = 0;
};
BOOST_DESCRIBE_STRUCT(Tag, (), (id, name, persons))

struct List {
  Uuid id;
  std::string name, description;
  bool double_opt_in = false;
  std::int64_t persons = 0, pending = 0, version = 1;
  Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(List, (),
                      (id, name, description, double_opt_in, persons, pending, version, created_at))

struct Purpose {
  Uuid id;
  std::string key, label, description;
};
BOOST_DESCRIBE_STRUCT(Purpose, (), (id, key, label, description))

/// What is needed of the catalogue to show a person.
struct Names {
  struct Known {
    std::string key;
    AttributeType type = AttributeType::text;
  };
  std::map<Uuid, Known> attributes;
  std::map<Uuid, std::string> tags, lists, purposes;
};
/// As of `mark`: what the statement kCatalogueMark said, nil when it said nothing. From memory
/// where it can be.
std::shared_ptr<const Names> names(trust::Ctx& ctx, const Uuid& mark);
/// Part of a statement of the caller's: one uuid, or null.
inline constexpr std::string_view kCatalogueMark =
    "(SELECT mark FROM catalogue_mark WHERE tenant_id = {tenant})";

std::vector<Attribute> attributes(trust::Ctx& ctx);
/// The same, queued to travel with the caller's next statement: `.rows().all<Attribute>()` after
/// it.
db::Later attributes_later(trust::Ctx& ctx);
std::vector<Purpose> purposes(trust::Ctx& ctx);
std::optional<List> find_list(trust::Ctx& ctx, const Uuid& id);
/// Names of lists by id, for timelines.
std::map<Uuid, std::string> list_names(trust::Ctx& ctx);
std::map<Uuid, std::string> tag_names(trust::Ctx& ctx);
/// The ids of tags by name; names that do not exist are made.
std::map<std::string, Uuid> ensure_tags(trust::Ctx& ctx, const std::vector<std::string>& names);
Result<Uuid> create_list(trust::Ctx& ctx, const std::string& name, const std::string& description,
                         bool double_opt_in);
Result<Uuid> create_attribute(trust::Ctx& ctx, const std::string& key, const std::string& label,
                              AttributeType type, Classification classification,
                              const std::vector<std::string>& choices);
Result<Uuid> create_purpose(trust::Ctx& ctx, const std::string& key, const std::string& label,
                            const std::string& description);

void add_catalogue_routes(trust::Api& api);
std::vector<trust::Table> catalogue_tables();
void add_catalogue_hooks(trust::Base& base);

}  // namespace varde::people
