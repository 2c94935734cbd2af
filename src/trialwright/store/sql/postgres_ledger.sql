-- The ledger on PostgreSQL: the same tables. Whoever runs this owns them; the application is a member of
-- trialwright_writer, which may INSERT and SELECT and owns nothing. The triggers also stop the owner's slips.

CREATE TABLE ledger (
    id bigint PRIMARY KEY CHECK (id = 1),
    format bigint NOT NULL,
    origin bytea NOT NULL CHECK (length(origin) = 32)
);

CREATE TABLE save (
    id bigint PRIMARY KEY,
    at_ms bigint NOT NULL,
    account bigint NOT NULL REFERENCES account (id),
    build bigint NOT NULL,
    origin bigint NOT NULL REFERENCES origin (id),
    token text UNIQUE
);

CREATE TABLE entry (
    seq bigint PRIMARY KEY,
    save bigint NOT NULL REFERENCES save (id),
    event bigint NOT NULL CHECK (event IN (0, 1)),
    kind bigint NOT NULL REFERENCES kind (id),
    participant bigint NOT NULL REFERENCES participant (id),
    visit bigint NOT NULL REFERENCES visit (id),
    form bigint NOT NULL REFERENCES form (id),
    item bigint NOT NULL REFERENCES item (id),
    row_id bigint NOT NULL CHECK (row_id >= 0),
    replaces bigint NOT NULL CHECK (replaces >= 0 AND replaces < seq),
    erases bigint NOT NULL CHECK (erases >= 0 AND erases < seq),
    commitment bytea NOT NULL CHECK (length(commitment) = 32),
    hash bytea NOT NULL CHECK (length(hash) = 32)
);
CREATE INDEX entry_save ON entry (save);
CREATE INDEX entry_slot ON entry (participant, visit, form, item, row_id, seq) WHERE event = 0;
CREATE INDEX entry_event ON entry (kind, seq) WHERE event = 1;
CREATE INDEX entry_participant ON entry (participant, seq) WHERE event = 1;
CREATE INDEX entry_erases ON entry (erases) WHERE erases > 0;

CREATE TABLE content (
    seq bigint PRIMARY KEY REFERENCES entry (seq),
    nonce bytea NOT NULL CHECK (length(nonce) = 32),
    raw text NOT NULL,
    text text NOT NULL,
    unit bigint NOT NULL REFERENCES unit (id),
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
    THEN
        RAISE EXCEPTION 'ledger guard: a save follows the last one, never replaces it';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER save_insert BEFORE INSERT ON save FOR EACH ROW EXECUTE FUNCTION check_save();

CREATE FUNCTION check_entry() RETURNS trigger LANGUAGE plpgsql SET search_path = trialwright_ledger AS $$
BEGIN
    IF NEW.seq IS DISTINCT FROM (SELECT coalesce(max(seq), 0) + 1 FROM entry)
        OR (NEW.event = 1 AND NEW.replaces <> 0)
        OR (NEW.event = 0 AND NEW.replaces IS DISTINCT FROM (
            SELECT coalesce(max(seq), 0) FROM entry
            WHERE event = 0 AND participant = NEW.participant AND visit = NEW.visit AND form = NEW.form
                AND item = NEW.item AND row_id = NEW.row_id))
    THEN
        RAISE EXCEPTION 'ledger guard: an entry follows the last one and replaces the latest of its slot';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER entry_insert BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION check_entry();

CREATE FUNCTION check_content() RETURNS trigger LANGUAGE plpgsql SET search_path = trialwright_ledger AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM entry WHERE erases = NEW.seq AND erases > 0) THEN
        RAISE EXCEPTION 'ledger guard: content is written once, with its entry';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER content_insert BEFORE INSERT ON content FOR EACH ROW EXECUTE FUNCTION check_content();

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
