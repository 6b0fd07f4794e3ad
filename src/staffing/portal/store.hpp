// The statements and rows of the substitutes' pages; only for this folder.
#pragma once

#include "staffing/fit/availability.hpp"
#include "staffing/offer/offer.hpp"
#include "staffing/portal/portal.hpp"

namespace varde::staffing::portal_store {

// ---- codes and sessions

enum class Purpose { sign_in = 1, phone = 2, email = 3 };
struct CodeRecord {
  Uuid tenant_id, code_id;
  db::Bytes ask_hash;
  Purpose purpose = Purpose::sign_in;
  std::optional<Uuid> person_id;
  db::Bytes sealed, code_hash;
  int tries = 0;
  bool known_device = false;
  Timestamp created_at, expires_at;
};
BOOST_DESCRIBE_STRUCT(CodeRecord, (),
                      (tenant_id, code_id, ask_hash, purpose, person_id, sealed, code_hash, tries,
                       known_device, created_at, expires_at))
#define VARDE_CODE                                                                             \
  "tenant_id, code_id, ask_hash, purpose, person_id, sealed, code_hash, tries, known_device, " \
  "created_at, expires_at"
inline constexpr db::Sql kCode{"portal.code",
                               "SELECT " VARDE_CODE " FROM portal_code WHERE code_id = $1"};
/// Counts a try, and says what it is to be compared with. No row: there is nothing to try.
inline constexpr db::Sql kTryCode{
    "portal.try_code",
    "UPDATE portal_code SET tries = tries + 1 WHERE ask_hash = $1 AND purpose = $2 AND expires_at "
    "> $3 AND tries < $4 RETURNING " VARDE_CODE};
#undef VARDE_CODE
inline constexpr db::Sql kUseCode{"portal.use_code", "DELETE FROM portal_code WHERE code_id = $1"};
inline constexpr db::Sql kCodeReady{
    "portal.code_ready",
    "UPDATE portal_code SET person_id = $2, sealed = '', code_hash = $3, known_device = $4 WHERE "
    "code_id = $1"};
inline constexpr db::Sql kCodeForNobody{"portal.code_for_nobody",
                                        "UPDATE portal_code SET sealed = '' WHERE code_id = $1"};
inline constexpr db::Sql kOtherCodes{
    "portal.other_codes",
    "DELETE FROM portal_code WHERE person_id = $1 AND purpose = $2 AND code_id <> $3"};
inline constexpr db::Sql kOwnCodeWaits{
    "portal.own_code_waits",
    "SELECT code_id FROM portal_code WHERE person_id = $1 AND purpose = 1 AND known_device AND "
    "expires_at > $2 AND tries < $3 LIMIT 1"};
// What somebody else is about to delete is left to them: two sweepers never wait in a circle.
inline constexpr db::Sql kDropCodes{
    "portal.drop_codes",
    "DELETE FROM portal_code WHERE code_id IN (SELECT code_id FROM portal_code WHERE expires_at <= "
    "$1 FOR UPDATE SKIP LOCKED)"};
inline constexpr db::Sql kDropChallenges{
    "portal.drop_challenges",
    "DELETE FROM portal_challenge WHERE challenge_hash IN (SELECT challenge_hash FROM "
    "portal_challenge WHERE expires_at <= $1 FOR UPDATE SKIP LOCKED)"};
inline constexpr db::Sql kDropSessions{
    "portal.drop_sessions",
    "DELETE FROM portal_session WHERE session_id IN (SELECT session_id FROM portal_session WHERE "
    "last_seen_at <= $1 OR created_at <= $2 FOR UPDATE SKIP LOCKED)"};
inline constexpr db::Sql kSubstitutesAmong{
    "portal.substitutes", "SELECT person_id FROM substitute WHERE person_id = ANY($1) LIMIT 2"};
inline constexpr db::Sql kLockOwn{
    "portal.lock", "SELECT person_id FROM substitute WHERE person_id = $1 FOR UPDATE"};

struct SessionRecord {
  Uuid tenant_id, session_id, person_id;
  db::Bytes token_hash;
  std::string network, agent;
  Timestamp created_at, last_seen_at;
};
BOOST_DESCRIBE_STRUCT(SessionRecord, (),
                      (tenant_id, session_id, person_id, token_hash, network, agent, created_at,
                       last_seen_at))
#define VARDE_PORTAL_SESSION                                                                       \
  "SELECT tenant_id, session_id, person_id, token_hash, network, agent, created_at, last_seen_at " \
  "FROM portal_session "
inline constexpr db::Sql kSession{
    "portal.session",
    VARDE_PORTAL_SESSION "WHERE token_hash = $1 AND last_seen_at > $2 AND created_at > $3"};
inline constexpr db::Sql kSessions{"portal.sessions", VARDE_PORTAL_SESSION
                                   "WHERE person_id = $1 AND last_seen_at > $2 AND created_at > $3 "
                                   "ORDER BY last_seen_at DESC LIMIT 20"};
#undef VARDE_PORTAL_SESSION
inline constexpr db::Sql kSeen{"portal.seen",
                               "UPDATE portal_session SET last_seen_at = $2 WHERE session_id = $1"};
inline constexpr db::Sql kEndSession{
    "portal.end_session", "DELETE FROM portal_session WHERE person_id = $1 AND session_id = $2"};
inline constexpr db::Sql kEndByToken{"portal.end_by_token",
                                     "DELETE FROM portal_session WHERE token_hash = $1"};
inline constexpr db::Sql kEndOtherSessions{
    "portal.end_others", "DELETE FROM portal_session WHERE person_id = $1 AND session_id <> $2"};
/// Nobody needs more than 20 devices: the ones not seen longest go.
inline constexpr db::Sql kEndOldest{
    "portal.end_oldest",
    "DELETE FROM portal_session WHERE person_id = $1 AND session_id IN (SELECT session_id FROM "
    "portal_session WHERE person_id = $1 ORDER BY last_seen_at DESC, session_id OFFSET 20)"};

// ---- passkeys

struct PasskeyRecord {
  Uuid tenant_id, passkey_id, person_id;
  db::Bytes credential_id;
  int algorithm = 0;
  db::Bytes public_key;
  std::int64_t counter = 0;
  std::string agent;
  Timestamp created_at;
  std::optional<Timestamp> used_at;
};
BOOST_DESCRIBE_STRUCT(PasskeyRecord, (),
                      (tenant_id, passkey_id, person_id, credential_id, algorithm, public_key,
                       counter, agent, created_at, used_at))
#define VARDE_PASSKEY                                                                        \
  "SELECT tenant_id, passkey_id, person_id, credential_id, algorithm, public_key, counter, " \
  "agent, created_at, used_at FROM portal_passkey "
inline constexpr db::Sql kPasskeys{
    "portal.passkeys", VARDE_PASSKEY "WHERE person_id = $1 ORDER BY created_at LIMIT 20"};
inline constexpr db::Sql kLockPasskey{"portal.lock_passkey",
                                      VARDE_PASSKEY "WHERE credential_id = $1 FOR UPDATE"};
#undef VARDE_PASSKEY
inline constexpr db::Sql kUsedPasskey{
    "portal.used_passkey",
    "UPDATE portal_passkey SET counter = $2, used_at = $3 WHERE passkey_id = $1"};
inline constexpr db::Sql kDeletePasskey{
    "portal.delete_passkey", "DELETE FROM portal_passkey WHERE person_id = $1 AND passkey_id = $2"};

struct ChallengeRecord {
  Uuid tenant_id;
  db::Bytes challenge_hash, ask_hash;
  std::optional<Uuid> person_id;
  Timestamp expires_at;
};
BOOST_DESCRIBE_STRUCT(ChallengeRecord, (),
                      (tenant_id, challenge_hash, ask_hash, person_id, expires_at))
/// Each is used once, whether what came with it was right or not.
inline constexpr db::Sql kUseChallenge{
    "portal.use_challenge",
    "DELETE FROM portal_challenge WHERE challenge_hash = $1 AND ask_hash = $2 AND expires_at > $3 "
    "RETURNING tenant_id, challenge_hash, ask_hash, person_id, expires_at"};

// ---- shifts, as the person sees them

struct OwnOffer {
  Uuid shift_id;
  OfferState state = OfferState::open;
  Timestamp asked_at;
  std::optional<Timestamp> expires_at, answer_by;
  Timestamp starts_at, ends_at;
  int break_minutes = 0, places = 0, taken = 0;
  ShiftState shift_state = ShiftState::draft;
  std::string note, workplace, address, time_zone;
};
BOOST_DESCRIBE_STRUCT(OwnOffer, (),
                      (shift_id, state, asked_at, expires_at, answer_by, starts_at, ends_at,
                       break_minutes, places, taken, shift_state, note, workplace, address,
                       time_zone))
#define VARDE_OWN_OFFER(from)                                                                   \
  "SELECT o.shift_id, o.state, o.asked_at, o.expires_at, s.answer_by, s.starts_at, s.ends_at, " \
  "s.break_minutes, s.places, s.taken, s.state AS shift_state, s.note, w.name AS workplace, "   \
  "w.address, w.time_zone FROM " from                                                           \
  " o JOIN shift s USING (tenant_id, shift_id) JOIN workplace w USING (tenant_id, "             \
  "workplace_id) WHERE o.person_id = $1 "
inline constexpr db::Sql kOwnOffers{"portal.offers", VARDE_OWN_OFFER("offer")
                                    "AND o.state IN (1, 4) AND s.state IN (3, 6) AND s.taken < "
                                    "s.places AND s.starts_at > $2 AND (s.answer_by IS NULL OR "
                                    "s.answer_by > $2) ORDER BY s.starts_at, s.shift_id OFFSET $3 "
                                    "LIMIT $4"};
inline constexpr db::Sql kOwnOffer{"portal.offer", VARDE_OWN_OFFER("offer") "AND o.shift_id = $2"};
#undef VARDE_OWN_OFFER

struct OwnBooking {
  Uuid booking_id, shift_id;
  Timestamp starts_at, ends_at;
  int break_minutes = 0;
  BookingState state = BookingState::booked;
  Timestamp booked_at;
  std::optional<Timestamp> cancelled_at, worked_from, worked_until, person_confirmed_at,
      office_confirmed_at;
  int revision = 0;
  std::optional<Timestamp> revised_at;
  std::string note, workplace, address, time_zone;
};
BOOST_DESCRIBE_STRUCT(OwnBooking, (),
                      (booking_id, shift_id, starts_at, ends_at, break_minutes, state, booked_at,
                       cancelled_at, worked_from, worked_until, person_confirmed_at,
                       office_confirmed_at, revision, revised_at, note, workplace, address,
                       time_zone))
#define VARDE_OWN_BOOKING                                                                       \
  "SELECT b.booking_id, b.shift_id, b.starts_at, b.ends_at, b.break_minutes, b.state, "         \
  "b.booked_at, b.cancelled_at, b.worked_from, b.worked_until, b.person_confirmed_at, "         \
  "b.office_confirmed_at, b.revision, b.revised_at, s.note, w.name AS workplace, w.address, "   \
  "w.time_zone FROM booking b "                                                                 \
  "JOIN shift s USING (tenant_id, shift_id) JOIN workplace w ON w.tenant_id = b.tenant_id AND " \
  "w.workplace_id = b.workplace_id WHERE b.person_id = $1 "
inline constexpr db::Sql kComing{"portal.coming", VARDE_OWN_BOOKING
                                 "AND b.state = 1 AND b.ends_at > $2 ORDER BY b.starts_at, "
                                 "b.booking_id OFFSET $3 LIMIT $4"};
inline constexpr db::Sql kPast{"portal.past", VARDE_OWN_BOOKING
                               "AND (b.ends_at <= $2 OR b.state <> 1) AND (b.starts_at, "
                               "b.booking_id) < ($3, $4) ORDER BY b.starts_at DESC, b.booking_id "
                               "DESC LIMIT $5"};
/// Hours that wait for the person's word, of the last 60 days.
inline constexpr db::Sql kToConfirm{"portal.to_confirm", VARDE_OWN_BOOKING
                                    "AND b.state = 1 AND b.ends_at <= $2 AND b.ends_at > $3 AND "
                                    "b.person_confirmed_at IS NULL ORDER BY b.starts_at LIMIT $4"};
inline constexpr db::Sql kOwnBooking{"portal.booking", VARDE_OWN_BOOKING "AND b.booking_id = $2"};
inline constexpr db::Sql kBookingOfShift{
    "portal.booking_of_shift",
    VARDE_OWN_BOOKING "AND b.shift_id = $2 ORDER BY b.state, b.booked_at DESC LIMIT 1"};
inline constexpr db::Sql kSince{"portal.bookings_since", VARDE_OWN_BOOKING
                                "AND b.starts_at > $2 ORDER BY b.starts_at LIMIT 1000"};
inline constexpr db::Sql kWithin{"portal.bookings_within", VARDE_OWN_BOOKING
                                 "AND b.state = 1 AND b.starts_at < $3 AND b.ends_at > $2 ORDER "
                                 "BY b.starts_at LIMIT 200"};
#undef VARDE_OWN_BOOKING
/// Whether the hours are still what the person saw ($3, $4); they stay so until the commit.
inline constexpr db::Sql kLockSeen{
    "portal.lock_seen",
    "SELECT booking_id FROM booking WHERE person_id = $1 AND booking_id = $2 AND state = 1 AND "
    "coalesce(worked_from, starts_at) = $3 AND coalesce(worked_until, ends_at) = $4 FOR UPDATE"};

// ---- availability, profile

struct OwnStatement {
  Uuid id;
  fit::StatementKind kind = fit::StatementKind::available;
  Date from_date, until_date;
  int weekdays = 127, from_minute = 0, until_minute = 1440;
  Timestamp stated_at;
};
BOOST_DESCRIBE_STRUCT(OwnStatement, (),
                      (id, kind, from_date, until_date, weekdays, from_minute, until_minute,
                       stated_at))
#define VARDE_OWN_STATEMENT                                                            \
  "SELECT availability_id AS id, kind, from_date, until_date, weekdays, from_minute, " \
  "until_minute, created_at AS stated_at FROM availability WHERE person_id = $1 "
inline constexpr db::Sql kStatements{"portal.statements", VARDE_OWN_STATEMENT
                                     "AND until_date >= $2 ORDER BY from_date, availability_id "
                                     "LIMIT 1000"};
#undef VARDE_OWN_STATEMENT
struct NewStatement {
  Uuid tenant_id, availability_id, person_id;
  fit::StatementKind kind = fit::StatementKind::available;
  Date from_date, until_date;
  int weekdays = 127, from_minute = 0, until_minute = 1440;
  Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(NewStatement, (),
                      (tenant_id, availability_id, person_id, kind, from_date, until_date, weekdays,
                       from_minute, until_minute, created_at))
inline constexpr db::Sql kCountStatements{"portal.count_statements",
                                          "SELECT count(*) FROM availability WHERE person_id = $1"};
inline constexpr db::Sql kRemoveStatement{
    "portal.remove_statement",
    "DELETE FROM availability WHERE person_id = $1 AND availability_id = $2"};

struct OwnSubstitute {
  double percent = 0;
  std::optional<double> latitude, longitude;
  Timestamp created_at;
  std::optional<Timestamp> last_asked_at;
};
BOOST_DESCRIBE_STRUCT(OwnSubstitute, (), (percent, latitude, longitude, created_at, last_asked_at))
inline constexpr db::Sql kSubstituteRow{
    "portal.substitute",
    "SELECT percent, latitude, longitude, created_at, last_asked_at FROM substitute WHERE "
    "person_id = $1"};
inline constexpr db::Sql kSetPlace{
    "portal.set_place",
    "UPDATE substitute SET latitude = $2, longitude = $3, version = version + 1 WHERE person_id = "
    "$1"};
struct NamedId {
  Uuid id;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(NamedId, (), (id, name))
inline constexpr db::Sql kUnwanted{
    "portal.unwanted",
    "SELECT w.workplace_id AS id, w.name FROM workplace_choice c JOIN workplace w USING "
    "(tenant_id, workplace_id) WHERE c.person_id = $1 AND c.kind = 3 ORDER BY w.name LIMIT 200"};
inline constexpr db::Sql kFindWorkplaces{
    "portal.find_workplaces",
    "SELECT workplace_id AS id, name FROM workplace WHERE position(lower($1) in lower(name)) > 0 "
    "ORDER BY name LIMIT 10"};
/// A workplace's own choice stays.
inline constexpr db::Sql kAvoid{
    "portal.avoid",
    "INSERT INTO workplace_choice (tenant_id, workplace_id, person_id, kind) VALUES ($1, $2, $3, "
    "3) ON CONFLICT (tenant_id, workplace_id, person_id, kind) DO NOTHING"};
inline constexpr db::Sql kAvoidNoMore{
    "portal.avoid_no_more",
    "DELETE FROM workplace_choice WHERE workplace_id = $1 AND person_id = $2 AND kind = 3"};
inline constexpr db::Sql kOwnPools{
    "portal.pools",
    "SELECT p.pool_id AS id, p.name FROM pool_member m JOIN pool p USING (tenant_id, pool_id) "
    "WHERE m.person_id = $1 ORDER BY p.name LIMIT 200"};
struct OwnSkill {
  Uuid id;
  std::string name;
  int level = 1;
  std::optional<Date> expires_on;
};
BOOST_DESCRIBE_STRUCT(OwnSkill, (), (id, name, level, expires_on))
inline constexpr db::Sql kOwnSkills{
    "portal.skills",
    "SELECT k.skill_id AS id, k.name, s.level, s.expires_on FROM substitute_skill s JOIN skill k "
    "USING (tenant_id, skill_id) WHERE s.person_id = $1 ORDER BY k.name LIMIT 200"};

// ---- calendar

inline constexpr db::Sql kFeedOf{"portal.feed_of",
                                 "SELECT created_at FROM calendar_feed WHERE person_id = $1"};
inline constexpr db::Sql kSetFeed{
    "portal.set_feed",
    "INSERT INTO calendar_feed (tenant_id, person_id, token_hash, created_at) VALUES ($1, $2, $3, "
    "$4) ON CONFLICT (tenant_id, person_id) DO UPDATE SET token_hash = EXCLUDED.token_hash, "
    "created_at = EXCLUDED.created_at"};
inline constexpr db::Sql kEndFeed{"portal.end_feed",
                                  "DELETE FROM calendar_feed WHERE person_id = $1"};
inline constexpr db::Sql kFeed{"portal.feed",
                               "SELECT person_id FROM calendar_feed WHERE token_hash = $1 AND "
                               "created_at > $2"};

}  // namespace varde::staffing::portal_store
