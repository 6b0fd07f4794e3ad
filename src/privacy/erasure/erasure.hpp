// Erasures as they are shown and proved, and how they outlive a restore.
//
// Erasing itself is people::erase: rows, trail, then keys and ledger (trust/erasure). Here is what
// comes after: the list, a receipt for whoever asks, and replay(), which every restore calls
// before anybody can read: whoever stands in the ledger and is there again goes again.
#pragma once

#include "privacy/erasure/receipt.hpp"

namespace varde::privacy {

/// Erases again whom the ledger names: keys (the keystore may be an older one), and the persons
/// that the main database has again; and organisations that were removed. Returns how many of these
/// there were. Called while nobody else can reach the databases; stopped at any moment, it is to be
/// called again.
std::size_t replay(trust::Base& base);

void add_erasure_routes(trust::Api& api);

}  // namespace varde::privacy
