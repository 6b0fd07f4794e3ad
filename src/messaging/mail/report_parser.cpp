#include "messaging/mail/report_parser.hpp"

#include <gmime/gmime.h>

#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.hpp"

namespace varde::messaging::mail {
namespace {

constexpr std::size_t kMaxMessage = 1 << 20;
constexpr std::size_t kMaxText = 64 * 1024;
constexpr std::size_t kMaxNesting = 64;

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
template <class T>
using Object = std::unique_ptr<T, Unref>;

// What servers say, in lower case, and what it says about the mailbox. Three tables, for they are
// asked in this order: what is about *us* (the sender, its host, the message, the pace) never gives
// an address up, whatever else stands beside it; then what is full or a matter of time; then what
// says that the mailbox is not there; then words that may mean either, which count only when
// nothing better was said.
using Phrase = std::pair<std::string_view, std::string_view>;
constexpr Phrase kAboutUs[] = {
    // lists of hosts and senders
    {"block list", "5.7.1"},
    {"blocklist", "5.7.1"},
    {"black list", "5.7.1"},
    {"blacklist", "5.7.1"},
    {"block-list", "5.7.1"},
    {"blacklisted", "5.7.1"},
    {"denylist", "5.7.1"},
    {"dnsbl", "5.7.1"},
    {"rbl", "5.7.1"},
    {"spamhaus", "5.7.1"},
    {"spamcop", "5.7.1"},
    {"barracuda", "5.7.1"},
    {"sorbs", "5.7.1"},
    {"svarteliste", "5.7.1"},
    {"svartlist", "5.7.1"},
    {"sortlist", "5.7.1"},
    {"schwarze liste", "5.7.1"},
    {"sperrliste", "5.7.1"},
    {"liste noire", "5.7.1"},
    {"lista negra", "5.7.1"},
    {"lista nera", "5.7.1"},
    {"zwarte lijst", "5.7.1"},
    {"estolista", "5.7.1"},
    {"czarna lista", "5.7.1"},
    {"reputation", "5.7.1"},
    {"ip address has been", "5.7.1"},
    {"client host rejected", "5.7.1"},
    {"client host [", "5.7.1"},
    {"your ip", "5.7.1"},
    {"sending ip", "5.7.1"},
    // our name and our address
    {"reverse dns", "5.7.25"},
    {"rdns", "5.7.25"},
    {"ptr record", "5.7.25"},
    {"no ptr", "5.7.25"},
    {"helo command rejected", "5.7.1"},
    {"ehlo command rejected", "5.7.1"},
    {"sender verify failed", "5.1.8"},
    {"sender verification", "5.1.8"},
    {"verify sender", "5.1.8"},
    {"verification failed for <", "5.1.8"},
    {"sender rejected", "5.1.8"},
    {"sender address rejected", "5.1.8"},
    {"sender denied", "5.1.8"},
    {"sender not allowed", "5.1.8"},
    {"sender is not", "5.1.8"},
    {"bad sender", "5.1.8"},
    {"invalid sender", "5.1.8"},
    {"envelope sender", "5.1.8"},
    {"domain of sender", "5.1.8"},
    {"sender domain", "5.1.8"},
    {"avsender", "5.1.8"},
    {"avsändar", "5.1.8"},
    {"afsender", "5.1.8"},
    {"absender", "5.1.8"},
    {"expéditeur", "5.1.8"},
    {"remitente", "5.1.8"},
    {"mittente", "5.1.8"},
    {"remetente", "5.1.8"},
    {"afzender", "5.1.8"},
    {"lähettäjä", "5.1.8"},
    {"nadawc", "5.1.8"},
    {"spf", "5.7.23"},
    {"dkim", "5.7.20"},
    {"dmarc", "5.7.26"},
    {"unauthenticated", "5.7.26"},
    {"not authenticated", "5.7.26"},
    {"authentication required", "5.7.1"},
    {"authentication checks", "5.7.26"},
    {"relay access denied", "5.7.1"},
    {"relaying denied", "5.7.1"},
    {"unable to relay", "5.7.1"},
    {"not permitted to relay", "5.7.1"},
    {"must issue a starttls", "5.7.10"},
    // what was written
    {"spam", "5.7.1"},
    {"junk mail", "5.7.1"},
    {"unsolicited", "5.7.1"},
    {"bulk mail", "5.7.1"},
    {"content denied", "5.7.1"},
    {"content rejected", "5.7.1"},
    {"mail content", "5.7.1"},
    {"content filter", "5.7.1"},
    {"suspicious", "5.7.1"},
    {"virus", "5.7.1"},
    {"malware", "5.7.1"},
    {"phish", "5.7.1"},
    // how fast
    {"at a rate", "4.7.0"},
    {"rate limit", "4.7.0"},
    {"ratelimit", "4.7.0"},
    {"rate-limit", "4.7.0"},
    {"rate exceeded", "4.7.0"},
    {"sending rate", "4.7.0"},
    {"receivingrate", "4.7.0"},
    {"throttl", "4.7.0"},
    {"too many messages", "4.7.0"},
    {"too many connections", "4.7.0"},
    {"too many recipients", "4.7.0"},
    {"too many mails", "4.7.0"},
    {"recipient limit", "4.7.0"},
    {"limit exceeded for", "4.7.0"},
    {"greylist", "4.7.1"},
    {"graylist", "4.7.1"},
    {"grey-list", "4.7.1"},
};
constexpr Phrase kFullOrLater[] = {
    {"mailbox full", "5.2.2"},
    {"mailbox is full", "5.2.2"},
    {"mailbox size limit", "5.2.2"},
    {"inbox is full", "5.2.2"},
    {"over quota", "5.2.2"},
    {"overquota", "5.2.2"},
    {"quota exceeded", "5.2.2"},
    {"exceeded quota", "5.2.2"},
    {"exceeded storage", "5.2.2"},
    {"storage quota", "5.2.2"},
    {"out of storage", "5.2.2"},
    {"insufficient storage", "5.2.2"},
    {"insufficient system storage", "4.3.1"},
    {"postkassen er full", "5.2.2"},
    {"postboksen er full", "5.2.2"},
    {"innboksen er full", "5.2.2"},
    {"brevlådan är full", "5.2.2"},
    {"inkorgen är full", "5.2.2"},
    {"postkassen er fuld", "5.2.2"},
    {"indbakken er fuld", "5.2.2"},
    {"postfach ist voll", "5.2.2"},
    {"postfach voll", "5.2.2"},
    {"speicherplatz", "5.2.2"},
    {"boîte pleine", "5.2.2"},
    {"boîte aux lettres est pleine", "5.2.2"},
    {"boîte de réception est pleine", "5.2.2"},
    {"buzón lleno", "5.2.2"},
    {"buzón está lleno", "5.2.2"},
    {"casella piena", "5.2.2"},
    {"casella è piena", "5.2.2"},
    {"caixa cheia", "5.2.2"},
    {"caixa de correio está cheia", "5.2.2"},
    {"mailbox is vol", "5.2.2"},
    {"postvak is vol", "5.2.2"},
    {"postilaatikko on täynnä", "5.2.2"},
    {"skrzynka jest pełna", "5.2.2"},
    {"too large", "5.3.4"},
    {"exceeds size limit", "5.3.4"},
    {"maximum message size", "5.3.4"},
    {"try again later", "4.3.0"},
    {"temporarily", "4.3.0"},
    {"temporary failure", "4.3.0"},
    {"local error in processing", "4.3.0"},
    {"timed out", "4.4.1"},
    {"timeout", "4.4.1"},
    {"retry time", "4.4.1"},
    {"connection refused", "4.4.1"},
    {"network is unreachable", "4.4.1"},
    {"mail loop", "5.4.6"},
    {"too many hops", "5.4.6"},
};
constexpr Phrase kGone[] = {
    {"user unknown", "5.1.1"},
    {"unknown user", "5.1.1"},
    {"unknown recipient", "5.1.1"},
    {"recipient unknown", "5.1.1"},
    {"unknown address", "5.1.1"},
    {"address unknown", "5.1.1"},
    {"unknown mailbox", "5.1.1"},
    {"unknown local part", "5.1.1"},
    {"unknown or illegal alias", "5.1.1"},
    {"addressee unknown", "5.1.1"},
    {"no such user", "5.1.1"},
    {"no such recipient", "5.1.1"},
    {"no such person", "5.1.1"},
    {"no such address", "5.1.1"},
    {"no such account", "5.1.1"},
    {"no such mailbox", "5.1.1"},
    {"no such local user", "5.1.1"},
    {"no mailbox here", "5.1.1"},
    {"no mailbox by that name", "5.1.1"},
    {"not our customer", "5.1.1"},
    {"user not found", "5.1.1"},
    {"recipient not found", "5.1.1"},
    {"recipientnotfound", "5.1.1"},
    {"mailbox not found", "5.1.1"},
    {"account not found", "5.1.1"},
    {"address not found", "5.1.1"},
    {"address does not exist", "5.1.1"},
    {"account does not exist", "5.1.1"},
    {"account that you tried to reach does not exist", "5.1.1"},
    {"mailbox does not exist", "5.1.1"},
    {"recipient does not exist", "5.1.1"},
    {"user doesn't exist", "5.1.1"},
    {"user does not exist", "5.1.1"},
    {"doesn't have a", "5.1.1"},
    {"address couldn't be found", "5.1.1"},
    {"address you entered couldn't be found", "5.1.1"},
    {"not a valid mailbox", "5.1.1"},
    {"not a valid user", "5.1.1"},
    {"invalid recipient", "5.1.1"},
    {"invalid mailbox", "5.1.1"},
    {"invalid address", "5.1.1"},
    {"bad destination mailbox", "5.1.1"},
    {"address rejected: user", "5.1.1"},
    {"recipient rejected: user", "5.1.1"},
    {"recipient address rejected: access denied", "5.1.1"},
    {"not listed in", "5.1.1"},
    {"is not known", "5.1.1"},
    {"mailbox unavailable", "5.1.1"},
    {"mottakeren finnes ikke", "5.1.1"},
    {"mottakaren finst ikkje", "5.1.1"},
    {"adressen finnes ikke", "5.1.1"},
    {"adressa finst ikkje", "5.1.1"},
    {"brukeren finnes ikke", "5.1.1"},
    {"postkassen finnes ikke", "5.1.1"},
    {"ukjent bruker", "5.1.1"},
    {"ukjent mottaker", "5.1.1"},
    {"ukjend", "5.1.1"},
    {"mottagaren finns inte", "5.1.1"},
    {"adressen finns inte", "5.1.1"},
    {"användaren finns inte", "5.1.1"},
    {"brevlådan finns inte", "5.1.1"},
    {"okänd användare", "5.1.1"},
    {"okänd mottagare", "5.1.1"},
    {"modtageren findes ikke", "5.1.1"},
    {"adressen findes ikke", "5.1.1"},
    {"brugeren findes ikke", "5.1.1"},
    {"postkassen findes ikke", "5.1.1"},
    {"ukendt bruger", "5.1.1"},
    {"ukendt modtager", "5.1.1"},
    {"empfänger unbekannt", "5.1.1"},
    {"benutzer unbekannt", "5.1.1"},
    {"unbekannter empfänger", "5.1.1"},
    {"unbekannter benutzer", "5.1.1"},
    {"empfänger existiert nicht", "5.1.1"},
    {"postfach existiert nicht", "5.1.1"},
    {"adresse existiert nicht", "5.1.1"},
    {"empfängeradresse wurde nicht gefunden", "5.1.1"},
    {"utilisateur inconnu", "5.1.1"},
    {"destinataire inconnu", "5.1.1"},
    {"adresse inconnue", "5.1.1"},
    {"n'existe pas", "5.1.1"},
    {"usuario desconocido", "5.1.1"},
    {"destinatario desconocido", "5.1.1"},
    {"usuario no existe", "5.1.1"},
    {"buzón no existe", "5.1.1"},
    {"dirección no existe", "5.1.1"},
    {"utente sconosciuto", "5.1.1"},
    {"destinatario sconosciuto", "5.1.1"},
    {"casella inesistente", "5.1.1"},
    {"indirizzo inesistente", "5.1.1"},
    {"utente non esiste", "5.1.1"},
    {"usuário desconhecido", "5.1.1"},
    {"utilizador desconhecido", "5.1.1"},
    {"destinatário desconhecido", "5.1.1"},
    {"usuário não existe", "5.1.1"},
    {"gebruiker onbekend", "5.1.1"},
    {"onbekende gebruiker", "5.1.1"},
    {"onbekende ontvanger", "5.1.1"},
    {"ontvanger bestaat niet", "5.1.1"},
    {"adres bestaat niet", "5.1.1"},
    {"tuntematon vastaanottaja", "5.1.1"},
    {"tuntematon käyttäjä", "5.1.1"},
    {"vastaanottajaa ei ole", "5.1.1"},
    {"vastaanottajaa ei löydy", "5.1.1"},
    {"nieznany użytkownik", "5.1.1"},
    {"nieznany odbiorca", "5.1.1"},
    {"użytkownik nie istnieje", "5.1.1"},
    {"adres nie istnieje", "5.1.1"},
    {"mailbox is disabled", "5.2.1"},
    {"mailbox disabled", "5.2.1"},
    {"mailbox is inactive", "5.2.1"},
    {"mailbox inactive", "5.2.1"},
    {"account has been disabled", "5.2.1"},
    {"account is disabled", "5.2.1"},
    {"account disabled", "5.2.1"},
    {"account is inactive", "5.2.1"},
    {"account inactive", "5.2.1"},
    {"account has been closed", "5.2.1"},
    {"account closed", "5.2.1"},
    {"account is closed", "5.2.1"},
    {"user is disabled", "5.2.1"},
    {"user disabled", "5.2.1"},
    {"account that you tried to reach is disabled", "5.2.1"},
    {"account that you tried to reach is inactive", "5.2.1"},
    {"no longer in use", "5.2.1"},
    {"no longer active", "5.2.1"},
    {"no longer valid", "5.2.1"},
    {"no longer available", "5.2.1"},
    {"has been deactivated", "5.2.1"},
    {"kontoen er stengt", "5.2.1"},
    {"kontoen er deaktivert", "5.2.1"},
    {"kontot är avslutat", "5.2.1"},
    {"kontoen er lukket", "5.2.1"},
    {"konto ist gesperrt", "5.2.1"},
    {"postfach deaktiviert", "5.2.1"},
    {"compte désactivé", "5.2.1"},
    {"cuenta deshabilitada", "5.2.1"},
    {"domain not found", "5.1.2"},
    {"host not found", "5.1.2"},
    {"host unknown", "5.1.2"},
    {"no such domain", "5.1.2"},
    {"domain does not exist", "5.1.2"},
    {"couldn't find any host", "5.1.2"},
    {"does not accept mail", "5.1.10"},
    {"unrouteable address", "5.1.2"},
    {"unroutable address", "5.1.2"},
    {"name or service not known", "5.1.2"},
};
constexpr Phrase kPerhaps[] = {
    {"blocked", "5.7.1"},
    {"not authorized", "5.7.1"},
    {"access denied", "5.7.1"},
    {"policy", "5.7.1"},
};

// What the subject of a bounce begins with, whoever wrote it.
constexpr std::string_view kBounceSubjects[] = {"undelivered mail",
                                                "undeliverable",
                                                "delivery status notification",
                                                "failure notice",
                                                "mail delivery",
                                                "returned mail",
                                                "delivery failure",
                                                "message delivery",
                                                "delivery has failed",
                                                "delivery delay",
                                                "non remis",
                                                "unzustellbar",
                                                "kan ikke leveres",
                                                "warning: could not send",
                                                "mail system error",
                                                "nondeliverable",
                                                "ikke levert",
                                                "kunne ikke leveres",
                                                "kunne ikkje leverast",
                                                "det går inte att leverera",
                                                "kunde inte levereras",
                                                "ej levererat",
                                                "ikke leveret",
                                                "kan ikke afleveres",
                                                "unzustellbarer",
                                                "zustellung fehlgeschlagen",
                                                "échec de la remise",
                                                "remise impossible",
                                                "no se puede entregar",
                                                "impossibile recapitare",
                                                "non recapitabile",
                                                "não é possível entregar",
                                                "onbestelbaar",
                                                "ei voida toimittaa",
                                                "toimitus epäonnistui",
                                                "nie można dostarczyć"};

constexpr std::string_view kAutoSubjects[] = {
    "automatic reply", "auto:",           "out of office", "autosvar",           "autoreply",
    "auto-reply",      "automatisk svar", "automatische",  "réponse automatique"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string utf8(std::string_view text, std::size_t limit) {
  std::string out;
  for (std::size_t i = 0; i < text.size() && out.size() < limit;) {
    auto b = static_cast<unsigned char>(text[i]);
    std::size_t size = b < 0x80 ? 1 : b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2;
    auto piece = text.substr(i, size);
    if (b < 0x80) {
      out += b >= 32 || b == '\n' || b == '\t' ? text[i] : ' ';
      ++i;
    } else if (is_utf8(piece) && piece.size() == size) {
      out += piece;
      i += size;
    } else {
      out += '?';
      ++i;
    }
  }
  return out;
}

// "5.1.1" standing alone in `text`: not part of an address, a version or a longer number.
std::string find_status(std::string_view text) {
  for (std::size_t i = 0; i + 4 < text.size(); ++i) {
    if ((text[i] != '2' && text[i] != '4' && text[i] != '5') || text[i + 1] != '.') continue;
    if (i > 0 && (is_digit(text[i - 1]) || text[i - 1] == '.' || text[i - 1] == '-')) continue;
    auto at = i + 2;
    int parts = 0;
    while (parts < 2) {
      auto begin = at;
      while (at < text.size() && is_digit(text[at]) && at - begin < 4) ++at;
      if (at == begin || at - begin > 3) break;
      ++parts;
      if (parts == 1) {
        if (at >= text.size() || text[at] != '.') break;
        ++at;
      }
    }
    if (parts < 2) continue;
    if (at < text.size() && is_digit(text[at])) continue;
    if (at + 1 < text.size() && text[at] == '.' && is_digit(text[at + 1])) continue;
    return std::string(text.substr(i, at - i));
  }
  return {};
}

// A three-digit reply code beginning with 4 or 5, standing alone; 0 when there is none.
int find_code(std::string_view text) {
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {
    if ((text[i] != '4' && text[i] != '5') || text[i + 1] > '7' || !is_digit(text[i + 1]) ||
        !is_digit(text[i + 2]))
      continue;
    auto apart = [](char c) { return c == ' ' || c == '-' || c == '\n' || c == ':' || c == '('; };
    if (i > 0 && !apart(text[i - 1])) continue;
    if (i + 3 < text.size() && text[i + 3] != ' ' && text[i + 3] != '-') continue;
    return (text[i] - '0') * 100 + (text[i + 1] - '0') * 10 + (text[i + 2] - '0');
  }
  return 0;
}

// A phrase that stands in the text and, where it is short, is no part of another word ("rbl" in
// "turblent", "spf" in "inspfx").
template <std::size_t N>
std::string_view find_in(const Phrase (&table)[N], std::string_view lower) {
  auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  for (auto [phrase, status] : table) {
    auto at = lower.find(phrase);
    if (phrase.size() <= 4)
      while (at != std::string_view::npos &&
             ((at > 0 && is_letter(lower[at - 1])) ||
              (at + phrase.size() < lower.size() && is_letter(lower[at + phrase.size()]))))
        at = lower.find(phrase, at + 1);
    if (at != std::string_view::npos) return status;
  }
  return {};
}

// The status that the words mean.
struct Said {
  std::string_view status;
  bool about_us = false;
};
Said find_said(std::string_view lower) {
  if (auto found = find_in(kAboutUs, lower); !found.empty()) return {found, true};
  for (auto found : {find_in(kFullOrLater, lower), find_in(kGone, lower), find_in(kPerhaps, lower)})
    if (!found.empty()) return {found};
  return {};
}
std::string_view find_phrase(std::string_view lower) { return find_said(lower).status; }

// Addresses and web addresses are no words of the server's: "spam" in one says nothing.
std::string without_addresses(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    auto end = text.find_first_of(" \t\r\n<>\"()", at);
    if (end == std::string_view::npos) end = text.size();
    auto word = text.substr(at, end - at);
    bool address = word.find('@') != std::string_view::npos ||
                   word.find("://") != std::string_view::npos || word.starts_with("www.");
    if (!address) out += word;
    if (end < text.size()) out += text[end];
    at = end + 1;
  }
  return out;
}

// "field: value" lines of a status report; continuation lines joined, keys in lower case. An empty
// line begins a new group.
using Group = std::vector<std::pair<std::string, std::string>>;
std::vector<Group> parse_groups(std::string_view text) {
  std::vector<Group> groups(1);
  for (auto line : split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (trim(line).empty()) {
      if (!groups.back().empty() && groups.size() < 100) groups.emplace_back();
      continue;
    }
    auto& group = groups.back();
    if ((line[0] == ' ' || line[0] == '\t') && !group.empty()) {
      if (group.back().second.size() < 4000) {
        group.back().second += ' ';
        group.back().second += trim(line);
      }
      continue;
    }
    auto colon = line.find(':');
    if (colon == std::string_view::npos || group.size() > 100) continue;
    group.emplace_back(ascii_lower(trim(line.substr(0, colon))),
                       std::string(trim(line.substr(colon + 1))));
  }
  return groups;
}

std::string_view field(const Group& group, std::string_view key) {
  for (const auto& [name, value] : group)
    if (name == key) return value;
  return {};
}

// "rfc822; <a@example.org>" to "a@example.org".
std::string plain_address(std::string_view value) {
  if (auto at = value.find(';'); at != std::string_view::npos) value.remove_prefix(at + 1);
  value = trim(value);
  if (auto open = value.find('<'); open != std::string_view::npos) {
    auto close = value.find('>', open);
    value = value.substr(open + 1, close == std::string_view::npos ? close : close - open - 1);
  }
  if (value.find('@') == std::string_view::npos || value.size() > 320) return {};
  return utf8(value, 320);
}

// The first thing in `text` that looks like a mail address.
std::string find_address(std::string_view text) {
  for (auto at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    auto is_part = [](char c) {
      auto b = static_cast<unsigned char>(c);
      return b > 32 && b != 127 &&
             std::string_view("<>()[]\",;:@'").find(c) == std::string_view::npos;
    };
    auto begin = at, end = at + 1;
    while (begin > 0 && is_part(text[begin - 1]) && at - begin < 64) --begin;
    while (end < text.size() && is_part(text[end]) && end - at < 256) ++end;
    while (end > at + 1 && text[end - 1] == '.') --end;
    auto found = text.substr(begin, end - begin);
    if (begin < at && found.find('.', at - begin) != std::string_view::npos)
      return utf8(found, 320);
  }
  return {};
}

std::string bare_id(std::string_view value) {
  auto open = value.find('<');
  if (open != std::string_view::npos) {
    auto close = value.find('>', open);
    if (close == std::string_view::npos) return {};
    value = value.substr(open + 1, close - open - 1);
  }
  value = trim(value);
  if (value.find_first_of(" \t\r\n<>") != std::string_view::npos || value.size() > 500) return {};
  return utf8(value, 500);
}

// The parts of a message that matter here.
struct Parts {
  bool is_report = false;  // multipart/report
  std::string report_type;
  std::optional<std::string> delivery_status, feedback;
  bool disposition = false;
  std::string text;      // of text parts that are not the original's
  std::string original;  // header block of the returned message
};

std::string content_of(GMimePart* part) {
  auto* wrapper = g_mime_part_get_content(part);
  if (!wrapper) return {};
  Object<GMimeStream> stream(g_mime_stream_mem_new());
  g_mime_data_wrapper_write_to_stream(wrapper, stream.get());
  auto* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream.get()));
  if (!bytes || !bytes->data) return {};
  return {reinterpret_cast<char*>(bytes->data), std::min<std::size_t>(bytes->len, kMaxText)};
}

std::string header_of(GMimeObject* object, const char* name) {
  const char* value = object ? g_mime_object_get_header(object, name) : nullptr;
  return value ? std::string(value) : std::string();
}

std::string header_block(GMimeMessage* message) {
  char* text = g_mime_object_get_headers(GMIME_OBJECT(message), nullptr);
  std::string out(text ? text : "");
  g_free(text);
  out.resize(std::min(out.size(), kMaxText));
  return out;
}

void collect(GMimeObject* object, Parts& parts, std::size_t depth) {
  if (!object || depth > kMaxNesting) return;
  auto* type = g_mime_object_get_content_type(object);
  if (GMIME_IS_MULTIPART(object)) {
    if (type && g_mime_content_type_is_type(type, "multipart", "report")) {
      parts.is_report = true;
      const char* report = g_mime_content_type_get_parameter(type, "report-type");
      if (report && parts.report_type.empty()) parts.report_type = ascii_lower(report);
    }
    int count = g_mime_multipart_get_count(GMIME_MULTIPART(object));
    for (int i = 0; i < count && i < 100; ++i)
      collect(g_mime_multipart_get_part(GMIME_MULTIPART(object), i), parts, depth + 1);
    return;
  }
  if (GMIME_IS_MESSAGE_PART(object)) {
    auto* inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
    if (inner && parts.original.empty()) parts.original = header_block(inner);
    return;
  }
  if (!GMIME_IS_PART(object) || !type) return;
  auto is = [&](const char* main, const char* sub) {
    return g_mime_content_type_is_type(type, main, sub);
  };
  auto* part = GMIME_PART(object);
  if (is("message", "delivery-status") || is("message", "global-delivery-status")) {
    if (!parts.delivery_status) parts.delivery_status = content_of(part);
  } else if (is("message", "feedback-report")) {
    if (!parts.feedback) parts.feedback = content_of(part);
  } else if (is("message", "disposition-notification")) {
    parts.disposition = true;
  } else if (is("text", "rfc822-headers") || is("message", "global-headers")) {
    if (parts.original.empty()) parts.original = content_of(part);
  } else if (is("text", "*") && parts.text.size() < kMaxText) {
    parts.text += content_of(part);
    parts.text += '\n';
  }
}

// The Message-ID in a header block, or in the text of a bounce that quotes its original.
std::string original_id(const Parts& parts) {
  for (const auto* text : {&parts.original, &parts.text}) {
    auto lower = ascii_lower(*text);
    for (auto at = lower.find("message-id:"); at != std::string::npos;
         at = lower.find("message-id:", at + 1)) {
      if (at > 0 && lower[at - 1] != '\n' && lower[at - 1] != ' ') continue;
      auto rest = std::string_view(*text).substr(at + 11, 600);
      // The value may be folded onto the next line.
      auto close = rest.find('>');
      auto id =
          bare_id(rest.substr(0, close == std::string_view::npos ? rest.find('\n') : close + 1));
      if (!id.empty()) return id;
    }
  }
  return {};
}

void read_delivery_status(const std::string& text, MailReport& report, const Parts& parts) {
  report.kind = ReportKind::bounce;
  const auto groups = parse_groups(text);
  const Group* chosen = nullptr;
  std::string chosen_action;
  for (const auto& group : groups) {
    auto action = ascii_lower(field(group, "action"));
    bool about_recipient = !field(group, "final-recipient").empty() ||
                           !field(group, "original-recipient").empty() ||
                           !field(group, "status").empty() || !action.empty();
    if (!about_recipient) continue;
    if (!chosen || (action == "failed" && chosen_action != "failed")) {
      chosen = &group;
      chosen_action = action;
    }
  }
  std::string diagnostic;
  if (chosen) {
    report.recipient = Personal(plain_address(field(*chosen, "final-recipient")));
    if (report.recipient.empty())
      report.recipient = Personal(plain_address(field(*chosen, "original-recipient")));
    report.status = find_status(field(*chosen, "status"));
    auto value = field(*chosen, "diagnostic-code");
    if (auto at = value.find(';'); at != std::string_view::npos && at < 20)
      value.remove_prefix(at + 1);
    diagnostic = trim(value);
    // Sendmail's and others' own words for it, where that is all there is.
    for (const char* other : {"x-supplementary-info", "x-display-name-diagnostic", "x-notes"})
      if (diagnostic.empty()) diagnostic = trim(field(*chosen, other));
  }
  if (diagnostic.empty()) diagnostic = trim(parts.text).substr(0, 1000);
  if (report.status.empty() || report.status.ends_with(".0.0")) {
    auto better = find_status(diagnostic);
    if (!better.empty()) report.status = better;
  }
  report.diagnostic = Personal(utf8(diagnostic, 1000));
  if (chosen_action == "delayed") {
    report.delayed = true;
    report.bounce = BounceClass::soft;
  } else if (chosen_action == "delivered" || chosen_action == "relayed" ||
             chosen_action == "expanded") {
    report.kind = ReportKind::unknown;  // a success notice, which nobody asked for
    report.bounce = BounceClass::none;
  } else {
    report.bounce = classify_bounce(report.status, diagnostic);
  }
}

// RFC 5965, 7.3, and RFC 6430: what somebody holds against the message is a complaint. "not-spam"
// is the contrary of one, "virus" and "auth-failure" are about us, and of types that are not known
// nobody knows.
bool is_complaint(std::string_view type) {
  return type == "abuse" || type == "fraud" || type == "opt-out" || type == "opt-out-list" ||
         type == "miscategorized-complaint";
}

void read_complaint(const Parts& parts, MailReport& report) {
  Group all;
  if (parts.feedback)
    for (auto& group : parse_groups(*parts.feedback))
      all.insert(all.end(), group.begin(), group.end());
  report.feedback_type = utf8(ascii_lower(field(all, "feedback-type")), 40);
  if (report.feedback_type.empty()) report.feedback_type = "abuse";
  report.kind = is_complaint(report.feedback_type) ? ReportKind::complaint : ReportKind::unknown;
  for (const char* key : {"original-rcpt-to", "removal-recipient"})
    if (report.recipient.empty()) report.recipient = Personal(plain_address(field(all, key)));
  if (report.recipient.empty()) {
    auto headers = parse_groups(parts.original);
    report.recipient = Personal(plain_address(field(headers[0], "to")));
  }
}

// The text that follows what our own message may have quoted is not the server's: everything before
// the first sign of the original.
std::string_view before_original(std::string_view text) {
  for (std::string_view sign :
       {"--- Below this line is a copy", "------ This is a copy of the message",
        "Original message headers:", "----- Original message -----", "Original Message Headers"}) {
    if (auto at = text.find(sign); at != std::string_view::npos) text = text.substr(0, at);
  }
  return text;
}

void read_plain_bounce(const Parts& parts, const std::string& failed, MailReport& report) {
  report.kind = ReportKind::bounce;
  auto text = before_original(parts.text);
  report.recipient = Personal(plain_address(failed));
  if (report.recipient.empty()) report.recipient = Personal(find_address(text));
  auto lower = ascii_lower(text);
  report.status = find_status(text);
  // The line that says why, or what stands first.
  std::string_view why = text;
  auto code_or_phrase = [&](std::string_view line) {
    return find_code(line) != 0 || !find_status(line).empty() ||
           !find_phrase(ascii_lower(line)).empty();
  };
  for (auto line : split(text, '\n'))
    if (code_or_phrase(line)) {
      why = line;
      break;
    }
  if (report.status.empty()) {
    auto phrase = find_phrase(lower);
    if (!phrase.empty()) report.status = phrase;
  }
  report.diagnostic = Personal(utf8(trim(why), 1000));
  report.delayed = lower.find("will keep trying") != std::string::npos ||
                   lower.find("still being retried") != std::string::npos ||
                   lower.find("delivery attempts will continue") != std::string::npos ||
                   lower.find("no action is required on your part") != std::string::npos;
  report.bounce = report.delayed ? BounceClass::soft : classify_bounce(report.status, text);
}

// A refusal stands in it: "550 5.1.1", in whatever language the rest is. A machine that is away
// says no such thing.
bool says_failed(const Parts& parts) {
  for (auto line : split(before_original(parts.text), '\n'))
    if (find_status(line).starts_with('5') && find_code(line) >= 500) return true;
  return false;
}

// Counted in what a parser reads: white space and folds between the words of a header are nothing
// to it, so they are nothing here.
std::size_t count_nested(std::string_view message) {
  std::string lower;
  lower.reserve(message.size());
  for (char c : message)
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') lower += c;
  lower = ascii_lower(lower);
  std::size_t count = 0;
  for (std::string_view word : {"multipart/", "message/"})
    for (auto at = lower.find(word); at != std::string::npos; at = lower.find(word, at + 1))
      ++count;
  return count;
}

// The returned message as it stands in the report: a signature over it does not survive being
// parsed and written again. It is a part of a multipart at the top (RFC 6522), never encoded.
std::string returned_bytes(std::string_view message, const char* boundary) {
  if (boundary == nullptr || *boundary == '\0') return {};
  auto line = "\n--" + std::string(boundary);
  for (auto at = message.find(line); at != std::string_view::npos;) {
    auto begin = message.find('\n', at + 1);
    if (begin == std::string_view::npos) return {};
    auto next = message.find(line, begin);
    auto part = message.substr(begin + 1, next == std::string_view::npos ? next : next - begin - 1);
    if (part.ends_with('\r')) part.remove_suffix(1);
    auto end = std::min(part.find("\r\n\r\n"), part.find("\n\n"));
    if (end != std::string_view::npos) {
      std::string head;
      for (char c : part.substr(0, end))
        if (c != ' ' && c != '\t') head += c;
      head = "\n" + ascii_lower(head);
      for (std::string_view kind : {"message/rfc822", "message/global", "text/rfc822-headers"})
        if (head.find("\ncontent-type:" + std::string(kind)) != std::string::npos)
          return std::string(
              part.substr(std::min(part.find_first_not_of("\r\n", end), part.size())));
    }
    at = next;
  }
  return {};
}

}  // namespace

BounceClass classify_bounce(std::string_view status, std::string_view diagnostic) {
  auto said = find_said(ascii_lower(without_addresses(diagnostic.substr(0, kMaxText))));
  std::string effective(status);
  bool says_nothing = effective.empty() || effective.ends_with(".0.0") ||
                      effective.starts_with("5.5.") || effective == "5.3.0" ||
                      effective == "5.1.0" || effective == "5.2.0";
  auto is = [&](std::string_view prefix) { return effective.starts_with(prefix); };
  if (is("4.")) return BounceClass::soft;
  // What is about us is never the mailbox's fault, whatever number stands before it.
  if (said.about_us) return said.status.starts_with('4') ? BounceClass::soft : BounceClass::blocked;
  // A status is a claim of the server, too, but a blunt one: words that say more win.
  bool better =
      says_nothing || is("5.7.") || (is("5.1.") && said.status == "5.2.2") || effective == "5.4.1";
  if (better && !said.status.empty()) effective = said.status;
  if (effective.empty() || effective[0] != '5') return BounceClass::soft;
  // RFC 3463, 3.2: bad destination mailbox, system, syntax, moved; and Exchange's 5.1.10.
  for (const char* gone : {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
    if (effective == gone) return BounceClass::hard;
  if (effective == "5.4.4" || effective == "5.4.310") return BounceClass::hard;   // no such domain
  if (effective == "5.1.7" || effective == "5.1.8") return BounceClass::blocked;  // our address
  if (is("5.6.") || is("5.7.")) return BounceClass::blocked;
  // A bare refusal says nothing about the mailbox: it may be ours.
  return BounceClass::soft;
}

MailReport parse_report(std::string_view message) {
  static std::once_flag once;
  std::call_once(once, [] { g_mime_init(); });
  MailReport report;
  message = message.substr(0, kMaxMessage);
  // GMime recurses into what it parses; a fiber's stack is small.
  if (count_nested(message) > kMaxNesting) return report;

  Object<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(message.data(), message.size()));
  Object<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  Object<GMimeMessage> parsed(g_mime_parser_construct_message(parser.get(), nullptr));
  if (!parsed) return report;
  auto* top = GMIME_OBJECT(parsed.get());
  Parts parts;
  collect(g_mime_message_get_mime_part(parsed.get()), parts, 0);

  const char* subject_text = g_mime_message_get_subject(parsed.get());
  auto subject = ascii_lower(subject_text ? subject_text : "");
  auto from = ascii_lower(header_of(top, "From"));
  auto return_path = std::string(trim(header_of(top, "Return-Path")));
  auto failed = header_of(top, "X-Failed-Recipients");
  bool from_daemon = from.find("mailer-daemon") != std::string::npos ||
                     from.find("postmaster@") != std::string::npos ||
                     from.find("mail delivery") != std::string::npos;
  bool from_system = return_path == "<>" || from_daemon;
  bool bounce_subject = false, auto_subject = false;
  for (auto words : kBounceSubjects) bounce_subject |= subject.starts_with(words);
  for (auto words : kAutoSubjects) auto_subject |= subject.starts_with(words);
  auto submitted = ascii_lower(trim(header_of(top, "Auto-Submitted")));
  auto precedence = ascii_lower(trim(header_of(top, "Precedence")));
  bool is_automatic = (!submitted.empty() && !submitted.starts_with("no")) ||
                      precedence == "auto_reply" || precedence == "bulk" || precedence == "junk" ||
                      !header_of(top, "X-Auto-Response-Suppress").empty() ||
                      !header_of(top, "X-Autoreply").empty() ||
                      !header_of(top, "X-Autorespond").empty() || auto_subject;
  auto answered = bare_id(header_of(top, "In-Reply-To"));
  if (answered.empty()) {
    auto references = header_of(top, "References");
    if (auto at = references.rfind('<'); at != std::string::npos)
      answered = bare_id(references.substr(at));
  }

  report.simulation_token = trim(header_of(top, "Varde-Simulated"));
  report.original_message_id = original_id(parts);
  if (auto* body = g_mime_message_get_mime_part(parsed.get());
      body != nullptr && GMIME_IS_MULTIPART(body))
    report.original = returned_bytes(message, g_mime_multipart_get_boundary(GMIME_MULTIPART(body)));
  if (parts.feedback || parts.report_type == "feedback-report" ||
      parts.original.find("X-HmXmrOriginalRecipient") != std::string::npos) {
    read_complaint(parts, report);
  } else if (parts.disposition || parts.report_type == "disposition-notification") {
    report.kind = ReportKind::auto_reply;
  } else if (parts.delivery_status && !parse_groups(*parts.delivery_status)[0].empty()) {
    read_delivery_status(*parts.delivery_status, report, parts);
    if (report.recipient.empty()) report.recipient = Personal(plain_address(failed));
  } else if (parts.delivery_status || parts.report_type == "delivery-status" || !failed.empty() ||
             (from_system && bounce_subject) ||
             // Of somebody who is away it may be their own words: "mail to my old address gets
             // 550".
             (from_system && (from_daemon || !is_automatic) && !auto_subject &&
              says_failed(parts))) {
    read_plain_bounce(parts, failed, report);
  } else if (is_automatic || from_system) {
    report.kind = ReportKind::auto_reply;
  } else if (!answered.empty() || subject.starts_with("re:") || subject.starts_with("sv:")) {
    report.kind = ReportKind::reply;
  }
  if (report.original_message_id.empty()) report.original_message_id = answered;
  return report;
}

}  // namespace varde::messaging::mail
