-- Nobody has chosen a language by having an account: who has not is spoken to in the organisation's.
ALTER TABLE account ALTER locale SET DEFAULT '';
COMMENT ON COLUMN account.locale IS 'empty: not chosen, the organisation''s counts';
