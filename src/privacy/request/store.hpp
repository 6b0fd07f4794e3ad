// The statements and rows of requests; only for this folder.
#pragma once

#include "privacy/request/request.hpp"

namespace varde::privacy::store {

struct RequestRecord {
  Uuid tenant_id, request_id;
  std::optional<std::int64_t> number;
  RequestKind kind = RequestKind::access;
  RequestState state = RequestState::unconfirmed;
  RequestChannel channel = RequestChannel::page;
  std::string language;
  std::optional<Uuid> person_id;
  db::Bytes sealed;
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
#define VARDE_REQUEST_COLUMNS                                                                \
  "tenant_id, request_id, number, kind, state, channel, language, person_id, sealed, "       \
  "received_at, confirmed_at, due_at, extended_at, ended_at, code_hash, code_tries, "        \
  "code_expires_at, package_state, package_at, package_bytes, package_rows, package_files, " \
  "package_hash, package_sent_at, package_until, package_fetched_at, version"

struct EventRecord {
  Uuid tenant_id, event_id, request_id;
  Timestamp at;
  EventKind kind = EventKind::note;
  std::optional<Uuid> account_id;
  std::optional<db::Bytes> sealed;
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

inline constexpr db::Sql kRequest{
    "request.one", "SELECT " VARDE_REQUEST_COLUMNS " FROM subject_request WHERE request_id = $1"};
inline constexpr db::Sql kLockRequest{"request.lock",
                                      "SELECT " VARDE_REQUEST_COLUMNS
                                      " FROM subject_request WHERE request_id = $1 FOR UPDATE"};
// Open ones by their deadline, others by when they came.
inline constexpr db::Sql kOpen{
    "request.open",
    "SELECT " VARDE_REQUEST_COLUMNS
    " FROM subject_request WHERE state IN (2, 3) AND ($1::smallint IS NULL OR kind = $1) AND "
    "(due_at, request_id) > ($2, $3) ORDER BY due_at, request_id LIMIT $4"};
inline constexpr db::Sql kOthers{
    "request.others",
    "SELECT " VARDE_REQUEST_COLUMNS
    " FROM subject_request WHERE state = ANY($1) AND ($2::smallint IS NULL OR kind = $2) AND "
    "(received_at, request_id) < ($3, $4) ORDER BY received_at DESC, request_id DESC LIMIT $5"};
inline constexpr db::Sql kCounts{
    "request.counts",
    "SELECT state, count(*) AS count, count(*) FILTER (WHERE due_at < $1) AS overdue, min(due_at) "
    "AS first_due FROM subject_request GROUP BY state"};
inline constexpr db::Sql kFigures{
    "request.figures",
    "SELECT kind, count(*) AS received, count(*) FILTER (WHERE state = 4) AS done, count(*) FILTER "
    "(WHERE state = 5) AS refused, count(*) FILTER (WHERE state IN (2, 3)) AS open, count(*) "
    "FILTER (WHERE extended_at IS NOT NULL) AS extended, count(*) FILTER (WHERE state IN (4, 5) "
    "AND ended_at <= due_at) AS ended_in_time, count(*) FILTER (WHERE state IN (4, 5) AND ended_at "
    "> due_at) AS ended_late, count(*) FILTER (WHERE state IN (2, 3) AND due_at < $3) AS "
    "open_overdue FROM subject_request WHERE confirmed_at >= $1 AND confirmed_at < $2 GROUP BY "
    "kind ORDER BY kind"};
inline constexpr db::Sql kOfPersons{
    "request.of_persons",
    "SELECT request_id FROM subject_request WHERE person_id = ANY($1) FOR UPDATE"};
inline constexpr db::Sql kAboutPerson{
    "request.about_person", "SELECT " VARDE_REQUEST_COLUMNS
                            " FROM subject_request WHERE person_id = $1 ORDER BY request_id"};
inline constexpr db::Sql kNextNumber{"request.next_number",
                                     "SELECT coalesce(max(number), 0) + 1 FROM subject_request"};
inline constexpr db::Sql kConfirm{
    "request.confirm",
    "UPDATE subject_request SET state = 2, number = $2, confirmed_at = $3, due_at = $4, person_id "
    "= $5, code_hash = NULL, code_expires_at = NULL, version = version + 1 WHERE request_id = $1 "
    "AND state = 1"};
inline constexpr db::Sql kSetState{
    "request.set_state",
    "UPDATE subject_request SET state = $2, ended_at = $3, version = version + 1 WHERE request_id "
    "= $1"};
inline constexpr db::Sql kSetPerson{
    "request.set_person",
    "UPDATE subject_request SET person_id = $2, version = version + 1 WHERE request_id = $1"};
inline constexpr db::Sql kExtend{
    "request.extend",
    "UPDATE subject_request SET due_at = $2, extended_at = $3, version = version + 1 WHERE "
    "request_id = $1"};
inline constexpr db::Sql kSetCode{
    "request.set_code",
    "UPDATE subject_request SET code_hash = $2, code_tries = 0, code_expires_at = $3 WHERE "
    "request_id = $1"};
inline constexpr db::Sql kTryCode{
    "request.try_code",
    "UPDATE subject_request SET code_tries = code_tries + 1 WHERE request_id = $1 AND "
    "code_expires_at > $2 AND code_tries < $3 AND code_hash IS NOT NULL "
    "RETURNING " VARDE_REQUEST_COLUMNS};
// Of two who send the right one at once, one finds it there.
inline constexpr db::Sql kUseCode{
    "request.use_code",
    "UPDATE subject_request SET code_hash = NULL, code_expires_at = NULL WHERE request_id = $1 AND "
    "code_hash = $2"};
inline constexpr db::Sql kEvents{
    "request.events",
    "SELECT tenant_id, event_id, request_id, at, kind, account_id, sealed FROM "
    "subject_request_event WHERE request_id = $1 ORDER BY event_id LIMIT 1000"};
inline constexpr db::Sql kPackageState{
    "request.package_state",
    "UPDATE subject_request SET package_state = $2, package_at = $3, package_bytes = 0, "
    "package_rows = 0, package_files = 0, package_hash = NULL, package_sent_at = NULL, "
    "package_until = NULL, package_fetched_at = NULL, version = version + 1 WHERE request_id = $1"};
inline constexpr db::Sql kPackageReady{
    "request.package_ready",
    "UPDATE subject_request SET package_state = 2, package_at = $2, package_bytes = $3, "
    "package_rows = $4, package_files = $5, package_hash = $6, package_until = $7, version = "
    "version + 1 WHERE request_id = $1 AND package_state = 1"};
inline constexpr db::Sql kPackageSent{
    "request.package_sent",
    "UPDATE subject_request SET package_sent_at = $2, package_until = $3, version = version + 1 "
    "WHERE request_id = $1"};
inline constexpr db::Sql kPackageFetched{
    "request.package_fetched",
    "UPDATE subject_request SET package_fetched_at = coalesce(package_fetched_at, $2) WHERE "
    "request_id = $1"};
inline constexpr db::Sql kClearPieces{"request.clear_pieces",
                                      "DELETE FROM subject_package_piece WHERE request_id = $1"};
inline constexpr db::Sql kPiece{"request.piece",
                                "SELECT tenant_id, request_id, number, sealed FROM "
                                "subject_package_piece WHERE request_id = $1 AND number = $2"};

// ---- forgetting

// kind, dates and outcome are left.
inline constexpr db::Sql kStrip{
    "request.strip",
    "UPDATE subject_request SET sealed = '', person_id = NULL, code_hash = NULL, code_expires_at = "
    "NULL, package_state = CASE WHEN package_state = 0 THEN 0 ELSE 4 END, version = version + 1 "
    "WHERE request_id = ANY($1)"};
inline constexpr db::Sql kStripEvents{
    "request.strip_events",
    "UPDATE subject_request_event SET sealed = NULL WHERE request_id = ANY($1)"};
inline constexpr db::Sql kStripPieces{
    "request.strip_pieces", "DELETE FROM subject_package_piece WHERE request_id = ANY($1)"};
inline constexpr db::Sql kUnconfirmedBefore{
    "request.unconfirmed_before",
    "SELECT request_id FROM subject_request WHERE state = 1 AND received_at < $1 LIMIT 1000 FOR "
    "UPDATE SKIP LOCKED"};
inline constexpr db::Sql kEndedBefore{
    "request.ended_before",
    "SELECT request_id FROM subject_request WHERE state IN (4, 5) AND ended_at < $1 AND sealed <> "
    "'' LIMIT 1000 FOR UPDATE SKIP LOCKED"};
inline constexpr db::Sql kPackagesBefore{
    "request.packages_before",
    "SELECT request_id FROM subject_request WHERE package_state = 2 AND package_until < $1 LIMIT "
    "1000 FOR UPDATE SKIP LOCKED"};
inline constexpr db::Sql kPackagesGone{
    "request.packages_gone",
    "UPDATE subject_request SET package_state = 4, version = version + 1 WHERE request_id = "
    "ANY($1)"};
inline constexpr db::Sql kDeleteRequests{"request.delete",
                                         "DELETE FROM subject_request WHERE request_id = ANY($1)"};
inline constexpr db::Sql kKeptFor{"request.keep_months",
                                  "SELECT keep_months FROM request_settings"};
inline constexpr db::Sql kSetKeepMonths{
    "request.set_keep_months",
    "INSERT INTO request_settings (tenant_id, keep_months) VALUES ($1, $2) ON CONFLICT (tenant_id) "
    "DO UPDATE SET keep_months = EXCLUDED.keep_months"};

}  // namespace varde::privacy::store
