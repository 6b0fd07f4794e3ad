#include "operate/backup/work.hpp"

#include <filesystem>

#include "operate/backup/drill.hpp"
#include "operate/backup/point.hpp"
#include "operate/backup/restore.hpp"
#include "operate/backup/scratch.hpp"
#include "operate/backup/status.hpp"

namespace varde::operate {

namespace fs = std::filesystem;
using std::chrono::seconds;

namespace {

// Runs late by as much as looking comes round: nothing of the keystore may be too old in between.
constexpr std::int64_t kMargin = 3600;
constexpr auto kClockError = std::chrono::minutes(10);

class Work {
 public:
  Work(const Installation& installation, State& state, Done& done)
      : installation_(installation),
        settings_(installation.backup),
        pgbackrest_(installation),
        state_(state),
        done_(done) {}

  void run(Wanted wanted) {
    now_ = machine_now();
    // A monthly backup that was killed left the archiver filling its repository.
    attempt("the configuration", [&] { pgbackrest_.write_configuration(); });
    // Without them the rest fails as well, and says less.
    if (!attempt("making the repositories", [&] { make_repositories(wanted == Wanted::create); }))
      return;
    switch (wanted) {
      case Wanted::create:
        break;
      case Wanted::full:
        backup_main(Kind::full);
        break;
      case Wanted::differential:
        backup_main(Kind::differential);
        break;
      case Wanted::keystore:
        backup_keystore();
        break;
      case Wanted::monthly:
        backup_monthly();
        break;
      case Wanted::record:
        record();
        break;
      case Wanted::drill:
        drill();
        break;
      case Wanted::due:
        all_that_is_due();
        break;
      case Wanted::sweep:
        break;
    }
    attempt("keeping what is known of restores with the backups",
            [&] { keep_lives(installation_, state_); });
    attempt("removing backups that had their time", [&] { sweep(); });
    attempt("measuring the repository", [&] { measure(); });
  }

 private:
  // What fails is remembered until it succeeds, and does not keep the rest from being done.
  bool attempt(const std::string& work, const std::function<void()>& action) {
    std::erase_if(state_.failures, [&](const Failure& f) { return f.work == work; });
    bool ok = true;
    try {
      action();
    } catch (const std::exception& e) {
      ok = false;
      done_.failed.push_back(work + ": " + e.what());
      state_.failures.push_back({work, machine_now(), e.what()});
    }
    keep_state(installation_, state_);
    return ok;
  }

  void say(std::string text) { done_.said.push_back(std::move(text)); }

  // A repository is made once. One that is gone afterwards may be a disk that is not mounted: it is
  // made anew only when somebody says so.
  void make_repositories(bool again) {
    auto make = [&](Cluster cluster, bool& made) {
      if (made && !again) return;
      pgbackrest_.run(cluster, {"stanza-create"});
      made = true;
    };
    make(Cluster::main, state_.main_made);
    make(Cluster::keystore, state_.keystore_made);
    if (again) say("The repositories are there.");
  }

  bool older(const Backup* backup, std::int64_t than) const {
    // Of a time that has not come: made by a clock that was set back since.
    return backup == nullptr || backup->stop + seconds(than) <= now_ ||
           backup->stop > now_ + kClockError;
  }

  void all_that_is_due() {
    Info main, keystore;
    attempt("looking into the repository", [&] {
      main = pgbackrest_.info(Cluster::main);
      keystore = pgbackrest_.info(Cluster::keystore);
    });
    if (state_.keystore_due ||
        older(newest(keystore, kRecent, Kind::full), settings_.keystore_every))
      backup_keystore();
    if (state_.full_due || older(newest(main, kRecent, Kind::full), settings_.full_every))
      backup_main(Kind::full);
    else if (older(newest(main, kRecent, std::nullopt), settings_.differential_every))
      backup_main(Kind::differential);
    if (older(newest(main, kMonthly, std::nullopt), settings_.monthly_every)) backup_monthly();
    if (!state_.recorded_at || *state_.recorded_at + seconds(settings_.record_every) <= now_ ||
        *state_.recorded_at > now_ + kClockError)
      record();
    // The first one when there is something to restore and to compare with.
    auto last = state_.drill ? std::optional(state_.drill->at) : state_.first_drill_from;
    if (!last) {
      state_.first_drill_from = now_;
    } else if (*last + seconds(settings_.drill_every) <= now_ || *last > now_ + kClockError) {
      drill();
    }
  }

  void backup(Cluster cluster, int repository, std::string_view type) {
    pgbackrest_.run(
        cluster, {fmt::format("--repo={}", repository), fmt::format("--type={}", type), "backup"});
    auto info = pgbackrest_.info(cluster);
    const auto* made = newest(info, repository, std::nullopt);
    if (made == nullptr) throw std::runtime_error("pgBackRest says that it is not there.");
    say(fmt::format("Backup {} of the {} cluster: {:.1f} MB, {:.1f} MB in the repository.",
                    made->label, word(cluster), static_cast<double>(made->database_bytes) / 1e6,
                    static_cast<double>(made->repository_bytes) / 1e6));
  }

  void backup_main(Kind kind) {
    attempt("the backup of the main cluster", [&] {
      backup(Cluster::main, kRecent, kind == Kind::full ? "full" : "diff");
      if (kind == Kind::full) state_.full_due = false;
    });
  }
  void backup_keystore() {
    attempt("the backup of the keystore", [&] {
      backup(Cluster::keystore, kRecent, "full");
      state_.keystore_due = false;
    });
  }

  void backup_monthly() {
    attempt("the monthly backup", [&] {
      pgbackrest_.archive_monthly(true);
      struct Off {
        const PgBackRest& pgbackrest;
        ~Off() {
          try {
            pgbackrest.archive_monthly(false);
          } catch (const std::exception&) {
            // The next look writes the configuration anew.
          }
        }
      } off{pgbackrest_};
      backup(Cluster::main, kMonthly, "full");
    });
  }

  void record() {
    attempt("recording a moment", [&] {
      with_running_program(installation_,
                           [&](Databases& databases) { record_point(installation_, databases); });
      state_.recorded_at = now_;
      say("A moment is recorded that drills compare with.");
    });
  }

  void drill() {
    attempt("the drill", [&] {
      auto result = hold_drill(installation_, state_);
      state_.drill = result;
      say(fmt::format(
          "Drill: restored to {} in {} seconds; {} rows in {} tables of {} "
          "organisations (the contents of {}) and {} entries of their trails compared; {}: {}.",
          to_rfc3339(result.point_at), result.seconds, result.rows, result.tables, result.tenants,
          result.contents.value_or(0), result.entries, keys_words(result),
          result.passed ? "all as recorded" : "NOT as recorded"));
      if (result.passed) return;
      throw std::runtime_error("what was restored is not what was recorded: " +
                               fmt::format("{}", fmt::join(result.findings, "; ")));
    });
  }

  // Sets that had their time go, and with them the log before the oldest that stays.
  void expire(Cluster cluster, const Info& info, int repository, std::int64_t keep, bool strict) {
    auto labels = outlived(info, repository, now_, keep, strict);
    if (labels.empty()) return;
    auto kept = count_full(info, repository) - static_cast<std::int64_t>(labels.size());
    auto repo = fmt::format("--repo={}", repository);
    auto r = fmt::format("--repo{}-", repository);
    if (kept == 0) {
      // pgBackRest keeps the last one; here time is up for it too.
      forget_all(cluster);
      return;
    }
    for (const auto& label : labels) pgbackrest_.run(cluster, {repo, "--set=" + label, "expire"});
    pgbackrest_.run(cluster, {repo, r + fmt::format("retention-archive={}", kept), "expire"});
    say(fmt::format("{} backups of the {} cluster had their time and are gone.", labels.size(),
                    repository == kMonthly ? "monthly" : word(cluster)));
  }

  // The repository of the keystore is emptied and begun anew, with a backup as soon as it works.
  void forget_all(Cluster cluster) {
    pgbackrest_.run(cluster, {"stop"});
    try {
      pgbackrest_.run(cluster, {"--repo=1", "--force", "stanza-delete"});
    } catch (const std::exception&) {
      pgbackrest_.run(cluster, {"start"});
      throw;
    }
    pgbackrest_.run(cluster, {"start"});
    pgbackrest_.run(cluster, {"stanza-create"});
    say(fmt::format("All backups of the {} were too old to be kept and are gone.", word(cluster)));
    backup_keystore();
  }

  void sweep() {
    // Nobody else is at it: what a killed drill left holds keys.
    remove_scratch(installation_.data_directory, Scratch::drill);
    auto main = pgbackrest_.info(Cluster::main);
    expire(Cluster::main, main, kRecent, settings_.keep, false);
    expire(Cluster::main, main, kMonthly, settings_.monthly_keep, false);
    // Strictly: a destroyed key lives on in every backup that is older than its destruction.
    auto margin = std::min(kMargin, settings_.keystore_keep / 10);
    expire(Cluster::keystore, pgbackrest_.info(Cluster::keystore), kRecent,
           settings_.keystore_keep - margin, true);
    // So it does in a keystore that a restore has put aside.
    for (const auto& path : put_aside(installation_.data_directory, Cluster::keystore)) {
      auto age = fs::file_time_type::clock::now() - fs::last_write_time(path);
      if (age < seconds(settings_.keystore_keep - margin)) continue;
      fs::remove_all(path);
      say(path + " was too old to be kept and is gone.");
    }
  }

  void measure() {
    if (settings_.in_s3()) return;
    auto& sizes = state_.sizes;
    if (!sizes.empty() && sizes.back().at + std::chrono::hours(24) > now_) return;
    std::int64_t bytes = 0;
    for (const auto& file : fs::recursive_directory_iterator(installation_.repository()))
      if (file.is_regular_file()) bytes += static_cast<std::int64_t>(file.file_size());
    sizes.push_back({now_, bytes});
    if (sizes.size() > 60) sizes.erase(sizes.begin());
  }

  const Installation& installation_;
  const BackupSettings& settings_;
  PgBackRest pgbackrest_;
  State& state_;
  Done& done_;
  Timestamp now_;
};

}  // namespace

Done do_backup_work(const Installation& installation, Wanted wanted) {
  Done done;
  Lock lock(installation.place() + "/work.lock");
  if (!lock.held()) {
    if (wanted == Wanted::due) return done;
    throw std::runtime_error(
        "a backup or drill is at work already. Wait until it has ended; `varde backup status` says "
        "when the last one was.");
  }
  State state;
  try {
    state = read_state(installation);
  } catch (const std::exception& e) {
    // Going on without would forget which lives there were.
    Status status;
    status.at = machine_now();
    status.problems.push_back(
        {"What the repository knows of restores cannot be read.",
         "See that it is there, and that the settings of its bucket are right. It is tried again "
         "by itself; `varde backup due` tries now.",
         e.what()});
    keep_status(installation, status);
    throw;
  }
  Work(installation, state, done).run(wanted);
  state.looked_at = machine_now();
  keep_state(installation, state);
  keep_status(installation, look(installation));
  return done;
}

}  // namespace varde::operate
