#include "db/connection.hpp"

#include <poll.h>

#include "base/metrics.hpp"
#include "base/text.hpp"
#include "db/closed.hpp"

namespace varde::db {

namespace {
metrics::Counter connections_opened("varde_db_connections_opened_total",
                                    "Connections opened to PostgreSQL", {"role"});
constexpr const char* kDivisionByZero = "22012";
}  // namespace

std::string words_of(const char* message) {
  return message == nullptr ? std::string() : std::string(trim(message));
}

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
  auto detail = raw_ == nullptr ? std::string() : words_of(PQerrorMessage(raw_));
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
                                    (primary ? primary : words_of(PQerrorMessage(raw_))));
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

}  // namespace varde::db
