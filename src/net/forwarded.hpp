// Who the client is behind proxies.
//
// Each proxy appends the address it was reached from to X-Forwarded-For, in the last line or in a
// line of its own (HAProxy does the latter); what stands before was sent by the client and proves
// nothing. So all lines are joined and walked from the right: as long as the one who told us is a
// trusted proxy, what it says of its own client is believed. The header Forwarded (RFC 7239) is
// not read: nothing that stands in front of us writes it unless told to, and two sources for one
// fact can contradict each other.
#pragma once

#include <string>
#include <vector>

#include "net/address.hpp"
#include "net/http.hpp"

namespace varde::net {

bool is_trusted(const std::vector<Network>& proxies, const std::string& address);

/// The client of a connection from `peer`. IPv4 addresses written as IPv6 come out as IPv4. What
/// cannot be read ends the walk at the proxy that said it.
std::string client_of(const std::string& peer, const Headers& headers,
                      const std::vector<Network>& proxies);

}  // namespace varde::net
