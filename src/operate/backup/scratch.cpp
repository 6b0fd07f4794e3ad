#include "operate/backup/scratch.hpp"

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

}  // namespace varde::operate
