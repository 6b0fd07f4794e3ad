// The HTTP/1.1 server: a fiber per connection on Asio, parsing by Beast.
//
// Everything is limited: header bytes and fields, body (by the handler), connections, time for a
// header, for the next request, for progress of a body, for the peer to take an answer. Caddy or
// HAProxy in front speak HTTP/2 and 3.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/fiber.hpp"
#include "net/http.hpp"

namespace varde::net {

struct TlsFiles {
  std::string certificate;  ///< PEM file, the chain.
  std::string key;          ///< PEM file.
};

struct HttpServerOptions {
  std::string address = "127.0.0.1";
  unsigned short port = 0;  ///< 0: the system chooses; see HttpServer::port().
  std::optional<TlsFiles> tls;
  std::size_t max_connections = 4096;
  std::size_t max_header_bytes = 16 * 1024;
  std::chrono::seconds header_timeout{15};
  std::chrono::seconds idle_timeout{75};
  std::chrono::seconds body_timeout{30};   ///< For each piece of a body to arrive.
  std::chrono::seconds write_timeout{30};  ///< For the peer to take each piece of an answer.
  std::vector<std::string>
      trusted_proxies;  ///< Addresses whose X-Forwarded-For and -Proto are believed.
};

class HttpServer {
 public:
  using Handler = std::function<Response(Request&)>;
  HttpServer(HttpServerOptions options, Handler handler);
  ~HttpServer();

  /// Listens and accepts on each of the loops. Throws std::runtime_error when the address is taken.
  void start(const std::vector<Loop*>& loops);
  unsigned short port() const;
  /// No new connections; idle ones close; running requests finish, for at most `patience`. From a
  /// plain thread.
  void drain(std::chrono::milliseconds patience);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

/// Makes a self-signed certificate for localhost (ECDSA P-256, 1 year) unless the files exist and
/// are valid for another 30 days.
void ensure_local_certificate(const TlsFiles& files);

}  // namespace varde::net
