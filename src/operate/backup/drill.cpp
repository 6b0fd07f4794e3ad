#include "operate/backup/drill.hpp"

#include <filesystem>

#include "base/alarms.hpp"
#include "base/random.hpp"
#include "operate/backup/point.hpp"
#include "operate/backup/scratch.hpp"
#include "operate/backup/store_sql.hpp"
#include "operate/backup/target.hpp"
#include "people/person/person.hpp"
#include "trust/audit.hpp"
#include "trust/trail/trail.hpp"

namespace varde::operate {

using namespace backup_store;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMostFindings = 20;
constexpr std::int64_t kPersonsTried = 20;  // of each organisation

struct Chosen {
  RestorePoint point;
  Backup backup;
};

// Any of the recorded moments of the main cluster that a backup leads to.
Chosen choose(const std::vector<RestorePoint>& points, const Info& info, const State& state) {
  if (!oldest_moment(info))
    throw std::runtime_error("there is no backup yet that a drill could restore.");
  auto forks = forks_of(state, Cluster::main);
  std::vector<Chosen> possible;
  for (const auto& point : points)
    if (const auto* backup =
            backup_for_lsn(info, forks, kRecent, point.timeline, parse_lsn(point.lsn)))
      possible.push_back({point, *backup});
  if (possible.empty())
    throw std::runtime_error(
        "no moment since the oldest backup is recorded yet that a drill could compare with; one is "
        "recorded every " +
        std::string("hour, and with `varde backup record`."));
  return possible[random_u64() % possible.size()];
}

// Of the keystore the same moment, where its backups still reach that far; otherwise any that they
// do reach. Moments under an earlier root key open for nobody; a restore goes on to after them.
std::optional<Chosen> choose_keys(const std::vector<RestorePoint>& points, const Uuid& same,
                                  const Info& info, const State& state, const db::Bytes& root) {
  auto forks = forks_of(state, Cluster::keystore);
  std::vector<Chosen> possible;
  for (const auto& point : points) {
    if (!point.keys_name || !point.keys_lsn || !point.keys_timeline || !point.keys_root ||
        point.keys_root->data != root.data)
      continue;
    const auto* backup =
        backup_for_lsn(info, forks, kRecent, *point.keys_timeline, parse_lsn(*point.keys_lsn));
    if (backup == nullptr) continue;
    if (point.point_id == same) return Chosen{point, *backup};
    possible.push_back({point, *backup});
  }
  if (possible.empty()) return std::nullopt;
  return possible[random_u64() % possible.size()];
}

// What was found out, of each organisation and of all.
struct Found {
  struct Own {
    std::int64_t rows = 0, contents = 0, keys = 0, opened = 0;
    std::vector<std::string> findings;
  };
  std::map<Uuid, Own> tenants;
  std::vector<std::string> findings;  // that are no single organisation's
  std::set<std::string> tables;
  std::int64_t entries = 0;
  // Accounts have keys, and no trail to be told in.
  void say(const Uuid& tenant, std::string what) {
    if (auto own = tenants.find(tenant); own != tenants.end())
      own->second.findings.push_back(std::move(what));
    else
      findings.push_back((tenant == trust::kAccounts
                              ? std::string("accounts: ")
                              : fmt::format("organisation {}: ", tenant.str())) +
                         what);
  }
};

// Compares a cluster with what was recorded of it. The recorded tables whose names begin with
// `prefix` are its own; with the empty one, those that are not the keystore's.
void compare(db::Pool& super, Cluster which, const RestorePoint& point,
             const std::vector<StateRow>& states, Found& found) {
  auto prefix = which == Cluster::keystore ? kKeystorePrefix : std::string_view();
  auto own_name = [&](const std::string& name) -> std::optional<std::string> {
    if (name.starts_with(kKeystorePrefix) != (which == Cluster::keystore)) return std::nullopt;
    return name.substr(prefix.size());
  };
  // Of moments from before there were contents, the rows alone.
  std::map<std::string, std::string> columns;
  for (std::size_t i = 0; i < point.tables.size() && i < point.columns.size(); ++i)
    if (auto name = own_name(point.tables[i])) columns.emplace(*name, point.columns[i]);
  std::set<std::string> digested;
  for (const auto& table : point.digested)
    if (auto name = own_name(table)) digested.insert(*name);
  auto tables = tables_of(super, which);
  for (const auto& table : tables)
    if (auto was = columns.find(table.name); was != columns.end() && was->second != table.columns) {
      found.findings.push_back(
          fmt::format("{}{} has other columns than were recorded", prefix, table.name));
      digested.erase(table.name);
    }
  auto tx = super.begin(std::nullopt, kLong);
  auto counts = read_contents(tx, tables, point.salt,
                              [&](const std::string& table) { return digested.contains(table); });
  for (const auto& state : states)
    for (std::size_t i = 0; i < state.tables.size(); ++i) {
      auto name = own_name(state.tables[i]);
      if (!name) continue;
      const auto& restored = counts[state.tenant_id][*name];
      auto digest = i < state.digests.size() && digested.contains(*name) ? state.digests[i] : "";
      found.tables.insert(state.tables[i]);
      if (auto own = found.tenants.find(state.tenant_id); own != found.tenants.end()) {
        own->second.rows += restored.rows;
        if (!digest.empty()) own->second.contents += restored.rows;
        if (state.tables[i] == "keystore.person_key") own->second.keys += restored.rows;
      }
      if (auto what = difference(state.tables[i], restored, state.least[i], state.most[i], digest))
        found.say(state.tenant_id, *what);
    }
}

// Whether keys of the restored keystore open persons of the restored data. `keys_too`: both are of
// the same moment, so that everybody who has not been forgotten since must have a key.
void open_persons(Databases& scratch, trust::Keystore& live, bool keys_too, Found& found) {
  for (auto& [tenant, own] : found.tenants) {
    std::vector<Uuid> ids;
    {
      auto tx = scratch.super.begin();
      ids = tx.all<Uuid>(store::kBackupSomePersons, tenant, kPersonsTried);
    }
    auto forgotten = live.forgotten(tenant, ids);
    std::erase_if(ids, [&](const Uuid& id) { return forgotten.contains(id); });
    if (ids.empty()) continue;
    try {
      trust::Ctx ctx(scratch.base, tenant, {});
      own.opened = std::ssize(people::load(ctx, ids, false, false));
      auto damaged = std::ranges::count(alarms::standing(tenant), "damaged", &alarms::Alarm::kind);
      if (damaged > 0)
        own.findings.push_back(fmt::format(
            "the restored keys do not open the restored persons: {} of {}", damaged, ids.size()));
      if (keys_too && own.opened != std::ssize(ids))
        own.findings.push_back(fmt::format("of {} persons {} have no key in the restored keystore",
                                           ids.size(), std::ssize(ids) - own.opened));
    } catch (const std::exception& e) {
      own.findings.push_back(
          fmt::format("the restored keys do not open the restored persons: {}", e.what()));
    }
  }
}

void tell(Databases& databases, const DrillRow& row, const Found& found) {
  {
    auto tx = databases.base.database.system();
    tx.insert_many("drill", std::vector{row});
    tx.commit();
  }
  for (const auto& [tenant, own] : found.tenants) {
    trust::Ctx ctx(databases.base, tenant, {});
    trust::AuditEntry entry{"system.drill", "drill", row.drill_id};
    auto say = [&](std::string text) { entry.changes.push_back({std::move(text), {}, {}}); };
    // What is wrong with all is wrong with each.
    bool passed = own.findings.empty() && found.findings.empty();
    say(passed ? "passed" : "failed");
    say("restored to " + to_rfc3339(row.point_at));
    say(fmt::format("{} rows counted, the contents of {} compared", own.rows, own.contents));
    if (row.keys_at)
      say(fmt::format("keys restored to {}: {} counted, {} persons opened",
                      to_rfc3339(*row.keys_at), own.keys, own.opened));
    for (std::size_t i = 0; i < own.findings.size() && i < kMostFindings; ++i) say(own.findings[i]);
    if (own.findings.empty() && !passed) say("what was found concerns all organisations");
    trust::record(ctx, entry);
    ctx.commit();
  }
}

// A cluster that is recovered to a moment, and removed with this.
class Recovered {
 public:
  Recovered(const Installation& installation, Cluster which, const Chosen& chosen,
            const std::string& name, std::int64_t timeline)
      : options_(scratch_options(
            installation, fresh_scratch(installation.data_directory, Scratch::drill), which)),
        cluster_(options_) {
    fetch_scratch(installation, cluster_, chosen.backup.label, kRecent,
                  {"--type=name", "--target=" + name, fmt::format("--target-timeline={}", timeline),
                   "--target-action=promote"},
                  which);
    try {
      cluster_.start();
    } catch (const std::exception& e) {
      // Its words go with it.
      auto words = read_file(options_.directory + "/log/postgres.log").value_or("");
      throw std::runtime_error(
          fmt::format("{} Its last words: {}", e.what(),
                      words.substr(words.size() - std::min<std::size_t>(words.size(), 600))));
    }
  }
  std::string conninfo() const { return cluster_.conninfo(); }
  void stop() { cluster_.stop(); }

 private:
  db::ClusterOptions options_;
  db::Cluster cluster_;
};

struct Remove {
  const Installation& installation;
  ~Remove() {
    try {
      remove_scratch(installation.data_directory, Scratch::drill);
    } catch (const std::exception&) {
      // The next look removes it.
    }
  }
};

// The keystore's backup: its keys counted, and tried on persons of the restored main cluster.
void try_keys(const Installation& installation, const Chosen& keys, bool same_moment,
              const std::vector<StateRow>& states, const std::string& main, Found& found) {
  Recovered keystore(installation, Cluster::keystore, keys, *keys.point.keys_name,
                     *keys.point.keys_timeline);
  with_running_program(installation, [&](Databases& live) {
    // Opens what the root key wraps: if it does not, this throws.
    trust::Keystore restored(keystore.conninfo(), installation.root_key, 2);
    db::Database database(main, 2);
    db::PoolOptions as_super{.conninfo = main,
                             .user = "varde_super",
                             .connections_per_loop = 2,
                             .statement_timeout = kLong};
    db::Pool super(as_super);
    as_super.conninfo = keystore.conninfo();
    db::Pool super_keystore(as_super);
    struct Close {
      std::function<void()> all;
      ~Close() { all(); }
    } close{[&] {
      restored.close_idle();
      database.close_idle();
      super.close_idle();
      super_keystore.close_idle();
    }};
    compare(super_keystore, Cluster::keystore, keys.point, states, found);
    restored.open("", false);
    trust::Base base{database, restored, installation.public_url, installation.data_directory, ""};
    Databases scratch{base, super, super_keystore};
    open_persons(scratch, live.base.keys, same_moment, found);
  });
  keystore.stop();
}

}  // namespace

void check_room(const std::string& directory, std::int64_t bytes, const char* for_what) {
  constexpr std::int64_t kReserve = 256 << 20;
  auto free = static_cast<std::int64_t>(fs::space(directory).available);
  auto wanted = bytes + bytes / 5 + kReserve;
  if (free >= wanted) return;
  throw std::runtime_error(fmt::format(
      "{} needs {} MB on the disk of {}, and {} MB are free. Make room, or put the data "
      "directory on a larger disk.",
      for_what, wanted >> 20, directory, free >> 20));
}

DrillResult hold_drill(const Installation& installation, const State& state) {
  PgBackRest pgbackrest(installation);
  auto info = pgbackrest.info(Cluster::main), keys_info = pgbackrest.info(Cluster::keystore);
  DrillRow row;
  row.drill_id = Uuid::make();
  row.started_at = machine_now();
  Chosen chosen;
  std::optional<Chosen> keys;
  std::vector<StateRow> states, keys_states;
  with_running_program(installation, [&](Databases& databases) {
    auto tx = databases.base.database.system();
    auto points =
        tx.all<RestorePoint>(store::kBackupPoints, oldest_moment(info).value_or(row.started_at));
    chosen = choose(points, info, state);
    auto root = databases.super_keystore.begin().one<db::Bytes>(store::kBackupRoot);
    auto all = tx.all<RestorePoint>(store::kBackupPoints,
                                    oldest_moment(keys_info).value_or(row.started_at));
    keys = choose_keys(all, chosen.point.point_id, keys_info, state, root);
    states = tx.all<StateRow>(store::kBackupStates, chosen.point.point_id);
    if (keys) keys_states = tx.all<StateRow>(store::kBackupStates, keys->point.point_id);
    archive_now(databases.super);
    archive_now(databases.super_keystore);
  });
  check_room(installation.data_directory,
             chosen.backup.database_bytes + (keys ? keys->backup.database_bytes : 0), "a drill");

  remove_scratch(installation.data_directory, Scratch::drill);
  Remove remove{installation};
  Found found;
  for (const auto& one : states)
    if (!one.head_note.empty()) found.tenants[one.tenant_id];
  Recovered main(installation, Cluster::main, chosen, chosen.point.name, chosen.point.timeline);
  with_databases(
      installation, main.conninfo(), db::Cluster(installation.keystore).conninfo(),
      [&](Databases& scratch) {
        compare(scratch.super, Cluster::main, chosen.point, states, found);
        for (const auto& one : states) {
          if (one.head_note.empty()) continue;
          if (auto wrong = trust::recheck_trail(scratch.base, one.tenant_id, one.head_note))
            found.say(one.tenant_id, *wrong);
          found.entries += one.head_size;
        }
      });
  if (keys) {
    row.keys_at = keys->point.keys_at;
    try {
      try_keys(installation, *keys, keys->point.point_id == chosen.point.point_id, keys_states,
               main.conninfo(), found);
    } catch (const std::exception& e) {
      found.findings.push_back(fmt::format("the keystore's backup: {}", e.what()));
    }
  }
  main.stop();

  DrillResult result;
  result.contents = result.keys = result.opened = 0;
  auto find = [&](std::string what) {
    if (row.findings.size() < kMostFindings) row.findings.push_back(std::move(what));
  };
  for (const auto& finding : found.findings) find(finding);
  for (const auto& [tenant, own] : found.tenants) {
    for (const auto& finding : own.findings)
      find(fmt::format("organisation {}: {}", tenant.str(), finding));
    result.rows += own.rows;
    *result.contents += own.contents;
    *result.keys += own.keys;
    *result.opened += own.opened;
  }
  row.ended_at = machine_now();
  row.point_at = chosen.point.at;
  row.passed = row.findings.empty();
  row.contents = *result.contents;
  row.keys = *result.keys;
  row.opened = *result.opened;
  with_running_program(installation, [&](Databases& databases) { tell(databases, row, found); });
  result.at = row.ended_at;
  result.point_at = row.point_at;
  result.passed = row.passed;
  result.keys_at = row.keys_at;
  result.tenants = std::ssize(found.tenants);
  result.tables = std::ssize(found.tables);
  result.entries = found.entries;
  result.findings = row.findings;
  result.seconds =
      std::chrono::duration_cast<std::chrono::seconds>(row.ended_at - row.started_at).count();
  return result;
}

}  // namespace varde::operate
