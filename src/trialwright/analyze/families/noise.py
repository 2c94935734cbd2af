"""What measurement noise alone would show: the study's own criterion, run on participants who do not change."""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import ndtri

from trialwright.analyze.material import Line, Material, estimands_of, setting
from trialwright.analyze.verdicts import verdict_line, verdicts_of
from trialwright.catalog.evaluator import evaluate_columns
from trialwright.model.analysis import AnalysisRecord, ResultRow
from trialwright.model.expression import Rule
from trialwright.model.study import DisplayUse, Estimand

DRAWS = 400
"""Imagined repetitions a participant: a fixed, evenly spread set of points, not random ones; the same every time."""

SCALE = 1000
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43)

SELECTED = {"": "", "_selected": ", everybody enrolled in a bad moment"}
METHOD = (
    "Nobody changes: each participant keeps their own baseline, every measure is read twice with independent noise, "
    "and the criterion judges the pair; a bad moment means that each baseline lies on the worse side of the "
    f"participant's usual level (regression to the mean); computed from {DRAWS} imagined repetitions a participant, "
    "evenly spread and not random: the same every time; the sizes of the noise are assumed"
)


def noise(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    `rate` and `expected` responders if nobody changed at all, a line a size of the noise (`cv_10`, `cv_10_selected`).

    Shape:    parameter `noise` lists coefficients of variation within a participant, in percent; they are assumed. Each
              line also has `p_at_least`: how probable the observed number, or more, would be by noise alone.
    Missing:  a measure without a baseline stays missing; without any baseline there is no line.
    """
    rows: list[ResultRow] = []
    for estimand in estimands_of(material, use, "response"):
        verdicts = verdicts_of(material, estimand)
        baselines = [_baseline(material, record) for record in verdicts.records]
        rule = material.catalog.rule(estimand.variable.entry, estimand.variable.parameters, estimand.variable.reading)
        for percent in setting(material, use, "noise").split():
            for suffix, words in SELECTED.items():
                label = f"Noise of {percent} % of each value{words}"
                line = verdict_line(use, estimand, (f"cv_{percent}{suffix}", label), verdicts)
                chances = _chances(material, estimand, rule, baselines, kind=(int(percent), bool(suffix)))
                rows += _line(line, chances, verdicts.yes)
    return rows


def _line(line: Line, chances: Sequence[float], observed: int) -> list[ResultRow]:
    if not chances or not line.denominator:
        why = ("there is nobody with a baseline to compute it from",)
        return [line.says(name, None, warnings=why) for name in ("rate", "expected", "p_at_least")]
    expected = sum(chances)
    counts = _number_of(chances)
    return [
        line.says("rate", round(expected / line.denominator, 6), method=METHOD),
        line.says("expected", round(expected, 4), decimals=1),
        line.says("p_at_least", round(float(counts[observed:].sum()), 6)),
    ]


def _number_of(chances: Sequence[float]) -> NDArray[np.float64]:
    """The distribution of how many of some independent events happen."""
    counts = np.ones(1)
    for chance in chances:
        counts = np.convolve(counts, (1 - chance, chance))
    return counts


def _baseline(material: Material, record: AnalysisRecord) -> dict[str, AnalysisRecord]:
    """role -> the measure's record, which holds its baseline."""
    pairs = (pair.partition("=") for pair in record.details.get("roles", "").split(",") if pair)
    return {role: material.by_id[name] for role, _, name in pairs if name in material.by_id}


def _chances(
    material: Material,
    estimand: Estimand,
    rule: Rule,
    baselines: Sequence[dict[str, AnalysisRecord]],
    *,
    kind: tuple[int, bool],
) -> list[float]:
    """For each participant, how often they would count as a responder without any change."""
    roles = list(estimand.variable.measures)
    ranges = {role: _range(material, name) for role, name in estimand.variable.measures.items()}
    draws = _draws(2 * len(roles), kind[1])
    columns: dict[str, list[int | None]] = {name: [] for name in rule.columns}
    kept = [each for each in baselines if any(isinstance(r.baseline, Fraction) for r in each.values())]
    for each in kept:
        for name, values in _columns(rule, roles, each, ranges=ranges, draws=draws, percent=kind[0]).items():
            columns[name] += values
    if not kept:
        return []
    frame = pl.DataFrame(columns, schema={name: pl.Int64() for name in columns})
    verdict = evaluate_columns(rule, frame)["verdict"].fill_null(value=False).to_numpy().reshape(len(kept), DRAWS)
    return [float(share) for share in verdict.mean(axis=1)]


def _columns(
    rule: Rule,
    roles: Sequence[str],
    baseline: dict[str, AnalysisRecord],
    *,
    ranges: dict[str, tuple[Fraction | None, str]],
    draws: NDArray[np.float64],
    percent: int,
) -> dict[str, list[int | None]]:
    made: dict[str, list[int | None]] = {}
    for number, role in enumerate(roles):
        record = baseline.get(role)
        seen = record.baseline if record is not None else None
        length, better = ranges[role]
        made[f"{role}_scale"] = [SCALE] * DRAWS
        made[f"{role}_range"] = [None if length is None else int(length * SCALE)] * DRAWS
        if not isinstance(seen, Fraction):
            made[f"{role}_b"] = made[f"{role}_f"] = [None] * DRAWS
            continue
        worse = 1.0 if better == "lower" else -1.0
        first, second = draws[:, 2 * number] * worse, draws[:, 2 * number + 1]
        cv = percent / 100
        usual = float(seen) / np.maximum(1 + cv * first, 0.05)
        now = np.clip(usual * (1 + cv * second), 0, None if length is None else float(length))
        made[f"{role}_b"] = [int(seen * SCALE)] * DRAWS
        made[f"{role}_f"] = [int(value) for value in np.rint(now * SCALE)]
    return {name: made.get(name, [1 if name.endswith("_scale") else None] * DRAWS) for name in rule.columns}


def _range(material: Material, name: str) -> tuple[Fraction | None, str]:
    instrument, _, measure = name.partition(".")
    found = material.catalog.measure(instrument, measure)
    return (Fraction(found.range) if found.range else None), found.better


@lru_cache(maxsize=8)
def _draws(columns: int, selected: bool) -> NDArray[np.float64]:
    """
    Evenly spread normal deviates, one row a repetition (Halton's points through the normal quantile).

    `selected` takes the first reading of every pair on the worse side: that is when people join a study.
    Source:   Halton 1960, Numer Math 2:84-90 (radical inverse in prime bases); seen: recalled.
    """
    points = np.column_stack([_radical_inverse(prime) for prime in _PRIMES[:columns]])
    deviates = ndtri(points)
    if selected:
        deviates[:, 0::2] = np.abs(deviates[:, 0::2])
    return np.asarray(deviates, dtype=np.float64)


def _radical_inverse(base: int) -> NDArray[np.float64]:
    index = np.arange(1, DRAWS + 1)
    value, weight = np.zeros(DRAWS), 1.0 / base
    while index.any():
        value += weight * (index % base)
        index, weight = index // base, weight / base
    return value
