// What commands beside the running program begin with.
#include <pwd.h>
#include <unistd.h>

#include <fmt/format.h>

#include <fstream>

#include "app/program.hpp"
#include "base/text.hpp"

namespace varde::app {

std::string login() {
  // Root may say on whose behalf: sudo does.
  const char* behalf = ::getuid() == 0 ? ::getenv("SUDO_USER") : nullptr;
  if (behalf != nullptr && *behalf != '\0') return "login " + std::string(behalf).substr(0, 64);
  const auto* entry = ::getpwuid(::getuid());
  return entry == nullptr ? fmt::format("login {}", ::getuid())
                          : fmt::format("login {}", entry->pw_name);
}

std::string address_of(const Settings& settings) {
  auto out = settings.public_url;
  if (settings.embedded) {
    std::ifstream address(settings.data_directory + "/address");
    std::getline(address, out);
  }
  return out;
}

OpenDatabases open_beside(const Settings& settings, std::size_t connections) {
  drop_root(settings);
  crypto::initialise();
  auto of_cluster = [&](const char* name) {
    return db::Cluster({.directory = settings.data_directory + "/" + name, .name = name})
        .conninfo();
  };
  return {std::make_unique<db::Database>(settings.embedded ? of_cluster("main") : settings.database,
                                         connections),
          std::make_unique<trust::Keystore>(
              settings.embedded ? of_cluster("keystore") : settings.keystore, root_key_of(settings),
              connections)};
}

void run_beside(db::Database& database, trust::Keystore& keys,
                const std::function<Result<void>()>& work) {
  std::string failure;
  net::run_fiber([&] {
    try {
      keys.open("", false);
      if (auto done = work(); !done) failure = done.error().message;
    } catch (const db::Unavailable& e) {
      failure =
          std::string(
              "the databases are not to be reached. Varde must be running: start it first. ") +
          e.what();
    } catch (const std::exception& e) {
      failure = e.what();
    }
    database.close_idle();
    keys.close_idle();
  });
  if (!failure.empty()) throw std::runtime_error(failure);
}

void with_running_program(const Settings& settings, const std::function<void(trust::Base&)>& work) {
  auto [database, keys] = open_beside(settings, 1);
  trust::Base base{*database, *keys, address_of(settings), settings.data_directory, ""};
  base.quotas.defaults = settings.quotas;
  run_beside(*database, *keys, [&]() -> Result<void> {
    work(base);
    return {};
  });
}

}  // namespace varde::app
