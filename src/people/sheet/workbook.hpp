// Reads workbooks of Excel (.xlsx, .xlsm; ECMA-376) and of whatever writes the same: a sheet comes
// out as CSV, row by row, so that everything behind (encoding, preview, mapping, import, the file
// of rejected rows) has one kind of table to deal with.
//
// A workbook is a ZIP file of XML. libarchive opens the one and expat the other; both are fed a
// piece at a time, and a sheet of a million rows is never in memory. Whole libraries were looked at
// (xlnt, OpenXLSX, libxlsxwriter's kin): they hold the workbook, or are not in Debian. Of all that
// a workbook can say only this is read: the sheets' names and which are hidden, the texts, the
// number formats and the cells' stored values. Formulas are not run, macros and links are not
// looked at.
//
// Files are hostile until read: no document types, bounds on how deep, how long, how many and how
// much is unpacked. What a part is called follows from the relationships, as ECMA-376 part 2 has
// it, never from fixed names alone, for writers differ.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "people/sheet/kind.hpp"

namespace varde::people::sheet {

struct Limits {
  std::uint64_t file_bytes = 512ULL << 20;
  std::uint64_t unpacked_bytes = 6ULL << 30;  ///< Of all that is read, together.
  std::uint64_t text_bytes = 1ULL << 30;      ///< Of all texts of the workbook together.
  std::size_t cell_bytes =
      64 * 1024;  ///< Longer texts are cut behind it, which the reader of CSV refuses.
  std::size_t row_bytes = 1024 * 1024;
  std::size_t columns = 1000;
};

/// What reading a workbook may use beside memory.
struct Means {
  /// Where its texts lie that do not fit in memory; empty: nowhere, they have to.
  std::string directory;
  /// Called between pieces, to let others run.
  std::function<void()> pause;
};

class Workbook {
 public:
  /// Looks into the file, which must outlive this. Errors: unsupported, with a sentence (no
  /// workbook, one of another kind, damaged); too_large.
  static Result<Workbook> open(Source& file, Means means, Limits limits = {});
  Workbook(Workbook&&) noexcept;
  Workbook& operator=(Workbook&&) noexcept;
  ~Workbook();

  /// The sheets that can be seen, in their order (all, if none can be seen).
  const std::vector<std::string>& sheets() const;
  /// The first of them that has something in it, or the first. Errors: as of to_csv().
  Result<std::string> first_filled();

  /// Takes a piece of CSV; an error ends the reading.
  using Write = std::function<Result<void>(std::string_view)>;
  /// Writes a sheet as CSV in UTF-8. A row stands on the line of its number in the sheet: a line
  /// break in a cell is written as U+2028, and rows without anything are empty lines. Errors:
  /// not_found (no such sheet), unsupported (damaged), too_large, and those of `write`.
  Result<void> to_csv(const std::string& sheet, char delimiter, const Write& write);

 private:
  struct Impl;
  explicit Workbook(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// A file that may be a workbook, as CSV in UTF-8 with commas: its first sheet that has something
/// in it. nullopt when it is text already. Errors: as above; too_large beyond `most` bytes.
Result<std::optional<std::string>> small_to_csv(std::string_view bytes, std::size_t most,
                                                const std::function<void()>& pause = {});

}  // namespace varde::people::sheet
