#include "app/output.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <utility>

namespace varde::app {

Output::Output(std::string path, Existing existing) : path_(std::move(path)) {
  if (path_.empty()) return;
  int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
  if (existing == Existing::refused) flags |= O_EXCL;
  file_ = ::open(path_.c_str(), flags, 0600);
  if (file_ < 0 && errno == EEXIST)
    throw std::runtime_error(path_ + " is there already. Remove it, or name another file.");
  // One that was there before may be open to others.
  if (file_ < 0 || ::fchmod(file_, 0600) != 0) throw std::runtime_error("cannot write " + path_);
}

Output::~Output() {
  if (file_ < 0) return;
  if (!kept_ && begun_ && ::ftruncate(file_, 0) == 0) ::unlink(path_.c_str());
  ::close(file_);
}

bool Output::write(std::string_view bytes) {
  if (file_ >= 0 && !std::exchange(begun_, true) && ::ftruncate(file_, 0) != 0) failed();
  while (!bytes.empty()) {
    auto written = ::write(file_ < 0 ? STDOUT_FILENO : file_, bytes.data(), bytes.size());
    if (written < 0) failed();
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

void Output::keep() {
  if (file_ >= 0 && ::fsync(file_) != 0) failed();
  kept_ = true;
}

void Output::failed() const {
  throw std::runtime_error("cannot write " + (path_.empty() ? std::string("the output") : path_) +
                           ". Is there room?");
}

}  // namespace varde::app
