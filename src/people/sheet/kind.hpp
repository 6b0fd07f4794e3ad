// What a file is that somebody uploads as a table, told by its bytes and not by its name.
//
// People send what they have: a workbook of today, one of 1997, one behind a password, a picture of
// a list. What cannot be read is refused with a sentence that says how to get a table out of it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace varde::people::sheet {

/// A file that can be read anywhere.
class Source {
 public:
  virtual ~Source() = default;
  virtual std::uint64_t size() const = 0;
  /// Bytes from `offset` on, at least one unless the file ends there; valid until the next call.
  virtual std::string_view at(std::uint64_t offset) = 0;
};

/// A file that is in memory.
class Memory : public Source {
 public:
  explicit Memory(std::string_view bytes) : bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_.size(); }
  std::string_view at(std::uint64_t offset) override {
    return bytes_.substr(std::min<std::uint64_t>(offset, bytes_.size()));
  }

 private:
  std::string_view bytes_;
};

/// Whether it begins as the files of office programs do, which say at their end what they are: a
/// ZIP file, or the older programs' container.
bool is_container(std::string_view head);

/// What can be read of it.
enum class Kind { text, workbook };
/// Looks at the beginning (and, of files of old Office programs, at their directory). Errors:
/// unsupported, with a sentence that says what it is and what to do. What looks like a ZIP file is
/// a workbook until Workbook::open() has looked into it.
Result<Kind> kind_of(Source& file);

}  // namespace varde::people::sheet
