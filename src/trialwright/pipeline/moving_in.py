"""Moving in: files of another system become a study folder with a ledger of what they held."""

import hashlib
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from trialwright.capture.parse import parse_value
from trialwright.catalog import Catalog
from trialwright.export.incoming import Arrived, Incoming, Made, arrivals, definition_of, read_files
from trialwright.export.incoming.questions import iter_data
from trialwright.export.incoming.values import Value
from trialwright.model.ledger import NewDatapoint, NewEvent, Stamp
from trialwright.model.problem import Lost, Problem
from trialwright.model.study import Field, Study
from trialwright.pipeline.place import open_place
from trialwright.pipeline.study import load_study
from trialwright.store import Ledger

MOVER = "import"
"""The account that values moved in stand under; nobody can sign in as it."""

_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,19}", re.ASCII)
REPORT = "import.json"


class MovedIn(msgspec.Struct, frozen=True, kw_only=True):
    """
    A study that was made of files.

    `counts`: forms, items, participants, values as the files hold them. `entered`: what became of the values: values
    (entered), repeated, empty, shortened, lost; with forms and items that were added. `problems` are what check says.
    """

    study: Study
    dialect: str
    kinds: dict[str, str]
    counts: dict[str, int]
    entered: dict[str, int]
    ignored: tuple[Lost, ...]
    problems: tuple[Problem, ...]


def move_in(files: Mapping[str, bytes], folder: Path, catalog: Catalog, today: str) -> MovedIn | list[Problem]:
    """
    `folder` (new or empty) with the definition, a ledger where the files hold data, and import.json.

    Problems: TW-EXP-001 to 006 for the files; whole or not at all: nothing stands at `folder` then.
    """
    incoming = read_files(files)
    if isinstance(incoming, Problem):
        return [incoming]
    made = definition_of(incoming, catalog, today, folder.name)
    making = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(making, ignore_errors=True)
    try:
        for name, content in made.files.items():
            (making / name).parent.mkdir(parents=True, exist_ok=True)
            (making / name).write_bytes(content)
        study, problems = load_study(making, catalog)
        if study is None:
            return [problem for problem in problems if problem.severity == "error"]
        entered, lost = _enter(making, study, incoming, made, files)
        moved = MovedIn(
            study=study,
            dialect=incoming.dialect,
            kinds=incoming.kinds,
            counts=incoming.counts,
            entered=entered,
            ignored=(*incoming.ignored, *made.lost, *lost),
            problems=tuple(problems),
        )
        (making / REPORT).write_bytes(_report(moved, files))
        if folder.exists():
            folder.rmdir()
        making.rename(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return moved


def _enter(
    folder: Path, study: Study, incoming: Incoming, made: Made, files: Mapping[str, bytes]
) -> tuple[dict[str, int], list[Lost]]:
    """Everything of every participant into a new ledger; without participants there is none."""
    counts: Counter[str] = Counter(values=0, repeated=0, empty=0, shortened=0, lost=0, participants=0)
    counts |= {"forms_added": made.added_forms, "items_added": made.added_items}
    lost: list[Lost] = []
    if not incoming.document.subjects:
        return dict(counts), lost
    stamp = Stamp(user=MOVER, build=study.build, origin="import", reason=f"Moved in from {', '.join(files)}")
    names = _Numbers()
    audited = sum(datum.audit is not None for *_, group in iter_data(incoming.document) for datum in group.data)
    if audited:
        lost.append(Lost(f"AuditRecord ({audited})", "who typed a value there, and when, stays in the file it came in"))
    with open_place(folder, str(folder / ".trialwright" / "ledger.sqlite"), create=True) as ledger:
        writer = _Writer(ledger, study, stamp)
        for person in arrivals(incoming.document, made):
            number = names.of(person.participant_id)
            if number != person.participant_id:
                lost.append(Lost(person.participant_id, f"is called {number} here: a number has letters, digits and -"))
            lost += [*person.lost, *writer.write(person, number)]
            counts += person.counts
            counts["participants"] += 1
    return dict(counts), lost


class _Numbers:
    """A participant's number here: the file's own, where it can be one."""

    def __init__(self) -> None:
        self.given: set[str] = set()

    def of(self, key: str) -> str:
        base = key if _NUMBER.fullmatch(key) else re.sub(r"[^A-Za-z0-9]+", "-", key).strip("-")[:15] or "P"
        number, at = base, 2
        while number in self.given:
            number, at = f"{base}-{at}", at + 1
        self.given.add(number)
        return number


class _Writer:
    """Writes one participant: the act of adding, unscheduled visits, then the values, every version in its order."""

    def __init__(self, ledger: Ledger, study: Study, stamp: Stamp) -> None:
        self._ledger, self._stamp = ledger, stamp
        self._fields: dict[tuple[str, str], Field] = {
            (form.name, field.name): field
            for form in study.forms
            for section in form.sections
            for field in section.fields
        }

    def write(self, person: Arrived, number: str) -> list[Lost]:
        """Nothing of a participant is half there: each batch is one save. What cannot be read is told, not dropped."""
        acts = [NewEvent(kind="participant_added", participant_id=number, details={"site": person.site})]
        acts += [NewEvent(kind="visit_added", participant_id=number, visit=name) for name in person.occasions]
        self._ledger.write(self._stamp, acts)
        unread: list[Lost] = []
        for batch in _batches(person.values):
            points: list[NewDatapoint] = []
            for value in batch:
                field = self._fields[value.slot.form, value.slot.item]
                stored = parse_value(field, value.text, value.unit if value.text else "", value.missing)
                if isinstance(stored, Problem):
                    unread.append(
                        Lost(f"{number} {value.slot.visit} {value.slot.item}", f"not entered: {stored.found}")
                    )
                    continue
                slot = msgspec.structs.replace(value.slot, participant_id=number)
                points.append(NewDatapoint(slot=slot, raw=value.text or value.missing, value=stored))
            if points:
                self._ledger.write(self._stamp, points)
        return unread


def _batches(values: Sequence[Value]) -> Iterator[list[Value]]:
    """Values in their order, a new batch where a place comes again: a second version is a save of its own."""
    batch: list[Value] = []
    seen: set[object] = set()
    for value in values:
        if value.slot in seen:
            yield batch
            batch, seen = [], set()
        seen.add(value.slot)
        batch.append(value)
    if batch:
        yield batch


def _report(moved: MovedIn, files: Mapping[str, bytes]) -> bytes:
    """What came in, by file and checksum, what was counted, and everything that was passed over."""
    told = {
        "files": [
            {"name": name, "is": moved.kinds[name], "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in files.items()
        ],
        "dialect": moved.dialect,
        "counts": moved.counts,
        "entered": moved.entered,
        "still_open": [problem.sentence() for problem in moved.problems],
        "lost": [{"where": each.where, "reason": each.reason} for each in moved.ignored],
    }
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()
