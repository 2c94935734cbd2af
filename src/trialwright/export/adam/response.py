"""ADRESP and the datasets of value endpoints: what each estimand made of every participant, visit by visit."""

from collections.abc import Sequence
from fractions import Fraction

import msgspec

from trialwright.export.adam.basic import HEAD, KEYS, STRUCTURE, Bench, Parameter, basic_dataset, measure_words
from trialwright.export.adam.names import Column, estimand_codes, labelled, short
from trialwright.export.adam.points import points_lines, sequences
from trialwright.export.adam.tables import BASIC, Line, Shape, borrowed, first_day, relative_day, table
from trialwright.export.datasets import Dataset
from trialwright.model.analysis import AnalysisRecord
from trialwright.model.study import Estimand

_BODY = (
    "ASEQ", "PARAM", "PARAMCD", "PARAMN", "PARAMTYP", "PARCAT1", "AVISIT", "AVISITN", "ADT", "ADTF", "ADY", "AVAL",
    "AVALC", "CRITVERD", "NIMPROV", "NWORSE", "ICEVENT", "DTYPE", "ANL01FL", "SRCDOM", "SRCVAR", "SRCSEQ", "ARECID",
)  # fmt: skip
_IMPUTED = {"nonresponder": "WC", "last_observed": "LOCF"}
COURSE, ALONE = ":course", ":criterion"


def response_dataset(bench: Bench, core: Dataset | None) -> tuple[Dataset | None, set[str]]:
    """
    ADRESP: the verdict of every response endpoint after its strategies and its missing-data rule.

    Shape:   one line a participant, endpoint and visit: the endpoint's own, and the earlier ones it was followed at.
             A criterion that gives points has a line for each measure's and one for the score besides.
    Missing: an undetermined verdict has neither AVAL nor AVALC; CRITVERD says U.
    """
    wanted = [each for each in bench.study.estimands if each.variable.kind == "response"]
    codes = estimand_codes(bench.study.estimands)
    alone = {each.id.removesuffix(ALONE): each for each in bench.analysis.records if each.parameter.endswith(ALONE)}
    at_of = {name: at for at, each in enumerate(wanted, 1) for name in (each.name, f"{each.name}{COURSE}")}
    found = [
        (at_of[each.parameter], each)
        for each in bench.analysis.records
        if each.kind == "response" and each.participant_id in bench.people and each.parameter in at_of
    ]
    found.sort(key=lambda pair: (_usubjid(bench, pair[1]), pair[0], bench.numbers.get(pair[1].visit, 0.0)))
    lines = [
        _line(bench, wanted[at - 1], record, alone.get(record.id))
        | {"PARAMN": at, "PARAMCD": codes[wanted[at - 1].name]}
        for at, record in found
    ]
    for line, (at, record) in zip(lines, found, strict=True):
        bench.named[record.id] = ("ADRESP", codes[wanted[at - 1].name])
        counted = record.participant_id in bench.members[wanted[at - 1].population]
        decided = record.verdict != "U" or wanted[at - 1].missing_rule != "observed"
        line["ANL01FL"] = "Y" if counted and decided else None
    if not lines:
        return None, set()
    judged = [(line, record, wanted[at - 1]) for line, (at, record) in zip(lines, found, strict=True)]
    points, says = points_lines(bench, wanted, judged, codes, sequences(core))
    lines = sorted([*lines, *points], key=_place)
    flags = {
        name: Column(
            label=f"{name} of ADSL", codelist="C66742", core="Cond", origin="Predecessor", source=f"ADSL.{name}"
        )
        for name in bench.flags
    }
    own = {
        **flags,
        "ANL01FL": Column(
            label="Analysis Flag 01",
            core="Cond",
            codelist="C66742",
            method=(
                "Y for members of the endpoint's analysis set; where only observed verdicts count, only decided ones."
            ),
        ),
    }
    made = table(
        Shape("ADRESP", "Response Analysis Dataset", BASIC, STRUCTURE), (*HEAD, *bench.flags, *_BODY), lines, keys=KEYS,
        own=own, tests={codes[each.name]: told(each) for each in wanted} | says,
    )  # fmt: skip
    ids = {record.id for _, record in found}
    return made, ids | {each.id for key, each in alone.items() if key in ids}


def _place(line: Line) -> tuple[str, int, float]:
    return str(line["USUBJID"]), int(str(line["PARAMN"])), float(str(line["AVISITN"] or 0))


def _usubjid(bench: Bench, record: AnalysisRecord) -> str:
    return str(bench.people[record.participant_id]["USUBJID"])


def _line(bench: Bench, estimand: Estimand, record: AnalysisRecord, alone: AnalysisRecord | None) -> Line:
    day, flag = first_day(record.date)
    at = bench.numbers.get(record.visit)
    said = alone.verdict if alone is not None else ""
    return {
        **borrowed(bench.people[record.participant_id], bench.flags),
        "PARAM": estimand.title.en, "PARCAT1": estimand.level.upper(),
        "AVISIT": bench.study.visit(record.visit).title.en,
        "AVISITN": None if at is None else int(at) if at == int(at) else at,
        "ADT": day, "ADTF": flag, "ADY": relative_day(day, flag, bench.first_dose.get(record.participant_id, "")),
        "AVAL": {"Y": 1, "N": 0}.get(record.verdict), "AVALC": record.verdict if record.verdict in ("Y", "N") else None,
        "CRITVERD": said or None, "NIMPROV": _count(record, "n_improved"), "NWORSE": _count(record, "n_worsened"),
        "ICEVENT": ", ".join(record.intercurrent)[:200] or None,
        "DTYPE": _imputed(estimand, record, said),
        "SRCDOM": "ADCORE", "SRCVAR": "AVAL", "ARECID": record.id,
    }  # fmt: skip


def _imputed(estimand: Estimand, record: AnalysisRecord, said: str) -> str | None:
    """How a missing verdict was filled in; an event that decided it is no imputation."""
    if said != "U" or record.verdict == "U" or record.intercurrent:
        return None
    return _IMPUTED.get(estimand.missing_rule)


def _count(record: AnalysisRecord, name: str) -> int | None:
    held = record.counts.get(name)
    return int(held) if held is not None else None


def told(estimand: Estimand) -> str:
    """The estimand in words, from the definition that ran."""
    variable = estimand.variable
    parts = [" ".join(estimand.says.split()), f"Variable: {variable.entry}"]
    if variable.reading:
        parts.append(f"reading {variable.reading}")
    if variable.parameters:
        parts.append(", ".join(f"{name} {value}" for name, value in variable.parameters.items()))
    if estimand.intercurrent:
        parts.append("strategies " + ", ".join(f"{name} {how}" for name, how in estimand.intercurrent.items()))
    parts.append(f"missing data: {estimand.missing_rule}")
    return "; ".join(part for part in parts if part)


def value_datasets(bench: Bench) -> tuple[list[Dataset], set[str]]:
    """
    ADGC and the like: the measure that a value endpoint follows, as measured, and after each endpoint's strategies.

    Shape:   the dataset's name and the measure's PARAMCD stand in the instrument's own mapping (`adam: ADGC.GCDOSE`);
             else the dataset is ADVAL.
    """
    wanted = [each for each in bench.study.estimands if each.variable.kind == "value"]
    by_measure: dict[str, list[Estimand]] = {}
    for estimand in wanted:
        instrument, _, key = estimand.variable.entry.partition(".")
        key = key or next(iter(bench.catalog.instrument(instrument).measures), "")
        by_measure.setdefault(f"{instrument}.{key}", []).append(estimand)
    made: list[Dataset] = []
    used: set[str] = set()
    for measure, estimands in by_measure.items():
        dataset, ids = _values(bench, measure, estimands)
        used |= ids
        if dataset is not None:
            made.append(dataset)
    return made, used


def _values(bench: Bench, measure: str, estimands: Sequence[Estimand]) -> tuple[Dataset | None, set[str]]:
    instrument = bench.catalog.instrument(measure.partition(".")[0])
    name, _, code = instrument.mapping.get("adam", "").partition(".")
    codes = estimand_codes(bench.study.estimands)
    title, unit, says = measure_words(bench.catalog, measure)
    parameters = {
        measure: Parameter(
            code=code or short(measure.partition(".")[2]), words=labelled(title, unit), says=says, derived=True
        )
    }
    for each in estimands:
        parameters[each.name] = Parameter(
            code=codes[each.name], words=labelled(each.title.en, unit), says=told(each), derived=True
        )
    records = [each for each in bench.analysis.records if each.parameter == measure and each.kind == "measure"]
    for each in estimands:
        records += _course(bench, each)
    by_name = {each.name: each for each in estimands}

    def add(record: AnalysisRecord, line: Line) -> None:
        line["ICEVENT"] = ", ".join(record.intercurrent)[:200] or None
        estimand = by_name.get(record.parameter)
        if estimand is not None and isinstance(record.value, Fraction):
            line["ANL01FL"] = "Y" if record.participant_id in bench.members[estimand.population] else None

    label = f"{instrument.title.en} Analysis Dataset"
    dataset = basic_dataset(
        bench, Shape(name or "ADVAL", label[:40], BASIC, STRUCTURE), records, parameters, add=add, own={}
    )
    held = {each.id for each in records if bench.kept(each)}
    return dataset, held | {
        each.id for each in bench.analysis.records
        if any(each.parameter == f"{e.name}{COURSE}" and each.visit == e.variable.visit for e in estimands)
    }  # fmt: skip


def _course(bench: Bench, estimand: Estimand) -> list[AnalysisRecord]:
    """The endpoint's own records, and the visits before it from its course, under the endpoint's name."""
    final = [each for each in bench.analysis.records if each.parameter == estimand.name and each.kind == "value"]
    course = [
        msgspec.structs.replace(each, parameter=estimand.name)
        for each in bench.analysis.records
        if each.parameter == f"{estimand.name}{COURSE}" and each.visit != estimand.variable.visit
    ]
    return [*course, *final]
