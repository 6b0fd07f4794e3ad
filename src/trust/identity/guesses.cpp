#include "trust/identity/guesses.hpp"

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "jobs/queue.hpp"
#include "trust/identity/internal.hpp"
#include "trust/identity/store_sql.hpp"

namespace varde::trust {

using namespace store;

namespace {

metrics::Counter guesses("varde_secret_checks_total", "Checks of a password or code", {"outcome"});

Error refused_for_good() {
  return limited(
      "There were too many wrong attempts at this account. If it is yours, log in where you have "
      "logged in before, or follow the mail that we have sent you.",
      3600);
}

}  // namespace

int Guesses::unwritten(const std::string& account, int change) {
  std::lock_guard lock(mutex_);
  auto& count = unwritten_[account];
  count += change;
  auto out = count;
  if (out <= 0) unwritten_.erase(account);
  return out;
}

Result<void> Guesses::take(const Attempt& attempt) {
  bool stranger = attempt.device.empty() || attempt.failures >= kMostFailures;
  if (!stranger) {
    int wait = by_device_.take(attempt.account + attempt.device);
    if (wait == 0) return {};
    return limited(fmt::format("Too many attempts. Try again in {} seconds.", wait), wait);
  }
  bool ended = attempt.id ? attempt.failures + unwritten(attempt.account, 0) >= kMostFailures
                          : of_nobody_.peek(attempt.account) > 0;
  if (ended) return refused_for_good();
  // All or none: a try that is refused uses up none of the others.
  struct Bucket {
    Limiter& limiter;
    std::string key;
  };
  std::array<Bucket, 3> buckets{Bucket{by_account_network_, attempt.account + attempt.network},
                                Bucket{by_account_, attempt.account},
                                Bucket{by_network_, attempt.network}};
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    int wait = buckets[i].limiter.take(buckets[i].key);
    if (wait == 0) continue;
    while (i > 0) {
      --i;
      buckets[i].limiter.give_back(buckets[i].key);
    }
    return limited(
        fmt::format("Too many attempts to log in. Try again in {} seconds, or reset your password.",
                    wait),
        wait);
  }
  return {};
}

void Guesses::give_back(const Attempt& attempt) {
  if (!attempt.device.empty() && attempt.failures < kMostFailures) {
    by_device_.give_back(attempt.account + attempt.device);
    return;
  }
  by_account_network_.give_back(attempt.account + attempt.network);
  by_account_.give_back(attempt.account);
  by_network_.give_back(attempt.network);
}

// Written down by a fiber of its own: the answer takes no longer for an account that exists.
void Guesses::wrong(const Attempt& attempt, std::string what) {
  if (!attempt.id) {
    of_nobody_.take(attempt.account);
    return;
  }
  unwritten(attempt.account, 1);
  net::Loop::current().spawn([this, &base = base_, attempt, what = std::move(what)] {
    struct Written {
      Guesses& guesses;
      const std::string& account;
      ~Written() { guesses.unwritten(account, -1); }
    } written{*this, attempt.account};
    try {
      auto tx = base.database.system();
      bool own = !attempt.device.empty();
      auto failed = tx.maybe<int>(kIdentityFailed, *attempt.id, own);
      record_account(base, tx, *attempt.id, what, attempt.network, {});
      if (!own && failed == kMostFailures) {
        jobs::enqueue(tx, {.kind = "mail.system",
                           .payload = boost::json::serialize(boost::json::object{
                               {"kind", "locked"}, {"id", add_reset(tx, *attempt.id).str()}})});
        record_account(base, tx, *attempt.id, "login.closed", attempt.network, {});
      }
      tx.commit();
    } catch (const net::Stopped&) {
      throw;
    } catch (const std::exception& e) {
      log::warning("A wrong attempt could not be written down", {{"what", e.what()}});
    }
  });
}

Result<bool> Guesses::look(const Attempt& attempt, std::string what,
                           const std::function<Result<bool>()>& look) {
  if (auto taken = take(attempt); !taken) {
    guesses.with({"limited"}).add();
    return taken.error();
  }
  auto right = look();
  if (!right || *right) give_back(attempt);
  if (!right) return right;
  guesses.with({*right ? "right" : "wrong"}).add();
  if (!*right) wrong(attempt, std::move(what));
  return right;
}

void Guesses::proven(db::Tx& tx, const Uuid& account) { tx.later(kIdentityNoFailures, account); }

}  // namespace varde::trust
