#include "web/types.hpp"

#include "base/canonical.hpp"
#include "base/text.hpp"

namespace varde::web {

std::optional<Email> Email::parse(std::string_view text) {
  auto address = canonical_email(text);
  return address ? std::optional(Email{std::move(*address)}) : std::nullopt;
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
