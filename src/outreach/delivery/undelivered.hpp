// What becomes of a message is of interest to whoever waits for an answer to it.
#pragma once

#include <functional>

#include "outreach/tracking/token.hpp"

namespace varde::outreach {

/// Extension: a message about `source` will not reach the person: it was refused, could not leave,
/// or came back. Called in the transaction that writes so, perhaps more than once for a message.
struct UndeliveredHook {
  std::function<void(trust::Ctx&, SourceKind kind, const Uuid& source, const Uuid& person)> run;
};
inline void tell_undelivered(trust::Ctx& ctx, SourceKind kind, const Uuid& source,
                             const Uuid& person) {
  for (const auto& hook : ctx.base.extensions.all<UndeliveredHook>())
    hook.run(ctx, kind, source, person);
}

}  // namespace varde::outreach
