#include "trust/identity/known_passwords.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>

#include "base/embed.hpp"
#include "base/text.hpp"
#include "crypto/fuse_filter.hpp"
#include "crypto/sha1.hpp"

namespace varde::trust {

using crypto::FuseFilter;

namespace {

// A file of 256 filters, by the first byte of the hash: magic, where each begins, where the last
// ends; all little endian.
constexpr std::string_view kMagic = "VPW1";
constexpr std::size_t kShards = 256;
constexpr std::size_t kTable = 4 + 8 * (kShards + 1);

std::uint64_t key_of(std::string_view sha1) {
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < 8; ++i) out = out << 8 | static_cast<unsigned char>(sha1[i]);
  return out;
}
// SHA-1 because the lists that there are come as such; nothing rests on its strength.
std::uint64_t key_of_password(std::string_view password) { return key_of(crypto::sha1(password)); }
std::size_t shard_of(std::uint64_t key) { return key >> 56; }

std::string table_of(const std::array<std::uint64_t, kShards + 1>& places) {
  std::string out(kMagic);
  for (auto place : places)
    for (int i = 0; i < 8; ++i) out += static_cast<char>(place >> (8 * i) & 0xff);
  return out;
}

// The filters of one such file, wherever its bytes are.
class Shards {
 public:
  Shards() = default;
  Shards(FuseFilter::Read read, std::uint64_t size) : read_(std::move(read)) {
    auto table = size < kTable ? std::string() : read_(0, kTable);
    if (table.size() != kTable || !table.starts_with(kMagic)) return;
    for (std::size_t i = 0; i <= kShards; ++i) {
      std::uint64_t place = 0;
      for (std::size_t byte = 0; byte < 8; ++byte)
        place |= static_cast<std::uint64_t>(static_cast<unsigned char>(table[4 + 8 * i + byte]))
                 << (8 * byte);
      if (place > size || (i > 0 && place < places_[i - 1])) return;
      places_[i] = place;
    }
    valid_ = true;
  }
  bool contains(std::uint64_t key) const {
    if (!valid_) return false;
    auto from = places_[shard_of(key)], until = places_[shard_of(key) + 1];
    return FuseFilter([this, from](std::uint64_t place,
                                   std::size_t bytes) { return read_(from + place, bytes); },
                      until - from)
        .contains(key);
  }

 private:
  FuseFilter::Read read_;
  std::array<std::uint64_t, kShards + 1> places_{};
  bool valid_ = false;
};

const Shards& shipped() {
  static const Shards all = [] {
    for (const auto& file : varde_data_files())
      if (file.name == "passwords/common.filter")
        return Shards(
            [bytes = file.content](std::uint64_t place, std::size_t count) {
              return std::string(bytes.substr(place, count));
            },
            file.content.size());
    return Shards();
  }();
  return all;
}

// The operator's file, opened anew when another has taken its place.
class OwnFile {
 public:
  void use(const std::string& path) {
    std::lock_guard lock(mutex_);
    path_ = path;
  }
  bool contains(std::uint64_t key) {
    std::lock_guard lock(mutex_);
    struct stat now{};
    if (path_.empty() || ::stat(path_.c_str(), &now) != 0) return false;
    if (!file_ || now.st_ino != inode_ || now.st_mtime != changed_) open(now);
    return shards_.contains(key);
  }

 private:
  struct Descriptor {
    int number;
    explicit Descriptor(int n) : number(n) {}
    ~Descriptor() { ::close(number); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
  };
  void open(const struct stat& now) {
    inode_ = now.st_ino;
    changed_ = now.st_mtime;
    shards_ = Shards();
    file_.reset();
    int number = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (number < 0) return;
    file_ = std::make_shared<Descriptor>(number);
    shards_ = Shards(
        [file = file_](std::uint64_t place, std::size_t bytes) {
          std::string out(bytes, '\0');
          auto got = ::pread(file->number, out.data(), bytes, static_cast<off_t>(place));
          out.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
          return out;
        },
        static_cast<std::uint64_t>(now.st_size));
  }
  std::mutex mutex_;
  std::string path_;
  std::shared_ptr<Descriptor> file_;
  ino_t inode_ = 0;
  time_t changed_ = 0;
  Shards shards_;
};
OwnFile& own_file() {
  static OwnFile one;
  return one;
}

struct Line {
  std::uint64_t key = 0;
  std::uint64_t times = 1;
  bool hashed = false;
};
Line read_line(std::string_view line) {
  constexpr std::size_t kHex = 40;
  auto colon = line.find(':');
  auto raw = colon == kHex ? unhex(line.substr(0, kHex)) : std::nullopt;
  if (!raw) return {key_of_password(line), 1, false};
  Line out{key_of(*raw), 0, true};
  auto count = trim(line.substr(kHex + 1));
  auto [end, wrong] = std::from_chars(count.data(), count.data() + count.size(), out.times);
  if (wrong != std::errc() || end != count.data() + count.size())
    throw std::runtime_error("a number is expected after the hash");
  return out;
}

}  // namespace

void use_password_filter(const std::string& path) { own_file().use(path); }

bool is_known_password(std::string_view password) {
  for (const auto& form : {std::string(password), fold(password)}) {
    auto key = key_of_password(form);
    if (shipped().contains(key) || own_file().contains(key)) return true;
  }
  return false;
}

ImportedPasswords make_password_filter(
    std::istream& in, std::uint64_t least,
    const std::function<void(std::uint64_t place, std::string_view bytes)>& write) {
  ImportedPasswords out;
  std::array<std::uint64_t, kShards + 1> places{};
  std::array<std::vector<std::uint64_t>, kShards> keys;
  std::uint64_t end = kTable;
  std::size_t shard = 0;  // the first that is not written yet
  auto write_until = [&](std::size_t next) {
    for (; shard < next; ++shard) {
      places[shard] = end;
      auto bytes = FuseFilter::build(std::exchange(keys[shard], {}));
      write(end, bytes);
      end += bytes.size();
    }
  };
  std::string text;
  std::optional<bool> hashed;
  while (std::getline(in, text)) {
    ++out.read;
    auto wrong = [&](const std::string& what) {
      return std::runtime_error(fmt::format("line {}: {}", out.read, what));
    };
    std::string_view line(text);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    if (line.size() > 1000) throw wrong("this is too long for a password");
    Line read;
    try {
      read = read_line(line);
    } catch (const std::runtime_error& e) {
      throw wrong(e.what());
    }
    if (!hashed) hashed = read.hashed;
    if (*hashed != read.hashed) throw wrong("hashes and passwords stand in one file");
    if (read.times < least) continue;
    if (read.hashed) {
      if (shard_of(read.key) < shard)
        throw wrong("the hashes are not in order; take the list that is ordered by hash");
      write_until(shard_of(read.key));
    }
    keys[shard_of(read.key)].push_back(read.key);
    ++out.kept;
  }
  write_until(kShards);
  places[kShards] = end;
  write(0, table_of(places));
  return out;
}

}  // namespace varde::trust
