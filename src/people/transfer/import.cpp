// The import: pieces → UTF-8 → rows → batches of save().
#include "base/canonical.hpp"
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

Result<ImportSettings> read_settings(const ImportRecord& record) {
  return web::read<ImportSettings>(json::parse(record.settings.text));
}

std::string suggest_target(std::string_view column, const std::vector<Attribute>& attributes) {
  std::string name;
  for (const auto& word : words(fold(column))) name += word;
  static const std::vector<std::pair<const char*, std::vector<std::string_view>>> kNames = {
      {"email",
       {"email", "epost", "epostadresse", "epostadress", "mail", "emailaddress", "mailadresse",
        "eposta"}},
      {"phone",
       {"phone", "mobile", "mobil", "telefon", "mobilnummer", "telefonnummer", "phonenumber",
        "mobiltelefon", "tlf", "mobilephone", "cell"}},
      {"first_name", {"firstname", "fornavn", "fornamn", "förnamn", "givenname", "first"}},
      {"last_name", {"lastname", "etternavn", "efternamn", "surname", "familyname", "last"}},
      {"language", {"language", "språk", "sprak", "locale"}},
      {"time_zone", {"timezone", "tidssone", "tidszon", "tz"}},
      {"tags", {"tags", "etiketter", "taggar", "tag"}}};
  for (const auto& [target, spellings] : kNames)
    if (std::ranges::find(spellings, name) != spellings.end()) return target;
  for (const auto& attribute : attributes) {
    std::string key, label;
    for (const auto& word : words(fold(attribute.key))) key += word;
    for (const auto& word : words(fold(attribute.label))) label += word;
    if (!name.empty() && (name == key || name == label)) return "attribute:" + attribute.key;
  }
  return "";
}

// ---- rows to changes
// -----------------------------------------------------------------------------

namespace {
constexpr std::size_t kMostTags = 50;  // of one row
}

RowReader::RowReader(Ctx& ctx, std::vector<std::string> targets, const ImportOptions& options)
    : targets_(std::move(targets)),
      options_(options),
      region_(region_of(trust::tenant_settings(ctx).time_zone)) {
  for (auto& attribute : attributes(ctx)) catalogue_[attribute.key] = attribute;
  for (const auto& name : options.tags.value_or(std::vector<web::Text<60, 1>>{}))
    fixed_tags_.push_back(name.value);
  if (options.list_id)
    if (auto list = find_list(ctx, *options.list_id)) double_opt_in_ = list->double_opt_in;
}

std::optional<FieldError> RowReader::read(std::span<const std::string_view> fields,
                                          PersonChange& change,
                                          std::vector<std::string>& tags) const {
  tags = fixed_tags_;
  for (std::size_t i = 0; i < fields.size() && i < targets_.size(); ++i) {
    const auto& target = targets_[i];
    if (target == "ignore" || target.empty()) continue;
    auto canonical = canonical_prose(csv::unguarded(fields[i]));
    auto wrong = [&](std::string message) { return FieldError{target, std::move(message)}; };
    if (!canonical || canonical->find("\xEF\xBF\xBD") != std::string::npos)
      return wrong("holds characters that cannot be read; is the file's encoding right?");
    std::string_view text = *canonical;
    if (text.empty()) continue;  // an empty cell never clears what is known
    auto name_field = [&](std::optional<std::string>& into) -> std::optional<FieldError> {
      if (utf8_length(text) > 100) return wrong("is longer than 100 characters.");
      into = canonical_line(text);
      if (!into) return wrong("holds characters that cannot be seen.");
      return std::nullopt;
    };
    if (target == "email") {
      change.email = normalise_email(text);
      if (!change.email) return wrong("is not an e-mail address.");
    } else if (target == "phone") {
      change.phone = normalise_phone(text, region_);
      if (!change.phone) return wrong("is not a phone number that can exist.");
    } else if (target == "first_name") {
      if (auto error = name_field(change.first_name)) return error;
    } else if (target == "last_name") {
      if (auto error = name_field(change.last_name)) return error;
    } else if (target == "language") {
      if (text.size() > 16) return wrong("is not a language, like nb.");
      change.language = ascii_lower(text);
    } else if (target == "time_zone") {
      if (!is_time_zone(text)) return wrong("is not a time zone, like Europe/Oslo.");
      change.time_zone = std::string(text);
    } else if (target == "tags") {
      for (auto part : split(text, text.find(';') != std::string_view::npos ? ';' : ','))
        if (part = trim(part); !part.empty()) {
          if (utf8_length(part) > 60) return wrong("has a tag longer than 60 characters.");
          if (tags.size() >= kMostTags)
            return wrong(fmt::format("has more than {} tags.", kMostTags));
          auto name = canonical_line(part);
          if (!name) return wrong("has a tag with characters that cannot be seen.");
          tags.push_back(std::move(*name));
        }
    } else if (target.starts_with("attribute:")) {
      auto found = catalogue_.find(target.substr(10));
      if (found == catalogue_.end()) continue;
      auto value = normalise_value(found->second, json::value(std::string(text)));
      if (!value) return wrong(value.error().message);
      if (!value->is_null()) change.attributes[found->second.id] = *value;
    }
  }
  // By one of them the row is known again: the same file a second time changes nothing.
  if (!change.email && !change.phone)
    return FieldError{"", "has neither an e-mail address nor a phone number."};
  if (options_.list_id)
    change.lists[*options_.list_id] =
        double_opt_in_ ? MemberState::pending : MemberState::subscribed;
  if (options_.purpose_id) change.consents[*options_.purpose_id] = true;
  return std::nullopt;
}

// ---- the job
// -------------------------------------------------------------------------------------

namespace {

constexpr std::size_t kBatch = 500;

struct PendingRow {
  std::uint64_t line = 0;
  std::string original;  // the row as CSV, for the reject file
  std::optional<FieldError> problem;
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
    auto converter = csv::Utf8Converter::create(record_.encoding);
    if (!converter) return fail(converter.error().message);
    std::vector<std::string> targets;
    for (const auto& entry : settings_.mapping) {
      if (targets.size() <= static_cast<std::size_t>(entry.column))
        targets.resize(static_cast<std::size_t>(entry.column) + 1);
      targets[static_cast<std::size_t>(entry.column)] = entry.target.value;
    }
    RowReader rows(ctx, targets, settings_.options);
    ctx.rollback();

    std::vector<PendingRow> batch;
    bool header_seen = !record_.header;
    auto delimiter = record_.delimiter.empty() ? ',' : record_.delimiter[0];
    std::deque<PendingRow> ready;
    csv::Reader reader(delimiter, [&](const csv::Row& row) {
      if (!header_seen) {
        header_seen = true;
        return;
      }
      // Rows up to here were committed by an earlier life of this job.
      if (row.line <= static_cast<std::uint64_t>(record_.line)) return;
      PendingRow pending;
      pending.line = row.line;
      csv::append_row(pending.original, row.fields, delimiter);
      if (row.problem != nullptr) {
        pending.problem = FieldError{"", row.problem};
      } else {
        pending.problem = rows.read(row.fields, pending.change, pending.tags);
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
    for (auto& piece : tx.all<PieceRecord>(kPieces, id_, 1, from)) {
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

  std::optional<jobs::Outcome> try_batch(const std::deque<PendingRow>& ready, std::size_t count) {
    Ctx ctx(base_, tenant_, {trust::ActorKind::user, settings_.started_by});
    std::vector<std::string> names;
    std::vector<PersonChange> changes;
    std::vector<std::size_t> at;
    for (std::size_t i = 0; i < count; ++i) {
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
    progress.read += static_cast<std::int64_t>(count);
    progress.line = static_cast<std::int64_t>(ready[count - 1].line);
    progress.position = bytes_done_;
    std::string rejects;
    auto reject = [&](const PendingRow& row, const std::string& field, const std::string& problem) {
      ++progress.rejected;
      auto reason = field.empty() ? problem : field + " " + problem;
      auto line = std::to_string(row.line);
      std::string_view head[] = {line, reason};
      csv::append_row(rejects, head, record_.delimiter.empty() ? ',' : record_.delimiter[0]);
      rejects.resize(rejects.size() - 2);  // the row itself follows on the same line
      rejects += record_.delimiter.empty() ? ',' : record_.delimiter[0];
      rejects += row.original;
    };
    std::size_t next = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (ready[i].problem) {
        reject(ready[i], ready[i].problem->pointer, ready[i].problem->message);
        continue;
      }
      const auto& outcome = outcomes[next++];
      switch (outcome.what) {
        case Saved::created:
          ++progress.created;
          break;
        case Saved::updated:
          ++progress.updated;
          break;
        case Saved::unchanged:
          ++progress.unchanged;
          break;
        case Saved::rejected:
          reject(ready[i], outcome.field, outcome.problem);
          break;
      }
    }
    if (!rejects.empty())
      ctx.tx().insert_many(
          "import_piece",
          std::vector<PieceRecord>{
              {tenant_,
               id_,
               2,
               progress.line,
               {crypto::seal(key_, rejects, piece_context(id_, 2, progress.line))}}});
    auto updated = ctx.tx().query(kProgress, id_, ImportState::running, progress.position,
                                  progress.line, progress.read, progress.created, progress.updated,
                                  progress.unchanged, progress.rejected);
    if (updated.affected() == 0)
      return jobs::Outcome::done();  // cancelled meanwhile: this batch is dropped
    ctx.commit();
    record_ = progress;
    return std::nullopt;
  }

  Result<jobs::Outcome> finish() {
    Ctx ctx(base_, tenant_, {trust::ActorKind::user, settings_.started_by});
    ctx.tx().later(kFinish, id_, ImportState::done, std::string(), now());
    ctx.tx().later(kDeletePieces, id_, 1);
    trust::record(ctx, trust::AuditEntry{"import.finish",
                                         "import",
                                         id_,
                                         std::nullopt,
                                         {{"read", std::nullopt, std::to_string(record_.read)}}});
    if (record_.rejected == 0) trust::destroy_keys(ctx, {id_});
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
