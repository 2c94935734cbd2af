"""A backup holds both: the ledger, and beside it the accounts of the web app. And the way back."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from trialwright.model.ledger import Head
from trialwright.pipeline.place import database_of, open_place
from trialwright.store import copy_file, decrypt_file, encrypt_file, is_encrypted, problems
from trialwright.store import restore as restore_ledger

ACCOUNTS = "web.sqlite"


class Copied(msgspec.Struct, frozen=True, kw_only=True):
    """What was written: the ledger with its head, and the accounts where there were any in a file."""

    ledger: str
    head: Head
    accounts: Path | None


def back_up(study: Path, db: str | None, output: Path, *, key: bytes | None = None) -> Copied:
    """
    A copy of the ledger in `output`, verified and restored once on trial; the accounts in a file beside it; for their
    owner only. With a `key` both are encrypted, and the trial begins with opening them.

    On PostgreSQL the accounts stand in the server's own backup.
    Raises: LedgerProblem where the ledger cannot be read, `output` exists, or the copy does not verify.
    """
    if key is None:
        copied = _copy(study, db, output)
        with tempfile.TemporaryDirectory(prefix=".rehearsal-", dir=output.parent) as beside:
            _rehearse(output, copied.head, Path(beside))
        return copied
    for path in (output, _accounts_of(output)):
        if path.exists():
            raise problems.target_exists(str(path))
    with _house(database_of(study, db)) as folder:
        plain = _copy(study, db, folder / "ledger.sqlite")
        try:
            encrypt_file(Path(plain.ledger), output, key)
            _rehearse(output, plain.head, folder, key)
            accounts = _accounts_of(output) if plain.accounts else None
            if plain.accounts and accounts:
                encrypt_file(plain.accounts, accounts, key)
                decrypt_file(accounts, folder / "opened", key)
        except BaseException:
            output.unlink(missing_ok=True)
            _accounts_of(output).unlink(missing_ok=True)
            raise
    return Copied(ledger=str(output), head=plain.head, accounts=accounts)


def _copy(study: Path, db: str | None, output: Path) -> Copied:
    with open_place(study, db) as ledger:
        head = ledger.backup(output)
    output.chmod(0o600)
    accounts = _beside(database_of(study, db))
    copy = _accounts_of(output)
    if accounts is None or not accounts.exists():
        return Copied(ledger=str(output), head=head, accounts=None)
    copy_file(accounts, copy)
    copy.chmod(0o600)
    return Copied(ledger=str(output), head=head, accounts=copy)


def _rehearse(copy: Path, head: Head, folder: Path, key: bytes | None = None) -> None:
    """A backup never restored is a hope: it is restored, verified, and the trial copy goes with its folder."""
    with _opened(copy, key, folder) as plain:
        restored = restore_ledger(plain, str(folder / "restored.sqlite"))
    if restored != head:  # verified twice, so only a program of ours can be wrong here
        raise ValueError(f"the backup restores to entry {restored.seq}, it was made at entry {head.seq}")


def drill(copy: Path, study: Path, db: str | None, *, key: bytes | None = None) -> Head:
    """
    The head that a backup restores to: restored in a folder of its own, verified, and removed again.

    Raises: as `restore`, but for what stands at the place of the ledger, which is not touched.
    """
    with _house(database_of(study, db)) as folder, _opened(copy, key, folder) as plain:
        return restore_ledger(plain, str(folder / "restored.sqlite"))


def restore(copy: Path, study: Path, db: str | None, *, key: bytes | None = None) -> Copied:
    """
    The ledger of a backup made anew where none stands, and its accounts where none stand.

    Raises: LedgerProblem where `copy` is no whole backup, something stands where it should go, or it is encrypted and
            `key` is not the one it was written with.
    """
    url = database_of(study, db)
    target = _beside(url)
    if target is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
    with _house(url) as folder, _opened(copy, key, folder) as plain:
        head = restore_ledger(plain, url)
    kept = _accounts_of(copy)
    if target is None or target.exists() or not kept.exists():
        return Copied(ledger=url, head=head, accounts=None)
    with _house(url) as folder, _opened(kept, key, folder) as plain:
        copy_file(plain, target)
    target.chmod(0o600)
    return Copied(ledger=url, head=head, accounts=target)


@contextlib.contextmanager
def _opened(copy: Path, key: bytes | None, folder: Path) -> Iterator[Path]:
    """The copy as it can be read: itself, or decrypted into `folder` for as long as the block runs."""
    if not is_encrypted(copy):
        yield copy
        return
    if key is None:
        raise problems.is_encrypted(str(copy))
    plain = folder / "decrypted.sqlite"
    decrypt_file(copy, plain, key)
    try:
        yield plain
    finally:
        plain.unlink(missing_ok=True)


@contextlib.contextmanager
def _house(url: str) -> Iterator[Path]:
    """
    A folder for what is not encrypted, gone afterwards: beside the ledger, where the same data lie in the clear anyway,
    and never on the disk that the backup goes to.
    """
    beside = None if "://" in url or not Path(url).parent.is_dir() else Path(url).parent
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=beside) as folder:
        yield Path(folder)


def _beside(url: str) -> Path | None:
    """The file of accounts beside a ledger that is a file."""
    return None if "://" in url else Path(url).with_name(ACCOUNTS)


def _accounts_of(copy: Path) -> Path:
    return copy.with_name(f"{copy.stem}.accounts{copy.suffix}")
