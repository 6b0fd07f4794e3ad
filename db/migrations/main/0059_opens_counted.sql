-- Whether a campaign's messages carried what counts opens, as they were made: settings and texts change afterwards. Not known of a
-- campaign from before this was kept.
ALTER TABLE campaign ADD COLUMN opens_counted boolean;
