// Connections of their own, outside of the pools: what is heard by NOTIFY, and scripts.
#include <libpq-fe.h>

#include "db/connection.hpp"
#include "db/tx.hpp"

namespace varde::db {

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
    throw Unavailable("database: " + words_of(PQerrorMessage(impl_->raw)));
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
    throw Unavailable("database: " + words_of(PQerrorMessage(raw.get())));
  PQsetNoticeProcessor(raw.get(), [](void*, const char*) {}, nullptr);
  std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(raw.get(), sql.c_str()), PQclear);
  auto status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
    throw SqlError(state ? state : "", "", words_of(PQresultErrorMessage(result.get())));
  }
}

}  // namespace varde::db
