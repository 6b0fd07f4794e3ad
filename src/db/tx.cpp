#include "db/tx.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <mutex>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/text.hpp"
#include "db/closed.hpp"
#include "db/connection.hpp"

namespace varde::db {

namespace {
metrics::Counter connections_opened("varde_db_connections_opened_total",
                                    "Connections opened to PostgreSQL", {"role"});
metrics::Counter acquire_timeouts("varde_db_acquire_timeouts_total",
                                  "Waits for a free connection that gave up");

// Fails when somebody else holds it alone: by a division, for a function of PL/pgSQL that raises
// cost a tenth of all requests of a person, and this nothing that could be measured.
constexpr Sql kEnter{"tx.enter", "SELECT 1 / pg_try_advisory_xact_lock_shared($1)::int"};
constexpr const char* kDivisionByZero = "22012";

std::string text_of(const char* text) {
  return text == nullptr ? std::string() : std::string(trim(text));
}
}  // namespace

void detail::wrong_type(const char* wanted, Oid got) {
  throw std::logic_error("a column of type oid " + std::to_string(got) + " was read as " + wanted);
}

void Params::add_null(Oid type) {
  types_.push_back(type);
  offsets_.push_back(kNull);
  ends_.push_back(buffer_.size());
}
void Params::add_text(std::string_view text) {
  Codec<std::string_view>::encode(begin(oid::kText), text);
  end();
}
std::string& Params::begin(Oid type) {
  types_.push_back(type);
  offsets_.push_back(buffer_.size());
  return buffer_;
}
void Params::end() { ends_.push_back(buffer_.size()); }

void Params::arrays(std::vector<const char*>& values, std::vector<int>& lengths,
                    std::vector<int>& formats) const {
  values.resize(size());
  lengths.resize(size());
  formats.assign(size(), 1);
  for (std::size_t i = 0; i < size(); ++i) {
    bool null = offsets_[i] == kNull;
    // A zero-length value needs a pointer that is not null.
    values[i] = null ? nullptr : (buffer_.empty() ? "" : buffer_.data() + offsets_[i]);
    lengths[i] = null ? 0 : static_cast<int>(ends_[i] - offsets_[i]);
  }
}

// ---- Rows
// ----------------------------------------------------------------------------------------------------------------

Rows::Rows(pg_result* result) : result_(result, PQclear), size_(PQntuples(result)) {}
std::int64_t Rows::affected() const {
  const char* text = result_ ? PQcmdTuples(result_.get()) : "";
  return *text ? std::strtoll(text, nullptr, 10) : 0;
}
bool Rows::is_null(int row, int column) const {
  return PQgetisnull(result_.get(), row, column) != 0;
}
std::string Rows::column_name(int column) const { return PQfname(result_.get(), column); }
void Rows::read(const Table& table, int first, int count, void* out) const {
  std::vector<int> columns;
  for (const auto& cell : table.members) columns.push_back(column(cell.name));
  for (int row = first; row < first + count; ++row) {
    for (std::size_t i = 0; i < columns.size(); ++i)
      table.members[i].read(*this, row, columns[i],
                            member_at(out, table.members[i].place, table.unmade));
    out = static_cast<char*>(out) + table.size;
  }
}
int Rows::column(const char* name) const {
  int at = PQfnumber(result_.get(), name);
  if (at < 0)
    throw std::logic_error(std::string("the statement returns no column \"") + name + '"');
  return at;
}
Oid Rows::type(int column) const { return PQftype(result_.get(), column); }
const char* Rows::data(int row, int column) const { return PQgetvalue(result_.get(), row, column); }
int Rows::length(int row, int column) const { return PQgetlength(result_.get(), row, column); }

const Rows& Later::rows() const {
  if (!state_->ready)
    throw std::logic_error("the answer of a queued statement was read before it came");
  return state_->rows;
}

// ---- Connection
// ----------------------------------------------------------------------------------------------------------

Connection::Connection(const PoolOptions& options, net::Deadline deadline) {
  auto timeout = std::to_string(options.statement_timeout.count());
  auto conninfo =
      options.conninfo + " user=" + options.user +
      " application_name=varde options='-c TimeZone=UTC -c statement_timeout=" + timeout +
      " -c idle_in_transaction_session_timeout=120000 -c plan_cache_mode=auto"
      // A statement whose asker has gone ends soon, and not when it would have had its answer.
      " -c client_connection_check_interval=1000'";
  raw_ = PQconnectStart(conninfo.c_str());
  if (raw_ == nullptr) throw std::bad_alloc();
  if (PQstatus(raw_) == CONNECTION_BAD) fail("cannot connect");
  auto polled = PGRES_POLLING_WRITING;
  while (polled != PGRES_POLLING_OK) {
    // libpq may change the socket between polls (several hosts): a fresh watch each time.
    net::Readiness ready(PQsocket(raw_));
    if (!ready.wait(polled == PGRES_POLLING_READING ? net::Readiness::For::read
                                                    : net::Readiness::For::write,
                    deadline))
      fail("connecting took too long");
    ready.release();
    polled = PQconnectPoll(raw_);
    if (polled == PGRES_POLLING_FAILED) fail("cannot connect");
  }
  if (PQsetnonblocking(raw_, 1) != 0 || PQenterPipelineMode(raw_) != 1)
    fail("cannot enter pipeline mode");
  readiness_ = std::make_unique<net::Readiness>(PQsocket(raw_));
  connections_opened.with({options.user}).add();
}

Connection::~Connection() {
  readiness_.reset();
  if (raw_ != nullptr) PQfinish(raw_);
}

bool Connection::has_ended() const {
  pollfd polled{PQsocket(raw_), POLLIN | POLLRDHUP, 0};
  if (::poll(&polled, 1, 0) <= 0) return false;
  if ((polled.revents & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL)) != 0) return true;
  // Nothing was asked: these are the server's last words. (TLS has words of its own.)
  return answered() && PQsslInUse(raw_) == 0;
}

void Connection::fail(const std::string& what) {
  broken_ = true;
  auto detail = raw_ == nullptr ? std::string() : text_of(PQerrorMessage(raw_));
  if (readiness_ == nullptr &&
      raw_ != nullptr) {  // thrown from the constructor: the destructor will not run
    PQfinish(raw_);
    raw_ = nullptr;
  }
  throw Unavailable("database: " + what + (detail.empty() ? "" : ": " + detail));
}

void Connection::send(std::string_view name, std::string_view text, const Params& arguments,
                      std::shared_ptr<Later::State> into) {
  thread_local std::vector<const char*> values;
  thread_local std::vector<int> lengths, formats;
  std::string key(name);
  if (key.empty()) {  // composed at run time: parsed anew each time, so that no connection collects
                      // them
    arguments.arrays(values, lengths, formats);
    if (PQsendQueryParams(raw_, std::string(text).c_str(), static_cast<int>(arguments.size()),
                          arguments.types().data(), values.data(), lengths.data(), formats.data(),
                          1) != 1)
      fail("cannot send a statement");
    expected_.push_back({Expected::What::answer, std::move(into), false, std::string(text), {}});
    return;
  }
  if (prepared_.insert(key).second) {
    if (PQsendPrepare(raw_, key.c_str(), std::string(text).c_str(),
                      static_cast<int>(arguments.size()), arguments.types().data()) != 1)
      fail("cannot send a statement");
    expected_.push_back({Expected::What::answer, nullptr, false, key, key});
  }
  arguments.arrays(values, lengths, formats);
  if (PQsendQueryPrepared(raw_, key.c_str(), static_cast<int>(arguments.size()), values.data(),
                          lengths.data(), formats.data(), 1) != 1)
    fail("cannot send a statement");
  expected_.push_back({Expected::What::answer, std::move(into), false, std::move(key), {}});
}

void Connection::send_plain(const char* text) {
  if (PQsendQueryParams(raw_, text, 0, nullptr, nullptr, nullptr, nullptr, 1) != 1)
    fail("cannot send a statement");
  expected_.push_back({Expected::What::answer, nullptr, abandoning_, text, {}});
}

void Connection::sync() {
  if (PQpipelineSync(raw_) != 1) fail("cannot send");
  expected_.push_back({Expected::What::sync, nullptr, abandoning_, {}, {}});
}

void Connection::abandon() {
  abandoning_ = true;
  for (auto& entry : expected_) entry.ignore_errors = true;
  if (!expected_.empty()) sync();  // an error before this point must not swallow the rollback
  send_plain("ROLLBACK");
  sync();
  PQflush(raw_);
  abandoning_ = false;
}

void Connection::flush(net::Deadline deadline) {
  while (true) {
    int left = PQflush(raw_);
    if (left == 0) return;
    if (left < 0) fail("the connection broke while sending");
    // The server may be blocked sending to us: take in what it has, or both wait for ever.
    if (!readiness_->wait(net::Readiness::For::write,
                          std::min(deadline, net::in(std::chrono::milliseconds(50))))) {
      if (std::chrono::steady_clock::now() >= deadline) fail("the deadline passed while sending");
    }
    if (PQconsumeInput(raw_) != 1) fail("the connection broke");
  }
}

PGresult* Connection::next_result(net::Deadline deadline) {
  while (PQisBusy(raw_)) {
    // The server ends a statement within a second of the connection's end: nothing is computed for
    // somebody who has gone.
    auto look = std::min(deadline, net::in(std::chrono::seconds(1)));
    if (!readiness_->wait(net::Readiness::For::read, look)) {
      if (std::chrono::steady_clock::now() >= deadline)
        fail("the deadline passed before the answer came");
      if (net::asker_is_gone()) fail("whoever asked has gone");
      continue;
    }
    if (PQconsumeInput(raw_) != 1) fail("the connection broke");
  }
  return PQgetResult(raw_);
}

void Connection::wait(net::Deadline deadline, const Later::State* until) {
  std::optional<SqlError> first_error;
  bool closed = false;
  try {
    flush(deadline);
    // After an error all is taken in: what follows was skipped, and nobody may wait for it.
    while (!expected_.empty()) {
      auto& entry = expected_.front();
      // The sync that follows the last answer is here already.
      if (until != nullptr && until->ready && !first_error && entry.what == Expected::What::answer)
        break;
      auto* result = next_result(deadline);
      if (entry.what == Expected::What::sync) {
        if (result == nullptr || PQresultStatus(result) != PGRES_PIPELINE_SYNC)
          fail("the pipeline lost its step");
        PQclear(result);
        expected_.pop_front();
        continue;
      }
      if (result == nullptr)
        fail(PQstatus(raw_) == CONNECTION_BAD ? "the connection broke"
                                              : "the pipeline lost its step");
      switch (PQresultStatus(result)) {
        case PGRES_TUPLES_OK:
        case PGRES_COMMAND_OK:
          if (entry.into) {
            entry.into->rows = Rows(result);
            entry.into->ready = true;
          } else {
            PQclear(result);
          }
          break;
        default: {
          if (!entry.prepares.empty()) prepared_.erase(entry.prepares);
          const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
          if (!entry.ignore_errors && !first_error &&
              PQresultStatus(result) != PGRES_PIPELINE_ABORTED) {
            closed = entry.statement == kEnter.name && state != nullptr &&
                     std::string_view(state) == kDivisionByZero;
            const char* constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
            const char* primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
            first_error.emplace(state ? state : "", constraint ? constraint : "",
                                entry.statement.substr(0, 80) + ": " +
                                    (primary ? primary : text_of(PQerrorMessage(raw_))));
          }
          PQclear(result);
        }
      }
      while (auto* more = next_result(deadline)) PQclear(more);
      expected_.pop_front();
    }
  } catch (...) {
    broken_ = true;
    throw;
  }
  if (closed) throw Closed("the organisation is closed for a moment");
  if (first_error) throw std::move(*first_error);
}

// ---- Tx
// ------------------------------------------------------------------------------------------------------------------

Tx::Tx(Pool& pool, std::optional<Uuid> tenant, std::chrono::milliseconds timeout)
    : pool_(&pool), tenant_(tenant), deadline_(net::in(timeout)) {}

Tx::Tx(Tx&& other) noexcept
    : pool_(other.pool_),
      tenant_(other.tenant_),
      deadline_(other.deadline_),
      connection_(std::move(other.connection_)),
      finished_(std::exchange(other.finished_, true)),
      wrote_(other.wrote_),
      last_(std::move(other.last_)),
      after_commit_(std::move(other.after_commit_)) {}

Tx::~Tx() {
  if (!connection_) return;
  if (!connection_->broken()) {
    try {
      connection_->abandon();
    } catch (const std::exception&) {  // broken: the pool drops it
    }
  }
  pool_->release(std::move(connection_));
}

void Tx::begin() {
  if (finished_) throw std::logic_error("a transaction was used after its end");
  if (connection_) return;
  connection_ = pool_->acquire(tenant_);
  connection_->send_plain("BEGIN");
  if (!tenant_) return;
  connection_->send_plain(("SET LOCAL varde.tenant = '" + tenant_->str() + "'").c_str());
  Params lock;
  lock.add(tenant_lock(*tenant_));
  connection_->send(kEnter.name, kEnter.text, lock, nullptr);
}

Later Tx::queue(const Sql& sql, Params arguments) {
  if (sql.tenant != 0) {
    if (!tenant_)
      throw std::logic_error(std::string(sql.name) + " names a tenant, the transaction has none");
    arguments.add(*tenant_);
    if (arguments.size() != static_cast<std::size_t>(sql.tenant))
      throw std::logic_error(fmt::format("{} takes {} arguments, not {}", sql.name, sql.tenant - 1,
                                         arguments.size() - 1));
  }
  begin();
  if (!sql.text.starts_with("SELECT") || sql.text.find("FROM") == std::string_view::npos)
    wrote_ = true;
  Later out;
  connection_->send(sql.name, sql.text, arguments, out.state_);
  return out;
}

Rows Tx::send_and_wait(const Sql& sql, Params arguments) {
  auto answer = queue(sql, std::move(arguments));
  flush();
  return answer.rows();
}

void Tx::flush() {
  if (!connection_) return;
  connection_->sync();
  connection_->wait(deadline_);
}

const Rows& Tx::wait(const Later& one) {
  if (connection_ && !one.state_->ready) {
    if (!connection_->synced()) connection_->sync();
    connection_->wait(deadline_, one.state_.get());
  }
  return one.rows();
}

void Tx::commit() {
  if (finished_) throw std::logic_error("a transaction was used after its end");
  for (const auto& [key, statement] : last_) queue(statement.first, statement.second);
  last_.clear();
  if (connection_ && !wrote_ && connection_->answered()) {
    // Nothing to make durable: it ends without a round trip.
    connection_->abandon();
    pool_->release(std::move(connection_));
  } else if (connection_) {
    connection_->send_plain("COMMIT");
    connection_->sync();
    connection_->wait(deadline_);
    pool_->release(std::move(connection_));
  }
  finished_ = true;
  for (auto& action : after_commit_) action();
}

std::size_t Tx::bulk_size(std::size_t rows, std::size_t columns) {
  // A few fixed sizes, so that only a few statements per table are ever prepared; 65,535 parameters
  // at most.
  for (std::size_t size : {500UL, 100UL, 40UL, 16UL, 8UL, 4UL, 2UL})
    if (rows >= size && size * columns <= 65535) return size;
  return 1;
}

void Tx::queue_inserts(std::string_view table, const detail::StructTable<detail::Column>& columns,
                       const void* first, std::size_t rows, std::string_view suffix) {
  std::vector<std::string_view> names;
  for (const auto& column : columns.members) names.emplace_back(column.name);
  const auto* row = static_cast<const char*>(first);
  while (rows > 0) {
    auto count = bulk_size(rows, names.size());
    Params values;
    for (std::size_t i = 0; i < count; ++i, row += columns.size)
      for (const auto& column : columns.members)
        column.add(values, member_at(row, column.place, columns.unmade));
    queue_insert(table, names, count, suffix, values);
    rows -= count;
  }
}

void Tx::queue_insert(std::string_view table, const std::vector<std::string_view>& columns,
                      std::size_t rows, std::string_view suffix, const Params& values) {
  begin();
  wrote_ = true;
  std::string column_list;
  for (auto name : columns) column_list += (column_list.empty() ? "" : ", ") + std::string(name);
  auto name = fmt::format("insert:{}:{}:{:x}", table, rows,
                          std::hash<std::string>{}(column_list + std::string(suffix)));
  std::string text;
  if (!connection_->prepared(name)) {
    text = fmt::format("INSERT INTO {} ({}) VALUES ", table, column_list);
    std::size_t number = 1;
    for (std::size_t row = 0; row < rows; ++row) {
      text += row == 0 ? "(" : ", (";
      for (std::size_t i = 0; i < columns.size(); ++i)
        text += fmt::format("{}${}", i == 0 ? "" : ", ", number++);
      text += ')';
    }
    if (!suffix.empty()) text += fmt::format(" {}", suffix);
  }
  connection_->send(name, text, values, nullptr);
}

// ---- Pool
// ----------------------------------------------------------------------------------------------------------------

constexpr auto kConnectPause = std::chrono::milliseconds(100);

struct Pool::Impl {
  struct PerLoop {
    std::vector<std::unique_ptr<Connection>> idle;
    std::size_t open = 0;
    struct Waiter {
      std::optional<Uuid> tenant;
      bool stranger = false;
      net::Event freed{};
      std::unique_ptr<Connection> connection{};  // handed over; none: there is room for a new one
      bool served = false;
    };
    std::deque<Waiter*> waiting;
    // How many each of those has who have any.
    std::vector<std::pair<Uuid, std::size_t>> of_tenant;
    std::size_t of_strangers = 0;

    std::size_t held_by(const Uuid& tenant) const {
      for (const auto& [id, count] : of_tenant)
        if (id == tenant) return count;
      return 0;
    }
    void count(const Connection::Use& use, int by) {
      if (use.stranger) of_strangers += static_cast<std::size_t>(by);
      if (!use.tenant) return;
      for (auto& entry : of_tenant)
        if (entry.first == *use.tenant) {
          entry.second += static_cast<std::size_t>(by);
          if (entry.second == 0) {
            std::swap(entry, of_tenant.back());
            of_tenant.pop_back();
          }
          return;
        }
      of_tenant.emplace_back(*use.tenant, 1);
    }
    // Whether neither the tenant nor, if they are one, the strangers have so many yet.
    bool has_less(const std::optional<Uuid>& tenant, bool stranger, std::size_t than) const {
      return (!stranger || of_strangers < than) && (!tenant || held_by(*tenant) < than);
    }
  };
  PoolOptions options;
  std::mutex mutex;  // guards the map; each PerLoop belongs to its loop's thread
  std::unordered_map<net::Loop*, std::unique_ptr<PerLoop>> loops;

  std::unique_ptr<Connection> connect(net::Deadline deadline) const;
  PerLoop& mine() {
    std::lock_guard lock(mutex);
    auto& slot = loops[&net::Loop::current()];
    if (!slot) slot = std::make_unique<PerLoop>();
    return *slot;
  }

  std::size_t share() const { return (options.connections_per_loop + 1) / 2; }
  // One is left for others even where nobody waits: what a statement takes may be long.
  std::size_t most() const {
    auto all = options.connections_per_loop;
    return all < 3 ? all : all - 1;
  }

  // Hands a free connection, or the room of one that is gone, to the first who waits and has not
  // its share, or else to the first who may have more.
  void give(PerLoop& mine, std::unique_ptr<Connection> connection) const {
    if (!connection) --mine.open;
    auto chosen = mine.waiting.end();
    for (auto than : {share(), most()}) {
      if (chosen != mine.waiting.end()) break;
      chosen = std::ranges::find_if(mine.waiting, [&](const auto* waiter) {
        return mine.has_less(waiter->tenant, waiter->stranger, than);
      });
    }
    if (chosen == mine.waiting.end()) {
      if (connection) mine.idle.push_back(std::move(connection));
      return;
    }
    auto* first = *chosen;
    mine.waiting.erase(chosen);
    first->connection = std::move(connection);
    first->served = true;
    // It counts from here on, or the next that comes free would go to its like as well.
    mine.count({first->tenant, first->stranger, net::Holding::none()}, 1);
    first->freed.wake();
  }
};

Pool::Pool(PoolOptions options) : impl_(std::make_unique<Impl>()) {
  impl_->options = std::move(options);
}
Pool::~Pool() = default;
const PoolOptions& Pool::options() const { return impl_->options; }

std::unique_ptr<Connection> Pool::acquire(const std::optional<Uuid>& tenant) {
  auto& mine = impl_->mine();
  auto deadline = net::in(impl_->options.acquire_timeout);
  bool stranger = net::is_stranger();
  auto take = [&](std::unique_ptr<Connection> connection) {
    connection->use.emplace(Connection::Use{tenant, stranger});
    return connection;
  };
  auto count = [&](int by) { mine.count({tenant, stranger, net::Holding::none()}, by); };
  bool may = mine.has_less(tenant, stranger, impl_->most());
  while (may && !mine.idle.empty()) {
    auto connection = std::move(mine.idle.back());
    mine.idle.pop_back();
    if (connection->has_ended()) {  // the database was restarted, or its administrator ended it
      --mine.open;
      continue;
    }
    count(1);
    return take(std::move(connection));
  }
  if (!may || mine.open >= impl_->options.connections_per_loop) {
    // What is released goes to one of those who wait, past everybody who asks meanwhile.
    Impl::PerLoop::Waiter waiter{tenant, stranger};
    mine.waiting.push_back(&waiter);
    try {
      waiter.freed.wait(deadline);
    } catch (...) {
      std::erase(mine.waiting, &waiter);
      if (waiter.served) {
        count(-1);
        if (!waiter.connection) ++mine.open;  // give() counts the room that it is handed
        impl_->give(mine, std::move(waiter.connection));
      }
      throw;
    }
    std::erase(mine.waiting, &waiter);
    if (!waiter.served) {
      acquire_timeouts.add();
      throw Unavailable("all database connections are busy");
    }
    if (waiter.connection) return take(std::move(waiter.connection));
  } else {
    count(1);  // before it connects, which takes a while
  }
  ++mine.open;
  try {
    return take(impl_->connect(deadline));
  } catch (...) {
    count(-1);
    impl_->give(mine, nullptr);
    throw;
  }
}

// A database that is being restarted is waited for, as long as one waits for a connection.
std::unique_ptr<Connection> Pool::Impl::connect(net::Deadline deadline) const {
  while (true) {
    try {
      return std::make_unique<Connection>(options, deadline);
    } catch (const Unavailable&) {
      if (std::chrono::steady_clock::now() + kConnectPause >= deadline ||
          net::Loop::current().stopping())
        throw;
    }
    net::sleep_for(kConnectPause);
  }
}

void Pool::release(std::unique_ptr<Connection> connection) {
  auto& mine = impl_->mine();
  mine.count(*connection->use, -1);
  connection->use.reset();
  if (connection->broken() || net::Loop::current().stopping()) connection.reset();
  impl_->give(mine, std::move(connection));
}

void Pool::close_idle() {
  auto& mine = impl_->mine();
  mine.open -= mine.idle.size();
  mine.idle.clear();
}

Database::Database(std::string conninfo, std::size_t connections_per_loop)
    : app_({.conninfo = conninfo,
            .user = "varde_app",
            .connections_per_loop = connections_per_loop}),
      system_({.conninfo = conninfo,
               .user = "varde_system",
               .connections_per_loop = connections_per_loop}) {}

void Database::close_idle() {
  app_.close_idle();
  system_.close_idle();
}

// ---- Listener and scripts
// ------------------------------------------------------------------------------------------------

struct Listener::Impl {
  PGconn* raw = nullptr;
  std::unique_ptr<net::Readiness> readiness;
  ~Impl() {
    readiness.reset();
    if (raw != nullptr) PQfinish(raw);
  }
};

Listener::Listener(const std::string& conninfo, const std::string& user,
                   const std::vector<std::string>& channels)
    : impl_(std::make_unique<Impl>()) {
  impl_->raw = PQconnectdb(
      (conninfo + " user=" + user + " application_name=varde-listener connect_timeout=5").c_str());
  if (PQstatus(impl_->raw) != CONNECTION_OK)
    throw Unavailable("database: " + text_of(PQerrorMessage(impl_->raw)));
  for (const auto& channel : channels) {
    auto* quoted = PQescapeIdentifier(impl_->raw, channel.data(), channel.size());
    auto* result = PQexec(impl_->raw, (std::string("LISTEN ") + quoted).c_str());
    PQfreemem(quoted);
    bool ok = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
    if (!ok) throw Unavailable("database: LISTEN was refused");
  }
  impl_->readiness = std::make_unique<net::Readiness>(PQsocket(impl_->raw));
}
Listener::~Listener() = default;

std::optional<Listener::Notice> Listener::next(std::optional<net::Deadline> deadline) {
  while (true) {
    if (auto* notify = PQnotifies(impl_->raw)) {
      Notice out{notify->relname, notify->extra};
      PQfreemem(notify);
      return out;
    }
    if (!impl_->readiness->wait(net::Readiness::For::read, deadline)) return std::nullopt;
    if (PQconsumeInput(impl_->raw) != 1)
      throw Unavailable("database: the listening connection broke");
  }
}

void run_script(const std::string& conninfo, const std::string& user, const std::string& sql) {
  std::unique_ptr<PGconn, decltype(&PQfinish)> raw(
      PQconnectdb((conninfo + " user=" + user + " application_name=varde-setup connect_timeout=10")
                      .c_str()),
      PQfinish);
  if (PQstatus(raw.get()) != CONNECTION_OK)
    throw Unavailable("database: " + text_of(PQerrorMessage(raw.get())));
  PQsetNoticeProcessor(raw.get(), [](void*, const char*) {}, nullptr);
  std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(raw.get(), sql.c_str()), PQclear);
  auto status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
    throw SqlError(state ? state : "", "", text_of(PQresultErrorMessage(result.get())));
  }
}

}  // namespace varde::db
