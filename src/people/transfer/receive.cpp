// An uploaded file, from the request into sealed pieces.
//
// Text is kept as it comes. A workbook is kept as it comes, too, and the rows of one of its sheets
// are written beside it as text; where there is no other sheet to choose, the workbook goes again.
// Everything behind reads pieces of text.
#include <fmt/format.h>

#include <deque>

#include "people/csv/sniff.hpp"
#include "people/sheet/workbook.hpp"
#include "people/transfer/internal.hpp"
#include "people/transfer/store_sql.hpp"

namespace varde::people {

using namespace store;
using trust::Ctx;

Error too_large() {
  return make_error(ErrorCode::too_large, "Files of up to 2 GB can be imported. Split this one.");
}

namespace {

constexpr std::size_t kPiece = 1 << 20;
constexpr std::size_t kHead = 64 * 1024;
// What Excel of the North opens by a double click, and what names and addresses seldom hold.
constexpr char kDelimiter = ';';

// Writes pieces of one kind in their order, each in a transaction of its own.
class Pieces {
 public:
  Pieces(Ctx& ctx, const Uuid& id, const crypto::Key& key, PieceKind kind, std::int64_t at = 0)
      : ctx_(ctx), id_(id), key_(key), kind_(kind), at_(at) {}
  Result<void> add(std::string_view bytes) {
    while (!bytes.empty()) {
      auto fits = bytes.substr(0, kPiece - piece_.size());
      piece_ += fits;
      bytes.remove_prefix(fits.size());
      if (piece_.size() == kPiece) VARDE_CHECK(flush());
    }
    return {};
  }
  Result<void> flush() {
    if (piece_.empty()) return {};
    // What was declared is the file; a workbook unpacks to many times as much.
    VARDE_CHECK(ctx_.base.room.demand(std::ssize(piece_)));
    Ctx write(ctx_.base, ctx_.tenant, ctx_.actor);
    VARDE_CHECK(ctx_.base.quotas.take(write, trust::Quota::file_bytes, std::ssize(piece_)));
    // Rows that are staged are sealed as those that they become.
    auto sealed = kind_ == PieceKind::workbook
                      ? crypto::seal(key_, piece_, piece_context(id_, kind_, number_))
                      : seal_piece(key_, id_, number_, piece_);
    write.tx().insert_many(
        "import_piece",
        std::vector<PieceRecord>{{ctx_.tenant, id_, kind_, at_ + number_, {std::move(sealed)}}});
    write.commit();
    total_ += piece_.size();
    ++number_;
    piece_.clear();
    return {};
  }
  std::size_t space() const { return kPiece - piece_.size(); }
  std::uint64_t total() const { return total_ + piece_.size(); }

 private:
  Ctx& ctx_;
  Uuid id_;
  crypto::Key key_;
  PieceKind kind_;
  std::int64_t at_;
  std::string piece_;
  std::int64_t number_ = 0;
  std::uint64_t total_ = 0;
};

// The workbook as it was kept.
class Kept : public sheet::Source {
 public:
  Kept(Ctx& ctx, const Uuid& id, const crypto::Key& key, std::uint64_t bytes)
      : base_(ctx.base), tenant_(ctx.tenant), id_(id), key_(key), bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_; }
  std::string_view at(std::uint64_t offset) override {
    if (offset >= bytes_) return {};
    auto number = static_cast<std::int64_t>(offset / kPiece);
    auto found = std::ranges::find(held_, number, &std::pair<std::int64_t, std::string>::first);
    if (found == held_.end()) {
      // The last may still be looked at by whoever asked for it.
      if (held_.size() >= 8) held_.pop_front();
      held_.emplace_back(number, open(number));
      found = std::prev(held_.end());
    }
    auto within = offset % kPiece;
    return std::string_view(found->second)
        .substr(std::min<std::size_t>(within, found->second.size()));
  }

 private:
  std::string open(std::int64_t number) {
    auto tx = base_.database.tenant(tenant_);
    auto piece = tx.maybe<PieceRecord>(kImportPiece, id_, PieceKind::workbook, number);
    tx.commit();
    auto plain = piece ? crypto::open(key_, piece->sealed.data,
                                      piece_context(id_, PieceKind::workbook, number))
                       : std::nullopt;
    if (!plain) throw std::runtime_error("a piece of an uploaded workbook is damaged");
    return std::move(*plain);
  }

  trust::Base& base_;
  Uuid tenant_, id_;
  crypto::Key key_;
  std::uint64_t bytes_;
  std::deque<std::pair<std::int64_t, std::string>> held_;
};

void drop(Ctx& ctx, const Uuid& id, PieceKind kind) {
  ctx.tx().later(kImportDeletePieces, id, kind);
  ctx.commit();
}

// Writes the rows of a sheet; of the first that has some if none is named.
Result<ReceivedFile> read_workbook(Ctx& ctx, const Uuid& id, const crypto::Key& key,
                                   std::string wanted, std::uint64_t bytes, Pieces& rows) {
  Kept file(ctx, id, key, bytes);
  VARDE_TRY(auto kind, sheet::kind_of(file));
  (void)kind;  // a workbook, or an error
  VARDE_TRY(auto book, sheet::Workbook::open(file, {ctx.base.data_directory, net::yield_now}));
  bool chosen = !wanted.empty();
  if (!chosen) {
    VARDE_TRY(wanted, book.first_filled());
  }
  if (std::ranges::find(book.sheets(), wanted) == book.sheets().end())
    return bad_input("/sheet", "is not a sheet of this workbook.");
  std::string head;
  VARDE_CHECK(book.to_csv(wanted, kDelimiter, [&](std::string_view text) -> Result<void> {
    if (rows.total() + text.size() > kMaxFile) return too_large();
    head += text.substr(0, kHead - std::min(kHead, head.size()));
    return rows.add(text);
  }));
  VARDE_CHECK(rows.flush());
  if (rows.total() == 0 && chosen) return bad_input("/sheet", "has no rows.");
  if (rows.total() == 0)
    return make_error(ErrorCode::bad_input,
                      "The workbook has no rows in any sheet that can be seen.");
  auto layout = csv::sniff_layout(head, kDelimiter, rows.total() <= head.size());
  if (book.sheets().size() == 1) drop(ctx, id, PieceKind::workbook);
  return ReceivedFile{.bytes = bytes,
                      .content_bytes = rows.total(),
                      .encoding = "UTF-8",
                      .delimiter = std::string(1, kDelimiter),
                      .header = layout.has_header,
                      .title_lines = layout.title_lines,
                      .sheets = book.sheets(),
                      .sheet = wanted};
}

}  // namespace

Result<ReceivedFile> receive_file(Ctx& ctx, const Uuid& id, const crypto::Key& key,
                                  net::BodyReader& body) {
  // The first piece says what it is, before anything of it is kept.
  std::string head;
  while (head.size() < kPiece) {
    VARDE_TRY(auto more, body.read_some(kPiece - head.size()));
    if (more.empty()) break;
    head += more;
  }
  if (head.empty()) return make_error(ErrorCode::bad_input, "The file is empty.");
  bool packed = sheet::is_container(head);
  if (!packed) {
    sheet::Memory memory(head);
    VARDE_TRY(auto kind, sheet::kind_of(memory));
    (void)kind;  // text, or an error
  }
  Pieces pieces(ctx, id, key, packed ? PieceKind::workbook : PieceKind::rows);
  VARDE_CHECK(pieces.add(head));
  auto most = packed ? sheet::Limits{}.file_bytes : kMaxFile;
  while (true) {
    VARDE_TRY(auto more, body.read_some(pieces.space()));
    if (more.empty()) break;
    if (pieces.total() + more.size() > most)
      return packed
                 ? make_error(ErrorCode::too_large,
                              fmt::format("Workbooks of up to {} MB can be imported. Split it, or "
                                          "save it as CSV.",
                                          most >> 20))
                 : too_large();
    VARDE_CHECK(pieces.add(more));
  }
  VARDE_CHECK(pieces.flush());
  if (packed) {
    Pieces rows(ctx, id, key, PieceKind::rows);
    return read_workbook(ctx, id, key, "", pieces.total(), rows);
  }
  auto sniffed = csv::sniff(head.substr(0, kHead));
  return ReceivedFile{.bytes = pieces.total(),
                      .encoding = sniffed.encoding,
                      .delimiter = std::string(1, sniffed.delimiter),
                      .header = sniffed.has_header,
                      .title_lines = sniffed.title_lines,
                      .sheets = {},
                      .sheet = {}};
}

Result<ReceivedFile> read_other_sheet(Ctx& ctx, const Uuid& id, const crypto::Key& key,
                                      const std::string& sheet, std::uint64_t bytes,
                                      std::int64_t at) {
  Pieces rows(ctx, id, key, PieceKind::staged, at);
  return read_workbook(ctx, id, key, sheet, bytes, rows);
}

}  // namespace varde::people
