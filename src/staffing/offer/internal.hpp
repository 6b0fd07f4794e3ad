// What the parts of this folder share.
#pragma once

#include "messaging/sms/sms.hpp"
#include "staffing/offer/store.hpp"
#include "staffing/setting/setting.hpp"

namespace varde::staffing {

/// What people are told; each kind is a text in each language.
enum class Tell { asked, booked, reminder, taken, cancelled, withdrawn, still_free, free_again };
/// Queues a message to each of them about the shift, in the caller's transaction: an SMS to who has
/// a number that takes them, otherwise a mail. `numbers`: what an answer by SMS names the offer by.
/// Returns by what each is reached. `at_last` says, when all is prepared, who of them is told after
/// all: so what it locks is locked for the writing alone.
std::map<Uuid, Reach> tell(trust::Ctx& ctx, const Shift& shift, const std::vector<Uuid>& persons,
                           Tell what, const std::map<Uuid, int>& numbers = {},
                           const std::function<std::vector<Uuid>()>& at_last = {});

/// What an SMS about a shift was, so that a reply can belong to it: the beginning of its reference.
inline constexpr char kQuestionSms[] = "question.";   ///< Can you work?
inline constexpr char kNewsSms[] = "news.";           ///< Booked, taken, cancelled, a reminder.
inline constexpr char kReplySms[] = "reply.";         ///< What an answer came to.
inline constexpr char kWhichYesSms[] = "which-yes.";  ///< Which one? The answer was a yes.
inline constexpr char kWhichNoSms[] = "which-no.";
inline constexpr char kHintSms[] = "hint.";  ///< How to answer.
/// A reference of its own for such a message.
std::string sms_reference(const char* kind);
/// The same words with dashes and quotation marks of the GSM alphabet: one other makes of one SMS
/// three.
std::string sms_text(std::string text);

/// Whether the shift begins so soon that people are asked in quiet hours too.
bool cannot_wait(const Shift& shift);
/// When people can be asked, where that is not now: nobody is asked at night about what can wait.
std::optional<Timestamp> morning_for(trust::Ctx& ctx, const Shift& shift);

/// Why somebody cancels: a line, as long as the form lets it be.
inline constexpr std::size_t kLongestReason = 300;
std::string cancel_reason(std::string_view text);
/// How often a person is asked about one shift at most.
inline constexpr int kMostRounds = 10;
/// Whether a question that is over can be asked again, when somebody says so.
bool can_be_repeated(OfferState state);
/// Whether this person is asked again without more being said: somebody said so after the answer,
/// or they were told that the shift is taken and it is not any more.
bool to_be_repeated(const store::OfferRecord& offer);
/// Tells those who asked for the shift and published it that somebody who was booked cancelled. Not
/// who: notices name nobody.
void tell_cancelled(trust::Ctx& ctx, const Uuid& shift, bool with_reason);
/// Tells those who asked for the shift and published it that nobody is left to ask.
void tell_unfilled(trust::Ctx& ctx, const Shift& shift);

/// The languages that people are written to in.
enum class Language { en, nb, sv };
Language language_of(const std::string& tag);
/// One text in each of them.
struct Sentences {
  const char *en, *nb, *sv;
};
const char* in(const Sentences& all, const std::string& language);
/// A reply by SMS: taken when it is about a shift.
bool take_reply(trust::Ctx& ctx, const messaging::SmsReply& reply);

/// Who is booked onto what. The place is taken already, and no rule is asked.
struct NewBooking {
  const Shift* shift = nullptr;
  Uuid person;
  std::optional<std::string> override_reason;  ///< Why against a rule.
  int flags = 0;                               ///< people::kSimulated.
};
/// Waits for the database's word: throws SqlError when a person is booked for the shift or for
/// another one at the time. Returns the bookings' ids.
std::vector<Uuid> insert_bookings(trust::Ctx& ctx, const std::vector<NewBooking>& bookings);
/// What follows when somebody got it: confirmation, closing the others' questions.
void enqueue_after(trust::Ctx& ctx, const Uuid& shift, const Uuid& person);
/// Ends bookings of one shift, gives the places back and goes on looking; says which it ended.
/// `locked`: the caller has locked the shift already.
std::vector<store::BookingRecord> cancel_bookings(trust::Ctx& ctx, const Uuid& shift,
                                                  const std::vector<store::BookingRecord>& bookings,
                                                  BookingState state, const std::string& reason,
                                                  bool locked = false);

/// What forbids one of those who are booked for a shift to work the hours that it has, for the
/// scheduler; empty when nothing does.
std::string too_long_for(trust::Ctx& ctx, const Shift& shift, const std::vector<Uuid>& booked);

std::string shift_title(const Shift& shift, const Workplace& workplace);
/// Its parts where only they are known.
std::string shift_title(Timestamp starts_at, Timestamp ends_at, const std::string& zone,
                        const std::string& workplace);

}  // namespace varde::staffing
