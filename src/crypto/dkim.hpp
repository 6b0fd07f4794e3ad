// DKIM signatures (RFC 6376, Ed25519 by RFC 8463), relaxed/relaxed.
//
// Signing is the ceiling of a bulk engine: RSA-2048 costs a quarter of a millisecond, more than
// everything else on the path together. So a Signer is made once for each key and keeps what
// OpenSSL would otherwise set up for every message (parsed key, signing context, digest), and the
// body is canonicalised and hashed in one pass without a copy: stretches that are already canonical
// go to SHA-256 as they stand, which for quoted-printable is nearly all of them. libopendkim was
// rejected because it wants a handle and a copy of every header for each message.
//
// The From, To, Cc, Subject, Date and Reply-To headers are signed once more than they occur
// (RFC 6376 section 5.4.2), so that nobody can add a second one to a signed message and replay it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

namespace varde::crypto::dkim {

enum class Algorithm { rsa_sha256, ed25519_sha256 };

struct Key {
  std::string private_pem;  ///< PKCS #8; a secret.
  /// The value of the TXT record at SELECTOR._domainkey.DOMAIN. Beyond 255 characters a zone file
  /// needs it as several strings.
  std::string dns_txt;
};

/// A new key: RSA of 2048 bits, or Ed25519.
Key generate_key(Algorithm algorithm);
/// The TXT record that belongs to a private key; bad_input ("/key") when the PEM is not an RSA key
/// of 1024 to 8192 bits or an Ed25519 key.
Result<std::string> dns_record(const std::string& private_pem);

class Signer {
 public:
  /// `domain` is d=, `selector` s=, both as ASCII (IDNA A-labels). bad_input with a pointer to
  /// "/domain", "/selector" or "/key".
  static Result<Signer> create(std::string domain, std::string selector,
                               const std::string& private_pem);
  Signer(Signer&&) noexcept;
  Signer& operator=(Signer&&) noexcept;
  ~Signer();

  /// The DKIM-Signature header of `message` (headers, empty line, body; CRLF line ends), with its
  /// line end, to be put in front of it. `at` becomes t=. May be called from several threads.
  std::string sign(std::string_view message, Timestamp at) const;
  std::string sign(std::string_view message) const { return sign(message, now()); }
  /// The bare signature over canonical `data` as the algorithm defines it: of its SHA-256, for
  /// Ed25519 too (RFC 8463 section 3).
  std::string sign_bytes(std::string_view data) const;

  /// Whether the headers of `message` carry a signature that this key made, whose list holds the
  /// Message-ID. The body may be missing, as in a report that returns headers only: which message
  /// it was is what the signature is asked for. Both algorithms are deterministic, so the signature
  /// is made once more and compared; that needs no DNS and outlives the record there.
  bool has_signed_headers(std::string_view message) const;

  Algorithm algorithm() const;
  const std::string& domain() const;

 private:
  struct Impl;
  explicit Signer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// SHA-256 of a body in relaxed canonical form (RFC 6376 section 3.4.4).
std::array<std::uint8_t, 32> relaxed_body_hash(std::string_view body);
/// Appends one header field ("Name: value", folded or not, with or without its line end) in relaxed
/// canonical form (section 3.4.2), without a line end.
void append_relaxed_header(std::string& out, std::string_view field);

}  // namespace varde::crypto::dkim
