// Persons: what is stored about whom, and the one function that writes it.
//
// What identifies a person (names, e-mail, phone, attributes classed identifying or sensitive) is
// one ciphertext under the person's key. E-mail and phone are found again by keyed hashes of their
// normalised form, names by keyed hashes of their words' prefixes. Everything that creates or
// changes persons (API, import, forms) goes through save(), in batches: one round trip to look up,
// one to the keystore, one to write, however many persons.
#pragma once

#include <boost/describe.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/personal.hpp"
#include "jobs/queue.hpp"
#include "people/catalogue/catalogue.hpp"
#include "trust/ctx.hpp"
#include "trust/table.hpp"

namespace varde::people {

enum class PersonState { active = 1, restricted = 2 };
BOOST_DESCRIBE_ENUM(PersonState, active, restricted)
enum class MemberState { subscribed = 1, pending = 2, unsubscribed = 3 };
BOOST_DESCRIBE_ENUM(MemberState, subscribed, pending, unsubscribed)

/// What happened to a person. Kinds from 20 up are responses, which segments can ask for.
enum class ActivityKind {
  created = 1,
  imported = 2,
  changed = 3,
  list_joined = 4,
  list_left = 5,
  consent_given = 6,
  consent_withdrawn = 7,
  tagged = 8,
  untagged = 9,
  note = 10,
  journey = 11,
  suppressed = 12,
  list_pending = 13,
  booked = 14,
  booking_cancelled = 15,
  unsuppressed = 16,
  opened = 20,
  clicked = 21,
  submitted = 22,
  unsubscribed = 23,
  bounced = 24,
  complained = 25,
  replied = 26,
};
BOOST_DESCRIBE_ENUM(ActivityKind, created, imported, changed, list_joined, list_left, consent_given,
                    consent_withdrawn, tagged, untagged, note, journey, suppressed, list_pending,
                    booked, booking_cancelled, unsuppressed, opened, clicked, submitted,
                    unsubscribed, bounced, complained, replied)
inline constexpr int kSimulated = 1, kScanner = 2;  ///< Flags of an activity.

/// The sealed part. Attributes by id, as JSON values.
struct Identity {
  std::string email, phone, first_name, last_name;
  std::map<Uuid, boost::json::value> attributes;
  bool operator==(const Identity&) const = default;
};

/// A change to one person: only what is set is written. Addresses, numbers and values must be
/// normalised (see normalise_*); names are brought into their canonical form by save().
struct PersonChange {
  std::optional<Uuid> person_id;  ///< Known; otherwise found by e-mail, then by phone, or made.
  std::optional<std::string> email, phone, first_name, last_name, language,
      time_zone;                                  ///< Empty text clears.
  std::map<Uuid, boost::json::value> attributes;  ///< By attribute id; null clears.
  std::vector<Uuid> add_tags, remove_tags;
  std::map<Uuid, MemberState> lists;
  std::map<Uuid, bool> consents;  ///< By purpose; given or withdrawn.
};

/// Who stands behind what is said about a person. save() decides by it what is written at once,
/// what waits until the person's own address has confirmed it, and what is not taken at all; so no
/// caller can forget to ask.
///
/// What is written of a change to somebody who exists:
///
/// | proof       | e-mail, phone | names, values | lists, consents, tags     | lifts a withdrawal |
/// | ----------- | ------------- | ------------- | ------------------------- | ------------------ |
/// | nobody      | never         | waits         | waits; leaving is at once | waits              |
/// | person      | never         | yes           | yes                       | yes                |
/// | new_address | yes           | yes           | yes                       | yes                |
/// | clerk       | yes           | yes           | yes                       | with a reason      |
/// | import      | yes           | yes           | yes; nobody joins again   | never              |
/// | rule        | never         | yes           | yes; nobody joins again   | never              |
///
/// Somebody new is taken as described whoever says it; but the consent of somebody new, too, waits
/// for the address that a stranger wrote. What waits is a row of person_claim (see ClaimHook).
class Proof {
 public:
  enum class Of { nobody, person, new_address, clerk, import, rule };

  /// A stranger, or whoever holds a link that can be forwarded.
  static Proof nobody() { return Proof(Of::nobody); }
  /// The person: signed in, or answering from an address on record.
  static Proof person() { return Proof(Of::person); }
  /// The person, who has shown by a code that the new address or number in the change is hers.
  static Proof new_address() { return Proof(Of::new_address); }
  /// A user with the right. `reason`: how it is known that the person gave again what was
  /// withdrawn.
  static Proof clerk(std::string reason = {}) { return {Of::clerk, std::move(reason)}; }
  /// A file that a user with the right brought. It is older than what a person did since.
  static Proof import() { return Proof(Of::import); }
  /// What the organisation has set up to happen by itself: a journey.
  static Proof rule() { return Proof(Of::rule); }

  Of of() const { return of_; }
  /// Whether it is the organisation's doing, and no person's.
  bool is_organisation() const { return of_ == Of::clerk || of_ == Of::import || of_ == Of::rule; }
  const std::string& reason() const { return reason_; }

 private:
  Proof(Of of, std::string reason = {})  // NOLINT(google-explicit-constructor)
      : of_(of), reason_(std::move(reason)) {}
  Of of_;
  std::string reason_;
};

struct SaveOptions {
  Proof proof;                     ///< Without a default: every caller says.
  std::string source = "console";  ///< Kept with consents: "import spring.csv".
  bool update_existing = true;
  ActivityKind created_as = ActivityKind::created;
  std::optional<Uuid> ref_id;  ///< The import, form or journey.
  int flags = 0;
};

enum class Saved { created, updated, unchanged, rejected };
struct SaveOutcome {
  Saved what = Saved::unchanged;
  Uuid person_id;
  std::string problem;  ///< For rejected: a sentence.
  std::string field;
  bool taken = false;  ///< For rejected: another person has it.
  bool full = false;   ///< For rejected: the organisation's quota of persons is used up.
  bool waits = false;  ///< Some of it waits for the person's confirmation.
};

/// Writes a batch (at most 1,000) with everything that belongs to it (prefixes, timeline, trail),
/// in the caller's transaction. Two changes to the same person in one batch are applied in order.
/// Throws SqlError (unique violation) when another transaction made one of the persons meanwhile:
/// the caller rolls back and tries again.
std::vector<SaveOutcome> save(trust::Ctx& ctx, const std::vector<PersonChange>& changes,
                              const SaveOptions& options);

/// What somebody unproved said about a person, for that person to see before it is confirmed.
struct PersonClaim {
  Uuid id, person_id;
  std::optional<Uuid> ref_id;  ///< The form that it was said in.
  PersonChange change;         ///< Never with an e-mail address or a number.
  std::string source;
  Timestamp created_at;
};
/// How long a claim waits; then it is forgotten.
inline constexpr auto kClaimLife = std::chrono::days(14);
/// How many claims about one person are taken in a day; nobody can have somebody written to more
/// often.
inline constexpr int kMostClaims = 3;
/// nullopt when it was confirmed, is too old, or the person was erased.
std::optional<PersonClaim> find_claim(trust::Ctx& ctx, const Uuid& id);
/// Writes what it says, as the person's own word, and ends it.
void confirm_claim(trust::Ctx& ctx, const PersonClaim& claim);
/// Extension: claims were written down, and somebody has to ask the person, at an address on
/// record and nowhere else.
struct ClaimHook {
  std::function<void(trust::Ctx&, const std::vector<PersonClaim>&)> run;
};

/// A person as others see it.
struct Person {
  Uuid id;
  Personal email, phone, first_name, last_name;
  std::string language, time_zone;
  PersonState state = PersonState::active;
  std::map<Uuid, boost::json::value> attributes;
  std::int64_t version = 1;
  Timestamp created_at, updated_at;
};

/// Decrypted persons, in the order of `ids`, without those that do not exist or whose key is gone.
/// `plain` also reads attributes classed plain; bulk readers do not `remember` the keys.
std::vector<Person> load(trust::Ctx& ctx, const std::vector<Uuid>& ids, bool plain = true,
                         bool remember = true);
/// The languages that persons chose ("nb"); who chose none, or does not exist, is absent. Opens
/// nobody.
std::unordered_map<Uuid, std::string> languages(trust::Ctx& ctx, const std::vector<Uuid>& ids);
/// "Ola Nordmann", or the address, or "(no name)".
std::string display_name(const Person& person);
/// What lists of people show.
struct PersonRow {
  Uuid id;
  std::optional<Personal> email, phone, first_name, last_name;
  std::optional<std::string> language, time_zone;
  PersonState state = PersonState::active;
  std::vector<std::string> tags;
  Timestamp created_at, updated_at;
};
BOOST_DESCRIBE_STRUCT(PersonRow, (),
                      (id, email, phone, first_name, last_name, language, time_zone, state, tags,
                       created_at, updated_at))
/// Rows with tags, in the order of `ids`.
std::vector<PersonRow> rows(trust::Ctx& ctx, const std::vector<Uuid>& ids);

/// Restricts the processing of a person (GDPR Art. 18), or lifts that: from then on nothing is sent
/// to a restricted person, exported or counted. In the trail with the reason. Errors: not_found,
/// conflict when it is so already.
Result<void> set_restricted(trust::Ctx& ctx, const Uuid& person, bool restricted,
                            const std::string& reason);

/// Those of them that exist, in no order, each once; held until the transaction ends.
std::vector<Uuid> existing(trust::Ctx& ctx, const std::vector<Uuid>& ids);

/// Erases persons, at most 1,000: every module's rows, then the keys, with a line each in the
/// ledger of erasures. Commits the context's transaction; from there on it is carried through, also
/// when this throws or the program dies. Who is named but does not exist gets an entry all the
/// same.
void erase(trust::Ctx& ctx, const std::vector<Uuid>& ids);

/// Extension: the processing of a person was restricted, in set_restricted()'s transaction.
struct RestrictHook {
  std::function<void(trust::Ctx&, const Uuid& person)> run;
};

struct Activity {
  Uuid person_id;
  ActivityKind kind = ActivityKind::note;
  std::optional<Uuid> ref_id;
  std::optional<std::int64_t> number;
  int flags = 0;
  std::optional<std::string> text;  ///< Sealed under the person's key.
  std::optional<Timestamp> at;
};
/// Adds to timelines, in one statement.
void record_activity(trust::Ctx& ctx, const std::vector<Activity>& activities);
/// Opens and clicks of a message (`ref_id`) since then turn out to be a scanner's.
void give_to_scanner(trust::Ctx& ctx, const Uuid& person, const Uuid& ref_id, Timestamp since);

/// One entry of the person page.
struct TimelineItem {
  Uuid id;
  Timestamp at;
  std::string kind, title;
  std::optional<std::string> detail, href;
  bool simulated = false, scanner = false;
};
BOOST_DESCRIBE_STRUCT(TimelineItem, (), (id, at, kind, title, detail, href, simulated, scanner))
/// Extension: entries that another module holds (deliveries). At most `limit` items strictly before
/// `before` (a version 7 id), newest first.
struct TimelineSource {
  std::function<std::vector<TimelineItem>(trust::Ctx&, const Uuid& person, const Uuid& before,
                                          int limit)>
      items;
};
/// What happened to a person, from all modules; at most `limit` entries before `before`, newest
/// first, and where the next ones begin.
web::Page<TimelineItem> timeline(trust::Ctx& ctx, const Uuid& person, const Uuid& before,
                                 int limit);
/// Whether a person's address or number is suppressed, for the person page.
struct SuppressionNote {
  std::string reason;
  Timestamp at;
};
BOOST_DESCRIBE_STRUCT(SuppressionNote, (), (reason, at))
/// Extension: how that is looked up. There is one at the most.
struct SuppressionLookup {
  /// The suppressions of `p.email_hash` and `p.phone_hash` (of `person p`) as a JSON array of
  /// [is it the number, reason, time]; null when there is none. A part of the person page's
  /// statement.
  std::string sql = "SELECT NULL::json";
  std::string (*reason)(int) = nullptr;  ///< The reason's word.
};
/// What happened to one person in a batch of saves.
struct SavedEvent {
  Uuid person_id;
  bool created = false;
  std::vector<Uuid> lists_joined, attributes_changed;
};
/// Extension: hears of saves (journeys begin with them), in the caller's transaction.
struct SavedHook {
  std::function<void(trust::Ctx&, const std::vector<SavedEvent>&)> run;
};
/// Extension: persons joined a list that asks for a confirmation, and somebody has to send it.
struct ConfirmHook {
  std::function<void(trust::Ctx&, const Uuid& list, const std::vector<Uuid>& persons)> run;
};

/// E-mail as stored; nullopt when it is not one.
std::optional<std::string> normalise_email(std::string_view text);
/// E.164, reading national numbers of `region` ("NO"); nullopt when no such number can exist.
std::optional<std::string> normalise_phone(std::string_view text, const std::string& region);
/// Whether a number (E.164) can be one of a telephone that takes SMS: no fixed line, and none that
/// is only called.
bool takes_sms(const std::string& number);
/// The numbers (E.164) that the sender of an incoming message can be, the likeliest first: gateways
/// write an MSISDN (3GPP TS 23.003, section 3.3), that is, the country code without "+", with it,
/// with "00", or the national number of `region`. Empty for a short code or a name.
std::vector<std::string> sender_phones(std::string_view text, const std::string& region);
/// The country whose national numbers a tenant writes, from its time zone.
std::string region_of(const std::string& time_zone);
/// A value in the form of its attribute: "12,5" becomes 12.5, "ja" true. Errors: a sentence.
Result<boost::json::value> normalise_value(const Attribute& attribute,
                                           const boost::json::value& in);
/// The blind index of an address: 16 bytes.
std::string email_hash(trust::Ctx& ctx, std::string_view email);
/// The blind index of a number in E.164: 16 bytes.
std::string phone_hash(trust::Ctx& ctx, std::string_view number);
/// Active persons with this number (E.164), oldest first, at most 100: numbers are not unique.
std::vector<Uuid> persons_by_phone(trust::Ctx& ctx, std::string_view number);
/// Those of these persons whose number others have too, with the others: a group a number, each in
/// one order.
std::vector<std::vector<Uuid>> sharing_phone(trust::Ctx& ctx, const std::vector<Uuid>& persons);
/// The active person with this address (as normalised); addresses are unique.
std::optional<Uuid> person_by_email(trust::Ctx& ctx, std::string_view email);

/// Persons whose name, e-mail or phone begin with the words of `q`; newest first, before `before`.
struct PersonFilter {
  std::string q;
  std::optional<Uuid> list, tag, segment;
  std::optional<std::vector<Uuid>> among;  ///< Only these.
};
Result<std::vector<Uuid>> search(trust::Ctx& ctx, const PersonFilter& filter, const Uuid& before,
                                 int limit);

/// Whether there is anybody.
bool any_person(trust::Ctx& ctx);

void add_person_routes(trust::Api& api);
std::vector<trust::Table> person_tables();
void add_person_hooks(trust::Base& base);
void add_person_jobs(trust::Base& base, jobs::Workers& workers);

}  // namespace varde::people
