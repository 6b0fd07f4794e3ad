#include "db/migrate.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <map>
#include <memory>
#include <stdexcept>

#include "base/embed.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"

namespace varde::db {
namespace {

using Raw = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Answer = std::unique_ptr<PGresult, decltype(&PQclear)>;

Answer run(PGconn* raw, const std::string& sql) {
  Answer answer(PQexec(raw, sql.c_str()), PQclear);
  auto status = PQresultStatus(answer.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
    throw std::runtime_error(std::string(trim(PQerrorMessage(raw))));
  return answer;
}

}  // namespace

int migrate(const std::string& conninfo, std::string_view folder) {
  Raw raw(PQconnectdb((conninfo + " user=varde_owner application_name=varde-migrate").c_str()),
          PQfinish);
  if (PQstatus(raw.get()) != CONNECTION_OK)
    throw std::runtime_error("cannot connect to the database: " +
                             std::string(trim(PQerrorMessage(raw.get()))));
  PQsetNoticeProcessor(raw.get(), [](void*, const char*) {}, nullptr);
  run(raw.get(), "SELECT pg_advisory_lock(7303014)");
  run(raw.get(),
      "CREATE TABLE IF NOT EXISTS schema_migration (name text PRIMARY KEY, checksum text NOT NULL, "
      "applied_at timestamptz NOT NULL "
      "DEFAULT now())");
  std::map<std::string, std::string> applied;
  auto rows = run(raw.get(), "SELECT name, checksum FROM schema_migration");
  for (int i = 0; i < PQntuples(rows.get()); ++i)
    applied[PQgetvalue(rows.get(), i, 0)] = PQgetvalue(rows.get(), i, 1);

  int count = 0;
  std::string prefix = std::string(folder) + "/";
  for (const auto& file : varde_migrations_files()) {  // sorted by name
    if (!file.name.starts_with(prefix)) continue;
    std::string name(file.name.substr(prefix.size()));
    auto checksum = hex(crypto::sha256(file.content)).substr(0, 32);
    if (auto known = applied.find(name); known != applied.end()) {
      if (known->second != checksum)
        throw std::runtime_error(fmt::format(
            "migration {} was applied with other contents than this program has. Start the version "
            "of Varde that applied it, or restore a backup.",
            name));
      applied.erase(known);
      continue;
    }
    try {
      run(raw.get(), "BEGIN");
      run(raw.get(), std::string(file.content));
      run(raw.get(),
          fmt::format("INSERT INTO schema_migration (name, checksum) VALUES ('{}', '{}')", name,
                      checksum));
      run(raw.get(), "COMMIT");
    } catch (const std::exception& e) {
      throw std::runtime_error(
          fmt::format("migration {} failed and was undone: {}", name, e.what()));
    }
    ++count;
  }
  if (!applied.empty())
    throw std::runtime_error(
        fmt::format("the database was migrated by a newer Varde (it knows {}). Start that version "
                    "or a later one.",
                    applied.rbegin()->first));
  return count;
}

}  // namespace varde::db
