// A blocking connection for commands that move many rows between two databases: statements as
// text, and COPY from one to the other in pieces, whatever the size.
//
// Not for the program's own work: it blocks its thread. Values are parameters here as well; only
// names of tables and columns, from the database's own catalogue and quoted by it, are composed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "db/tx.hpp"

namespace varde::db {

class Session {
 public:
  /// Throws Unavailable. A statement has no time limit; it ends when this process does.
  Session(const std::string& conninfo, const std::string& user);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  using Row = std::vector<std::optional<std::string>>;
  /// Runs one statement; `values` are its parameters as text. Throws SqlError, Unavailable.
  std::vector<Row> rows(const std::string& sql, const std::vector<std::string>& values = {});
  /// The same; how many rows it changed.
  std::int64_t run(const std::string& sql, const std::vector<std::string>& values = {});
  /// The first column of the only row.
  std::string one(const std::string& sql, const std::vector<std::string>& values = {});

  /// Sends what `out` (COPY … TO STDOUT) gives in `from` into `in` (COPY … FROM STDIN) here.
  /// Returns how many rows came.
  std::int64_t copy(Session& from, const std::string& out, const std::string& in);

  /// `text` as a literal for COPY, which takes no parameters.
  std::string literal(const std::string& text);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace varde::db
