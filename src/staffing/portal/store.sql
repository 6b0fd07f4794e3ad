-- name: portal.code -> CodeRecord
SELECT {*} FROM portal_code WHERE tenant_id = {tenant} AND code_id = $1

-- name: portal.try_code -> CodeRecord
-- Counts a try, and says what it is to be compared with. No row: there is nothing to try.
UPDATE portal_code
SET tries = tries + 1
WHERE tenant_id = {tenant}
  AND ask_hash = $1
  AND purpose = $2
  AND expires_at > $3
  AND tries < $4
RETURNING {*}

-- name: portal.use_code
DELETE FROM portal_code WHERE tenant_id = {tenant} AND code_id = $1

-- name: portal.code_ready
UPDATE portal_code
SET person_id = $2, sealed = '', code_hash = $3, known_device = $4
WHERE tenant_id = {tenant} AND code_id = $1

-- name: portal.code_for_nobody
UPDATE portal_code
SET sealed = ''
WHERE tenant_id = {tenant} AND code_id = $1

-- name: portal.other_codes
DELETE FROM portal_code
WHERE tenant_id = {tenant}
  AND person_id = $1
  AND purpose = $2
  AND code_id <> $3

-- name: portal.own_code_waits -> Uuid
SELECT code_id
FROM portal_code
WHERE tenant_id = {tenant}
  AND person_id = $1
  AND purpose = {Purpose.sign_in}
  AND known_device
  AND expires_at > $2
  AND tries < $3
LIMIT 1

-- name: portal.drop_codes
-- What somebody else is about to delete is left to them: two sweepers never wait in a circle.
DELETE FROM portal_code
WHERE tenant_id = {tenant}
  AND code_id IN (
    SELECT code_id
    FROM portal_code
    WHERE tenant_id = {tenant} AND expires_at <= $1
    FOR UPDATE SKIP LOCKED
  )

-- name: portal.drop_challenges
DELETE FROM portal_challenge
WHERE tenant_id = {tenant}
  AND challenge_hash IN (
    SELECT challenge_hash
    FROM portal_challenge
    WHERE tenant_id = {tenant} AND expires_at <= $1
    FOR UPDATE SKIP LOCKED
  )

-- name: portal.drop_sessions
DELETE FROM portal_session
WHERE tenant_id = {tenant}
  AND session_id IN (
    SELECT session_id
    FROM portal_session
    WHERE tenant_id = {tenant} AND (last_seen_at <= $1 OR created_at <= $2)
    FOR UPDATE SKIP LOCKED
  )

-- name: portal.substitutes -> Uuid
SELECT person_id
FROM substitute
WHERE tenant_id = {tenant} AND person_id = ANY($1)
LIMIT 2

-- name: portal.lock -> Uuid
SELECT person_id
FROM substitute
WHERE tenant_id = {tenant} AND person_id = $1
FOR UPDATE

-- name: portal.session -> SessionRecord
SELECT {*}
FROM portal_session
WHERE tenant_id = {tenant}
  AND token_hash = $1
  AND last_seen_at > $2
  AND created_at > $3

-- name: portal.sessions -> SessionRecord
SELECT {*}
FROM portal_session
WHERE tenant_id = {tenant}
  AND person_id = $1
  AND last_seen_at > $2
  AND created_at > $3
ORDER BY last_seen_at DESC
LIMIT 20

-- name: portal.seen
UPDATE portal_session
SET last_seen_at = $2
WHERE tenant_id = {tenant} AND session_id = $1

-- name: portal.end_session
DELETE FROM portal_session
WHERE tenant_id = {tenant}
  AND person_id = $1
  AND session_id = $2

-- name: portal.end_by_token
DELETE FROM portal_session
WHERE tenant_id = {tenant} AND token_hash = $1

-- name: portal.end_others
DELETE FROM portal_session
WHERE tenant_id = {tenant}
  AND person_id = $1
  AND session_id <> $2

-- name: portal.end_oldest
-- Nobody needs more than 20 devices: the ones not seen longest go.
DELETE FROM portal_session
WHERE tenant_id = {tenant}
  AND person_id = $1
  AND session_id IN (
    SELECT session_id
    FROM portal_session
    WHERE tenant_id = {tenant} AND person_id = $1
    ORDER BY last_seen_at DESC, session_id
    OFFSET 20
  )

-- name: portal.passkeys -> PasskeyRecord
SELECT {*}
FROM portal_passkey
WHERE tenant_id = {tenant} AND person_id = $1
ORDER BY created_at
LIMIT 20

-- name: portal.lock_passkey -> PasskeyRecord
SELECT {*}
FROM portal_passkey
WHERE tenant_id = {tenant} AND credential_id = $1
FOR UPDATE

-- name: portal.used_passkey
UPDATE portal_passkey
SET counter = $2, used_at = $3
WHERE tenant_id = {tenant} AND passkey_id = $1

-- name: portal.delete_passkey
DELETE FROM portal_passkey
WHERE tenant_id = {tenant}
  AND person_id = $1
  AND passkey_id = $2

-- name: portal.use_challenge -> ChallengeRecord
-- Each is used once, whether what came with it was right or not.
DELETE FROM portal_challenge
WHERE tenant_id = {tenant}
  AND challenge_hash = $1
  AND ask_hash = $2
  AND expires_at > $3
RETURNING {*}

-- part: own_offer
-- Questions to a person ($1), with the shift.
SELECT o.shift_id, o.state, o.asked_at, o.expires_at, s.answer_by, s.starts_at, s.ends_at,
  s.break_minutes, s.places, s.taken, s.state AS shift_state, s.note, w.name AS workplace,
  w.address, w.time_zone
FROM offer o
JOIN shift s USING (tenant_id, shift_id)
JOIN workplace w USING (tenant_id, workplace_id)
WHERE o.tenant_id = {tenant}
  AND o.person_id = $1

-- name: portal.offers -> OwnOffer
{own_offer}
  AND o.state IN ({OfferState.open}, {OfferState.waiting})
  AND s.state IN ({ShiftState.open}, {ShiftState.unfilled})
  AND s.taken < s.places
  AND s.starts_at > $2
  AND (s.answer_by IS NULL OR s.answer_by > $2)
ORDER BY s.starts_at, s.shift_id
OFFSET $3
LIMIT $4

-- name: portal.offer -> OwnOffer
{own_offer}
  AND o.shift_id = $2

-- part: own_booking
-- Bookings of a person ($1), with where and what.
SELECT b.booking_id, b.shift_id, b.starts_at, b.ends_at, b.break_minutes, b.state, b.booked_at,
  b.cancelled_at, b.worked_from, b.worked_until, b.person_confirmed_at, b.office_confirmed_at,
  b.revision, b.revised_at, s.note, w.name AS workplace, w.address, w.time_zone
FROM booking b
JOIN shift s USING (tenant_id, shift_id)
JOIN workplace w ON w.tenant_id = b.tenant_id AND w.workplace_id = b.workplace_id
WHERE b.tenant_id = {tenant}
  AND b.person_id = $1

-- name: portal.coming -> OwnBooking
{own_booking}
  AND b.state = {BookingState.booked}
  AND b.ends_at > $2
ORDER BY b.starts_at, b.booking_id
OFFSET $3
LIMIT $4

-- name: portal.past -> OwnBooking
{own_booking}
  AND (b.ends_at <= $2 OR b.state <> {BookingState.booked})
  AND (b.starts_at, b.booking_id) < ($3, $4)
ORDER BY b.starts_at DESC, b.booking_id DESC
LIMIT $5

-- name: portal.to_confirm -> OwnBooking
-- Hours that wait for the person's word, of the last 60 days.
{own_booking}
  AND b.state = {BookingState.booked}
  AND b.ends_at <= $2
  AND b.ends_at > $3
  AND b.person_confirmed_at IS NULL
ORDER BY b.starts_at
LIMIT $4

-- name: portal.booking -> OwnBooking
{own_booking}
  AND b.booking_id = $2

-- name: portal.booking_of_shift -> OwnBooking
{own_booking}
  AND b.shift_id = $2
ORDER BY b.state, b.booked_at DESC
LIMIT 1

-- name: portal.bookings_since -> OwnBooking
{own_booking}
  AND b.starts_at > $2
ORDER BY b.starts_at
LIMIT 1000

-- name: portal.bookings_within -> OwnBooking
{own_booking}
  AND b.state = {BookingState.booked}
  AND b.starts_at < $3
  AND b.ends_at > $2
ORDER BY b.starts_at
LIMIT 200

-- name: portal.lock_seen -> Uuid
-- Whether the hours are still what the person saw ($3, $4); they stay so until the commit.
SELECT booking_id
FROM booking
WHERE tenant_id = {tenant}
  AND person_id = $1
  AND booking_id = $2
  AND state = {BookingState.booked}
  AND coalesce(worked_from, starts_at) = $3
  AND coalesce(worked_until, ends_at) = $4
FOR UPDATE

-- part: own_statement
SELECT availability_id AS id, kind, from_date, until_date, weekdays, from_minute, until_minute,
  created_at AS stated_at
FROM availability
WHERE tenant_id = {tenant}
  AND person_id = $1

-- name: portal.statements -> OwnStatement
{own_statement}
  AND until_date >= $2
ORDER BY from_date, availability_id
LIMIT 1000

-- name: portal.count_statements -> std::int64_t
SELECT count(*)
FROM availability
WHERE tenant_id = {tenant} AND person_id = $1

-- name: portal.remove_statement
DELETE FROM availability
WHERE tenant_id = {tenant}
  AND person_id = $1
  AND availability_id = $2

-- name: portal.substitute -> OwnSubstitute
SELECT {*} FROM substitute WHERE tenant_id = {tenant} AND person_id = $1

-- name: portal.set_place
UPDATE substitute
SET latitude = $2, longitude = $3, version = version + 1
WHERE tenant_id = {tenant} AND person_id = $1

-- name: portal.unwanted -> NamedId
SELECT w.workplace_id AS id, w.name
FROM workplace_choice c
JOIN workplace w USING (tenant_id, workplace_id)
WHERE c.tenant_id = {tenant}
  AND c.person_id = $1
  AND c.kind = {ChoiceKind.excluded_by_person}
ORDER BY w.name
LIMIT 200

-- name: portal.find_workplaces -> NamedId
SELECT workplace_id AS id, name
FROM workplace
WHERE tenant_id = {tenant} AND position(lower($1) in lower(name)) > 0
ORDER BY name
LIMIT 10

-- name: portal.avoid
-- A workplace's own choice stays.
INSERT INTO workplace_choice (tenant_id, workplace_id, person_id, kind)
VALUES ({tenant}, $1, $2, 3)
ON CONFLICT (tenant_id, workplace_id, person_id, kind) DO NOTHING

-- name: portal.avoid_no_more
DELETE FROM workplace_choice
WHERE tenant_id = {tenant}
  AND workplace_id = $1
  AND person_id = $2
  AND kind = {ChoiceKind.excluded_by_person}

-- name: portal.pools -> NamedId
SELECT p.pool_id AS id, p.name
FROM pool_member m
JOIN pool p USING (tenant_id, pool_id)
WHERE m.tenant_id = {tenant} AND m.person_id = $1
ORDER BY p.name
LIMIT 200

-- name: portal.skills -> OwnSkill
SELECT k.skill_id AS id, k.name, s.level, s.expires_on
FROM substitute_skill s
JOIN skill k USING (tenant_id, skill_id)
WHERE s.tenant_id = {tenant} AND s.person_id = $1
ORDER BY k.name
LIMIT 200

-- name: portal.feed_of -> Timestamp
SELECT created_at
FROM calendar_feed
WHERE tenant_id = {tenant} AND person_id = $1

-- name: portal.set_feed
INSERT INTO calendar_feed (tenant_id, person_id, token_hash, created_at)
VALUES ({tenant}, $1, $2, $3)
ON CONFLICT (tenant_id, person_id) DO UPDATE SET token_hash = EXCLUDED.token_hash, created_at =
    EXCLUDED.created_at

-- name: portal.end_feed
DELETE FROM calendar_feed WHERE tenant_id = {tenant} AND person_id = $1

-- name: portal.feed -> Uuid
SELECT person_id
FROM calendar_feed
WHERE tenant_id = {tenant}
  AND token_hash = $1
  AND created_at > $2

-- name: portal.offers_of_subject -> OfferOf
SELECT o.shift_id, o.round, w.name AS workplace, s.starts_at, s.ends_at, o.asked_at, o.expires_at,
  o.answered_at, o.state, o.channel, o.reached_by, o.rank, o.explanation
FROM (
  SELECT tenant_id, shift_id, person_id, round, asked_at, expires_at, answered_at, state, channel,
    reached_by, rank, explanation
  FROM offer
  WHERE tenant_id = {tenant}
  UNION ALL
  SELECT tenant_id, shift_id, person_id, round, asked_at, expires_at, answered_at, state, channel,
    reached_by, NULL, NULL
  FROM offer_before
  WHERE tenant_id = {tenant}
) o
JOIN shift s USING (tenant_id, shift_id)
JOIN workplace w USING (tenant_id, workplace_id)
WHERE s.tenant_id = {tenant}
  AND o.person_id = $1
  AND (o.shift_id, o.round) > ($2, $3)
ORDER BY o.shift_id, o.round
LIMIT $4

-- name: portal.bookings_of_subject -> BookingOf
SELECT
  b.booking_id, w.name AS workplace, b.starts_at, b.ends_at, b.break_minutes, b.state, b.overridden,
  b.sealed, b.booked_at, b.cancelled_at, b.worked_from, b.worked_until, b.person_confirmed_at,
  b.office_confirmed_at
FROM booking b
JOIN workplace w USING (tenant_id, workplace_id)
WHERE b.tenant_id = {tenant}
  AND b.person_id = $1
  AND b.booking_id > $2
ORDER BY b.booking_id
LIMIT $3

-- name: portal.choices_of_subject -> ChosenWorkplace
SELECT w.name AS workplace, c.kind
FROM workplace_choice c
JOIN workplace w USING (tenant_id, workplace_id)
WHERE c.tenant_id = {tenant} AND c.person_id = $1
ORDER BY w.name, c.kind

-- name: portal.statements_of_subject -> StatementOf
{own_statement}
  AND availability_id > $2
ORDER BY availability_id
LIMIT $3

-- name: portal.waiting_of_subject -> WaitingOf
SELECT purpose AS kind, expires_at
FROM portal_code
WHERE tenant_id = {tenant} AND person_id = $1
UNION ALL
SELECT 4::smallint, expires_at
FROM portal_challenge
WHERE tenant_id = {tenant} AND person_id = $1

-- name: portal.sessions_of_subject -> SubjectSession
SELECT agent AS device, network, created_at, last_seen_at
FROM portal_session
WHERE tenant_id = {tenant} AND person_id = $1
ORDER BY created_at

-- name: portal.not_asked -> NotAsked
SELECT s.shift_id, s.workplace_id, s.starts_at, s.ends_at, s.break_minutes, s.state, s.skills,
  s.strategy, s.published_at, w.name AS workplace, w.time_zone, w.latitude, w.longitude,
  w.required_documents
FROM shift s
JOIN workplace w USING (tenant_id, workplace_id)
JOIN substitute me ON me.tenant_id = s.tenant_id AND me.person_id = $1
WHERE s.tenant_id = {tenant}
  AND s.starts_at > $2
  AND s.published_at > $2
  AND s.published_at >= me.created_at
  AND s.state IN ({ShiftState.open}, {ShiftState.filled}, {ShiftState.unfilled})
  AND (s.pool_ids = '{}'
      OR EXISTS (
        SELECT 1
        FROM pool_member m
        WHERE m.tenant_id = {tenant}
          AND m.person_id = $1
          AND m.pool_id = ANY(s.pool_ids)
      ))
  AND NOT EXISTS (
    SELECT 1
    FROM offer o
    WHERE o.tenant_id = {tenant}
      AND o.shift_id = s.shift_id
      AND o.person_id = $1
  )
  AND NOT EXISTS (
    SELECT 1
    FROM booking b
    WHERE b.tenant_id = {tenant}
      AND b.shift_id = s.shift_id
      AND b.person_id = $1
  )
ORDER BY s.published_at DESC, s.shift_id
LIMIT 20

-- name: portal.why_skills -> SkillRow
SELECT {*}
FROM substitute_skill
WHERE tenant_id = {tenant} AND person_id = $1
LIMIT 1000

-- name: portal.why_choices -> ChoiceRow
SELECT {*}
FROM workplace_choice
WHERE tenant_id = {tenant} AND person_id = $1
LIMIT 5000

-- name: portal.why_bookings
SELECT
  b.workplace_id, b.starts_at, b.ends_at, b.break_minutes, b.booked_at, b.cancelled_at, w.latitude,
  w.longitude
FROM booking b
JOIN workplace w USING (tenant_id, workplace_id)
WHERE b.tenant_id = {tenant}
  AND b.person_id = $1
  AND b.starts_at > $2
  AND b.starts_at < $3
LIMIT 2000

-- name: portal.why_questions -> QuestionRow
SELECT o.asked_at, o.answered_at, o.expires_at, s.starts_at, s.ends_at
FROM (
  SELECT tenant_id, shift_id, person_id, asked_at, answered_at, expires_at
  FROM offer
  WHERE tenant_id = {tenant}
  UNION ALL
  SELECT tenant_id, shift_id, person_id, asked_at, answered_at, expires_at
  FROM offer_before
  WHERE tenant_id = {tenant}
) o
JOIN shift s USING (tenant_id, shift_id)
WHERE s.tenant_id = {tenant}
  AND o.person_id = $1
  AND o.asked_at > $2
LIMIT 1000
