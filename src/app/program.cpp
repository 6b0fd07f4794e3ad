#include "app/program.hpp"

#include "app/notify.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <future>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/text.hpp"
#include "db/closed.hpp"
#include "db/migrate.hpp"
#include "net/dns.hpp"
#include "operate/backup/pgbackrest.hpp"
#include "operate/backup/restore.hpp"
#include "operate/room/room.hpp"
#include "trust/audit.hpp"
#include "trust/copy.hpp"
#include "trust/erasure.hpp"
#include "trust/identity/known_passwords.hpp"
#include "trust/notice.hpp"
#include "trust/quota/routes.hpp"
#include "trust/reads/routes.hpp"
#include "trust/tenant/tenant.hpp"
#include "trust/trail/trail.hpp"

namespace varde::app {

namespace fs = std::filesystem;

namespace {

// Of the folder of the data: a program that reads another one does not start on it.
constexpr int kDataFormat = 1;

// PostgreSQL refuses to run as root, and so the whole program gives root up, for good.
void check_format(const std::string& directory) {
  auto path = directory + "/format";
  if (!fs::exists(path)) {
    if (fs::exists(directory + "/main/data"))
      throw std::runtime_error(fmt::format(
          "{0} holds data but no format file; it was damaged. Bring the file back: its "
          "only line is the number of the format, {1} for this program (echo {1} > {0}/format)",
          directory, kDataFormat));
    std::ofstream(path) << kDataFormat << "\n";
    return;
  }
  int format = 0;
  if (!(std::ifstream(path) >> format))
    throw std::runtime_error(
        fmt::format("{0} cannot be read, or holds no number; it was damaged. Its only line is the "
                    "number of the format, {1} for this program (echo {1} > {0})",
                    path, kDataFormat));
  if (format != kDataFormat)
    throw std::runtime_error(fmt::format(
        "{} has data of format {}, and this program works with format {}. {}", directory, format,
        kDataFormat,
        format > kDataFormat ? "Start the newer version of Varde that made it."
                             : "Export with the version that made it and import here."));
}

// An installation that has been running has both of its databases: one that is not there any more
// is lost, and is never made anew in silence.
std::string complete(const Settings& settings) { return settings.data_directory + "/complete"; }

void check_clusters(const Settings& settings) {
  auto has = [&](const char* name) {
    return fs::exists(settings.data_directory + "/" + name + "/data");
  };
  bool main = has("main"), keystore = has("keystore"), began = fs::exists(complete(settings));
  if (main && keystore) return;
  // A first start that was cut short made one of them, and no key yet.
  if (!began && (main == keystore || !fs::exists(root_key_of(settings).path))) return;
  const auto* lost = main ? "keystore" : "main";
  throw std::runtime_error(fmt::format(
      "{0}/{1}/data is not there: the {2} of this installation is lost, or was moved away. Move it "
      "back, or restore it: varde restore {3} --data {0}",
      settings.data_directory, lost, main ? "keystore" : "main database",
      main ? "--keystore" : "--to latest"));
}

// What signatures of this installation are made under: the host that it is known by.
std::string log_name(std::string_view public_url) {
  auto start = public_url.find("//");
  auto host = start == std::string_view::npos ? public_url : public_url.substr(start + 2);
  host = host.substr(0, host.find_first_of(":/+ "));
  return host.empty() ? "localhost" : std::string(host);
}

// A copy takes logins and nothing else.
std::optional<net::Response> refused_by_copy(const Settings& settings,
                                             const net::Request& request) {
  if (!settings.copy_of || request.method == "GET" || request.method == "HEAD") return {};
  constexpr std::string_view kLogins = "/api/v1/session";
  if (request.path == kLogins || request.path.starts_with(std::string(kLogins) + "/")) return {};
  return web::error_response(
      Error{ErrorCode::forbidden,
            fmt::format("This is a read-only copy of {}. Nothing can be changed in it.",
                        to_rfc3339(*settings.copy_of)),
            {},
            "read-only-copy",
            0},
      request.id);
}

// Where this node writes.
operate::Places places_of(const Settings& settings) {
  operate::Places out;
  out.disks.push_back({"the data", settings.data_directory});
  if (settings.embedded) {
    for (const char* name : {"main", "keystore"})
      out.clusters.push_back({name, settings.data_directory + "/" + name + "/data"});
    if (settings.backup.enabled && settings.backup.s3_bucket.empty())
      out.disks.push_back({"the backups", installation_of(settings).repository()});
  }
  if (!settings.ledger.empty()) out.disks.push_back({"the ledger of erasures", settings.ledger});
  if (!settings.witness.empty()) out.disks.push_back({"the witness", settings.witness});
  return out;
}

std::int64_t steady_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

net::Response refused_for_now(const net::Request& request, const char* why, bool full = false) {
  log::warning(
      "A request was refused: the database is away, full or busy, or the program is starting",
      {{"request_id", request.id}, {"what", why}});
  return web::error_response(
      Error{ErrorCode::unavailable,
            full ? "There is no room left on the disk of this installation, so nothing was stored. "
                   "Whoever runs it has been told."
                 : "Varde is busy or restarting. Try again in a few seconds.",
            {},
            full ? "disk-full" : "",
            full ? 60 : 3},
      request.id);
}

}  // namespace

void harden_process() {
  ::umask(0077);
  rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
}

void drop_root(const Settings& settings) {
  if (::geteuid() != 0) return;
  auto name = settings.user.empty() ? std::string("varde") : settings.user;
  const auto* entry = ::getpwnam(name.c_str());
  if (entry == nullptr)
    throw std::runtime_error(
        fmt::format("the program does not run as root. Create the user it should become, \"useradd "
                    "--system {0}\", or name another "
                    "with --user.",
                    name));
  fs::create_directories(settings.data_directory);
  if (::chown(settings.data_directory.c_str(), entry->pw_uid, entry->pw_gid) != 0)
    throw std::runtime_error(fmt::format(
        "cannot give {} to the user {}: {}. Is its disk mounted for writing? Choose another place "
        "with --data.",
        settings.data_directory, name, std::strerror(errno)));
  if (::initgroups(entry->pw_name, entry->pw_gid) != 0 || ::setgid(entry->pw_gid) != 0 ||
      ::setuid(entry->pw_uid) != 0)
    throw std::runtime_error("cannot become the user " + name);
  ::prctl(PR_SET_DUMPABLE, 0);  // a change of user puts it back
}

trust::RootKey root_key_of(const Settings& settings) {
  return {settings.root_key.empty() ? settings.data_directory + "/root.key" : settings.root_key,
          settings.root_key_command};
}

operate::Installation installation_of(const Settings& settings) {
  auto memory = settings.quick_database ? "fsync = off" : "fsync = on";
  auto max_connections =
      fmt::format("max_connections = {}", 4 * settings.loops * settings.connections + 20);
  operate::Installation out;
  out.data_directory = settings.data_directory;
  out.main = {
      .directory = settings.data_directory + "/main",
      .name = "main",
      .settings = {memory, max_connections, "shared_buffers = 512MB", "work_mem = 32MB",
                   "maintenance_work_mem = 256MB", "effective_cache_size = 4GB",
                   "wal_compression = on", "max_wal_size = 4GB", "checkpoint_timeout = 10min",
                   "random_page_cost = 1.1", "jit = off", "autovacuum_naptime = 15s",
                   "autovacuum_vacuum_insert_scale_factor = 0.05",
                   "autovacuum_vacuum_cost_limit = 2000"},
      .roles = {"varde_app", "varde_system"}};
  out.keystore = {.directory = settings.data_directory + "/keystore",
                  .name = "keystore",
                  // Old WAL goes instead of being used again, so that no key that was destroyed
                  // stays in it (trust/erasure).
                  .settings = {memory, max_connections, "shared_buffers = 128MB",
                               "max_wal_size = 256MB", "min_wal_size = 32MB", "wal_recycle = off",
                               "wal_compression = off", "wal_keep_size = 0", "jit = off"},
                  .roles = {"varde_keys"}};
  out.root_key = root_key_of(settings);
  out.public_url = settings.public_url;
  out.backup = settings.backup;
  if (!settings.ledger.empty()) out.backup.ledger = settings.ledger;
  out.erase_again = make_erase_again();
  out.extend = extend;
  return out;
}

void take_data_directory(const Settings& settings) {
  ::umask(0077);
  fs::create_directories(settings.data_directory);
  // Held until the process ends.
  int lock =
      ::open((settings.data_directory + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0)
    throw std::runtime_error("cannot write into the data directory " + settings.data_directory +
                             ". Does it belong to the user who runs the program?");
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0)
    throw std::runtime_error("another Varde is running on " + settings.data_directory +
                             ". Stop it first, or choose another directory with --data.");
  if (settings.embedded) check_format(settings.data_directory);
}

namespace {

// "host[:port]" of an address with a scheme, in lower case.
std::string host_of(std::string_view url) {
  auto start = url.find("://");
  if (start != std::string_view::npos) url = url.substr(start + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  if (auto at = url.rfind('@'); at != std::string_view::npos) url = url.substr(at + 1);
  return ascii_lower(url);
}

// What the header Host may say, besides the names of this machine on a listener for it alone.
std::vector<std::string> hosts_of(const Settings& settings) {
  std::vector<std::string> out;
  for (const auto& host : settings.hosts) out.push_back(ascii_lower(host));
  if (settings.public_url.empty()) {
    bool v6 = settings.address.find(':') != std::string::npos;
    out.push_back(settings.tls ? "localhost"
                  : v6         ? "[" + settings.address + "]"
                               : settings.address);
    return out;
  }
  auto host = host_of(settings.public_url);
  out.push_back(host);
  // A proxy may take the port away on which it was asked.
  auto colon = host.rfind(':');
  if (colon != std::string::npos && !host.ends_with(']')) out.push_back(host.substr(0, colon));
  return out;
}

}  // namespace

net::HttpServerOptions Program::server_options() {
  net::HttpServerOptions options{.address = settings.address, .port = settings.port};
  for (const auto& text : settings.trusted_proxies) {
    auto network = net::Network::parse(text);
    if (!network)
      throw std::runtime_error("the trusted proxy " + text +
                               " is not an address or a network, such as 10.0.0.0/8.");
    options.trusted_proxies.push_back(*network);
  }
  options.hosts = hosts_of(settings);
  options.any_host_paths = {"/healthz", "/readyz"};
  // What the world speaks to us decides how cookies are set, and no header does.
  options.secure = settings.tls || settings.public_url.starts_with("https://");
  if (settings.tls) {
    options.tls = net::TlsFiles{settings.certificate, settings.key};
    if (settings.certificate.empty()) {
      options.tls = net::TlsFiles{settings.data_directory + "/localhost.crt",
                                  settings.data_directory + "/localhost.key"};
      net::ensure_local_certificate(*options.tls);
    }
    return options;
  }
  if (!net::Address::parse(settings.address))
    throw std::runtime_error(fmt::format(
        "the address {} is not one of a machine: with --address is written 127.0.0.1 or ::1 (this "
        "machine alone), 0.0.0.0 or :: (everybody), or one of this machine's addresses.",
        settings.address));
  if (settings.address != "127.0.0.1" && settings.address != "::1")
    throw std::runtime_error(
        "plain HTTP is for this machine only. Use --tls, or listen on 127.0.0.1 behind a proxy "
        "that speaks HTTPS.");
  if (options.secure && options.trusted_proxies.empty())
    throw std::runtime_error(
        "public_url begins with https, and this program listens for plain HTTP: a proxy must stand "
        "before it. Name the proxy's address with --trusted-proxy (trusted_proxies in varde.toml), "
        "such as 127.0.0.1, so that clients are told apart; or use --tls.");
  return options;
}

// On a listener of their own: behind a proxy the public one is everybody's.
void Program::serve_metrics() {
  const auto& where = settings.metrics_address;
  auto colon = where.rfind(':');
  auto address = net::Address::parse(std::string_view(where).substr(0, colon));
  int port = -1;
  if (colon != std::string::npos) {
    auto digits = std::string_view(where).substr(colon + 1);
    auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (ec != std::errc() || end != digits.data() + digits.size()) port = -1;
  }
  if (!address || port < 0 || port > 65535)
    throw std::runtime_error("the address of the metrics is written 127.0.0.1:9464, and not " +
                             where);
  net::HttpServerOptions options{.address = address->str(),
                                 .port = static_cast<unsigned short>(port)};
  if (address->is_loopback()) options.hosts = {"localhost"};
  metrics_server = std::make_unique<net::HttpServer>(options, [](net::Request& request) {
    if (request.path != "/metrics" || request.method != "GET")
      return web::error_response(not_found("Only /metrics is served here."), request.id);
    auto response = net::text_response(200, "text/plain; version=0.0.4", metrics::render_all());
    return secure_headers(std::move(response), request);
  });
  metrics_server->start({web_loops[0].get()});
  // For scripts beside the program.
  std::ofstream(settings.data_directory + "/metrics-address")
      << (address->is_v4() ? address->str() : "[" + address->str() + "]") << ":"
      << metrics_server->port() << "\n";
}

Program::Program(Settings s) : settings(std::move(s)) {}
Program::~Program() { stop(); }

// What only reads is asked once more when its connection broke: a database that was restarted
// meanwhile is there again, or is waited for.
net::Response Program::answer(net::Request& request) {
  if (request.method == "GET" || request.method == "HEAD") {
    try {
      return router.route(request);
    } catch (const db::Closed&) {
      throw;
    } catch (const db::Unavailable& e) {
      log::info("A request is asked once more", {{"request_id", request.id}, {"what", e.what()}});
    }
  }
  return router.route(request);
}

void Program::open_databases() {
  std::string main, keystore;
  if (settings.embedded) {
    auto installation = installation_of(settings);
    auto told = operate::settle_restore(installation);
    if (!told.empty()) log::warning(told.substr(0, told.find('\n')));
    auto options_of = [&](db::ClusterOptions options, operate::Cluster which) {
      if (settings.backup.enabled)
        options.archive_command = operate::PgBackRest::archive_command(installation, which);
      return std::make_unique<db::Cluster>(std::move(options));
    };
    clusters.push_back(options_of(installation.main, operate::Cluster::main));
    clusters.push_back(options_of(installation.keystore, operate::Cluster::keystore));
    if (settings.backup.enabled) {
      operate::PgBackRest::check_installed();
      operate::check(settings.backup);
      operate::keep_settings(installation);
      operate::PgBackRest(installation).write_configuration();
    }
    check_clusters(settings);
    for (auto& cluster : clusters) cluster->start();
    main = clusters[0]->conninfo();
    keystore = clusters[1]->conninfo();
  } else {
    main = settings.database;
    keystore = settings.keystore;
  }
  if (settings.embedded)
    db::run_script(keystore, "varde_super",
                   "GRANT pg_checkpoint, pg_monitor TO varde_owner; GRANT EXECUTE ON FUNCTION "
                   "pg_switch_wal() TO varde_owner");
  auto applied = db::migrate(main, "main") + db::migrate(keystore, "keystore");
  if (applied > 0) log::info("Migrations applied", {{"count", applied}});
  bool fresh = settings.embedded && clusters[1]->created();
  database = std::make_unique<db::Database>(main, settings.connections);
  keys = std::make_unique<trust::Keystore>(keystore, root_key_of(settings), settings.connections);
  health = std::make_unique<Health>(main, keystore);
  net::run_fiber([&] {
    // Connections belong to the loop that this fiber runs on, which ends with it, whatever happens.
    struct Close {
      trust::Keystore& keys;
      ~Close() { keys.close_idle(); }
    } close{*keys};
    keys->open(log_name(settings.public_url), fresh || !settings.embedded);
    keys->create_tenant(trust::kAccounts);
  });
  if (settings.embedded) std::ofstream(complete(settings)) << kDataFormat << "\n";
}

void add_routes(Program& program) {
  program.api = std::make_unique<trust::Api>(
      program.router,
      [&program](net::Request& request, const web::RouteInfo& route) {
        return program.identity->gate(request, route);
      },
      [&program](trust::Ctx& ctx, const web::RouteInfo& route) {
        return program.identity->begin(ctx, route);
      },
      [&program](trust::Ctx& ctx, const web::RouteInfo& route, net::Response& response) {
        return program.identity->finish(ctx, route, response);
      });
  program.identity->add_routes(*program.api);
  trust::add_tenant_routes(*program.api);
  trust::add_trail_routes(*program.api);
  trust::add_reads_routes(*program.api);
  trust::add_quota_routes(*program.api);
  trust::add_notice_routes(*program.api);
  program.modules = make_modules(program);
  for (auto& module : program.modules) {
    if (module.routes) module.routes(*program.api);
    // What a copy would show to visitors is not so any more.
    if (module.pages && !program.settings.copy_of) module.pages(program.router);
  }
  add_home_routes(*program.api, program.modules);
  add_console(program.router, program.ready, program.health);
}

void Program::start() {
  ::signal(SIGPIPE, SIG_IGN);
  // Signals are taken by run_until_signalled(); blocked before any thread exists, so that every
  // thread inherits it.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  drop_root(settings);
  take_data_directory(settings);
  crypto::initialise();
  if (!settings.test_clock.empty()) use_clock_file(settings.test_clock);
  trust::use_password_filter(settings.data_directory + "/passwords.filter");
  if (!settings.name_server.empty() && !net::use_name_server(settings.name_server))
    throw std::runtime_error("the name server " + settings.name_server +
                             " is not an IPv4 address, with a port or without: 192.0.2.53:5353.");
  open_databases();

  for (std::size_t i = 0; i < settings.loops; ++i) {
    web_loops.push_back(std::make_unique<net::Loop>(fmt::format("web-{}", i)));
    work_loops.push_back(std::make_unique<net::Loop>(fmt::format("work-{}", i)));
  }
  std::vector<net::Loop*> web, work;
  for (auto& loop : web_loops) web.push_back(loop.get());
  for (auto& loop : work_loops) work.push_back(loop.get());

  base.reset(new trust::Base{*database, *keys, settings.public_url, settings.data_directory, ""});
  auto allowed = net::AddressPolicy::parse(settings.allowed_networks);
  if (!allowed)
    throw std::runtime_error(
        "the networks that connections may go to (allowed_networks, --allow-network) are written "
        "\"10.1.0.0/16\" or \"fd00::/8\"; \"private\" are all that are not public");
  base->egress = std::make_shared<const net::AddressPolicy>(std::move(*allowed));
  base->quotas.defaults = settings.quotas;
  base->request_timeout = std::chrono::seconds(settings.request_timeout);
  base->witness = settings.witness;
  base->ledger = settings.ledger;
  if (settings.copy_of) {
    base->extensions.add(trust::ReadOnlyCopy{*settings.copy_of});
    trust::remember_no_keys();
  }
  identity = std::make_unique<trust::Identity>(*base);
  workers = std::make_unique<jobs::Workers>(*database, 16);
  auto options = server_options();
  server = std::make_unique<net::HttpServer>(options, [this](net::Request& request) {
    net::Response response;
    try {
      if (!routed) throw db::Unavailable("starting");
      auto refused = refused_by_copy(settings, request);
      response = refused ? std::move(*refused) : answer(request);
    } catch (const db::Closed&) {
      response = web::error_response(
          Error{ErrorCode::unavailable,
                "This organisation's data is being brought back to an earlier moment. Try again in "
                "a minute.",
                {},
                "tenant-closed",
                5},
          request.id);
    } catch (const db::Unavailable& e) {
      response = refused_for_now(request, e.what());
    } catch (const db::SqlError& e) {
      if (!e.is_outage()) throw;
      response = refused_for_now(request, e.what(), e.state == "53100");
    }
    return secure_headers(std::move(response), request);
  });
  server->start(web);
  serve_metrics();
  if (base->public_url.empty())
    base->public_url = fmt::format("{}://{}:{}", settings.tls ? "https" : "http",
                                   settings.tls ? "localhost" : settings.address, server->port());
  settings.public_url = base->public_url;
  // For scripts beside the program: where it is to be reached.
  std::ofstream(settings.data_directory + "/address") << base->public_url << "\n";
  keep_posture(settings);

  add_routes(*this);
  routed = true;
  if (!settings.copy_of) start_work(work);
  if (!settings.copy_of) keep_counts(*work.front());
  web_loops[0]->spawn([this] {
    // Another node ended a session or changed a right: forget what is remembered.
    while (true) {
      try {
        db::Listener listener(database->conninfo(), "varde_system", {"varde_sessions"});
        while (true)
          if (listener.next(net::in(std::chrono::seconds(30)))) identity->forget_sessions();
      } catch (const db::Unavailable&) {
        net::sleep_for(std::chrono::seconds(1));
      }
    }
  });
  work_loops[0]->spawn([this] { health->watch(settings.embedded); });
  work_loops[0]->spawn([this] { operate::watch_room(*base, places_of(settings)); });
  ready = true;
  log::info("Varde is running", {{"url", base->public_url}, {"version", VARDE_VERSION}});
}

void Program::keep_counts(net::Loop& loop) {
  base->reads.begin();
  loop.spawn([this] {
    while (true) {
      net::sleep_for(std::chrono::seconds(1));
      base->reads.flush(*base);
      base->quotas.flush(*base);
    }
  });
  // Requests have ended by then, and the loops run still.
  on_stop.push_back([this, &loop] {
    auto done = std::make_shared<std::promise<void>>();
    loop.spawn([this, done] {
      base->reads.flush(*base);
      base->quotas.flush(*base);
      done->set_value();
    });
    done->get_future().wait_for(std::chrono::seconds(5));
  });
}

void Program::start_work(const std::vector<net::Loop*>& loops) {
  trust::add_identity_jobs(*base, *workers);
  trust::add_trail_jobs(*base, *workers);
  trust::add_erasure_jobs(*base, *workers);
  for (auto& module : modules)
    if (module.jobs) module.jobs(*workers);
  workers->start(loops, settings.embedded);
}

void Program::run_until_signalled() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  // On this thread, which lives as long as the databases may: they end with the thread that started
  // them.
  constexpr timespec kTurn{0, 100'000'000};
  Notify systemd;
  systemd.ready();
  auto beats = std::make_shared<std::vector<std::atomic<std::int64_t>>>(web_loops.size() +
                                                                        work_loops.size());
  std::size_t place = 0;
  for (auto* set : {&web_loops, &work_loops})
    for (auto& loop : *set)
      loop->spawn([beats, mine = place++] {
        while (true) {
          (*beats)[mine] = steady_seconds();
          net::sleep_for(std::chrono::seconds(1));
        }
      });
  int signal = -1;
  while (signal < 0) {
    signal = ::sigtimedwait(&signals, nullptr, &kTurn);
    if (signal >= 0) break;
    for (auto& cluster : clusters) cluster->tend();
    // A loop that does not turn for ten seconds hangs.
    if (std::ranges::all_of(*beats, [](const auto& at) { return steady_seconds() - at < 10; }))
      systemd.alive();
  }
  systemd.stopping();
  log::info("Stopping", {{"signal", signal}});
}

void Program::stop() {
  if (stopped_) return;
  stopped_ = true;
  ready = false;
  std::error_code ignored;
  if (server) fs::remove(settings.data_directory + "/address", ignored);
  if (server) fs::remove(settings.data_directory + "/metrics-address", ignored);
  if (metrics_server) metrics_server->drain(std::chrono::seconds(1));
  if (server) server->drain(std::chrono::seconds(10));
  for (auto& action : on_stop) action();
  if (workers) workers->drain(std::chrono::seconds(10));
  for (auto* set : {&web_loops, &work_loops})
    for (auto& loop : *set) {
      if (database) {
        loop->post([this] {
          database->close_idle();
          keys->close_idle();
        });
      }
      loop->stop();
    }
  for (auto& cluster : clusters) cluster->stop();
}

}  // namespace varde::app
