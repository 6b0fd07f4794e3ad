// The queue: durable work, at least once, in the database.
//
// A job is a row that is inserted in the transaction of the change that asks for it. Workers claim
// batches with FOR UPDATE SKIP LOCKED, hold them by a lease that a heartbeat extends, and delete
// them when the handler returned. A job whose worker died is claimed again when its lease ends;
// handlers are written so that doing a piece twice is doing it once. A handler that throws or
// returns an error is tried again with growing pauses, ten times (a schedule's, for ever, at its
// rhythm at the latest); then the job stays as failed, and the status page says so.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "db/tx.hpp"
#include "net/fiber.hpp"

namespace varde::jobs {

struct Job {
  Uuid job_id;
  std::string kind;
  std::optional<Uuid> tenant_id;
  db::Json payload;  ///< Ids and numbers, never personal data.
  int attempts = 0;
};
BOOST_DESCRIBE_STRUCT(Job, (), (job_id, kind, tenant_id, payload, attempts))

struct NewJob {
  std::string kind;
  std::optional<Uuid> tenant_id;
  std::string payload = "{}";  ///< JSON text.
  /// One job of a key at a time: while one waits, this adds nothing; while one runs, it runs once
  /// more.
  std::optional<std::string> unique_key;
  std::optional<Timestamp> run_at;  ///< Default: now.
};

/// Adds a job in the caller's transaction (of either role). Workers are woken when it commits.
void enqueue(db::Tx& tx, const NewJob& job);

/// What a handler decides: done, or run the same job again at a time (a journey's wait, a rate
/// limit's end).
struct Outcome {
  std::optional<Timestamp> again_at;
  static Outcome done() { return {}; }
  static Outcome again(Timestamp at) { return {at}; }
};
using Handler = std::function<Result<Outcome>(const Job& job)>;

/// What runs at fixed times on one node at a time: a job that puts itself back.
struct Schedule {
  std::string kind;
  Duration every;
};

class Workers {
 public:
  Workers(db::Database& database, std::size_t concurrency_per_loop);
  ~Workers();
  /// Before start().
  void handle(const std::string& kind, Handler handler);
  void schedule(Schedule schedule);
  /// Starts claiming on each loop. `sole_node`: leases of an earlier life of this program are void
  /// at once.
  void start(const std::vector<net::Loop*>& loops, bool sole_node);
  /// No new claims; running handlers see stopping() and return early. From a plain thread, before
  /// the loops stop.
  void drain(std::chrono::milliseconds patience);
  static bool stopping();
  /// Wakes the claimers now; from any thread.
  void wake();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace varde::jobs
