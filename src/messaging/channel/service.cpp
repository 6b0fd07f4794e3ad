#include "base/text.hpp"
#include "crypto/aead.hpp"
#include "messaging/channel/store.hpp"
#include "messaging/channel/store_sql.hpp"
#include "people/person/person.hpp"
#include "trust/audit.hpp"
#include "trust/names.hpp"

namespace varde::messaging {

using namespace store;
using trust::Ctx;

namespace {

std::string secret_of(Ctx& ctx, const char* what, const Uuid& id, const db::Bytes& sealed) {
  auto key = ctx.base.keys.tenant_key(ctx.tenant, what);
  auto plain = crypto::open(key, sealed.data, std::string(what) + ":" + id.str());
  if (!plain) throw std::runtime_error("a channel's secret does not open under the tenant's key");
  return *plain;
}

}  // namespace

Provider load_provider(Ctx& ctx, const std::optional<Uuid>& id, Channel channel) {
  auto record = id ? ctx.tx().maybe<ProviderRecord>(kProviderOne, *id) : std::nullopt;
  if (!record || record->channel != channel)
    record = ctx.tx().maybe<ProviderRecord>(kProviderDefault, channel);
  if (!record) return Provider{.name = "Built-in mailbox", .channel = channel};
  Provider out{record->provider_id, record->name,       record->kind,           record->host,
               record->port,        record->security,   record->username,       Personal(),
               record->connections, record->per_second, record->window_seconds, record->per_window};
  out.channel = channel;
  if (record->sms)
    if (auto read = web::read<SmsSettings>(boost::json::parse(record->sms->text))) out.sms = *read;
  auto open = [&](const std::optional<db::Bytes>& sealed) {
    return sealed && !sealed->data.empty() ? Personal(secret_of(ctx, "provider", out.id, *sealed))
                                           : Personal();
  };
  out.password = open(record->password);
  out.callback_secret = open(record->callback_secret);
  return out;
}

std::optional<Uuid> tenant_of_provider(trust::Base& base, const Uuid& provider) {
  auto tx = base.database.system();
  return tx.maybe<Uuid>(kProviderTenant, provider);
}

net::SmtpTarget target_of(const Provider& provider, const std::string& hello) {
  net::SmtpTarget target;
  target.host = provider.host;
  target.port = static_cast<std::uint16_t>(provider.port);
  target.tls = provider.security == Security::tls        ? net::SmtpTls::implicit
               : provider.security == Security::starttls ? net::SmtpTls::required
                                                         : net::SmtpTls::none;
  target.user = provider.username;
  target.password = provider.password.reveal();
  target.hello = hello;
  target.timeouts.connect = std::chrono::seconds(15);
  target.timeouts.greeting = std::chrono::seconds(60);
  return target;
}

void note_provider_error(Ctx& ctx, const Uuid& provider, const std::string& error) {
  if (!provider.is_nil()) ctx.tx().later(kProviderError, provider, error.substr(0, 300));
}

std::vector<std::shared_ptr<const crypto::dkim::Signer>> load_signers(Ctx& ctx,
                                                                      const std::string& domain) {
  std::vector<std::shared_ptr<const crypto::dkim::Signer>> out;
  auto record = ctx.tx().maybe<DomainRecord>(kDomainByName, ascii_lower(domain));
  if (!record) return out;
  for (auto [selector, key] : {std::pair(&record->rsa_selector, &record->rsa_key),
                               std::pair(&record->ed_selector, &record->ed_key)}) {
    if (key->data.empty()) continue;  // an installation whose relay signs
    auto signer = crypto::dkim::Signer::create(record->domain, *selector,
                                               secret_of(ctx, "domain", record->domain_id, *key));
    if (signer) out.push_back(std::make_shared<const crypto::dkim::Signer>(std::move(*signer)));
  }
  return out;
}

std::vector<std::string> sending_domains(Ctx& ctx) {
  std::vector<std::string> out;
  for (const auto& record : ctx.tx().all<DomainRecord>(kDomainAll)) out.push_back(record.domain);
  return out;
}

DomainState domain_state(Ctx& ctx, const std::string& domain) {
  auto record = ctx.tx().maybe<DomainRecord>(kDomainByName, ascii_lower(domain));
  if (!record) return DomainState::unknown;
  return record->verified_at ? DomainState::verified : DomainState::unverified;
}

ChannelFacts channel_facts(Ctx& ctx) { return ctx.tx().one<ChannelFacts>(kChannelFacts); }

std::string default_sender(Ctx& ctx) {
  for (const auto& record : ctx.tx().all<DomainRecord>(kDomainAll))
    if (record.verified_at) return "post@" + record.domain;
  return "";
}

std::optional<Suppression> find_suppression(Ctx& ctx, const std::string& address_hash) {
  return ctx.tx().maybe<Suppression>(kSuppressionFind, db::Bytes{address_hash});
}

std::map<std::string, Suppression> find_suppressions(
    Ctx& ctx, const std::vector<std::string>& address_hashes) {
  std::map<std::string, Suppression> out;
  std::vector<db::Bytes> wanted;
  for (const auto& hash : address_hashes) wanted.push_back({hash});
  if (wanted.empty()) return out;
  for (auto& held : ctx.tx().all<HeldRecord>(kSuppressionFindMany, wanted))
    out[held.address_hash.data] = {held.reason, held.at, held.unsubscribed_at, held.stopped};
  return out;
}

void suppress(Ctx& ctx, const std::string& address_hash, SuppressionReason reason,
              Channel channel) {
  if (reason == SuppressionReason::unsubscribe)
    return wants_nothing(ctx, address_hash, channel, channel == Channel::sms);
  ctx.tx().later(kSuppressionAdd, db::Bytes{address_hash}, reason, now(), channel);
}

void wants_nothing(Ctx& ctx, const std::string& address_hash, Channel channel, bool stop) {
  ctx.tx().later(kSuppressionWantsNothing, db::Bytes{address_hash}, now(), channel, stop);
}

TakenBack unsuppress(Ctx& ctx, const std::string& address_hash) {
  return static_cast<TakenBack>(ctx.tx().one<int>(kSuppressionRemove, db::Bytes{address_hash}));
}

TakenBack wants_again(Ctx& ctx, const std::string& address_hash) {
  return static_cast<TakenBack>(ctx.tx().one<int>(kSuppressionWantsAgain, db::Bytes{address_hash}));
}

void note_unsuppressed(Ctx& ctx, const std::vector<Uuid>& persons, const std::string& how,
                       int flags) {
  std::vector<trust::AuditEntry> trail;
  std::vector<people::Activity> activities;
  for (const auto& person : persons) {
    trail.push_back({"suppression.remove", "suppression", std::nullopt, person, {}});
    people::Activity activity;
    activity.person_id = person;
    activity.kind = people::ActivityKind::unsuppressed;
    activity.flags = flags;
    activity.text = how;
    activities.push_back(std::move(activity));
  }
  trust::record(ctx, trail);
  people::record_activity(ctx, activities);
}

std::string suppressed_condition(const std::string& alias, Channel channel) {
  auto of = [&](const char* column, const char* more) {
    return "EXISTS (SELECT 1 FROM suppression s WHERE s.tenant_id = {tenant} AND s.address_hash "
           "= " +
           alias + column + more + ")";
  };
  if (channel == Channel::mail) return of(".email_hash", "");
  // Who wants no messages at all said so of the address that the link came to: it holds for the
  // telephone, too. A STOP by SMS is about SMS alone.
  return "(" + of(".phone_hash", "") + " OR " +
         of(".email_hash", " AND s.unsubscribed_at IS NOT NULL") + ")";
}

void add_channel_hooks(trust::Base& base) {
  trust::add_names(base, kChannelNames);
  base.extensions.add(people::SuppressionLookup{
      "SELECT json_agg(json_build_array(s.channel = 2, s.reason, s.at)) FROM suppression s WHERE "
      "s.tenant_id = {tenant} AND s.address_hash IN (p.email_hash, p.phone_hash)",
      [](int reason) { return web::enum_word(static_cast<SuppressionReason>(reason)); }});
}

}  // namespace varde::messaging
