#include <toml++/toml.h>

#include <regex>

#include "app/program.hpp"
#include "base/canonical.hpp"
#include "base/text.hpp"

namespace varde::app {

namespace {

void read_backup_table(const std::string& path, const toml::table& whole,
                       operate::BackupSettings& out) {
  if (!whole.contains("backup")) return;
  const auto* table = whole["backup"].as_table();
  if (table == nullptr) throw std::runtime_error(path + ": backup must be a table: [backup]");
  auto wrong = [&](std::string_view key, const toml::node& value, const char* what) {
    return std::runtime_error(
        fmt::format("{}, line {}: backup.{} {}", path, value.source().begin.line, key, what));
  };
  const std::map<std::string_view, std::string operate::BackupSettings::*> texts = {
      {"repository", &operate::BackupSettings::repository},
      {"s3_endpoint", &operate::BackupSettings::s3_endpoint},
      {"s3_bucket", &operate::BackupSettings::s3_bucket},
      {"s3_region", &operate::BackupSettings::s3_region},
      {"s3_key_file", &operate::BackupSettings::s3_key_file},
      {"s3_secret_file", &operate::BackupSettings::s3_secret_file},
      {"s3_ca_file", &operate::BackupSettings::s3_ca_file}};
  const std::map<std::string_view, bool operate::BackupSettings::*> choices = {
      {"enabled", &operate::BackupSettings::enabled},
      {"s3_verify_tls", &operate::BackupSettings::s3_verify_tls},
      {"s3_path_style", &operate::BackupSettings::s3_path_style}};
  const std::map<std::string_view, std::int64_t operate::BackupSettings::*> periods = {
      {"full_every", &operate::BackupSettings::full_every},
      {"differential_every", &operate::BackupSettings::differential_every},
      {"keep", &operate::BackupSettings::keep},
      {"monthly_every", &operate::BackupSettings::monthly_every},
      {"monthly_keep", &operate::BackupSettings::monthly_keep},
      {"keystore_every", &operate::BackupSettings::keystore_every},
      {"keystore_keep", &operate::BackupSettings::keystore_keep},
      {"record_every", &operate::BackupSettings::record_every},
      {"drill_every", &operate::BackupSettings::drill_every},
      {"digest_time", &operate::BackupSettings::digest_time},
      {"look_every", &operate::BackupSettings::look_every}};
  for (const auto& [key, value] : *table) {
    auto name = key.str();
    if (auto text = texts.find(name); text != texts.end()) {
      if (!value.is_string()) throw wrong(name, value, "must be text in quotes");
      out.*text->second = *value.value<std::string>();
    } else if (auto choice = choices.find(name); choice != choices.end()) {
      if (!value.is_boolean()) throw wrong(name, value, "must be true or false");
      out.*choice->second = *value.value<bool>();
    } else if (auto period = periods.find(name); period != periods.end()) {
      auto text_value = value.value<std::string>();
      auto seconds =
          value.is_string() && text_value ? operate::parse_period(*text_value) : std::nullopt;
      if (!seconds)
        throw wrong(name, value, "must be a period: \"30d\", \"12h\", \"10m\" or \"45s\"");
      out.*period->second = *seconds;
    } else {
      throw wrong(name, value, "is not a setting. See docs/settings.md.");
    }
  }
  operate::check(out);
}

void read_mail_table(const std::string& path, const toml::table& whole,
                     messaging::AccountMailSettings& out) {
  if (!whole.contains("mail")) return;
  const auto* table = whole["mail"].as_table();
  if (table == nullptr) throw std::runtime_error(path + ": mail must be a table: [mail]");
  auto wrong = [&](std::string_view key, const toml::node& value, const char* what) {
    return std::runtime_error(
        fmt::format("{}, line {}: mail.{} {}", path, value.source().begin.line, key, what));
  };
  const std::map<std::string_view, std::string messaging::AccountMailSettings::*> texts = {
      {"host", &messaging::AccountMailSettings::host},
      {"username", &messaging::AccountMailSettings::username},
      {"password_file", &messaging::AccountMailSettings::password_file},
      {"ca_file", &messaging::AccountMailSettings::ca_file},
      {"from", &messaging::AccountMailSettings::from}};
  for (const auto& [key, value] : *table) {
    auto name = key.str();
    if (auto text = texts.find(name); text != texts.end()) {
      if (!value.is_string()) throw wrong(name, value, "must be text in quotes");
      out.*text->second = *value.value<std::string>();
    } else if (name == "port") {
      auto number = value.value<std::int64_t>();
      if (!number || *number < 1 || *number > 65535)
        throw wrong(name, value, "must be a number from 1 to 65535");
      out.port = static_cast<unsigned short>(*number);
    } else if (name == "security") {
      auto word = value.value<std::string>().value_or("");
      auto security = web::enum_from_word<messaging::Security>(word);
      if (!security) throw wrong(name, value, "must be \"starttls\", \"tls\" or \"none\"");
      out.security = *security;
    } else {
      throw wrong(name, value, "is not a setting. See docs/settings.md.");
    }
  }
  check_account_mail(out, path + ": mail.");
}

void read_quota_table(const std::string& path, const toml::table& whole,
                      trust::QuotaDefaults& out) {
  if (!whole.contains("quota")) return;
  const auto* table = whole["quota"].as_table();
  if (table == nullptr) throw std::runtime_error(path + ": quota must be a table: [quota]");
  const std::map<std::string_view, std::pair<trust::Quota, std::int64_t>> known = {
      {"users", {trust::Quota::users, 1}},
      {"persons", {trust::Quota::persons, 1}},
      {"file_gigabytes", {trust::Quota::file_bytes, 1'000'000'000}},
      {"mails_per_day", {trust::Quota::mails_per_day, 1}},
      {"sms_per_day", {trust::Quota::sms_per_day, 1}}};
  for (const auto& [key, value] : *table) {
    auto wrong = [&](const char* what) {
      return std::runtime_error(fmt::format("{}, line {}: quota.{} {}", path,
                                            value.source().begin.line, key.str(), what));
    };
    auto found = known.find(key.str());
    if (found == known.end()) throw wrong("is not a setting. See docs/settings.md.");
    auto number = value.value<std::int64_t>();
    if (!value.is_integer() || !number || *number < 0 || *number > 1'000'000'000)
      throw wrong("must be a whole number from 0 to 1000000000");
    out[found->second.first] = *number * found->second.second;
  }
}

toml::table parse(const std::string& path) {
  try {
    return toml::parse_file(path);
  } catch (const toml::parse_error& e) {
    throw std::runtime_error(
        fmt::format("{}, line {}: {}", path, e.source().begin.line, e.description()));
  }
}

}  // namespace

void check_account_mail(const messaging::AccountMailSettings& mail, const std::string& name) {
  if (!mail.from.empty() && !web::Email::parse(mail.from))
    throw std::runtime_error(name + "from must be an e-mail address, such as varde@example.org");
  if (mail.host.empty() && (!mail.username.empty() || !mail.password_file.empty()))
    throw std::runtime_error(name + "host is missing: which server is the password for?");
  if (!mail.username.empty() && mail.password_file.empty())
    throw std::runtime_error(name + "password_file is missing: a file that holds the password");
}

void check_witness_url(const std::string& url, const std::string& name) {
  // Scheme, who somebody is there, machine or [address], port, path.
  static const std::regex kUrl(
      R"(https?://([^\s/?#@]*@)?([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\.?|\[[0-9A-Fa-f:.]*[0-9A-Fa-f:]\])(:([0-9]{1,5}))?([/?#][\x21-\x7e]*)?)");
  std::smatch found;
  bool ok = url.empty() || (url.size() <= 2000 && std::regex_match(url, found, kUrl) &&
                            (!found[5].matched || std::stoi(found[5]) <= 65535));
  // The address itself may hold a secret, and is not shown.
  if (!ok)
    throw std::runtime_error(
        name + " must begin with https:// or http://, name a machine, and be of ASCII characters " +
        "without spaces, such as \"https://witness.example.org/heads\"");
}

void settle_public_url(std::string& url, const std::string& name) {
  if (url.empty()) return;
  auto text = canonical_symbols(url).value_or("");
  auto scheme =
      ascii_lower(std::string_view(text).substr(0, std::min(text.find(':'), text.size())));
  std::string_view rest = text;
  rest.remove_prefix(std::min(scheme.size() + 3, rest.size()));
  while (rest.ends_with('/')) rest.remove_suffix(1);
  static const std::regex kAuthority(R"(([^\s/?#@:\[\]]+|\[[0-9A-Fa-f:.]+\])(:([0-9]{1,5}))?)");
  std::match_results<std::string_view::const_iterator> found;
  bool ok = (scheme == "http" || scheme == "https") &&
            std::string_view(text).substr(scheme.size()).starts_with("://") &&
            std::regex_match(rest.begin(), rest.end(), found, kAuthority) &&
            (!found[3].matched || std::stoi(found[3]) <= 65535);
  auto host = ok ? found[1].str() : "";
  if (ok && !host.starts_with('[')) {
    auto canonical = canonical_host(host);
    ok = canonical.has_value();
    host = canonical.value_or("");
  }
  if (!ok)
    throw std::runtime_error(
        fmt::format("{} must be what the addresses of your pages begin with: http:// or https://, "
                    "a machine's name, and nothing behind it but perhaps a port, such as "
                    "\"https://varde.example.org\"; it is \"{}\"",
                    name, url));
  auto port = found[3].matched ? std::stoi(found[3]) : 0;
  url = scheme + "://" + ascii_lower(host);
  if (port != 0 && port != (scheme == "https" ? 443 : 80)) url += fmt::format(":{}", port);
}

void read_backup_settings(const std::string& path, operate::BackupSettings& into) {
  read_backup_table(path, parse(path), into);
}

Settings read_settings(const std::string& path) {
  Settings out;
  auto table = parse(path);
  out.config = path;
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
                                               "complaint_loops",
                                               "name_server",
                                               "trusted_proxies",
                                               "loops",
                                               "connections",
                                               "test_clock",
                                               "allowed_networks",
                                               "hosts",
                                               "metrics_address",
                                               "user",
                                               "witness",
                                               "witness_url",
                                               "ledger",
                                               "mail",
                                               "request_timeout",
                                               "quota",
                                               "backup"};
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
  text("certificate", out.certificate);
  text("key", out.key);
  text("public_url", out.public_url);
  settle_public_url(out.public_url, path + ": public_url");
  text("bounce_address", out.bounce_address);
  number("bounce_port", out.bounce_port, 0, 65535);
  text("bounce_domain", out.bounce_domain);
  text("name_server", out.name_server);
  number("loops", out.loops, 1, 64);
  number("connections", out.connections, 2, 100);
  number("request_timeout", out.request_timeout, 1, 600);
  text("test_clock", out.test_clock);
  text("user", out.user);
  text("witness", out.witness);
  text("witness_url", out.witness_url);
  check_witness_url(out.witness_url, path + ": witness_url");
  text("ledger", out.ledger);
  auto texts = [&](const char* key, std::vector<std::string>& into) {
    if (!table.contains(key)) return;
    const auto* list = table[key].as_array();
    if (list == nullptr)
      throw std::runtime_error(fmt::format("{}: {} must be a list: [\"…\", \"…\"]", path, key));
    for (const auto& item : *list) {
      auto value = item.value<std::string>();
      if (!value)
        throw std::runtime_error(fmt::format("{}: {} must hold texts in quotes", path, key));
      into.push_back(*value);
    }
  };
  texts("trusted_proxies", out.trusted_proxies);
  texts("hosts", out.hosts);
  texts("allowed_networks", out.allowed_networks);
  text("metrics_address", out.metrics_address);
  texts("complaint_loops", out.complaint_loops);
  read_backup_table(path, table, out.backup);
  read_mail_table(path, table, out.account_mail);
  read_quota_table(path, table, out.quotas);
  out.embedded = out.database.empty();
  if (!out.embedded && out.keystore.empty())
    throw std::runtime_error(
        path +
        ": with \"database\", \"keystore\" is needed too: keys never live in the main database");
  return out;
}

}  // namespace varde::app
