#include "privacy/contract/contract.hpp"

namespace varde::privacy {

using namespace trust::declare;

std::vector<trust::Table> contract_tables() {
  std::vector<trust::Table> out{
      {.name = "contract_end",
       .holds = "Who ended the contract, and which users belonged to it",
       .columns = {nothing_personal({"tenant_id", "name", "slug", "state", "wanted", "reason",
                                     "ends_at", "remove_at", "reminded_at", "exported_at",
                                     "manifest", "keys", "removed_at", "certificate"}),
                   pseudonyms({"announced_by", "members"}), behaviour({"announced_at"})},
       .erased = outlives_persons("a user of the console"),
       .kept = until_contract_ends(),
       .shown = not_shown("which users ended the contract, and belonged to it"),
       .at_end = taken_along(),
       .restored = stays("how the contract stands is today's")},
  };
  return out;
}

}  // namespace varde::privacy
