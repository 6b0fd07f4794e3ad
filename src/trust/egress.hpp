// The one gate that lets data out: a permit is made here and nowhere else, after the checks that
// stand at each maker below. What is checked: that the tenant's state lets its messages leave
// (permit), or that there is such a tenant (permit_platform), and, by the clients that take the
// permit, that every address connected to is one that the installation allows (net/permit.hpp).
// What is not checked here: instructions and restrictions of single persons, which who makes the
// message asks about, and the register of sub-processors, which does not exist yet.
#pragma once

#include <string>

#include "base/result.hpp"
#include "net/permit.hpp"
#include "trust/ctx.hpp"

namespace varde::trust {

class Egress {
 public:
  enum class Kind { smtp, webhook, dns, sms, witness };
  /// May this tenant's data leave? What is checked is the tenant's state: that it exists, is active
  /// and not in storage only; refused with the sentence that says why. `recipient` (a provider's or
  /// a webhook's host) is not judged: it names the permit in logs. Which addresses may be reached
  /// is checked at the socket, against the installation's policy that the permit carries.
  static Result<net::Permit> permit(Ctx& ctx, Kind kind, const std::string& recipient);
  /// For what the platform tells the tenant's users (a new password, the end of the contract), and
  /// what persons are told who ask about their own data: also when the tenant itself sends nothing
  /// any more.
  static Result<net::Permit> permit_platform(Ctx& ctx, Kind kind, const std::string& recipient);
  /// Whether the tenant's own messages may leave at all: what permit() refuses for every recipient.
  static Result<void> may_send(Ctx& ctx);
  /// For the operator's own messages (invitations, password resets, heads of the trails to a
  /// witness), which no tenant instructs. The operator named the address, and so it may lie
  /// anywhere.
  static net::Permit for_operator(Kind kind, const std::string& recipient);
};

}  // namespace varde::trust
