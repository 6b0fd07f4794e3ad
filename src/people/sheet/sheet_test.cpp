#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "people/csv/csv_reader.hpp"
#include "people/sheet/format.hpp"
#include "people/sheet/strings.hpp"
#include "people/sheet/workbook.hpp"

namespace varde::people::sheet {
namespace {

using Parts = std::vector<std::pair<std::string, std::string>>;

std::string zip(const Parts& parts) {
  std::string out;
  auto* archive = archive_write_new();
  archive_write_set_format_zip(archive);
  archive_write_set_bytes_in_last_block(archive, 1);
  archive_write_open(
      archive, &out, nullptr,
      [](struct archive*, void* into, const void* bytes, std::size_t size) -> la_ssize_t {
        static_cast<std::string*>(into)->append(static_cast<const char*>(bytes), size);
        return static_cast<la_ssize_t>(size);
      },
      nullptr);
  for (const auto& [name, bytes] : parts) {
    auto* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(bytes.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_write_header(archive, entry);
    archive_write_data(archive, bytes.data(), bytes.size());
    archive_entry_free(entry);
  }
  archive_write_free(archive);
  return out;
}

constexpr const char* kMain = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
constexpr const char* kStrict = "http://purl.oclc.org/ooxml/spreadsheetml/main";

// A workbook as the smallest writers make it; what is empty has no part.
struct Book {
  std::string rows, strings, formats, sheets = R"(<sheet name="List" sheetId="1" r:id="rId1"/>)",
                                      properties;
  const char* space = kMain;
  Parts more;
  std::string file() const {
    std::string office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    Parts parts = {
        {"_rels/.rels",
         R"(<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type=")" +
             office + R"(/officeDocument" Target="/xl/workbook.xml"/></Relationships>)"},
        {"xl/workbook.xml", std::string("<workbook xmlns=\"") + space + "\" xmlns:r=\"" + office +
                                "\">" + properties + "<sheets>" + sheets + "</sheets></workbook>"},
        {"xl/_rels/workbook.xml.rels",
         R"(<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">)"
         R"(<Relationship Id="rId1" Type=")" +
             office +
             R"(/worksheet" Target="worksheets/sheet1.xml"/>)"
             R"(<Relationship Id="rId2" Type=")" +
             office +
             R"(/worksheet" Target="/xl/worksheets/sheet2.xml"/>)"
             R"(<Relationship Id="rId3" Type=")" +
             office +
             R"(/chartsheet" Target="chartsheets/sheet1.xml"/>)"
             "</Relationships>"},
        {"xl/worksheets/sheet1.xml", std::string("<worksheet xmlns=\"") + space + "\"><sheetData>" +
                                         rows + "</sheetData></worksheet>"}};
    if (!strings.empty())
      parts.emplace_back("xl/sharedStrings.xml",
                         std::string("<sst xmlns=\"") + space + "\">" + strings + "</sst>");
    if (!formats.empty())
      parts.emplace_back("xl/styles.xml", std::string("<styleSheet xmlns=\"") + space + "\">" +
                                              formats + "</styleSheet>");
    for (const auto& part : more) parts.push_back(part);
    return zip(parts);
  }
};

Result<std::string> csv_of(const std::string& file, const std::string& wanted = "",
                           Limits limits = {}) {
  Memory memory(file);
  VARDE_TRY(auto kind, kind_of(memory));
  if (kind == Kind::text) return std::string("text");
  VARDE_TRY(auto book, Workbook::open(memory, {}, limits));
  auto sheet = wanted;
  if (sheet.empty()) {
    VARDE_TRY(sheet, book.first_filled());
  }
  std::string out;
  VARDE_CHECK(book.to_csv(sheet, ',', [&](std::string_view piece) -> Result<void> {
    out += piece;
    return {};
  }));
  return out;
}
std::string read(const std::string& file, const std::string& sheet = "") {
  auto out = csv_of(file, sheet);
  return out ? *out : "! " + out.error().message;
}

TEST(Sheet, NumbersAsTheyAreShown) {
  struct Case {
    const char *value, *format, *shown;
  };
  for (auto [value, format, expected] :
       std::initializer_list<Case>{{"4712345678", "General", "4712345678"},
                                   {"0.30000000000000004", "General", "0.3"},
                                   {"1E+10", "General", "10000000000"},
                                   {"4.712345678E9", "General", "4712345678"},
                                   {"1.5", "#,##0.00 \"kr\"", "1.5"},
                                   {"-12.50", "0.00", "-12.5"},
                                   {"1E-3", "General", "0.001"},
                                   {"12345678901234567", "General", "12345678901234567"},
                                   {"0", "General", "0"},
                                   {"-0", "General", "-0"},
                                   {"45717", "General_)", "45717"},
                                   {"45717", "[Red]General", "45717"},
                                   {"45717", "[$-409]General", "45717"},
                                   {"45717", "GENERAL\" kr\"", "45717"},
                                   {"45717", "\"nr. \"General", "45717"},
                                   {"45717", "General;-General", "45717"},
                                   {"45717", "[h]\"General\"", "1097208:00"},
                                   {"1E300", "General", "1e+300"},
                                   {"12345678", "00000000", "12345678"},
                                   {"1234567", "00000000", "01234567"},
                                   {"150", "0000", "0150"},
                                   {"12345", "000 00", "123 45"},
                                   {"98765432", "\"+47 \"00\\ 00\\ 00\\ 00", "+47 98 76 54 32"},
                                   {"1010112345", "000000-00000", "010101-12345"},
                                   {"1234", "0 \"kr\"", "1234"},
                                   {"0.25", "0%", "25%"},
                                   {"0.07", "0.00 %", "7%"},
                                   {"45717", "dd/mm/yyyy", "2025-03-01"},
                                   {"45717", "dd\\.mm\\.yyyy;@", "2025-03-01"},
                                   {"45717", "[$-414]d\\. mmmm yyyy", "2025-03-01"},
                                   {"45717", "mmm-yy", "2025-03-01"},
                                   {"45717.354166666664", "dd.mm.yyyy hh:mm", "2025-03-01 08:30"},
                                   {"45717.999999999", "yyyy-mm-dd hh:mm", "2025-03-02 00:00"},
                                   {"45717.354166666664", "dd.mm.yyyy", "2025-03-01"},
                                   {"0.354166666666667", "h:mm", "08:30"},
                                   {"0.354166666666667", "h:mm AM/PM", "08:30"},
                                   {"0.35434027777", "hh:mm:ss", "08:30:15"},
                                   {"1.0833333333333333", "[h]:mm", "26:00"},
                                   {"45", "[Red]0", "45"},
                                   {"45", "\"day \"0", "45"},
                                   {"-1", "yyyy-mm-dd", "-1"},
                                   {"3000000", "yyyy-mm-dd", "3000000"},
                                   {"1", "yyyy-mm-dd", "1900-01-01"},
                                   {"59", "yyyy-mm-dd", "1900-02-28"},
                                   {"60", "yyyy-mm-dd", "1900-02-29"},
                                   {"61", "yyyy-mm-dd", "1900-03-01"},
                                   {"0.5", "yyyy-mm-dd", "0.5"},
                                   {"x", "0", "x"},
                                   {"NaN", "0", "NaN"}})
    EXPECT_EQ(shown(value, read_format(format), false), expected) << value << " by " << format;
  EXPECT_EQ(shown("44255", read_format("yyyy-mm-dd"), true), "2025-03-01");
  EXPECT_EQ(shown("0", read_format("yyyy-mm-dd"), true), "1904-01-01");
  EXPECT_EQ(shown("45717", built_in_format(14), false), "2025-03-01");
  EXPECT_EQ(shown("45717.5", built_in_format(22), false), "2025-03-01 12:00");
  EXPECT_EQ(shown("0.5", built_in_format(20), false), "12:00");
  EXPECT_EQ(shown("1.5", built_in_format(46), false), "36:00");
  EXPECT_EQ(shown("0.5", built_in_format(9), false), "50%");
  EXPECT_EQ(shown("45717", built_in_format(49), false), "45717");
}

TEST(Sheet, CellsOfAllKinds) {
  Book book;
  book.strings =
      "<si><t>E-post</t></si><si><r><t>Ka</t></r><r><rPr><b/></rPr><t xml:space=\"preserve\">ri "
      "</t></r>"
      "<rPh sb=\"0\" eb=\"1\"><t>phonetic</t></rPh></si><si><t>a_x000D_&#10;b_x005F_c_d</t></si>";
  book.formats =
      "<numFmts><numFmt numFmtId=\"164\" formatCode=\"00000000\"/></numFmts><cellStyleXfs><xf "
      "numFmtId=\"14\"/>"
      "</cellStyleXfs><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf "
      "numFmtId=\"164\"/></cellXfs>";
  book.rows =
      "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>0</v></c><c r=\"C2\" t=\"s\"><v>1</v></c></row>"
      "<row r=\"4\"><c r=\"A4\" t=\"inlineStr\"><is><t>in, line</t></is></c><c r=\"B4\" "
      "t=\"str\"><f>A1&amp;B1</f>"
      "<v>by formula</v></c><c r=\"C4\" t=\"b\"><v>1</v></c><c r=\"D4\" t=\"e\"><v>#N/A</v></c><c "
      "r=\"E4\" s=\"1\">"
      "<v>45717</v></c><c r=\"F4\" s=\"2\"><v>1234</v></c><c r=\"G4\" "
      "t=\"d\"><v>2026-03-01T08:30:00</v></c>"
      "<c r=\"H4\" s=\"1\"/><c r=\"I4\"><f>1+1</f><v>2</v></c></row>"
      "<row r=\"6\"><c r=\"B6\" t=\"s\"><v>2</v></c></row>";
  EXPECT_EQ(read(book.file()),
            "\nE-post,,\"Kari \"\r\n\n\"in, line\",by "
            "formula,TRUE,#N/A,2025-03-01,00001234,2026-03-01 08:30:00,,2\r\n"
            "\n,a\u2028b_c_d\r\n");
  book.space = kStrict;
  EXPECT_EQ(read(book.file()).substr(0, 7), "\nE-post");
}

TEST(Sheet, ARowStandsOnItsLine) {
  Book book;
  book.rows =
      "<row r=\"3\"><c><v>1</v></c></row><row r=\"9\"><c "
      "t=\"inlineStr\"><is><t>a&#10;b</t></is></c></row><row><c><v>2</v></c></row>";
  std::vector<std::uint64_t> lines;
  csv::Reader reader(',', [&](const csv::Row& row) { lines.push_back(row.line); });
  reader.push(read(book.file()));
  reader.finish();
  EXPECT_EQ(lines, (std::vector<std::uint64_t>{3, 9, 10}));
}

TEST(Sheet, WithoutReferencesAndBeyondWhatATableMayHave) {
  Book book;
  book.rows =
      "<row><c><v>1</v></c><c/><c><v>3</v></c></row><row r=\"1048576\"><c "
      "r=\"XFD1048576\"><v>9</v></c></row>";
  auto out = read(book.file());
  EXPECT_TRUE(out.starts_with("1,,3\r\n"));
  EXPECT_EQ(std::ranges::count(out, '\n'), 1048576);
  EXPECT_EQ(std::ranges::count(out, ','), 2 + 1000)
      << "one column too many says that there were too many";
  book.rows = "<row r=\"1048577\"><c><v>1</v></c></row>";
  EXPECT_TRUE(read(book.file()).starts_with("! "));
  book.rows = "<row r=\"1\"><c r=\"XFE1\"><v>1</v></c></row>";
  EXPECT_TRUE(read(book.file()).starts_with("! "));
  book.rows = "<row><c t=\"s\"><v>7</v></c></row>";
  EXPECT_TRUE(read(book.file()).starts_with("! ")) << "a text that there is not";
}

TEST(Sheet, TheFirstOneThatIsSeenAndHasRows) {
  Book book;
  book.sheets =
      R"(<sheet name="Chart" sheetId="3" r:id="rId3"/><sheet name="Secret" sheetId="9" state="hidden" r:id="rId2"/>)"
      R"(<sheet name="Empty" sheetId="1" r:id="rId1"/><sheet name="Members" sheetId="2" r:id="rId2"/>)";
  book.rows = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t> </t></is></c></row>";
  book.more = {{"xl/worksheets/sheet2.xml",
                "<worksheet><sheetData><row><c><v>5</v></c></row></sheetData></worksheet>"},
               {"xl/chartsheets/sheet1.xml", "<chartsheet/>"}};
  auto file = book.file();
  Memory memory(file);
  auto open = Workbook::open(memory, {});
  ASSERT_TRUE(open) << open.error().message;
  EXPECT_EQ(open->sheets(), (std::vector<std::string>{"Empty", "Members"}));
  EXPECT_EQ(*open->first_filled(), "Members");
  EXPECT_EQ(read(file), "5\r\n");
  EXPECT_EQ(read(file, "Empty"), "");
  EXPECT_TRUE(read(file, "Nothing").starts_with("! "));
}

TEST(Sheet, DaysSince1904) {
  Book book;
  book.properties = "<workbookPr date1904=\"1\"/>";
  book.formats = "<cellXfs><xf numFmtId=\"14\"/></cellXfs>";
  book.rows = "<row><c><v>44255</v></c></row>";
  EXPECT_EQ(read(book.file()), "2025-03-01\r\n");
}

TEST(Sheet, WhatIsNoTableIsSaid) {
  struct Case {
    std::string file;
    const char* word;
  };
  std::string compound = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + std::string(22, '\0') +
                         std::string("\x09\0", 2) + std::string(480, '\0');
  auto wide = [](std::string_view text) {
    std::string out;
    for (char c : text) out += std::string{c, '\0'};
    return out;
  };
  for (const auto& [file, word] : std::vector<Case>{
           {"%PDF-1.7\n", "PDF"},
           {"\x89PNG\r\n\x1a\n" + std::string(100, '\0'), "picture"},
           {"\xFF\xD8\xFF\xE0", "picture"},
           {"{\\rtf1}", "RTF"},
           {"<html><table>", "web page"},
           {compound + wide("EncryptedPackage"), "password"},
           {compound + wide("Workbook"), ".xls"},
           {std::string(1000, '\1'), "no table"},
           {zip({{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"}}), ".ods"},
           {zip({{"xl/workbook.bin", "x"}}), ".xlsb"},
           {zip({{"word/document.xml", "x"}}), "Word"},
           {zip({{"Index/Document.iwa", "x"}}), "Numbers"},
           {zip({{"people.csv", "x"}}), "ZIP"},
           {"PK\x03\x04", "ZIP"}}) {
    auto out = read(file);
    EXPECT_NE(out.find(word), std::string::npos) << out;
    EXPECT_TRUE(out.starts_with("! ")) << out;
  }
  for (const char* text : {"email\na@example.org\n",
                           "\xff\xfe"
                           "e\0m\0",
                           ""})
    EXPECT_EQ(read(text), "text");
}

TEST(Sheet, HostileFiles) {
  Book book;
  book.strings = "<si><t>x</t></si>";
  auto with = [&](const std::string& name, const std::string& bytes) {
    Book one = book;
    one.strings.clear();
    one.rows = "<row><c t=\"s\"><v>0</v></c></row>";
    one.more = {{name, bytes}};
    return read(one.file());
  };
  EXPECT_NE(with("xl/sharedStrings.xml",
                 "<!DOCTYPE s [<!ENTITY a \"aaaaaaaa\"><!ENTITY b "
                 "\"&a;&a;&a;\">]><sst><si><t>&b;</t></si></sst>")
                .find("document type"),
            std::string::npos);
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "<a>";
  EXPECT_NE(with("xl/sharedStrings.xml", deep).find("deeply"), std::string::npos);
  EXPECT_NE(with("xl/sharedStrings.xml", "<sst a=\"" + std::string(3 << 20, 'x')).find("too long"),
            std::string::npos);
  EXPECT_NE(with("xl/sharedStrings.xml", "<sst><si>").find("XML"), std::string::npos);
  // Bounds of what is unpacked, of texts, and of a cell.
  book.rows = "<row><c t=\"inlineStr\"><is><t>" + std::string(200000, 'y') + "</t></is></c></row>";
  auto file = book.file();
  Limits limits;
  limits.unpacked_bytes = 100000;
  EXPECT_EQ(csv_of(file, "", limits).error().code, ErrorCode::too_large);
  EXPECT_EQ(csv_of(file)->size(), 64 * 1024 + 1 + 2);
  limits = {};
  limits.text_bytes = 4;
  EXPECT_EQ(csv_of(file, "", limits).error().code, ErrorCode::too_large);
  limits = {};
  limits.file_bytes = 10;
  EXPECT_EQ(csv_of(file, "", limits).error().code, ErrorCode::too_large);
  for (std::size_t cut = 1; cut < file.size(); cut += 7) {
    auto out = csv_of(file.substr(0, cut));
    EXPECT_TRUE(!out || *out == "text") << cut;
  }
}

TEST(Sheet, ADirectoryIsMeasuredBeforeItIsRead) {
  auto told = [](const Parts& parts) { return csv_of(zip(parts)).error().message; };
  // One name many times: of 10,001 the directory counts itself, of 70,000 its larger form does.
  for (std::size_t count : {10'001U, 70'000U})
    EXPECT_NE(told(Parts(count, {"x", ""})).find("too many parts"), std::string::npos) << count;
  Parts long_names;
  for (int i = 0; i < 9000; ++i)
    long_names.emplace_back(std::to_string(i) + std::string(1000, 'n'), "");
  EXPECT_NE(told(long_names).find("too many parts"), std::string::npos);
  // A count that lies.
  auto lies = zip(long_names);
  auto end = lies.rfind("PK\x05\x06");
  lies.replace(end + 8, 4, std::string("\1\0\1\0", 4));
  EXPECT_NE(csv_of(lies).error().message.find("too many parts"), std::string::npos);
}

TEST(Sheet, ADamagedSheetIsNotPassedOver) {
  Book book;
  book.sheets =
      R"(<sheet name="List" sheetId="1" r:id="rId1"/><sheet name="B" sheetId="2" r:id="r9"/>)";
  book.rows = R"(<row r="1"><c t="s"><v>7</v></c></row>)";
  book.more = {{"xl/worksheets/sheet2.xml",
                std::string("<worksheet xmlns=\"") + kMain +
                    "\"><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>"}};
  auto file = book.file();
  EXPECT_EQ(*csv_of(file, "B"), "1\r\n");
  Memory memory(file);
  auto open = Workbook::open(memory, {});
  ASSERT_TRUE(open);
  auto first = open->first_filled();
  EXPECT_NE(first ? *first : first.error().message, "B");
  EXPECT_FALSE(first);
}

TEST(Sheet, OthersRunWhileTextsAreFetched) {
  int pauses = 0;
  Strings strings(std::filesystem::temp_directory_path().string(), [&] { ++pauses; }, 2);
  for (int i = 0; i < 200000; ++i) strings.add("text " + std::to_string(i));
  pauses = 0;
  auto before = strings.loads();
  for (int i = 0; i < 640; ++i) (void)strings.at(i % 4 * 50000);
  EXPECT_EQ(strings.loads() - before, 640U);
  EXPECT_EQ(pauses, 10);
}

TEST(Sheet, MoreTextsThanFitInMemory) {
  Strings strings(std::filesystem::temp_directory_path().string(), {}, 2);
  for (int i = 0; i < 100000; ++i) strings.add("text " + std::to_string(i));
  EXPECT_EQ(strings.size(), 100000U);
  for (std::uint64_t i : {0, 99999, 5, 50000, 50001, 0, 77777, 99998})
    EXPECT_EQ(strings.at(i), "text " + std::to_string(i));
  strings.add("later");
  EXPECT_EQ(strings.at(100000), "later");
  EXPECT_EQ(strings.at(99999), "text 99999");
  Strings in_memory("", {}, 2);
  for (int i = 0; i < 50000; ++i) in_memory.add(std::string(10, 'x'));
  EXPECT_EQ(in_memory.at(49999), "xxxxxxxxxx");
}

// Many cells that name one long text: what comes out is handed on as it grows.
TEST(Sheet, WhatGrowsInReadingIsHandedOn) {
  Book book;
  book.strings = "<si><t>" + std::string(60000, 'z') + "</t></si>";
  for (int i = 0; i < 500; ++i) book.rows += "<row><c t=\"s\"><v>0</v></c></row>";
  auto file = book.file();
  Memory memory(file);
  auto open = Workbook::open(memory, {});
  std::size_t largest = 0, all = 0;
  ASSERT_TRUE(open->to_csv("List", ',', [&](std::string_view piece) -> Result<void> {
    largest = std::max(largest, piece.size());
    all += piece.size();
    return {};
  }));
  EXPECT_EQ(all, 500U * 60002);
  EXPECT_LT(largest, 512U * 1024);
}

}  // namespace
}  // namespace varde::people::sheet
