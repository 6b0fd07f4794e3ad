// One libpq connection in pipeline mode; internal to db/.
#pragma once

#include <libpq-fe.h>

#include <deque>
#include <memory>
#include <string>
#include <unordered_set>

#include "db/tx.hpp"

namespace varde::db {

/// With which a transaction of a tenant begins. Fails when somebody else holds the tenant's lock
/// alone (db/closed.hpp): by a division, for a function of PL/pgSQL that raises cost a tenth of all
/// requests of a person, and this nothing that could be measured.
inline constexpr Sql kEnter{"tx.enter", "SELECT 1 / pg_try_advisory_xact_lock_shared($1)::int"};

/// A message of libpq without the end of its line; empty for none.
std::string words_of(const char* message);

class Connection {
 public:
  /// Connects. Throws Unavailable.
  Connection(const PoolOptions& options, net::Deadline deadline);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Queues a prepared statement, preparing it before its first use. `text` is only read then.
  void send(std::string_view name, std::string_view text, const Params& arguments,
            std::shared_ptr<Later::State> into);
  /// Queues a statement that is parsed anew each time (BEGIN, SET LOCAL, COMMIT).
  void send_plain(const char* text);
  /// Ends the batch: everything queued goes out, and an error skips to here.
  void sync();
  /// Waits for all answers, or until `until` has come when it is given; what is left then goes on
  /// coming. Throws the first SqlError among them (all have come then), or Unavailable.
  void wait(net::Deadline deadline, const Later::State* until = nullptr);
  /// Queues a rollback whose answer the next user of the connection reads.
  void abandon();
  bool broken() const { return broken_; }
  /// Whether the server has closed it while nobody used it.
  bool has_ended() const;
  /// Whether everything queued is followed by a sync.
  bool synced() const { return expected_.empty() || expected_.back().what == Expected::What::sync; }
  /// Whether every answer that was asked for has come.
  bool answered() const { return expected_.empty(); }
  /// While a transaction has it: whose, and the mark on its fiber.
  struct Use {
    std::optional<Uuid> tenant;
    bool stranger = false;
    net::Holding holding{};
  };
  std::optional<Use> use;
  /// Whether a statement of this name was prepared on this connection, or is queued to be.
  bool prepared(std::string_view name) const { return prepared_.contains(std::string(name)); }

 private:
  struct Expected {
    enum class What { answer, sync } what;
    std::shared_ptr<Later::State> into;
    bool ignore_errors;
    std::string statement;
    std::string prepares;
  };
  void flush(net::Deadline deadline);
  [[noreturn]] void fail(const std::string& what);
  PGresult* next_result(net::Deadline deadline);

  PGconn* raw_ = nullptr;
  std::unique_ptr<net::Readiness> readiness_;
  std::deque<Expected> expected_;
  std::unordered_set<std::string> prepared_;
  bool broken_ = false;
  bool abandoning_ = false;
};

}  // namespace varde::db
