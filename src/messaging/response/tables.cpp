#include "messaging/response/response.hpp"

namespace varde::messaging {

using namespace trust::declare;

std::vector<trust::Table> response_tables() {
  return {{.name = "response",
           .holds = "Who opened a message or followed a link",
           .columns = {nothing_personal({"tenant_id"}), pseudonyms({"person_id"}),
                       behaviour({"source_id", "kind", "number", "flags", "first_at", "last_at",
                                  "times"})},
           .erased = deletes_by("person_id"),
           .kept = by_rule("responses"),
           .shown = under({"responses"}),
           .at_end = taken_along(),
           .restored = joined("what came back of messages that were sent")}};
}

}  // namespace varde::messaging
