// What has had its time goes: sessions, links, devices, and answers that were kept for a repeated
// request. They say who worked when, from where and on what, and an answer may say something of a
// person who was erased since.
#include "jobs/queue.hpp"
#include "trust/identity/internal.hpp"
#include "trust/identity/store_sql.hpp"

namespace varde::trust {

namespace {

using namespace std::chrono_literals;

constexpr auto kEvery = 1h;
constexpr int kAtOnce = 10'000;
constexpr auto kAnswersKept = 24h;

void sweep(Base& base) {
  auto at = now();
  auto all_of = [&](auto&& some) {
    while (!jobs::Workers::stopping()) {
      auto tx = base.database.system();
      auto gone = some(tx);
      tx.commit();
      if (gone < kAtOnce) return;
    }
  };
  all_of([&](db::Tx& tx) {
    return tx.one<std::int64_t>(store::kSweepSessions, at, at - kSessionIdle, kAtOnce);
  });
  {  // of a clock that was set back since
    auto tx = base.database.system();
    tx.later(store::kSweepAhead, at, at + kSessionLife);
    tx.commit();
  }
  all_of([&](db::Tx& tx) { return tx.query(store::kSweepResets, at, kAtOnce).affected(); });
  all_of([&](db::Tx& tx) { return tx.query(store::kSweepInvitations, at, kAtOnce).affected(); });
  all_of([&](db::Tx& tx) {
    return tx.query(store::kSweepDevices, at - kDeviceLife, kAtOnce).affected();
  });
  all_of([&](db::Tx& tx) {
    return tx.query(store::kSweepAnswers, at - kAnswersKept, kAtOnce).affected();
  });
}

}  // namespace

void add_identity_jobs(Base& base, jobs::Workers& workers) {
  workers.handle("identity.sweep", [&base](const jobs::Job&) -> Result<jobs::Outcome> {
    sweep(base);
    return jobs::Outcome::done();
  });
  workers.schedule({"identity.sweep", kEvery});
}

}  // namespace varde::trust
