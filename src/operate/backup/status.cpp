#include "operate/backup/status.hpp"

#include <sys/stat.h>

#include <filesystem>

#include "operate/backup/databases.hpp"
#include "operate/backup/restore.hpp"
#include "operate/backup/store.hpp"
#include "operate/backup/store_sql.hpp"
#include "web/reflect.hpp"

namespace varde::operate {

namespace fs = std::filesystem;
using backup_store::ArchiverRow;
using std::chrono::seconds;

namespace {

std::int64_t since(Timestamp then, Timestamp now) {
  return std::chrono::duration_cast<seconds>(now - then).count();
}

class Look {
 public:
  explicit Look(const Installation& installation)
      : installation_(installation),
        settings_(installation.backup),
        pgbackrest_(installation),
        state_(read_state(installation)) {}

  Status run() {
    out_.at = machine_now();
    ask_archivers();
    repository();
    for (auto cluster : {Cluster::main, Cluster::keystore}) look_at(cluster);
    monthly();
    drill();
    for (const auto& failure : state_.failures)
      problem(fmt::format("{} failed at {}", failure.work, to_rfc3339(failure.at)),
              "It is tried again by itself; `varde backup due` tries now and says what is wrong.",
              failure.what);
    for (auto cluster : {Cluster::main, Cluster::keystore})
      for (const auto& path : put_aside(installation_.data_directory, cluster))
        out_.hints.push_back(fmt::format(
            "A restore has put the old data aside in {}. When it is not needed any more, stop "
            "Varde and remove it with `varde restore --discard-old`.",
            path));
    if (!state_.forks.empty()) out_.last_restore = state_.forks.back();
    out_.ok = out_.problems.empty();
    return std::move(out_);
  }

 private:
  void problem(std::string what, std::string mend, std::string detail = "") {
    what[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(what[0])));
    out_.problems.push_back({what + ".", std::move(mend), std::move(detail)});
  }

  void ask_archivers() {
    try {
      with_running_program(installation_, [&](Databases& databases) {
        auto main = databases.super.begin();
        archivers_[0] = main.one<ArchiverRow>(store::kBackupArchiver);
        auto keystore = databases.super_keystore.begin();
        archivers_[1] = keystore.one<ArchiverRow>(store::kBackupArchiver);
      });
    } catch (const std::exception& e) {
      out_.hints.emplace_back(
          "Varde does not run, so the archiving of its log cannot be looked at.");
    }
  }

  void repository() {
    auto& view = out_.repository;
    view.place = settings_.in_s3()
                     ? fmt::format("bucket {} at {}", settings_.s3_bucket, settings_.s3_endpoint)
                     : installation_.repository();
    if (settings_.in_s3()) return;
    struct stat there{}, here{};
    if (::stat(view.place.c_str(), &there) != 0 ||
        ::stat(installation_.data_directory.c_str(), &here) != 0)
      return;
    view.same_disk = there.st_dev == here.st_dev;
    if (view.same_disk)
      out_.hints.emplace_back(
          "The repository is on the disk of the data itself: who loses the disk loses both. Give "
          "it a disk or machine of its own with --backup-repository (docs/backups.md).");
    view.free_bytes = static_cast<std::int64_t>(fs::space(view.place).available);
    if (state_.sizes.empty()) return;
    const auto &first = state_.sizes.front(), &last = state_.sizes.back();
    view.bytes = last.bytes;
    auto days = static_cast<double>(since(first.at, last.at)) / 86400.0;
    if (days < 2) return;
    auto growth = static_cast<double>(last.bytes - first.bytes) / days;
    view.bytes_a_day = static_cast<std::int64_t>(growth);
    if (growth < 1) return;
    view.days_left = static_cast<std::int64_t>(static_cast<double>(*view.free_bytes) / growth);
    if (*view.days_left < 30)
      problem(fmt::format("the disk of the repository is full in about {} days at the present "
                          "growth of {:.1f} MB a day",
                          *view.days_left, growth / 1e6),
              "Make room on it, move the repository to a larger disk, or keep backups for less "
              "time.");
  }

  static std::optional<BackupView> view_of(const Backup* backup) {
    if (backup == nullptr) return std::nullopt;
    return BackupView{backup->stop, backup->database_bytes, backup->repository_bytes};
  }

  void look_at(Cluster cluster) {
    ClusterView view;
    view.name = std::string(word(cluster));
    auto called = cluster == Cluster::main ? "the main cluster" : "the keystore";
    Info info;
    std::vector<std::string> names;
    try {
      info = pgbackrest_.info(cluster);
      for (std::size_t i = 0; i < info.repositories.size(); ++i) {
        auto code = info.repositories[i].code;
        if (code == 0 || code == 2) continue;
        problem(fmt::format("the {}repository of {} is not in order ({})", i == 1 ? "monthly " : "",
                            called, info.repositories[i].message),
                "See that its disk is mounted and belongs to the program's user. If its contents "
                "are lost, begin it anew with `varde backup create` and make a backup with `varde "
                "backup run --full`.");
      }
      if (!info.repositories.empty() && info.repositories[0].code == 0)
        names = pgbackrest_.archived(cluster);
    } catch (const std::exception& e) {
      problem(fmt::format("the repository of {} cannot be read", called),
              "See that it is there and may be read by the program's user.", e.what());
      out_.clusters.push_back(view);
      return;
    }
    archiving(cluster, called, names, view);
    backups(cluster, called, info, names, view);
    if (cluster == Cluster::main)
      for (const auto& backup : info.backups)
        if (backup.repository == kMonthly && !backup.damaged)
          out_.monthly.push_back(*view_of(&backup));
    out_.clusters.push_back(std::move(view));
  }

  void archiving(Cluster cluster, const char* called, const std::vector<std::string>& names,
                 ClusterView& view) {
    const auto& archiver = archivers_[cluster == Cluster::main ? 0 : 1];
    if (!archiver) return;
    view.last_archived = archiver->last_archived_wal;
    view.last_archived_at = archiver->last_archived_time;
    view.last_failed_at = archiver->last_failed_time;
    view.failed = archiver->failed_count;
    if (archiver->last_failed_time && (!archiver->last_archived_time ||
                                       *archiver->last_failed_time > *archiver->last_archived_time))
      problem(
          fmt::format("the log of {} does not reach the archive since {} ({})", called,
                      to_rfc3339(*archiver->last_failed_time),
                      archiver->last_failed_wal.value_or("")),
          "See that the repository's disk is there and has room. Until it works the log stays in "
          "the data directory, which fills its disk.",
          fmt::format("{}/log/postgres.log has the archiver's words",
                      cluster == Cluster::main ? installation_.main.directory
                                               : installation_.keystore.directory));
    if (archiver->last_archived_wal && !names.empty() &&
        std::ranges::none_of(names, [&](const std::string& name) {
          return name.find(*archiver->last_archived_wal) != std::string::npos;
        }))
      view.gaps.push_back(*archiver->last_archived_wal);
  }

  void backups(Cluster cluster, const char* called, const Info& info,
               const std::vector<std::string>& names, ClusterView& view) {
    auto every = cluster == Cluster::main ? settings_.differential_every : settings_.keystore_every;
    const auto* any = newest(info, kRecent, std::nullopt);
    view.newest_full = view_of(newest(info, kRecent, Kind::full));
    view.newest_differential = view_of(newest(info, kRecent, Kind::differential));
    view.backups = std::ranges::count(info.backups, kRecent, &Backup::repository);
    view.restorable_from = oldest_moment(info);
    if (any == nullptr) {
      problem(fmt::format("there is no backup of {} yet", called),
              "The first one is made within minutes of the first start; `varde backup run --full` "
              "makes one now.");
      return;
    }
    view.restorable_until = std::max(any->stop, view.last_archived_at.value_or(any->stop));
    if (since(any->stop, out_.at) >
        every + std::max<std::int64_t>(every / 2, 2 * settings_.look_every))
      problem(fmt::format("the newest backup of {} is {} old; one is due every {}", called,
                          period_text(since(any->stop, out_.at)), period_text(every)),
              "Is Varde running? `varde backup run --full` makes one now and says what is wrong.");
    for (const auto& backup : info.backups)
      if (backup.damaged)
        problem(fmt::format("backup {} of {} has pages that are damaged", backup.label, called),
                "The disk of the data may be failing. Make a full backup (`varde backup run "
                "--full`), hold a drill (`varde backup drill`) and look after the disk.");
    auto first = std::ranges::find(info.backups, kRecent, &Backup::repository)->first_wal;
    for (auto& gap : operate::gaps(names, first)) view.gaps.push_back(std::move(gap));
    if (!view.gaps.empty())
      problem(fmt::format("pieces of the log of {} are missing in the archive: {}", called,
                          fmt::join(view.gaps, ", ")),
              "No moment between a missing piece and the next backup can be restored. Make a full "
              "backup now (`varde backup run --full`) so that all from then on can.");
  }

  void monthly() {
    auto newest = out_.monthly.empty() ? std::nullopt : std::optional(out_.monthly.back().at);
    auto every = settings_.monthly_every;
    if (newest && since(*newest, out_.at) > every + every / 2)
      problem(fmt::format("the newest monthly set is {} old", period_text(since(*newest, out_.at))),
              "Make one with `varde backup run --monthly`; it says what is wrong.");
  }

  void drill() {
    out_.drill = state_.drill;
    auto last = state_.drill ? std::optional(state_.drill->at) : state_.first_drill_from;
    auto every = settings_.drill_every;
    if (last && since(*last, out_.at) > 2 * every)
      problem(fmt::format("no drill was held for {}", period_text(since(*last, out_.at))),
              "Hold one with `varde backup drill`; it says what is wrong.");
  }

  const Installation& installation_;
  const BackupSettings& settings_;
  PgBackRest pgbackrest_;
  State state_;
  std::optional<ArchiverRow> archivers_[2];
  Status out_;
};

std::string megabytes(std::int64_t bytes) {
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

}  // namespace

Status look(const Installation& installation) { return Look(installation).run(); }

std::string keys_words(const DrillResult& drill) {
  if (!drill.keys_at) return "the keystore was not tried: no moment of it is recorded yet";
  return fmt::format("keys of {}: {} counted, {} persons opened", to_rfc3339(*drill.keys_at),
                     drill.keys.value_or(0), drill.opened.value_or(0));
}

std::string as_text(const Status& status) {
  std::string out = status.ok ? "The backups are in order.\n" : "The backups are NOT in order.\n";
  for (const auto& problem : status.problems)
    out +=
        fmt::format("\n  {}{}\n    {}\n", problem.what,
                    problem.detail.empty() ? "" : "\n    (" + problem.detail + ")", problem.mend);
  auto ago = [&](Timestamp at) {
    return fmt::format("{} ({} ago)", to_rfc3339(at), period_text(since(at, status.at)));
  };
  for (const auto& cluster : status.clusters) {
    out += cluster.name == "main" ? "\nMain cluster\n" : "\nKeystore\n";
    auto line = [&](const char* called, const std::optional<BackupView>& backup) {
      out += backup ? fmt::format("  {:<26}{}, {}, {} in the repository\n", called, ago(backup->at),
                                  megabytes(backup->bytes), megabytes(backup->repository_bytes))
                    : fmt::format("  {:<26}none\n", called);
    };
    line("newest full backup", cluster.newest_full);
    if (cluster.name == "main") line("newest differential", cluster.newest_differential);
    if (cluster.restorable_from)
      out +=
          fmt::format("  {:<26}{} to {}\n", "can be restored to any of",
                      to_rfc3339(*cluster.restorable_from), to_rfc3339(*cluster.restorable_until));
    if (cluster.last_archived_at)
      out += fmt::format("  {:<26}{}; {} failed attempts\n", "log last archived",
                         ago(*cluster.last_archived_at), cluster.failed);
    out += fmt::format(
        "  {:<26}{}\n", "missing in the log",
        cluster.gaps.empty() ? "nothing" : fmt::format("{}", fmt::join(cluster.gaps, ", ")));
  }
  out += fmt::format("\nMonthly sets              {}", status.monthly.size());
  for (const auto& set : status.monthly) out += "  " + to_rfc3339(set.at);
  const auto& repository = status.repository;
  out += "\nRepository                " + repository.place;
  if (repository.bytes) out += ", " + megabytes(*repository.bytes);
  if (repository.free_bytes) out += ", " + megabytes(*repository.free_bytes) + " free";
  if (repository.bytes_a_day) out += ", grows by " + megabytes(*repository.bytes_a_day) + " a day";
  if (repository.days_left) out += fmt::format(", full in {} days", *repository.days_left);
  out += "\nLast drill                ";
  out += status.drill ? fmt::format("{}: restored to {}, {}", ago(status.drill->at),
                                    to_rfc3339(status.drill->point_at),
                                    status.drill->passed ? "all as recorded" : "NOT as recorded")
                      : "none yet";
  if (status.drill && status.drill->contents) {
    out += fmt::format("\n                          {} rows counted, the contents of {} compared",
                       status.drill->rows, *status.drill->contents);
    out += "\n                          " + keys_words(*status.drill);
  }
  if (status.drill)
    for (const auto& finding : status.drill->findings)
      out += "\n                          " + finding;
  if (status.last_restore)
    out += fmt::format("\nLast restore              {}, to {}", ago(status.last_restore->at),
                       to_rfc3339(status.last_restore->to));
  out += "\n";
  for (const auto& hint : status.hints) out += "\n" + hint + "\n";
  return out;
}

void keep_status(const Installation& installation, const Status& status) {
  replace_file(installation.place() + "/status.json",
               boost::json::serialize(web::write(status)) + "\n");
}

std::optional<Status> kept_status(const std::string& data_directory, std::int64_t look_every) {
  auto text = read_file(data_directory + "/backup/status.json");
  auto json = text ? web::parse_json(*text) : Result<boost::json::value>(not_found(""));
  auto status = json ? web::read<Status>(*json) : Result<Status>(json.error());
  if (!status) return std::nullopt;
  auto age = since(status->at, machine_now());
  if (age > 6 * look_every + 600) {
    status->ok = false;
    status->problems.push_back(
        {fmt::format("Nobody has looked after the backups for {}.", period_text(age)),
         "Run `varde backup status`; if a backup or drill hangs, end it and start Varde again.",
         ""});
  }
  return std::move(*status);
}

}  // namespace varde::operate
