#include "privacy/contract/package.hpp"

#include <set>

#include "base/log.hpp"
#include "base/text.hpp"
#include "crypto/aead.hpp"
#include "people/csv/csv_writer.hpp"
#include "privacy/contract/store_sql.hpp"
#include "trust/identity/identity.hpp"
#include "trust/package/signed.hpp"
#include "trust/table.hpp"
#include "trust/tenant/tenant.hpp"
#include "trust/trail/entry.hpp"
#include "trust/trail/file.hpp"

namespace varde::privacy {

namespace json = boost::json;
using trust::Seal;
using trust::SealedColumn;

namespace {

constexpr int kAtOnce = 1000;
constexpr auto kPatience = std::chrono::hours(12);

// Every column of every table of organisations, with what the catalogue says about it.
struct ColumnRow {
  std::string table, column, type;
  std::string comment;
};
BOOST_DESCRIBE_STRUCT(ColumnRow, (), (table, column, type, comment))
constexpr db::Sql kFetch{"", "FETCH 1000 FROM everything"};
constexpr db::Sql kClose{"", "CLOSE everything"};
static_assert(kAtOnce == 1000);

struct Column {
  std::string name, type, comment;
  const SealedColumn* sealed = nullptr;
};
struct Table {
  std::string name;
  std::vector<Column> columns;  // that are handed out, but files
  std::vector<Column> files;
  std::int64_t rows = 0, file_count = 0;
};

// Binary columns are ciphertext, files or hashes: only what a module opens is handed out.
std::vector<Table> tables_of(trust::Ctx& ctx, const std::vector<SealedColumn>& sealed) {
  std::set<std::string_view> left_out;
  for (const auto& one : trust::tables_of(ctx.base))
    if (!one.at_end.why_not.empty()) left_out.insert(one.name);
  std::vector<Table> out;
  for (const auto& row : ctx.tx().all<ColumnRow>(store::kContractColumns)) {
    if (left_out.contains(row.table) || row.column == "tenant_id") continue;
    if (out.empty() || out.back().name != row.table) out.push_back({row.table, {}, {}});
    Column column{row.column, row.type, row.comment};
    for (const auto& one : sealed)
      if (one.table == row.table && one.seal->column == row.column) column.sealed = &one;
    if (column.sealed != nullptr && column.sealed->seal->holds == Seal::Holds::file)
      out.back().files.push_back(column);
    else if (column.sealed != nullptr || !row.type.starts_with("bytea"))
      out.back().columns.push_back(column);
  }
  return out;
}

std::string_view extension_of(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xD8\xFF")) return "jpg";
  if (bytes.starts_with("\x89PNG")) return "png";
  if (bytes.starts_with("GIF8")) return "gif";
  if (bytes.starts_with("%PDF")) return "pdf";
  if (bytes.size() > 12 && bytes.substr(8, 4) == "WEBP") return "webp";
  return "bin";
}

std::string cell_of(const json::value& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return std::string(value.as_string());
  return json::serialize(value);
}

class Writing {
 public:
  Writing(trust::Base& base, const Uuid& tenant, const std::function<bool(std::string_view)>& out)
      : base_(base),
        ctx_(base, tenant, {}),
        settings_(trust::tenant_settings(ctx_)),
        at_(now()),
        // All tables as they are at one moment.
        pool_({.conninfo = base.database.conninfo() +
                           " options='-c default_transaction_isolation=repeatable\\ read'",
               .user = "varde_app",
               .connections_per_loop = 1}),
        package_(base.keys.signer(), at_, out) {
    ctx_.commit();
    sealed_ = trust::sealed_columns(base);
  }

  std::optional<OrganisationReceipt> go() {
    struct Close {
      std::optional<db::Tx>& snapshot;
      db::Pool& pool;
      ~Close() {
        snapshot.reset();
        pool.close_idle();
      }
    } close{snapshot_, pool_};
    snapshot_.emplace(pool_, ctx_.tenant, kPatience);
    auto tables = tables_of(ctx_, sealed_);
    for (auto& table : tables)
      if (!write_table(table)) return std::nullopt;
    snapshot_.reset();
    if (!write_trail()) return std::nullopt;
    if (!package_.add("index.html", index(tables))) return std::nullopt;
    return prove();
  }

 private:
  // ---- tables

  // The rows of a table, opened, a thousand at a time. `take` says whether to go on.
  bool each(const Table& table, bool files,
            const std::function<bool(std::vector<json::object>&)>& take) {
    std::string names = "\"tenant_id\"";
    for (const auto& column : table.columns) names += ", \"" + column.name + "\"";
    if (files)
      for (const auto& column : table.files) names += ", \"" + column.name + "\"";
    auto text = fmt::format(
        "DECLARE everything NO SCROLL CURSOR FOR SELECT row_to_json(t)::text FROM (SELECT {} FROM "
        "\"{}\") t",
        names, table.name);
    snapshot_->query(db::Sql{"", text});
    auto readers = readers_of(table);
    while (true) {
      auto lines = snapshot_->all<std::string>(kFetch);
      std::vector<json::object> rows;
      for (const auto& line : lines) rows.push_back(json::parse(line).as_object());
      open(table, rows, readers);
      if (!rows.empty() && !take(rows)) return false;
      if (std::ssize(lines) < kAtOnce) break;
    }
    snapshot_->query(kClose);
    return true;
  }

  using Reader = std::function<json::value(const json::value&)>;
  std::map<const SealedColumn*, Reader> readers_of(const Table& table) {
    std::map<const SealedColumn*, Reader> out;
    for (const auto& column : table.columns)
      if (column.sealed != nullptr && column.sealed->reader)
        out[column.sealed] = column.sealed->reader(ctx_);
    ctx_.rollback();
    return out;
  }

  void open(const Table& table, std::vector<json::object>& rows,
            const std::map<const SealedColumn*, Reader>& readers) {
    std::vector<const SealedColumn*> columns;
    for (const auto* list : {&table.columns, &table.files})
      for (const auto& column : *list)
        if (column.sealed != nullptr) columns.push_back(column.sealed);
    std::vector<Uuid> owners;
    for (const auto* column : columns)
      for (const auto& row : rows)
        if (auto id = owner_of(*column, row)) owners.push_back(*id);
    auto keys = owners.empty() ? std::unordered_map<Uuid, crypto::Key>()
                               : base_.keys.keys(ctx_.tenant, owners, false);
    for (auto& row : rows) {
      for (const auto* column : columns) open_one(*column, row, keys, readers);
      row.erase("tenant_id");
    }
  }

  static std::optional<Uuid> owner_of(const SealedColumn& column, const json::object& row) {
    const auto* id = column.seal->owner.empty() ? nullptr : row.if_contains(column.seal->owner);
    return id != nullptr && id->is_string() ? Uuid::parse(std::string_view(id->as_string()))
                                            : std::nullopt;
  }

  void open_one(const SealedColumn& column, json::object& row,
                const std::unordered_map<Uuid, crypto::Key>& keys,
                const std::map<const SealedColumn*, Reader>& readers) {
    auto* place = row.if_contains(column.seal->column);
    if (place == nullptr || !place->is_string()) return;
    auto raw = unhex(std::string_view(place->as_string()).substr(2)).value_or("");
    *place = nullptr;
    std::optional<std::string> plain;
    if (column.seal->context.empty()) {
      plain = raw;
    } else if (auto owner = owner_of(column, row)) {
      if (auto key = keys.find(*owner); key != keys.end())
        plain = crypto::open(key->second, raw, column.context(ctx_.tenant, row));
    } else if (!column.seal->purpose.empty()) {
      plain = crypto::open(base_.keys.tenant_key(ctx_.tenant, column.seal->purpose), raw,
                           column.context(ctx_.tenant, row));
    }
    if (!plain) return;  // its key was destroyed
    if (column.seal->holds == Seal::Holds::json) {
      boost::system::error_code problem;
      auto value = json::parse(*plain, problem);
      *place = problem ? json::value(std::string_view(*plain)) : std::move(value);
    } else {
      *place = std::string_view(*plain);
    }
    if (auto reader = readers.find(&column); reader != readers.end())
      *place = reader->second(*place);
  }

  bool write_table(Table& table) {
    if (!package_.begin("tables/" + table.name + ".jsonl")) return false;
    bool ok = each(table, false, [&](std::vector<json::object>& rows) {
      complete(table, rows);
      std::string lines;
      for (const auto& row : rows) lines += json::serialize(row) + "\n";
      table.rows += std::ssize(rows);
      return package_.write(lines);
    });
    if (!ok || !package_.end()) return false;
    receipt_.rows += table.rows;
    return table.rows == 0 || (write_csv(table) && write_files(table));
  }

  bool write_csv(const Table& table) {
    if (!package_.begin("tables/" + table.name + ".csv")) return false;
    people::csv::Writer csv;
    std::vector<std::string> cells;
    for (const auto& column : table.columns) cells.push_back(column.name);
    if (table.name == "membership") cells.emplace_back("name");
    csv.row(cells);
    bool ok = each(table, false, [&](std::vector<json::object>& rows) {
      complete(table, rows);
      for (const auto& row : rows) {
        cells.clear();
        for (const auto& column : table.columns) cells.push_back(cell_of(row.at(column.name)));
        if (table.name == "membership") cells.push_back(cell_of(row.at("name")));
        csv.row(cells);
      }
      return package_.write(csv.take());
    });
    return ok && (csv.size() == 0 || package_.write(csv.take())) && package_.end();
  }

  // Accounts stand outside of organisations: of its users an organisation knows the names.
  void complete(const Table& table, std::vector<json::object>& rows) {
    if (table.name != "membership") return;
    std::vector<Uuid> accounts;
    for (const auto& row : rows)
      accounts.push_back(*Uuid::parse(std::string_view(row.at("account_id").as_string())));
    auto names = trust::account_names(base_, accounts);
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i]["name"] = names[accounts[i]];
  }

  bool write_files(Table& table) {
    if (table.files.empty()) return true;
    return each(table, true, [&](std::vector<json::object>& rows) {
      for (const auto& row : rows)
        for (const auto& column : table.files) {
          const auto& value = row.at(column.name);
          if (!value.is_string() || value.as_string().empty()) continue;
          std::string_view bytes(value.as_string());
          // The first column is the row's own id.
          auto id = cell_of(row.at(table.columns.front().name));
          ++table.file_count;
          ++receipt_.files;
          if (!package_.add(fmt::format("files/{}/{}.{}", table.name, id, extension_of(bytes)),
                            bytes, true))
            return false;
        }
      return true;
    });
  }

  bool write_trail() {
    if (!package_.begin("trail.jsonl")) return false;
    bool ok = true;
    trust::write_trail(base_, ctx_.tenant, [&](std::string_view bytes) {
      ok = package_.write(bytes);
      return ok;
    });
    return ok && package_.end();
  }

  // ---- to read

  std::string index(const std::vector<Table>& tables) const {
    std::string contents, left;
    for (const auto& table : tables) {
      if (table.rows == 0) continue;
      std::string columns;
      for (const auto* list : {&table.columns, &table.files})
        for (const auto& column : *list)
          columns += fmt::format("<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
                                 html_escape(column.name),
                                 list == &table.files       ? "a file, in files/"
                                 : column.sealed != nullptr ? "opened"
                                                            : html_escape(column.type),
                                 html_escape(column.comment));
      contents += fmt::format(
          "<h3>{0}</h3><p><a href=\"tables/{0}.csv\">{0}.csv</a>, <a href=\"tables/{0}.jsonl\">"
          "{0}.jsonl</a>: {1} rows{2}</p><details><summary>Columns</summary><table><tr><th>Column"
          "</th><th>Kind</th><th>Values</th></tr>{3}</table></details>",
          html_escape(table.name), table.rows,
          table.file_count > 0 ? fmt::format(", {} files", table.file_count) : "", columns);
    }
    for (const auto& one : trust::tables_of(base_))
      if (!one.at_end.why_not.empty())
        left += fmt::format("<li><code>{}</code>: {}</li>", one.name, one.at_end.why_not);
    return fmt::format(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width,initial-scale=1\"><meta http-equiv=\"Content-Security-"
        "Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"><title>All data of "
        "{0}</title><style>body{{max-width:880px;margin:0 auto;padding:24px 16px;font:16px/1.5 "
        "system-ui,sans-serif;color:#1d2129;background:#fff}}table{{border-collapse:collapse;width:"
        "100%;font-size:14px}}th,td{{border:1px solid #c4c9d4;padding:4px 8px;text-align:left;"
        "vertical-align:top;overflow-wrap:anywhere}}h3{{margin:24px 0 0}}p{{margin:4px 0}}code{{"
        "overflow-wrap:anywhere}}a,summary{{color:inherit}}@media (prefers-color-scheme:dark){{@"
        "media screen{{body{{background:#14171c;color:#e8eaee}}th,td{{border-color:#4b5363}}}}}}"
        "</style></head><body><main><h1>All data of {0}</h1><p>Everything that {0} had in Varde on "
        "{1} UTC: {2} rows of {3} tables and {4} files. Tables are there twice: as CSV for "
        "spreadsheets (UTF-8, RFC 4180; nested values as JSON) and as JSON Lines for programs. "
        "Times are in UTC (RFC 3339); ids are UUIDs, and the same id in two tables is the same "
        "thing.</p><h2>Tables</h2>{5}<h2>Left out</h2><ul>{6}</ul><h2>Is it whole and "
        "unchanged?</h2><p><code>trail.jsonl</code> is the audit trail: <code>varde audit verify "
        "trail.jsonl --key KEY</code>. <code>manifest.json</code> lists every file with its "
        "SHA-256, and <code>manifest.sig</code> is the signature over it. The public key: "
        "<code>{7}</code></p></main></body></html>\n",
        html_escape(settings_.name), to_rfc3339(at_).substr(0, 16), receipt_.rows,
        std::ranges::count_if(tables, [](const Table& t) { return t.rows > 0; }), receipt_.files,
        contents, left, html_escape(base_.keys.signer().verifier()));
  }

  std::optional<OrganisationReceipt> prove() {
    auto hash = package_.finish({{"format", kOrganisationFormat},
                                 {"tenant", ctx_.tenant.str()},
                                 {"organisation", settings_.name}});
    if (!hash) return std::nullopt;
    receipt_.manifest_sha256 = *hash;
    receipt_.bytes = package_.bytes();
    return receipt_;
  }

  trust::Base& base_;
  trust::Ctx ctx_;
  trust::TenantSettings settings_;
  Timestamp at_;
  OrganisationReceipt receipt_;
  db::Pool pool_;
  trust::SignedPackage package_;
  std::vector<SealedColumn> sealed_;
  std::optional<db::Tx> snapshot_;
};

}  // namespace

std::optional<OrganisationReceipt> write_organisation(
    trust::Base& base, const Uuid& tenant, const std::function<bool(std::string_view)>& write) {
  return Writing(base, tenant, write).go();
}

}  // namespace varde::privacy
