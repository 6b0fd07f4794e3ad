#include <toml++/toml.h>

#include "app/program.hpp"

namespace varde::app {

Settings read_settings(const std::string& path) {
  Settings out;
  toml::table table;
  try {
    table = toml::parse_file(path);
  } catch (const toml::parse_error& e) {
    throw std::runtime_error(
        fmt::format("{}, line {}: {}", path, e.source().begin.line, e.description()));
  }
  static const std::set<std::string> kKnown = {"data_directory",
                                               "database",
                                               "keystore",
                                               "root_key",
                                               "root_key_command",
                                               "address",
                                               "port",
                                               "tls",
                                               "certificate",
                                               "key",
                                               "public_url",
                                               "bounce_address",
                                               "bounce_port",
                                               "bounce_domain",
                                               "name_server",
                                               "trusted_proxies",
                                               "loops",
                                               "connections",
                                               "test_clock",
                                               "private_webhooks",
                                               "user",
                                               "witness",
                                               "ledger"};
  for (const auto& [key, value] : table)
    if (!kKnown.contains(std::string(key.str())))
      throw std::runtime_error(
          fmt::format("{}, line {}: \"{}\" is not a setting. See docs/settings.md.", path,
                      key.source().begin.line, key.str()));
  auto text = [&](const char* key, std::string& into) {
    if (!table.contains(key)) return;
    auto value = table[key].value<std::string>();
    if (!value) throw std::runtime_error(fmt::format("{}: {} must be text in quotes", path, key));
    into = *value;
  };
  auto number = [&](const char* key, auto& into, std::int64_t least, std::int64_t most) {
    if (!table.contains(key)) return;
    auto value = table[key].value<std::int64_t>();
    if (!value || *value < least || *value > most)
      throw std::runtime_error(
          fmt::format("{}: {} must be a number from {} to {}", path, key, least, most));
    into = static_cast<std::remove_reference_t<decltype(into)>>(*value);
  };
  text("data_directory", out.data_directory);
  text("database", out.database);
  text("keystore", out.keystore);
  text("root_key", out.root_key);
  text("root_key_command", out.root_key_command);
  text("address", out.address);
  number("port", out.port, 0, 65535);
  if (table.contains("tls")) out.tls = table["tls"].value_or(false);
  if (table.contains("private_webhooks"))
    out.private_webhooks = table["private_webhooks"].value_or(false);
  text("certificate", out.certificate);
  text("key", out.key);
  text("public_url", out.public_url);
  text("bounce_address", out.bounce_address);
  number("bounce_port", out.bounce_port, 0, 65535);
  text("bounce_domain", out.bounce_domain);
  text("name_server", out.name_server);
  number("loops", out.loops, 1, 64);
  number("connections", out.connections, 2, 100);
  text("test_clock", out.test_clock);
  text("user", out.user);
  text("witness", out.witness);
  text("ledger", out.ledger);
  if (const auto* list = table["trusted_proxies"].as_array())
    for (const auto& item : *list)
      if (auto value = item.value<std::string>()) out.trusted_proxies.push_back(*value);
  out.embedded = out.database.empty();
  if (!out.embedded && out.keystore.empty())
    throw std::runtime_error(
        path +
        ": with \"database\", \"keystore\" is needed too: keys never live in the main database");
  return out;
}

}  // namespace varde::app
