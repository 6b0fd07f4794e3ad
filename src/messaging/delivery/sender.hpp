// A sender: the last metre of every message.
//
// Producers push parcels; up to provider.connections fibers, one SMTP connection each, send them;
// one flusher fiber writes down what became of them, in one pipelined transaction for all
// connections at a time, and only then wakes them. So the body of message k + 1 never leaves on a
// connection before the outcome of message k is durable: a kill -9 repeats at most one message per
// open connection and loses none, and the cost of a commit is shared by all connections.
//
// Outcomes that cannot be written, whatever the reason, are kept and tried again with growing
// pauses until they can; meanwhile nothing is sent, for every connection waits for its outcome. So
// a database that is away, full or wrong for an hour repeats nothing.
//
//   producer → parcels (bounded) → connection 1…n → outcomes → flusher → one transaction
//                                        ↑________________woken______________|
//
// The captured provider has no connections: the flusher writes the messages themselves, sealed.
//
// SMS leave the same way, with a call to the provider's gateway under way in place of a connection;
// their rows (table sms) are written here, with the outcomes.
//
// Memory is bounded by the parcels that wait (kWaiting) whatever the audience.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "messaging/channel/channel.hpp"
#include "messaging/delivery/delivery.hpp"
#include "messaging/delivery/outbound_sms.hpp"

namespace varde::messaging {

/// A message ready to leave.
struct OutboundMessage {
  Uuid recipient_id;
  Uuid person_id;  ///< Nil when the recipient is no person.
  int chunk = 0;
  int attempts = 0;  ///< That ended deferred before this one.
  std::string from;  ///< Envelope.
  std::string to;
  std::string dkim, mail;            ///< Headers to put in front, and the message.
  std::string subject, from_header;  ///< For the captured mailbox's list.
  int doubts = 0, losses = 0;        ///< The sender's own.
  std::optional<OutboundSms> sms;    ///< Instead of a mail: `to` is a number.
};

/// What became of one.
struct DeliveryOutcome {
  Uuid recipient_id, person_id;
  int chunk = 0;
  DeliveryState state = DeliveryState::sent;
  int attempts = 1;  ///< With this one.
  Timestamp at;
  std::string code;                        ///< "550 5.1.1"
  std::optional<Timestamp> retry_at = {};  ///< Of a deferred one, where it is known better.
  std::optional<OutboundSms> sms = {};     ///< What an SMS was, when it was offered to a gateway.
  std::string to = {};                     ///< Its number; or the address that is gone.
  /// The server said, when it was offered the message, that the mailbox is not there.
  bool gone = false;
};

/// Extension: writes the rows of SMS that were offered to a gateway (or captured), whether they
/// were there before or not. An outcome that a callback has told already stays.
struct SmsRecorder {
  std::function<void(trust::Ctx&, const Provider&, const std::vector<DeliveryOutcome>&)> run;
};

struct SenderOptions {
  /// All of it leaves after the contract too: what the platform tells the tenant's users, and what
  /// persons are told who ask about their own data.
  bool platform = false;
};

class Sender {
 public:
  /// Writes outcomes down in the context's transaction, which the sender commits. False: stop
  /// sending (paused, cancelled). `again`: the same outcomes as in the call before, whose
  /// transaction failed, or was committed without saying so.
  using Record = std::function<bool(trust::Ctx&, const std::vector<DeliveryOutcome>&, bool again)>;

  /// Runs on the loop of the calling fiber. `source` is what captured messages belong to.
  Sender(trust::Base& base, const Uuid& tenant, Provider provider, std::string hello,
         const Uuid& source, Record record, const SenderOptions& options = {});
  /// Ends the fibers; parcels that were not sent are dropped.
  ~Sender();
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  /// Suspends while too many wait. False when the sender was stopped.
  bool push(OutboundMessage parcel);
  /// An outcome without sending (skipped, not renderable).
  void note(DeliveryOutcome sent);
  /// Waits until everything pushed is sent and written down, or the sender stopped.
  void finish();
  /// Leaves the job's slot to others while no connection stands; on the job's own fiber, where it
  /// waits for something else than push() or finish().
  void lend_while_idle();
  /// Told to stop, by the record function or stop().
  bool stopped() const;
  void stop();
  /// Why the provider cannot be reached: it stopped for that; empty otherwise.
  const std::string& trouble() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

/// How long to wait before attempt `attempts` + 1 of a deferred message; nullopt: give up.
std::optional<Duration> retry_pause(int attempts);

/// Inserts or updates delivery rows.
void record_deliveries(trust::Ctx& ctx, const Uuid& source,
                       const std::vector<DeliveryOutcome>& sent);
/// Whether just this outcome stands there.
bool is_recorded(trust::Ctx& ctx, const Uuid& source, const DeliveryOutcome& sent);

}  // namespace varde::messaging
