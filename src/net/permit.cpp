#include "net/permit.hpp"

#include <algorithm>

namespace varde::net {

std::optional<AddressPolicy> AddressPolicy::parse(const std::vector<std::string>& allowed) {
  AddressPolicy out;
  for (const auto& text : allowed) {
    if (text == "private") {
      for (const char* all : {"0.0.0.0/0", "::/0"}) out.networks_.push_back(*Network::parse(all));
      continue;
    }
    auto network = Network::parse(text);
    if (!network) return std::nullopt;
    out.networks_.push_back(*network);
  }
  return out;
}

AddressPolicy AddressPolicy::anywhere() {
  AddressPolicy out;
  out.anywhere_ = true;
  return out;
}

bool AddressPolicy::allows(const Address& address) const {
  return anywhere_ || is_global_unicast(address) ||
         std::ranges::any_of(networks_,
                             [&](const Network& network) { return network.contains(address); });
}

}  // namespace varde::net
