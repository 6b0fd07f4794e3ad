#include "messaging/channel/channel.hpp"

namespace varde::messaging {

using namespace trust::declare;

std::vector<trust::Table> channel_tables() {
  std::vector<trust::Table> out{
      settings("provider",
               {"tenant_id",      "provider_id",    "name",       "kind",     "host",
                "port",           "security",       "username",   "password", "connections",
                "per_second",     "window_seconds", "per_window", "region",   "is_default",
                "last_error",     "version",        "created_at", "channel",  "sms",
                "callback_secret"},
               goes_back()),
      settings("sending_domain",
               {"tenant_id", "domain_id", "domain", "rsa_selector", "rsa_key", "rsa_record",
                "ed_selector", "ed_key", "ed_record", "verified_at", "checked_at", "findings",
                "created_at"},
               joined("its keys are those that the name servers of today know")),
      {.name = "captured_message",
       .holds = "Messages of the built-in mailbox",
       .columns = {nothing_personal({"tenant_id", "message_id", "size"}), pseudonyms({"person_id"}),
                   behaviour({"at", "source_id"}), sealed(kCapturedHead), sealed(kCapturedMessage)},
       .erased = deletes_by("person_id"),
       .kept = by_rule("captured"),
       .shown = under({"kept_messages"}),
       .at_end = taken_along(),
       .restored = joined("what the built-in mailbox was given")},
  };
  return out;
}

}  // namespace varde::messaging
