"""
The response criteria on many rows: our evaluator beside a plain Python loop and beside numpy on doubles, in one run.

Absolute figures drift between machines; the ratios are what to hold. The doubles are there to show what exactness
costs, and how many verdicts doubles get wrong on values of one decimal.
"""

import time
from collections.abc import Callable
from decimal import Decimal

import numpy as np
import polars as pl

from trialwright import catalog
from trialwright.catalog.evaluator import compile_rule, evaluate_numerators

MEASURES = ("phga", "ptga", "mmt", "haq", "enz", "exm")
HIGHEST = {"phga": 100, "ptga": 100, "mmt": 150, "haq": 24, "enz": 30_000, "exm": 100}
ROWS, LOOPED = 2_000_000, 20_000


def run() -> None:
    for missing in (0.0, 0.03):
        _compare(missing)


def _compare(missing: float) -> None:
    frame = _drawn(missing)
    known = catalog.load()
    doi = known.rule("imacs_doi_2004", {}, "rider_2004")
    tis = known.rule("acr_eular_2016_tis", {})
    ranged = frame.with_columns(
        *(pl.lit(HIGHEST[m], dtype=pl.Int32).alias(f"{m}_range") for m in MEASURES),
        *(pl.lit(None, dtype=pl.Int8).alias(f"{m}_higher_better") for m in MEASURES),
    )
    few = frame.head(LOOPED).rows(named=True)
    run_row = compile_rule(doi)
    columns = {name: frame[name].cast(pl.Float64).fill_null(np.nan).to_numpy() / 10 for name in frame.columns}
    speeds = {
        "DOI verdict, evaluator": ROWS / _best(lambda: evaluate_numerators(doi, frame, ["verdict"])),
        "DOI with counts and reasons, evaluator": ROWS / _best(lambda: evaluate_numerators(doi, frame)),
        "TIS bounds, evaluator": ROWS / _best(lambda: evaluate_numerators(tis, ranged, ["lower", "upper"])),
        "DOI verdict, numpy on doubles (missing ignored)": ROWS / _best(lambda: _doubles(columns)),
        "DOI all outputs, row function": LOOPED / _best(lambda: [run_row(row) for row in few]),
        "DOI verdict, plain loop over Decimal": LOOPED / _best(lambda: [_loop(row) for row in few]),
    }
    slowest = min(speeds.values())
    print(f"{ROWS:,} rows, {missing:.0%} missing")
    for name, speed in speeds.items():
        print(f"  {name:<50} {speed / 1e6:9.3f} M rows/s  {speed / slowest:8.1f} x")
    if not missing:
        exact = evaluate_numerators(doi, frame, ["verdict"]).frame["verdict"].to_numpy()
        print(f"  verdicts that doubles get wrong: {int((exact != _doubles(columns)).sum()):,}")


def _drawn(missing: float) -> pl.DataFrame:
    """Baselines, and follow-ups of which a tenth lie exactly 20 % better or 25 % worse."""
    random = np.random.default_rng(7)
    columns = {}
    for m in MEASURES:
        baseline = random.integers(1, HIGHEST[m] // 20 + 1, ROWS) * 20
        now = random.integers(0, HIGHEST[m] + 1, ROWS)
        at_threshold = random.random(ROWS)
        now = np.where(at_threshold < 0.05, baseline * 4 // 5, np.where(at_threshold < 0.1, baseline * 5 // 4, now))
        for part, values in (("b", baseline), ("f", now)):
            series = pl.Series(f"{m}_{part}", values.astype(np.int32))
            holes = pl.Series(random.random(ROWS) < missing)
            columns[series.name] = pl.select(pl.when(~holes).then(series)).to_series()
    return pl.DataFrame(columns)


def _doubles(columns: dict[str, np.ndarray]) -> np.ndarray:
    improved = np.zeros(ROWS, np.int8)
    worse = np.zeros(ROWS, np.int8)
    veto = np.zeros(ROWS, bool)
    for m in MEASURES:
        b, f = columns[f"{m}_b"], columns[f"{m}_f"]
        change = ((f - b) if m == "mmt" else (b - f)) / b * 100
        improved += change >= 20
        worse += change <= -25
        if m == "mmt":
            veto = change <= -25
    return (improved >= 3) & (worse <= 2) & ~veto


def _loop(row: dict[str, int | None]) -> bool:
    improved = worse = 0
    veto = False
    for m in MEASURES:
        b, f = row[f"{m}_b"], row[f"{m}_f"]
        if b is None or f is None:
            continue
        before, now = Decimal(b) / 10, Decimal(f) / 10
        change = ((now - before) if m == "mmt" else (before - now)) / before * 100
        improved += change >= 20
        if change <= -25:
            worse += 1
            veto = veto or m == "mmt"
    return improved >= 3 and worse <= 2 and not veto


def _best(work: Callable[[], object], repeats: int = 3) -> float:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)
