#include "messaging/sms/encoding.hpp"

#include <algorithm>
#include <iterator>

namespace varde::messaging::sms {
namespace {

// 3GPP TS 23.038, section 6.2.1, beside ASCII: 0x20–0x7E but $ @ [ \ ] ^ _ ` { | } ~ stand where
// ASCII has them. 0x09 is Ç (the small ç has no place), 0x1B the escape.
constexpr char32_t kBeyondAscii[] = {
    U'@', U'£', U'$', U'¥', U'è', U'é', U'ù', U'ì', U'ò', U'Ç', U'\n', U'Ø', U'ø', U'\r', U'Å',
    U'å', U'Δ', U'_', U'Φ', U'Γ', U'Λ', U'Ω', U'Π', U'Ψ', U'Σ', U'Θ',  U'Ξ', U'Æ', U'æ',  U'ß',
    U'É', U'¤', U'¡', U'Ä', U'Ö', U'Ñ', U'Ü', U'§', U'¿', U'ä', U'ö',  U'ñ', U'ü', U'à',
};
// Section 6.2.1.1: behind the escape.
constexpr char32_t kExtension[] = {U'\f', U'^', U'{', U'}', U'\\', U'[', U'~', U']', U'|', U'€'};

template <std::size_t N>
bool among(const char32_t (&all)[N], char32_t c) {
  return std::find(std::begin(all), std::end(all), c) != std::end(all);
}

// The next code point of well-formed UTF-8; `at` moves behind it.
char32_t next(std::string_view text, std::size_t& at) {
  auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  auto lead = byte(at);
  int more = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
  char32_t out = more == 0 ? lead : lead & (0x3fU >> more);
  for (int i = 1; i <= more; ++i) out = out << 6 | (byte(at + static_cast<std::size_t>(i)) & 0x3fU);
  at = std::min(text.size(), at + 1 + static_cast<std::size_t>(more));
  return out;
}

std::size_t units_of(char32_t c, Encoding encoding) {
  if (encoding == Encoding::gsm7) return static_cast<std::size_t>(septets(c));
  return c > 0xffff ? 2 : 1;
}

// Fills segments of `limit` units. `cut(byte)` is told where each new one begins. Returns how much
// of the last is used.
template <class Cut>
std::size_t fill(std::string_view text, Encoding encoding, std::size_t limit, Cut cut) {
  std::size_t used = 0;
  for (std::size_t at = 0; at < text.size();) {
    auto begin = at;
    auto units = units_of(next(text, at), encoding);
    if (used + units > limit) {
      cut(begin);
      used = 0;
    }
    used += units;
  }
  return used;
}

}  // namespace

int septets(char32_t c) {
  if (among(kExtension, c)) return 2;
  if (c >= 0x20 && c < 0x7f && c != U'`') return 1;
  return among(kBeyondAscii, c) ? 1 : 0;
}

Measure measure(std::string_view text) {
  Measure out;
  for (std::size_t at = 0; at < text.size(); ++out.characters)
    if (septets(next(text, at)) == 0) out.encoding = Encoding::ucs2;
  bool gsm = out.encoding == Encoding::gsm7;
  out.single_limit = gsm ? 160 : 70;
  out.segment_limit = gsm ? 153 : 67;
  for (std::size_t at = 0; at < text.size();) out.units += units_of(next(text, at), out.encoding);
  if (out.units <= out.single_limit) {
    out.segments = text.empty() ? 0 : 1;
    out.left = out.single_limit - out.units;
    return out;
  }
  out.segments = 1;
  auto used = fill(text, out.encoding, out.segment_limit, [&](std::size_t) { ++out.segments; });
  out.left = out.segment_limit - used;
  return out;
}

std::vector<std::string> segments(std::string_view text) {
  auto measured = measure(text);
  if (measured.segments == 0) return {};
  if (measured.segments == 1) return {std::string(text)};
  std::vector<std::string> out;
  std::size_t begin = 0;
  fill(text, measured.encoding, measured.segment_limit, [&](std::size_t at) {
    out.emplace_back(text.substr(begin, at - begin));
    begin = at;
  });
  out.emplace_back(text.substr(begin));
  return out;
}

}  // namespace varde::messaging::sms
