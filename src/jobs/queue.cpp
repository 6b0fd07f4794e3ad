#include "jobs/queue.hpp"

#include <map>
#include <mutex>
#include <thread>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "db/closed.hpp"
#include "net/fiber_id.hpp"

namespace varde::jobs {
namespace {

metrics::Counter finished("varde_jobs_finished_total", "Jobs ended", {"kind", "outcome"});
std::atomic<bool> draining{false};

// Organisations whose jobs come to rest while their rows are exchanged (operate/backup/tenant.hpp),
// each until when at most, and whose job a fiber runs.
struct Rest {
  std::atomic<bool> any{false};
  std::mutex mutex;
  std::map<Uuid, net::Deadline> until;
  std::unordered_map<const void*, Uuid> running;
};
Rest rest;

constexpr auto kLease = std::chrono::seconds(30);
constexpr auto kHeartbeat = std::chrono::seconds(10);
constexpr auto kPoll = std::chrono::seconds(1);
constexpr int kMaxAttempts = 10;
constexpr auto kClosedPause = std::chrono::seconds(2);
constexpr auto kBetweenRuns = std::chrono::seconds(1);  // of a schedule that takes its whole time

// A job of the same key that waits is enough; one that runs already may have looked past what this
// one is about, and so runs again when it ends.
constexpr db::Sql kEnqueue{
    "jobs.enqueue",
    "INSERT INTO job (job_id, kind, tenant_id, payload, unique_key, run_at, created_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (unique_key) "
    "DO UPDATE SET again = true, run_at = LEAST(job.run_at, EXCLUDED.run_at)"};
constexpr db::Sql kNotify{"jobs.notify", "SELECT pg_notify('varde_jobs', '')"};
// Work is due by varde::now(), but leases are measured by the database's clock: one for all nodes,
// and a corrected clock on one of them takes no other's work. $3: what runs here already, for a
// machine that slept past a lease has not yet extended it.
constexpr db::Sql kClaim{
    "jobs.claim",
    "SELECT job_id, kind, tenant_id, payload, attempts FROM job "
    "WHERE failed_at IS NULL AND run_at <= $1 AND (lease_until IS NULL OR "
    "lease_until <= clock_timestamp()) AND NOT EXISTS (SELECT 1 FROM "
    "tenant_rest r WHERE r.tenant_id = job.tenant_id AND r.until > "
    "clock_timestamp()) AND job_id <> ALL($3) ORDER BY run_at LIMIT $2 FOR UPDATE SKIP LOCKED"};
constexpr db::Sql kLeaseMany{
    "jobs.lease",
    "UPDATE job SET lease_until = clock_timestamp() + make_interval(secs => $2), attempts = "
    "attempts + 1 WHERE job_id = ANY($1)"};
constexpr db::Sql kExtend{"jobs.extend",
                          "UPDATE job SET lease_until = clock_timestamp() + make_interval(secs => "
                          "$2) WHERE job_id = ANY($1)"};
constexpr db::Sql kDelete{"jobs.delete", "DELETE FROM job WHERE job_id = $1 AND NOT again"};
constexpr db::Sql kRunAgain{
    "jobs.run_again",
    "UPDATE job SET run_at = $2, lease_until = NULL, attempts = 0, again = false "
    "WHERE job_id = $1 AND again"};
constexpr db::Sql kAgain{
    "jobs.again",
    "UPDATE job SET run_at = CASE WHEN again THEN $3 ELSE $2 END, lease_until = NULL, "
    "attempts = 0, again = false WHERE job_id = $1"};
constexpr db::Sql kRetry{
    "jobs.retry", "UPDATE job SET run_at = $2, lease_until = NULL, error = $3 WHERE job_id = $1"};
constexpr db::Sql kGiveUp{"jobs.give_up",
                          "UPDATE job SET failed_at = $2, lease_until = NULL, unique_key = NULL, "
                          "error = $3 WHERE job_id = $1"};
struct RestRow {
  Uuid tenant_id;
  double seconds = 0;
};
BOOST_DESCRIBE_STRUCT(RestRow, (), (tenant_id, seconds))
constexpr db::Sql kResting{
    "jobs.resting",
    "SELECT tenant_id, extract(epoch FROM until - clock_timestamp())::double precision AS seconds "
    "FROM tenant_rest WHERE until > clock_timestamp()"};
constexpr db::Sql kVoidLeases{"jobs.void_leases",
                              "UPDATE job SET lease_until = NULL WHERE lease_until IS NOT NULL"};

}  // namespace

void enqueue(db::Tx& tx, const NewJob& job) {
  auto at = now();
  // Who adds a job that another transaction has just added waits for its end.
  tx.last(job.unique_key.value_or(""), kEnqueue, Uuid::make(), job.kind, job.tenant_id,
          db::Json{job.payload}, job.unique_key, job.run_at.value_or(at), at);
  if (!job.run_at || *job.run_at <= at) tx.later(kNotify);
}

struct Workers::Impl {
  db::Database* database = nullptr;
  std::size_t concurrency = 0;
  std::map<std::string, Handler> handlers;
  std::vector<Schedule> schedules;
  struct PerLoop {
    net::Event wake;
    std::size_t running = 0;
  };
  std::vector<std::unique_ptr<PerLoop>> loops;
  std::atomic<std::size_t> running{0};
  std::mutex mutex;
  std::vector<Uuid> held;  // what runs, on any loop; under mutex

  std::vector<Uuid> held_now() {
    std::lock_guard lock(mutex);
    return held;
  }
  void look_who_rests();
  void claim_loop(PerLoop& mine);
  void heartbeat_loop();
  void listen_loop();
  void execute(PerLoop& mine, const Job& job);
};

Workers::Workers(db::Database& database, std::size_t concurrency_per_loop)
    : impl_(std::make_unique<Impl>()) {
  impl_->database = &database;
  impl_->concurrency = concurrency_per_loop;
}

Workers::~Workers() = default;

void Workers::handle(const std::string& kind, Handler handler) {
  impl_->handlers[kind] = std::move(handler);
}
void Workers::schedule(Schedule schedule) { impl_->schedules.push_back(std::move(schedule)); }
bool Workers::stopping() {
  if (draining) return true;
  if (!rest.any) return false;
  std::lock_guard lock(rest.mutex);
  auto mine = rest.running.find(net::fiber_id());
  if (mine == rest.running.end()) return false;
  auto until = rest.until.find(mine->second);
  return until != rest.until.end() && until->second > std::chrono::steady_clock::now();
}

void Workers::wake() {
  for (auto& loop : impl_->loops) loop->wake.wake();
}

void Workers::start(const std::vector<net::Loop*>& loops, bool sole_node) {
  draining = false;
  for (std::size_t i = 0; i < loops.size(); ++i)
    impl_->loops.push_back(std::make_unique<Impl::PerLoop>());
  loops[0]->spawn([this, loops, sole_node] {
    auto tx = impl_->database->system();
    if (sole_node) tx.later(kVoidLeases);
    for (const auto& schedule : impl_->schedules)
      enqueue(tx, {.kind = schedule.kind, .unique_key = "schedule:" + schedule.kind});
    tx.commit();
    for (std::size_t i = 0; i < loops.size(); ++i) {
      auto* mine = impl_->loops[i].get();
      loops[i]->spawn([this, mine] { impl_->claim_loop(*mine); });
    }
    loops[0]->spawn([this] { impl_->heartbeat_loop(); });
    loops[0]->spawn([this] { impl_->listen_loop(); });
  });
}

void Workers::Impl::look_who_rests() {
  auto tx = database->system();
  auto rows = tx.all<RestRow>(kResting);
  std::lock_guard lock(rest.mutex);
  rest.until.clear();
  for (const auto& row : rows)
    rest.until[row.tenant_id] =
        net::in(std::chrono::milliseconds(static_cast<std::int64_t>(row.seconds * 1000)));
  rest.any = !rest.until.empty();
}

void Workers::Impl::listen_loop() {
  while (!draining) {
    try {
      db::Listener listener(database->conninfo(), "varde_system", {"varde_jobs", "varde_rest"});
      look_who_rests();
      for (auto& loop : loops) loop->wake.wake();
      while (!draining) {
        auto notice = listener.next(net::in(std::chrono::seconds(5)));
        if (!notice) continue;
        if (notice->channel == "varde_rest") look_who_rests();
        for (auto& loop : loops) loop->wake.wake();
      }
    } catch (const db::Unavailable& e) {
      log::warning("The queue cannot listen; it polls meanwhile", {{"what", e.what()}});
      net::sleep_for(std::chrono::seconds(1));
    }
  }
}

void Workers::Impl::claim_loop(PerLoop& mine) {
  while (!draining) {
    try {
      std::size_t room = concurrency - std::min(concurrency, mine.running);
      std::size_t claimed = 0;
      if (room > 0) {
        auto tx = database->system();
        auto jobs = tx.all<Job>(kClaim, now(), static_cast<std::int64_t>(room), held_now());
        claimed = jobs.size();
        if (!jobs.empty()) {
          std::vector<Uuid> ids;
          for (const auto& job : jobs) ids.push_back(job.job_id);
          tx.later(kLeaseMany, ids, std::chrono::duration<double>(kLease).count());
          tx.commit();
          {
            std::lock_guard lock(mutex);
            held.insert(held.end(), ids.begin(), ids.end());
          }
          for (auto& job : jobs) {
            ++mine.running;
            ++running;
            net::Loop::current().spawn([this, &mine, job = std::move(job)] {
              struct Leave {
                Impl& impl;
                PerLoop& loop;
                const Uuid& id;
                ~Leave() {
                  {
                    std::lock_guard lock(impl.mutex);
                    std::erase(impl.held, id);
                  }
                  --loop.running;
                  --impl.running;
                  loop.wake.wake();
                }
              } leave{*this, mine, job.job_id};
              execute(mine, job);
            });
          }
        }
      }
      if (claimed < room || room == 0) mine.wake.wait(net::in(kPoll));
    } catch (const db::Unavailable& e) {
      log::warning("The queue cannot reach the database", {{"what", e.what()}});
      net::sleep_for(std::chrono::seconds(1));
    }
  }
}

void Workers::Impl::heartbeat_loop() {
  while (true) {
    net::sleep_for(kHeartbeat);
    auto leased = held_now();
    if (leased.empty()) continue;
    try {
      auto tx = database->system();
      tx.later(kExtend, leased, std::chrono::duration<double>(kLease).count());
      tx.commit();
    } catch (const std::exception& e) {
      log::warning("The leases of running jobs could not be extended", {{"what", e.what()}});
    }
  }
}

void Workers::Impl::execute(PerLoop&, const Job& job) {
  struct Mine {
    explicit Mine(const Job& job) {
      std::lock_guard lock(rest.mutex);
      if (job.tenant_id) rest.running[net::fiber_id()] = *job.tenant_id;
    }
    ~Mine() {
      std::lock_guard lock(rest.mutex);
      rest.running.erase(net::fiber_id());
    }
  } mine{job};
  std::string failure;
  Outcome outcome;
  auto began = now();
  auto found = handlers.find(job.kind);
  if (found == handlers.end()) {
    failure = "no handler for this kind of job";
  } else {
    try {
      auto result = found->second(job);
      if (result) {
        outcome = *result;
      } else {
        failure = result.error().message;
      }
    } catch (const net::Stopped&) {
      return;  // the lease ends, or the next start voids it
    } catch (const db::Closed&) {
      outcome = Outcome::again(now() + kClosedPause);
    } catch (const std::exception& e) {
      failure = e.what();
    }
  }
  // The end of a job must be written even when the database is away for a moment; after that the
  // lease decides.
  for (int i = 0; i < 5; ++i) {
    try {
      auto tx = database->system();
      auto scheduled = std::find_if(schedules.begin(), schedules.end(),
                                    [&](const Schedule& s) { return s.kind == job.kind; });
      if (!failure.empty()) {
        // A schedule does not end, and a failure does not slow it down.
        bool give_up = scheduled == schedules.end() && job.attempts + 1 >= kMaxAttempts;
        log::warning(give_up ? "A job failed for good" : "A job failed and will be tried again",
                     {{"kind", job.kind},
                      {"job_id", job.job_id},
                      {"attempt", job.attempts + 1},
                      {"what", failure}});
        Duration pause = std::chrono::seconds(1LL << std::min(job.attempts + 1, 10));
        if (scheduled != schedules.end()) pause = std::min(pause, scheduled->every);
        if (give_up) {
          tx.later(kGiveUp, job.job_id, now(), failure.substr(0, 500));
        } else {
          tx.later(kRetry, job.job_id, now() + pause, failure.substr(0, 500));
        }
      } else if (outcome.again_at) {
        tx.later(kAgain, job.job_id, *outcome.again_at, now());
      } else {
        if (scheduled != schedules.end()) {
          // Counted from where it began: what came due while it ran was not looked at by all of it.
          auto next = std::max(began + scheduled->every, now() + kBetweenRuns);
          tx.later(kAgain, job.job_id, next, now());
        } else {
          tx.later(kDelete, job.job_id);
          tx.later(kRunAgain, job.job_id, now());
        }
      }
      tx.commit();
      finished.with({job.kind, failure.empty() ? "done" : "failed"}).add();
      return;
    } catch (const db::Unavailable&) {
      net::sleep_for(std::chrono::milliseconds(500));
    }
  }
}

void Workers::drain(std::chrono::milliseconds patience) {
  draining = true;
  wake();
  auto until = std::chrono::steady_clock::now() + patience;
  while (impl_->running > 0 && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
}

}  // namespace varde::jobs
