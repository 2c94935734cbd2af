"""New names for participants and sites: a keyed hash, and the key is never written down."""

import base64
import hashlib
import hmac
from collections.abc import Iterable

import polars as pl

from trialwright.model.ledger import Snapshot

LETTERS = 12
_AT_A_TIME = 65_536
_READ = ("seq", "raw", "user", "at_utc", "reason")


def secret(snapshot: Snapshot) -> bytes:
    """
    The key: SHA-256 over every version of the snapshot as it was typed, by whom, when and why, and over every event.

    Shape:   32 bytes. Whoever holds the snapshot can work it out again and so lead a new id back; whoever holds only
             the shared files, or a report that prints the snapshot's hash, cannot, for none of this stands in them.
    Source:  HMAC, RFC 2104.
    """
    digest = hashlib.sha256(b"trialwright sharing key 1")
    for part in snapshot.versions.sort("seq").select(_READ).iter_slices(_AT_A_TIME):
        digest.update(_told(part).encode())
    for event in snapshot.events:
        digest.update(repr((event.seq, event.kind, event.participant_id, event.user, event.at_utc)).encode())
    return digest.digest()


def _told(part: pl.DataFrame) -> str:
    """Every line as Python writes it, all at once: of each column few cells are different."""
    cells = [_written(column) for column in part]
    lines = pl.select(pl.concat_str(cells, separator=", "))
    return "".join(f"({line})" for line in lines.to_series().to_list())


def _written(column: pl.Series) -> pl.Series:
    once = column.unique()
    written = pl.Series(map(repr, once.to_list()), dtype=pl.String())
    return column.to_frame("cell").join(
        pl.DataFrame({"cell": once, "written": written}), on="cell", how="left", nulls_equal=True, maintain_order="left"
    )["written"]


def renamed(snapshot: Snapshot, kind: str, names: Iterable[str], key: bytes = b"") -> dict[str, str]:
    """
    A new name for each: HMAC-SHA-256 of the kind and the old name, as 12 letters.

    Shape:   under `key`, so that a name stays the same from snapshot to snapshot; without one under `secret`, with the
             snapshot's hash, so that no two sets can be joined.
    Raises:  ValueError where two would share a new name.
    """
    under, scope = (key, "") if key else (secret(snapshot), snapshot.hash)
    made = {name: _new(under, f"{scope}\0{kind}\0{name}") for name in sorted(set(names))}
    if len(set(made.values())) != len(made):
        raise ValueError(f"two names of kind {kind} have one new name")
    return made


def _new(key: bytes, said: str) -> str:
    return base64.b32encode(hmac.digest(key, said.encode(), "sha256")).decode()[:LETTERS]
