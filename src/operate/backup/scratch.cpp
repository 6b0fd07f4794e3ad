#include "operate/backup/scratch.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

#include "base/log.hpp"
#include "base/random.hpp"
#include "db/cluster.hpp"

namespace varde::operate {

namespace fs = std::filesystem;

namespace {

const char* prefix(Scratch kind) {
  switch (kind) {
    case Scratch::restored:
      return "new.";
    case Scratch::latest:
      return "now.";
    case Scratch::drill:
      return "try.";
    case Scratch::one:
      return "one.";
  }
  return "";
}

}  // namespace

std::string fresh_scratch(const std::string& data_directory, Scratch kind) {
  while (true) {
    auto name = prefix(kind) + random_token(3);
    if (fs::create_directory(data_directory + "/" + name)) return name;
  }
}

void remove_scratch(const std::string& data_directory, Scratch kind) {
  std::error_code none;
  std::vector<std::string> left;
  for (const auto& entry : fs::directory_iterator(data_directory, none))
    if (entry.path().filename().string().starts_with(prefix(kind)))
      left.push_back(entry.path().string());
  for (const auto& directory : left) {
    int lock = ::open((directory + "/lock").c_str(), O_RDWR | O_CLOEXEC);
    bool used = lock >= 0 && ::flock(lock, LOCK_EX | LOCK_NB) != 0;
    if (lock >= 0) ::close(lock);
    if (used) continue;
    db::Cluster({.directory = directory, .name = "scratch"}).end_predecessor();
    constexpr int kAttempts = 5;
    std::error_code failed;
    for (int i = 0; i < kAttempts; ++i) {
      fs::remove_all(directory, failed);
      if (!failed) break;
    }
    if (failed)
      log::warning("A folder of an ended restore or drill cannot be removed yet",
                   {{"folder", directory}, {"what", failed.message()}});
  }
}

db::ClusterOptions scratch_options(const Installation& installation, const std::string& folder,
                                   Cluster which) {
  return {.directory = installation.data_directory + "/" + folder,
          .name = "drill",
          .settings = {"fsync = off", "full_page_writes = off", "shared_buffers = 64MB",
                       "max_connections = 20", "autovacuum = off", "jit = off"},
          .roles = (which == Cluster::main ? installation.main : installation.keystore).roles};
}

void fetch_scratch(const Installation& installation, const db::Cluster& cluster,
                   const std::string& label, int repository, std::vector<std::string> words,
                   Cluster which) {
  words.insert(words.begin(), {fmt::format("--repo={}", repository), "--pg1-path=" + cluster.data(),
                               "--set=" + label, "--archive-mode=off"});
  words.emplace_back("restore");
  PgBackRest(installation).run(which, words);
}

}  // namespace varde::operate
