-- Fairness sums the hours of thousands of people at once: whole numbers from the index, where the difference of two times made an
-- interval of each row.
ALTER TABLE booking ADD COLUMN minutes integer NOT NULL
  GENERATED ALWAYS AS ((extract(epoch FROM ends_at - starts_at) / 60)::integer - break_minutes) STORED;
DROP INDEX booking_time;
CREATE INDEX booking_time ON booking (tenant_id, starts_at) INCLUDE (person_id, ends_at, break_minutes, workplace_id, minutes) WHERE state = 1;
