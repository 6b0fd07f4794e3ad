// Replies by SMS: which shift is meant, and what is said back.
//
// Whoever answers by SMS answers the message that they read last, and often says only "ja". So a
// reply belongs to the newest thing that its number was asked or told, and where that does not say
// which shift is meant, we ask:
//
//   a number ("ja 2")           the shift that has it, for as long as it is ahead
//   the last was a question     that shift, when no other question is open
//   the last was news           "ok" and "takk" want nothing; a no is about the shift of the news,
//                               when no question is open
//   the last was another's      a campaign, a journey: never a booking; an open question is asked
//                               about again
//   everything else             "Which one?", with numbers; the answer to that may be a number
//   alone
//
// What each message was stands in its reference (internal.hpp), so nothing is kept beside the table
// of SMS. Two persons may share a telephone: what is open to either is open to a reply, and is told
// apart by numbers, which are one sequence for a telephone.
//
// What is not understood gets one hint an hour, and the office is told. A machine that answers our
// answers is met with silence after some of them; what it says counts all the same.
#include <chrono>

#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "people/person/person.hpp"
#include "staffing/offer/internal.hpp"
#include "staffing/offer/store_sql.hpp"
#include "staffing/offer/understand.hpp"
#include "trust/notice.hpp"
#include "trust/tenant/tenant.hpp"

namespace varde::staffing {

using namespace store;
using trust::Ctx;

namespace {

constexpr auto kHintPause = std::chrono::hours(1);
constexpr int kMostReplies = 10;                      // to a number in an hour
constexpr auto kWhichMeant = std::chrono::hours(48);  // a number alone still answers "which?"
constexpr std::size_t kListLength = 450;              // of shifts, in characters

constexpr Sentences kYesWord = {"YES", "JA", "JA"};
constexpr Sentences kNoWord = {"NO", "NEI", "NEJ"};
constexpr Sentences kWhichOne = {"Which one? Answer with its number:{}.",
                                 "Hvilken? Svar med nummeret:{}.", "Vilket? Svara med numret:{}."};
constexpr Sentences kThisOne = {"Do you mean {0}? Then answer {1} {2}.",
                                "Mener du {0}? Svar i så fall {1} {2}.",
                                "Menar du {0}? Svara i så fall {1} {2}."};
constexpr Sentences kHintOne = {
    "We did not understand your answer. Can you work {0}? Answer YES {1} or NO {1}.",
    "Vi forstod ikke svaret ditt. Kan du jobbe {0}? Svar JA {1} eller NEI {1}.",
    "Vi förstod inte ditt svar. Kan du jobba {0}? Svara JA {1} eller NEJ {1}."};
constexpr Sentences kHintMany = {
    "We did not understand your answer. Answer YES or NO and a number:{}.",
    "Vi forstod ikke svaret ditt. Svar JA eller NEI og et nummer:{}.",
    "Vi förstod inte ditt svar. Svara JA eller NEJ och ett nummer:{}."};
constexpr Sentences kHintBooked = {
    "We did not understand your message. If you cannot work {}, answer NO. Call about anything "
    "else.",
    "Vi forstod ikke meldingen din. Kan du ikke jobbe {}, svar NEI. Ring om alt annet.",
    "Vi förstod inte ditt meddelande. Kan du inte jobba {}, svara NEJ. Ring om allt annat."};
constexpr Sentences kHintNothing = {
    "We did not understand your message, and no question to you is open. Call if it matters.",
    "Vi forstod ikke meldingen din, og du har ingen åpne spørsmål. Ring hvis det er viktig.",
    "Vi förstod inte ditt meddelande, och du har inga öppna frågor. Ring om det är viktigt."};
constexpr Sentences kHintStop = {"Answer STOP, and nothing else, to get no more SMS.",
                                 "Svar bare STOPP for å slippe flere SMS.",
                                 "Svara bara STOPP för att slippa fler sms."};

template <class... A>
std::string fill(const Sentences& sentences, const std::string& language, const A&... values) {
  return fmt::format(fmt::runtime(in(sentences, language)), values...);
}

bool was(const messaging::SmsSent& sent, std::string_view kind) {
  return sent.kind == messaging::SmsKind::offer && sent.reference.starts_with(kind);
}
bool was_which(const messaging::SmsSent& sent) {
  return was(sent, kWhichYesSms) || was(sent, kWhichNoSms);
}

class Conversation {
 public:
  Conversation(Ctx& ctx, const messaging::SmsReply& reply, const Understood& said)
      : ctx_(ctx), reply_(reply), said_(said) {
    std::vector<Uuid> shifts;
    for (const auto& sent : reply.answering) {
      if (sent.kind == messaging::SmsKind::offer) shifts.push_back(sent.ref_id);
      if (which_ == nullptr && was_which(sent) && sent.at > now() - kWhichMeant) which_ = &sent;
      if (last_ == nullptr && !was_which(sent) && !was(sent, kHintSms)) last_ = &sent;
    }
    matters_ =
        ctx.tx().all<MatterRecord>(kOfferMatters, reply.person_ids, shifts, said.number, now());
    for (const auto& matter : matters_) {
      if (is_open(matter)) open_.push_back(&matter);
      if (last_ != nullptr && last_->kind == messaging::SmsKind::offer &&
          matter.shift_id == last_->ref_id && matter.person_id == last_->person_id)
        subject_ = &matter;
    }
  }

  // False: it is not about a shift.
  bool take() {
    using enum Meaning;
    if (said_.meaning == number && which_ != nullptr)
      return numbered(*said_.number, was(*which_, kWhichYesSms));
    if (said_.meaning == yes || said_.meaning == no)
      return said_.number ? numbered(*said_.number, said_.meaning == yes)
                          : unnumbered(said_.meaning == yes);
    if (said_.meaning == agreed && (last_ == nullptr || asked_last())) return unnumbered(true);
    bool courtesy = said_.meaning == agreed || said_.meaning == thanks;
    if (courtesy && !(asked_last() && !open_.empty())) return told_last();
    return hint();
  }

 private:
  static bool is_ahead(const MatterRecord& matter) { return matter.starts_at > now(); }
  static bool is_open(const MatterRecord& matter) {
    return matter.state == OfferState::open && is_ahead(matter);
  }
  // The last message was about a shift.
  bool told_last() const { return last_ != nullptr && last_->kind == messaging::SmsKind::offer; }
  // It was a question. Of messages that say nothing of themselves: whatever is not booked since.
  bool asked_last() const {
    if (!told_last() || was(*last_, kNewsSms) || was(*last_, kReplySms)) return false;
    return was(*last_, kQuestionSms) || (subject_ != nullptr && !subject_->booked);
  }

  bool numbered(int number, bool yes) {
    std::vector<const MatterRecord*> meant;
    const MatterRecord* over = nullptr;
    for (const auto& matter : matters_) {
      bool unasked = number == 0 && which_ != nullptr && matter.booked &&
                     matter.shift_id == which_->ref_id && matter.person_id == which_->person_id;
      if (matter.number != number || (number == 0 && !unasked)) continue;
      if (is_ahead(matter))
        meant.push_back(&matter);
      else if (over == nullptr)
        over = &matter;
    }
    if (meant.size() == 1) return decide(*meant.front(), yes);
    if (!meant.empty()) return ask(meant, yes);
    if (over != nullptr) return decide(*over, yes);
    if (!open_.empty()) return ask(open_, yes);
    return hint();
  }

  bool unnumbered(bool yes) {
    bool unknown = last_ == nullptr || (asked_last() && subject_ == nullptr);
    bool asked = asked_last() && subject_ != nullptr;
    if (open_.size() == 1 && (unknown || (asked && subject_ == open_.front())))
      return decide(*open_.front(), yes);
    if (open_.empty()) return subject_ != nullptr && decide(*subject_, yes);
    auto meant = open_;
    bool held = subject_ != nullptr && is_ahead(*subject_) &&
                (subject_->booked || subject_->state == OfferState::waiting);
    if (!yes && held) meant.insert(meant.begin(), subject_);
    bool taken = ask(meant, yes);
    return taken && (told_last() || which_ != nullptr);
  }

  bool decide(const MatterRecord& matter, bool yes) {
    auto language = language_for(matter.person_id);
    auto answered = staffing::decide(ctx_, {.shift = matter.shift_id,
                                            .person = matter.person_id,
                                            .yes = yes,
                                            .channel = AnswerChannel::sms,
                                            .language = language,
                                            .flags = reply_.flags});
    if (!answered) return false;
    say(matter.person_id, label(matter) + ": " + answered->sentence, matter.shift_id, kReplySms);
    return true;
  }

  // "Which one?" With one there is no question which, but whether.
  bool ask(const std::vector<const MatterRecord*>& meant, bool yes) {
    const auto* about = meant.front();
    for (const auto* one : meant)
      if (one->number == 0) about = one;
    auto language = language_for(about->person_id);
    auto numbers = distinct_numbers(meant);
    auto text = meant.size() == 1 ? fill(kThisOne, language, label(*about),
                                         in(yes ? kYesWord : kNoWord, language), numbers.front())
                                  : fill(kWhichOne, language, list(meant, numbers));
    say(about->person_id, std::move(text), about->shift_id, yes ? kWhichYesSms : kWhichNoSms);
    return true;
  }

  // How to answer, where something can be.
  bool hint() {
    bool asked = std::ranges::any_of(reply_.answering, was_which);
    if (!told_last() && !asked && (last_ != nullptr || open_.empty())) return false;
    for (const auto& sent : reply_.answering)
      if (was(sent, kHintSms) && sent.at > now() - kHintPause) return true;
    const auto* about = !open_.empty() ? open_.front() : subject_;
    auto person = about != nullptr ? about->person_id : reply_.person_ids.front();
    auto language = language_for(person);
    std::string text;
    if (said_.meaning == Meaning::stop) {
      text = in(kHintStop, language);
    } else if (open_.size() == 1) {
      text = fill(kHintOne, language, label(*about), distinct_numbers(open_).front());
    } else if (!open_.empty()) {
      text = fill(kHintMany, language, list(open_, distinct_numbers(open_)));
    } else if (about != nullptr && about->booked && is_ahead(*about)) {
      text = fill(kHintBooked, language, label(*about));
    } else {
      text = in(kHintNothing, language);
    }
    send(person, std::move(text), about != nullptr ? about->shift_id : last_->ref_id,
         hint_reference());
    if (about != nullptr) tell_office(*about);
    return true;
  }

  // The same in an hour, so that two replies at once get one hint. It names nobody to the gateway.
  std::string hint_reference() const {
    auto hour = std::chrono::floor<std::chrono::hours>(now()).time_since_epoch().count();
    auto hash = crypto::sha256(fmt::format("{}{}", reply_.person_ids.front().str(), hour));
    return kHintSms + hex(hash).substr(0, 32);
  }

  void tell_office(const MatterRecord& about) {
    std::vector<trust::Notice> notices;
    auto text = fmt::format(
        "A reply by SMS was not understood. It may be about {}, and stands in the person's "
        "history.",
        title(about));
    for (const auto& account : askers_of(ctx_, about.shift_id))
      notices.push_back({account, text, "/persons/" + about.person_id.str(), !open_.empty()});
    if (!notices.empty()) trust::notify(ctx_, notices);
  }

  // One number each: those that two have (they were asked before they shared the telephone) are
  // replaced, both, so that the old number means neither.
  std::vector<int> distinct_numbers(const std::vector<const MatterRecord*>& matters) {
    std::map<int, int> count;
    for (const auto* matter : matters) ++count[matter->number];
    std::vector<int> out;
    bool alone = false;
    for (const auto* matter : matters) {
      auto number = matter->number;
      if (number != 0 && count[number] > 1) {
        // As whoever asks does.
        if (!std::exchange(alone, true))
          ctx_.tx().query(kOfferAskAlone, "staffing.ask:" + ctx_.tenant.str());
        number = note_asked(ctx_, {matter->person_id}, std::nullopt)[matter->person_id];
        ctx_.tx().later(kOfferRenumber, matter->shift_id, matter->person_id, number);
      }
      out.push_back(number);
    }
    return out;
  }

  std::string list(const std::vector<const MatterRecord*>& matters,
                   const std::vector<int>& numbers) {
    std::string out;
    for (std::size_t i = 0; i < matters.size(); ++i) {
      auto item = fmt::format("{} {}: {}", i > 0 ? ";" : "", numbers[i], label(*matters[i]));
      if (i > 0 && utf8_length(out) + utf8_length(item) > kListLength) break;
      out += item;
    }
    return out;
  }

  static std::string title(const MatterRecord& m) {
    return shift_title(m.starts_at, m.ends_at, m.time_zone, m.workplace);
  }
  // With who is meant, where two share the telephone.
  std::string label(const MatterRecord& matter) {
    if (reply_.person_ids.size() < 2) return title(matter);
    if (names_.empty())
      for (const auto& person : people::load(ctx_, reply_.person_ids, false))
        names_[person.id] = person.first_name.reveal();
    const auto& name = names_[matter.person_id];
    return name.empty() ? title(matter) : name + ", " + title(matter);
  }
  std::string language_for(const Uuid& person) {
    if (!languages_) languages_ = people::languages(ctx_, reply_.person_ids);
    auto own = languages_->find(person);
    return own == languages_->end() ? trust::tenant_settings(ctx_).locale : own->second;
  }

  void say(const Uuid& person, std::string text, const Uuid& shift, const char* kind) {
    auto said = std::ranges::count_if(reply_.answering, [](const messaging::SmsSent& sent) {
      return sent.at > now() - std::chrono::hours(1) && (was(sent, kReplySms) || was_which(sent));
    });
    if (said < kMostReplies) send(person, std::move(text), shift, sms_reference(kind));
  }
  void send(const Uuid& person, std::string text, const Uuid& shift, std::string reference) {
    messaging::send_sms(ctx_, {{person, sms_text(std::move(text)), messaging::SmsKind::offer, shift,
                                true, std::move(reference)}});
  }

  Ctx& ctx_;
  const messaging::SmsReply& reply_;
  Understood said_;
  std::vector<MatterRecord> matters_;
  std::vector<const MatterRecord*> open_;
  const messaging::SmsSent* last_ = nullptr;   // asked or told, about whatever
  const messaging::SmsSent* which_ = nullptr;  // our newest "which?"
  const MatterRecord* subject_ = nullptr;      // of the last
  std::map<Uuid, std::string> names_;
  std::optional<std::unordered_map<Uuid, std::string>> languages_;
};

}  // namespace

bool take_reply(Ctx& ctx, const messaging::SmsReply& reply) {
  auto said = understand(reply.text.reveal());
  if (said.meaning == Meaning::automatic) return false;
  return Conversation(ctx, reply, said).take();
}

}  // namespace varde::staffing
