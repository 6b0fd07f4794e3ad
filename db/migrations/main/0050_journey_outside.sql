-- Journeys that begin when somebody comes into a segment, and may begin again: they begin again when she was seen outside of it since.
ALTER TABLE journey_run ADD COLUMN outside_at timestamptz;
