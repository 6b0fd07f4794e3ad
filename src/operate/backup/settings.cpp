#include "operate/backup/settings.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>

#include "web/reflect.hpp"

namespace varde::operate {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kLongest = 10LL * 366 * 86400;

struct Unit {
  char letter;
  std::int64_t seconds;
  const char* one;
};
constexpr Unit kUnits[] = {
    {'d', 86400, "day"}, {'h', 3600, "hour"}, {'m', 60, "minute"}, {'s', 1, "second"}};

}  // namespace

std::optional<std::int64_t> parse_period(std::string_view text) {
  std::int64_t number = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end + 1 != text.data() + text.size()) return std::nullopt;
  for (const auto& unit : kUnits)
    if (*end == unit.letter && number >= 1 && number <= kLongest / unit.seconds)
      return number * unit.seconds;
  return std::nullopt;
}

std::string period_text(std::int64_t seconds) {
  for (const auto& unit : kUnits) {
    if (seconds < 2 * unit.seconds && unit.seconds > 1 && seconds != unit.seconds) continue;
    auto number = seconds / unit.seconds;
    return fmt::format("{} {}{}", number, unit.one, number == 1 ? "" : "s");
  }
  return "0 seconds";
}

void check(const BackupSettings& s) {
  if (!s.enabled) return;
  auto no_line_breaks = [](const std::string& text) {
    return std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  };
  for (const auto& text : {s.repository, s.s3_endpoint, s.s3_bucket, s.s3_region, s.s3_ca_file})
    if (!no_line_breaks(text))
      throw std::runtime_error("a setting of the backups has a line break or control character.");
  if (!s.repository.empty() && !s.repository.starts_with('/'))
    throw std::runtime_error(
        "the backup repository must be an absolute path: \"/mnt/backup/varde\", not \"" +
        s.repository + "\".");
  if (s.in_s3() && (s.s3_endpoint.empty() || s.s3_region.empty() || s.s3_key_file.empty() ||
                    s.s3_secret_file.empty()))
    throw std::runtime_error(
        "a backup repository in S3 needs s3_endpoint, s3_region, s3_key_file and s3_secret_file "
        "beside s3_bucket.");
  if (!s.in_s3() && !s.s3_endpoint.empty())
    throw std::runtime_error("a backup repository in S3 needs s3_bucket beside s3_endpoint.");
  if (s.keystore_keep > 7 * 86400)
    throw std::runtime_error(
        "backups of the keystore are kept for 7 days at most: a key that was destroyed lives on in "
        "them. Make keystore_keep \"7d\" or less.");
  if (s.keystore_keep < 2 * s.keystore_every)
    throw std::runtime_error(
        "keystore_keep must be at least twice keystore_every, or there are moments without a "
        "backup of the keystore.");
  if (s.digest_time > 1800)
    throw std::runtime_error("digest_time must be 30 minutes or less: \"60s\", \"30m\".");
  if (s.keep < s.full_every)
    throw std::runtime_error("keep must be at least as long as full_every.");
}

std::string Installation::repository() const {
  if (!backup.repository.empty()) return backup.repository;
  return backup.in_s3() ? "/varde" : place() + "/repository";
}

Timestamp machine_now() {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

void replace_file(const std::string& path, std::string_view text) {
  auto fresh = path + ".new";
  int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  bool ok = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
            ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  if (!ok || ::rename(fresh.c_str(), path.c_str()) != 0)
    throw std::runtime_error("cannot write " + path + ". Is the disk full?");
  int folder = ::open(fs::path(path).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    ::fsync(folder);
    ::close(folder);
  }
}

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

void keep_settings(const Installation& installation) {
  fs::create_directories(installation.place());
  fs::permissions(installation.place(), fs::perms::owner_all);
  replace_file(installation.place() + "/settings.json",
               boost::json::serialize(web::write(installation.backup)) + "\n");
}

std::optional<BackupSettings> kept_settings(const std::string& data_directory) {
  auto text = read_file(data_directory + "/backup/settings.json");
  if (!text) return std::nullopt;
  auto json = web::parse_json(*text);
  // What a version before this one did not know yet is as it is without a word about it.
  if (json && json->is_object()) {
    const auto usual = web::write(BackupSettings());
    for (const auto& [name, value] : usual.as_object()) json->as_object().emplace(name, value);
  }
  auto settings = json ? web::read<BackupSettings>(*json) : Result<BackupSettings>(json.error());
  if (!settings)
    throw std::runtime_error(data_directory +
                             "/backup/settings.json cannot be read. Start Varde once: it writes "
                             "the file anew.");
  return *settings;
}

}  // namespace varde::operate
