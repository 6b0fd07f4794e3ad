#include "trust/package/relay.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstring>

#include "base/log.hpp"
#include "base/random.hpp"
#include "crypto/aead.hpp"

namespace varde::trust {
namespace {

constexpr std::size_t kPiece = 128 * 1024;

// A file without a name. Pieces are written at its end and read in their order.
class Spool {
 public:
  explicit Spool(const std::string& directory)
      : file_(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)),
        key_(crypto::Key::random()) {
    if (file_ < 0) {  // a file system without such files
      auto name = directory + "/answer-XXXXXX";
      file_ = ::mkostemp(name.data(), O_CLOEXEC);  // mode 0600, O_EXCL
      if (file_ >= 0) ::unlink(name.c_str());
    }
    if (file_ < 0) fail("cannot make a file for an answer in " + directory);
  }
  ~Spool() { ::close(file_); }
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  void add(std::string_view piece) {
    auto sealed = crypto::seal(key_, piece, context(written_++));
    auto size = static_cast<std::uint32_t>(sealed.size());
    std::string head(reinterpret_cast<const char*>(&size), sizeof size);
    for (auto part : {std::string_view(head), std::string_view(sealed)}) {
      while (!part.empty()) {
        auto count = ::pwrite(file_, part.data(), part.size(), end_);
        if (count < 0) fail("cannot write an answer to the disk");
        end_ += count;
        part.remove_prefix(static_cast<std::size_t>(count));
      }
    }
  }
  bool has_more() const { return read_ < written_; }
  std::string next() {
    std::uint32_t size = 0;
    take(&size, sizeof size);
    std::string sealed(size, '\0');
    take(sealed.data(), size);
    auto piece = crypto::open(key_, sealed, context(read_++));
    if (!piece) throw std::runtime_error("an answer on the disk was changed");
    return std::move(*piece);
  }

 private:
  static std::string context(std::uint64_t number) { return "spool:" + std::to_string(number); }
  [[noreturn]] static void fail(const std::string& what) {
    throw std::runtime_error(what + ": " + std::strerror(errno));
  }
  void take(void* into, std::size_t size) {
    for (std::size_t done = 0; done < size;) {
      auto count = ::pread(file_, static_cast<char*>(into) + done, size - done, begin_);
      if (count <= 0) fail("cannot read an answer from the disk");
      begin_ += count;
      done += static_cast<std::size_t>(count);
    }
  }

  int file_;
  crypto::Key key_;
  off_t begin_ = 0, end_ = 0;
  std::uint64_t read_ = 0, written_ = 0;
};

// Of the fiber that makes and the one that sends, on one loop.
struct Relay {
  explicit Relay(const std::string& directory) : spool(directory) {}
  Spool spool;
  std::string piece;  // not yet in the spool
  net::Event more;
  bool ended = false, failed = false, unwanted = false;

  void flush() {
    if (piece.empty()) return;
    spool.add(piece);
    piece.clear();
    more.wake();
  }
  bool write(std::string_view bytes) {
    if (unwanted) return false;
    piece += bytes;
    if (piece.size() >= kPiece) flush();
    return true;
  }
};

}  // namespace

std::function<void(net::BodyWriter&)> relayed(Base& base, std::function<void(const Write&)> make,
                                              std::function<void()> taken) {
  return [&base, make = std::move(make), taken = std::move(taken)](net::BodyWriter& out) {
    auto relay = std::make_shared<Relay>(base.data_directory);
    struct Leave {
      Relay& relay;
      ~Leave() { relay.unwanted = true; }
    } leave{*relay};
    net::Loop::current().spawn([relay, make] {
      struct End {
        Relay& relay;
        ~End() {
          relay.ended = true;
          relay.more.wake();
        }
      } end{*relay};
      net::set_asker([relay] { return relay->unwanted; });
      try {
        make([&](std::string_view bytes) { return relay->write(bytes); });
        relay->flush();
      } catch (const std::exception& e) {
        relay->failed = true;
        log::error("An answer could not be made", {{"what", e.what()}});
      }
    });
    while (true) {
      while (relay->spool.has_more())
        if (!out.write(relay->spool.next())) return;
      if (relay->failed) throw std::runtime_error("an answer broke off: it could not be made");
      if (relay->ended) {
        if (taken) taken();
        return;
      }
      if (!relay->more.wait(net::in(std::chrono::seconds(1))) && net::asker_is_gone()) return;
    }
  };
}

}  // namespace varde::trust
