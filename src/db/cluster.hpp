// The embedded PostgreSQL: a cluster that the program owns.
//
// `varde up` runs two of these below its data directory. Each is reached only through a Unix socket
// in its own folder, by peer authentication: no password exists. The postmaster is in a process
// group of its own and is told by the kernel when the program dies (PR_SET_PDEATHSIG), so that
// SIGKILL of the program ends in an orderly shutdown of the database and never in two postmasters
// on one directory. initdb runs into NAME.new and is renamed when complete: a crash in the middle
// leaves nothing that looks finished.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace varde::db {

struct ClusterOptions {
  std::string directory;  ///< Holds data/, socket/ and log/; absolute, socket path ≤ 107 bytes.
  std::string name;       ///< For messages: "main", "keystore".
  std::vector<std::string> settings;  ///< Lines for postgresql.conf.
  std::vector<std::string>
      roles;  ///< Login roles that the operating-system user may take, beside varde_owner.
  /// Hands a finished piece of the write-ahead log to the archive; "{data}" stands for the data
  /// directory. Empty: there is no archive.
  std::string archive_command;
  /// How long a recovery from a backup may take; a start without one has a minute.
  std::chrono::seconds recovery_patience{std::chrono::hours(24)};
};

class Cluster {
 public:
  explicit Cluster(ClusterOptions options);
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  /// Creates the cluster if there is none and starts it; returns when it takes connections. Call it
  /// on the main thread before others exist: the death signal is tied to the thread that forks.
  /// Throws std::runtime_error with a sentence that says what to do.
  /// A data directory that a backup was restored into is first recovered, as far as it says.
  void start();
  /// Fast shutdown; waits for it.
  void stop();
  /// Looks after it: call it each tenth of a second or so, on the thread that called start(). A
  /// postmaster that ended, whatever the reason, is started again, with growing pauses; one whose
  /// program was exchanged (an update of the package) is stopped and started when that has been
  /// still for half a minute. An alarm ("database") stands meanwhile. Does not wait.
  void tend();
  /// Ends a postmaster that an earlier life of the program left on this directory. Throws when it
  /// does not end.
  void end_predecessor() { wait_for_a_predecessor(); }
  /// libpq's connection string, without a user.
  std::string conninfo() const;
  /// Whether there is a data directory to start on, of this version of PostgreSQL.
  bool exists() const;
  const std::string& data() const { return data_; }
  /// Whether start() had to create the cluster.
  bool created() const { return created_; }

 private:
  void create();
  void launch();
  void wait_for_a_predecessor();
  void wait_until_ready();
  ClusterOptions options_;
  std::string data_, socket_, log_;
  void begin_again();
  void look_at_the_program();
  void keep_log_small();
  pid_t pid_ = 0;
  bool created_ = false, recovering_ = false;

  // What tend() knows.
  using Clock = std::chrono::steady_clock;
  enum class Tended { up, starting, resting } tended_ = Tended::up;
  std::chrono::milliseconds pause_{0};  ///< Before the next start.
  Clock::time_point since_{};           ///< When it came up, or what is waited for began.
  std::string program_, changed_;       ///< What the program's file was, and what it is since.
  Clock::time_point changed_since_{}, looked_at_{};
};

/// The folder of PostgreSQL's programs (initdb, postgres), version 15. Throws with the package to
/// install.
std::string postgres_bin();

}  // namespace varde::db
