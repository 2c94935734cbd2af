CREATE TABLE $table (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TRIGGER ${table}_insert BEFORE INSERT ON $table
WHEN NEW.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM $table) OR EXISTS (SELECT 1 FROM $table WHERE name = NEW.name)
BEGIN SELECT RAISE(ABORT, 'ledger guard: a name is written once'); END;
