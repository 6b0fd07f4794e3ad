// The HTTP/1.1 server: a fiber per connection on Asio, parsing by Beast.
//
// Everything is limited: header bytes and fields, body (by the handler), connections in total and
// of one client, memory of all bodies under way, time for a header, for the next request, for a
// body as a whole and its rate, for the peer to take an answer and its rate. Caddy or HAProxy in
// front speak HTTP/2 and 3.
//
// What ends a message and whom it is for is read strictly, because a proxy in front may read it
// otherwise: one Transfer-Encoding, which is exactly "chunked", or else one Content-Length; one
// Host, which is one of ours.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/address.hpp"
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
  std::size_t max_connections_per_client = 256;  ///< Of an address, or an IPv6 /64; not of proxies.
  std::size_t max_bodies = 128 << 20;  ///< Bytes of bodies that requests under way hold in memory.
  std::size_t max_header_bytes = 16 * 1024;
  std::chrono::seconds header_timeout{15};
  std::chrono::seconds idle_timeout{75};
  std::chrono::seconds body_timeout{30};   ///< For each piece of a body to arrive.
  std::chrono::seconds write_timeout{30};  ///< For the peer to take each piece of an answer.
  /// A whole body has so long, and longer by a second for each 32 kB of it.
  std::chrono::seconds body_deadline{60};
  /// Bodies and answers that go slower than 1 kB/s on average end, after so long.
  std::chrono::seconds rate_grace{10};
  std::vector<Network> trusted_proxies;  ///< Whose X-Forwarded-For is believed.
  /// "example.org" or "example.org:8443", in lower case, as the header Host has them; with them the
  /// names of this machine where it listens on loopback. Empty: any (only where no browser comes).
  std::vector<std::string> hosts;
  /// Paths that are answered whatever Host says: balancers ask them by address.
  std::vector<std::string> any_host_paths;
  /// Whether clients speak HTTPS, to us or to the proxy before us; not a header's to say.
  bool secure = false;
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
