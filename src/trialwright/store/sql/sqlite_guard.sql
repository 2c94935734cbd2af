CREATE TRIGGER ${table}_${act} BEFORE ${act} ON $table
BEGIN SELECT RAISE(ABORT, 'ledger guard: rows are never changed or removed'); END;
