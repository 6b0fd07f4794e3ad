#include "operate/backup/recovered.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <thread>

#include "db/migrate.hpp"
#include "db/session.hpp"
#include "operate/backup/databases.hpp"
#include "operate/backup/drill.hpp"
#include "trust/tenant/tenant.hpp"

namespace varde::operate {

namespace fs = std::filesystem;

namespace {
constexpr auto kPatience = std::chrono::minutes(1);
}

Recovered::Recovered(const Installation& installation, const TenantWanted& wanted,
                     const char* for_what)
    : installation_(installation) {
  take_turn();
  to = wanted.to.value_or(machine_now());
  find(wanted);
  PgBackRest pgbackrest(installation);
  auto target = find_target(pgbackrest.info(Cluster::main),
                            forks_of(read_state(installation), Cluster::main), wanted.to);
  const auto& data = installation.data_directory;
  check_room(data, target.backup.database_bytes, for_what);
  remove_scratch(data, Scratch::one);
  folder = data + "/" + fresh_scratch(data, Scratch::one);
  // Whoever cleans up sees that it is in use.
  lock_ = ::open((folder + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0 || ::flock(lock_, LOCK_EX | LOCK_NB) != 0)
    throw std::runtime_error("cannot write into " + folder);
  try {
    recover(target);
  } catch (...) {
    end();
    throw;
  }
}
// The program looks after its backups every few minutes, mostly for a moment.
void Recovered::take_turn() {
  auto until = std::chrono::steady_clock::now() + kPatience;
  while (true) {
    work_ = std::make_unique<Lock>(installation_.place() + "/work.lock");
    if (work_->held()) return;
    if (std::chrono::steady_clock::now() > until)
      throw std::runtime_error(
          "a backup, a drill or another restore is still at work. Wait until it has ended.");
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}
void Recovered::find(const TenantWanted& wanted) {
  std::optional<Uuid> found;
  try {
    with_running_program(installation_, [&](Databases& databases) {
      found = trust::find_tenant(databases.base, wanted.slug);
      if (found) archive_now(databases.super);
    });
  } catch (const std::exception& e) {
    if (std::string_view(e.what()).find("cannot connect") == std::string_view::npos) throw;
    throw std::runtime_error(
        "Varde does not run. A single organisation is brought back beside the running program: "
        "start it first. Without --tenant, `varde restore` brings back everything.");
  }
  if (!found)
    throw std::runtime_error("there is no organisation with the short name " + wanted.slug + ".");
  tenant = *found;
  if (!db::Session(live(), "varde_super")
           .rows("SELECT 1 FROM contract_end WHERE tenant_id = $1 AND state >= 3", {tenant.str()})
           .empty())
    throw std::runtime_error(
        "the contract of this organisation has ended, and it is being removed. Nothing of it is "
        "brought back.");
}

void Recovered::recover(const Target& target) {
  std::cerr << fmt::format("Restoring backup {} beside the running program …\n",
                           target.backup.label);
  auto name = fs::path(folder).filename().string();
  cluster_ = std::make_unique<db::Cluster>(scratch_options(installation_, name));
  fetch_scratch(installation_, *cluster_, target.backup.label, target.backup.repository,
                target.words());
  std::cerr << "Recovering …\n";
  try {
    cluster_->start();
  } catch (const std::exception&) {
    if (auto why = why_not_recovered(folder)) throw std::runtime_error(*why);
    throw;
  }
  db::migrate(address(), "main");
  auto there = persons();
  with_databases(installation_, address(), keystore(), [&](Databases& then) {
    for (const auto& again : installation_.erase_again) again(then.base, to);
  });
  erased = there - persons();
  if (db::Session(address(), "varde_super")
          .rows("SELECT 1 FROM tenant WHERE tenant_id = $1", {tenant.str()})
          .empty())
    throw std::runtime_error(fmt::format(
        "the organisation was not there yet at {}. Give a later moment.", to_rfc3339(to)));
}

std::int64_t Recovered::persons() const {
  return std::stoll(db::Session(address(), "varde_super")
                        .one("SELECT count(*) FROM person WHERE tenant_id = $1", {tenant.str()}));
}

void Recovered::end() {
  try {
    if (cluster_) cluster_->stop();
    cluster_.reset();
    if (lock_ >= 0) ::close(lock_);
    lock_ = -1;
    remove_scratch(installation_.data_directory, Scratch::one);
  } catch (const std::exception&) {
    // The next start removes it.
  }
}

}  // namespace varde::operate
