// HTTP/1.1 messages as the rest of the program sees them; Beast and Asio stay behind
// http_server.cpp.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace varde::net {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// Reads what is left of a request's body. Implemented by the server's connection.
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  /// The next piece (at most `max` bytes), empty at the end. Errors: malformed (broken framing, or
  /// the client went away), too_slow.
  virtual Result<std::string> read_some(std::size_t max) = 0;
  /// From Content-Length; nullopt when chunked.
  virtual std::optional<std::uint64_t> declared_size() const = 0;
  /// Says that so many bytes of the body stay in memory until the request is answered. False when
  /// the bodies of all requests under way would be too much for the program.
  virtual bool keep(std::size_t bytes) = 0;
};

struct Request {
  std::string method;
  std::string path;   ///< Percent-decoded, begins with '/'. Never contains "/../" or NUL.
  std::string query;  ///< Raw, without '?'.
  Headers headers;    ///< Names in lower case, in order of arrival.
  std::string peer;   ///< The client's address, after trusted proxies were taken into account.
  bool secure = false;
  std::string id;  ///< Request id, for the log and for the answer's X-Request-Id.
  BodyReader* body = nullptr;

  /// The first value of a header (name in lower case), or empty.
  std::string_view header(std::string_view name) const;
  /// The value of a cookie, or empty.
  std::string_view cookie(std::string_view name) const;
  /// The whole body; too_large beyond `limit`, unavailable when the bodies of all requests together
  /// take too much memory at the moment, and what BodyReader::read_some says.
  Result<std::string> read_all(std::size_t limit) const;
};

/// Where a streamed answer is written; each call suspends until the bytes are handed to the kernel.
/// False when the client went away.
class BodyWriter {
 public:
  virtual ~BodyWriter() = default;
  virtual bool write(std::string_view bytes) = 0;
  /// False when the client went away or the server is draining.
  virtual bool alive() const = 0;
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  /// When set, it writes the body (chunked) instead.
  std::function<void(BodyWriter&)> stream;

  Response& with(std::string name, std::string value) {
    headers.emplace_back(std::move(name), std::move(value));
    return *this;
  }
};

/// An answer of these bytes. Text is UTF-8, here as everywhere, and its header says so.
Response text_response(int status, std::string_view content_type, std::string body);
std::string_view reason_phrase(int status);
/// Decoded pairs of an application/x-www-form-urlencoded text (a query or a form post); nullopt
/// when malformed or more than `limit` pairs.
std::optional<std::vector<std::pair<std::string, std::string>>> parse_form(
    std::string_view text, std::size_t limit = 1000);

}  // namespace varde::net
