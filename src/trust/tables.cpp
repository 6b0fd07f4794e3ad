#include "trust/table.hpp"

#include "trust/restore_sql.hpp"
#include "trust/trail/entry.hpp"

namespace varde::trust {

using namespace declare;

namespace {

// As a regular expression.
std::string any_of(const std::vector<std::string>& kinds) {
  std::string out;
  for (const auto& kind : kinds) {
    out += out.empty() ? "^(" : "|";
    for (char c : kind) out += c == '.' ? std::string("\\.") : std::string(1, c);
    if (!kind.ends_with('.')) out += '$';
  }
  return out.empty() ? "^$" : out + ")";
}

// Work that is to be done whatever happens after the commit.
void finish_jobs(Restoring& r) {
  r.run(store::kRestoreEndJobs, {any_of(r.jobs())});
  r.run(store::kRestoreDestroyKeys);
  r.run(store::kRestoreForget);
  r.run(store::kRestoreWake);
}

void write_trail(Restoring& r) {
  std::string lines;
  for (const auto& line : r.lines()) lines += (lines.empty() ? "" : "\n") + line;
  r.run(store::kRestoreEntry, {Uuid::make().str(), to_rfc3339(now()), command_login(), lines});
  r.run(store::kRestoreErased, {command_login()});
}

void tell_administrators(Restoring& r) {
  r.run(store::kRestoreTell, {to_rfc3339(now()), r.note() + " " + r.sentence()});
}

std::vector<Table> users() {
  return {{.name = "account",
           .holds = "Users of the console and how they log in",
           .columns = {nothing_personal({"totp_confirmed"}),
                       pseudonyms({"account_id", "email_hash", "password_hash", "recovery_hashes"}),
                       behaviour({"password_at", "totp_last_step", "terms_version", "terms_at",
                                  "created_at", "verified_at", "failures", "device_failures"}),
                       readable({"locale", "time_zone", "operator"}),
                       ciphertext({"sealed", "totp_sealed"})},
           .erased = outlives_persons("a user of the console"),
           .kept = until_contract_ends(),
           .shown = not_shown("users of the console, not persons"),
           .at_end = taken_along(),
           .restored = apart("logins stand outside of organisations")},
          {.name = "account_device",
           .holds = "Devices that a user logged in from",
           .columns = {pseudonyms({"account_id", "device_hash"}), behaviour({"created_at"})},
           .erased = outlives_persons("a user of the console"),
           .kept = until_contract_ends(),
           .shown = not_shown("users"),
           .at_end = taken_along(),
           .restored = apart("of an account")},
          {.name = "membership",
           .holds = "Which users belong to the organisation, and as what",
           .columns = {nothing_personal({"tenant_id"}), pseudonyms({"account_id"}),
                       behaviour({"created_at", "last_seen_at"}), readable({"role", "suspended"})},
           .erased = outlives_persons("a user of the console"),
           .kept = until_contract_ends(),
           .shown = not_shown("users"),
           .at_end = taken_along(),
           .restored = stays("who may do what is today's: who was removed since stays removed")},
          {.name = "invitation",
           .holds = "Who was invited to become a user",
           .columns = {nothing_personal({"invitation_id", "tenant_id", "expires_at"}),
                       pseudonyms({"token_hash", "email_hash", "invited_by"}),
                       behaviour({"created_at"}), readable({"role"}), ciphertext({"sealed"})},
           .erased = outlives_persons("a user of the console"),
           .kept = until_column("expires_at"),
           .shown = not_shown("users"),
           .at_end = taken_along(),
           .restored = apart("found by its token").not_in_copies()},
          {.name = "session",
           .holds = "Which users are logged in, and from where",
           .columns = {nothing_personal({"tenant_id", "totp_passed", "expires_at"}),
                       pseudonyms({"session_id", "token_hash", "account_id"}),
                       behaviour({"network", "agent", "created_at", "last_seen_at", "proved_at"})},
           .erased = outlives_persons("a user of the console"),
           .kept = until_column("expires_at"),
           .shown = not_shown("users"),
           .at_end = taken_along(),
           .restored = apart("everybody logs in again").not_in_copies().settle([](Restoring& r) {
             r.run(store::kRestoreEndSessions);
           })},
          {.name = "password_reset",
           .holds = "Which users asked for a new password",
           .columns = {nothing_personal({"expires_at"}), pseudonyms({"token_hash", "account_id"})},
           .erased = outlives_persons("a user of the console"),
           .kept = until_column("expires_at"),
           .shown = not_shown("users"),
           .at_end = taken_along(),
           .restored = apart("found by its token")},
          {.name = "read_count",
           .holds = "How many persons a user was shown on a day",
           .columns = {nothing_personal({"tenant_id", "day"}), pseudonyms({"account_id"}),
                       behaviour({"persons", "requests"})},
           .erased = outlives_persons("a user of the console"),
           .kept = until_contract_ends(),
           .shown = not_shown("how much users were shown"),
           .at_end = taken_along(),
           .restored = stays("who was shown how much does not become undone")},
          {.name = "notification",
           .holds = "What users were told",
           .columns = {nothing_personal({"tenant_id", "notification_id", "text", "href"}),
                       pseudonyms({"account_id"}), behaviour({"at", "read_at"})},
           .erased = outlives_persons("a user of the console"),
           .kept = until_contract_ends(),
           .shown = not_shown("what users were told; names no person"),
           .at_end = taken_along(),
           .restored = goes_back().finish(tell_administrators)}};
}

std::vector<Table> trail() {
  return {
      {.name = "audit_entry",
       .holds = "Who did what to whom, and when",
       .columns = {nothing_personal({"tenant_id", "entry_id", "actor_kind", "object_kind",
                                     "instruction_id", "xid"}),
                   pseudonyms({"actor_id", "object_id", "person_id"}),
                   behaviour({"at", "network", "action", "fields"}), ciphertext({"commitment"}),
                   sealed(trail_store::kEntryValues, values_reader)},
       .erased = outlives_persons("what it says of a person is sealed under the key that goes"),
       .kept = until_contract_ends(),
       .shown = under({"trail"}),
       .at_end = taken_along(),
       .restored = stays("the trail only grows: its heads are in other hands").finish(write_trail)},
      {.name = "audit_leaf",
       .holds = "Hashes of the trail",
       .columns = {nothing_personal({"tenant_id", "leaf_index", "entry_id"}), ciphertext({"hash"})},
       .erased = outlives_persons("hashes"),
       .kept = until_contract_ends(),
       .shown = under({"trail"}),
       .at_end = left_behind("hashes of what is in trail.jsonl"),
       .restored = stays("the trail")},
      bookkeeping("audit_tile", {"tenant_id", "tier", "place", "hashes", "root"},
                  "hashes of what is in trail.jsonl", stays("the trail")),
      bookkeeping("audit_tree", {"tenant_id", "size", "xid", "entry_id"},
                  "how far the program has hashed the trail", stays("the trail")),
      bookkeeping("audit_head", {"tenant_id", "size", "at", "note"}, "in trail.jsonl",
                  stays("the trail"))};
}

}  // namespace

std::vector<Table> trust_tables() {
  std::vector<Table> out{
      settings("schema_migration", {"name", "checksum", "applied_at"},
               apart("no organisation's alone")),
      settings("tenant",
               {"tenant_id", "name", "slug", "state", "demo", "colour", "time_zone", "locale",
                "postal_address", "open_tracking", "click_tracking", "totp_roles", "version",
                "created_at", "quiet_from", "quiet_to"},
               stays("its contract and its place are today's; its settings go back")
                   .staged()
                   .settle([](trust::Restoring& r) { r.run(store::kRestoreSettings); })),
      bookkeeping("idempotency", {"tenant_id", "key_hash", "sealed", "created_at"},
                  "answers that are kept for a day in case a request is repeated",
                  goes_back().not_in_copies()),
      settings("job",
               {"job_id", "kind", "tenant_id", "payload", "unique_key", "run_at", "attempts",
                "outages", "set_at", "lease_until", "again", "failed_at", "error", "created_at"},
               apart("what goes back does its work anew; all other work goes on")
                   .staged("failed_at IS NULL")
                   .not_in_copies()
                   .finish(finish_jobs)),
      settings("source_ref", {"ref", "tenant_id", "source_kind", "source_id"},
               apart("no organisation's alone")),
      settings("tenant_quota", {"tenant_id", "quota", "most"},
               stays("what it may have is today's word of the operator")),
      settings("message_count", {"tenant_id", "quota", "day", "sent"},
               stays("what was sent on a day was sent")),
  };
  for (auto& some : {users(), trail()}) out.insert(out.end(), some.begin(), some.end());
  return out;
}

}  // namespace varde::trust
