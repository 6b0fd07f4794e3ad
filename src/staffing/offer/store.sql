-- name: offer.one -> OfferRecord
SELECT {*}
FROM offer
WHERE tenant_id = {tenant}
  AND shift_id = $1
  AND person_id = $2

-- name: offer.of_shift -> OfferRecord
SELECT {*}
FROM offer
WHERE tenant_id = {tenant} AND shift_id = $1
ORDER BY asked_at, rank

-- name: offer.lock -> OfferRecord
-- Of those who are to be asked again: nobody answers meanwhile.
SELECT {*}
FROM offer
WHERE tenant_id = {tenant}
  AND shift_id = $1
  AND person_id = ANY($2)
ORDER BY person_id
FOR UPDATE

-- name: offer.matters -> MatterRecord
-- Of persons ($1): open questions, those of some shifts ($2) or of a number ($3), and the bookings
-- of these shifts. What is ahead stands first, the next one first.
SELECT x.person_id, x.shift_id, coalesce(o.number, 0) AS number, o.state,
  EXISTS (
    SELECT
    FROM booking b
    WHERE b.tenant_id = {tenant}
      AND b.shift_id = x.shift_id
      AND b.person_id = x.person_id
      AND b.state = {BookingState.booked}
  ) AS booked, s.starts_at, s.ends_at, w.name AS workplace, w.time_zone
FROM (
  SELECT tenant_id, shift_id, person_id
  FROM offer
  WHERE tenant_id = {tenant}
    AND person_id = ANY($1)
    AND (state = {OfferState.open} OR shift_id = ANY($2) OR number = $3)
  UNION
  SELECT tenant_id, shift_id, person_id
  FROM booking
  WHERE tenant_id = {tenant}
    AND person_id = ANY($1)
    AND shift_id = ANY($2)
    AND state = {BookingState.booked}
) x
JOIN shift s USING (tenant_id, shift_id)
JOIN workplace w USING (tenant_id, workplace_id)
LEFT JOIN offer o USING (tenant_id, shift_id, person_id)
WHERE s.tenant_id = {tenant}
ORDER BY s.starts_at <= $4, CASE WHEN s.starts_at > $4 THEN s.starts_at END, s.starts_at DESC,
  x.person_id
LIMIT 100

-- name: offer.renumber
-- A number that two questions to one telephone had.
UPDATE offer
SET number = $3
WHERE tenant_id = {tenant}
  AND shift_id = $1
  AND person_id = $2

-- name: offer.before -> BeforeRecord
SELECT {*}
FROM offer_before
WHERE tenant_id = {tenant} AND shift_id = $1
ORDER BY person_id, round

-- name: offer.ask_again
UPDATE offer o
SET state = {OfferState.open}, round = o.round + 1, step = $2, asked_at = $3, expires_at = $4,
  answered_at = NULL, channel = {AnswerChannel.none}, flags = 0, again_at = NULL, rank = x.rank,
  explanation = x.explanation, reached_by = x.reached_by
FROM unnest($5::uuid[], $6::bigint[], $7::text[], $8::bigint[]) AS x (
    person_id, rank, explanation, reached_by)
WHERE o.tenant_id = {tenant}
  AND o.shift_id = $1
  AND o.person_id = x.person_id

-- name: offer.answered -> OfferRecord
-- Of persons ($2) to shifts ($1).
SELECT {o.*}
FROM unnest($1::uuid[], $2::uuid[]) AS a (shift_id, person_id)
JOIN offer o ON o.tenant_id = {tenant} AND o.shift_id = a.shift_id AND o.person_id = a.person_id

-- name: offer.lock_answered -> OfferRecord
-- Nobody else's until the commit. Whoever locks several offers does
-- so in this order, that two never wait for each other in a circle.
SELECT {o.*}
FROM unnest($1::uuid[], $2::uuid[]) AS a (shift_id, person_id)
JOIN offer o ON o.tenant_id = {tenant} AND o.shift_id = a.shift_id AND o.person_id = a.person_id
ORDER BY o.shift_id, o.person_id
FOR NO KEY UPDATE OF o

-- name: offer.answer
-- $4 is the new state; what is decided already stays.
UPDATE offer
SET state = $4, answered_at = $3, channel = $5, flags = $6
WHERE tenant_id = {tenant}
  AND shift_id = $1
  AND person_id = $2
  AND state <> {OfferState.booked}

-- name: offer.answers
UPDATE offer o
SET state = a.state, answered_at = $3, channel = $5, flags = a.flags
FROM unnest($1::uuid[], $2::uuid[], $4::int8[], $6::int8[]) AS a (shift_id, person_id, state, flags)
WHERE o.tenant_id = {tenant}
  AND o.shift_id = a.shift_id
  AND o.person_id = a.person_id
  AND o.state <> {OfferState.booked}

-- name: offer.expire
-- The offers of a shift ($1) that a condition holds for, locked in the order of offer.lock_answered.
-- $3: the time to answer is over for everybody; $4: and to pick one of those who wait.
UPDATE offer o
SET state = {OfferState.expired}
FROM (
  SELECT shift_id, person_id
  FROM offer
  WHERE tenant_id = {tenant}
    AND shift_id = $1
    AND (state = {OfferState.open} AND (expires_at <= $2 OR $3)
        OR state = {OfferState.waiting} AND $4)
  ORDER BY person_id
  FOR NO KEY UPDATE
) l
WHERE o.tenant_id = {tenant}
  AND o.shift_id = l.shift_id
  AND o.person_id = l.person_id

-- name: offer.touch_shift
-- Questions were closed that nobody answered: whoever looks at the shift sees it.
UPDATE shift
SET updated_at = $2
WHERE tenant_id = {tenant} AND shift_id = $1

-- name: offer.live -> trust::LiveUpdate
SELECT 'shift.changed' AS type, shift_id AS id,
  (extract(epoch FROM max(answered_at)) * 1000)::bigint AS mark
FROM offer
WHERE tenant_id = {tenant} AND answered_at > $1
GROUP BY shift_id
LIMIT 200

-- name: offer.open_of -> ShiftCount
SELECT a.shift_id,
  (
    SELECT count(*)
    FROM (
      SELECT 1
      FROM offer o
      WHERE o.tenant_id = {tenant}
        AND o.shift_id = a.shift_id
        AND o.state = {OfferState.open}
      LIMIT $2
    ) x
  ) AS count
FROM unnest($1::uuid[]) AS a (shift_id)

-- name: offer.undecided -> Uuid
SELECT person_id
FROM offer
WHERE tenant_id = {tenant}
  AND shift_id = $1
  AND state IN ({OfferState.open}, {OfferState.waiting})

-- name: offer.close -> Uuid
UPDATE offer o
SET state = {OfferState.taken}
FROM (
  SELECT shift_id, person_id
  FROM offer
  WHERE tenant_id = {tenant}
    AND shift_id = $1
    AND state IN ({OfferState.open}, {OfferState.waiting})
  ORDER BY person_id
  FOR NO KEY UPDATE
) l
WHERE o.tenant_id = {tenant}
  AND o.shift_id = l.shift_id
  AND o.person_id = l.person_id
RETURNING o.person_id

-- name: offer.withdraw -> Uuid
UPDATE offer o
SET state = {OfferState.withdrawn}
FROM (
  SELECT shift_id, person_id
  FROM offer
  WHERE tenant_id = {tenant}
    AND shift_id = $1
    AND state IN ({OfferState.open}, {OfferState.waiting})
  ORDER BY person_id
  FOR NO KEY UPDATE
) l
WHERE o.tenant_id = {tenant}
  AND o.shift_id = l.shift_id
  AND o.person_id = l.person_id
RETURNING o.person_id

-- name: offer.expire_unreached
-- Whom nobody can reach is not waited for.
UPDATE offer o
SET state = {OfferState.expired}
FROM (
  SELECT shift_id, person_id
  FROM offer
  WHERE tenant_id = {tenant}
    AND shift_id = $1
    AND state = {OfferState.open}
    AND reached_by = {Reach.nothing}
  ORDER BY person_id
  FOR NO KEY UPDATE
) l
WHERE o.tenant_id = {tenant}
  AND o.shift_id = l.shift_id
  AND o.person_id = l.person_id

-- name: offer.undelivered_shifts -> Uuid
-- Questions that never came wait for nobody: those among shift ($1), person ($2), what it went by
-- ($3) and when its message was made ($4) that are open, and were asked by that message. An answer
-- that is booked meanwhile has locked the shift first, so the shifts of those are locked before.
SELECT DISTINCT f.shift_id
FROM offer f
JOIN unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::timestamptz[]) AS a (
    shift_id, person_id, reach, made_at) ON f.shift_id = a.shift_id
    AND f.person_id = a.person_id
WHERE f.tenant_id = {tenant}
  AND f.state = {OfferState.open}
  AND coalesce(f.reached_by, a.reach) = a.reach
  AND f.asked_at <= a.made_at

-- name: offer.touch_shifts
UPDATE shift s
SET updated_at = $2
FROM (
  SELECT shift_id
  FROM shift
  WHERE tenant_id = {tenant} AND shift_id = ANY($1)
  ORDER BY shift_id
  FOR NO KEY UPDATE
) l
WHERE s.tenant_id = {tenant} AND s.shift_id = l.shift_id

-- name: offer.undelivered -> Uuid
UPDATE offer o
SET state = {OfferState.expired}, reached_by = {Reach.nothing}
FROM (
  SELECT f.shift_id, f.person_id
  FROM offer f
  JOIN unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::timestamptz[]) AS a (
      shift_id, person_id, reach, made_at) ON f.shift_id = a.shift_id
      AND f.person_id = a.person_id
  WHERE f.tenant_id = {tenant}
    AND f.state = {OfferState.open}
    AND coalesce(f.reached_by, a.reach) = a.reach
    AND f.asked_at <= a.made_at
  ORDER BY f.shift_id, f.person_id
  FOR NO KEY UPDATE OF f
) l
WHERE o.tenant_id = {tenant}
  AND o.shift_id = l.shift_id
  AND o.person_id = l.person_id
RETURNING o.shift_id

-- part: these_offers
-- Of persons ($2) to a shift ($1), locked in the order of offer.lock_answered.
FROM (
  SELECT shift_id, person_id
  FROM offer
  WHERE tenant_id = {tenant}
    AND shift_id = $1
    AND person_id = ANY($2)
  ORDER BY person_id
  FOR NO KEY UPDATE
) l
WHERE o.tenant_id = {tenant}
  AND o.shift_id = l.shift_id
  AND o.person_id = l.person_id

-- name: offer.set
UPDATE offer o
SET state = $3
{these_offers}

-- name: offer.mark_again
UPDATE offer o
SET again_at = $3
{these_offers}

-- name: offer.end_questions -> Uuid
-- All questions to persons ($1) that wait for a word; they become $2.
UPDATE offer o
SET state = $2
FROM (
  SELECT shift_id, person_id
  FROM offer
  WHERE tenant_id = {tenant}
    AND person_id = ANY($1)
    AND state IN ({OfferState.open}, {OfferState.waiting})
  ORDER BY shift_id, person_id
  FOR NO KEY UPDATE
) l
WHERE o.tenant_id = {tenant}
  AND o.shift_id = l.shift_id
  AND o.person_id = l.person_id
RETURNING o.shift_id

-- part: asked_since
-- How often persons were asked, repeated questions with them: who uses it says whom, and since when.
SELECT person_id, count(*) AS count
FROM (
  SELECT person_id, asked_at
  FROM offer
  WHERE tenant_id = {tenant}
  UNION ALL
  SELECT person_id, asked_at
  FROM offer_before
  WHERE tenant_id = {tenant}
) o

-- name: offer.asked_today -> PersonCount
-- What limits whom may be asked: questions of today, and open ones that overlap the shift.
{asked_since}
WHERE person_id = ANY($1) AND asked_at >= $2
GROUP BY person_id

-- name: offer.open_overlap -> Uuid
SELECT DISTINCT o.person_id
FROM offer o
JOIN shift s USING (tenant_id, shift_id)
WHERE o.tenant_id = {tenant}
  AND o.person_id = ANY($1)
  AND o.state = {OfferState.open}
  AND s.shift_id <> $2
  AND s.state = {ShiftState.open}
  AND s.starts_at < $4
  AND s.ends_at > $3

-- name: offer.ask_alone
-- Who asks in a tenant is alone until the commit: else two shifts would each ask somebody who may
-- be asked once.
SELECT pg_advisory_xact_lock(hashtextextended($1, 0))

-- name: booking.one -> BookingRecord
SELECT {*} FROM booking WHERE tenant_id = {tenant} AND booking_id = $1

-- name: booking.of_person -> BookingRecord
SELECT {*}
FROM booking
WHERE tenant_id = {tenant}
  AND shift_id = $1
  AND person_id = $2
  AND state = {BookingState.booked}

-- name: booking.of_shift -> BookingRecord
SELECT {*}
FROM booking
WHERE tenant_id = {tenant} AND shift_id = $1
ORDER BY booked_at

-- name: booking.cancelled_of -> CancelledRow
SELECT DISTINCT ON (person_id) person_id, state, booked_at, cancelled_at
FROM booking
WHERE tenant_id = {tenant}
  AND shift_id = $1
  AND state <> {BookingState.booked}
ORDER BY person_id, cancelled_at DESC

-- name: booking.page -> BookingRecord
SELECT {*}
FROM booking
WHERE tenant_id = {tenant}
  AND starts_at >= $1
  AND starts_at < $2
  AND ($3::uuid IS NULL OR person_id = $3)
  AND ($4::uuid IS NULL OR workplace_id = $4)
ORDER BY starts_at, booking_id
LIMIT 5001

-- name: booking.cancel
-- The reason is that of the cancellation, or there is none: why somebody was booked against a rule
-- is not what she said when she cancelled. (The trail keeps it.)
UPDATE booking
SET state = $2, cancelled_at = $3, sealed = $4
WHERE tenant_id = {tenant}
  AND booking_id = $1
  AND state = {BookingState.booked}

-- name: booking.revise
-- Of a shift ($1), or at a workplace ($2), as far back as feeds reach: what they show has changed.
UPDATE booking b
SET revision = b.revision + 1, revised_at = $3
FROM (
  SELECT booking_id
  FROM booking
  WHERE tenant_id = {tenant}
    AND (shift_id = $1 OR workplace_id = $2)
    AND starts_at > $4
  ORDER BY booking_id
  FOR NO KEY UPDATE
) l
WHERE b.tenant_id = {tenant} AND b.booking_id = l.booking_id

-- name: booking.set_break
-- Until somebody has said which hours were worked.
UPDATE booking
SET break_minutes = $2
WHERE tenant_id = {tenant}
  AND shift_id = $1
  AND state = {BookingState.booked}
  AND worked_from IS NULL

-- name: booking.reminded
UPDATE booking
SET reminded_at = $2
WHERE tenant_id = {tenant}
  AND booking_id = $1
  AND state = {BookingState.booked}
  AND reminded_at IS NULL

-- name: booking.worked
-- $5: the person says so, otherwise the office. Who says something else than stands there takes the
-- other's confirmation back.
UPDATE booking
SET worked_from = $2, worked_until = $3,
  person_confirmed_at = CASE WHEN $5 THEN $4 WHEN worked_from = $2 AND worked_until = $3 THEN
      person_confirmed_at END,
  office_confirmed_at = CASE WHEN NOT $5 THEN $4 WHEN worked_from = $2 AND worked_until = $3 THEN
      office_confirmed_at END
WHERE tenant_id = {tenant}
  AND booking_id = $1
  AND state = {BookingState.booked}

-- name: booking.confirm_hours -> ConfirmedRow
-- As they were seen ($2, $3): what the person said, or what was planned where nobody said anything;
-- what is over, and once.
UPDATE booking b
SET worked_from = l.seen_from, worked_until = l.seen_until, office_confirmed_at = $4
FROM (
  SELECT c.booking_id, a.seen_from, a.seen_until
  FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) AS a (
      booking_id, seen_from, seen_until)
  JOIN booking c ON c.tenant_id = {tenant} AND c.booking_id = a.booking_id
  WHERE c.state = {BookingState.booked}
    AND c.ends_at <= $4
    AND c.office_confirmed_at IS NULL
    AND coalesce(c.worked_from, c.starts_at) = a.seen_from
    AND coalesce(c.worked_until, c.ends_at) = a.seen_until
  ORDER BY c.booking_id
  FOR NO KEY UPDATE OF c
) l
WHERE b.tenant_id = {tenant} AND b.booking_id = l.booking_id
RETURNING {b.*}

-- name: retention.old_shifts
-- What was asked before goes with it.
SELECT count(*) AS rows, min(ends_at) AS oldest
FROM shift
WHERE tenant_id = {tenant} AND ends_at < $1

-- name: retention.drop_shifts
WITH old AS (
  SELECT shift_id
  FROM shift
  WHERE tenant_id = {tenant} AND ends_at < $1
  ORDER BY ends_at
  LIMIT $2
  FOR UPDATE
),
booked AS (
  DELETE FROM booking b
  USING old
  WHERE b.tenant_id = {tenant} AND b.shift_id = old.shift_id
)
DELETE FROM shift s
USING old
WHERE s.tenant_id = {tenant} AND s.shift_id = old.shift_id
RETURNING s.shift_id

-- name: offer.erase
DELETE FROM offer o
USING (
  SELECT shift_id, person_id
  FROM offer
  WHERE tenant_id = {tenant} AND person_id = ANY($1)
  ORDER BY shift_id, person_id
  FOR UPDATE
) l
WHERE o.tenant_id = {tenant}
  AND o.shift_id = l.shift_id
  AND o.person_id = l.person_id

-- name: booking.erase
-- Who worked when stays as hours of nobody: the sum of a month is the organisation's.
DELETE FROM booking WHERE tenant_id = {tenant} AND person_id = ANY($1)

-- name: booking.free_erased -> ShiftCount
SELECT shift_id, count(*) AS count
FROM booking
WHERE tenant_id = {tenant}
  AND person_id = ANY($1)
  AND state = {BookingState.booked}
  AND starts_at > $2
GROUP BY shift_id
ORDER BY shift_id

-- name: fit.substitutes.all -> WhomRecord
SELECT {*}
FROM substitute
WHERE tenant_id = {tenant}
  AND $1::uuid[] IS NULL

-- name: fit.substitutes.some -> WhomRecord
SELECT {*}
FROM substitute
WHERE tenant_id = {tenant}
  AND person_id = ANY($1)

-- name: fit.skills.all -> SkillRow
SELECT {*}
FROM substitute_skill
WHERE tenant_id = {tenant}
  AND skill_id = ANY($1)
  AND $2::uuid[] IS NULL

-- name: fit.skills.some -> SkillRow
SELECT {*}
FROM substitute_skill
WHERE tenant_id = {tenant}
  AND skill_id = ANY($1)
  AND person_id = ANY($2)

-- name: fit.documents.all -> DocumentRow
SELECT {*}
FROM person_document
WHERE tenant_id = {tenant}
  AND seen_at IS NOT NULL
  AND kind_id = ANY($1)
  AND $2::uuid[] IS NULL

-- name: fit.documents.some -> DocumentRow
SELECT {*}
FROM person_document
WHERE tenant_id = {tenant}
  AND seen_at IS NOT NULL
  AND kind_id = ANY($1)
  AND person_id = ANY($2)

-- name: fit.choices.all -> ChoiceRow
SELECT {*}
FROM workplace_choice
WHERE tenant_id = {tenant}
  AND workplace_id = ANY($1)
  AND $2::uuid[] IS NULL

-- name: fit.choices.some -> ChoiceRow
SELECT {*}
FROM workplace_choice
WHERE tenant_id = {tenant}
  AND workplace_id = ANY($1)
  AND person_id = ANY($2)

-- part: fit_statements
SELECT person_id, availability_id AS id, kind, from_date, until_date, weekdays, from_minute,
  until_minute, created_at AS stated_at
FROM availability
WHERE tenant_id = {tenant}
  AND until_date >= $1
  AND from_date <= $2

-- name: fit.statements.all
{fit_statements}
  AND $3::uuid[] IS NULL

-- name: fit.statements.some
{fit_statements}
  AND person_id = ANY($3)

-- name: fit.bookings.all -> BookedRow
-- A booking lasts 48 hours at most ($1 is so long before the time): so far back the index is read
-- for those that reach into it.
SELECT {*}
FROM booking
WHERE tenant_id = {tenant}
  AND state = {BookingState.booked}
  AND starts_at > $1
  AND starts_at < $2
  AND ends_at > $3
  AND $4::uuid[] IS NULL

-- name: fit.bookings.some -> BookedRow
SELECT {*}
FROM booking
WHERE tenant_id = {tenant}
  AND state = {BookingState.booked}
  AND starts_at > $1
  AND starts_at < $2
  AND ends_at > $3
  AND person_id = ANY($4)

-- part: fit_work
SELECT person_id,
  sum(CASE WHEN starts_at >= $3 AND ends_at <= $2 THEN greatest(minutes, 0) * 60::bigint ELSE (
        SELECT p.part - least(break_minutes * 60, p.whole) * p.part / p.whole
        FROM (
          SELECT greatest(floor(extract(epoch FROM ends_at - starts_at)), 1)::bigint AS whole,
            floor(extract(epoch FROM least(ends_at, $2) - greatest(starts_at, $3)))::bigint AS part
        ) p
      ) END)::bigint AS count
FROM booking
WHERE tenant_id = {tenant}
  AND state = {BookingState.booked}
  AND starts_at > $1
  AND starts_at < $2
  AND ends_at > $3

-- name: fit.work.all
-- In seconds, as fit::work_within() counts them: what is booked in another order comes to the same.
{fit_work}
  AND $4::uuid[] IS NULL
GROUP BY person_id

-- name: fit.work.some
{fit_work}
  AND person_id = ANY($4)
GROUP BY person_id

-- name: fit.worked
-- Of everybody, and whole from the day on which they began: fairness needs no minutes.
SELECT person_id, sum(minutes) AS count
FROM booking
WHERE tenant_id = {tenant}
  AND state = {BookingState.booked}
  AND starts_at >= $1
  AND starts_at < $2
GROUP BY person_id

-- name: fit.asked.all
{asked_since}
WHERE asked_at >= $1 AND $2::uuid[] IS NULL
GROUP BY person_id

-- name: fit.asked.some
{asked_since}
WHERE asked_at >= $1 AND person_id = ANY($2)
GROUP BY person_id

-- name: fit.in_pools
SELECT DISTINCT person_id
FROM pool_member
WHERE tenant_id = {tenant} AND pool_id = ANY($1)

-- name: fit.places_of
-- Where the others of these persons' bookings are.
SELECT workplace_id AS id, latitude, longitude
FROM workplace
WHERE tenant_id = {tenant}
  AND workplace_id IN (
    SELECT workplace_id
    FROM booking
    WHERE tenant_id = {tenant}
      AND state = {BookingState.booked}
      AND person_id = ANY($1)
      AND starts_at > $2
      AND starts_at < $3
  )

-- name: fit.book_alone
-- Until the commit nobody else books these persons: two shifts that each leave enough rest may not
-- leave it together. In one order, that two never wait for each other in a circle.
SELECT pg_advisory_xact_lock(l.key)
FROM (
  SELECT hashtextextended('staffing.book:' || p::text, 0) AS key
  FROM unnest($1::uuid[]) p
  ORDER BY key
) l
