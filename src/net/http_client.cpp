#include "net/http_client.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "base/text.hpp"
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

constexpr std::size_t kAnswer = 64 * 1024;
constexpr std::size_t kUnderWay = 1000;

// One call, owned by the fiber that waits for it and by the thread that makes it: a fiber whose
// loop ends may leave first.
struct Work {
  explicit Work(HttpCall c) : call(std::move(c)) {}
  HttpCall call;
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  bool refused = false, cut = false;
  CURLcode code = CURLE_OK;
  long status = 0;
  curl_off_t sent = 0;
  std::string answer;
  Event done;
  ~Work() {
    if (easy != nullptr) curl_easy_cleanup(easy);
    curl_slist_free_all(headers);
  }
};

// A socket of a private address is opened only where that is allowed. Connections are kept per host
// and port whoever asks; `allow_private` is the installation's, so none is shared across it.
curl_socket_t open_socket(void* data, curlsocktype, curl_sockaddr* address) {
  auto* work = static_cast<Work*>(data);
  if (!work->call.allow_private && inside_the_house(&address->addr)) {
    work->refused = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::size_t keep(char* bytes, std::size_t size, std::size_t count, void* data) {
  auto* work = static_cast<Work*>(data);
  auto room = kAnswer - std::min(kAnswer, work->answer.size());
  work->answer.append(bytes, std::min(room, size * count));
  work->cut = size * count > room;
  return work->cut ? 0 : size * count;
}

class Caller {
 public:
  Caller() {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw std::bad_alloc();
    multi_ = curl_multi_init();
    if (multi_ == nullptr) throw std::bad_alloc();
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, 256L);
    thread_ = std::thread([this] { run(); });
  }
  ~Caller() {
    {
      std::lock_guard lock(mutex_);
      ending_ = true;
    }
    curl_multi_wakeup(multi_);
    thread_.join();
    for (auto& [easy, work] : under_way_) curl_multi_remove_handle(multi_, easy);
    under_way_.clear();
    curl_multi_cleanup(multi_);
  }

  bool begin(const std::shared_ptr<Work>& work) {
    {
      std::lock_guard lock(mutex_);
      if (count_ >= kUnderWay) return false;
      ++count_;
      waiting_.push_back(work);
    }
    curl_multi_wakeup(multi_);
    return true;
  }

 private:
  void run() {
    while (true) {
      std::vector<std::shared_ptr<Work>> fresh;
      {
        std::lock_guard lock(mutex_);
        if (ending_) return;
        fresh.swap(waiting_);
      }
      for (auto& work : fresh) {
        auto* easy = work->easy;
        if (curl_multi_add_handle(multi_, easy) == CURLM_OK) {
          under_way_.emplace(easy, std::move(work));
        } else {
          end(std::move(work), CURLE_FAILED_INIT);
        }
      }
      int running = 0;
      curl_multi_perform(multi_, &running);
      int left = 0;
      while (auto* message = curl_multi_info_read(multi_, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        auto* easy = message->easy_handle;
        auto code = message->data.result;
        curl_multi_remove_handle(multi_, easy);
        auto found = under_way_.find(easy);
        auto work = std::move(found->second);
        under_way_.erase(found);
        end(std::move(work), code);
      }
      curl_multi_poll(multi_, nullptr, 0, 1000, nullptr);
    }
  }

  void end(std::shared_ptr<Work> work, CURLcode code) {
    work->code = code;
    curl_easy_getinfo(work->easy, CURLINFO_RESPONSE_CODE, &work->status);
    long request = 0;
    curl_easy_getinfo(work->easy, CURLINFO_REQUEST_SIZE, &request);
    work->sent = request;
    {
      std::lock_guard lock(mutex_);
      --count_;
    }
    work->done.wake();
  }

  CURLM* multi_ = nullptr;
  std::mutex mutex_;
  std::vector<std::shared_ptr<Work>> waiting_;                  // under mutex_
  std::size_t count_ = 0;                                       // under mutex_
  bool ending_ = false;                                         // under mutex_
  std::unordered_map<CURL*, std::shared_ptr<Work>> under_way_;  // the thread's own
  std::thread thread_;
};

Caller& caller() {
  static Caller one;
  return one;
}

}  // namespace

Result<HttpAnswer> call(const Permit&, const HttpCall& asked) {
  bool https = asked.url.starts_with("https://");
  if (!https && !(asked.allow_private && asked.url.starts_with("http://")))
    return bad_input("/url", "must begin with https://.");
  bool get = asked.method == "GET";
  if (!get && asked.method != "POST" && asked.method != "PUT")
    return bad_input("/method", "must be POST, PUT or GET.");
  auto& all = caller();
  auto work = std::make_shared<Work>(asked);
  work->easy = curl_easy_init();
  if (work->easy == nullptr) throw std::bad_alloc();
  auto* curl = work->easy;
  const auto& held = work->call;
  bool typed = false;
  for (const auto& [name, value] : held.headers) {
    if (value.find_first_of("\r\n") != std::string::npos) continue;
    typed = typed || iequals(name, "content-type");
    work->headers = curl_slist_append(work->headers, (name + ": " + value).c_str());
  }
  // libcurl would name a form's type of its own accord.
  if (!typed && !get) work->headers = curl_slist_append(work->headers, "Content-Type:");
  curl_easy_setopt(curl, CURLOPT_URL, held.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, https ? "https" : "http");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  if (!get) {
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, held.body.data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(held.body.size()));
    if (held.method == "PUT") curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "PUT");
  }
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, work->headers);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(held.timeout.count()));
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(held.timeout.count() / 2));
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, work.get());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, work.get());
  if (!all.begin(work)) return limited("Too many calls are under way.", 1);
  work->done.wait();
  if (work->refused && work->status == 0)
    return forbidden("The address is inside the house; calls go to public addresses only.");
  // An answer that broke off is one only where it was us who stopped reading.
  if (work->status > 0 && (work->code == CURLE_OK || work->cut))
    return HttpAnswer{static_cast<int>(work->status), std::move(work->answer)};
  auto error = make_error(ErrorCode::unavailable,
                          std::string("The call failed: ") + curl_easy_strerror(work->code) + ".");
  error.kind = work->sent > 0 ? "no-answer" : "not-connected";
  return error;
}

Result<int> post(const Permit& permit, const HttpCall& asked) {
  VARDE_TRY(auto answer, call(permit, asked));
  return answer.status;
}

}  // namespace varde::net
