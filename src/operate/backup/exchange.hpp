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
// Every table with a tenant_id is found in the catalogue and goes back, but for those named in
// exchange.cpp with the reason: what proves or has left the house does not become undone by being
// forgotten. What persons have said since (unsubscribed, withdrawn, restricted) stands. What was
// queued is not sent: it waits for somebody to look at it.
#pragma once

#include <functional>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "db/session.hpp"

namespace varde::operate {

struct Exchanged {
  std::int64_t put_back = 0, taken_away = 0;             ///< Rows.
  std::int64_t persons_back = 0, persons_away = 0;       ///< Away: made since.
  std::int64_t persons_erased = 0;                       ///< Of then, and erased since.
  std::int64_t campaigns = 0, journeys = 0, shifts = 0;  ///< Paused; drafts again.
  std::int64_t messages = 0;                             ///< Queued ones that are not sent.
  std::chrono::milliseconds closed{0};                   ///< For how long.
};

class Exchange {
 public:
  /// All as the clusters' superusers; `copy` is the scratch cluster, in which `erased` persons of
  /// the organisation were erased again.
  Exchange(db::Session& live, db::Session& beside, db::Session& copy, db::Session& keystore,
           const Uuid& tenant, Timestamp to, std::int64_t erased);
  /// Copies what is to come; nobody notices.
  void stage();
  /// Exchanges. Throws a sentence; then nothing has changed.
  Exchanged run();

 private:
  struct Table {
    std::string name, stage, columns, key;
    int fate = 0;
    bool of_persons = false;
  };
  void find_tables();
  void rest();
  void wait_for_rest();
  void close();
  void leave_out_the_erased();
  void keep_what_was_said();
  void hold_what_was_queued();
  void take_back_files();
  void put(const Table& table);
  void after();
  void drop_orphans();
  void exchange_jobs();
  void tell();
  std::int64_t run(const std::string& sql);

  db::Session &live_, &beside_, &copy_, &keystore_;
  std::string tenant_;
  std::int64_t lock_;
  std::string to_, note_;
  std::vector<Table> tables_;
  Exchanged out_;
};

}  // namespace varde::operate
