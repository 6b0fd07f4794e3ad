-- Ranking a pool reads as little as it can of thousands of people.

-- Fairness sums the hours of all: whole numbers from the index, where the difference of two times made an interval of each row.
ALTER TABLE booking ADD COLUMN minutes integer NOT NULL
  GENERATED ALWAYS AS ((extract(epoch FROM ends_at - starts_at) / 60)::integer - break_minutes) STORED;
DROP INDEX booking_time;
CREATE INDEX booking_time ON booking (tenant_id, starts_at) INCLUDE (person_id, ends_at, break_minutes, workplace_id, minutes) WHERE state = 1;
-- What was said of days gone by is most of what was ever said.
CREATE INDEX availability_until ON availability (tenant_id, until_date);
CREATE INDEX substitute_skill_holders ON substitute_skill (tenant_id, skill_id) INCLUDE (person_id, level, expires_on);
