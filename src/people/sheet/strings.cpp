#include "people/sheet/strings.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "crypto/aead.hpp"

namespace varde::people::sheet {
namespace {

constexpr std::size_t kBlock = 64 * 1024;
constexpr std::uint64_t kLoadsAtOnce = 64;  // a few milliseconds

std::string context(std::size_t index) { return "sheet:" + std::to_string(index); }

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what + ": " + std::strerror(errno));
}

}  // namespace

Strings::Strings(std::string directory, std::function<void()> pause, std::size_t blocks_in_memory)
    : directory_(std::move(directory)),
      pause_(std::move(pause)),
      in_memory_(std::max<std::size_t>(blocks_in_memory, 2)),
      key_(crypto::Key::random()) {}

Strings::~Strings() {
  if (file_ >= 0) ::close(file_);
}

void Strings::add(std::string_view text) {
  if (places_.empty() || block(places_.size() - 1).bytes.size() + text.size() > kBlock ||
      block(places_.size() - 1).ends.size() * sizeof(std::uint32_t) > kBlock) {
    places_.push_back({count_, -1, 0});
    used_.push_front(places_.size() - 1);
    held_[places_.size() - 1].use = used_.begin();
    make_room();
  }
  auto& last = block(places_.size() - 1);
  last.bytes += text;
  last.ends.push_back(static_cast<std::uint32_t>(last.bytes.size()));
  ++count_;
  bytes_ += text.size();
}

std::string_view Strings::at(std::uint64_t number) {
  auto after = std::ranges::upper_bound(places_, number, {}, &Place::first);
  auto index = static_cast<std::size_t>(after - places_.begin()) - 1;
  auto& found = block(index);
  auto within = static_cast<std::size_t>(number - places_[index].first);
  auto begin = within == 0 ? 0 : found.ends[within - 1];
  return std::string_view(found.bytes).substr(begin, found.ends[within] - begin);
}

Strings::Block& Strings::block(std::size_t index) {
  if (auto found = held_.find(index); found != held_.end()) {
    if (found->second.use != used_.begin()) used_.splice(used_.begin(), used_, found->second.use);
    return found->second.block;
  }
  if (++loads_ % kLoadsAtOnce == 0 && pause_) pause_();
  const auto& place = places_[index];
  std::string sealed(place.size, '\0');
  for (std::size_t done = 0; done < sealed.size();) {
    auto count = ::pread(file_, sealed.data() + done, sealed.size() - done,
                         place.offset + static_cast<std::int64_t>(done));
    if (count <= 0) fail("cannot read a workbook's texts from the disk");
    done += static_cast<std::size_t>(count);
  }
  auto plain = crypto::open(key_, sealed, context(index));
  if (!plain) throw std::runtime_error("a workbook's texts on the disk were changed");
  Block block;
  std::uint32_t ends = 0;
  std::memcpy(&ends, plain->data(), sizeof ends);
  block.ends.resize(ends);
  std::memcpy(block.ends.data(), plain->data() + sizeof ends, ends * sizeof ends);
  block.bytes = plain->substr(sizeof ends * (1 + std::size_t{ends}));
  used_.push_front(index);
  auto& held = held_[index];
  held = {std::move(block), used_.begin()};
  make_room();
  return held.block;  // the one used last, which make_room() leaves
}

void Strings::make_room() {
  if (directory_.empty()) return;
  while (held_.size() > in_memory_) {
    auto oldest = used_.back();
    if (places_[oldest].offset < 0) write(oldest);
    used_.pop_back();
    held_.erase(oldest);
  }
}

void Strings::write(std::size_t index) {
  if (file_ < 0) {
    file_ = ::open(directory_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file_ < 0) {  // a file system without such files
      auto name = directory_ + "/sheet-XXXXXX";
      file_ = ::mkostemp(name.data(), O_CLOEXEC);
      if (file_ >= 0) ::unlink(name.c_str());
    }
    if (file_ < 0) fail("cannot make a file for a workbook's texts in " + directory_);
  }
  const auto& block = held_.at(index).block;
  auto ends = static_cast<std::uint32_t>(block.ends.size());
  std::string plain(reinterpret_cast<const char*>(&ends), sizeof ends);
  plain.append(reinterpret_cast<const char*>(block.ends.data()), block.ends.size() * sizeof ends);
  plain += block.bytes;
  auto sealed = crypto::seal(key_, plain, context(index));
  places_[index].offset = end_;
  places_[index].size = static_cast<std::uint32_t>(sealed.size());
  for (std::string_view left = sealed; !left.empty();) {
    auto count = ::pwrite(file_, left.data(), left.size(), end_);
    if (count < 0) fail("cannot write a workbook's texts to the disk");
    end_ += count;
    left.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace varde::people::sheet
