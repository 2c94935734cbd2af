"""Lines to a dataset of ADaM, and the days that its lines share."""

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import lru_cache

import msgspec

from trialwright.export.adam.names import COLUMNS, Column
from trialwright.export.datasets import Cell, Dataset, Variable
from trialwright.export.sdtm.timing import study_day
from trialwright.model.quantity import PartialDate

Line = dict[str, Cell]


class Shape(msgspec.Struct, frozen=True):
    """What a dataset is: name, label, class, structure."""

    name: str
    label: str
    kind: str
    structure: str


BASIC, OCCURRENCE = "BASIC DATA STRUCTURE", "OCCURRENCE DATA STRUCTURE"


def table(
    shape: Shape,
    order: Sequence[str],
    lines: Sequence[Line],
    *,
    keys: tuple[str, ...],
    own: Mapping[str, Column] | None = None,
    tests: Mapping[str, str] | None = None,
) -> Dataset:
    """
    A dataset of these lines: required variables always, others where a line fills them.

    Shape:   columns in `order`, then those of `own`; ASEQ counts within the participant where the order asks for it.
    """
    known = {**{name: COLUMNS[name] for name in order if name in COLUMNS}, **(own or {})}
    names = [*order, *(name for name in own or {} if name not in order)]
    if "ASEQ" in order:
        _count(lines)
    # Line by line: each is far from the next in memory.
    rows = [tuple(map(line.get, names)) for line in lines]
    columns = dict(zip(names, zip(*rows, strict=True) if rows else [()] * len(names), strict=True))
    kept = [name for name in names if known[name].core == "Req" or _filled(columns[name])]
    return Dataset(
        name=shape.name,
        label=shape.label,
        kind=shape.kind,
        structure=shape.structure,
        keys=keys,
        variables=tuple(_variable(name, known[name], columns[name]) for name in kept),
        rows=tuple(zip(*(columns[name] for name in kept), strict=True)),
        tests=dict(tests or {}),
    )


def _count(lines: Sequence[Line]) -> None:
    seen: dict[Cell, int] = {}
    for line in lines:
        seen[line["USUBJID"]] = seen.get(line["USUBJID"], 0) + 1
        line["ASEQ"] = seen[line["USUBJID"]]


def _filled(cells: Sequence[Cell]) -> bool:
    return any(cell is not None and cell != "" for cell in cells)


def _variable(name: str, column: Column, cells: Sequence[Cell]) -> Variable:
    whole = column.kind == "float" and set(map(type, cells)) <= {int, type(None)}
    return Variable(
        name=name,
        label=column.label,
        kind="integer" if whole else column.kind,
        core=column.core,
        codelist=column.codelist,
        origin=column.origin,
        source=column.source,
        method=column.method if column.origin == "Derived" else "",
    )


def borrowed(person: Line, flags: Sequence[str]) -> Line:
    """What a line takes over from the participant's line of ADSL."""
    shared = ("STUDYID", "USUBJID", "SUBJID", "SITEID", "TRTSDT", *flags)
    return {**{name: person.get(name) for name in shared}, "TRTP": person["TRT01P"], "TRTA": person.get("TRT01A")}


def first_day(text: str) -> tuple[str | None, str | None]:
    """A date as a whole day and the flag of what was not known of it ("D", "M"); the first day that is possible."""
    return _day(text, last=False)


def last_day(text: str) -> tuple[str | None, str | None]:
    """The same by the last day that is possible."""
    return _day(text, last=True)


def start_day(text: str, first_dose: str) -> tuple[str | None, str | None]:
    """The first possible day, but the day of the first dose where that lies among the possible ones."""
    day, flag = first_day(text)
    if day is None or flag is None or not first_dose:
        return day, flag
    dosed = PartialDate(first_dose).earliest
    date = PartialDate(text)
    return (dosed.isoformat() if date.earliest <= dosed <= date.latest else day), flag


@lru_cache(maxsize=65_536)
def _day(text: str, *, last: bool) -> tuple[str | None, str | None]:
    if not text:
        return None, None
    date = PartialDate(text)
    day: dt.date = date.latest if last else date.earliest
    known = [part for part in text.split("-") if part != "UU"]
    flag = None if len(known) == 3 else "M" if len(known) == 1 or text[5:7] == "UU" else "D"
    return day.isoformat(), flag


def relative_day(day: str | None, flag: str | None, first_dose: str) -> int | None:
    """The day from the first dose; none for a day that was imputed."""
    return None if flag else study_day(day, first_dose)
