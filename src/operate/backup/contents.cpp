#include "operate/backup/contents.hpp"

#include "operate/backup/store_sql.hpp"

namespace varde::operate {

using namespace backup_store;

std::vector<TableRow> tables_of(db::Pool& super, Cluster cluster) {
  auto tx = super.begin();
  return tx.all<TableRow>(cluster == Cluster::main ? store::kBackupTables
                                                   : store::kBackupKeystoreTables);
}

Counts count_rows(db::Tx& tx, const std::vector<TableRow>& tables, std::int64_t since) {
  std::vector<std::string> texts;
  std::vector<db::Later> answers;
  for (const auto& table : tables) texts.push_back(count_text(table.name));
  for (const auto& text : texts) answers.push_back(tx.later(db::Sql{"", text}, since));
  tx.flush();
  Counts out;
  for (std::size_t i = 0; i < tables.size(); ++i)
    for (const auto& row : answers[i].rows().all<CountRow>())
      out[row.tenant_id][tables[i].name] = {row.rows, row.fresh, ""};
  return out;
}

Counts read_contents(db::Tx& tx, const std::vector<TableRow>& tables, const db::Bytes& salt,
                     const std::function<bool(const std::string&)>& wanted) {
  Counts out;
  std::vector<TableRow> others;
  for (const auto& table : tables) {
    if (!wanted(table.name)) {
      others.push_back(table);
      continue;
    }
    auto text = digest_text(table.name, table.columns);
    for (auto& row : tx.all<DigestRow>(db::Sql{"", text}, salt))
      out[row.tenant_id][table.name] = {row.rows, 0, std::move(row.digest)};
  }
  constexpr std::int64_t kAny = 1;
  for (auto& [tenant, counts] : count_rows(tx, others, kAny)) out[tenant].merge(counts);
  return out;
}

std::optional<std::string> difference(const std::string& table, const Count& restored,
                                      std::int64_t least, std::int64_t most,
                                      const std::string& digest) {
  if (restored.rows < least || restored.rows > most)
    return fmt::format(
        "{} has {} rows; {} were recorded", table, restored.rows,
        least == most ? std::to_string(least) : fmt::format("{} to {}", least, most));
  if (digest.empty() || restored.digest == digest) return std::nullopt;
  return fmt::format("the contents of {} are not those that were recorded ({} rows)", table,
                     restored.rows);
}

}  // namespace varde::operate
