// One organisation's rows, exchanged for those that it had at an earlier moment, while the program
// runs.
//
// The rows of then stand in a scratch cluster (operate/backup/tenant.hpp). They are copied into
// temporary tables of the live database first, while everybody works. Then the organisation's jobs
// come to rest, it is closed (db/closed.hpp), and one transaction makes its tables what the
// temporary ones hold: only rows that differ are touched, so that it takes as long as the
// difference is large and not the organisation. Killed at any moment, the old state or the new one
// is in force; temporary tables and the lock go with the connection.
//
// Every table with a tenant_id is found in the catalogue, and what becomes of its rows stands where
// it is declared (trust/table.hpp): most go back; what proves or has left the house does not become
// undone by being forgotten; what persons have said since (unsubscribed, withdrawn, restricted)
// stands; what was queued is not sent: it waits for somebody to look at it. Here is the order in
// which that happens, and nothing of what the tables are.
#pragma once

#include <functional>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "db/session.hpp"
#include "trust/table.hpp"

namespace varde::operate {

/// What waits for somebody: campaigns stopped, 3.
struct Held {
  std::string what;
  std::int64_t count = 0;
};
/// "campaigns stopped: 3; journeys paused: 1"
std::string held_text(const std::vector<Held>& held);

struct Exchanged {
  std::int64_t put_back = 0, taken_away = 0;        ///< Rows.
  std::int64_t persons_back = 0, persons_away = 0;  ///< Away: made since.
  std::int64_t persons_erased = 0;                  ///< Of then, and erased since.
  std::vector<Held> held;
  std::chrono::milliseconds closed{0};  ///< For how long.
};

class Exchange : private trust::Restoring {
 public:
  /// All as the clusters' superusers; `copy` is the scratch cluster, in which `erased` persons of
  /// the organisation were erased again.
  Exchange(db::Session& live, db::Session& beside, db::Session& copy, db::Session& keystore,
           const std::vector<trust::Table>& tables, const Uuid& tenant, Timestamp to,
           std::int64_t erased);
  /// Copies what is to come; nobody notices.
  void stage();
  /// Exchanges. Throws a sentence; then nothing has changed.
  Exchanged run();

 private:
  struct Table {
    std::string name, stage, columns, key;
    const trust::AfterRestore* restored;
    bool of_persons = false;
  };
  std::int64_t run(const db::Sql& sql, const std::vector<std::string>& values) override;
  std::int64_t count(const db::Sql& sql) override;
  const std::string& note() const override { return note_; }
  void held(const std::string& what, std::int64_t count) override;
  void persons(std::int64_t back, std::int64_t away, std::int64_t erased) override;
  std::vector<std::string> jobs() const override;
  std::vector<std::string> lines() const override;
  std::string sentence() const override;
  std::vector<std::string> with_tenant(const db::Sql& sql, std::vector<std::string> values) const;

  void find_tables();
  void each(trust::AfterRestore::Run trust::AfterRestore::* what);
  void rest();
  void wait_for_rest();
  void close();
  void leave_out_the_erased();
  void put(const Table& table);
  void drop_orphans();
  std::int64_t about_tenant(const std::string& sql);

  const std::vector<trust::Table>& declared_;
  db::Session &live_, &beside_, &copy_, &keystore_;
  std::string tenant_;
  std::int64_t lock_;
  std::string to_, note_;
  std::vector<Table> tables_;
  Exchanged out_;
};

}  // namespace varde::operate
