#include "people/csv/sniff.hpp"

#include <uchardet.h>
#include <unicode/uchar.h>
#include <unicode/ucnv.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "base/text.hpp"
#include "people/csv/csv_reader.hpp"

namespace varde::people::csv {
namespace {

constexpr std::size_t kHead = 64 * 1024;

struct Close {
  void operator()(UConverter* c) const { ucnv_close(c); }
  void operator()(uchardet* c) const { uchardet_delete(c); }
};

// The text without a character that was cut off at its end.
std::string_view whole_characters(std::string_view text) {
  for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    auto b = static_cast<unsigned char>(text[text.size() - back]);
    if (b < 0x80) break;
    if (b >= 0xc0) {
      std::size_t size = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2;
      if (size > back) text.remove_suffix(back);
      break;
    }
  }
  return text;
}

// How much a text looks like words when its bytes above 127 are read as `encoding`: letters among
// letters count for it, signs among letters and controls against.
int likeness(std::string_view text, const char* encoding) {
  UErrorCode error = U_ZERO_ERROR;
  std::unique_ptr<UConverter, Close> converter(ucnv_open(encoding, &error));
  if (U_FAILURE(error)) return -1000000;
  int score = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (static_cast<unsigned char>(text[i]) < 128) continue;
    const char* at = text.data() + i;
    UChar32 c = ucnv_getNextUChar(converter.get(), &at, at + 1, &error);
    if (U_FAILURE(error)) {
      error = U_ZERO_ERROR;
      score -= 5;
      continue;
    }
    auto letter = [&](std::size_t k) {
      return k < text.size() && u_isalpha(static_cast<unsigned char>(text[k])) &&
             static_cast<unsigned char>(text[k]) < 128;
    };
    bool among = (i > 0 && letter(i - 1)) || letter(i + 1);
    bool before_lower = i > 0 && text[i - 1] >= 'a' && text[i - 1] <= 'z';
    bool upper_follows = i + 1 < text.size() && text[i + 1] >= 'A' && text[i + 1] <= 'Z';
    if (u_isalpha(c) && c != 0xaa && c != 0xba && c < 0x180)
      // Capitals begin words: "sinÈad", "OíBrien".
      score += (before_lower && u_isupper(c)) || (!u_isupper(c) && upper_follows) ? -1 : 2;
    else if (u_ispunct(c) && c >= 0x2010 && c <= 0x2027)
      // What Word puts in by itself: apostrophes within words, dashes, quotation marks, an
      // ellipsis.
      score += c == 0x2019 && i > 0 && letter(i - 1) && letter(i + 1) ? 1 : 0;
    else if (c == 0xa0)
      continue;
    else if (among)
      score -= 2;
  }
  return score;
}

// Bytes 0x80–0x9F are controls in ISO 8859 and signs and letters in the code pages of Windows,
// which otherwise agree with it, nearly: who writes such a byte means Windows (as WHATWG's Encoding
// Standard has it for Latin 1).
std::string on_windows(const std::string& guess) {
  static const std::map<std::string_view, const char*> kPages = {
      {"iso-8859-2", "windows-1250"},  {"iso-8859-5", "windows-1251"},
      {"iso-8859-7", "windows-1253"},  {"iso-8859-9", "windows-1254"},
      {"iso-8859-8", "windows-1255"},  {"iso-8859-6", "windows-1256"},
      {"iso-8859-13", "windows-1257"}, {"iso-8859-11", "windows-874"}};
  auto found = kPages.find(guess);
  return found == kPages.end() ? guess : found->second;
}

// Whether bytes stand for letters of Central Europe rather than of the North and West: most letters
// are the same in both code pages, æ, ø and å are ć, ř and ĺ, and the rest tells.
bool is_central(std::string_view text) {
  int north = 0, centre = 0;
  for (char c : text) {
    std::string_view of_north = "\xe6\xf8\xe5\xc6\xd8\xc5";
    std::string_view of_centre =
        "\xec\xcc\xe8\xc8\xf9\xd9\xb3\xa3\xb9\xa5\xea\xca\xbf\xaf\x9c\x8c\x9f\x8f\xf1\xd1\xf5\xd5"
        "\xfb\xdb"
        "\xf2\xd2\x9d\x8d";
    north += of_north.find(c) != std::string_view::npos;
    centre += of_centre.find(c) != std::string_view::npos;
  }
  return centre > north;
}

bool looks_typed(std::string_view cell) {
  cell = trim(cell);
  if (cell.find('@') != std::string_view::npos) return true;
  bool digit = false;
  for (char c : cell) {
    if (c >= '0' && c <= '9')
      digit = true;
    else if (std::string_view(" .,:-+/()").find(c) == std::string_view::npos)
      return false;
  }
  return digit;
}

using Table = std::vector<std::vector<std::string>>;

struct Trial {
  Table rows;
  std::vector<std::uint64_t> lines;  // on which they begin
  std::size_t bad = 0, columns = 1, agreeing = 0;
  char delimiter = ',';
};

Trial try_delimiter(std::string_view text, char delimiter, bool complete) {
  Trial trial;
  std::map<std::size_t, std::size_t> widths;
  Reader reader(delimiter, [&](const Row& row) {
    if (trial.rows.size() >= 200) return;
    if (row.problem) {
      ++trial.bad;
      return;
    }
    ++widths[row.fields.size()];
    trial.rows.emplace_back(row.fields.begin(), row.fields.end());
    trial.lines.push_back(row.line);
  });
  // The last row of a head may be cut off: it does not count.
  if (!complete) text = text.substr(0, text.find_last_of("\r\n") + 1);
  reader.push(text);
  reader.finish();
  for (auto [width, count] : widths)
    if (count > trial.agreeing || (count == trial.agreeing && width > trial.columns)) {
      trial.columns = width;
      trial.agreeing = count;
    }
  trial.delimiter = reader.delimiter();
  return trial;
}

bool is_header(const std::vector<std::string>& row) {
  std::set<std::string> names;
  std::size_t filled = 0;
  // Spreadsheets write columns that were once used: nothing but delimiters at the end.
  auto last = row.size();
  while (last > 0 && trim(row[last - 1]).empty()) --last;
  for (const auto& cell : std::span(row).first(last)) {
    if (looks_typed(cell)) return false;
    auto name = ascii_lower(trim(cell));
    if (name.empty()) continue;
    ++filled;
    names.insert(name);
  }
  // The same name twice happens, in a header with other names; a row of values has more of it.
  return filled > 0 && filled * 2 >= last && names.size() * 2 > filled;
}

constexpr std::size_t kMostTitles = 10;

// The row that is the header, if there is one. Above it may stand what people write over a list:
// rows that have far fewer cells than the others.
std::optional<std::size_t> header_row(const Table& rows) {
  std::vector<std::size_t> filled;
  for (const auto& row : rows)
    filled.push_back(static_cast<std::size_t>(
        std::ranges::count_if(row, [](const auto& cell) { return !trim(cell).empty(); })));
  if (filled.empty()) return std::nullopt;
  auto sorted = filled;
  std::ranges::nth_element(sorted, sorted.begin() + std::ssize(sorted) / 2);
  auto usual = sorted[sorted.size() / 2];
  std::size_t at = 0;
  while (at < kMostTitles && at + 1 < rows.size() && filled[at] * 2 <= usual && filled[at] < usual)
    ++at;
  if (is_header(rows[at])) return at;
  return is_header(rows[0]) ? std::optional<std::size_t>(0) : std::nullopt;
}

void lay_out(const Trial& trial, Sniffed& out) {
  out.delimiter = trial.delimiter;
  out.columns = trial.columns;
  auto header = header_row(trial.rows);
  out.has_header = header.has_value();
  out.title_lines = header && *header > 0 ? trial.lines[*header] - 1 : 0;
}

}  // namespace

std::string sniff_encoding(std::string_view head) {
  head = head.substr(0, kHead);
  if (head.starts_with("\xef\xbb\xbf")) return "UTF-8";
  if (head.starts_with("\xff\xfe")) return "UTF-16LE";
  if (head.starts_with("\xfe\xff")) return "UTF-16BE";
  std::array<std::size_t, 2> zeros{};
  for (std::size_t i = 0; i < head.size(); ++i) zeros[i % 2] += head[i] == '\0';
  if (zeros[1] * 4 > head.size() && zeros[0] * 8 < head.size()) return "UTF-16LE";
  if (zeros[0] * 4 > head.size() && zeros[1] * 8 < head.size()) return "UTF-16BE";
  if (is_utf8(whole_characters(head))) return "UTF-8";

  std::unique_ptr<uchardet, Close> detector(uchardet_new());
  uchardet_handle_data(detector.get(), head.data(), head.size());
  uchardet_data_end(detector.get());
  std::string guess = ascii_lower(uchardet_get_charset(detector.get()));
  std::size_t beyond = 0;
  for (char c : head) beyond += static_cast<unsigned char>(c) >> 7;
  bool western = guess.empty() || guess.starts_with("iso-8859-1") || guess == "windows-1252" ||
                 guess.starts_with("mac") || guess == "iso-8859-9" || guess == "iso-8859-3" ||
                 guess == "iso-8859-4" || guess == "iso-8859-10" || guess == "windows-1257" ||
                 guess == "windows-1258" || guess == "ascii";
  bool c1 = std::ranges::any_of(head, [](char c) {
    return static_cast<unsigned char>(c) >= 0x80 && static_cast<unsigned char>(c) < 0xa0;
  });
  if (guess == "iso-8859-2" || guess == "windows-1250") {
    if (is_central(head)) return c1 || guess == "windows-1250" ? "windows-1250" : "ISO-8859-2";
    western = true;
  }
  // Other scripts fill a text; a few odd bytes among ASCII are Western accents.
  if (!western && beyond * 10 > head.size()) {
    if (c1) guess = on_windows(guess);
    UErrorCode error = U_ZERO_ERROR;
    std::unique_ptr<UConverter, Close> converter(ucnv_open(guess.c_str(), &error));
    if (U_SUCCESS(error)) return guess;
  }
  // Mac Roman has become rare: it must win clearly, or end its lines as its systems did.
  bool carriage =
      head.find('\r') != std::string_view::npos && head.find('\n') == std::string_view::npos;
  auto mac = likeness(head, "macintosh"), windows = likeness(head, "windows-1252");
  if (carriage ? mac > windows : mac > windows + 3 && mac > windows * 3 / 2) return "macintosh";
  bool euro = head.find('\xa4') != std::string_view::npos;
  return euro && !c1 ? "ISO-8859-15" : "windows-1252";
}

Sniffed sniff(std::string_view head) {
  Sniffed out;
  bool complete = head.size() < kHead;
  head = head.substr(0, kHead);
  out.encoding = sniff_encoding(head);
  std::string text;
  if (auto converter = Utf8Converter::create(out.encoding))
    converter->convert(head, complete, text);
  // A file that names its delimiter is believed.
  Trial best;
  std::size_t best_score = 0;
  for (char delimiter : {',', ';', '\t', '|'}) {
    auto trial = try_delimiter(text, delimiter, complete);
    auto total = trial.rows.size() + trial.bad;
    std::size_t score =
        trial.columns < 2 || total == 0
            ? 0
            : trial.agreeing * 10000 / total + std::min<std::size_t>(trial.columns, 100);
    if (delimiter == ',' || score > best_score) {
      best = std::move(trial);
      best_score = score;
    }
  }
  lay_out(best, out);
  out.quoted = text.starts_with('"') || text.find("\n\"") != std::string::npos ||
               text.find(std::string{out.delimiter, '"'}) != std::string::npos;
  return out;
}

Sniffed sniff_layout(std::string_view text, char delimiter, bool complete) {
  Sniffed out;
  lay_out(try_delimiter(text.substr(0, kHead), delimiter, complete && text.size() <= kHead), out);
  return out;
}

struct Utf8Converter::Impl {
  bool is_utf8 = false;
  std::unique_ptr<UConverter, Close> from, to;
  std::array<UChar, 1024> pivot{};
  UChar* pivot_source = nullptr;
  UChar* pivot_target = nullptr;
  bool first = true;    // nothing has come out yet: a mark may
  std::string held;     // UTF-8: a character cut off at the end of a chunk
  std::string decoded;  // scratch
  std::size_t unreadable = 0;

  void through_icu(std::string_view chunk, bool last, std::string& out) {
    const char* source = chunk.data();
    const char* end = source + chunk.size();
    char buffer[8192];
    while (true) {
      char* target = buffer;
      UErrorCode error = U_ZERO_ERROR;
      ucnv_convertEx(to.get(), from.get(), &target, buffer + sizeof buffer, &source, end,
                     pivot.data(), &pivot_source, &pivot_target, pivot.data() + pivot.size(), false,
                     last, &error);
      out.append(buffer, static_cast<std::size_t>(target - buffer));
      if (error != U_BUFFER_OVERFLOW_ERROR) break;
    }
  }
};

Utf8Converter::Utf8Converter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Utf8Converter::Utf8Converter(Utf8Converter&&) noexcept = default;
Utf8Converter& Utf8Converter::operator=(Utf8Converter&&) noexcept = default;
Utf8Converter::~Utf8Converter() = default;
std::size_t Utf8Converter::unreadable() const { return impl_->unreadable; }

Result<Utf8Converter> Utf8Converter::create(const std::string& encoding) {
  auto impl = std::make_unique<Impl>();
  UErrorCode error = U_ZERO_ERROR;
  // ICU's own default converter answers to an empty name.
  if (!encoding.empty()) impl->from.reset(ucnv_open(encoding.c_str(), &error));
  if (!impl->from || U_FAILURE(error))
    return bad_input("/encoding", "This encoding is not known; UTF-8 and windows-1252 are usual.");
  impl->to.reset(ucnv_open("UTF-8", &error));
  impl->pivot_source = impl->pivot_target = impl->pivot.data();
  impl->is_utf8 = ucnv_getType(impl->from.get()) == UCNV_UTF8;
  return Utf8Converter(std::move(impl));
}

void Utf8Converter::convert(std::string_view chunk, bool last, std::string& out) {
  auto& s = *impl_;
  std::string joined;
  if (!s.held.empty()) {
    joined = std::exchange(s.held, {}) + std::string(chunk);
    chunk = joined;
  }
  if (s.is_utf8 && !last) {
    auto whole = whole_characters(chunk);
    s.held = chunk.substr(whole.size());
    chunk = whole;
  }
  s.decoded.clear();
  std::string_view result = chunk;
  // Most files are clean UTF-8 and need no converter.
  if (!s.is_utf8 || !varde::is_utf8(chunk)) {
    s.through_icu(chunk, last || s.is_utf8, s.decoded);
    result = s.decoded;
    constexpr std::string_view kReplacement = "\xef\xbf\xbd";
    for (auto at = result.find(kReplacement); at != std::string_view::npos;
         at = result.find(kReplacement, at + 3))
      ++s.unreadable;
  }
  if (s.first && !result.empty()) {
    s.first = false;
    if (result.starts_with("\xef\xbb\xbf")) result.remove_prefix(3);
  }
  out += result;
}

}  // namespace varde::people::csv
