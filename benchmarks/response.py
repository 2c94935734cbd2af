"""
Response criteria on many rows: the evaluator beside its peers in one run, its memory, and its speed on few rows.

Peers: pandas groupby-apply per participant, pandas vectorised on long rows, Polars on long rows, and a numba kernel on
doubles. A peer that falls behind its own reference (by the ratio to pandas long) would flatter us: then the run fails.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks import _response_peers as peers
from trialwright import catalog
from trialwright.catalog.evaluator import Wide, compile_rule, evaluate_numerators, narrow
from trialwright.model.expression import Rule

VISITS = 5
PARTICIPANTS = 1_000_000
ROUNDS = 7
LONG, LOOPED = 50_000, 200  # participants: rates of the slower peers do not depend on how many
CHUNKS = 20  # of the whole frame: 1e8 participant-visits where PARTICIPANTS is 1,000,000
MEASURES = peers.MEASURES
HIGHEST = {"phga": 100, "ptga": 100, "mmt": 150, "haq": 24, "enz": 30_000, "exm": 100}

# Rate of each peer over that of pandas long in the measured references; 0.7 of it is due.
# statistics 4: groupby-apply, Polars long. engineering: numba (272 to 360 and 417 to 502 beside 1.0 to 1.3 for DOI,
# 84 to 88 and 219 to 408 beside 1.5 for TIS: lower ends), where the older 240 / 1.7 of statistics 4 asks for less.
REFERENCE = {
    "DOI groupby-apply": 471 / 4.3e5,
    "DOI Polars long": 1.9 / 1.7,
    "DOI numba 1": 272 / 1.3,
    "DOI numba 2": 417 / 1.3,
    "TIS numba 1": 84 / 1.5,
    "TIS numba 2": 219 / 1.5,
}
DUE = 0.7
COPIED = 28.0  # GB/s that one core copied where the references were measured (statistics 4)


def run() -> None:
    failed: list[str] = []
    _machine()
    # Whole rows, as the reference prototypes of the kernels were measured; then one value in thirty missing.
    for holes in (0.0, 0.03):
        failed += _engines(holes)
    failed += _memory()
    failed += _few_rows()
    print("all targets met" if not failed else f"NOT MET: {'; '.join(failed)}")


def _machine() -> None:
    """What the machine is beside that of the references: the kernels on doubles go as fast as memory is read."""
    block = np.ones(50_000_000)
    other = block.copy()
    spent = best(lambda: np.copyto(other, block), 5)
    rate = 2 * block.nbytes / spent / 1e9
    print(f"{os.cpu_count()} cores; one core copies {rate:.1f} GB/s ({COPIED:.0f} where the references were measured)")


def _engines(holes: float) -> list[str]:
    failed: list[str] = []
    wide, doubles = _drawn(PARTICIPANTS * VISITS, holes=holes)
    rows = wide.frame.height
    print(f"{holes:.0%} of the values missing")
    print(f"{rows:,} participant-visits of {_bytes(wide):.0f} bytes, Polars {pl.thread_pool_size()} threads")
    rates = _rates(wide, doubles)
    for name, rate in rates.items():
        print(f"  {name:<34} {rate / 1e6:10.3f} M rows/s")
    threads = pl.thread_pool_size()
    for kind in ("DOI", "TIS"):
        long, kernel = rates[f"{kind} pandas long"], rates[f"{kind} numba {threads}"]
        verdict, reasons = rates[f"{kind} verdict"], rates[f"{kind} with reasons"]
        failed += _held(f"{kind} verdict / pandas long", verdict / long, 60)
        failed += _held(f"{kind} verdict / numba at {threads} threads", verdict / kernel, 0.35)
        failed += _held(f"{kind} with reasons / numba at {threads} threads", reasons / kernel, 0.25)
    for name, reference in REFERENCE.items():
        kind = name.split()[0]
        if name in rates:  # a machine of one core has no kernel on two
            ratio = rates[name] / rates[f"{kind} pandas long"]
            failed += _held(f"peer {name} / pandas long, of its reference", ratio / reference, DUE)
    failed += _same_answers(wide, doubles)
    if not holes:
        failed += _chunks(wide, rates["DOI verdict"])
    return [f"{what} ({holes:.0%} missing)" for what in failed]


def _held(what: str, figure: float, target: float, most: bool = False) -> list[str]:
    met = figure <= target if most else figure >= target
    print(
        f"  {what:<60} {figure:9.3f}   {'at most' if most else 'at least'} {target:<6g} {'met' if met else 'NOT MET'}"
    )
    return [] if met else [what]


def _rules() -> tuple[Rule, Rule]:
    known = catalog.load()
    return known.rule("imacs_doi_2004", {}, "rider_2004"), known.rule("acr_eular_2016_tis", {})


def _reasons(rule: Rule) -> list[str]:
    """What an explanation needs beside the verdict: what each measure counted for, and the counts or the points."""
    wanted = ("verdict", "n_", "improved_", "worsened_", "lower", "upper", "points_")
    return [name for name in rule.outputs if name.startswith(wanted)]


def _rates(wide: Wide, doubles: dict[str, NDArray[np.float64]]) -> dict[str, float]:
    """Rows a second of every engine; they take turns, so that a busy moment of the machine meets them all."""
    doi, tis = _rules()
    rows = wide.frame.height
    long, few = peers.long_rows(doubles, LONG, VISITS), peers.long_rows(doubles, LOOPED, VISITS)
    table = peers.polars_rows(long)
    work: dict[str, tuple[int, Callable[[], object]]] = {
        "DOI groupby-apply": (LOOPED * VISITS, lambda: peers.pandas_by_participant(few)),
        "DOI pandas long": (LONG * VISITS, lambda: peers.pandas_long_doi(long)),
        "TIS pandas long": (LONG * VISITS, lambda: peers.pandas_long_tis(long)),
        "DOI Polars long": (LONG * VISITS, lambda: peers.polars_long_doi(table)),
        "DOI verdict": (rows, lambda: evaluate_numerators(doi, wide, ["verdict"])),
        "DOI with reasons": (rows, lambda: evaluate_numerators(doi, wide, _reasons(doi))),
        "TIS verdict": (rows, lambda: evaluate_numerators(tis, wide, ["verdict"])),
        "TIS with reasons": (rows, lambda: evaluate_numerators(tis, wide, _reasons(tis))),
    }
    for threads in sorted({1, 2, pl.thread_pool_size()} - {*range(pl.thread_pool_size() + 1, 3)}):
        work[f"DOI numba {threads}"] = (rows, lambda t=threads: peers.numba_doi(doubles, t))
        work[f"TIS numba {threads}"] = (rows, lambda t=threads: peers.numba_tis(doubles, t))
    spent = dict.fromkeys(work, float("inf"))
    for _ in range(ROUNDS):
        for name, (_, job) in work.items():
            spent[name] = min(spent[name], best(job, 1))
    return {name: count / spent[name] for name, (count, _) in work.items()}


def _same_answers(wide: Wide, doubles: dict[str, NDArray[np.float64]]) -> list[str]:
    """How many verdicts the kernel on doubles gets wrong; the evaluator is held to exact fractions on a sample."""
    doi, tis = _rules()
    for rule, kernel in ((doi, peers.numba_doi), (tis, peers.numba_tis)):
        exact = evaluate_numerators(rule, wide, ["verdict"]).frame["verdict"].cast(pl.Int8).fill_null(2).to_numpy()
        print(
            f"  verdicts of {kernel.__name__} on doubles that are wrong: {int((exact != kernel(doubles, 1)).sum()):,}"
        )
    wrong = 0
    sample = wide.frame.head(2_000)
    for rule, name in ((doi, "verdict"), (tis, "lower")):
        found, denominators = evaluate_numerators(rule, wide._replace(frame=sample), [name])
        run_row = compile_rule(rule)
        over = denominators.get(name, 1)
        for row, got in zip(sample.iter_rows(named=True), found[name], strict=True):
            expected = run_row({**wide.constants, **row})[name]
            told = got if got is None or isinstance(got, bool) else Fraction(got, over)
            wrong += expected != told
    return _held("rows that differ from exact fractions", wrong, 0, most=True)


def _memory() -> list[str]:
    """Input, output and work at their highest, over the input, in a fresh process for each question."""
    failed = []
    for kind in ("doi verdict", "doi reasons", "tis verdict", "tis reasons"):
        told = subprocess.run(
            [sys.executable, "-m", "benchmarks._response_memory", *kind.split()],
            capture_output=True,
            check=True,
            text=True,
        )
        failed += _held(f"memory over input, {kind}", json.loads(told.stdout)["ratio"], 1.8, most=True)
    return failed


def _few_rows() -> list[str]:
    known = catalog.load()
    failed = []
    twenty = _texts(20)
    for name in ("imacs_doi_2004", "acr_eular_2016_tis"):
        entry = known.criterion(name)
        spent = best(lambda e=entry: e.evaluate(twenty), 200) * 1000
        failed += _held(f"20 participants, {name}, ms", spent, 2, most=True)
        whole = best(lambda e=entry: e.evaluate(twenty, why=True), 200) * 1000
        failed += _held(f"20 participants with the sentences, {name}, ms", whole, 2, most=True)
        one = best(lambda e=entry: e.evaluate(twenty[0]), 200) * 1000
        failed += _held(f"one live row, {name}, ms", one, 1, most=True)
        compiled = entry.compiled("", {})
        row = {**{c: 50 for c in compiled.rule.columns if not c.endswith("_higher_better")}}
        spent = best(lambda c=compiled, r=row: c.by_row(r), 500) * 1000
        failed += _held(f"one row by the compiled row function, {name}, ms", spent, 0.1, most=True)
    return failed


def _chunks(wide: Wide, whole: float) -> list[str]:
    """The rate over many chunks beside that over one: what grows with the number of rows is only their number."""
    doi = _rules()[0]
    start = time.perf_counter()
    for _ in range(CHUNKS):
        evaluate_numerators(doi, wide, ["verdict"])
    rate = CHUNKS * wide.frame.height / (time.perf_counter() - start)
    return _held(f"{CHUNKS * wide.frame.height:,} in chunks, rate over that of one", rate / whole, 0.7)


def _texts(rows: int) -> pl.DataFrame:
    """A table as a person hands it over: decimals as text."""
    random = np.random.default_rng(3)
    columns = {}
    for m in MEASURES:
        for part in "bf":
            columns[f"{m}_{part}"] = [str(n / 10) for n in random.integers(0, HIGHEST[m], rows)]
        columns[f"{m}_range"] = [str(HIGHEST[m] / 10)] * rows
    return pl.DataFrame(columns)


def _bytes(wide: Wide) -> float:
    return wide.frame.estimated_size() / wide.frame.height


def _drawn(rows: int, seed: int = 7, holes: float = 0.03) -> tuple[Wide, dict[str, NDArray[np.float64]]]:
    """
    Wide rows, each with its baseline beside it: integers for us, the same numbers as doubles with NaN for the kernel.

    A tenth lie exactly 20 % better or 25 % worse, where doubles fail; one in thirty is missing.
    """
    random = np.random.default_rng(seed)
    columns: dict[str, pl.Series] = {}
    doubles: dict[str, NDArray[np.float64]] = {}
    limits: dict[str, tuple[int, int]] = {}
    for m in MEASURES:
        before = random.integers(1, max(HIGHEST[m] // 20, 2) + 1, rows) * 20
        now = random.integers(0, HIGHEST[m] + 1, rows)
        at = random.random(rows)
        now = np.where(at < 0.05, before * 4 // 5, np.where(at < 0.1, before * 5 // 4, now))
        for part, values in (("b", before), ("f", now)):
            gone = random.random(rows) < holes
            name = f"{m}_{part}"
            whole = values.astype(np.int32 if HIGHEST[m] > 20_000 else np.int16)
            columns[name] = pl.Series(name, whole).set(pl.Series(gone), None) if holes else pl.Series(name, whole)
            doubles[name] = np.where(gone, np.nan, values / 10)
            limits[name] = (0, int(values.max()))
    ranges = random.integers(2, 12, rows) * 3000
    columns["enz_range"] = pl.Series("enz_range", ranges.astype(np.int32))
    doubles["enz_range"] = ranges / 10
    wide = narrow(pl.DataFrame(columns), limits | {"enz_range": (0, 40_000)})
    fixed: dict[str, int | None] = {f"{m}_range": HIGHEST[m] for m in MEASURES if m != "enz"}
    fixed |= {f"{m}_higher_better": None for m in MEASURES} | {f"{m}_scale": 10 for m in MEASURES}
    return wide._replace(constants={**wide.constants, **fixed}), doubles


def best(work: Callable[[], object], repeats: int = 3) -> float:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)
