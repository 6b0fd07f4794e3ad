// pgBackRest as this program uses it: one configuration for each cluster below DATA/backup, written
// anew at every start and readable by the program's user alone.
//
// Three repositories, each under a pass phrase of its own: the main cluster's of the last days, its
// monthly sets, and the keystore's, which is kept for a week and so must be able to vanish by
// itself. The monthly one stands in the configuration that PostgreSQL's archiver reads only while a
// monthly backup runs: such a set is complete with the log of its own minutes, and a month of log
// is not kept twice.
#pragma once

#include "operate/backup/plan.hpp"
#include "operate/backup/process.hpp"
#include "operate/backup/settings.hpp"

namespace varde::operate {

enum class Cluster { main, keystore };
std::string_view word(Cluster cluster);

inline constexpr int kRecent = 1, kMonthly = 2;  ///< Repositories of the main cluster.

/// For run(): ends a command that takes longer. pgBackRest itself tries for minutes.
std::function<bool()> within(std::chrono::seconds patience);

class PgBackRest {
 public:
  explicit PgBackRest(const Installation& installation);

  /// Throws with the package to install.
  static void check_installed();
  /// For ClusterOptions::archive_command.
  static std::string archive_command(const Installation& installation, Cluster cluster);

  /// Makes the pass phrases where there are none, and writes what pgBackRest and the archiver read.
  void write_configuration() const;
  /// From here on the archiver also fills the monthly repository, or no longer.
  void archive_monthly(bool also) const;
  /// The configuration as a text, for a cluster of somebody else's: pass phrases and places are
  /// words to be replaced.
  static std::string example();

  /// Runs a command of pgBackRest on a cluster's backups and returns what it printed. Throws with
  /// its words.
  std::string run(Cluster cluster, const std::vector<std::string>& words,
                  const std::function<bool()>& stop = nullptr) const;
  Info info(Cluster cluster) const;
  /// Files of the archive of the cluster that is backed up now, as paths within it.
  std::vector<std::string> archived(Cluster cluster) const;
  std::string configuration(Cluster cluster) const;

 private:
  std::string text(Cluster cluster, bool with_monthly) const;
  const Installation& installation_;
};

}  // namespace varde::operate
