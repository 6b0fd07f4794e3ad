// Guesses what a file of persons is written in, and makes UTF-8 of it.
//
// Programs do not say which encoding and delimiter they use, and users do not know. The order of
// belief: a byte order mark, then the pattern of zero bytes (UTF-16), then well-formed UTF-8 (which
// other encodings practically never are), then uchardet. uchardet is weak on short Western texts
// (a few names with å and é look like anything), so between windows-1252 and Mac OS Roman the
// letters around each byte decide. The delimiter is the one under which the rows have the same
// number of columns. The guess is a proposal that the import page shows and the user may change.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace varde::people::csv {

struct Sniffed {
  std::string encoding = "UTF-8";  ///< A name for Utf8Converter.
  char delimiter = ',';
  bool has_header = true;
  bool quoted = false;      ///< Some fields are in quotation marks.
  std::size_t columns = 1;  ///< What most rows have.
  /// Lines above the header: a title, a date, who made the list.
  std::uint64_t title_lines = 0;
};

/// Looks at the first bytes of a file (64 kB are plenty).
Sniffed sniff(std::string_view head);
std::string sniff_encoding(std::string_view head);
/// The same of UTF-8 whose delimiter is known. `complete`: nothing follows what is in `text`.
Sniffed sniff_layout(std::string_view text, char delimiter, bool complete);

/// Converts a stream of bytes to UTF-8 through ICU; a byte order mark is dropped. What cannot be
/// read becomes U+FFFD and is counted.
class Utf8Converter {
 public:
  /// bad_input when ICU does not know `encoding` (an IANA name or alias, e.g. "windows-1252").
  static Result<Utf8Converter> create(const std::string& encoding);
  Utf8Converter(Utf8Converter&&) noexcept;
  Utf8Converter& operator=(Utf8Converter&&) noexcept;
  ~Utf8Converter();
  /// Appends the text of `chunk` to `out`; `last` tells that nothing follows.
  void convert(std::string_view chunk, bool last, std::string& out);
  std::size_t unreadable() const;

 private:
  struct Impl;
  explicit Utf8Converter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace varde::people::csv
