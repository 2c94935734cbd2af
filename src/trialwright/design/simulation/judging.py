"""The questions of a study as tables and rules: what a criterion says is computed, what follows is looked up."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from math import lcm
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from trialwright.catalog import Catalog
from trialwright.catalog.evaluator import compile_row
from trialwright.catalog.numerics.designs import critical
from trialwright.design.simulation.conduct import Facts, facts_of
from trialwright.design.simulation.participants import Grid, grid_of
from trialwright.design.simulation.scenario import MeasureModel, Scenario
from trialwright.model import expression
from trialwright.model.expression import Rule
from trialwright.model.study import Estimand, Study, Visit

NO, YES, OPEN, NONE_EARLIER = 0, 1, 2, 2
WORDS = ("N", "Y", "U")
ENDING = frozenset({"while_on_treatment", "while_alive"})


Truths = list[bool | None]
"""Whether a condition holds, a state of the facts each."""


class Weigh(Protocol):
    """What the study's own derivation makes of a verdict: events by their strategies, then missing data."""

    def __call__(
        self, estimand: Estimand, found: Mapping[str, bool | None], verdict: str, earlier: str | None
    ) -> str: ...


class Source(NamedTuple):
    """
    Where a role's numbers come from: a line of its own, or an instrument whose `rule` makes the pair of several items.

    `per_unit` is the denominator of its columns, `length` that of its scale in the unit (None: from the rule, or none).
    """

    instrument: str
    lines: tuple[MeasureModel, ...]
    grids: tuple[Grid, ...]
    rule: Rule | None
    fixed: Mapping[str, int]
    per_unit: int
    length: Fraction | None


class Group(NamedTuple):
    """A criterion under one reading, its measures under one set of options: asked once for whoever shares it."""

    rule: Rule
    sources: Mapping[str, Source]
    visits: tuple[str, ...]


class Question(NamedTuple):
    """
    One response estimand, ready to be asked of columns.

    `final[state, verdict, earlier]`: the verdict after events and missing-data rule. `member[state]`: of the analysis
    set. `ends`: events after which nothing counts, each by state and with the facts it reads. `rejects[k][m]`:
    responders of m that reject benchmark k.
    """

    estimand: Estimand
    group: int
    final: NDArray[np.int8]
    member: NDArray[np.bool_]
    ends: tuple[tuple[NDArray[np.bool_], tuple[str, ...]], ...]
    rejects: tuple[NDArray[np.int32], ...]

    @property
    def name(self) -> str:
        return self.estimand.name


class Questions(NamedTuple):
    """Everything a worker needs: plain values, no code of another stage."""

    asked: tuple[Question, ...]
    groups: tuple[Group, ...]
    visits: tuple[Visit, ...]
    facts: Facts
    participants: int


def plan_questions(
    study: Study,
    estimands: Sequence[Estimand],
    scenario: Scenario,
    catalog: Catalog,
    weigh: Weigh,
    *,
    participants: int,
) -> Questions:
    """
    The estimands (kind response, one endpoint visit) as questions to `participants` a trial.

    Raises: ValueError where the scenario has no line for a measure the endpoint stands on, LookupError for an entry
            that does not exist.
    """
    facts = facts_of(scenario)
    read = {n for e in study.intercurrent_events for n in _facts_in(e.found)}
    # What the scenario does not speak of does not happen.
    rows: list[Mapping[str, str | None]] = [
        {**dict.fromkeys(read, "N"), **facts.row(state)} for state in range(facts.states)
    ]
    end = estimands[0].variable.visit
    names = [v.name for v in study.visits if v.kind in ("baseline", "planned")]
    visits = tuple(study.visit(name) for name in names[: names.index(end) + 1])
    groups: dict[str, Group] = {}
    asked = []
    known = {event.name: _holds(event.found, rows) for event in study.intercurrent_events}
    sets = {s.name: _holds(s.includes, rows) for s in study.analysis_sets}
    earlier = any(_looks_back(estimand) for estimand in estimands)
    for estimand in estimands:
        group = _group(study, estimand, scenario, catalog, visits, earlier=earlier)
        key = repr((estimand.variable.entry, estimand.variable.reading, estimand.variable.parameters, group.sources))
        groups.setdefault(key, group)
        place = list(groups).index(key)
        asked.append(_question(study, estimand, place, weigh, (known, sets, participants)))
    return Questions(tuple(asked), tuple(groups.values()), visits, facts, participants)


def _question(
    study: Study,
    estimand: Estimand,
    group: int,
    weigh: Weigh,
    told: tuple[Mapping[str, Truths], Mapping[str, Truths], int],
) -> Question:
    known, sets, participants = told
    events = [e for e in study.intercurrent_events if e.name in estimand.intercurrent]
    found = {event.name: known[event.name] for event in events}
    inside = sets[estimand.population]

    @cache
    def settled(pattern: tuple[bool | None, ...]) -> NDArray[np.int8]:
        """Of one pattern of events: the final verdict by the criterion's and the last one decided before."""
        named = dict(zip(found, pattern, strict=True))
        before = [WORDS[earlier] if earlier != NONE_EARLIER else None for earlier in range(3)]
        return np.array([[WORDS.index(weigh(estimand, named, word, e)) for e in before] for word in WORDS], np.int8)

    patterns = list(zip(*found.values(), strict=True)) or [()] * len(inside)
    final = np.stack([settled(pattern) for pattern in patterns])
    ending = [e for e in events if estimand.intercurrent[e.name] in ENDING]
    return Question(
        estimand,
        group,
        final,
        np.array([truth is True for truth in inside]),
        tuple((np.array([t is True for t in found[e.name]]), _facts_in(e.found)) for e in ending),
        tuple(_rejects(estimand, Fraction(b.responders, b.participants), participants) for b in estimand.benchmarks),
    )


def _looks_back(estimand: Estimand) -> bool:
    """Whether more than the endpoint's own visit may bear on the verdict."""
    ends = bool(ENDING & set(estimand.intercurrent.values()))
    return ends or estimand.missing_rule == "last_observed" or estimand.variable.window == "nearest"


def _rejects(estimand: Estimand, p0: Fraction, participants: int) -> NDArray[np.int32]:
    """The fewest responders of m that reject, for m = 0 ... participants; m + 1 where none would."""
    alpha = Fraction(estimand.alpha or "0.05")
    return np.array([critical(m, p0, alpha) if m else 1 for m in range(participants + 1)], np.int32)


def _holds(truth: expression.Truth, rows: Sequence[Mapping[str, str | None]]) -> list[bool | None]:
    holds = compile_row(truth)
    said = [holds(dict(row)) for row in rows]
    return [None if s is None else bool(s) for s in said]


def _facts_in(node: object) -> tuple[str, ...]:
    """The facts that a condition reads."""
    if isinstance(node, expression.CodeIs):
        return (node.column,)
    if isinstance(node, tuple):
        return tuple(name for part in node for name in _facts_in(part))
    if isinstance(node, expression.Node):
        return tuple(name for field in node.__struct_fields__ for name in _facts_in(getattr(node, field)))
    return ()


def _group(
    study: Study,
    estimand: Estimand,
    scenario: Scenario,
    catalog: Catalog,
    visits: Sequence[Visit],
    *,
    earlier: bool,
) -> Group:
    variable = estimand.variable
    rule = catalog.rule(variable.entry, variable.parameters, variable.reading)
    forms = {f.name: {s.instrument for s in f.sections} for f in study.forms}
    needed = {name.partition(".")[0] for name in variable.measures.values()}
    asking = [v.name for v in visits if needed & {i for form in v.forms for i in forms[form]}]
    measured = tuple(name for name in asking if name != visits[0].name and (earlier or name == variable.visit))
    sources = {
        role: _source(study, estimand, scenario, catalog, name, visits=measured)
        for role, name in variable.measures.items()
    }
    return Group(rule, sources, measured)


def _source(
    study: Study, estimand: Estimand, scenario: Scenario, catalog: Catalog, name: str, *, visits: Sequence[str]
) -> Source:
    instrument, _, key = name.partition(".")
    measure = catalog.measure(instrument, key)
    options = next(s.options for f in study.forms for s in f.sections if s.instrument == instrument)
    options = {**options, **estimand.variable.options.get(instrument, {})}
    rule = catalog.pair_rule(instrument, options, visits)
    names = {c.rpartition("_")[0] for c in rule.columns} if rule is not None else {measure.of}
    lines = tuple(line for line in scenario.measures if line.item in {f"{instrument}.{n}" for n in names})
    if not lines:
        raise ValueError(f"the scenario has no line for {', '.join(f'{instrument}.{n}' for n in sorted(names))}")
    fixed = {f.item.partition(".")[2]: f.is_always for f in scenario.fixed if f.item.startswith(f"{instrument}.")}
    per_unit = lcm(
        *(Fraction(line.step).denominator for line in lines), *(Fraction(x).denominator for x in fixed.values())
    )
    items = {item.name: item for item in catalog.instrument(instrument).items}
    grids = []
    for line in lines:
        item = items.get(line.item.partition(".")[2])
        low, high = (item.low, item.high) if item is not None else (None, None)
        grids.append(grid_of(line, low, high, measure.better, per_unit))
    length = Fraction(measure.range) if measure.range is not None else None
    if length is None and rule is None:
        length = Fraction(grids[0].high - grids[0].low, per_unit)
    whole = {key: int(Fraction(x) * per_unit) for key, x in fixed.items()}
    return Source(instrument, lines, tuple(grids), rule, whole, per_unit, length)
