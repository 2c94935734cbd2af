"""Response estimands: one columnar call of the criterion for everybody, then strategies and the missing-data rule."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import msgspec

from trialwright.catalog import Catalog
from trialwright.catalog.catalog import Output
from trialwright.catalog.evaluator import evaluate_numerators
from trialwright.derive.courses import Course
from trialwright.derive.frames import FrameRow, pairs_frame
from trialwright.derive.intercurrent import ENDING, Dated, Found, events_at, planned_until, visit_that_counts
from trialwright.derive.measures import Measured
from trialwright.derive.rereading import read_another_way, reread_records
from trialwright.derive.strategies import Earlier, Settled, Verdict, sentence, settle
from trialwright.derive.visits import visit_id
from trialwright.derive.windows import measure_at, told, visit_for
from trialwright.model.analysis import AnalysisRecord
from trialwright.model.entry import Reason
from trialwright.model.expression import Rule
from trialwright.model.study import Estimand, Study

NOTED = ("zero baseline", "tiny baseline", "within normal range", "baseline missing", "value missing",
         "not comparable with baseline")  # fmt: skip
"""Flags of a measure that a verdict built on it passes on."""


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What the criterion says of one participant at one visit, before any strategy."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    counts: dict[str, Fraction]
    measures: tuple[tuple[str, Measured | None], ...]
    attainable: Verdict
    attainable_counts: dict[str, Fraction]


def derive_response(
    study: Study, estimand: Estimand, catalog: Catalog, courses: Sequence[Course], dated: Dated
) -> list[AnalysisRecord]:
    """
    Two records a participant: the verdict by the criterion alone (`...:criterion`) and the estimand's, which uses it.

    Missing:  three-valued until the missing-data rule, which is a step of its own; a visit that never took place is
              judged like any other, with every measure missing.
    """
    variable = estimand.variable
    courses = [read_another_way(study, estimand, catalog, course) for course in courses]
    places = [(course, visit) for course in courses for visit in _visits(study, estimand)]
    rule = catalog.rule(variable.entry, variable.parameters, variable.reading)
    counting = [(course, visit, visit_for(study, variable, course, visit)) for course, visit in places]
    said = _judge(catalog, estimand, rule, counting)
    judged = dict(zip(((c.participant, v) for c, v in places), said, strict=True))
    records: list[AnalysisRecord] = []
    for course in courses:
        records += reread_records(estimand, course)
        happened = events_at(study, estimand, dated, course)
        visit = visit_that_counts(study, estimand, course, happened)
        this = judged[course.participant, visit]
        by_criterion = _criterion_record(study, estimand, course, visit, this)
        earlier = _last_decided(study, estimand, course, judged, visit=visit, happened=happened)
        settled = settle(this.verdict, [h.event for h in happened], estimand.missing_rule, earlier)
        used = tuple(use for h in happened if h.event.found is not False for use in h.uses)
        used += earlier.records if earlier is not None else ()
        inputs = tuple(sorted({seq for h in happened if h.event.found is not False for seq in h.inputs}))
        undecided = tuple(f"undecided: {h.event.name}" for h in happened if h.event.found is None)
        records += [by_criterion, _estimand_record(estimand, by_criterion, settled, (used, inputs), undecided)]
    return records


def derive_course(
    study: Study, estimand: Estimand, catalog: Catalog, courses: Sequence[Course], dated: Dated
) -> list[AnalysisRecord]:
    """
    The estimand's verdict as it would have been at each earlier visit that asks its measures (`<estimand>:course`).

    Shape:    two records a participant and visit, as for the endpoint itself; the endpoint's visit is not repeated.
    """
    records: list[AnalysisRecord] = []
    for visit in _earlier_visits(study, estimand):
        then = msgspec.structs.replace(estimand, variable=msgspec.structs.replace(estimand.variable, visit=visit))
        records += [
            msgspec.structs.replace(
                record, parameter=record.parameter.replace(estimand.name, f"{estimand.name}:course", 1)
            )
            for record in derive_response(study, then, catalog, courses, dated)
        ]
    return records


def _earlier_visits(study: Study, estimand: Estimand) -> list[str]:
    asked = {name.partition(".")[0] for name in estimand.variable.measures.values()}
    forms = {form.name for form in study.forms if asked & {section.instrument for section in form.sections}}
    return [
        name
        for name in planned_until(study, estimand.variable.visit)[1:]
        if name != estimand.variable.visit and forms & set(study.visit(name).forms)
    ]


def _visits(study: Study, estimand: Estimand) -> tuple[str, ...]:
    """The visits to judge: the endpoint's, and those before it only where a strategy may end the data earlier."""
    if not set(ENDING) & set(estimand.intercurrent.values()) and estimand.missing_rule != "last_observed":
        return (estimand.variable.visit,)
    return tuple(planned_until(study, estimand.variable.visit)[1:])


def _last_decided(
    study: Study,
    estimand: Estimand,
    course: Course,
    judged: Mapping[tuple[str, str], Judged],
    *,
    visit: str,
    happened: Sequence[Found],
) -> Earlier | None:
    """
    The last verdict before `visit` that the criterion could decide, for the rule that carries it forward.

    A hypothetical event ends what may be carried: what was measured from it on is not the course that is asked for.
    """
    if estimand.missing_rule != "last_observed":
        return None
    order = planned_until(study, estimand.variable.visit)[1:]
    ends = [h.event.seen_at for h in happened if h.event.found and h.event.strategy == "hypothetical"]
    until = min([order.index(v) for v in (visit, *ends) if v in order], default=0)
    for name in reversed(order[:until]):
        if judged[course.participant, name].verdict != "U":
            this = judged[course.participant, name]
            ids = tuple(m.record.id for _, m in this.measures if m is not None)
            return Earlier(this.verdict, study.visit(name).title, ids)
    return None


def _judge(catalog: Catalog, estimand: Estimand, rule: Rule, places: Sequence[tuple[Course, str, str]]) -> list[Judged]:
    roles = {role: _qualified(catalog, name) for role, name in estimand.variable.measures.items()}
    rows = [
        FrameRow({role: measure_at(course, visit, counts, at) for role, at in roles.items()})
        for course, visit, counts in places
    ]
    if not rows:
        return []
    # The best attainable course of everybody goes into the same call.
    outputs_of_both = _outputs(rule, [*rows, *(_at_best(row) for row in rows)])
    said, best = outputs_of_both[: len(rows)], outputs_of_both[len(rows) :]
    shown = frozenset(catalog.criterion(estimand.variable.entry).table.values())
    return [
        _judged(catalog, estimand, row, (outputs, top), shown)
        for row, outputs, top in zip(rows, said, best, strict=True)
    ]


def _outputs(rule: Rule, rows: Sequence[FrameRow]) -> list[dict[str, Output]]:
    """The outputs of one columnar call, numbers exact."""
    frame, denominators = evaluate_numerators(rule, pairs_frame(rule, rows))
    return [
        {
            name: Fraction(value, denominators[name]) if name in denominators and value is not None else value
            for name, value in row.items()
        }
        for row in frame.iter_rows(named=True)
    ]


def _at_best(row: FrameRow) -> FrameRow:
    """The same baselines with every measure as good as its scale allows: what the participant could attain at most."""
    return FrameRow({role: _best(measured) for role, measured in row.roles.items()})


def _best(measured: Measured | None) -> Measured | None:
    if measured is None or not isinstance(measured.pair.baseline, Fraction):
        return measured
    if measured.measure.better == "lower":
        best = Fraction(0)
    else:
        best = measured.scale_length or measured.pair.baseline
    return msgspec.structs.replace(measured, pair=msgspec.structs.replace(measured.pair, now=best))


def _judged(
    catalog: Catalog,
    estimand: Estimand,
    row: FrameRow,
    said: tuple[dict[str, Output], dict[str, Output]],
    told: frozenset[str],
) -> Judged:
    variable = estimand.variable
    outputs, best = said
    return Judged(
        verdict=_verdict(outputs),
        reasons=tuple(catalog.explain(variable.entry, outputs, variable.parameters, variable.reading)),
        counts=_counts(outputs, told),
        measures=tuple(row.roles.items()),
        attainable=_verdict(best),
        attainable_counts={f"attainable_{k}": n for k, n in _counts(best, told).items() if k in told},
    )


def _verdict(outputs: dict[str, Output]) -> Verdict:
    said = outputs.get("verdict")
    return "U" if said is None else "Y" if said else "N"


def _counts(outputs: dict[str, Output], told: frozenset[str]) -> dict[str, Fraction]:
    """
    Truths as 1 or 0, and the numbers that the criterion's own table prints.

    The others are steps on the way, numerators over a scale of their own, and mean nothing outside the rule.
    """
    return {
        name: Fraction(value)
        for name, value in outputs.items()
        if name != "verdict" and value is not None and (isinstance(value, bool) or name in told)
    }


def _qualified(catalog: Catalog, name: str) -> tuple[str, str]:
    """`instrument.measure` in two; a bare instrument stands for its only measure."""
    instrument, _, measure = name.partition(".")
    return instrument, measure or next(iter(catalog.instrument(instrument).measures), "")


def _criterion_record(study: Study, estimand: Estimand, course: Course, visit: str, judged: Judged) -> AnalysisRecord:
    counts = visit_for(study, estimand.variable, course, visit)
    attended = course.visits.get(visit)
    measured = [m for _, m in judged.measures if m is not None]
    flags = [flag for m in measured for flag in m.record.flags if flag in NOTED]
    if judged.attainable == "N":
        flags.append("response not attainable")
    return AnalysisRecord(
        id=f"{course.participant}:{visit}:{estimand.name}:criterion",
        participant_id=course.participant,
        visit=visit,
        parameter=f"{estimand.name}:criterion",
        kind="response",
        value=judged.verdict,
        verdict=judged.verdict,
        reasons=tuple((r.key, r.fields) for r in judged.reasons),
        counts=judged.counts | judged.attainable_counts,
        date=attended.date.text if attended and attended.date else "",
        study_day=attended.study_day if attended else None,
        in_window=attended.in_window if attended else None,
        flags=tuple(dict.fromkeys([*(attended.flags if attended else ()), *flags])),
        details={
            "roles": ",".join(f"{role}={m.record.id}" for role, m in judged.measures if m is not None),
            **told(estimand.variable, visit, counts),
        },
        uses=(*(m.record.id for m in measured), *((visit_id(course.participant, visit),) if attended else ())),
    )


def _estimand_record(
    estimand: Estimand,
    by_criterion: AnalysisRecord,
    settled: Settled,
    behind: tuple[tuple[str, ...], tuple[int, ...]],
    undecided: tuple[str, ...],
) -> AnalysisRecord:
    uses, inputs = behind
    verdict = by_criterion.verdict or "U"
    says = sentence(verdict, settled)
    return msgspec.structs.replace(
        by_criterion,
        id=f"{by_criterion.participant_id}:{estimand.variable.visit}:{estimand.name}",
        visit=estimand.variable.visit,
        parameter=estimand.name,
        value=settled.verdict,
        verdict=settled.verdict,
        intercurrent=settled.intercurrent,
        flags=(*by_criterion.flags, *undecided),
        details={
            **by_criterion.details,
            "by_criterion": verdict,
            "visit_used": by_criterion.visit,
            "steps": ",".join(step.rule for step in settled.steps),
            "steps_en": says.en,
            "steps_zh": says.zh,
        },
        inputs=inputs,
        uses=tuple(dict.fromkeys((by_criterion.id, *uses))),
    )
