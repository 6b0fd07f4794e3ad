// The database as the program sees it: pools, transactions, rows.
//
// libpq in pipeline mode under a thin layer of our own (libpqxx 6.4 has no asynchronous mode;
// Boost.MySQL's sibling for PostgreSQL does not exist in Debian 12). What it buys: BEGIN and SET
// LOCAL ride in the same packet as the first statement, so that tenant isolation costs no round
// trip, and `later()` sends any number of statements without waiting for their answers.
//
// clang-format off
//   auto tx = database.tenant(tenant_id);
//   auto person = tx.maybe<PersonRow>(kPersonOne, id);  // BEGIN, the tenant, the statement: one round trip
//   tx.later(kPersonTouch, id, now());
//   tx.commit();                                        // that statement and COMMIT: one round trip
// clang-format on
//
// A statement that names its tenant (store.sql: {tenant}) gets it from the transaction, never from
// the caller, and cannot run in a transaction that has none.
//
// A Tx that is not committed is rolled back, without waiting for it. A statement is prepared once
// per connection, in the same packet as its first use. Every call has a deadline; a connection that
// misses one is closed, not reused.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/described.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "db/sql.hpp"
#include "db/value.hpp"
#include "net/fiber.hpp"

struct pg_result;

namespace varde::db {

/// The server refused a statement. `state` is the SQLSTATE.
class SqlError : public std::runtime_error {
 public:
  SqlError(std::string sql_state, std::string constraint_name, const std::string& what)
      : std::runtime_error(what),
        state(std::move(sql_state)),
        constraint(std::move(constraint_name)) {}
  std::string state;
  std::string constraint;
  bool is_unique_violation() const { return state == "23505"; }
  bool is_foreign_key_violation() const { return state == "23503"; }
  bool is_check_violation() const { return state == "23514"; }
  bool is_exclusion_violation() const { return state == "23P01"; }
  /// Worth trying the whole transaction again (serialisation failure or deadlock).
  bool is_retryable() const { return state == "40001" || state == "40P01"; }
  /// The database's trouble, not the statement's: no room or memory (class 53), shut down,
  /// cancelled by its administrator, starting (57), an error of its files or the system (58), and
  /// what is retryable.
  bool is_outage() const {
    // What takes too long by itself would do so again.
    if (state == "57014") return std::string_view(what()).find("timeout") == std::string_view::npos;
    return state.starts_with("53") || state.starts_with("57") || state.starts_with("58") ||
           is_retryable();
  }
};

/// The connection is gone, was never there, or the deadline passed.
class Unavailable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Rows;

namespace detail {

// A struct as a table of its members, so that what fills it from a row, or sends it as one, is
// compiled once and not for each struct.
template <class Member>
struct StructTable {
  std::span<const Member> members;
  std::size_t size;  // of the struct
  const void* unmade;
};
struct Cell {
  const char* name;
  const void* place;  // in `unmade` (base/described.hpp)
  void (*read)(const Rows& rows, int row, int column, void* out);
};
struct Column {
  const char* name;
  const void* place;
  void (*add)(Params& values, const void* value);
};
template <class T>
void read_cell(const Rows& rows, int row, int column, void* out);
template <class T>
void add_value(Params& values, const void* value) {
  values.add(*static_cast<const T*>(value));
}
template <class T, template <class...> class List, class... Descriptors>
consteval std::array<Cell, sizeof...(Descriptors)> cells_of(List<Descriptors...>) {
  return {
      {{Descriptors::name, place_of<T, Descriptors>(), &read_cell<MemberType<T, Descriptors>>}...}};
}
template <class T, template <class...> class List, class... Descriptors>
consteval std::array<Column, sizeof...(Descriptors)> columns_of(List<Descriptors...>) {
  return {
      {{Descriptors::name, place_of<T, Descriptors>(), &add_value<MemberType<T, Descriptors>>}...}};
}
template <class T>
struct RowTable {
  static constexpr auto cells = cells_of<T>(MembersOf<T>{});
  static constexpr StructTable<Cell> table{cells, sizeof(T), &unmade<T>};
};
template <class T>
struct InsertTable {
  static constexpr auto columns =
      columns_of<T>(boost::describe::describe_members<T, boost::describe::mod_public>{});
  static constexpr StructTable<Column> table{columns, sizeof(T), &unmade<T>};
};

}  // namespace detail

/// The rows of one answer.
class Rows {
 public:
  Rows() = default;
  explicit Rows(pg_result* result);
  int size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::int64_t affected() const;
  bool is_null(int row, int column) const;
  template <class T>
  T get(int row, int column) const {
    if constexpr (is_optional<T>::value) {
      if (is_null(row, column)) return std::nullopt;
      return get<typename is_optional<T>::inner>(row, column);
    } else {
      if (is_null(row, column))
        throw std::logic_error("column " + column_name(column) +
                               " is NULL where a value is expected");
      return Codec<T>::decode(type(column), data(row, column), length(row, column));
    }
  }
  std::string column_name(int column) const;

  /// Row `row` as T: a described struct whose members are found among the columns by name, or a
  /// plain value (column 0).
  template <class T>
  T as(int row) const {
    if constexpr (DescribedStruct<T>) {
      T out{};
      read(detail::RowTable<T>::table, row, 1, &out);
      return out;
    } else {
      return get<T>(row, 0);
    }
  }
  template <class T>
  std::vector<T> all() const {
    auto size = static_cast<std::size_t>(size_);
    if constexpr (DescribedStruct<T>) {
      std::vector<T> out(size);
      read(detail::RowTable<T>::table, 0, size_, out.data());
      return out;
    } else {
      std::vector<T> out;
      out.reserve(size);
      for (int i = 0; i < size_; ++i) out.push_back(get<T>(i, 0));
      return out;
    }
  }
  template <class T>
  std::optional<T> maybe() const {
    return empty() ? std::nullopt : std::optional<T>(as<T>(0));
  }

 private:
  using Table = detail::StructTable<detail::Cell>;
  /// Fills `count` structs, which stand one after the other, from the rows from `first` on.
  void read(const Table& table, int first, int count, void* out) const;
  int column(const char* name) const;
  Oid type(int column) const;
  const char* data(int row, int column) const;
  int length(int row, int column) const;
  std::shared_ptr<pg_result> result_;
  int size_ = 0;
};

template <class T>
void detail::read_cell(const Rows& rows, int row, int column, void* out) {
  *static_cast<T*>(out) = rows.get<T>(row, column);
}

class Connection;
class Pool;

/// The answer of a statement sent with later(); valid after the next call that waits for it.
class Later {
 public:
  const Rows& rows() const;

 private:
  friend class Tx;
  friend class Connection;
  struct State {
    Rows rows;
    bool ready = false;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

class Tx {
 public:
  Tx(Pool& pool, std::optional<Uuid> tenant, std::chrono::milliseconds timeout);
  Tx(Tx&&) noexcept;
  ~Tx();
  Tx(const Tx&) = delete;
  Tx& operator=(const Tx&) = delete;

  /// Sends the statement with everything queued before it and waits for its rows.
  template <class... A>
  Rows query(const Sql& sql, const A&... arguments) {
    return send_and_wait(sql, params(arguments...));
  }
  template <class T, class... A>
  std::vector<T> all(const Sql& sql, const A&... arguments) {
    return query(sql, arguments...).template all<T>();
  }
  template <class T, class... A>
  std::optional<T> maybe(const Sql& sql, const A&... arguments) {
    return query(sql, arguments...).template maybe<T>();
  }
  /// Exactly one row; a logic_error otherwise.
  template <class T, class... A>
  T one(const Sql& sql, const A&... arguments) {
    auto rows = query(sql, arguments...);
    if (rows.size() != 1)
      throw std::logic_error(std::string(sql.name) + " returned " + std::to_string(rows.size()) +
                             " rows, not one");
    return rows.template as<T>(0);
  }
  /// Queues the statement. Its error, if any, is thrown by the next call that waits.
  template <class... A>
  Later later(const Sql& sql, const A&... arguments) {
    return queue(sql, params(arguments...));
  }
  /// Queues the statement to be sent just before COMMIT, those of a transaction in the order of
  /// `key`: for rows that other transactions wait for, so that they wait only for the commit, and
  /// never in a circle.
  template <class... A>
  void last(const std::string& key, const Sql& sql, const A&... arguments) {
    last_.emplace(key, std::pair{sql, params(arguments...)});
  }
  Later later_params(const Sql& sql, Params arguments) { return queue(sql, std::move(arguments)); }
  Rows query_params(const Sql& sql, Params arguments) {
    return send_and_wait(sql, std::move(arguments));
  }
  /// Sends what is queued and waits for all of it.
  void flush();
  /// Sends what is queued and waits for this one, queued in this transaction: its rows can be read
  /// while the server works on those after it. What throws is what flush() throws.
  const Rows& wait(const Later& one);

  /// Queues prepared multi-row INSERTs (500 rows a statement, pipelined). `Row` is a described
  /// struct whose members are the columns. `table` and `suffix` (such as "ON CONFLICT DO NOTHING")
  /// are literals of the program.
  template <class Row>
  void insert_many(std::string_view table, const std::vector<Row>& rows,
                   std::string_view suffix = "") {
    queue_inserts(table, detail::InsertTable<Row>::table, rows.data(), rows.size(), suffix);
  }

  /// Waits until everything is durable; a transaction that only read ends without a round trip.
  /// (Only a "SELECT … FROM" counts as reading: functions that change something are called without
  /// FROM.) Throws SqlError or Unavailable; then nothing happened (or,
  /// when the connection broke between COMMIT and its answer, it is not known: the caller's
  /// idempotency decides).
  void commit();
  /// Runs `action` after a successful commit, on this fiber.
  void after_commit(std::function<void()> action) { after_commit_.push_back(std::move(action)); }
  bool finished() const { return finished_; }
  const std::optional<Uuid>& tenant() const { return tenant_; }

 private:
  Rows send_and_wait(const Sql& sql, Params arguments);
  Later queue(const Sql& sql, Params arguments);
  void queue_insert(std::string_view table, const std::vector<std::string_view>& columns,
                    std::size_t rows, std::string_view suffix, const Params& values);
  /// Structs that stand one after the other, from `first` on.
  void queue_inserts(std::string_view table, const detail::StructTable<detail::Column>& columns,
                     const void* first, std::size_t rows, std::string_view suffix);
  static std::size_t bulk_size(std::size_t rows, std::size_t columns);
  void begin();

  Pool* pool_;
  std::optional<Uuid> tenant_;
  net::Deadline deadline_;
  std::unique_ptr<Connection> connection_;
  bool finished_ = false;
  bool wrote_ = false;
  std::multimap<std::string, std::pair<Sql, Params>> last_;
  std::vector<std::function<void()>> after_commit_;
};

struct PoolOptions {
  std::string conninfo;  ///< libpq's, without the user.
  std::string user;      ///< The role.
  std::size_t connections_per_loop = 8;
  std::chrono::milliseconds acquire_timeout{
      5000};  ///< How long a fiber waits for a free connection.
  std::chrono::milliseconds statement_timeout{60000};
};

/// Connections of one role to one database, a set for each loop. Made once, lives as long as the
/// loops.
///
/// One tenant never has all of them, nor have strangers (net::is_stranger) together: one is left
/// for others. Where somebody waits, what comes free goes to the first of those whose like do not
/// hold half already. So neither one tenant nor the unknown can keep the others out, however long
/// what they ask for takes. (With less than three connections there is only the second rule.)
class Pool {
 public:
  explicit Pool(PoolOptions options);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  Tx begin(std::optional<Uuid> tenant = std::nullopt,
           std::chrono::milliseconds timeout = std::chrono::seconds(30)) {
    return Tx(*this, tenant, timeout);
  }
  const PoolOptions& options() const;
  /// Closes the idle connections of the calling loop; call it on every loop before the loop ends.
  void close_idle();

 private:
  friend class Tx;
  std::unique_ptr<Connection> acquire(const std::optional<Uuid>& tenant);
  void release(std::unique_ptr<Connection> connection);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Where the program keeps things: the main database under its two roles.
class Database {
 public:
  Database(std::string conninfo, std::size_t connections_per_loop);
  /// A transaction that sees one tenant's rows (role varde_app under row-level security).
  Tx tenant(const Uuid& id, std::chrono::milliseconds timeout = std::chrono::seconds(30)) {
    return app_.begin(id, timeout);
  }
  /// A transaction across tenants (role varde_system: sessions, queue, and the narrow functions it
  /// was granted).
  Tx system(std::chrono::milliseconds timeout = std::chrono::seconds(30)) {
    return system_.begin(std::nullopt, timeout);
  }
  void close_idle();
  const std::string& conninfo() const { return app_.options().conninfo; }

 private:
  Pool app_, system_;
};

/// A connection outside the pools that hears NOTIFY. For one fiber.
class Listener {
 public:
  Listener(const std::string& conninfo, const std::string& user,
           const std::vector<std::string>& channels);
  ~Listener();
  struct Notice {
    std::string channel, payload;
  };
  /// The next notice, or nullopt when the deadline passed. Throws Unavailable when the connection
  /// broke.
  std::optional<Notice> next(std::optional<net::Deadline> deadline = std::nullopt);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Runs several statements separated by semicolons without parameters; for migrations and tools, on
/// a connection of its own, blocking.
void run_script(const std::string& conninfo, const std::string& user, const std::string& sql);

}  // namespace varde::db
