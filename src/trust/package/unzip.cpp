#include "trust/package/unzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <memory>

#include "base/text.hpp"

namespace varde::trust {
namespace {

constexpr std::size_t kMostEntries = 100'000;
constexpr std::uint16_t kSizesFollow = 1 << 3;
constexpr std::uint16_t kStored = 0, kDeflated = 8;
// Times (extended timestamp, 5 bytes) and owner (Info-ZIP new Unix, 11 bytes), as libarchive
// writes.
constexpr std::size_t kExtraBytes = 9 + 15;
constexpr std::string_view kTimes("UT\5\0\1", 5), kOwner("ux\13\0\1\4\0\0\0\0\4\0\0\0\0", 15);
// Of an entry that was written without knowing its size: it stands after the bytes, in 64 bits.
constexpr std::string_view kStreamed("\1\0\20\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
constexpr std::uint16_t kVersionStored = 10, kVersionDeflated = 20, kVersionStreamed = 45;
constexpr std::uint32_t kSizeLater = 0xffffffff;
constexpr std::uint32_t kRights = 0100644U << 16;
constexpr std::size_t kDirectoryEnd = 22;

Error broken(std::string why) { return make_error(ErrorCode::malformed, std::move(why)); }

// Numbers from the left, least byte first. Past the end it is not ok() any more, and reads nothing.
class Cursor {
 public:
  Cursor(std::string_view bytes, std::size_t at) : bytes_(bytes), at_(at) {}
  std::string_view take(std::size_t count) {
    if (!ok_ || at_ > bytes_.size() || count > bytes_.size() - at_) {
      ok_ = false;
      return {};
    }
    auto out = bytes_.substr(at_, count);
    at_ += count;
    return out;
  }
  std::uint32_t number(std::size_t size) {
    std::uint32_t out = 0;
    auto bytes = take(size);
    for (std::size_t i = bytes.size(); i > 0; --i)
      out = out << 8 | static_cast<std::uint8_t>(bytes[i - 1]);
    return out;
  }
  // In four bytes or in eight.
  std::uint64_t size(bool long_one) {
    std::uint64_t low = number(4);
    return long_one ? low | std::uint64_t{number(4)} << 32 : low;
  }
  bool ok() const { return ok_; }
  std::size_t at() const { return at_; }

 private:
  std::string_view bytes_;
  std::size_t at_;
  bool ok_ = true;
};

// What both places say of an entry.
struct Said {
  std::uint16_t version = 0, flags = 0, method = 0;
  std::uint32_t moment = 0, crc = 0, packed_size = 0, size = 0;
  std::string_view name, extra;
};

Said read_common(Cursor& in) {
  Said out;
  out.version = static_cast<std::uint16_t>(in.number(2));
  out.flags = static_cast<std::uint16_t>(in.number(2));
  out.method = static_cast<std::uint16_t>(in.number(2));
  out.moment = in.number(4);
  out.crc = in.number(4);
  out.packed_size = in.number(4);
  out.size = in.number(4);
  return out;
}

bool is_as_written(const Said& said) {
  return said.flags == kSizesFollow && (said.method == kStored || said.method == kDeflated) &&
         (said.version == (said.method == kStored ? kVersionStored : kVersionDeflated) ||
          (said.version == kVersionStreamed && said.method == kDeflated)) &&
         said.extra.size() == kExtraBytes && said.extra.starts_with(kTimes) &&
         said.extra.ends_with(kOwner) &&
         (said.method == kDeflated || said.packed_size == said.size);
}

bool is_a_name(std::string_view name) {
  if (name.empty() || name.size() > 255 || name.front() == '/' || name.back() == '/') return false;
  for (auto part : split(name, '/'))
    if (part.empty() || part == "." || part == "..") return false;
  return std::ranges::all_of(name, [](char c) { return c >= 0x20 && c < 0x7f && c != '\\'; });
}

}  // namespace

Result<ZipReader> ZipReader::open(std::string_view file) {
  if (file.size() < kDirectoryEnd || !file.starts_with("PK\3\4"))
    return broken("This is no ZIP file.");
  if (file.size() > 0xfffffffeU) return broken("The file is too large: more than 4 GB.");
  const auto cut =
      broken("The file was cut, or something was put before, between or after its parts.");
  Cursor end(file, file.size() - kDirectoryEnd);
  auto magic = end.take(4);
  auto disks = end.number(4), count = end.number(2), count_again = end.number(2);
  auto directory_size = end.number(4), directory_at = end.number(4), comment = end.number(2);
  if (magic != "PK\5\6" || disks != 0 || comment != 0 || count != count_again ||
      count > kMostEntries || directory_at > file.size() ||
      directory_size != file.size() - kDirectoryEnd - directory_at)
    return cut;

  ZipReader out;
  Cursor directory(file, directory_at);
  std::string_view extra;
  std::uint32_t moment = 0;
  std::size_t next = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    bool first = i == 0;
    magic = directory.take(4);
    auto made_by = directory.number(2);
    auto said = read_common(directory);
    auto name_size = directory.number(2), extra_size = directory.number(2);
    auto comment_and_disk = directory.number(4), inside = directory.number(2);
    auto outside = directory.number(4), place = directory.number(4);
    said.name = directory.take(name_size);
    said.extra = directory.take(extra_size);
    if (!directory.ok() || magic != "PK\1\2") return cut;
    if (!is_a_name(said.name)) return broken("An entry has a name that no file of ours has.");
    auto wrong = broken(fmt::format("{}: the ZIP file's notes about it were changed.", said.name));
    if (first) {
      extra = said.extra;
      moment = said.moment;
    }
    if (!is_as_written(said) || made_by != (3U << 8 | said.version) || comment_and_disk != 0 ||
        inside != 0 || outside != kRights || said.extra != extra || said.moment != moment)
      return wrong;
    if (place != next) return cut;

    Cursor local(file, place);
    magic = local.take(4);
    auto again = read_common(local);
    auto local_name = local.number(2), local_extra = local.number(2);
    again.name = local.take(local_name);
    again.extra = local.take(local_extra);
    auto bytes = local.take(said.packed_size);
    auto magic_after = local.take(4);
    bool streamed = said.version == kVersionStreamed;
    auto crc = local.number(4);
    auto packed_size = local.size(streamed), size = local.size(streamed);
    if (!local.ok() || local.at() > directory_at || magic != "PK\3\4") return cut;
    // How well it packs is known afterwards only.
    auto packed_said = streamed ? kSizeLater : said.method == kStored ? said.size : 0;
    bool sizes_right = again.size == (streamed ? kSizeLater : said.size) &&
                       again.packed_size == packed_said && packed_size == said.packed_size &&
                       size == said.size;
    bool extra_right = again.extra == extra || (streamed && again.extra.starts_with(extra) &&
                                                again.extra.substr(extra.size()) == kStreamed);
    if (again.version != said.version || again.flags != said.flags || again.method != said.method ||
        again.moment != said.moment || again.crc != 0 || again.name != said.name || !extra_right ||
        magic_after != "PK\7\10" || crc != said.crc || !sizes_right ||
        streamed != (again.extra.size() > extra.size()))
      return wrong;
    next = local.at();
    out.entries_.push_back(
        {std::string(said.name), said.method == kDeflated, crc, said.size, bytes});
  }
  if (next != directory_at || directory.at() != file.size() - kDirectoryEnd) return cut;
  for (std::size_t i = 0; i < out.entries_.size(); ++i)
    if (!out.places_.emplace(out.entries_[i].name, i).second)
      return broken(fmt::format("{} is in the file twice.", out.entries_[i].name));
  if (!extra.empty()) out.made_at_ = Cursor(extra, kTimes.size()).number(4);
  return out;
}

const ZipReader::Entry* ZipReader::find(std::string_view name) const {
  auto found = places_.find(name);
  return found == places_.end() ? nullptr : &entries_[found->second];
}

Result<std::string> ZipReader::read(const Entry& entry, std::size_t most) {
  auto changed = broken(fmt::format("{} was changed: its checksum is another.", entry.name));
  if (entry.size > most)
    return broken(fmt::format("{} is larger than it may be: {} bytes.", entry.name, entry.size));
  std::string out;
  if (!entry.packed) {
    out = entry.bytes;
  } else {
    out.resize(entry.size);
    z_stream stream{};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
    std::unique_ptr<z_stream, decltype(&inflateEnd)> close(&stream, inflateEnd);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(entry.bytes.data()));  // zlib's C
    stream.avail_in = static_cast<uInt>(entry.bytes.size());
    // A byte more, so that one too many is seen and an empty one has where to go.
    out.push_back('\0');
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    // Block by block, to learn how many bits of the last byte are behind the end: nobody reads
    // them.
    unsigned unused = 0;
    int result = Z_OK;
    while (result == Z_OK) {
      result = inflate(&stream, Z_BLOCK);
      constexpr int kAfterBlock = 128, kLastBlock = 64;
      if (result == Z_OK && (stream.data_type & kAfterBlock) != 0 &&
          (stream.data_type & kLastBlock) != 0)
        unused = static_cast<unsigned>(stream.data_type & 7);
    }
    if (result != Z_STREAM_END || stream.avail_in != 0 || stream.avail_out != 1) return changed;
    out.pop_back();
    auto last = static_cast<std::uint8_t>(entry.bytes.back());
    if (last >> (8 - unused) != 0) return changed;
  }
  auto crc = ::crc32(0, reinterpret_cast<const Bytef*>(out.data()), static_cast<uInt>(out.size()));
  if (crc != entry.crc) return changed;
  return out;
}

}  // namespace varde::trust
