#include "db/cluster.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "base/alarms.hpp"
#include "base/log.hpp"
#include "db/tx.hpp"

namespace varde::db {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr const char* kVersion = "15";

// Of tend(): before a start, of a life that lets the pauses begin anew, and of a program's file.
constexpr std::chrono::milliseconds kFirstPause{100}, kLongestPause{30'000};
constexpr auto kLongLife = std::chrono::minutes(1);
constexpr auto kLookAtProgram = std::chrono::seconds(5);
constexpr auto kStill = std::chrono::seconds(30);
// Of a log, and of the one before it.
constexpr std::uintmax_t kLargestLog = 32U << 20;

// Changes when the file is exchanged; empty when it is not there.
std::string mark_of(const std::string& path) {
  struct stat file{};
  if (::stat(path.c_str(), &file) != 0) return {};
  return fmt::format("{}:{}:{}.{}", file.st_dev, file.st_ino, file.st_mtim.tv_sec,
                     file.st_mtim.tv_nsec);
}

// What brings the files of a cluster back, as "varde restore" takes it.
std::string_view restore_words(const ClusterOptions& options) {
  return options.name == "keystore" ? "--keystore" : "--to latest";
}

// Runs a program with its output in `log`, and returns its exit code.
int run(const std::vector<std::string>& command, const std::string& log) {
  std::vector<char*> argv;
  for (const auto& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("cannot start " + command[0]);
  if (child == 0) {
    int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(out, 1);
    ::dup2(out, 2);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const fs::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text;
  out.flush();
  if (!out) throw std::runtime_error("cannot write " + path.string());
}

std::string os_user() {
  const auto* entry = ::getpwuid(::geteuid());
  if (entry == nullptr)
    throw std::runtime_error("the user that runs the program has no name in /etc/passwd");
  return entry->pw_name;
}

}  // namespace

std::string postgres_bin() {
  std::string path = fmt::format("/usr/lib/postgresql/{}/bin", kVersion);
  if (!fs::exists(path + "/postgres"))
    throw std::runtime_error(fmt::format(
        "PostgreSQL {0} is not installed. Install it: apt install postgresql-{0}", kVersion));
  return path;
}

Cluster::Cluster(ClusterOptions options)
    : options_(std::move(options)),
      data_(options_.directory + "/data"),
      socket_(options_.directory + "/socket"),
      log_(options_.directory + "/log") {
  // A Unix socket's path has room for 107 bytes; PostgreSQL appends "/.s.PGSQL.5432".
  if (socket_.size() + 15 > 107)
    throw std::runtime_error(
        "the path of the data directory is too long for a Unix socket (at most 85 characters): " +
        options_.directory);
}

Cluster::~Cluster() { stop(); }

std::string Cluster::conninfo() const {
  return "host=" + socket_ + " port=5432 dbname=varde connect_timeout=10";
}

void Cluster::start() {
  fs::create_directories(log_);
  fs::create_directories(socket_);
  fs::permissions(socket_, fs::perms::owner_all);
  if (!fs::exists(data_)) {
    create();
    created_ = true;
  } else {
    auto version = read_file(fs::path(data_) / "PG_VERSION");
    if (version.empty())
      throw std::runtime_error(fmt::format(
          "{0}/PG_VERSION cannot be read: the data of PostgreSQL is damaged, or belongs to another "
          "user. Look at its owner; if that is right, restore: varde restore {1}",
          data_, restore_words(options_)));
    if (!version.starts_with(kVersion))
      throw std::runtime_error(
          fmt::format("{} belongs to PostgreSQL {}, and this program runs {}. Move the data with "
                      "pg_upgrade, or "
                      "start the version of Varde that made it.",
                      data_, version.substr(0, version.find('\n')), kVersion));
    wait_for_a_predecessor();
  }
  launch();
  wait_until_ready();
  if (created_)
    run_script("host=" + socket_ + " port=5432 dbname=postgres", "varde_super",
               "CREATE DATABASE varde OWNER varde_owner ENCODING 'UTF8' TEMPLATE template0");
}

bool Cluster::exists() const {
  return read_file(fs::path(data_) / "PG_VERSION").starts_with(kVersion);
}

void Cluster::create() {
  auto fresh = data_ + ".new";
  fs::remove_all(fresh);
  auto log = log_ + "/initdb.log";
  if (run({postgres_bin() + "/initdb", "-D", fresh, "-U", "varde_super", "--auth=peer",
           "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "--no-sync",
           "--no-instructions"},
          log) != 0)
    throw std::runtime_error("the database cannot be made. Why is said at the end of " + log +
                             ". Is there room on the disk, and may it be written to?");
  // The roles are made while nobody can connect: postgres in single-user mode reads statements from
  // standard input.
  auto setup = fresh + "/varde-roles.sql";
  std::string sql = "CREATE ROLE varde_owner LOGIN;\n";
  for (const auto& role : options_.roles)
    sql += fmt::format("CREATE ROLE {} LOGIN NOBYPASSRLS;\n", role);
  write_file(setup, sql);
  if (run({"/bin/sh", "-c",
           fmt::format("'{}/postgres' --single -D '{}' postgres < '{}'", postgres_bin(), fresh,
                       setup)},
          log) != 0)
    throw std::runtime_error("the database's roles cannot be made. Why is said at the end of " +
                             log + ". Is there room on the disk?");
  fs::remove(setup);
  run({"/bin/sync", "-f", fresh}, log);
  fs::rename(fresh, data_);
}

void Cluster::wait_for_a_predecessor() {
  // After a SIGKILL of the program its postmaster is still shutting down. Its file names its
  // process; the process must be ours (its command line names our directory) before we wait for it
  // or hasten it.
  auto pid_file = fs::path(data_) / "postmaster.pid";
  auto ours = [&]() -> pid_t {
    auto text = read_file(pid_file);
    auto pid = static_cast<pid_t>(std::strtol(text.c_str(), nullptr, 10));
    if (pid <= 1) return 0;
    return read_file(fmt::format("/proc/{}/cmdline", pid)).find(data_) != std::string::npos ? pid
                                                                                            : 0;
  };
  auto pid = ours();
  if (pid == 0) return;
  ::kill(pid, SIGINT);
  for (int i = 0; i < 3000 && ours() == pid; ++i) {
    if (i == 2000) ::kill(pid, SIGQUIT);
    std::this_thread::sleep_for(10ms);
  }
  if (ours() == pid)
    throw std::runtime_error(fmt::format(
        "another PostgreSQL (process {}) still uses {} and does not stop. Stop it first.", pid,
        data_));
}

void Cluster::launch() {
  std::string conf =
      "# Written by the program at every start; change varde.toml instead.\n"
      "listen_addresses = ''\nport = 5432\nunix_socket_directories = '" +
      socket_ +
      "'\nunix_socket_permissions = 0700\nlogging_collector = off\nlog_min_messages = warning\n"
      // The details of an error may be a row.
      "log_error_verbosity = terse\n"
      "timezone = 'UTC'\nlog_timezone = 'UTC'\ncluster_name = 'varde-" +
      options_.name + "'\n";
  for (const auto& line : options_.settings) conf += line + "\n";
  if (!options_.archive_command.empty()) {
    auto command = options_.archive_command;
    for (std::size_t at; (at = command.find("{data}")) != std::string::npos;)
      command.replace(at, 6, data_);
    // A minute's changes are what a lost disk may cost.
    conf += "archive_mode = on\narchive_timeout = 60s\narchive_command = '" + command + "'\n";
  }
  // Nobody reads what is not wholly recovered yet.
  recovering_ = fs::exists(fs::path(data_) / "recovery.signal");
  if (recovering_) conf += "hot_standby = off\n";
  write_file(fs::path(data_) / "postgresql.conf", conf);
  // At every start: what is restored may be from a machine where the user had another name.
  write_file(fs::path(data_) / "pg_hba.conf", "local all all peer map=varde\n");
  auto user = os_user();
  std::string map = fmt::format("varde {} varde_super\nvarde {} varde_owner\n", user, user);
  for (const auto& role : options_.roles) map += fmt::format("varde {} {}\n", user, role);
  write_file(fs::path(data_) / "pg_ident.conf", map);

  auto binary = postgres_bin() + "/postgres";
  auto log = log_ + "/postgres.log";
  auto parent = ::getpid();
  pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("cannot start PostgreSQL");
  if (child == 0) {
    ::setpgid(0, 0);
    sigset_t none;  // the program waits for signals by holding them back
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::prctl(PR_SET_PDEATHSIG, SIGINT);
    if (::getppid() != parent) ::_exit(1);
    int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    int in = ::open("/dev/null", O_RDONLY);
    ::dup2(in, 0);
    ::dup2(out, 1);
    ::dup2(out, 2);
    for (int fd = 3; fd < 1024; ++fd) ::close(fd);
    ::execl(binary.c_str(), binary.c_str(), "-D", data_.c_str(), nullptr);
    ::_exit(127);
  }
  pid_ = child;
  program_ = mark_of(binary);
  changed_.clear();
}

void Cluster::tend() {
  auto now = Clock::now();
  int status = 0;
  if (pid_ != 0 && ::waitpid(pid_, &status, WNOHANG) == pid_) {
    pid_ = 0;
    // A short life makes the next pause longer.
    bool short_life = tended_ != Tended::up || now - since_ < kLongLife;
    pause_ = short_life ? std::clamp(pause_ * 2, kFirstPause, kLongestPause) : kFirstPause;
    tended_ = Tended::resting;
    since_ = now;
    alarms::raise("database", options_.name,
                  fmt::format("The {} database has stopped and is being started again. Its words "
                              "are in {}/postgres.log",
                              options_.name, log_));
  }
  switch (tended_) {
    case Tended::up:
      look_at_the_program();
      break;
    case Tended::resting:
      if (now - since_ >= pause_) begin_again();
      break;
    case Tended::starting:
      if (PQping(("host=" + socket_ +
                  " port=5432 dbname=postgres user=varde_super "
                  "connect_timeout=2")
                     .c_str()) != PQPING_OK)
        break;
      tended_ = Tended::up;
      since_ = now;
      alarms::clear("database", options_.name);
      break;
  }
}

void Cluster::begin_again() {
  try {
    launch();
    tended_ = Tended::starting;
  } catch (const std::exception& e) {
    log::error("PostgreSQL could not be started", {{"cluster", options_.name}, {"what", e.what()}});
    pause_ = std::clamp(pause_ * 2, kFirstPause, kLongestPause);
  }
  since_ = Clock::now();
}

// New server processes are forked from the old postmaster, and load libraries of the new package:
// they must not be mixed for long.
void Cluster::look_at_the_program() {
  auto now = Clock::now();
  if (now - looked_at_ < kLookAtProgram) return;
  looked_at_ = now;
  keep_log_small();
  auto mark = mark_of(postgres_bin() + "/postgres");
  if (mark == program_ || mark.empty()) {
    changed_.clear();
    return;
  }
  if (mark != changed_) {
    changed_ = mark;
    changed_since_ = now;
    return;
  }
  if (now - changed_since_ < kStill) return;
  log::info("PostgreSQL's program was exchanged: it is stopped and started",
            {{"cluster", options_.name}});
  stop();
  pause_ = std::chrono::milliseconds(0);
  begin_again();
}

// PostgreSQL appends to the file that it was started with, so it is copied and cut off, not
// renamed: what is written meanwhile is lost, a line or two of 32 MB. Its own collector of logs
// (which turns files) names them by the time, and a line of a start that fails would be looked for
// in vain.
void Cluster::keep_log_small() {
  std::error_code failed;
  fs::path log = log_ + "/postgres.log";
  if (fs::file_size(log, failed) <= kLargestLog || failed) return;
  fs::copy_file(log, log_ + "/postgres.log.1", fs::copy_options::overwrite_existing, failed);
  if (!failed) fs::resize_file(log, 0, failed);
}

void Cluster::wait_until_ready() {
  auto probe = "host=" + socket_ + " port=5432 dbname=postgres user=varde_super connect_timeout=2";
  auto patience = recovering_ ? options_.recovery_patience : std::chrono::seconds(60);
  auto until = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < until) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = 0;
      throw std::runtime_error(
          fmt::format("PostgreSQL ({0}) ended while starting. Why is said at the end of "
                      "{1}/postgres.log. If its files are damaged, restore them: varde restore {2}",
                      options_.name, log_, restore_words(options_)));
    }
    if (PQping(probe.c_str()) == PQPING_OK) return;
    std::this_thread::sleep_for(5ms);
  }
  throw std::runtime_error(fmt::format(
      "PostgreSQL ({}) did not become ready within {} seconds. Why is said at the end of "
      "{}/postgres.log",
      options_.name, patience.count(), log_));
}

void Cluster::stop() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGINT);
  int status = 0;
  for (int i = 0; i < 3000; ++i) {
    if (::waitpid(pid_, &status, WNOHANG) != 0) {
      pid_ = 0;
      return;
    }
    if (i == 2000) ::kill(pid_, SIGQUIT);
    std::this_thread::sleep_for(10ms);
  }
  log::error("PostgreSQL did not stop within 30 seconds", {{"cluster", options_.name}});
}

}  // namespace varde::db
