#include "trust/package/mapped.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stdexcept>

namespace varde::trust {

MappedFile::MappedFile(const std::string& path) {
  int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status{};
  if (file < 0 || ::fstat(file, &status) != 0) {
    if (file >= 0) ::close(file);
    throw std::runtime_error("cannot read " + path);
  }
  void* at = nullptr;
  bool read = true;
  if (!S_ISREG(status.st_mode)) {
    char buffer[65536];
    ssize_t got = 0;
    while ((got = ::read(file, buffer, sizeof buffer)) > 0)
      read_.append(buffer, static_cast<std::size_t>(got));
    read = got == 0;
  } else if (status.st_size > 0) {  // nothing cannot be mapped
    size_ = static_cast<std::size_t>(status.st_size);
    at = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);
  }
  ::close(file);
  if (!read || at == MAP_FAILED) throw std::runtime_error("cannot read " + path);
  bytes_ = static_cast<const char*>(at);
  if (at != nullptr) ::madvise(at, size_, MADV_SEQUENTIAL);
}

MappedFile::~MappedFile() {
  if (bytes_ != nullptr) ::munmap(const_cast<char*>(bytes_), size_);
}

}  // namespace varde::trust
