"""
A small store beside the ledger for what must never stand in it: sealed texts by a key of their own, each erasable.

The ledger holds the hash of a sealed text and the act, never the text. What is erased is overwritten in the file.
"""

import contextlib
import hashlib
import os
import secrets
import sqlite3
from collections.abc import Collection, Iterator
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

KEY_FILE = "identity.key"
STORE_FILE = "identity.sqlite"


class SealedStore:
    """Sealed texts of participants in one file, for its owner only. Fernet (AES-128-CBC with HMAC-SHA256)."""

    def __init__(self, folder: Path, key: str = "") -> None:
        self._folder, self._given = folder, key

    def keep(self, participant_id: str, text: str) -> str:
        """
        Seals a text, puts it in the place of an earlier one only after it is safe, and returns the seal's hash.

        Shape: the earlier text stays until `settle` is called with the hash that the ledger took.
        """
        sealed = Fernet(self._key()).encrypt(text.encode())
        digest = hashlib.sha256(sealed).hexdigest()
        with self._open() as store:
            store.execute(
                "INSERT INTO sealed (hash, participant_id, text) VALUES (?, ?, ?)", (digest, participant_id, sealed)
            )
        return digest

    def settle(self, participant_id: str, standing: Collection[str]) -> None:
        """Erases every sealed text of a participant but those with these hashes."""
        with self._open() as store:
            for (digest,) in store.execute(
                "SELECT hash FROM sealed WHERE participant_id = ?", (participant_id,)
            ).fetchall():
                if digest not in standing:
                    store.execute("DELETE FROM sealed WHERE hash = ?", (digest,))

    def read(self, participant_id: str, digest: str) -> str | None:
        """The text behind a hash; None where it is not there, was altered, or the key is another one."""
        with self._open() as store:
            found = store.execute(
                "SELECT text FROM sealed WHERE participant_id = ? AND hash = ?", (participant_id, digest)
            ).fetchone()
        if found is None or hashlib.sha256(found[0]).hexdigest() != digest:
            return None
        try:
            return Fernet(self._key()).decrypt(found[0]).decode()
        except (InvalidToken, ValueError):
            return None

    def _key(self) -> bytes:
        if self._given:
            return self._given.encode()
        path = self._folder / KEY_FILE
        if not path.exists():
            whole = path.with_name(f"{KEY_FILE}-{secrets.token_hex(8)}")
            whole.touch(mode=0o600)
            whole.write_bytes(Fernet.generate_key())
            # two servers may start at once: the first key stands, and nobody ever reads half of one
            with contextlib.suppress(FileExistsError):
                os.link(whole, path)
            whole.unlink()
        return path.read_bytes().strip()

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        path = self._folder / STORE_FILE
        if not path.exists():
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        store = sqlite3.connect(path, timeout=10, isolation_level=None)
        try:
            # overwritten, not only marked as free: an erased name must not be found in the file
            store.execute("PRAGMA secure_delete = ON")
            store.execute("PRAGMA synchronous = FULL")
            store.execute(
                "CREATE TABLE IF NOT EXISTS sealed"
                " (hash TEXT PRIMARY KEY, participant_id TEXT NOT NULL, text BLOB NOT NULL) STRICT"
            )
            store.execute("BEGIN IMMEDIATE")
            yield store
            store.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                store.execute("ROLLBACK")
            raise
        finally:
            store.close()
