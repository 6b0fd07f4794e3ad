#include "db/tx.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "db/closed.hpp"
#include "db/connection.hpp"

namespace varde::db {

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

}  // namespace varde::db
