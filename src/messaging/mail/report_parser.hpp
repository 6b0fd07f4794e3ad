// Reads what comes back: bounces, complaints, automatic and human replies.
//
// A bounce should be a delivery status notification (RFC 3464) and a complaint an abuse report
// (RFC 5965), and most are. The rest is fifty years of habits: qmail's and Exim's plain text,
// reports without the part they announce, servers that put 5.0.0 where they know better. So the
// structure is believed when it is there, and otherwise a table of phrases decides; the phrases
// also refine a status that says nothing (x.0.0, 5.5.0) or says "policy" for a missing mailbox.
// GMime takes the MIME apart; c-client and vmime were not considered further, having no advantage
// there. Which message a report is about the caller knows best from its own VERP address; the
// original Message-ID found here is the second witness.
//
// How hard a bounce is decides whether an address is given up, so everything doubtful is soft:
// a full mailbox, a refusal for policy or reputation (that is `blocked`: our fault, not the
// address's), anything temporary.
#pragma once

#include <boost/describe.hpp>
#include <string>
#include <string_view>

#include "base/personal.hpp"

namespace varde::messaging::mail {

enum class ReportKind { bounce, complaint, auto_reply, reply, unknown };
BOOST_DESCRIBE_ENUM(ReportKind, bounce, complaint, auto_reply, reply, unknown)

enum class BounceClass {
  none,     ///< Not a bounce.
  hard,     ///< The address does not exist or is closed: stop using it.
  soft,     ///< Full, down, too large: may work later.
  blocked,  ///< Refused for policy, reputation or content: look at the sender.
};
BOOST_DESCRIBE_ENUM(BounceClass, none, hard, soft, blocked)

struct MailReport {
  ReportKind kind = ReportKind::unknown;
  BounceClass bounce = BounceClass::none;
  bool delayed = false;             ///< Only a warning: the server keeps trying.
  Personal recipient;               ///< The address that failed or complained, if it is told.
  std::string status;               ///< RFC 3463, from the report or the text; may be empty.
  Personal diagnostic;              ///< What the remote server said, at most 1000 bytes, UTF-8.
  std::string original_message_id;  ///< Without brackets.
  std::string original;  ///< The returned message, or its headers, byte for byte; may be empty.
  std::string feedback_type;     ///< Of a complaint: "abuse", "fraud", "not-spam", …
  std::string simulation_token;  ///< Varde-Simulated: the demo's recipients show it.
};

/// Never fails: what cannot be understood is `unknown`. Looks at the first megabyte.
MailReport parse_report(std::string_view message);

/// How a status and the text beside it are read; `status` may be empty.
BounceClass classify_bounce(std::string_view status, std::string_view diagnostic);

}  // namespace varde::messaging::mail
