#include "net/http_client.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>

#include <cstring>

#include "net/fiber.hpp"

namespace varde::net {
namespace {

bool inside_the_house(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    in_addr v4{};
    std::memcpy(&v4, &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, sizeof v4);
    auto a = ntohl(v4.s_addr);
    auto within = [a](std::uint32_t network, int bits) {
      return (a >> (32 - bits)) == (network >> (32 - bits));
    };
    return within(0x00000000, 8) || within(0x7f000000, 8) || within(0x0a000000, 8) ||
           within(0xac100000, 12) || within(0xc0a80000, 16) || within(0xa9fe0000, 16) ||
           within(0x64400000, 10) || within(0xe0000000, 3);
  }
  if (address->sa_family == AF_INET6) {
    in6_addr v6{};
    std::memcpy(&v6, &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, sizeof v6);
    if (IN6_IS_ADDR_V4MAPPED(&v6)) {
      sockaddr_in mapped{};
      mapped.sin_family = AF_INET;
      std::memcpy(&mapped.sin_addr, v6.s6_addr + 12, 4);
      return inside_the_house(reinterpret_cast<const sockaddr*>(&mapped));
    }
    return IN6_IS_ADDR_LOOPBACK(&v6) || IN6_IS_ADDR_UNSPECIFIED(&v6) ||
           IN6_IS_ADDR_LINKLOCAL(&v6) || IN6_IS_ADDR_MULTICAST(&v6) ||
           (v6.s6_addr[0] & 0xfe) == 0xfc;
  }
  return true;
}

struct State {
  bool allow_private = false;
  bool refused = false;
  std::size_t received = 0;
};

curl_socket_t open_socket(void* data, curlsocktype, curl_sockaddr* address) {
  auto* state = static_cast<State*>(data);
  if (!state->allow_private && inside_the_house(&address->addr)) {
    state->refused = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::size_t drop(char*, std::size_t size, std::size_t count, void* data) {
  auto* state = static_cast<State*>(data);
  state->received += size * count;
  return state->received > 64 * 1024 ? 0 : size * count;
}

WorkPool& pool() {
  static WorkPool one(8, 1000);
  return one;
}

}  // namespace

Result<int> post(const Permit&, const HttpCall& call) {
  bool https = call.url.starts_with("https://");
  if (!https && !(call.allow_private && call.url.starts_with("http://")))
    return bad_input("/url", "must begin with https://.");
  struct Outcome {
    CURLcode code = CURLE_OK;
    long status = 0;
    State state;
  };
  auto outcome = std::make_shared<Outcome>();
  auto work = [outcome, call, https] {
    static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(started ? curl_easy_init() : nullptr,
                                                             curl_easy_cleanup);
    if (!curl) throw std::bad_alloc();
    curl_slist* headers = nullptr;
    for (const auto& [name, value] : call.headers)
      if (value.find_first_of("\r\n") == std::string::npos)
        headers = curl_slist_append(headers, (name + ": " + value).c_str());
    std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> owned(headers, curl_slist_free_all);
    outcome->state.allow_private = call.allow_private;
    curl_easy_setopt(curl.get(), CURLOPT_URL, call.url.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, https ? "https" : "http");
    curl_easy_setopt(curl.get(), CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl.get(), CURLOPT_POST, 1L);
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, call.body.data());
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(call.body.size()));
    curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(call.timeout.count()));
    curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(call.timeout.count() / 2));
    curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");
    curl_easy_setopt(curl.get(), CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(curl.get(), CURLOPT_OPENSOCKETDATA, &outcome->state);
    curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, drop);
    curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &outcome->state);
    outcome->code = curl_easy_perform(curl.get());
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &outcome->status);
  };
  if (!pool().run(work, WorkPool::OnStop::leave))
    return make_error(ErrorCode::unavailable, "Too many calls are under way.");
  if (outcome->state.refused)
    return forbidden("The address is inside the house; webhooks go to public addresses only.");
  if (outcome->status > 0) return static_cast<int>(outcome->status);
  return make_error(ErrorCode::unavailable,
                    std::string("The call failed: ") + curl_easy_strerror(outcome->code) + ".");
}

}  // namespace varde::net
