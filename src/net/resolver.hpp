// Addresses of host names.
//
// getaddrinfo() cannot be interrupted, and runs one question after the other on one thread: a name
// server that never answers for one organisation's mail server held up the look-ups of all others
// (137 s instead of 1). So c-ares asks, all names at the same time, on a thread of its own, with
// /etc/hosts and the order of RFC 6724 as the system has them. Whoever asks waits until their own
// deadline and no longer; whoever asks for what is asked already waits for the same answer.
//
// Answers are kept for as long as they say, five minutes at most; that there is none, for five
// seconds.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "net/address.hpp"
#include "net/fiber.hpp"

namespace varde::net {

/// The addresses of a host, the best first; a literal address is itself. Errors: unavailable
/// ("unresolved": there is none; "dns": nobody said in time), limited when a thousand names
/// are asked for at once.
Result<std::vector<Address>> resolve(const std::string& host, Deadline deadline);

}  // namespace varde::net
