// What a camera or a program wrote into a picture besides the picture: where it was taken, when, by
// whom, with which device, a small copy of what was cut off. A picture in a message goes to
// everybody, so none of it is kept.
//
// The files are taken apart into their pieces (segments, chunks, blocks) and put together again
// from those that make the picture; nothing is decoded, so nothing of it becomes worse. What lies
// behind the end is dropped as well. Of the metadata of a JPEG one number is kept: which way is up.
//
// libexiv2 could do it, and would be 3 MB of parsers for a hundred kinds of metadata, with a long
// list of weaknesses, for what needs no parser of any of them.
#include <algorithm>
#include <array>

#include "outreach/composer/composer.hpp"

namespace varde::outreach {
namespace {

// Reads bytes; what is beyond the end makes it bad, and reads as nothing.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  std::string_view take(std::size_t count) {
    if (count > rest_.size()) {
      bad_ = true;
      rest_ = {};
      return {};
    }
    auto out = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return out;
  }
  unsigned byte() {
    auto one = take(1);
    return one.empty() ? 0 : static_cast<unsigned char>(one[0]);
  }
  std::string_view rest() const { return rest_; }
  bool bad() const { return bad_; }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  bool bad_ = false;
};

std::uint32_t number(std::string_view bytes, bool big) {
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    out = out << 8 | static_cast<unsigned char>(bytes[big ? i : bytes.size() - 1 - i]);
  return out;
}

// Tag 0x0112 of the first directory of an Exif segment (CIPA DC-008): 1 to 8, 1 when it is not
// there.
unsigned orientation(std::string_view exif) {
  constexpr std::size_t kEntry = 12;
  if (!exif.starts_with(std::string_view("Exif\0\0", 6)) || exif.size() < 14) return 1;
  auto tiff = exif.substr(6);
  bool big = tiff.starts_with("MM");
  std::size_t at = number(tiff.substr(4, 4), big);
  if (at > tiff.size() || tiff.size() - at < 2) return 1;
  auto count = number(tiff.substr(at, 2), big);
  for (at += 2; count > 0 && at + kEntry <= tiff.size(); --count, at += kEntry) {
    if (number(tiff.substr(at, 2), big) != 0x0112) continue;
    auto value = number(tiff.substr(at + 8, 2), big);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

// An Exif segment that says which way is up, and nothing else.
std::string orientation_segment(unsigned value) {
  using namespace std::string_literals;
  return "\xff\xe1\0\x22"
         "Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"s +
         static_cast<char>(value) + "\0\0\0\0\0\0"s;
}

bool makes_the_picture(unsigned marker, std::string_view payload) {
  if (marker == 0xe0) return payload.starts_with("JFIF");
  if (marker == 0xe2) return payload.starts_with("ICC_PROFILE");
  if (marker == 0xee) return payload.starts_with("Adobe");
  return marker != 0xfe && (marker < 0xe0 || marker > 0xef);
}

std::optional<std::string> jpeg(std::string_view bytes) {
  Reader in(bytes);
  std::string out(in.take(2));
  unsigned up = 1;
  bool told = false;  // which way is up
  while (!in.at_end()) {
    if (in.byte() != 0xff) return std::nullopt;
    auto marker = in.byte();
    while (marker == 0xff) marker = in.byte();
    if (marker == 0xd9) break;
    auto length_bytes = in.take(2);
    auto length = number(length_bytes, true);
    if (in.bad() || length < 2) return std::nullopt;
    auto payload = in.take(length - 2);
    if (in.bad()) return std::nullopt;
    if (marker == 0xe1 && up == 1) up = orientation(payload);
    if (!makes_the_picture(marker, payload)) continue;
    if (marker != 0xe0 && up != 1 && !told) {  // behind JFIF's head, before all else
      out += orientation_segment(up);
      told = true;
    }
    out += '\xff';
    out += static_cast<char>(marker);
    out += length_bytes;
    out += payload;
    if (marker != 0xda) continue;
    // The scan goes to the next marker that is no stuffing and no restart.
    auto rest = in.rest();
    std::size_t end = 0;
    while (end + 1 < rest.size()) {
      auto next = static_cast<unsigned char>(rest[end + 1]);
      if (static_cast<unsigned char>(rest[end]) == 0xff && next != 0 &&
          !(next >= 0xd0 && next <= 0xd7) && next != 0xff)
        break;
      ++end;
    }
    if (end + 1 >= rest.size()) end = rest.size();  // cut off: what is there is shown
    out += in.take(end);
  }
  return out + "\xff\xd9";
}

std::optional<std::string> png(std::string_view bytes) {
  static constexpr std::array<std::string_view, 13> kKept = {"tRNS", "gAMA", "cHRM", "sRGB", "iCCP",
                                                             "cICP", "sBIT", "pHYs", "bKGD", "hIST",
                                                             "acTL", "fcTL", "fdAT"};
  Reader in(bytes);
  std::string out(in.take(8));
  while (!in.at_end()) {
    auto length_bytes = in.take(4);
    auto type = in.take(4);
    auto data = in.take(number(length_bytes, true));
    auto crc = in.take(4);
    if (in.bad()) return std::nullopt;
    bool critical = type[0] >= 'A' && type[0] <= 'Z';
    if (critical || std::ranges::find(kKept, type) != kKept.end())
      out.append(length_bytes).append(type).append(data).append(crc);
    if (type == "IEND") return out;
  }
  return std::nullopt;
}

// The sub-blocks up to the empty one, as they stand.
std::string sub_blocks(Reader& in) {
  std::string out;
  while (!in.bad()) {
    auto length = in.take(1);
    if (length.empty()) break;
    out += length;
    if (length[0] == 0) break;
    out += in.take(static_cast<unsigned char>(length[0]));
  }
  return out;
}

std::size_t colours(unsigned flags) {
  return flags & 0x80 ? std::size_t{3} << ((flags & 7) + 1) : 0;
}

std::optional<std::string> gif(std::string_view bytes) {
  Reader in(bytes);
  std::string out(in.take(13));
  if (in.bad()) return std::nullopt;
  out += in.take(colours(static_cast<unsigned char>(out[10])));
  while (!in.bad()) {
    auto kind = in.byte();
    if (in.bad()) break;
    if (kind == 0x3b) return out + ";";
    if (kind == 0x2c) {
      auto head = in.take(9);
      if (in.bad()) break;
      auto table = in.take(colours(static_cast<unsigned char>(head[8])));
      auto size = in.take(1);
      out.append(",").append(head).append(table).append(size).append(sub_blocks(in));
    } else if (kind == 0x21) {
      auto label = in.take(1);
      auto blocks = sub_blocks(in);
      if (in.bad()) break;
      bool kept = label == "\xf9" || label == "\x01" ||
                  (label == "\xff" &&
                   (blocks.starts_with("\x0bNETSCAPE2.0") || blocks.starts_with("\x0b"
                                                                                "ANIMEXTS1.0")));
      if (kept) out.append("!").append(label).append(blocks);
    } else {
      break;
    }
  }
  return std::nullopt;
}

std::optional<std::string> webp(std::string_view bytes) {
  Reader in(bytes);
  std::string out(in.take(12));
  auto size = number(std::string_view(out).substr(4, 4), false);
  if (size < 4 || size - 4 > in.rest().size()) return std::nullopt;
  in = Reader(in.rest().substr(0, size - 4));
  while (!in.at_end()) {
    auto type = in.take(4);
    auto length_bytes = in.take(4);
    auto length = number(length_bytes, false);
    std::string data(in.take(length));
    auto padding = length % 2 == 1 && !in.at_end() ? in.take(1) : std::string_view();
    if (in.bad()) return std::nullopt;
    if (type == "EXIF" || type == "XMP ") continue;
    if (type == "VP8X" && !data.empty())
      data[0] = static_cast<char>(static_cast<unsigned char>(data[0]) & ~0x0cU);
    out.append(type).append(length_bytes).append(data).append(padding);
  }
  auto whole = static_cast<std::uint32_t>(out.size() - 8);
  for (std::size_t i = 0; i < 4; ++i) out[4 + i] = static_cast<char>(whole >> (8 * i) & 0xff);
  return out;
}

}  // namespace

std::optional<std::string> without_metadata(std::string_view bytes) {
  auto info = sniff_image(bytes);
  if (!info) return std::nullopt;
  if (info->type == "image/jpeg") return jpeg(bytes);
  if (info->type == "image/png") return png(bytes);
  if (info->type == "image/gif") return gif(bytes);
  return webp(bytes);
}

}  // namespace varde::outreach
