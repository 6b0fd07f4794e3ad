// No egress without a permit. Whoever connects out (Stream::connect, and so SMTP; the HTTP client)
// hands one in, and only trust/egress can make one, after it has looked at the state of the tenant
// (Egress::may_send), or for the platform and the operator, who have none. The permit carries the
// installation's policy of addresses, and the client asks it about every address that a name
// resolved to, at the socket: a name that resolves to the inside of the house, or changes its mind
// between two look-ups, gets nobody there.
//
// Not egress, and without a permit: PostgreSQL, the built-in mailbox, and the questions that
// net/dns asks of the resolver that the installation named (it takes a permit for whom it asks).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "net/address.hpp"

namespace varde::trust {
class Egress;
}

namespace varde::net {

/// Where connections may go: to the public Internet, and to what the installation names besides.
class AddressPolicy {
 public:
  AddressPolicy() = default;
  /// Networks ("10.1.0.0/16", "fd00::/8", an address), and "private" for all that is not public.
  /// nullopt when one of them is neither.
  static std::optional<AddressPolicy> parse(const std::vector<std::string>& allowed);
  /// For addresses that the operator named, wherever they are.
  static AddressPolicy anywhere();
  bool allows(const Address& address) const;
  /// Whether anything inside the house is allowed: then plain http is, too, for it is spoken there.
  bool has_exceptions() const { return anywhere_ || !networks_.empty(); }
  bool is_anywhere() const { return anywhere_; }

 private:
  bool anywhere_ = false;
  std::vector<Network> networks_;
};

class Permit {
 public:
  Permit(const Permit&) = default;
  Permit& operator=(const Permit&) = default;
  /// What the permit was given for, e.g. "smtp:PROVIDER-ID"; goes to the log.
  const std::string& scope() const { return scope_; }
  const AddressPolicy& addresses() const { return *addresses_; }
  /// A permit for tests and benchmarks of the net floor itself.
  static Permit for_testing(std::string scope) {
    return {std::move(scope), std::make_shared<const AddressPolicy>(AddressPolicy::anywhere())};
  }
  static Permit for_testing(std::string scope, AddressPolicy policy) {
    return {std::move(scope), std::make_shared<const AddressPolicy>(std::move(policy))};
  }

 private:
  friend class varde::trust::Egress;
  Permit(std::string scope, std::shared_ptr<const AddressPolicy> addresses)
      : scope_(std::move(scope)), addresses_(std::move(addresses)) {}
  std::string scope_;
  std::shared_ptr<const AddressPolicy> addresses_;
};

}  // namespace varde::net
