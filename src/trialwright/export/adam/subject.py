"""ADSL: one line a participant, with the arm, the days, the analysis sets and what was known at the beginning."""

from collections.abc import Iterable, Mapping

from trialwright.export.adam.names import CODE, COLUMNS, NY, Column, cut, labelled, set_flags, short
from trialwright.export.adam.tables import Line, Shape, table
from trialwright.export.datasets import Cell, Dataset, VariableKind
from trialwright.export.sdtm import Tabulation
from trialwright.export.sdtm.values import number
from trialwright.model.analysis import Analysis, AnalysisRecord, Participant
from trialwright.model.entry import Item
from trialwright.model.quantity import Missing
from trialwright.model.study import Study

ORDER = (
    "STUDYID", "USUBJID", "SUBJID", "SITEID", "COUNTRY", "AGE", "AGEU", "SEX", "RACE", "ETHNIC", "ARM", "ACTARM",
    "TRT01P", "TRT01A", "TRTSDT", "TRTEDT", "RFICDT", "ENRLDT", "EOSDT", "EOSSTT", "DCSREAS", "DTHDT", "DTHFL",
    "ENRLFL", "COMPLFL",
)  # fmt: skip

_FROM_DM = (
    "STUDYID",
    "USUBJID",
    "SUBJID",
    "SITEID",
    "COUNTRY",
    "AGE",
    "AGEU",
    "SEX",
    "RACE",
    "ETHNIC",
    "ARM",
    "ACTARM",
)
_DAYS = {"TRTSDT": "RFXSTDTC", "TRTEDT": "RFXENDTC", "RFICDT": "RFICDTC", "EOSDT": "RFPENDTC", "DTHDT": "DTHDTC"}
_ENDS = {"completed": "COMPLETED", "died": "DISCONTINUED", "withdrawn": "DISCONTINUED"}
_EARLY = ("screening", "baseline")
_READ = ("number", "integer", "choice", "yes_no", "date", "partial_date")
"""Kinds of items that describe a participant; free words do not."""


def subject_lines(study: Study, analysis: Analysis, made: Tabulation) -> tuple[list[Line], dict[str, Column], set[str]]:
    """
    The lines of ADSL by participant, what its own columns are, and the analysis records that stand in it.

    Missing: a fact that is not known leaves its flag N in a population, for nobody belongs to a set by a guess.
    """
    dm = made.dataset("DM")
    names = [each.name for each in dm.variables]
    held = {str(line["SUBJID"]): line for line in (dict(zip(names, row, strict=True)) for row in dm.rows)}
    flags = set_flags(study.analysis_sets)
    own: dict[str, Column] = {
        flag: Column(
            label=cut(f"{study.analysis_set(name).title.en} Population Flag"), codelist=NY, core="Cond",
            method=study.analysis_set(name).says,
        )
        for name, flag in flags.items()
    }  # fmt: skip
    facts = _fact_flags(study, analysis, own)
    groups, used = _characteristics(study, analysis, own)
    lines = []
    for person in analysis.participants:
        line = _line(person, held[person.participant_id], made)
        line |= {flag: "Y" if name in person.sets else "N" for name, flag in flags.items()}
        line |= {flag: _truth(person.facts.get(name)) for name, flag in facts.items()}
        line |= groups.get(person.participant_id, {})
        lines.append(line)
    carried = _facts(study) | {f"fact.{name}" for name in facts}
    used |= {record.id for record in analysis.records if record.kind == "fact" and record.parameter in carried}
    return lines, own, used


def _fact_flags(study: Study, analysis: Analysis, own: dict[str, Column]) -> dict[str, str]:
    """The flag of every other truth that is known of participants, and its column put into `own`."""
    there = _facts(study)
    names = dict.fromkeys(name for person in analysis.participants for name in person.facts)
    flags: dict[str, str] = {}
    for name in names:
        held = [person.facts.get(name) for person in analysis.participants]
        if f"fact.{name}" in there or not all(isinstance(each, bool | None) for each in held):
            continue
        taken = {each.removesuffix("FL") for each in (*COLUMNS, *own)}
        flags[name] = f"{short(name, taken)[: CODE - 2]}FL"
        words = name.replace("_", " ")
        own[flags[name]] = Column(
            label=cut(f"{words.capitalize()} Flag"), codelist=NY, core="Cond",
            method=f"Whether {words} is true of the participant; empty where that is not known.",
        )  # fmt: skip
    return flags


def _truth(fact: bool | str | int | None) -> str | None:
    return None if fact is None else "Y" if fact else "N"


def _facts(study: Study) -> frozenset[str]:
    sets = {f"fact.set.{each.name}" for each in study.analysis_sets}
    return frozenset(
        {"fact.arm", "fact.enrolled", "fact.completed", "fact.withdrawn", "fact.withdrawn_reason", "fact.died"} | sets
    )


def _line(person: Participant, dm: Mapping[str, Cell], made: Tabulation) -> Line:
    line: Line = {name: dm.get(name) for name in _FROM_DM}
    line["TRT01P"] = dm.get("ARM") or dm.get("ARMNRS")
    line["TRT01A"] = dm.get("ACTARM")
    line |= {name: _whole_day(dm.get(source)) for name, source in _DAYS.items()}
    line["ENRLDT"] = _whole_day(made.people[person.participant_id].enrolled)
    line["EOSSTT"] = _ENDS.get(person.status, "ONGOING") if person.facts.get("enrolled") else None
    reason = person.facts.get("withdrawn_reason")
    if line["EOSSTT"] == "DISCONTINUED":
        line["DCSREAS"] = "DEATH" if person.status == "died" else str(reason or "").replace("_", " ").upper() or None
    line["DTHFL"] = dm.get("DTHFL")
    line["ENRLFL"] = "Y" if person.facts.get("enrolled") else "N"
    line["COMPLFL"] = "Y" if person.facts.get("completed") else "N"
    return line


def _whole_day(cell: Cell) -> str | None:
    text = str(cell or "")
    return text[:10] if len(text) >= 10 and "--" not in text else None


def _characteristics(study: Study, analysis: Analysis, own: dict[str, Column]) -> tuple[dict[str, Line], set[str]]:
    """What screening and baseline tell of a participant: answers that no measure covers, and the declared subgroups."""
    items = {field.name: field.item for form in study.forms for section in form.sections for field in section.fields}
    early = {visit.name: at for at, visit in enumerate(study.visits) if visit.kind in _EARLY}
    columns: dict[str, str] = {}
    found: dict[str, Line] = {}
    used: set[str] = set()
    for record in _latest(analysis, early):
        item = items.get(record.parameter)
        if item is not None and item.mapping.get("sdtm", "").removeprefix("DM.") in _FROM_DM:
            used.add(record.id)
        if item is None or item.kind not in _READ or not _describes(item):
            continue
        if record.parameter not in columns:
            name = short(item.name, (*COLUMNS, *own))
            columns[record.parameter] = name
            own[name] = Column(
                label=cut(labelled(item.label.en, item.unit)),
                kind=_kind(item),
                origin="Predecessor",
                source=_before(item),
            )
        found.setdefault(record.participant_id, {})[columns[record.parameter]] = _cell(record, item)
        used.add(record.id)
    return found, used


def _describes(item: Item) -> bool:
    """
    A domain of visits or endings is no description of a participant, nor is a finding that is measured again and has a
    dataset of its own; DM's own variables are there already.
    """
    return not item.mapping.get("sdtm", "").startswith(("SV.", "SUPPSV.", "DS.", "DM.", "IE.", "LB.", "VS.", "EG."))


def _latest(analysis: Analysis, early: Mapping[str, int]) -> Iterable[AnalysisRecord]:
    """Values of the early visits, the later visit last, so that it stands."""
    measured = _measured(analysis)
    values = [each for each in analysis.records if each.kind == "value" and each.visit in early]
    return sorted(
        (each for each in values if each.parameter.partition(".")[0] not in measured),
        key=lambda each: early[each.visit],
    )


def _measured(analysis: Analysis) -> frozenset[str]:
    return frozenset(each.parameter.partition(".")[0] for each in analysis.records if each.kind == "measure")


def _kind(item: Item) -> VariableKind:
    return "float" if item.kind in ("number", "integer") else "text"


def _before(item: Item) -> str:
    place = item.mapping.get("sdtm", "").partition(";")[0]
    return place or f"item {item.name} of the form, which has no place in SDTM"


def _cell(record: AnalysisRecord, item: Item) -> Cell:
    value = record.value
    if isinstance(value, Missing):
        return None
    if isinstance(value, str):
        return value.upper() if item.kind == "choice" else value
    return number(value)


def subject_dataset(study: Study, analysis: Analysis, made: Tabulation) -> tuple[Dataset, list[Line], set[str]]:
    """ADSL, its lines (which every other dataset borrows from), and the ids of the records that stand in it."""
    lines, own, used = subject_lines(study, analysis, made)
    dataset = table(
        Shape("ADSL", "Subject-Level Analysis Dataset", "SUBJECT LEVEL ANALYSIS DATASET", "One record per subject"),
        ORDER, lines, keys=("STUDYID", "USUBJID"), own=own,
    )  # fmt: skip
    return dataset, lines, used
