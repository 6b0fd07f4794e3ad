#include "crypto/sha1.hpp"

#include <openssl/sha.h>

namespace varde::crypto {

std::string sha1(std::string_view bytes) {
  std::string out(SHA_DIGEST_LENGTH, '\0');
  SHA1(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
       reinterpret_cast<unsigned char*>(out.data()));
  return out;
}

}  // namespace varde::crypto
