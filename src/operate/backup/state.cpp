#include "operate/backup/state.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>

#include "web/reflect.hpp"

namespace varde::operate {

namespace {

// A copy beside the backups: after the loss of the data directory a restore must know which lives
// there were. In S3 there is none; pgBackRest 2.45 has no command that puts a file there.
std::optional<std::string> copy_path(const Installation& installation) {
  if (installation.backup.in_s3()) return std::nullopt;
  return installation.repository() + "/varde-state.json";
}

}  // namespace

State read_state(const Installation& installation) {
  auto path = installation.place() + "/state.json";
  auto text = read_file(path);
  if (auto copy = copy_path(installation); !text && copy) {
    path = *copy;
    text = read_file(path);
  }
  if (!text) return {};
  auto json = web::parse_json(*text);
  auto state = json ? web::read<State>(*json) : Result<State>(json.error());
  if (!state)
    throw std::runtime_error(path +
                             " cannot be read. Move it away: what it knows of restores and "
                             "drills is then forgotten, and the next backup is a full one.");
  return *state;
}

void keep_state(const Installation& installation, const State& state) {
  auto text = boost::json::serialize(web::write(state)) + "\n";
  replace_file(installation.place() + "/state.json", text);
  // Not where the repository's disk is not mounted.
  auto copy = copy_path(installation);
  if (!copy || !std::filesystem::exists(installation.repository() + "/recent")) return;
  State lives;
  lives.forks = state.forks;
  replace_file(*copy, boost::json::serialize(web::write(lives)) + "\n");
}

Lock::Lock(const std::string& path)
    : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
  if (file_ < 0) throw std::runtime_error("cannot write " + path);
  held_ = ::flock(file_, LOCK_EX | LOCK_NB) == 0;
}

Lock::~Lock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace varde::operate
