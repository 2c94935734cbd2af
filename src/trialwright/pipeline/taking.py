"""A copy to take away: the files of one standard in one zip, its checksum, and what the standard could not carry."""

import hashlib
import json

import msgspec

from trialwright.catalog import Catalog
from trialwright.model.problem import Lost
from trialwright.pipeline.archive import zipped
from trialwright.pipeline.readout import Readout, export_files

LOST, REMOVED = "lost.json", "removed.json"


class Copy(msgspec.Struct, frozen=True, kw_only=True):
    """One zip. `snapshot` is the hash of what it was made from."""

    name: str
    data: bytes
    sha256: str
    files: int
    lost: tuple[Lost, ...]
    snapshot: str


def copy_of(readout: Readout, catalog: Catalog, name: str, *, results: bool) -> Copy:
    """
    The export `name` as one zip.

    `results` False leaves verdicts and statistics out, as for open data: whoever takes it away may not see them.
    """
    files = export_files(readout, catalog, name, told=results)
    data = zipped(files)
    return Copy(
        name=name,
        data=data,
        sha256=hashlib.sha256(data).hexdigest(),
        files=len(files),
        lost=_lost(files),
        snapshot=readout.snapshot.hash,
    )


def _lost(files: dict[str, bytes]) -> tuple[Lost, ...]:
    """What the copy says it left out; a set for sharing says so variable by variable."""
    if LOST in files:
        return tuple(Lost(each["where"], each["reason"]) for each in json.loads(files[LOST])["lost"])
    if REMOVED in files:
        gone = [each for each in json.loads(files[REMOVED])["log"] if each["done"] != "kept"]
        return tuple(
            Lost(f"{e['dataset']}.{e['variable']} ({e['done']}: {e['values']} values)", e["reason"]) for e in gone
        )
    return ()
