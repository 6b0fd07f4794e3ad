// What comes back by mail: bounces, complaints and replies, under the return addresses that the
// sender gave to each message. The address says which message it is about; the report only what
// happened to it.
#pragma once

#include "messaging/delivery/delivery.hpp"
#include "net/smtp_server.hpp"

namespace varde::messaging {

/// Takes a report about the message of `token` (TokenKind::bounce) into the books: the delivery,
/// the person's timeline, the suppression of hard bounces and complaints. Commits. Taking the same
/// report again changes nothing. With the demo's token in the header Varde-Simulated it is labelled
/// as simulated.
///
/// Who only knows a return path can have nobody suppressed: a hard bounce has to carry our keyed
/// Message-ID and counts as a soft one otherwise; a complaint has to return headers with our DKIM
/// signature over that Message-ID, or to come from a provider's feedback loop (`from_loop`: its
/// network is one of the setting `complaint_loops`), and is not taken otherwise.
void take_report(trust::Base& base, const Token& token, std::string_view message,
                 bool from_loop = false);

/// Starts the receiver on the environment's loop, and stops it with the program. While it listens,
/// DATA/bounce-address says where ("127.0.0.1:2525"), for programs beside this one.
void start_receiver(trust::Base& base, const Environment& environment);

}  // namespace varde::messaging
