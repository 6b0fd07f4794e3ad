#include "net/address.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "net/forwarded.hpp"

namespace varde::net {
namespace {

bool global(std::string_view text) {
  auto address = Address::parse(text);
  EXPECT_TRUE(address) << text;
  return address && is_global_unicast(*address);
}

TEST(Address, WhatIsOfThePublicInternet) {
  for (const char* text :
       {"1.1.1.1",         "9.255.255.255",   "11.0.0.0",        "100.63.255.255", "100.128.0.0",
        "126.255.255.255", "128.0.0.1",       "169.253.255.255", "172.15.255.255", "172.32.0.0",
        "192.0.1.0",       "192.88.98.255",   "192.167.255.255", "192.169.0.0",    "198.17.255.255",
        "198.20.0.0",      "223.255.255.255", "2606:4700::1111", "2a00:1450::1",   "2001:200::1",
        "2003::1",         "2620:fe::9",      "3ffe::1",         "3fff:1000::1"})
    EXPECT_TRUE(global(text)) << text;
}

TEST(Address, WhatIsNot) {
  for (const char* text :
       {"0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1",
        "127.255.255.255", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1",
        "192.0.0.170", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255",
        "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
        "255.255.255.255",
        // IPv6: unspecified, loopback, compatible, mapped, NAT64 of both kinds, discard, dummy,
        // Teredo, benchmarking, ORCHID, DRIP, documentation, 6to4, SRv6, ULA, link- and
        // site-local, multicast.
        "::", "::1", "::7f00:1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:8.8.8.8",
        "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "100:0:0:1::1", "2001::1",
        "2001:0:4136:e378::1", "2001:2::1", "2001:10::1", "2001:20::1", "2001:30::1", "2001:1ff::1",
        "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "3fff::1", "3fff:fff::1", "5f00::1",
        "fc00::1", "fd12:3456::1", "fe80::1", "febf::1", "fec0::1", "feff::1", "ff02::1", "4000::1",
        "8000::1"})
    EXPECT_FALSE(global(text)) << text;
}

TEST(Address, WhatIsNoAddress) {
  for (const char* text : {"", "localhost", "1.2.3", "1.2.3.4.5", "01.2.3.4", "256.1.1.1", "::g",
                           "fe80::1%eth0", "1.2.3.4 ", "0x7f.1", "2130706433"})
    EXPECT_FALSE(Address::parse(text)) << text;
  for (const char* text : {"10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "::/129", "10/8", "x/8"})
    EXPECT_FALSE(Network::parse(text)) << text;
}

RC_GTEST_PROP(AddressProperty, AnIPv4AddressInsideOfAnIPv6OneIsNeverGlobal, (std::uint32_t v4)) {
  auto high = v4 >> 16, low = v4 & 0xffff;
  for (const auto& text :
       {fmt::format("::{:x}:{:x}", high, low), fmt::format("::ffff:{:x}:{:x}", high, low),
        fmt::format("::ffff:0:{:x}:{:x}", high, low), fmt::format("64:ff9b::{:x}:{:x}", high, low),
        fmt::format("64:ff9b:1::{:x}:{:x}", high, low), fmt::format("2002:{:x}:{:x}::1", high, low),
        fmt::format("2001:0:{:x}:{:x}::1", high, low),
        fmt::format("2001:0:1:2:3:4:{:x}:{:x}", high ^ 0xffff, low ^ 0xffff)}) {
    auto address = Address::parse(text);
    RC_ASSERT(address.has_value());
    RC_ASSERT(!is_global_unicast(*address));
  }
}

RC_GTEST_PROP(AddressProperty, AMappedAddressLiesInTheNetworksOfTheIPv4One,
              (std::uint32_t v4, std::uint32_t other)) {
  auto text = [](std::uint32_t a) {
    return fmt::format("{}.{}.{}.{}", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
  };
  auto bits = static_cast<int>(other % 33);
  auto network = *Network::parse(text(other) + "/" + std::to_string(bits));
  auto plain = *Address::parse(text(v4)), mapped = *Address::parse("::ffff:" + text(v4));
  RC_ASSERT(network.contains(plain) == network.contains(mapped));
  RC_ASSERT(network.contains(plain) ==
            (bits == 0 || (v4 >> (32 - bits)) == (other >> (32 - bits))));
  RC_ASSERT(mapped.unmapped() == plain);
}

struct Walk {
  const char* peer;
  std::vector<const char*> lines;
  const char* client;
};

TEST(Forwarded, IsWalkedFromTheRightOverTrustedNetworks) {
  std::vector<Network> proxies{*Network::parse("127.0.0.1"), *Network::parse("10.0.0.0/8"),
                               *Network::parse("2001:db8:1::/48")};
  for (const auto& walk : std::vector<Walk>{
           {"203.0.113.9", {}, "203.0.113.9"},
           {"203.0.113.9", {"1.2.3.4"}, "203.0.113.9"},  // no proxy: what it says is its own
           {"127.0.0.1", {}, "127.0.0.1"},
           {"127.0.0.1", {"198.51.100.7"}, "198.51.100.7"},
           {"::ffff:127.0.0.1", {"198.51.100.7"}, "198.51.100.7"},
           {"::ffff:203.0.113.9", {"1.2.3.4"}, "203.0.113.9"},
           // The client invents addresses on the left, in the same line or in one before it.
           {"127.0.0.1", {"1.2.3.4, 198.51.100.7"}, "198.51.100.7"},
           {"127.0.0.1", {"1.2.3.4", "198.51.100.7"}, "198.51.100.7"},
           {"127.0.0.1", {"1.2.3.4, 10.9.9.9", "198.51.100.7"}, "198.51.100.7"},
           // A chain of proxies.
           {"127.0.0.1", {"198.51.100.7, 10.1.1.1"}, "198.51.100.7"},
           {"127.0.0.1", {"198.51.100.7", "10.1.1.1", "10.2.2.2"}, "198.51.100.7"},
           {"127.0.0.1", {"1.2.3.4, 198.51.100.7, 10.1.1.1"}, "198.51.100.7"},
           {"2001:db8:1::5", {"2001:db8:9::7"}, "2001:db8:9::7"},
           {"127.0.0.1", {"[2001:db8:9::7]:443"}, "2001:db8:9::7"},
           {"127.0.0.1", {"198.51.100.7:5123"}, "198.51.100.7"},
           {"127.0.0.1", {"::ffff:198.51.100.7"}, "198.51.100.7"},
           // All of them are proxies: the farthest.
           {"127.0.0.1", {"10.3.3.3, 10.1.1.1"}, "10.3.3.3"},
           // What cannot be read ends the walk.
           {"127.0.0.1", {"198.51.100.7, unknown"}, "127.0.0.1"},
           {"127.0.0.1", {"198.51.100.7, unknown, 10.1.1.1"}, "10.1.1.1"},
           {"127.0.0.1", {""}, "127.0.0.1"},
           {"127.0.0.1", {"198.51.100.7,"}, "127.0.0.1"}}) {
    Headers headers{{"host", "x"}};
    for (const auto* line : walk.lines) headers.emplace_back("x-forwarded-for", line);
    EXPECT_EQ(client_of(walk.peer, headers, proxies), walk.client)
        << walk.peer << " " << (walk.lines.empty() ? "" : walk.lines.front());
  }
}

TEST(Address, ClientsAreToldApartByAddressOrBy64) {
  EXPECT_EQ(client_key("192.0.2.1"), client_key("::ffff:192.0.2.1"));
  EXPECT_NE(client_key("192.0.2.1"), client_key("192.0.2.2"));
  EXPECT_EQ(client_key("2001:db8::1"), client_key("2001:db8::ffff:1"));
  EXPECT_NE(client_key("2001:db8::1"), client_key("2001:db8:0:1::1"));
}

}  // namespace
}  // namespace varde::net
