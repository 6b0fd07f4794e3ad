#include "outreach/composer/composer.hpp"

namespace varde::outreach {
namespace {

unsigned byte(std::string_view b, std::size_t at) {
  return at < b.size() ? static_cast<unsigned char>(b[at]) : 0;
}
int big16(std::string_view b, std::size_t at) {
  return static_cast<int>(byte(b, at) << 8 | byte(b, at + 1));
}
int little16(std::string_view b, std::size_t at) {
  return static_cast<int>(byte(b, at) | byte(b, at + 1) << 8);
}
int little24(std::string_view b, std::size_t at) {
  return static_cast<int>(byte(b, at) | byte(b, at + 1) << 8 | byte(b, at + 2) << 16);
}

// The frame header of a JPEG: markers are walked until one of the SOF kind.
std::optional<ImageInfo> jpeg(std::string_view b) {
  for (std::size_t at = 2; at + 9 < b.size();) {
    if (byte(b, at) != 0xff) return std::nullopt;
    auto marker = byte(b, at + 1);
    if (marker == 0xff) {
      ++at;
      continue;
    }
    bool frame =
        marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    if (frame) return ImageInfo{"image/jpeg", big16(b, at + 7), big16(b, at + 5)};
    auto length = static_cast<std::size_t>(big16(b, at + 2));
    if (length < 2) return std::nullopt;
    at += 2 + length;
  }
  return std::nullopt;
}

std::optional<ImageInfo> webp(std::string_view b) {
  auto kind = b.substr(12, 4);
  if (kind == "VP8 ")
    return ImageInfo{"image/webp", little16(b, 26) & 0x3fff, little16(b, 28) & 0x3fff};
  if (kind == "VP8X") return ImageInfo{"image/webp", little24(b, 24) + 1, little24(b, 27) + 1};
  if (kind == "VP8L") {
    auto bits = byte(b, 21) | byte(b, 22) << 8 | byte(b, 23) << 16 | byte(b, 24) << 24;
    return ImageInfo{"image/webp", static_cast<int>(bits & 0x3fff) + 1,
                     static_cast<int>(bits >> 14 & 0x3fff) + 1};
  }
  return std::nullopt;
}

}  // namespace

std::optional<ImageInfo> sniff_image(std::string_view b) {
  std::optional<ImageInfo> out;
  if (b.starts_with("\x89PNG\r\n\x1a\n") && b.substr(12, 4) == "IHDR" && b.size() >= 33) {
    if (byte(b, 16) != 0 || byte(b, 17) != 0 || byte(b, 20) != 0 || byte(b, 21) != 0)
      return std::nullopt;
    out = ImageInfo{"image/png", big16(b, 18), big16(b, 22)};
  } else if (b.starts_with("\xff\xd8\xff")) {
    out = jpeg(b);
  } else if ((b.starts_with("GIF87a") || b.starts_with("GIF89a")) && b.size() >= 13) {
    out = ImageInfo{"image/gif", little16(b, 6), little16(b, 8)};
  } else if (b.starts_with("RIFF") && b.substr(8, 4) == "WEBP" && b.size() >= 30) {
    out = webp(b);
  }
  if (!out || out->width < 1 || out->height < 1 || out->width > 10000 || out->height > 10000)
    return std::nullopt;
  return out;
}

}  // namespace varde::outreach
