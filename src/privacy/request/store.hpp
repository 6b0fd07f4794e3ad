// The statements and rows of requests; only for this folder.
#pragma once

#include "privacy/request/request.hpp"
#include "trust/table.hpp"

namespace varde::privacy::store {

// Under a key of the request's own.
inline constexpr trust::Seal kRequest{.column = "sealed",
                                      .context = "request:{tenant}{id}",
                                      .id = "request_id",
                                      .owner = "request_id"};
inline constexpr trust::Seal kRequestNote{.column = "sealed",
                                          .context = "request-event:{id}",
                                          .id = "event_id",
                                          .owner = "request_id",
                                          .holds = trust::Seal::Holds::text};

struct RequestRecord {
  Uuid tenant_id, request_id;
  std::optional<std::int64_t> number;
  RequestKind kind = RequestKind::access;
  RequestState state = RequestState::unconfirmed;
  RequestChannel channel = RequestChannel::page;
  std::string language;
  std::optional<Uuid> person_id;
  trust::Sealed<kRequest> sealed;
  Timestamp received_at;
  std::optional<Timestamp> confirmed_at, due_at, extended_at, ended_at;
  std::optional<db::Bytes> code_hash;
  int code_tries = 0;
  std::optional<Timestamp> code_expires_at;
  PackageState package_state = PackageState::none;
  std::optional<Timestamp> package_at;
  std::int64_t package_bytes = 0, package_rows = 0, package_files = 0;
  std::optional<db::Bytes> package_hash;
  std::optional<Timestamp> package_sent_at, package_until, package_fetched_at;
  std::int64_t version = 1;
};
BOOST_DESCRIBE_STRUCT(RequestRecord, (),
                      (tenant_id, request_id, number, kind, state, channel, language, person_id,
                       sealed, received_at, confirmed_at, due_at, extended_at, ended_at, code_hash,
                       code_tries, code_expires_at, package_state, package_at, package_bytes,
                       package_rows, package_files, package_hash, package_sent_at, package_until,
                       package_fetched_at, version))

struct EventRecord {
  Uuid tenant_id, event_id, request_id;
  Timestamp at;
  EventKind kind = EventKind::note;
  std::optional<Uuid> account_id;
  std::optional<trust::Sealed<kRequestNote>> sealed;
};
BOOST_DESCRIBE_STRUCT(EventRecord, (),
                      (tenant_id, event_id, request_id, at, kind, account_id, sealed))
struct PieceRecord {
  Uuid tenant_id, request_id;
  int number = 0;
  db::Bytes sealed;
};
BOOST_DESCRIBE_STRUCT(PieceRecord, (), (tenant_id, request_id, number, sealed))
struct StateCount {
  RequestState state = RequestState::unconfirmed;
  std::int64_t count = 0, overdue = 0;
  std::optional<Timestamp> first_due;
};
BOOST_DESCRIBE_STRUCT(StateCount, (), (state, count, overdue, first_due))

// ---- forgetting

}  // namespace varde::privacy::store
