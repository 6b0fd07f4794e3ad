// Checks what Varde gave as a proof, with nothing but the file and the public key: a bundle of
// evidence, the ZIP that answers a data-subject request, all that an organisation took along, the
// receipt of an erasure, or the certificate of a removal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"

namespace varde::operate {

struct EvidenceReport {
  std::string problem;  ///< A sentence; empty: everything holds.
  std::string kind;     ///< "evidence", "subject-export", "organisation-export", "erasure",
                        ///< "removal"; empty when it is none of them.
  std::string tenant, organisation;
  std::string person;        ///< Of a receipt or a request's file.
  Timestamp made_at;         ///< Of a receipt: when the key was destroyed.
  Timestamp rows_erased_at;  ///< Of a receipt.
  std::int64_t index = 0;    ///< Of a receipt: the place of its entry.
  std::size_t files = 0, heads = 0, entries = 0, erasures = 0;
  std::size_t witnessed = 0;  ///< Heads such as a witness kept.
  std::int64_t left_out = 0;  ///< Entries and erasures that the file says it leaves out.
  Timestamp sealed_at;        ///< When the last head was signed.
  bool ok() const { return problem.empty(); }
};

/// `verifier`: the public key ("name+id+key"), from somewhere else than the file. `witnessed`:
/// heads that somebody kept, any number of notes; those of other trails are passed over.
EvidenceReport verify_evidence(std::string_view file, std::string_view verifier,
                               const std::vector<std::string>& witnessed = {});

}  // namespace varde::operate
