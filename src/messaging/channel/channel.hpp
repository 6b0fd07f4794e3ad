// Channels: where messages leave (providers), under whose name (sending domains), and to whom they
// never go (suppressions).
#pragma once

#include <boost/describe.hpp>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/personal.hpp"
#include "crypto/dkim.hpp"
#include "net/smtp_client.hpp"
#include "people/segment/segment.hpp"
#include "trust/ctx.hpp"
#include "trust/module.hpp"
#include "web/types.hpp"

namespace varde::messaging {

enum class Channel { mail = 1, sms = 2 };
BOOST_DESCRIBE_ENUM(Channel, mail, sms)
enum class ProviderKind { captured = 1, smtp = 2, sms_http = 3, sms_twilio = 4 };
BOOST_DESCRIBE_ENUM(ProviderKind, captured, smtp, sms_http, sms_twilio)
enum class Security { none = 1, starttls = 2, tls = 3 };
BOOST_DESCRIBE_ENUM(Security, none, starttls, tls)

enum class HttpMethod { POST, PUT, GET };
BOOST_DESCRIBE_ENUM(HttpMethod, POST, PUT, GET)
struct HeaderTemplate {
  web::Text<100, 1> name;
  web::Text<1000>
      value;  ///< {username}, {password}, {basic} (RFC 7617) and {reference} are filled.
};
BOOST_DESCRIBE_STRUCT(HeaderTemplate, (), (name, value))
/// Where a gateway's callbacks say what: a field's name, or, when it begins with a slash, a JSON
/// Pointer (RFC 6901).
struct CallbackFields {
  std::optional<web::Text<100>> message_id, reference, status, from, text;
  /// Words of the status, in any case.
  std::optional<std::vector<web::Text<40, 1>>> delivered, failed;
  /// The header with the HMAC-SHA-256 of the body, in hex or base64; "sha256=" may stand in front.
  std::optional<web::Text<100>> signature_header;
};
BOOST_DESCRIBE_STRUCT(CallbackFields, (),
                      (message_id, reference, status, from, text, delivered, failed,
                       signature_header))
/// What an SMS gateway wants to be told, as it is stored and as it is set.
struct SmsSettings {
  std::optional<web::Text<20>> sender;  ///< A number, or up to 11 letters and digits.
  /// sms_http: the address, with placeholders {to} {from} {text} {reference} {username} {password}.
  /// sms_twilio: what stands before /2010-04-01; empty: https://api.twilio.com.
  std::optional<web::Text<2000>> url;
  std::optional<HttpMethod> method;
  std::optional<web::Text<100>> content_type;
  std::optional<std::vector<HeaderTemplate>> headers;
  std::optional<web::Text<4000>> body;       ///< The same placeholders, written as its type asks.
  std::optional<web::Text<200>> id_pointer;  ///< JSON Pointer to the message's id in the answer.
  std::optional<CallbackFields> callback;
  std::optional<int> price_minor;              ///< Of a segment, in hundredths of the currency.
  std::optional<web::Text<3>> price_currency;  ///< ISO 4217
};
BOOST_DESCRIBE_STRUCT(SmsSettings, (),
                      (sender, url, method, content_type, headers, body, id_pointer, callback,
                       price_minor, price_currency))

/// A provider, ready to send with.
struct Provider {
  Uuid id;  ///< Nil: the built-in mailbox, which needs no row.
  std::string name;
  ProviderKind kind = ProviderKind::captured;
  std::string host;
  int port = 25;
  Security security = Security::none;
  std::string username;
  Personal password;
  int connections = 10;
  std::optional<double> per_second;
  std::optional<int> window_seconds, per_window;
  Channel channel = Channel::mail;
  SmsSettings sms;
  Personal callback_secret;
};

/// The named provider, or the channel's default one, or the built-in mailbox when there is neither.
Provider load_provider(trust::Ctx& ctx, const std::optional<Uuid>& id,
                       Channel channel = Channel::mail);
/// Whose provider of SMS this is; by the system's role.
std::optional<Uuid> tenant_of_provider(trust::Base& base, const Uuid& provider);
/// Where and how to connect.
net::SmtpTarget target_of(const Provider& provider, const std::string& hello);
/// Remembers why sending fails; empty when it works again.
void note_provider_error(trust::Ctx& ctx, const Uuid& provider, const std::string& error);

/// The signers for a sender's domain (RSA and Ed25519); none when the domain is not the tenant's.
std::vector<std::shared_ptr<const crypto::dkim::Signer>> load_signers(trust::Ctx& ctx,
                                                                      const std::string& domain);
/// The tenant's sending domains, whether they are verified or not; at most 100.
std::vector<std::string> sending_domains(trust::Ctx& ctx);
enum class DomainState { unknown, unverified, verified };
DomainState domain_state(trust::Ctx& ctx, const std::string& domain);
/// Whether there is a verified sending domain, and a provider other than the built-in mailbox.
struct ChannelFacts {
  bool domain = false, provider = false;
};
BOOST_DESCRIBE_STRUCT(ChannelFacts, (), (domain, provider))
ChannelFacts channel_facts(trust::Ctx& ctx);
/// The newest captured message, if it came since.
std::vector<trust::LiveUpdate> captured_since(trust::Ctx& ctx, Timestamp since);
/// "post@DOMAIN" of the first verified domain; empty when there is none.
std::string default_sender(trust::Ctx& ctx);

enum class SuppressionReason { bounce = 1, complaint = 2, unsubscribe = 3, manual = 4 };
BOOST_DESCRIBE_ENUM(SuppressionReason, bounce, complaint, unsubscribe, manual)
/// Why nothing is sent to an address. That its owner wants nothing is kept beside whatever else
/// holds it; `reason` is `unsubscribe` when this is all there is.
struct Suppression {
  SuppressionReason reason = SuppressionReason::manual;
  Timestamp at;
  std::optional<Timestamp> unsubscribed_at;  ///< Since when its owner wants no messages.
  bool stopped = false;  ///< A number whose owner wants no SMS at all: it answered STOP.
  /// What the owner asked for (shifts to take, a code to log in with) goes there all the same.
  bool of_news_alone() const { return reason == SuppressionReason::unsubscribe && !stopped; }
};
BOOST_DESCRIBE_STRUCT(Suppression, (), (reason, at, unsubscribed_at, stopped))
/// `address_hash` as people::email_hash() or people::phone_hash() makes it.
std::optional<Suppression> find_suppression(trust::Ctx& ctx, const std::string& address_hash);
/// Those among the hashes that are held, by hash.
std::map<std::string, Suppression> find_suppressions(
    trust::Ctx& ctx, const std::vector<std::string>& address_hashes);
/// Keeps an earlier reason unless it was only an unsubscription, which is kept beside it. An
/// unsubscription of a number is a STOP.
void suppress(trust::Ctx& ctx, const std::string& address_hash, SuppressionReason reason,
              Channel channel = Channel::mail);
/// The owner of the address wants no messages. `stop`: of a number, not even shifts.
void wants_nothing(trust::Ctx& ctx, const std::string& address_hash, Channel channel, bool stop);
enum class TakenBack { nothing = 0, held_still = 1, free = 2 };
/// Somebody of the organisation takes an address off the list. A bounce, a complaint, an entry by
/// hand first: what the owner said stays, until it is all there is.
TakenBack unsuppress(trust::Ctx& ctx, const std::string& address_hash);
/// The owner of the address takes back that nothing is wanted. Whatever else holds it stays.
TakenBack wants_again(trust::Ctx& ctx, const std::string& address_hash);
/// Writes into trail and timelines that persons whose address or number was held get messages
/// again. `how`: what the timeline says beside it.
void note_unsuppressed(trust::Ctx& ctx, const std::vector<Uuid>& persons, const std::string& how,
                       int flags);
/// Adds "this person's address (or number) is suppressed" to a query over persons. By SMS, whoever
/// wants no messages at all counts as well, which is said of the e-mail address.
std::string suppressed_condition(const std::string& alias, Channel channel = Channel::mail);

/// Extension: a provider was changed, or found right, or is gone.
struct ProviderChanged {
  std::function<void(const Uuid& tenant, const Uuid& provider)> run;
};
void add_channel_routes(trust::Api& api);
void add_domain_routes(trust::Api& api, const std::string& bounce_domain);
void add_mailbox_routes(trust::Api& api);

/// A message of the built-in mailbox: its head, for lists, and all of it.
inline constexpr trust::Seal kCapturedHead{.column = "sealed_head",
                                           .context = "captured:{tenant}{id}",
                                           .id = "message_id",
                                           .purpose = "captured"};
inline constexpr trust::Seal kCapturedMessage{.column = "sealed",
                                              .context = "captured:{tenant}{id}",
                                              .id = "message_id",
                                              .purpose = "captured",
                                              .holds = trust::Seal::Holds::text};
std::vector<trust::Table> channel_tables();
/// What the mailbox keeps about a person.
void add_mailbox_hooks(trust::Base& base);
void add_channel_hooks(trust::Base& base);

}  // namespace varde::messaging
