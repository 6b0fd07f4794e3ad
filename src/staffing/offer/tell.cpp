// What people are told about a shift, in their own language.
#include <fmt/chrono.h>

#include "base/text.hpp"
#include "messaging/channel/channel.hpp"
#include "messaging/delivery/delivery.hpp"
#include "people/person/person.hpp"
#include "staffing/offer/internal.hpp"
#include "trust/notice.hpp"
#include "trust/tenant/tenant.hpp"

namespace varde::staffing {

using trust::Ctx;

namespace {

struct Words {
  const char* subject;
  const char* text;           // {what}, {number} and {link} are filled in
  const char* sms = nullptr;  // where it is another text
};
struct Texts {
  Words en, nb, sv;
};

// In the order of Tell.
constexpr Texts kTexts[] = {
    {{"Can you work? {what}", "Can you work {what}? Answer here: {link}",
      "Can you work {what}? Answer YES {number} or NO {number}. {link}"},
     {"Kan du jobbe? {what}", "Kan du jobbe {what}? Svar her: {link}",
      "Kan du jobbe {what}? Svar JA {number} eller NEI {number}. {link}"},
     {"Kan du jobba? {what}", "Kan du jobba {what}? Svara här: {link}",
      "Kan du jobba {what}? Svara JA {number} eller NEJ {number}. {link}"}},
    {{"Booked: {what}", "You are booked: {what}. Details, and how to cancel: {link}"},
     {"Vakt bekreftet: {what}", "Du har fått vakten: {what}. Detaljer og avbestilling: {link}"},
     {"Passet är ditt: {what}", "Du har fått passet: {what}. Detaljer och avbokning: {link}"}},
    {{"Reminder: {what}", "A reminder: you work {what}. {link}"},
     {"Påminnelse: {what}", "En påminnelse: du skal jobbe {what}. {link}"},
     {"Påminnelse: {what}", "En påminnelse: du ska jobba {what}. {link}"}},
    {{"Taken: {what}", "Thank you for being asked: the shift {what} is taken."},
     {"Vakten er tatt: {what}", "Vakten {what} er tatt. Takk for at du ble spurt."},
     {"Passet är taget: {what}", "Passet {what} är taget. Tack för att du blev tillfrågad."}},
    {{"Cancelled: {what}", "Your booking is cancelled: {what}. You need not come."},
     {"Avlyst: {what}", "Vakten din er avlyst: {what}. Du skal ikke møte."},
     {"Inställt: {what}", "Ditt pass är inställt: {what}. Du ska inte komma."}},
    {{"No longer needed: {what}", "The shift {what} is not offered any more."},
     {"Ikke aktuelt lenger: {what}", "Vakten {what} tilbys ikke lenger."},
     {"Inte aktuellt längre: {what}", "Passet {what} erbjuds inte längre."}},
    {{"Still free: {what}", "Still free: can you work {what}? Answer here: {link}",
      "Still free: can you work {what}? Answer YES {number} or NO {number}. {link}"},
     {"Fortsatt ledig: {what}", "Fortsatt ledig: kan du jobbe {what}? Svar her: {link}",
      "Fortsatt ledig: kan du jobbe {what}? Svar JA {number} eller NEI {number}. {link}"},
     {"Fortfarande ledigt: {what}", "Fortfarande ledigt: kan du jobba {what}? Svara här: {link}",
      "Fortfarande ledigt: kan du jobba {what}? Svara JA {number} eller NEJ {number}. {link}"}},
    {{"Free again: {what}", "Free again: can you work {what}? Answer here: {link}",
      "Free again: can you work {what}? Answer YES {number} or NO {number}. {link}"},
     {"Ledig igjen: {what}", "Ledig igjen: kan du jobbe {what}? Svar her: {link}",
      "Ledig igjen: kan du jobbe {what}? Svar JA {number} eller NEI {number}. {link}"},
     {"Ledigt igen: {what}", "Ledigt igen: kan du jobba {what}? Svara här: {link}",
      "Ledigt igen: kan du jobba {what}? Svara JA {number} eller NEJ {number}. {link}"}}};

// In the order of Tell: what the message's reference begins with (internal.hpp).
constexpr const char* kReferences[] = {kQuestionSms, kNewsSms, kNewsSms,     kNewsSms,
                                       kNewsSms,     kNewsSms, kQuestionSms, kQuestionSms};

const Words& words_for(Tell what, const std::string& language) {
  const auto& texts = kTexts[static_cast<std::size_t>(what)];
  auto known = language_of(language);
  return known == Language::nb ? texts.nb : known == Language::sv ? texts.sv : texts.en;
}

// In one go: a workplace may be called "{link}".
std::string fill(const char* text, const std::string& what, const std::string& link,
                 const std::string& number) {
  return fmt::format(fmt::runtime(text), fmt::arg("what", what), fmt::arg("link", link),
                     fmt::arg("number", number));
}

// By what each of them can be told: an SMS, where the number takes messages (no fixed line, no
// STOP, not given up by the gateway), otherwise a mail, where the address does (no bounce).
std::map<Uuid, Reach> reach_of(Ctx& ctx, const std::vector<people::Person>& persons) {
  std::map<Uuid, std::string> numbers, addresses;
  std::vector<std::string> hashes;
  for (const auto& person : persons) {
    if (person.state != people::PersonState::active) continue;
    if (!person.phone.empty() && people::takes_sms(person.phone.reveal()))
      hashes.push_back(numbers[person.id] = people::phone_hash(ctx, person.phone.reveal()));
    if (!person.email.empty())
      hashes.push_back(addresses[person.id] = people::email_hash(ctx, person.email.reveal()));
  }
  std::map<Uuid, Reach> out;
  for (const auto& person : persons) out[person.id] = Reach::nothing;
  if (hashes.empty()) return out;
  auto held = messaging::find_suppressions(ctx, hashes);
  // Who wants no advertising is asked about shifts all the same.
  for (const auto& [person, hash] : addresses)
    if (auto why = held.find(hash); why == held.end() || why->second.of_news_alone())
      out[person] = Reach::mail;
  for (const auto& [person, hash] : numbers)
    if (auto why = held.find(hash); why == held.end() || why->second.of_news_alone())
      out[person] = Reach::sms;
  return out;
}

}  // namespace

std::string sms_reference(const char* kind) { return kind + Uuid::make().str(); }

std::string sms_text(std::string text) {
  constexpr std::pair<std::string_view, char> kPlain[] = {
      {"–", '-'},      {"\u2014", '-'}, {"\u2018", '\''}, {"\u2019", '\''}, {"\u201c", '"'},
      {"\u201d", '"'}, {"\u00ab", '"'}, {"\u00bb", '"'},  {"\u00a0", ' '}};
  for (auto [mark, plain] : kPlain)
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1))
      text.replace(at, mark.size(), 1, plain);
  return text;
}

bool cannot_wait(const Shift& shift) { return shift.starts_at - now() < std::chrono::hours(14); }

Language language_of(const std::string& tag) {
  auto two = tag.substr(0, 2);
  if (two == "nb" || two == "nn" || two == "no") return Language::nb;
  return two == "sv" ? Language::sv : Language::en;
}
const char* in(const Sentences& all, const std::string& language) {
  auto known = language_of(language);
  return known == Language::nb ? all.nb : known == Language::sv ? all.sv : all.en;
}

std::string shift_title(Timestamp starts_at, Timestamp ends_at, const std::string& zone,
                        const std::string& workplace) {
  auto clock = [&](Timestamp at) {
    return std::chrono::sys_time<std::chrono::seconds>(
        std::chrono::floor<std::chrono::seconds>(to_local(at, zone).time_since_epoch()));
  };
  auto start = clock(starts_at), end = clock(ends_at);
  // A night needs no second day; what lasts longer would look like a few hours without it.
  if (end - start < std::chrono::days(1))
    return fmt::format("{:%d.%m. %H:%M}–{:%H:%M}, {}", start, end, workplace);
  return fmt::format("{:%d.%m. %H:%M} – {:%d.%m. %H:%M}, {}", start, end, workplace);
}
std::string shift_title(const Shift& shift, const Workplace& workplace) {
  return shift_title(shift.starts_at, shift.ends_at, workplace.time_zone, workplace.name);
}

std::map<Uuid, Reach> tell(Ctx& ctx, const Shift& shift, const std::vector<Uuid>& persons,
                           Tell what, const std::map<Uuid, int>& numbers,
                           const std::function<std::vector<Uuid>()>& at_last) {
  auto workplace = persons.empty() ? std::nullopt : find_workplace(ctx, shift.workplace_id);
  if (!workplace) {
    if (at_last) at_last();
    return {};
  }
  auto title = shift_title(shift, *workplace);
  auto tenant_language = trust::tenant_settings(ctx).locale;
  messaging::TokenMaker tokens(ctx.base, ctx.tenant, messaging::SourceKind::shift, shift.id);
  std::vector<messaging::OutboxMessage> mails;
  std::vector<messaging::SmsMessage> texts;
  auto all = people::load(ctx, persons, false);
  auto out = reach_of(ctx, all);
  for (const auto& person : all) {
    auto reach = out[person.id];
    if (reach == Reach::nothing) continue;
    const auto& words =
        words_for(what, person.language.empty() ? tenant_language : person.language);
    auto link = ctx.base.public_url + "/p/o/";
    tokens.append(link, messaging::TokenKind::offer, person.id);
    auto known = numbers.find(person.id);
    auto number = known == numbers.end() ? std::string() : std::to_string(known->second);
    if (reach == Reach::sms) {
      const auto* text = words.sms != nullptr ? words.sms : words.text;
      texts.push_back({person.id, sms_text(fill(text, title, link, number)),
                       messaging::SmsKind::offer, shift.id,
                       what == Tell::cancelled || cannot_wait(shift),
                       sms_reference(kReferences[static_cast<std::size_t>(what)])});
    } else {
      messaging::OutboxMessage mail;
      mail.person_id = person.id;
      mail.source_kind = messaging::SourceKind::shift;
      mail.source_id = shift.id;
      // As values: names of workplaces are no templates.
      mail.subject = "{{ links.subject }}";
      mail.text = "{{ links.text }}";
      mail.links = {{"subject", fill(words.subject, title, "", "")},
                    {"text", fill(words.text, title, link, number)}};
      mail.transactional = true;
      mail.track = false;
      mails.push_back(std::move(mail));
    }
  }
  if (at_last) {
    auto chosen = at_last();
    std::unordered_set<Uuid> told(chosen.begin(), chosen.end());
    std::erase_if(mails, [&](const auto& mail) { return !told.contains(mail.person_id.value()); });
    std::erase_if(texts, [&](const auto& text) { return !told.contains(text.person_id); });
  }
  messaging::enqueue_messages(ctx, mails);
  messaging::send_sms(ctx, texts);
  return out;
}

void tell_cancelled(Ctx& ctx, const Uuid& id, bool with_reason) {
  auto shift = find_shift(ctx, id);
  auto workplace = shift ? find_workplace(ctx, shift->workplace_id) : std::nullopt;
  if (!workplace) return;
  std::vector<trust::Notice> notices;
  for (const auto& account : askers_of(ctx, id))
    notices.push_back({account,
                       fmt::format("A substitute has cancelled the booking for {}. Who it was{} "
                                   "stands with the shift.",
                                   shift_title(*shift, *workplace),
                                   with_reason ? ", and the reason that was given," : ""),
                       "/shifts/" + id.str(), true});
  trust::notify(ctx, notices);
}

void tell_unfilled(Ctx& ctx, const Shift& shift) {
  auto workplace = find_workplace(ctx, shift.workplace_id);
  if (!workplace) return;
  auto title = shift_title(shift, *workplace);
  auto missing = shift.places - shift.taken;
  auto text = shift.starts_at <= now()
                  ? fmt::format("The shift {} has begun with {} of {} places filled.", title,
                                shift.taken, shift.places)
                  : fmt::format("Nobody is left to ask for {}: {} of {} places free.", title,
                                missing, shift.places);
  std::vector<trust::Notice> notices;
  for (const auto& account : askers_of(ctx, shift.id))
    notices.push_back({account, text, "/shifts/" + shift.id.str(), true});
  trust::notify(ctx, notices);
}

}  // namespace varde::staffing
