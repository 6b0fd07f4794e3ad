// Everything that an organisation has here, as one ZIP file in formats that any program reads, and
// that proves itself like the file of a person (people/subject/package.hpp).
//
//   index.html           what is in it, table by table, and how it is verified
//   tables/NAME.jsonl    the rows of each table, a JSON object a line; what is sealed in the
//   database
//                        is opened
//   tables/NAME.csv      the same for spreadsheets: nested values as JSON
//   files/TABLE/ID.EXT   pictures and documents
//   trail.jsonl          the audit trail, for `varde audit verify`
//   manifest.json {"format":"varde-organisation-export/1","tenant":…,"made_at":…,"files":[…]}
//   manifest.sig         a signed note: ORIGIN/organisation-export, SHA-256 of manifest.json, TIME
//
// Tables and their columns come from the catalogue, so that none is forgotten; what is sealed is
// opened as the modules say (trust/table.hpp). Left out are secrets of the program (passwords of
// providers, tokens), copies of what stands elsewhere, and hashes. Rows are read through a cursor
// of one snapshot and written as they come: memory does not grow with the organisation.
#pragma once

#include "trust/ctx.hpp"

namespace varde::privacy {

inline constexpr std::string_view kOrganisationFormat = "varde-organisation-export/1";

/// Tables whose rows are not handed out, and why: shown in index.html.
struct LeftOut {
  std::string_view table, why;
};
const std::vector<LeftOut>& tables_left_out();

struct OrganisationReceipt {
  std::string manifest_sha256;  ///< 32 bytes.
  std::int64_t bytes = 0, rows = 0, files = 0;
};
/// Writes the file. nullopt when `write` said that nobody reads.
std::optional<OrganisationReceipt> write_organisation(
    trust::Base& base, const Uuid& tenant, const std::function<bool(std::string_view)>& write);

}  // namespace varde::privacy
