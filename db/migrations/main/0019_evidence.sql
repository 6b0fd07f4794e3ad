-- What evidence is made of: the few entries of a trail that say how it is looked after.
CREATE INDEX audit_entry_evidence ON audit_entry (tenant_id, entry_id) WHERE action IN (
  'person.erase', 'system.drill', 'system.restore', 'system.restore-keys', 'keys.rotate', 'keys.rotate_root', 'retention.rule',
  'retention.run', 'settings.update', 'user.join', 'user.update', 'user.remove', 'evidence.make');
