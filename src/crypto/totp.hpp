// Time-based one-time passwords (RFC 6238): SHA-1, 30 seconds, six digits, as every authenticator
// app expects.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace varde::crypto {

std::string totp_new_secret();  ///< 20 random bytes (RFC 4226 section 4, R6).
std::string totp_code(std::string_view secret, Timestamp at);
/// Accepts the current step and one on either side. Returns the accepted step, which the caller
/// stores: a step at or before `last_step` was used already and is refused (RFC 6238 section 5.2).
std::optional<std::int64_t> totp_verify(std::string_view secret, std::string_view code,
                                        Timestamp at, std::int64_t last_step);
/// otpauth://totp/… for the QR code; `issuer` and `account` are shown in the app.
std::string totp_uri(std::string_view secret, std::string_view issuer, std::string_view account);

}  // namespace varde::crypto
