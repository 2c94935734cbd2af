"""A de-identified data set for sharing the data of single participants, with a log of all that was taken out."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import cast

import msgspec

from trialwright.export.adam import Made, analysis_datasets
from trialwright.export.adam.names import set_flags
from trialwright.export.csv.cells import CsvCell, CsvTable, Number, column_of, table_of, table_pieces
from trialwright.export.datasets import Cell, Dataset, Variable
from trialwright.export.files import File
from trialwright.export.formats import Format, Source
from trialwright.export.sharing.identity import renamed
from trialwright.export.sharing.rules import REASONS, Frame, Said, arms_of, is_category, merged, rule_of
from trialwright.model.text import Text

FEWEST_AT_SITE = 10
"""Participants of a site, below which it is not told; of a category the source says how many."""

Key = tuple[str, str, str, str]
"""Dataset, variable, what was done, rule."""

_NOTHING: Said = (None, "", "")
_RARE: Said = (None, "removed", "rare category")
_TELLS_OF = {"COMPLFL": "EOSSTT"}
"""A flag that goes where rare answers of a fuller variable had to be hidden, for it would tell them apart again."""
_WHAT = itemgetter(1, 2)


class Shared(msgspec.Struct, frozen=True):
    """One dataset as it is shared: its variables under their new names, and the cells of each, in rows by new id."""

    name: str
    label: str
    variables: tuple[Variable, ...]
    cells: tuple[Sequence[Cell], ...]

    @property
    def rows(self) -> tuple[tuple[Cell, ...], ...]:
        return tuple(zip(*self.cells, strict=True))


def share(
    source: Source, made: Made, *, fewest: int | None = None, fewest_at_site: int = FEWEST_AT_SITE
) -> tuple[tuple[Shared, ...], Counter[Key]]:
    """
    The ADaM datasets without what tells who somebody is, and how many values each rule kept, changed or removed.

    Shape:   rows by new id, so that their order says nothing; a variable of which nothing is left is gone.
    Missing: an empty cell stays empty and is not counted.
    Raises:  ValueError where a value is not accounted for.
    """
    least = source.sharing.fewest if fewest is None else fewest
    frame = _frame(source, made, least, fewest_at_site)
    log: Counter[Key] = Counter()
    shared = tuple(_shared(each, frame, least, log) for each in made.datasets)
    before = sum(_held(each.column(variable.name)) for each in made.datasets for variable in each.variables)
    after = sum(_held(cells) for each in shared for cells in each.cells)
    left = sum(count for (_, _, done, _), count in log.items() if done != "removed")
    if before != log.total() or after != left:
        raise ValueError(f"{before} values, {log.total()} accounted for; {after} shared, {left} by the log")
    return shared, log


def _held(cells: Sequence[Cell]) -> int:
    return len(cells) - cells.count(None) - cells.count("")


def _frame(source: Source, made: Made, fewest: int, fewest_at_site: int) -> Frame:
    subject = made.dataset("ADSL")
    lines = [_line(subject, row) for row in subject.rows]
    sites = Counter(str(line["SITEID"]) for line in lines if line.get("SITEID"))
    large = [name for name, count in sites.items() if count >= fewest_at_site]
    return Frame(
        source.study,
        renamed(source.snapshot, "participant", (str(line["USUBJID"]) for line in lines), source.sharing.key),
        renamed(source.snapshot, "site", large, source.sharing.key),
        {str(line["USUBJID"]): str(line.get("TRTSDT") or line.get("ENRLDT") or "") for line in lines},
        arms_of(subject, fewest),
    )


def _line(dataset: Dataset, row: Sequence[Cell]) -> dict[str, Cell]:
    return dict(zip((each.name for each in dataset.variables), row, strict=True))


def _shared(dataset: Dataset, frame: Frame, fewest: int, log: Counter[Key]) -> Shared:
    people = list(map(str, dataset.column("USUBJID")))
    new_ids = [frame.people[each] for each in people]
    order = sorted(range(len(people)), key=new_ids.__getitem__)
    columns: list[tuple[Variable, list[Cell]]] = []
    for variable in dataset.variables:
        said = _column(variable, dataset, people, frame, fewest=fewest)
        counted = Counter(map(_WHAT, said))
        log.update({(dataset.name, variable.name, done, by): count for (done, by), count in counted.items() if done})
        if any(cell is not None for cell, _, _ in said):
            columns.append((_named(variable, counted), [said[at][0] for at in order]))
    variables = tuple(variable for variable, _ in columns)
    return Shared(dataset.name, dataset.label, variables, tuple(cells for _, cells in columns))


def _column(
    variable: Variable, dataset: Dataset, people: Sequence[str], frame: Frame, *, fewest: int
) -> Sequence[Said]:
    cells = enumerate(dataset.column(variable.name))
    rule = rule_of(variable, dataset, frame)
    said = [_NOTHING if cell is None or cell == "" else rule(cell, at) for at, cell in cells]
    categories = variable.name == "AGE" or (is_category(variable) and any(by == "closed list" for _, _, by in said))
    shared = merged(said, people, fewest) if categories else said
    fuller = [each for each in dataset.variables if each.name == _TELLS_OF.get(variable.name)]
    if variable.name in frame.sets or not fuller:
        return shared
    hidden = any(by == _RARE[2] for _, _, by in _column(fuller[0], dataset, people, frame, fewest=fewest))
    return [_RARE if each[0] is not None else each for each in shared] if hidden else shared


def _named(variable: Variable, said: Iterable[tuple[str, str]]) -> Variable:
    """A date that became a day is no longer called a date."""
    if variable.name == "AGE":
        return msgspec.structs.replace(variable, name="AGEBAND", label="Age band", kind="text")
    if any(rule == "study day" for _, rule in said):
        return msgspec.structs.replace(
            variable, name=f"{variable.name}_DAY", label=f"{variable.label}: study day", kind="integer"
        )
    return variable


def write(source: Source) -> Iterator[File]:
    """`data/*.csv`, `dictionary.csv`, `removed.csv`, `removed.json` and `README.txt`; virtual participants say so."""
    made = analysis_datasets(source)
    shared, log = share(source, made)
    virtual = any(event.origin == "simulated" for event in source.snapshot.events)
    virtual = virtual or "simulated" in source.snapshot.versions["origin"]
    mark = "virtual participants" if virtual else "participants"
    stem = "-virtual-participants" if virtual else ""
    for each in shared:
        yield File(f"data/{each.name.lower()}{stem}.csv", _csv(_table(each, mark)))
    yield File("dictionary.csv", _csv(_dictionary(shared)))
    entries = _entries(source, made, log)
    columns = ("dataset", "variable", "done", "values", "rule", "reason")
    yield File("removed.csv", _csv(table_of("removed", columns, entries)))
    done = Counter[str]()
    for (_, _, what, _), count in log.items():
        done[what] += count
    counts = {"values": log.total(), **{what: done[what] for what in ("kept", "changed", "removed")}}
    told = {
        "declared": {
            "fewest_in_a_category": source.sharing.fewest,
            "fewest_at_a_site": FEWEST_AT_SITE,
            "new_ids": "by a key file" if source.sharing.key else "by this snapshot alone",
        },
        "counts": counts,
        "log": [dict(zip(columns, entry, strict=True)) for entry in entries],
    }
    yield File("removed.json", (_json(told),))
    yield File("README.txt", (_readme(source, mark, counts).encode(),))


def _entries(source: Source, made: Made, log: Counter[Key]) -> list[tuple[str, str, str, int, str, str]]:
    """The log by dataset and variable; then what never stood in a dataset of the analysis."""
    versions = source.snapshot.versions.height
    entries = [
        (name, variable, done, count, rule, REASONS[rule])
        for (name, variable, done, rule), count in sorted(log.items())
    ]
    entries += [
        ("analysis records", where, "removed", count, "not analysed", reason)
        for (where, reason), count in sorted(made.uncarried.items())
    ]
    told = (
        ("user", versions, "who entered a value is nobody's business outside the study"),
        ("at_utc", versions, "the moment of entry is a calendar date"),
        ("reason", versions, "words as they were typed"),
        ("events", len(source.snapshot.events), "acts, queries, comments and signatures name users and moments"),
    )
    entries += [("ledger", what, "removed", count, "ledger", reason) for what, count, reason in told]
    return entries


def _table(shared: Shared, mark: str) -> CsvTable:
    names = tuple(each.name for each in shared.variables)
    cells = (column_of(_numbered(each)) for each in shared.cells)
    tail = [mark] * len(shared.cells[0]) if shared.cells else []
    return CsvTable(shared.name.lower(), (*names, "DATA_OF"), (*cells, column_of(tail)))


def _numbered(cells: Sequence[Cell]) -> Sequence[CsvCell]:
    """The cells of one variable, its fractional numbers as CSV holds them: each made once, for most come again."""
    if float not in set(map(type, cells)):
        return cast(Sequence[CsvCell], cells)
    number = cache(lambda cell: Number(repr(cell)))
    return [number(cell) if isinstance(cell, float) else cell for cell in cells]


def _dictionary(shared: Sequence[Shared]) -> CsvTable:
    rows = tuple(
        (each.name, variable.name, variable.label, variable.kind, _values(each, at), variable.method)
        for each in shared
        for at, variable in enumerate(each.variables)
    )
    return table_of("dictionary", ("dataset", "variable", "label", "kind", "values", "method"), rows)


def _values(shared: Shared, at: int) -> str:
    variable = shared.variables[at]
    if variable.kind != "text" or variable.name in ("USUBJID", "SITEID"):
        return ""
    return " | ".join(sorted({str(cell) for cell in shared.cells[at] if cell is not None}))


def _csv(table: CsvTable) -> Iterator[bytes]:
    return table_pieces(table, "machine")


def _json(document: object) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _readme(source: Source, mark: str, counts: Mapping[str, int]) -> str:
    totals = " + ".join(f"{counts[done]} {done}" for done in ("kept", "changed", "removed"))
    totals = f"{counts['values']} values = {totals}"
    return f"""{source.study.title.en} ({source.study.name}, build {source.study.build}): data of {mark}, de-identified
Snapshot {source.snapshot.hash}

data/            one table a dataset of the analysis (ADaM), rows by new id
dictionary.csv   every variable: label, kind, the values that occur, how it was worked out
removed.csv      what was kept, changed or removed: dataset, variable, how many values, rule, reason
removed.json     the same with the totals: {totals}

USUBJID is a new id: HMAC-SHA-256, {_key_words(source)}
Names that end in _DAY were dates: day 1 is the first dose, or enrolment where nothing was given; there is no day 0.
A category (an answer, an arm, a flag, an intercurrent event)
of fewer than {source.sharing.fewest} participants is OTHER or empty;
a site of fewer than {FEWEST_AT_SITE} is empty. However few share them, these stay:
flags of the analysis sets ({_sets(source)}), verdicts, and the flags of the lines
that were counted (ANL..FL, ABLFL), and what a line is about (parameter, visit, epoch),
for without them no result can be worked out again.
Whoever is the only one outside a set is told apart by its flag.
Measured numbers are as they were. Several of them together may still single somebody out: share under an agreement,
and judge first whether this is enough for the place and the people it is shared with.
"""


def _sets(source: Source) -> str:
    return ", ".join(set_flags(source.study.analysis_sets).values()) or "none"


def _key_words(source: Source) -> str:
    if source.sharing.key:
        return (
            "under a key that the sharer keeps in a file of its own, outside this set.\n"
            "Only whoever holds that file can lead it back. A later set made with it has the same ids."
        )
    return (
        "under a key that is worked out from the whole audit trail and never written down.\n"
        "Only whoever holds the snapshot can lead it back. Another snapshot gives other ids."
    )


FORMAT = Format(
    name="sharing",
    title=Text("De-identified data for sharing", "去标识化共享数据集"),
    says=Text(
        "For other researchers: the analysed data without names, dates and free text, and a log of what was removed.",
        "供其他研究者使用：去除姓名代号、日期和自由文本后的分析数据，并附删除记录。",
    ),
    write=write,
    family="datasets",
)

__all__ = ["FEWEST_AT_SITE", "FORMAT", "Shared", "share", "write"]
