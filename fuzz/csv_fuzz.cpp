// The CSV reader, the converter and the sniffer: no input may crash them, and how the input is cut
// into chunks may not change what is read.
#include <cstdlib>
#include <string>
#include <vector>

#include "people/csv/csv_reader.hpp"
#include "people/csv/sniff.hpp"

namespace csv = varde::people::csv;

static std::string read(std::string_view text, std::size_t chunk) {
  std::string out;
  csv::Reader reader(
      ',',
      [&](const csv::Row& row) {
        out +=
            std::to_string(row.line) + "@" + std::to_string(row.offset) + (row.problem ? "!" : "");
        if (!row.problem)
          for (auto field : row.fields) out += "[" + std::string(field) + "]";
        out += '\n';
      },
      csv::Limits{32, 64, 8});
  for (std::size_t i = 0; i < text.size(); i += chunk) reader.push(text.substr(i, chunk));
  reader.finish();
  return out;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::size_t chunk = data[0] % 32 + 1U;
  if (read(text, 1 << 20) != read(text, chunk)) std::abort();
  auto found = csv::sniff(text);
  auto converter = csv::Utf8Converter::create(found.encoding);
  if (!converter) std::abort();
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += chunk)
    converter->convert(text.substr(i, chunk), false, out);
  converter->convert("", true, out);
  return 0;
}
