// The statements and rows of witnesses; only for this folder.
#pragma once

#include "db/tx.hpp"
#include "trust/seal.hpp"

namespace varde::operate::witness_store {

inline constexpr trust::Seal kHeadMailAddress{.column = "sealed",
                                              .context = "head-mail:{tenant}",
                                              .id = "tenant_id",
                                              .owner = {},
                                              .purpose = "head-mail",
                                              .holds = trust::Seal::Holds::text};

struct HeadMailRow {
  Uuid tenant_id;
  trust::Sealed<kHeadMailAddress> sealed;
  std::optional<Uuid> set_by;
  Timestamp set_at;
  std::optional<Timestamp> sent_at;
  std::optional<std::int64_t> sent_size;
};
BOOST_DESCRIBE_STRUCT(HeadMailRow, (), (tenant_id, sealed, set_by, set_at, sent_at, sent_size))

struct FreshHead {
  Uuid tenant_id;
  std::int64_t size = 0;
  std::string note;
};
BOOST_DESCRIBE_STRUCT(FreshHead, (), (tenant_id, size, note))
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

}  // namespace varde::operate::witness_store
