"""A chunk of trials from first to last: participants made, judged by the criterion, settled, counted, tested."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from trialwright.catalog.evaluator import Wide, evaluate_numerators
from trialwright.design.simulation.conduct import Conduct, Days, States, conduct_of
from trialwright.design.simulation.judging import NONE_EARLIER, OPEN, YES, Group, Question, Questions, Source
from trialwright.design.simulation.participants import (
    ABSENT,
    BadDays,
    Course,
    Drawn,
    Measured,
    Whole,
    draw_traits,
    selected,
)
from trialwright.design.simulation.scenario import Changes, Scenario
from trialwright.design.simulation.streams import Streams
from trialwright.model.study import Visit

Verdicts = NDArray[np.int8]
Counts = NDArray[np.int32]


class Setting(NamedTuple):
    """What is simulated: the scenario, what this run changes of it, and the name of its streams."""

    scenario: Scenario
    changes: Changes
    questions: Questions
    stream: str = "study"
    seed: int | None = None


class Chunk(NamedTuple):
    """
    Trials first ... first + count - 1, one row a trial and one column a question.

    `responders`, `open`, `members`: counts. `disagree`: participants whose verdict is not the first question's, either
    way. `unfit`: share of places for which no candidate met the entry value.
    """

    first: int
    responders: Counts
    open: Counts
    members: Counts
    disagree: NDArray[np.int64]
    unfit: float


def simulate(setting: Setting, first: int, count: int) -> Chunk:
    """
    `count` whole trials beginning with number `first`.

    Shape: depends on the numbers of the trials alone, not on how they are cut into chunks.
    """
    questions, n = setting.questions, setting.questions.participants
    verdicts, conduct, unfit = settle_all(setting, first * n, count * n)
    shape = (count, n)
    responders, undecided, members = (np.zeros((count, len(questions.asked)), np.int32) for _ in range(3))
    disagree = np.zeros((len(questions.asked), 2), np.int64)
    base: NDArray[np.bool_] | None = None
    for place, question in enumerate(questions.asked):
        final, member = verdicts[place], question.member[conduct.state]
        yes = (final == YES) & member
        base = yes if base is None else base
        disagree[place] = int((base & ~yes).sum()), int((yes & ~base).sum())
        responders[:, place] = yes.reshape(shape).sum(axis=1)
        undecided[:, place] = ((final == OPEN) & member).reshape(shape).sum(axis=1)
        members[:, place] = member.reshape(shape).sum(axis=1)
    return Chunk(first, responders, undecided, members, disagree, unfit)


def participant_table(setting: Setting, first: int, count: int) -> pl.DataFrame:
    """
    One row a participant: what was recorded of each line of the scenario, what happened, what each question says of it.

    Shape:   `item` at baseline and `item@visit`, whole numbers over the item's own denominator; `visit` (took place);
             `state` of the facts; per estimand its verdict, 0 no, 1 yes, 2 open.
    Missing: null.
    """
    questions = setting.questions
    seed = setting.scenario.seed if setting.seed is None else setting.seed
    world = _World(setting, Streams(seed, setting.stream), (first, count))
    found, conduct, _ = settle_all(setting, first, count)
    columns: dict[str, pl.Series | Whole] = {"participant": np.arange(first, first + count, dtype=np.int32)}
    for group in questions.groups:
        for source in group.sources.values():
            for place, line in enumerate(source.lines):
                for visit, value in world.values(source, place, group.visits).items():
                    columns[f"{line.item}@{visit}" if visit else line.item] = value
    frame, _ = _with_nulls(columns)
    there = [pl.Series(name, took) for name, took in conduct.took_place.items()]
    said = [pl.Series(q.name, verdict) for q, verdict in zip(questions.asked, found, strict=True)]
    return frame.with_columns(*there, pl.Series("state", conduct.state), *said)


def settle_all(setting: Setting, first: int, count: int) -> tuple[list[Verdicts], Conduct, float]:
    """The verdict of every question for participants first ... first + count - 1: 0 no, 1 yes, 2 open."""
    questions = setting.questions
    seed = setting.scenario.seed if setting.seed is None else setting.seed
    streams, run = Streams(seed, setting.stream), (first, count)
    world = _World(setting, streams, run)
    conduct = world.conduct
    said = [_criterion(group, world) for group in questions.groups]
    state = _baseline_state(conduct.state, questions, world)
    conduct = conduct._replace(state=state)
    found = [_settled(question, questions, said[question.group], conduct) for question in questions.asked]
    return found, conduct, world.unfit


class _World:
    """Measures of a run of participants, each made once for whoever asks."""

    def __init__(self, setting: Setting, streams: Streams, run: tuple[int, int]) -> None:
        self.scenario, self.changes = setting.scenario, setting.changes
        self.streams, self.run, self.unfit = streams, run, 0.0
        self.visits: tuple[Visit, ...] = setting.questions.visits
        self.traits: Drawn = draw_traits(streams, *run)
        self._known: dict[str, dict[str, Whole]] = {}
        self._absent: dict[tuple[str, str], NDArray[np.bool_]] = {}
        self.days = BadDays(streams, run)
        self._entered = self._enter(setting)
        self.conduct = conduct_of(self.scenario, self.visits, self.traits, streams, run, changes=self.changes)
        self.course = Course(self._shift())

    def _enter(self, setting: Setting) -> tuple[str, object, object]:
        entry = self.changes.entry
        if entry is None:
            return "", None, None
        for group in setting.questions.groups:
            for source in group.sources.values():
                for line, grid in zip(source.lines, source.grids, strict=True):
                    if line.item == entry.item:
                        measured = Measured(line, grid, self.days)
                        self.traits, own, noise, self.unfit = selected(measured, self.traits, entry, self.changes)
                        return line.item, own, noise
        raise ValueError(f"no measure of the endpoint is called {entry.item}")

    def _shift(self) -> dict[str, NDArray[np.float32] | float]:
        """By how much every measure is better, as a share, for reasons other than treatment and natural course."""
        rescue = next((e for e in self.scenario.events if e.fact == "rescue"), None)
        benefit = (rescue.benefit if rescue is not None else 0.0) / 100 * self.changes.rescue
        found: dict[str, NDArray[np.float32] | float] = {}
        for visit in self.visits[1:]:
            worse = self.scenario.taper.worsens.get(visit.name, 0.0) / 100 * self.changes.taper
            if not benefit:
                found[visit.name] = -worse
                continue
            after = (self.conduct.day[visit.name] >= self.conduct.rescued).astype(np.float32)
            after *= np.float32(benefit)
            after -= np.float32(worse)
            found[visit.name] = after
        return found

    def values(self, source: Source, place: int, visits: tuple[str, ...]) -> dict[str, Whole]:
        """Recorded values of one line by visit ("" = baseline); ABSENT where missing."""
        line = source.lines[place]
        if line.item not in self._known:
            measured = Measured(line, source.grids[place], self.days)
            item, own, noise = self._entered
            mine = item == line.item
            base = measured.baseline(self.traits, own if mine else None)  # type: ignore[arg-type]
            later = measured.later(base, self.traits, visits, self.course, self.changes)
            found = {"": measured.recorded(base, "baseline", self.changes, noise if mine else None)}  # type: ignore[arg-type]
            for visit, true in zip(visits, later, strict=True):
                found[visit] = measured.recorded(true, visit, self.changes)
            self._known[line.item] = {v: self._thinned(source, place, v, value) for v, value in found.items()}
        return self._known[line.item]

    def _thinned(self, source: Source, place: int, visit: str, value: Whole) -> Whole:
        gone = self.absent(source.instrument, visit)
        line, factor = source.lines[place], self.changes.missing
        share = line.missing * factor
        if line.items is not None:
            share = 1 - (1 - share) * (1 - line.items.unscored(factor))
        if share:
            gone = gone | self.streams.happens(f"item missing/{line.item}/{visit}", share, *self.run)
        np.putmask(value, gone, ABSENT)
        return value

    def absent(self, instrument: str, visit: str) -> NDArray[np.bool_]:
        """Who has nothing of an instrument at a visit: not there, or not examined."""
        if (instrument, visit) not in self._absent:
            share = self.scenario.visits.instrument_missing * self.changes.missing
            gone = self.streams.happens(f"missing/{instrument}/{visit}", share, *self.run)
            self._absent[instrument, visit] = gone | ~self.conduct.took_place[visit] if visit else gone
        return self._absent[instrument, visit]


def _criterion(group: Group, world: _World) -> dict[str, Verdicts]:
    """What the criterion says at each visit that asks its measures."""
    constants: dict[str, int | None] = dict.fromkeys(group.rule.columns)
    limits: dict[str, tuple[int, int]] = {}
    parts: dict[str, dict[str, pl.Series | Whole]] = {visit: {} for visit in group.visits}
    baseline: dict[str, pl.Series | Whole] = {}
    for role, source in group.sources.items():
        constants[f"{role}_scale"] = source.per_unit
        if source.rule is None:
            values = world.values(source, 0, group.visits)
            grid = source.grids[0]
            limits |= {f"{role}_{part}": (grid.low, grid.high) for part in ("b", "f")}
            baseline[f"{role}_b"] = values[""]
            for visit in group.visits:
                parts[visit][f"{role}_f"] = values[visit]
        else:
            paired = _pairs(source, world, group.visits)
            most = max(grid.high for grid in source.grids)
            limits |= {f"{role}_{part}": (0, most) for part in ("b", "f")}
            baseline[f"{role}_b"] = paired["b"]
            for visit in group.visits:
                parts[visit][f"{role}_f"] = paired[visit]
            if f"{role}_range" in group.rule.columns:
                baseline[f"{role}_range"] = paired["range"]
                limits[f"{role}_range"] = (0, 100 * most)
        if source.length is not None:
            constants[f"{role}_range"] = int(source.length * source.per_unit)
    return {visit: _verdict(group, baseline | parts[visit], limits, constants) for visit in group.visits}


def _verdict(
    group: Group,
    columns: Mapping[str, pl.Series | Whole],
    limits: Mapping[str, tuple[int, int]],
    constants: Mapping[str, int | None],
) -> Verdicts:
    there = {name: column for name, column in columns.items() if name in group.rule.columns}
    frame, holes = _with_nulls(there)
    fixed = {name: value for name, value in constants.items() if name not in there and name in group.rule.columns}
    wide = Wide(frame, {name: limits[name] for name in frame.columns}, fixed, holes)
    said = evaluate_numerators(group.rule, wide, {"verdict"}).frame["verdict"]
    return said.cast(pl.Int8).fill_null(OPEN).to_numpy()


def _pairs(source: Source, world: _World, visits: tuple[str, ...]) -> dict[str, pl.Series]:
    """What an instrument with a rule of its own compares: which enzyme, at every visit."""
    assert source.rule is not None  # noqa: S101 - asked only of those that have one; this tells the type checker
    columns: dict[str, Whole] = {}
    limits: dict[str, tuple[int, int]] = {}
    constants: dict[str, int | None] = {**dict.fromkeys(source.rule.columns), **source.fixed}
    for place, (line, grid) in enumerate(zip(source.lines, source.grids, strict=True)):
        name = line.item.partition(".")[2]
        values = world.values(source, place, visits)
        for visit, part in (("", "b"), *((v, v) for v in visits)):
            columns[f"{name}_{part}"] = values[visit]
            limits[f"{name}_{part}"] = (grid.low, grid.high)
    frame, holes = _with_nulls(columns)
    fixed = {n: v for n, v in constants.items() if n not in columns and n in source.rule.columns}
    found = evaluate_numerators(source.rule, Wide(frame, limits, fixed, holes))
    return {
        name: found.frame[name]
        if found.denominators.get(name, 1) == 1
        else found.frame[name] // found.denominators[name]
        for name in found.frame.columns
    }


def _with_nulls(columns: Mapping[str, pl.Series | Whole]) -> tuple[pl.DataFrame, frozenset[str]]:
    """A frame in which ABSENT is null, and the names of the columns with nulls."""
    series = [c.alias(name) if isinstance(c, pl.Series) else pl.Series(name, c) for name, c in columns.items()]
    holes = {
        s.name for s, c in zip(series, columns.values(), strict=True) if isinstance(c, pl.Series) and s.null_count()
    }
    gaps = {
        s.name
        for s, c in zip(series, columns.values(), strict=True)
        if not isinstance(c, pl.Series) and c.min() == ABSENT
    }
    frame = pl.DataFrame(series)
    if gaps:
        frame = frame.with_columns(pl.when(pl.col(name) != int(ABSENT)).then(pl.col(name)) for name in sorted(gaps))
    return frame, frozenset(holes | gaps)


def _baseline_state(state: States, questions: Questions, world: _World) -> States:
    """Who lacks part of the baseline of the first question's measures is marked so in the facts."""
    lacking = np.zeros(len(state), np.bool_)
    for source in questions.groups[0].sources.values():
        there = np.zeros(len(state), np.bool_)
        for place in range(len(source.lines)):
            there |= world.values(source, place, questions.groups[0].visits)[""] != ABSENT
        lacking |= ~there
    bit = np.int32(1 << questions.facts.names.index("baseline_complete"))
    return np.where(lacking, state & ~bit, state)


def _settled(question: Question, questions: Questions, said: Mapping[str, Verdicts], conduct: Conduct) -> Verdicts:
    variable = question.estimand.variable
    end = variable.visit
    verdict = said[end]
    if variable.window != "as_entered":
        verdict = _in_window(questions, said, conduct, end, nearest=variable.window == "nearest")
    order = [v.name for v in questions.visits]
    until = np.full(len(verdict), len(order) - 1, np.int32)  # the place of the visit that counts
    if question.ends:
        until = _last_before(question, questions, conduct)
        chosen = [np.full_like(verdict, OPEN) if name not in said else said[name] for name in order[1:-1]]
        verdict = np.select([until == place for place in range(1, len(order) - 1)], chosen, verdict)
    earlier = np.full(len(verdict), NONE_EARLIER, np.int8)
    if question.estimand.missing_rule == "last_observed":
        for place, name in enumerate(order[1:-1], 1):
            if name in said:
                earlier = np.where((said[name] != OPEN) & (place < until), said[name], earlier)
    return question.final[conduct.state, verdict, earlier]


def _in_window(
    questions: Questions, said: Mapping[str, Verdicts], conduct: Conduct, end: str, *, nearest: bool
) -> Verdicts:
    """The verdict at the visit inside the endpoint's window: its own, or of all the nearest, of two the earlier."""
    target = questions.visits[-1]
    planned = target.study_day or 1
    best: Days | None = None
    verdict = np.full(len(conduct.state), OPEN, np.int8)
    for name in said if nearest else (end,):
        day = conduct.day[name]
        fits = conduct.took_place[name] & (day >= planned - target.early) & (day <= planned + target.late)
        apart = np.where(fits, np.abs(day - planned) * 1000 + day, np.int32(2**30))
        better = fits if best is None else apart < best
        verdict = np.where(better, said[name], verdict)
        best = apart if best is None else np.minimum(best, apart)
    return verdict


def _last_before(question: Question, questions: Questions, conduct: Conduct) -> Days:
    """The place of the last visit that took place before an event that ends the data; the endpoint's where none did."""
    order = [v.name for v in questions.visits]
    seen = np.full(len(conduct.state), len(order), np.int32)
    for happens, facts in question.ends:
        day = np.zeros(len(conduct.state), np.int32)
        for name in facts:
            known = conduct.fact_days.get(name)
            if known is not None:
                day = np.maximum(day, np.where(known < 2**30, known, 0))
        first = np.full(len(day), len(order), np.int32)
        for place in range(len(order) - 1, 0, -1):
            visit = questions.visits[place]
            until = np.where(
                conduct.took_place[visit.name], conduct.day[visit.name], (visit.study_day or 1) + visit.late
            )
            first = np.where(day <= until, place, first)
        seen = np.where(happens[conduct.state], np.minimum(seen, first), seen)
    last = np.full(len(seen), len(order) - 1, np.int32)
    found = np.zeros(len(seen), np.bool_)
    for place in range(len(order) - 2, 0, -1):
        fits = conduct.took_place[order[place]] & (place < seen) & (seen < len(order)) & ~found
        last = np.where(fits, place, last)
        found |= fits
    return last
