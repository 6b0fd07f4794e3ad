#include "app/health.hpp"

#include "app/store_sql.hpp"
#include "base/alarms.hpp"
#include "base/log.hpp"

namespace varde::app {

namespace {

using namespace std::chrono_literals;

constexpr auto kEvery = 1s;
// An answer that is older than this is none: whoever asks the databases hangs.
constexpr auto kStale = 6s;
// Of a postmaster that has ended db::Cluster says more, and has it back by then: what still does
// not answer hangs.
constexpr int kHangs = 3;

db::PoolOptions options(const std::string& conninfo, const char* role) {
  return {.conninfo = conninfo,
          .user = role,
          .connections_per_loop = 1,
          .acquire_timeout = 1s,
          .statement_timeout = 2s};
}

}  // namespace

Health::Health(const std::string& main, const std::string& keystore)
    : main_{"main", db::Pool(options(main, "varde_system"))},
      keystore_{"keystore", db::Pool(options(keystore, "varde_keys"))},
      asked_at_(std::chrono::steady_clock::now().time_since_epoch().count()) {}

void Health::ask(One& one, bool owned) {
  bool answers = true;
  try {
    one.pool.begin(std::nullopt, 2s).query(store::kHealthAlive);
  } catch (const net::Stopped&) {
    throw;
  } catch (const std::exception& e) {
    answers = false;
    if (one.answers)
      log::error("A database does not answer", {{"database", one.name}, {"what", e.what()}});
  }
  if (answers && !one.answers) log::info("A database answers again", {{"database", one.name}});
  one.answers = answers;
  one.missed = answers ? 0 : one.missed + 1;
  auto about = std::string(one.name) + " answers";
  if (answers)
    alarms::clear("database", about);
  else if (!owned || one.missed >= kHangs)
    alarms::raise("database", about, std::string("The ") + one.name + " database does not answer.");
}

void Health::watch(bool owned) {
  struct Close {
    Health& health;
    ~Close() {
      health.main_.pool.close_idle();
      health.keystore_.pool.close_idle();
    }
  } close{*this};
  while (true) {
    ask(main_, owned);
    ask(keystore_, owned);
    asked_at_ = std::chrono::steady_clock::now().time_since_epoch().count();
    net::sleep_for(kEvery);
  }
}

std::string Health::trouble() const {
  auto since = std::chrono::steady_clock::now().time_since_epoch() -
               std::chrono::steady_clock::duration(asked_at_.load());
  if (!main_.answers) return "the main database does not answer";
  if (!keystore_.answers) return "the keystore does not answer";
  if (since > kStale) return "the databases take long to answer";
  return {};
}

}  // namespace varde::app
