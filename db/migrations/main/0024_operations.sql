-- Who runs a command on the machine is the operator, and the trail says so.
COMMENT ON COLUMN audit_entry.actor_kind IS '1 system, 2 user, 3 person, 4 journey, 5 operations (the operator, by a command)';
