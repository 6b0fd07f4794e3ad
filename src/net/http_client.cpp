#include "net/http_client.hpp"

#include <curl/curl.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "base/text.hpp"
#include "net/fiber.hpp"

namespace varde::net {
namespace {

constexpr std::size_t kAnswer = 64 * 1024;
constexpr std::size_t kUnderWay = 1000;

// One call, owned by the fiber that waits for it and by the thread that makes it: a fiber whose
// loop ends may leave first.
struct Work {
  Work(HttpCall c, const Permit& p) : call(std::move(c)), permit(p) {}
  HttpCall call;
  Permit permit;
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

// libcurl opens every connection here, whatever a name resolved to. Connections are kept per host
// and port whoever asks: tenants share one policy, and the operator's own calls, which have
// another, keep none and take none that is kept.
curl_socket_t open_socket(void* data, curlsocktype, curl_sockaddr* address) {
  auto* work = static_cast<Work*>(data);
  auto to = Address::from(&address->addr);
  if (!to || !work->permit.addresses().allows(*to)) {
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

Result<HttpAnswer> call(const Permit& permit, const HttpCall& asked) {
  before_waiting_for_others("http-call");
  bool https = asked.url.starts_with("https://");
  if (!https && !(permit.addresses().has_exceptions() && asked.url.starts_with("http://")))
    return bad_input("/url", "must begin with https://.");
  bool get = asked.method == "GET";
  if (!get && asked.method != "POST" && asked.method != "PUT")
    return bad_input("/method", "must be POST, PUT or GET.");
  auto& all = caller();
  auto work = std::make_shared<Work>(asked, permit);
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
  if (permit.addresses().is_anywhere()) {
    curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
  }
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
