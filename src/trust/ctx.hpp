// The context of a piece of work: for whom, by whom, until when, in which transaction. A request
// has one, a job has one; every service function takes it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/ids.hpp"
#include "crypto/hash.hpp"
#include "db/tx.hpp"
#include "net/http.hpp"
#include "net/permit.hpp"
#include "trust/access.hpp"
#include "trust/cache.hpp"
#include "trust/extensions.hpp"
#include "trust/keystore.hpp"
#include "trust/quota/quota.hpp"
#include "trust/reads/reads.hpp"
#include "trust/room/room.hpp"
#include "web/api.hpp"

namespace varde::trust {

enum class ActorKind {
  system = 1,
  user = 2,
  person = 3,
  journey = 4,
  operations = 5  ///< The operator, by a command on the machine.
};
BOOST_DESCRIBE_ENUM(ActorKind, system, user, person, journey, operations)

struct Actor {
  ActorKind kind = ActorKind::system;
  Uuid id;  ///< Account, person or journey; nil for the system and the operator.
};

/// Who runs this process, where it is a command of the operator's: "login anna". Empty in the
/// program that serves. Whatever a command does by itself is entered under that name, in place of a
/// network.
inline std::string& command_login() {
  static std::string login;
  return login;
}

/// What every module stands on; made once by the application.
struct Base {
  db::Database& database;
  Keystore& keys;
  std::string public_url;  ///< "https://varde.example.org", no slash at the end: what links in
                           ///< messages begin with.
  std::string data_directory;
  /// Requests and mail that carry this in the header Varde-Simulated are the demo's: what they
  /// cause is labelled as simulated. Empty: there are none.
  std::string simulation_token;
  TenantCache cache{};
  Reads reads{};          ///< Who was shown what identifies whom.
  Room room{};            ///< Whether something large may be begun.
  Quotas quotas{};        ///< What each organisation may hold and send.
  Extensions extensions;  ///< What the modules add to one another.
  std::string witness{};  ///< Directory that heads of trails are handed to; empty: none.
  std::string ledger{};   ///< Directory that erasures are written to as well; empty: none.
  /// Which addresses tenants' providers, gateways and webhooks may stand at.
  std::shared_ptr<const net::AddressPolicy> egress = std::make_shared<const net::AddressPolicy>();
  /// How long a user's request may work in the database; what takes longer is a job's.
  std::chrono::milliseconds request_timeout = std::chrono::seconds(20);
  bool is_simulated(std::string_view token) const {
    return !simulation_token.empty() && crypto::equal(token, simulation_token);
  }
  bool is_simulated(const net::Request& request) const {
    return is_simulated(request.header("varde-simulated"));
  }
};

class Ctx {
 public:
  Ctx(Base& with, const Uuid& for_tenant, Actor by) : base(with), tenant(for_tenant), actor(by) {
    if (actor.kind != ActorKind::system || command_login().empty()) return;
    actor.kind = ActorKind::operations;
    network = command_login();
  }

  /// The transaction of this work: the tenant's, begun at its first statement. Committed by whoever
  /// made the context.
  db::Tx& tx() {
    if (!tx_) tx_.emplace(base.database.tenant(tenant, patience));
    return *tx_;
  }
  /// Commits, if anything was begun.
  void commit() {
    if (!tx_) return;
    tx_->commit();
    tx_.reset();
  }
  /// Drops what was not committed.
  void rollback() { tx_.reset(); }

  Base& base;
  Uuid tenant;
  Actor actor;
  Role role = Role::viewer;
  Uuid session;
  Timestamp proved_at;  ///< When the user gave the second factor (or the password) last.
  /// How long a transaction may take; what goes on beyond it is ended in the database as well.
  std::chrono::milliseconds patience = std::chrono::seconds(30);
  std::string network;  ///< /24 or /48 of the client; of a command, who runs it.
  std::string request_id;

  std::string idempotency_key;          ///< When the request has one.
  std::optional<net::Response> replay;  ///< The answer that was given to this key before.

 private:
  std::optional<db::Tx> tx_;
};

using Api = web::Api<Ctx>;

}  // namespace varde::trust
