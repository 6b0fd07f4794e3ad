// The import: pieces → UTF-8 → rows → batches of save().
#include <array>
#include <cctype>

#include "base/log.hpp"
#include "base/text.hpp"
#include "people/csv/csv_reader.hpp"
#include "people/csv/csv_writer.hpp"
#include "people/csv/sniff.hpp"
#include "people/transfer/internal.hpp"
#include "people/transfer/store_sql.hpp"
#include "trust/audit.hpp"
#include "trust/erasure.hpp"
#include "trust/tenant/tenant.hpp"

namespace varde::people {

using namespace store;
using trust::Ctx;
namespace json = boost::json;

std::string piece_context(const Uuid& id, int kind, std::int64_t number) {
  return fmt::format("import:{}:{}:{}", id.str(), kind, number);
}

std::string piece_context(const Uuid& id, PieceKind kind, std::int64_t number) {
  return piece_context(id, static_cast<int>(kind), number);
}

Result<ImportSettings> read_settings(const ImportRecord& record) {
  return web::read<ImportSettings>(json::parse(record.settings.text));
}

std::vector<ImportReason> read_reasons(const ImportRecord& record) {
  auto reasons = web::read<std::vector<ImportReason>>(json::parse(record.reasons.text));
  return reasons ? *reasons : std::vector<ImportReason>{};
}

namespace {

// Of a transaction: so many rows, and of long ones fewer.
constexpr std::size_t kBatch = 500;
constexpr std::size_t kBatchBytes = 4 << 20;
constexpr std::size_t kMostReasons = 100;
constexpr std::size_t kMostNotes = 10;          // of a row that are said
constexpr std::int64_t kMostListed = 64 << 20;  // of each of the two files of rows

struct PendingRow {
  std::uint64_t line = 0;
  // As CSV, for the files of rejected rows and of warnings. Behind a warning a person is made, and
  // what of the row is not imported is not kept: there it is `taken` that is listed.
  std::string original, taken;
  std::optional<RowNote> problem;
  std::vector<RowNote> warnings;
  PersonChange change;
  std::vector<std::string> tags;

  std::size_t bytes() const { return original.size() + taken.size(); }
};

// What is kept of rows for one of the files; once it is full, the rest is only counted.
struct Listing {
  std::int64_t bytes = 0;
  bool full = false;
};

class ImportRun {
 public:
  ImportRun(trust::Base& base, const Uuid& tenant, const Uuid& id)
      : base_(base), tenant_(tenant), id_(id) {}

  Result<jobs::Outcome> run() {
    Ctx ctx(base_, tenant_, {});
    auto record = ctx.tx().maybe<ImportRecord>(kImportOne, id_);
    if (!record || (record->state != ImportState::queued && record->state != ImportState::running))
      return jobs::Outcome::done();
    record_ = *record;
    auto key = base_.keys.key(tenant_, id_);
    if (!key) return fail("The file is no longer there.");
    key_ = *key;
    auto settings = read_settings(record_);
    if (!settings) return fail("The settings of the import cannot be read.");
    settings_ = *settings;
    reasons_ = read_reasons(record_);
    auto converter = csv::Utf8Converter::create(record_.encoding);
    if (!converter) return fail(converter.error().message);
    std::vector<std::string> targets;
    for (const auto& entry : settings_.mapping) {
      if (targets.size() <= static_cast<std::size_t>(entry.column))
        targets.resize(static_cast<std::size_t>(entry.column) + 1);
      targets[static_cast<std::size_t>(entry.column)] = entry.target.value;
    }
    RowReader rows(ctx, targets, settings_.options);
    rows_ = &rows;
    if (!record_.header) name_by_targets(targets);
    rejected_ = listed(ctx, PieceKind::rejects);
    warned_ = listed(ctx, PieceKind::warnings);
    ctx.rollback();

    std::vector<PendingRow> batch;
    bool header_seen = !record_.header, width_known = false;
    auto delimiter = record_.separator();
    std::deque<PendingRow> ready;
    csv::Reader reader(delimiter, [&](const csv::Row& row) {
      if (row.line <= static_cast<std::uint64_t>(record_.title_lines)) return;
      if (!header_seen) {
        header_seen = width_known = true;
        rows.set_width(row.fields.size(), true);
        for (auto cell : row.fields) names_.push_back(with_breaks(cell));
        return;
      }
      if (csv::is_blank(row)) return;
      if (!width_known) rows.set_width(row.fields.size(), false);
      width_known = true;
      // Rows up to here were committed by an earlier life of this job.
      if (row.line <= static_cast<std::uint64_t>(record_.line)) return;
      PendingRow pending;
      pending.line = row.line;
      if (row.problem != nullptr) {
        pending.problem = RowNote{RowNote::kWholeRow, row.problem, {}};
      } else {
        pending.problem = rows.read(row.fields, pending.change, pending.tags, pending.warnings);
      }
      pending.original = as_csv(row.fields, [](std::size_t) { return true; });
      if (!pending.problem && !pending.warnings.empty())
        pending.taken = as_csv(row.fields, [&](std::size_t i) {
          return rows.takes(i) || (record_.header && i >= names_.size());
        });
      waiting_ += pending.bytes();
      ready.push_back(std::move(pending));
    });
    std::string text;
    std::int64_t number = 0;
    for (bool last = false; !last;) {
      auto pieces = next_pieces(number);
      if (damaged_)
        return fail(
            "The uploaded file is damaged on the disk. What was read of it until there is "
            "kept; upload the file again for the rest.");
      last = pieces.empty();
      for (const auto& piece : pieces) {
        text.clear();
        converter->convert(piece, false, text);
        bytes_done_ += static_cast<std::int64_t>(piece.size());
        // In slices, so that few rows wait in memory at a time.
        for (std::size_t at = 0; at < text.size(); at += 64 * 1024) {
          reader.push(std::string_view(text).substr(at, 64 * 1024));
          while (ready.size() >= kBatch || waiting_ >= kBatchBytes)
            if (auto stop = write_batch(ready)) return *stop;
        }
      }
      number += static_cast<std::int64_t>(pieces.size());
      if (last) {
        text.clear();
        converter->convert("", true, text);
        reader.push(text);
        reader.finish();
      }
    }
    while (!ready.empty())
      if (auto stop = write_batch(ready)) return *stop;
    return finish();
  }

 private:
  std::vector<std::string> next_pieces(std::int64_t from) {
    auto tx = base_.database.tenant(tenant_);
    std::vector<std::string> out;
    for (auto& piece : tx.all<PieceRecord>(kImportPieces, id_, PieceKind::rows, from)) {
      auto plain = open_piece(key_, id_, piece.number, piece.sealed.data);
      if (!plain) {
        damaged_ = true;
        return {};
      }
      out.push_back(std::move(*plain));
    }
    return out;
  }

  Listing listed(Ctx& ctx, PieceKind kind) {
    auto bytes = ctx.tx().one<std::int64_t>(kImportPieceBytes, id_, kind);
    return {bytes, bytes > kMostListed};
  }

  // Whoever opens the file in a spreadsheet runs nothing that somebody else wrote into it.
  template <class Wanted>
  std::string as_csv(std::span<const std::string_view> fields, Wanted wanted) const {
    std::vector<std::string> cells;
    for (std::size_t i = 0; i < fields.size(); ++i)
      cells.push_back(wanted(i) ? csv::guarded(with_breaks(fields[i])) : "");
    std::string out;
    csv::append_row(out, std::vector<std::string_view>(cells.begin(), cells.end()),
                    record_.separator());
    return out;
  }

  // Writes the first rows of `ready` in one transaction. Returns an outcome when the import must
  // stop here.
  std::optional<jobs::Outcome> write_batch(std::deque<PendingRow>& ready) {
    if (jobs::Workers::stopping()) return jobs::Outcome::again(now());
    std::size_t count = 0, bytes = 0;
    while (count < std::min(kBatch, ready.size()) && bytes < kBatchBytes)
      bytes += ready[count++].bytes();
    for (int attempt = 0;; ++attempt) {
      try {
        if (auto stop = try_batch(ready, count)) return stop;
        break;
      } catch (const db::SqlError& e) {
        // Somebody else made one of these persons meanwhile, or two imports cross: read again.
        if ((!e.is_unique_violation() && !e.is_retryable()) || attempt >= 5) throw;
      }
    }
    ready.erase(ready.begin(), ready.begin() + static_cast<std::ptrdiff_t>(count));
    waiting_ -= bytes;
    return std::nullopt;
  }

  std::optional<jobs::Outcome> try_batch(const std::deque<PendingRow>& ready,
                                         std::size_t count_of_rows) {
    Ctx ctx(base_, tenant_, {trust::ActorKind::user, settings_.started_by});
    std::vector<std::string> names;
    std::vector<PersonChange> changes;
    std::vector<std::size_t> at;
    for (std::size_t i = 0; i < count_of_rows; ++i) {
      if (ready[i].problem) continue;
      changes.push_back(ready[i].change);
      at.push_back(i);
      names.insert(names.end(), ready[i].tags.begin(), ready[i].tags.end());
    }
    auto tags = ensure_tags(ctx, names);
    for (std::size_t i = 0; i < changes.size(); ++i)
      for (const auto& name : ready[at[i]].tags) changes[i].add_tags.push_back(tags.at(name));
    auto source = settings_.options.consent_source ? settings_.options.consent_source->value
                                                   : "import " + record_.filename;
    auto outcomes = save(ctx, changes,
                         {.proof = Proof::import(),
                          .source = source,
                          .update_existing = settings_.options.update_existing.value_or(true),
                          .created_as = ActivityKind::imported,
                          .ref_id = id_});
    auto progress = record_;
    progress.read += static_cast<std::int64_t>(count_of_rows);
    progress.line = static_cast<std::int64_t>(ready[count_of_rows - 1].line);
    progress.position = bytes_done_;
    auto reasons = reasons_;
    std::string rejects;
    std::vector<std::pair<Uuid, std::string>> warned;
    auto reject = [&](const PendingRow& row, const RowNote& note) {
      ++progress.rejected;
      count(reasons, note, true);
      rejects += list(row.line, sentence(note), row.original);
    };
    std::size_t next = 0;
    for (std::size_t i = 0; i < count_of_rows; ++i) {
      const auto& row = ready[i];
      if (row.problem) {
        reject(row, *row.problem);
        continue;
      }
      const auto& outcome = outcomes[next++];
      if (outcome.what == Saved::rejected) {
        reject(row, {rows_->column_of(outcome.field), outcome.problem, {}});
        continue;
      }
      ++(outcome.what == Saved::created   ? progress.created
         : outcome.what == Saved::updated ? progress.updated
                                          : progress.unchanged);
      if (row.warnings.empty()) continue;
      ++progress.warned;
      std::string all;
      for (std::size_t n = 0; n < row.warnings.size(); ++n) {
        count(reasons, row.warnings[n], false);
        if (n < kMostNotes) all += (all.empty() ? "" : " ") + sentence(row.warnings[n]);
      }
      if (row.warnings.size() > kMostNotes)
        all += fmt::format(" And {} more.", row.warnings.size() - kMostNotes);
      warned.emplace_back(outcome.person_id, list(row.line, all, row.taken));
    }
    progress.reasons = {json::serialize(web::write(reasons))};
    std::vector<PieceRecord> pieces;
    auto add_piece = [&](PieceKind kind, std::int64_t number, const std::string& text) {
      if (!text.empty())
        pieces.push_back({tenant_,
                          id_,
                          kind,
                          number,
                          {crypto::seal(key_, text, piece_context(id_, kind, number))}});
    };
    auto rejected_now = rejected_, warned_now = warned_;
    if (!rejects.empty() && !rejected_now.full) {
      if (!fits(ctx, rejected_now, rejects.size())) rejects = no_more(progress.line, "rejected");
      add_piece(PieceKind::rejects, progress.line, rejects);
    }
    if (!warned.empty() && !warned_now.full) {
      auto rows = sealed_for(warned);
      auto packed = pack_rows(rows);
      if (!fits(ctx, warned_now, packed.size()))
        packed = pack_rows({{{}, no_more(progress.line, "taken with a warning")}});
      add_piece(PieceKind::warnings, progress.line, packed);
    }
    if (record_.line == 0) add_piece(PieceKind::head, 0, head_line());
    ctx.tx().insert_many("import_piece", pieces);
    auto updated =
        ctx.tx().query(kImportProgress, id_, ImportState::running, progress.position, progress.line,
                       progress.read, progress.created, progress.updated, progress.unchanged,
                       progress.rejected, progress.warned, progress.reasons);
    if (updated.affected() == 0)
      return jobs::Outcome::done();  // cancelled meanwhile: this batch is dropped
    ctx.commit();
    record_ = progress;
    reasons_ = std::move(reasons);
    rejected_ = rejected_now;
    warned_ = warned_now;
    return std::nullopt;
  }

  // Rows come back larger than they were: each with its reason, and not packed. So they ask for
  // room of their own. Where there is none, persons are still imported.
  bool fits(Ctx& ctx, Listing& listing, std::size_t size) {
    auto more = static_cast<std::int64_t>(size);
    listing.full = listing.bytes + more > kMostListed || !base_.room.demand(more) ||
                   !base_.quotas.take(ctx, trust::Quota::file_bytes, more);
    if (!listing.full) listing.bytes += more;
    return !listing.full;
  }
  std::string no_more(std::int64_t line, std::string_view what) const {
    return list(static_cast<std::uint64_t>(line),
                fmt::format("From about here on, rows that were {} are counted and not listed: "
                            "there is no room for more of them.",
                            what),
                "\r\n");
  }

  std::vector<WarnedRow> sealed_for(const std::vector<std::pair<Uuid, std::string>>& rows) const {
    std::vector<Uuid> persons;
    for (const auto& [person, text] : rows) persons.push_back(person);
    auto keys = base_.keys.keys(tenant_, persons);
    std::vector<WarnedRow> out;
    for (const auto& [person, text] : rows)
      if (auto key = keys.find(person); key != keys.end())
        out.push_back({person, crypto::seal(key->second, text, warned_row_context(id_, person))});
    return out;
  }

  // A header for those who have none: the words that columns are guessed from when it comes back.
  void name_by_targets(const std::vector<std::string>& targets) {
    for (std::size_t i = 0; i < targets.size(); ++i) {
      std::string_view target = targets[i];
      if (target.starts_with("attribute:")) target.remove_prefix(10);
      bool known = !target.empty() && target != "ignore" && !consent_target(target);
      names_.push_back(known ? std::string(target) : fmt::format("Column {}", i + 1));
    }
  }
  std::string head_line() const {
    std::vector<std::string_view> cells = {"line", "reason"};
    std::vector<std::string> safe;
    for (const auto& name : names_) safe.push_back(csv::guarded(name));
    cells.insert(cells.end(), safe.begin(), safe.end());
    std::string out;
    csv::append_row(out, cells, record_.separator());
    return out;
  }

  std::string name_of(int column) const {
    auto at = static_cast<std::size_t>(column);
    if (column < 0) return "";
    auto name = at < names_.size() ? std::string(trim(names_[at])) : "";
    return name.empty() ? fmt::format("Column {}", column + 1) : std::string(utf8_prefix(name, 80));
  }
  // What is said of a row in its file: "Phone" is not a phone number that can exist.
  std::string sentence(const RowNote& note) const {
    auto name = name_of(note.column);
    return name.empty() || std::isupper(static_cast<unsigned char>(note.message[0])) != 0
               ? text_of(note)
               : fmt::format("\"{}\" {}", name, text_of(note));
  }
  // In the record of the import, for as long as that is there, and not sealed.
  void count(std::vector<ImportReason>& reasons, const RowNote& note, bool rejected) const {
    auto name = name_of(note.column);
    if (record_.header && !name.empty() && !name_to_keep(name))
      name = fmt::format("Column {}", note.column + 1);
    auto message = brief(note.message);
    for (auto& reason : reasons)
      if (reason.rejected == rejected && reason.column == name && reason.message == message) {
        ++reason.rows;
        return;
      }
    if (reasons.size() < kMostReasons) reasons.push_back({name, message, rejected, 1});
  }
  std::string list(std::uint64_t number, const std::string& why, std::string_view row) const {
    auto line = std::to_string(number);
    std::string out;
    csv::append_row(out, std::array<std::string_view, 2>{line, why}, record_.separator());
    out.resize(out.size() - 2);  // the row itself follows on the same line
    out += record_.separator();
    out += row;
    return out;
  }

  Result<jobs::Outcome> finish() {
    Ctx ctx(base_, tenant_, {trust::ActorKind::user, settings_.started_by});
    ctx.tx().later(kImportFinish, id_, ImportState::done, std::string(), now());
    ctx.tx().later(kImportDeletePieces, id_, PieceKind::rows);
    trust::record(ctx, trust::AuditEntry{"import.finish",
                                         "import",
                                         id_,
                                         std::nullopt,
                                         {{"read", std::nullopt, std::to_string(record_.read)}}});
    if (record_.rejected == 0 && record_.warned == 0) trust::destroy_keys(ctx, {id_});
    ctx.commit();
    if (record_.created + record_.updated >= 1000) {
      auto tx = base_.database.tenant(tenant_);
      tx.query(kImportRefreshStatistics);
      tx.commit();
    }
    return jobs::Outcome::done();
  }

  Result<jobs::Outcome> fail(const std::string& why) {
    Ctx ctx(base_, tenant_, {});
    ctx.tx().later(kImportFinish, id_, ImportState::failed, why, now());
    ctx.commit();
    return jobs::Outcome::done();
  }

  trust::Base& base_;
  Uuid tenant_, id_;
  ImportRecord record_;
  ImportSettings settings_;
  crypto::Key key_;
  const RowReader* rows_ = nullptr;
  std::vector<std::string> names_;  // of the columns
  std::vector<ImportReason> reasons_;
  Listing rejected_, warned_;
  std::size_t waiting_ = 0;  // bytes of rows that are read and not written
  std::int64_t bytes_done_ = 0;
  bool damaged_ = false;  // a piece of the file
};

}  // namespace

Result<jobs::Outcome> run_import(trust::Base& base, const jobs::Job& job) {
  auto id =
      Uuid::parse(std::string_view(json::parse(job.payload.text).at("import_id").as_string()));
  return ImportRun(base, *job.tenant_id, *id).run();
}

std::vector<RunningImport> running_imports(Ctx& ctx) {
  std::vector<RunningImport> out;
  for (auto& row : ctx.tx().all<ProgressRecord>(kImportRunning))
    out.push_back(
        {row.import_id, row.filename,
         row.bytes > 0 ? static_cast<double>(row.position) / static_cast<double>(row.bytes) : 0.0});
  return out;
}

std::vector<trust::Attention> imports_attention(Ctx& ctx) {
  auto rejected = ctx.tx().all<Uuid>(kImportRejected, now() - std::chrono::hours(24 * 7));
  if (rejected.empty()) return {};
  return {{"import_rejects", "Some imported files have rows that were not taken.",
           "/imports/" + rejected.back().str(), static_cast<std::int64_t>(rejected.size())}};
}

std::vector<trust::LiveUpdate> live_imports(Ctx& ctx, Timestamp since) {
  return ctx.tx().all<trust::LiveUpdate>(kImportLive, since);
}

}  // namespace varde::people
