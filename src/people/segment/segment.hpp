// Segments: a tree of conditions over persons, compiled to SQL.
//
// Every rule becomes EXISTS or NOT EXISTS over a narrow table whose index answers it alone, with
// leakproof operators only (under row-level security no other operator may use an index). An "and"
// gives the planner semi-joins to order by selectivity; an "or" becomes one semi-join against a
// UNION ALL, because EXISTS under OR would be evaluated row by row.
#pragma once

#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <functional>
#include <string>
#include <variant>

#include "db/tx.hpp"
#include "trust/ctx.hpp"
#include "trust/table.hpp"
#include "web/types.hpp"

namespace varde::people {

/// A statement under construction: conditions over `person p`, values always parameters.
class Query {
 public:
  template <class T>
  std::string bind(const T& value) {
    params_.add(value);
    return "$" + std::to_string(params_.size());
  }
  /// Tells the planner to join by hash or merge only.
  void without_loops() { without_loops_ = true; }
  void where(std::string condition) { conditions_.push_back(std::move(condition)); }
  /// Runs `head`, the conditions and `tail`. A head ends in "person p", whose tenant is named here,
  /// or in a WHERE of its own; whatever else is composed names the tenant itself, as {tenant}.
  db::Rows run(trust::Ctx& ctx, const std::string& head, const std::string& tail = "") const;
  std::string text(const std::string& head, const std::string& tail = "") const;
  const db::Params& params() const { return params_; }

 private:
  std::vector<std::string> conditions_;
  db::Params params_;
  bool without_loops_ = false;
};

enum class ConditionsOp { and_, or_ };
BOOST_DESCRIBE_ENUM(ConditionsOp, and_, or_)
struct Rule {
  std::string field, operator_;
  std::optional<web::Any> value;
};
BOOST_DESCRIBE_STRUCT(Rule, (), (field, operator_, value))
/// What a tree of conditions looks like.
struct Conditions {
  ConditionsOp op = ConditionsOp::and_;
  std::optional<bool> not_;
  std::vector<std::variant<Conditions, Rule>> rules;
};
BOOST_DESCRIBE_STRUCT(Conditions, (), (op, not_, rules))
using ConditionsJson = web::Shaped<Conditions>;

/// Adds the tree's meaning to `query`. Errors: bad_input with a pointer into the tree.
Result<void> add_conditions(trust::Ctx& ctx, const boost::json::value& tree, Query& query);

struct SegmentRow {
  Uuid id;
  std::string name;
  boost::json::value conditions;
  std::optional<std::int64_t> persons;
  std::optional<Timestamp> counted_at;
  std::int64_t version = 1;
  Timestamp created_at, updated_at;
};
std::optional<SegmentRow> find_segment(trust::Ctx& ctx, const Uuid& id);
/// How many active persons are in it.
Result<std::int64_t> count(trust::Ctx& ctx, const boost::json::value& tree);

/// Extension: a behaviour field that another module answers ("received"). Given the value of the
/// rule, `make` returns a subselect over rows `x` with a person_id, of the tenant (x.tenant_id =
/// {tenant}).
struct SegmentField {
  std::string field, label;
  std::function<Result<std::string>(trust::Ctx&, const boost::json::value& value, Query& query)>
      make;
};

void add_segment_routes(trust::Api& api);
std::vector<trust::Table> segment_tables();
void add_segment_hooks(trust::Base& base);

}  // namespace varde::people
