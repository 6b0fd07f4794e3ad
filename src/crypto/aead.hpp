// Authenticated encryption: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha, libsodium). The 192-bit
// nonce is random, so that no counter has to survive a restore.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/key.hpp"

namespace varde::crypto {

/// nonce (24 bytes) ‖ ciphertext ‖ tag (16 bytes). `context` is authenticated and not stored: it
/// binds the value to its place (table, tenant, person), so that a ciphertext moved elsewhere does
/// not open.
std::string seal(const Key& key, std::string_view plain, std::string_view context);
/// nullopt when the key, the context or the bytes are wrong.
std::optional<std::string> open(const Key& key, std::string_view sealed, std::string_view context);
/// The same for a key that was sealed: it goes straight into what wipes itself, and nothing else
/// holds it. nullopt also when what was sealed is no key.
std::optional<Key> open_key(const Key& key, std::string_view sealed, std::string_view context);

}  // namespace varde::crypto
