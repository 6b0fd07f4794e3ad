#include "messaging/mail/mime_builder.hpp"

#include <array>
#include <cstring>

#include "base/text.hpp"

namespace varde::messaging::mail {
namespace {

constexpr std::size_t kLine = 76;      // what lines are folded to
constexpr std::size_t kWordText = 60;  // characters of an encoded word between its frame
constexpr char kHex[] = "0123456789ABCDEF";

// Bytes that quoted-printable may leave as they are wherever they stand: not '=', not space or tab
// (which may not end a line).
constexpr auto kPlain = [] {
  std::array<bool, 256> out{};
  for (int c = 33; c <= 126; ++c) out[static_cast<std::size_t>(c)] = c != '=';
  return out;
}();

bool is_plain(char c) { return kPlain[static_cast<unsigned char>(c)]; }

// How many bytes at the start are plain or spaces; eight at a time, because nearly all of a message
// is (bytes below 32, from 127 on, and '=' by the carries of additions within one word).
std::size_t plain_run(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101ULL, kHigh = 0x80 * kOnes;
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    auto equals = word ^ ('=' * kOnes);
    auto found =
        ((word - 32 * kOnes) & ~word) | ((word + kOnes) | word) | ((equals - kOnes) & ~equals);
    if ((found & kHigh) != 0) break;
  }
  while (at < text.size() && (is_plain(text[at]) || text[at] == ' ')) ++at;
  return at;
}

bool is_ascii(std::string_view text) { return ascii_length(text) == text.size(); }

// UTF-8 without control characters, except tab.
bool is_header_text(std::string_view text) {
  for (char c : text) {
    auto b = static_cast<unsigned char>(c);
    if ((b < 32 && c != '\t') || b == 127) return false;
  }
  return is_utf8(text);
}
// What may stand between angle brackets: an address, a URL, an id.
bool is_bracket_text(std::string_view text) {
  for (char c : text) {
    auto b = static_cast<unsigned char>(c);
    if (b <= 32 || b == 127 || c == '<' || c == '>') return false;
  }
  return text.size() <= 900 && is_utf8(text);
}
bool is_address(std::string_view mail) {
  auto at = mail.rfind('@');
  return at != std::string_view::npos && at > 0 && at + 1 < mail.size() && mail.size() <= 320 &&
         is_bracket_text(mail) && mail.find(',') == std::string_view::npos;
}

void append_encoded_byte(std::string& out, char c) {
  auto b = static_cast<unsigned char>(c);
  char code[3] = {'=', kHex[b >> 4], kHex[b & 15]};
  out.append(code, 3);
}

bool is_word_plain(char c) {  // RFC 2047 section 5 (3): safe in a phrase, too
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '!' ||
         c == '*' || c == '+' || c == '-' || c == '/';
}

// Where a character that begins at `at` ends.
std::size_t next_character(std::string_view text, std::size_t at) {
  ++at;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) ++at;
  return at;
}
std::size_t q_cost(std::string_view text) {
  std::size_t cost = 0;
  for (char c : text) cost += is_word_plain(c) || c == ' ' ? 1 : 3;
  return cost;
}

// The end of the longest run of whole characters from `from` that fits `room` in Q.
std::size_t fit_q(std::string_view text, std::size_t from, std::size_t room) {
  std::size_t end = from, used = 0;
  while (end < text.size()) {
    auto next = next_character(text, end);
    used += q_cost(text.substr(end, next - end));
    if (used > room) break;
    end = next;
  }
  return end;
}
// The same in B, but a word that is not the last ends on a multiple of three bytes: decoders (GMime
// among them) join the base64 of neighbours, and padding in the middle would end it. `from` when
// there is no such place.
std::size_t fit_b(std::string_view text, std::size_t from, std::size_t room) {
  std::size_t end = from, best = from;
  while (end < text.size()) {
    end = next_character(text, end);
    if ((end - from + 2) / 3 * 4 > room) return best;
    if ((end - from) % 3 == 0 || end == text.size()) best = end;
  }
  return best;
}

// Encoded words (RFC 2047), each of whole characters and short enough for its line. Q where the
// text is mostly ASCII, else B.
void append_encoded_words(std::string& out, std::string_view text, std::size_t column) {
  bool prefer_b = q_cost(text) * 3 > text.size() * 6;
  std::size_t room = column + 24 < kLine ? kLine - column - 12 : 0;
  room = std::min(room, kWordText);
  for (std::size_t i = 0; i < text.size();) {
    auto end = prefer_b ? fit_b(text, i, room) : i;
    bool b = end > i;
    if (!b) end = fit_q(text, i, room);
    auto word = text.substr(i, end - i);
    if (b) {
      out += "=?utf-8?b?";
      out += base64(word);
      out += "?=";
    } else if (!word.empty()) {
      out += "=?utf-8?q?";
      for (char c : word) {
        if (is_word_plain(c))
          out += c;
        else if (c == ' ')
          out += '_';
        else
          append_encoded_byte(out, c);
      }
      out += "?=";
    }
    // An empty word: not even one character fits behind the header's name.
    if (end < text.size()) out += "\r\n ";
    room = kWordText;
    i = end;
  }
}

bool needs_encoding(std::string_view text) {
  if (!is_ascii(text) || text.find("=?") != std::string_view::npos) return true;
  if (text.find('\t') != std::string_view::npos || text.find("  ") != std::string_view::npos)
    return true;
  if (text.starts_with(' ') || text.ends_with(' ')) return true;
  for (auto word : split(text, ' '))
    if (word.size() > kLine) return true;
  return false;
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  append_unstructured(out, value, name.size() + 2);
  out += "\r\n";
}

// One address, without a line end.
void append_address(std::string& out, const Address& given, std::size_t column) {
  Address address{trim(given.name), given.mail};  // white space around a name means nothing
  if (!address.name.empty()) {
    bool encode = needs_encoding(address.name) || address.name.size() > 50;
    bool atoms = true;
    for (char c : address.name) atoms = atoms && (is_word_plain(c) || c == ' ');
    if (encode) {
      append_encoded_words(out, address.name, column);
    } else if (atoms) {
      out += address.name;
    } else {
      out += '"';
      for (char c : address.name) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
      }
      out += '"';
    }
    out += column + address.name.size() + address.mail.size() > kLine ? "\r\n <" : " <";
    out += address.mail;
    out += '>';
  } else {
    out += address.mail;
  }
}

void append_address_header(std::string& out, std::string_view name,
                           std::span<const Address> addresses) {
  out += name;
  out += ": ";
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    if (i > 0) out += ",\r\n ";
    append_address(out, addresses[i], i > 0 ? 1 : name.size() + 2);
  }
  out += "\r\n";
}

void append_body(std::string& out, std::string_view type, std::string_view text) {
  std::size_t beyond = 0;
  for (char c : text.substr(ascii_length(text))) beyond += static_cast<unsigned char>(c) >> 7;
  bool as_base64 = beyond * 3 > text.size();
  out += "Content-Type: ";
  out += type;
  out += "; charset=utf-8\r\nContent-Transfer-Encoding: ";
  out += as_base64 ? "base64\r\n\r\n" : "quoted-printable\r\n\r\n";
  as_base64 ? append_base64_text(out, text) : append_quoted_printable(out, text);
}

// FNV-1a of the id: tells the boundaries of different messages apart when one quotes another.
std::string boundary_of(std::string_view id) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  char text[20];
  std::snprintf(text, sizeof text, "=_%016llx", static_cast<unsigned long long>(hash));
  return text;
}

constexpr std::string_view kOwnHeaders[] = {"from",
                                            "to",
                                            "cc",
                                            "bcc",
                                            "sender",
                                            "reply-to",
                                            "subject",
                                            "date",
                                            "message-id",
                                            "in-reply-to",
                                            "references",
                                            "mime-version",
                                            "return-path",
                                            "received",
                                            "list-unsubscribe",
                                            "list-id",
                                            "feedback-id",
                                            "auto-submitted",
                                            "dkim-signature",
                                            "list-unsubscribe-post"};

bool is_header_name(std::string_view name) {
  if (name.empty() || name.size() > 64) return false;
  for (char c : name)
    if (c <= 32 || c >= 127 || c == ':') return false;
  auto lower = ascii_lower(name);
  if (lower.starts_with("content-") || lower.starts_with("arc-")) return false;
  for (auto own : kOwnHeaders)
    if (lower == own) return false;
  return true;
}

Result<void> check(const Message& m) {
  Error error{ErrorCode::bad_input, "The message cannot be built.", {}, {}, 0};
  auto require = [&](bool ok, std::string pointer, const char* sentence) {
    if (!ok) error.fields.push_back({std::move(pointer), sentence});
  };
  constexpr const char* kText = "The text must be UTF-8 without line breaks or control characters.";
  constexpr const char* kMail = "This is not a mail address.";
  auto address = [&](const Address& a, const std::string& pointer) {
    require(is_header_text(a.name), pointer + "/name", kText);
    require(is_address(a.mail), pointer + "/mail", kMail);
  };
  address(m.from, "/from");
  require(!m.to.empty(), "/to", "A message needs a recipient.");
  for (std::size_t i = 0; i < m.to.size(); ++i) address(m.to[i], "/to/" + std::to_string(i));
  if (!m.reply_to.mail.empty()) address(m.reply_to, "/reply_to");
  require(is_header_text(m.subject), "/subject", kText);
  require(!m.message_id.empty() && is_bracket_text(m.message_id) && is_ascii(m.message_id),
          "/message_id", "The id must be ASCII without spaces and brackets.");
  require(is_bracket_text(m.in_reply_to), "/in_reply_to", "This is not a message id.");
  require(is_utf8(m.text), "/text", "The text must be UTF-8.");
  require(is_utf8(m.html), "/html", "The HTML must be UTF-8.");
  require(
      m.unsubscribe_url.empty() ||
          (m.unsubscribe_url.starts_with("https://") && is_bracket_text(m.unsubscribe_url) &&
           is_ascii(m.unsubscribe_url) && m.unsubscribe_url.find(',') == std::string_view::npos),
      "/unsubscribe_url", "The address must be an https URL (RFC 8058).");
  require(m.unsubscribe_mail.empty() || is_address(m.unsubscribe_mail), "/unsubscribe_mail", kMail);
  require(is_bracket_text(m.list_id), "/list_id", "The list id must be without spaces.");
  require(is_header_text(m.feedback_id), "/feedback_id", kText);
  for (const auto& [name, value] : m.headers) {
    require(is_header_name(name), "/headers", "This header cannot be set.");
    require(is_header_text(value), "/headers", kText);
  }
  if (error.fields.empty()) return {};
  return error;
}

}  // namespace

void append_unstructured(std::string& out, std::string_view text, std::size_t column) {
  if (needs_encoding(text)) return append_encoded_words(out, text, column);
  while (!text.empty()) {
    auto end = text.find(' ', 1);  // a word with the space before it
    auto word = text.substr(0, end);
    if (column + word.size() > kLine && word.front() == ' ') {
      out += "\r\n";
      column = 0;
    }
    out += word;
    column += word.size();
    text.remove_prefix(word.size());
  }
}

void append_quoted_printable(std::string& out, std::string_view text) {
  out.reserve(out.size() + text.size() + text.size() / 8 + 64);
  while (true) {
    const auto* lf = text.empty()
                         ? nullptr
                         : static_cast<const char*>(std::memchr(text.data(), '\n', text.size()));
    auto line = text.substr(0, lf ? static_cast<std::size_t>(lf - text.data()) : text.size());
    if (lf && line.ends_with('\r')) line.remove_suffix(1);
    std::size_t column = 0, i = 0;
    while (i < line.size()) {
      // A run that needs no thought. One column of the 76 is kept for the soft break.
      auto run = plain_run(line.substr(i, kLine - 1 - column));
      if (i + run == line.size() && run > 0 && line.back() == ' ') --run;
      out.append(line, i, run);
      column += run;
      i += run;
      if (i == line.size()) break;
      bool escape = !is_plain(line[i]) && !(line[i] == ' ' && i + 1 < line.size());
      if (column + (escape ? 3 : 1) > kLine - 1) {
        out += "=\r\n";
        column = 0;
      } else if (escape) {
        append_encoded_byte(out, line[i++]);
        column += 3;
      }
    }
    if (!lf) return;
    out += "\r\n";
    text.remove_prefix(static_cast<std::size_t>(lf - text.data()) + 1);
  }
}

void append_base64_text(std::string& out, std::string_view text) {
  std::string crlf;
  crlf.reserve(text.size() + text.size() / 32);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) crlf += '\r';
    crlf += text[i];
  }
  for (std::size_t i = 0; i < crlf.size(); i += 57) {
    out += base64(std::string_view(crlf).substr(i, 57));
    if (i + 57 < crlf.size()) out += "\r\n";
  }
}

Result<void> append_message(std::string& out, const Message& m) {
  VARDE_CHECK(check(m));
  append_address_header(out, "From", {&m.from, 1});
  append_address_header(out, "To", m.to);
  if (!m.reply_to.mail.empty()) append_address_header(out, "Reply-To", {&m.reply_to, 1});
  append_header(out, "Subject", m.subject);
  out += "Date: ";
  out += to_rfc5322(m.date);
  out += "\r\nMessage-ID: <";
  out += m.message_id;
  out += ">\r\n";
  if (!m.in_reply_to.empty()) {
    for (const char* name : {"In-Reply-To: <", "References: <"}) {
      out += name;
      out += m.in_reply_to;
      out += ">\r\n";
    }
  }
  if (!m.list_id.empty()) {
    out += "List-Id: <";
    out += m.list_id;
    out += ">\r\n";
  }
  if (!m.unsubscribe_url.empty() || !m.unsubscribe_mail.empty()) {
    out += "List-Unsubscribe: ";
    if (!m.unsubscribe_url.empty()) {
      out += '<';
      out += m.unsubscribe_url;
      out += m.unsubscribe_mail.empty() ? ">" : ">,\r\n ";
    }
    if (!m.unsubscribe_mail.empty()) {
      out += "<mailto:";
      out += m.unsubscribe_mail;
      out += '>';
    }
    out += "\r\n";
    if (!m.unsubscribe_url.empty()) out += "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";
  }
  // Of one word, read as it stands: never an encoded word, however long (RFC 5322 allows 998).
  if (!m.feedback_id.empty()) out += "Feedback-ID: " + std::string(m.feedback_id) + "\r\n";
  if (m.auto_generated) out += "Auto-Submitted: auto-generated\r\n";
  for (const auto& [name, value] : m.headers) append_header(out, name, value);
  out += "MIME-Version: 1.0\r\n";
  if (m.html.empty()) {
    append_body(out, "text/plain", m.text);
  } else {
    auto boundary = boundary_of(m.message_id);
    out += "Content-Type: multipart/alternative;\r\n boundary=\"" + boundary + "\"\r\n\r\n";
    out += "--" + boundary + "\r\n";
    append_body(out, "text/plain", m.text);
    out += "\r\n--" + boundary + "\r\n";
    append_body(out, "text/html", m.html);
    out += "\r\n--" + boundary + "--\r\n";
  }
  if (!out.ends_with("\r\n")) out += "\r\n";
  return {};
}

}  // namespace varde::messaging::mail
