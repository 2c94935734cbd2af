"""Who the participants were: answers before treatment, and the measures of the primary endpoint at baseline."""

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction

from trialwright.analyze.material import Line, Material, decimals_of, described, population_of, setting
from trialwright.model.analysis import AnalysisRecord, ResultRow
from trialwright.model.entry import Instrument, Item
from trialwright.model.quantity import Missing
from trialwright.model.study import DisplayUse

DESCRIBED = frozenset({"number", "integer"})
LIMIT = "_uln"
"""A limit of a laboratory is no property of the participants."""

COUNTED = frozenset({"choice", "yes_no"})


def baseline(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    Numbers described, choices counted, a line `instrument.item` or `instrument.item=<code>`.

    Shape:    parameter `instruments` names what is shown, empty everything; `leave_out` the items and instruments that
              are not (a year of birth beside the age);
              items and scores of instruments asked at screening or baseline, then measures and logs at baseline; dates
              and free text are left to listings.
    Missing:  counted as `missing`; a rate of a choice is of all members of the population.
    """
    members = material.members(population_of(material, use))
    left_out = setting(material, use, "leave_out").split()
    only = setting(material, use, "instruments").split()
    rows: list[ResultRow] = []
    for instrument in _instruments(material):
        if (only and instrument.name not in only) or instrument.name in left_out:
            continue
        for item in instrument.items:
            if f"{instrument.name}.{item.name}" in left_out or item.name.endswith(LIMIT):
                continue
            records = _first_of_each(material, f"{instrument.name}.{item.name}", members, ("value",))
            if item.kind in DESCRIBED and records:
                rows += _number(
                    material, use, (f"{instrument.name}.{item.name}", item.label.en, item.unit), records, members
                )
            elif item.kind in COUNTED and records:
                rows += _choice(use, f"{instrument.name}.{item.name}", item, records, members)
        rows += _scores_and_measures(material, use, instrument, members)
    return rows


def _instruments(material: Material) -> list[Instrument]:
    """Instruments of the study in the order of its visits and forms."""
    names: dict[str, None] = {}
    for visit in material.study.visits:
        for form in visit.forms:
            names.update(dict.fromkeys(section.instrument for section in material.study.form(form).sections))
    known = set(material.catalog.names("instrument"))
    return [material.catalog.instrument(name) for name in names if name in known]


def _before_treatment(material: Material) -> tuple[str, ...]:
    return tuple(v.name for v in material.study.visits if v.kind in ("screening", "baseline"))


def _first_of_each(
    material: Material, parameter: str, members: Sequence[str], kinds: Iterable[str]
) -> list[AnalysisRecord]:
    """The last record before treatment of each member: baseline rather than screening where both were asked."""
    latest: dict[str, AnalysisRecord] = {}
    among = frozenset(members)
    for visit in _before_treatment(material):
        for record in material.of(parameter, visit):
            if record.participant_id in among and record.kind in tuple(kinds):
                if isinstance(record.value, Missing) and record.participant_id in latest:
                    continue
                latest[record.participant_id] = record
    return list(latest.values())


def _scores_and_measures(
    material: Material, use: DisplayUse, instrument: Instrument, members: Sequence[str]
) -> list[ResultRow]:
    labels = {item.name: (item.label.en, item.unit) for item in instrument.items}
    labels |= {score.name: (score.label.en, score.unit) for score in instrument.scores}
    shown = {key: (*labels.get(measure.of, (key, "")), "measure") for key, measure in instrument.measures.items()}
    for key, measure in instrument.measures.items():
        if any(record.chosen for record in material.of(f"{instrument.name}.{key}")):
            # Each participant may be followed by another enzyme: only the score they are ranked by can be averaged.
            shown.pop(key)
            shown[measure.of] = (*labels.get(measure.of, (key, "")), "score")
    if not instrument.measures:
        shown = {score.name: (score.label.en, score.unit, "score") for score in instrument.scores}
    rows: list[ResultRow] = []
    for name, (label, unit, kind) in shown.items():
        records = _first_of_each(material, f"{instrument.name}.{name}", members, (kind,))
        if records:
            rows += _number(material, use, (f"{instrument.name}.{name}", label, unit), records, members)
    return rows


def _number(
    material: Material,
    use: DisplayUse,
    named: tuple[str, str, str],
    records: Sequence[AnalysisRecord],
    members: Sequence[str],
) -> list[ResultRow]:
    name, label, unit = named
    values = [r.value for r in records if isinstance(r.value, Fraction)]
    line = _made(use, name, label, records, members)
    counts = [line.says("n", len(values)), line.says("missing", len(members) - len(values))]
    return counts + described(material.catalog, line, values, unit=unit, measured=decimals_of(values))


def _choice(
    use: DisplayUse, name: str, item: Item, records: Sequence[AnalysisRecord], members: Sequence[str]
) -> list[ResultRow]:
    counts = Counter(str(r.value) for r in records if not isinstance(r.value, Missing))
    rows: list[ResultRow] = []
    labels = {choice.code: choice.label.en for choice in item.choices} or {"Y": "Yes", "N": "No"}
    for code, label in {**labels, **{c: c for c in counts if c not in labels}}.items():
        line = _made(use, f"{name}={code}", label, records, members)
        rows += line.counted(counts[code])
    unanswered = len(members) - sum(counts.values())
    if unanswered:
        line = _made(use, f"{name}=missing", "Not answered", records, members)
        rows += line.counted(unanswered)
    return rows


def _made(use: DisplayUse, row: str, label: str, records: Sequence[AnalysisRecord], members: Sequence[str]) -> Line:
    return Line(
        display=use.number,
        row=row,
        label=label,
        denominator=len(members),
        records=tuple(r.id for r in records),
        participants=tuple(members),
    )
