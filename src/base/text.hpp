// Small text tools that the standard library lacks. Unicode work is ICU's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace varde {

int hex_digit(char c);  ///< 0–15, or −1.
std::string hex(std::string_view bytes);
std::optional<std::string> unhex(std::string_view text);
std::string base64(std::string_view bytes);     ///< RFC 4648 with padding.
std::string base64url(std::string_view bytes);  ///< RFC 4648 section 5, no padding.
std::optional<std::string> unbase64(
    std::string_view text);                  ///< Either alphabet, padding optional, no white space.
std::string base32(std::string_view bytes);  ///< RFC 4648, lower case, no padding.
std::optional<std::string> unbase32(std::string_view text);  ///< Either case.

std::string_view trim(std::string_view text);  ///< ASCII white space off both ends.
std::vector<std::string_view> split(std::string_view text, char by);
std::string ascii_lower(std::string_view text);
bool iequals(std::string_view a, std::string_view b);  ///< ASCII case folded.
std::size_t ascii_length(std::string_view text);  ///< Bytes before the first that is not ASCII.
bool is_utf8(std::string_view text);  ///< Well-formed UTF-8 (no surrogates, no overlong forms).
std::size_t utf8_length(std::string_view text);  ///< Code points in well-formed UTF-8.
std::string_view utf8_prefix(std::string_view text, std::size_t code_points);
/// NFKC and full case folding: what two spellings of a name are compared by. `text` must be
/// well-formed UTF-8.
std::string fold(std::string_view text);
/// The words of a folded text: runs of letters, digits and marks.
std::vector<std::string> words(std::string_view folded);
std::string html_escape(std::string_view text);     ///< & < > " ' for text and quoted attributes.
std::string percent_encode(std::string_view text);  ///< RFC 3986 unreserved stay.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

}  // namespace varde
