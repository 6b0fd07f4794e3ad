// The statements and rows of witnesses; only for this folder.
#pragma once

#include "db/tx.hpp"

namespace varde::operate::witness_store {

struct HeadMailRow {
  Uuid tenant_id;
  db::Bytes sealed;
  std::optional<Uuid> set_by;
  Timestamp set_at;
  std::optional<Timestamp> sent_at;
  std::optional<std::int64_t> sent_size;
};
BOOST_DESCRIBE_STRUCT(HeadMailRow, (), (tenant_id, sealed, set_by, set_at, sent_at, sent_size))

inline constexpr db::Sql kHeadMail{
    "witness.head_mail",
    "SELECT tenant_id, sealed, set_by, set_at, sent_at, sent_size FROM head_mail"};
/// Of two jobs, one sends.
inline constexpr db::Sql kLockHeadMail{
    "witness.lock_head_mail",
    "SELECT tenant_id, sealed, set_by, set_at, sent_at, sent_size FROM head_mail WHERE sent_at IS "
    "NULL OR sent_at <= $1 FOR UPDATE"};
inline constexpr db::Sql kSetHeadMail{
    "witness.set_head_mail",
    "INSERT INTO head_mail (tenant_id, sealed, set_by, set_at) VALUES ($1, $2, $3, $4) ON CONFLICT "
    "(tenant_id) DO UPDATE SET sealed = $2, set_by = $3, set_at = $4, sent_at = NULL, sent_size = "
    "NULL"};
inline constexpr db::Sql kDropHeadMail{"witness.drop_head_mail", "DELETE FROM head_mail"};
inline constexpr db::Sql kMailed{"witness.mailed",
                                 "UPDATE head_mail SET sent_at = $1, sent_size = $2"};
inline constexpr db::Sql kDue{
    "witness.due", "SELECT tenant_id FROM head_mail WHERE sent_at IS NULL OR sent_at <= $1"};

struct FreshHead {
  Uuid tenant_id;
  std::int64_t size = 0;
  std::string note;
};
BOOST_DESCRIBE_STRUCT(FreshHead, (), (tenant_id, size, note))
/// What the witness does not have, of all organisations from $1 on: $2 heads, and those of the same
/// size as the last. When it has nothing of one yet, it begins with the newest. A look into the
/// index for each, not a reading of all heads.
inline constexpr db::Sql kFresh{
    "witness.fresh",
    "SELECT t.tenant_id, h.size, h.note FROM tenant t LEFT JOIN head_post p ON p.tenant_id = "
    "t.tenant_id CROSS JOIN LATERAL (SELECT size, at, note FROM audit_head WHERE tenant_id = "
    "t.tenant_id AND size > coalesce(p.size, (SELECT max(size) - 1 FROM audit_head WHERE tenant_id "
    "= t.tenant_id)) ORDER BY size FETCH FIRST ($2) ROWS WITH TIES) h WHERE t.tenant_id >= $1 "
    "ORDER BY t.tenant_id, h.size FETCH FIRST ($2) ROWS WITH TIES"};
struct Posted {
  Uuid tenant_id;
  std::int64_t size = 0;
};
BOOST_DESCRIBE_STRUCT(Posted, (), (tenant_id, size))
inline constexpr char kPosted[] =
    "ON CONFLICT (tenant_id) DO UPDATE SET size = EXCLUDED.size WHERE head_post.size < "
    "EXCLUDED.size";
struct PostState {
  std::optional<Timestamp> reached_at, failing_since, retry_at;
};
BOOST_DESCRIBE_STRUCT(PostState, (), (reached_at, failing_since, retry_at))
inline constexpr db::Sql kPostState{
    "witness.post_state",
    "SELECT reached_at, failing_since, retry_at FROM head_post_state WHERE address = $1"};
/// Another address has nothing yet.
inline constexpr db::Sql kBeginAddress{
    "witness.begin_address",
    "INSERT INTO head_post_state (single, address) VALUES (true, $1) ON CONFLICT (single) DO "
    "UPDATE SET address = $1, reached_at = NULL, failing_since = NULL, retry_at = NULL, what = ''"};
inline constexpr db::Sql kForgetPosted{"witness.forget_posted", "DELETE FROM head_post"};
inline constexpr db::Sql kReached{
    "witness.reached",
    "UPDATE head_post_state SET reached_at = $1, failing_since = NULL, retry_at = NULL, what = '' "
    "WHERE address = $2"};
inline constexpr db::Sql kFailing{
    "witness.failing",
    "UPDATE head_post_state SET failing_since = $1, retry_at = $2, what = $3 WHERE address = $4"};

}  // namespace varde::operate::witness_store
