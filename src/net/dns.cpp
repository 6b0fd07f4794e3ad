#include "net/dns.hpp"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>

#include <charconv>
#include <mutex>
#include <optional>

#include "net/fiber.hpp"

namespace varde::net {
namespace {

WorkPool& pool() {
  static WorkPool one(2, 32);
  return one;
}

std::mutex server_mutex;
std::optional<sockaddr_in> named_server;  // under server_mutex

std::optional<sockaddr_in> name_server() {
  std::lock_guard lock(server_mutex);
  return named_server;
}

std::string text_of(ns_msg& message, ns_rr& record, DnsType type) {
  const auto* data = ns_rr_rdata(record);
  std::size_t size = ns_rr_rdlen(record);
  if (type == DnsType::txt) {
    std::string out;
    for (std::size_t at = 0; at < size;) {
      std::size_t length = data[at++];
      if (at + length > size) break;
      out.append(reinterpret_cast<const char*>(data + at), length);
      at += length;
    }
    return out;
  }
  std::string preference;
  if (type == DnsType::mx) {
    if (size < 3) return "";
    preference = std::to_string(ns_get16(data)) + " ";
    data += 2;
  }
  char name[NS_MAXDNAME];
  if (dn_expand(ns_msg_base(message), ns_msg_end(message), data, name, sizeof name) < 0) return "";
  return preference + (name[0] == '\0' ? "." : name);  // the root, as dn_expand writes it
}

}  // namespace

bool use_name_server(std::string_view address) {
  sockaddr_in server{};
  server.sin_family = AF_INET;
  std::uint16_t port = 53;
  if (auto colon = address.find(':'); colon != std::string_view::npos) {
    const auto* end = address.data() + address.size();
    auto [stopped, error] = std::from_chars(address.data() + colon + 1, end, port);
    if (error != std::errc() || stopped != end || port == 0) return false;
    address = address.substr(0, colon);
  }
  server.sin_port = htons(port);
  if (inet_pton(AF_INET, std::string(address).c_str(), &server.sin_addr) != 1) return false;
  std::lock_guard lock(server_mutex);
  named_server = server;
  return true;
}

std::string name_server_in_use() {
  auto server = name_server();
  if (!server) return "";
  char text[INET_ADDRSTRLEN];
  inet_ntop(AF_INET, &server->sin_addr, text, sizeof text);
  return std::string(text) + ":" + std::to_string(ntohs(server->sin_port));
}

Result<std::vector<std::string>> dns_lookup(const Permit&, const std::string& name, DnsType type) {
  before_waiting_for_others("dns");
  std::vector<std::string> out;
  bool answered = false;
  bool ran = pool().run([&] {
    struct __res_state state{};
    if (res_ninit(&state) != 0) return;
    if (auto server = name_server()) {
      state.nscount = 1;
      state.nsaddr_list[0] = *server;
    }
    state.retrans = 2;
    state.retry = 1;
    unsigned char answer[8192];
    int kind = type == DnsType::txt ? ns_t_txt : type == DnsType::mx ? ns_t_mx : ns_t_cname;
    int size = res_nquery(&state, name.c_str(), ns_c_in, kind, answer, sizeof answer);
    answered = size >= 0 || state.res_h_errno == HOST_NOT_FOUND || state.res_h_errno == NO_DATA;
    ns_msg message;
    if (size > 0 && ns_initparse(answer, size, &message) == 0)
      for (int i = 0; i < ns_msg_count(message, ns_s_an); ++i) {
        ns_rr record;
        if (ns_parserr(&message, ns_s_an, i, &record) != 0 || ns_rr_type(record) != kind) continue;
        auto text = text_of(message, record, type);
        if (!text.empty() && out.size() < 50) out.push_back(std::move(text));
      }
    res_nclose(&state);
  });
  if (!ran || !answered)
    return Error{ErrorCode::unavailable, "The DNS did not answer.", {}, "dns", 5};
  return out;
}

}  // namespace varde::net
