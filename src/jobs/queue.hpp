// The queue: durable work, at least once, in the database.
//
// A job is a row that is inserted in the transaction of the change that asks for it. Workers claim
// batches with FOR UPDATE SKIP LOCKED, hold them by a lease that a heartbeat extends, and delete
// them when the handler returned. A job whose worker died is claimed again when its lease ends;
// handlers are written so that doing a piece twice is doing it once. A handler that throws or
// returns an error is tried again with growing pauses, ten times (a schedule's, for ever, at its
// rhythm at the latest); then the job stays as failed: whoever owns what it was about is told
// (when_given_up), home says so, and `varde jobs` shows and retries it. A database that is away,
// full or shut down is nobody's failure: then it is tried again for as long as that lasts.
//
// Slots are shared: an organisation holds half of them at most, and one kind of its work half of
// that, so that whoever comes next finds one. A run that only waits for another machine lends its
// slot (Lend).
//
// Nothing ends a loop of the queue but the program's end.
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
  int outages = 0;  ///< In a row, before this attempt.
};
BOOST_DESCRIBE_STRUCT(Job, (), (job_id, kind, tenant_id, payload, attempts, outages))

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

/// What stands at something whose job was given up.
inline constexpr const char* kGivenUp =
    "This was tried ten times and went wrong each time. Whoever runs this installation finds the "
    "reason in the log; then it can be tried again.";

class Workers {
 public:
  Workers(db::Database& database, std::size_t concurrency_per_loop);
  ~Workers();
  /// Before start().
  void handle(const std::string& kind, Handler handler);
  void schedule(Schedule schedule);
  /// What to do when a job of this kind is given up: mark what it was about as failed, with the
  /// reason. Called until it does not throw; only then does the job stand as failed. Before
  /// start().
  using GivenUp = std::function<void(const Job& job, const std::string& why)>;
  void when_given_up(const std::string& kind, GivenUp tell);
  /// Starts claiming on each loop. `sole_node`: leases of an earlier life of this program are void
  /// at once.
  void start(const std::vector<net::Loop*>& loops, bool sole_node);
  /// No new claims; running handlers see stopping() and return early. From a plain thread, before
  /// the loops stop.
  void drain(std::chrono::milliseconds patience);
  static bool stopping();
  /// The job that the calling fiber runs; nil when it runs none.
  static Uuid current();
  /// That a job got somewhere: what failed before is forgotten. Nothing for nil.
  static void progressed(const Uuid& job);
  /// The job of the calling fiber waits for another machine: its slot is free for others meanwhile.
  class Lend {
   public:
    Lend() = default;
    Lend(const Lend&) = delete;
    Lend& operator=(const Lend&) = delete;
    ~Lend() { set(false); }
    void set(bool lent);

   private:
    bool lent_ = false;
  };
  /// Wakes the claimers now; from any thread.
  void wake();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace varde::jobs
