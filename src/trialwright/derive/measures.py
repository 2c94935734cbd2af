"""Measures of a response criterion: baseline and present value on one scale, change, exact improvement, flags."""

from collections.abc import Mapping
from fractions import Fraction

import msgspec

from trialwright.catalog import Catalog
from trialwright.derive.book import Book, Sheet
from trialwright.derive.visits import NOT_PLANNED, Attended, visit_id
from trialwright.model.analysis import AnalysisRecord
from trialwright.model.entry import Instrument, Measure, Pair, Scored
from trialwright.model.quantity import Missing, Quantity
from trialwright.model.study import Section, Study

TINY = Fraction(1, 5)
"""A baseline is tiny where the smallest step that can be written is at least this part of it: 20 % is then noise."""


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """A measure record with the pair it was made from and the length of its scale."""

    record: AnalysisRecord
    pair: Pair
    measure: Measure
    baseline_inputs: tuple[int, ...]

    @property
    def scale_length(self) -> Fraction | None:
        """The length of the scale the pair stands on, None where it has none."""
        if isinstance(self.pair.range, Fraction):
            return self.pair.range
        return Fraction(self.measure.range) if self.measure.range is not None else None


class Occasion(msgspec.Struct, frozen=True):
    """One instrument as it was answered at a visit, beside its baseline."""

    participant: str
    attended: Attended
    is_baseline: bool
    before: Sheet
    now: Sheet


def measure_id(participant: str, visit: str, instrument: str, measure: str) -> str:
    """The id of a measure's record at one visit."""
    return f"{participant}:{visit}:{instrument}.{measure}"


def derive_measures(
    study: Study,
    catalog: Catalog,
    book: Book,
    asked: Mapping[str, Section],
    visits: Mapping[str, Attended],
    *,
    pid: str,
) -> dict[str, Measured]:
    """
    Every measure of every instrument of the study at every visit that asks it, by record id.

    Missing:  a visit without the instrument gives a record without a value; nothing is carried from another visit.
    """
    found: dict[str, Measured] = {}
    for name, section in asked.items():
        instrument = catalog.instrument(name)
        if not instrument.measures or instrument.repeating:
            continue
        planned = visits_asking(study, name)
        start = baseline_visit(study, planned)
        for visit, attended in visits.items():
            now = book.sheet(pid, visit, name)
            if visit not in planned and not now.seqs:
                continue
            before = _baseline_sheet(study, book, pid, (name, start), visits)
            for key in instrument.measures:
                options = section.options
                pair = catalog.pair(name, key, before.answers, now.answers, options)
                if attended.date is None and not now.seqs:
                    # A visit that did not take place says more than that a value is not known.
                    pair = msgspec.structs.replace(pair, now=attended.absent)
                apart = _incomparable(catalog, section, key, pair, (before, now))
                occasion = Occasion(pid, attended, visit == start, before, now)
                measured = _measured(instrument, key, pair, apart, occasion)
                found[measured.record.id] = measured
    return found


def _baseline_sheet(
    study: Study, book: Book, pid: str, asked: tuple[str, str], visits: Mapping[str, Attended]
) -> Sheet:
    """
    The answers that are the baseline: those of the baseline visit; or, where the study says so, the last given on or
    before the day of the first dose, so that a measure not repeated at the baseline visit keeps its screening value.
    """
    name, start = asked
    own = book.sheet(pid, start, name) if start else Sheet()
    if own.seqs or study.baseline == "visit":
        return own
    before = [
        (attended.date.earliest, book.sheet(pid, visit, name))
        for visit, attended in visits.items()
        if attended.date is not None and attended.study_day is not None and attended.study_day <= 1
    ]
    answered = [(day, sheet) for day, sheet in before if sheet.seqs]
    return max(answered, key=lambda each: each[0])[1] if answered else own


def visits_asking(study: Study, instrument: str) -> tuple[str, ...]:
    """The planned visits whose forms ask an instrument, in the order of the schedule."""
    forms = {f.name for f in study.forms if any(s.instrument == instrument for s in f.sections)}
    return tuple(v.name for v in study.visits if v.kind not in NOT_PLANNED and forms & set(v.forms))


def baseline_visit(study: Study, planned: tuple[str, ...]) -> str:
    """
    The visit whose value is the baseline: the baseline visit, or the last screening visit that asks the instrument.

    Decided by the schedule alone, never by which value happens to be there.
    """
    kinds = {v.name: v.kind for v in study.visits}
    for kind in ("baseline", "screening"):
        fitting = [name for name in planned if kinds[name] == kind]
        if fitting:
            return fitting[-1]
    return ""


def _measured(
    instrument: Instrument,
    key: str,
    pair: Pair,
    apart: bool,
    at: Occasion,
) -> Measured:
    attended = at.attended
    measure = instrument.measures[key]
    change, improvement = _change(pair, measure.better)
    flags = [*attended.flags, *at.now.flags]
    flags += _flags(instrument, measure, pair, apart, (at.before, at.now))
    record = AnalysisRecord(
        id=measure_id(at.participant, attended.visit.name, instrument.name, key),
        participant_id=at.participant,
        visit=attended.visit.name,
        parameter=f"{instrument.name}.{key}",
        kind="measure",
        value=pair.now,
        unit=unit_of(instrument, pair.chosen or measure.of),
        baseline=pair.baseline,
        change=None if at.is_baseline else change,
        improvement_pct=None if at.is_baseline else improvement,
        chosen=pair.chosen,
        date=attended.date.text if attended.date else "",
        study_day=attended.study_day,
        in_window=attended.in_window,
        flags=tuple(dict.fromkeys(flags)),
        inputs=tuple(sorted({*at.before.inputs, *at.now.inputs})),
        uses=(visit_id(at.participant, attended.visit.name),),
    )
    return Measured(record=record, pair=pair, measure=measure, baseline_inputs=at.before.inputs)


def unit_of(instrument: Instrument, name: str) -> str:
    """The unit of an item or score."""
    units = {i.name: i.unit for i in instrument.items} | {s.name: s.unit for s in instrument.scores}
    return units.get(name, "")


def _change(pair: Pair, better: str) -> tuple[Scored, Scored]:
    baseline, now = pair.baseline, pair.now
    if isinstance(baseline, Missing):
        return baseline, baseline
    if isinstance(now, Missing):
        return now, now
    change = now - baseline
    if baseline == 0:
        # There is no relative change from zero; the criterion has its own rule for it.
        return change, Missing("not applicable")
    gain = change if better == "higher" else -change
    return change, 100 * gain / baseline


def _flags(instrument: Instrument, measure: Measure, pair: Pair, apart: bool, sheets: tuple[Sheet, Sheet]) -> list[str]:
    flags = []
    if isinstance(pair.baseline, Missing):
        flags.append("baseline missing")
    elif pair.baseline == 0:
        flags.append("zero baseline")
    elif (step := _smallest_step(instrument, measure)) is not None and step >= TINY * abs(pair.baseline):
        flags.append("tiny baseline")
    if isinstance(pair.now, Missing):
        flags.append("value missing")
    if _within_normal(pair, sheets):
        flags.append("within normal range")
    if apart:
        flags.append("not comparable with baseline")
    return flags


def _incomparable(catalog: Catalog, section: Section, key: str, pair: Pair, sheets: tuple[Sheet, Sheet]) -> bool:
    """Each visit can be scored by itself, yet not the two together: side, scale or reference differ."""
    if not (isinstance(pair.baseline, Missing) or isinstance(pair.now, Missing)):
        return False
    name, options = section.instrument, section.options
    alone = [catalog.pair(name, key, sheet.answers, sheet.answers, options) for sheet in sheets if sheet.answers]
    return len(alone) == len(sheets) and not any(isinstance(each.now, Missing) for each in alone)


def _within_normal(pair: Pair, sheets: tuple[Sheet, Sheet]) -> bool:
    """What was followed lies at or below its upper limit of normal both times: a change there means little."""
    limit = f"{pair.chosen}_uln"
    if not pair.chosen:
        return False
    values = [(sheet.answers.get(pair.chosen), sheet.answers.get(limit)) for sheet in sheets]
    return all(
        isinstance(value, Quantity)
        and isinstance(uln, Quantity)
        and value.unit == uln.unit
        and value.exact <= uln.exact
        for value, uln in values
    )


def _smallest_step(instrument: Instrument, measure: Measure) -> Fraction | None:
    for item in instrument.items:
        if item.name == measure.of and item.decimals is not None:
            return Fraction(1, 10**item.decimals)
    return None
