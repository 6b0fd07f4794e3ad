// How many entries a second the trail takes, beside a running program.
//
//   trail_bench DATA ENTRIES PER_TRANSACTION TENANT...
//
// Two loops of eight fibers append entries about persons with values that are sealed, to the
// tenants in turn; then the trees are grown. Prints appended and grown entries a second.
#include <atomic>
#include <chrono>
#include <cstdio>

#include "db/cluster.hpp"
#include "trust/audit.hpp"
#include "trust/trail/trail.hpp"

using namespace varde;

namespace {

std::string socket_of(const std::string& data, const char* name) {
  return db::Cluster({.directory = data + "/" + name, .name = name}).conninfo();
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

constexpr std::size_t kPersons = 1'000;

struct Work {
  trust::Base& base;
  const std::vector<Uuid>& tenants;
  int entries, per_transaction;
  // Of each tenant, with their keys.
  std::vector<std::vector<std::pair<Uuid, crypto::Key>>> persons{};
  std::atomic<int> next{0};
  std::atomic<int> fibers{0};

  void append() {
    while (true) {
      auto first = next.fetch_add(per_transaction);
      if (first >= entries) break;
      auto batch = static_cast<std::size_t>(first / per_transaction);
      trust::Ctx ctx(base, tenants[batch % tenants.size()], {trust::ActorKind::user, Uuid::make()});
      std::vector<trust::AuditEntry> all;
      for (int i = 0; i < per_transaction; ++i) {
        const auto& [person, key] =
            persons[batch % tenants.size()][static_cast<std::size_t>(first + i) % kPersons];
        all.push_back({"person.update",
                       "person",
                       person,
                       person,
                       {{"first_name", "Before", "After"}, {"city", std::nullopt, "Bergen"}},
                       &key});
      }
      trust::record(ctx, all);
      ctx.commit();
    }
    --fibers;
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fprintf(stderr, "trail_bench DATA ENTRIES PER_TRANSACTION TENANT...\n");
    return 2;
  }
  crypto::initialise();
  std::string data = argv[1];
  std::vector<Uuid> tenants;
  for (int i = 4; i < argc; ++i) tenants.push_back(Uuid::parse(argv[i]).value());
  db::Database database(socket_of(data, "main"), 8);
  trust::Keystore keys(socket_of(data, "keystore"), {data + "/root.key", ""}, 1);
  trust::Base base{database, keys, "", data, ""};
  Work work{base, tenants, std::atoi(argv[2]), std::atoi(argv[3])};
  net::run_fiber([&] {
    keys.open("", false);
    for (const auto& tenant : tenants) {
      keys.create_tenant(tenant);
      std::vector<Uuid> ids;
      for (std::size_t i = 0; i < kPersons; ++i) ids.push_back(Uuid::make());
      auto made = keys.create_keys(tenant, ids);
      work.persons.emplace_back();
      for (std::size_t i = 0; i < kPersons; ++i) work.persons.back().emplace_back(ids[i], made[i]);
    }
    keys.close_idle();
  });
  auto start = std::chrono::steady_clock::now();
  {
    net::Loop one("one"), two("two");
    for (auto* loop : {&one, &two}) {
      for (int i = 0; i < 8; ++i) {
        ++work.fibers;
        loop->spawn([&] { work.append(); });
      }
    }
    while (work.fibers > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    auto appended = seconds_since(start);
    std::printf("{\"appended_per_s\": %.0f", work.entries / appended);
    for (auto* loop : {&one, &two}) {
      std::atomic<bool> done = false;
      loop->spawn([&] {
        database.close_idle();
        keys.close_idle();
        done = true;
      });
      while (!done) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  net::run_fiber([&] {
    auto began = std::chrono::steady_clock::now();
    std::size_t grown = 0;
    for (const auto& tenant : tenants) grown += trust::grow(base, tenant);
    std::printf(", \"grown\": %zu, \"grown_per_s\": %.0f}\n", grown,
                static_cast<double>(grown) / seconds_since(began));
    database.close_idle();
    keys.close_idle();
  });
  return 0;
}
