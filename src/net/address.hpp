// IP addresses, networks, and which of them are the public Internet's.
//
// Two questions hang on them, and each is answered here only: may a connection go out to this
// address (net/permit.hpp), and whose address is this that came in through proxies
// (net/forwarded.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct sockaddr;

namespace varde::net {

class Address {
 public:
  /// "192.0.2.1", "2001:db8::1", "[2001:db8::1]"; without a zone. nullopt: anything else.
  static std::optional<Address> parse(std::string_view text);
  /// Of AF_INET and AF_INET6; nullopt for other families.
  static std::optional<Address> from(const sockaddr* address);

  bool is_v4() const { return v4_; }
  /// ::ffff:192.0.2.1, under which an IPv4 client appears at a listener on ::, as 192.0.2.1; every
  /// other address as it is.
  Address unmapped() const;
  bool is_loopback() const;
  std::string str() const;
  /// 4 or 16 bytes in network order.
  std::string_view bytes() const {
    return {reinterpret_cast<const char*>(bytes_.data()), v4_ ? 4U : 16U};
  }
  bool operator==(const Address&) const = default;

 private:
  bool v4_ = false;
  std::array<std::uint8_t, 16> bytes_{};
};

/// A network in CIDR notation (RFC 4632, RFC 4291 section 2.3).
class Network {
 public:
  /// "10.0.0.0/8", "2001:db8::/32"; an address alone is a network of one.
  static std::optional<Network> parse(std::string_view text);
  /// An IPv4 address written as IPv6 (::ffff:…) lies in the networks of the IPv4 address.
  bool contains(const Address& address) const;
  std::string str() const;

 private:
  Address base_;
  int bits_ = 0;
};

/// Whether the address is an ordinary one of the public Internet: global unicast by the IANA
/// special-purpose registries (RFC 6890). An IPv6 address that carries an IPv4 one inside (mapped,
/// compatible, NAT64, 6to4, Teredo) never is, whatever it carries: who wants the IPv4 address can
/// write it.
bool is_global_unicast(const Address& address);

/// The address, or for IPv6 its /64, by which clients are told apart: one household or server has
/// a whole /64 to choose from.
std::string client_key(const std::string& address);

}  // namespace varde::net
