"""Our own look at any ADaM folder, since no outside judge exists: structure, arithmetic, flags, and the way back."""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from trialwright.export.adam.names import DTYPE
from trialwright.export.adam.problems import found
from trialwright.export.datasets import Cell, Dataset
from trialwright.export.sdtm.timing import study_day
from trialwright.export.terminology import code_list
from trialwright.model.problem import Problem

Row = Mapping[str, Cell]

_SUBJECT = ("STUDYID", "USUBJID", "SUBJID", "SITEID", "AGE", "AGEU", "SEX", "RACE", "ARM", "TRT01P")
_BASIC = ("STUDYID", "USUBJID", "PARAM", "PARAMCD")
_OCCURRENCE = ("STUDYID", "USUBJID", "ASEQ")
_EMPTY_ALLOWED = ("RACE", "ARM", "AGE", "AGEU", "SEX")
"""Of a screening failure these may not be known; SDTM's own checks look at them."""

_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,7}")
_DAYS = {"ADY": "ADT", "ASTDY": "ASTDT", "AENDY": "AENDT"}
_IMPUTED = {"ADTF": "ADT", "ASTDTF": "ASTDT", "AENDTF": "AENDT"}
_TAKEN_OVER = {"TRTP": "TRT01P", "TRTA": "TRT01A"}
_POPULATIONS = ("FASFL", "ITTFL", "SAFFL", "PPROTFL", "RANDFL", "ENRLFL", "COMPLFL")
CLOSE = 1e-9
LONG_NAME, LONG_LABEL = 8, 40


def _is_term(list_code: str, value: str) -> bool:
    known = code_list(list_code)
    return known is not None and value in known.terms


class _Table(msgspec.Struct, frozen=True):
    """One dataset under the eye of a check; the participants of ADSL, and the SDTM records where SDTM is at hand."""

    dataset: Dataset
    rows: list[Row]
    people: Mapping[str, Row]
    tabulated: Mapping[str, Mapping[tuple[str, int], Row]]

    @property
    def name(self) -> str:
        return self.dataset.name

    @property
    def names(self) -> list[str]:
        return [each.name for each in self.dataset.variables]

    def has(self, *names: str) -> bool:
        return set(names) <= set(self.names)

    def where(self, variable: str, at: int) -> str:
        return f"{self.name}.{variable} row {at}"


def check_datasets(datasets: Sequence[Dataset], sdtm: Sequence[Dataset] = ()) -> list[Problem]:
    """
    Everything found in these datasets; with the SDTM datasets beside them also whether the way back leads there.

    Shape:   one finding a cell or a fact; `where` is dataset, variable and row (counted from 1), never a value of a
             participant.
    """
    tables = {each.name: _rows(each) for each in datasets}
    problems = [] if "ADSL" in tables else [found("TW-ADM-001", "ADSL", "the dataset is not there")]
    people = {str(row.get("USUBJID")): row for row in tables.get("ADSL", [])}
    tabulated = {each.name: _by_sequence(each, f"{each.name}SEQ") for each in sdtm}
    tabulated |= {each.name: _by_sequence(each, "ASEQ") for each in datasets}
    for dataset in datasets:
        table = _Table(dataset, tables[dataset.name], people, tabulated)
        for check in _EACH:
            problems += check(table)
    studies = {str(row.get("STUDYID")) for row in tables.get("ADSL", [])[:1]}
    for name, rows in tables.items():
        for at, row in enumerate(rows, 1):
            if studies and str(row.get("STUDYID")) not in studies:
                problems.append(found("TW-ADM-024", f"{name}.STUDYID row {at}", "another study is named"))
    return problems


def _rows(dataset: Dataset) -> list[Row]:
    names = [each.name for each in dataset.variables]
    return [{name: None if cell == "" else cell for name, cell in zip(names, row, strict=True)} for row in dataset.rows]


def _by_sequence(dataset: Dataset, name: str) -> dict[tuple[str, int], Row]:
    numbered: dict[tuple[str, int], Row] = {}
    for row in _rows(dataset):
        number = row.get(name)
        if row.get("USUBJID") is not None and isinstance(number, int):
            numbered[str(row["USUBJID"]), number] = row
    return numbered


def _structure(table: _Table) -> Iterator[Problem]:
    wanted = _SUBJECT if table.name == "ADSL" else _BASIC if table.has("PARAMCD") else _OCCURRENCE
    for name in wanted:
        if name not in table.names:
            yield found("TW-ADM-003", f"{table.name}.{name}", "the variable is not there")
            continue
        empty = [at for at, row in enumerate(table.rows, 1) if row.get(name) is None]
        if empty and name not in _EMPTY_ALLOWED:
            yield found("TW-ADM-003", table.where(name, empty[0]), f"empty in {len(empty)} rows")
    for variable in table.dataset.variables:
        name, label = variable.name, variable.label
        if len(name) > LONG_NAME or len(label) > LONG_LABEL or not (name + label).isascii():
            yield found("TW-ADM-023", f"{table.name}.{name}", f"{len(name)} and {len(label)} characters")


def _people(table: _Table) -> Iterator[Problem]:
    seen: set[Cell] = set()
    numbers: set[tuple[Cell, Cell]] = set()
    for at, row in enumerate(table.rows, 1):
        person = row.get("USUBJID")
        if table.name == "ADSL":
            if person in seen:
                yield found("TW-ADM-002", table.where("USUBJID", at), "a second record")
            seen.add(person)
            yield from _treated(table, at, row)
            continue
        known = table.people.get(str(person))
        if known is None:
            if table.people:
                yield found("TW-ADM-004", table.where("USUBJID", at), "the participant does not stand in ADSL")
            continue
        yield from _taken_over(table, at, row, known)
        if row.get("ASEQ") is not None:
            if (person, row["ASEQ"]) in numbers:
                yield found("TW-ADM-021", table.where("ASEQ", at), "it stands twice")
            numbers.add((person, row["ASEQ"]))


def _treated(table: _Table, at: int, row: Row) -> Iterator[Problem]:
    start, end = _day(row.get("TRTSDT")), _day(row.get("TRTEDT"))
    if (start is None) != (end is None) or (start is not None and end is not None and end < start):
        yield found("TW-ADM-029", table.where("TRTEDT", at), "the end of treatment does not fit its start")


def _taken_over(table: _Table, at: int, row: Row, known: Row) -> Iterator[Problem]:
    for name in table.names:
        source = _TAKEN_OVER.get(name, name)
        shared = name in _TAKEN_OVER or (name in known and name not in ("ADT", "PARAM"))
        if shared and source in known and row.get(name) != known.get(source):
            yield found("TW-ADM-025", table.where(name, at), f"it is not {source} of ADSL")


def _pairs(table: _Table) -> Iterator[Problem]:
    for code, one, other, by in (
        ("TW-ADM-005", "PARAMCD", "PARAM", ""), ("TW-ADM-011", "AVISITN", "AVISIT", ""),
        ("TW-ADM-027", "AVAL", "AVALC", "PARAMCD"),
    ):  # fmt: skip
        forth: dict[tuple[Cell, Cell], Cell] = {}
        back: dict[tuple[Cell, Cell], Cell] = {}
        for at, row in enumerate(table.rows, 1):
            held, told, group = row.get(one), row.get(other), row.get(by) if by else None
            if held is None or told is None:
                continue
            if forth.setdefault((group, held), told) != told or back.setdefault((group, told), held) != held:
                yield found(code, table.where(one, at), f"{one} and {other} do not belong to one another")
    for at, row in enumerate(table.rows, 1):
        if row.get("PARAMCD") is not None and not _CODE.fullmatch(str(row["PARAMCD"])):
            yield found("TW-ADM-006", table.where("PARAMCD", at), f'"{row["PARAMCD"]}"')


def _baselines(table: _Table) -> Iterator[Problem]:
    if not table.has("PARAMCD", "AVAL"):
        return
    flagged: dict[tuple[Cell, ...], Cell] = {}
    for at, row in enumerate(table.rows, 1):
        if row.get("ABLFL") == "Y":
            key = _series(row)
            if key in flagged:
                yield found("TW-ADM-009", table.where("ABLFL", at), "a second flag")
            flagged.setdefault(key, row.get("AVAL"))
    for at, row in enumerate(table.rows, 1):
        base = row.get("BASE")
        if base is not None and _series(row) in flagged and not _same(base, flagged[_series(row)]):
            yield found("TW-ADM-010", table.where("BASE", at), "another value than the baseline record has")


def _series(row: Row) -> tuple[Cell, ...]:
    return row.get("USUBJID"), row.get("PARAMCD"), row.get("BASETYPE")


def _changes(table: _Table) -> Iterator[Problem]:
    for at, row in enumerate(table.rows, 1):
        now, base, change, percent = (_number(row.get(name)) for name in ("AVAL", "BASE", "CHG", "PCHG"))
        if change is not None and (now is None or base is None or not _same(change, now - base)):
            yield found("TW-ADM-007", table.where("CHG", at), "the difference is another")
        if percent is not None and (not base or now is None or not _same(percent, 100 * (now - base) / base)):
            yield found("TW-ADM-008", table.where("PCHG", at), "the percentage is another")


def _values(table: _Table) -> Iterator[Problem]:
    if not table.has("PARAMCD"):
        return
    criteria: dict[tuple[Cell, str], Cell] = {}
    for at, row in enumerate(table.rows, 1):
        if all(row.get(name) is None for name in ("AVAL", "AVALC", "AVALRSN", "CRITVERD")):
            yield found("TW-ADM-015", table.where("AVAL", at), "neither a value nor a reason", "warning")
        for name in table.names:
            text = name.removesuffix("FL")
            if re.fullmatch(r"CRIT\d", text) and name != text and row.get(name) is not None:
                told = row.get(text)
                if told is None or criteria.setdefault((row.get("PARAMCD"), text), told) != told:
                    yield found("TW-ADM-022", table.where(name, at), "no criterion, or another one than elsewhere")
        if row.get("DTYPE") is not None and not _is_term(DTYPE, str(row["DTYPE"])):
            yield found("TW-ADM-030", table.where("DTYPE", at), f'"{row["DTYPE"]}"', "warning")
        yield from _range(table, at, row)


def _range(table: _Table, at: int, row: Row) -> Iterator[Problem]:
    now, high, low = (_number(row.get(name)) for name in ("AVAL", "ANRHI", "ANRLO"))
    if row.get("ANRIND") is None or now is None:
        return
    expected = "HIGH" if high is not None and now > high else "LOW" if low is not None and now < low else "NORMAL"
    if row["ANRIND"] != expected:
        yield found("TW-ADM-026", table.where("ANRIND", at), "it does not fit the limits")


def _flags(table: _Table) -> Iterator[Problem]:
    for name in table.names:
        if not name.endswith("FL"):
            continue
        allowed: tuple[Cell, ...] = ("Y", "N") if name in _POPULATIONS and table.name == "ADSL" else ("Y", "N", None)
        for at, row in enumerate(table.rows, 1):
            if row.get(name) not in allowed:
                yield found("TW-ADM-012", table.where(name, at), "neither Y nor N")


def _days(table: _Table) -> Iterator[Problem]:
    for at, row in enumerate(table.rows, 1):
        first = _text(row.get("TRTSDT"))
        for name, dated in _DAYS.items():
            if row.get(name) is not None and study_day(_text(row.get(dated)), first) != row[name]:
                yield found("TW-ADM-013", table.where(name, at), "the day does not fit its date")
        for name, dated in _IMPUTED.items():
            if row.get(name) is not None and (row[name] not in ("Y", "M", "D") or row.get(dated) is None):
                yield found("TW-ADM-014", table.where(name, at), "no such flag, or no date beside it")
        start, end = _day(row.get("ASTDT")), _day(row.get("AENDT"))
        if start is not None and end is not None and end < start:
            yield found("TW-ADM-016", table.where("AENDT", at), "the end lies before the start")
        dosed = _day(row.get("TRTSDT"))
        if row.get("TRTEMFL") is not None and start is not None:
            expected = "Y" if dosed is not None and start >= dosed else "N"
            if row["TRTEMFL"] != expected:
                yield found("TW-ADM-017", table.where("TRTEMFL", at), "it does not fit the dates")


def _sources(table: _Table) -> Iterator[Problem]:
    for at, row in enumerate(table.rows, 1):
        domain, variable, number = row.get("SRCDOM"), row.get("SRCVAR"), row.get("SRCSEQ")
        if number is not None and (domain is None or variable is None):
            yield found("TW-ADM-018", table.where("SRCSEQ", at), "a number without its dataset and variable")
        if number is None or str(domain) not in table.tabulated:
            continue
        record = table.tabulated[str(domain)].get((str(row.get("USUBJID")), int(number)))
        if record is None:
            yield found("TW-ADM-019", table.where("SRCSEQ", at), "the record is not there")
            continue
        source = record.get(str(variable))
        if isinstance(source, int | float) and row.get("PARAMTYP") is None and not _same(row.get("AVAL"), source):
            yield found("TW-ADM-020", table.where("AVAL", at), "the source record holds another value")


_EACH: tuple[Callable[[_Table], Iterator[Problem]], ...] = (
    _structure, _people, _pairs, _baselines, _changes, _values, _flags, _days, _sources,
)  # fmt: skip


def _number(cell: Cell) -> float | None:
    return float(cell) if isinstance(cell, int | float) else None


def _same(one: Cell, other: Cell) -> bool:
    if not isinstance(one, int | float) or not isinstance(other, int | float):
        return one == other
    return abs(one - other) <= CLOSE * max(1.0, abs(one), abs(other))


def _text(cell: Cell) -> str | None:
    return None if cell is None else str(cell)


def _day(cell: Cell) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(cell)) if cell is not None else None
    except ValueError:
        return None
