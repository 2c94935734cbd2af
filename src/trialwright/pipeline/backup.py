"""A backup holds both: the ledger, and beside it the accounts of the web app. And the way back."""

import tempfile
from pathlib import Path

import msgspec

from trialwright.model.ledger import Head
from trialwright.pipeline.place import database_of, open_place
from trialwright.store import copy_file
from trialwright.store import restore as restore_ledger

ACCOUNTS = "web.sqlite"


class Copied(msgspec.Struct, frozen=True, kw_only=True):
    """What was written: the ledger with its head, and the accounts where there were any in a file."""

    ledger: str
    head: Head
    accounts: Path | None


def back_up(study: Path, db: str | None, output: Path) -> Copied:
    """
    A copy of the ledger in `output`, verified and restored once on trial; the accounts in a file beside it; for their
    owner only.

    On PostgreSQL the accounts stand in the server's own backup.
    Raises: LedgerProblem where the ledger cannot be read, `output` exists, or the copy does not verify.
    """
    with open_place(study, db) as ledger:
        head = ledger.backup(output)
    output.chmod(0o600)
    _rehearse(output, head)
    accounts = _beside(database_of(study, db))
    copy = _accounts_of(output)
    if accounts is None or not accounts.exists():
        return Copied(ledger=str(output), head=head, accounts=None)
    copy_file(accounts, copy)
    copy.chmod(0o600)
    return Copied(ledger=str(output), head=head, accounts=copy)


def _rehearse(copy: Path, head: Head) -> None:
    """A backup never restored is a hope: it is restored beside itself, verified, and the trial copy removed."""
    with tempfile.TemporaryDirectory(prefix=".rehearsal-", dir=copy.parent) as folder:
        restored = restore_ledger(copy, str(Path(folder) / "ledger.sqlite"))
    if restored != head:  # verified twice, so only a program of ours can be wrong here
        raise ValueError(f"the backup restores to entry {restored.seq}, it was made at entry {head.seq}")


def restore(copy: Path, study: Path, db: str | None) -> Copied:
    """
    The ledger of a backup made anew where none stands, and its accounts where none stand.

    Raises: LedgerProblem where `copy` is no whole backup, or something stands where it should go.
    """
    url = database_of(study, db)
    target = _beside(url)
    if target is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
    head = restore_ledger(copy, url)
    kept = _accounts_of(copy)
    if target is None or target.exists() or not kept.exists():
        return Copied(ledger=url, head=head, accounts=None)
    copy_file(kept, target)
    target.chmod(0o600)
    return Copied(ledger=url, head=head, accounts=target)


def _beside(url: str) -> Path | None:
    """The file of accounts beside a ledger that is a file."""
    return None if "://" in url else Path(url).with_name(ACCOUNTS)


def _accounts_of(copy: Path) -> Path:
    return copy.with_name(f"{copy.stem}.accounts{copy.suffix}")
