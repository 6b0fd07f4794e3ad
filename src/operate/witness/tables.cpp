#include "operate/witness/witness.hpp"

#include "operate/witness/store.hpp"

namespace varde::operate {

using namespace trust::declare;

std::vector<trust::Table> witness_tables() {
  std::vector<trust::Table> out{
      {.name = "head_mail",
       .holds = "To whom heads of the trail are sent",
       .columns = {nothing_personal({"tenant_id", "sent_at", "sent_size"}), pseudonyms({"set_by"}),
                   behaviour({"set_at"}), sealed(witness_store::kHeadMailAddress)},
       .erased = outlives_persons("a user of the console"),
       .kept = until_contract_ends(),
       .shown = not_shown(
           "to whom an organisation has heads of its trail sent: a user or somebody outside"),
       .at_end = taken_along(),
       .restored = stays("who gets the heads of the trail, and has them")},
      settings("head_post", {"tenant_id", "size"}, stays("the same")),
      settings("head_post_state",
               {"single", "reached_at", "failing_since", "retry_at", "what", "address"},
               apart("the installation's")),
  };
  return out;
}

}  // namespace varde::operate
