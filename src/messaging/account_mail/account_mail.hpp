// Mail of the platform to those who have a login: invitations, links to choose a password, what was
// done with an account, what waits for somebody's decision.
//
// Whoever reads such a mail can get into the account, and an account may open several
// organisations. So it is nobody's but the platform's: it leaves through the server that the
// operator named, in a queue of its own (the job "mail.system", which carries an id; the text is
// made when it leaves), and no organisation's provider, mailbox or suppression has a part in it.
// Where no server is named, it is kept for the operator: `varde mail`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/personal.hpp"
#include "jobs/queue.hpp"
#include "messaging/channel/channel.hpp"
#include "trust/ctx.hpp"
#include "trust/table.hpp"

namespace varde::messaging {

/// The server that the operator named.
struct AccountMailSettings {
  std::string host;  ///< Empty: none; mail is kept for the operator.
  unsigned short port = 587;
  Security security = Security::starttls;
  std::string username, password_file, ca_file;
  std::string from;  ///< An address; empty: "varde@" and the machine of the public URL.
};

/// A mail that was kept.
struct KeptMail {
  Uuid id;
  Timestamp at;
  Personal to;
  std::string subject, text;
  Personal link;
};
/// The newest first; at most `limit`, of the last 30 days.
std::vector<KeptMail> kept_account_mail(trust::Base& base, int limit);

void add_account_mail_jobs(trust::Base& base, const AccountMailSettings& settings,
                           jobs::Workers& workers);
std::vector<trust::Table> account_mail_tables();

}  // namespace varde::messaging
