#include "net/smtp_client.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "net/stream.hpp"

namespace varde::net {
namespace {

constexpr std::size_t kMaxLine = 4096;  // RFC 5321 says 512; real servers are wordier
constexpr int kMaxLines = 128;
constexpr std::size_t kMaxText = 1024;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The length of "5.1.1" at the beginning of `text` when it fits `code` (RFC 2034 section 4: same
// class, then a space or the end); else 0.
std::size_t enhanced_length(std::string_view text, int code) {
  if (text.size() < 5 || text[0] != '0' + code / 100 || text[1] != '.') return 0;
  if (text[0] != '2' && text[0] != '4' && text[0] != '5') return 0;
  std::size_t at = 2;
  for (int part = 0; part < 2; ++part) {
    auto begin = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    if (at == begin || at - begin > 3) return 0;
    if (part == 0 && (at == text.size() || text[at++] != '.')) return 0;
  }
  return at == text.size() || text[at] == ' ' ? at : 0;
}

Error smtp_error(std::string kind, std::string message) {
  return {ErrorCode::unavailable, std::move(message), {}, std::move(kind), 0};
}
Error refused(const SmtpReply& reply) {
  return smtp_error(reply.code >= 400 && reply.code < 500   ? "smtp-4xx"
                    : reply.code >= 500 && reply.code < 600 ? "smtp-5xx"
                                                            : "smtp-protocol",
                    fmt::format("The mail server answered {} {}.", reply.code, reply.enhanced));
}

// What may stand between the angle brackets: no control characters, spaces or brackets, which would
// let an address speak SMTP.
bool is_safe_path(std::string_view path) {
  if (path.size() > 320) return false;
  return std::all_of(path.begin(), path.end(), [](char c) {
    auto b = static_cast<unsigned char>(c);
    return b > 32 && b != 127 && c != '<' && c != '>';
  });
}
bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 128; });
}
bool needs_utf8(const Envelope& envelope) {
  return !is_ascii(envelope.sender) ||
         !std::all_of(envelope.recipients.begin(), envelope.recipients.end(), is_ascii);
}

}  // namespace

SmtpReplyParser::State SmtpReplyParser::feed(std::string_view line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  if (line.size() < 3 || line.size() > kMaxLine || ++lines_ > kMaxLines) return State::bad;
  if (line[0] < '2' || line[0] > '5' || !is_digit(line[1]) || !is_digit(line[2])) return State::bad;
  int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  if (lines_ > 1 && code != reply_.code) return State::bad;
  reply_.code = code;
  bool last = line.size() == 3 || line[3] == ' ';
  if (!last && line[3] != '-') return State::bad;
  line.remove_prefix(std::min<std::size_t>(4, line.size()));
  if (auto size = enhanced_length(line, code)) {
    if (reply_.enhanced.empty()) reply_.enhanced = line.substr(0, size);
    line.remove_prefix(std::min(size + 1, line.size()));
  }
  if (lines_ > 1 && reply_.text.size() < kMaxText) reply_.text += '\n';
  reply_.text += line.substr(0, kMaxText - std::min(kMaxText, reply_.text.size()));
  return last ? State::done : State::more;
}

struct SmtpClient::Impl {
  Impl(Stream s, const SmtpTarget& t) : stream(std::move(s)), target(t) {}

  Stream stream;
  SmtpTarget target;
  bool pipelining = false, eight_bit = false, utf8 = false, starttls = false, size_known = false;
  bool auth_plain = false, auth_login = false;
  std::size_t size_limit = 0;  // 0: none declared
  std::size_t sent = 0;
  bool dead = false;
  bool reset_due = false;  // a transaction was refused half-way
  // The envelope whose MAIL, RCPT and DATA have been written and not yet answered.
  bool opened = false;
  bool opened_with_reset = false;
  Envelope open_envelope;
  std::string commands;                  // scratch
  std::vector<std::string_view> pieces;  // scratch

  void drop() {
    dead = true;
    opened = false;
    stream.close();
  }

  Result<SmtpReply> read_reply(std::chrono::milliseconds patience) {
    auto deadline = in(patience);
    SmtpReplyParser parser;
    while (true) {
      VARDE_TRY(auto line, stream.read_line(kMaxLine, deadline));
      switch (parser.feed(line)) {
        case SmtpReplyParser::State::more:
          continue;
        case SmtpReplyParser::State::done:
          return std::move(parser.reply());
        case SmtpReplyParser::State::bad:
          return smtp_error("smtp-protocol", "The other end does not speak SMTP.");
      }
    }
  }
  Result<SmtpReply> command(std::string_view line, std::chrono::milliseconds patience) {
    VARDE_CHECK(stream.write(line, in(patience)));
    return read_reply(patience);
  }

  Result<void> hello() {
    VARDE_TRY(auto reply, command("EHLO " + target.hello + "\r\n", target.timeouts.command));
    pipelining = eight_bit = utf8 = starttls = size_known = auth_plain = auth_login = false;
    size_limit = 0;
    if (reply.code / 100 == 5) {
      VARDE_TRY(auto plain, command("HELO " + target.hello + "\r\n", target.timeouts.command));
      if (plain.code / 100 != 2) return refused(plain);
      return {};
    }
    if (reply.code / 100 != 2) return refused(reply);
    for (auto line : split(reply.text, '\n')) capability(ascii_lower(line));
    if (!target.pipelining) pipelining = false;
    return {};
  }

  void capability(std::string_view line) {
    auto words = split(line, ' ');
    auto word = words[0];
    if (word == "pipelining") pipelining = true;
    if (word == "8bitmime") eight_bit = true;
    if (word == "smtputf8") utf8 = true;
    if (word == "starttls") starttls = true;
    if (word == "size") {
      size_known = true;
      if (words.size() > 1)
        for (char c : words[1].substr(0, 15))
          if (is_digit(c)) size_limit = size_limit * 10 + static_cast<std::size_t>(c - '0');
    }
    if (word.starts_with("auth=")) words[0].remove_prefix(5);
    if (word == "auth" || word.starts_with("auth=")) {
      for (auto mechanism : words) {
        if (mechanism == "plain") auth_plain = true;
        if (mechanism == "login") auth_login = true;
      }
    }
  }

  Result<void> secure() {
    if (target.tls == SmtpTls::none || target.tls == SmtpTls::implicit) return {};
    if (!starttls) {
      if (target.tls == SmtpTls::opportunistic) return {};
      return smtp_error("smtp-tls", "The mail server does not offer STARTTLS, which is required.");
    }
    VARDE_TRY(auto reply, command("STARTTLS\r\n", target.timeouts.command));
    if (reply.code / 100 != 2) {
      if (target.tls == SmtpTls::opportunistic) return {};
      return smtp_error("smtp-tls", "The mail server refused STARTTLS, which is required.");
    }
    bool verify = target.verify && target.tls == SmtpTls::required;
    VARDE_CHECK(
        stream.start_tls({target.host, verify, target.ca_file}, in(target.timeouts.command)));
    return hello();
  }

  Result<void> authenticate() {
    if (target.user.empty()) return {};
    if (!stream.is_tls() && !target.auth_without_tls)
      return smtp_error("smtp-auth", "The password is not sent without TLS.");
    auto patience = target.timeouts.command;
    Result<SmtpReply> reply = SmtpReply{};
    if (auth_plain) {
      auto secret = std::string(1, '\0') + target.user + std::string(1, '\0') + target.password;
      reply = command("AUTH PLAIN " + base64(secret) + "\r\n", patience);
    } else if (auth_login) {
      reply = command("AUTH LOGIN\r\n", patience);
      if (reply && reply->code == 334) reply = command(base64(target.user) + "\r\n", patience);
      if (reply && reply->code == 334) reply = command(base64(target.password) + "\r\n", patience);
    } else {
      return smtp_error("smtp-auth", "The mail server offers neither AUTH PLAIN nor AUTH LOGIN.");
    }
    if (!reply) return std::move(reply).error();
    if (reply->code == 235) return {};
    if (reply->code / 100 == 4) return refused(*reply);
    return smtp_error("smtp-auth", "The mail server did not accept the user name and password.");
  }

  static Result<std::unique_ptr<Impl>> make(const Permit& permit, const SmtpTarget& target) {
    VARDE_TRY(auto stream,
              Stream::connect(permit, target.host, target.port, in(target.timeouts.connect)));
    auto impl = std::make_unique<Impl>(std::move(stream), target);
    if (target.tls == SmtpTls::implicit)
      VARDE_CHECK(impl->stream.start_tls({target.host, target.verify, target.ca_file},
                                         in(target.timeouts.connect)));
    VARDE_TRY(auto greeting, impl->read_reply(target.timeouts.greeting));
    if (greeting.code != 220) return refused(greeting);
    VARDE_CHECK(impl->hello());
    VARDE_CHECK(impl->secure());
    VARDE_CHECK(impl->authenticate());
    return impl;
  }

  // A reason not to offer this envelope to this server at all.
  std::optional<SmtpReply> objection(const Envelope& envelope, std::size_t size) const {
    if (envelope.recipients.empty() || !is_safe_path(envelope.sender) ||
        !std::all_of(envelope.recipients.begin(), envelope.recipients.end(),
                     [](const auto& r) { return !r.empty() && is_safe_path(r); }))
      return SmtpReply{501, "5.1.3", "The address cannot be written in SMTP."};
    if (needs_utf8(envelope) && !utf8)
      return SmtpReply{553, "5.6.7", "The server cannot take addresses beyond ASCII."};
    if (envelope.body_8bit && !eight_bit)
      return SmtpReply{554, "5.6.3", "The server cannot take 8-bit messages."};
    if (size_limit > 0 && size > size_limit)
      return SmtpReply{552, "5.3.4", "The message is larger than the server takes."};
    return std::nullopt;
  }

  void append_mail(std::string& out, const Envelope& envelope) const {
    out += "MAIL FROM:<";
    out += envelope.sender;
    out += '>';
    if (size_known && envelope.size > 0) {
      out += " SIZE=";
      out += std::to_string(envelope.size);
    }
    if (envelope.body_8bit) out += " BODY=8BITMIME";
    if (needs_utf8(envelope)) out += " SMTPUTF8";
    out += "\r\n";
  }
  static void append_rcpt(std::string& out, const std::string& recipient) {
    out += "RCPT TO:<";
    out += recipient;
    out += ">\r\n";
  }

  // Appends the whole envelope to `out` and remembers that its answers are owed.
  void open(std::string& out, const Envelope& envelope) {
    opened_with_reset = std::exchange(reset_due, false);
    if (opened_with_reset) out += "RSET\r\n";
    append_mail(out, envelope);
    for (const auto& recipient : envelope.recipients) append_rcpt(out, recipient);
    out += "DATA\r\n";
    open_envelope = envelope;
    opened = true;
  }

  // What became of an envelope: `ready` when the server now waits for the body.
  struct Opening {
    bool ready = false;
    bool any_recipient = false;
    Delivery delivery;
  };

  static SmtpOutcome outcome_of(const SmtpReply& reply) {
    if (reply.code == 421) return SmtpOutcome::lost;
    return reply.code / 100 == 4 ? SmtpOutcome::deferred : SmtpOutcome::failed;
  }

  // Weighs the answers as they come; false when the connection is over.
  bool weigh(Opening& o, Result<SmtpReply> reply, char what) {
    if (!reply) {
      o.delivery.outcome = SmtpOutcome::lost;
      return false;
    }
    if (reply->code == 421) {
      o.delivery.outcome = SmtpOutcome::lost;
      o.delivery.reply = *std::move(reply);
      return false;
    }
    bool good = reply->code / 100 == (what == 'D' ? 3 : 2);
    if (!good && reply->code < 400) {
      // An answer to some other command: the two ends have lost step, and nothing can be trusted.
      o.ready = false;
      o.delivery.outcome = SmtpOutcome::lost;
      o.delivery.reply = *std::move(reply);
      return false;
    }
    if (what == 'D' && good) o.ready = true;
    if (what == 'R') {
      o.any_recipient |= good;
      o.delivery.recipients.push_back(*reply);
    }
    // The first refusal is the cause, the 503s behind it are consequences; but among recipients one
    // that may succeed later outweighs those that never will.
    bool decided = o.delivery.reply.code != 0;
    bool softer = what == 'R' && reply->code / 100 == 4 && o.delivery.reply.code / 100 == 5 &&
                  !o.delivery.recipients.empty() && o.delivery.recipients.size() > 1;
    if (!good && (!decided || (softer && mail_accepted))) {
      o.delivery.outcome = outcome_of(*reply);
      o.delivery.reply = *std::move(reply);
    }
    if (what == 'M') mail_accepted = good;
    // One refused recipient among accepted ones decides nothing.
    return true;
  }
  bool mail_accepted = false;

  Opening read_opening(const Envelope& envelope) {
    Opening o;
    opened = false;
    auto broken = [&] {
      drop();
      return o;
    };
    if (opened_with_reset) {
      auto reply = read_reply(target.timeouts.command);
      if (!reply || reply->code == 421) {
        (void)weigh(o, std::move(reply), 'X');
        return broken();
      }
    }
    if (!weigh(o, read_reply(target.timeouts.command), 'M')) return broken();
    for (std::size_t i = 0; i < envelope.recipients.size(); ++i)
      if (!weigh(o, read_reply(target.timeouts.command), 'R')) return broken();
    settle_recipients(o);
    if (!weigh(o, read_reply(target.timeouts.data), 'D')) return broken();
    if (o.ready && !o.any_recipient) {
      // RFC 2920 section 3.1: DATA was let through although nobody is left to send to.
      o.ready = false;
      auto reply = command(".\r\n", target.timeouts.end);
      if (!reply || reply->code == 421) drop();
    } else if (!o.ready) {
      reset_due = true;
    }
    return o;
  }

  // With at least one recipient accepted, the refusals of others do not decide the message.
  static void settle_recipients(Opening& o) {
    if (o.any_recipient) o.delivery.reply = {};
  }

  // The dialogue with a server that wants one command at a time.
  Opening open_step_by_step(const Envelope& envelope) {
    Opening o;
    auto step = [&](const std::string& line, std::chrono::milliseconds patience, char what) {
      if (weigh(o, command(line, patience), what)) return true;
      drop();
      return false;
    };
    if (std::exchange(reset_due, false)) {
      auto reply = command("RSET\r\n", target.timeouts.command);
      if (!reply || reply->code == 421) {
        (void)weigh(o, std::move(reply), 'X');
        drop();
        return o;
      }
    }
    commands.clear();
    append_mail(commands, envelope);
    if (!step(commands, target.timeouts.command, 'M')) return o;
    if (!mail_accepted) {
      reset_due = true;
      return o;
    }
    for (const auto& recipient : envelope.recipients) {
      commands.clear();
      append_rcpt(commands, recipient);
      if (!step(commands, target.timeouts.command, 'R')) return o;
    }
    settle_recipients(o);
    if (o.any_recipient && !step("DATA\r\n", target.timeouts.data, 'D')) return o;
    if (!o.ready) reset_due = true;
    return o;
  }

  // Collects the message in `pieces`, dots stuffed, with its final dot. Returns its size on the
  // wire. Nothing is copied: a line that begins with a dot only splits a piece in two.
  std::size_t stuff(std::span<const std::string_view> message) {
    pieces.clear();
    bool line_start = true;
    for (auto part : message) {
      std::size_t begin = 0;
      if (line_start && part.starts_with('.')) pieces.push_back(".");
      for (auto at = part.find("\n."); at != std::string_view::npos;
           at = part.find("\n.", at + 1)) {
        pieces.push_back(part.substr(begin, at + 1 - begin));
        pieces.push_back(".");
        begin = at + 1;
      }
      pieces.push_back(part.substr(begin));
      if (!part.empty()) line_start = part.back() == '\n';
    }
    pieces.push_back(line_start ? ".\r\n" : "\r\n.\r\n");
    std::size_t size = 0;
    for (auto piece : pieces) size += piece.size();
    return size;
  }

  Delivery send(const Envelope& current, std::span<const std::string_view> message,
                const Envelope* next) {
    if (dead) return {};
    if (opened && (open_envelope.sender != current.sender ||
                   open_envelope.recipients != current.recipients)) {
      // After DATA there is no way back but to hang up.
      drop();
      return {};
    }
    std::size_t size = 0;
    for (auto part : message) size += part.size();
    if (!opened) {
      if (auto reply = objection(current, std::max(size, current.size)))
        return {SmtpOutcome::failed, *std::move(reply), {}};
      if (pipelining) {
        commands.clear();
        open(commands, current);
        if (!stream.write(commands, in(target.timeouts.command))) {
          drop();
          return {};
        }
      }
    }
    auto opening = opened ? read_opening(current) : open_step_by_step(current);
    if (dead) return opening.delivery;
    bool may_open =
        pipelining && next && sent + 1 < target.max_messages && !objection(*next, next->size);
    if (!opening.ready) {
      if (may_open) {
        commands.clear();
        open(commands, *next);
        if (!stream.write(commands, in(target.timeouts.command))) drop();
      }
      return opening.delivery;
    }

    auto& delivery = opening.delivery;
    auto on_wire = stuff(message);
    if (may_open) {
      commands.clear();
      open(commands, *next);
      pieces.push_back(commands);
    }
    auto before = stream.handed_over();
    if (!stream.write(pieces, in(target.timeouts.block))) {
      delivery.outcome =
          stream.handed_over() - before < on_wire ? SmtpOutcome::lost : SmtpOutcome::in_doubt;
      drop();
      return delivery;
    }
    auto reply = read_reply(target.timeouts.end);
    ++sent;
    if (!reply || reply->code / 100 == 3) {
      delivery.outcome = SmtpOutcome::in_doubt;
      drop();
      return delivery;
    }
    delivery.reply = *std::move(reply);
    auto kind = delivery.reply.code / 100;
    delivery.outcome = kind == 2   ? SmtpOutcome::accepted
                       : kind == 4 ? SmtpOutcome::deferred
                                   : SmtpOutcome::failed;
    if (delivery.reply.code == 421) drop();
    return delivery;
  }
};

SmtpClient::SmtpClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SmtpClient::SmtpClient(SmtpClient&&) noexcept = default;
SmtpClient& SmtpClient::operator=(SmtpClient&&) noexcept = default;
SmtpClient::~SmtpClient() = default;

Result<SmtpClient> SmtpClient::connect(const Permit& permit, const SmtpTarget& target) {
  auto impl = Impl::make(permit, target);
  if (!impl && impl.error().kind == "tls" && target.tls == SmtpTls::opportunistic) {
    // Broken TLS is worth no more than none (RFC 7435): again, in the clear.
    auto plain = target;
    plain.tls = SmtpTls::none;
    impl = Impl::make(permit, plain);
  }
  if (!impl) return std::move(impl).error();
  return SmtpClient(*std::move(impl));
}

Delivery SmtpClient::send(const Envelope& current, std::span<const std::string_view> message,
                          const Envelope* next) {
  return impl_->send(current, message, next);
}

bool SmtpClient::usable() const { return !impl_->dead && impl_->sent < impl_->target.max_messages; }
bool SmtpClient::is_tls() const { return impl_->stream.is_tls(); }
bool SmtpClient::pipelines() const { return impl_->pipelining; }

void SmtpClient::quit() {
  if (!impl_->dead && !impl_->opened) {
    auto brief = std::min(impl_->target.timeouts.command,
                          std::chrono::milliseconds(std::chrono::seconds(5)));
    (void)impl_->command("QUIT\r\n", brief);
  }
  impl_->drop();
}

}  // namespace varde::net
