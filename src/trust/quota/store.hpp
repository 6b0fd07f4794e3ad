// The statements of quotas; only for this folder.
#pragma once

#include "trust/ctx.hpp"

namespace varde::trust::quota_store {

inline constexpr db::Sql kOwn{"quota.own", "SELECT most FROM tenant_quota WHERE quota = $1"};
inline constexpr db::Sql kSet{
    "quota.set",
    "INSERT INTO tenant_quota (tenant_id, quota, most) VALUES ($1, $2, $3) ON CONFLICT "
    "(tenant_id, quota) DO UPDATE SET most = EXCLUDED.most"};
inline constexpr db::Sql kClear{"quota.clear",
                                "DELETE FROM tenant_quota WHERE tenant_id = $1 AND quota = $2"};

struct SentRow {
  std::int64_t sent = 0;
  std::optional<std::int64_t> most;
};
BOOST_DESCRIBE_STRUCT(SentRow, (), (sent, most))
/// Adds $4 to what was sent on a day.
inline constexpr db::Sql kAdd{
    "quota.add",
    "INSERT INTO message_count (tenant_id, quota, day, sent) VALUES ($1, $2, $3, $4) ON CONFLICT "
    "(tenant_id, quota, day) DO UPDATE SET sent = message_count.sent + EXCLUDED.sent RETURNING "
    "sent, (SELECT most FROM tenant_quota q WHERE q.quota = $2) AS most"};
inline constexpr db::Sql kSent{"quota.sent",
                               "SELECT sent FROM message_count WHERE quota = $1 AND day = $2"};
inline constexpr db::Sql kInvited{"quota.invited",
                                  "SELECT count(*) FROM invitation WHERE tenant_id = $1"};
inline constexpr db::Sql kForget{"quota.forget", "DELETE FROM message_count WHERE day < $1"};

}  // namespace varde::trust::quota_store
