#include "trust/reads/routes.hpp"
#include "trust/identity/identity.hpp"
#include "trust/reads/store.hpp"
#include "trust/reads/store_sql.hpp"
#include "trust/tenant/tenant.hpp"
#include "web/resource.hpp"

namespace varde::trust {

namespace {

struct ReadingDay {
  Date day;
  Uuid account;
  std::string name;
  std::int64_t persons = 0, requests = 0;
};
BOOST_DESCRIBE_STRUCT(ReadingDay, (), (day, account, name, persons, requests))
struct ReadingQuery {
  std::optional<Date> from, until;
};
BOOST_DESCRIBE_STRUCT(ReadingQuery, (), (from, until))

Result<web::Page<ReadingDay>> list(Ctx& ctx, const ReadingQuery& query) {
  auto today = tenant_today(ctx);
  if (!today) return not_found("This organisation does not exist any more.");
  auto until = query.until.value_or(*today);
  auto from = query.from.value_or(Date(std::chrono::sys_days(until) - std::chrono::days(30)));
  auto rows = ctx.tx().all<reads_store::CountRow>(store::kReadsCounts, from, until);
  std::vector<Uuid> accounts;
  for (const auto& row : rows) accounts.push_back(row.account_id);
  auto names = account_names(ctx.base, accounts);
  web::Page<ReadingDay> page;
  for (const auto& row : rows)
    page.items.push_back(
        {row.day, row.account_id, names[row.account_id], row.persons, row.requests});
  return page;
}

}  // namespace

void add_reads_routes(Api& api) {
  api.add({"GET", "/api/v1/audit/reads", "listReads",
           "How many persons each user was shown, by day; the most first",
           static_cast<int>(Right::audit_read)},
          [](Ctx& ctx, const web::Query<ReadingQuery>& query) { return list(ctx, query.value); });
}

}  // namespace varde::trust
