CREATE TRIGGER ${table}_guard BEFORE ${acts} ON $table
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON $table TO trialwright_writer;
