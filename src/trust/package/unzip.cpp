#include "trust/package/unzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "base/text.hpp"

namespace varde::trust {
namespace {

constexpr std::size_t kMostEntries = 1'000'000;
constexpr std::uint16_t kSizesFollow = 1 << 3;
constexpr std::uint16_t kStored = 0, kDeflated = 8;
// Times (extended timestamp, 5 bytes) and owner (Info-ZIP new Unix, 11 bytes), as libarchive
// writes.
constexpr std::size_t kExtraBytes = 9 + 15;
constexpr std::string_view kTimes("UT\5\0\1", 5), kOwner("ux\13\0\1\4\0\0\0\0\4\0\0\0\0", 15);
// Of an entry that was written without knowing its size: it stands after the bytes, in 64 bits.
constexpr std::string_view kStreamed("\1\0\20\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
constexpr std::uint64_t kVersionStored = 10, kVersionDeflated = 20, kVersionStreamed = 45;
constexpr std::uint64_t kSizeLater = 0xffffffff;
constexpr std::uint32_t kRights = 0100644U << 16;
constexpr std::size_t kDirectoryEnd = 22, kLargeEnd = 56, kLargeEndPlace = 20;
// What a number of two bytes, of four can be; those that are more stand elsewhere, in eight.
constexpr std::uint64_t kMost2 = 0xffff, kMost4 = 0xffffffff;
constexpr std::size_t kPiece = 256 * 1024;

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
  std::uint64_t number(std::size_t size) {
    std::uint64_t out = 0;
    auto bytes = take(size);
    for (std::size_t i = bytes.size(); i > 0; --i)
      out = out << 8 | static_cast<std::uint8_t>(bytes[i - 1]);
    return out;
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
  std::uint64_t version = 0, flags = 0, method = 0;
  std::uint64_t moment = 0, crc = 0, packed_size = 0, size = 0;
  std::string_view name, extra;
};

Said read_common(Cursor& in) {
  Said out;
  out.version = in.number(2);
  out.flags = in.number(2);
  out.method = in.number(2);
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

std::string little(std::uint64_t number, std::size_t size) {
  std::string out;
  for (; size > 0; --size, number >>= 8) out.push_back(static_cast<char>(number & 0xff));
  return out;
}

// What the directory adds to an entry whose numbers need eight bytes (APPNOTE 4.5.3).
std::string large_extra(std::uint64_t size, std::uint64_t packed_size, std::uint64_t place) {
  if (size <= kMost4 && packed_size <= kMost4 && place <= kMost4) return {};
  std::string numbers;
  for (auto number : {size, packed_size, place})
    if (number >= kMost4) numbers += little(number, 8);
  return little(1, 2) + little(numbers.size(), 2) + numbers;
}

struct Directory {
  std::uint64_t count = 0, size = 0, at = 0;
};

// How a file with this directory ends (APPNOTE 4.3.14 to 4.3.16).
std::string end_text(const Directory& directory) {
  std::string out;
  const auto& [count, size, at] = directory;
  if (count > kMost2 || size > kMost4 || at > kMost4) {
    out += "PK\6\6" + little(kLargeEnd - 12, 8) + little(kVersionStreamed, 2) +
           little(kVersionStreamed, 2) + little(0, 8) + little(count, 8) + little(count, 8) +
           little(size, 8) + little(at, 8);
    out += "PK\6\7" + little(0, 4) + little(at + size, 8) + little(1, 4);
  }
  auto short_count = little(std::min(count, kMost2), 2);
  return out + "PK\5\6" + little(0, 4) + short_count + short_count +
         little(std::min(size, kMost4), 4) + little(std::min(at, kMost4), 4) + little(0, 2);
}

// nullopt: the file does not end as it would.
std::optional<Directory> read_end(std::string_view file) {
  Directory out;
  Cursor end(file, file.size() - kDirectoryEnd + 8);
  out.count = end.number(2);
  end.number(2);
  out.size = end.number(4);
  out.at = end.number(4);
  constexpr auto kBoth = kDirectoryEnd + kLargeEndPlace + kLargeEnd;
  if (file.size() >= kBoth && file.substr(file.size() - kBoth).starts_with("PK\6\6")) {
    Cursor large(file, file.size() - kBoth + 24);
    out.count = large.number(8);
    large.number(8);
    out.size = large.number(8);
    out.at = large.number(8);
  }
  auto text = end_text(out);
  if (!file.ends_with(text) || out.at > file.size() ||
      out.size != file.size() - text.size() - out.at)
    return std::nullopt;
  return out;
}

}  // namespace

Result<ZipReader> ZipReader::open(std::string_view file) {
  if (file.size() < kDirectoryEnd || !file.starts_with("PK\3\4"))
    return broken("This is no ZIP file.");
  const auto cut =
      broken("The file was cut, or something was put before, between or after its parts.");
  auto end = read_end(file);
  if (!end) return cut;
  if (end->count > kMostEntries)
    return broken(fmt::format("The ZIP file has more than {} entries.", kMostEntries));
  const auto directory_at = end->at;

  ZipReader out;
  Cursor directory(file, directory_at);
  std::string_view extra;
  std::uint64_t moment = 0, next = 0;
  for (std::uint64_t i = 0; i < end->count; ++i) {
    bool first = i == 0;
    auto magic = directory.take(4);
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
    // Numbers that need it stand behind the rest in eight bytes.
    auto large = said.extra.substr(std::min(said.extra.size(), kExtraBytes));
    said.extra.remove_suffix(large.size());
    if (!large.empty()) {
      Cursor more(large, 4);
      for (auto* number : {&said.size, &said.packed_size, &place})
        if (*number == kMost4) *number = more.number(8);
    }
    auto base_version = made_by & 0xff;
    if (large != large_extra(said.size, said.packed_size, place) || made_by >> 8 != 3 ||
        said.version != (large.empty() ? base_version : std::max(base_version, kVersionStreamed)))
      return wrong;
    said.version = base_version;
    if (first) {
      extra = said.extra;
      moment = said.moment;
    }
    if (!is_as_written(said) || comment_and_disk != 0 || inside != 0 || outside != kRights ||
        said.extra != extra || said.moment != moment)
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
    auto packed_size = local.number(streamed ? 8 : 4), size = local.number(streamed ? 8 : 4);
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
    out.entries_.push_back({std::string(said.name), said.method == kDeflated,
                            static_cast<std::uint32_t>(crc), said.size, bytes});
  }
  if (next != directory_at || directory.at() != directory_at + end->size) return cut;
  for (std::size_t i = 0; i < out.entries_.size(); ++i)
    if (!out.places_.emplace(out.entries_[i].name, i).second)
      return broken(fmt::format("{} is in the file twice.", out.entries_[i].name));
  if (!extra.empty())
    out.made_at_ = static_cast<std::int64_t>(Cursor(extra, kTimes.size()).number(4));
  return out;
}

const ZipReader::Entry* ZipReader::find(std::string_view name) const {
  auto found = places_.find(name);
  return found == places_.end() ? nullptr : &entries_[found->second];
}

std::optional<Error> ZipReader::pour(const Entry& entry,
                                     const std::function<void(std::string_view)>& out) {
  auto changed = broken(fmt::format("{} was changed: its checksum is another.", entry.name));
  auto crc = ::crc32(0, nullptr, 0);
  std::uint64_t size = 0;
  auto give = [&](std::string_view piece) {
    size += piece.size();
    if (size > entry.size) return false;
    crc =
        ::crc32(crc, reinterpret_cast<const Bytef*>(piece.data()), static_cast<uInt>(piece.size()));
    out(piece);
    return true;
  };
  auto rest = entry.bytes;
  if (!entry.packed) {
    for (; !rest.empty(); rest.remove_prefix(std::min(rest.size(), kPiece)))
      if (!give(rest.substr(0, kPiece))) return changed;
    return size == entry.size && crc == entry.crc ? std::nullopt : std::optional(changed);
  }
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
  std::unique_ptr<z_stream, decltype(&inflateEnd)> close(&stream, inflateEnd);
  std::string piece(kPiece, '\0');
  // Block by block, to learn how many bits of the last byte are behind the end: nobody reads them.
  unsigned unused = 0;
  int result = Z_OK;
  while (result == Z_OK) {
    if (stream.avail_in == 0) {
      auto in = rest.substr(0, kPiece);
      rest.remove_prefix(in.size());
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));  // zlib's C
      stream.avail_in = static_cast<uInt>(in.size());
    }
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    result = inflate(&stream, Z_BLOCK);
    constexpr int kAfterBlock = 128, kLastBlock = 64;
    if (result == Z_OK && (stream.data_type & kAfterBlock) != 0 &&
        (stream.data_type & kLastBlock) != 0)
      unused = static_cast<unsigned>(stream.data_type & 7);
    if (!give({piece.data(), piece.size() - stream.avail_out})) return changed;
  }
  if (result != Z_STREAM_END || stream.avail_in != 0 || !rest.empty() || size != entry.size ||
      crc != entry.crc)
    return changed;
  auto last = static_cast<std::uint8_t>(entry.bytes.back());
  if (last >> (8 - unused) != 0) return changed;
  return std::nullopt;
}

Result<std::string> ZipReader::read(const Entry& entry, std::size_t most) {
  if (entry.size > most)
    return broken(fmt::format("{} is larger than it may be: {} bytes.", entry.name, entry.size));
  std::string out;
  if (auto wrong = pour(entry, [&](std::string_view piece) { out += piece; })) return *wrong;
  return out;
}

}  // namespace varde::trust
