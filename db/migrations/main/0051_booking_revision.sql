-- How often what calendars show of a booking has changed since (a note, the workplace's name or address), and when last.
ALTER TABLE booking ADD COLUMN revision integer NOT NULL DEFAULT 0;
ALTER TABLE booking ADD COLUMN revised_at timestamptz;
