// Reads CSV as it comes in: RFC 4180, and what Excel and old programs really write.
//
// A list of persons may be larger than memory, so the reader is pushed chunks of any size and calls
// back for each row; it holds one row. Libraries were looked at (libcsv, csv-parser, fast-cpp-csv):
// each either stops at the first malformed row, wants the whole file, or cannot say where a row
// stood. An import must go on after a bad row and say which line it was.
//
// A quote that is never closed would swallow the rest of the file. When the field outgrows its
// limit or the file ends, the row is reported as bad for the line it began on, and reading goes on
// with the line behind that one (what was swallowed is kept for it, within the row's limit).
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace varde::people::csv {

struct Row {
  std::uint64_t line = 0;                    ///< The physical line it begins on, from 1.
  std::uint64_t offset = 0;                  ///< Of its first byte in what was pushed.
  std::span<const std::string_view> fields;  ///< Valid during the callback.
  /// Why the row is bad, as a sentence; null when it is good. The fields of a bad row are its first
  /// line as it came, cut at every delimiter, so that it can be mended; of a row that is too long,
  /// those read before the mistake.
  const char* problem = nullptr;
};

/// Whether nothing stands in it but white space between delimiters, as below a table in a
/// spreadsheet: no row for whoever imports.
bool is_blank(const Row& row);

struct Limits {
  std::size_t field_bytes = 64 * 1024;
  std::size_t row_bytes = 1024 * 1024;
  std::size_t columns = 1000;
};

class Reader {
 public:
  using OnRow = std::function<void(const Row&)>;
  /// `delimiter` holds unless the file begins with Excel's "sep=;" line. Input is UTF-8 (a byte
  /// order mark is dropped). Empty lines are no rows; LF, CR LF and a lone CR end a row.
  Reader(char delimiter, OnRow on_row, Limits limits = {});

  void push(std::string_view chunk);
  /// The end of the file: the last row, if it had no line end.
  void finish();
  char delimiter() const { return delimiter_; }

 private:
  enum class State { field_start, plain, quoted, quote_seen, after_quote, skipping };

  void begin(bool at_end);
  void remember(std::string_view chunk);
  void cut_as_it_came();
  void run(std::string_view chunk);
  void consume(std::string_view chunk, std::string& rest);
  void end_field();
  void end_row();
  void spoil(const char* problem, State then);
  void count_line_end(char c);
  std::string give_up_quote();

  char delimiter_;
  OnRow on_row_;
  Limits limits_;
  bool begun_ = false;
  std::string head_;  // the first bytes, until it is known whether they are "sep=;"

  State state_ = State::field_start;
  std::string bytes_;              // the row's fields, unquoted, one behind the other
  std::vector<std::size_t> ends_;  // where each ends
  std::vector<std::string_view> views_;
  const char* problem_ = nullptr;
  bool any_ = false;                             // the row has something beyond a line end
  bool last_cr_ = false;                         // the byte before was a CR that ended a line
  std::uint64_t line_ = 1, offset_ = 0;          // of the next byte
  std::uint64_t row_line_ = 1, row_offset_ = 0;  // of the row in hand
  // What was pushed, from the row in hand on (or from `raw_offset_`, if that is later).
  std::string raw_;
  std::uint64_t raw_offset_ = 0;
  // Behind the first line end inside a quoted field: what is read again if the quote never closes.
  bool keeping_ = false;
  std::string kept_;
  std::uint64_t kept_offset_ = 0;
};

}  // namespace varde::people::csv
