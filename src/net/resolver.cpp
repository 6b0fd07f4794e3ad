#include "net/resolver.hpp"

#include <ares.h>
#include <netdb.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "base/metrics.hpp"
#include "base/text.hpp"
#include "net/dns.hpp"

namespace varde::net {
namespace {

using Clock = std::chrono::steady_clock;

metrics::Counter looked_up("varde_name_lookups_total", "Host names that were asked for",
                           {"outcome"});

constexpr std::size_t kMostAtOnce = 1000, kMostKept = 10'000;
constexpr int kPatience = 2000, kTries = 2;  // milliseconds for a server's answer; rounds
constexpr std::chrono::seconds kNone{5}, kLeast{5}, kMost{300};

struct Answer {
  bool answered = false;  // somebody said something
  std::vector<Address> addresses;
  Clock::time_point until;
};

// A question under way, and who waits for it: woken when it has come, from the resolver's thread.
struct Question {
  std::string host;
  Answer answer;
  std::vector<std::shared_ptr<Event>> waiting;
};

class Resolver {
 public:
  static Resolver& one() {
    static Resolver resolver;
    return resolver;
  }

  ~Resolver() {
    ending_ = true;
    poke();
    thread_.join();
    ::close(wake_);
  }

  Result<std::vector<Address>> ask(const std::string& host, Deadline deadline) {
    auto event = std::make_shared<Event>();
    std::shared_ptr<Question> question;
    {
      std::lock_guard lock(mutex_);
      auto kept = kept_.find(host);
      if (kept != kept_.end() && kept->second.until > Clock::now()) return said(kept->second);
      auto& under_way = under_way_[host];
      if (!under_way) {
        if (under_way_.size() > kMostAtOnce) {
          under_way_.erase(host);
          return limited("Too many names are asked for at once. Try again in a few seconds.", 5);
        }
        under_way = std::make_shared<Question>();
        under_way->host = host;
        asked_.push_back(under_way);
      }
      question = under_way;
      question->waiting.push_back(event);
    }
    poke();
    if (!event->wait(deadline)) return said({});
    std::lock_guard lock(mutex_);
    return said(question->answer);
  }

 private:
  Resolver() : wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), thread_([this] { run(); }) {}

  static Result<std::vector<Address>> said(const Answer& answer) {
    if (!answer.addresses.empty()) return answer.addresses;
    if (answer.answered)
      return Error{ErrorCode::unavailable, "The host name has no address.", {}, "unresolved", 0};
    return Error{ErrorCode::unavailable, "No name server answered in time.", {}, "dns", 5};
  }

  void poke() const {
    std::uint64_t one = 1;
    [[maybe_unused]] auto written = ::write(wake_, &one, sizeof one);
  }

  // ---- on the resolver's thread

  struct Asked {
    Resolver* resolver;
    std::shared_ptr<Question> question;
  };

  static void came(void* given, int status, int, ares_addrinfo* found) {
    std::unique_ptr<Asked> asked(static_cast<Asked*>(given));
    Answer answer;
    answer.answered = status == ARES_SUCCESS || status == ARES_ENOTFOUND || status == ARES_ENODATA;
    auto life = kMost;
    if (found != nullptr) {
      for (auto* node = found->nodes; node != nullptr; node = node->ai_next) {
        if (auto address = Address::from(node->ai_addr)) answer.addresses.push_back(*address);
        life = std::min(life, std::chrono::seconds(node->ai_ttl));
      }
      ares_freeaddrinfo(found);
    }
    answer.until = Clock::now() + (answer.addresses.empty() ? kNone : std::max(life, kLeast));
    looked_up.with({!answer.answered           ? "no answer"
                    : answer.addresses.empty() ? "none"
                                               : "found"})
        .add();
    asked->resolver->keep(*asked->question, std::move(answer));
  }

  void keep(Question& question, Answer answer) {
    std::lock_guard lock(mutex_);
    question.answer = answer;
    under_way_.erase(question.host);
    if (kept_.size() >= kMostKept) kept_.clear();
    if (answer.answered) kept_[question.host] = std::move(answer);
    for (auto& waiter : question.waiting) waiter->wake();
    question.waiting.clear();
  }

  void run() {
    ares_library_init(ARES_LIB_INIT_ALL);
    ares_channel channel = nullptr;
    ares_options options{};
    options.timeout = kPatience;
    options.tries = kTries;
    if (ares_init_options(&channel, &options, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES) != ARES_SUCCESS)
      return;
    std::string in_use;
    while (!ending_) {
      if (auto server = name_server_in_use(); server != in_use) {
        // Refused while anything is asked; then it is tried again at the next turn.
        if (ares_set_servers_ports_csv(channel, server.c_str()) == ARES_SUCCESS) in_use = server;
      }
      begin_asked(channel);
      turn(channel);
    }
    ares_destroy(channel);  // ends what is under way, each with its callback
    ares_library_cleanup();
  }

  void begin_asked(ares_channel channel) {
    std::vector<std::shared_ptr<Question>> begin;
    {
      std::lock_guard lock(mutex_);
      begin.swap(asked_);
    }
    ares_addrinfo_hints hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    for (auto& question : begin) {
      auto host = question->host;
      ares_getaddrinfo(channel, host.c_str(), nullptr, &hints, came,
                       new Asked{this, std::move(question)});
    }
  }

  // Waits for an answer, for a new question, or for the time at which c-ares asks again.
  void turn(ares_channel channel) const {
    ares_socket_t sockets[ARES_GETSOCK_MAXNUM];
    auto bits = ares_getsock(channel, sockets, ARES_GETSOCK_MAXNUM);
    std::vector<pollfd> polled{{wake_, POLLIN, 0}};
    for (int i = 0; i < ARES_GETSOCK_MAXNUM; ++i) {
      short events = 0;
      if (ARES_GETSOCK_READABLE(bits, i)) events |= POLLIN;
      if (ARES_GETSOCK_WRITABLE(bits, i)) events |= POLLOUT;
      if (events != 0) polled.push_back({sockets[i], events, 0});
    }
    timeval most{1, 0}, next{};
    auto* wait = ares_timeout(channel, &most, &next);
    ::poll(polled.data(), polled.size(),
           static_cast<int>(wait->tv_sec * 1000 + wait->tv_usec / 1000 + 1));
    if (polled[0].revents != 0) {
      std::uint64_t times = 0;
      [[maybe_unused]] auto got = ::read(wake_, &times, sizeof times);
    }
    for (std::size_t i = 1; i < polled.size(); ++i)
      ares_process_fd(
          channel,
          polled[i].revents & (POLLIN | POLLERR | POLLHUP) ? polled[i].fd : ARES_SOCKET_BAD,
          polled[i].revents & POLLOUT ? polled[i].fd : ARES_SOCKET_BAD);
    ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);  // what has run out of time
  }

  std::mutex mutex_;
  std::unordered_map<std::string, Answer> kept_;
  std::map<std::string, std::shared_ptr<Question>> under_way_;
  std::vector<std::shared_ptr<Question>> asked_;
  int wake_;
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace

Result<std::vector<Address>> resolve(const std::string& host, Deadline deadline) {
  if (auto literal = Address::parse(host)) return std::vector{*literal};
  before_waiting_for_others("resolve");
  return Resolver::one().ask(ascii_lower(host), deadline);
}

}  // namespace varde::net
