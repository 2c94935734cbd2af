"""
A trial in one zip that opens without this program: data, audit trail, casebooks, definition, chain and a manifest.

Whoever finds it in twenty-five years has unzip and a text editor. So everything is CSV, HTML, YAML or plain text; the
manifest names every file with its size and SHA-256 and counts what the ledger held, and the chain is written out
so that it can be recomputed by hand.
"""

import csv
import hashlib
import io
import json
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import msgspec

from trialwright.capture.keeping import keeping
from trialwright.catalog import Catalog
from trialwright.define.documents import document_names
from trialwright.export.files import File, as_files, whole
from trialwright.model.ledger import Head, Snapshot
from trialwright.model.problem import Problem
from trialwright.model.study import Study
from trialwright.pipeline.casebook import Casebook, blank_casebook, participant_casebook
from trialwright.pipeline.readout import Readout, export_files, export_source
from trialwright.pipeline.study import load_study
from trialwright.report.html_file import write_html
from trialwright.report.pdf import write_pdf
from trialwright.store import Ledger

MANIFEST = "manifest.json"
README = "README.txt"
_WHEN = (1980, 1, 1, 0, 0, 0)  # the same data give the same bytes


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """What the ledger held when the archive was made."""

    versions: int
    current_values: int
    acts: int
    participants: int
    entries: int


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the archive."""

    name: str
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """`manifest.json`. `kept`: how long the records are kept by the definition; "" where it says nothing."""

    study: str
    build: int
    definition_hash: str
    made_with: str
    as_of_utc: str
    ledger_head: Head
    snapshot_hash: str
    counts: Counted
    kept: str = ""
    files: tuple[Listed, ...]


def casebooks(book: Casebook, *, pdf: bool = True, only: str = "") -> dict[str, bytes]:
    """Casebooks by file name, every participant's or one's, and the blank forms; each as HTML and PDF."""
    added = dict.fromkeys(e.participant_id for e in book.snapshot.events if e.kind == "participant_added")
    documents = [participant_casebook(book, who) for who in added if only in ("", who)]
    files: dict[str, bytes] = {}
    for document in [*documents, *([] if only else [blank_casebook(book)])]:
        files[f"{document.name}.html"] = write_html(document)
        if pdf:
            files[f"{document.name}.pdf"] = write_pdf(document)
    return files


def builds_of(folder: Path, study: Study, catalog: Catalog) -> Callable[[int], Study]:
    """The builds of a study folder by number, each read once; a build that is not there is told as the present one."""
    known: dict[int, Study] = {study.build: study}

    def at(build: int) -> Study:
        if build not in known:
            known[build] = load_study(folder, catalog, build)[0] or study
        return known[build]

    return at


def archive_files(
    readout: Readout, ledger: Ledger, catalog: Catalog, folder: Path, *, language: str, version: str, pdf: bool = True
) -> dict[str, bytes]:
    """
    Every file of the archive by name, the manifest last.

    Raises: ValueError where what was written does not hold what the ledger holds: counts, or the head moved meanwhile.
    """
    snapshot, study = readout.snapshot, readout.study
    book = Casebook(study=study, snapshot=snapshot, study_at=builds_of(folder, study, catalog), language=language)
    files = {
        f"data/{name}": content for name, content in whole(export_files(export_source(readout, catalog), "csv")).items()
    }
    files |= {f"casebooks/{name}": content for name, content in casebooks(book, pdf=pdf).items()}
    files |= _definition(folder)
    files["ledger/chain.csv"] = _chain(ledger, snapshot.head)
    counts = Counted(
        versions=snapshot.versions.height,
        current_values=snapshot.current.height,
        acts=len(snapshot.events),
        participants=len({e.participant_id for e in snapshot.events if e.kind == "participant_added"}),
        entries=snapshot.head.seq,
    )
    _reconcile(files, counts)
    held = keeping(study, snapshot.events)
    kept = held.said.en if held else ""
    files[README] = _readme(study, snapshot, counts, kept).encode()
    listed = tuple(
        Listed(name=name, bytes=len(files[name]), sha256=hashlib.sha256(files[name]).hexdigest())
        for name in sorted(files)
    )
    manifest = Manifest(
        study=study.name, build=study.build, definition_hash=study.hash, made_with=f"trialwright {version}",
        as_of_utc=snapshot.as_of_utc, ledger_head=snapshot.head, snapshot_hash=snapshot.hash, counts=counts,
        kept=kept, files=listed,
    )  # fmt: skip
    files[MANIFEST] = json.dumps(msgspec.to_builtins(manifest), ensure_ascii=False, indent=1).encode() + b"\n"
    return files


def zipped(files: Mapping[str, bytes]) -> bytes:
    """One zip of files by name; the same files give the same bytes."""
    return zipped_pieces(as_files({name: files[name] for name in sorted(files)}))


def zipped_pieces(files: Iterable[File]) -> bytes:
    """The same of files that come one after the other, packed piece by piece in their order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            entry = zipfile.ZipInfo(file.name, _WHEN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            with archive.open(entry, "w", force_zip64=True) as packed:
                for piece in file.pieces:
                    packed.write(piece)
    return out.getvalue()


def check_archive(path: Path, ledger: Ledger | None = None) -> tuple[Manifest | None, list[Problem]]:
    """
    Whether an archive is whole and, with a ledger at hand, whether it holds what the ledger held then.

    Problems: TW-ARC-001 no archive of ours, 002 a file altered or missing, 003 a file the manifest does not know or one
              that stands there twice, 004 counts that do not fit, 005 another ledger.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest, files, twice = _members(archive)
    except _UNREADABLE as trouble:
        what = f"it cannot be read as an archive ({type(trouble).__name__})"
        cure = "Check the path, or take another copy."
        return None, [_problem("TW-ARC-001", str(path), what, "a zip that trialwright archive wrote", cure)]
    found = [
        _problem("TW-ARC-002", f"{path.name}: {each.name}", "the file is altered or missing",
                 "the SHA-256 of the manifest", "Take another copy of the archive; this one was changed or damaged.")
        for each in manifest.files
        if hashlib.sha256(files.get(each.name, b"")).hexdigest() != each.sha256 or each.name not in files
    ]  # fmt: skip
    known = {each.name for each in manifest.files}
    found += [
        _problem("TW-ARC-003", f"{path.name}: {name}", "the manifest does not name this file", "only files it names",
                 "Somebody put it there; do not trust it.")
        for name in sorted(files) if name not in known
    ]  # fmt: skip
    found += [
        _problem("TW-ARC-003", f"{path.name}: {name}", "two files have this name, and a program may show either",
                 "each name once", "Somebody put one of them there; do not trust it.")
        for name in twice
    ]  # fmt: skip
    if not found:
        try:
            _reconcile(files, manifest.counts)
        except ValueError as unequal:
            found.append(_problem("TW-ARC-004", path.name, str(unequal), "the counts of the manifest",
                                  "Take another copy of the archive."))  # fmt: skip
    return manifest, found + (_against(path, manifest, ledger) if ledger is not None else [])


_UNREADABLE = (
    zipfile.BadZipFile, KeyError, msgspec.MsgspecError, OSError, EOFError, zlib.error,
    RuntimeError, NotImplementedError,  # encrypted, or packed in a way that is not known
)  # fmt: skip
_LARGEST_MANIFEST = 64 * 2**20


def _members(archive: zipfile.ZipFile) -> tuple[Manifest, dict[str, bytes], list[str]]:
    """
    The manifest, the other files by name, and the names that stand there twice.

    Nothing is unpacked that says it is larger than the manifest says, so that a bomb is not opened: it counts as b"".
    """
    told = archive.infolist()
    counts = Counter(each.filename for each in told)
    if archive.getinfo(MANIFEST).file_size > _LARGEST_MANIFEST:
        raise zipfile.BadZipFile("the manifest is too large")
    manifest = msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
    sizes = {each.name: each.bytes for each in manifest.files}
    files = {
        each.filename: archive.read(each) if each.file_size == sizes.get(each.filename) else b""
        for each in told
        if each.filename != MANIFEST
    }
    return manifest, files, sorted(name for name, count in counts.items() if count > 1)


def _against(path: Path, manifest: Manifest, ledger: Ledger) -> list[Problem]:
    """The same chain must still hold the head of the archive, and the same snapshot come out of it."""
    verified = ledger.verify(manifest.ledger_head)
    told = list(verified.problems)
    if verified.ok:
        snapshot = ledger.snapshot(manifest.ledger_head.seq)
        erased = any(e.kind == "erased" and e.seq > manifest.ledger_head.seq for e in ledger.events(kinds=["erased"]))
        if snapshot.hash != manifest.snapshot_hash and not erased:
            told.append(_problem("TW-ARC-005", path.name, "the ledger had other data at that entry",
                                 f"snapshot {manifest.snapshot_hash[:16]}",
                                 "It is the archive of another ledger, or one of the two was changed."))  # fmt: skip
    return told


def _reconcile(files: Mapping[str, bytes], counts: Counted) -> None:
    def lines(start: str) -> int:
        found = [content for name, content in files.items() if name.startswith(f"data/machine/{start}")]
        return sum(1 for content in found for _ in csv.reader(io.StringIO(content.decode("utf-8-sig")))) - len(found)

    held = {
        "values in datapoints.csv": (lines("datapoints"), counts.current_values),
        "versions and acts in audit.csv": (lines("audit"), counts.versions + counts.acts),
        "casebooks": (sum(n.startswith("casebooks/casebook-") and n.endswith(".html") for n in files) - 1,
                      counts.participants),
        "links in chain.csv": (len(files.get("ledger/chain.csv", b"").splitlines()) - 1, counts.entries),
    }  # fmt: skip
    for what, (there, expected) in held.items():
        if there != expected:
            raise ValueError(f"{what}: {there} stand in the archive, {expected} in the ledger")


def _definition(folder: Path) -> dict[str, bytes]:
    """The working files and every frozen build, byte for byte; the registered record beside them."""
    roots = [folder, *sorted(path.parent for path in folder.glob("versions/*/build.yaml"))]
    files: dict[str, bytes] = {}
    for root in roots:
        names = [*document_names(root), *(["build.yaml"] if (root / "build.yaml").exists() else [])]
        for name in names:
            if (root / name).is_file():
                files[f"definition/{(root / name).relative_to(folder).as_posix()}"] = (root / name).read_bytes()
    for path in sorted((folder / "registered").rglob("*")) if (folder / "registered").is_dir() else []:
        if path.is_file():
            files[f"definition/{path.relative_to(folder).as_posix()}"] = path.read_bytes()
    return files


def _chain(ledger: Ledger, head: Head) -> bytes:
    """One line an entry: its number, hash and commitment in hex. The audit trail says what each entry was."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("seq", "hash", "commitment"))
    writer.writerows(ledger.links(head.seq))
    return out.getvalue().encode()


def _readme(study: Study, snapshot: Snapshot, counts: Counted, kept: str) -> str:
    to_keep = f"Kept            {kept}\n" if kept else ""
    return f"""{study.title.en}
{study.title.of("zh")}

This archive needs no program of ours: unzip, a text editor and a browser open all of it.

manifest.json   what the ledger held, and every file with its size and SHA-256 (sha256sum says the same)
data/machine    tables as CSV in UTF-8, one line a value; audit.csv: every version of every value, who, when, why
data/spreadsheet  the same for a spreadsheet: no cell of it can run as a formula
casebooks       each participant as HTML and PDF: forms, signatures, audit trail; casebook-blank: the empty forms
definition      the study definition as YAML: the working files and every frozen build under versions/
ledger          chain.csv: the hash of every entry; each stands on the one before (docs: explanation/ledger)

State as of     {snapshot.as_of_utc}
Head of ledger  {snapshot.head.seq}:{snapshot.head.hash}
Participants    {counts.participants}
Values          {counts.current_values} current, {counts.versions} versions, {counts.acts} acts
{to_keep}"""


def _problem(code: str, where: str, found: str, expected: str, cure: str) -> Problem:
    return Problem(code=code, where=where, found=found, expected=expected, cure=cure)
