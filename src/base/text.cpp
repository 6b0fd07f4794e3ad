#include "base/text.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <array>
#include <stdexcept>

namespace varde {
namespace {

constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr char kBase64Url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr char kBase32[] = "abcdefghijklmnopqrstuvwxyz234567";

// Groups of `bits` bits of the input become one character each.
std::string encode_bits(std::string_view bytes, const char* alphabet, int bits) {
  std::string out;
  out.reserve((bytes.size() * 8 + static_cast<std::size_t>(bits) - 1) /
              static_cast<std::size_t>(bits));
  std::uint32_t buffer = 0;
  int held = 0;
  for (unsigned char byte : bytes) {
    buffer = buffer << 8 | byte;
    for (held += 8; held >= bits; held -= bits)
      out += alphabet[buffer >> (held - bits) & ((1U << bits) - 1)];
  }
  if (held > 0) out += alphabet[buffer << (bits - held) & ((1U << bits) - 1)];
  return out;
}

template <class Value>
std::optional<std::string> decode_bits(std::string_view text, int bits, Value value_of) {
  std::string out;
  out.reserve(text.size() * static_cast<std::size_t>(bits) / 8);
  std::uint32_t buffer = 0;
  int held = 0;
  for (char c : text) {
    int value = value_of(c);
    if (value < 0) return std::nullopt;
    buffer = buffer << bits | static_cast<std::uint32_t>(value);
    held += bits;
    if (held >= 8) {
      held -= 8;
      out += static_cast<char>(buffer >> held & 0xff);
    }
  }
  // Left-over bits must be zero and fewer than a character: one spelling for each value.
  if (held >= bits || (buffer & ((1U << held) - 1)) != 0) return std::nullopt;
  return out;
}

}  // namespace

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string hex(std::string_view bytes) { return encode_bits(bytes, "0123456789abcdef", 4); }
std::optional<std::string> unhex(std::string_view text) {
  return text.size() % 2 ? std::nullopt : decode_bits(text, 4, hex_digit);
}

std::string base64(std::string_view bytes) {
  auto out = encode_bits(bytes, kBase64, 6);
  while (out.size() % 4) out += '=';
  return out;
}
std::string base64url(std::string_view bytes) { return encode_bits(bytes, kBase64Url, 6); }
std::optional<std::string> unbase64(std::string_view text) {
  for (int i = 0; i < 2 && !text.empty() && text.back() == '='; ++i) text.remove_suffix(1);
  return decode_bits(text, 6, [](char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+' || c == '-') return 62;
    if (c == '/' || c == '_') return 63;
    return -1;
  });
}
std::string base32(std::string_view bytes) { return encode_bits(bytes, kBase32, 5); }
std::optional<std::string> unbase32(std::string_view text) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  return decode_bits(text, 5, [](char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a';
    if (c >= '2' && c <= '7') return c - '2' + 26;
    return -1;
  });
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char by) {
  std::vector<std::string_view> out;
  while (true) {
    auto at = text.find(by);
    out.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return out;
    text.remove_prefix(at + 1);
  }
}

std::string ascii_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

bool iequals(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ascii_lower(a) == ascii_lower(b);
}

std::size_t ascii_length(std::string_view text) {
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {  // eight at a time: most text is ASCII
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    if ((word & 0x8080808080808080ULL) != 0) break;
  }
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
  return at;
}

bool is_utf8(std::string_view text) {
  const auto* s = reinterpret_cast<const std::uint8_t*>(text.data());
  auto size = static_cast<std::int32_t>(text.size());
  if (text.size() > INT32_MAX) return false;
  for (std::int32_t i = 0; i < size;) {
    if (s[i] < 0x80) {
      i += static_cast<std::int32_t>(ascii_length(text.substr(static_cast<std::size_t>(i))));
      continue;
    }
    UChar32 c;
    U8_NEXT(s, i, size, c);
    if (c < 0) return false;
  }
  return true;
}

std::size_t utf8_length(std::string_view text) {
  std::size_t count = 0;
  for (char c : text) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return count;
}

std::string_view utf8_prefix(std::string_view text, std::size_t code_points) {
  std::size_t at = 0;
  while (at < text.size()) {
    if ((static_cast<unsigned char>(text[at]) & 0xc0) != 0x80 && code_points-- == 0) break;
    ++at;
  }
  return text.substr(0, at);
}

std::string fold(std::string_view text) {
  if (ascii_length(text) == text.size()) return ascii_lower(text);
  UErrorCode status = U_ZERO_ERROR;
  static const icu::Normalizer2* normalizer = icu::Normalizer2::getNFKCCasefoldInstance(status);
  if (U_FAILURE(status)) throw std::runtime_error("ICU has no NFKC_Casefold data");
  std::string out;
  normalizer
      ->normalize(icu::UnicodeString::fromUTF8(
                      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size()))),
                  status)
      .toUTF8String(out);
  return out;
}

std::vector<std::string> words(std::string_view folded) {
  std::vector<std::string> out;
  const auto* s = reinterpret_cast<const std::uint8_t*>(folded.data());
  auto size = static_cast<std::int32_t>(folded.size());
  std::int32_t start = -1;
  for (std::int32_t i = 0; i < size;) {
    std::int32_t before = i;
    UChar32 c;
    U8_NEXT(s, i, size, c);
    bool inside = c >= 0 && (u_isalnum(c) || (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0);
    if (inside && start < 0) start = before;
    if (!inside && start >= 0) {
      out.emplace_back(
          folded.substr(static_cast<std::size_t>(start), static_cast<std::size_t>(before - start)));
      start = -1;
    }
  }
  if (start >= 0) out.emplace_back(folded.substr(static_cast<std::size_t>(start)));
  return out;
}

std::string html_escape(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 16);
  for (char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (char c : text) {
    bool unreserved = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '.' || c == '_' || c == '~';
    if (unreserved) {
      out += c;
    } else {
      out += '%';
      out += "0123456789ABCDEF"[static_cast<unsigned char>(c) >> 4];
      out += "0123456789ABCDEF"[static_cast<unsigned char>(c) & 15];
    }
  }
  return out;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      if (i + 2 >= text.size()) return std::nullopt;
      int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high << 4 | low);
      i += 2;
    }
  }
  return out;
}

}  // namespace varde
