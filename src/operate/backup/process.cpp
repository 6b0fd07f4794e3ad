#include "operate/backup/process.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace varde::operate {
namespace {

constexpr std::size_t kMostOutput = 64 << 20;

struct Pipe {
  int read = -1, write = -1;
  Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no file descriptor is free");
    read = ends[0];
    write = ends[1];
  }
  ~Pipe() {
    close_write();
    ::close(read);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_write() {
    if (write >= 0) ::close(write);
    write = -1;
  }
};

// Between fork and exec: only what a signal handler may call, for other threads hold locks.
[[noreturn]] void become(char** argv, char** environment, int output, int errors, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(126);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  int in = ::open("/dev/null", O_RDONLY);
  ::dup2(in, 0);
  ::dup2(output, 1);
  ::dup2(errors, 2);
  // Nothing else of ours goes along: a listener that outlived us would keep the port.
  ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  ::execve(argv[0], argv, environment);
  ::_exit(127);
}

}  // namespace

Ended run_process(const std::vector<std::string>& command, const std::function<bool()>& stop) {
  std::vector<char*> argv;
  for (const auto& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  // Nothing of the caller's environment (PGHOST, PGBACKREST_…) decides what is backed up.
  std::array<char*, 5> environment{
      const_cast<char*>("PATH=/usr/bin:/bin"), const_cast<char*>("LANG=C.UTF-8"),
      const_cast<char*>("TZ=UTC"),
      const_cast<char*>("ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0"), nullptr};
  Pipe output, errors;
  auto parent = ::getpid();
  auto child = ::fork();
  if (child < 0) throw std::runtime_error("cannot start " + command.at(0));
  if (child == 0) become(argv.data(), environment.data(), output.write, errors.write, parent);
  output.close_write();
  errors.close_write();

  Ended out;
  std::array<pollfd, 2> waiting{pollfd{output.read, POLLIN, 0}, pollfd{errors.read, POLLIN, 0}};
  std::array<std::string*, 2> into{&out.output, &out.errors};
  std::array<char, 65536> buffer;
  int open = 2;
  bool told = false;
  while (open > 0) {
    ::poll(waiting.data(), waiting.size(), 100);
    for (std::size_t i = 0; i < waiting.size(); ++i) {
      if (waiting[i].revents == 0) continue;
      auto got = ::read(waiting[i].fd, buffer.data(), buffer.size());
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) {
        waiting[i].fd = -1;
        --open;
      } else if (into[i]->size() < kMostOutput) {
        into[i]->append(buffer.data(), static_cast<std::size_t>(got));
      }
    }
    if (!told && stop && stop()) {
      ::kill(child, SIGTERM);
      told = true;
    }
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  out.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return out;
}

}  // namespace varde::operate
