// Everything that is stored about a person as one ZIP file that proves itself.
//
//   index.html      to read and print, in the person's language, without script
//   data.json       the same for programs
//   SECTION.csv     the same for spreadsheets, a file for each section that has rows
//   files/…         pictures and documents
//   manifest.json   what it is, and its files with their hashes
//   manifest.sig    signed (trust/package/signed.hpp): `varde evidence verify`
#pragma once

#include "people/subject/document.hpp"

namespace varde::people {

inline constexpr std::string_view kPackageFormat = "varde-subject-export/1";

struct PackageFor {
  Uuid person;
  std::string language;   ///< Empty: the person's, or the tenant's.
  std::string reference;  ///< A case number that stands on the first page; may be empty.
};

/// What was written.
struct PackageReceipt {
  std::string manifest_sha256;  ///< 32 bytes.
  std::int64_t bytes = 0, rows = 0, files = 0;
};

/// Gathers, and ends the context's transaction: it is not held while the file is written. Then
/// returns what writes it, wherever and whenever the caller wants. Errors: not_found.
/// The writer opens files in contexts of its own; nullopt when `write` said that nobody reads.
using PackageWriter = std::function<std::optional<PackageReceipt>(
    const std::function<bool(std::string_view)>& write)>;
Result<PackageWriter> make_package(trust::Ctx& ctx, const PackageFor& what);

/// A name for the file to be saved under: "about-me-2026-03-01.zip".
std::string package_name();

/// The answer that sends the file.
net::Response package_response(trust::Base& base, PackageWriter writer);

}  // namespace varde::people
