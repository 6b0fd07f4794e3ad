#include "people/sheet/workbook.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <ranges>
#include <span>

#include "base/text.hpp"
#include "people/csv/csv_writer.hpp"
#include "people/sheet/format.hpp"
#include "people/sheet/strings.hpp"
#include "people/sheet/xml.hpp"

namespace varde::people::sheet {
namespace {

constexpr int kMostParts = 10000;
constexpr std::size_t kMostSheets = 1000, kMostFormats = 65536;
constexpr std::size_t kMostLookedInto = 50;  // sheets, for one that has something in it
constexpr std::uint64_t kLastRow = 1048576, kLastColumn = 16384;
constexpr std::size_t kPiece = 64 * 1024, kWrite = 256 * 1024;
constexpr std::uint64_t kMostLoads =
    5'000'000;  // of blocks of texts from the disk, minutes of them
constexpr std::string_view kLineSeparator = "\u2028";
constexpr const char* kTooManyParts = "it has too many parts.";
// Entries of a directory take 46 bytes and their names; those of workbooks 100 or so.
constexpr std::uint64_t kMostOfDirectory = 4 << 20;

Error damaged(const std::string& what) {
  return make_error(ErrorCode::unsupported,
                    "The workbook cannot be read: " + what +
                        " Open it in your spreadsheet, save it as .xlsx again, or as CSV.");
}

Error other(const char* sentence) { return make_error(ErrorCode::unsupported, sentence); }

std::optional<std::uint64_t> count_of(std::string_view text) {
  std::uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_true(std::string_view text) { return text == "1" || text == "true" || text == "on"; }

// Names of parts are compared as ECMA-376 part 2 (9.1.1) has it: without case, from the root.
std::string part_name(std::string_view path) {
  auto name = ascii_lower(path);
  std::ranges::replace(name, '\\', '/');
  std::vector<std::string> steps;
  for (auto step : split(name, '/')) {
    if (step.empty() || step == ".") continue;
    if (step == "..") {
      if (!steps.empty()) steps.pop_back();
      continue;
    }
    steps.emplace_back(step);
  }
  std::string out;
  for (const auto& step : steps) out += (out.empty() ? "" : "/") + step;
  return out;
}

std::string beside(const std::string& part, std::string_view target) {
  if (target.starts_with('/') || target.starts_with('\\')) return part_name(target);
  auto folder = part.rfind('/');
  return part_name((folder == std::string::npos ? "" : part.substr(0, folder + 1)) +
                   std::string(target));
}

// The file as libarchive wants to see it. Pieces come from memory or from a database; what reading
// them throws waits until libarchive has been left.
class Archive {
 public:
  explicit Archive(Source& file) : file_(file), archive_(archive_read_new()) {
    if (archive_ == nullptr) throw std::bad_alloc();
    archive_read_support_format_zip_seekable(archive_);
    archive_read_set_read_callback(archive_, read);
    archive_read_set_skip_callback(archive_, skip);
    archive_read_set_seek_callback(archive_, seek);
    archive_read_set_callback_data(archive_, this);
  }
  ~Archive() { archive_read_free(archive_); }
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  bool begin() { return held(archive_read_open1(archive_)) == ARCHIVE_OK; }
  /// The next part's name; nullopt at the end (or where the file is damaged: `broken`).
  std::optional<std::string> next() {
    struct archive_entry* entry = nullptr;
    auto status = held(archive_read_next_header(archive_, &entry));
    if (status == ARCHIVE_EOF) return std::nullopt;
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
      broken = true;
      return std::nullopt;
    }
    encrypted = archive_entry_is_data_encrypted(entry) != 0;
    const char* name = archive_entry_pathname_utf8(entry);
    if (name == nullptr) name = archive_entry_pathname(entry);
    return name == nullptr ? "" : part_name(name);
  }
  /// Bytes of the part; 0 at its end, below 0 when it is damaged.
  la_ssize_t data(std::span<char> into) {
    return held(archive_read_data(archive_, into.data(), into.size()));
  }
  bool broken = false, encrypted = false;

 private:
  template <class T>
  T held(T status) {
    if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
    return status;
  }
  static la_ssize_t read(struct archive*, void* self, const void** bytes) {
    auto& me = *static_cast<Archive*>(self);
    try {
      auto piece = me.file_.at(me.at_);
      me.at_ += piece.size();
      *bytes = piece.data();
      return static_cast<la_ssize_t>(piece.size());
    } catch (...) {
      me.thrown_ = std::current_exception();
      return -1;
    }
  }
  static la_int64_t skip(struct archive*, void* self, la_int64_t count) {
    auto& me = *static_cast<Archive*>(self);
    auto most = static_cast<la_int64_t>(me.file_.size() - std::min(me.at_, me.file_.size()));
    count = std::clamp<la_int64_t>(count, 0, most);
    me.at_ += static_cast<std::uint64_t>(count);
    return count;
  }
  static la_int64_t seek(struct archive*, void* self, la_int64_t offset, int from) {
    auto& me = *static_cast<Archive*>(self);
    auto size = static_cast<la_int64_t>(me.file_.size());
    auto base = from == SEEK_SET ? 0 : from == SEEK_CUR ? static_cast<la_int64_t>(me.at_) : size;
    // A file of hostile offsets: what would lie outside it is its end.
    auto at = offset > size ? size : std::clamp<la_int64_t>(base + offset, 0, size);
    me.at_ = static_cast<std::uint64_t>(at);
    return at;
  }

  Source& file_;
  std::uint64_t at_ = 0;
  std::exception_ptr thrown_;
  struct archive* archive_;
};

struct Relation {
  std::string target, type;
};
// xl/_rels/workbook.xml.rels: what the names of parts elsewhere mean.
struct Relations : XmlHandler {
  explicit Relations(std::string of) : part(std::move(of)) {}
  std::string part;
  std::map<std::string, Relation> by_id;
  void begin(std::string_view name, const Attributes& a) override {
    if (name != "Relationship" || by_id.size() >= 10000 || a["TargetMode"] == "External") return;
    auto type = std::string(a["Type"]);
    by_id[std::string(a["Id"])] = {beside(part, a["Target"]), type.substr(type.rfind('/') + 1)};
  }
  void end(std::string_view) override {}
  const Relation* of_type(std::string_view type) const {
    for (const auto& [id, relation] : by_id)
      if (relation.type == type) return &relation;
    return nullptr;
  }
};

struct Sheet {
  std::string name, relation;
  bool hidden = false;
};
struct Book : XmlHandler {
  std::vector<Sheet> sheets;
  bool since_1904 = false;
  void begin(std::string_view name, const Attributes& a) override {
    if (name == "workbookPr") since_1904 = is_true(a["date1904"]);
    if (name == "sheet" && sheets.size() < kMostSheets) {
      auto state = a["state"];
      sheets.push_back({std::string(utf8_prefix(a["name"], 100)), std::string(a["id"]),
                        state == "hidden" || state == "veryHidden"});
    }
  }
  void end(std::string_view) override {}
};

struct Styles : XmlHandler {
  std::map<int, Format> formats;
  std::vector<Format> cells;
  bool in_cells = false;
  void begin(std::string_view name, const Attributes& a) override {
    auto id =
        static_cast<int>(std::min<std::uint64_t>(count_of(a["numFmtId"]).value_or(0), 1 << 30));
    if (name == "numFmt") {
      if (formats.size() < kMostFormats && a["formatCode"].size() <= 1000)
        formats[id] = read_format(a["formatCode"]);
    } else if (name == "cellXfs") {
      in_cells = true;
    } else if (name == "xf" && in_cells && cells.size() < kMostFormats) {
      auto found = formats.find(id);
      cells.push_back(found != formats.end() ? found->second : built_in_format(id));
    }
  }
  void end(std::string_view name) override {
    if (name == "cellXfs") in_cells = false;
  }
};

// Characters that XML cannot hold are written as _x0007_; "_x005F_" is the underscore itself.
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned code = 0;
    if (text[i] == '_' && text.size() - i >= 7 && text[i + 1] == 'x' && text[i + 6] == '_') {
      auto digits = text.substr(i + 2, 4);
      auto [end, error] = std::from_chars(digits.data(), digits.data() + 4, code, 16);
      if (error == std::errc() && end == digits.data() + 4 && code < 0x80) {
        if (code >= 0x20 || code == '\t' || code == '\n') out += static_cast<char>(code);
        i += 6;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

// A text of plain or rich runs: all <t> but those of <rPh>, which say how to pronounce it.
struct Text {
  std::string value;
  bool open = false;
  int phonetic = 0;
  std::size_t most;
  explicit Text(std::size_t limit) : most(limit) {}
  void begin(std::string_view name) {
    if (name == "rPh") ++phonetic;
    open = name == "t" && phonetic == 0;
  }
  void end(std::string_view name) {
    if (name == "rPh" && phonetic > 0) --phonetic;
    if (name == "t") open = false;
  }
  void text(std::string_view piece) {
    // One byte more than may be, so that whoever reads it knows that it was longer.
    if (open) value += piece.substr(0, most + 1 - std::min(most + 1, value.size()));
  }
  std::string take() {
    open = false;
    phonetic = 0;
    auto out = value.find('_') == std::string::npos ? std::move(value) : unescaped(value);
    value.clear();
    return out;
  }
};

struct SharedStrings : XmlHandler {
  SharedStrings(Strings& into, std::size_t most_of_one, std::uint64_t most)
      : strings(into), text_of(most_of_one), most_bytes(most) {}
  Strings& strings;
  Text text_of;
  std::uint64_t most_bytes;
  bool too_many = false;
  XmlReader* reader = nullptr;
  void begin(std::string_view name, const Attributes&) override { text_of.begin(name); }
  void end(std::string_view name) override {
    text_of.end(name);
    if (name != "si") return;
    strings.add(text_of.take());
    // An empty text costs, too.
    if (strings.bytes() + strings.size() * sizeof(std::uint32_t) > most_bytes) {
      too_many = true;
      reader->stop();
    }
  }
  void text(std::string_view piece) override { text_of.text(piece); }
};

// "AB12": its column, counted from 1; 0 when it is none.
std::uint64_t column_of(std::string_view reference) {
  std::uint64_t column = 0;
  for (char c : reference) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c == '$') continue;
    if (c < 'A' || c > 'Z') break;
    column = column * 26 + static_cast<std::uint64_t>(c - 'A' + 1);
    if (column > kLastColumn) return 0;
  }
  return column;
}

// The library reads the whole directory of a ZIP file into memory before it tells of the first
// part, and believes no count in it: a file of 512 MB may name ten million. So it is measured
// before, at each place that the library would take for its end (APPNOTE.TXT 4.3.14 to 4.3.16).
bool directory_too_large(Source& file) {
  constexpr std::uint64_t kTail = 16 * 1024 + 22;  // where it is looked for
  auto bytes = [&](std::uint64_t from, std::size_t most) {
    std::string out;
    while (out.size() < most) {
      auto piece = file.at(from + out.size());
      if (piece.empty()) break;
      out += piece.substr(0, most - out.size());
    }
    return out;
  };
  auto little = [](std::string_view text, std::size_t at, std::size_t size) {
    std::uint64_t value = 0;
    for (auto i = size; i-- > 0;) value = value << 8 | static_cast<unsigned char>(text[at + i]);
    return value;
  };
  auto begin = file.size() - std::min(file.size(), kTail);
  auto tail = bytes(begin, static_cast<std::size_t>(kTail));
  auto beyond = [&](std::uint64_t entries, std::uint64_t directory, std::uint64_t end) {
    return entries > static_cast<std::uint64_t>(kMostParts) || end - directory > kMostOfDirectory;
  };
  for (auto at = tail.find("PK"); at != std::string::npos; at = tail.find("PK", at + 1)) {
    auto record = std::string_view(tail).substr(at);
    auto here = begin + at;
    if (record.starts_with("PK\x05\x06") && record.size() >= 22) {
      auto size = little(record, 12, 4), offset = little(record, 16, 4);
      if (little(record, 4, 4) != 0 || size + offset > here) continue;  // none that is believed
      if (beyond(little(record, 10, 2), offset, here)) return true;
    } else if (record.starts_with("PK\x06\x07") && record.size() >= 20) {
      auto large = bytes(little(record, 8, 8), 56);
      if (large.size() < 56 || !large.starts_with("PK\x06\x06")) continue;
      auto offset = little(large, 48, 8);
      if (offset <= here && beyond(little(large, 32, 8), offset, here)) return true;
    }
  }
  return false;
}

struct Rows : XmlHandler {
  Rows(const Limits& limits_, Strings& strings_, const Styles& styles_, bool since_1904_,
       char delimiter_)
      : limits(limits_),
        strings(strings_),
        styles(styles_),
        since_1904(since_1904_),
        delimiter(delimiter_),
        text_of(limits_.cell_bytes) {}
  const Limits& limits;
  Strings& strings;
  const Styles& styles;
  bool since_1904;
  char delimiter;

  XmlReader* reader = nullptr;
  bool only_whether = false;  // there is anything at all
  std::string out;
  const char* wrong = nullptr;
  bool any = false;

  std::uint64_t line = 0, row = 0, column = 0;
  std::vector<std::string> cells;
  std::size_t row_bytes = 0;
  bool in_row = false, in_cell = false, in_value = false;
  std::string type, value;
  std::size_t style = 0;
  Text text_of;

  void begin(std::string_view name, const Attributes& a) override {
    if (name == "row") {
      auto number = count_of(a["r"]).value_or(row + 1);
      if (number > kLastRow) return fail("it has rows beyond the last that a sheet can have.");
      // Never backwards: what a writer numbers twice follows.
      row = std::max(number, row + 1);
      column = 0;
      in_row = true;
      cells.clear();
      row_bytes = 0;
    } else if (name == "c" && in_row) {
      auto at = a["r"];
      auto number = at.empty() ? column + 1 : column_of(at);
      if (number == 0 || number > kLastColumn)
        return fail("it has a cell beyond the last column that a sheet can have.");
      column = std::max(number, column + 1);
      type = a["t"];
      style = count_of(a["s"]).value_or(0);
      value.clear();
      text_of.take();
      in_cell = true;
    } else if (in_cell) {
      if (name == "v") in_value = true;
      if (type == "inlineStr") text_of.begin(name);
    }
  }
  void text(std::string_view piece) override {
    if (in_value)
      value +=
          piece.substr(0, limits.cell_bytes + 1 - std::min(limits.cell_bytes + 1, value.size()));
    if (in_cell && type == "inlineStr") text_of.text(piece);
  }
  void end(std::string_view name) override {
    if (name == "v") in_value = false;
    if (in_cell && type == "inlineStr") text_of.end(name);
    if (name == "c" && in_cell) {
      in_cell = false;
      keep(content());
    } else if (name == "row" && in_row) {
      in_row = false;
      write_row();
      if (out.size() >= kWrite) reader->pause();
    } else if (name == "sheetData") {
      reader->stop();
    }
  }

  std::string content() {
    if (type == "s") {
      auto number = count_of(trim(value));
      if (value.empty()) return {};
      if (!number || *number >= strings.size()) {
        fail("a cell names a text that it does not have.");
        return {};
      }
      if (strings.loads() > kMostLoads) fail("its cells name texts that lie too far apart.");
      return std::string(strings.at(*number));
    }
    if (type == "inlineStr") return text_of.take();
    if (type == "str") return value.find('_') == std::string::npos ? value : unescaped(value);
    if (type == "b") return is_true(trim(value)) ? "TRUE" : value.empty() ? "" : "FALSE";
    if (type == "e") return value;
    if (type == "d") {  // ISO 8601, as strict workbooks may have it
      auto t = value.find('T');
      if (t == std::string::npos) return value;
      return value.substr(0, t) + " " + value.substr(t + 1);
    }
    static const Format kGeneral;
    const auto& format = style < styles.cells.size() ? styles.cells[style] : kGeneral;
    return shown(trim(value), format, since_1904);
  }

  void keep(std::string text) {
    if (trim(text).empty()) return;
    // Beyond what a row may have one more is enough to say so.
    if (row_bytes > limits.row_bytes) return;
    row_bytes += text.size() + 1;
    auto at = std::min<std::size_t>(column - 1, limits.columns);
    if (cells.size() <= at) cells.resize(at + 1);
    cells[at] = std::move(text);
  }

  void write_row() {
    if (cells.empty()) return;
    any = true;
    if (only_whether) return reader->stop();
    for (; line + 1 < row; ++line) out += "\n";
    for (auto& cell : cells) {
      if (cell.find_first_of("\r\n") == std::string::npos) continue;
      std::string one;
      for (std::size_t i = 0; i < cell.size(); ++i) {
        if (cell[i] == '\r' && i + 1 < cell.size() && cell[i + 1] == '\n') continue;
        if (cell[i] == '\r' || cell[i] == '\n')
          one += kLineSeparator;
        else
          one += cell[i];
      }
      cell = std::move(one);
    }
    csv::append_row(out, std::vector<std::string_view>(cells.begin(), cells.end()), delimiter);
    line = row;
  }

  void fail(const char* why) {
    wrong = why;
    reader->stop();
  }
};

}  // namespace

struct Workbook::Impl {
  Source& file;
  Means means;
  Limits limits;
  std::uint64_t unpacked = 0;
  std::vector<Sheet> sheets{};
  std::map<std::string, std::string> parts{};  // of sheets, by name
  std::vector<std::string> names{};
  bool since_1904 = false;
  std::string strings_part{}, styles_part{};
  Styles styles{};
  std::unique_ptr<Strings> strings{};

  // Reads a part to its end, or to where its handler stops. False when there is none.
  Result<bool> read(const std::string& part, XmlReader& xml,
                    const std::function<Result<void>()>& after_piece = {}) {
    Archive archive(file);
    if (!archive.begin()) return damaged("it is no complete ZIP file.");
    for (int count = 0; count < kMostParts; ++count) {
      auto name = archive.next();
      if (!name) {
        if (archive.broken) return damaged("its ZIP file is damaged.");
        return false;
      }
      if (*name != part) continue;
      if (archive.encrypted)
        return other(
            "This workbook is protected by a password. Take the password away and upload it "
            "again.");
      std::vector<char> buffer(kPiece);
      while (true) {
        auto got = archive.data(buffer);
        if (got < 0) return damaged("its ZIP file is damaged.");
        unpacked += static_cast<std::uint64_t>(got);
        if (unpacked > limits.unpacked_bytes)
          return make_error(
              ErrorCode::too_large,
              "The workbook is too large once it is unpacked. Split it, or save it as CSV.");
        VARDE_TRY(auto state, xml.push({buffer.data(), static_cast<std::size_t>(got)}, got == 0));
        while (true) {
          if (after_piece) VARDE_CHECK(after_piece());
          if (means.pause) means.pause();
          if (state != XmlReader::State::paused) break;
          VARDE_TRY(state, xml.resume());
        }
        if (state == XmlReader::State::ended) return true;
      }
    }
    return damaged(kTooManyParts);
  }
  Result<bool> read(const std::string& part, XmlHandler& handler) {
    XmlReader xml(handler);
    return read(part, xml);
  }

  // The texts and formats, once they are needed.
  Result<void> prepare() {
    if (strings) return {};
    auto made = std::make_unique<Strings>(means.directory, means.pause);
    if (!strings_part.empty()) {
      SharedStrings handler(*made, limits.cell_bytes, limits.text_bytes);
      XmlReader xml(handler);
      handler.reader = &xml;
      VARDE_TRY(auto found, read(strings_part, xml));
      (void)found;
      if (handler.too_many)
        return make_error(
            ErrorCode::too_large,
            "The workbook has too much text to be read. Split it, or save it as CSV.");
    }
    if (!styles_part.empty()) {
      VARDE_TRY(auto found, read(styles_part, styles));
      (void)found;
    }
    strings = std::move(made);
    return {};
  }

  const Sheet* find(const std::string& name) const {
    for (const auto& sheet : sheets)
      if (sheet.name == name) return &sheet;
    return nullptr;
  }
};

Workbook::Workbook(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Workbook::Workbook(Workbook&&) noexcept = default;
Workbook& Workbook::operator=(Workbook&&) noexcept = default;
Workbook::~Workbook() = default;
const std::vector<std::string>& Workbook::sheets() const { return impl_->names; }

Result<Workbook> Workbook::open(Source& file, Means means, Limits limits) {
  auto impl =
      std::unique_ptr<Impl>(new Impl{.file = file, .means = std::move(means), .limits = limits});
  if (file.size() > limits.file_bytes)
    return make_error(
        ErrorCode::too_large,
        fmt::format("Workbooks of up to {} MB can be read. Split it, or save it as CSV.",
                    limits.file_bytes >> 20));
  if (directory_too_large(file)) return damaged(kTooManyParts);
  std::map<std::string, bool> there;  // a part, and whether it is encrypted
  std::string mimetype;
  {
    Archive archive(file);
    if (!archive.begin()) return damaged("it is no complete ZIP file.");
    int count = 0;
    while (auto name = archive.next()) {
      if (++count > kMostParts) return damaged(kTooManyParts);
      there[*name] = archive.encrypted;
      if (*name == "mimetype") {
        std::array<char, 100> bytes{};
        auto got = archive.data(bytes);
        if (got > 0) mimetype.assign(bytes.data(), static_cast<std::size_t>(got));
      }
    }
    if (archive.broken || there.empty()) return damaged("its ZIP file is damaged.");
  }
  if (mimetype.find("opendocument") != std::string::npos)
    return other(
        "This is an OpenDocument file (.ods). Open it and save it as .xlsx (\"Excel 2007-365\") or "
        "as CSV.");
  if (there.contains("xl/workbook.bin"))
    return other("This is a binary workbook (.xlsb). Open it and save it as .xlsx or as CSV.");
  if (there.contains("word/document.xml"))
    return other(
        "This is a Word document. Copy the table into a spreadsheet and save that as .xlsx.");
  if (there.contains("ppt/presentation.xml"))
    return other(
        "This is a presentation. Copy the table into a spreadsheet and save that as .xlsx.");
  if (there.contains("index/document.iwa") || there.contains("index.zip"))
    return other("This is a file of Apple Numbers or Pages. Export it as Excel (.xlsx) or as CSV.");

  std::string book_part = "xl/workbook.xml";
  Relations root("");
  VARDE_TRY(auto has_root, impl->read("_rels/.rels", root));
  if (has_root)
    if (const auto* found = root.of_type("officeDocument")) book_part = found->target;
  if (!there.contains(book_part))
    return other(
        "This is a ZIP file without a workbook in it. Unpack it and upload the table itself.");
  if (there[book_part])
    return other(
        "This workbook is protected by a password. Take the password away and upload it again.");
  Book book;
  VARDE_TRY(auto has_book, impl->read(book_part, book));
  if (!has_book) return damaged("its list of sheets is missing.");
  auto folder = book_part.rfind('/') == std::string::npos
                    ? std::string()
                    : book_part.substr(0, book_part.rfind('/') + 1);
  Relations relations(book_part);
  VARDE_TRY(auto has_relations,
            impl->read(folder + "_rels/" + book_part.substr(folder.size()) + ".rels", relations));
  (void)has_relations;
  impl->since_1904 = book.since_1904;
  auto part_of = [&](const char* type, const char* usual) -> std::string {
    if (const auto* found = relations.of_type(type)) return found->target;
    return there.contains(folder + usual) ? folder + usual : "";
  };
  impl->strings_part = part_of("sharedStrings", "sharedstrings.xml");
  impl->styles_part = part_of("styles", "styles.xml");
  std::size_t number = 0;
  for (auto& sheet : book.sheets) {
    ++number;
    auto found = relations.by_id.find(sheet.relation);
    auto part = found != relations.by_id.end()
                    ? found->second.target
                    : folder + fmt::format("worksheets/sheet{}.xml", number);
    // Charts and dialogs stand between the sheets, and have no rows.
    if ((found != relations.by_id.end() && found->second.type != "worksheet") ||
        !there.contains(part) || sheet.name.empty() || impl->find(sheet.name) != nullptr)
      continue;
    impl->parts[sheet.name] = part;
    impl->sheets.push_back(sheet);
  }
  if (impl->sheets.empty()) return damaged("it has no sheet.");
  for (const auto& sheet : impl->sheets)
    if (!sheet.hidden) impl->names.push_back(sheet.name);
  if (impl->names.empty())
    for (const auto& sheet : impl->sheets) impl->names.push_back(sheet.name);
  return Workbook(std::move(impl));
}

Result<std::string> Workbook::first_filled() {
  VARDE_CHECK(impl_->prepare());
  for (const auto& name : impl_->names | std::views::take(kMostLookedInto)) {
    Rows rows(impl_->limits, *impl_->strings, impl_->styles, impl_->since_1904, ',');
    XmlReader xml(rows);
    rows.reader = &xml;
    rows.only_whether = true;
    VARDE_TRY(auto found, impl_->read(impl_->parts[name], xml));
    (void)found;
    // What is damaged is not passed over: its table may be the one that is meant.
    if (rows.wrong != nullptr) return damaged(rows.wrong);
    if (rows.any) return name;
  }
  return impl_->names.front();
}

Result<void> Workbook::to_csv(const std::string& sheet, char delimiter, const Write& write) {
  VARDE_CHECK(impl_->prepare());
  if (impl_->find(sheet) == nullptr) return not_found("The workbook has no sheet of this name.");
  Rows rows(impl_->limits, *impl_->strings, impl_->styles, impl_->since_1904, delimiter);
  XmlReader xml(rows);
  rows.reader = &xml;
  auto flush = [&](std::size_t least) -> Result<void> {
    if (rows.out.size() < least || rows.out.empty()) return {};
    VARDE_CHECK(write(rows.out));
    rows.out.clear();
    return {};
  };
  VARDE_TRY(auto found, impl_->read(impl_->parts[sheet], xml, [&] { return flush(kWrite); }));
  if (rows.wrong != nullptr) return damaged(rows.wrong);
  if (!found) return damaged("the sheet is missing.");
  return flush(1);
}

Result<std::optional<std::string>> small_to_csv(std::string_view bytes, std::size_t most,
                                                const std::function<void()>& pause) {
  Memory file(bytes);
  VARDE_TRY(auto kind, kind_of(file));
  if (kind == Kind::text) return std::optional<std::string>();
  Limits limits;
  limits.unpacked_bytes = most * 32;
  limits.text_bytes = most;
  VARDE_TRY(auto book, Workbook::open(file, {{}, pause}, limits));
  VARDE_TRY(auto sheet, book.first_filled());
  std::string out;
  VARDE_CHECK(book.to_csv(sheet, ',', [&](std::string_view piece) -> Result<void> {
    if (out.size() + piece.size() > most)
      return make_error(ErrorCode::too_large, "The table is too large. Split it.");
    out += piece;
    return {};
  }));
  return std::optional(std::move(out));
}

}  // namespace varde::people::sheet
