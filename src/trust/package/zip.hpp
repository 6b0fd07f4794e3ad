// Writes ZIP files (APPNOTE 6.3) to wherever the caller wants the bytes, an entry after the other.
//
// libarchive does it: it writes to a callback, so that an archive can leave while it is made.
// libzip was tried and wants a file that it can seek in; minizip has no stream of its own. What
// does not fit the format's old numbers (4 GB, 65,535 entries) it writes as ZIP64 by itself.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace varde::trust {

class ZipWriter {
 public:
  /// `out` gets the bytes in order and says whether to go on.
  explicit ZipWriter(std::function<bool(std::string_view)> out, Timestamp at);
  ~ZipWriter();
  ZipWriter(const ZipWriter&) = delete;
  ZipWriter& operator=(const ZipWriter&) = delete;

  /// `name` is ASCII. `packed`: the bytes are compressed already (pictures). False: whoever reads
  /// is gone. Throws what `out` throws, and std::runtime_error when there is no memory.
  bool add(const std::string& name, std::string_view bytes, bool packed = false);
  /// The same for an entry whose size is not known yet: begin, any number of pieces, end.
  bool begin(const std::string& name);
  bool write(std::string_view bytes);
  bool end();
  /// The directory at the end. After it nothing is added.
  bool finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace varde::trust
