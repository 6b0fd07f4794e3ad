// The command line.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "app/program.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "crypto/totp.hpp"
#include "operate/backup/pgbackrest.hpp"
#include "people/subject/subject.hpp"
#include "trust/ctx.hpp"
#include "trust/tenant/tenant.hpp"
#include "trust/trail/file.hpp"

using namespace varde;

namespace {

struct FirstUser {
  std::string tenant, admin, password_file, totp_file;
};

std::string read_line(const std::string& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  if (!in && line.empty()) throw std::runtime_error("cannot read " + path);
  return std::string(trim(line));
}

// Idempotent: what exists stays as it is.
void ensure_first_user(app::Program& program, const FirstUser& first) {
  if (first.tenant.empty()) return;
  std::string failure;
  net::run_fiber([&] {
    auto& base = *program.base;
    try {
      auto id = trust::find_tenant(base, first.tenant);
      if (!id) {
        auto made = trust::create_tenant(base, {.name = first.tenant, .slug = first.tenant});
        if (!made) throw std::runtime_error(made.error().message);
        id = *made;
      }
      if (!first.admin.empty()) {
        auto account = trust::find_account(base, first.admin);
        if (!account) {
          trust::NewAccount wanted{.name = first.admin.substr(0, first.admin.find('@')),
                                   .email = first.admin,
                                   .verified = true};  // the operator says whose it is
          if (!first.password_file.empty()) wanted.password = read_line(first.password_file);
          if (!first.totp_file.empty()) {
            wanted.totp_secret = unbase32(read_line(first.totp_file));
            if (!wanted.totp_secret)
              throw std::runtime_error("the file of --admin-totp-file does not hold base32");
          }
          auto verdict = trust::judge_password(wanted.password, true, {first.admin});
          if (!wanted.password.empty() && !verdict.ok)
            throw std::runtime_error("the administrator's password: " + verdict.hint);
          auto made = trust::create_account(base, wanted);
          if (!made) throw std::runtime_error(made.error().message);
          account = *made;
        }
        trust::add_member(base, *id, *account, trust::Role::administrator);
      }
    } catch (const std::exception& e) {
      failure = e.what();
    }
    base.database.close_idle();
    base.keys.close_idle();
  });
  if (!failure.empty()) throw std::runtime_error(failure);
}

// The demo organisation: marked as such everywhere, with an administrator whose password and second
// factor are made here and written where only the operator can read them.
void ensure_demo(app::Program& program) {
  namespace fs = std::filesystem;
  auto directory = program.settings.data_directory + "/demo";
  auto path = directory + "/login.json";
  boost::json::object login;
  if (fs::exists(path)) {
    std::ifstream in(path);
    login = boost::json::parse(std::string(std::istreambuf_iterator<char>(in), {})).as_object();
  } else {
    auto secret = base32(crypto::totp_new_secret());
    login = {{"email", "demo@example.org"},
             {"password", random_token(12)},
             {"totp_secret", secret},
             {"simulation_token", random_token(24)}};
    fs::create_directories(directory);
    std::ofstream(path) << boost::json::serialize(login) << "\n";
  }
  program.base->simulation_token = std::string(login.at("simulation_token").as_string());
  std::string failure;
  net::run_fiber([&] {
    auto& base = *program.base;
    try {
      auto tenant = trust::find_tenant(base, "demo");
      if (!tenant) {
        auto made = trust::create_tenant(base, {.name = "Demo organisation",
                                                .slug = "demo",
                                                .demo = true,
                                                .postal_address = "Demo Street 1, 0001 Demo"});
        if (!made) throw std::runtime_error(made.error().message);
        tenant = *made;
      }
      auto email = std::string(login.at("email").as_string());
      auto account = trust::find_account(base, email);
      if (!account) {
        auto made = trust::create_account(
            base, {.name = "Demo Administrator",
                   .email = email,
                   .password = std::string(login.at("password").as_string()),
                   .operator_staff = false,
                   .totp_secret = unbase32(std::string(login.at("totp_secret").as_string())),
                   .verified = true});
        if (!made) throw std::runtime_error(made.error().message);
        account = *made;
      }
      trust::add_member(base, *tenant, *account, trust::Role::administrator);
    } catch (const std::exception& e) {
      failure = e.what();
    }
    base.database.close_idle();
    base.keys.close_idle();
  });
  if (!failure.empty()) throw std::runtime_error(failure);
}

struct TrailFile {
  std::string path, key;
  std::vector<std::string> witness;
  bool as_json = false;
};

// 0: everything holds; 1: something does not.
int verify_file(const TrailFile& trail) {
  crypto::initialise();
  std::vector<std::string> witnessed;
  for (const auto& path : trail.witness) {
    std::ifstream in(path, std::ios::binary);
    for (auto& note : trust::notes_of(std::string(std::istreambuf_iterator<char>(in), {})))
      witnessed.push_back(std::move(note));
  }
  std::ifstream file;
  std::vector<char> buffer(1 << 20);
  file.rdbuf()->pubsetbuf(buffer.data(), static_cast<std::streamsize>(buffer.size()));
  file.open(trail.path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + trail.path);
  auto key = std::filesystem::exists(trail.key) ? read_line(trail.key) : trail.key;
  auto report = trust::verify_trail(file, key, witnessed);
  if (trail.as_json) {
    std::cout << boost::json::serialize(
                     boost::json::object{{"ok", report.ok()},
                                         {"problem", report.problem},
                                         {"origin", report.origin},
                                         {"entries", report.entries},
                                         {"values", report.values},
                                         {"erased", report.erased},
                                         {"heads", report.heads},
                                         {"witnessed", report.witnessed},
                                         {"sealed_at", to_rfc3339(report.sealed_at)}})
              << "\n";
  } else if (report.ok()) {
    std::cout << fmt::format(
        "The trail {} holds.\n{} entries under {} signed heads, the last of {}; {} of these heads "
        "were kept by a witness.\nThe values of {} entries are those that were entered; those of "
        "{} are gone with the persons who were erased.\n",
        report.origin, report.entries, report.heads, to_rfc3339(report.sealed_at), report.witnessed,
        report.values, report.erased);
  } else {
    std::cout << "The trail does NOT hold. " << report.problem << "\n";
  }
  return report.ok() ? 0 : 1;
}

int run_program(app::Settings settings, const FirstUser& first, bool demo) {
  app::Program program(std::move(settings));
  program.start();
  ensure_first_user(program, first);
  if (demo) ensure_demo(program);
  std::cout << fmt::format("\n  Varde is running at {}\n\n", program.base->public_url)
            << std::flush;
  program.run_until_signalled();
  program.stop();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  app::harden_process();
  CLI::App cli{
      "Varde reaches people, hears back and follows up, and keeps its data-processing agreement by "
      "construction.",
      "varde"};
  cli.require_subcommand(1);
  cli.set_version_flag("--version", VARDE_VERSION);
  app::Settings settings;
  std::string config;

  auto common = [&](CLI::App* command) {
    command->add_option("--data", settings.data_directory, "Data directory")
        ->default_val("var/data");
    command->add_option("--address", settings.address, "Address to listen on")
        ->default_val("127.0.0.1");
    command->add_option("--port", settings.port, "Port to listen on; 0 lets the system choose")
        ->default_val(8080);
    command->add_flag("--tls", settings.tls,
                      "HTTPS, with a certificate made for localhost unless given");
    command->add_option("--certificate", settings.certificate, "Certificate chain (PEM)");
    command->add_option("--key", settings.key, "Private key (PEM)");
    command->add_option("--public-url", settings.public_url, "What links in messages begin with");
    command->add_option("--bounce-port", settings.bounce_port, "Port of the built-in SMTP receiver")
        ->default_val(2525);
    command->add_option("--name-server", settings.name_server,
                        "Name server that is asked for the records of sending domains");
    command->add_option("--user", settings.user, "User to become when started as root");
    command
        ->add_option("--trusted-proxy", settings.trusted_proxies,
                     "Address or network of a proxy whose X-Forwarded-For is believed; repeat it "
                     "for more")
        ->allow_extra_args(false);
    command
        ->add_option("--host", settings.hosts,
                     "Host name that is served besides that of --public-url; repeat it for more")
        ->allow_extra_args(false);
    command
        ->add_option("--allow-network", settings.allowed_networks,
                     "Network inside the house (10.1.0.0/16, or \"private\" for all) that mail "
                     "servers, gateways and webhooks may stand in; repeat it for more")
        ->allow_extra_args(false);
    command
        ->add_option("--request-timeout", settings.request_timeout,
                     "Seconds that a user's request may work in the database")
        ->default_val(20)
        ->check(CLI::Range(1, 600));
    command
        ->add_option("--metrics-address", settings.metrics_address,
                     "Where /metrics is served; port 0 lets the system choose")
        ->default_val("127.0.0.1:0");
    command->add_option("--witness", settings.witness,
                        "Directory that signed heads of the trail are handed to each minute; on a "
                        "disk of somebody else's");
    command->add_option("--witness-url", settings.witness_url,
                        "Address that signed heads of the trail are sent to each minute as well");
    command->add_option("--ledger", settings.ledger,
                        "Directory that erasures are written to as well; on another disk");
    auto& mail = settings.account_mail;
    command->add_option("--mail-host", mail.host,
                        "Mail server for invitations and new passwords; without one they are kept "
                        "for `varde mail`");
    command->add_option("--mail-port", mail.port, "Its port")->default_val(587);
    command->add_option("--mail-security", mail.security, "starttls, tls or none")
        ->transform(CLI::CheckedTransformer(
            std::map<std::string, messaging::Security>{{"starttls", messaging::Security::starttls},
                                                       {"tls", messaging::Security::tls},
                                                       {"none", messaging::Security::none}}));
    command->add_option("--mail-user", mail.username, "Who the platform is there");
    command->add_option("--mail-password-file", mail.password_file, "Its password, in a file");
    command->add_option("--mail-ca-file", mail.ca_file, "Authority of its certificate (PEM)");
    command->add_option("--mail-from", mail.from, "Address that these mails come from");
    command->add_option("--loops", settings.loops, "Threads for web and for work, each")
        ->default_val(2);
    command->add_option("--test-clock", settings.test_clock, "File that moves the clock; for tests")
        ->group("");
    command
        ->add_flag("--quick-database", settings.quick_database,
                   "No fsync; for tests and benchmarks")
        ->group("");
  };
  std::string backup_settings;
  bool no_backup = false, with_backup = false;
  auto of_backups = [&](CLI::App* command) {
    command->add_option("--backup-repository", settings.backup.repository,
                        "Folder of the backups, best on a disk or machine of its own; default: "
                        "DATA/backup/repository");
    command
        ->add_option("--backup-settings", backup_settings,
                     "A file like varde.toml, whose table [backup] is read: S3, periods")
        ->check(CLI::ExistingFile);
  };
  auto* up = cli.add_subcommand(
      "up", "Runs everything on this machine, with PostgreSQL clusters of its own");
  common(up);
  of_backups(up);
  up->add_flag("--no-backup", no_backup, "Make no backups");
  up->add_flag("--backup", with_backup, "Make backups even with --quick-database")->group("");
  auto* serve = cli.add_subcommand("serve", "Runs a node with the databases that varde.toml names");
  serve->add_option("--config", config, "varde.toml")->required()->check(CLI::ExistingFile);
  std::vector<std::string> more_proxies;
  serve
      ->add_option("--trusted-proxy", more_proxies,
                   "Address or network of a proxy, besides those of varde.toml")
      ->allow_extra_args(false);
  auto* openapi = cli.add_subcommand("openapi", "Prints the OpenAPI 3.1 document of the API");
  auto* tables = cli.add_subcommand(
      "tables",
      "Prints what each table and column of the database is, and what happens to its rows");
  auto* audit = cli.add_subcommand("audit", "The trail, without a running Varde");
  audit->require_subcommand(1);
  auto* verify =
      audit->add_subcommand("verify", "Verifies an exported trail with nothing but the public key");
  TrailFile trail;
  verify->add_option("FILE", trail.path, "What GET /api/v1/audit/export gave")
      ->required()
      ->check(CLI::ExistingFile);
  verify
      ->add_option("--key", trail.key,
                   "The public key (name+id+key), or a file that holds it; from elsewhere than "
                   "the trail's file")
      ->required();
  verify
      ->add_option("--witness", trail.witness,
                   "Files of heads that a witness kept, or that you kept yourself")
      ->check(CLI::ExistingFile);
  verify->add_flag("--json", trail.as_json, "The result as JSON");
  auto* evidence = cli.add_subcommand(
      "evidence", "One signed file that shows how an organisation's data is looked after");
  evidence->require_subcommand(0, 1);
  app::EvidenceOptions made;
  evidence->add_option("--tenant", made.tenant, "Of this organisation (short name)");
  evidence->add_option("--out", made.out, "File to write; default: the standard output");
  evidence->add_option("--from", made.from, "Since when (2026-03-01); default: a year ago");
  evidence->add_option("--to", made.until, "Until when; default: now");
  auto* verify_one = evidence->add_subcommand(
      "verify",
      "Verifies evidence, the file that answers a request, or the receipt of an erasure, with "
      "nothing but the public key");
  app::VerifyOptions verified;
  verify_one
      ->add_option("FILE", verified.file,
                   "What `varde evidence`, POST /api/v1/evidence, a request or GET "
                   "/api/v1/erasures/ID/receipt gave")
      ->required()
      ->check(CLI::ExistingFile);
  verify_one
      ->add_option("--key", verified.key,
                   "The public key (name+id+key), or a file that holds it; from elsewhere than "
                   "the file")
      ->required();
  verify_one
      ->add_option("--witness", verified.witness,
                   "Files of heads that a witness kept, or that you kept yourself")
      ->check(CLI::ExistingFile);
  verify_one->add_flag("--json", verified.as_json, "The result as JSON");
  auto* programme = cli.add_subcommand(
      "programme", "The current protection and security programme, from the running system");
  std::string programme_format = "html";
  programme->add_option("--tenant", made.tenant, "Of this organisation (short name)")->required();
  programme->add_option("--out", made.out, "File to write; default: the standard output");
  programme->add_option("--format", programme_format, "html or pdf")
      ->check(CLI::IsMember({"html", "pdf"}));
  auto* organisation = cli.add_subcommand(
      "tenant", "Organisations and the end of their contracts, beside the running program");
  organisation->require_subcommand(1);
  app::TenantOptions of_tenant;
  auto* tenant_list =
      organisation->add_subcommand("list", "All of them, and how each contract stands");
  auto* tenant_end = organisation->add_subcommand(
      "end", "Ends a contract: logins close, and 30 days later all data is removed");
  tenant_end->add_option("--at", of_tenant.at, "When, RFC 3339; at once unless given");
  tenant_end->add_option("--reason", of_tenant.reason, "Why, for the record");
  tenant_end->add_flag("--without-return", of_tenant.without_return,
                       "The organisation wants nothing back");
  auto* tenant_reopen =
      organisation->add_subcommand("reopen", "Takes an end back, until the removal has begun");
  auto* tenant_certificate =
      organisation->add_subcommand("certificate", "Prints the certificate of a removal");
  auto* tenant_export = organisation->add_subcommand(
      "export", "Writes everything of an organisation into a ZIP file");
  tenant_export->add_option("--out", of_tenant.out, "The file")->required();
  auto* tenant_quota = organisation->add_subcommand(
      "quota", "Shows what an organisation may hold and send, after changing what is given");
  for (auto [name, what, help] :
       {std::tuple{"--users", trust::Quota::users, "Users, and who is invited"},
        std::tuple{"--persons", trust::Quota::persons, "Persons"},
        std::tuple{"--file-gigabytes", trust::Quota::file_bytes,
                   "Pictures, documents, and files on their way in or out"},
        std::tuple{"--mails-per-day", trust::Quota::mails_per_day, "E-mails of a day"},
        std::tuple{"--sms-per-day", trust::Quota::sms_per_day, "SMS of a day"}})
    tenant_quota->add_option_function<std::string>(
        name,
        [&of_tenant, what = what](const std::string& given) { of_tenant.quotas[what] = given; },
        std::string(help) + ": a number, or default");
  for (auto* one : {tenant_end, tenant_reopen, tenant_certificate, tenant_export, tenant_quota})
    one->add_option("TENANT", of_tenant.slug, "The organisation's short name")->required();
  auto* mail = cli.add_subcommand(
      "mail", "The platform's mail to users that was kept because no mail server is set");
  int mail_limit = 20;
  bool mail_json = false;
  mail->add_option("--limit", mail_limit, "How many, the newest first")
      ->default_val(20)
      ->check(CLI::Range(1, 1000));
  mail->add_flag("--json", mail_json, "As JSON");
  auto* work = cli.add_subcommand("jobs", "Work in the background that was given up");
  work->require_subcommand(1);
  auto* jobs_list = work->add_subcommand("list", "What was given up, the newest first");
  auto* jobs_retry = work->add_subcommand("retry", "Tries one again");
  auto* jobs_drop = work->add_subcommand("drop", "Forgets one: what it was to do is not done");
  std::string job;
  bool jobs_json = false;
  jobs_list->add_flag("--json", jobs_json, "A line of JSON for each");
  for (auto* one : {jobs_retry, jobs_drop}) one->add_option("ID", job, "Its id")->required();
  auto* passwords = cli.add_subcommand("passwords", "Passwords that nobody may choose");
  passwords->require_subcommand(1);
  auto* import_list = passwords->add_subcommand(
      "import",
      "Takes a list of them: one a line, or Pwned Passwords (SHA-1, ordered by hash) as it comes");
  std::string password_list, password_out;
  std::uint64_t password_least = 1;
  import_list->add_option("FILE", password_list, "The list; - is the standard input")->required();
  import_list->add_option("--at-least", password_least, "Leave out what was seen less often")
      ->default_val(1);
  import_list->add_option("--out", password_out, "File to write; default: DATA/passwords.filter");
  auto* keys = cli.add_subcommand("keys", "Changes keys, beside the running program");
  keys->require_subcommand(1);
  auto* root = keys->add_subcommand("rotate-root", "A new root key takes the place of the old one");
  auto* rotate = keys->add_subcommand(
      "rotate", "New wrapping keys; persons' keys are wrapped anew, what they sealed stays");
  std::string rotated;
  rotate->add_option("--tenant", rotated, "Of this organisation alone (short name)");
  auto* clean = keys->add_subcommand(
      "clean", "Rewrites the keystore's files without the keys that were destroyed, now");
  auto* backup = cli.add_subcommand("backup", "Backups, beside the running program");
  backup->require_subcommand(1);
  auto* run = backup->add_subcommand("run", "Makes a backup now");
  bool full = false, differential = false, monthly = false, keystore = false;
  auto* full_flag = run->add_flag("--full", full, "All of the main cluster (default)");
  auto* differential_flag =
      run->add_flag("--differential", differential, "What changed since the last full one")
          ->excludes(full_flag);
  auto* monthly_flag =
      run->add_flag("--monthly", monthly, "A set of the kind that is kept for a year")
          ->excludes(full_flag)
          ->excludes(differential_flag);
  run->add_flag("--keystore", keystore, "All of the keystore")
      ->excludes(full_flag)
      ->excludes(differential_flag)
      ->excludes(monthly_flag);
  auto* status = backup->add_subcommand(
      "status", "How it stands with the backups; exit code 1 when something is wrong");
  bool as_json = false;
  status->add_flag("--json", as_json, "As JSON");
  auto* due = backup->add_subcommand("due", "Does what is due now; the program does so by itself");
  bool by_itself = false;
  auto* drill = backup->add_subcommand(
      "drill", "Restores to a random recorded moment beside the running program, and compares");
  for (auto* command : {due, drill})
    command->add_flag("--by-itself", by_itself, "It is the program that asks")->group("");
  auto* record = backup->add_subcommand("record", "Records a moment that drills compare with");
  auto* sweep = backup->add_subcommand("sweep", "Removes backups that had their time");
  auto* create =
      backup->add_subcommand("create", "Begins a repository anew in a place that is empty");
  auto* configuration = backup->add_subcommand(
      "configuration", "Prints what pgBackRest needs for clusters that are not Varde's own");
  auto* restore = cli.add_subcommand(
      "restore", "Restores to a moment, while Varde does not run; one organisation, while it does");
  app::RestoreOptions restored;
  auto* one =
      restore->add_option("--tenant", restored.tenant,
                          "Only this organisation (short name), beside the running program");
  auto* copy = restore
                   ->add_flag("--copy", restored.copy,
                              "Shows it read-only on this machine until this is ended, instead "
                              "of putting it in place")
                   ->needs(one);
  restore
      ->add_option("--person", restored.person,
                   "Only what cannot be read of this person (id): her damaged rows and her key")
      ->needs(one)
      ->excludes(copy);
  restore->add_option("--port", restored.port, "Port of the copy; 0 lets the system choose")
      ->needs(copy);
  restore->add_option("--to", restored.to, "The moment (2026-03-01T12:30:00Z), or latest");
  restore->add_flag("--keystore", restored.keystore,
                    "The keystore instead, to its latest state; only after a loss");
  restore->add_flag("--force", restored.force, "The keystore although it is intact");
  restore->add_flag("--lose-trail", restored.lose_trail,
                    "Go on although the trail of after the moment is nowhere to be had");
  restore->add_flag("--discard-old", restored.discard_old,
                    "Removes the data that earlier restores have put aside");
  of_backups(restore);
  restore->add_option("--ledger", settings.ledger,
                      "Directory of the ledger of erasures, if the data directory is lost");
  restore->add_flag("--quick-database", settings.quick_database, "No fsync; for tests")->group("");
  restore->add_option("--test-clock", settings.test_clock, "File that moves the clock; for tests")
      ->group("");
  for (auto* command : {root,          rotate,
                        clean,         run,
                        status,        due,
                        drill,         record,
                        sweep,         create,
                        restore,       evidence,
                        programme,     mail,
                        jobs_list,     jobs_retry,
                        jobs_drop,     import_list,
                        tenant_list,   tenant_end,
                        tenant_reopen, tenant_certificate,
                        tenant_export, tenant_quota}) {
    command->add_option("--data", settings.data_directory, "Data directory of `varde up`")
        ->default_val("var/data");
    command->add_option("--config", config, "varde.toml of `varde serve`, instead")
        ->check(CLI::ExistingFile);
    command->add_option("--user", settings.user, "User to become when started as root");
  }
  for (auto* command : {evidence, programme})
    command->add_option("--test-clock", settings.test_clock, "File that moves the clock; for tests")
        ->group("");
  // What an operator needs before there is a user: they are carried out when the program is up,
  // once.
  std::string tenant, admin, admin_password_file, admin_totp_file;
  for (auto* command : {up, serve}) {
    command->add_option("--create-tenant", tenant,
                        "Make sure that this organisation exists (short name)");
    command->add_option("--create-admin", admin,
                        "Make sure that it has this administrator (e-mail)");
    command->add_option("--admin-password-file", admin_password_file,
                        "Her first password, in a file");
    command->add_option("--admin-totp-file", admin_totp_file,
                        "Her second factor's secret (base32), in a file");
  }
  bool demo = false;
  up->add_flag("--demo", demo, "Make the demo organisation (marked, with made-up data)");
  CLI11_PARSE(cli, argc, argv);

  try {
    settings.data_directory =
        std::filesystem::absolute(settings.data_directory).lexically_normal().string();
    if (!up->parsed() && !serve->parsed() && !by_itself) trust::command_login() = app::login();
    if (verify->parsed()) return verify_file(trail);
    if (verify_one->parsed()) return app::verify_evidence(verified);
    if (evidence->parsed() || programme->parsed()) {
      auto with = config.empty() ? settings : app::read_settings(config);
      if (made.tenant.empty())
        throw std::runtime_error("say of which organisation: --tenant NAME (its short name).");
      if (evidence->parsed()) app::make_evidence(with, made);
      if (programme->parsed()) app::write_programme(with, made, programme_format);
      return 0;
    }
    if (organisation->parsed()) {
      auto with = config.empty() ? settings : app::read_settings(config);
      app::work_on_tenants(with, organisation->get_subcommands().front()->get_name(), of_tenant);
      return 0;
    }
    if (import_list->parsed()) {
      app::import_passwords(config.empty() ? settings : app::read_settings(config), password_list,
                            password_least, password_out);
      return 0;
    }
    if (work->parsed()) {
      app::work_on_jobs(config.empty() ? settings : app::read_settings(config),
                        work->get_subcommands().front()->get_name(), job, jobs_json);
      return 0;
    }
    if (mail->parsed()) {
      app::show_account_mail(config.empty() ? settings : app::read_settings(config), mail_limit,
                             mail_json);
      return 0;
    }
    if (root->parsed() || rotate->parsed() || clean->parsed()) {
      auto with = config.empty() ? settings : app::read_settings(config);
      if (clean->parsed()) app::clean_keystore(with);
      if (root->parsed()) app::rotate_root(with);
      if (rotate->parsed()) app::rotate_tenants(with, rotated);
      return 0;
    }
    if (configuration->parsed()) {
      std::cout << operate::PgBackRest::example();
      return 0;
    }
    app::settle_public_url(settings.public_url, "--public-url");
    if (up->parsed()) app::check_witness_url(settings.witness_url, "--witness-url");
    if (up->parsed()) app::check_account_mail(settings.account_mail, "--mail-");
    if (up->parsed() || restore->parsed()) {
      restored.settings_given = !settings.backup.repository.empty() || !backup_settings.empty();
      if (!backup_settings.empty()) {
        auto place = settings.backup.repository;
        app::read_backup_settings(backup_settings, settings.backup);
        if (!place.empty()) settings.backup.repository = place;
      }
      if (!settings.backup.repository.empty())
        settings.backup.repository =
            std::filesystem::absolute(settings.backup.repository).lexically_normal().string();
      if (no_backup || (up->parsed() && settings.quick_database && !with_backup))
        settings.backup.enabled = false;
    }
    if (backup->parsed() || restore->parsed()) {
      auto with = settings;
      if (!config.empty()) {
        with = app::read_settings(config);
        with.data_directory = std::filesystem::absolute(
                                  with.data_directory.empty() ? "var/node" : with.data_directory)
                                  .string();
      }
      if (restore->parsed()) {
        app::restore(with, restored);
        return 0;
      }
      if (status->parsed()) return app::show_backups(with, as_json);
      return app::work_on_backups(with, drill->parsed()    ? "drill"
                                        : record->parsed() ? "record"
                                        : sweep->parsed()  ? "sweep"
                                        : create->parsed() ? "create"
                                        : due->parsed()    ? "due"
                                        : monthly          ? "monthly"
                                        : differential     ? "differential"
                                        : keystore         ? "keystore"
                                                           : "full");
    }
    if (up->parsed())
      return run_program(std::move(settings), {tenant, admin, admin_password_file, admin_totp_file},
                         demo);
    if (serve->parsed()) {
      auto from_file = app::read_settings(config);
      from_file.data_directory =
          std::filesystem::absolute(from_file.data_directory.empty() ? "var/node"
                                                                     : from_file.data_directory)
              .string();
      from_file.trusted_proxies.insert(from_file.trusted_proxies.end(), more_proxies.begin(),
                                       more_proxies.end());
      return run_program(std::move(from_file),
                         {tenant, admin, admin_password_file, admin_totp_file}, demo);
    }
    if (openapi->parsed() || tables->parsed()) {
      // The declarations alone: nothing is connected to.
      crypto::initialise();
      app::Program program({});
      program.database = std::make_unique<db::Database>("", 1);
      program.keys = std::make_unique<trust::Keystore>("", trust::RootKey{}, 1);
      program.base = std::unique_ptr<trust::Base>(
          new trust::Base{*program.database, *program.keys, "", "", "", {}, {}});
      program.identity = std::make_unique<trust::Identity>(*program.base);
      app::add_routes(program);
      if (openapi->parsed()) {
        auto document = program.router.openapi("Varde", VARDE_VERSION);
        // Which right each endpoint asks for: the web floor does not know its words.
        for (const auto& endpoint : program.router.endpoints())
          document.at("paths")
              .at(endpoint.info.path)
              .at(ascii_lower(endpoint.info.method))
              .as_object()["x-right"] =
              trust::word(static_cast<trust::Right>(endpoint.info.access));
        std::cout << boost::json::serialize(document) << "\n";
        return 0;
      }
      std::cout << boost::json::serialize(trust::describe_tables(*program.base)) << "\n";
    }
  } catch (const std::exception& e) {
    std::cerr << "varde: " << e.what() << "\n";
    return 1;
  }
  return 0;
}
