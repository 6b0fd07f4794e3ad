-- That somebody wants no messages is a fact of its own: a bounce that comes later does not take its place, and whoever takes a
-- bounce off the list does not take it away with it. `reason` stays why nothing can or may go there: 3 when this is all there is.
ALTER TABLE suppression
  ADD COLUMN unsubscribed_at timestamptz,
  ADD COLUMN stopped         boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN suppression.unsubscribed_at IS 'since when the owner of the address wants no messages, whatever else holds it';
COMMENT ON COLUMN suppression.stopped IS 'a number that answered STOP, or whose owner objected: no shifts are offered to it either';
-- Row-level security binds the owner as well: without this, no row would be filled.
ALTER TABLE suppression NO FORCE ROW LEVEL SECURITY;
UPDATE suppression SET unsubscribed_at = at, stopped = channel = 2 WHERE reason = 3;
ALTER TABLE suppression FORCE ROW LEVEL SECURITY;
