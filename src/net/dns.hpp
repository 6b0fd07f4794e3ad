// DNS questions about names of the tenant's own: TXT and CNAME records, by the system's resolver.
// The resolver of libc blocks, so it runs in a pool of two threads.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "net/permit.hpp"

namespace varde::net {

enum class DnsType { txt, cname, mx };
/// The records' values, TXT strings joined; empty when there are none. Errors: unavailable when the
/// resolver does not answer.
Result<std::vector<std::string>> dns_lookup(const Permit& permit, const std::string& name,
                                            DnsType type);

}  // namespace varde::net
