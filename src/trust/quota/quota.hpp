// What one organisation may hold and send, so that there is room for the others beside it.
//
// Whoever runs the installation sets it: for all in varde.toml ([quota]), for one with `varde
// tenant quota`. What is held (users, persons, bytes of files) is counted by the modules that hold
// it, each with a QuotaCount; the count is remembered for a minute, and taken anew before anything
// is refused. What is sent in a day is added up in memory and written down each second, which also
// brings what other nodes sent: a day's quota may be exceeded by what leaves in a second, and by no
// more.
//
// A quota stops what users and imports add, and what leaves. It never stops what persons do (an
// answer, an unsubscription, a request about their data) nor what the platform tells users.
#pragma once

#include <array>
#include <boost/describe.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "db/tx.hpp"

namespace varde::trust {

class Ctx;
struct Base;

enum class Quota { users = 1, persons = 2, file_bytes = 3, mails_per_day = 4, sms_per_day = 5 };
BOOST_DESCRIBE_ENUM(Quota, users, persons, file_bytes, mails_per_day, sms_per_day)
inline constexpr Quota kQuotas[] = {Quota::users, Quota::persons, Quota::file_bytes,
                                    Quota::mails_per_day, Quota::sms_per_day};

/// How many (or bytes) of each, in the order of kQuotas. Wide enough that nobody who works meets
/// one, narrow enough that one organisation does not fill the machine.
struct QuotaDefaults {
  std::array<std::int64_t, std::size(kQuotas)> most{1'000, 5'000'000, 50'000'000'000, 5'000'000,
                                                    100'000};
  std::int64_t& operator[](Quota what) { return most[static_cast<std::size_t>(what) - 1]; }
  std::int64_t operator[](Quota what) const { return most[static_cast<std::size_t>(what) - 1]; }
};

/// An extension of the floor: how much of `what` a module holds for the context's tenant.
struct QuotaCount {
  Quota what;
  std::function<std::int64_t(Ctx&)> count;
};

/// Counts by a statement that gives one number.
void count_quota(Base& base, Quota what, const db::Sql& statement);

/// How it stands with one quota.
struct QuotaState {
  Quota quota = Quota::users;
  std::int64_t used = 0, most = 0;
  bool own = false;  ///< Set for this organisation; otherwise the installation's.
};
BOOST_DESCRIBE_STRUCT(QuotaState, (), (quota, used, most, own))

class Quotas {
 public:
  QuotaDefaults defaults;

  /// How much more fits now; 0 or less: nothing. Counts in the context's transaction, once a minute
  /// and before it says that less than `wanted` fits.
  std::int64_t room(Ctx& ctx, Quota what, std::int64_t wanted = 1);
  /// That so much was added since.
  void took(const Uuid& tenant, Quota what, std::int64_t more);
  /// Refuses what does not fit, with the sentence that says who can change it (conflict,
  /// "quota-used-up"); what fits is taken.
  Result<void> take(Ctx& ctx, Quota what, std::int64_t more);
  /// The sentence: "The organisation has 1,000 users, and may have no more. …"
  std::string sentence(Ctx& ctx, Quota what);

  /// Takes a message of today. False: the day's quota is used up. `what` is mails_per_day or
  /// sms_per_day. No transaction may be open: the first of a tenant is looked up.
  bool take_message(Base& base, const Uuid& tenant, Quota what);
  /// The sentence for it, without a context.
  std::string message_sentence(const Uuid& tenant, Quota what);
  /// What is used up to nine tenths or more, of what was looked at lately: costs nothing.
  std::vector<QuotaState> nearly_used(const Uuid& tenant);
  /// Writes down what was sent and learns what others sent. Called each second.
  void flush(Base& base);

 private:
  using Key = std::pair<Uuid, Quota>;
  struct Held {
    std::int64_t used = 0, most = 0;
    std::chrono::steady_clock::time_point counted{};
  };
  struct Day {
    std::int64_t sent = 0, pending = 0, most = 0;
    bool known = false, asked = false;
  };
  Held count(Ctx& ctx, Quota what);
  void learn(Base& base, const Uuid& tenant, Quota what);

  std::mutex mutex_;  // never held across a wait
  std::map<Key, Held> held_;
  std::map<Key, Day> days_;
};

/// How all of them stand for the context's tenant.
std::vector<QuotaState> quota_states(Ctx& ctx);
/// Sets what one tenant may have; nullopt: what the installation says. For the operator.
void set_quota(Base& base, const Uuid& tenant, Quota what, std::optional<std::int64_t> most);
/// "5,000,000 persons", "50 GB of files".
std::string quota_text(Quota what, std::int64_t most);

}  // namespace varde::trust
