#include "operate/backup/pgbackrest.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <filesystem>
#include <stdexcept>

#include "base/random.hpp"
#include "base/text.hpp"

namespace varde::operate {

namespace fs = std::filesystem;

namespace {

constexpr const char* kProgram = "/usr/bin/pgbackrest";

struct PassPhrases {
  std::string recent, monthly, keystore;
};

// One "name phrase" a line.
PassPhrases pass_phrases(const std::string& path) {
  auto kept = read_file(path);
  if (!kept) {
    PassPhrases made{random_token(36), random_token(36), random_token(36)};
    replace_file(path, fmt::format("recent {}\nmonthly {}\nkeystore {}\n", made.recent,
                                   made.monthly, made.keystore));
    return made;
  }
  PassPhrases out;
  for (auto line : split(*kept, '\n')) {
    auto space = line.find(' ');
    if (space == std::string_view::npos) continue;
    auto name = line.substr(0, space);
    auto phrase = std::string(trim(line.substr(space + 1)));
    if (name == "recent") out.recent = phrase;
    if (name == "monthly") out.monthly = phrase;
    if (name == "keystore") out.keystore = phrase;
  }
  if (out.recent.empty() || out.monthly.empty() || out.keystore.empty())
    throw std::runtime_error(path +
                             " is damaged: it must have the lines recent, monthly and keystore "
                             "with a pass phrase each. Put the copy of it back.");
  return out;
}

struct Secrets {
  PassPhrases phrases;
  std::string s3_key, s3_secret;
};

std::string one_line(const std::string& path) {
  auto text = read_file(path);
  auto line = text ? std::string(trim(*text)) : std::string();
  if (line.empty() || line.find('\n') != std::string::npos)
    throw std::runtime_error(path + " must hold one line: the key for the backup repository in S3");
  return line;
}

// pgBackRest removes nothing by itself: what has had its time is decided in plan.cpp, by the
// second.
constexpr std::string_view kKeepAll =
    "{0}-retention-full-type=count\n{0}-retention-full=9999999\n{0}-retention-archive=9999999\n";

// A repository's lines.
std::string repository_lines(const Installation& installation, int number, std::string_view folder,
                             const std::string& phrase, const Secrets& secrets,
                             std::string_view retention) {
  const auto& settings = installation.backup;
  auto r = fmt::format("repo{}", number);
  auto out = fmt::format(
      "{0}-path={1}/{2}\n{0}-cipher-type=aes-256-cbc\n{0}-cipher-pass={3}\n{0}-bundle=y\n", r,
      installation.repository(), folder, phrase);
  out += fmt::format(fmt::runtime(retention), r);
  if (!settings.in_s3()) return out;
  out += fmt::format(
      "{0}-type=s3\n{0}-s3-endpoint={1}\n{0}-s3-bucket={2}\n{0}-s3-region={3}\n{0}-s3-key={4}\n"
      "{0}-s3-key-secret={5}\n{0}-s3-uri-style={6}\n{0}-storage-verify-tls={7}\n",
      r, settings.s3_endpoint, settings.s3_bucket, settings.s3_region, secrets.s3_key,
      secrets.s3_secret, settings.s3_path_style ? "path" : "host",
      settings.s3_verify_tls ? "y" : "n");
  if (!settings.s3_ca_file.empty())
    out += fmt::format("{}-storage-ca-file={}\n", r, settings.s3_ca_file);
  return out;
}

// What it keeps where it removes by itself, whole days at a time. Of the monthly sets' log only
// what makes each whole stays, beside that since the newest.
struct Retention {
  std::string_view recent = kKeepAll, monthly = kKeepAll, keystore = kKeepAll;
  std::string_view more = "expire-auto=n\n";
};
constexpr Retention kByItself{
    "{0}-retention-full-type=time\n{0}-retention-full=30\n",
    "{0}-retention-full-type=count\n{0}-retention-full=12\n{0}-retention-archive=1\n",
    "{0}-retention-full-type=count\n{0}-retention-full=6\n{0}-retention-archive=6\n", ""};

std::string configuration_text(const Installation& installation, Cluster cluster, bool with_monthly,
                               const Secrets& secrets, const Retention& retention = {}) {
  auto place = installation.place();
  const auto& options = cluster == Cluster::main ? installation.main : installation.keystore;
  std::string out = "[global]\n";
  if (cluster == Cluster::main) {
    out += repository_lines(installation, kRecent, "recent", secrets.phrases.recent, secrets,
                            retention.recent);
    if (with_monthly)
      out += repository_lines(installation, kMonthly, "monthly", secrets.phrases.monthly, secrets,
                              retention.monthly);
  } else {
    out += repository_lines(installation, kRecent, "keystore", secrets.phrases.keystore, secrets,
                            retention.keystore);
  }
  out += fmt::format(
      "log-path={0}/log\nlock-path={0}/lock\nspool-path={0}/spool\nlog-level-console=error\n"
      "log-level-file=warn\nlog-level-stderr=warn\nstart-fast=y\ncompress-type=zst\n"
      "compress-level=3\narchive-timeout=60\n{3}\n"
      // Packing the log takes a sixth of the processor during an import at level 3, which is made
      // for what is read more often than once.
      "[global:archive-push]\ncompress-level=1\n\n"
      "[{1}]\npg1-path={2}/data\npg1-socket-path={2}/socket\npg1-port=5432\npg1-user=varde_super\n"
      "pg1-database=postgres\n",
      place, word(cluster), options.directory, retention.more);
  return out;
}

}  // namespace

std::function<bool()> within(std::chrono::seconds patience) {
  return [until = std::chrono::steady_clock::now() + patience] {
    return std::chrono::steady_clock::now() > until;
  };
}

std::string_view word(Cluster cluster) { return cluster == Cluster::main ? "main" : "keystore"; }

PgBackRest::PgBackRest(const Installation& installation) : installation_(installation) {}

void PgBackRest::check_installed() {
  if (::access(kProgram, X_OK) != 0)
    throw std::runtime_error(
        "pgBackRest is not installed. Install it: apt install pgbackrest. Or switch backups off "
        "with "
        "--no-backup (varde.toml: [backup] enabled = false).");
}

std::string PgBackRest::archive_command(const Installation& installation, Cluster cluster) {
  if (installation.data_directory.find_first_of("'\"\\%$`\n") != std::string::npos)
    throw std::runtime_error(
        "backups need a data directory whose path has no quotes, %, $ or backslash: " +
        installation.data_directory);
  return fmt::format(
      "{} --config=\"{}/archive-{}.conf\" --stanza={} --pg1-path=\"{{data}}\" archive-push \"%p\"",
      kProgram, installation.place(), word(cluster), word(cluster));
}

std::string PgBackRest::text(Cluster cluster, bool with_monthly) const {
  const auto& settings = installation_.backup;
  Secrets secrets{pass_phrases(installation_.place() + "/repository.key"), "", ""};
  if (settings.in_s3()) {
    secrets.s3_key = one_line(settings.s3_key_file);
    secrets.s3_secret = one_line(settings.s3_secret_file);
  }
  return "# Written by the program at every start; change varde.toml instead.\n" +
         configuration_text(installation_, cluster, with_monthly, secrets);
}

std::string PgBackRest::configuration(Cluster cluster) const {
  return fmt::format("{}/{}.conf", installation_.place(), word(cluster));
}

void PgBackRest::write_configuration() const {
  auto place = installation_.place();
  for (const auto* folder : {"/log", "/lock", "/spool"}) fs::create_directories(place + folder);
  if (!installation_.backup.in_s3() && installation_.backup.repository.empty())
    fs::create_directories(installation_.repository());
  for (auto cluster : {Cluster::main, Cluster::keystore}) {
    replace_file(configuration(cluster), text(cluster, true));
    replace_file(fmt::format("{}/archive-{}.conf", place, word(cluster)), text(cluster, false));
  }
}

void PgBackRest::archive_monthly(bool also) const {
  replace_file(installation_.place() + "/archive-main.conf", text(Cluster::main, also));
}

std::string PgBackRest::example() {
  Installation installation;
  installation.data_directory = "/var/lib/varde";
  installation.backup.repository = "/mnt/backup/varde";
  installation.main.directory = "/var/lib/postgresql/15/main";
  installation.keystore.directory = "/var/lib/postgresql/15/keystore";
  Secrets secrets{{"PASS-PHRASE-1", "PASS-PHRASE-2", "PASS-PHRASE-3"}, "", ""};
  std::string out =
      "# pgBackRest for clusters that are not Varde's own: docs/backups.md. Replace the places "
      "and\n"
      "# the pass phrases, and keep a copy of these elsewhere.\n\n";
  for (auto cluster : {Cluster::main, Cluster::keystore}) {
    auto name = word(cluster);
    auto command =
        fmt::format("pgbackrest --config=/etc/pgbackrest/varde-{0}.conf --stanza={0}", name);
    out += fmt::format(
        "# ==== /etc/pgbackrest/varde-{0}.conf, mode 0600, owner postgres\n{1}\n"
        "# ==== postgresql.conf of the {0} cluster\n"
        "# archive_mode = on\n# archive_timeout = 60s\n# archive_command = '{2} archive-push %p'\n"
        "#\n# ==== once\n# {2} stanza-create\n#\n# ==== crontab of postgres\n",
        name, configuration_text(installation, cluster, true, secrets, kByItself), command);
    if (cluster == Cluster::main)
      out += fmt::format(
          "# 15 1 * * 0    {0} --repo=1 --type=full backup\n"
          "# 15 1 * * 1-6  {0} --repo=1 --type=diff backup\n"
          "# 15 3 1 * *    {0} --repo=2 --type=full backup\n\n",
          command);
    else
      out += fmt::format(
          "# 15 2 * * *    {0} --type=full backup\n"
          "# 15 4 * * *    {0} expire\n",
          command);
  }
  return out;
}

std::string PgBackRest::run(Cluster cluster, const std::vector<std::string>& words,
                            const std::function<bool()>& stop) const {
  check_installed();
  std::vector<std::string> command{kProgram, "--config=" + configuration(cluster),
                                   fmt::format("--stanza={}", word(cluster))};
  command.insert(command.end(), words.begin(), words.end());
  auto ended = run_process(command, stop);
  if (ended.code == 0) return ended.output;
  if (stop && stop())
    throw std::runtime_error("the repository does not answer, or pgBackRest was told to end.");
  auto said = std::string(trim(ended.errors.empty() ? ended.output : ended.errors));
  // "2026-03-01 12:00:00.123 P00  ERROR: [055]: …": what went wrong, without the clock.
  if (auto at = said.find("ERROR: "); at != std::string::npos) said = said.substr(at + 7);
  std::string line;
  for (auto part : split(said, '\n'))
    if (!trim(part).empty()) line += (line.empty() ? "" : " ") + std::string(trim(part));
  throw std::runtime_error(
      fmt::format("pgBackRest ended with {}: {}", ended.code, line.substr(0, 1500)));
}

Info PgBackRest::info(Cluster cluster) const {
  return read_info(run(cluster, {"info", "--output=json"}, within(std::chrono::seconds(20))),
                   word(cluster));
}

std::vector<std::string> PgBackRest::archived(Cluster cluster) const {
  auto listed = run(cluster,
                    {"--repo=1", "repo-ls", "--recurse", "--output=json",
                     fmt::format("archive/{}", word(cluster))},
                    within(std::chrono::seconds(60)));
  std::vector<std::string> out;
  const auto document = boost::json::parse(listed);
  for (const auto& [name, what] : document.as_object())
    if (what.at("type").as_string() == "file") out.emplace_back(name);
  return out;
}

}  // namespace varde::operate
