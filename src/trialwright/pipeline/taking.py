"""A copy to take away: the files of one standard in one zip, its checksum, and what the standard could not carry."""

import hashlib
import json
from collections.abc import Iterable, Iterator

import msgspec

from trialwright.catalog import Catalog
from trialwright.export.files import File
from trialwright.model.problem import Lost
from trialwright.pipeline.archive import zipped_pieces
from trialwright.pipeline.readout import Readout, export_files, export_source

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
    listed: dict[str, bytes] = {}
    source = export_source(readout, catalog, told=results)
    data = zipped_pieces(_noted(export_files(source, name), listed))
    return Copy(
        name=name,
        data=data,
        sha256=hashlib.sha256(data).hexdigest(),
        files=len(listed),
        lost=_lost(listed),
        snapshot=readout.snapshot.hash,
    )


def _noted(files: Iterable[File], listed: dict[str, bytes]) -> Iterator[File]:
    """The same files; `listed` has the name of each, and what stands in those that tell what was lost."""
    for file in files:
        told = b"".join(file.pieces) if file.name in (LOST, REMOVED) else b""
        listed[file.name] = told
        yield File(file.name, (told,)) if told else file


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
