#include "operate/backup/state.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <stdexcept>

#include "web/reflect.hpp"

namespace varde::operate {

State read_state(const Installation& installation) {
  auto path = installation.place() + "/state.json";
  auto text = read_file(path);
  if (!text) return {};
  auto json = web::parse_json(*text);
  auto state = json ? web::read<State>(*json) : Result<State>(json.error());
  if (!state)
    throw std::runtime_error(path + " cannot be read. Move it away: what it knows of restores and "
                             "drills is then forgotten, and the next backup is a full one.");
  return *state;
}

void keep_state(const Installation& installation, const State& state) {
  replace_file(installation.place() + "/state.json",
               boost::json::serialize(web::write(state)) + "\n");
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
