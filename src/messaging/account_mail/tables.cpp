#include "messaging/account_mail/account_mail.hpp"

namespace varde::messaging {

using namespace trust::declare;

std::vector<trust::Table> account_mail_tables() {
  std::vector<trust::Table> out{
      {.name = "account_mail",
       .holds = "Mail of the platform to users",
       .columns = {nothing_personal({"mail_id"}), behaviour({"at"}), ciphertext({"sealed"})},
       .erased = outlives_persons("a user of the console"),
       .kept = for_days(30),
       .shown = not_shown("users"),
       .at_end = taken_along(),
       .restored = apart("the platform's own mail")},
  };
  return out;
}

}  // namespace varde::messaging
