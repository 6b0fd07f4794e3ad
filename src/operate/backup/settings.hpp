// What is backed up where, how often, and for how long; and what the work needs to know of the
// installation. All ages and times of this folder are by the clock of the machine, as PostgreSQL's
// and pgBackRest's are, and not by varde::now(), which tests move.
#pragma once

#include <boost/describe.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "db/cluster.hpp"
#include "trust/ctx.hpp"

namespace varde::operate {

struct BackupSettings {
  bool enabled = true;
  std::string repository;  ///< Folder; with S3, the prefix in the bucket. Default: DATA/backup/…
  std::string s3_endpoint, s3_bucket, s3_region;
  std::string s3_key_file, s3_secret_file;  ///< Files with the access key and its secret.
  std::string s3_ca_file;                   ///< Whom the endpoint's certificate is signed by.
  bool s3_verify_tls = true;
  bool s3_path_style = false;  ///< https://endpoint/bucket instead of https://bucket.endpoint.
  // Seconds.
  std::int64_t full_every = 7 * 86400, differential_every = 86400, keep = 30 * 86400;
  std::int64_t monthly_every = 2629800, monthly_keep = 366 * 86400;
  std::int64_t keystore_every = 86400, keystore_keep = 7 * 86400;
  std::int64_t record_every = 3600, drill_every = 7 * 86400;
  /// How long recording a moment may read contents for digests, in each cluster; then it ends with
  /// the table at hand.
  std::int64_t digest_time = 60;
  std::int64_t look_every = 600;  ///< How often the program looks what is due.
  std::string ledger;  ///< Where the ledger of erasures is kept as well; restores work it off.
  bool in_s3() const { return !s3_bucket.empty(); }
};
BOOST_DESCRIBE_STRUCT(BackupSettings, (),
                      (enabled, repository, s3_endpoint, s3_bucket, s3_region, s3_key_file,
                       s3_secret_file, s3_ca_file, s3_verify_tls, s3_path_style, full_every,
                       differential_every, keep, monthly_every, monthly_keep, keystore_every,
                       keystore_keep, record_every, drill_every, digest_time, look_every, ledger))

/// "30d", "12h", "10m", "45s" as seconds; nullopt when it is none of these, or not from a second to
/// ten years.
std::optional<std::int64_t> parse_period(std::string_view text);
/// The longest unit that fits: "30 days", "2 hours".
std::string period_text(std::int64_t seconds);
/// Throws std::runtime_error with what is wrong and how to mend it.
void check(const BackupSettings& settings);

/// Run by every restore on the recovered databases, before anybody can reach them: erases again
/// what was erased after the time that was restored to.
using EraseAgain = std::function<void(trust::Base& base, Timestamp to)>;

/// The installation as the backups see it.
struct Installation {
  std::string data_directory;
  db::ClusterOptions main, keystore;  ///< As the program starts them.
  trust::RootKey root_key;
  std::string public_url;
  BackupSettings backup;
  std::vector<EraseAgain> erase_again;
  /// Makes what the modules add to a Base (trust/extensions.hpp) known to this one.
  std::function<void(trust::Base&)> extend;
  std::string place() const { return data_directory + "/backup"; }
  std::string repository() const;
};

/// What the running program works with, for the commands beside it (DATA/backup/settings.json).
void keep_settings(const Installation& installation);
/// nullopt when the program never ran with backups here.
std::optional<BackupSettings> kept_settings(const std::string& data_directory);

/// The clock of the machine.
Timestamp machine_now();
/// Replaces a file so that a crash leaves the old or the new one, readable by its owner alone.
void replace_file(const std::string& path, std::string_view text);
/// nullopt when there is none.
std::optional<std::string> read_file(const std::string& path);

}  // namespace varde::operate
