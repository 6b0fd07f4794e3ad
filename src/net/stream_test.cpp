#include "net/stream.hpp"

#include <gtest/gtest.h>

#include "net/http_client.hpp"

namespace varde::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A connected pair on loopback; `server` runs in a fiber of its own with the accepted end.
void with_pair(const std::function<void(Stream&)>& client,
               const std::function<void(Stream&)>& server) {
  run_fiber([&] {
    auto listener = *Listener::open("127.0.0.1", 0);
    Event done;
    Loop::current().spawn([&] {
      auto stream = listener.accept(in(seconds(5)));
      EXPECT_TRUE(stream);
      if (stream) server(*stream);
      done.wake();
    });
    auto stream =
        Stream::connect(Permit::for_testing("test"), "127.0.0.1", listener.port(), in(seconds(5)));
    ASSERT_TRUE(stream);
    client(*stream);
    stream->close();
    EXPECT_TRUE(done.wait(in(seconds(10))));
  });
}

TEST(Stream, LinesThenBulkThenLines) {
  with_pair([](Stream& s) { ASSERT_TRUE(s.write("one\r\ntwo\nBULKthree\n", in(seconds(5)))); },
            [](Stream& s) {
              EXPECT_EQ(*s.read_line(100, in(seconds(5))), "one\r\n");
              EXPECT_EQ(*s.read_line(100, in(seconds(5))), "two\n");
              char bulk[4];
              EXPECT_EQ(*s.read_some(bulk, in(seconds(5))), 4U);
              EXPECT_EQ(std::string_view(bulk, 4), "BULK");
              EXPECT_EQ(*s.read_line(100, in(seconds(5))), "three\n");
              EXPECT_EQ(s.read_line(100, in(seconds(5))).error().kind, "closed");
            });
}

TEST(Stream, ALineBeyondItsLimitIsAnError) {
  with_pair(
      [](Stream& s) { (void)s.write(std::string(5000, 'x') + "\n", in(seconds(5))); },
      [](Stream& s) { EXPECT_EQ(s.read_line(512, in(seconds(5))).error().kind, "too-long"); });
}

TEST(Stream, AReadEndsByItsDeadline) {
  Event hold;
  with_pair(
      [&](Stream& s) {
        auto begun = std::chrono::steady_clock::now();
        EXPECT_EQ(s.read_line(100, in(milliseconds(30))).error().kind, "timeout");
        EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(2));
        hold.wake();
      },
      [&](Stream&) { hold.wait(in(seconds(5))); });
}

TEST(Stream, AWriteTheOtherEndNeverReadsEndsByItsDeadlineAndSaysHowMuchLeft) {
  Event hold;
  with_pair(
      [&](Stream& s) {
        std::string much(64 << 20, 'x');
        auto written = s.write(much, in(milliseconds(50)));
        ASSERT_FALSE(written);
        EXPECT_EQ(written.error().kind, "timeout");
        EXPECT_GT(s.handed_over(), 0U);
        EXPECT_LT(s.handed_over(), much.size());
        hold.wake();
      },
      [&](Stream&) { hold.wait(in(seconds(5))); });
}

TEST(Stream, TlsCarriesMegabytesBothWays) {
  auto identity = TlsIdentity::self_signed("mx.example.org");
  std::string big;
  for (int i = 0; i < 400000; ++i) big += static_cast<char>('a' + i % 26);
  big += "\n";
  with_pair(
      [&](Stream& s) {
        ASSERT_TRUE(s.start_tls({"mx.example.org", false, {}}, in(seconds(5))));
        std::vector<std::string_view> parts{"hello ", "there\n", big};
        ASSERT_TRUE(s.write(parts, in(seconds(5))));
        EXPECT_EQ(*s.read_line(100, in(seconds(5))), "thanks\n");
      },
      [&](Stream& s) {
        ASSERT_TRUE(s.accept_tls(identity, in(seconds(5))));
        EXPECT_EQ(*s.read_line(100, in(seconds(5))), "hello there\n");
        EXPECT_EQ(*s.read_line(1 << 20, in(seconds(5))), big);
        EXPECT_TRUE(s.write("thanks\n", in(seconds(5))));
        EXPECT_TRUE(s.peek(in(seconds(5)))->empty());
      });
}

TEST(Stream, TlsRefusesACertificateNobodySigned) {
  auto identity = TlsIdentity::self_signed("mx.example.org");
  with_pair(
      [&](Stream& s) {
        auto done = s.start_tls({"mx.example.org", true, {}}, in(seconds(5)));
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().kind, "tls");
      },
      [&](Stream& s) { EXPECT_FALSE(s.accept_tls(identity, in(seconds(5)))); });
}

TEST(Stream, TlsIsRefusedWhenPlainTextWasReadAhead) {
  auto identity = TlsIdentity::self_signed("mx.example.org");
  with_pair(
      [&](Stream& s) {
        (void)s.write("STARTTLS\r\nMAIL FROM:<>\r\n", in(seconds(5)));
        EXPECT_FALSE(s.start_tls({"mx.example.org", false, {}}, in(seconds(5))));
      },
      [&](Stream& s) {
        EXPECT_EQ(*s.read_line(100, in(seconds(5))), "STARTTLS\r\n");
        EXPECT_EQ(s.accept_tls(identity, in(seconds(5))).error().kind, "tls");
      });
}

TEST(Stream, ResolvesNamesAndReportsRefusal) {
  run_fiber([] {
    auto listener = *Listener::open("127.0.0.1", 0);
    EXPECT_TRUE(
        Stream::connect(Permit::for_testing("test"), "localhost", listener.port(), in(seconds(5))));
    auto port = listener.port();
    listener.close();
    EXPECT_EQ(Stream::connect(Permit::for_testing("test"), "127.0.0.1", port, in(seconds(5)))
                  .error()
                  .kind,
              "refused");
    EXPECT_EQ(Stream::connect(Permit::for_testing("test"), "nobody.invalid", 25, in(seconds(5)))
                  .error()
                  .code,
              ErrorCode::unavailable);
  });
}

TEST(Stream, GoesOnlyWhereItsPermitAllows) {
  run_fiber([] {
    auto listener = *Listener::open("127.0.0.1", 0);
    auto outside = Permit::for_testing("test", AddressPolicy());
    for (const char* host : {"127.0.0.1", "localhost", "::1", "::ffff:127.0.0.1", "0.0.0.0",
                             "64:ff9b::7f00:1", "169.254.169.254"})
      EXPECT_EQ(Stream::connect(outside, host, listener.port(), in(seconds(5))).error().kind,
                "not-allowed")
          << host;
    auto named = Permit::for_testing("test", *AddressPolicy::parse({"127.0.0.0/8"}));
    EXPECT_TRUE(Stream::connect(named, "127.0.0.1", listener.port(), in(seconds(5))));
    EXPECT_TRUE(Stream::connect(named, "localhost", listener.port(), in(seconds(5))));
    EXPECT_EQ(Stream::connect(named, "::1", listener.port(), in(seconds(5))).error().kind,
              "not-allowed");
  });
}

TEST(HttpClient, GoesOnlyWhereItsPermitAllows) {
  run_fiber([] {
    auto outside = Permit::for_testing("test", AddressPolicy());
    for (const char* host : {"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1",
                             "0x7f.1", "2130706433", "[64:ff9b::7f00:1]"}) {
      auto answer = call(outside, {.url = std::string("https://") + host + ":9/"});
      ASSERT_FALSE(answer);
      EXPECT_EQ(answer.error().code, ErrorCode::forbidden) << host << answer.error().message;
    }
    EXPECT_EQ(call(outside, {.url = "http://example.org/"}).error().code, ErrorCode::bad_input);
  });
}

}  // namespace
}  // namespace varde::net
