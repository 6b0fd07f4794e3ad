// A file as a string_view, read from the disk as it is looked at: a package of any size is checked
// without holding it in memory.
#pragma once

#include <string>
#include <string_view>

namespace varde::trust {

class MappedFile {
 public:
  /// What is no file on a disk (a pipe) is read into memory all the same. Throws
  /// std::runtime_error with a sentence when it cannot be read. Whoever cuts the file off
  /// meanwhile ends the program (SIGBUS): for commands, not for the server.
  explicit MappedFile(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  std::string_view view() const {
    return bytes_ != nullptr ? std::string_view(bytes_, size_) : read_;
  }

 private:
  const char* bytes_ = nullptr;
  std::size_t size_ = 0;
  std::string read_;
};

}  // namespace varde::trust
