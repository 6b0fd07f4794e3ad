-- What a question to a person is numbered with last: an answer by SMS names it.
ALTER TABLE substitute ADD COLUMN offer_number integer NOT NULL DEFAULT 0;
UPDATE substitute s SET offer_number = o.number FROM (
  SELECT DISTINCT ON (tenant_id, person_id) tenant_id, person_id, number FROM offer ORDER BY tenant_id, person_id, asked_at DESC
) o WHERE o.tenant_id = s.tenant_id AND o.person_id = s.person_id;

-- people::kSimulated: an answer of the demo's made-up people.
ALTER TABLE offer ADD COLUMN flags integer NOT NULL DEFAULT 0;
