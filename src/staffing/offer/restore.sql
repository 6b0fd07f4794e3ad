-- database: restore

-- name: restore.keep_reminded
UPDATE stage_booking s
SET reminded_at = t.reminded_at
FROM booking t
WHERE t.tenant_id = {tenant}
  AND t.booking_id = s.booking_id
  AND s.reminded_at IS NULL
  AND t.reminded_at IS NOT NULL

-- name: restore.take_back_offers
-- Questions that are open are taken back, and so is a yes whose booking is not there any more.
UPDATE offer o
SET state = {OfferState.withdrawn}
WHERE o.tenant_id = {tenant}
  AND (o.state IN ({OfferState.open}, {OfferState.waiting})
    OR o.state = {OfferState.booked}
      AND NOT EXISTS (
        SELECT
        FROM booking b
        WHERE b.tenant_id = {tenant}
          AND b.shift_id = o.shift_id
          AND b.person_id = o.person_id
          AND b.state = {BookingState.booked}
      ))

-- name: restore.remind
-- Reminders of bookings: the only work of then that is done again, if it was not done since.
INSERT INTO job
SELECT *
FROM stage_job s
WHERE s.kind = 'staffing.remind'
  AND EXISTS (
    SELECT
    FROM booking b
    WHERE b.tenant_id = {tenant}
      AND b.booking_id = (s.payload->>'booking_id')::uuid
      AND b.state = {BookingState.booked}
      AND b.reminded_at IS NULL
  )
ON CONFLICT DO NOTHING
