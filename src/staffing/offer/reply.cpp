// Replies by SMS: which offer is meant, and what is said back.
#include "people/person/person.hpp"
#include "staffing/offer/internal.hpp"
#include "trust/tenant/tenant.hpp"

namespace varde::staffing {

using namespace store;
using trust::Ctx;

namespace {

// Who was asked longer ago than this does not mean an offer by "ok".
constexpr auto kStillMeant = std::chrono::days(14);

constexpr const char* kWhich[] = {"Which one? Answer with its number:{}.",
                                  "Hvilken? Svar med nummeret:{}.", "Vilket? Svara med numret:{}."};

}  // namespace

bool take_reply(Ctx& ctx, const outreach::SmsReply& reply) {
  auto said = read_answer(reply.text.reveal());
  if (!said) return false;
  auto say = [&](const Uuid& person, std::string text, const Uuid& shift) {
    outreach::send_sms(ctx, {{person, std::move(text), outreach::SmsKind::offer, shift, true, {}}});
  };
  for (const auto& person : reply.person_ids) {
    auto open = ctx.tx().all<OpenOffer>(kOpenOffersOf, person);
    std::optional<Uuid> meant;  // the shift
    if (!said->number && open.size() == 1) {
      meant = open.front().shift_id;
    } else if (said->number || open.empty()) {
      auto last =
          ctx.tx().maybe<OfferRecord>(kLastOfferOf, person, now() - kStillMeant, said->number);
      if (last) meant = last->shift_id;
    }
    if (!meant && open.empty()) continue;
    auto persons = people::load(ctx, {person}, false);
    if (persons.empty()) continue;
    auto language = persons.front().language.empty() ? trust::tenant_settings(ctx).locale
                                                     : persons.front().language;
    if (!meant) {
      std::string numbers;
      for (const auto& offer : open)
        numbers += fmt::format(
            " {}: {};", offer.number,
            shift_title(offer.starts_at, offer.ends_at, offer.time_zone, offer.workplace));
      if (!numbers.empty()) numbers.pop_back();
      say(person,
          fmt::format(fmt::runtime(kWhich[static_cast<std::size_t>(language_of(language))]),
                      numbers),
          open.front().shift_id);
      return true;
    }
    auto answered =
        answer(ctx, *meant, person, said->yes, AnswerChannel::sms, language, reply.flags);
    if (!answered) continue;
    say(person, answered->sentence, *meant);
    return true;
  }
  return false;
}

}  // namespace varde::staffing
