// Passwords: Argon2id (RFC 9106) with 19 MiB and two passes (OWASP's minimum; about 20 ms). Long
// computations: call them in a net::WorkPool, never on a loop.
#pragma once

#include <string>
#include <string_view>

namespace varde::crypto {

/// The encoded hash ($argon2id$…) with a fresh salt.
std::string hash_password(std::string_view password);
bool verify_password(const std::string& encoded, std::string_view password);
/// Spends the time of a verification: an unknown account must answer as slowly as a known one.
void pretend_to_verify(std::string_view password);

}  // namespace varde::crypto
