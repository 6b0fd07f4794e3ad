// What becomes of a message is of interest to whoever waits for an answer to it.
#pragma once

#include <functional>
#include <vector>

#include "messaging/token/token.hpp"

namespace varde::messaging {

/// A message that will not reach the person: it was refused, could not leave, or came back.
struct Undelivered {
  SourceKind kind = SourceKind::campaign;  ///< What the message was about.
  Uuid source, person;
  Uuid message;           ///< Its id, which says when it was made.
  std::string reference;  ///< What an SMS is known by; empty of a mail.
};

/// Extension: told of all such messages of a batch at once, in the transaction that writes so;
/// perhaps more than once of a message.
struct UndeliveredHook {
  std::function<void(trust::Ctx&, const std::vector<Undelivered>&)> run;
};
inline void tell_undelivered(trust::Ctx& ctx, const std::vector<Undelivered>& messages) {
  if (messages.empty()) return;
  for (const auto& hook : ctx.base.extensions.all<UndeliveredHook>()) hook.run(ctx, messages);
}

}  // namespace varde::messaging
