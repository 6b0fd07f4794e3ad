#include "operate/backup/restore.hpp"

#include <filesystem>
#include <iostream>

#include "base/log.hpp"
#include "base/text.hpp"
#include "db/migrate.hpp"
#include "operate/backup/drill.hpp"
#include "operate/backup/scratch.hpp"
#include "operate/backup/status.hpp"
#include "operate/backup/store.hpp"
#include "operate/backup/store_sql.hpp"
#include "operate/backup/target.hpp"
#include "trust/audit.hpp"
#include "trust/tenant/tenant.hpp"
#include "trust/trail/trail.hpp"
#include "web/reflect.hpp"

namespace varde::operate {

using namespace backup_store;
namespace fs = std::filesystem;

namespace {

constexpr const char* kAside = "data.before-";  // and when: 20260301T123000Z

// DATA/restore.json, while a restore is at work.
struct Step {
  bool swapping = false;  ///< The restored cluster is complete; what is left is to take its place.
  std::string folder;     ///< Where it stands, below the data directory.
  std::string aside;      ///< What the old data directory is to be called.
  Fork fork;
};
BOOST_DESCRIBE_STRUCT(Step, (), (swapping, folder, aside, fork))

std::string step_path(const std::string& data_directory) {
  return data_directory + "/restore.json";
}
void keep_step(const std::string& data_directory, const Step& step) {
  replace_file(step_path(data_directory), boost::json::serialize(web::write(step)) + "\n");
}

// Idempotent, each line of it.
void swap(const Installation& installation, const Step& step) {
  const auto& data = installation.data_directory;
  auto place = data + "/" + step.fork.cluster;
  auto fresh = data + "/" + step.folder + "/data";
  if (fs::exists(fresh)) {
    fs::create_directories(place);
    if (fs::exists(place + "/data")) fs::rename(place + "/data", place + "/" + step.aside);
    fs::rename(fresh, place + "/data");
  }
  auto state = read_state(installation);
  if (std::ranges::none_of(state.forks, [&](const Fork& fork) {
        return fork.cluster == step.fork.cluster && fork.at == step.fork.at;
      }))
    state.forks.push_back(step.fork);
  (step.fork.cluster == "main" ? state.full_due : state.keystore_due) = true;
  keep_state(installation, state);
  try {
    keep_lives(installation, state);
  } catch (const std::exception& e) {
    log::warning("The restore is not known in the repository yet; the next look tells it",
                 {{"what", e.what()}});
  }
  remove_scratch(data, Scratch::restored);
  remove_scratch(data, Scratch::latest);
  fs::remove(step_path(data));
}

class Restore {
 public:
  Restore(const Installation& installation, const RestoreWanted& wanted)
      : installation_(installation),
        data_(installation.data_directory),
        wanted_(wanted),
        pgbackrest_(installation),
        state_(read_state(installation)),
        which_(wanted.keystore ? Cluster::keystore : Cluster::main) {}

  std::string run() {
    pgbackrest_.write_configuration();
    info_ = pgbackrest_.info(which_);
    target_ = find_target(info_, forks(), wanted_.to);
    check_room(data_, target_.backup.database_bytes, "a restore");
    step_.folder = fresh_scratch(data_, Scratch::restored);
    step_.fork.cluster = std::string(word(which_));
    step_.fork.to = wanted_.to.value_or(machine_now());
    keep_step(data_, step_);
    try {
      if (wanted_.keystore)
        keystore();
      else
        main();
    } catch (const std::exception& e) {
      stop_all();
      throw std::runtime_error(std::string(e.what()) + "\n" + settle_restore(installation_));
    }
    stop_all();
    step_.swapping = true;
    step_.fork.at = machine_now();
    auto stamp = to_rfc3339(step_.fork.at).substr(0, 19) + "Z";
    std::erase_if(stamp, [](char c) { return c == ':' || c == '-'; });
    step_.aside = kAside + stamp;
    keep_step(data_, step_);
    swap(installation_, step_);
    keep_status(installation_, look(installation_));
    return words();
  }

 private:
  std::vector<Fork> forks() const { return forks_of(state_, which_); }

  // ---- clusters

  db::Cluster& start(db::ClusterOptions options, Cluster which, bool archiving) {
    options.archive_command =
        archiving ? PgBackRest::archive_command(installation_, which) : std::string();
    clusters_.push_back(std::make_unique<db::Cluster>(std::move(options)));
    clusters_.back()->start();
    return *clusters_.back();
  }
  void stop_all() {
    while (!clusters_.empty()) {
      clusters_.back()->stop();
      clusters_.pop_back();
    }
  }
  db::ClusterOptions beside_options(Cluster which, const std::string& folder) const {
    auto options = which == Cluster::main ? installation_.main : installation_.keystore;
    options.directory = data_ + "/" + folder;
    options.name = folder;
    return options;
  }

  // Restores `backup` into DATA/`folder`, for the next start to recover as far as `target` says.
  void fetch(const Backup& backup, Cluster which, const std::string& folder,
             std::vector<std::string> target, bool archiving) {
    auto directory = data_ + "/" + folder;
    std::vector<std::string> words{fmt::format("--repo={}", backup.repository),
                                   "--pg1-path=" + directory + "/data", "--set=" + backup.label};
    if (!archiving) words.emplace_back("--archive-mode=off");
    words.insert(words.end(), target.begin(), target.end());
    words.emplace_back("restore");
    std::cerr << fmt::format("Restoring backup {} …\n", backup.label);
    pgbackrest_.run(which, words);
  }

  // What the data directory still holds of the log, and the archive does not have.
  void rescue_log(Cluster which, const std::string& data) {
    std::error_code none;
    for (const auto& file : fs::directory_iterator(data + "/pg_wal/archive_status", none)) {
      auto name = file.path().filename().string();
      if (!name.ends_with(".ready")) continue;
      auto piece = data + "/pg_wal/" + name.substr(0, name.size() - 6);
      try {
        pgbackrest_.run(which, {"--pg1-path=" + data, "archive-push", piece});
      } catch (const std::exception& e) {
        log::warning("A piece of the log could not be rescued", {{"what", e.what()}});
      }
    }
  }

  // ---- the main cluster

  void main() {
    start(installation_.keystore, Cluster::keystore, true);
    auto source = latest_state();
    std::cerr << "Recovering …\n";
    fetch(target_.backup, Cluster::main, step_.folder, target_.words(), true);
    db::Cluster* restored = nullptr;
    try {
      restored = &start(beside_options(Cluster::main, step_.folder), Cluster::main, true);
    } catch (const std::exception&) {
      if (auto why = why_not_recovered(data_ + "/" + step_.folder)) throw std::runtime_error(*why);
      throw;
    }
    db::migrate(restored->conninfo(), "main");
    with_databases(installation_, restored->conninfo(), keystore_address(),
                   [&](Databases& databases) { complete(databases, source); });
    learn_timeline(restored->data());
  }

  std::string keystore_address() const { return db::Cluster(installation_.keystore).conninfo(); }

  // The address of the state from which the trail is carried over; nullopt when what is restored
  // is the latest there is.
  std::optional<std::string> latest_state() {
    if (db::Cluster(installation_.main).exists()) {
      try {
        auto address = start(installation_.main, Cluster::main, true).conninfo();
        db::migrate(address, "main");
        with_databases(installation_, address, keystore_address(), [](Databases& old) {
          grow_all(old.base);
          archive_now(old.super);
        });
        return address;
      } catch (const std::exception& e) {
        std::cerr << "The cluster to be replaced does not work: " << e.what()
                  << "\nIts trail is taken from the archive.\n";
        clusters_.back()->stop();
        clusters_.pop_back();
        rescue_log(Cluster::main, installation_.main.directory + "/data");
      }
    }
    if (!wanted_.to) return std::nullopt;
    try {
      auto now = machine_now();
      const auto* newest = backup_for(info_, forks(), kRecent, now);
      if (newest == nullptr) throw std::runtime_error("there is no recent backup.");
      check_room(data_, newest->database_bytes + target_.backup.database_bytes, "a restore");
      auto timeline = timeline_at(forks(), now);
      auto folder = fresh_scratch(data_, Scratch::latest);
      fetch(*newest, Cluster::main, folder,
            {"--type=default",
             "--target-timeline=" + (timeline ? std::to_string(*timeline) : "current")},
            false);
      auto address = start(beside_options(Cluster::main, folder), Cluster::main, false).conninfo();
      db::migrate(address, "main");
      with_databases(installation_, address, keystore_address(),
                     [](Databases& latest) { grow_all(latest.base); });
      return address;
    } catch (const std::exception& e) {
      if (wanted_.lose_trail) return std::nullopt;
      throw std::runtime_error(
          fmt::format("the trail of after the moment is to be had neither from the old cluster nor "
                      "from the archive ({}). With --lose-trail the restore goes on without it: "
                      "whoever holds a later head of a trail will see that it was cut.",
                      e.what()));
    }
  }

  static std::vector<Uuid> tenants_of(trust::Base& base) {
    auto out = trust::every_tenant(base);
    out.push_back(trust::kAccounts);  // the trail of what happened to accounts
    return out;
  }
  static void grow_all(trust::Base& base) {
    for (const auto& tenant : tenants_of(base)) trust::grow_whole(base, tenant);
  }

  // Before anybody can reach it: the trail of after the moment, erasing again, and an entry of it.
  void complete(Databases& restored, const std::optional<std::string>& source) {
    auto& base = restored.base;
    auto tenants = tenants_of(base);
    if (source) {
      db::Database old(*source, 2);
      struct Close {
        db::Database& database;
        ~Close() { database.close_idle(); }
      } close{old};
      trust::Base from{old, base.keys, base.public_url, base.data_directory, ""};
      // Also of organisations that were made since: their trail stays, if nothing else does.
      tenants = tenants_of(from);
      for (const auto& tenant : tenants) carried_ += trust::carry_trail(from, base, tenant);
    }
    auto tx = base.database.system();
    tx.later(store::kBackupEndSessions);
    tx.later(store::kBackupEndResets);
    tx.commit();
    tell(base, tenants, "system.restore");
    archive_now(restored.super);
  }

  void tell(trust::Base& base, const std::vector<Uuid>& tenants, const char* action) {
    for (const auto& again : installation_.erase_again) again(base, step_.fork.to);
    for (const auto& tenant : tenants) {
      trust::Ctx ctx(base, tenant, {});
      trust::AuditEntry entry{action, "tenant", tenant};
      entry.changes.push_back({"restored to " + to_rfc3339(step_.fork.to), {}, {}});
      entry.changes.push_back({"at " + to_rfc3339(machine_now()), {}, {}});
      trust::record(ctx, entry);
      ctx.commit();
      trust::seal_trail(base, tenant);
    }
  }

  // Which timeline was begun, and where it left which: the newest history file's last line.
  void learn_timeline(const std::string& data) {
    std::string newest;
    for (const auto& file : fs::directory_iterator(data + "/pg_wal"))
      if (file.path().extension() == ".history")
        newest = std::max(newest, file.path().filename().string());
    auto text = read_file(data + "/pg_wal/" + newest).value_or("");
    std::string last;
    for (auto line : split(text, '\n'))
      if (!trim(line).empty() && line[0] != '#') last = std::string(line);
    auto columns = split(last, '\t');
    if (newest.empty() || columns.size() < 2)
      throw std::runtime_error("the restored cluster does not say which timeline it began.");
    step_.fork.timeline = std::stoll(newest.substr(0, 8), nullptr, 16);
    step_.fork.parent = std::stoll(std::string(columns[0]));
    step_.fork.lsn = std::string(columns[1]);
  }

  // ---- the keystore

  void keystore() {
    db::Cluster old(installation_.keystore);
    if (old.exists()) {
      bool starts = false;
      try {
        old.start();
        starts = true;
        old.stop();
      } catch (const std::exception& e) {
        log::warning("The keystore to be replaced does not start", {{"what", e.what()}});
      }
      if (starts && !wanted_.force)
        throw std::runtime_error(
            "the keystore is intact. Restoring it would bring back keys that were destroyed since "
            "the newest backup and lose those that were made; with --force it is done "
            "nevertheless.");
      rescue_log(Cluster::keystore, old.data());
    }
    fetch(target_.backup, Cluster::keystore, step_.folder, target_.words(), true);
    auto& restored =
        start(beside_options(Cluster::keystore, step_.folder), Cluster::keystore, true);
    db::migrate(restored.conninfo(), "keystore");
    learn_timeline(restored.data());
    // The archive may be a minute behind: what was erased then is erased again from its ledger.
    step_.fork.to = target_.backup.stop;
    if (!db::Cluster(installation_.main).exists()) return;
    auto& main = start(installation_.main, Cluster::main, true);
    db::migrate(main.conninfo(), "main");
    with_databases(installation_, main.conninfo(), restored.conninfo(), [&](Databases& databases) {
      tell(databases.base, tenants_of(databases.base), "system.restore-keys");
      archive_now(databases.super_keystore);
    });
  }

  std::string words() const {
    auto place = data_ + "/" + step_.fork.cluster;
    std::string out =
        wanted_.keystore
            ? fmt::format("The keystore is restored from backup {} and its archive.\n",
                          target_.backup.label)
            : fmt::format(
                  "The state of {} is restored. {} entries of the trails from after it were "
                  "kept. Everybody signs in again.\n",
                  to_rfc3339(step_.fork.to), carried_);
    if (fs::exists(place + "/" + step_.aside))
      out += fmt::format("The old data is in {}/{} until `varde restore --discard-old`.\n", place,
                         step_.aside);
    return out + "Start Varde now; it makes a full backup by itself.\n";
  }

  const Installation& installation_;
  const std::string& data_;
  const RestoreWanted& wanted_;
  PgBackRest pgbackrest_;
  State state_;
  Cluster which_;
  Info info_;
  Target target_;
  Step step_;
  std::vector<std::unique_ptr<db::Cluster>> clusters_;
  std::int64_t carried_ = 0;
};

}  // namespace

std::string settle_restore(const Installation& installation) {
  const auto& data = installation.data_directory;
  remove_scratch(data, Scratch::drill);
  remove_scratch(data, Scratch::latest);
  remove_scratch(data, Scratch::one);
  auto text = read_file(step_path(data));
  if (!text) {
    remove_scratch(data, Scratch::restored);
    return "";
  }
  auto json = web::parse_json(*text);
  auto step = json ? web::read<Step>(*json) : Result<Step>(json.error());
  if (!step) throw std::runtime_error(step_path(data) + " cannot be read. See docs/backups.md.");
  if (!step->swapping) {
    remove_scratch(data, Scratch::restored);
    fs::remove(step_path(data));
    return "The restore was not completed. The state from before it is in force, unchanged.\n";
  }
  auto folder = data + "/" + step->folder;
  if (fs::exists(folder + "/data"))
    db::Cluster({.directory = folder, .name = step->folder}).end_predecessor();
  swap(installation, *step);
  return fmt::format(
      "A restore that was interrupted at its end is completed: the state of {} is in force. The "
      "old data is in {}/{}/{}.\n",
      to_rfc3339(step->fork.to), data, step->fork.cluster, step->aside);
}

std::string restore(const Installation& installation, const RestoreWanted& wanted) {
  fs::create_directories(installation.place());
  Lock lock(installation.place() + "/work.lock");
  if (!lock.held())
    throw std::runtime_error("a backup or drill is still at work. Wait until it has ended.");
  std::cerr << settle_restore(installation);
  return Restore(installation, wanted).run();
}

std::vector<std::string> put_aside(const std::string& data_directory, Cluster cluster) {
  std::error_code none;
  std::vector<std::string> out;
  for (const auto& entry :
       fs::directory_iterator(fmt::format("{}/{}", data_directory, word(cluster)), none))
    if (entry.path().filename().string().starts_with(kAside)) out.push_back(entry.path().string());
  std::ranges::sort(out);
  return out;
}

std::string discard_old(const std::string& data_directory) {
  std::string out;
  for (auto cluster : {Cluster::main, Cluster::keystore})
    for (const auto& path : put_aside(data_directory, cluster)) {
      fs::remove_all(path);
      out += path + " is removed.\n";
    }
  return out.empty() ? "There is no old data.\n" : out;
}

}  // namespace varde::operate
