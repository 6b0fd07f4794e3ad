// The floor that looks after the running installation.
#pragma once

#include <functional>
#include <memory>

#include "operate/backup/settings.hpp"
#include "trust/module.hpp"

namespace varde::operate {

/// How the installation is set up, as far as it protects what is in it; places and secrets stay
/// out.
struct Posture {
  bool embedded = true;  ///< The databases are this program's own.
  bool tls = false;      ///< Answers HTTPS itself; else behind a proxy, or on this machine alone.
  bool root_key_outside = false;  ///< An external key service holds it.
  bool witness = false, ledger_elsewhere = false, private_webhooks = false;
  std::string witness_address{};  ///< Of a witness that heads are sent to: SHA-256, in hex.
  std::int64_t trusted_proxies = 0;
};
BOOST_DESCRIBE_STRUCT(Posture, (),
                      (embedded, tls, root_key_outside, witness, ledger_elsewhere, private_webhooks,
                       witness_address, trusted_proxies))

struct Environment {
  /// nullptr: the clusters are somebody else's, and so are their backups; or they are switched off.
  std::shared_ptr<const Installation> backups;
  std::vector<std::string> more_arguments;  ///< For this program's command `backup`, beside --data.
  Posture posture{};
  std::string witness_url{};  ///< Where heads of trails are sent to; empty: nowhere.
};
std::vector<trust::Table> tables();
trust::Module make_module(trust::Base& base, const Environment& environment);

}  // namespace varde::operate
