// What people are told about a shift, in their own language.
#include "base/text.hpp"
#include "outreach/delivery/delivery.hpp"
#include "people/person/person.hpp"
#include "staffing/offer/internal.hpp"
#include "trust/tenant/tenant.hpp"

namespace varde::staffing {

using trust::Ctx;

namespace {

struct Words {
  const char* subject;
  const char* text;  // {what} and {link} are filled in
};
struct Texts {
  Words en, nb, sv;
};

// In the order of Tell.
constexpr Texts kTexts[] = {
    {{"Can you work? {what}", "Can you work {what}? Answer here: {link}"},
     {"Kan du jobbe? {what}", "Kan du jobbe {what}? Svar her: {link}"},
     {"Kan du jobba? {what}", "Kan du jobba {what}? Svara här: {link}"}},
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
     {"Inte aktuellt längre: {what}", "Passet {what} erbjuds inte längre."}}};

const Words& words_for(Tell what, const std::string& language) {
  const auto& texts = kTexts[static_cast<std::size_t>(what)];
  auto short_one = language.substr(0, 2);
  if (short_one == "nb" || short_one == "nn" || short_one == "no") return texts.nb;
  if (short_one == "sv") return texts.sv;
  return texts.en;
}

std::string fill(std::string text, const std::string& what, const std::string& link) {
  for (auto [mark, value] : {std::pair{"{what}", &what}, std::pair{"{link}", &link}})
    for (auto at = text.find(mark); at != std::string::npos;
         at = text.find(mark, at + value->size()))
      text.replace(at, std::strlen(mark), *value);
  return text;
}

}  // namespace

std::string shift_title(const Shift& shift, const Workplace& workplace) {
  auto start = to_local(shift.starts_at, workplace.time_zone);
  auto end = to_local(shift.ends_at, workplace.time_zone);
  return fmt::format("{:%d.%m. %H:%M}–{:%H:%M}, {}",
                     std::chrono::sys_time<std::chrono::seconds>(
                         std::chrono::floor<std::chrono::seconds>(start.time_since_epoch())),
                     std::chrono::sys_time<std::chrono::seconds>(
                         std::chrono::floor<std::chrono::seconds>(end.time_since_epoch())),
                     workplace.name);
}

void tell(Ctx& ctx, const Shift& shift, const std::vector<Uuid>& persons, Tell what) {
  auto workplace = find_workplace(ctx, shift.workplace_id);
  if (persons.empty() || !workplace) return;
  auto title = shift_title(shift, *workplace);
  auto tenant_language = trust::tenant_settings(ctx).locale;
  std::vector<outreach::OutboxMessage> messages;
  for (const auto& person : people::load(ctx, persons, false)) {
    if (person.email.empty() || person.state != people::PersonState::active) continue;
    const auto& words =
        words_for(what, person.language.empty() ? tenant_language : person.language);
    outreach::OutboxMessage message;
    message.person_id = person.id;
    message.source_kind = outreach::SourceKind::shift;
    message.source_id = shift.id;
    message.subject = fill(words.subject, title, "");
    message.links["answer"] =
        ctx.base.public_url + "/p/o/" +
        outreach::make_token(ctx.base, {.kind = outreach::TokenKind::offer,
                                        .tenant = ctx.tenant,
                                        .source_kind = outreach::SourceKind::shift,
                                        .source_id = shift.id,
                                        .subject = person.id});
    message.text = fill(words.text, title, "{{ links.answer }}");
    message.transactional = true;
    message.track = false;
    messages.push_back(std::move(message));
  }
  outreach::enqueue_messages(ctx, messages);
}

}  // namespace varde::staffing
