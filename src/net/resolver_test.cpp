#include "net/resolver.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "net/dns.hpp"

namespace varde::net {
namespace {

// A name server that says nothing of "bad…", that there is none of "none…", and one address of all
// others.
class NameServer {
 public:
  NameServer() : socket_(::socket(AF_INET, SOCK_DGRAM, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    ::bind(socket_, reinterpret_cast<sockaddr*>(&at), size);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&at), &size);
    use_name_server("127.0.0.1:" + std::to_string(ntohs(at.sin_port)));
    timeval wait{0, 50'000};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    thread_ = std::thread([this] { serve(); });
  }
  ~NameServer() {
    ending_ = true;
    thread_.join();
    ::close(socket_);
  }
  int asked_of(const std::string& name) {
    std::lock_guard lock(mutex_);
    return static_cast<int>(std::ranges::count_if(
        asked_, [&](const auto& one) { return one.find(name) != std::string::npos; }));
  }

 private:
  void serve() {
    while (!ending_) {
      char packet[512];
      sockaddr_in who{};
      socklen_t size = sizeof who;
      auto got =
          ::recvfrom(socket_, packet, sizeof packet, 0, reinterpret_cast<sockaddr*>(&who), &size);
      if (got < 17) continue;
      std::string question(packet + 12, static_cast<std::size_t>(got) - 12);
      {
        std::lock_guard lock(mutex_);
        asked_.push_back(question);
      }
      if (question.find("bad") != std::string::npos) continue;
      bool v4 = question[question.find('\0') + 2] == 1;
      bool none = question.find("none") != std::string::npos;
      auto end = question.find('\0') + 5;  // without what EDNS adds
      std::string answer(packet, 2);
      answer += none ? std::string("\x81\x83\0\1\0\0\0\0\0\0", 10)
                     : std::string("\x81\x80\0\1\0", 5) + (v4 ? '\1' : '\0') + std::string(4, '\0');
      answer += question.substr(0, end);
      if (v4 && !none)
        answer += std::string("\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\7", 16);  // 192.0.2.7
      ::sendto(socket_, answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&who), size);
    }
  }
  std::mutex mutex_;
  std::vector<std::string> asked_;
  int socket_;
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

// One for all tests: the resolver keeps asking the one that it was told first.
NameServer& server() {
  static NameServer one;
  return one;
}

TEST(Resolver, ANameServerThatIsSilentHoldsNobodyElseUp) {
  server();
  run_fiber([&] {
    for (int i = 0; i < 20; ++i)
      Loop::current().spawn([i] {
        (void)resolve("bad" + std::to_string(i) + ".test", in(std::chrono::seconds(20)));
      });
    yield_now();
    auto found = resolve("good.test", in(std::chrono::seconds(20)));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->front().str(), "192.0.2.7");
    EXPECT_EQ(found->size(), 1U);
    auto none = resolve("none.test", in(std::chrono::seconds(20)));
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().kind, "unresolved");
    // Nobody waits beyond their own deadline.
    auto bad = resolve("bad.test", in(std::chrono::milliseconds(10)));
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error().kind, "dns");
  });
}

TEST(Resolver, WhatIsKnownIsNotAskedAgain) {
  run_fiber([&] {
    ASSERT_TRUE(resolve("kept.test", in(std::chrono::seconds(20))));
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(resolve("KEPT.test", in(std::chrono::seconds(20))));
    EXPECT_EQ(server().asked_of("kept"), 2) << "for IPv4 and IPv6, once";
    // An address is itself, and so is this machine.
    EXPECT_EQ(resolve("2001:db8::1", in(std::chrono::seconds(1)))->front().str(), "2001:db8::1");
    EXPECT_TRUE(resolve("localhost", in(std::chrono::seconds(5)))->front().is_loopback());
    EXPECT_EQ(server().asked_of("localhost"), 0);
  });
}

}  // namespace
}  // namespace varde::net
