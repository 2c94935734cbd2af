"""The estimand's verdict on each virtual participant, worked out from what was meant and nothing else."""

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Literal, cast

import msgspec
import polars as pl

from trialwright.catalog import Catalog
from trialwright.catalog.evaluator import compile_row
from trialwright.design.dry_run.meant import Meant, answers_of
from trialwright.design.simulation import Weigh
from trialwright.model.entry import Answers, Pair
from trialwright.model.study import Estimand, Study

Verdict = Literal["Y", "N", "U"]
Facts = dict[str, str | None]
YES, NO = "Y", "N"


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """By the criterion alone and after strategies and missing-data rule; the pairs that the criterion was asked of."""

    criterion: Verdict
    verdict: Verdict
    events: tuple[str, ...]  # intercurrent events found
    pairs: dict[str, Pair]  # role -> baseline and now


def judge(
    study: Study, catalog: Catalog, estimand: Estimand, meant: Sequence[Meant], weigh: Weigh
) -> dict[str, Judged]:
    """
    Everyone of the estimand's analysis set, by label.

    Shape:   the endpoint's visit as entered; `estimand.missing_rule` must not look at another visit.
    Missing: a visit that did not take place has every measure missing.
    """
    facts = {one.label: facts_of(study, estimand, one) for one in meant}
    inside = compile_row(next(s.includes for s in study.analysis_sets if s.name == estimand.population))
    people = [one for one in meant if one.enrolled and inside(dict(facts[one.label])) is True]
    pairs = [pairs_of(study, catalog, estimand, one, estimand.variable.visit) for one in people]
    said = criterion_verdicts(catalog, estimand, pairs)
    return {
        one.label: _settled(study, estimand, weigh, facts[one.label], (own, verdict))
        for one, own, verdict in zip(people, pairs, said, strict=True)
    }


def criterion_verdicts(catalog: Catalog, estimand: Estimand, pairs: Sequence[Mapping[str, Pair]]) -> list[Verdict]:
    """What the criterion alone says of each set of pairs."""
    if not pairs:
        return []
    variable = estimand.variable
    criterion = catalog.criterion(variable.entry)
    needed = [c for c in criterion.compiled(variable.reading, variable.parameters).rule.columns if c[-6:] != "_scale"]
    texts = [{f"{role}_{part}": _text(x) for role, pair in own.items() for part, x in _parts(pair)} for own in pairs]
    frame = pl.DataFrame({name: [row.get(name, "") for row in texts] for name in needed})
    made = criterion.evaluate(
        frame, reading=variable.reading, answers=("verdict",), **cast(dict[str, Any], variable.parameters)
    )
    return [cast(Verdict, {True: "Y", False: "N", None: "U"}[verdict]) for verdict in made["verdict"].to_list()]


def pairs_of(study: Study, catalog: Catalog, estimand: Estimand, one: Meant, visit: str) -> dict[str, Pair]:
    """Each role's baseline and value at a visit, by the instrument's own scoring."""
    found: dict[str, Pair] = {}
    for role, name in estimand.variable.measures.items():
        instrument, _, key = name.partition(".")
        options = next(s.options for f in study.forms for s in f.sections if s.instrument == instrument)
        options = {**options, **estimand.variable.options.get(instrument, {})}
        before, now = _baseline(study, one, instrument), sheet(study, one, visit, instrument)
        found[role] = catalog.pair(instrument, key, before, now, options)
    return found


def sheet(study: Study, one: Meant, visit: str, instrument: str) -> Answers:
    """What was answered to an instrument at a visit; {} where nothing was."""
    for (at, name), posted in one.forms.items():
        if at == visit:
            found = answers_of(study.form(name), posted, instrument)
            if found:
                return found
    return {}


def _baseline(study: Study, one: Meant, instrument: str) -> Answers:
    """Of the baseline visit; of screening where the baseline visit does not ask it."""
    asking = {f.name for f in study.forms if any(s.instrument == instrument for s in f.sections)}
    for kind in ("baseline", "screening"):
        visits = [v.name for v in study.visits if v.kind == kind and asking & set(v.forms)]
        if visits:
            return sheet(study, one, visits[-1], instrument)
    return {}


def facts_of(study: Study, estimand: Estimand, one: Meant) -> Facts:
    """The facts that analysis sets and intercurrent events ask about, until the endpoint's visit."""
    dose, until = one.first_dose(study), endpoint_day(study, estimand, one)

    def by_then(day: str) -> bool:
        return until is None or dt.date.fromisoformat(day) <= until

    medicines = one.logged(study, "concomitant_medication")
    rescued = any(
        row.get("rescue") == YES and dose is not None and row["start"] >= dose.isoformat() and by_then(row["start"])
        for row in medicines
    )
    events = one.logged(study, "adverse_event")
    stopped = any(row.get("action") == "stopped" and by_then(row["start"]) for row in events)
    left = bool(one.left) and by_then(one.left_on)
    major = any(row.get("major") == YES for row in one.logged(study, "protocol_deviation"))
    truths = {
        "consented": True, "enrolled": one.enrolled, "dosed": dose is not None, "completed": one.completed,
        "withdrawn": left, "died": False, "rescue": rescued, "treatment_stopped": stopped or left,
        "major_deviation": major,
    }  # fmt: skip
    facts: Facts = {name: YES if held else NO for name, held in truths.items()}
    facts |= {"arm": one.arm or "none"} if len(study.arms) > 1 else {}
    return {**facts, "withdrawn_reason": one.left if left else "none", "glucocorticoid_above_baseline": None}


def endpoint_day(study: Study, estimand: Estimand, one: Meant) -> dt.date | None:
    """The day up to which events bear on the endpoint: of its visit, or the last on which that could be held."""
    visit, dose = study.visit(estimand.variable.visit), one.first_dose(study)
    held = one.held(visit.name)
    if held is not None or dose is None or visit.study_day is None:
        return held
    return dose + dt.timedelta(days=visit.study_day - 1 + visit.late)


def _settled(
    study: Study, estimand: Estimand, weigh: Weigh, facts: Facts, said: tuple[dict[str, Pair], Verdict]
) -> Judged:
    pairs, criterion = said
    asked = {e.name: compile_row(e.found) for e in study.intercurrent_events if e.name in estimand.intercurrent}
    found = {name: holds(dict(facts)) for name, holds in asked.items()}
    truths = {name: None if held is None else bool(held) for name, held in found.items()}
    return Judged(
        criterion=criterion,
        verdict=cast(Verdict, weigh(estimand, truths, criterion, None)),
        events=tuple(name for name, held in truths.items() if held),
        pairs=pairs,
    )


def _parts(pair: Pair) -> tuple[tuple[str, object], ...]:
    return ("b", pair.baseline), ("f", pair.now), ("range", pair.range)


def _text(x: object) -> str:
    return str(x) if isinstance(x, Fraction) else ""
