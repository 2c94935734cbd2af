"""
A file encrypted piece by piece, for a copy that leaves the house: AES-256-GCM, a fresh key a file.

Each piece is sealed with its number and whether it is the last, so that none can be left out, swapped or cut off (the
STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizar 2015, as tink and age use it). Each is sealed with the
header too: what begins the file, a line that says in the clear what it is (`about`: "ledger SEQ:HASH" or "accounts
SEQ:HASH", the head of the ledger in the same backup), salt and prefix. So nobody passes one file off as another; two
backups of one head, between which nothing was entered and nobody logged in, are not told apart.
"""

import base64
import binascii
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from trialwright.store import problems
from trialwright.store.backup import sync

MAGIC = b"trialwright encrypted backup 1\n"
PIECE = 2**20
_KEY, _SALT, _PREFIX, _TAG = 32, 32, 7, 16
_LONGEST = 200
"""Bytes of the line that says what a file is."""


def make_key(path: Path) -> bytes:
    """
    A new key, in a file for its owner only.

    Raises: LedgerProblem TW-STO-014 where something stands at `path`, 016 where no file can be made.
    """
    key = secrets.token_bytes(_KEY)
    held = _begun(path)
    try:
        with os.fdopen(held, "wb") as file:
            file.write(base64.urlsafe_b64encode(key) + b"\n")
        sync(path)
    except BaseException:  # half a key opens nothing and would stand in the way of the next
        path.unlink(missing_ok=True)
        raise
    return key


def read_key(path: Path) -> bytes:
    """The key in a file that `make_key` wrote. Raises: LedgerProblem TW-STO-030 for anything else."""
    try:
        key = base64.b64decode(path.read_bytes().strip(), altchars=b"-_", validate=True)
    except (OSError, binascii.Error):
        raise problems.no_key(str(path)) from None
    if len(key) != _KEY:
        raise problems.no_key(str(path))
    return key


def is_encrypted(path: Path) -> bool:
    """Whether a file begins as one that `encrypt_file` wrote."""
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def encrypt_file(source: Path, target: Path, key: bytes, about: str) -> None:
    """
    `target` holds what `source` holds, for whoever has the key, and is safe on the disk; `about` it says in the clear.

    Raises: LedgerProblem TW-STO-014 where something stands at `target`, 016 where no file can be made; OSError.
    """
    salt, prefix = secrets.token_bytes(_SALT), secrets.token_bytes(_PREFIX)
    header = MAGIC + about.encode("ascii") + b"\n" + salt + prefix
    cipher = _cipher(key, salt)
    held = _begun(target)
    try:
        with os.fdopen(held, "wb") as sealed, source.open("rb") as plain:
            sealed.write(header)
            for number, (piece, last) in enumerate(_pieces(plain, PIECE)):
                sealed.write(cipher.encrypt(_nonce(prefix, number, last=last), piece, header))
        sync(target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def decrypt_file(source: Path, target: Path, key: bytes) -> str:
    """
    What `encrypt_file` was given, in a new file for its owner only; returns what it is about, which is sealed with it.
    Nothing is left where a piece does not fit.

    Raises: LedgerProblem TW-STO-032 for another key and for a file that was altered, cut or put together; 033 for one
            that does not begin as an encrypted file.
    """
    with source.open("rb") as sealed:
        if sealed.read(len(MAGIC)) != MAGIC:
            raise problems.not_encrypted(str(source))
        about = sealed.readline(_LONGEST)
        salt, prefix = sealed.read(_SALT), sealed.read(_PREFIX)
        if not about.endswith(b"\n") or len(prefix) < _PREFIX:
            raise problems.not_decrypted(str(source))
        header = MAGIC + about + salt + prefix
        cipher = _cipher(key, salt)
        held = _begun(target)
        try:
            with os.fdopen(held, "wb") as plain:
                for number, (piece, last) in enumerate(_pieces(sealed, PIECE + _TAG)):
                    plain.write(cipher.decrypt(_nonce(prefix, number, last=last), piece, header))
        except InvalidTag:
            target.unlink(missing_ok=True)
            raise problems.not_decrypted(str(source)) from None
        except BaseException:
            target.unlink(missing_ok=True)
            raise
    return about.decode("ascii").rstrip("\n")


def _begun(path: Path) -> int:
    """A new file for its owner only, open. Raises: LedgerProblem TW-STO-014, 016."""
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise problems.target_exists(str(path)) from None
    except OSError:
        raise problems.no_place(str(path)) from None


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    """One key a file: the numbers of pieces begin anew in each, and a nonce must never come twice under one key."""
    return AESGCM(HKDF(algorithm=SHA256(), length=_KEY, salt=salt, info=MAGIC).derive(key))


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])


def _pieces(file: BinaryIO, size: int) -> Iterator[tuple[bytes, bool]]:
    """Pieces of a file and whether each is the last; an empty file is one empty piece."""
    piece = file.read(size)
    while True:
        following = file.read(size)
        yield piece, not following
        if not following:
            return
        piece = following
