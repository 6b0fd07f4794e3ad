// `varde backup` beside the running program, and `varde restore` without it.
#include <fmt/format.h>

#include <iostream>

#include "app/program.hpp"
#include "operate/backup/person.hpp"
#include "operate/backup/pgbackrest.hpp"
#include "operate/backup/restore.hpp"
#include "operate/backup/status.hpp"
#include "operate/backup/tenant.hpp"
#include "operate/backup/work.hpp"
#include "web/reflect.hpp"

namespace varde::app {
namespace {

// With what the running program works with, unless other settings are given.
operate::Installation installation_beside(Settings settings, bool given) {
  if (!settings.embedded)
    throw std::runtime_error(
        "the databases are not Varde's own, and neither are their backups. `varde backup "
        "configuration` prints what pgBackRest needs for them.");
  drop_root(settings);
  crypto::initialise();
  auto kept = operate::kept_settings(settings.data_directory);
  if (!given) {
    if (!kept)
      throw std::runtime_error(
          "Varde has made no backups in " + settings.data_directory +
          " yet. If the whole directory was lost, say where the repository is with "
          "--backup-repository or --backup-settings (docs/backups.md).");
    settings.backup = *kept;
  }
  operate::check(settings.backup);
  return installation_of(settings);
}

}  // namespace

int work_on_backups(const Settings& settings, const std::string& what) {
  using operate::Wanted;
  static const std::map<std::string_view, Wanted> kWanted = {
      {"due", Wanted::due},           {"full", Wanted::full},
      {"monthly", Wanted::monthly},   {"differential", Wanted::differential},
      {"keystore", Wanted::keystore}, {"record", Wanted::record},
      {"drill", Wanted::drill},       {"create", Wanted::create},
      {"sweep", Wanted::sweep}};
  auto done = operate::do_backup_work(installation_beside(settings, false), kWanted.at(what));
  for (const auto& sentence : done.said) std::cout << sentence << "\n";
  for (const auto& sentence : done.failed) std::cerr << "varde: " << sentence << "\n";
  return done.failed.empty() ? 0 : 1;
}

int show_backups(const Settings& settings, bool as_json) {
  auto installation = installation_beside(settings, false);
  auto status = operate::look(installation);
  std::cout << (as_json ? boost::json::serialize(web::write(status)) + "\n"
                        : operate::as_text(status));
  return status.ok ? 0 : 1;
}

namespace {

// nullopt: latest.
std::optional<Timestamp> moment_of(const std::string& text) {
  if (text == "latest") return std::nullopt;
  auto out = parse_rfc3339(text);
  if (!out)
    throw std::runtime_error("\"" + text +
                             "\" is not a moment. Write it as 2026-03-01T12:30:00Z, or with "
                             "another zone: 2026-03-01T13:30:00+01:00.");
  return out;
}

// Until SIGINT or SIGTERM.
void show_copy(const Settings& settings, const RestoreOptions& options,
               const operate::Installation& installation, const operate::TenantWanted& wanted) {
  operate::TenantCopy copy(installation, wanted);
  Settings with;
  with.data_directory = copy.folder();
  with.embedded = false;
  with.database = copy.database();
  with.keystore = copy.keystore();
  with.root_key = root_key_of(settings).path;
  with.root_key_command = settings.root_key_command;
  with.port = options.port;
  with.loops = 1;
  with.connections = 3;
  with.test_clock = settings.test_clock;
  with.copy_of = copy.to();
  with.backup.enabled = false;
  Program program(std::move(with));
  program.start();
  std::cout << fmt::format(
                   "\n  {} as it was at {}, read-only: {}\n  Its administrators sign in with their "
                   "password and second factor of today. Ctrl-C ends and removes it.\n\n",
                   wanted.slug, to_rfc3339(copy.to()), program.base->public_url)
            << std::flush;
  program.run_until_signalled();
  program.stop();
}

void restore_one(const Settings& settings, const RestoreOptions& options) {
  if (options.keystore || options.force || options.lose_trail || options.discard_old)
    throw std::runtime_error(
        "--tenant goes with --to and --copy alone: the trail stays, and so do the keys.");
  if (options.to.empty())
    throw std::runtime_error("say which moment: --to 2026-03-01T12:30:00Z, or --to latest.");
  operate::TenantWanted wanted{options.tenant, moment_of(options.to)};
  auto installation = installation_beside(settings, options.settings_given);
  if (!settings.test_clock.empty()) use_clock_file(settings.test_clock);
  if (!options.person.empty())
    std::cout << operate::restore_person(installation, {wanted.slug, options.person, wanted.to});
  else if (options.copy)
    show_copy(settings, options, installation, wanted);
  else
    std::cout << operate::restore_tenant(installation, wanted);
}

}  // namespace

void restore(const Settings& settings, const RestoreOptions& options) {
  if (!options.tenant.empty()) return restore_one(settings, options);
  if (options.copy || !options.person.empty())
    throw std::runtime_error("say of which organisation: --tenant and its short name.");
  auto installation = installation_beside(settings, options.settings_given);
  take_data_directory(settings);
  if (options.discard_old) {
    std::cout << operate::discard_old(installation.data_directory);
    return;
  }
  operate::RestoreWanted wanted{.to = std::nullopt,
                                .keystore = options.keystore,
                                .force = options.force,
                                .lose_trail = options.lose_trail};
  if (options.keystore) {
    if (!options.to.empty() && options.to != "latest")
      throw std::runtime_error(
          "the keystore is restored to its latest state only: keys that were destroyed stay "
          "destroyed. Leave --to out.");
  } else if (options.to.empty()) {
    auto told = operate::settle_restore(installation);
    if (told.empty())
      throw std::runtime_error("say which moment: --to 2026-03-01T12:30:00Z, or --to latest.");
    std::cout << told;
    return;
  } else {
    wanted.to = moment_of(options.to);
  }
  operate::keep_settings(installation);
  std::cout << operate::restore(installation, wanted);
}

}  // namespace varde::app
