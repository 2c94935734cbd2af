"""A file encrypted for its way out: opens with its key alone, and not once a byte was altered, moved or cut off."""

import errno
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trialwright.store import LedgerProblem, decrypt_file, encrypt_file, encrypting, is_encrypted, make_key, read_key

KEY, OTHER = bytes(range(32)), bytes(32)
ABOUT = "ledger 12:0a1b"


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch):
    """Pieces of ten bytes, so that a short file has several."""
    monkeypatch.setattr(encrypting, "PIECE", 10)


def sealed(folder: Path, content: bytes) -> Path:
    for name in ("plain", "sealed", "opened"):
        (folder / name).unlink(missing_ok=True)
    (folder / "plain").write_bytes(content)
    encrypt_file(folder / "plain", folder / "sealed", KEY, ABOUT)
    return folder / "sealed"


def refused(folder: Path, content: bytes, key: bytes = KEY) -> str:
    (folder / "sealed").write_bytes(content)
    with pytest.raises(LedgerProblem) as told:
        decrypt_file(folder / "sealed", folder / "opened", key)
    assert not (folder / "opened").exists()
    return told.value.problem.code


@given(st.binary(max_size=45))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_edc_r80_what_was_encrypted_comes_back_to_the_byte(tmp_path, content):
    at = sealed(tmp_path, content)
    about = decrypt_file(at, tmp_path / "opened", KEY)

    assert about == ABOUT
    assert (tmp_path / "opened").read_bytes() == content
    assert is_encrypted(at)
    assert len(content) < 8 or content not in at.read_bytes()[len(encrypting.MAGIC) :]


@pytest.mark.parametrize("length", [0, 9, 10, 11, 20, 30])
def test_every_flipped_byte_and_every_cut_is_found(tmp_path, length):
    whole = sealed(tmp_path, b"0123456789" * 3 if length == 30 else b"x" * length).read_bytes()
    flipped = [bytes([*whole[:n], whole[n] ^ 1, *whole[n + 1 :]]) for n in range(len(whole))]

    begin = len(encrypting.MAGIC)
    assert {refused(tmp_path, each) for each in flipped[:begin]} == {"TW-STO-033"}
    assert {refused(tmp_path, each) for each in flipped[begin:]} == {"TW-STO-032"}
    assert {refused(tmp_path, whole[:n]) for n in range(begin)} == {"TW-STO-033"}
    assert {refused(tmp_path, whole[:n]) for n in range(begin, len(whole))} == {"TW-STO-032"}
    assert refused(tmp_path, whole + b"\0") == "TW-STO-032"


def test_pieces_are_not_swapped_nor_left_out(tmp_path):
    whole = sealed(tmp_path, b"0123456789" * 3).read_bytes()
    head, body = whole[:-78], whole[-78:]
    one, two, three = body[:26], body[26:52], body[52:]

    for order in (two + one + three, one + three, one + two, one + one + two + three):
        assert refused(tmp_path, head + order) == "TW-STO-032"


def test_another_key_opens_nothing_and_two_copies_are_not_alike(tmp_path):
    first = sealed(tmp_path, b"the same").read_bytes()
    second = sealed(tmp_path, b"the same").read_bytes()

    assert first != second
    assert refused(tmp_path, first, OTHER) == "TW-STO-032"


def test_a_key_is_made_once_for_its_owner_and_read_back(tmp_path):
    key = make_key(tmp_path / "a.key")
    with pytest.raises(LedgerProblem, match="TW-STO-014"):
        make_key(tmp_path / "a.key")

    assert read_key(tmp_path / "a.key") == key
    assert (tmp_path / "a.key").stat().st_mode & 0o077 == 0
    assert make_key(tmp_path / "b.key") != key


def test_what_is_not_encrypted_is_not_opened_with_a_key(tmp_path):
    assert refused(tmp_path, b"SQLite format 3\0" + bytes(100)) == "TW-STO-033"
    assert refused(tmp_path, b"") == "TW-STO-033"


def test_a_file_does_not_pass_for_another_kind_nor_for_that_of_another_head(tmp_path):
    whole = sealed(tmp_path, b"the same").read_bytes()

    for other in (b"accounts 12:0a1b", b"ledger 13:0a1b", b"", b"x" * 300):
        assert refused(tmp_path, whole.replace(ABOUT.encode(), other)) == "TW-STO-032"


def test_key_and_copy_are_on_the_disk_with_their_names_in_the_folder(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda held: synced.append(os.fstat(held).st_ino))
    key = make_key(tmp_path / "a.key")
    of_key = synced[:]
    synced.clear()
    (tmp_path / "plain").write_bytes(b"x")
    encrypt_file(tmp_path / "plain", tmp_path / "sealed", key, ABOUT)

    assert of_key == [(tmp_path / "a.key").stat().st_ino, tmp_path.stat().st_ino]
    assert synced == [(tmp_path / "sealed").stat().st_ino, tmp_path.stat().st_ino]


def test_half_a_key_is_not_left(tmp_path, monkeypatch):
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        make_key(tmp_path / "a.key")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"short\n", b"\xff\xfe" * 40, b"A" * 43 + b"!\n"])
def test_what_is_no_key_is_told(tmp_path, content):
    (tmp_path / "a.key").write_bytes(content)

    with pytest.raises(LedgerProblem, match="TW-STO-030"):
        read_key(tmp_path / "a.key")
    with pytest.raises(LedgerProblem, match="TW-STO-030"):
        read_key(tmp_path / "nothing.key")
    with pytest.raises(LedgerProblem, match="TW-STO-016"):
        make_key(tmp_path / "no folder" / "a.key")
