// What comes back of a message: opened, clicked, unsubscribed, confirmed; and the public addresses
// under which it does.
//
// A GET changes nothing but statistics: mail scanners follow every link, so leaving a list takes a
// POST, from the page's button or from the mail program (RFC 8058). Clicks name a number, never an
// address: the redirect can lead nowhere but where the sender wrote.
#pragma once

#include "messaging/delivery/delivery.hpp"
#include "messaging/response/response.hpp"
#include "people/person/person.hpp"
#include "trust/module.hpp"

namespace varde::outreach {

/// Whether a request looks like a machine that checks links.
bool looks_like_scanner(const std::string& method, std::string_view user_agent);

void add_tracking_pages(trust::Base& base, web::Router& router);
/// Sends the mail that confirms a list; erasure of responses.
void add_tracking_hooks(trust::Base& base);

}  // namespace varde::outreach
