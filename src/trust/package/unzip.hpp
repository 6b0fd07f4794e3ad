// Reads the ZIP files that ZipWriter writes, and no others.
//
// A ZIP file says everything twice, before each entry and in the directory at its end, and programs
// differ in which they believe: two of them can be shown different contents in one file, and bytes
// can hide where none of them looks. libarchive and libzip read all of that. Whoever checks a
// signature must not: so here the file has to be, byte for byte, what the writer would write for
// these entries. Entries stand one after the other from the first byte on, the directory says the
// same in the same order and ends with the file, every entry has the same time and rights, and the
// only freedom that is left is how zlib packed the bytes. Numbers that do not fit four bytes (a
// count two) stand in eight, ZIP64, and only those do.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace varde::trust {

class ZipReader {
 public:
  struct Entry {
    std::string name;
    bool packed = false;  ///< Deflated.
    std::uint32_t crc = 0;
    std::uint64_t size = 0;
    std::string_view bytes;  ///< As they stand in the file.
  };
  /// `file` must outlive it; of any size: a mapped file is read from the disk as it is looked at.
  /// At most 1,000,000 entries. Errors: malformed, with what is wrong.
  static Result<ZipReader> open(std::string_view file);

  const std::vector<Entry>& entries() const { return entries_; }
  /// nullptr when there is none of this name.
  const Entry* find(std::string_view name) const;
  /// When it was made, in seconds since 1970; what all entries say.
  std::int64_t made_at() const { return made_at_; }
  /// Gives the bytes of an entry to `out`, piece by piece. They are checked when the last one was
  /// given: what is wrong, or nullopt.
  static std::optional<Error> pour(const Entry& entry,
                                   const std::function<void(std::string_view)>& out);
  /// The bytes of an entry, checked. Errors: malformed; also when there are more than `most`.
  static Result<std::string> read(const Entry& entry, std::size_t most);

 private:
  std::vector<Entry> entries_;
  std::map<std::string, std::size_t, std::less<>> places_;
  std::int64_t made_at_ = 0;
};

}  // namespace varde::trust
