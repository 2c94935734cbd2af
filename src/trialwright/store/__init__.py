"""The append-only ledger: plain SQL on SQLite and PostgreSQL, chained by hash, never overwritten."""

from trialwright.store.backup import copy_file, restore
from trialwright.store.ledger import Ledger
from trialwright.store.opening import open_ledger
from trialwright.store.problems import LedgerProblem
from trialwright.store.roles import make_roles

__all__ = ["Ledger", "LedgerProblem", "copy_file", "make_roles", "open_ledger", "restore"]
