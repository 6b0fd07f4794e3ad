// How a text becomes an SMS: which alphabet, how many segments.
//
// A text whose characters all stand in the GSM 7-bit default alphabet (3GPP TS 23.038, section
// 6.2.1, formerly GSM 03.38) takes a septet a character, and two for those of the extension table,
// which follow an escape. A single character outside of both makes the whole text UCS-2, sixteen
// bits a unit; today's phones read it as UTF-16, so that a character beyond the first plane is two
// units. What does not fit one message of 140 octets is cut into several, each with a six-octet
// header that says which it is (3GPP TS 23.040, section 9.2.3.24.1): 153 septets or 67 units are
// left. An escape is never parted from its character, nor a surrogate from its other half, so a
// segment may end one short.
//
// Only the default alphabet is counted: national shift tables exist, but few gateways use them.
#pragma once

#include <boost/describe.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace varde::messaging::sms {

enum class Encoding { gsm7 = 1, ucs2 = 2 };
BOOST_DESCRIBE_ENUM(Encoding, gsm7, ucs2)

/// How much of the longest text: ten segments are more than most gateways join.
inline constexpr std::size_t kMaxSegments = 10;

struct Measure {
  Encoding encoding = Encoding::gsm7;
  std::size_t characters = 0;     ///< Unicode code points.
  std::size_t units = 0;          ///< Septets or 16-bit units, escapes and surrogates counted.
  std::size_t segments = 0;       ///< 0 for the empty text.
  std::size_t single_limit = 0;   ///< Units that one message without a header holds: 160 or 70.
  std::size_t segment_limit = 0;  ///< Units that each of several holds: 153 or 67.
  /// Units that still fit the last segment; of the empty text, the single one.
  std::size_t left = 0;
};

/// Measures well-formed UTF-8. A line break is one character; "\r\n" is two.
Measure measure(std::string_view text);

/// The pieces that the segments carry, as UTF-8, in order; joined they are the text.
std::vector<std::string> segments(std::string_view text);

/// Septets that a code point takes in the default alphabet: 1, 2 with an escape, 0 when it has no
/// place there.
int septets(char32_t code_point);

}  // namespace varde::messaging::sms
