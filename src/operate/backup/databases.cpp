#include "operate/backup/databases.hpp"

#include "operate/backup/store.hpp"
#include "operate/backup/store_sql.hpp"

namespace varde::operate {

using namespace backup_store;

void with_databases(const Installation& installation, const std::string& main,
                    const std::string& keystore, const std::function<void(Databases&)>& work) {
  db::Database database(main, 2);
  trust::Keystore keys(keystore, installation.root_key, 2);
  auto as_super = [](const std::string& where) {
    return db::PoolOptions{.conninfo = where,
                           .user = "varde_super",
                           .connections_per_loop = 2,
                           .statement_timeout = kLong};
  };
  db::Pool super(as_super(main)), super_keystore(as_super(keystore));
  trust::Base base{database, keys, installation.public_url, installation.data_directory, ""};
  base.ledger = installation.backup.ledger;
  std::string failure;
  net::run_fiber([&] {
    try {
      keys.open("", false);
      Databases databases{base, super, super_keystore};
      work(databases);
    } catch (const std::exception& e) {
      failure = e.what();
    }
    database.close_idle();
    keys.close_idle();
    super.close_idle();
    super_keystore.close_idle();
  });
  if (!failure.empty()) throw std::runtime_error(failure);
}

void with_running_program(const Installation& installation,
                          const std::function<void(Databases&)>& work) {
  auto where = [](const db::ClusterOptions& options) { return db::Cluster(options).conninfo(); };
  with_databases(installation, where(installation.main), where(installation.keystore), work);
}

void archive_now(db::Pool& super) {
  // A failed attempt is tried again by PostgreSQL after a minute.
  auto until = net::in(std::chrono::seconds(75));
  {
    auto tx = super.begin();
    tx.query(store::kBackupMark);
    tx.commit();
  }
  auto tx = super.begin();
  auto wanted = tx.one<std::string>(store::kBackupSwitch);
  tx.commit();
  while (true) {
    auto look = super.begin();
    auto archiver = look.one<ArchiverRow>(store::kBackupArchiver);
    // Names of one timeline sort by age.
    if (archiver.last_archived_wal && archiver.last_archived_wal->substr(0, 24) >= wanted) return;
    if (std::chrono::steady_clock::now() > until)
      throw std::runtime_error(
          "the log does not reach the archive; `varde backup status` says why.");
    net::sleep_for(std::chrono::milliseconds(50));
  }
}

}  // namespace varde::operate
