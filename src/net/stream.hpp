// A TCP connection that a fiber reads and writes as if it blocked, in the clear or under TLS.
//
// SMTP is the reason for its shape: lines with a limit, many small commands that must leave in one
// segment, and a switch to TLS in the middle. Three choices:
//  * TLS runs over memory BIOs, not asio::ssl::stream. That one moves 17 kB at a time through a BIO
//    pair, a system call each; here a message of any size is encrypted into one buffer and leaves
//    with one send(). It also keeps one code path for reading and waiting.
//  * What was read ahead stays in the stream (peek/consume), so that a protocol can take a line,
//    then bulk data, then lines again. Upgrading to TLS with bytes read ahead is refused: they were
//    injected by somebody between the two ends (CVE-2011-0411).
//  * write() tries the socket at once and waits only when the kernel's buffer is full: the usual
//    write costs one system call and no switch.
//
// A Stream belongs to the loop that made it and is used by one fiber at a time. Waiting throws
// Stopped when the loop stops. Errors are `unavailable` with a kind: "timeout", "closed",
// "refused", "unresolved", "not-allowed", "tls", "too-long". No wait begins with a transaction open
// (fiber.hpp).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "net/fiber.hpp"
#include "net/permit.hpp"

namespace varde::net {

/// How the client side of TLS checks the other end.
struct TlsVerify {
  std::string server_name;  ///< For SNI and, when verifying, the certificate (RFC 9525).
  bool verify = true;   ///< False: encrypt against listeners only (opportunistic TLS, RFC 7435).
  std::string ca_file;  ///< PEM file of trusted roots; empty: the system's.
};

/// Certificate chain and private key of a server, parsed once and shared by its connections.
class TlsIdentity {
 public:
  /// Both as PEM, the server's own certificate first. bad_input when they do not parse or belong
  /// together.
  static Result<TlsIdentity> from_pem(const std::string& chain_pem, const std::string& key_pem);
  /// A new P-256 key with a certificate signed by itself for `name`, valid ten years: what an
  /// installation offers for STARTTLS until it is given a real one.
  static TlsIdentity self_signed(const std::string& name);
  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  explicit TlsIdentity(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<Impl> impl_;
};

class Stream {
 public:
  /// Resolves `host` (a name or a literal address) and tries those of its addresses that the permit
  /// allows, in order, until `deadline`. "not-allowed" when there is none.
  static Result<Stream> connect(const Permit& permit, const std::string& host, std::uint16_t port,
                                Deadline deadline);

  Stream(Stream&&) noexcept;
  Stream& operator=(Stream&&) noexcept;
  ~Stream();

  /// The client's and the server's side of the TLS handshake (1.2 or later).
  Result<void> start_tls(const TlsVerify& verify, Deadline deadline);
  Result<void> accept_tls(const TlsIdentity& identity, Deadline deadline);
  bool is_tls() const;

  /// Reads what is there, at most out.size() bytes, waiting for at least one. 0: the other end
  /// closed.
  Result<std::size_t> read_some(std::span<char> out, Deadline deadline);
  /// The bytes read ahead, after waiting for at least one when there are none; the view lasts until
  /// the next call that reads. An empty view: the other end closed. `more`: wait for further bytes
  /// even if some are held.
  Result<std::string_view> peek(Deadline deadline, bool more = false);
  void consume(std::size_t bytes);
  std::size_t buffered() const;
  /// One line *with* its line feed; valid until the next call that reads. "too-long" when none ends
  /// within `limit` bytes, "closed" when the other end closed first.
  Result<std::string_view> read_line(std::size_t limit, Deadline deadline);

  /// Writes all of it; the parts leave together, with one system call if the kernel takes them.
  Result<void> write(std::string_view data, Deadline deadline);
  Result<void> write(std::span<const std::string_view> parts, Deadline deadline);
  /// Bytes of all write()s that may have left for the other end: after a failed write, whatever
  /// lies beyond is certain not to have been sent. Under TLS the whole of the last write counts.
  std::uint64_t handed_over() const;

  /// Ends the connection (under TLS after a close_notify, which is not waited for).
  void close();
  bool is_open() const;
  /// The other end's address without its port.
  const std::string& peer() const;

  struct Impl;
  explicit Stream(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

/// A listening TCP socket.
class Listener {
 public:
  /// `address` is literal ("127.0.0.1", "::"); port 0 lets the system choose. Must be called in a
  /// fiber.
  static Result<Listener> open(const std::string& address, std::uint16_t port);
  Listener(Listener&&) noexcept;
  Listener& operator=(Listener&&) noexcept;
  ~Listener();
  std::uint16_t port() const;
  /// Waits for the next connection; without a deadline for ever. "closed" after close().
  Result<Stream> accept(std::optional<Deadline> deadline = std::nullopt);
  /// From the loop's thread: ends a waiting accept().
  void close();

 private:
  struct Impl;
  explicit Listener(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace varde::net
