// A ZIP file that proves itself: what answers a data-subject request, and the evidence.
//
//   …               its files
//   manifest.json   {"format":"varde-PURPOSE/1", …, "made_at":…,"verifier":…,
//                    "files":[{"name":…,"bytes":…,"sha256":hex}, …]}
//   manifest.sig    a signed note (C2SP signed-note, Ed25519) whose text is
//                     ORIGIN/PURPOSE
//                     SHA-256 of manifest.json, base64
//                     TIME (RFC 3339)
//
// Whoever has the installation's public key can check that the installation made the file and that
// nothing in it was changed: check the signature, then the hash of manifest.json, then the hashes
// that it lists.
#pragma once

#include <boost/json.hpp>
#include <optional>

#include "crypto/note.hpp"
#include "crypto/sha256.hpp"
#include "trust/package/unzip.hpp"
#include "trust/package/zip.hpp"

namespace varde::trust {

class SignedPackage {
 public:
  /// `out` gets the bytes in order and says whether to go on.
  SignedPackage(const crypto::Signer& signer, Timestamp at,
                std::function<bool(std::string_view)> out);
  /// As ZipWriter::add.
  bool add(const std::string& name, std::string_view bytes, bool packed = false);
  /// As ZipWriter::begin, write and end: a file whose size is not known yet.
  bool begin(const std::string& name);
  bool write(std::string_view bytes);
  bool end();
  /// Adds manifest and signature. `manifest` begins with "format"; the time, the public key and the
  /// files are added to it. Returns the SHA-256 of manifest.json; nullopt: whoever reads is gone.
  std::optional<std::string> finish(boost::json::object manifest);
  std::int64_t bytes() const { return bytes_; }  ///< That were written.
  std::int64_t files() const { return static_cast<std::int64_t>(listed_.size()); }

 private:
  const crypto::Signer& signer_;
  Timestamp at_;
  std::int64_t bytes_ = 0;
  boost::json::array listed_;
  std::string entry_;  // the file that was begun
  std::size_t entry_bytes_ = 0;
  std::optional<crypto::Sha256> entry_hash_;
  ZipWriter zip_;
};

/// A package whose signature, list and files hold.
class OpenPackage {
 public:
  /// Checks all of it but what stands in its files. `file` must outlive it. Errors: malformed, with
  /// what is wrong.
  static Result<OpenPackage> open(std::string_view file, std::string_view verifier);
  const boost::json::object& manifest() const { return manifest_; }
  std::string_view format() const { return format_; }
  Timestamp made_at() const { return made_at_; }
  bool has(std::string_view name) const { return zip_.find(name) != nullptr; }
  std::size_t files() const { return zip_.entries().size() - 2; }  ///< Without the manifest.
  std::vector<std::string> names() const;
  /// The bytes of a file. Errors: malformed, when there is none of this name.
  Result<std::string> read(std::string_view name) const;

 private:
  ZipReader zip_;
  boost::json::object manifest_;
  std::string format_;
  Timestamp made_at_;
};

}  // namespace varde::trust
