// SMS: the second channel.
//
//   send_sms() → table sms (queued) → job "sms.send" → Sender (delivery/sender.hpp) → gateway
//                                        ↑ deferred, quiet hours ↲          ↓
//   people's timelines, SmsReplyHook ← /p/sms/PROVIDER/reply      /p/sms/PROVIDER/status →
//   delivered, failed
//
// A STOP word holds the number, whoever has it; a START word from the same number lifts that, and
// only that: what the office held or the network refused stays held.
//
// Single messages wait in the table sms, whose row is written with the change that asks for it.
// Campaigns cut their own chunks and hand texts to the same Sender; the Sender writes both kinds of
// rows, so that callbacks and timelines find either. A text is kept, sealed, until it is handed
// over. The provider that needs no row captures: messages stay, sealed, in the built-in mailbox.
#pragma once

#include <boost/describe.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/personal.hpp"
#include "base/time.hpp"
#include "jobs/queue.hpp"
#include "messaging/delivery/outbound_sms.hpp"
#include "trust/ctx.hpp"
#include "trust/module.hpp"

namespace varde::messaging {

struct Environment;

enum class SmsState { queued = 1, deferred = 2, sent = 3, delivered = 4, failed = 5, skipped = 6 };
BOOST_DESCRIBE_ENUM(SmsState, queued, deferred, sent, delivered, failed, skipped)

/// A message to a person's number, as it is when the message leaves.
struct SmsMessage {
  Uuid person_id;    ///< Nil: to a number that is nobody's (a test), which `to` names.
  std::string text;  ///< UTF-8; what has more than sms::kMaxSegments segments is not sent (failed).
  SmsKind kind = SmsKind::notice;
  Uuid ref_id;          ///< What it is about (campaign, journey, shift): replies lead back to it.
  bool urgent = false;  ///< Leaves in quiet hours too, and before others.
  /// What the gateway is told to know it by (its idempotency key): 1–64 printable ASCII characters
  /// that say nothing about the person, one message of the tenant each. A second message of the
  /// same reference is none. Empty: an id of its own.
  std::string reference;
  std::optional<Personal> to = std::nullopt;  ///< Another number (E.164) than the person's own.
  std::optional<Uuid> provider_id = std::nullopt;  ///< Of a test: through which it goes.
};

/// Puts messages into the queue in the caller's transaction; they leave after it commits. Persons
/// without a key (erased) get none. Whether each may leave is decided when it does: not to
/// restricted persons, not to suppressed numbers, not in quiet hours unless urgent. Throws
/// std::invalid_argument for a reference that is none, and for nobody without a number.
void send_sms(trust::Ctx& ctx, const std::vector<SmsMessage>& messages);

/// What became of messages, by their references; those that are not known are left out.
struct SmsOutcome {
  SmsState state = SmsState::queued;
  std::string reason;  ///< A word or a code, when deferred, failed or skipped.
  Timestamp at;
};
std::map<std::string, SmsOutcome> sms_outcomes(trust::Ctx& ctx,
                                               const std::vector<std::string>& references);

/// A message that was sent to one of those who now reply.
struct SmsSent {
  Uuid person_id;
  SmsKind kind = SmsKind::notice;
  Uuid ref_id;
  std::string reference;
  Timestamp at;  ///< When it was handed over.
};
/// An SMS that came in, other than a STOP word, and a START word that ends a STOP.
struct SmsReply {
  Uuid reply_id;                 ///< Each reply is told once; its own.
  std::vector<Uuid> person_ids;  ///< All active persons with the sender's number; at least one.
  Personal text;                 ///< As it came, at most 2,000 characters.
  Timestamp at;
  int flags = 0;                   ///< people::kSimulated
  std::vector<SmsSent> answering;  ///< The last messages to them (at most 20), newest first.
};
/// Extension: a module that takes replies as answers (yes, no). Called in the transaction that
/// writes the reply to the timelines, in the order in which the hooks were added, until one returns
/// true: it was meant for that module.
struct SmsReplyHook {
  std::function<bool(trust::Ctx&, const SmsReply&)> run;
};

/// From when until when nobody is disturbed, as minutes of the day; the same twice: never.
struct QuietHours {
  int from = 21 * 60, to = 8 * 60;
};
/// The end of the quiet hours that `at` falls into in a time zone; nullopt when it falls in none.
std::optional<Timestamp> quiet_until(Timestamp at, const std::string& zone,
                                     const QuietHours& hours);
/// The tenant's, and its time zone.
struct QuietSettings {
  QuietHours hours;
  std::string zone;
};
QuietSettings quiet_settings(trust::Ctx& ctx);

/// Whether a whole reply is a word by which one leaves: "Stop", "STOPP.", "avmeld" …
bool is_stop_word(std::string_view text);
/// Whether a whole reply is one by which one leaves where nothing else can be meant: "end",
/// "cancel", "quit". Of who was last asked about a shift it is an answer.
bool is_end_word(std::string_view text);
/// Whether a whole reply is a word by which one comes back: "Start", "STARTA", "meld meg på" …
/// "Yes" is none, though gateways in America take it so: here it answers a question.
bool is_start_word(std::string_view text);

/// A captured SMS came since: the newest, for live events.
std::vector<trust::LiveUpdate> sms_captured_since(trust::Ctx& ctx, Timestamp since);

void add_sms_routes(trust::Api& api);
void add_sms_pages(trust::Base& base, web::Router& router);
void add_sms_jobs(trust::Base& base, const Environment& environment, jobs::Workers& workers);
/// Timelines, erasure.
void add_sms_hooks(trust::Base& base);
std::vector<trust::Table> sms_tables();

}  // namespace varde::messaging
