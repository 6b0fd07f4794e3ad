// What people write, brought into one form before it is checked and stored.
//
// The same address can be typed in many ways that look alike: with a no-break space behind it, a
// byte order mark before it, a zero width space within, full-width letters from a Japanese
// keyboard, an umlaut in two code points. Whoever checks first and folds afterwards checks
// something else than what is stored: "x@evil.example＠bank.example" has one @ when it is checked
// and two when it is kept. So there is one order, for every text from outside: canonical form,
// then the check, then the store; and what is canonical already comes back unchanged.
//
// Names and other text become NFC, addresses and numbers NFKC (which also turns full-width forms
// into plain ones), domains go through IDNA2008 with UTS 46, non-transitional: "straße" is its own
// name and not "strasse". White space and default-ignorable code points (Unicode's list of what
// nobody sees) go from both ends. Inside they are refused, but for those that writing needs:
// joiners in Persian, in Hindi and in emoji, variation selectors behind what they vary.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace varde {

/// Free text that may have several lines: NFC, trimmed, line breaks kept. nullopt when it is no
/// UTF-8, or holds controls, noncharacters, or marks that turn the reading order around (U+202A to
/// U+202E).
std::optional<std::string> canonical_prose(std::string_view text);

/// A name or a label, on one line: as prose; every white space inside becomes a space. nullopt also
/// for invisible code points that join or vary nothing.
std::optional<std::string> canonical_line(std::string_view text);

/// NFKC, trimmed, and without any default-ignorable code point: what a telephone number or a web
/// address is read from. nullopt when it is no UTF-8.
std::optional<std::string> canonical_symbols(std::string_view text);

/// A domain name as it is asked for in the DNS: A-labels, lower case, at most 253 bytes, without
/// the root's dot. nullopt when it is none (RFC 5891, UTS 46 non-transitional), an address in
/// numbers and brackets included.
std::optional<std::string> canonical_domain(std::string_view text);

/// A host that one connects to: a domain, "localhost" and other single labels, names with an
/// underscore as networks of containers have them, or an address of IPv4 or IPv6.
std::optional<std::string> canonical_host(std::string_view text);

/// A web address as it may stand in a header (RFC 3987, 3.1): the host in A-labels, what is not
/// ASCII and what a URI may not hold percent-encoded; what is encoded stays. A host that is none
/// stays as it is, percent-encoded.
std::string to_uri(std::string_view iri);

/// An e-mail address: the addr-spec of RFC 5321 with RFC 6531's UTF-8 in the local part, no
/// comments, no quoted local part, a domain with a dot. The local part keeps its case.
std::optional<std::string> canonical_email(std::string_view text);

/// What two canonical addresses are compared by, and hashed as: the local part folded, the domain
/// in U-labels. Addresses that were stored before domains were A-labels have the same key.
std::string email_key(std::string_view canonical);

}  // namespace varde
