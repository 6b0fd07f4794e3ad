#include "net/smtp_server.hpp"

#include <gtest/gtest.h>

namespace varde::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Mailbox : SmtpHandler {
  std::vector<std::pair<ReceivedEnvelope, std::string>> mails;
  bool broken = false;
  SmtpReply accept_recipient(const ReceivedEnvelope&, const std::string& recipient) override {
    if (recipient.ends_with("@here.example.org")) return {250, "2.1.5", "Ok"};
    return {550, "5.7.1", "Relaying denied"};
  }
  SmtpReply deliver(const ReceivedEnvelope& envelope, std::string_view message) override {
    if (broken) throw std::runtime_error("disk full");
    mails.emplace_back(envelope, std::string(message));
    return {250, "2.0.0", "Stored"};
  }
};

void with_server(SmtpServerOptions options,
                 const std::function<void(SmtpServer&, Mailbox&, Stream&)>& test) {
  run_fiber([&] {
    Mailbox mailbox;
    auto server = *SmtpServer::start(std::move(options), mailbox);
    auto stream =
        *Stream::connect(Permit::for_testing("test"), "127.0.0.1", server->port(), in(seconds(5)));
    test(*server, mailbox, stream);
    server->stop();
  });
}

// Sends `text` and reads answers until one begins with `last` (which is returned), or the end.
std::string talk(Stream& stream, std::string_view text, std::string_view last) {
  if (!text.empty() && !stream.write(text, in(seconds(5)))) return "(write failed)";
  std::string line;
  while (true) {
    auto read = stream.read_line(1000, in(seconds(5)));
    if (!read) return "(" + read.error().kind + " after " + line + ")";
    line = *read;
    if (line.starts_with(last)) return line;
  }
}

TEST(SmtpServer, TakesAMessageAndUnstuffsDots) {
  with_server({}, [](SmtpServer&, Mailbox& mailbox, Stream& s) {
    talk(s, "", "220 ");
    talk(s, "EHLO client.example.org\r\n", "250 ");
    auto answer = talk(s,
                       "MAIL FROM:<> SIZE=10 BODY=8BITMIME\r\nRCPT TO:<a@elsewhere.example.org>\r\n"
                       "RCPT TO:<b@here.example.org>\r\nDATA\r\n",
                       "354");
    EXPECT_TRUE(answer.starts_with("354")) << answer;
    answer = talk(s, "..one\r\n...\r\n.two\r\n\r\n.\r\nQUIT\r\n", "250");
    EXPECT_EQ(answer, "250 2.0.0 Stored\r\n");
    talk(s, "", "221");
    ASSERT_EQ(mailbox.mails.size(), 1U);
    EXPECT_EQ(mailbox.mails[0].second, ".one\r\n..\r\ntwo\r\n\r\n");
    EXPECT_EQ(mailbox.mails[0].first.recipients, std::vector<std::string>{"b@here.example.org"});
    EXPECT_EQ(mailbox.mails[0].first.hello, "client.example.org");
  });
}

TEST(SmtpServer, OnlyCrlfDotCrlfEndsAMessage) {
  const std::string bodies[] = {"a\n.\nb\r\n",   "a\n.\r\nb\r\n", "a\r.\rb\r\n",
                                "a\r\n.\nb\r\n", "a\r.\r\nb\r\n", "a\r\n\n.\r\nb\r\n",
                                "a\r\n.\rb\r\n"};
  for (const auto& body : bodies)
    with_server({}, [&](SmtpServer&, Mailbox& mailbox, Stream& s) {
      talk(s, "HELO x\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@here.example.org>\r\nDATA\r\n",
           "354");
      EXPECT_EQ(talk(s, body + ".\r\n", "250"), "250 2.0.0 Stored\r\n");
      ASSERT_EQ(mailbox.mails.size(), 1U);
      // A dot behind CRLF is unstuffed, whatever follows it; all else arrives as it was.
      auto expected = body;
      if (auto at = expected.find("\r\n."); at != std::string::npos) expected.erase(at + 2, 1);
      EXPECT_EQ(mailbox.mails[0].second, expected);
    });
}

TEST(SmtpServer, AMessageMayComeByteByByte) {
  with_server({}, [](SmtpServer&, Mailbox& mailbox, Stream& s) {
    talk(s, "HELO x\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@here.example.org>\r\nDATA\r\n",
         "354");
    for (char c : std::string("x\r\n..\r\n.\r\n")) {
      ASSERT_TRUE(s.write({&c, 1}, in(seconds(5))));
      yield_now();
    }
    talk(s, "", "250");
    EXPECT_EQ(mailbox.mails.at(0).second, "x\r\n.\r\n");
    talk(s, "MAIL FROM:<a@example.org>\r\nRCPT TO:<b@here.example.org>\r\nDATA\r\n", "354");
    talk(s, ".\r\n", "250");
    EXPECT_EQ(mailbox.mails.at(1).second, "");
  });
}

TEST(SmtpServer, Answers) {
  struct Case {
    const char* commands;
    const char* last;
  };
  SmtpServerOptions options;
  options.max_size = 1000;
  options.max_recipients = 2;
  options.max_line = 100;
  const std::string long_line = "NOOP " + std::string(200, 'x') + "\r\n";
  const Case cases[] = {
      {"MAIL FROM:<a@example.org>\r\n", "503 5.5.1"},
      {"HELO x\r\nRCPT TO:<b@here.example.org>\r\n", "503 5.5.1"},
      {"HELO x\r\nDATA\r\n", "503 5.5.1"},
      {"HELO x\r\nMAIL FROM:<a@example.org>\r\nDATA\r\n", "554 5.5.1"},
      {"HELO x\r\nMAIL FROM:<a@example.org> SIZE=2000\r\n", "552 5.3.4"},
      {"HELO x\r\nMAIL FROM:<a@example.org> SIZE=99999999999999999999999\r\n", "552 5.3.4"},
      {"HELO x\r\nMAIL FROM:<a@example.org> SIZE=x\r\n", "501 5.5.4"},
      {"HELO x\r\nMAIL FROM:<a@example.org> AUTH=<>\r\n", "555 5.5.4"},
      {"HELO x\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@elsewhere.example.org>\r\n", "550 5.7.1"},
      {"HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<1@here.example.org>\r\nRCPT TO:<2@here.example.org>\r\n"
       "RCPT TO:<3@here.example.org>\r\n",
       "452 4.5.3"},
      {"NOOP\n", "500 5.5.2"},
      {"EHLO\r\n", "501 5.5.4"},
      {"VRFY postmaster\r\n", "252 2.1.5"},
      {"EXPN x\r\n", "500 5.5.1"},
      {"STARTTLS\r\n", "502 5.5.1"},
      {long_line.c_str(), "500 5.5.6"},
      {"x\r\nx\r\nx\r\nx\r\nx\r\nx\r\nx\r\nx\r\nx\r\nx\r\n", "421 4.7.0"},
  };
  for (const auto& c : cases)
    with_server(options, [&](SmtpServer&, Mailbox&, Stream& s) {
      EXPECT_TRUE(talk(s, c.commands, c.last).starts_with(c.last)) << c.commands;
    });
}

TEST(SmtpServer, AMessageBeyondTheLimitIsRefusedAndTheSessionGoesOn) {
  SmtpServerOptions options;
  options.max_size = 1000;
  with_server(options, [](SmtpServer&, Mailbox& mailbox, Stream& s) {
    const char* open = "MAIL FROM:<a@example.org>\r\nRCPT TO:<b@here.example.org>\r\nDATA\r\n";
    talk(s, std::string("HELO x\r\n") + open, "354");
    EXPECT_EQ(talk(s, std::string(3000, 'x') + "\r\n.\r\n", "552").substr(0, 9), "552 5.3.4");
    talk(s, open, "354");
    EXPECT_EQ(talk(s, std::string(998, 'x') + "\r\n.\r\n", "250"), "250 2.0.0 Stored\r\n");
    EXPECT_EQ(mailbox.mails.size(), 1U);
  });
}

TEST(SmtpServer, AHandlerThatFailsMeansTryAgain) {
  with_server({}, [](SmtpServer&, Mailbox& mailbox, Stream& s) {
    mailbox.broken = true;
    talk(s, "HELO x\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@here.example.org>\r\nDATA\r\n",
         "354");
    EXPECT_EQ(talk(s, "x\r\n.\r\n", "451").substr(0, 9), "451 4.3.0");
  });
}

TEST(SmtpServer, LimitsConnectionsAndTime) {
  SmtpServerOptions options;
  options.max_connections_per_peer = 1;
  options.command_timeout = milliseconds(30);
  with_server(options, [](SmtpServer& server, Mailbox&, Stream& s) {
    talk(s, "", "220");
    auto second =
        *Stream::connect(Permit::for_testing("test"), "127.0.0.1", server.port(), in(seconds(5)));
    EXPECT_EQ(talk(second, "", "421").substr(0, 9), "421 4.7.0");
    EXPECT_EQ(talk(s, "", "421").substr(0, 9), "421 4.4.2");
  });
}

TEST(SmtpServer, OurOwnClientUnderTls) {
  SmtpServerOptions options;
  options.tls = TlsIdentity::self_signed("mx.example.org");
  with_server(options, [](SmtpServer& server, Mailbox& mailbox, Stream&) {
    SmtpTarget target;
    target.host = "127.0.0.1";
    target.port = server.port();
    target.tls = SmtpTls::required;
    auto permit = Permit::for_testing("smtp:test");
    EXPECT_EQ(SmtpClient::connect(permit, target).error().kind, "tls");  // nobody signed it
    target.verify = false;
    auto client = *SmtpClient::connect(permit, target);
    EXPECT_TRUE(client.is_tls());
    Envelope to{"b@example.org", {"æ@here.example.org"}, 0, false};
    Envelope nowhere{"b@example.org", {"x@elsewhere.example.org"}, 0, false};
    EXPECT_EQ(client.send(to, ".one\r\n", &nowhere).outcome, SmtpOutcome::accepted);
    EXPECT_EQ(client.send(nowhere, "two\r\n", &to).outcome, SmtpOutcome::failed);
    EXPECT_EQ(client.send(to, "three\r\n").outcome, SmtpOutcome::accepted);
    client.quit();
    ASSERT_EQ(mailbox.mails.size(), 2U);
    EXPECT_EQ(mailbox.mails[0].second, ".one\r\n");
    EXPECT_TRUE(mailbox.mails[0].first.tls);
    target.tls = SmtpTls::opportunistic;
    EXPECT_TRUE(SmtpClient::connect(permit, target)->is_tls());
  });
}

TEST(SmtpCommand, Parses) {
  struct Case {
    const char* line;
    SmtpCommand::Verb verb;
    const char* argument;
    int error;
  };
  using Verb = SmtpCommand::Verb;
  const Case cases[] = {
      {"mail from:<a@example.org>\r\n", Verb::mail, "a@example.org", 0},
      {"MAIL FROM: <a@example.org>\r\n", Verb::mail, "a@example.org", 0},
      {"MAIL FROM:<@relay.example.org:a@example.org>\r\n", Verb::mail, "a@example.org", 0},
      {"MAIL FROM:<\"a>b\"@example.org> SIZE=1\r\n", Verb::mail, "\"a>b\"@example.org", 0},
      {"MAIL FROM:<>\r\n", Verb::mail, "", 0},
      {"RCPT TO:<>\r\n", Verb::rcpt, "", 501},
      {"RCPT TO:<Postmaster>\r\n", Verb::rcpt, "Postmaster", 0},
      {"RCPT TO:a@example.org\r\n", Verb::rcpt, "", 501},
      {"RCPT TO:<a@example.org\r\n", Verb::rcpt, "", 501},
      {"RCPT TO:<a b@example.org>\r\n", Verb::rcpt, "", 501},
      {"RCPT TO:<a@exa mple.org>\r\n", Verb::rcpt, "", 501},
      {"RCPT TO:<a@example.org>x\r\n", Verb::rcpt, "a@example.org", 501},
      {"NOOP\r\r\n", Verb::unknown, "", 500},
      {"NOOP\n", Verb::unknown, "", 500},
      {"QUIT now\r\n", Verb::quit, "", 501},
      {"\xff\xfe\r\n", Verb::unknown, "", 500},
      {"\r\n", Verb::unknown, "", 500},
  };
  for (const auto& c : cases) {
    auto command = parse_smtp_command(c.line);
    EXPECT_EQ(command.verb, c.verb) << c.line;
    EXPECT_EQ(command.argument, c.argument) << c.line;
    EXPECT_EQ(command.error.code, c.error) << c.line;
  }
}

}  // namespace
}  // namespace varde::net
