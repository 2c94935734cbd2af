"""A backup holds both: the ledger, and beside it the accounts of the web app. And the way back."""

import contextlib
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import NoReturn

import msgspec

from trialwright.model.ledger import Head
from trialwright.pipeline.place import database_of, open_place
from trialwright.store import (
    LedgerProblem,
    check_file,
    check_place,
    copy_file,
    decrypt_file,
    encrypt_file,
    is_encrypted,
    problems,
    put,
)
from trialwright.store import restore as restore_ledger
from trialwright.store.lock import WriterLock

ACCOUNTS = "web.sqlite"
_HOUSE, _HELD = ".backup-", "backup.held"
_ALONE, _WITH_ACCOUNTS, _ACCOUNTS = "ledger", "ledger-with-accounts", "accounts"
"""What an encrypted file of a backup is, written into it with the head."""


class Copied(msgspec.Struct, frozen=True, kw_only=True):
    """
    What was written: the ledger with its head, and the accounts where there were any in a file.

    `missing`: the accounts that an encrypted backup was made with, where they no longer lie beside it.
    """

    ledger: str
    head: Head
    accounts: Path | None
    missing: Path | None = None


class _Opened(msgspec.Struct, frozen=True, kw_only=True):
    """The files of a backup as they can be read."""

    ledger: Path
    accounts: Path | None
    missing: Path | None = None


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
    check_output(output)
    made: list[Path] = []  # another run may write the same names meanwhile: what is not ours stays
    with _house(database_of(study, db)) as folder:
        plain = _copy(study, db, folder / "ledger.sqlite")
        accounts = _accounts_of(output) if plain.accounts else None
        try:
            encrypt_file(Path(plain.ledger), output, key, _about(_WITH_ACCOUNTS if accounts else _ALONE, plain.head))
            made.append(output)
            if plain.accounts and accounts:
                encrypt_file(plain.accounts, accounts, key, _about(_ACCOUNTS, plain.head))
                made.append(accounts)
            _rehearse(output, plain.head, folder, key)
        except BaseException:
            for path in made:
                path.unlink(missing_ok=True)
            raise
    return Copied(ledger=str(output), head=plain.head, accounts=accounts)


def check_output(output: Path) -> None:
    """A backup can be written at `output`. Raises: LedgerProblem TW-STO-014 or 016 for it and for its accounts."""
    for path in (output, _accounts_of(output)):
        check_place(path)


def _copy(study: Path, db: str | None, output: Path) -> Copied:
    with open_place(study, db) as ledger:
        head = ledger.backup(output)
    output.chmod(0o600)
    accounts = _beside(database_of(study, db))
    copy = _accounts_of(output)
    if accounts is None or not accounts.exists():
        return Copied(ledger=str(output), head=head, accounts=None)
    try:
        copy_file(accounts, copy)
        check_file(copy, told_of=str(accounts))
    except BaseException:  # half a backup is none
        for made in (copy, output):
            made.unlink(missing_ok=True)
        raise
    copy.chmod(0o600)
    return Copied(ledger=str(output), head=head, accounts=copy)


def _rehearse(copy: Path, head: Head, folder: Path, key: bytes | None = None) -> None:
    """A backup never restored is a hope: it is restored, verified, and the trial copy goes with its folder."""
    plain = _opened(copy, key, folder).ledger
    restored = restore_ledger(plain, str(folder / "restored.sqlite"))
    if restored != head:  # verified twice, so only a program of ours can be wrong here
        raise ValueError(f"the backup restores to entry {restored.seq}, it was made at entry {head.seq}")


def drill(copy: Path, study: Path, db: str | None, *, key: bytes | None = None) -> Copied:
    """
    What a backup restores to: restored in a folder of its own, verified, and removed again; its accounts opened and
    found whole.

    Raises: as `restore`, but for what stands at the place of the ledger, which is not touched.
    """
    with _house(database_of(study, db)) as folder:
        found = _found_whole(copy, key, folder)
        head = restore_ledger(found.ledger, str(folder / "restored.sqlite"))
    return Copied(ledger=str(copy), head=head, accounts=found.accounts, missing=found.missing)


def restore(copy: Path, study: Path, db: str | None, *, key: bytes | None = None) -> Copied:
    """
    The ledger of a backup made anew where none stands, and its accounts where none stand.

    Both are opened before either is made.
    Raises: LedgerProblem where `copy` is no whole backup, something stands where it should go, it is encrypted and
            `key` is not the one it was written with, or a key is given and it is not encrypted.
    """
    url = database_of(study, db)
    target = _beside(url)
    if target is None:
        with _house(url) as folder:
            found = _found_whole(copy, key, folder)
            return Copied(ledger=url, head=restore_ledger(found.ledger, url), accounts=None, missing=found.missing)
    target.parent.mkdir(parents=True, exist_ok=True)
    if Path(url).exists():
        raise problems.target_exists(url)
    with _house(url) as folder:
        found = _found_whole(copy, key, folder)
        made, made_accounts = folder / "restored.sqlite", folder / "restored.accounts.sqlite"
        head = restore_ledger(found.ledger, str(made))
        # whole before they stand where they belong, the ledger last: stopped in between, it is restored once more
        placed = found.accounts is not None and not target.exists()
        if found.accounts is not None and placed:
            copy_file(found.accounts, made_accounts)
            put(made_accounts, target)
        put(made, Path(url))
    return Copied(ledger=url, head=head, accounts=target if placed else None, missing=found.missing)


def _found_whole(copy: Path, key: bytes | None, folder: Path) -> _Opened:
    """As `_opened`, and the accounts are a whole database; the ledger is verified by whoever restores it."""
    found = _opened(copy, key, folder)
    if found.accounts is not None:
        check_file(found.accounts, told_of=str(_accounts_of(copy)))
    return found


def _opened(copy: Path, key: bytes | None, folder: Path) -> _Opened:
    """The copy and its accounts, where there are any: themselves, or decrypted into `folder`."""
    kept = _accounts_of(copy)
    accounts = kept if kept.exists() else None
    if key is None:
        for path in (copy, kept):
            if is_encrypted(path):
                raise problems.is_encrypted(str(path))
        return _Opened(ledger=copy, accounts=accounts)
    if not copy.exists():
        raise problems.missing_file(str(copy))
    plain = folder / "decrypted.sqlite"
    role, _, head = decrypt_file(copy, plain, key).partition(" ")
    if role not in (_ALONE, _WITH_ACCOUNTS):
        raise problems.of_another_copy(str(copy))
    if accounts is None:
        return _Opened(ledger=plain, accounts=None, missing=kept if role == _WITH_ACCOUNTS else None)
    opened = folder / "decrypted.accounts.sqlite"
    if decrypt_file(accounts, opened, key) != f"{_ACCOUNTS} {head}":
        raise problems.of_another_copy(str(accounts))
    return _Opened(ledger=plain, accounts=opened)


def _about(role: str, head: Head) -> str:
    return f"{role} {head.seq}:{head.hash}"


@contextlib.contextmanager
def _house(url: str) -> Iterator[Path]:
    """
    A folder for what is not encrypted, gone afterwards, also where the program is asked to end (SIGTERM): beside the
    ledger, where the same data lie in the clear anyway, and never on the disk that the backup goes to. For PostgreSQL,
    and where the ledger has no folder yet, in the system's temporary folder (TMPDIR).

    What a run left that was killed is removed by the next one beside the same ledger.
    """
    beside = None if "://" in url or not Path(url).parent.is_dir() else Path(url).parent
    if beside is not None:
        _remove_left(beside)
    with _ending_as_an_exception(), tempfile.TemporaryDirectory(prefix=_HOUSE, dir=beside) as folder:
        mark = WriterLock(Path(folder) / _HELD, seconds=0)
        with contextlib.closing(mark), mark.held():
            yield Path(folder)


def _remove_left(beside: Path) -> None:
    """The lock on its mark ends with the process that held it, however that ended; what has no mark is not ours."""
    for mark in beside.glob(f"{_HOUSE}*/{_HELD}"):
        lock = WriterLock(mark, seconds=0)
        with contextlib.closing(lock), contextlib.suppress(LedgerProblem), lock.held():
            shutil.rmtree(mark.parent, ignore_errors=True)


@contextlib.contextmanager
def _ending_as_an_exception() -> Iterator[None]:
    """SIGTERM, by which a machine ends a program, otherwise ends it at once and nothing is tidied up."""
    if threading.current_thread() is not threading.main_thread():  # no other may take a signal
        yield
        return
    before = signal.signal(signal.SIGTERM, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before or signal.SIG_DFL)


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one must not stop the tidying up
    raise SystemExit(128 + number)


def _beside(url: str) -> Path | None:
    """The file of accounts beside a ledger that is a file."""
    return None if "://" in url else Path(url).with_name(ACCOUNTS)


def _accounts_of(copy: Path) -> Path:
    return copy.with_name(f"{copy.stem}.accounts{copy.suffix}")
