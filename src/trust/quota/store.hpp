// The statements of quotas; only for this folder.
#pragma once

#include "trust/ctx.hpp"

namespace varde::trust::quota_store {

struct SentRow {
  std::int64_t sent = 0;
  std::optional<std::int64_t> most;
};
BOOST_DESCRIBE_STRUCT(SentRow, (), (sent, most))

}  // namespace varde::trust::quota_store
