#include "net/address.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <span>

namespace varde::net {
namespace {

bool same_prefix(std::string_view a, std::string_view b, int bits) {
  auto whole = static_cast<std::size_t>(bits / 8);
  if (a.size() != b.size() || a.substr(0, whole) != b.substr(0, whole)) return false;
  if (bits % 8 == 0) return true;
  auto mask = static_cast<std::uint8_t>(0xff << (8 - bits % 8));
  return ((static_cast<std::uint8_t>(a[whole]) ^ static_cast<std::uint8_t>(b[whole])) & mask) == 0;
}

// What is not the public Internet's, of IPv4 (IANA IPv4 Special-Purpose Address Registry) and,
// within 2000::/3, of IPv6 (IANA IPv6 Special-Purpose Address Registry). The few assignments that
// are reachable inside of a refused block (192.0.0.9/32, 2001:1::1/128) are of no use to a
// customer, and refused with it.
constexpr const char* kSpecialV4[] = {
    "0.0.0.0/8",        // this network
    "10.0.0.0/8",       // private use
    "100.64.0.0/10",    // shared address space of providers
    "127.0.0.0/8",      // loopback
    "169.254.0.0/16",   // link-local, and metadata services of clouds
    "172.16.0.0/12",    // private use
    "192.0.0.0/24",     // IETF protocol assignments
    "192.0.2.0/24",     // documentation
    "192.88.99.0/24",   // 6to4 relay anycast, deprecated
    "192.168.0.0/16",   // private use
    "198.18.0.0/15",    // benchmarking
    "198.51.100.0/24",  // documentation
    "203.0.113.0/24",   // documentation
    "224.0.0.0/4",      // multicast
    "240.0.0.0/4",      // reserved, and the limited broadcast
};
constexpr const char* kGlobalV6 = "2000::/3";
constexpr const char* kSpecialV6[] = {
    "2001::/23",      // IETF protocol assignments: Teredo, benchmarking, ORCHID, DRIP
    "2001:db8::/32",  // documentation
    "2002::/16",      // 6to4: an IPv4 address inside
    "3fff::/20",      // documentation
};

std::vector<Network> networks_of(std::span<const char* const> texts) {
  std::vector<Network> out;
  for (const auto* text : texts) out.push_back(*Network::parse(text));
  return out;
}

}  // namespace

std::optional<Address> Address::parse(std::string_view text) {
  if (text.size() > 2 && text.front() == '[' && text.back() == ']')
    text = text.substr(1, text.size() - 2);
  if (text.size() > 64) return std::nullopt;
  std::string copy(text);
  Address out;
  if (inet_pton(AF_INET, copy.c_str(), out.bytes_.data()) == 1) {
    out.v4_ = true;
    return out;
  }
  if (copy.size() == text.size() && inet_pton(AF_INET6, copy.c_str(), out.bytes_.data()) == 1)
    return out;
  return std::nullopt;
}

std::optional<Address> Address::from(const sockaddr* address) {
  Address out;
  if (address->sa_family == AF_INET) {
    out.v4_ = true;
    std::memcpy(out.bytes_.data(), &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, 4);
    return out;
  }
  if (address->sa_family == AF_INET6) {
    std::memcpy(out.bytes_.data(), &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, 16);
    return out;
  }
  return std::nullopt;
}

Address Address::unmapped() const {
  static const auto kMapped = *Address::parse("::ffff:0:0");
  if (v4_ || !same_prefix(bytes(), kMapped.bytes(), 96)) return *this;
  Address out;
  out.v4_ = true;
  std::copy(bytes_.begin() + 12, bytes_.end(), out.bytes_.begin());
  return out;
}

bool Address::is_loopback() const {
  auto plain = unmapped();
  if (plain.v4_) return plain.bytes_[0] == 127;
  static const auto kLoopback = *Address::parse("::1");
  return plain == kLoopback;
}

std::string Address::str() const {
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(v4_ ? AF_INET : AF_INET6, bytes_.data(), text, sizeof text);
  return text;
}

std::optional<Network> Network::parse(std::string_view text) {
  auto slash = text.find('/');
  auto base = Address::parse(text.substr(0, slash));
  if (!base) return std::nullopt;
  Network out;
  out.base_ = *base;
  int most = base->is_v4() ? 32 : 128;
  out.bits_ = most;
  if (slash != std::string_view::npos) {
    auto digits = text.substr(slash + 1);
    auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), out.bits_);
    if (ec != std::errc() || end != digits.data() + digits.size() || out.bits_ < 0 ||
        out.bits_ > most)
      return std::nullopt;
  }
  return out;
}

bool Network::contains(const Address& address) const {
  if (address.is_v4() == base_.is_v4()) return same_prefix(address.bytes(), base_.bytes(), bits_);
  auto plain = address.unmapped();
  return plain.is_v4() == base_.is_v4() && same_prefix(plain.bytes(), base_.bytes(), bits_);
}

std::string Network::str() const { return base_.str() + "/" + std::to_string(bits_); }

bool is_global_unicast(const Address& address) {
  static const auto kV4 = networks_of(kSpecialV4), kV6 = networks_of(kSpecialV6);
  static const auto kGlobal = *Network::parse(kGlobalV6);
  auto holds = [&](const Network& network) { return network.contains(address); };
  if (address.is_v4()) return std::ranges::none_of(kV4, holds);
  return kGlobal.contains(address) && std::ranges::none_of(kV6, holds);
}

std::string client_key(const std::string& address) {
  auto parsed = Address::parse(address);
  if (!parsed) return address;
  auto plain = parsed->unmapped();
  return std::string(plain.bytes().substr(0, plain.is_v4() ? 4 : 8));
}

}  // namespace varde::net
