// Where an organisation's messages go, for those who account for it: providers and webhooks.
#pragma once

#include <boost/describe.hpp>
#include <string>
#include <vector>

#include "trust/ctx.hpp"

namespace varde::outreach {

struct Outgoing {
  std::string kind;  ///< "mail", "sms", "webhook", "mailbox"
  std::string name;  ///< As the organisation calls it.
  std::string host;  ///< Without what may be a password in an address.
  std::string region, protection;
};
BOOST_DESCRIBE_STRUCT(Outgoing, (), (kind, name, host, region, protection))
/// Providers, and webhooks of journeys that run; at most 200. Where there is no provider of mail,
/// the built-in mailbox, which sends nothing.
std::vector<Outgoing> outgoing(trust::Ctx& ctx);

}  // namespace varde::outreach
