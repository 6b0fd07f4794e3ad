#include "staffing/portal/portal.hpp"

namespace varde::staffing {

using namespace trust::declare;

std::vector<trust::Table> portal_tables() {
  std::vector<trust::Table> out{
      {.name = "portal_code",
       .holds = "Codes to sign in with",
       .columns = {nothing_personal({"tenant_id", "code_id", "ask_hash", "code_hash", "tries",
                                     "known_device", "expires_at"}),
                   pseudonyms({"person_id"}), behaviour({"purpose", "created_at"}),
                   ciphertext({"sealed"})},
       .erased = deletes_by("person_id"),
       .kept = until_column("expires_at"),
       .shown = under({"codes"}),
       .at_end = left_behind("of signing in"),
       .restored = ends("codes are used once, and were sent for another state")
                       .not_in_copies()
                       .with_jobs({"portal.code"})},
      {.name = "portal_session",
       .holds = "Where a substitute is signed in",
       .columns = {nothing_personal({"tenant_id", "session_id", "token_hash"}),
                   pseudonyms({"person_id"}),
                   behaviour({"network", "agent", "created_at", "last_seen_at"})},
       .erased = deletes_by("person_id"),
       .kept = for_days(90),
       .shown = under({"sessions"}),
       .at_end = left_behind("of signing in"),
       .restored = ends("everybody signs in again").not_in_copies()},
      {.name = "portal_passkey",
       .holds = "Passkeys of a substitute",
       .columns = {nothing_personal({"tenant_id", "passkey_id", "algorithm"}),
                   pseudonyms({"person_id", "credential_id", "public_key"}),
                   behaviour({"counter", "agent", "created_at", "used_at"})},
       .erased = deletes_by("person_id"),
       .kept = until_person_goes(),
       .shown = under({"passkeys"}),
       .at_end = left_behind("of signing in"),
       .restored = stays("what opens a person's pages: one that was revoked stays revoked")},
      {.name = "portal_challenge",
       .holds = "Of signing in",
       .columns = {nothing_personal({"tenant_id", "challenge_hash", "ask_hash", "expires_at"}),
                   pseudonyms({"person_id"})},
       .erased = deletes_by("person_id"),
       .kept = until_column("expires_at"),
       .shown = under({"codes"}),
       .at_end = left_behind("of signing in"),
       .restored = ends("the same").not_in_copies()},
      {.name = "calendar_feed",
       .holds = "The address of a substitute's calendar",
       .columns = {nothing_personal({"tenant_id", "token_hash"}), pseudonyms({"person_id"}),
                   behaviour({"created_at"})},
       .erased = deletes_by("person_id"),
       .kept = for_days(365),
       .shown = under({"calendar_feed"}),
       .at_end = left_behind("secret addresses of calendars"),
       .restored = stays("the same")},
  };
  return out;
}

}  // namespace varde::staffing
