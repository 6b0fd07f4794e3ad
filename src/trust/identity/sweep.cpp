// What has had its time goes: sessions, links, devices, and answers that were kept for a repeated
// request. They say who worked when, from where and on what, and an answer may say something of a
// person who was erased since.
#include "jobs/queue.hpp"
#include "trust/identity/internal.hpp"

namespace varde::trust {

namespace {

using namespace std::chrono_literals;

constexpr auto kEvery = 1h;
constexpr int kAtOnce = 10'000;
constexpr auto kAnswersKept = 24h;

constexpr db::Sql kSessions{
    "sweep.sessions",
    "WITH gone AS (DELETE FROM session WHERE session_id IN (SELECT session_id FROM session WHERE "
    "expires_at <= $1 OR last_seen_at <= $2 LIMIT $3) RETURNING tenant_id, account_id, "
    "last_seen_at), seen AS (UPDATE membership m SET last_seen_at = greatest(m.last_seen_at, g.at) "
    "FROM (SELECT tenant_id, account_id, max(last_seen_at) AS at FROM gone GROUP BY 1, 2) g WHERE "
    "m.tenant_id = g.tenant_id AND m.account_id = g.account_id) SELECT count(*) FROM gone"};
constexpr db::Sql kAhead{
    "sweep.ahead",
    "UPDATE session SET last_seen_at = $1, proved_at = least(proved_at, $1), expires_at = "
    "least(expires_at, $2) WHERE last_seen_at > $1 + interval '1 minute'"};
constexpr db::Sql kResets{
    "sweep.resets",
    "DELETE FROM password_reset WHERE token_hash IN (SELECT token_hash FROM password_reset WHERE "
    "expires_at <= $1 LIMIT $2)"};
constexpr db::Sql kInvitations{
    "sweep.invitations",
    "DELETE FROM invitation WHERE invitation_id IN (SELECT invitation_id FROM invitation WHERE "
    "expires_at <= $1 LIMIT $2)"};
constexpr db::Sql kDevices{
    "sweep.devices",
    "DELETE FROM account_device WHERE device_hash IN (SELECT device_hash FROM account_device WHERE "
    "created_at <= $1 LIMIT $2)"};
constexpr db::Sql kAnswers{
    "sweep.answers",
    "DELETE FROM idempotency WHERE (tenant_id, key_hash) IN (SELECT tenant_id, key_hash FROM "
    "idempotency WHERE created_at <= $1 LIMIT $2)"};

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
  all_of(
      [&](db::Tx& tx) { return tx.one<std::int64_t>(kSessions, at, at - kSessionIdle, kAtOnce); });
  {  // of a clock that was set back since
    auto tx = base.database.system();
    tx.later(kAhead, at, at + kSessionLife);
    tx.commit();
  }
  all_of([&](db::Tx& tx) { return tx.query(kResets, at, kAtOnce).affected(); });
  all_of([&](db::Tx& tx) { return tx.query(kInvitations, at, kAtOnce).affected(); });
  all_of([&](db::Tx& tx) { return tx.query(kDevices, at - kDeviceLife, kAtOnce).affected(); });
  all_of([&](db::Tx& tx) { return tx.query(kAnswers, at - kAnswersKept, kAtOnce).affected(); });
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
