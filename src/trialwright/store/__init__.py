"""The append-only ledger: plain SQL on SQLite and PostgreSQL, chained by hash, never overwritten."""

from trialwright.store.backup import check_file, check_place, copy_file, put, restore
from trialwright.store.encrypting import decrypt_file, encrypt_file, is_encrypted, make_key, read_key
from trialwright.store.ledger import Ledger
from trialwright.store.opening import open_ledger
from trialwright.store.problems import LedgerProblem
from trialwright.store.roles import make_roles

__all__ = [
    "Ledger", "LedgerProblem", "check_file", "check_place", "copy_file", "decrypt_file", "encrypt_file", "is_encrypted",
    "make_key", "make_roles", "open_ledger", "put", "read_key", "restore",
]  # fmt: skip
