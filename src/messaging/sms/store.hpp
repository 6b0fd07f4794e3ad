// The statements and rows of SMS; only for this folder.
#pragma once

#include "messaging/sms/sms.hpp"
#include "trust/table.hpp"

namespace varde::messaging {

/// Takes a reply, once for each external id of a provider (nil: simulated). False: it was taken
/// before.
bool take_reply(trust::Ctx& ctx, const Uuid& provider, const std::string& from,
                const std::string& said, const std::string& external_id, int flags);

}  // namespace varde::messaging

namespace varde::messaging::sms::store {

// Bound by the reference, which stays the same from queue to mailbox.
inline constexpr trust::Seal kSmsText{
    .column = "sealed", .context = "sms:{tenant}{id}", .id = "reference", .purpose = "captured"};

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
  trust::Sealed<kSmsText> sealed;
  Timestamp due_at, at, created_at;
};
BOOST_DESCRIBE_STRUCT(SmsRecord, (),
                      (tenant_id, sms_id, person_id, kind, ref_id, reference, urgent, state, reason,
                       attempts, segments, provider_id, external_id, captured, sealed, due_at, at,
                       created_at))

inline constexpr char kQueueOnce[] = "ON CONFLICT (tenant_id, reference) DO NOTHING";
// What a callback has said (4 delivered, 5 failed) stands; a text is kept while it is wanted.
inline constexpr char kUpsert[] =
    "ON CONFLICT (tenant_id, reference) DO UPDATE SET state = CASE WHEN sms.state IN (4, 5) THEN "
    "sms.state ELSE EXCLUDED.state END, reason = CASE WHEN sms.state IN (4, 5) THEN sms.reason "
    "ELSE EXCLUDED.reason END, attempts = EXCLUDED.attempts, segments = EXCLUDED.segments, "
    "provider_id = EXCLUDED.provider_id, external_id = EXCLUDED.external_id, captured = "
    "EXCLUDED.captured, sealed = CASE WHEN EXCLUDED.state = 2 THEN sms.sealed ELSE "
    "EXCLUDED.sealed END, due_at = EXCLUDED.due_at, at = EXCLUDED.at, runner = NULL";

struct ReportedRecord {
  Uuid sms_id;
  std::optional<Uuid> person_id;
  SmsKind kind = SmsKind::notice;
  Uuid ref_id;
  std::string reference;
};
BOOST_DESCRIBE_STRUCT(ReportedRecord, (), (sms_id, person_id, kind, ref_id, reference))
// So long a repeated reply is known for one; gateways give up after days. In pieces, so that no
// transaction is long.
inline constexpr auto kReplyMemory = std::chrono::days(30);
inline constexpr int kSweepAtOnce = 5000;
struct AnsweringRecord {
  std::optional<Uuid> person_id;
  SmsKind kind = SmsKind::notice;
  Uuid ref_id;
  std::string reference;
  Timestamp at;
};
BOOST_DESCRIBE_STRUCT(AnsweringRecord, (), (person_id, kind, ref_id, reference, at))

/// Seals what goes to a number that is nobody's.
inline crypto::Key number_key(trust::Base& base, const Uuid& tenant) {
  return base.keys.tenant_key(tenant, "captured");
}
}  // namespace varde::messaging::sms::store
