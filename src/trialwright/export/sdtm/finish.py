"""Gathered records to datasets: numbers, days, epochs and baseline flags, columns in the guide's order."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from operator import attrgetter, is_not

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


Columns = dict[str, Sequence[Cell]]
"""The cells of a domain, a column for each variable that any of its records may fill."""


def domain_dataset(
    name: str, records: Sequence[Record], study: str, people: Mapping[str, Subject], schedule: Schedule
) -> Dataset:
    """
    One domain of observations as a dataset, sorted by participant and sequence.

    Shape:   variables in the order of the guide; those the guide only permits are left out where nothing fills them.
    """
    domain = domains()[name]
    standing = _numbered(records, people)
    columns = _held(domain, standing)
    fixed: dict[str, Sequence[Cell]] = {
        "STUDYID": (study,) * len(standing),
        "DOMAIN": (name,) * len(standing),
        "USUBJID": [people[each.participant].usubjid for each in standing],
        f"{name}SEQ": [each.number for each in standing],
    }
    columns |= {each: cells for each, cells in fixed.items() if each in columns}
    _put_visits(columns, domain, standing, schedule)
    _put_days(columns, domain, standing, people, schedule)
    if f"{name}LOBXFL" in columns:
        early = [each.visit in schedule.before_dose for each in standing]
        _flag_last_before_dose(columns, domain, early, [people[each.participant].first_dose for each in standing])
    if f"{name}SEQ" not in columns and "VISITNUM" in columns:
        keys = list(zip(columns["USUBJID"], map(_number, columns["VISITNUM"]), strict=True))
        order = sorted(range(len(keys)), key=keys.__getitem__)
        columns = {each: [cells[at] for at in order] for each, cells in columns.items()}
    return _dataset(domain, columns, len(standing), keys=_keys(domain))


def _numbered(records: Sequence[Record], people: Mapping[str, Subject]) -> list[Record]:
    """Give each record its number; those that stand, participant after participant, each in the ledger's order."""
    held: dict[str, list[Record]] = {}
    for record in sorted(records, key=attrgetter("order")):
        held.setdefault(record.participant, []).append(record)
    for its in held.values():
        for number, record in enumerate(its, 1):
            record.number = number
    by_name = sorted(held, key=lambda each: people[each].usubjid)
    return [record for participant in by_name for record in held[participant] if record.current]


def _held(domain: Domain, standing: Sequence[Record]) -> Columns:
    """
    What the records hold, and a column without cells for what is added; nothing for an empty text.

    Each variable is looked up once in what many records share: a study has hundreds of thousands of them.
    """
    held = {id(each.values): each.values for each in standing}
    places = {identity: at for at, identity in enumerate(held)}
    at = [places[id(each.values)] for each in standing]
    there = {*_ADDED, *(f"{domain.name}{each}" for each in _ADDED_TO_NAME)}.union(*held.values())
    columns: Columns = {}
    for name in domain.variables:
        if name in there:
            cells = [None if (cell := values.get(name)) == "" else cell for values in held.values()]
            columns[name] = list(map(cells.__getitem__, at))
    return columns


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


def _dataset(domain: Domain, held: Mapping[str, Sequence[Cell]], height: int, keys: tuple[str, ...]) -> Dataset:
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


def _put_visits(columns: Columns, domain: Domain, standing: Sequence[Record], schedule: Schedule) -> None:
    """
    The visit of each record, of a domain that knows visits; what a log found out on the day of a visit belongs to it.

    Missing: a record without a date of its own has that of its visit.
    """
    if "VISITNUM" not in domain.variables:
        return
    visits, known, dated = [each.visit for each in standing], schedule.numbers, f"{domain.name}DTC"
    if domain.is_findings:
        days = columns.get(dated, (None,) * len(standing))
        visits = [
            record.visit if record.visit in known else schedule.on_day.get((record.participant, str(day or "")), "")
            for record, day in zip(standing, days, strict=True)
        ]
    told: dict[str, Mapping[str, Cell]] = {
        "VISITNUM": {name: _whole(number) for name, number in known.items()},
        "VISIT": schedule.names,
        "VISITDY": {name: schedule.days.get(name) for name in known},
    }
    for name, of_visit in told.items():
        if name in columns:
            columns[name] = list(map(of_visit.get, visits, columns[name]))
    if dated in columns:
        columns[dated] = [
            day or (schedule.dates.get((record.participant, record.visit)) if visit in known else None)
            for record, visit, day in zip(standing, visits, columns[dated], strict=True)
        ]


def _put_days(
    columns: Columns, domain: Domain, standing: Sequence[Record], people: Mapping[str, Subject], schedule: Schedule
) -> None:
    """Study days, and the epoch: of the record's own date, else of the day on which it was collected."""
    d = domain.name
    first_doses = [people[each.participant].first_dose for each in standing]
    for dated, numbered in ((f"{d}DTC", f"{d}DY"), (f"{d}STDTC", f"{d}STDY"), (f"{d}ENDTC", f"{d}ENDY")):
        if dated in columns and numbered in columns:
            columns[numbered] = [
                study_day(str(day), first) if day else own
                for day, first, own in zip(columns[dated], first_doses, columns[numbered], strict=True)
            ]
    if "EPOCH" not in columns or d == "SE":
        return
    anchors: Sequence[Cell] = (None,) * len(standing)
    for dated in (f"{d}STDTC", f"{d}DTC"):
        if dated in columns:
            anchors = [anchor or day for anchor, day in zip(anchors, columns[dated], strict=True)]
    days = [
        anchor or schedule.dates.get((record.participant, record.visit))
        for record, anchor in zip(standing, anchors, strict=True)
    ]
    columns["EPOCH"] = [
        epoch(str(day), people[record.participant].starts) if day else None
        for record, day in zip(standing, days, strict=True)
    ]


def _flag_last_before_dose(columns: Columns, domain: Domain, early: Sequence[bool], first_doses: Sequence[str]) -> None:
    """One flag a participant and test: on the last result before the first dose, of visits that come `early`."""
    d = domain.name
    if f"{d}DTC" not in columns or f"{d}ORRES" not in columns:
        return
    names = ("USUBJID", f"{d}CAT", f"{d}TESTCD", f"{d}LOC", f"{d}LAT")
    tests = zip(*(columns[each] for each in names if each in columns), strict=True)
    last: dict[tuple[Cell, ...], tuple[str, int]] = {}
    told = zip(tests, columns[f"{d}DTC"], columns[f"{d}ORRES"], early, first_doses, strict=True)
    for at, (test, dated, result, is_early, first_dose) in enumerate(told):
        first, day = complete(first_dose), complete(str(dated or ""))
        if first is None or day is None or result is None or day > first:
            continue
        if day == first and not is_early:
            continue
        last[test] = max(last.get(test, ("", -1)), (str(dated), at))
    flags = list(columns[f"{d}LOBXFL"])
    for _, at in last.values():
        flags[at] = "Y"
    columns[f"{d}LOBXFL"] = flags


def _whole(number: float) -> int | float:
    return int(number) if number == int(number) else number


def _number(cell: Cell) -> float:
    return float(cell) if isinstance(cell, int | float) else 0.0


def _digits(cell: Cell) -> float:
    return float(str(cell)) if cell else 0.0
