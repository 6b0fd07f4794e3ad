#include "base/canonical.hpp"

#include <idn2.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <vector>

#include "base/text.hpp"

namespace varde {
namespace {

using icu::UnicodeString;

bool is_space(UChar32 c) { return u_isUWhiteSpace(c) != 0; }
bool is_ignorable(UChar32 c) {
  return u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0;
}
bool is_control(UChar32 c) {
  return u_charType(c) == U_CONTROL_CHAR || U_IS_UNICODE_NONCHAR(c) ||
         (c >= 0xFFF9 && c <= 0xFFFB);  // the marks of ruby are no text
}
// Embeddings and overrides turn what follows around and reach past their end; isolates do not.
bool turns_around(UChar32 c) { return c >= 0x202A && c <= 0x202E; }
bool is_joiner(UChar32 c) { return c == 0x200C || c == 0x200D; }
// What stands behind a character and changes how that looks: variation selectors, emoji tags.
bool varies(UChar32 c) {
  return (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0100 && c <= 0xE01EF) ||
         (c >= 0xE0020 && c <= 0xE007F) || (c >= 0x180B && c <= 0x180F && c != 0x180E);
}
bool seen(UChar32 c) { return !is_space(c) && !is_ignorable(c) && !is_control(c); }

const icu::Normalizer2& nfc() {
  UErrorCode status = U_ZERO_ERROR;
  static const auto* form = icu::Normalizer2::getNFCInstance(status);
  if (form == nullptr) throw std::runtime_error("ICU has no NFC data");
  return *form;
}
const icu::Normalizer2& nfkc() {
  UErrorCode status = U_ZERO_ERROR;
  static const auto* form = icu::Normalizer2::getNFKCInstance(status);
  if (form == nullptr) throw std::runtime_error("ICU has no NFKC data");
  return *form;
}

std::optional<std::vector<UChar32>> code_points(std::string_view text,
                                                const icu::Normalizer2& form) {
  if (!is_utf8(text)) return std::nullopt;
  UErrorCode status = U_ZERO_ERROR;
  auto normal = form.normalize(UnicodeString::fromUTF8(icu::StringPiece(
                                   text.data(), static_cast<std::int32_t>(text.size()))),
                               status);
  if (U_FAILURE(status) != 0) return std::nullopt;
  std::vector<UChar32> out(static_cast<std::size_t>(normal.countChar32()));
  if (!out.empty()) normal.toUTF32(out.data(), static_cast<std::int32_t>(out.size()), status);
  return U_FAILURE(status) != 0 ? std::nullopt : std::optional(std::move(out));
}

std::string utf8(const std::vector<UChar32>& points) {
  std::string out;
  UnicodeString::fromUTF32(points.data(), static_cast<std::int32_t>(points.size()))
      .toUTF8String(out);
  return out;
}

// Both ends. A selector stays at the end of what it varies.
void trim_ends(std::vector<UChar32>& points) {
  auto first =
      std::ranges::find_if_not(points, [](UChar32 c) { return is_space(c) || is_ignorable(c); });
  points.erase(points.begin(), first);
  while (!points.empty()) {
    auto last = points.size();
    while (last > 0 && varies(points[last - 1])) --last;
    if (last > 0 && seen(points[last - 1])) return;
    if (last == points.size() || last == 0) last = points.size() - 1;
    points.resize(last);
  }
}

bool is_plain(std::string_view text) { return ascii_length(text) == text.size(); }

bool has_ascii_control(std::string_view text, std::string_view but) {
  return std::ranges::any_of(text, [&](char c) {
    return (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) &&
           but.find(c) == std::string_view::npos;
  });
}

constexpr std::string_view kLineBreaks = "\t\n\r";

using Freed = std::unique_ptr<char, decltype(&std::free)>;

}  // namespace

std::optional<std::string> canonical_prose(std::string_view text) {
  if (is_plain(text)) {
    text = trim(text);
    if (has_ascii_control(text, kLineBreaks)) return std::nullopt;
    return std::string(text);
  }
  auto points = code_points(text, nfc());
  if (!points) return std::nullopt;
  trim_ends(*points);
  for (auto c : *points)
    if ((is_control(c) && c != '\t' && c != '\n' && c != '\r') || turns_around(c))
      return std::nullopt;
  return utf8(*points);
}

std::optional<std::string> canonical_line(std::string_view text) {
  if (is_plain(text)) {
    std::string out(trim(text));
    for (char& c : out)
      if (std::string_view("\t\n\v\f\r").find(c) != std::string_view::npos) c = ' ';
    if (has_ascii_control(out, {})) return std::nullopt;
    return out;
  }
  auto points = code_points(text, nfc());
  if (!points) return std::nullopt;
  trim_ends(*points);
  for (std::size_t i = 0; i < points->size(); ++i) {
    auto& c = (*points)[i];
    if (is_space(c)) {
      c = ' ';
      continue;
    }
    if (is_control(c) || c == 0xFFFD) return std::nullopt;
    if (!is_ignorable(c)) continue;
    auto before = i == 0 ? ' ' : (*points)[i - 1];
    if (varies(c) && (seen(before) || varies(before))) continue;
    if (is_joiner(c) && (seen(before) || varies(before)) && i + 1 < points->size() &&
        seen((*points)[i + 1]))
      continue;
    return std::nullopt;
  }
  return utf8(*points);
}

std::optional<std::string> canonical_symbols(std::string_view text) {
  if (is_plain(text)) return std::string(trim(text));
  auto points = code_points(text, nfkc());
  if (!points) return std::nullopt;
  std::erase_if(*points, is_ignorable);
  // What was taken out may have kept apart what composes.
  auto again = code_points(utf8(*points), nfkc());
  if (!again) return std::nullopt;
  std::erase_if(*again, is_ignorable);
  trim_ends(*again);
  return utf8(*again);
}

std::optional<std::string> canonical_domain(std::string_view text) {
  auto name = canonical_prose(text);
  if (!name || name->empty() || name->size() > 1000) return std::nullopt;
  std::string ascii = ascii_lower(*name);
  if (!is_plain(ascii) || ascii.find("xn--") != std::string::npos) {
    // A soft hyphen or a zero width space is dropped by the mapping; here it is refused, like
    // everywhere inside an address.
    auto points = code_points(*name, nfc());
    for (auto c : points.value_or(std::vector<UChar32>{}))
      if (is_space(c) || (is_ignorable(c) && !is_joiner(c))) return std::nullopt;
    char* made = nullptr;
    auto code = idn2_to_ascii_8z(name->c_str(), &made, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
    Freed held(made, &std::free);
    if (code != IDN2_OK || made == nullptr) return std::nullopt;
    ascii = ascii_lower(made);
  }
  if (ascii.ends_with('.')) ascii.pop_back();
  if (ascii.empty() || ascii.size() > 253) return std::nullopt;
  for (auto label : split(ascii, '.')) {
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-')
      return std::nullopt;
    for (char c : label)
      if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-') return std::nullopt;
  }
  return ascii;
}

std::optional<std::string> canonical_host(std::string_view text) {
  if (auto domain = canonical_domain(text)) return domain;
  auto plain = trim(text);
  if (plain.empty() || plain.size() > 253) return std::nullopt;
  bool numbers = plain.find(':') != std::string_view::npos;  // of IPv6
  for (char c : plain) {
    bool name =
        std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
    if (numbers ? hex_digit(c) < 0 && c != ':' && c != '.' : !name) return std::nullopt;
  }
  return ascii_lower(plain);
}

std::string to_uri(std::string_view iri) {
  std::string out;
  auto begin = iri.find("://");
  begin = begin == std::string_view::npos ? 0 : begin + 3;
  auto end = begin == 0 ? 0 : std::min(iri.find_first_of("/?#", begin), iri.size());
  auto authority = iri.substr(begin, end - begin);
  auto at = authority.rfind('@');
  auto host = at == std::string_view::npos ? authority : authority.substr(at + 1);
  auto colon = host.rfind(':');
  auto name = colon == std::string_view::npos || host.ends_with(']') ? host : host.substr(0, colon);
  auto encode = [&](std::string_view text) {
    for (char c : text) {
      bool stays =
          c > 32 && c < 127 && std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
      out += stays ? std::string(1, c) : percent_encode(std::string_view(&c, 1));
    }
  };
  encode(iri.substr(0, begin));
  encode(authority.substr(0, authority.size() - host.size()));
  auto label = is_plain(name) ? std::nullopt : canonical_domain(name);
  encode(label ? std::string_view(*label) : name);
  encode(host.substr(name.size()));
  encode(iri.substr(end));
  return out;
}

std::optional<std::string> canonical_email(std::string_view text) {
  if (text.size() > 1000) return std::nullopt;
  std::string address;
  if (is_plain(text)) {
    address = trim(text);
  } else {
    auto points = code_points(text, nfkc());
    if (!points) return std::nullopt;
    trim_ends(*points);
    for (auto c : *points)
      if ((!seen(c) && !is_joiner(c)) || c == 0xFFFD)
        return std::nullopt;  // joiners: only where a domain has them
    address = utf8(*points);
  }
  auto at = address.rfind('@');
  if (at == std::string::npos || at == 0 || at > 64) return std::nullopt;
  auto local = std::string_view(address).substr(0, at);
  if (local.front() == '.' || local.back() == '.' || local.find("..") != std::string_view::npos)
    return std::nullopt;
  for (char c : local) {
    auto u = static_cast<unsigned char>(c);
    bool atext = u >= 0x80 || std::isalnum(u) != 0 ||
                 std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
    if (!atext) return std::nullopt;
  }
  if (!is_plain(local)) {
    auto points = code_points(local, nfkc());
    if (!points || std::ranges::any_of(*points, is_ignorable)) return std::nullopt;
  }
  auto written = std::string_view(address).substr(at + 1);
  if (written.ends_with('.')) return std::nullopt;
  auto domain = canonical_domain(written);
  if (!domain || domain->find('.') == std::string::npos) return std::nullopt;
  std::string out(local);
  out += '@';
  out += *domain;
  return out.size() > 254 ? std::nullopt : std::optional(std::move(out));
}

std::string email_key(std::string_view canonical) {
  auto at = canonical.rfind('@');
  if (at == std::string_view::npos) return fold(canonical);
  auto domain = std::string(canonical.substr(at + 1));
  auto key = fold(canonical.substr(0, at)) + "@";
  if (domain.find("xn--") == std::string::npos) return key + fold(domain);
  char* made = nullptr;
  auto code = idn2_to_unicode_8z8z(domain.c_str(), &made, 0);
  Freed held(made, &std::free);
  return key + (code == IDN2_OK && made != nullptr ? std::string(made) : domain);
}

}  // namespace varde
