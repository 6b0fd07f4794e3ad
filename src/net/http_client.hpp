// Calls other systems over HTTP (webhooks, SMS gateways): libcurl's multi interface on one thread
// for the whole program, any number of calls under way at once, over connections that are kept and
// used again (and over one connection together, where the other side speaks HTTP/2). A call from a
// fiber suspends it until the answer is there. A pool of threads with an easy handle each was the
// first version: eight calls at a time, and a new TCP and TLS handshake for every one.
//
// A tenant names the address, so the address is hostile: the permit's policy is asked about every
// address at the socket, after resolution, where no rebinding gets past it. Redirects are not
// followed.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "net/http.hpp"
#include "net/permit.hpp"

namespace varde::net {

struct HttpCall {
  std::string url;  ///< https; or http, where the permit's policy allows addresses of the house.
  Headers headers;
  std::string body;  ///< Sent unless the method is GET.
  std::chrono::milliseconds timeout{15000};
  std::string method = "POST";  ///< POST, PUT or GET.
};

struct HttpAnswer {
  int status = 0;
  std::string body;  ///< Its first 64 kB; a longer answer is not read to its end.
};

/// The answer of whoever stands at the address, whatever its status. Errors: unavailable with a
/// sentence, whose kind is "not-connected" where nothing can have been sent (not resolved, refused)
/// and "no-answer" where it may have been (timed out, broken off); forbidden (an address that the
/// permit does not allow); bad_input (not a URL, or no such method); limited when a thousand calls
/// are under way. Throws Stopped when the loop ends meanwhile; the call may then still be made.
Result<HttpAnswer> call(const Permit& permit, const HttpCall& call);

/// The same, where the status alone is of interest.
Result<int> post(const Permit& permit, const HttpCall& call);

}  // namespace varde::net
