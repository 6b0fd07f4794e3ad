// Deliveries: how messages leave, and what became of each.
//
// Campaigns go in chunks (job "campaign.send"), single messages through the table outbox (job
// "outreach.outbox"). Both end in the same place, a Sender: connections that send, and one flusher
// that writes down what became of the messages before the next ones' bodies leave. See sender.hpp.
#pragma once

#include <boost/describe.hpp>
#include <boost/json/value.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/personal.hpp"
#include "jobs/queue.hpp"
#include "messaging/messaging.hpp"
#include "messaging/token/token.hpp"
#include "trust/ctx.hpp"
#include "trust/table.hpp"

namespace varde::messaging {

enum class DeliveryState { sent = 1, deferred = 2, failed = 3, skipped = 4 };
BOOST_DESCRIBE_ENUM(DeliveryState, sent, deferred, failed, skipped)
enum class Bounce { none = 0, hard = 1, soft = 2, blocked = 3, complaint = 4 };
BOOST_DESCRIBE_ENUM(Bounce, none, hard, soft, blocked, complaint)

/// A single message on its way: a journey's, a confirmation, a test.
struct OutboxMessage {
  std::optional<Uuid> person_id;  ///< Goes to the person's address as it is when it leaves …
  std::optional<Personal> to;     ///< … or to this one.
  SourceKind source_kind = SourceKind::journey;
  Uuid source_id;  ///< The journey, list, form or campaign; what activities and links refer to.

  std::string from_name, from_email;  ///< Empty: the tenant's name and its first verified domain.
  std::string reply_to;
  std::string subject;  ///< A template.
  /// The composer's document, rendered for the person when it leaves …
  std::optional<boost::json::value> document;
  /// … or, without one, plain text (a template as well); `html` may be empty.
  std::string text, html;
  std::map<std::string, std::string> links;  ///< {{ links.NAME }} for templates, e.g. "confirm".

  std::optional<Uuid> provider_id;  ///< Empty: the default one.
  std::optional<Uuid> purpose_id;   ///< Only while this consent is given.
  /// Not advertising (a confirmation, a receipt): no unsubscribe headers, and it goes out to those
  /// who unsubscribed; never to bounced addresses.
  bool transactional = false;
  bool track = true;
  std::optional<Timestamp> due_at;  ///< Default: now.
};

/// Puts messages into the outbox in the caller's transaction; they leave after it commits. Returns
/// their ids, which are the deliveries' recipient_id. A batch costs two round trips. Persons
/// without a key (erased) get no message and a nil id.
std::vector<Uuid> enqueue_messages(trust::Ctx& ctx, const std::vector<OutboxMessage>& messages);
inline Uuid enqueue_message(trust::Ctx& ctx, const OutboxMessage& message) {
  return enqueue_messages(ctx, {message}).front();
}

/// Whether any message was ever sent.
bool any_sent(trust::Ctx& ctx);

void add_delivery_jobs(trust::Base& base, const Environment& environment, jobs::Workers& workers);
std::vector<trust::Table> delivery_tables();
/// What waits for a person, and the words in it.
void add_outbox_hooks(trust::Base& base);
void add_sender_hooks(trust::Base& base);

}  // namespace varde::messaging
