-- Why a campaign goes to people without asking for a consent: it concerns something that they have asked for. A campaign
-- with neither a purpose nor this reason (those from before it could be said) reaches nobody who ever said no.
ALTER TABLE campaign ADD COLUMN service_reason text NOT NULL DEFAULT '';
