// The built-in mail receiver: it takes bounces, complaints and replies under the addresses that the
// sender put into its envelopes (VERP), and feeds the captured mailbox. It relays nothing.
//
// One fiber for each connection reads straight through the dialogue of RFC 5321. What makes a
// receiver safe is mostly what it does not believe:
//  * The end of a message is CRLF "." CRLF and nothing else. Servers that also took LF "." LF or a
//    lone CR let a sender smuggle a second message, past checks made on the first, through servers
//    that did not. Here bare line feeds are ordinary data in a message and an error in a command.
//  * Commands that came before the TLS handshake are not carried into it (Stream refuses).
//  * Everything has a limit: line, recipients, size, commands, errors, time, connections in all and
//    for each address.
// 250 to the final dot is said after deliver() has returned it: acknowledged means stored. An MTA
// beside the program (Postfix with a pipe) was rejected: two queues to lose mail between, and one
// more thing to install.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "net/smtp_client.hpp"  // SmtpReply
#include "net/stream.hpp"

namespace varde::net {

/// A command line, read. A pure function of the line, so that it can be fuzzed.
struct SmtpCommand {
  enum class Verb { helo, ehlo, mail, rcpt, data, rset, noop, quit, vrfy, starttls, help, unknown };
  Verb verb = Verb::unknown;
  std::string argument;  ///< The domain of HELO and EHLO; the path of MAIL and RCPT, no brackets.
  /// ESMTP parameters, keywords in upper case.
  std::vector<std::pair<std::string, std::string>> parameters;
  SmtpReply error;  ///< code 0 when the line is well-formed.
};
/// Reads a line with its line end. Anything but one CRLF at its end, control characters, and bytes
/// that are not UTF-8 are errors.
SmtpCommand parse_smtp_command(std::string_view line);

struct ReceivedEnvelope {
  std::string peer;   ///< The other end's address.
  std::string hello;  ///< What it calls itself.
  bool tls = false;
  std::string sender;  ///< Empty for notifications.
  std::vector<std::string> recipients;
};

/// Who decides what is taken. Called on the connection's fiber, so it may wait; an exception is
/// answered with 451. A reply with 2xx accepts.
class SmtpHandler {
 public:
  virtual ~SmtpHandler() = default;
  /// `envelope` holds the recipients accepted so far, not this one.
  virtual SmtpReply accept_recipient(const ReceivedEnvelope& envelope,
                                     const std::string& recipient) = 0;
  /// `message` as received, dots unstuffed, line ends untouched. Return 2xx only when it is stored.
  virtual SmtpReply deliver(const ReceivedEnvelope& envelope, std::string_view message) = 0;
};

struct SmtpServerOptions {
  std::string address = "127.0.0.1";  ///< Literal.
  std::uint16_t port = 0;             ///< 0: any free one.
  std::string hostname = "localhost";
  std::optional<TlsIdentity> tls;  ///< Offers STARTTLS.
  std::size_t max_size = 10 << 20;
  std::size_t max_line = 2048;  ///< RFC 5321 asks for 512 at least, extensions for more.
  std::size_t max_recipients = 100;
  std::size_t max_connections = 200;
  std::size_t max_connections_per_peer = 50;
  std::size_t max_commands = 2000;  ///< In one session.
  std::size_t max_errors = 10;
  std::chrono::milliseconds command_timeout = std::chrono::minutes(5);
  std::chrono::milliseconds data_timeout = std::chrono::minutes(10);  ///< For a whole message.
};

class SmtpServer {
 public:
  /// Starts to listen on the loop of the calling fiber. `handler` must outlive the server.
  static Result<std::unique_ptr<SmtpServer>> start(SmtpServerOptions options, SmtpHandler& handler);
  /// Stops as stop() does; in a fiber of the same loop, or after that loop has been stopped.
  ~SmtpServer();
  std::uint16_t port() const;
  /// Takes no further connections, ends those open and waits until their fibers are gone.
  void stop();

 private:
  struct Impl;
  explicit SmtpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace varde::net
