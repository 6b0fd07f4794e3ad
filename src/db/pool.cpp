// Who gets a connection, and who waits: see Pool in db/tx.hpp.
#include <mutex>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "db/connection.hpp"
#include "db/tx.hpp"

namespace varde::db {

namespace {
metrics::Counter acquire_timeouts("varde_db_acquire_timeouts_total",
                                  "Waits for a free connection that gave up");
constexpr auto kConnectPause = std::chrono::milliseconds(100);
}  // namespace

struct Pool::Impl {
  struct PerLoop {
    std::vector<std::unique_ptr<Connection>> idle;
    std::size_t open = 0;
    struct Waiter {
      std::optional<Uuid> tenant;
      bool stranger = false;
      net::Event freed{};
      std::unique_ptr<Connection> connection{};  // handed over; none: there is room for a new one
      bool served = false;
    };
    std::deque<Waiter*> waiting;
    // How many each of those has who have any.
    std::vector<std::pair<Uuid, std::size_t>> of_tenant;
    std::size_t of_strangers = 0;

    std::size_t held_by(const Uuid& tenant) const {
      for (const auto& [id, count] : of_tenant)
        if (id == tenant) return count;
      return 0;
    }
    void count(const Connection::Use& use, int by) {
      if (use.stranger) of_strangers += static_cast<std::size_t>(by);
      if (!use.tenant) return;
      for (auto& entry : of_tenant)
        if (entry.first == *use.tenant) {
          entry.second += static_cast<std::size_t>(by);
          if (entry.second == 0) {
            std::swap(entry, of_tenant.back());
            of_tenant.pop_back();
          }
          return;
        }
      of_tenant.emplace_back(*use.tenant, 1);
    }
    // Whether neither the tenant nor, if they are one, the strangers have so many yet.
    bool has_less(const std::optional<Uuid>& tenant, bool stranger, std::size_t than) const {
      return (!stranger || of_strangers < than) && (!tenant || held_by(*tenant) < than);
    }
  };
  PoolOptions options;
  std::mutex mutex;  // guards the map; each PerLoop belongs to its loop's thread
  std::unordered_map<net::Loop*, std::unique_ptr<PerLoop>> loops;

  std::unique_ptr<Connection> connect(net::Deadline deadline) const;
  PerLoop& mine() {
    std::lock_guard lock(mutex);
    auto& slot = loops[&net::Loop::current()];
    if (!slot) slot = std::make_unique<PerLoop>();
    return *slot;
  }

  std::size_t share() const { return (options.connections_per_loop + 1) / 2; }
  // One is left for others even where nobody waits: what a statement takes may be long.
  std::size_t most() const {
    auto all = options.connections_per_loop;
    return all < 3 ? all : all - 1;
  }

  // Hands a free connection, or the room of one that is gone, to the first who waits and has not
  // its share, or else to the first who may have more.
  void give(PerLoop& mine, std::unique_ptr<Connection> connection) const {
    if (!connection) --mine.open;
    auto chosen = mine.waiting.end();
    for (auto than : {share(), most()}) {
      if (chosen != mine.waiting.end()) break;
      chosen = std::ranges::find_if(mine.waiting, [&](const auto* waiter) {
        return mine.has_less(waiter->tenant, waiter->stranger, than);
      });
    }
    if (chosen == mine.waiting.end()) {
      if (connection) mine.idle.push_back(std::move(connection));
      return;
    }
    auto* first = *chosen;
    mine.waiting.erase(chosen);
    first->connection = std::move(connection);
    first->served = true;
    // It counts from here on, or the next that comes free would go to its like as well.
    mine.count({first->tenant, first->stranger, net::Holding::none()}, 1);
    first->freed.wake();
  }
};

Pool::Pool(PoolOptions options) : impl_(std::make_unique<Impl>()) {
  impl_->options = std::move(options);
}
Pool::~Pool() = default;
const PoolOptions& Pool::options() const { return impl_->options; }

std::unique_ptr<Connection> Pool::acquire(const std::optional<Uuid>& tenant) {
  auto& mine = impl_->mine();
  auto deadline = net::in(impl_->options.acquire_timeout);
  bool stranger = net::is_stranger();
  auto take = [&](std::unique_ptr<Connection> connection) {
    connection->use.emplace(Connection::Use{tenant, stranger});
    return connection;
  };
  auto count = [&](int by) { mine.count({tenant, stranger, net::Holding::none()}, by); };
  bool may = mine.has_less(tenant, stranger, impl_->most());
  while (may && !mine.idle.empty()) {
    auto connection = std::move(mine.idle.back());
    mine.idle.pop_back();
    if (connection->has_ended()) {  // the database was restarted, or its administrator ended it
      --mine.open;
      continue;
    }
    count(1);
    return take(std::move(connection));
  }
  if (!may || mine.open >= impl_->options.connections_per_loop) {
    // What is released goes to one of those who wait, past everybody who asks meanwhile.
    Impl::PerLoop::Waiter waiter{tenant, stranger};
    mine.waiting.push_back(&waiter);
    try {
      waiter.freed.wait(deadline);
    } catch (...) {
      std::erase(mine.waiting, &waiter);
      if (waiter.served) {
        count(-1);
        if (!waiter.connection) ++mine.open;  // give() counts the room that it is handed
        impl_->give(mine, std::move(waiter.connection));
      }
      throw;
    }
    std::erase(mine.waiting, &waiter);
    if (!waiter.served) {
      acquire_timeouts.add();
      throw Unavailable("all database connections are busy");
    }
    if (waiter.connection) return take(std::move(waiter.connection));
  } else {
    count(1);  // before it connects, which takes a while
  }
  ++mine.open;
  try {
    return take(impl_->connect(deadline));
  } catch (...) {
    count(-1);
    impl_->give(mine, nullptr);
    throw;
  }
}

// A database that is being restarted is waited for, as long as one waits for a connection.
std::unique_ptr<Connection> Pool::Impl::connect(net::Deadline deadline) const {
  while (true) {
    try {
      return std::make_unique<Connection>(options, deadline);
    } catch (const Unavailable&) {
      if (std::chrono::steady_clock::now() + kConnectPause >= deadline ||
          net::Loop::current().stopping())
        throw;
    }
    net::sleep_for(kConnectPause);
  }
}

void Pool::release(std::unique_ptr<Connection> connection) {
  auto& mine = impl_->mine();
  mine.count(*connection->use, -1);
  connection->use.reset();
  if (connection->broken() || net::Loop::current().stopping()) connection.reset();
  impl_->give(mine, std::move(connection));
}

void Pool::close_idle() {
  auto& mine = impl_->mine();
  mine.open -= mine.idle.size();
  mine.idle.clear();
}

Database::Database(std::string conninfo, std::size_t connections_per_loop)
    : app_({.conninfo = conninfo,
            .user = "varde_app",
            .connections_per_loop = connections_per_loop}),
      system_({.conninfo = conninfo,
               .user = "varde_system",
               .connections_per_loop = connections_per_loop}) {}

void Database::close_idle() {
  app_.close_idle();
  system_.close_idle();
}

}  // namespace varde::db
