// The statements and rows of SMS; only for this folder.
#pragma once

#include "outreach/sms/sms.hpp"

namespace varde::outreach {

/// Takes a reply, once for each external id of a provider (nil: simulated). False: it was taken
/// before.
bool take_reply(trust::Ctx& ctx, const Uuid& provider, const std::string& from,
                const std::string& said, const std::string& external_id, int flags);

}  // namespace varde::outreach

namespace varde::outreach::sms::store {

struct SmsRecord {
  Uuid tenant_id, sms_id;
  std::optional<Uuid> person_id;
  SmsKind kind = SmsKind::notice;
  Uuid ref_id;
  std::string reference;
  bool urgent = false;
  SmsState state = SmsState::queued;
  std::string reason;
  int attempts = 0, segments = 0;
  std::optional<Uuid> provider_id;
  std::string external_id;
  bool captured = false;
  db::Bytes sealed;
  Timestamp due_at, at, created_at;
};
BOOST_DESCRIBE_STRUCT(SmsRecord, (),
                      (tenant_id, sms_id, person_id, kind, ref_id, reference, urgent, state, reason,
                       attempts, segments, provider_id, external_id, captured, sealed, due_at, at,
                       created_at))

#define VARDE_SMS_COLUMNS                                                                    \
  "tenant_id, sms_id, person_id, kind, ref_id, reference, urgent, state, reason, attempts, " \
  "segments, provider_id, external_id, captured, sealed, due_at, at, created_at"

inline constexpr char kQueueOnce[] = "ON CONFLICT (tenant_id, reference) DO NOTHING";
// What a callback has said (4 delivered, 5 failed) stands; a text is kept while it is wanted.
inline constexpr char kUpsert[] =
    "ON CONFLICT (tenant_id, reference) DO UPDATE SET state = CASE WHEN sms.state IN (4, 5) THEN "
    "sms.state ELSE EXCLUDED.state END, reason = CASE WHEN sms.state IN (4, 5) THEN sms.reason "
    "ELSE EXCLUDED.reason END, attempts = EXCLUDED.attempts, segments = EXCLUDED.segments, "
    "provider_id = EXCLUDED.provider_id, external_id = EXCLUDED.external_id, captured = "
    "EXCLUDED.captured, sealed = CASE WHEN EXCLUDED.state = 2 THEN sms.sealed ELSE "
    "EXCLUDED.sealed END, due_at = EXCLUDED.due_at, at = EXCLUDED.at, runner = NULL";

// Takes what is due. The lease is measured by the database's clock; $4: there is no other node, and
// so whoever held it is dead (one node runs a job once); $5: of one kind only.
inline constexpr db::Sql kClaim{
    "sms.claim",
    "UPDATE sms SET runner = $1, runner_until = clock_timestamp() + make_interval(secs => $2) "
    "WHERE sms_id IN (SELECT sms_id FROM sms WHERE state <= 2 AND due_at <= $3 AND (runner IS NULL "
    "OR runner_until < clock_timestamp() OR $4) AND ($5::smallint IS NULL OR kind = $5) ORDER BY "
    "urgent DESC, due_at LIMIT 500 FOR UPDATE "
    "SKIP LOCKED) RETURNING " VARDE_SMS_COLUMNS};
inline constexpr db::Sql kNextDue{
    "sms.next_due",
    "SELECT min(due_at) FROM sms WHERE state <= 2 AND ($1::smallint IS NULL OR kind = $1)"};
inline constexpr db::Sql kEnd{
    "sms.end",
    "UPDATE sms SET state = $2, reason = $3, sealed = '', at = $4, runner = NULL WHERE sms_id = $1 "
    "AND state <= 2"};
inline constexpr db::Sql kPutOff{
    "sms.put_off", "UPDATE sms SET due_at = $2, reason = $3, runner = NULL WHERE sms_id = ANY($1)"};
inline constexpr db::Sql kOutcomes{
    "sms.outcomes", "SELECT reference, state, reason, at FROM sms WHERE reference = ANY($1)"};

struct ReportedRecord {
  Uuid sms_id;
  std::optional<Uuid> person_id;
  SmsKind kind = SmsKind::notice;
  Uuid ref_id;
  std::string reference;
};
BOOST_DESCRIBE_STRUCT(ReportedRecord, (), (sms_id, person_id, kind, ref_id, reference))
inline constexpr db::Sql kByExternal{
    "sms.by_external",
    "SELECT sms_id, person_id, kind, ref_id, reference FROM sms WHERE provider_id = $1 AND "
    "external_id = $2 LIMIT 1"};
inline constexpr db::Sql kByReference{
    "sms.by_reference",
    "SELECT sms_id, person_id, kind, ref_id, reference FROM sms WHERE reference = $1"};
inline constexpr db::Sql kReported{
    "sms.reported",
    "UPDATE sms SET state = $2, reason = $3, at = $4, sealed = CASE WHEN captured THEN sealed ELSE "
    "'' END WHERE sms_id = $1 AND state <= 3"};
inline constexpr db::Sql kBounced{
    "sms.bounced",
    "UPDATE delivery SET bounce = $3, bounced_at = $4, code = $5 WHERE source_id = $1 AND "
    "recipient_id = $2 AND bounce = 0"};
inline constexpr db::Sql kTakeReply{
    "sms.take_reply",
    "INSERT INTO sms_reply (tenant_id, provider_id, external_id, at) VALUES ($1, $2, $3, $4) ON "
    "CONFLICT (tenant_id, provider_id, external_id) DO NOTHING"};
// So long a repeated reply is known for one; gateways give up after days. In pieces, so that no
// transaction is long.
inline constexpr auto kReplyMemory = std::chrono::days(30);
inline constexpr int kSweepAtOnce = 5000;
inline constexpr db::Sql kTenants{"sms.tenants", "SELECT tenant_id FROM tenant"};
inline constexpr db::Sql kForgetReplies{
    "sms.forget_replies",
    "DELETE FROM sms_reply WHERE (provider_id, external_id) IN (SELECT provider_id, external_id "
    "FROM sms_reply WHERE at < $1 LIMIT $2)"};
// By when each was handed over: reports come later, and in any order. One that is being handed over
// may be answered before that is written down.
inline constexpr db::Sql kAnswering{
    "sms.answering",
    "SELECT person_id, kind, ref_id, reference, due_at AS at FROM sms WHERE person_id = ANY($1) "
    "AND (state IN (3, 4) OR state = 1 AND runner IS NOT NULL) ORDER BY due_at DESC, sms_id DESC "
    "LIMIT 20"};
struct AnsweringRecord {
  std::optional<Uuid> person_id;
  SmsKind kind = SmsKind::notice;
  Uuid ref_id;
  std::string reference;
  Timestamp at;
};
BOOST_DESCRIBE_STRUCT(AnsweringRecord, (), (person_id, kind, ref_id, reference, at))

// The built-in mailbox.
inline constexpr db::Sql kCaptured{"sms.captured", "SELECT " VARDE_SMS_COLUMNS
                                                   " FROM sms WHERE captured AND sms_id < $1 ORDER "
                                                   "BY sms_id DESC LIMIT $2"};
inline constexpr db::Sql kCapturedOne{
    "sms.captured_one", "SELECT " VARDE_SMS_COLUMNS " FROM sms WHERE captured AND sms_id = $1"};
inline constexpr db::Sql kClear{"sms.clear",
                                "UPDATE sms SET captured = false, sealed = '' WHERE captured"};
inline constexpr db::Sql kNewest{"sms.newest",
                                 "SELECT 'mailbox.message' AS type, sms_id AS id, 0::bigint AS "
                                 "mark FROM sms WHERE captured AND sms_id > $1 ORDER BY sms_id "
                                 "DESC LIMIT 1"};

inline constexpr db::Sql kOfPerson{
    "sms.of_person", "SELECT " VARDE_SMS_COLUMNS
                     " FROM sms WHERE person_id = $1 AND sms_id < $2 AND kind <> 2 AND state >= 2 "
                     "ORDER BY sms_id DESC LIMIT $3"};
inline constexpr db::Sql kAllOfPerson{
    "sms.all_of_person",
    "SELECT " VARDE_SMS_COLUMNS
    " FROM sms WHERE person_id = $1 AND sms_id < $2 ORDER BY sms_id DESC LIMIT "
    "$3"};
inline constexpr db::Sql kErase{"sms.erase", "DELETE FROM sms WHERE person_id = ANY($1)"};

/// Seals what goes to a number that is nobody's.
inline crypto::Key number_key(trust::Base& base, const Uuid& tenant) {
  return base.keys.tenant_key(tenant, "captured");
}
/// What binds a sealed text to its row: the reference, which stays the same from queue to mailbox.
inline std::string context_of(const Uuid& tenant, const std::string& reference) {
  return "sms:" + tenant.str() + reference;
}

}  // namespace varde::outreach::sms::store
