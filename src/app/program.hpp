// The running program: settings, clusters, loops, modules, server; and the order in which they
// start and stop.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/health.hpp"
#include "db/cluster.hpp"
#include "db/tx.hpp"
#include "jobs/queue.hpp"
#include "messaging/account_mail/account_mail.hpp"
#include "net/fiber.hpp"
#include "net/http_server.hpp"
#include "operate/operate.hpp"
#include "trust/identity/identity.hpp"
#include "trust/module.hpp"

namespace varde::app {

struct Settings {
  std::string data_directory;      ///< Absolute.
  bool embedded = true;            ///< Own PostgreSQL clusters below the data directory.
  std::string database, keystore;  ///< libpq connection strings when not embedded.
  std::string root_key;            ///< Path; default: DATA/root.key.
  std::string root_key_command;    ///< Prints it instead (base64): a key service's client.
  std::string address = "127.0.0.1";
  unsigned short port = 8080;
  bool tls = false;
  std::string certificate,
      key;                 ///< PEM; with tls and neither, a certificate for localhost is made.
  std::string public_url;  ///< Default: from address and port.
  std::string bounce_address = "127.0.0.1";
  unsigned short bounce_port = 2525;  ///< The built-in SMTP receiver.
  std::string bounce_domain = "bounces.localhost";
  std::vector<std::string> complaint_loops;  ///< Networks whose complaints are believed.
  std::string name_server;  ///< For the records of sending domains; default: the system's.
  std::vector<std::string> trusted_proxies;  ///< Networks whose X-Forwarded-For is believed.
  std::vector<std::string> hosts;  ///< Host names that are served besides that of public_url.
  /// Networks inside the house ("10.1.0.0/16", or "private" for all) that tenants' mail servers,
  /// gateways and webhooks may stand in.
  std::vector<std::string> allowed_networks;
  std::string metrics_address = "127.0.0.1:0";  ///< Where /metrics is served; port 0: any free one.
  std::size_t loops = 2;
  std::size_t connections =
      4;                ///< Database connections per loop and role: more only make them wait
                        ///< for each other (person-get, 2 cores: 8,860 req/s with 3, 7,100 with 8).
  std::string witness;  ///< Directory, on another machine's disk, that heads of trails are kept in.
  std::string witness_url;  ///< Where heads of trails are sent to as well.
  std::string ledger;       ///< Directory, on another disk, that erasures are written to as well.
  std::string test_clock;   ///< File that moves the clock; tests only.
  std::string user;         ///< To become when started as root.
  messaging::AccountMailSettings account_mail;  ///< The platform's own mail server.
  bool quick_database = false;     ///< No fsync: for tests and benchmarks of throw-away data only.
  operate::BackupSettings backup;  ///< Of the embedded clusters.
  int request_timeout = 20;        ///< Seconds that a user's request may work in the database.
  trust::QuotaDefaults quotas;     ///< Of each organisation, unless it has its own.
  std::string config;              ///< The varde.toml that was read.
  std::optional<Timestamp> copy_of;  ///< It shows what was then, and changes nothing.
};

/// Reads varde.toml. Errors name the line and the key.
Settings read_settings(const std::string& path);
/// Throws, naming the setting, when `url` is not one of http or https that names a machine; empty
/// is none.
void check_witness_url(const std::string& url, const std::string& name);
/// Brings the address of the pages into the form in which browsers name an origin (RFC 6454: lower
/// case, A-labels, no default port, no slash at the end). Throws, with `name` as what it is called,
/// when it is none or has more than a machine and a port.
void settle_public_url(std::string& url, const std::string& name);
/// Throws, naming the setting after `name`, when the platform's mail server is not set whole.
void check_account_mail(const messaging::AccountMailSettings& mail, const std::string& name);
/// Reads only its table [backup].
void read_backup_settings(const std::string& path, operate::BackupSettings& into);

/// First of all: files are for their owner alone unless they say otherwise, and no copy of the
/// memory, with the keys in it, is ever written to a disk.
void harden_process();
/// Becomes the user of the settings, if started as root.
void drop_root(const Settings& settings);
trust::RootKey root_key_of(const Settings& settings);
/// Holds the data directory for one program; throws when another one has it.
void take_data_directory(const Settings& settings);
/// What the backups need to know.
operate::Installation installation_of(const Settings& settings);
/// Makes what the modules add to a Base known to this one, which has no routes and no jobs;
/// src/app/wiring.cpp.
void extend(trust::Base& base);
/// What every restore does before anybody can reach the databases; src/app/wiring.cpp.
std::vector<operate::EraseAgain> make_erase_again();

/// "login anna": who runs a command, for the trail.
std::string login();
/// Where the running program is reached, as it leaves it for commands; empty when it does not run.
std::string address_of(const Settings& settings);
/// The databases of the program that runs, or those of varde.toml, for a command; root is given up.
using OpenDatabases = std::pair<std::unique_ptr<db::Database>, std::unique_ptr<trust::Keystore>>;
OpenDatabases open_beside(const Settings& settings, std::size_t connections);
/// Runs `work` on a fiber and closes the connections. Throws with what to do, also what `work`
/// returns as an error.
void run_beside(db::Database& database, trust::Keystore& keys,
                const std::function<Result<void>()>& work);
/// Both in one, for work that needs no modules.
void with_running_program(const Settings& settings, const std::function<void(trust::Base&)>& work);
/// Adds what the modules extend one another with to a Base that no program runs on.
void extend(trust::Base& base);

/// What the operator does with organisations: `verb` is list, end, reopen, certificate, export or
/// quota.
struct TenantOptions {
  std::string slug;  ///< The short name; of a removed organisation the id does too.
  std::string at;    ///< RFC 3339; empty: at once.
  std::string reason;
  bool without_return = false;
  std::string out;  ///< Where the export goes.
  /// Of `quota`: a number, or "default".
  std::map<trust::Quota, std::string> quotas;
};
void work_on_tenants(const Settings& settings, std::string_view verb, const TenantOptions& options);

/// Shows (`verb` list), retries or drops (retry, drop: `id`) work in the background that was given
/// up.
void work_on_jobs(const Settings& settings, std::string_view verb, const std::string& id,
                  bool as_json);

/// Shows the newest mails of the platform that were kept because no mail server is set.
void show_account_mail(const Settings& settings, int limit, bool as_json);

/// Makes a filter of passwords that nobody may choose from a list ("-": the standard input), for
/// the program's data directory unless `out` says otherwise. Says what it did.
void import_passwords(const Settings& settings, const std::string& list, std::uint64_t least,
                      const std::string& out);

/// Changes keys beside the running program: the root key, or the wrapping keys of one tenant (by
/// its short name) or, without one, of all. Says what it did. Throws with what to do.
void rotate_root(const Settings& settings);
void rotate_tenants(const Settings& settings, const std::string& slug);

/// Does a piece of the backups' work ("full", "drill", "due", …), or says how it stands with them.
/// Returns the exit code: 1 when something is wrong.
int work_on_backups(const Settings& settings, const std::string& what);
int show_backups(const Settings& settings, bool as_json);
struct RestoreOptions {
  std::string to;      ///< RFC 3339, or "latest".
  std::string tenant;  ///< Only this organisation (short name), beside the running program.
  std::string person;  ///< Only what cannot be read of this person of it (id).
  bool copy = false;   ///< Show it read-only instead of putting it in place.
  unsigned short port = 0;
  bool keystore = false, force = false, lose_trail = false, discard_old = false;
  bool settings_given = false;  ///< The repository is said, not remembered.
};
/// Restores while the program does not run, or one organisation while it does. Throws with what to
/// do.
void restore(const Settings& settings, const RestoreOptions& options);
/// Rewrites the files of the keystore without the keys that were destroyed, beside the running
/// program. Says what it did. Throws with what to do.
void clean_keystore(const Settings& settings);

/// Makes a bundle of evidence, or the programme, of an organisation (by its short name) beside the
/// running program, into `out` or, without, to the standard output. Throws with what to do.
struct EvidenceOptions {
  std::string tenant, out, from, until;
};
void make_evidence(const Settings& settings, const EvidenceOptions& options);
void write_programme(const Settings& settings, const EvidenceOptions& options,
                     const std::string& format);
/// Checks what Varde gave as a proof; no database. Returns the exit code: 1 when it does not hold.
struct VerifyOptions {
  std::string file, key;
  std::vector<std::string> witness;
  bool as_json = false;
};
int verify_evidence(const VerifyOptions& options);
/// Leaves what the evidence says of the settings where commands beside the program find it.
void keep_posture(const Settings& settings);

struct Program;
/// Modules in the order of their floors; src/app/wiring.cpp.
std::vector<trust::Module> make_modules(Program& program);
operate::Environment environment_of(const Program& program);
/// How the installation is set up, for the evidence; and what all modules claim.
operate::Posture posture_of(const Settings& settings);

struct Program {
  explicit Program(Settings settings);
  ~Program();
  /// Starts everything; throws std::runtime_error with a sentence that says what to do.
  void start();
  /// Stops taking work, lets running work end, closes. Idempotent.
  void stop();
  /// Blocks until SIGTERM or SIGINT, and looks after the databases meanwhile.
  void run_until_signalled();

  Settings settings;
  std::vector<std::unique_ptr<db::Cluster>> clusters;
  std::vector<std::unique_ptr<net::Loop>> web_loops, work_loops;
  std::unique_ptr<db::Database> database;
  std::unique_ptr<trust::Keystore> keys;
  std::unique_ptr<Health> health;
  std::unique_ptr<trust::Base> base;
  std::unique_ptr<trust::Identity> identity;
  std::unique_ptr<trust::Api> api;
  web::Router router;
  std::vector<trust::Module> modules;
  std::unique_ptr<jobs::Workers> workers;
  std::unique_ptr<net::HttpServer> server, metrics_server;
  /// The port is known, and the server listens, before there are routes: links are made with it.
  std::atomic<bool> routed{false};
  std::atomic<bool> ready{false};
  std::vector<std::function<void()>>
      on_stop;  ///< By modules that listen themselves; run before the loops stop.

 private:
  net::Response answer(net::Request& request);
  void open_databases();
  /// Enters what users were shown into the trail, and adds up what organisations sent, each second
  /// and when the program stops.
  void keep_counts(net::Loop& loop);
  net::HttpServerOptions server_options();
  void serve_metrics();
  void start_work(const std::vector<net::Loop*>& loops);
  bool stopped_ = false;
};

/// Adds the endpoints of the trust floor and all modules; enough for `varde openapi`, without any
/// database.
void add_routes(Program& program);

/// Console, health, metrics.
/// What a user sees first.
void add_home_routes(trust::Api& api, const std::vector<trust::Module>& modules);
void add_console(web::Router& router, const std::atomic<bool>& ready,
                 const std::unique_ptr<Health>& health);
net::Response secure_headers(net::Response response, const net::Request& request);

}  // namespace varde::app
