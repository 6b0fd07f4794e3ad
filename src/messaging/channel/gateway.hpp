// What is said between us and an SMS gateway; nothing here talks to one.
//
// Two kinds. A generic gateway (sms_http) is described by the tenant: an address, headers and a
// body with placeholders, where the answer has the message's id, what the fields of its callbacks
// are called. A Twilio-compatible one (sms_twilio) is described by Twilio's documentation:
// "Messages resource", "Security: validating requests". Both are pure functions from settings to
// bytes and back, so that they are tested by tables.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "messaging/channel/channel.hpp"
#include "net/http.hpp"
#include "net/http_client.hpp"

namespace varde::messaging::sms {

/// What one message says, and to which number (E.164).
struct Outgoing {
  std::string to, text, reference;
};

/// Whether settings can be sent with. Errors: bad_input with pointers into the provider
/// ("/sms/body").
Result<void> check_settings(const Provider& provider);

/// The request that hands a message over. `public_url` is where callbacks find this program.
net::HttpCall make_call(const Provider& provider, const Outgoing& message,
                        const std::string& public_url);
/// A request that sends nothing: whether anything answers, and for Twilio whether the login holds.
net::HttpCall make_probe(const Provider& provider);
/// The host of an address, for the permit; empty when there is none.
std::string host_of(const std::string& url);

enum class Verdict {
  accepted,
  failed,    ///< This message will never be taken.
  deferred,  ///< Later, perhaps.
  refused,   ///< The gateway takes nothing of ours (login, address): a fault of the settings.
};
struct Answer {
  Verdict verdict = Verdict::deferred;
  std::string code;         ///< "200", "400 21211": without the gateway's words.
  std::string external_id;  ///< The gateway's id of the message; at most 200 bytes.
};
Answer read_answer(const Provider& provider, const net::HttpAnswer& answer);

/// Where a gateway calls back: "/p/sms/ID/status".
std::string callback_path(const Uuid& provider, const char* what);

/// Whether a callback comes from the gateway. `url` is the address as the gateway called it, `body`
/// as it came. Without a secret nothing is believed.
bool is_signed(const Provider& provider, const net::Request& request, const std::string& url,
               const std::string& body);

enum class Report { none, delivered, failed };
struct Callback {
  std::string external_id, reference, from, text;
  Report report = Report::none;
  std::string code;  ///< Of a failure: digits or a configured word.
};
/// What a callback says. Errors: malformed when the body is no JSON object and no form.
Result<Callback> read_callback(const Provider& provider, std::string_view content_type,
                               const std::string& body);

}  // namespace varde::messaging::sms
