// Tokens: what links and return addresses carry instead of names.
//
//   kind (1 byte) | source ref (LEB128) | subject (16 bytes) | number (LEB128) | day (LEB128) |
//   MAC (8 bytes)
//
// A token is good for one purpose (its kind), one message (its source) and a time (life_of(kind)),
// counted from the day it was made, which stands in it. Mail is forwarded and lies in archives: a
// token names a person and proves nobody. Tokens from before the day stood in them are taken as
// too old, but for leaving, which has to work.
//
// The source (tenant, kind, id) is a small number from the table source_ref; the subject is the
// person, or for return addresses the recipient of the delivery. The MAC is keyed by the
// installation: nobody can make a token up, and reading one needs no look-up but the source's,
// which is remembered. In URLs base64url (about 36 characters); in return addresses base32, because
// servers fold the case of local parts.
#pragma once

#include <boost/describe.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "crypto/key.hpp"
#include "trust/ctx.hpp"

namespace varde::messaging {

/// What a message, link or delivery belongs to.
enum class SourceKind {
  campaign = 1,
  journey = 2,
  list = 3,
  form = 4,
  test = 5,
  system = 6,
  shift = 7
};
BOOST_DESCRIBE_ENUM(SourceKind, campaign, journey, list, form, test, system, shift)

enum class TokenKind {
  click = 1,          ///< /t/c/TOKEN: number is the link.
  open = 2,           ///< /t/o/TOKEN.gif
  unsubscribe = 3,    ///< /u/TOKEN
  preferences = 4,    ///< /p/preferences/TOKEN
  bounce = 5,         ///< b-TOKEN@BOUNCE_DOMAIN, in base32; subject is the delivery's recipient.
  confirm = 6,        ///< /p/confirm/TOKEN: source is the list.
  form = 7,           ///< /p/f/…?t=TOKEN: source is the message that led there, number the form.
  offer = 8,          ///< /p/o/TOKEN: source is the shift.
  claim = 9,          ///< /p/confirm/TOKEN: source is the form, subject the claim.
  test_address = 10,  ///< /p/test-address/TOKEN: source is the tenant, subject the address's row.
};

/// How long a token is good for. Nothing that changes data is good for more than 90 days, but for
/// leaving: two years, for the law wants that to work as long as somebody may find the message.
std::chrono::days life_of(TokenKind kind);

struct Token {
  TokenKind kind = TokenKind::click;
  Uuid tenant;
  SourceKind source_kind = SourceKind::campaign;
  Uuid source_id;
  Uuid subject;
  std::uint32_t number = 0;
  std::chrono::days age{0};  ///< Of one that was read; more than any life when it is not known.
};

/// The number that stands for a source; made when there is none. One query, then remembered.
std::int64_t source_ref(trust::Base& base, const Uuid& tenant, SourceKind kind, const Uuid& id);

/// Makes tokens of one source, without any look-up: for bulk.
class TokenMaker {
 public:
  TokenMaker(trust::Base& base, const Uuid& tenant, SourceKind kind, const Uuid& source);
  /// Appends the token's text.
  void append(std::string& out, TokenKind kind, const Uuid& subject,
              std::uint32_t number = 0) const;

 private:
  crypto::Key key_;
  std::int64_t ref_;
};

/// A token as text, for a personal link.
std::string make_token(trust::Base& base, const Token& token);
/// nullopt when the text is no token of this installation, not of this kind, or too old; in the
/// last case `expired`, if it is given, holds what it was.
std::optional<Token> read_token(trust::Base& base, TokenKind kind, std::string_view text,
                                std::optional<Token>* expired = nullptr);

}  // namespace varde::messaging
