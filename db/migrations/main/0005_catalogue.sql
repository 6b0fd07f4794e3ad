-- A mark that is another one after every change of a tenant's attributes, tags, lists or purposes, in the same transaction. Who
-- keeps their names in memory reads the mark with whatever it asks anyway and sees by it whether they are still true: joining the
-- names into each page of a person cost more than all else of it. A random mark, not a counter: a tenant that is restored to an
-- earlier minute must not meet again a number that stood for something else.
CREATE TABLE catalogue_mark (
  tenant_id uuid PRIMARY KEY,
  mark      uuid NOT NULL
);
CALL protect_tenant_table('catalogue_mark');

CREATE FUNCTION mark_catalogue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO catalogue_mark (tenant_id, mark) VALUES (coalesce(NEW.tenant_id, OLD.tenant_id), gen_random_uuid())
  ON CONFLICT (tenant_id) DO UPDATE SET mark = EXCLUDED.mark;
  RETURN NULL;
END $$;
CREATE TRIGGER mark_catalogue AFTER INSERT OR UPDATE OR DELETE ON attribute FOR EACH ROW EXECUTE FUNCTION mark_catalogue();
CREATE TRIGGER mark_catalogue AFTER INSERT OR UPDATE OR DELETE ON tag       FOR EACH ROW EXECUTE FUNCTION mark_catalogue();
CREATE TRIGGER mark_catalogue AFTER INSERT OR UPDATE OR DELETE ON list      FOR EACH ROW EXECUTE FUNCTION mark_catalogue();
CREATE TRIGGER mark_catalogue AFTER INSERT OR UPDATE OR DELETE ON purpose   FOR EACH ROW EXECUTE FUNCTION mark_catalogue();
