// An SMS on its way, as far as a Sender has to know it.
#pragma once

#include <boost/describe.hpp>
#include <string>

#include "base/ids.hpp"

namespace varde::messaging {

enum class SmsKind {
  notice = 1,
  campaign = 2,
  offer = 3,
  journey = 4,
  test = 5,
  request = 6  ///< About a person's question about their own data: leaves after the contract too.
};
BOOST_DESCRIBE_ENUM(SmsKind, notice, campaign, offer, journey, test, request)

/// An SMS as a Sender has it.
struct OutboundSms {
  SmsKind kind = SmsKind::notice;
  Uuid ref_id;
  std::string reference, text;
  bool urgent = false;
  std::string external_id;  ///< The gateway's; the Sender fills it in.
};

}  // namespace varde::messaging
