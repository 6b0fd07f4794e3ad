// The import: pieces → UTF-8 → rows → batches of save().
#include <array>
#include <cctype>

#include "base/log.hpp"
#include "base/text.hpp"
#include "people/csv/csv_reader.hpp"
#include "people/csv/csv_writer.hpp"
#include "people/csv/sniff.hpp"
#include "people/transfer/internal.hpp"
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

constexpr std::size_t kBatch = 500;
constexpr std::size_t kMostReasons = 100;

struct PendingRow {
  std::uint64_t line = 0;
  std::string original;  // the row as CSV, for the files of rejected rows and of warnings
  std::optional<RowNote> problem;
  std::vector<RowNote> warnings;
  PersonChange change;
  std::vector<std::string> tags;
};

class ImportRun {
 public:
  ImportRun(trust::Base& base, const Uuid& tenant, const Uuid& id)
      : base_(base), tenant_(tenant), id_(id) {}

  Result<jobs::Outcome> run() {
    Ctx ctx(base_, tenant_, {});
    auto record = ctx.tx().maybe<ImportRecord>(kImport, id_);
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
    ctx.rollback();

    std::vector<PendingRow> batch;
    bool header_seen = !record_.header;
    auto delimiter = record_.separator();
    std::deque<PendingRow> ready;
    csv::Reader reader(delimiter, [&](const csv::Row& row) {
      if (row.line <= static_cast<std::uint64_t>(record_.title_lines)) return;
      if (!header_seen) {
        header_seen = true;
        for (auto cell : row.fields) names_.push_back(with_breaks(cell));
        return;
      }
      if (csv::is_blank(row)) return;
      // Rows up to here were committed by an earlier life of this job.
      if (row.line <= static_cast<std::uint64_t>(record_.line)) return;
      PendingRow pending;
      pending.line = row.line;
      std::vector<std::string> cells;
      for (auto cell : row.fields) cells.push_back(with_breaks(cell));
      csv::append_row(pending.original, std::vector<std::string_view>(cells.begin(), cells.end()),
                      delimiter);
      if (row.problem != nullptr) {
        pending.problem = RowNote{RowNote::kWholeRow, row.problem, {}};
      } else {
        pending.problem = rows.read(row.fields, pending.change, pending.tags, pending.warnings);
        if (auto note = record_.header ? beyond_header(row.fields, names_.size()) : std::nullopt)
          pending.warnings.push_back(std::move(*note));
      }
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
          while (ready.size() >= kBatch)
            if (auto stop = write_batch(ready, kBatch)) return *stop;
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
      if (auto stop = write_batch(ready, kBatch)) return *stop;
    return finish();
  }

 private:
  std::vector<std::string> next_pieces(std::int64_t from) {
    auto tx = base_.database.tenant(tenant_);
    std::vector<std::string> out;
    for (auto& piece : tx.all<PieceRecord>(kPieces, id_, PieceKind::rows, from)) {
      auto plain = open_piece(key_, id_, piece.number, piece.sealed.data);
      if (!plain) {
        damaged_ = true;
        return {};
      }
      out.push_back(std::move(*plain));
    }
    return out;
  }

  // Writes the first rows of `ready` in one transaction. Returns an outcome when the import must
  // stop here.
  std::optional<jobs::Outcome> write_batch(std::deque<PendingRow>& ready, std::size_t most) {
    if (jobs::Workers::stopping()) return jobs::Outcome::again(now());
    auto count = std::min(most, ready.size());
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
    std::string rejects, warnings;
    auto reject = [&](const PendingRow& row, const RowNote& note) {
      ++progress.rejected;
      count(reasons, note, true);
      list(rejects, row, sentence(note));
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
      for (const auto& note : row.warnings) {
        count(reasons, note, false);
        all += (all.empty() ? "" : " ") + sentence(note);
      }
      list(warnings, row, all);
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
    add_piece(PieceKind::rejects, progress.line, rejects);
    add_piece(PieceKind::warnings, progress.line, warnings);
    if (record_.line == 0) add_piece(PieceKind::head, 0, head_line());
    ctx.tx().insert_many("import_piece", pieces);
    auto updated =
        ctx.tx().query(kProgress, id_, ImportState::running, progress.position, progress.line,
                       progress.read, progress.created, progress.updated, progress.unchanged,
                       progress.rejected, progress.warned, progress.reasons);
    if (updated.affected() == 0)
      return jobs::Outcome::done();  // cancelled meanwhile: this batch is dropped
    ctx.commit();
    record_ = progress;
    reasons_ = std::move(reasons);
    return std::nullopt;
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
    cells.insert(cells.end(), names_.begin(), names_.end());
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
    auto out = name.empty() || std::isupper(static_cast<unsigned char>(note.message[0])) != 0
                   ? note.message
                   : fmt::format("\"{}\" {}", name, note.message);
    if (!note.detail.empty()) out += " (" + note.detail + ")";
    return out;
  }
  void count(std::vector<ImportReason>& reasons, const RowNote& note, bool rejected) const {
    auto name = name_of(note.column);
    for (auto& reason : reasons)
      if (reason.rejected == rejected && reason.column == name && reason.message == note.message) {
        ++reason.rows;
        return;
      }
    if (reasons.size() < kMostReasons) reasons.push_back({name, note.message, rejected, 1});
  }
  void list(std::string& into, const PendingRow& row, const std::string& why) const {
    auto line = std::to_string(row.line);
    csv::append_row(into, std::array<std::string_view, 2>{line, why}, record_.separator());
    into.resize(into.size() - 2);  // the row itself follows on the same line
    into += record_.separator();
    into += row.original;
  }

  Result<jobs::Outcome> finish() {
    Ctx ctx(base_, tenant_, {trust::ActorKind::user, settings_.started_by});
    ctx.tx().later(kFinish, id_, ImportState::done, std::string(), now());
    ctx.tx().later(kDeletePieces, id_, PieceKind::rows);
    trust::record(ctx, trust::AuditEntry{"import.finish",
                                         "import",
                                         id_,
                                         std::nullopt,
                                         {{"read", std::nullopt, std::to_string(record_.read)}}});
    if (record_.rejected == 0 && record_.warned == 0) trust::destroy_keys(ctx, {id_});
    ctx.commit();
    if (record_.created + record_.updated >= 1000) {
      auto tx = base_.database.tenant(tenant_);
      tx.query(kRefreshStatistics);
      tx.commit();
    }
    return jobs::Outcome::done();
  }

  Result<jobs::Outcome> fail(const std::string& why) {
    Ctx ctx(base_, tenant_, {});
    ctx.tx().later(kFinish, id_, ImportState::failed, why, now());
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
  for (auto& row : ctx.tx().all<ProgressRecord>(kRunningImports))
    out.push_back(
        {row.import_id, row.filename,
         row.bytes > 0 ? static_cast<double>(row.position) / static_cast<double>(row.bytes) : 0.0});
  return out;
}

std::vector<trust::Attention> imports_attention(Ctx& ctx) {
  auto rejected = ctx.tx().all<Uuid>(kRejectedImports, now() - std::chrono::hours(24 * 7));
  if (rejected.empty()) return {};
  return {{"import_rejects", "Some imported files have rows that were not taken.",
           "/imports/" + rejected.back().str(), static_cast<std::int64_t>(rejected.size())}};
}

std::vector<trust::Moving> moving_imports(Ctx& ctx, Timestamp since) {
  return ctx.tx().all<trust::Moving>(kMovingImports, since);
}

}  // namespace varde::people
