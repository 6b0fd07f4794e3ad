// What a browser sends about a passkey: client data, authenticator data, signatures. What is taken
// holds what it says, and nothing that is made up is signed by anybody.
#include <cstdlib>

#include "crypto/key.hpp"
#include "crypto/webauthn.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace webauthn = varde::crypto::webauthn;
  static const bool kReady = (varde::crypto::initialise(), true);
  if (!kReady || size < 3) return 0;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  constexpr int kAlgorithms[] = {webauthn::kEs256, webauthn::kEdDsa, webauthn::kRs256};
  auto algorithm = kAlgorithms[data[0] % 3];
  auto cut = 2 + data[1] % (size - 2);
  auto first = text.substr(2, cut - 2), second = text.substr(cut);
  if (auto client = webauthn::read_client_data(text.substr(2)))
    if (client->type.size() + client->challenge.size() + client->origin.size() > size) std::abort();
  if (auto made = webauthn::read_credential("localhost", algorithm, text.substr(2))) {
    if (made->id.empty() || made->public_key.empty() || made->algorithm != algorithm) std::abort();
    (void)webauthn::verify("localhost", *made, first, "{}", second);
  }
  webauthn::Credential key{"id", algorithm, std::string(first), 0};
  if (webauthn::verify("localhost", key, text.substr(2), "{}", second)) std::abort();
  return 0;
}
