#include "net/forwarded.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace varde::net {
namespace {

// "192.0.2.1", "192.0.2.1:4711", "2001:db8::1", "[2001:db8::1]:4711", as proxies write them.
std::optional<Address> read(std::string_view text) {
  text = trim(text);
  if (auto plain = Address::parse(text)) return plain->unmapped();
  auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto port = text.substr(colon + 1);
  auto host = text.substr(0, colon);
  bool digits =
      !port.empty() && std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; });
  bool whole = host.find(':') == std::string_view::npos || host.ends_with(']');
  auto address = digits && whole ? Address::parse(host) : std::nullopt;
  return address ? std::optional(address->unmapped()) : std::nullopt;
}

}  // namespace

bool is_trusted(const std::vector<Network>& proxies, const std::string& address) {
  auto parsed = Address::parse(address);
  return parsed && std::ranges::any_of(
                       proxies, [&](const Network& network) { return network.contains(*parsed); });
}

std::string client_of(const std::string& peer, const Headers& headers,
                      const std::vector<Network>& proxies) {
  auto parsed = Address::parse(peer);
  auto client = parsed ? parsed->unmapped().str() : peer;
  if (!is_trusted(proxies, client)) return client;
  std::string all;
  for (const auto& [name, value] : headers)
    if (name == "x-forwarded-for") all += (all.empty() ? "" : ",") + value;
  std::string_view left = all;
  while (!left.empty() && is_trusted(proxies, client)) {
    auto comma = left.rfind(',');
    auto said = read(comma == std::string_view::npos ? left : left.substr(comma + 1));
    if (!said) break;
    client = said->str();
    left = comma == std::string_view::npos ? std::string_view() : left.substr(0, comma);
  }
  return client;
}

}  // namespace varde::net
