// Builds the messages that are sent: RFC 5322 headers, text and HTML as multipart/alternative.
//
// A campaign builds millions of messages that differ in a few spans, so a message is described by
// views and appended to a buffer of the caller's; nothing is allocated for it on the way. GMime was
// rejected for building (it parses, and is the oracle in the test): it makes an object for each
// header and part and a stream over them, some twenty times the work.
//
// Bodies are quoted-printable, base64 where most of the text is not ASCII, never 8bit: a message
// that every server may pass on unchanged keeps its DKIM signature. Boundaries begin with "=_",
// which neither encoding can produce, so no body needs to be searched for them (RFC 2045 section
// 6.7). Whatever could end a header (CR, LF, NUL and other control characters) is refused, not
// repaired.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "base/time.hpp"

namespace varde::messaging::mail {

struct Address {
  std::string_view name;  ///< UTF-8; may be empty.
  std::string_view mail;  ///< addr-spec; beyond ASCII it needs SMTPUTF8 on the way (RFC 6532).
};

struct Message {
  Address from;
  std::span<const Address> to;
  Address reply_to;  ///< Left out when `mail` is empty.
  std::string_view subject;
  Timestamp date;
  std::string_view message_id;   ///< Without angle brackets, e.g. "ID@example.org".
  std::string_view in_reply_to;  ///< Likewise; empty: none.
  std::string_view text;         ///< Plain text, lines ended by LF or CRLF.
  std::string_view html;         ///< Empty: a text-only message.
  /// RFC 8058: an https address that takes the one-click POST. Empty: no List-Unsubscribe-Post.
  std::string_view unsubscribe_url;
  std::string_view unsubscribe_mail;  ///< addr-spec for List-Unsubscribe: <mailto:…>; may be empty.
  std::string_view list_id;           ///< e.g. "news.example.org" (RFC 2919); may be empty.
  std::string_view feedback_id;       ///< For complaint reports by sender; may be empty.
  bool auto_generated = false;        ///< Auto-Submitted: auto-generated (RFC 3834).
  /// Further fields; names may not be those that this builder writes.
  std::span<const std::pair<std::string_view, std::string_view>> headers;
};

/// Appends the whole message to `out`, CRLF line ends, no line beyond 998 bytes. bad_input, with
/// pointers such as "/subject", when a field holds what it may not; `out` is then as before.
Result<void> append_message(std::string& out, const Message& message);

/// The pieces, for reuse and tests.
/// Quoted-printable (RFC 2045 section 6.7) of text whose lines end with LF or CRLF.
void append_quoted_printable(std::string& out, std::string_view text);
/// Base64 in lines of 76, of text with its line ends made CRLF.
void append_base64_text(std::string& out, std::string_view text);
/// An unstructured header value, folded, as encoded words (RFC 2047) where it must be. `column` is
/// where on the line it begins. The text must be UTF-8 without control characters but tab.
void append_unstructured(std::string& out, std::string_view text, std::size_t column);

}  // namespace varde::messaging::mail
