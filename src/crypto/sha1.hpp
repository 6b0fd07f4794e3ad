// SHA-1 (FIPS 180-4), broken where collisions count: only for what others have made with it, such
// as lists of breached passwords.
#pragma once

#include <string>
#include <string_view>

namespace varde::crypto {

/// 20 bytes.
std::string sha1(std::string_view bytes);

}  // namespace varde::crypto
