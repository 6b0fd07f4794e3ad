// The statements and rows of channels; only for this folder.
#pragma once

#include "outreach/channel/channel.hpp"

namespace varde::outreach::store {

struct ProviderRecord {
  Uuid provider_id;
  std::string name;
  ProviderKind kind = ProviderKind::smtp;
  std::string host;
  int port = 0;
  Security security = Security::none;
  std::string username;
  std::optional<db::Bytes> password;
  int connections = 10;
  std::optional<double> per_second;
  std::optional<int> window_seconds, per_window;
  std::string region;
  bool is_default = false;
  std::string last_error;
  std::int64_t version = 1;
  Channel channel = Channel::mail;
  std::optional<db::Json> sms;
  std::optional<db::Bytes> callback_secret;
};
BOOST_DESCRIBE_STRUCT(ProviderRecord, (),
                      (provider_id, name, kind, host, port, security, username, password,
                       connections, per_second, window_seconds, per_window, region, is_default,
                       last_error, version, channel, sms, callback_secret))

#define VARDE_PROVIDER_COLUMNS                                                                 \
  "provider_id, name, kind, host, port, security, username, password, connections, "           \
  "per_second, window_seconds, per_window, region, is_default, last_error, version, channel, " \
  "sms, "                                                                                      \
  "callback_secret"

inline constexpr db::Sql kProviders{"provider.all", "SELECT " VARDE_PROVIDER_COLUMNS
                                                    " FROM provider ORDER BY created_at LIMIT 100"};
inline constexpr db::Sql kProvider{
    "provider.one", "SELECT " VARDE_PROVIDER_COLUMNS " FROM provider WHERE provider_id = $1"};
inline constexpr db::Sql kDefaultProvider{
    "provider.default", "SELECT " VARDE_PROVIDER_COLUMNS
                        " FROM provider WHERE channel = $1 ORDER BY is_default DESC, created_at "
                        "LIMIT 1"};
inline constexpr db::Sql kProviderTenant{
    "provider.tenant", "SELECT tenant_id FROM provider WHERE provider_id = $1 AND channel = 2"};
inline constexpr db::Sql kInsertProvider{
    "provider.insert",
    "INSERT INTO provider (tenant_id, provider_id, name, kind, host, port, security, username, "
    "password, connections, per_second, window_seconds, per_window, region, is_default, "
    "created_at, channel, sms, callback_secret) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, "
    "$19)"};
inline constexpr db::Sql kUpdateProvider{
    "provider.update",
    "UPDATE provider SET name = $3, host = $4, port = $5, security = $6, username = $7, password = "
    "$8, connections = $9, per_second = $10, window_seconds = $11, per_window = $12, region = $13, "
    "is_default = $14, sms = $15, callback_secret = $16, version = version + 1 WHERE provider_id = "
    "$1 AND version = $2"};
inline constexpr db::Sql kNoDefault{"provider.no_default",
                                    "UPDATE provider SET is_default = false WHERE provider_id <> "
                                    "$1 AND channel = $2 AND is_default"};
inline constexpr db::Sql kDeleteProvider{"provider.delete",
                                         "DELETE FROM provider WHERE provider_id = $1"};
inline constexpr db::Sql kProviderError{
    "provider.error",
    "UPDATE provider SET last_error = $2 WHERE provider_id = $1 AND last_error <> $2"};

struct DomainRecord {
  Uuid domain_id;
  std::string domain, rsa_selector;
  db::Bytes rsa_key;
  std::string rsa_record, ed_selector;
  db::Bytes ed_key;
  std::string ed_record;
  std::optional<Timestamp> verified_at, checked_at;
  db::Json findings;
};
BOOST_DESCRIBE_STRUCT(DomainRecord, (),
                      (domain_id, domain, rsa_selector, rsa_key, rsa_record, ed_selector, ed_key,
                       ed_record, verified_at, checked_at, findings))
#define VARDE_DOMAIN_COLUMNS                                                               \
  "domain_id, domain, rsa_selector, rsa_key, rsa_record, ed_selector, ed_key, ed_record, " \
  "verified_at, checked_at, findings"
inline constexpr db::Sql kDomains{"domain.all",
                                  "SELECT " VARDE_DOMAIN_COLUMNS
                                  " FROM sending_domain ORDER BY created_at LIMIT 100"};
inline constexpr db::Sql kDomain{
    "domain.one", "SELECT " VARDE_DOMAIN_COLUMNS " FROM sending_domain WHERE domain_id = $1"};
inline constexpr db::Sql kDomainByName{
    "domain.by_name", "SELECT " VARDE_DOMAIN_COLUMNS " FROM sending_domain WHERE domain = $1"};
inline constexpr db::Sql kInsertDomain{
    "domain.insert",
    "INSERT INTO sending_domain (tenant_id, domain_id, domain, rsa_selector, rsa_key, rsa_record, "
    "ed_selector, ed_key, ed_record, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
    "ON CONFLICT (tenant_id, domain) DO NOTHING"};
inline constexpr db::Sql kDomainChecked{
    "domain.checked",
    "UPDATE sending_domain SET checked_at = $2, findings = $3, verified_at = $4 WHERE domain_id = "
    "$1"};
inline constexpr db::Sql kDeleteDomain{"domain.delete",
                                       "DELETE FROM sending_domain WHERE domain_id = $1"};

inline constexpr db::Sql kChannelNames{
    "channel.names",
    "SELECT provider_id, name FROM provider WHERE provider_id = ANY($1) UNION ALL "
    "SELECT domain_id, domain FROM sending_domain WHERE domain_id = ANY($1)"};
inline constexpr db::Sql kFindSuppression{
    "suppression.find",
    "SELECT reason, at, unsubscribed_at, stopped FROM suppression WHERE address_hash = $1"};
struct HeldRecord {
  db::Bytes address_hash;
  SuppressionReason reason = SuppressionReason::manual;
  Timestamp at;
  std::optional<Timestamp> unsubscribed_at;
  bool stopped = false;
};
BOOST_DESCRIBE_STRUCT(HeldRecord, (), (address_hash, reason, at, unsubscribed_at, stopped))
inline constexpr db::Sql kFindSuppressions{
    "suppression.find_many",
    "SELECT address_hash, reason, at, unsubscribed_at, stopped FROM suppression WHERE address_hash "
    "= ANY($1)"};
// What holds an address: the first that is more than its owner's wish. The wish is kept beside it.
inline constexpr db::Sql kSuppress{
    "suppression.add",
    "INSERT INTO suppression (tenant_id, address_hash, reason, at, channel) VALUES ($1, $2, $3, "
    "$4, $5) ON CONFLICT (tenant_id, address_hash) DO UPDATE SET reason = EXCLUDED.reason, at = "
    "EXCLUDED.at WHERE suppression.reason = 3"};
inline constexpr db::Sql kWantsNothing{
    "suppression.wants_nothing",
    "INSERT INTO suppression (tenant_id, address_hash, reason, at, channel, unsubscribed_at, "
    "stopped) VALUES ($1, $2, 3, $3, $4, $3, $5) ON CONFLICT (tenant_id, address_hash) DO UPDATE "
    "SET unsubscribed_at = coalesce(suppression.unsubscribed_at, EXCLUDED.unsubscribed_at), "
    "stopped = suppression.stopped OR EXCLUDED.stopped"};
// Both answer 2 when messages go to the address again, 1 when something else holds it still, 0 when
// there was nothing to take away.
inline constexpr db::Sql kUnsuppress{
    "suppression.remove",
    "WITH wish AS (UPDATE suppression SET reason = 3, at = unsubscribed_at WHERE address_hash = $1 "
    "AND reason <> 3 AND unsubscribed_at IS NOT NULL RETURNING 1), gone AS (DELETE FROM "
    "suppression WHERE address_hash = $1 AND (reason = 3 OR unsubscribed_at IS NULL) RETURNING 1) "
    "SELECT CASE WHEN EXISTS (SELECT FROM gone) THEN 2 WHEN EXISTS (SELECT FROM wish) THEN 1 ELSE "
    "0 END"};
inline constexpr db::Sql kWantsAgain{
    "suppression.wants_again",
    "WITH held AS (UPDATE suppression SET unsubscribed_at = NULL, stopped = false WHERE "
    "address_hash = $1 AND reason <> 3 AND unsubscribed_at IS NOT NULL RETURNING 1), gone AS "
    "(DELETE FROM suppression WHERE address_hash = $1 AND reason = 3 RETURNING 1) SELECT CASE WHEN "
    "EXISTS (SELECT FROM gone) THEN 2 WHEN EXISTS (SELECT FROM held) THEN 1 ELSE 0 END"};

inline constexpr db::Sql kChannelFacts{
    "channel.facts",
    "SELECT EXISTS (SELECT FROM sending_domain WHERE verified_at IS NOT NULL) AS domain, EXISTS "
    "(SELECT FROM provider WHERE kind = 2) AS provider"};

}  // namespace varde::outreach::store
