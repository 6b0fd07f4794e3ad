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

namespace varde::outreach {

enum class ProviderKind { captured = 1, smtp = 2 };
BOOST_DESCRIBE_ENUM(ProviderKind, captured, smtp)
enum class Security { none = 1, starttls = 2, tls = 3 };
BOOST_DESCRIBE_ENUM(Security, none, starttls, tls)

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
};

/// The named provider, or the default one, or the built-in mailbox when there is neither.
Provider load_provider(trust::Ctx& ctx, const std::optional<Uuid>& id);
/// Where and how to connect.
net::SmtpTarget target_of(const Provider& provider, const std::string& hello);
/// Remembers why sending fails; empty when it works again.
void note_provider_error(trust::Ctx& ctx, const Uuid& provider, const std::string& error);

/// The signers for a sender's domain (RSA and Ed25519); none when the domain is not the tenant's.
std::vector<std::shared_ptr<const crypto::dkim::Signer>> load_signers(trust::Ctx& ctx,
                                                                      const std::string& domain);
enum class DomainState { unknown, unverified, verified };
DomainState domain_state(trust::Ctx& ctx, const std::string& domain);
/// Whether there is a verified sending domain, and a provider other than the built-in mailbox.
struct ChannelFacts {
  bool domain = false, provider = false;
};
BOOST_DESCRIBE_STRUCT(ChannelFacts, (), (domain, provider))
ChannelFacts channel_facts(trust::Ctx& ctx);
/// The newest captured message, if it came since.
std::vector<trust::Moving> captured_since(trust::Ctx& ctx, Timestamp since);
/// "post@DOMAIN" of the first verified domain; empty when there is none.
std::string default_sender(trust::Ctx& ctx);

enum class SuppressionReason { bounce = 1, complaint = 2, unsubscribe = 3, manual = 4 };
BOOST_DESCRIBE_ENUM(SuppressionReason, bounce, complaint, unsubscribe, manual)
struct Suppression {
  SuppressionReason reason = SuppressionReason::manual;
  Timestamp at;
};
BOOST_DESCRIBE_STRUCT(Suppression, (), (reason, at))
/// `email_hash` as people::email_hash() makes it.
std::optional<Suppression> find_suppression(trust::Ctx& ctx, const std::string& email_hash);
/// Those among `email_hashes` that are held, by hash.
std::map<std::string, Suppression> find_suppressions(trust::Ctx& ctx,
                                                     const std::vector<std::string>& email_hashes);
/// Keeps an earlier reason unless it was only an unsubscription.
void suppress(trust::Ctx& ctx, const std::string& email_hash, SuppressionReason reason);
/// Adds "this person's address is (not) suppressed" to a query over persons.
/// `hard_only` counts bounces, complaints and manual entries only.
std::string suppressed_condition(const std::string& alias, bool hard_only = false);

void add_channel_routes(trust::Api& api);
void add_domain_routes(trust::Api& api, const std::string& bounce_domain);
void add_mailbox_routes(trust::Api& api);
void add_channel_hooks(trust::Base& base);

}  // namespace varde::outreach
