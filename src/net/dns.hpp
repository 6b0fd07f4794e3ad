// DNS questions about names of the tenant's own, to the system's name servers or to the one that
// the settings name. The resolver of libc blocks, so it runs in a pool of two threads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "net/permit.hpp"

namespace varde::net {

/// Asks this name server from now on, for host names too (net/resolver.hpp): an IPv4 address, with
/// ":PORT" where that is not 53. Before the first lookup. False: no address.
bool use_name_server(std::string_view address);
/// "192.0.2.1:53"; empty: the system's.
std::string name_server_in_use();

enum class DnsType { txt, cname, mx };
/// The records' values as a zone file has them ("10 mail.example"), TXT strings joined; empty when
/// there are none. Errors: unavailable when the resolver does not answer.
Result<std::vector<std::string>> dns_lookup(const Permit& permit, const std::string& name,
                                            DnsType type);

}  // namespace varde::net
