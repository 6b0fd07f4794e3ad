#include "people/csv/csv_writer.hpp"

#include <fmt/format.h>

namespace varde::people::csv {

void append_row(std::string& out, std::span<const std::string_view> fields, char delimiter) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out += delimiter;
    auto field = fields[i];
    bool quote =
        field.find_first_of("\"\r\n") != std::string_view::npos ||
        field.find(delimiter) != std::string_view::npos || (fields.size() == 1 && field.empty()) ||
        field.starts_with("\xef\xbb\xbf") || field.starts_with(' ') || field.ends_with(' ') ||
        (i == 0 &&
         (field.starts_with("sep=") || field.starts_with("SEP=") || field.starts_with("Sep=")));
    if (!quote) {
      out += field;
      continue;
    }
    out += '"';
    for (char c : field) {
      if (c == '"') out += '"';
      out += c;
    }
    out += '"';
  }
  out += "\r\n";
}

namespace {

// Behind any number of apostrophes: whoever wrote one of their own gets it back.
bool is_formula(std::string_view text) {
  auto begin = text.find_first_not_of('\'');
  return begin != std::string_view::npos &&
         std::string_view("=+-@\t\r").find(text[begin]) != std::string_view::npos;
}

}  // namespace

std::string guarded(std::string text) {
  if (!is_formula(text)) return text;
  bool number = (text[0] == '+' || text[0] == '-') && text.size() > 1 &&
                text.find_first_not_of("0123456789. ", 1) == std::string::npos;
  return number ? text : "'" + text;
}

std::string_view unguarded(std::string_view text) {
  return text.starts_with('\'') && is_formula(text) ? text.substr(1) : text;
}

std::string cell_of(const boost::json::value& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return std::string(value.as_string());
  if (value.is_double()) return fmt::format("{}", value.as_double());
  if (!value.is_array()) return boost::json::serialize(value);
  std::string out;
  for (const auto& item : value.as_array()) {
    if (!out.empty()) out += "; ";
    out += cell_of(item);
  }
  return out;
}

void Writer::row(const std::vector<std::string>& cells) {
  std::vector<std::string> safe;
  safe.reserve(cells.size());
  for (const auto& cell : cells) safe.push_back(guarded(cell));
  append_row(text_, std::vector<std::string_view>(safe.begin(), safe.end()));
}

}  // namespace varde::people::csv
