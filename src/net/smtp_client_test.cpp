// Against Postfix's smtp-sink where it is installed, and against a scripted server for the answers
// that no sane server gives.
#include "net/smtp_client.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.hpp"
#include "net/stream.hpp"

extern char** environ;

namespace varde::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const Permit kPermit = Permit::for_testing("smtp:test");

SmtpTarget target_at(std::uint16_t port) {
  SmtpTarget target;
  target.host = "127.0.0.1";
  target.port = port;
  target.hello = "client.example.org";
  return target;
}

// A server that follows a script. Lines of the script: "> X" answers with X; "< X" reads a line and
// expects it to begin with X; "body" reads up to the final dot and keeps it; "silence" waits for
// the client to hang up; "close".
struct Scripted {
  std::vector<std::string> script;
  std::vector<std::string> bodies;
  Event release;
  Event done;

  void serve(Listener& listener) {
    auto stream = listener.accept(in(seconds(5)));
    ASSERT_TRUE(stream);
    std::string out;  // answers in a row leave together
    for (const auto& step : script) {
      if (step.starts_with("> ")) {
        out += step.substr(2) + "\r\n";
        continue;
      }
      if (!out.empty()) {
        ASSERT_TRUE(stream->write(out, in(seconds(5))));
        out.clear();
      }
      if (step.starts_with("< ")) {
        auto line = stream->read_line(2000, in(seconds(5)));
        ASSERT_TRUE(line) << "waiting for " << step;
        EXPECT_TRUE(line->starts_with(step.substr(2))) << *line << " is not " << step;
      } else if (step == "body") {
        std::string body;
        while (true) {
          auto line = stream->read_line(2000, in(seconds(5)));
          ASSERT_TRUE(line) << "in the body";
          if (*line == ".\r\n") break;
          body += *line;
        }
        bodies.push_back(body);
      } else if (step == "stall") {
        EXPECT_TRUE(release.wait(in(seconds(5))));
      } else if (step == "silence") {
        EXPECT_FALSE(stream->read_line(2000, in(seconds(5))));
      }
    }
    if (!out.empty()) (void)stream->write(out, in(seconds(5)));
    stream->close();
  }
};

void scripted(std::vector<std::string> script,
              const std::function<void(const SmtpTarget&, Scripted&)>& client) {
  run_fiber([&] {
    auto listener = *Listener::open("127.0.0.1", 0);
    Scripted server;
    server.script = std::move(script);
    Loop::current().spawn([&] {
      server.serve(listener);
      server.done.wake();
    });
    client(target_at(listener.port()), server);
    EXPECT_TRUE(server.done.wait(in(seconds(10))));
  });
}

Envelope to(const std::string& recipient) { return {"bounce@example.org", {recipient}, 0, false}; }

const std::vector<std::string> kHello = {"> 220 mx.example.org ESMTP", "< EHLO client.example.org",
                                         "> 250-mx.example.org",       "> 250-PIPELINING",
                                         "> 250-SIZE 100000",          "> 250 8BITMIME"};
std::vector<std::string> after_hello(std::vector<std::string> rest) {
  auto script = kHello;
  script.insert(script.end(), rest.begin(), rest.end());
  return script;
}

TEST(SmtpReply, ParsesLines) {
  struct Case {
    std::vector<const char*> lines;
    SmtpReplyParser::State state;
    int code;
    const char* enhanced;
    const char* text;
  };
  using State = SmtpReplyParser::State;
  const Case cases[] = {
      {{"250 2.1.0 Ok\r\n"}, State::done, 250, "2.1.0", "Ok"},
      {{"250"}, State::done, 250, "", ""},
      {{"550-5.1.1 No such user", "550 5.1.1 here"},
       State::done,
       550,
       "5.1.1",
       "No such user\nhere"},
      {{"550 4.1.1 wrong class"}, State::done, 550, "", "4.1.1 wrong class"},
      {{"550 5.1.1111 x"}, State::done, 550, "", "5.1.1111 x"},
      {{"550 5.7.26 x"}, State::done, 550, "5.7.26", "x"},
      {{"354 go"}, State::done, 354, "", "go"},
      {{"250-a", "251 b"}, State::bad, 250, "", "a"},
      {{"HTTP/1.1 400"}, State::bad, 0, "", ""},
      {{"2500 x"}, State::bad, 250, "", ""},
      {{""}, State::bad, 0, "", ""},
      {{"250-a"}, State::more, 250, "", "a"},
  };
  for (const auto& c : cases) {
    SmtpReplyParser parser;
    State state = State::more;
    for (const auto* line : c.lines) state = parser.feed(line);
    EXPECT_EQ(state, c.state) << c.lines[0];
    EXPECT_EQ(parser.reply().code, c.code) << c.lines[0];
    EXPECT_EQ(parser.reply().enhanced, c.enhanced);
    EXPECT_EQ(parser.reply().text, c.text);
  }
}

TEST(SmtpClient, OneWriteCarriesABodyAndTheNextEnvelope) {
  scripted(after_hello({"< MAIL FROM:<bounce@example.org>", "< RCPT TO:<one@example.org>", "< DATA",
                        "> 250 ok", "> 250 ok", "> 354 go", "body",
                        // Read before the first message is answered: they came with its body.
                        "< MAIL FROM:<bounce@example.org> SIZE=12", "< RCPT TO:<two@example.org>",
                        "< DATA", "> 250 2.0.0 taken", "> 250 ok", "> 250 ok", "> 354 go", "body",
                        "> 250 2.0.0 taken too", "< QUIT", "> 221 bye"}),
           [](const SmtpTarget& target, Scripted& server) {
             auto client = *SmtpClient::connect(kPermit, target);
             auto next = to("two@example.org");
             next.size = 12;
             auto first =
                 client.send(to("one@example.org"), "A: b\r\n\r\n.dot\r\n..\r\nend", &next);
             EXPECT_EQ(first.outcome, SmtpOutcome::accepted);
             EXPECT_EQ(first.reply.enhanced, "2.0.0");
             EXPECT_EQ(server.bodies[0], "A: b\r\n\r\n..dot\r\n...\r\nend\r\n");
             std::vector<std::string_view> parts{".H: 1\r\n", ".X: y\r", "\n.\r\n", "", "."};
             auto second = client.send(next, parts);
             EXPECT_EQ(second.outcome, SmtpOutcome::accepted);
             EXPECT_EQ(server.bodies[1], "..H: 1\r\n..X: y\r\n..\r\n..\r\n");
             client.quit();
           });
}

TEST(SmtpClient, ARefusedRecipientIsThatMessagesOutcomeAndTheConnectionGoesOn) {
  scripted(after_hello({"< MAIL",
                        "< RCPT",
                        "< DATA",
                        "> 250 ok",
                        "> 250 ok",
                        "> 354 go",
                        "body",
                        "< MAIL",
                        "< RCPT",
                        "< DATA",
                        "> 250 ok",
                        "> 250 ok",
                        "> 550 5.1.1 nobody",
                        "> 503 5.5.1 no recipients",
                        "< RSET",
                        "< MAIL",
                        "< RCPT TO:<three@example.org>",
                        "< DATA",
                        "> 250 reset",
                        "> 250 ok",
                        "> 250 ok",
                        "> 354 go",
                        "body",
                        "> 250 ok",
                        "< QUIT",
                        "> 221 bye"}),
           [](const SmtpTarget& target, Scripted&) {
             auto client = *SmtpClient::connect(kPermit, target);
             auto two = to("two@example.org"), three = to("three@example.org");
             EXPECT_EQ(client.send(to("one@example.org"), "x\r\n", &two).outcome,
                       SmtpOutcome::accepted);
             auto refused = client.send(two, "x\r\n", &three);
             EXPECT_EQ(refused.outcome, SmtpOutcome::failed);
             EXPECT_EQ(refused.reply.enhanced, "5.1.1");
             EXPECT_EQ(client.send(three, "x\r\n").outcome, SmtpOutcome::accepted);
             client.quit();
           });
}

TEST(SmtpClient, DataLetThroughWithoutRecipientsIsEndedByADot) {
  scripted(after_hello({"< MAIL", "< RCPT", "< DATA", "> 250 ok", "> 450 4.2.1 later", "> 354 go",
                        "body", "> 554 5.5.1 no valid recipients", "< MAIL", "< RCPT", "< DATA",
                        "> 250 ok", "> 250 ok", "> 354 go", "body", "> 250 ok"}),
           [](const SmtpTarget& target, Scripted& server) {
             auto client = *SmtpClient::connect(kPermit, target);
             auto first = client.send(to("one@example.org"), "x\r\n");
             EXPECT_EQ(first.outcome, SmtpOutcome::deferred);
             EXPECT_EQ(first.reply.enhanced, "4.2.1");
             EXPECT_EQ(server.bodies[0], "");
             EXPECT_EQ(client.send(to("two@example.org"), "x\r\n").outcome, SmtpOutcome::accepted);
           });
}

TEST(SmtpClient, PartialRejectIsAcceptedForTheRest) {
  scripted(after_hello({"< MAIL", "< RCPT", "< RCPT", "< DATA", "> 250 ok", "> 550 5.1.1 nobody",
                        "> 250 ok", "> 354 go", "body", "> 250 ok"}),
           [](const SmtpTarget& target, Scripted&) {
             auto client = *SmtpClient::connect(kPermit, target);
             Envelope envelope{"b@example.org", {"a@example.org", "c@example.org"}, 0, false};
             auto delivery = client.send(envelope, "x\r\n");
             EXPECT_EQ(delivery.outcome, SmtpOutcome::accepted);
             ASSERT_EQ(delivery.recipients.size(), 2U);
             EXPECT_EQ(delivery.recipients[0].code, 550);
             EXPECT_EQ(delivery.recipients[1].code, 250);
           });
}

TEST(SmtpClient, LossesSayWhetherTheMessageIsInDoubt) {
  struct Case {
    std::vector<std::string> script;
    SmtpOutcome outcome;
    int code;
  };
  const Case cases[] = {
      {{"< MAIL", "< RCPT", "< DATA", "> 250 ok", "> 250 ok", "> 250 what"},
       SmtpOutcome::lost,
       250},
      {{"< MAIL", "< RCPT", "< DATA", "close"}, SmtpOutcome::lost, 0},
      {{"< MAIL", "< RCPT", "< DATA", "> 421 4.3.2 shutting down"}, SmtpOutcome::lost, 421},
      {{"< MAIL", "< RCPT", "< DATA", "> 250 ok", "> 421 4.3.2 bye"}, SmtpOutcome::lost, 421},
      {{"< MAIL", "< RCPT", "< DATA", "> 250 ok", "> 250 ok", "> 354 go", "body", "close"},
       SmtpOutcome::in_doubt,
       0},
      {{"< MAIL", "< RCPT", "< DATA", "> 250 ok", "> 250 ok", "> 354 go", "body", "> what?"},
       SmtpOutcome::in_doubt,
       0},
      {{"< MAIL", "< RCPT", "< DATA", "> 250 ok", "> 250 ok", "> 354 go", "body", "> 421 4.3.2 no"},
       SmtpOutcome::deferred,
       421},
      {{"< MAIL", "< RCPT", "< DATA", "> 250 ok", "> 250 ok", "> 354 go", "body",
        "> 554-5.7.1 spam", "> 554 5.7.1 really"},
       SmtpOutcome::failed,
       554},
      {{"< MAIL", "< RCPT", "< DATA", "> 451 4.7.1 greylisted", "> 503 5.5.1 MAIL first",
        "> 503 5.5.1 RCPT first"},
       SmtpOutcome::deferred,
       451},
      {{"< MAIL", "< RCPT", "< DATA", "> 250 ok", "> 250 ok", "> 452 4.3.1 full"},
       SmtpOutcome::deferred,
       452},
  };
  for (const auto& c : cases)
    scripted(after_hello(c.script), [&](const SmtpTarget& target, Scripted&) {
      auto client = *SmtpClient::connect(kPermit, target);
      auto delivery = client.send(to("one@example.org"), "x\r\n");
      EXPECT_EQ(delivery.outcome, c.outcome) << c.script.back();
      EXPECT_EQ(delivery.reply.code, c.code) << c.script.back();
      bool gone =
          c.outcome == SmtpOutcome::lost || c.outcome == SmtpOutcome::in_doubt || c.code == 421;
      EXPECT_EQ(client.usable(), !gone) << c.script.back();
    });
}

TEST(SmtpClient, ABodyThatDidNotAllLeaveIsLostNotInDoubt) {
  scripted({"> 220 mx.example.org", "< EHLO", "> 250-mx.example.org", "> 250 PIPELINING", "< MAIL",
            "< RCPT", "< DATA", "> 250 ok", "> 250 ok", "> 354 go", "stall"},
           [](SmtpTarget target, Scripted& server) {
             target.timeouts.block = milliseconds(50);
             auto client = *SmtpClient::connect(kPermit, target);
             // 64 MB fill every buffer on the way.
             std::vector<std::string_view> parts;
             std::string line(99998, 'x');
             line += "\r\n";
             for (int i = 0; i < 640; ++i) parts.push_back(line);
             EXPECT_EQ(client.send(to("one@example.org"), parts).outcome, SmtpOutcome::lost);
             EXPECT_FALSE(client.usable());
             server.release.wake();
           });
}

TEST(SmtpClient, TheNextMessageIsLostNotInDoubtWhenItsBodyWasNotSent) {
  scripted(after_hello({"< MAIL", "< RCPT", "< DATA", "> 250 ok", "> 250 ok", "> 354 go", "body",
                        "> 250 ok", "close"}),
           [](const SmtpTarget& target, Scripted&) {
             auto client = *SmtpClient::connect(kPermit, target);
             auto two = to("two@example.org");
             EXPECT_EQ(client.send(to("one@example.org"), "x\r\n", &two).outcome,
                       SmtpOutcome::accepted);
             EXPECT_EQ(client.send(two, "x\r\n").outcome, SmtpOutcome::lost);
           });
}

TEST(SmtpClient, WorksWithoutPipeliningAndWithoutEhlo) {
  scripted({"> 220 old", "< EHLO", "> 500 what",         "< HELO client", "> 250 hi", "< MAIL",
            "> 250 ok",  "< RCPT", "> 550 5.1.1 nobody", "< RSET",        "> 250 ok", "< MAIL",
            "> 250 ok",  "< RCPT", "> 250 ok",           "< DATA",        "> 354 go", "body",
            "> 250 ok",  "< QUIT", "> 221 bye"},
           [](const SmtpTarget& target, Scripted&) {
             auto client = *SmtpClient::connect(kPermit, target);
             EXPECT_FALSE(client.pipelines());
             auto two = to("two@example.org");
             EXPECT_EQ(client.send(to("one@example.org"), "x\r\n", &two).outcome,
                       SmtpOutcome::failed);
             EXPECT_EQ(client.send(two, "x\r\n").outcome, SmtpOutcome::accepted);
             client.quit();
           });
}

TEST(SmtpClient, WhatAServerCannotTakeFailsWithoutAsking) {
  scripted(kHello, [](const SmtpTarget& target, Scripted&) {
    auto client = *SmtpClient::connect(kPermit, target);
    EXPECT_EQ(client.send(to("blåbær@example.org"), "x\r\n").reply.enhanced, "5.6.7");
    EXPECT_EQ(client.send(to("a@example.org>\r\nRCPT TO:<b@example.org"), "x\r\n").reply.enhanced,
              "5.1.3");
    EXPECT_EQ(client.send(to("a@example.org"), std::string(100001, 'x')).reply.enhanced, "5.3.4");
    EXPECT_TRUE(client.usable());
  });
}

TEST(SmtpClient, AServerThatSaysNothingEndsByItsDeadline) {
  scripted({"silence"}, [](SmtpTarget target, Scripted&) {
    target.timeouts.greeting = milliseconds(20);
    EXPECT_EQ(SmtpClient::connect(kPermit, target).error().kind, "timeout");
  });
}

TEST(SmtpClient, Authenticates) {
  struct Case {
    std::vector<std::string> script;
    const char* kind;  // nullptr: success
  };
  const Case cases[] = {
      {{"> 250 AUTH LOGIN PLAIN", "< AUTH PLAIN AHVzZXIAc2VjcmV0", "> 235 2.7.0 ok"}, nullptr},
      {{"> 250 AUTH LOGIN", "< AUTH LOGIN", "> 334 VXNlcm5hbWU6",
        "< dXNlcg==", "> 334 UGFzc3dvcmQ6", "< c2VjcmV0", "> 235 ok"},
       nullptr},
      {{"> 250 AUTH PLAIN", "< AUTH PLAIN", "> 535 5.7.8 no"}, "smtp-auth"},
      {{"> 250 AUTH PLAIN", "< AUTH PLAIN", "> 454 4.7.0 later"}, "smtp-4xx"},
      {{"> 250 AUTH CRAM-MD5"}, "smtp-auth"},
  };
  for (const auto& c : cases) {
    std::vector<std::string> script{"> 220 hi", "< EHLO", "> 250-mx"};
    script.insert(script.end(), c.script.begin(), c.script.end());
    scripted(script, [&](SmtpTarget target, Scripted&) {
      target.user = "user";
      target.password = "secret";
      target.auth_without_tls = true;
      auto client = SmtpClient::connect(kPermit, target);
      EXPECT_EQ(static_cast<bool>(client), c.kind == nullptr) << c.script[1];
      if (!client && c.kind) {
        EXPECT_EQ(client.error().kind, c.kind);
      }
    });
  }
  scripted({"> 220 hi", "< EHLO", "> 250 AUTH PLAIN"}, [](SmtpTarget target, Scripted&) {
    target.user = "user";
    EXPECT_EQ(SmtpClient::connect(kPermit, target).error().kind, "smtp-auth");
  });
}

TEST(SmtpClient, RequiredTlsIsRequired) {
  scripted(kHello, [](SmtpTarget target, Scripted&) {
    target.tls = SmtpTls::required;
    EXPECT_EQ(SmtpClient::connect(kPermit, target).error().kind, "smtp-tls");
  });
  scripted({"> 220 hi", "< EHLO", "> 250-mx", "> 250 STARTTLS", "< STARTTLS", "> 220 go",
            "> 250 injected"},
           [](SmtpTarget target, Scripted&) {
             target.tls = SmtpTls::required;
             EXPECT_EQ(SmtpClient::connect(kPermit, target).error().kind, "tls");
           });
}

// Postfix's test server on a free port, for the life of the object.
class Sink {
 public:
  explicit Sink(std::vector<std::string> flags) {
    auto listener = *Listener::open("127.0.0.1", 0);
    port_ = listener.port();
    listener.close();
    std::vector<std::string> arguments{"/usr/sbin/smtp-sink", "-u", "nobody"};
    if (geteuid() != 0) arguments.resize(1);
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    arguments.push_back("127.0.0.1:" + std::to_string(port_));
    arguments.push_back("100");
    std::vector<char*> argv;
    for (auto& a : arguments) argv.push_back(a.data());
    argv.push_back(nullptr);
    if (posix_spawn(&pid_, argv[0], nullptr, nullptr, argv.data(), environ) != 0) pid_ = 0;
    // It says nothing when it is ready: ask until it answers.
    for (int i = 0; pid_ && i < 2000; ++i) {
      if (Stream::connect(Permit::for_testing("test"), "127.0.0.1", port_, in(seconds(1)))) return;
      sleep_for(milliseconds(1));
    }
  }
  ~Sink() {
    if (!pid_) return;
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
  }
  std::uint16_t port() const { return port_; }

 private:
  pid_t pid_ = 0;
  std::uint16_t port_ = 0;
};

class SmtpSink : public testing::Test {
 protected:
  void SetUp() override {
    if (access("/usr/sbin/smtp-sink", X_OK) != 0) FAIL() << "postfix is not installed";
  }
  // Sends `count` messages the way the engine does and counts outcomes.
  static std::map<SmtpOutcome, int> send(std::vector<std::string> flags, int count) {
    std::map<SmtpOutcome, int> outcomes;
    run_fiber([&] {
      Sink sink(std::move(flags));
      auto client = SmtpClient::connect(kPermit, target_at(sink.port()));
      if (!client) return;
      std::vector<Envelope> envelopes;
      for (int i = 0; i < count; ++i) envelopes.push_back(to(std::to_string(i) + "@example.org"));
      for (int i = 0; i < count && client->usable(); ++i) {
        auto delivery =
            client->send(envelopes[static_cast<std::size_t>(i)], "Subject: x\r\n\r\n.body\r\n",
                         i + 1 < count ? &envelopes[static_cast<std::size_t>(i) + 1] : nullptr);
        ++outcomes[delivery.outcome];
      }
      client->quit();
    });
    return outcomes;
  }
};

TEST_F(SmtpSink, TakesAHundredMessages) {
  using Map = std::map<SmtpOutcome, int>;
  EXPECT_EQ(send({}, 100), (Map{{SmtpOutcome::accepted, 100}}));
  EXPECT_EQ(send({"-p"}, 20), (Map{{SmtpOutcome::accepted, 20}}));  // no PIPELINING
  EXPECT_EQ(send({"-e"}, 20), (Map{{SmtpOutcome::accepted, 20}}));  // no ESMTP
  EXPECT_EQ(send({"-f", "RCPT"}, 20), (Map{{SmtpOutcome::failed, 20}}));
  EXPECT_EQ(send({"-r", "RCPT"}, 20), (Map{{SmtpOutcome::deferred, 20}}));
  EXPECT_EQ(send({"-f", "MAIL"}, 20), (Map{{SmtpOutcome::failed, 20}}));
  EXPECT_EQ(send({"-r", "."}, 20), (Map{{SmtpOutcome::deferred, 20}}));
  EXPECT_EQ(send({"-f", "."}, 20), (Map{{SmtpOutcome::failed, 20}}));
  EXPECT_EQ(send({"-q", "."}, 20), (Map{{SmtpOutcome::in_doubt, 1}}));
  EXPECT_EQ(send({"-q", "DATA"}, 20), (Map{{SmtpOutcome::lost, 1}}));
  EXPECT_EQ(send({"-Q", "RCPT"}, 20), (Map{{SmtpOutcome::lost, 1}}));
}

TEST_F(SmtpSink, AConnectionCarriesItsShareAndOpensNoEnvelopeBeyondIt) {
  run_fiber([] {
    Sink sink({});
    auto target = target_at(sink.port());
    target.max_messages = 3;
    auto client = *SmtpClient::connect(kPermit, target);
    auto one = to("one@example.org");
    int sent = 0;
    while (client.usable())
      sent += client.send(one, "x\r\n", &one).outcome == SmtpOutcome::accepted;
    EXPECT_EQ(sent, 3);
    client.quit();
  });
}

}  // namespace
}  // namespace varde::net
