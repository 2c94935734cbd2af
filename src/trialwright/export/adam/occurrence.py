"""ADAE and ADEX: what happened and what was given, each line on one record of SDTM."""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from trialwright.export.adam.basic import HEAD, Bench
from trialwright.export.adam.names import Column
from trialwright.export.adam.tables import (
    BASIC,
    OCCURRENCE,
    Line,
    Shape,
    borrowed,
    first_day,
    last_day,
    relative_day,
    start_day,
    table,
)
from trialwright.export.datasets import Cell, Dataset
from trialwright.export.sdtm.metadata import domains
from trialwright.export.sdtm.values import number
from trialwright.model.analysis import AnalysisRecord, ResultRow
from trialwright.model.quantity import PartialDate

_BEFORE = "before first dose"
_OWN = ("STUDYID", "DOMAIN", "USUBJID")
_AE_TAIL = (
    "ASTDT", "ASTDTF", "AENDT", "AENDTF", "ASTDY", "TRTEMFL", "ANL01FL", "SRCDOM", "SRCVAR", "SRCSEQ", "ARECID",
)  # fmt: skip
_EX_BODY = (
    "ASEQ", "PARAM", "PARAMCD", "PARAMN", "PARAMTYP", "ADT", "ADTF", "ADY", "AVAL", "ANL01FL", "SRCDOM", "SRCVAR",
    "SRCSEQ", "ARECID",
)  # fmt: skip
DAYS_A_WEEK = 7
END_ITEMS = ("end_date", "end", "stop_date")


def _flags(bench: Bench) -> dict[str, Column]:
    return {
        name: Column(
            label=f"{name} of ADSL", codelist="C66742", core="Cond", origin="Predecessor", source=f"ADSL.{name}"
        )
        for name in bench.flags
    }


def _records(bench: Bench, domain: str) -> list[tuple[AnalysisRecord, Mapping[str, Cell]]]:
    """The rows of logs that stand in one domain, with their SDTM record, by participant and --SEQ."""
    found = []
    for record in bench.analysis.records:
        if record.kind == "event" and ":" in record.parameter and record.participant_id in bench.people:
            row = bench.sources.row(record, domain)
            if row:
                found.append((record, row))
    return sorted(found, key=lambda pair: (str(pair[1]["USUBJID"]), int(str(pair[1][f"{domain}SEQ"]))))


def event_dataset(bench: Bench, rows: Iterable[ResultRow]) -> tuple[Dataset | None, set[str]]:
    """
    ADAE: every adverse event with all that SDTM says of it, whole dates, and whether treatment came first.

    Missing: a date that is partly unknown is imputed here and only here, flagged; ADY stays empty then.
    """
    counted = _counted(bench, rows)
    found = _records(bench, "AE")
    if not found:
        return None, set()
    carried = [name for name in domains()["AE"].variables if name not in _OWN]
    lines = [_event(bench, record, row, carried, counted=counted) for record, row in found]
    bench.named.update({record.id: ("ADAE", "") for record, _ in found})
    own = {name: _predecessor("AE", name) for name in carried} | _flags(bench)
    own["ANL01FL"] = Column(
        label="Analysis Flag 01", core="Cond", codelist="C66742",
        method="Y for an event that the tables of adverse events count: of the analysis set, within the time counted.",
    )  # fmt: skip
    made = table(
        Shape("ADAE", "Adverse Events Analysis Dataset", OCCURRENCE, "One record per subject per adverse event"),
        (*HEAD, *bench.flags, "ASEQ", *carried, *_AE_TAIL), lines,
        keys=("STUDYID", "USUBJID", "AETERM", "ASTDT", "AESEQ"), own=own,
    )  # fmt: skip
    return made, {record.id for record, _ in found}


def _counted(bench: Bench, rows: Iterable[ResultRow]) -> frozenset[str]:
    """The events behind the rows of the event endpoints that count everything."""
    events = {each.name for each in bench.study.estimands if each.variable.kind == "event"}
    return frozenset(
        name for row in rows if row.estimand in events and row.row == "any" for name in row.records
    )  # fmt: skip


def _event(
    bench: Bench, record: AnalysisRecord, row: Mapping[str, Cell], carried: Iterable[str], *, counted: frozenset[str]
) -> Line:
    dosed = bench.first_dose.get(record.participant_id, "")
    start, start_flag = start_day(record.date, dosed)
    end, end_flag = last_day(_end(record))
    return {
        **borrowed(bench.people[record.participant_id], bench.flags), **{name: row.get(name) for name in carried},
        "ASTDT": start, "ASTDTF": start_flag, "AENDT": end, "AENDTF": end_flag,
        "ASTDY": relative_day(start, start_flag, dosed), "TRTEMFL": "N" if _BEFORE in record.flags else "Y",
        "ANL01FL": "Y" if record.id in counted else None, "SRCDOM": "AE", "SRCVAR": "AETERM", "SRCSEQ": row["AESEQ"],
        "ARECID": record.id,
    }  # fmt: skip


def _end(record: AnalysisRecord) -> str:
    for name in END_ITEMS:
        text = record.details.get(name, "")
        if text and not text.startswith("["):
            return text
    return ""


def _predecessor(domain: str, name: str) -> Column:
    known = domains()[domain].variables[name]
    return Column(
        label=known.label, kind="float" if known.is_number else "text", codelist=known.codelist, origin="Predecessor",
        source=f"{domain}.{name}", core="Req" if name == f"{domain}TERM" else "Perm",
    )  # fmt: skip


def exposure_dataset(bench: Bench) -> tuple[Dataset | None, set[str]]:
    """
    ADEX: every dose, and for each participant the number of doses, their sum and the weeks from the first to the last.

    Missing: a dose of zero is a dose not given: it has its line and is in no sum.
    """
    found = _records(bench, "EX")
    if not found:
        return None, set()
    unit = next((str(row["EXDOSU"]) for _, row in found if row.get("EXDOSU")), "")
    lines: list[Line] = []
    by_person: dict[str, list[tuple[AnalysisRecord, Mapping[str, Cell]]]] = {}
    for record, row in found:
        by_person.setdefault(record.participant_id, []).append((record, row))
    for person, its in by_person.items():
        lines += [_dose(bench, record, row, unit) for record, row in its]
        bench.named.update({record.id: ("ADEX", "DOSE") for record, _ in its})
        lines += _sums(bench, person, its, unit)
    own = _flags(bench) | {
        "ANL01FL": Column(
            label="Analysis Flag 01",
            core="Cond",
            codelist="C66742",
            method="Y for every dose above zero and every sum.",
        ),
        "ADT": Column(label="Analysis Date", kind="date", method="Day of EX.EXSTDTC; of a sum the last dose."),
    }
    made = table(
        Shape("ADEX", "Exposure Analysis Dataset", BASIC, "One record per subject per parameter per dose"),
        (*HEAD, *bench.flags, *_EX_BODY), lines, keys=("STUDYID", "USUBJID", "PARAMCD", "ADT", "ASEQ"), own=own,
        tests={
            "DOSE": "EX.EXDOSE of one dose.", "NDOSE": "Doses above zero, counted.", "CUMDOSE": "Their sum.",
            "DURWK": "(Day of the last dose above zero - day of the first + 1) / 7.",
        },
    )  # fmt: skip
    return made, {record.id for record, _ in found}


def _dose(bench: Bench, record: AnalysisRecord, row: Mapping[str, Cell], unit: str) -> Line:
    dosed = bench.first_dose.get(record.participant_id, "")
    day, flag = first_day(record.date)
    return {
        **borrowed(bench.people[record.participant_id], bench.flags),
        "PARAM": f"Dose given ({unit})" if unit else "Dose given", "PARAMCD": "DOSE", "PARAMN": 1,
        "ADT": day, "ADTF": flag, "ADY": relative_day(day, flag, dosed), "AVAL": row.get("EXDOSE"),
        "ANL01FL": "Y" if row.get("EXDOSE") not in (None, 0) else None,
        "SRCDOM": "EX", "SRCVAR": "EXDOSE", "SRCSEQ": row["EXSEQ"], "ARECID": record.id,
    }  # fmt: skip


def _sums(bench: Bench, person: str, its: list[tuple[AnalysisRecord, Mapping[str, Cell]]], unit: str) -> list[Line]:
    given = [(record, row) for record, row in its if row.get("EXDOSE") not in (None, 0)]
    if not given:
        return []
    days = sorted(record.study_day for record, _ in given if record.study_day is not None)
    total = sum((Fraction(str(row["EXDOSE"])) for _, row in given), Fraction(0))
    last = max(PartialDate(record.date).earliest for record, _ in given if record.date).isoformat()
    weeks = Fraction(days[-1] - days[0] + 1, DAYS_A_WEEK) if days else None
    values = (
        ("Number of doses given", "NDOSE", Fraction(len(given))),
        (f"Total dose ({unit})" if unit else "Total dose", "CUMDOSE", total),
        ("Duration of exposure (weeks)", "DURWK", weeks),
    )
    return [
        {
            **borrowed(bench.people[person], bench.flags), "PARAM": words, "PARAMCD": code, "PARAMN": at,
            "PARAMTYP": "DERIVED", "ADT": last, "AVAL": number(value) if value is not None else None, "ANL01FL": "Y",
            "SRCDOM": "EX", "SRCVAR": "EXDOSE",
        }
        for at, (words, code, value) in enumerate(values, 2)
    ]  # fmt: skip
