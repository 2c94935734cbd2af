"""A file encrypted for its way out: opens with its key alone, and not once a byte was altered, moved or cut off."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trialwright.store import LedgerProblem, decrypt_file, encrypt_file, encrypting, is_encrypted, make_key, read_key

KEY, OTHER = bytes(range(32)), bytes(32)


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch):
    """Pieces of ten bytes, so that a short file has several."""
    monkeypatch.setattr(encrypting, "PIECE", 10)


def sealed(folder: Path, content: bytes) -> Path:
    for name in ("plain", "sealed", "opened"):
        (folder / name).unlink(missing_ok=True)
    (folder / "plain").write_bytes(content)
    encrypt_file(folder / "plain", folder / "sealed", KEY)
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
    decrypt_file(at, tmp_path / "opened", KEY)

    assert (tmp_path / "opened").read_bytes() == content
    assert is_encrypted(at)
    assert len(content) < 8 or content not in at.read_bytes()[len(encrypting.MAGIC) :]


@pytest.mark.parametrize("length", [0, 9, 10, 11, 20, 30])
def test_every_flipped_byte_and_every_cut_is_found(tmp_path, length):
    whole = sealed(tmp_path, b"0123456789" * 3 if length == 30 else b"x" * length).read_bytes()
    flipped = [bytes([*whole[:n], whole[n] ^ 1, *whole[n + 1 :]]) for n in range(len(whole))]

    assert {refused(tmp_path, each) for each in flipped} == {"TW-STO-032"}
    assert {refused(tmp_path, whole[:n]) for n in range(len(whole))} == {"TW-STO-032"}
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


@pytest.mark.parametrize("content", [b"", b"short\n", b"\xff\xfe" * 40, b"A" * 43 + b"!\n"])
def test_what_is_no_key_is_told(tmp_path, content):
    (tmp_path / "a.key").write_bytes(content)

    with pytest.raises(LedgerProblem, match="TW-STO-030"):
        read_key(tmp_path / "a.key")
    with pytest.raises(LedgerProblem, match="TW-STO-030"):
        read_key(tmp_path / "nothing.key")
    with pytest.raises(LedgerProblem, match="TW-STO-016"):
        make_key(tmp_path / "no folder" / "a.key")
