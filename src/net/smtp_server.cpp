#include "net/smtp_server.hpp"

#include <charconv>
#include <map>
#include <set>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/text.hpp"

namespace varde::net {
namespace {

metrics::Counter connections_total("varde_smtp_server_connections_total",
                                   "Connections to the built-in mail receiver");
metrics::Counter messages_total("varde_smtp_server_messages_total",
                                "Messages the built-in mail receiver stored");

using Verb = SmtpCommand::Verb;
constexpr std::pair<std::string_view, Verb> kVerbs[] = {
    {"HELO", Verb::helo}, {"EHLO", Verb::ehlo}, {"MAIL", Verb::mail},        {"RCPT", Verb::rcpt},
    {"DATA", Verb::data}, {"RSET", Verb::rset}, {"NOOP", Verb::noop},        {"QUIT", Verb::quit},
    {"VRFY", Verb::vrfy}, {"HELP", Verb::help}, {"STARTTLS", Verb::starttls}};

constexpr std::size_t kMaxPath = 320;  // 64 + "@" + 255 (RFC 5321 section 4.5.3.1)

SmtpReply syntax(std::string text) { return {501, "5.5.4", std::move(text)}; }

std::string ascii_upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  return out;
}

// Where the path that begins with '<' ends (behind its '>'), minding quoted local parts; npos when
// it does not.
std::size_t end_of_path(std::string_view text) {
  bool quoted = false;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (text[i] == '>' && !quoted) {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

bool is_domain_char(char c) {
  auto b = static_cast<unsigned char>(c);
  return b >= 128 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         c == '-' || c == '.' || c == '_' || c == '[' || c == ']' || c == ':';
}

// "local@domain" with either a dot-string or a quoted string before the last '@'.
bool is_mailbox(std::string_view path) {
  auto at = path.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == path.size()) return false;
  for (char c : path.substr(at + 1))
    if (!is_domain_char(c)) return false;
  auto local = path.substr(0, at);
  if (local.front() == '"') return local.size() > 2 && local.back() == '"';
  return local.find_first_of(" \"()<>[]:;,\\@") == std::string_view::npos;
}

// "FROM:<path> KEY=VALUE ..." behind the verb.
void parse_path(SmtpCommand& command, std::string_view rest, std::string_view word) {
  if (rest.size() < word.size() || !iequals(rest.substr(0, word.size()), word)) {
    command.error = syntax("Say " + std::string(word) + "<address>");
    return;
  }
  rest = trim(rest.substr(word.size()));
  auto end = rest.starts_with('<') ? end_of_path(rest) : std::string_view::npos;
  if (end == std::string_view::npos) {
    command.error = syntax("The address must stand in angle brackets");
    return;
  }
  auto path = rest.substr(1, end - 2);
  // A source route is obsolete and to be ignored (RFC 5321 appendix C).
  if (path.starts_with('@')) {
    auto colon = path.find(':');
    if (colon != std::string_view::npos) path.remove_prefix(colon + 1);
  }
  bool is_null = path.empty() && command.verb == Verb::mail;
  bool is_postmaster = command.verb == Verb::rcpt && iequals(path, "postmaster");
  if (path.size() > kMaxPath || (!is_null && !is_postmaster && !is_mailbox(path))) {
    command.error = {501, command.verb == Verb::mail ? "5.1.7" : "5.1.3", "Not a mail address"};
    return;
  }
  command.argument = path;
  rest.remove_prefix(end);
  if (!rest.empty() && rest.front() != ' ') {
    command.error = syntax("A space must follow the address");
    return;
  }
  for (auto word_at : split(rest, ' ')) {
    if (word_at.empty()) continue;
    auto equals = word_at.find('=');
    auto key = ascii_upper(word_at.substr(0, equals));
    auto value = equals == std::string_view::npos ? "" : word_at.substr(equals + 1);
    if (command.parameters.size() >= 16) {
      command.error = syntax("Too many parameters");
      return;
    }
    command.parameters.emplace_back(std::move(key), std::string(value));
  }
}

}  // namespace

SmtpCommand parse_smtp_command(std::string_view line) {
  SmtpCommand command;
  if (!line.ends_with("\r\n")) {
    command.error = {500, "5.5.2", "A line must end with CR LF"};
    return command;
  }
  line.remove_suffix(2);
  for (char c : line) {
    auto b = static_cast<unsigned char>(c);
    if ((b < 32 && c != '\t') || b == 127) {
      command.error = {500, "5.5.2", "Control characters have no place in a command"};
      return command;
    }
  }
  if (!is_utf8(line)) {
    command.error = {500, "5.5.2", "The command is not UTF-8"};
    return command;
  }
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
  auto space = line.find(' ');
  auto rest = space == std::string_view::npos ? std::string_view{} : trim(line.substr(space));
  for (auto [name, verb] : kVerbs)
    if (iequals(line.substr(0, space), name)) command.verb = verb;
  switch (command.verb) {
    case Verb::helo:
    case Verb::ehlo:
      if (rest.empty() || rest.size() > 255 || rest.find(' ') != std::string_view::npos)
        command.error = syntax("Say who you are");
      command.argument = rest.substr(0, 255);
      break;
    case Verb::mail:
      parse_path(command, rest, "FROM:");
      break;
    case Verb::rcpt:
      parse_path(command, rest, "TO:");
      break;
    case Verb::data:
    case Verb::rset:
    case Verb::quit:
    case Verb::starttls:
      if (!rest.empty()) command.error = syntax("This command takes no argument");
      break;
    case Verb::noop:
    case Verb::vrfy:
    case Verb::help:
      break;
    case Verb::unknown:
      command.error = {500, "5.5.1", "Unknown command"};
      break;
  }
  return command;
}

struct SmtpServer::Impl {
  Impl(SmtpServerOptions o, SmtpHandler& h, Listener l)
      : options(std::move(o)), handler(h), listener(std::move(l)) {}

  SmtpServerOptions options;
  SmtpHandler& handler;
  Listener listener;
  std::set<Stream*> open;
  std::map<std::string, std::size_t> by_peer;
  std::size_t fibers = 0;
  bool stopping = false;
  Event idle;

  void leave() {
    if (--fibers == 0) idle.wake();
  }
  void accept_all();
};

namespace {

// One connection.
class Session {
 public:
  Session(Stream& stream, const SmtpServerOptions& options, SmtpHandler& handler)
      : stream_(stream), options_(options), handler_(handler) {
    envelope_.peer = stream.peer();
  }

  void run() {
    answer({220, "", options_.hostname + " ESMTP"});
    while (!over_) {
      if (!flush_before_waiting()) return;
      auto line = stream_.read_line(options_.max_line, in(options_.command_timeout));
      if (!line) {
        if (line.error().kind == "too-long") farewell({500, "5.5.6", "The line is too long"});
        if (line.error().kind == "timeout") farewell({421, "4.4.2", "Timeout, closing"});
        return;
      }
      if (++commands_ > options_.max_commands) {
        farewell({421, "4.7.0", "Too many commands"});
        return;
      }
      obey(parse_smtp_command(*line));
      if (errors_ >= options_.max_errors) {
        farewell({421, "4.7.0", "Too many errors"});
        return;
      }
    }
    (void)flush();
  }

  void farewell(const SmtpReply& reply) {
    answer(reply);
    (void)flush();
    over_ = true;
  }

 private:
  void obey(const SmtpCommand& command) {
    if (command.error.code != 0) return refuse(command.error);
    switch (command.verb) {
      case Verb::helo:
      case Verb::ehlo:
        return hello(command);
      case Verb::mail:
        return mail(command);
      case Verb::rcpt:
        return rcpt(command);
      case Verb::data:
        return data();
      case Verb::rset:
        forget();
        return answer({250, "2.0.0", "Ok"});
      case Verb::noop:
        return answer({250, "2.0.0", "Ok"});
      case Verb::vrfy:
        return answer({252, "2.1.5", "Send some mail, I will try my best"});
      case Verb::help:
        return answer({214, "2.0.0", "See RFC 5321"});
      case Verb::starttls:
        return starttls();
      case Verb::quit:
        answer({221, "2.0.0", "Bye"});
        over_ = true;
        return;
      case Verb::unknown:
        return refuse({500, "5.5.1", "Unknown command"});
    }
  }

  void hello(const SmtpCommand& command) {
    forget();
    greeted_ = true;
    envelope_.hello = command.argument;
    if (command.verb == Verb::helo) return answer({250, "", options_.hostname});
    std::string text = options_.hostname + "\nPIPELINING\nSIZE " +
                       std::to_string(options_.max_size) +
                       "\n8BITMIME\nSMTPUTF8\nENHANCEDSTATUSCODES";
    if (options_.tls && !stream_.is_tls()) text += "\nSTARTTLS";
    answer({250, "", text});
  }

  void mail(const SmtpCommand& command) {
    if (!greeted_) return refuse({503, "5.5.1", "Say EHLO first"});
    if (transaction_) return refuse({503, "5.5.1", "A transaction is open already"});
    for (const auto& [key, value] : command.parameters) {
      if (key == "SIZE") {
        std::size_t size = 0;
        auto [end, ec] = std::from_chars(value.data(), value.data() + value.size(), size);
        if (ec == std::errc::result_out_of_range || size > options_.max_size)
          return refuse({552, "5.3.4", "The message is too large"});
        if (ec != std::errc() || end != value.data() + value.size())
          return refuse(syntax("SIZE takes a number"));
      } else if (key == "BODY") {
        if (!iequals(value, "7BIT") && !iequals(value, "8BITMIME"))
          return refuse(syntax("BODY is 7BIT or 8BITMIME"));
      } else if (key != "SMTPUTF8") {
        return refuse({555, "5.5.4", "Unknown parameter"});
      }
    }
    transaction_ = true;
    envelope_.sender = command.argument;
    answer({250, "2.1.0", "Ok"});
  }

  void rcpt(const SmtpCommand& command) {
    if (!transaction_) return refuse({503, "5.5.1", "Say MAIL first"});
    if (!command.parameters.empty()) return refuse({555, "5.5.4", "Unknown parameter"});
    if (envelope_.recipients.size() >= options_.max_recipients)
      return refuse({452, "4.5.3", "Too many recipients"});
    auto reply = ask([&] { return handler_.accept_recipient(envelope_, command.argument); });
    if (reply.code / 100 != 2) return refuse(reply);
    envelope_.recipients.push_back(command.argument);
    answer(reply);
  }

  void data() {
    if (!transaction_) return refuse({503, "5.5.1", "Say MAIL first"});
    if (envelope_.recipients.empty()) return refuse({554, "5.5.1", "No valid recipients"});
    answer({354, "", "End data with <CR><LF>.<CR><LF>"});
    if (!flush()) return;
    auto message = read_message();
    if (!message) {
      over_ = true;
      return;
    }
    if (!*message) {
      forget();
      return refuse({552, "5.3.4", "The message is too large"});
    }
    auto reply = ask([&] { return handler_.deliver(envelope_, **message); });
    forget();
    if (reply.code / 100 != 2) return refuse(reply);
    messages_total.add();
    answer(reply);
  }

  // The message, dots unstuffed; an inner nullopt when it is too large, an outer one when the
  // connection is over.
  std::optional<std::optional<std::string>> read_message() {
    constexpr std::string_view kEnd = "\r\n.\r\n";
    auto deadline = in(options_.data_timeout);
    std::string raw = "\r\n";  // as if a line had ended, so that an empty message ends, too
    bool too_large = false;
    std::size_t dropped = 0;
    while (true) {
      auto chunk = stream_.peek(deadline);
      if (!chunk || chunk->empty()) return std::nullopt;
      auto before = raw.size();
      auto from = before - std::min(before, kEnd.size() - 1);
      raw.append(*chunk);
      auto at = raw.find(kEnd, from);
      stream_.consume(at == std::string::npos ? chunk->size() : at + kEnd.size() - before);
      if (at != std::string::npos) {
        raw.resize(at + 2);
        break;
      }
      if (raw.size() > options_.max_size + 2) {
        too_large = true;
        auto keep = kEnd.size() - 1;
        dropped += raw.size() - keep;
        raw.erase(0, raw.size() - keep);
        if (dropped > options_.max_size * 4) return std::nullopt;  // it will never stop
      }
    }
    if (too_large || raw.size() > options_.max_size + 2) return std::optional<std::string>();
    std::string out;
    out.reserve(raw.size());
    std::size_t begin = 2;
    // raw begins with CRLF: a dot at the very beginning is found like any other.
    for (auto at = raw.find("\r\n."); at != std::string::npos; at = raw.find("\r\n.", at + 3)) {
      if (at + 2 > begin) out.append(raw, begin, at + 2 - begin);
      begin = at + 3;
    }
    out.append(raw, std::min(begin, raw.size()));
    return std::optional<std::string>(std::move(out));
  }

  void starttls() {
    if (!options_.tls || stream_.is_tls()) return refuse({502, "5.5.1", "Not available"});
    answer({220, "2.0.0", "Go ahead"});
    if (!flush()) return;
    if (!stream_.accept_tls(*options_.tls, in(options_.command_timeout))) {
      over_ = true;
      return;
    }
    // RFC 3207 section 4.2: nothing said before counts.
    forget();
    greeted_ = false;
    envelope_.hello.clear();
    envelope_.tls = true;
  }

  template <class Question>
  SmtpReply ask(Question question) {
    try {
      auto reply = question();
      if (reply.code >= 200 && reply.code < 600) return reply;
      log::error("The mail handler gave an answer that is none", {{"code", reply.code}});
    } catch (const Stopped&) {
      throw;
    } catch (const std::exception& e) {
      log::error("The mail handler failed", {{"what", e.what()}});
    }
    return {451, "4.3.0", "Internal error, try again later"};
  }

  void forget() {
    transaction_ = false;
    envelope_.sender.clear();
    envelope_.recipients.clear();
  }

  void refuse(const SmtpReply& reply) {
    ++errors_;
    answer(reply);
  }

  void answer(const SmtpReply& reply) {
    auto lines = split(reply.text, '\n');
    for (std::size_t i = 0; i < lines.size(); ++i) {
      out_ += std::to_string(reply.code);
      out_ += i + 1 < lines.size() ? '-' : ' ';
      if (!reply.enhanced.empty()) {
        out_ += reply.enhanced;
        out_ += ' ';
      }
      for (char c : lines[i].substr(0, 480))
        if (c != '\r') out_ += c;
      out_ += "\r\n";
    }
  }

  bool flush() {
    if (out_.empty()) return true;
    auto written = stream_.write(out_, in(options_.command_timeout));
    out_.clear();
    if (!written) over_ = true;
    return static_cast<bool>(written);
  }
  // Answers to pipelined commands leave together, but never wait for a command yet to come.
  bool flush_before_waiting() {
    if (stream_.buffered() > 0) {
      auto held = stream_.peek(in(options_.command_timeout));
      if (held && held->find('\n') != std::string_view::npos && out_.size() < 4096) return true;
    }
    return flush();
  }

  Stream& stream_;
  const SmtpServerOptions& options_;
  SmtpHandler& handler_;
  ReceivedEnvelope envelope_;
  std::string out_;
  bool greeted_ = false, transaction_ = false, over_ = false;
  std::size_t commands_ = 0, errors_ = 0;
};

}  // namespace

void SmtpServer::Impl::accept_all() {
  while (!stopping) {
    auto accepted = listener.accept();
    if (stopping) return;
    if (!accepted) {
      // Out of descriptors, most likely: let some close.
      log::warning("A mail connection was not accepted", {{"why", accepted.error().message}});
      sleep_for(std::chrono::milliseconds(50));
      continue;
    }
    connections_total.add();
    auto stream = std::make_shared<Stream>(*std::move(accepted));
    bool full = open.size() >= options.max_connections ||
                by_peer[stream->peer()] >= options.max_connections_per_peer;
    if (full) {
      if (by_peer[stream->peer()] == 0) by_peer.erase(stream->peer());
      (void)stream->write("421 4.7.0 Too many connections\r\n", in(std::chrono::seconds(1)));
      continue;
    }
    ++fibers;
    ++by_peer[stream->peer()];
    open.insert(stream.get());
    Loop::current().spawn([this, stream] {
      struct Leave {
        Impl& impl;
        Stream& stream;
        ~Leave() {
          impl.open.erase(&stream);
          if (--impl.by_peer[stream.peer()] == 0) impl.by_peer.erase(stream.peer());
          stream.close();
          impl.leave();
        }
      } leave{*this, *stream};
      Session(*stream, options, handler).run();
    });
  }
}

SmtpServer::SmtpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<SmtpServer>> SmtpServer::start(SmtpServerOptions options,
                                                      SmtpHandler& handler) {
  VARDE_TRY(auto listener, Listener::open(options.address, options.port));
  auto impl = std::make_unique<Impl>(std::move(options), handler, std::move(listener));
  ++impl->fibers;
  Loop::current().spawn([impl = impl.get()] {
    struct Leave {
      Impl& impl;
      ~Leave() { impl.leave(); }
    } leave{*impl};
    impl->accept_all();
  });
  return std::unique_ptr<SmtpServer>(new SmtpServer(std::move(impl)));
}

SmtpServer::~SmtpServer() {
  try {
    stop();
  } catch (const std::exception&) {  // Stopped: the loop ends, and its fibers with it
  }
}

std::uint16_t SmtpServer::port() const { return impl_->listener.port(); }

void SmtpServer::stop() {
  auto& impl = *impl_;
  impl.stopping = true;
  impl.listener.close();
  for (auto* stream : impl.open) stream->close();
  while (impl.fibers > 0) impl.idle.wait();
}

}  // namespace varde::net
