// No egress without a permit: the clients of net/ (SMTP, HTTP) ask for one, and only trust/egress
// can make one, after it has checked the instruction, the sub-processor, the region and the
// restriction. The type is the gate; the check lives in one place.
#pragma once

#include <string>
#include <utility>

namespace varde::trust {
class Egress;
}

namespace varde::net {

class Permit {
 public:
  Permit(const Permit&) = default;
  Permit& operator=(const Permit&) = default;
  /// What the permit was given for, e.g. "smtp:PROVIDER-ID"; goes to the log.
  const std::string& scope() const { return scope_; }
  /// A permit for tests and benchmarks of the net floor itself.
  static Permit for_testing(std::string scope) { return Permit(std::move(scope)); }

 private:
  friend class varde::trust::Egress;
  explicit Permit(std::string scope) : scope_(std::move(scope)) {}
  std::string scope_;
};

}  // namespace varde::net
