-- The mark of a catalogue is changed by the statements that change the catalogue (people/catalogue/store.sql): a table that is
-- distributed over several servers has no triggers.
DROP TRIGGER mark_catalogue ON attribute;
DROP TRIGGER mark_catalogue ON tag;
DROP TRIGGER mark_catalogue ON list;
DROP TRIGGER mark_catalogue ON purpose;
DROP FUNCTION mark_catalogue();
