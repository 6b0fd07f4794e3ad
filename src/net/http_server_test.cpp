#include "net/http_server.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "net/stream.hpp"

namespace varde::net {
namespace {

using std::chrono::seconds;

// A server with short patience, and what sockets say to it.
class HttpServerTest : public ::testing::Test {
 protected:
  HttpServerTest() { ::setenv("VARDE_STRICT_WAITS", "1", 1); }

  void serve(const HttpServer::Handler& handler) {
    options_.rate_grace = options_.write_timeout = seconds(1);
    server_ = std::make_unique<HttpServer>(options_, handler);
    server_->start({&loop_});
  }
  ~HttpServerTest() override {
    if (server_) server_->drain(std::chrono::milliseconds(200));
    loop_.stop(std::chrono::milliseconds(500));
  }
  Stream connect() {
    return *Stream::connect(Permit::for_testing("test"), "127.0.0.1", server_->port(),
                            in(seconds(5)));
  }
  static std::string rest_of(Stream& stream) {
    std::string out;
    char piece[4096];
    while (true) {
      auto got = stream.read_some(piece, in(seconds(5)));
      if (!got || *got == 0) return out;
      out.append(piece, *got);
    }
  }
  // All that the server answers before it hangs up.
  std::string ask(const std::string& text) {
    std::string out;
    run_fiber([&] {
      auto stream = connect();
      (void)stream.write(text, in(seconds(5)));
      out = rest_of(stream);
    });
    return out;
  }
  static Response echo(Request& request) {
    auto body = request.read_all(1000);
    if (body) return text_response(200, "text/plain", "<" + *body + ">");
    auto code = body.error().code;
    return text_response(code == ErrorCode::too_slow      ? 408
                         : code == ErrorCode::unavailable ? 503
                                                          : 400,
                         "text/plain", body.error().message);
  }

  Loop loop_{"server"};
  HttpServerOptions options_;
  std::unique_ptr<HttpServer> server_;
};

const std::string kClose = "Host: x\r\nConnection: close\r\n";

TEST_F(HttpServerTest, ReadsABodyInChunksHoweverTheyCome) {
  serve(echo);
  const std::string head = "POST / HTTP/1.1\r\n" + kClose + "Transfer-Encoding: chunked\r\n\r\n";
  const std::string body = "3\r\nabc\r\n5\r\ndefgh\r\n0\r\n\r\n";
  EXPECT_NE(ask(head + body).find("<abcdefgh>"), std::string::npos);
  run_fiber([&] {
    auto stream = connect();
    for (char c : head + body) ASSERT_TRUE(stream.write({&c, 1}, in(seconds(5))));
    EXPECT_NE(rest_of(stream).find("<abcdefgh>"), std::string::npos);
  });
}

TEST_F(HttpServerTest, ABodyThatComesTooSlowlyIsAnswered) {
  serve(echo);
  auto begun = std::chrono::steady_clock::now();
  auto answer = ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\na");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 408 ")) << answer;
  EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(4));
}

TEST_F(HttpServerTest, BodiesUnderWayHaveABoundInAll) {
  options_.max_bodies = 150;
  serve(echo);
  const std::string hundred(100, 'a'), length = "Content-Length: 100\r\n\r\n";
  EXPECT_TRUE(ask("POST / HTTP/1.1\r\n" + kClose + length + hundred).starts_with("HTTP/1.1 200 "));
  run_fiber([&] {
    // One that is not complete holds what has come of it.
    auto held = connect();
    ASSERT_TRUE(held.write("POST / HTTP/1.1\r\nHost: x\r\n" + length + hundred.substr(0, 99),
                           in(seconds(5))));
    sleep_for(std::chrono::milliseconds(100));
    auto stream = connect();
    ASSERT_TRUE(stream.write("POST / HTTP/1.1\r\n" + kClose + length + hundred, in(seconds(5))));
    auto answer = rest_of(stream);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << answer;
    ASSERT_TRUE(held.write("a", in(seconds(5))));
    EXPECT_TRUE(held.read_line(1000, in(seconds(5)))->starts_with("HTTP/1.1 200 "));
  });
  EXPECT_TRUE(ask("POST / HTTP/1.1\r\n" + kClose + length + hundred).starts_with("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, WhoReadsNothingIsNotWaitedForLong) {
  std::atomic<bool> ended = false;
  serve([&](Request&) {
    Response response;
    response.stream = [&](BodyWriter& out) {
      const std::string piece(256 * 1024, 'a');
      for (int i = 0; i < 1000 && out.write(piece); ++i) continue;
      ended = true;
    };
    return response;
  });
  run_fiber([&] {
    auto stream = connect();
    ASSERT_TRUE(stream.write("GET / HTTP/1.1\r\n" + kClose + "\r\n", in(seconds(5))));
    for (int i = 0; i < 50 && !ended; ++i) sleep_for(std::chrono::milliseconds(100));
    EXPECT_TRUE(ended);
  });
}

TEST_F(HttpServerTest, AClientHasSomeConnectionsAndNotMore) {
  options_.max_connections_per_client = 2;
  serve(echo);
  run_fiber([&] {
    auto first = connect(), second = connect(), third = connect();
    EXPECT_EQ(rest_of(third), "");
    first.close();
    sleep_for(std::chrono::milliseconds(100));
    auto fourth = connect();
    ASSERT_TRUE(fourth.write("GET / HTTP/1.1\r\n" + kClose + "\r\n", in(seconds(5))));
    EXPECT_TRUE(rest_of(fourth).starts_with("HTTP/1.1 200 "));
  });
}

TEST_F(HttpServerTest, ABodyIsNotWaitedForWithAConnectionInHand) {
  serve([](Request& request) {
    Holding connection;
    return echo(request);
  });
  auto answer = ask("POST / HTTP/1.1\r\n" + kClose + "Content-Length: 1\r\n\r\na");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 500 ")) << answer;
}

TEST_F(HttpServerTest, TellsWhetherWhoeverAskedHasGone) {
  std::atomic<int> gone = -1;
  serve([&](Request&) {
    int seen = 0;
    for (; seen < 40 && !asker_is_gone(); ++seen) sleep_for(std::chrono::milliseconds(50));
    gone = seen;
    return text_response(200, "text/plain", "");
  });
  run_fiber([&] {
    auto stream = connect();
    ASSERT_TRUE(stream.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n", in(seconds(5))));
    sleep_for(std::chrono::milliseconds(200));
    stream.close();
    for (int i = 0; i < 50 && gone < 0; ++i) sleep_for(std::chrono::milliseconds(50));
  });
  EXPECT_GT(gone, 0);
  EXPECT_LT(gone, 40);
}

}  // namespace
}  // namespace varde::net
