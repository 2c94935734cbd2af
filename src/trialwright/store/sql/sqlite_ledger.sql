-- The ledger on SQLite. Every table is STRICT and guarded: rows are appended, never changed, never removed.
-- The guards BEFORE INSERT stand on every key, because INSERT OR REPLACE on a connection with default pragmas
-- removes the old row without firing a DELETE trigger.

CREATE TABLE ledger (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    format INTEGER NOT NULL,
    origin BLOB NOT NULL CHECK (length(origin) = 32)
) STRICT;
CREATE TRIGGER ledger_insert BEFORE INSERT ON ledger
WHEN EXISTS (SELECT 1 FROM ledger)
BEGIN SELECT RAISE(ABORT, 'ledger guard: the format row exists'); END;

-- One save: all its entries share who, when, why it is kept together.
CREATE TABLE save (
    id INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    account INTEGER NOT NULL REFERENCES account (id),
    build INTEGER NOT NULL,
    origin INTEGER NOT NULL REFERENCES origin (id),
    token TEXT UNIQUE
) STRICT;
CREATE TRIGGER save_insert BEFORE INSERT ON save
WHEN NEW.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM save)
    OR NEW.at_ms < (SELECT coalesce(max(at_ms), NEW.at_ms) FROM save WHERE id = NEW.id - 1)
    OR EXISTS (SELECT 1 FROM save WHERE token = NEW.token)
BEGIN SELECT RAISE(ABORT, 'ledger guard: a save follows the last one, never replaces it'); END;

-- One link of the chain: a version of a datapoint (event = 0) or an act (event = 1).
CREATE TABLE entry (
    seq INTEGER PRIMARY KEY,
    save INTEGER NOT NULL REFERENCES save (id),
    event INTEGER NOT NULL CHECK (event IN (0, 1)),
    kind INTEGER NOT NULL REFERENCES kind (id),
    participant INTEGER NOT NULL REFERENCES participant (id),
    visit INTEGER NOT NULL REFERENCES visit (id),
    form INTEGER NOT NULL REFERENCES form (id),
    item INTEGER NOT NULL REFERENCES item (id),
    row_id INTEGER NOT NULL CHECK (row_id >= 0),
    replaces INTEGER NOT NULL CHECK (replaces >= 0 AND replaces < seq),
    erases INTEGER NOT NULL CHECK (erases >= 0 AND erases < seq),
    commitment BLOB NOT NULL CHECK (length(commitment) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX entry_save ON entry (save);
CREATE INDEX entry_slot ON entry (participant, visit, form, item, row_id, seq) WHERE event = 0;
CREATE INDEX entry_event ON entry (kind, seq) WHERE event = 1;
CREATE INDEX entry_participant ON entry (participant, seq) WHERE event = 1;
CREATE INDEX entry_erases ON entry (erases) WHERE erases > 0;
CREATE TRIGGER entry_insert BEFORE INSERT ON entry
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entry)
    OR (NEW.event = 0 AND NEW.replaces IS NOT (
        SELECT coalesce(max(seq), 0) FROM entry
        WHERE event = 0 AND participant = NEW.participant AND visit = NEW.visit AND form = NEW.form
            AND item = NEW.item AND row_id = NEW.row_id))
    OR (NEW.event = 1 AND NEW.replaces <> 0)
BEGIN SELECT RAISE(ABORT, 'ledger guard: an entry follows the last one and replaces the latest of its slot'); END;

-- What an entry says. It lies beside the chain, so that a lawful erasure leaves the chain whole.
CREATE TABLE content (
    seq INTEGER PRIMARY KEY REFERENCES entry (seq),
    nonce BLOB NOT NULL CHECK (length(nonce) = 32),
    raw TEXT NOT NULL,
    text TEXT NOT NULL,
    unit INTEGER NOT NULL REFERENCES unit (id),
    reason TEXT NOT NULL
) STRICT;
CREATE TRIGGER content_insert BEFORE INSERT ON content
WHEN EXISTS (SELECT 1 FROM content WHERE seq = NEW.seq)
    OR NOT EXISTS (SELECT 1 FROM entry WHERE seq = NEW.seq)
    OR EXISTS (SELECT 1 FROM entry WHERE erases = NEW.seq AND erases > 0)
BEGIN SELECT RAISE(ABORT, 'ledger guard: content is written once, with its entry'); END;
-- The one way out: an entry in the chain that names what it erases.
CREATE TRIGGER content_delete BEFORE DELETE ON content
WHEN NOT EXISTS (SELECT 1 FROM entry WHERE erases = OLD.seq AND erases > 0)
BEGIN SELECT RAISE(ABORT, 'ledger guard: content leaves only by an erasure in the chain'); END;
