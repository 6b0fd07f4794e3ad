#include "db/session.hpp"

#include <libpq-fe.h>

#include "base/text.hpp"

namespace varde::db {

namespace {
using Answer = std::unique_ptr<PGresult, decltype(&PQclear)>;
}

struct Session::Impl {
  std::unique_ptr<PGconn, decltype(&PQfinish)> raw{nullptr, PQfinish};

  [[noreturn]] void fail(PGresult* result) const {
    auto words = std::string(trim(PQerrorMessage(raw.get())));
    if (PQstatus(raw.get()) != CONNECTION_OK) throw Unavailable("database: " + words);
    const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char* constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
    const char* primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    throw SqlError(state ? state : "", constraint ? constraint : "", primary ? primary : words);
  }
  Answer check(PGresult* result) const {
    Answer answer(result, PQclear);
    switch (PQresultStatus(answer.get())) {
      case PGRES_COMMAND_OK:
      case PGRES_TUPLES_OK:
      case PGRES_COPY_IN:
      case PGRES_COPY_OUT:
        return answer;
      default:
        fail(answer.get());
    }
  }
  Answer run(const std::string& sql, const std::vector<std::string>& values) const {
    std::vector<const char*> pointers;
    pointers.reserve(values.size());
    for (const auto& value : values) pointers.push_back(value.c_str());
    return check(PQexecParams(raw.get(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                              pointers.data(), nullptr, nullptr, 0));
  }
};

Session::Session(const std::string& conninfo, const std::string& user)
    : impl_(std::make_unique<Impl>()) {
  impl_->raw.reset(PQconnectdb(
      (conninfo + " user=" + user +
       " application_name=varde-restore options='-c TimeZone=UTC -c statement_timeout=0 -c "
       "client_connection_check_interval=1000'")
          .c_str()));
  if (PQstatus(impl_->raw.get()) != CONNECTION_OK)
    throw Unavailable("database: " + std::string(trim(PQerrorMessage(impl_->raw.get()))));
  PQsetNoticeProcessor(impl_->raw.get(), [](void*, const char*) {}, nullptr);
}
Session::~Session() = default;

std::vector<Session::Row> Session::rows(const std::string& sql,
                                        const std::vector<std::string>& values) {
  auto answer = impl_->run(sql, values);
  std::vector<Row> out;
  for (int i = 0; i < PQntuples(answer.get()); ++i) {
    Row row;
    for (int k = 0; k < PQnfields(answer.get()); ++k)
      row.push_back(PQgetisnull(answer.get(), i, k)
                        ? std::nullopt
                        : std::optional<std::string>(PQgetvalue(answer.get(), i, k)));
    out.push_back(std::move(row));
  }
  return out;
}

std::int64_t Session::run(const std::string& sql, const std::vector<std::string>& values) {
  auto answer = impl_->run(sql, values);
  return std::strtoll(PQcmdTuples(answer.get()), nullptr, 10);
}

std::string Session::one(const std::string& sql, const std::vector<std::string>& values) {
  auto found = rows(sql, values);
  if (found.size() != 1 || found[0].empty() || !found[0][0])
    throw std::logic_error("a statement returned something else than one value: " + sql);
  return *found[0][0];
}

std::int64_t Session::copy(Session& from, const std::string& out, const std::string& in) {
  auto* source = from.impl_->raw.get();
  auto* target = impl_->raw.get();
  from.impl_->check(PQexec(source, out.c_str()));
  impl_->check(PQexec(target, in.c_str()));
  char* piece = nullptr;
  int length = 0;
  while ((length = PQgetCopyData(source, &piece, 0)) > 0) {
    std::unique_ptr<char, decltype(&PQfreemem)> owned(piece, PQfreemem);
    if (PQputCopyData(target, piece, length) != 1) impl_->fail(nullptr);
  }
  // What went wrong there is said there; here it must not look like the end of the rows.
  if (length == -2) PQputCopyEnd(target, "the source failed");
  if (length == -1 && PQputCopyEnd(target, nullptr) != 1) impl_->fail(nullptr);
  auto drain = [](PGconn* connection) {
    Answer last(nullptr, PQclear);
    while (auto* next = PQgetResult(connection)) last.reset(next);
    return last;
  };
  auto given = drain(source);
  auto taken = drain(target);
  from.impl_->check(given.release());
  taken = impl_->check(taken.release());
  return std::strtoll(PQcmdTuples(taken.get()), nullptr, 10);
}

std::string Session::literal(const std::string& text) {
  std::unique_ptr<char, decltype(&PQfreemem)> quoted(
      PQescapeLiteral(impl_->raw.get(), text.c_str(), text.size()), PQfreemem);
  if (!quoted) throw std::runtime_error("a text cannot be quoted");
  return quoted.get();
}

}  // namespace varde::db
