// Answers that are made from the database and taken by a client as slowly as it likes.
//
// What makes such an answer runs on a fiber of its own and writes into a file; the fiber of the
// request sends what the file holds, as fast as the client takes it. So the snapshot or connection
// that the making needs is held for as long as the making takes, and the client begins to read at
// once. (Sending only when the file is whole was simpler, and proxies give up on an answer that
// does not begin for a minute.)
//
// The file has no name, nobody else can open it, and what it holds is sealed under a key that is
// only in this program's memory: what a disk keeps of it nobody can read.
#pragma once

#include <functional>
#include <string_view>

#include "net/http.hpp"
#include "trust/ctx.hpp"

namespace varde::trust {

/// Takes a piece; false when nobody wants more.
using Write = std::function<bool(std::string_view)>;

/// A stream for net::Response of what `make` writes. `make` runs once, on the request's loop, and
/// may outlive the request by one piece: it holds all it uses by value, or what lives as long as
/// the program. When it throws, the answer ends before its time, and the client sees that. `taken`
/// runs when the client has taken all of it, which may be long after it was made.
std::function<void(net::BodyWriter&)> relayed(Base& base, std::function<void(const Write&)> make,
                                              std::function<void()> taken = {});

}  // namespace varde::trust
