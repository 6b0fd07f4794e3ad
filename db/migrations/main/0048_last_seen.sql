-- When a user last worked for the organisation: sessions are removed when they have ended, and with them went what said so.
ALTER TABLE membership ADD COLUMN last_seen_at timestamptz;
