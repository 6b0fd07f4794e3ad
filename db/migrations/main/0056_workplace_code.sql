-- What the payroll system knows a workplace by.
ALTER TABLE workplace ADD COLUMN code text NOT NULL DEFAULT '';
