-- Who is in a file that lies ready, so that the file goes when one of them is erased.
ALTER TABLE export_piece ADD COLUMN persons uuid[] NOT NULL DEFAULT '{}';
ALTER TABLE import ADD COLUMN cleared boolean NOT NULL DEFAULT false;  -- its pieces were swept
CREATE INDEX audit_entry_erasures ON audit_entry (tenant_id, entry_id) WHERE action = 'person.erase';
CREATE INDEX audit_entry_of_person ON audit_entry (tenant_id, person_id, entry_id) WHERE action = 'person.erase';
