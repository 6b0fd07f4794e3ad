#include "messaging/test_address/test_address.hpp"

namespace varde::messaging {

using namespace trust::declare;

std::vector<trust::Table> test_address_tables() {
  return {{.name = "test_address",
           .holds = "Colleagues of the users who take test messages",
           .columns = {nothing_personal({"tenant_id", "address_id", "created_at", "verified_at"}),
                       pseudonyms({"address_hash"}), sealed(kTestAddress)},
           .erased = outlives_persons("a colleague of the users"),
           .kept = until_contract_ends(),
           .shown = not_shown("colleagues of the users who take test messages"),
           .at_end = taken_along(),
           .restored = stays("whose owner takes tests, and who takes none any more")}};
}

}  // namespace varde::messaging
