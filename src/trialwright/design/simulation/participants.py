"""Measures of virtual participants in columns, as a nurse would have recorded them: whole numbers of a step."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from trialwright.design.simulation.scenario import Changes, EntryModel, MeasureModel
from trialwright.design.simulation.streams import Floats, Streams

Whole = NDArray[np.int32]
Truths = NDArray[np.bool_]

ABSENT = np.int32(-(2**31))
"""Stands for a missing value until a column becomes one with nulls; no measure reaches it."""

ATTEMPTS = 24  # candidates looked at for one place where an entry value is asked for
LOWEST_CHANGE = np.float32(-0.9)  # nothing falls by more than nine tenths: an enzyme of 0 is an error, not a response


class Grid(NamedTuple):
    """How a measure is written: `per_unit` whole numbers a unit, its floor and ceiling and its step in them."""

    per_unit: int
    low: int
    high: int
    step: int
    better: str


class Course(NamedTuple):
    """What bears on the true course beside the treatment: better (+) or worse (-) by this share, a visit."""

    shift: Mapping[str, Floats | float]


class Drawn(NamedTuple):
    """Traits that a participant's measures share."""

    severity: Floats
    response: Floats
    natural: Floats


def grid_of(line: MeasureModel, low: str | None, high: str | None, better: str, per_unit: int) -> Grid:
    """
    The grid of a measure over a denominator that it shares with others of its instrument.

    Raises: ValueError where it has no floor or ceiling: nothing would keep a number inside the evaluator's proof.
    """
    floor, ceiling = line.low or low, line.high or high
    if floor is None or ceiling is None:
        raise ValueError(f"{line.item} needs `low` and `high`: the catalog gives none")
    if Decimal(floor) < 0:
        raise ValueError(f"{line.item}: a floor below 0 cannot be recorded in steps from 0")
    step = Decimal(line.step) * per_unit
    return Grid(per_unit, int(Decimal(floor) * per_unit), int(Decimal(ceiling) * per_unit), int(step), better)


def draw_traits(streams: Streams, first: int, count: int) -> Drawn:
    return Drawn(*(streams.normal(f"trait/{name}", first, count) for name in Drawn._fields))


class BadDays:
    """How bad a day each visit falls on, the same for every measure taken there; made when first asked for."""

    def __init__(self, streams: Streams, run: tuple[int, int]) -> None:
        self.streams, self.run = streams, run
        self._known: dict[str, Floats] = {}

    def of(self, visit: str) -> Floats:
        if visit not in self._known:
            self._known[visit] = self.streams.normal(f"day/{visit}", *self.run)
        return self._known[visit]

    def again(self, visit: str, places: NDArray[np.intp], attempt: int) -> None:
        """Other days for other people in these places."""
        day = self.of(visit).copy()
        day[places] = self.streams.normal(f"again/{attempt}/day/{visit}", *self.run)[places]
        self._known[visit] = day


class Measured:
    """The recorded values of one measure for a run of participants, visit by visit."""

    def __init__(self, line: MeasureModel, grid: Grid, days: BadDays) -> None:
        self.line, self.grid, self.days = line, grid, days
        self.streams, self.run = days.streams, days.run
        run, streams = self.run, self.streams
        self.coarse: Truths | None = None
        if line.coarse is not None:
            self.coarse = streams.happens(f"coarse/{line.item}", line.coarse.share, *run)

    def draws(self, what: str) -> Floats:
        return self.streams.normal(f"{what}/{self.line.item}", *self.run)

    def baseline(self, traits: Drawn, own: Floats | None = None) -> Floats:
        """True values before treatment."""
        line = self.line
        apart = self.draws("own") if own is None else own
        return true_baseline(line, traits.severity, apart)

    def recorded(self, true: Floats, visit: str, changes: Changes, noise: Floats | None = None) -> Whole:
        """What is written down at a visit: the true value with the day's noise, within the scale, in its steps."""
        line, grid = self.line, self.grid
        spread = _noise(line, changes)
        per_step = np.float32(grid.per_unit / grid.step)
        if not any(spread):
            return self._written(true * per_step)
        drawn = self.draws(f"noise/{visit}") if noise is None else noise.copy()
        shared = _day(line, changes)
        if shared:
            bad = np.float32(shared * (1.0 if grid.better == "lower" else -1.0))
            drawn *= np.float32((1 - shared**2) ** 0.5)
            drawn += bad * self.days.of(visit)
        # In its unit, or of the value; in place, for this is where the time goes.
        if spread[0]:
            drawn *= np.float32(spread[0])
            drawn += true
        else:
            drawn *= np.float32(spread[1])
            drawn += np.float32(1)
            drawn *= true
        drawn *= per_step
        return self._written(drawn)

    def _written(self, value: Floats) -> Whole:
        """`value` in steps: within the scale, rounded half up, by some people to bigger steps."""
        grid = self.grid
        half = np.float32(0.5)
        np.clip(value, np.float32(grid.low / grid.step), np.float32(grid.high / grid.step), out=value)
        if self.coarse is not None and self.line.coarse is not None:
            bigger = np.float32(self.line.coarse.step * grid.per_unit / grid.step)
            np.copyto(value, np.floor(value / bigger + half) * bigger, where=self.coarse)
        value += half
        whole = value.astype(np.int32)  # no value is negative, so that cutting off rounds half up
        np.minimum(whole, np.int32(grid.high // grid.step), out=whole)
        if grid.step != 1:
            whole *= np.int32(grid.step)
        return whole

    def later(
        self, base: Floats, traits: Drawn, visits: Sequence[str], course: Course, changes: Changes
    ) -> list[Floats]:
        """True values at each visit after the baseline."""
        line = self.line
        apart = _mixed(line.response, traits.response, self.draws("effect") if line.effect else None)
        drift = _mixed(line.drift, traits.natural, self.draws("natural") if line.natural else None)
        better = np.float32(-1.0 if self.grid.better == "lower" else 1.0)
        found = []
        for visit in visits:
            change = np.asarray(better * course.shift[visit], dtype=np.float32)
            for part in (
                _course(line.effect, visit, line.effect_sd * changes.spread, apart, changes.effect),
                _course(line.natural, visit, line.natural_sd * changes.spread, drift, changes.natural),
            ):
                change = part if change.ndim == 0 and not change else part + change
            found.append(base if change.ndim == 0 and not change else _changed(base, change))
        return found


def true_baseline(line: MeasureModel, severity: Floats, own: Floats) -> Floats:
    """`mean` and `sd` with the share of it that goes with the severity."""
    shared = np.float32(line.severity) * severity + np.float32((1 - line.severity**2) ** 0.5) * own
    spread = np.float32(line.sd) * shared
    if line.log:
        return np.asarray(np.float32(line.mean) * np.exp(spread), dtype=np.float32)
    return np.asarray(np.float32(line.mean) + spread, dtype=np.float32)


def selected(
    measured: Measured, traits: Drawn, entry: EntryModel, changes: Changes
) -> tuple[Drawn, Floats, Floats | None, float]:
    """
    Candidates who were let in because a measure was high when they were seen.

    Shape:  the traits and true baselines of those let in, the noise of their baseline visit where that is what was
            looked at, and the share of places for which no candidate of ATTEMPTS fitted (the last one then stays).
    """
    line, (first, count) = measured.line, measured.run
    severity, own = traits.severity.copy(), measured.draws("own")
    noise = measured.draws("noise/baseline" if entry.at == "baseline" else "noise/screening")
    for attempt in range(ATTEMPTS):
        seen = measured.recorded(true_baseline(line, severity, own), entry.at, changes, noise)
        failing = np.flatnonzero(seen < entry.at_least * measured.grid.per_unit)
        if not failing.size:
            break
        severity[failing] = measured.streams.normal(f"again/{attempt}/severity", first, count)[failing]
        own[failing] = measured.streams.normal(f"again/{attempt}/own/{line.item}", first, count)[failing]
        measured.days.again(entry.at, failing, attempt)
        noise[failing] = measured.streams.normal(f"again/{attempt}/noise/{line.item}", first, count)[failing]
    return traits._replace(severity=severity), own, noise if entry.at == "baseline" else None, failing.size / count


def _mixed(correlation: float, shared: Floats, own: Floats | None) -> Floats | None:
    if own is None:
        return None
    return np.float32(correlation) * shared + np.float32((1 - correlation**2) ** 0.5) * own


def _course(planned: Mapping[str, float], visit: str, spread: float, apart: Floats | None, factor: float) -> Floats:
    """The change at a visit as a share; its spread grows with the share of the full change that is reached."""
    if not planned or not factor or apart is None:
        return np.asarray(0, dtype=np.float32)
    now, full = planned.get(visit, 0.0) * factor / 100, max(abs(c) for c in planned.values()) / 100
    wide = spread / 100 * factor * (abs(planned.get(visit, 0.0)) / 100 / full if full else 0.0)
    if not wide:
        return np.asarray(now, dtype=np.float32)
    moved = apart * np.float32(np.sign(now) * wide)
    moved += np.float32(now)
    return moved


def _changed(base: Floats, change: Floats) -> Floats:
    after = np.maximum(change, LOWEST_CHANGE)
    after += np.float32(1)
    return np.asarray(after * base, dtype=np.float32)


def _day(line: MeasureModel, changes: Changes) -> float:
    """How closely the noise goes with the day."""
    return line.day if changes.level is None else changes.level.day.get(line.item, 0.0)


def _noise(line: MeasureModel, changes: Changes) -> tuple[float, float]:
    """Noise in the unit, and as a share of the value."""
    if changes.level is not None:
        return 0.0, changes.level.own.get(line.item, changes.level.percent) / 100
    return line.noise_sd * changes.noise, line.noise_pct / 100 * changes.noise
