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
namespace json = boost::json;

namespace {

constexpr int kMaxDepth = 6;
constexpr std::size_t kMaxRules = 50, kMaxChoices = 200;

// What a piece of a tree means, as SQL.
struct Part {
  std::string condition;  ///< About the person of the alias it was compiled for.
  /// The same as a subselect of person_id, each once, without the table person; empty where there
  /// is no such thing.
  std::string set;
  bool columns = false;  ///< The condition reads columns of person.

  std::string any_set(const std::string& alias) const {
    return !set.empty() ? set
                        : "SELECT " + alias + ".person_id FROM person " + alias + " WHERE " +
                              alias + ".tenant_id = {tenant} AND (" + condition + ")";
  }
};

// Compiles one tree.
class Compiler {
 public:
  Compiler(Ctx& ctx, Query& query) : ctx_(ctx), query_(query) {
    for (auto& attribute : attributes(ctx)) attributes_[attribute.key] = attribute;
    for (auto& purpose : purposes(ctx)) purposes_[purpose.key] = purpose.id;
  }

  Result<Part> part(const json::value& node, const std::string& alias, const std::string& at,
                    int depth = 0) {
    if (depth > kMaxDepth)
      return bad_input(at, fmt::format("Groups can be nested {} deep at most.", kMaxDepth));
    const auto* object = node.if_object();
    if (object == nullptr) return bad_input(at, "must be a group or a rule.");
    if (object->contains("field")) return rule(*object, alias, at);
    const auto* op = object->if_contains("op");
    const auto* rules = object->if_contains("rules");
    if (op == nullptr || !op->is_string() || (op->as_string() != "and" && op->as_string() != "or"))
      return bad_input(at + "/op", "must be \"and\" or \"or\".");
    if (rules == nullptr || !rules->is_array())
      return bad_input(at + "/rules", "must be a list of rules.");
    bool negated = false;
    if (const auto* flag = object->if_contains("not")) negated = flag->is_bool() && flag->as_bool();
    bool is_or = op->as_string() == "or" && rules->as_array().size() > 1;
    std::vector<Part> parts;
    std::vector<std::string> aliases;
    for (std::size_t i = 0; i < rules->as_array().size(); ++i) {
      aliases.push_back(is_or ? "o" + std::to_string(++aliases_) : alias);
      VARDE_TRY(auto one, part(rules->as_array()[i], aliases.back(),
                               at + "/rules/" + std::to_string(i), depth + 1));
      parts.push_back(std::move(one));
    }
    alternatives_ = alternatives_ || is_or;
    auto out = is_or ? any_of(parts, aliases, alias) : all_of(parts, alias);
    if (negated) out = {"NOT (" + out.condition + ")", "", out.columns};
    return out;
  }

  /// There is an "or" in it.
  bool has_alternatives() const { return alternatives_; }

 private:
  // Days are those of the organisation's calendar.
  const std::string& zone() {
    if (!zone_) zone_ = trust::tenant_settings(ctx_).time_zone;
    return *zone_;
  }
  std::chrono::local_days today() {
    return std::chrono::floor<std::chrono::days>(to_local(now(), zone()));
  }
  Timestamp beginning_of(std::chrono::local_days day) { return from_local(day, zone()); }
  // Tags or lists that there are, read when the first rule asks.
  const std::map<Uuid, std::string>& names_of(std::string_view field) {
    auto& names = field == "tag" ? tags_ : lists_;
    if (!names) names = field == "tag" ? tag_names(ctx_) : list_names(ctx_);
    return *names;
  }
  static Part all_of(const std::vector<Part>& parts, const std::string& alias) {
    Part out;
    const Part* first = nullptr;
    std::string rest;
    for (const auto& part : parts) {
      out.condition += (out.condition.empty() ? "(" : " AND (") + part.condition + ")";
      out.columns = out.columns || part.columns;
      if (first == nullptr && !part.set.empty()) {
        first = &part;
      } else {
        rest += (rest.empty() ? " WHERE (" : " AND (") + part.condition + ")";
      }
    }
    if (parts.empty()) out.condition = "true";
    if (first != nullptr && !out.columns)
      out.set = rest.empty()
                    ? first->set
                    : "SELECT " + alias + ".person_id FROM (" + first->set + ") " + alias + rest;
    return out;
  }
  Part any_of(const std::vector<Part>& parts, const std::vector<std::string>& aliases,
              const std::string& alias) {
    std::string all;
    for (std::size_t i = 0; i < parts.size(); ++i)
      all += (all.empty() ? "" : " UNION ALL ") + parts[i].any_set(aliases[i]);
    auto set = "u" + std::to_string(++aliases_);
    return {"EXISTS (SELECT 1 FROM (" + all + ") " + set + " WHERE " + set +
                ".person_id = " + alias + ".person_id)",
            "", false};
  }

  Result<Part> rule(const json::object& object, const std::string& p, const std::string& at) {
    if (++rules_ > kMaxRules) return bad_input(at, fmt::format("At most {} rules.", kMaxRules));
    const auto* field_value = object.if_contains("field");
    const auto* operator_value = object.if_contains("operator");
    if (!field_value->is_string() || operator_value == nullptr || !operator_value->is_string())
      return bad_input(at, "needs a field and an operator.");
    std::string field(field_value->as_string()), op(operator_value->as_string());
    static const json::value kNull;
    const auto* given = object.if_contains("value");
    const auto& value = given != nullptr ? *given : kNull;
    auto unknown = [&] {
      return bad_input(at + "/operator",
                       fmt::format("\"{}\" is not an operator of {}.", op, field));
    };
    auto wants = [&](const char* what) {
      return bad_input(at + "/value", std::string("must be ") + what + ".");
    };

    if (field.starts_with("attribute:")) return attribute_rule(field.substr(10), op, value, p, at);
    if (field == "tag" || field == "list") {
      auto id = value.is_string() ? Uuid::parse(std::string_view(value.as_string())) : std::nullopt;
      if (!id && field == "tag" && value.is_string())  // tags go by name as well
        for (const auto& [tag, name] : names_of(field))
          if (name == std::string_view(value.as_string())) id = tag;
      if (op != "has" && op != "has_not") return unknown();
      // A tag by a name that nobody has yet is nobody's. But who is kept out by a list or tag must
      // not come in because it was deleted: then there is no answer.
      if (!id && field == "tag" && op == "has" && value.is_string()) id = Uuid{};
      if (!id) return wants(field == "tag" ? "a tag" : "a list's id");
      if (!id->is_nil() && !names_of(field).contains(*id))
        return bad_input(at + "/value", field == "tag" ? "This tag does not exist any more."
                                                       : "This list does not exist any more.");
      auto inner =
          field == "tag"
              ? "person_tag x WHERE x.tenant_id = {tenant} AND x.tag_id = " + query_.bind(*id)
              : "list_member x WHERE x.tenant_id = {tenant} AND x.state = 1 AND "
                "x.list_id = " +
                    query_.bind(*id);
      return member(op == "has", inner, p);
    }
    if (field.starts_with("consent:")) {
      auto purpose = purposes_.find(field.substr(8));
      if (purpose == purposes_.end())
        return bad_input(at + "/field", "This purpose does not exist any more.");
      auto inner = "consent x WHERE x.tenant_id = {tenant} AND x.purpose_id = " +
                   query_.bind(purpose->second);
      if (op == "given" || op == "withdrawn")
        return member(true, inner + " AND x.given = " + (op == "given" ? "true" : "false"), p);
      if (op == "unknown") return member(false, inner, p);
      return unknown();
    }
    if (field == "language") {
      if (op == "is_set") return column(p + ".language <> ''");
      if (op == "is_not_set") return column(p + ".language = ''");
      if (!value.is_string()) return wants("a language, like nb");
      if (op == "is" || op == "is_not")
        return column(p + ".language " + (op == "is" ? "= " : "<> ") +
                      query_.bind(std::string(value.as_string())));
      return unknown();
    }
    if (field == "email_known" || field == "phone_known") {
      if (op != "is" || !value.is_bool()) return wants("yes or no");
      return column(p + (field == "email_known" ? ".email_hash" : ".phone_hash") +
                    (value.as_bool() ? " IS NOT NULL" : " IS NULL"));
    }
    if (field == "created_at") {
      if (op == "in_last_days" || op == "before_days") {
        if (!value.is_number()) return wants("a number of days");
        auto days = std::clamp(value.to_number<double>(), 0.0, 36500.0);
        auto first = today() - std::chrono::days(static_cast<long>(days));
        return column(p + ".created_at " + (op == "in_last_days" ? ">= " : "< ") +
                      query_.bind(beginning_of(first)));
      }
      auto date =
          value.is_string() ? parse_date(std::string_view(value.as_string())) : std::nullopt;
      if (!date) return wants("a date, like 2026-03-01");
      bool from = op == "gte" || op == "gt", next = op == "gt" || op == "lte";
      if (!from && op != "lt" && op != "lte") return unknown();
      auto day = std::chrono::local_days(*date) + std::chrono::days(next ? 1 : 0);
      return column(p + ".created_at " + (from ? ">= " : "< ") + query_.bind(beginning_of(day)));
    }
    if (field == "opened" || field == "clicked" || field == "submitted") {
      if (op != "happened" && op != "not_happened") return unknown();
      auto kind = field == "opened"    ? ActivityKind::opened
                  : field == "clicked" ? ActivityKind::clicked
                                       : ActivityKind::submitted;
      auto inner = "SELECT 1 FROM activity x WHERE x.tenant_id = {tenant} AND x.kind = " +
                   std::to_string(static_cast<int>(kind)) + " AND x.flags < 2";
      if (const auto* details = value.if_object()) {
        for (const char* key : {"campaign_id", "form_id"}) {
          const auto* ref = details->if_contains(key);
          if (ref == nullptr || ref->is_null() || (ref->is_string() && ref->as_string().empty()))
            continue;
          auto id =
              ref->is_string() ? Uuid::parse(std::string_view(ref->as_string())) : std::nullopt;
          if (!id) return bad_input(at + "/value/" + key, "is not an id.");
          inner += " AND x.ref_id = " + query_.bind(*id);
        }
        if (const auto* days = details->if_contains("within_days");
            days != nullptr && days->is_number()) {
          // Cut before it becomes a whole number: 1e300 is none.
          auto held = std::clamp(days->to_number<double>(), 0.0, 36500.0);
          inner += " AND x.at >= " +
                   query_.bind(now() - std::chrono::hours(24 * static_cast<long>(held)));
        }
      }
      return exists(op == "happened", inner, p);
    }
    for (const auto& extra : ctx_.base.extensions.all<SegmentField>()) {
      if (field != extra.field) continue;
      if (op != "happened" && op != "not_happened") return unknown();
      VARDE_TRY(auto inner, extra.make(ctx_, value, query_));
      return exists(op == "happened", inner, p);
    }
    return bad_input(at + "/field", fmt::format("\"{}\" is not a field of a segment.", field));
  }

  static Part column(std::string condition) { return {std::move(condition), "", true}; }
  // Whether `inner`, a subselect of rows x about persons, has one of this person.
  static Part exists(bool yes, const std::string& inner, const std::string& p) {
    return {std::string(yes ? "" : "NOT ") + "EXISTS (" + inner + " AND x.person_id = " + p +
                ".person_id)",
            "", false};
  }
  // The same of a table and a condition on it that has each person once.
  static Part member(bool yes, const std::string& from, const std::string& p) {
    auto out = exists(yes, "SELECT 1 FROM " + from, p);
    if (yes) out.set = "SELECT x.person_id FROM " + from;
    return out;
  }

  Result<Part> attribute_rule(const std::string& key, const std::string& op,
                              const json::value& value, const std::string& p,
                              const std::string& at) {
    auto found = attributes_.find(key);
    if (found == attributes_.end())
      return bad_input(at + "/field", "This attribute does not exist any more.");
    const auto& attribute = found->second;
    if (attribute.classification != Classification::plain)
      return bad_input(
          at + "/field",
          fmt::format("{} is {}: it is encrypted per person and cannot be asked for in a segment.",
                      attribute.label, web::enum_word(attribute.classification)));
    auto base = "person_attribute x WHERE x.tenant_id = {tenant} AND x.attribute_id = " +
                query_.bind(attribute.id);
    if (op == "is_set" || op == "is_not_set") return member(op == "is_set", base, p);
    auto wants = [&](std::string what) {
      return bad_input(at + "/value", "must be " + std::move(what) + ".");
    };
    auto unknown = [&] {
      return bad_input(at + "/operator",
                       fmt::format("\"{}\" is not an operator of {}.", op, attribute.label));
    };
    bool textual = attribute.type == AttributeType::text || attribute.type == AttributeType::choice;
    // Without case and outer spaces, on both sides: see migration 0055. What is asked for is folded
    // once, when the statement is planned.
    if (textual) {
      if (op == "any_of") {
        if (!value.is_array() || value.as_array().size() > kMaxChoices)
          return wants(fmt::format("a list of at most {} choices", kMaxChoices));
        std::vector<std::string> all;
        for (const auto& item : value.as_array())
          if (item.is_string()) all.emplace_back(item.as_string());
        std::string keys;
        for (const auto& one : all)
          keys += (keys.empty() ? "text_key(" : ", text_key(") + query_.bind(one) + ")";
        if (keys.empty()) keys = "NULL";
        return member(true, base + " AND x.text_key IN (" + keys + ")", p);
      }
      if (!value.is_string()) return wants("text");
      std::string text(value.as_string());
      if (op == "is" || op == "is_not")
        return member(op == "is", base + " AND x.text_key = text_key(" + query_.bind(text) + ")",
                      p);
      // starts_with() is leakproof, LIKE is not: under row-level security only the former may use
      // the index.
      if (op == "starts_with")
        return member(
            true, base + " AND starts_with(x.text_key, folded_text(" + query_.bind(text) + "))", p);
      return unknown();
    }
    if (attribute.type == AttributeType::boolean) {
      if (op != "is" || !value.is_bool()) return wants("yes or no");
      return member(true,
                    base + " AND x.number_value = " + query_.bind(value.as_bool() ? 1.0 : 0.0), p);
    }
    auto number_of = [&](const json::value& in) -> std::optional<double> {
      if (attribute.type == AttributeType::number)
        return in.is_number() ? std::optional(in.to_number<double>()) : std::nullopt;
      auto date = in.is_string() ? parse_date(std::string_view(in.as_string())) : std::nullopt;
      return date ? std::optional(static_cast<double>(
                        std::chrono::sys_days(*date).time_since_epoch().count()))
                  : std::nullopt;
    };
    auto what = attribute.type == AttributeType::number ? "a number" : "a date, like 2026-03-01";
    if (attribute.type == AttributeType::date && (op == "in_last_days" || op == "before_days")) {
      if (!value.is_number()) return wants("a number of days");
      auto current = static_cast<double>(today().time_since_epoch().count());
      auto bound = query_.bind(current - value.to_number<double>());
      return member(
          true,
          base + (op == "in_last_days" ? " AND x.number_value >= " + bound +
                                             " AND x.number_value <= " + query_.bind(current)
                                       : " AND x.number_value < " + bound),
          p);
    }
    if (op == "between") {
      if (!value.is_array() || value.as_array().size() != 2)
        return wants(std::string("two values, each ") + what);
      auto low = number_of(value.as_array()[0]), high = number_of(value.as_array()[1]);
      if (!low || !high) return wants(std::string("two values, each ") + what);
      return member(true,
                    base + " AND x.number_value >= " + query_.bind(*low) +
                        " AND x.number_value <= " + query_.bind(*high),
                    p);
    }
    static const std::map<std::string_view, const char*> kOperators = {
        {"eq", "="}, {"lt", "<"}, {"lte", "<="}, {"gt", ">"}, {"gte", ">="}, {"ne", "="}};
    auto sql = kOperators.find(op);
    if (sql == kOperators.end()) return unknown();
    auto number = number_of(value);
    if (!number) return wants(what);
    return member(op != "ne",
                  base + " AND x.number_value " + sql->second + " " + query_.bind(*number), p);
  }

  Ctx& ctx_;
  Query& query_;
  std::map<std::string, Attribute> attributes_;
  std::map<std::string, Uuid> purposes_;
  std::optional<std::map<Uuid, std::string>> tags_, lists_;
  std::optional<std::string> zone_;
  int aliases_ = 0;
  bool alternatives_ = false;
  std::size_t rules_ = 0;
};

}  // namespace

Result<Compiled> compile(Ctx& ctx, const json::value& tree, Query& query) {
  Compiler compiler(ctx, query);
  VARDE_TRY(auto part, compiler.part(tree, "p", "/conditions"));
  return Compiled{std::move(part.condition), std::move(part.set), compiler.has_alternatives()};
}

}  // namespace varde::people
