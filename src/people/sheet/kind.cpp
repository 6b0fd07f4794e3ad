#include "people/sheet/kind.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "people/csv/sniff.hpp"

namespace varde::people::sheet {
namespace {

constexpr std::string_view kZip = "PK\x03\x04", kEmptyZip = "PK\x05\x06";
constexpr std::string_view kCompound = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

constexpr std::size_t kHead = 8 * 1024;

std::string read(Source& file, std::uint64_t offset, std::size_t most) {
  std::string out;
  while (out.size() < most) {
    auto piece = file.at(offset + out.size());
    if (piece.empty()) break;
    out += piece.substr(0, most - out.size());
  }
  return out;
}

std::string wide(std::string_view name) {
  std::string out;
  for (char c : name) {
    out += c;
    out += '\0';
  }
  return out;
}

// A compound file ([MS-CFB]): which streams its directory names says what wrote it.
const char* of_compound_file(Source& file, std::string_view head) {
  auto little = [&](std::size_t at, int bytes) {
    std::uint64_t value = 0;
    for (int i = bytes; i-- > 0;)
      value = value << 8 | static_cast<unsigned char>(head[at + static_cast<std::size_t>(i)]);
    return value;
  };
  if (head.size() < 512) return "This file is damaged.";
  auto shift = std::min<std::uint64_t>(little(30, 2), 12);
  auto directory = read(file, (little(48, 4) + 1) << shift, 16 * 1024);
  if (directory.find(wide("EncryptedPackage")) != std::string::npos)
    return "This workbook is protected by a password. Open it, take the password away (File > Info "
           "> Protect Workbook > Encrypt with Password) and upload it again.";
  if (directory.find(wide("WordDocument")) != std::string::npos)
    return "This is a Word document. Copy the table into a spreadsheet and save that as .xlsx.";
  if (directory.find(wide("Workbook")) != std::string::npos ||
      directory.find(wide("Book")) != std::string::npos)
    return "This is a workbook of an old Excel (.xls). Open it and save it as .xlsx or as CSV.";
  return "This is a file of an old Office program and no table. Save the table as .xlsx or as CSV.";
}

struct Beginning {
  std::string_view bytes;
  const char* sentence;
};
constexpr const char* kPicture =
    "This is a picture, not a table. Save the list as .xlsx or as CSV and upload that.";
constexpr const char* kPacked = "This file is packed. Unpack it and upload the table in it.";
constexpr auto kBeginnings = std::to_array<Beginning>({
    {"%PDF-", "This is a PDF, not a table. Save the list as .xlsx or as CSV and upload that."},
    {"\x89PNG", kPicture},
    {"\xFF\xD8\xFF", kPicture},
    {"GIF87a", kPicture},
    {"GIF89a", kPicture},
    {{"II*\0", 4}, kPicture},
    {{"MM\0*", 4}, kPicture},
    {"\x1F\x8B", kPacked},
    {"BZh91AY&SY", kPacked},
    {"7z\xBC\xAF\x27\x1C", kPacked},
    {"Rar!\x1A", kPacked},
    {"\xFD"
     "7zXZ",
     kPacked},
    {"\x28\xB5\x2F\xFD", kPacked},
    {"{\\rtf",
     "This is a text document (RTF). Copy the table into a spreadsheet and save that as "
     ".xlsx."},
    {"SQLite format 3", "This is a database, not a table. Save the table as CSV and upload that."},
    {"\x7F"
     "ELF",
     "This is a program, not a table."},
});

}  // namespace

bool is_container(std::string_view head) {
  return head.starts_with(kZip) || head.starts_with(kEmptyZip) || head.starts_with(kCompound);
}

Result<Kind> kind_of(Source& file) {
  auto unsupported = [](const char* why) { return make_error(ErrorCode::unsupported, why); };
  auto head = read(file, 0, kHead);
  if (head.starts_with(kZip) || head.starts_with(kEmptyZip)) return Kind::workbook;
  if (head.starts_with(kCompound)) return unsupported(of_compound_file(file, head));
  for (const auto& one : kBeginnings)
    if (head.starts_with(one.bytes)) return unsupported(one.sentence);
  if (head.size() >= 12 && head.starts_with("RIFF") && head.substr(8, 4) == "WEBP")
    return unsupported(kPicture);
  if (head.size() >= 12 && head[0] == '\0' && head.substr(4, 4) == "ftyp")
    return unsupported("This is a film, a sound or a picture of a telephone, and no table.");
  std::string_view text = head;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  while (!text.empty() && std::string_view(" \t\r\n").find(text[0]) != std::string_view::npos)
    text.remove_prefix(1);
  auto lower = ascii_lower(text.substr(0, 512));
  if (lower.starts_with("<!doctype html") || lower.starts_with("<html") ||
      lower.starts_with("<?xml") || lower.starts_with("<table"))
    return unsupported(
        "This is a web page or XML, whatever its name says. Open it in your spreadsheet and save "
        "it "
        "as .xlsx or as CSV.");
  // Text has none of these bytes, and UTF-16 has its zeros in every other place.
  auto encoding = csv::sniff_encoding(head);
  if (!encoding.starts_with("UTF-16") && !encoding.starts_with("UTF-32")) {
    auto controls = std::ranges::count_if(head, [](char c) {
      return static_cast<unsigned char>(c) < 32 &&
             std::string_view("\t\n\v\f\r\x1A\x1B").find(c) == std::string_view::npos;
    });
    if (static_cast<std::size_t>(controls) * 20 > head.size())
      return unsupported(
          "This file is no table that can be read. Save the table as .xlsx or as CSV.");
  }
  return Kind::text;
}

}  // namespace varde::people::sheet
