-- The ledger on PostgreSQL: the same tables. Whoever runs this owns them; the application is a member of
-- trialwright_writer, which may INSERT and SELECT and owns nothing. The triggers also stop the owner's slips.
--
-- That every key stands in its table is asked by these triggers too, once a statement. Foreign keys would ask a query a
-- key and row, forty for five values, and lock what they find; locks are for rows that may go, and these never do.

CREATE TABLE ledger (
    id bigint PRIMARY KEY CHECK (id = 1),
    format bigint NOT NULL,
    origin bytea NOT NULL CHECK (length(origin) = 32)
);

CREATE TABLE save (
    id bigint PRIMARY KEY,
    at_ms bigint NOT NULL,
    account bigint NOT NULL,
    build bigint NOT NULL,
    origin bigint NOT NULL,
    token text UNIQUE
);

CREATE TABLE entry (
    seq bigint PRIMARY KEY,
    save bigint NOT NULL,
    event bigint NOT NULL CHECK (event IN (0, 1)),
    kind bigint NOT NULL,
    participant bigint NOT NULL,
    visit bigint NOT NULL,
    form bigint NOT NULL,
    item bigint NOT NULL,
    row_id bigint NOT NULL CHECK (row_id >= 0),
    replaces bigint NOT NULL CHECK (replaces >= 0 AND replaces < seq),
    erases bigint NOT NULL CHECK (erases >= 0 AND erases < seq),
    commitment bytea NOT NULL CHECK (length(commitment) = 32),
    hash bytea NOT NULL CHECK (length(hash) = 32),
    CHECK (event = 0 OR replaces = 0)
);
CREATE INDEX entry_save ON entry (save);
CREATE INDEX entry_slot ON entry (participant, visit, form, item, row_id, seq) WHERE event = 0;
CREATE INDEX entry_event ON entry (kind, seq) WHERE event = 1;
CREATE INDEX entry_participant ON entry (participant, seq) WHERE event = 1;
CREATE INDEX entry_erases ON entry (erases) WHERE erases > 0;

CREATE TABLE content (
    seq bigint PRIMARY KEY,
    nonce bytea NOT NULL CHECK (length(nonce) = 32),
    raw text NOT NULL,
    text text NOT NULL,
    unit bigint NOT NULL,
    reason text NOT NULL
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger guard: rows are never changed or removed';
END $$;

CREATE FUNCTION check_save() RETURNS trigger LANGUAGE plpgsql SET search_path = trialwright_ledger AS $$
BEGIN
    IF NEW.id IS DISTINCT FROM (SELECT coalesce(max(id), 0) + 1 FROM save)
        OR NEW.at_ms < (SELECT at_ms FROM save WHERE id = NEW.id - 1)
        OR (SELECT id FROM account WHERE id = NEW.account) IS NULL
        OR (SELECT id FROM origin WHERE id = NEW.origin) IS NULL
    THEN
        RAISE EXCEPTION 'ledger guard: a save follows the last one, never replaces it, and names what is there';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER save_insert BEFORE INSERT ON save FOR EACH ROW EXECUTE FUNCTION check_save();

-- Each "(SELECT ...) IS NULL" is one look into an index: the program's connections plan no reading of a whole table.
CREATE FUNCTION check_entries() RETURNS trigger LANGUAGE plpgsql SET search_path = trialwright_ledger AS $$
DECLARE
    first bigint;
    last bigint;
    rows bigint;
BEGIN
    SELECT min(seq), max(seq), count(*) INTO first, last, rows FROM added;
    IF rows > 0 AND (
        first IS DISTINCT FROM (SELECT coalesce(max(seq), 0) + 1 FROM entry WHERE seq < first)
        OR last IS DISTINCT FROM (SELECT max(seq) FROM entry)
        OR rows <> last - first + 1
        OR EXISTS (
            SELECT 1 FROM added
            WHERE (added.event = 0 AND added.replaces IS DISTINCT FROM (
                    SELECT coalesce(max(entry.seq), 0) FROM entry
                    WHERE entry.event = 0 AND entry.participant = added.participant AND entry.visit = added.visit
                        AND entry.form = added.form AND entry.item = added.item AND entry.row_id = added.row_id
                        AND entry.seq < added.seq))
                OR (SELECT id FROM save WHERE id = added.save) IS NULL
                OR (SELECT id FROM kind WHERE id = added.kind) IS NULL
                OR (SELECT id FROM participant WHERE id = added.participant) IS NULL
                OR (SELECT id FROM visit WHERE id = added.visit) IS NULL
                OR (SELECT id FROM form WHERE id = added.form) IS NULL
                OR (SELECT id FROM item WHERE id = added.item) IS NULL))
    THEN
        RAISE EXCEPTION 'ledger guard: entries follow the last one, replace the latest of their slot and name what is there';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER entry_insert AFTER INSERT ON entry REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION check_entries();

CREATE FUNCTION check_contents() RETURNS trigger LANGUAGE plpgsql SET search_path = trialwright_ledger AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM added
        WHERE (SELECT entry.seq FROM entry WHERE entry.seq = added.seq) IS NULL
            OR (SELECT min(entry.erases) FROM entry WHERE entry.erases = added.seq AND entry.erases > 0) IS NOT NULL
            OR (SELECT id FROM unit WHERE id = added.unit) IS NULL)
    THEN
        RAISE EXCEPTION 'ledger guard: content is written once, with its entry';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER content_insert AFTER INSERT ON content REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION check_contents();

-- The one way out: an entry in the chain that names what it erases.
CREATE FUNCTION check_erasure() RETURNS trigger LANGUAGE plpgsql SET search_path = trialwright_ledger AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM entry WHERE erases = OLD.seq AND erases > 0) THEN
        RAISE EXCEPTION 'ledger guard: content leaves only by an erasure in the chain';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER content_delete BEFORE DELETE ON content FOR EACH ROW EXECUTE FUNCTION check_erasure();

-- Runs with the owner's rights, so that the application needs no DELETE of its own; the trigger above still judges.
CREATE FUNCTION erase_content(bigint) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = trialwright_ledger AS $$
    DELETE FROM content WHERE seq = $1
$$;
REVOKE ALL ON FUNCTION erase_content(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_content(bigint) TO trialwright_writer;
