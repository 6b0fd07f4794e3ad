// Evidence: one signed file with which an organisation, its auditor or an authority can check how
// its data is looked after, without trusting whoever runs Varde; and the programme, the same facts
// to read.
//
//   gather    asks each module once: facts, in counts and dates; persons only by random ids
//   bundle    writes them as a signed ZIP: trust/package, format below
//   verify    checks such a file with nothing but the public key
//   programme the facts as a document: document.hpp writes it as HTML or PDF
//
// What a bundle claims of the past it proves where the trail has it: each erasure, drill, restore,
// change of keys and run of retention names its entry, and each of these entries is in the file
// with its path to the last signed head. Heads of earlier days follow one another with consistency
// proofs, so that a bundle can be held against any head or bundle that somebody kept. The rest is
// how it stood when the file was made: signed, not proven.
//
// docs/evidence.md describes the file.
#pragma once

#include "operate/operate.hpp"
#include "trust/ctx.hpp"

namespace varde::operate {

inline constexpr std::string_view kEvidenceFormat = "varde-evidence/1";

struct Period {
  Timestamp from, until;
};
/// The year until now, unless said otherwise. Errors: bad_input, when it ends before it begins, or
/// is longer than ten years.
Result<Period> read_period(const std::optional<Timestamp>& from,
                           const std::optional<Timestamp>& until);

/// Enters in the trail that evidence is made.
void record_evidence(trust::Ctx& ctx, const Period& period);
/// Seals the trail, gathers, and writes the file; `write` gets its bytes in order and says whether
/// to go on. False: whoever reads is gone.
bool write_evidence(trust::Base& base, const Uuid& tenant, const Environment& environment,
                    const Period& period, const std::function<bool(std::string_view)>& write);
/// "evidence-SLUG-2026-03-01.zip"
std::string evidence_name(trust::Ctx& ctx);

enum class ProgrammeFormat { html, pdf };
BOOST_DESCRIBE_ENUM(ProgrammeFormat, html, pdf)
/// The current protection and security programme, as a file. Changes nothing. Errors: unavailable,
/// when too many are being written or the machine has no font.
Result<std::string> make_programme(trust::Ctx& ctx, const Environment& environment,
                                   ProgrammeFormat format);

void add_evidence_routes(trust::Api& api, const Environment& environment);

}  // namespace varde::operate
