// Writes CSV for people who open it in a spreadsheet.
#pragma once

#include <boost/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace varde::people::csv {

/// One row as CSV with a CR LF; fields are quoted where they must be.
void append_row(std::string& out, std::span<const std::string_view> fields, char delimiter = ',');

/// A cell that a spreadsheet would run as a formula (it begins with one of = + - @, tab or CR) with
/// an apostrophe in front; numbers and phone numbers ("-12.5", "+47 99 99 99 99") stay as they are.
/// See OWASP, "CSV Injection". What begins with an apostrophe before one of those gets another one.
std::string guarded(std::string text);
/// The cell as it was before it was guarded: a file that was written here comes back unchanged.
std::string_view unguarded(std::string_view text);

/// What a cell says of a JSON value: "" for null, "12.5", "true", the items of an array joined by
/// "; ".
std::string cell_of(const boost::json::value& value);

/// A file of rows whose cells are guarded, a piece at a time.
class Writer {
 public:
  void row(const std::vector<std::string>& cells);
  std::size_t size() const { return text_.size(); }
  /// What was written since the last call.
  std::string take() { return std::exchange(text_, {}); }

 private:
  std::string text_ = "\xEF\xBB\xBF";  // spreadsheets read UTF-8 only with a byte order mark
};

}  // namespace varde::people::csv
