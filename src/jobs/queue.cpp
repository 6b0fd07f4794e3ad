#include "jobs/queue.hpp"

#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "base/alarms.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "db/closed.hpp"
#include "jobs/store_sql.hpp"
#include "net/fiber_id.hpp"

namespace varde::jobs {
namespace {

metrics::Counter finished("varde_jobs_finished_total", "Jobs ended", {"kind", "outcome"});
metrics::Gauge failed_now("varde_jobs_failed", "Jobs that were given up");
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
// Also how long it takes until a refusal is met when every slot is taken and none is claimed.
constexpr auto kHeartbeat = std::chrono::seconds(5);
constexpr auto kPoll = std::chrono::seconds(1);
constexpr int kMaxAttempts = 10;
constexpr std::chrono::milliseconds kLongestPause{30'000};  // until the end of a job is written
constexpr auto kClosedPause = std::chrono::seconds(2);
constexpr auto kSteady = std::chrono::seconds(3);       // until a stumble is over
constexpr auto kBetweenRuns = std::chrono::seconds(1);  // of a schedule that takes its whole time

struct RestRow {
  Uuid tenant_id;
  double seconds = 0;
};
BOOST_DESCRIBE_STRUCT(RestRow, (), (tenant_id, seconds))
struct FailedRow {
  std::optional<Uuid> tenant_id;
  std::int64_t jobs = 0;
};
BOOST_DESCRIBE_STRUCT(FailedRow, (), (tenant_id, jobs))

}  // namespace

void enqueue(db::Tx& tx, const NewJob& job) {
  auto at = now();
  // Who adds a job that another transaction has just added waits for its end.
  tx.last(job.unique_key.value_or(""), store::kJobsEnqueue, Uuid::make(), job.kind, job.tenant_id,
          db::Json{job.payload}, job.unique_key, job.run_at.value_or(at), at,
          job.run_at ? std::nullopt : std::optional(at));
  if (!job.run_at || *job.run_at <= at) tx.later(store::kJobsNotify);
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
  std::map<std::string, GivenUp> given_up;
  std::atomic<std::size_t> running{0};
  std::mutex mutex;
  // What runs, on any loop; under mutex.
  struct Held {
    std::string kind;
    Uuid tenant;  // nil: the installation's
    const void* fiber = nullptr;
    PerLoop* loop = nullptr;
    bool lent = false, progressed = false;
  };
  std::map<Uuid, Held> held;
  std::set<Uuid> told_of_failed;
  std::map<std::string, std::chrono::steady_clock::time_point> stumbled;  // under mutex

  std::vector<Job> claim(db::Tx& tx, std::size_t room, bool& more);
  /// Runs `turn` until the program ends, whatever it throws.
  void keep_on(const char* what, const std::function<void()>& turn, const bool& done = false);
  void look_who_rests();
  void claim_turn(PerLoop& mine);
  void heartbeat_turn();
  void tell_of_failed(const std::vector<FailedRow>& rows);
  void listen_turn();
  void start_job(PerLoop& mine, Job job);
  void execute(const Job& job);
  void end(const Job& job, const Schedule* scheduled, Timestamp began, const Outcome& outcome,
           const std::string& failure, bool outage);
};

namespace {
// The queue whose jobs run in this process, for what a job's fiber says of itself.
std::atomic<void*> serving{nullptr};
}  // namespace

Workers::Workers(db::Database& database, std::size_t concurrency_per_loop)
    : impl_(std::make_unique<Impl>()) {
  impl_->database = &database;
  impl_->concurrency = concurrency_per_loop;
}

Workers::~Workers() {
  void* mine = impl_.get();
  serving.compare_exchange_strong(mine, nullptr);
}

void Workers::handle(const std::string& kind, Handler handler) {
  impl_->handlers[kind] = std::move(handler);
}
void Workers::when_given_up(const std::string& kind, GivenUp tell) {
  impl_->given_up[kind] = std::move(tell);
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
  serving = impl_.get();
  for (std::size_t i = 0; i < loops.size(); ++i)
    impl_->loops.push_back(std::make_unique<Impl::PerLoop>());
  loops[0]->spawn([this, loops, sole_node] {
    bool begun = false;
    impl_->keep_on(
        "begin",
        [&] {
          auto tx = impl_->database->system();
          if (sole_node) tx.later(store::kJobsVoidLeases);
          for (const auto& schedule : impl_->schedules)
            enqueue(tx, {.kind = schedule.kind, .unique_key = "schedule:" + schedule.kind});
          tx.commit();
          begun = true;
        },
        begun);
    if (!begun) return;
    for (std::size_t i = 0; i < loops.size(); ++i) {
      auto* mine = impl_->loops[i].get();
      loops[i]->spawn(
          [this, mine] { impl_->keep_on("claim jobs", [&] { impl_->claim_turn(*mine); }); });
    }
    loops[0]->spawn([this] { impl_->keep_on("extend leases", [&] { impl_->heartbeat_turn(); }); });
    loops[0]->spawn([this] { impl_->keep_on("listen", [&] { impl_->listen_turn(); }); });
  });
}

void Workers::Impl::keep_on(const char* what, const std::function<void()>& turn, const bool& done) {
  while (!draining && !done) {
    try {
      turn();
      // Not at the first turn that had nothing to do: it must have gone well for a while.
      std::lock_guard lock(mutex);
      if (auto at = stumbled.find(what);
          at != stumbled.end() && std::chrono::steady_clock::now() - at->second > kSteady) {
        alarms::clear("queue", what);
        stumbled.erase(at);
      }
    } catch (const net::Stopped&) {
      throw;
    } catch (const std::exception& e) {
      if (draining) return;
      log::warning("The queue stumbled, and goes on", {{"where", what}, {"what", e.what()}});
      {
        std::lock_guard lock(mutex);
        stumbled[what] = std::chrono::steady_clock::now();
      }
      alarms::raise("queue", what,
                    "Work in the background does not go on, because the database refuses it. The "
                    "reason is in the log.");
      net::sleep_for(std::chrono::seconds(1));
    }
  }
}

void Workers::Impl::look_who_rests() {
  auto tx = database->system();
  auto rows = tx.all<RestRow>(store::kJobsResting);
  std::lock_guard lock(rest.mutex);
  rest.until.clear();
  for (const auto& row : rows)
    rest.until[row.tenant_id] =
        net::in(std::chrono::milliseconds(static_cast<std::int64_t>(row.seconds * 1000)));
  rest.any = !rest.until.empty();
}

void Workers::Impl::listen_turn() {
  db::Listener listener(database->conninfo(), "varde_system", {"varde_jobs", "varde_rest"});
  look_who_rests();
  {
    std::lock_guard lock(mutex);
    stumbled.erase("listen");
  }
  alarms::clear("queue", "listen");
  for (auto& loop : loops) loop->wake.wake();
  while (!draining) {
    auto notice = listener.next(net::in(std::chrono::seconds(5)));
    if (!notice) continue;
    if (notice->channel == "varde_rest") look_who_rests();
    for (auto& loop : loops) loop->wake.wake();
  }
}

std::vector<Job> Workers::Impl::claim(db::Tx& tx, std::size_t room, bool& more) {
  std::vector<Uuid> ids, tenants;
  std::vector<std::string> kinds;
  std::vector<std::int64_t> slots;
  {
    std::lock_guard lock(mutex);
    std::map<std::pair<Uuid, std::string>, std::int64_t> shares;
    for (const auto& [id, one] : held) {
      ids.push_back(id);
      if (!one.lent) ++shares[{one.tenant, one.kind}];
    }
    for (const auto& [whose, count] : shares) {
      tenants.push_back(whose.first);
      kinds.push_back(whose.second);
      slots.push_back(count);
    }
  }
  auto all = static_cast<std::int64_t>(concurrency * loops.size());
  auto share = std::max<std::int64_t>(all / 2, 1), of_kind = std::max<std::int64_t>(share / 2, 1);
  auto at = now();
  auto candidates = tx.all<Uuid>(store::kJobsCandidates, at, static_cast<std::int64_t>(room), ids,
                                 tenants, kinds, slots, share, of_kind);
  if (candidates.empty()) return {};
  auto jobs = tx.all<Job>(store::kJobsClaim, at, candidates, ids);
  // Another loop or node had some of them: there may be others.
  more = candidates.size() == room || jobs.size() < candidates.size();
  return jobs;
}

void Workers::Impl::claim_turn(PerLoop& mine) {
  auto room = concurrency - std::min(concurrency, mine.running);
  bool more = false;
  if (room > 0) {
    auto tx = database->system();
    auto jobs = claim(tx, room, more);
    if (!jobs.empty()) {
      std::vector<Uuid> ids;
      for (const auto& job : jobs) ids.push_back(job.job_id);
      tx.later(store::kJobsLease, ids, std::chrono::duration<double>(kLease).count());
      {
        // Before it is committed: another loop may look at any moment.
        std::lock_guard lock(mutex);
        for (const auto& job : jobs)
          held[job.job_id] = {job.kind, job.tenant_id.value_or(Uuid()), nullptr, &mine};
      }
      try {
        tx.commit();
      } catch (...) {
        std::lock_guard lock(mutex);
        for (const auto& id : ids) held.erase(id);
        throw;
      }
      for (auto& job : jobs) start_job(mine, std::move(job));
    }
  }
  if (room == 0 || !more) mine.wake.wait(net::in(kPoll));
}

void Workers::Impl::start_job(PerLoop& mine, Job job) {
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
          auto found = impl.held.find(id);
          if (found != impl.held.end()) {
            if (found->second.lent) ++loop.running;  // taken back below
            impl.held.erase(found);
          }
        }
        --loop.running;
        --impl.running;
        loop.wake.wake();
      }
    } leave{*this, mine, job.job_id};
    {
      std::lock_guard lock(mutex);
      held[job.job_id].fiber = net::fiber_id();
    }
    execute(job);
  });
}

Uuid Workers::current() {
  auto* impl = static_cast<Impl*>(serving.load());
  if (impl == nullptr) return {};
  std::lock_guard lock(impl->mutex);
  for (const auto& [id, one] : impl->held)
    if (one.fiber == net::fiber_id()) return id;
  return {};
}

void Workers::progressed(const Uuid& job) {
  auto* impl = static_cast<Impl*>(serving.load());
  if (impl == nullptr) return;
  std::lock_guard lock(impl->mutex);
  if (auto found = impl->held.find(job); found != impl->held.end()) found->second.progressed = true;
}

void Workers::Lend::set(bool lent) {
  auto* impl = static_cast<Impl*>(serving.load());
  if (impl == nullptr || lent == lent_) return;
  std::lock_guard lock(impl->mutex);
  for (auto& [id, one] : impl->held) {
    if (one.fiber != net::fiber_id() || one.lent == lent) continue;
    one.lent = lent_ = lent;
    lent ? --one.loop->running : ++one.loop->running;
    if (lent) one.loop->wake.wake();
  }
}

void Workers::Impl::heartbeat_turn() {
  net::sleep_for(kHeartbeat);
  std::vector<Uuid> leased, got_on;
  {
    std::lock_guard lock(mutex);
    for (auto& [id, one] : held) {
      leased.push_back(id);
      if (one.progressed) got_on.push_back(id);
      one.progressed = false;
    }
  }
  auto tx = database->system();
  if (!leased.empty())
    tx.later(store::kJobsExtend, leased, std::chrono::duration<double>(kLease).count(), got_on);
  tx.later(store::kJobsSetBack, now());
  for (const auto& schedule : schedules)
    tx.later(store::kJobsPullIn, "schedule:" + schedule.kind, now() + schedule.every);
  auto failed = tx.all<FailedRow>(store::kJobsFailed);
  tx.commit();
  tell_of_failed(failed);
}

// Each organisation whose work was given up hears of it until somebody has seen to it.
void Workers::Impl::tell_of_failed(const std::vector<FailedRow>& rows) {
  std::set<Uuid> told;
  std::int64_t all = 0;
  for (const auto& row : rows) {
    all += row.jobs;
    if (!row.tenant_id) continue;
    told.insert(*row.tenant_id);
    alarms::raise("jobs", "failed",
                  row.jobs == 1
                      ? "A piece of work in the background was given up."
                      : fmt::format("{} pieces of work in the background were given up.", row.jobs),
                  row.tenant_id, "/settings/jobs");
  }
  for (const auto& tenant : told_of_failed)
    if (!told.contains(tenant)) alarms::clear("jobs", "failed", tenant);
  told_of_failed = std::move(told);
  failed_now.set(all);
}

void Workers::Impl::execute(const Job& job) {
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
  bool outage = false;
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
    } catch (const db::Unavailable& e) {
      failure = e.what();
      outage = true;
    } catch (const db::SqlError& e) {
      failure = e.what();
      outage = e.is_outage();
    } catch (const std::exception& e) {
      failure = e.what();
    }
  }
  auto scheduled = std::ranges::find(schedules, job.kind, &Schedule::kind);
  // The end of a job must be written: until it is, the job is held, and its lease extended.
  for (auto pause = std::chrono::milliseconds(100);; pause = std::min(pause * 2, kLongestPause)) {
    try {
      return end(job, scheduled == schedules.end() ? nullptr : &*scheduled, began, outcome, failure,
                 outage);
    } catch (const net::Stopped&) {
      throw;
    } catch (const std::exception& e) {
      log::warning("The end of a job cannot be written yet",
                   {{"kind", job.kind}, {"job_id", job.job_id}, {"what", e.what()}});
    }
    if (draining) return;  // the next start voids its lease
    net::sleep_for(pause);
  }
}

void Workers::Impl::end(const Job& job, const Schedule* scheduled, Timestamp began,
                        const Outcome& outcome, const std::string& failure, bool outage) {
  // A schedule does not end, and a failure does not slow it down.
  bool give_up =
      !failure.empty() && !outage && scheduled == nullptr && job.attempts + 1 >= kMaxAttempts;
  auto tell = given_up.find(job.kind);
  bool told = give_up && tell != given_up.end();
  if (told) tell->second(job, failure);
  auto tx = database->system();
  if (outage) {
    Duration pause = std::chrono::seconds(1LL << std::min(job.outages, 5));
    if (scheduled != nullptr) pause = std::min(pause, scheduled->every);
    log::warning("A job waits for the database",
                 {{"kind", job.kind}, {"job_id", job.job_id}, {"what", failure}});
    tx.later(store::kJobsOutage, job.job_id, now() + pause, failure.substr(0, 500), now());
  } else if (!failure.empty()) {
    log::warning(give_up ? "A job failed for good" : "A job failed and will be tried again",
                 {{"kind", job.kind},
                  {"job_id", job.job_id},
                  {"attempt", job.attempts + 1},
                  {"what", failure}});
    Duration pause = std::chrono::seconds(1LL << std::min(job.attempts + 1, 10));
    if (scheduled != nullptr) pause = std::min(pause, scheduled->every);
    if (told) {
      tx.later(store::kJobsForget, job.job_id);
    } else if (give_up) {
      tx.later(store::kJobsGiveUp, job.job_id, now(), failure.substr(0, 500));
    } else {
      tx.later(store::kJobsRetry, job.job_id, now() + pause, failure.substr(0, 500), now());
    }
  } else if (outcome.again_at) {
    tx.later(store::kJobsAgain, job.job_id, *outcome.again_at, now());
  } else if (scheduled != nullptr) {
    // Counted from where it began: what came due while it ran was not looked at by all of it.
    auto next = std::max(began + scheduled->every, now() + kBetweenRuns);
    tx.later(store::kJobsAgain, job.job_id, next, now());
  } else {
    tx.later(store::kJobsDelete, job.job_id);
    tx.later(store::kJobsRunAgain, job.job_id, now());
  }
  tx.commit();
  finished.with({job.kind, outage ? "outage" : failure.empty() ? "done" : "failed"}).add();
}

void Workers::drain(std::chrono::milliseconds patience) {
  draining = true;
  wake();
  auto until = std::chrono::steady_clock::now() + patience;
  while (impl_->running > 0 && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
}

}  // namespace varde::jobs
