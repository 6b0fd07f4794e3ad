// Form posts and query strings, and the cursors in them: what is taken apart can be put together
// again and means the same.
#include <cstdlib>

#include "base/text.hpp"
#include "net/http.hpp"
#include "web/types.hpp"

static std::string encode(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (unsigned char c : text) out += {'%', kHex[c >> 4], kHex[c & 15]};
  return out;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  if (auto pairs = varde::net::parse_form(text, 100)) {
    if (pairs->size() > 100) std::abort();
    std::string again;
    for (const auto& [key, value] : *pairs) {
      if (!varde::is_utf8(key) || !varde::is_utf8(value) || value.find('\0') != std::string::npos)
        std::abort();
      again += encode(key) + "=" + encode(value) + "&";
    }
    if (varde::net::parse_form(again, 100) != pairs) std::abort();
  }
  for (std::size_t parts = 1; parts <= 3; ++parts)
    if (auto cursor = varde::web::read_cursor(text, parts); cursor && cursor->size() != parts)
      std::abort();
  return 0;
}
