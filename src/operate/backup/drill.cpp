#include "operate/backup/drill.hpp"

#include <filesystem>

#include "base/random.hpp"
#include "operate/backup/point.hpp"
#include "operate/backup/scratch.hpp"
#include "trust/audit.hpp"
#include "trust/trail/trail.hpp"

namespace varde::operate {

using namespace backup_store;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMostFindings = 20;

struct Chosen {
  RestorePoint point;
  const Backup* backup = nullptr;
};

// Any of the recorded moments that a backup leads to.
Chosen choose(Databases& databases, const Info& info, const State& state) {
  auto oldest = oldest_moment(info);
  if (!oldest) throw std::runtime_error("there is no backup yet that a drill could restore.");
  std::vector<Fork> forks;
  std::ranges::copy_if(state.forks, std::back_inserter(forks),
                       [](const Fork& fork) { return fork.cluster == "main"; });
  auto tx = databases.base.database.system();
  std::vector<Chosen> possible;
  for (const auto& point : tx.all<RestorePoint>(kPoints, *oldest))
    if (const auto* backup =
            backup_for_lsn(info, forks, kRecent, point.timeline, parse_lsn(point.lsn)))
      possible.push_back({point, backup});
  if (possible.empty())
    throw std::runtime_error(
        "no moment since the oldest backup is recorded yet that a drill could compare with; one is "
        "recorded every " +
        std::string("hour, and with `varde backup record`."));
  return possible[random_u64() % possible.size()];
}

// Compares the scratch cluster with what was recorded. Adds to `result`.
std::map<Uuid, std::vector<std::string>> compare(Databases& scratch,
                                                 const std::vector<StateRow>& states,
                                                 DrillResult& result) {
  std::map<Uuid, std::vector<std::string>> findings;
  auto tables = counted_tables(scratch.super);
  auto counts = count_rows(scratch.super, tables, 1);
  std::set<std::string> seen;
  for (const auto& state : states) {
    auto& own = findings[state.tenant_id];
    for (std::size_t i = 0; i < state.tables.size(); ++i) {
      auto rows = counts[state.tenant_id][state.tables[i]].rows;
      result.rows += rows;
      seen.insert(state.tables[i]);
      if (rows >= state.least[i] && rows <= state.most[i]) continue;
      own.push_back(fmt::format("{} has {} rows; {} were recorded", state.tables[i], rows,
                                state.least[i] == state.most[i]
                                    ? std::to_string(state.least[i])
                                    : fmt::format("{} to {}", state.least[i], state.most[i])));
    }
    if (auto wrong = trust::recheck_trail(scratch.base, state.tenant_id, state.head_note))
      own.push_back(*wrong);
    result.entries += state.head_size;
  }
  result.tenants = static_cast<std::int64_t>(states.size());
  result.tables = static_cast<std::int64_t>(seen.size());
  return findings;
}

void tell(Databases& databases, const DrillRow& row,
          const std::map<Uuid, std::vector<std::string>>& findings) {
  {
    auto tx = databases.base.database.system();
    tx.insert_many("drill", std::vector{row});
    tx.commit();
  }
  for (const auto& [tenant, own] : findings) {
    trust::Ctx ctx(databases.base, tenant, {});
    trust::AuditEntry entry{"system.drill", "drill", row.drill_id};
    entry.changes.push_back({own.empty() ? "passed" : "failed", {}, {}});
    entry.changes.push_back({"restored to " + to_rfc3339(row.point_at), {}, {}});
    for (const auto& finding : own) entry.changes.push_back({finding, {}, {}});
    trust::record(ctx, entry);
    ctx.commit();
  }
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
  auto info = pgbackrest.info(Cluster::main);
  DrillRow row{Uuid::make(), machine_now(), {}, {}, false, {}};
  Chosen chosen;
  std::vector<StateRow> states;
  beside(installation, [&](Databases& databases) {
    chosen = choose(databases, info, state);
    auto tx = databases.base.database.system();
    states = tx.all<StateRow>(kStates, chosen.point.point_id);
    archive_now(databases.super);
  });
  check_room(installation.data_directory, chosen.backup->database_bytes, "a drill");

  remove_scratch(installation.data_directory, Scratch::drill);
  struct Remove {
    const Installation& installation;
    ~Remove() {
      try {
        remove_scratch(installation.data_directory, Scratch::drill);
      } catch (const std::exception&) {
        // The next start removes it.
      }
    }
  } remove{installation};
  auto options =
      scratch_options(installation, fresh_scratch(installation.data_directory, Scratch::drill));
  db::Cluster cluster(options);
  fetch_scratch(
      installation, cluster, chosen.backup->label, kRecent,
      {"--type=name", "--target=" + chosen.point.name,
       fmt::format("--target-timeline={}", chosen.point.timeline), "--target-action=promote"});
  try {
    cluster.start();
  } catch (const std::exception& e) {
    // Its words go with it.
    auto words = read_file(options.directory + "/log/postgres.log").value_or("");
    throw std::runtime_error(
        fmt::format("{} Its last words: {}", e.what(),
                    words.substr(words.size() - std::min<std::size_t>(words.size(), 600))));
  }

  DrillResult result;
  result.point_at = chosen.point.at;
  std::map<Uuid, std::vector<std::string>> findings;
  with_databases(installation, cluster.conninfo(), db::Cluster(installation.keystore).conninfo(),
                 [&](Databases& scratch) { findings = compare(scratch, states, result); });
  cluster.stop();

  for (const auto& [tenant, own] : findings)
    for (const auto& finding : own)
      if (row.findings.size() < kMostFindings)
        row.findings.push_back(fmt::format("organisation {}: {}", tenant.str(), finding));
  row.ended_at = machine_now();
  row.point_at = chosen.point.at;
  row.passed = row.findings.empty();
  beside(installation, [&](Databases& databases) { tell(databases, row, findings); });
  result.at = row.ended_at;
  result.passed = row.passed;
  result.findings = row.findings;
  result.seconds =
      std::chrono::duration_cast<std::chrono::seconds>(row.ended_at - row.started_at).count();
  return result;
}

}  // namespace varde::operate
