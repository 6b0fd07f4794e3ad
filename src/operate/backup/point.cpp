#include "operate/backup/point.hpp"

#include "base/random.hpp"
#include "trust/trail/trail.hpp"

namespace varde::operate {

using namespace backup_store;

std::vector<std::string> counted_tables(db::Pool& super) {
  auto tx = super.begin();
  return tx.all<std::string>(kTables);
}

Counts count_rows(db::Pool& super, const std::vector<std::string>& tables, std::int64_t since) {
  auto tx = super.begin(std::nullopt, kLong);
  std::vector<std::string> texts;
  std::vector<db::Later> answers;
  for (const auto& table : tables) texts.push_back(count_text(table));
  for (const auto& text : texts) answers.push_back(tx.later(db::Sql{"", text}, since));
  tx.flush();
  Counts out;
  for (std::size_t i = 0; i < tables.size(); ++i)
    for (const auto& row : answers[i].rows().all<CountRow>())
      out[row.tenant_id][tables[i]] = {row.rows, row.fresh};
  return out;
}

void record_point(const Installation& installation, Databases& databases) {
  auto& base = databases.base;
  std::vector<Uuid> tenants;
  {
    auto tx = base.database.system();
    tenants = tx.all<Uuid>(kTenants);
  }
  std::map<Uuid, trust::Head> heads;
  for (const auto& tenant : tenants) heads[tenant] = trust::seal_trail(base, tenant);

  auto tables = counted_tables(databases.super);
  auto number = [&](const db::Sql& sql) {
    auto tx = databases.super.begin();
    return tx.one<std::int64_t>(sql);
  };
  auto since = number(kSnapshotStart);
  auto before = count_rows(databases.super, tables, since);
  RestorePoint point{Uuid::make(), "", {}, "", 0};
  point.name = "varde-" + point.point_id.str();
  {
    auto tx = databases.super.begin();
    auto made = tx.one<PointRow>(kPoint, point.name);
    point.at = machine_now();
    point.lsn = made.lsn;
    point.timeline = made.timeline;
  }
  // What was being committed at the moment is seen only once it is over.
  auto running = number(kSnapshotEnd);
  for (auto until = net::in(std::chrono::seconds(30)); number(kSnapshotStart) < running;) {
    if (std::chrono::steady_clock::now() > until)
      throw std::runtime_error(
          "no moment could be recorded: a transaction runs for too long. It is tried again.");
    net::sleep_for(std::chrono::milliseconds(20));
  }
  auto after = count_rows(databases.super, tables, since);

  std::vector<StateRow> states;
  for (const auto& tenant : tenants) {
    StateRow row{tenant, point.point_id, heads[tenant].size, heads[tenant].note, tables, {}, {}};
    for (const auto& table : tables) {
      auto was = before[tenant][table], is = after[tenant][table];
      row.least.push_back(std::max<std::int64_t>(0, std::min(was.rows, is.rows) - is.fresh));
      row.most.push_back(std::max(was.rows, is.rows) + is.fresh);
    }
    states.push_back(std::move(row));
  }
  auto tx = base.database.system();
  auto kept = point.at - std::chrono::seconds(installation.backup.keep);
  tx.later(kForgetStates, kept);
  tx.later(kForgetPoints, kept);
  tx.insert_many("restore_point", std::vector{point});
  tx.insert_many("restore_point_state", states);
  tx.commit();
}

}  // namespace varde::operate
