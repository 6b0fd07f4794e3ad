#include "privacy/request/internal.hpp"

#include "privacy/request/store.hpp"
#include "privacy/request/store_sql.hpp"

namespace varde::privacy {

using namespace trust::declare;
using namespace store;

namespace {
void forget_requests(trust::Ctx& ctx, const std::vector<Uuid>& persons) {
  forget(ctx, ctx.tx().all<Uuid>(kRequestOfPersons, persons));
}
}  // namespace

std::vector<trust::Table> request_tables() {
  std::vector<trust::Table> out{
      {.name = "subject_request",
       .holds = "What persons asked about their data",
       .columns = {nothing_personal({"tenant_id", "request_id", "number", "due_at", "extended_at",
                                     "code_hash", "code_tries", "code_expires_at", "package_state",
                                     "package_at", "package_bytes", "package_rows", "package_files",
                                     "package_hash", "package_until", "version"}),
                   pseudonyms({"person_id"}),
                   behaviour({"kind", "state", "channel", "received_at", "confirmed_at", "ended_at",
                              "package_sent_at", "package_fetched_at"}),
                   readable({"language"}), sealed(kRequest)},
       .erased = erases("requests go, but for what the trail says", forget_requests),
       .kept = until_contract_ends(),
       .shown = under({"requests"}),
       .at_end = taken_along(),
       .restored = stays("what persons asked about their data, and until when")},
      {.name = "subject_request_event",
       .holds = "What was done about it",
       .columns = {nothing_personal({"tenant_id", "event_id"}),
                   pseudonyms({"request_id", "account_id"}), behaviour({"at", "kind"}),
                   sealed(kRequestNote)},
       .erased = follows("subject_request"),
       .kept = until_contract_ends(),
       .shown = under({"requests"}),
       .at_end = taken_along(),
       .restored = stays("the same")},
      {.name = "subject_package_piece",
       .holds = "Files that were made for persons",
       .columns = {nothing_personal({"tenant_id", "number"}), pseudonyms({"request_id"}),
                   ciphertext({"sealed"})},
       .erased = follows("subject_request"),
       .kept = for_days(30),
       .shown = not_shown("a copy of what is stored elsewhere, for days"),
       .at_end = left_behind("files that were made of what is in the other tables, for days"),
       .restored = stays("the same")},
      settings("request_settings", {"tenant_id", "keep_months"}, goes_back()),
  };
  return out;
}

}  // namespace varde::privacy
