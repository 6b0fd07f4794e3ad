// The reader of workbooks: a ZIP file of any bytes, and (for checksums keep chance out of ZIP
// files) one that is made here of any XML. What comes out must be CSV that reads without a
// complaint but those about size, in UTF-8, with no row beyond the last that a sheet can have.
#include <zlib.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "people/csv/csv_reader.hpp"
#include "people/sheet/workbook.hpp"

namespace sheet = varde::people::sheet;

namespace {

void put(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
}

// Entries that are stored and not packed (APPNOTE.TXT 4.3).
std::string zip(const std::vector<std::pair<std::string, std::string_view>>& parts) {
  std::string out, directory;
  for (const auto& [name, bytes] : parts) {
    auto sum =
        crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size()));
    auto offset = out.size();
    std::string both;
    put(both, 20, 2);
    put(both, 0, 8);
    put(both, sum, 4);
    put(both, bytes.size(), 4);
    put(both, bytes.size(), 4);
    put(both, name.size(), 2);
    put(both, 0, 2);
    out += "PK\x03\x04" + both + name;
    out += bytes;
    directory += "PK\x01\x02";
    put(directory, 20, 2);
    directory += both;
    put(directory, 0, 2);
    put(directory, 0, 2);
    put(directory, 0, 2);
    put(directory, 0, 4);
    put(directory, offset, 4);
    directory += name;
  }
  auto at = out.size();
  out += directory + "PK\x05\x06";
  put(out, 0, 4);
  put(out, parts.size(), 2);
  put(out, parts.size(), 2);
  put(out, directory.size(), 4);
  put(out, at, 4);
  put(out, 0, 2);
  return out;
}

void read(std::string_view file) {
  sheet::Memory memory(file);
  auto kind = sheet::kind_of(memory);
  if (!kind || *kind == sheet::Kind::text) return;
  sheet::Limits limits;
  limits.unpacked_bytes = 1 << 20;
  limits.text_bytes = 1 << 16;
  limits.cell_bytes = 256;
  limits.row_bytes = 1024;
  limits.columns = 20;
  auto book = sheet::Workbook::open(memory, {}, limits);
  if (!book) return;
  if (!book->first_filled()) return;
  for (const auto& name : book->sheets()) {
    std::uint64_t rows = 0;
    varde::people::csv::Reader reader(
        ',',
        [&](const varde::people::csv::Row& row) {
          ++rows;
          if (row.line > 1048576) std::abort();
          std::string_view problem = row.problem == nullptr ? "" : row.problem;
          if (!problem.empty() && !problem.ends_with("too long.") && !problem.ends_with("columns."))
            std::abort();
        },
        {limits.cell_bytes, limits.row_bytes, limits.columns});
    bool utf8 = true;
    auto done = book->to_csv(name, ',', [&](std::string_view text) -> varde::Result<void> {
      reader.push(text);
      // What outgrows a cell is cut where it stands, which may be within a character.
      utf8 = utf8 && (varde::is_utf8(text) || text.size() > limits.cell_bytes);
      return {};
    });
    reader.finish();
    if (!utf8) std::abort();
    (void)done;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 4 == 0) {
    read(text);
    return 0;
  }
  const char* names[] = {"xl/worksheets/sheet1.xml", "xl/sharedStrings.xml",       "xl/styles.xml",
                         "xl/workbook.xml",          "xl/_rels/workbook.xml.rels", "_rels/.rels"};
  std::vector<std::pair<std::string, std::string_view>> parts;
  for (const auto* name : names) {
    auto end = text.find('\xFF');  // never in UTF-8
    parts.emplace_back(name, text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  if (parts.size() < 4)
    parts.emplace_back("xl/workbook.xml",
                       "<workbook><sheets><sheet name=\"A\"/></sheets></workbook>");
  read(zip(parts));
  return 0;
}
