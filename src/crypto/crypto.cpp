#include <openssl/hmac.h>
#include <sodium.h>

#include <stdexcept>

#include "base/random.hpp"
#include "base/text.hpp"
#include "crypto/aead.hpp"
#include "crypto/hash.hpp"
#include "crypto/password.hpp"
#include "crypto/totp.hpp"

namespace varde::crypto {
namespace {

const unsigned char* raw(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* raw(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr unsigned long long kPasses = 2;
constexpr std::size_t kMemory = 19ULL * 1024 * 1024;
constexpr std::int64_t kStepSeconds = 30;

std::int64_t step_of(Timestamp at) {
  return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count() / kStepSeconds;
}

std::string code_of_step(std::string_view secret, std::int64_t step) {
  unsigned char counter[8];
  for (int i = 0; i < 8; ++i)
    counter[i] = static_cast<unsigned char>(static_cast<std::uint64_t>(step) >> (56 - 8 * i));
  auto digest = hmac_sha1(secret, {reinterpret_cast<const char*>(counter), sizeof counter});
  const auto* mac = raw(digest);
  auto at = mac[19] & 15;
  std::uint32_t value = static_cast<std::uint32_t>(mac[at] & 0x7f) << 24 |
                        static_cast<std::uint32_t>(mac[at + 1]) << 16 |
                        static_cast<std::uint32_t>(mac[at + 2]) << 8 | mac[at + 3];
  return fmt::format("{:06}", value % 1000000);
}

}  // namespace

void initialise() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium could not start");
}

std::string seal(const Key& key, std::string_view plain, std::string_view context) {
  std::string out(kNonce + plain.size() + kTag, '\0');
  fill_random({raw(out), kNonce});
  crypto_aead_xchacha20poly1305_ietf_encrypt(raw(out) + kNonce, nullptr, raw(plain), plain.size(),
                                             raw(context), context.size(), nullptr, raw(out),
                                             key.data());
  return out;
}

std::optional<std::string> open(const Key& key, std::string_view sealed, std::string_view context) {
  if (sealed.size() < kNonce + kTag) return std::nullopt;
  std::string out(sealed.size() - kNonce - kTag, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(raw(out), nullptr, nullptr, raw(sealed) + kNonce,
                                                 sealed.size() - kNonce, raw(context),
                                                 context.size(), raw(sealed), key.data()) != 0)
    return std::nullopt;
  return out;
}

std::optional<Key> open_key(const Key& key, std::string_view sealed, std::string_view context) {
  if (sealed.size() != kNonce + Key::kBytes + kTag) return std::nullopt;
  Key out;
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(out.data(), nullptr, nullptr, raw(sealed) + kNonce,
                                                 sealed.size() - kNonce, raw(context),
                                                 context.size(), raw(sealed), key.data()) != 0)
    return std::nullopt;
  return out;
}

std::string sha256(std::string_view bytes) {
  std::string out(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(raw(out), raw(bytes), bytes.size());
  return out;
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  std::string out(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, raw(key), key.size());
  crypto_auth_hmacsha256_update(&state, raw(bytes), bytes.size());
  crypto_auth_hmacsha256_final(&state, raw(out));
  return out;
}

std::string hmac_sha1(std::string_view key, std::string_view bytes) {
  std::string out(20, '\0');
  unsigned int size = 20;
  if (HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), raw(bytes), bytes.size(), raw(out),
           &size) == nullptr)
    throw std::runtime_error("OpenSSL could not compute HMAC-SHA-1");
  return out;
}

std::string keyed_hash(const Key& key, std::string_view bytes, std::size_t size) {
  std::string out(size, '\0');
  crypto_generichash(raw(out), size, raw(bytes), bytes.size(), key.data(), Key::kBytes);
  return out;
}

std::int64_t keyed_hash64(const Key& key, std::string_view bytes) {
  auto hash = keyed_hash(key, bytes, 16);
  std::int64_t out;
  std::memcpy(&out, hash.data(), sizeof out);
  return out;
}

Key derive(const Key& key, std::string_view purpose) {
  return *Key::from(keyed_hash(key, purpose, Key::kBytes));
}

bool equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string hash_password(std::string_view password) {
  std::string out(crypto_pwhash_STRBYTES, '\0');
  if (crypto_pwhash_str_alg(out.data(), password.data(), password.size(), kPasses, kMemory,
                            crypto_pwhash_ALG_ARGON2ID13) != 0)
    throw std::bad_alloc();
  out.resize(std::strlen(out.c_str()));
  return out;
}

bool verify_password(const std::string& encoded, std::string_view password) {
  return crypto_pwhash_str_verify(encoded.c_str(), password.data(), password.size()) == 0;
}

void pretend_to_verify(std::string_view password) {
  static const std::string nobody = hash_password(random_token(16));
  (void)verify_password(nobody, password);
}

std::string totp_new_secret() {
  std::string out(20, '\0');
  fill_random({raw(out), out.size()});
  return out;
}

std::string totp_code(std::string_view secret, Timestamp at) {
  return code_of_step(secret, step_of(at));
}

std::optional<std::int64_t> totp_verify(std::string_view secret, std::string_view code,
                                        Timestamp at, std::int64_t last_step) {
  auto current = step_of(at);
  // Used at a time that has not come yet: by a clock that has been set back since.
  if (last_step > current + 1) last_step = current - 2;
  for (auto step : {current, current - 1, current + 1})
    if (step > last_step && equal(code_of_step(secret, step), code)) return step;
  return std::nullopt;
}

std::string totp_uri(std::string_view secret, std::string_view issuer, std::string_view account) {
  auto text = base32(secret);
  for (char& c : text) c = static_cast<char>(c >= 'a' ? c - 32 : c);
  return fmt::format("otpauth://totp/{}:{}?secret={}&issuer={}", percent_encode(issuer),
                     percent_encode(account), text, percent_encode(issuer));
}

}  // namespace varde::crypto
