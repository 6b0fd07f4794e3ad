#include "operate/backup/backup.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "operate/backup/process.hpp"
#include "operate/backup/status.hpp"
#include "operate/backup/store_sql.hpp"

namespace varde::operate {

namespace {

struct ClusterSummary {
  std::string name;  ///< "main", "keystore"
  std::optional<Timestamp> newest_full, newest_differential;
  std::optional<Timestamp> restorable_from, restorable_until;
};
BOOST_DESCRIBE_STRUCT(ClusterSummary, (),
                      (name, newest_full, newest_differential, restorable_from, restorable_until))
struct DrillSummary {
  Timestamp at, restored_to;
  bool passed = false;
  std::vector<std::string> findings, compared;  ///< About this organisation.
};
BOOST_DESCRIBE_STRUCT(DrillSummary, (), (at, restored_to, passed, findings, compared))
struct ProblemSummary {
  std::string what, mend;
};
BOOST_DESCRIBE_STRUCT(ProblemSummary, (), (what, mend))
struct RestoreSummary {
  Timestamp at, restored_to;
};
BOOST_DESCRIBE_STRUCT(RestoreSummary, (), (at, restored_to))
struct BackupsView {
  bool enabled = false;  ///< Whether this program makes backups itself.
  bool ok = false;
  std::optional<Timestamp> looked_at;
  std::vector<ClusterSummary> clusters;
  std::vector<Timestamp> monthly;
  bool same_disk = false;  ///< The repository is on the disk of the data itself.
  std::optional<std::int64_t> days_left;
  std::optional<DrillSummary> drill;
  std::optional<RestoreSummary> last_restore;
  std::vector<ProblemSummary> problems;
};
BOOST_DESCRIBE_STRUCT(BackupsView, (),
                      (enabled, ok, looked_at, clusters, monthly, same_disk, days_left, drill,
                       last_restore, problems))

std::optional<Status> kept(const Environment& environment) {
  if (!environment.backups) return std::nullopt;
  return kept_status(environment.backups->data_directory, environment.backups->backup.look_every);
}

// Without places of the machine, and of drills only what is this organisation's.
BackupsView view_for(trust::Ctx& ctx, const Environment& environment) {
  BackupsView view;
  view.enabled = environment.backups != nullptr;
  auto status = kept(environment);
  if (!status) return view;
  view.ok = status->ok;
  view.looked_at = status->at;
  for (const auto& c : status->clusters) {
    auto at = [](const std::optional<BackupView>& backup) {
      return backup ? std::optional(backup->at) : std::nullopt;
    };
    view.clusters.push_back({c.name, at(c.newest_full), at(c.newest_differential),
                             c.restorable_from, c.restorable_until});
  }
  for (const auto& set : status->monthly) view.monthly.push_back(set.at);
  view.same_disk = status->repository.same_disk;
  view.days_left = status->repository.days_left;
  if (status->drill) {
    const auto& drill = *status->drill;
    view.drill = {drill.at, drill.point_at, drill.passed, {}, {}};
    // How much was compared of its own stands in its trail.
    if (auto fields = ctx.tx().maybe<std::vector<std::string>>(store::kBackupLastDrill))
      for (const auto& field : *fields)
        if (field.find(" counted") != std::string::npos) view.drill->compared.push_back(field);
    auto own = "organisation " + ctx.tenant.str() + ": ";
    for (const auto& finding : status->drill->findings)
      if (finding.starts_with(own)) view.drill->findings.push_back(finding.substr(own.size()));
  }
  if (status->last_restore)
    view.last_restore = {status->last_restore->at, status->last_restore->to};
  for (const auto& problem : status->problems)
    view.problems.push_back({problem.what, problem.mend});
  return view;
}

}  // namespace

void add_backup_routes(trust::Api& api, const Environment& environment) {
  api.add(
      {"GET", "/api/v1/backups", "getBackups",
       "How it stands with the backups: newest, how far back, last drill, what is wrong",
       static_cast<int>(trust::Right::evidence_read)},
      [environment](trust::Ctx& ctx) -> Result<BackupsView> { return view_for(ctx, environment); });
}

std::vector<trust::Attention> backups_attention(const Environment& environment) {
  auto status = kept(environment);
  if (!status || status->ok) return {};
  return {{"backups", "Backups: " + status->problems.front().what, "/backups",
           static_cast<std::int64_t>(status->problems.size())}};
}

void add_backup_jobs(const Environment& environment, jobs::Workers& workers) {
  if (!environment.backups) return;
  // One thread that waits for the child; the loops go on.
  auto waiting = std::make_shared<net::WorkPool>(1, 1);
  std::vector<std::string> command{"/proc/self/exe", "backup", "due",
                                   "--by-itself",    "--data", environment.backups->data_directory};
  command.insert(command.end(), environment.more_arguments.begin(),
                 environment.more_arguments.end());
  workers.handle("backups.look", [waiting, command](const jobs::Job&) -> Result<jobs::Outcome> {
    Ended ended;
    bool ran = waiting->run([&] { ended = run_process(command, &jobs::Workers::stopping); });
    if (ran && ended.code != 0 && !jobs::Workers::stopping())
      log::error("The work on the backups failed; `varde backup status` says what to do",
                 {{"code", ended.code}, {"what", trim(ended.errors).substr(0, 4000)}});
    // A failure is kept in the status and tried again at the next look; the queue would give up.
    return jobs::Outcome::done();
  });
  workers.schedule({"backups.look", std::chrono::seconds(environment.backups->backup.look_every)});
}

}  // namespace varde::operate
