// Calls other systems over HTTP (webhooks): libcurl, in a WorkPool.
//
// A tenant names the address, so the address is hostile: names are resolved by us and addresses
// inside the house (loopback, private, link-local, metadata services) are refused at the socket,
// after resolution, where no rebinding gets past it. Redirects are not followed.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "net/http.hpp"
#include "net/permit.hpp"

namespace varde::net {

struct HttpCall {
  std::string url;  ///< https, or http where `allow_private`.
  Headers headers;
  std::string body;  ///< POSTed.
  std::chrono::milliseconds timeout{15000};
  bool allow_private = false;  ///< Addresses inside the house too, for installations that want it.
};

/// The status code of the answer; its body is read (at most 64 kB) and dropped. Errors: unavailable
/// with a sentence (refused, timed out, not resolved), forbidden (an address inside the house),
/// bad_input (not a URL).
Result<int> post(const Permit& permit, const HttpCall& call);

}  // namespace varde::net
