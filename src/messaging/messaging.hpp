// How anything reaches a person, and what comes back: channels, templates, mail, SMS, deliveries,
// bounces, and who must not be written to. It knows no campaign and no shift: whoever has something
// to say hands it a message.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "messaging/account_mail/account_mail.hpp"
#include "net/fiber.hpp"
#include "trust/module.hpp"

namespace varde::messaging {

/// What messaging needs of the program around it.
struct Environment {
  std::string bounce_domain = "bounces.localhost";  ///< Return addresses are b-TOKEN@this.
  std::string bounce_address = "127.0.0.1";         ///< Where the receiver listens.
  unsigned short bounce_port = 0;                   ///< 0: no receiver.
  /// Networks ("192.0.2.0/24") of the feedback loops of mailbox providers.
  std::vector<std::string> complaint_loops;
  /// It is the only node: what an earlier process held is free.
  bool alone = false;
  net::Loop* loop = nullptr;  ///< Where it runs; null when nothing is started (`varde openapi`).
  std::vector<std::function<void()>>* on_stop = nullptr;  ///< The program's.
  AccountMailSettings account_mail;                       ///< The platform's own mail server.
};

trust::Module make_module(trust::Base& base, const Environment& environment);

}  // namespace varde::messaging
