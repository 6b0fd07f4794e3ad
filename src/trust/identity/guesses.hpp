// Guessing secrets, and the one place that counts it.
//
// Every check of a secret of an account (its password or a code, at login, when something is
// changed, with an invitation) takes a try here *before* it looks, and gets it back when the secret
// was right: of sixty guesses at once as many are looked at as of sixty in a row. The tries of an
// account are the same whatever endpoint they come through.
//
// Strangers and the owner do not share them. A device on which the account was logged in to the end
// before (account_device) has tries of its own, which nobody else can use up: so guessing never
// locks the owner out. Guessing by strangers ends: after kMostFailures wrong ones in a row
// (NIST SP 800-63B section 3.2.2 asks for at most 100) strangers are refused until the owner gets
// in by a device of hers, or by the link of the mail that she is sent then. That number is kept
// with the account; the pace is kept in memory, by each node for itself.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "trust/ctx.hpp"
#include "trust/limiter.hpp"

namespace varde::trust {

inline constexpr int kMostFailures = 100;

/// Who tries: at which account, from where.
struct Attempt {
  std::string account;     ///< The hash of its address: also of one that does not exist.
  std::optional<Uuid> id;  ///< The account, where it exists.
  std::string network;
  std::string device;  ///< One of the owner's, by its hash; empty: a stranger's.
  int failures = 0;    ///< In a row until now, of that kind of device.
};

class Guesses {
 public:
  explicit Guesses(Base& base) : base_(base) {}
  /// Runs `look` if a try is left, and says what it found. A wrong one is counted, and entered in
  /// the account's trail as `what` ("login.failed"). Errors: limited; what `look` returns, which
  /// counts as no try.
  Result<bool> look(const Attempt& attempt, std::string what,
                    const std::function<Result<bool>()>& look);
  /// The account was proven to be whoever asks: what was wrong before is forgiven.
  static void proven(db::Tx& tx, const Uuid& account);

 private:
  Result<void> take(const Attempt& attempt);
  void give_back(const Attempt& attempt);
  void wrong(const Attempt& attempt, std::string what);
  // Wrong ones that are not written down yet: they count all the same.
  int unwritten(const std::string& account, int change);

  Base& base_;
  std::mutex mutex_;  // guards unwritten_
  std::unordered_map<std::string, int> unwritten_;
  // By account and network ten, then one every 30 s; by account, whatever the networks, forty; by
  // network a hundred, for those who try many accounts.
  Limiter by_account_network_{10, std::chrono::seconds(30)},
      by_account_{40, std::chrono::seconds(60)}, by_network_{100, std::chrono::seconds(3)},
      by_device_{10, std::chrono::seconds(30)};
  // Accounts that do not exist end like those that do.
  Limiter of_nobody_{kMostFailures, std::chrono::hours(24)};
};

}  // namespace varde::trust
