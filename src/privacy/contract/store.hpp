// The statements of the end of a contract.
#pragma once

#include "db/tx.hpp"

namespace varde::privacy::contract_store {}  // namespace varde::privacy::contract_store
