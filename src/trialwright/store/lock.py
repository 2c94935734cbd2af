"""One writer at a time: a lock in the process and a lock on a file, both before the database's own."""

import contextlib
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

from trialwright.store.problems import locked, read_only

_SHORTEST, _LONGEST = 0.0002, 0.0005
_PATIENT = 0.004
"""Between two looks, seconds: a save takes about a millisecond; who waits far longer stands behind something large."""
_LARGE = 0.05


class WriterLock:
    """
    Waits its turn in front of BEGIN IMMEDIATE.

    SQLite's own waiting sleeps for up to 100 ms at a time: under eight writers a save then takes a second.
    """

    def __init__(self, path: Path, seconds: float) -> None:
        self._path, self._seconds = path, seconds
        self._open()

    def _open(self) -> None:
        # the lock of an open file passes through fork to the child: each process opens the file itself
        self._pid, self._threads, self._file = os.getpid(), threading.Lock(), -1

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Raises LedgerProblem TW-STO-004 when the turn does not come within the time-out."""
        if self._pid != os.getpid():
            self._open()
        until = time.monotonic() + self._seconds
        if not self._threads.acquire(timeout=self._seconds):
            raise locked(str(self._path), self._seconds)
        try:
            if self._file < 0:
                self._file = self._opened()
            self._wait(until)
            try:
                yield
            finally:
                _unlock(self._file)
        finally:
            self._threads.release()

    def close(self) -> None:
        if self._file >= 0 and self._pid == os.getpid():
            os.close(self._file)
        self._file = -1

    def _opened(self) -> int:
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        except OSError as refused:
            raise read_only(str(self._path)) from refused

    def _wait(self, until: float) -> None:
        if _try_lock(self._file):
            return
        pause, large = _SHORTEST, time.monotonic() + _LARGE
        while not _try_lock(self._file):
            now = time.monotonic()
            if now > until:
                raise locked(str(self._path), self._seconds)
            time.sleep(pause)
            pause = min(pause * 1.5, _LONGEST if now < large else _PATIENT)


if sys.platform == "win32":

    def _try_lock(file: int) -> bool:
        os.lseek(file, 0, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(file: int) -> None:
        os.lseek(file, 0, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_UNLCK, 1)

else:

    def _try_lock(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
