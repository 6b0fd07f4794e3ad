// A line of the ledger of erasures in its files (trust/erasure): "2026-03-01T12:30:00Z TENANT
// PERSON".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "trust/keystore.hpp"

namespace varde::trust {

/// Without the line break.
std::string ledger_line(const Erasure& erasure);
/// nullopt for anything else: the torn end of a file whose machine failed, which was not
/// acknowledged.
std::optional<Erasure> read_ledger_line(std::string_view line);

}  // namespace varde::trust
