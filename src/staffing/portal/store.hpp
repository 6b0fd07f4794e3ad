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

struct SessionRecord {
  Uuid tenant_id, session_id, person_id;
  db::Bytes token_hash;
  std::string network, agent;
  Timestamp created_at, last_seen_at;
};
BOOST_DESCRIBE_STRUCT(SessionRecord, (),
                      (tenant_id, session_id, person_id, token_hash, network, agent, created_at,
                       last_seen_at))

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

struct ChallengeRecord {
  Uuid tenant_id;
  db::Bytes challenge_hash, ask_hash;
  std::optional<Uuid> person_id;
  Timestamp expires_at;
};
BOOST_DESCRIBE_STRUCT(ChallengeRecord, (),
                      (tenant_id, challenge_hash, ask_hash, person_id, expires_at))

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

struct OwnSubstitute {
  double percent = 0;
  std::optional<double> latitude, longitude;
  Timestamp created_at;
  std::optional<Timestamp> last_asked_at;
};
BOOST_DESCRIBE_STRUCT(OwnSubstitute, (), (percent, latitude, longitude, created_at, last_asked_at))
struct NamedId {
  Uuid id;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(NamedId, (), (id, name))
struct OwnSkill {
  Uuid id;
  std::string name;
  int level = 1;
  std::optional<Date> expires_on;
};
BOOST_DESCRIBE_STRUCT(OwnSkill, (), (id, name, level, expires_on))

// ---- calendar

}  // namespace varde::staffing::portal_store
