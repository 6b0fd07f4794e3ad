#include "operate/backup/point.hpp"

#include "base/random.hpp"
#include "operate/backup/store_sql.hpp"
#include "trust/tenant/tenant.hpp"
#include "trust/trail/trail.hpp"

namespace varde::operate {

using namespace backup_store;

namespace {

constexpr auto kPatience = std::chrono::seconds(5);
constexpr auto kBetween = std::chrono::milliseconds(20);
constexpr std::size_t kSaltBytes = 16;

// A cluster at its moment.
struct Recorded {
  std::string name;
  Timestamp at;
  PointRow place;
  struct Held {
    std::int64_t least = 0, most = 0;
    std::string digest;
  };
  std::map<Uuid, std::map<std::string, Held>> held;
  std::vector<std::string> digested;
};

std::string fresh_name() { return "varde-" + Uuid::make().str(); }

struct Still {
  db::Tx tx;  // whose snapshot is the moment; without a number of its own
  std::string name;
  Timestamp at;
  PointRow place;
};

// nullopt: somebody writes all the time.
std::optional<Still> find_still(db::Pool& super) {
  for (auto until = net::in(kPatience); std::chrono::steady_clock::now() < until;) {
    std::optional<db::Tx> tx;
    SnapshotRow seen;
    {
      // What was written after a transaction that has a number becomes no leaf of any trail while
      // that one runs. So this one is over before anything long begins.
      auto numbered = super.begin();
      numbered.later(store::kBackupHold);
      seen = numbered.one<SnapshotRow>(store::kBackupSnapshot);
      if (seen.own == seen.first && seen.own == seen.after) {
        auto take = "SET TRANSACTION SNAPSHOT '" + seen.name + "'";
        tx.emplace(super.begin(std::nullopt, kLong));
        tx->later(store::kBackupHold);
        tx->query(db::Sql{"", take});
      }
    }
    if (tx) {
      auto name = fresh_name();
      auto place = tx->one<PointRow>(store::kBackupPoint, name);
      auto at = machine_now();
      auto next = super.begin();
      if (next.one<std::int64_t>(store::kBackupNumber) == seen.own + 1)
        return Still{std::move(*tx), std::move(name), at, place};
    }
    net::sleep_for(kBetween);
  }
  return std::nullopt;
}

Recorded record_still(Still still, const std::vector<TableRow>& tables, const db::Bytes& salt,
                      std::chrono::seconds digest_time) {
  Recorded out{still.name, still.at, still.place, {}, {}};
  still.tx.later(store::kBackupAlone);
  auto until = std::chrono::steady_clock::now() + digest_time;
  auto counts = read_contents(still.tx, tables, salt, [&](const std::string& table) {
    // One at least, so that a large one has its turn as well.
    if (!out.digested.empty() && std::chrono::steady_clock::now() >= until) return false;
    out.digested.push_back(table);
    return true;
  });
  for (auto& [tenant, of_tenant] : counts)
    for (auto& [table, count] : of_tenant)
      out.held[tenant][table] = {count.rows, count.rows, std::move(count.digest)};
  return out;
}

Recorded record_busy(db::Pool& super, const std::vector<TableRow>& tables) {
  auto number = [&](const db::Sql& sql) {
    auto tx = super.begin();
    return tx.one<std::int64_t>(sql);
  };
  auto count = [&](std::int64_t since) {
    auto tx = super.begin(std::nullopt, kLong);
    return count_rows(tx, tables, since);
  };
  auto since = number(store::kBackupSnapshotStart);
  auto before = count(since);
  Recorded out{fresh_name(), {}, {}, {}, {}};
  {
    auto tx = super.begin();
    out.place = tx.one<PointRow>(store::kBackupPoint, out.name);
    out.at = machine_now();
  }
  // What was being committed at the moment is seen only once it is over.
  auto running = number(store::kBackupSnapshotEnd);
  for (auto until = net::in(std::chrono::seconds(30));
       number(store::kBackupSnapshotStart) < running;) {
    if (std::chrono::steady_clock::now() > until)
      throw std::runtime_error(
          "no moment could be recorded: a transaction runs for too long. It is tried again.");
    net::sleep_for(kBetween);
  }
  auto after = count(since);
  for (auto* side : {&before, &after})
    for (const auto& [tenant, of_tenant] : *side)
      for (const auto& [table, unused] : of_tenant) {
        auto was = before[tenant][table], is = after[tenant][table];
        out.held[tenant][table] = {
            std::max<std::int64_t>(0, std::min(was.rows, is.rows) - is.fresh),
            std::max(was.rows, is.rows) + is.fresh, ""};
      }
  return out;
}

// Those whose contents were not read for the longest come first. `prefix`: of their names among
// those of a moment.
Recorded record_cluster(db::Pool& super, std::vector<TableRow> tables, const db::Bytes& salt,
                        const std::map<std::string, Timestamp>& last, std::string_view prefix,
                        std::chrono::seconds digest_time) {
  std::ranges::stable_sort(tables, {}, [&](const TableRow& table) {
    auto found = last.find(std::string(prefix) + table.name);
    return found == last.end() ? Timestamp() : found->second;
  });
  auto still = find_still(super);
  return still ? record_still(std::move(*still), tables, salt, digest_time)
               : record_busy(super, tables);
}

}  // namespace

void record_point(const Installation& installation, Databases& databases) {
  auto& base = databases.base;
  auto tenants = trust::every_tenant(base);
  std::map<std::string, Timestamp> last;
  {
    auto tx = base.database.system();
    for (auto& row : tx.all<LastDigest>(store::kBackupLastDigests))
      last.emplace(std::move(row.name), row.at);
  }
  std::map<Uuid, trust::Head> heads;
  for (const auto& tenant : tenants) heads[tenant] = trust::seal_trail(base, tenant);

  RestorePoint point;
  point.point_id = Uuid::make();
  point.salt.data.resize(kSaltBytes);
  fill_random({reinterpret_cast<std::uint8_t*>(point.salt.data.data()), kSaltBytes});
  auto tables = tables_of(databases.super, Cluster::main);
  auto keystore_tables = tables_of(databases.super_keystore, Cluster::keystore);
  {
    auto tx = databases.super_keystore.begin();
    point.keys_root = tx.one<db::Bytes>(store::kBackupRoot);
  }
  std::chrono::seconds digest_time(installation.backup.digest_time);
  auto main = record_cluster(databases.super, tables, point.salt, last, "", digest_time);
  auto keystore = record_cluster(databases.super_keystore, keystore_tables, point.salt, last,
                                 kKeystorePrefix, digest_time);
  point.name = main.name;
  point.at = main.at;
  point.lsn = main.place.lsn;
  point.timeline = main.place.timeline;
  point.keys_name = keystore.name;
  point.keys_at = keystore.at;
  point.keys_lsn = keystore.place.lsn;
  point.keys_timeline = keystore.place.timeline;
  for (const auto& table : tables) {
    point.tables.push_back(table.name);
    point.columns.push_back(table.columns);
  }
  point.digested = std::move(main.digested);
  for (const auto& table : keystore_tables) {
    point.tables.push_back(std::string(kKeystorePrefix) + table.name);
    point.columns.push_back(table.columns);
  }
  for (const auto& table : keystore.digested)
    point.digested.push_back(std::string(kKeystorePrefix) + table);

  // Also of those that have keys and are no organisation: accounts.
  std::set<Uuid> all(tenants.begin(), tenants.end());
  for (const auto& [tenant, unused] : keystore.held) all.insert(tenant);
  std::vector<StateRow> states;
  for (const auto& tenant : all) {
    StateRow row{tenant, point.point_id, 0, "", {}, {}, {}, {}};
    if (auto head = heads.find(tenant); head != heads.end()) {
      row.head_size = head->second.size;
      row.head_note = head->second.note;
    }
    auto add = [&](std::string name, const Recorded::Held& held) {
      row.tables.push_back(std::move(name));
      row.least.push_back(held.least);
      row.most.push_back(held.most);
      row.digests.push_back(held.digest);
    };
    if (heads.contains(tenant))
      for (const auto& table : tables) add(table.name, main.held[tenant][table.name]);
    for (const auto& table : keystore_tables)
      add(std::string(kKeystorePrefix) + table.name, keystore.held[tenant][table.name]);
    states.push_back(std::move(row));
  }
  auto tx = base.database.system();
  auto kept = point.at - std::chrono::seconds(installation.backup.keep);
  tx.later(store::kBackupForgetStates, kept);
  tx.later(store::kBackupForgetPoints, kept);
  tx.insert_many("restore_point", std::vector{point});
  tx.insert_many("restore_point_state", states);
  tx.commit();
}

}  // namespace varde::operate
