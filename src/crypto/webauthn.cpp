#include "crypto/webauthn.hpp"

#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/rs256.h>

#include <boost/json.hpp>
#include <memory>

#include "crypto/hash.hpp"

namespace varde::crypto::webauthn {
namespace {

constexpr std::size_t kMostBytes = 8192;
constexpr std::size_t kLongestId = 1023;  // section 5.8.3
constexpr std::uint8_t kPresent = 0x01, kVerified = 0x04, kHasCredential = 0x40;

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* p) const {
    Free(&p);
  }
};
using Cred = std::unique_ptr<fido_cred_t, Freed<fido_cred_free>>;
using Assert = std::unique_ptr<fido_assert_t, Freed<fido_assert_free>>;

constexpr std::size_t kHead = 37;  // hash, flags, counter
constexpr int kDeepest = 4;        // CTAP 2.1, section 8: canonical CBOR

// One item of CBOR (RFC 8949) with all that it holds: false when that is not there. What libfido2
// reads with takes memory for as many elements as an array says it has, before it looks for them:
// 30 bytes from a browser ask for 20 GB.
bool skip_item(std::string_view& in, int depth = 0) {
  if (in.empty() || depth > kDeepest) return false;
  auto first = static_cast<unsigned char>(in.front());
  in.remove_prefix(1);
  int major = first >> 5, info = first & 31;
  std::uint64_t value = static_cast<std::uint64_t>(info);
  if (info >= 24) {
    auto size = info <= 27 ? std::size_t{1} << (info - 24) : in.size() + 1;
    if (size > in.size()) return false;  // or no length at all, which is not canonical
    value = 0;
    for (char c : in.substr(0, size)) value = value << 8 | static_cast<unsigned char>(c);
    in.remove_prefix(size);
  }
  if (major == 2 || major == 3) {
    if (value > in.size()) return false;
    in.remove_prefix(value);
    return true;
  }
  auto items = major == 4 ? value : major == 5 ? 2 * value : major == 6 ? 1 : 0;
  if (value > in.size() && major >= 4 && major <= 5) return false;
  for (; items > 0; --items)
    if (!skip_item(in, depth + 1)) return false;
  return true;
}

// Whether authenticator data (WebAuthn, section 6.1) may be given to libfido2: what follows its
// head, and the credential's id when it is a new one, is CBOR that is there.
bool is_whole(std::string_view data, bool with_credential) {
  if (data.size() < kHead || data.size() > kMostBytes) return false;
  if (((data[32] & kHasCredential) != 0) != with_credential) return false;
  data.remove_prefix(kHead);
  if (with_credential) {
    constexpr std::size_t kModel = 16;
    if (data.size() < kModel + 2) return false;
    auto id = static_cast<std::size_t>(static_cast<unsigned char>(data[kModel])) << 8 |
              static_cast<unsigned char>(data[kModel + 1]);
    if (data.size() < kModel + 2 + id) return false;
    data.remove_prefix(kModel + 2 + id);
  }
  while (!data.empty())
    if (!skip_item(data)) return false;
  return true;
}

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
std::string text(const unsigned char* data, std::size_t size) {
  return data == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(data), size);
}

// Calls `use` with the key as libfido2 wants it; false when it is none.
template <class Use>
bool with_key(const Credential& credential, Use&& use) {
  const auto& key = credential.public_key;
  if (credential.algorithm == kEs256) {
    std::unique_ptr<es256_pk_t, Freed<es256_pk_free>> pk(es256_pk_new());
    return pk && es256_pk_from_ptr(pk.get(), key.data(), key.size()) == FIDO_OK && use(pk.get());
  }
  if (credential.algorithm == kEdDsa) {
    std::unique_ptr<eddsa_pk_t, Freed<eddsa_pk_free>> pk(eddsa_pk_new());
    return pk && eddsa_pk_from_ptr(pk.get(), key.data(), key.size()) == FIDO_OK && use(pk.get());
  }
  if (credential.algorithm == kRs256) {
    std::unique_ptr<rs256_pk_t, Freed<rs256_pk_free>> pk(rs256_pk_new());
    return pk && rs256_pk_from_ptr(pk.get(), key.data(), key.size()) == FIDO_OK && use(pk.get());
  }
  return false;
}

}  // namespace

std::optional<ClientData> read_client_data(std::string_view json) {
  if (json.size() > kMostBytes) return std::nullopt;
  boost::json::parse_options options;
  options.max_depth = 8;
  boost::system::error_code ec;
  auto value = boost::json::parse({json.data(), json.size()}, ec, {}, options);
  if (ec || !value.is_object()) return std::nullopt;
  const auto& object = value.get_object();
  auto string = [&](const char* name) -> std::optional<std::string> {
    const auto* held = object.if_contains(name);
    if (held == nullptr || !held->is_string()) return std::nullopt;
    return std::string(held->get_string());
  };
  auto type = string("type"), challenge = string("challenge"), origin = string("origin");
  if (!type || !challenge || !origin) return std::nullopt;
  ClientData out{*type, *challenge, *origin, false};
  if (const auto* cross = object.if_contains("crossOrigin"))
    out.cross_origin = !cross->is_bool() || cross->get_bool();
  return out;
}

std::optional<Credential> read_credential(std::string_view rp_id, int algorithm,
                                          std::string_view authenticator_data) {
  if (algorithm != kEs256 && algorithm != kEdDsa && algorithm != kRs256) return std::nullopt;
  if (!is_whole(authenticator_data, true)) return std::nullopt;
  Cred cred(fido_cred_new());
  if (!cred || fido_cred_set_type(cred.get(), algorithm) != FIDO_OK ||
      fido_cred_set_authdata_raw(cred.get(), bytes(authenticator_data),
                                 authenticator_data.size()) != FIDO_OK)
    return std::nullopt;
  // Without attestation there is no signature to check; what libfido2 would check beside it is
  // checked here: whose credential it is, and how the user took part.
  if (!equal(authenticator_data.substr(0, 32), sha256(rp_id))) return std::nullopt;
  constexpr auto kAll = kPresent | kVerified | kHasCredential;
  if ((fido_cred_flags(cred.get()) & kAll) != kAll) return std::nullopt;
  Credential out;
  out.id = text(fido_cred_id_ptr(cred.get()), fido_cred_id_len(cred.get()));
  out.algorithm = fido_cred_type(cred.get());
  out.public_key = text(fido_cred_pubkey_ptr(cred.get()), fido_cred_pubkey_len(cred.get()));
  out.counter = fido_cred_sigcount(cred.get());
  if (out.id.empty() || out.id.size() > kLongestId || out.public_key.empty()) return std::nullopt;
  // A point that is not on its curve, say, is refused now and not when somebody wants to sign in.
  return with_key(out, [](const void*) { return true; }) ? std::optional(std::move(out))
                                                         : std::nullopt;
}

std::optional<std::uint32_t> verify(std::string_view rp_id, const Credential& credential,
                                    std::string_view authenticator_data,
                                    std::string_view client_data, std::string_view signature) {
  if (!is_whole(authenticator_data, false) || client_data.size() > kMostBytes ||
      signature.empty() || signature.size() > 1024)
    return std::nullopt;
  Assert assertion(fido_assert_new());
  auto hash = sha256(client_data);
  auto* a = assertion.get();
  if (a == nullptr || fido_assert_set_rp(a, std::string(rp_id).c_str()) != FIDO_OK ||
      fido_assert_set_clientdata_hash(a, bytes(hash), hash.size()) != FIDO_OK ||
      fido_assert_set_count(a, 1) != FIDO_OK ||
      fido_assert_set_authdata_raw(a, 0, bytes(authenticator_data), authenticator_data.size()) !=
          FIDO_OK ||
      fido_assert_set_sig(a, 0, bytes(signature), signature.size()) != FIDO_OK ||
      fido_assert_set_up(a, FIDO_OPT_TRUE) != FIDO_OK ||
      fido_assert_set_uv(a, FIDO_OPT_TRUE) != FIDO_OK)
    return std::nullopt;
  bool right = with_key(credential, [&](const void* key) {
    return fido_assert_verify(a, 0, credential.algorithm, key) == FIDO_OK;
  });
  if (!right) return std::nullopt;
  return fido_assert_sigcount(a, 0);
}

}  // namespace varde::crypto::webauthn
