// Hashes: SHA-256 where a standard asks for it, keyed BLAKE2b (RFC 7693) for blind indexes and for
// deriving keys.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/key.hpp"

namespace varde::crypto {

std::string sha256(std::string_view bytes);                             ///< 32 bytes.
std::string hmac_sha256(std::string_view key, std::string_view bytes);  ///< 32 bytes, RFC 2104.
/// 20 bytes, RFC 2104; only where somebody else's interface asks for SHA-1.
std::string hmac_sha1(std::string_view key, std::string_view bytes);
/// Keyed BLAKE2b of `size` bytes (16–64).
std::string keyed_hash(const Key& key, std::string_view bytes, std::size_t size = 16);
/// Its first 64 bits, for look-up tables where a collision only costs a look.
std::int64_t keyed_hash64(const Key& key, std::string_view bytes);
/// A key of its own for each purpose: BLAKE2b keyed with `key` over `purpose`.
Key derive(const Key& key, std::string_view purpose);
/// Compares without telling by its time how much is equal.
bool equal(std::string_view a, std::string_view b);

}  // namespace varde::crypto
