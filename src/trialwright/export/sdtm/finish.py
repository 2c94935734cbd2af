"""Gathered records to datasets: numbers, days, epochs and baseline flags, columns in the guide's order."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from operator import attrgetter, is_not, itemgetter

import msgspec

from trialwright.export.datasets import Cell, Dataset, Variable
from trialwright.export.sdtm.metadata import Domain, Known, domains
from trialwright.export.sdtm.origins import origin_of
from trialwright.export.sdtm.records import Record
from trialwright.export.sdtm.subjects import Subject
from trialwright.export.sdtm.timing import complete, epoch, study_day


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """What a record needs of its visit: number, name, planned day, actual dates, and whether it is before a dose."""

    numbers: Mapping[str, float]
    names: Mapping[str, str]
    days: Mapping[str, int | None]
    dates: Mapping[tuple[str, str], str]
    on_day: Mapping[tuple[str, str], str]  # the visit of a participant's day, where there was one alone
    before_dose: frozenset[str]


_is_there = partial(is_not, None)

_ADDED = ("STUDYID", "DOMAIN", "USUBJID", "VISITNUM", "VISIT", "VISITDY", "EPOCH")
_ADDED_TO_NAME = ("SEQ", "DTC", "STDTC", "ENDTC", "DY", "STDY", "ENDY", "LOBXFL")
"""Variables that a line gets beside what its record holds: of every domain, and those named after the domain."""


Cells = list[Cell]
"""One line of a domain, a cell for each variable that any of its lines may fill."""


class _Layout:
    """
    Where the variables of a domain stand in its lines: those that a record of it holds, and those that are added.

    No mapping for each line: a study has hundreds of thousands, and most share with others what they hold.
    """

    def __init__(self, domain: Domain, records: Iterable[Record]) -> None:
        self.domain = domain
        self._held = {id(each.values): each.values for each in records if each.current}
        self._told: dict[int, Cells] = {}
        added = {*_ADDED, *(f"{domain.name}{each}" for each in _ADDED_TO_NAME)}
        there = added.union(*self._held.values())
        self.at = {name: place for place, name in enumerate(each for each in domain.variables if each in there)}

    def line(self, values: Mapping[str, Cell]) -> Cells:
        """A line of its own of what a record holds; nothing for an empty text."""
        told = self._told.get(id(values))
        if told is None:
            cells = map(values.get, self.at)
            told = self._told[id(values)] = [None if cell == "" else cell for cell in cells]
        return told.copy()


def domain_dataset(
    name: str, records: Sequence[Record], study: str, people: Mapping[str, Subject], schedule: Schedule
) -> Dataset:
    """
    One domain of observations as a dataset, sorted by participant and sequence.

    Shape:   variables in the order of the guide; those the guide only permits are left out where nothing fills them.
    """
    domain = domains()[name]
    layout = _Layout(domain, records)
    at, visits, dates = layout.at, _visits(layout, schedule), _dates(domain, layout)
    number, usubjid = at.get(f"{name}SEQ"), at["USUBJID"]
    fixed = [(at[each], cell) for each, cell in (("STUDYID", study), ("DOMAIN", name)) if each in at]
    lines: list[Cells] = []
    early: list[bool] = []
    sequence: dict[str, int] = {}
    for record in sorted(records, key=attrgetter("order")):
        sequence[record.participant] = record.number = sequence.get(record.participant, 0) + 1
        if not record.current:
            continue
        person, line = people[record.participant], layout.line(record.values)
        for place, cell in fixed:
            line[place] = cell
        line[usubjid] = person.usubjid
        if number is not None:
            line[number] = record.number
        _put_visit(line, record, dates, visits, schedule)
        _put_days(line, dates, person, schedule.dates.get((record.participant, record.visit), ""))
        lines.append(line)
        early.append(record.visit in schedule.before_dose)
    if f"{name}LOBXFL" in at:
        _flag_last_before_dose(lines, early, layout, {each.usubjid: each.first_dose for each in people.values()})
    order = at.get("VISITNUM") if number is None else number
    lines.sort(key=lambda each: (str(each[usubjid]), _number(each[order]) if order is not None else 0.0))
    columns = dict(zip(at, zip(*lines, strict=True), strict=True)) if lines else {}
    return _dataset(domain, columns, len(lines), keys=_keys(domain))


def supplemental_dataset(parent: Dataset, records: Iterable[Record], people: Mapping[str, Subject]) -> Dataset | None:
    """The supplemental qualifiers of a domain, tied to it by its sequence (SV by its visit); None without any."""
    name = parent.name
    idvar = "VISITNUM" if name == "SV" else "" if name == "DM" else f"{name}SEQ"
    study, rows = parent.column("STUDYID")[0] if parent.rows else "", []
    for record in sorted((each for each in records if each.current and each.supplemental), key=lambda each: each.order):
        number = record.values.get("VISITNUM") if idvar == "VISITNUM" else record.number
        for qnam, (label, value) in sorted(record.supplemental.items()):
            rows.append(
                {
                    "STUDYID": study, "RDOMAIN": name, "USUBJID": people[record.participant].usubjid,
                    "IDVAR": idvar or None, "IDVARVAL": str(number) if idvar else None, "QNAM": qnam, "QLABEL": label,
                    "QVAL": value, "QORIG": "CRF", "QEVAL": None,
                }
            )  # fmt: skip
    if not rows:
        return None
    known = domains()["SUPPQUAL"]
    domain = msgspec.structs.replace(known, name=f"SUPP{name}", label=f"Supplemental Qualifiers for {name}")
    rows.sort(key=lambda each: (str(each["USUBJID"]), _digits(each["IDVARVAL"]), str(each["QNAM"])))
    return as_dataset(domain, rows, keys=("STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM"))


def as_dataset(domain: Domain, lines: Sequence[Mapping[str, Cell]], keys: tuple[str, ...]) -> Dataset:
    """Rows as mappings to a dataset: the guide's order, required and expected variables always, others where filled."""
    columns = {
        name: tuple(None if (cell := line.get(name)) == "" else cell for line in lines) for name in domain.variables
    }
    return _dataset(domain, columns, len(lines), keys)


def _dataset(domain: Domain, held: Mapping[str, tuple[Cell, ...]], height: int, keys: tuple[str, ...]) -> Dataset:
    nothing = (None,) * height
    columns = {name: held.get(name, nothing) for name in domain.variables}
    filled = {name for name, cells in columns.items() if any(map(_is_there, cells))}
    # A day stands beside its date even where nobody has a first dose to count from.
    days = {f"{name.removesuffix('DTC')}DY" for name in filled if name.endswith("DTC") and domain.name != "DM"}
    wanted = filled | days
    kept = [known for known in domain.variables.values() if known.core in ("Req", "Exp") or known.name in wanted]
    return Dataset(
        name=domain.name,
        label=domain.label,
        kind=domain.kind,
        structure=domain.structure,
        keys=keys,
        variables=tuple(_variable(domain, known, columns[known.name], known.name in filled) for known in kept),
        rows=tuple(zip(*(columns[known.name] for known in kept), strict=True)),
    )


def _variable(domain: Domain, known: Known, cells: Sequence[Cell], filled: bool) -> Variable:
    whole = known.is_number and set(map(type, cells)) <= {int, type(None)}
    origin, method = origin_of(domain.name, known, filled=filled)
    return Variable(
        name=known.name,
        label=known.label,
        kind=("integer" if whole else "float") if known.is_number else "text",
        core=known.core,
        role=known.role,
        codelist=known.codelist,
        origin=origin,
        source="Investigator" if origin == "Collected" else "" if origin == "Not Available" else "Sponsor",
        method=method,
    )


def _keys(domain: Domain) -> tuple[str, ...]:
    d = domain.name
    if domain.is_findings:
        wanted = ("STUDYID", "USUBJID", f"{d}CAT", f"{d}TESTCD", f"{d}LOC", f"{d}LAT", "VISITNUM", f"{d}SEQ")
        return tuple(each for each in wanted if each in domain.variables)
    if d == "SV":
        return ("STUDYID", "USUBJID", "VISITNUM")
    topic = next((each.name for each in domain.variables.values() if each.role == "Topic"), "")
    wanted_of_events = ("STUDYID", "USUBJID", topic, f"{d}STDTC", f"{d}SEQ")
    return tuple(each for each in wanted_of_events if each in domain.variables)


Placed = tuple[tuple[int, Cell], ...]
"""Cells and where they stand in a line."""


def _visits(layout: _Layout, schedule: Schedule) -> dict[str, Placed]:
    """What a record of this domain says of each visit; none where the domain knows no visits."""
    if "VISITNUM" not in layout.domain.variables:
        return {}
    told = {
        name: {"VISITNUM": _whole(number), "VISIT": schedule.names[name], "VISITDY": schedule.days.get(name)}
        for name, number in schedule.numbers.items()
    }
    return {
        name: tuple((layout.at[each], cell) for each, cell in cells.items() if each in layout.at)
        for name, cells in told.items()
    }


class _Dates(msgspec.Struct, frozen=True):
    """
    Where the dates of a domain stand: that of collection, of findings those a visit is known by, those with a day
    beside them, and those that say in which epoch a record falls.
    """

    collected: int | None
    of_findings: bool
    days: tuple[tuple[int, int], ...]
    anchors: tuple[int, ...]
    epoch: int | None


def _dates(domain: Domain, layout: _Layout) -> _Dates:
    d, at = domain.name, layout.at
    pairs = ((f"{d}DTC", f"{d}DY"), (f"{d}STDTC", f"{d}STDY"), (f"{d}ENDTC", f"{d}ENDY"))
    return _Dates(
        collected=at.get(f"{d}DTC"),
        of_findings=domain.is_findings,
        days=tuple((at[dated], at[day]) for dated, day in pairs if dated in at and day in at),
        anchors=tuple(at[each] for each in (f"{d}STDTC", f"{d}DTC") if each in at),
        epoch=at.get("EPOCH") if d != "SE" else None,
    )


def _put_visit(line: Cells, record: Record, dates: _Dates, visits: Mapping[str, Placed], schedule: Schedule) -> None:
    """The visit of a record; what a log found out on the day of a visit belongs to that visit."""
    dated, visit = dates.collected, visits.get(record.visit)
    if visit is None and dates.of_findings:
        day = line[dated] if dated is not None else None
        visit = visits.get(schedule.on_day.get((record.participant, str(day or "")), ""))
    if visit is None:
        return
    for place, cell in visit:
        line[place] = cell
    if dated is not None and not line[dated]:
        line[dated] = schedule.dates.get((record.participant, record.visit))


def _put_days(line: Cells, dates: _Dates, person: Subject, collected: str) -> None:
    """Study days, and the epoch: of the record's own date, else of the day on which it was collected."""
    for dated, day in dates.days:
        if line[dated]:
            line[day] = study_day(str(line[dated]), person.first_dose)
    if dates.epoch is not None:
        anchor = next((line[place] for place in dates.anchors if line[place]), collected)
        line[dates.epoch] = epoch(str(anchor), person.starts) if anchor else None


def _flag_last_before_dose(
    lines: Sequence[Cells], early: Sequence[bool], layout: _Layout, doses: Mapping[str, str]
) -> None:
    """One flag a participant and test: on the last result before the first dose, of visits that come `early`."""
    d, at = layout.domain.name, layout.at
    dated, result, usubjid = at.get(f"{d}DTC"), at.get(f"{d}ORRES"), at["USUBJID"]
    if dated is None or result is None:
        return
    names = ("USUBJID", f"{d}CAT", f"{d}TESTCD", f"{d}LOC", f"{d}LAT")
    test = itemgetter(*(at[each] for each in names if each in at))
    last: dict[Cell | tuple[Cell, ...], Cells] = {}
    for line, is_early in zip(lines, early, strict=True):
        first, day = complete(doses[str(line[usubjid])]), complete(str(line[dated] or ""))
        if first is None or day is None or line[result] is None or day > first:
            continue
        if day == first and not is_early:
            continue
        key = test(line)
        held = last.get(key)
        if held is None or str(held[dated]) <= str(line[dated]):
            last[key] = line
    for line in last.values():
        line[at[f"{d}LOBXFL"]] = "Y"


def _whole(number: float) -> int | float:
    return int(number) if number == int(number) else number


def _number(cell: Cell) -> float:
    return float(cell) if isinstance(cell, int | float) else 0.0


def _digits(cell: Cell) -> float:
    return float(str(cell)) if cell else 0.0
