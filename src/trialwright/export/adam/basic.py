"""Basic data structure: one line a participant, parameter and visit."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache, lru_cache, partial

import msgspec

from trialwright.catalog import Catalog
from trialwright.export.adam.names import Column, labelled, set_flags, short
from trialwright.export.adam.sources import Sources
from trialwright.export.adam.tables import BASIC, Line, Shape, borrowed, first_day, relative_day, table
from trialwright.export.datasets import Cell, Dataset
from trialwright.export.sdtm.metadata import domains, name_of_test
from trialwright.export.sdtm.values import number, quotient
from trialwright.model.analysis import Analysis, AnalysisRecord
from trialwright.model.quantity import Missing
from trialwright.model.study import Estimand, Study

HEAD = ("STUDYID", "USUBJID", "SUBJID", "SITEID", "TRTP", "TRTA", "TRTSDT")
_BODY = (
    "ASEQ", "PARAM", "PARAMCD", "PARAMN", "PARAMTYP", "AVISIT", "AVISITN", "ADT", "ADTF", "ADY", "AVAL", "AVALC",
    "AVALRSN", "ABLFL", "BASE", "CHG", "PCHG", "IMPPCT", "CHOSEN", "ANRHI", "R2ANRHI", "ANRIND", "CRIT1", "CRIT1FL",
    "CRIT2", "CRIT2FL", "ICEVENT", "ANL01FL", "SRCDOM", "SRCVAR", "SRCSEQ", "ARECID",
)  # fmt: skip
KEYS = ("STUDYID", "USUBJID", "PARAMCD", "AVISITN", "ADT")
STRUCTURE = "One record per subject per parameter per analysis visit"
_POST = ("planned", "unscheduled")
_COUNTED = ("baseline", "planned")


class Bench(msgspec.Struct, frozen=True, kw_only=True):
    """What every dataset is made on: definition, records, participants' lines of ADSL and the way back to SDTM."""

    study: Study
    catalog: Catalog
    analysis: Analysis
    people: Mapping[str, Line]
    first_dose: Mapping[str, str]
    sources: Sources
    numbers: Mapping[str, float]  # AVISITN by visit
    members: Mapping[str, frozenset[str]]  # of each analysis set
    named: dict[str, tuple[str, str]]  # analysis record -> dataset and PARAMCD of its line, filled as they are made

    @property
    def flags(self) -> tuple[str, ...]:
        return tuple(set_flags(self.study.analysis_sets).values())

    def kept(self, record: AnalysisRecord) -> bool:
        """Whether a record is of somebody who takes part: a screening failure has lines only where it has values."""
        enrolled = self.people.get(record.participant_id, {}).get("ENRLFL") == "Y"
        return record.participant_id in self.people and (enrolled or not isinstance(record.value, Missing))

    def in_order(self, records: Iterable[AnalysisRecord], order: Sequence[str]) -> list[AnalysisRecord]:
        """By participant, parameter (in `order`), visit."""
        rank = {name: at for at, name in enumerate(order)}
        people = {name: at for at, name in enumerate(sorted(self.people, key=lambda p: str(self.people[p]["USUBJID"])))}
        return sorted(
            records,
            key=lambda each: (people[each.participant_id], rank[each.parameter], self.numbers.get(each.visit, 0.0)),
        )


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """PARAMCD, PARAM, and in words how its values were worked out."""

    code: str
    words: str
    says: str
    derived: bool = False


Add = Callable[[AnalysisRecord, Line], None]


def basic_dataset(
    bench: Bench,
    shape: Shape,
    records: Iterable[AnalysisRecord],
    parameters: Mapping[str, Parameter],
    *,
    add: Add,
    own: Mapping[str, Column],
) -> Dataset | None:
    """
    A dataset of these records; `parameters` by the records' parameter, `add` puts what only this dataset has.

    Missing: a line without a value says why in AVALRSN; None where there is no record at all.
    """
    lines: list[Line] = []
    words = {name: _words(each, at) for at, (name, each) in enumerate(parameters.items(), 1)}
    # What a line shares with a hundred others is worked out once.
    person = cache(lambda name: borrowed(bench.people[name], bench.flags))
    visit = cache(partial(_at_visit, bench))
    for record in bench.in_order([each for each in records if bench.kept(each)], list(parameters)):
        line = {**person(record.participant_id), **words[record.parameter], **_line(bench, record, visit(record.visit))}
        add(record, line)
        lines.append(line)
        bench.named[record.id] = (shape.name, parameters[record.parameter].code)
    if not lines:
        return None
    flags = {name: _flag_of(name) for name in bench.flags}
    order = (*HEAD, *bench.flags, *_BODY)
    tests = {each.code: each.says for each in parameters.values()}
    return table(shape, order, lines, keys=KEYS, own={**flags, **own}, tests=tests)


def _flag_of(name: str) -> Column:
    return Column(label=f"{name} of ADSL", codelist="C66742", core="Cond", origin="Predecessor", source=f"ADSL.{name}")


class _AtVisit(msgspec.Struct, frozen=True):
    """The kind of a visit, and what every line of it says of it."""

    kind: str
    cells: Line


def _at_visit(bench: Bench, name: str) -> _AtVisit:
    visit, at = bench.study.visit(name), bench.numbers.get(name)
    number = None if at is None else int(at) if at == int(at) else at
    return _AtVisit(visit.kind, {"AVISIT": visit.title.en, "AVISITN": number})


def _words(parameter: Parameter, number: int) -> Line:
    derived = "DERIVED" if parameter.derived else None
    return {"PARAM": parameter.words, "PARAMCD": parameter.code, "PARAMTYP": derived, "PARAMN": number}


def _line(bench: Bench, record: AnalysisRecord, visit: _AtVisit) -> Line:
    dosed = bench.first_dose.get(record.participant_id, "")
    day, flag = first_day(record.date)
    behind = bench.sources.behind(record)
    line: Line = {
        **visit.cells, "ADT": day, "ADTF": flag, "ADY": relative_day(day, flag, dosed), **_value(record.value),
        "SRCDOM": behind.domain or None, "SRCVAR": behind.variable or None, "SRCSEQ": behind.number,
        "ARECID": record.id,
    }  # fmt: skip
    if isinstance(record.baseline, Fraction):
        line["BASE"] = number(record.baseline)
        if visit.kind == "baseline":
            line["ABLFL"] = "Y" if record.value == record.baseline else None
        elif visit.kind in _POST:
            line |= changed(record.baseline, record.change)
            line["IMPPCT"] = _exact(record.improvement_pct)
    if isinstance(record.value, Fraction) and visit.kind in _COUNTED:
        line["ANL01FL"] = "Y"
    line["CHOSEN"] = record.chosen or None
    return line


def changed(baseline: Fraction, change: object) -> Line:
    """CHG and PCHG, exact before they are written."""
    if not isinstance(change, Fraction):
        return {}
    hundredfold = 100 * change.numerator * baseline.denominator
    relative = quotient(hundredfold, change.denominator * baseline.numerator) if baseline else None
    return {"CHG": number(change), "PCHG": relative}


def _exact(value: object) -> Cell:
    return number(value) if isinstance(value, Fraction) else None


def _value(value: Fraction | Missing | str) -> Line:
    if isinstance(value, Fraction):
        return {"AVAL": number(value)}
    if isinstance(value, Missing):
        return {"AVALRSN": value.reason.upper()}
    return {"AVALC": value}


def core_dataset(bench: Bench, estimands: Sequence[Estimand]) -> tuple[Dataset | None, set[str]]:
    """
    ADCORE: the measures of the response endpoints, each with the criterion's own word on it (CRIT1FL, CRIT2FL).

    Shape:   CRITy stands on the line of the visit that the first such endpoint was judged at, as it was judged.
    """
    judged = [each for each in estimands if each.variable.kind == "response" and not each.is_variation]
    roles: dict[str, str] = {}
    for each in judged:
        for role, name in each.variable.measures.items():
            roles.setdefault(qualified(bench.catalog, name), role)
    records = [each for each in bench.analysis.records if each.kind == "measure" and each.parameter in roles]
    parameters = {name: _core_parameter(bench, name, role) for name, role in roles.items()}
    verdicts = _verdicts(bench.analysis, judged)
    words = {
        "CRIT1": f"Improved as {_criterion(bench, judged)} counts it",
        "CRIT2": f"Worsened as {_criterion(bench, judged)} counts it",
    }

    def add(record: AnalysisRecord, line: Line) -> None:
        said = verdicts.get(record.id)
        if said is not None:
            line |= {"CRIT1": words["CRIT1"], "CRIT1FL": said[0], "CRIT2": words["CRIT2"], "CRIT2FL": said[1]}

    own = {
        "CRIT1FL": Column(
            label="Criterion 1 Evaluation Result Flag", core="Cond", codelist="C66742", method=_judging(judged)
        ),
        "CRIT2FL": Column(
            label="Criterion 2 Evaluation Result Flag", core="Cond", codelist="C66742", method=_judging(judged)
        ),
    }
    shape = Shape("ADCORE", "Core Set Measures Analysis Dataset", BASIC, STRUCTURE)
    made = basic_dataset(bench, shape, records, parameters, add=add, own=own)
    return made, {each.id for each in records if bench.kept(each)}


def _criterion(bench: Bench, judged: Sequence[Estimand]) -> str:
    return bench.catalog.criterion(judged[0].variable.entry).title.en if judged else "the criterion"


def _judging(judged: Sequence[Estimand]) -> str:
    if not judged:
        return "As the criterion judges the measure."
    variable = judged[0].variable
    told = ", ".join(f"{name} {value}" for name, value in variable.parameters.items())
    reading = f", reading {variable.reading}" if variable.reading else ""
    return f"By {variable.entry}{reading}{', ' if told else ''}{told}: Y or N; empty where a value is missing."


def _verdicts(analysis: Analysis, judged: Sequence[Estimand]) -> dict[str, tuple[str | None, str | None]]:
    """What the criterion said of every measure record: improved, worsened."""
    names = {f"{each.name}:criterion" for each in judged} | {f"{each.name}:course:criterion" for each in judged}
    found: dict[str, tuple[str | None, str | None]] = {}
    for record in analysis.records:
        if record.parameter in names:
            for role, measure in roles_of(record).items():
                found.setdefault(measure, (_said(record, f"improved_{role}"), _said(record, f"worsened_{role}")))
    return found


def roles_of(record: AnalysisRecord) -> dict[str, str]:
    pairs = [each.partition("=") for each in record.details.get("roles", "").split(",") if each]
    return {role: measure for role, _, measure in pairs}


def _said(record: AnalysisRecord, name: str) -> str | None:
    if name not in record.counts:
        return None
    return "Y" if record.counts[name] else "N"


def qualified(catalog: Catalog, name: str) -> str:
    """ "haq_di" as "haq_di.index": an instrument's only measure may be left unnamed."""
    instrument, _, measure = name.partition(".")
    return f"{instrument}.{measure or next(iter(catalog.instrument(instrument).measures), '')}"


def _core_parameter(bench: Bench, name: str, role: str) -> Parameter:
    title, unit, says = measure_words(bench.catalog, name)
    computed = "." in name and bench.catalog.instrument(name.partition(".")[0]).scores != ()
    return Parameter(code=short(role), words=labelled(title, unit), says=says, derived=computed)


def measure_words(catalog: Catalog, name: str) -> tuple[str, str, str]:
    """Title, unit, and what the catalog says of a measure or score."""
    instrument, _, measure = name.partition(".")
    entry = catalog.instrument(instrument)
    of = entry.measures[measure].of if measure in entry.measures else measure
    for item in entry.items:
        if item.name == of:
            return entry.title.en, item.unit, " ".join(entry.says.split())
    for score in entry.scores:
        if score.name == of:
            return f"{entry.title.en}: {score.label.en}", score.unit, " ".join(entry.says.split())
    return entry.title.en, "", " ".join(entry.says.split())


def findings_datasets(bench: Bench, taken: set[str]) -> tuple[list[Dataset], set[str]]:
    """
    ADLB, ADVS ...: every other number of a findings domain, its change from the baseline visit beside it.

    Missing: where no baseline was measured BASE, CHG and PCHG are empty.
    """
    by_domain: dict[str, list[AnalysisRecord]] = {}
    used: set[str] = set()
    for record in bench.analysis.records:
        domain = _domain_of(bench, record) if record.id not in taken else ""
        if domain:
            by_domain.setdefault(domain, []).append(record)
    made = []
    for domain, found in sorted(by_domain.items()):
        records = [each for each in found if not _is_limit(bench, each)]
        measured = any(not isinstance(each.value, Missing) for each in records)
        dataset = _of_domain(bench, domain, records) if measured else None
        if dataset is not None:
            made.append(dataset)
            used |= {each.id for each in found}
    return made, used


def _domain_of(bench: Bench, record: AnalysisRecord) -> str:
    """The findings domain of a value, score or measure; "" where it is none that this snapshot holds."""
    if record.kind not in ("value", "score", "measure") or "@" in record.parameter or not bench.kept(record):
        return ""
    place = bench.sources.places.get(record.parameter)
    domain = place.domain if place is not None else bench.sources.behind(record).domain
    if place is None and record.kind == "value":
        return ""
    return domain if domain and domain in domains() and domains()[domain].is_findings and domain != "IE" else ""


def _is_limit(bench: Bench, record: AnalysisRecord) -> bool:
    place = bench.sources.places.get(record.parameter)
    return place is not None and bool(place.variable)


def _of_domain(bench: Bench, domain: str, records: Sequence[AnalysisRecord]) -> Dataset | None:
    parameters: dict[str, Parameter] = {}
    for record in records:
        if record.parameter not in parameters:
            taken = [each.code for each in parameters.values()]
            parameters[record.parameter] = _test_parameter(bench, domain, record, taken)
    start = next((visit.name for visit in bench.study.visits if visit.kind == "baseline"), "")
    before = {(each.participant_id, each.parameter): each.value for each in records if each.visit == start}

    def add(record: AnalysisRecord, line: Line) -> None:
        if record.kind != "measure":
            _change_from(before.get((record.participant_id, record.parameter)), record, line, bench)
        limit = bench.sources.cell(record, domain, f"{domain}STNRHI") if record.kind == "value" else None
        if isinstance(limit, int | float) and isinstance(record.value, Fraction) and limit:
            n, d = _decimal(limit).as_integer_ratio()
            line["ANRHI"] = limit
            line["R2ANRHI"] = quotient(record.value.numerator * d, record.value.denominator * n)
            line["ANRIND"] = "HIGH" if record.value.numerator * d > n * record.value.denominator else "NORMAL"

    label = f"{domains()[domain].label} Analysis Dataset"[:40]
    return basic_dataset(bench, Shape(f"AD{domain}", label, BASIC, STRUCTURE), records, parameters, add=add, own={})


@lru_cache(maxsize=65_536)  # the limits of a study's laboratories are few
def _decimal(limit: float) -> Fraction:
    """The limit as it was written: 0.1 is a tenth."""
    return Fraction(str(limit))


def _change_from(before: object, record: AnalysisRecord, line: Line, bench: Bench) -> None:
    """A bare value has its baseline at the baseline visit, as the tables count its change."""
    if not isinstance(before, Fraction):
        return
    line["BASE"] = number(before)
    kind = bench.study.visit(record.visit).kind
    if kind == "baseline":
        line["ABLFL"] = "Y"
    elif kind in _POST and isinstance(record.value, Fraction):
        line |= changed(before, record.value - before)


def _title(bench: Bench, name: str) -> str:
    """The title of a catalog instrument, or the label of a question of the study's own."""
    if name.partition(".")[0] in bench.catalog.names("instrument"):
        return measure_words(bench.catalog, name)[0]
    fields = (field for form in bench.study.forms for section in form.sections for field in section.fields)
    return next(field.item.label.en for field in fields if field.name == name)


def _test_parameter(bench: Bench, domain: str, record: AnalysisRecord, taken: Sequence[str]) -> Parameter:
    place = bench.sources.places.get(record.parameter)
    if place is not None:
        words = place.constants.get(f"{domain}TEST") or name_of_test(domain, place.name)
        return Parameter(
            code=place.name,
            words=labelled(words or _title(bench, record.parameter), record.unit),
            says=f"{domain}STRESN, the value in its standard unit.",
        )
    title, unit, says = measure_words(bench.catalog, record.parameter)
    code = short(record.parameter.partition(".")[2], taken)
    return Parameter(code=code, words=labelled(title, unit), says=says, derived=True)
