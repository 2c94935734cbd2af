"""Gathered records to datasets: numbers, days, epochs and baseline flags, columns in the guide's order."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from operator import is_not

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


def domain_dataset(
    name: str, records: Iterable[Record], study: str, people: Mapping[str, Subject], schedule: Schedule
) -> Dataset:
    """
    One domain of observations as a dataset, sorted by participant and sequence.

    Shape:   variables in the order of the guide; those the guide only permits are left out where nothing fills them.
    """
    domain = domains()[name]
    numbered = f"{name}SEQ" in domain.variables
    dates = _dates(domain)
    lines: list[dict[str, Cell]] = []
    sequence: dict[str, int] = {}
    for record in sorted(records, key=lambda each: each.order):
        sequence[record.participant] = record.number = sequence.get(record.participant, 0) + 1
        if not record.current:
            continue
        person = people[record.participant]
        line: dict[str, Cell] = {"STUDYID": study, "DOMAIN": name, "USUBJID": person.usubjid, **record.values}
        if numbered:
            line[f"{name}SEQ"] = record.number
        _put_visit(line, record, domain, schedule)
        _put_days(line, dates, person, schedule.dates.get((record.participant, record.visit), ""))
        line["_before"] = record.visit in schedule.before_dose
        lines.append(line)
    if f"{name}LOBXFL" in domain.variables:
        _flag_last_before_dose(lines, name, {each.usubjid: each.first_dose for each in people.values()})
    order = f"{name}SEQ" if numbered else "VISITNUM"
    lines.sort(key=lambda each: (str(each["USUBJID"]), _number(each.get(order))))
    return as_dataset(domain, lines, keys=_keys(domain))


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
    names = tuple(domain.variables)
    columns = dict(zip(names, _columns(lines, names), strict=True))
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


def _columns(lines: Sequence[Mapping[str, Cell]], names: Sequence[str]) -> Sequence[tuple[Cell, ...]]:
    """
    The cells of each of the names; nothing for an empty text.

    Shape:   line by line: a study has hundreds of thousands, and each is far from the next in memory. What no line
             has is not looked for in each.
    """
    there = set().union(*lines)
    held = [name for name in names if name in there]
    rows = [tuple(map(line.get, held)) for line in lines]
    rows = [tuple(cell if cell != "" else None for cell in row) if "" in row else row for row in rows]
    found = dict(zip(held, zip(*rows, strict=True), strict=True)) if rows else {}
    nothing = (None,) * len(lines)
    return [found.get(name, nothing) for name in names]


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


def _put_visit(line: dict[str, Cell], record: Record, domain: Domain, schedule: Schedule) -> None:
    """The visit of a record; what a log found out on the day of a visit belongs to that visit."""
    dated = f"{domain.name}DTC"
    visit = record.visit
    if visit not in schedule.numbers and domain.is_findings:
        visit = schedule.on_day.get((record.participant, str(line.get(dated) or "")), "")
    if "VISITNUM" not in domain.variables or visit not in schedule.numbers:
        return
    line["VISITNUM"] = _whole(schedule.numbers[visit])
    line["VISIT"] = schedule.names[visit]
    line["VISITDY"] = schedule.days.get(visit)
    if dated in domain.variables and not line.get(dated):
        line[dated] = schedule.dates.get((record.participant, record.visit))


class _Dates(msgspec.Struct, frozen=True):
    """The dates of a domain: those that have a day beside them, and those that say in which epoch a record falls."""

    days: tuple[tuple[str, str], ...]
    anchors: tuple[str, str] | None


def _dates(domain: Domain) -> _Dates:
    d = domain.name
    pairs = ((f"{d}DTC", f"{d}DY"), (f"{d}STDTC", f"{d}STDY"), (f"{d}ENDTC", f"{d}ENDY"))
    anchors = (f"{d}STDTC", f"{d}DTC") if "EPOCH" in domain.variables and d != "SE" else None
    return _Dates(tuple(pair for pair in pairs if pair[1] in domain.variables), anchors)


def _put_days(line: dict[str, Cell], dates: _Dates, person: Subject, collected: str) -> None:
    """Study days, and the epoch: of the record's own date, else of the day on which it was collected."""
    for dated, day in dates.days:
        if line.get(dated):
            line[day] = study_day(str(line[dated]), person.first_dose)
    if dates.anchors is not None:
        start, dated = dates.anchors
        anchor = line.get(start) or line.get(dated) or collected
        line["EPOCH"] = epoch(str(anchor), person.starts) if anchor else None


def _flag_last_before_dose(lines: Sequence[dict[str, Cell]], d: str, doses: Mapping[str, str]) -> None:
    """One flag a participant and test: on the last result before the first dose."""
    last: dict[tuple[Cell, ...], dict[str, Cell]] = {}
    for line in lines:
        first, day = complete(doses[str(line["USUBJID"])]), complete(str(line.get(f"{d}DTC") or ""))
        if first is None or day is None or line.get(f"{d}ORRES") in (None, "") or day > first:
            continue
        if day == first and not line["_before"]:
            continue
        key = tuple(line.get(each) for each in ("USUBJID", f"{d}CAT", f"{d}TESTCD", f"{d}LOC", f"{d}LAT"))
        held = last.get(key)
        if held is None or str(held[f"{d}DTC"]) <= str(line[f"{d}DTC"]):
            last[key] = line
    for line in last.values():
        line[f"{d}LOBXFL"] = "Y"


def _whole(number: float) -> int | float:
    return int(number) if number == int(number) else number


def _number(cell: Cell) -> float:
    return float(cell) if isinstance(cell, int | float) else 0.0


def _digits(cell: Cell) -> float:
    return float(str(cell)) if cell else 0.0
