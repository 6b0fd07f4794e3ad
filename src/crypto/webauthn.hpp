// Passkeys: what a browser answers when it is asked to make one or to sign with one (WebAuthn
// level 2, W3C Recommendation of 8 April 2021).
//
// libfido2 takes the authenticator's CBOR and COSE apart and checks signatures; here is only what
// stands around it. No attestation is asked for: which maker's device somebody has is nobody's
// business, and a passkey says no more than that the same one was there before.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace varde::crypto::webauthn {

/// COSE algorithms that are taken, the preferred one first.
inline constexpr int kEs256 = -7, kEdDsa = -8, kRs256 = -257;

/// What the browser says that it did (section 5.8.1).
struct ClientData {
  std::string type;       ///< "webauthn.create" or "webauthn.get".
  std::string challenge;  ///< As it was given out: base64url.
  std::string origin;
  bool cross_origin = false;
};
/// nullopt when the text is no client data. It comes from outside.
std::optional<ClientData> read_client_data(std::string_view json);

struct Credential {
  std::string id;
  int algorithm = kEs256;
  std::string public_key;  ///< In libfido2's form.
  std::uint32_t counter = 0;
};
/// A new credential out of authenticator data (section 7.1, steps 13 to 17). nullopt when it is not
/// for `rp_id`, the user was not there or not verified, or it is not of `algorithm`.
std::optional<Credential> read_credential(std::string_view rp_id, int algorithm,
                                          std::string_view authenticator_data);

/// Whether `credential` signed the authenticator data and client data for `rp_id`, with the user
/// there and verified (section 7.2, steps 15 to 20). Returns the authenticator's counter. Type,
/// challenge and origin are the caller's to check, before.
std::optional<std::uint32_t> verify(std::string_view rp_id, const Credential& credential,
                                    std::string_view authenticator_data,
                                    std::string_view client_data, std::string_view signature);

}  // namespace varde::crypto::webauthn
