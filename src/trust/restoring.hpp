// How the tables of an organisation take part when it is brought back to an earlier moment
// (operate/backup/exchange.hpp): the rows of then stand in stage_TABLE, those of now in TABLE, and
// one transaction makes the one the other. What does not simply go back or stay says so in the
// declaration of its table (trust/table.hpp), with statements of its own at one of four points.
//
// These statements stand in restore.sql beside store.sql. Beside the stages they may name
//   gone      (person_id)  persons of then who are erased since, or whose key is not there
//   vanished  (person_id)  persons of now who were not there then
//   keyed     (id)         whose keys are in the keystore
//   doomed    (id)         of what (exports, imports) the keys are to be destroyed
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "db/sql.hpp"

namespace varde::trust {

class Restoring {
 public:
  virtual ~Restoring() = default;

  /// Runs one statement in the transaction of the exchange, as the owner of all; `values` are its
  /// parameters as text, the organisation comes last by itself. How many rows it changed.
  virtual std::int64_t run(const db::Sql& sql, const std::vector<std::string>& values = {}) = 0;

  /// The only value of the only row of a SELECT.
  virtual std::int64_t count(const db::Sql& sql) = 0;

  /// "The organisation was brought back to 2026-03-01T10:00:00Z."
  virtual const std::string& note() const = 0;
  /// Says what waits for somebody: ("campaigns stopped", 3).
  virtual void held(const std::string& what, std::int64_t count) = 0;
  /// How many are there again, were made since, and were erased since.
  virtual void persons(std::int64_t back, std::int64_t away, std::int64_t erased) = 0;
  /// The jobs of rows that were exchanged (AfterRestore::with_jobs).
  virtual std::vector<std::string> jobs() const = 0;
  /// What was done, a line each, and in a sentence, once all is exchanged.
  virtual std::vector<std::string> lines() const = 0;
  virtual std::string sentence() const = 0;
};

}  // namespace varde::trust
