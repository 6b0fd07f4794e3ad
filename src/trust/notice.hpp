// Notices: what a user is told by the program, on the home screen and where it matters by mail.
//
// A text names things, never persons: it leaves the house, and is kept readable.
#pragma once

#include <string>
#include <vector>

#include "trust/ctx.hpp"

namespace varde::trust {

struct SystemMail;

struct Notice {
  Uuid account;
  std::string text;      ///< A sentence or two, without personal data.
  std::string href;      ///< A path of the console: "/shifts/ID".
  bool by_mail = false;  ///< Also to the user's address: for what waits for somebody's decision.
};
/// Tells them in the caller's transaction.
void notify(Ctx& ctx, const std::vector<Notice>& notices);

/// The mail of a notice; nullopt when the notice, its user or the membership is gone.
std::optional<SystemMail> notice_mail(Base& base, const Uuid& tenant, const Uuid& notice);

/// Endpoints: a user's notices, and that one is read.
void add_notice_routes(Api& api);

}  // namespace varde::trust
