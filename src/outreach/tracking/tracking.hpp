// What comes back of a message: opened, clicked, unsubscribed, confirmed; and the public addresses
// under which it does.
//
// A GET changes nothing but statistics: mail scanners follow every link, so leaving a list takes a
// POST, from the page's button or from the mail program (RFC 8058). Clicks name a number, never an
// address: the redirect can lead nowhere but where the sender wrote.
#pragma once

#include "outreach/delivery/delivery.hpp"
#include "people/person/person.hpp"
#include "trust/module.hpp"

namespace varde::outreach {

/// Counts a response and, the first time, adds it to the person's timeline. Nothing when the person
/// has been erased. Returns whether it was the first of its kind.
bool record_response(trust::Ctx& ctx, const Uuid& source, people::ActivityKind kind,
                     const Uuid& person, std::uint32_t number = 0, int flags = 0);
/// The same for several persons, in one packet however many; each counts as new.
void record_responses(trust::Ctx& ctx, const Uuid& source, people::ActivityKind kind,
                      const std::vector<Uuid>& persons);
/// The same without the timeline, where what was done stands already (an answer to a form).
bool count_response(trust::Ctx& ctx, const Uuid& source, people::ActivityKind kind,
                    const Uuid& person, std::uint32_t number = 0, int flags = 0);

/// Whether a request looks like a machine that checks links.
bool looks_like_scanner(const std::string& method, std::string_view user_agent);

void add_tracking_pages(trust::Base& base, web::Router& router);
/// Sends the mail that confirms a list; erasure of responses.
void add_tracking_hooks(trust::Base& base);

}  // namespace varde::outreach
