// The statements and rows of channels; only for this folder.
#pragma once

#include "messaging/channel/channel.hpp"

namespace varde::messaging::store {

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

struct HeldRecord {
  db::Bytes address_hash;
  SuppressionReason reason = SuppressionReason::manual;
  Timestamp at;
  std::optional<Timestamp> unsubscribed_at;
  bool stopped = false;
};
BOOST_DESCRIBE_STRUCT(HeldRecord, (), (address_hash, reason, at, unsubscribed_at, stopped))

}  // namespace varde::messaging::store
