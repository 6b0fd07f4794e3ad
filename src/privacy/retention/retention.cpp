#include "privacy/retention/retention.hpp"

#include "base/log.hpp"
#include "privacy/retention/store_sql.hpp"
#include "trust/audit.hpp"
#include "trust/retention.hpp"
#include "web/resource.hpp"

namespace varde::privacy {

using trust::Ctx;
using trust::Retained;
using trust::Right;

namespace {

constexpr std::int64_t kAtOnce = 1'000;
constexpr int kMostMonths = 1'200;

struct RuleRow {
  std::string category;
  int months = 0;
  Timestamp changed_at;
};
BOOST_DESCRIBE_STRUCT(RuleRow, (), (category, months, changed_at))
struct RunRow {
  Uuid tenant_id, run_id;
  std::string category;
  Timestamp older;
  std::int64_t removed = 0;
  Timestamp at;
};
BOOST_DESCRIBE_STRUCT(RunRow, (), (tenant_id, run_id, category, older, removed, at))

struct Categories {
  std::vector<CategoryView> items;
};
BOOST_DESCRIBE_STRUCT(Categories, (), (items))
struct CategoryPath {
  std::string category;
};
BOOST_DESCRIBE_STRUCT(CategoryPath, (), (category))
struct RuleIn {
  std::optional<int> months;
};
BOOST_DESCRIBE_STRUCT(RuleIn, (), (months))
struct PreviewQuery {
  int months = 0;
};
BOOST_DESCRIBE_STRUCT(PreviewQuery, (), (months))
struct Preview {
  std::string what;
  Timestamp older_than;
  std::int64_t would_remove = 0;
  std::optional<Timestamp> oldest;
};
BOOST_DESCRIBE_STRUCT(Preview, (), (what, older_than, would_remove, oldest))

const Retained* find_category(Ctx& ctx, std::string_view key) {
  for (const auto& category : ctx.base.extensions.all<Retained>())
    if (category.key == key) return &category;
  return nullptr;
}
Error no_category() { return not_found("There is no such category of data."); }
Error wrong_months(const char* where) {
  return bad_input(where, fmt::format("must be 1 to {} months.", kMostMonths));
}

// Removes what is older, batch by batch, each in a transaction of its own.
std::int64_t remove(Ctx& ctx, const Retained& category, Timestamp older) {
  std::int64_t out = 0;
  while (!jobs::Workers::stopping()) {
    auto went = category.remove(ctx, older, kAtOnce);
    ctx.commit();
    out += went;
    if (went < kAtOnce) break;
  }
  return out;
}

Result<jobs::Outcome> run_all(trust::Base& base) {
  std::vector<Uuid> tenants;
  {
    auto tx = base.database.system();
    tenants = tx.all<Uuid>(store::kRetentionTenants);
  }
  for (const auto& tenant : tenants) {
    if (jobs::Workers::stopping()) return jobs::Outcome::again(now());
    apply_retention(base, tenant);
  }
  return jobs::Outcome::done();
}

}  // namespace

std::int64_t apply_retention(trust::Base& base, const Uuid& tenant) {
  std::int64_t out = 0;
  Ctx ctx(base, tenant, {});
  auto rules = ctx.tx().all<RuleRow>(store::kRetentionRules);
  for (const auto& rule : rules) {
    const auto* category = find_category(ctx, rule.category);
    if (category == nullptr) continue;  // of a newer version
    auto older = ctx.tx().one<Timestamp>(store::kRetentionOlder, now(), rule.months);
    ctx.commit();
    auto removed = remove(ctx, *category, older);
    out += removed;
    RunRow run{tenant, Uuid::make(), rule.category, older, removed, now()};
    ctx.tx().insert_many("retention_run", std::vector{run});
    if (removed > 0)
      trust::record(ctx, trust::AuditEntry{"retention.run",
                                           "retention_run",
                                           run.run_id,
                                           std::nullopt,
                                           {{rule.category, std::nullopt, std::nullopt}}});
    ctx.commit();
  }
  if (out > 0) log::info("What was kept long enough was removed", {{"rows", out}});
  return out;
}

std::vector<CategoryView> retention_overview(Ctx& ctx) {
  auto rules = ctx.tx().all<RuleRow>(store::kRetentionRules);
  auto runs = ctx.tx().all<RunRow>(store::kRetentionLastRuns);
  std::vector<CategoryView> out;
  for (const auto& category : ctx.base.extensions.all<Retained>()) {
    CategoryView view{category.key, category.label, category.what, {}, {}, {}, {}};
    for (const auto& rule : rules)
      if (rule.category == category.key) {
        view.months = rule.months;
        view.changed_at = rule.changed_at;
      }
    for (const auto& run : runs)
      if (run.category == category.key) {
        view.last_run_at = run.at;
        view.last_removed = run.removed;
      }
    out.push_back(std::move(view));
  }
  return out;
}

namespace {

Result<Categories> list_retention(Ctx& ctx) { return Categories{retention_overview(ctx)}; }

Result<Preview> preview_retention(Ctx& ctx, const web::Path<CategoryPath>& path,
                                  const web::Query<PreviewQuery>& query) {
  const auto* category = find_category(ctx, path->category);
  if (category == nullptr) return no_category();
  if (query->months < 1 || query->months > kMostMonths) return wrong_months("query/months");
  auto older = ctx.tx().one<Timestamp>(store::kRetentionOlder, now(), query->months);
  auto row = category->count(ctx, older);
  return Preview{category->what, older, row.rows, row.oldest};
}

Result<CategoryView> set_retention(Ctx& ctx, const web::Path<CategoryPath>& path,
                                   const web::Body<RuleIn>& in) {
  const auto* category = find_category(ctx, path->category);
  if (category == nullptr) return no_category();
  if (in->months && (*in->months < 1 || *in->months > kMostMonths)) return wrong_months("/months");
  if (in->months) {
    ctx.tx().later(store::kRetentionSet, path->category, *in->months, now());
  } else {
    ctx.tx().later(store::kRetentionDrop, path->category);
  }
  trust::record(ctx, trust::AuditEntry{"retention.rule",
                                       "tenant",
                                       ctx.tenant,
                                       std::nullopt,
                                       {{path->category, std::nullopt, std::nullopt}}});
  return CategoryView{category->key,
                      category->label,
                      category->what,
                      in->months,
                      in->months ? std::optional(now()) : std::nullopt,
                      {},
                      {}};
}

}  // namespace

void add_retention_routes(trust::Api& api) {
  auto access = [](Right right) { return static_cast<int>(right); };

  api.add({"GET", "/api/v1/retention", "listRetention",
           "Categories of data, how long each is kept, and what the last run removed",
           access(Right::evidence_read)},
          list_retention);

  api.add({"GET", "/api/v1/retention/{category}/preview", "previewRetention",
           "What a rule of so many months would remove now; nothing is removed",
           access(Right::evidence_read)},
          preview_retention);

  api.add({"PUT", "/api/v1/retention/{category}", "setRetention",
           "Rules how long a category is kept; without months until somebody erases it",
           access(Right::settings_manage)},
          set_retention);
}

void add_retention_jobs(trust::Base& base, jobs::Workers& workers) {
  workers.handle("retention.run", [&base](const jobs::Job&) { return run_all(base); });
  workers.schedule({"retention.run", std::chrono::hours(24)});
}

}  // namespace varde::privacy
