// The rows of single messages; only for this folder.
#pragma once

#include <boost/describe.hpp>

#include "trust/seal.hpp"

namespace varde::messaging::store {

inline constexpr trust::Seal kSingleMessage{
    .column = "payload", .context = "outbox:{tenant}{id}", .id = "message_id", .purpose = "outbox"};
enum class OutboxState { queued = 1, sent = 2, failed = 3 };
BOOST_DESCRIBE_ENUM(OutboxState, queued, sent, failed)

}  // namespace varde::messaging::store
