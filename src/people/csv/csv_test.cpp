#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "people/csv/csv_reader.hpp"
#include "people/csv/csv_writer.hpp"
#include "people/csv/moment.hpp"
#include "people/csv/sniff.hpp"

namespace varde::people::csv {
namespace {

using Table = std::vector<std::vector<std::string>>;

struct Read {
  Table rows;
  std::vector<std::string> places;  // "line@offset", with "!" for a bad row
};

Read read(std::string_view text, std::size_t chunk = 1 << 20, char delimiter = ',',
          Limits limits = {}) {
  Read out;
  Reader reader(
      delimiter,
      [&](const Row& row) {
        out.places.push_back((row.problem ? "!" : "") + std::to_string(row.line) + "@" +
                             std::to_string(row.offset));
        if (!row.problem) out.rows.emplace_back(row.fields.begin(), row.fields.end());
      },
      limits);
  for (std::size_t i = 0; i < text.size(); i += chunk) reader.push(text.substr(i, chunk));
  reader.finish();
  return out;
}

RC_GTEST_PROP(Csv, WrittenAndReadIsTheSameUnderAnyChunking, ()) {
  auto field = rc::gen::container<std::string>(
      rc::gen::element('a', 'b', ',', ';', '"', '\n', '\r', ' ', '\t', '=', '\xc3', '\xa6'));
  auto rows = *rc::gen::container<Table>(
      rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(field)));
  auto delimiter = *rc::gen::element(',', ';', '\t', '|');
  auto chunk = *rc::gen::inRange<std::size_t>(1, 40);
  std::string text;
  for (const auto& row : rows)
    append_row(text, std::vector<std::string_view>(row.begin(), row.end()), delimiter);
  auto back = read(text, chunk, delimiter);
  RC_ASSERT(back.rows == rows);
  for (const auto& place : back.places) RC_ASSERT(place[0] != '!');
}

TEST(Csv, CellsThatASpreadsheetWouldRunAreGuarded) {
  Writer table;
  table.row(
      {"=1+1", "+47 22", "+4799999999", "-5", "-12.5", "-5+3", "@x", "\tx", "\rx", "-", "a=b"});
  EXPECT_EQ(table.take(),
            "\xEF\xBB\xBF'=1+1,+47 22,+4799999999,-5,-12.5,'-5+3,'@x,'\tx,\"'\rx\",'-,a=b\r\n");
  table.row({"next"});
  EXPECT_EQ(table.take(), "next\r\n");
}

TEST(Csv, CellsOfValues) {
  namespace json = boost::json;
  EXPECT_EQ(cell_of(nullptr), "");
  EXPECT_EQ(cell_of("text"), "text");
  EXPECT_EQ(cell_of(true), "true");
  EXPECT_EQ(cell_of(5), "5");
  EXPECT_EQ(cell_of(-12.5), "-12.5");
  EXPECT_EQ(cell_of(json::array{"one", 2}), "one; 2");
}

RC_GTEST_PROP(Csv, ChunkingChangesNothingWhateverTheInput, ()) {
  auto text = *rc::gen::container<std::string>(rc::gen::element('a', ',', '"', '\n', '\r'));
  auto chunk = *rc::gen::inRange<std::size_t>(1, 7);
  Limits small{8, 12, 3};
  auto whole = read(text, 1000, ',', small), parts = read(text, chunk, ',', small);
  RC_ASSERT(whole.rows == parts.rows);
  RC_ASSERT(whole.places == parts.places);
}

TEST(Csv, WhatProgramsWrite) {
  struct Case {
    std::string text;
    Table rows;
    std::vector<std::string> places;
  };
  const Case cases[] = {
      {"", {}, {}},
      {"a,b\r\nc,d\r\n", {{"a", "b"}, {"c", "d"}}, {"1@0", "2@5"}},
      {"a,b\nc,d", {{"a", "b"}, {"c", "d"}}, {"1@0", "2@4"}},
      {"a,b\rc,d\r", {{"a", "b"}, {"c", "d"}}, {"1@0", "2@4"}},
      {"a,\n\n\n,b\n", {{"a", ""}, {"", "b"}}, {"1@0", "4@5"}},
      {"\"a,\"\"b\"\"\",\"\"\n", {{"a,\"b\"", ""}}, {"1@0"}},
      {"\"a\r\nb\",c\r\nd,e\r\n", {{"a\r\nb", "c"}, {"d", "e"}}, {"1@0", "3@10"}},
      {"\"a\rb\",c\rd,e\r", {{"a\rb", "c"}, {"d", "e"}}, {"1@0", "3@8"}},
      {"\xef\xbb\xbfname,mail\nx,y\n", {{"name", "mail"}, {"x", "y"}}, {"1@3", "2@13"}},
      {"sep=;\r\na;b,c\r\n", {{"a", "b,c"}}, {"2@7"}},
      {"\xef\xbb\xbfsep=\t\na\tb\n", {{"a", "b"}}, {"2@9"}},
      {"\"sep=;\"\r\na;b,c\r\n", {{"a", "b,c"}}, {"2@9"}},
      {"separate,b\nx,y\n", {{"separate", "b"}, {"x", "y"}}, {"1@0", "2@11"}},
      {"\"\"", {{""}}, {"1@0"}},
      {"\"a\", \"b, c\" ,  d\n", {{"a", "b, c", "  d"}}, {"1@0"}},
      {" \"a\nb\" \nc\n", {{"a\nb"}, {"c"}}, {"1@0", "3@8"}},
      // bad rows, and reading goes on
      {"a\"b,c\nd,e\n", {{"d", "e"}}, {"!1@0", "2@6"}},
      {"\"a\" \"b\",c\nd,e\n", {{"d", "e"}}, {"!1@0", "2@10"}},
      {"\"a\"b,c\nd,e\n", {{"d", "e"}}, {"!1@0", "2@7"}},
      {"a,b\n\"c,d\ne,f\ng,h\n",
       {{"a", "b"}, {"e", "f"}, {"g", "h"}},
       {"1@0", "!2@4", "3@9", "4@13"}},
      {"\"c,d\r\ne,f\r\n", {{"e", "f"}}, {"!1@0", "2@6"}},
      {"\"c,d\re,f\r", {{"e", "f"}}, {"!1@0", "2@5"}},
      {"a,\"b", {}, {"!1@0"}},
      {"\"x\ny\",\"z\na,b\n", {{"a", "b"}}, {"!1@0", "3@9"}},
  };
  for (const auto& c : cases)
    for (std::size_t chunk : {1UL, 2UL, 3UL, 5UL, 1000UL}) {
      auto back = read(c.text, chunk);
      EXPECT_EQ(back.rows, c.rows) << testing::PrintToString(c.text) << " by " << chunk;
      EXPECT_EQ(back.places, c.places) << testing::PrintToString(c.text) << " by " << chunk;
    }
}

TEST(Csv, ABadRowComesAsItWas) {
  const std::pair<const char*, std::vector<std::string>> cases[] = {
      {"1,Kari \"the\" One,Oslo\r\n2,x,y\n", {"1", "Kari \"the\" One", "Oslo"}},
      {"a,b\n1,\"open,c\n2,x\n", {"1", "\"open", "c"}},
      {"\"a\"x,b", {"\"a\"x", "b"}},
      {"sep=;\n\"a\"x;b", {"\"a\"x", "b"}},
  };
  for (const auto& [text, fields] : cases)
    for (std::size_t chunk : {1UL, 3UL, 1000UL}) {
      std::vector<std::string> bad;
      Reader reader(',', [&](const Row& row) {
        if (row.problem) bad.assign(row.fields.begin(), row.fields.end());
      });
      std::string_view rest = text;
      for (; !rest.empty(); rest.remove_prefix(std::min(chunk, rest.size())))
        reader.push(rest.substr(0, chunk));
      reader.finish();
      EXPECT_EQ(bad, fields) << text << " by " << chunk;
    }
}

RC_GTEST_PROP(Csv, AGuardIsTakenOffAgain, ()) {
  auto text =
      *rc::gen::container<std::string>(rc::gen::element('\'', '=', '+', '-', '1', 'a', '@'));
  RC_ASSERT(unguarded(guarded(text)) == text);
}

TEST(Csv, LimitsMakeABadRowAndNoMore) {
  auto big = std::string(70000, 'x');
  auto back = read("a,b\n" + big + ",c\nd,e\n\"" + big + "\",f\ng,h\n");
  EXPECT_EQ(back.rows, (Table{{"a", "b"}, {"d", "e"}, {"g", "h"}}));
  std::string columns(1000, ',');
  back = read(columns + "\n" + columns.substr(1) + "\nb\n");
  ASSERT_EQ(back.rows.size(), 2U);
  EXPECT_EQ(back.rows[0].size(), 1000U);
  // A quote that is never closed costs its own line only, wherever the file goes on.
  std::string open = "a,\"b\n";
  for (int i = 0; i < 20000; ++i) open += "row,number\n";
  EXPECT_EQ(read(open, 4096).rows.size(), 20000U);
}

TEST(Csv, MemoryStaysBounded) {
  std::size_t rows = 0;
  Reader reader(',', [&](const Row&) { ++rows; });
  std::string chunk(1 << 16, 'x');
  for (int i = 0; i < 2000; ++i) reader.push(chunk);  // 128 MB without a line end
  reader.finish();
  EXPECT_EQ(rows, 1U);
}

std::string convert(const std::string& bytes, const std::string& encoding, std::size_t chunk) {
  auto converter = *Utf8Converter::create(encoding);
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += chunk)
    converter.convert(std::string_view(bytes).substr(i, chunk), false, out);
  converter.convert("", true, out);
  return out;
}

std::string utf16(std::string_view ascii, bool little, bool mark) {
  std::string out;
  auto put = [&](unsigned c) {
    char high = static_cast<char>(c >> 8), low = static_cast<char>(c & 255);
    out += little ? low : high;
    out += little ? high : low;
  };
  if (mark) put(0xfeff);
  for (char c : ascii) put(c == '@' ? 0xe6 : static_cast<unsigned char>(c));
  return out;
}

TEST(Sniff, EncodingsAreFoundAndConverted) {
  const std::string expected = "navn;by\nBl\xc3\xa6st;Bod\xc3\xb8\n";
  const std::pair<std::string, const char*> cases[] = {
      {expected, "UTF-8"},
      {"\xef\xbb\xbf" + expected, "UTF-8"},
      {"navn;by\nBl\xe6st;Bod\xf8\n", "windows-1252"},
      {"navn;by\nBl\xbest;Bod\xbf\n", "macintosh"},
  };
  for (const auto& [bytes, encoding] : cases) {
    EXPECT_EQ(sniff_encoding(bytes), encoding);
    for (std::size_t chunk : {1UL, 3UL, 1000UL})
      EXPECT_EQ(convert(bytes, encoding, chunk), expected);
  }
  for (bool little : {true, false})
    for (bool mark : {true, false}) {
      auto bytes = utf16("navn;by\nBl@st;Bod@\n", little, mark);
      auto encoding = sniff_encoding(bytes);
      EXPECT_EQ(encoding, little ? "UTF-16LE" : "UTF-16BE");
      EXPECT_EQ(convert(bytes, encoding, 3), "navn;by\nBl\xc3\xa6st;Bod\xc3\xa6\n");
    }
  // Typographic apostrophes and dashes of Windows are letters in Mac Roman.
  EXPECT_EQ(sniff_encoding("Sin\xe9"
                           "ad;O\x92"
                           "Brien\nKari;d\x92"
                           "Arc\n"),
            "windows-1252");
  EXPECT_EQ(sniff_encoding("navn\nAnne \x96 Marie\nOslo\x96"
                           "Bergen\nBj\xf8rn\n"),
            "windows-1252");
  EXPECT_EQ(sniff_encoding("a;\xa4 5\n"), "ISO-8859-15");
  EXPECT_FALSE(Utf8Converter::create("klingon"));
  auto converter = *Utf8Converter::create("UTF-8");
  std::string out;
  converter.convert(
      "a\xff"
      "b\xc3",
      false, out);
  converter.convert("\xa6", true, out);
  EXPECT_EQ(out,
            "a\xef\xbf\xbd"
            "b\xc3\xa6");
  EXPECT_EQ(converter.unreadable(), 1U);
}

TEST(Sniff, DelimitersAndHeaders) {
  struct Case {
    const char* text;
    char delimiter;
    std::size_t columns;
    bool header, quoted;
  };
  const Case cases[] = {
      {"name,mail\nx,a@example.org\n", ',', 2, true, false},
      {"name;mail;note\nx;a@example.org;hello, there\ny;b@example.org;no, no\n", ';', 3, true,
       false},
      {"x\ta@example.org\ny\tb@example.org\n", '\t', 2, false, false},
      {"name|age\nx|3\n", '|', 2, true, false},
      {"\"name\",\"amount\"\n\"x\",\"1;2;3\"\n\"y\",\"1;2;4\"\n", ',', 2, true, true},
      {"sep=|\nname|mail\nx|a@example.org\n", '|', 2, true, false},
      {"mail\na@example.org\nb@example.org\n", ',', 1, true, false},
      {"a@example.org\nb@example.org\n", ',', 1, false, false},
      {"name,name\nx,y\n", ',', 2, false, false},
      {"E-post;Fornavn;;;;;\nx@example.org;Kari;;;;;\n", ';', 7, true, false},
      {"name,phone,phone\nx,1,2\n", ',', 3, true, false},
      {"\"email\", \"first name\"\n\"x@example.org\", \"Kari\"\n", ',', 2, true, true},
      {"", ',', 1, false, false},
  };
  for (const auto& c : cases) {
    auto found = sniff(c.text);
    EXPECT_EQ(found.delimiter, c.delimiter) << c.text;
    EXPECT_EQ(found.columns, c.columns) << c.text;
    EXPECT_EQ(found.has_header, c.header) << c.text;
    EXPECT_EQ(found.quoted, c.quoted) << c.text;
  }
}

TEST(Sniff, WhatStandsAboveAHeader) {
  struct Case {
    const char* text;
    bool header;
    std::uint64_t lines;
  };
  for (auto [text, header, lines] : std::initializer_list<Case>{
           {"List of members;;\nE-post;Fornavn;By\na@example.org;Kari;Oslo\n", true, 1},
           {"List of members\n\nas of;March\nE-post;Fornavn;By;Alder\na@example.org;Kari;Oslo;3\n",
            true, 3},
           {"\"List\nof members\";;\nE-post;Fornavn;By\na@example.org;Kari;Oslo\n", true, 2},
           {"E-post;Fornavn;By\na@example.org;Kari;Oslo\n", true, 0},
           // A first row of values with gaps is none, nor is a header that names few columns.
           {";a@example.org;\nKari;b@example.org;Oslo\nOla;c@example.org;Bergen\n", false, 0},
           {"E-post;Fornavn\na@example.org;Kari;x;y;z\nb@example.org;Ola;x;y;z\n", true, 0},
           {"Participants\na@example.org\n", true, 0}}) {
    auto found = sniff(text);
    EXPECT_EQ(found.has_header, header) << text;
    EXPECT_EQ(found.title_lines, lines) << text;
  }
}

TEST(Moment, DaysAndTimes) {
  auto text = [](const char* cell) -> std::string {
    auto read = read_moment(cell);
    if (!read) return "-";
    return (read->date ? to_string(*read->date) : "") + "/" +
           (read->seconds ? std::to_string(*read->seconds) : "");
  };
  for (auto [cell, expected] : std::initializer_list<std::pair<const char*, const char*>>{
           {"2026-03-01", "2026-03-01/"},
           {"1.3.2026", "2026-03-01/"},
           {"01.03.2026", "2026-03-01/"},
           {" 2026-03-01 ", "2026-03-01/"},
           {"2026-03-01 00:00:00", "2026-03-01/0"},
           {"2026-03-01T00:00:00Z", "2026-03-01/0"},
           {"2026-03-01T08:30:00.000+01:00", "2026-03-01/30600"},
           {"2026-03-01T08:30:00.000000-0500", "2026-03-01/30600"},
           {"2026-03-01 08:30", "2026-03-01/30600"},
           {"2026-03-01  08:30:15", "2026-03-01/30615"},
           {"01.03.2026 08:30", "2026-03-01/30600"},
           {"1899-12-30 08:30:00", "/30600"},
           {"8", "/28800"},
           {"8.30", "/30600"},
           {"08:30:00.000", "/30600"},
           {"24:00", "/86400"},
           {"24:01", "-"},
           {"8.3", "-"},
           {"08.30.00", "-"},
           {"25:00", "-"},
           {"31.12.25", "-"},
           {"31/12/2025", "-"},
           {"2026-02-30", "-"},
           {"2026-03-01 8", "-"},
           {"2026-03-01T", "-"},
           {"2026-03-01 08:30 PM", "-"},
           {"", "-"},
           {":", "-"},
           {"-1:00", "-"}})
    EXPECT_EQ(text(cell), expected) << cell;
}

TEST(Moment, NumbersUnderWhichSpreadsheetsKeepDays) {
  EXPECT_EQ(to_string(*day_of_serial("45657")), "2024-12-31");
  EXPECT_EQ(to_string(*day_of_serial("45657.75")), "2024-12-31");
  for (const char* none :
       {"1985", "9999", "73051", "456570", "45657.", "45657.x", "-45657", "", "4565a"})
    EXPECT_FALSE(day_of_serial(none)) << none;
}

}  // namespace
}  // namespace varde::people::csv
