// The sending side of SMTP (RFC 5321) for a bulk engine: one object, one connection, one fiber.
//
// What costs time in SMTP is the round trip, four for each message in the plain dialogue. With
// PIPELINING (RFC 2920) a message may open a group of commands, so here one write carries the body
// of message k, its final dot, and MAIL, RCPT and DATA of message k+1; the answers come back
// together, and a message costs one round trip and two system calls. (libcurl, which opens every
// envelope anew and reads each answer, was measured at 8–10 k messages/s on loopback. This makes 82
// k of 500 bytes, and 28 k of 5 kB where Postfix's own smtp-source makes 17.5 k; the receiver,
// smtp-sink, is then the limit.)
//
// What must not happen is that the body of k+1 leaves before somebody has written down what became
// of k: after a crash between the two, nobody could tell which of them were sent. So the engine
// pulls: send(current, body, next) returns as soon as the final dot of `current` is answered; the
// caller records the outcome and only then comes back with the body of `next`. The answers to
// next's envelope are read at the beginning of that call, so recording overlaps the round trip.
//
// Between the final dot and its answer nobody knows whether the server took the message. A loss
// there is reported as `in_doubt`, any other as `lost`, which is safe to send again.
#pragma once

#include <boost/describe.hpp>
#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "net/permit.hpp"

namespace varde::net {

/// One answer of a server.
struct SmtpReply {
  int code = 0;          ///< RFC 5321 section 4.2, 0 when there was none.
  std::string enhanced;  ///< RFC 3463 status such as "5.1.1"; empty when the server gave none.
  std::string text;  ///< Without codes, lines joined by '\n', at most 1024 bytes. The server may
                     ///< have put addresses into it: personal data, not for the log.
};
BOOST_DESCRIBE_STRUCT(SmtpReply, (), (code, enhanced, text))

/// Reads one reply line by line; a pure function of its input.
class SmtpReplyParser {
 public:
  enum class State { more, done, bad };
  /// `line` with or without its line end.
  State feed(std::string_view line);
  SmtpReply& reply() { return reply_; }

 private:
  SmtpReply reply_;
  int lines_ = 0;
};

enum class SmtpOutcome {
  accepted,  ///< 2xx to the final dot: the server is now responsible for the message.
  deferred,  ///< 4xx: not sent, try later.
  failed,  ///< 5xx, or the server lacks what the message needs: not sent, trying again is in vain.
  lost,    ///< The connection ended, or was ended by 421, before the body was handed over.
  in_doubt,  ///< The connection ended between the final dot and its answer.
};
BOOST_DESCRIBE_ENUM(SmtpOutcome, accepted, deferred, failed, lost, in_doubt)

enum class SmtpTls {
  none,           ///< Never.
  opportunistic,  ///< STARTTLS when offered, certificate not checked; in the clear otherwise.
  required,       ///< STARTTLS or nothing.
  implicit,       ///< TLS from the first byte (RFC 8314, port 465).
};
BOOST_DESCRIBE_ENUM(SmtpTls, none, opportunistic, required, implicit)

/// RFC 5321 section 4.5.3.2.
struct SmtpTimeouts {
  std::chrono::milliseconds connect = std::chrono::seconds(30);
  std::chrono::milliseconds greeting = std::chrono::minutes(5);
  std::chrono::milliseconds command = std::chrono::minutes(5);
  std::chrono::milliseconds data = std::chrono::minutes(2);
  std::chrono::milliseconds block = std::chrono::minutes(3);
  std::chrono::milliseconds end = std::chrono::minutes(10);
};

struct SmtpTarget {
  std::string host;
  std::uint16_t port = 25;
  SmtpTls tls = SmtpTls::opportunistic;
  bool verify = true;   ///< Check the certificate under required and implicit TLS.
  std::string ca_file;  ///< PEM roots; empty: the system's.
  std::string user;     ///< Empty: no AUTH.
  std::string password;
  bool auth_without_tls = false;  ///< Otherwise a password never leaves in the clear.
  std::string hello = "localhost";
  std::size_t max_messages = 1000;  ///< On one connection; servers dislike endless ones.
  bool pipelining = true;           ///< False: even if the server offers it.
  SmtpTimeouts timeouts;
};

struct Envelope {
  std::string sender;  ///< Without angle brackets; empty: the null reverse-path of a notification.
  std::vector<std::string> recipients;
  std::size_t size = 0;    ///< Of the message, for SIZE (RFC 1870); 0: not known yet.
  bool body_8bit = false;  ///< The message has bytes above 127 (RFC 6152).
};

struct Delivery {
  SmtpOutcome outcome = SmtpOutcome::lost;
  SmtpReply reply;  ///< The answer that decided it; code 0 when there was none.
  /// The answers to RCPT, in the envelope's order, as far as they came. `accepted` means accepted
  /// for those with 2xx here.
  std::vector<SmtpReply> recipients;
};

class SmtpClient {
 public:
  /// Connects, greets, secures, authenticates. Errors are `unavailable` with the kinds of Stream
  /// and "smtp-tls" (required and not to be had), "smtp-auth" (refused or not offered), "smtp-4xx",
  /// "smtp-5xx", "smtp-protocol".
  static Result<SmtpClient> connect(const Permit& permit, const SmtpTarget& target);
  SmtpClient(SmtpClient&&) noexcept;
  SmtpClient& operator=(SmtpClient&&) noexcept;
  ~SmtpClient();

  /// Sends one message, given in parts (for example a DKIM header and the rest) with CRLF line
  /// ends; dots are stuffed here. `next`, if given, must be the envelope of the following call: it
  /// is opened in the same write when the server can pipeline. Never an exception but Stopped.
  Delivery send(const Envelope& current, std::span<const std::string_view> message,
                const Envelope* next = nullptr);
  Delivery send(const Envelope& current, std::string_view message, const Envelope* next = nullptr) {
    return send(current, {&message, 1}, next);
  }

  /// False when the connection is over or has carried its share: make another.
  bool usable() const;
  /// Says QUIT when no transaction is open, and closes. The destructor closes without a word.
  void quit();
  bool is_tls() const;
  bool pipelines() const;

 private:
  struct Impl;
  explicit SmtpClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace varde::net
