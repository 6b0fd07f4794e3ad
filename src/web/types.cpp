#include "web/types.hpp"

#include "base/text.hpp"

namespace varde::web {

bool has_forbidden_controls(std::string_view text) {
  for (char c : text)
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' && c != '\r') || c == 0x7f)
      return true;
  return false;
}

std::optional<Email> Email::parse(std::string_view text) {
  text = trim(text);
  auto at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at > 64 || text.size() > 254 || !is_utf8(text))
    return std::nullopt;
  auto local = text.substr(0, at), domain = text.substr(at + 1);
  if (local.front() == '.' || local.back() == '.' || local.find("..") != std::string_view::npos)
    return std::nullopt;
  for (char c : local) {
    auto u = static_cast<unsigned char>(c);
    bool atext = u >= 0x80 || std::isalnum(u) ||
                 std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
    if (!atext) return std::nullopt;
  }
  if (domain.find('.') == std::string_view::npos || domain.size() > 253) return std::nullopt;
  for (auto label : split(domain, '.')) {
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-')
      return std::nullopt;
    for (char c : label) {
      auto u = static_cast<unsigned char>(c);
      if (!(u >= 0x80 || std::isalnum(u) || c == '-')) return std::nullopt;
    }
  }
  return Email{std::string(local) + "@" + fold(domain)};
}

std::string make_cursor(std::initializer_list<std::string_view> parts) {
  std::string raw;
  for (auto part : parts) {
    if (!raw.empty() || part.data() != parts.begin()->data()) raw += '\x1f';
    raw += part;
  }
  return base64url(raw);
}

std::optional<std::vector<std::string>> read_cursor(std::string_view cursor, std::size_t parts) {
  if (cursor.size() > 1000) return std::nullopt;
  auto raw = unbase64(cursor);
  if (!raw || !is_utf8(*raw)) return std::nullopt;
  std::vector<std::string> out;
  for (auto part : split(*raw, '\x1f')) out.emplace_back(part);
  return out.size() == parts ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace varde::web
