"""Exact designs and simulated trials of 20: a second, against the targets of the project."""

import time
from collections.abc import Callable
from fractions import Fraction

import numpy as np

from trialwright.catalog import load
from trialwright.catalog.numerics.designs import critical, power, two_stage
from trialwright.design.executors import Processes
from trialwright.design.simulation import Changes, Setting, plan_questions, read_scenario, run_scenario
from trialwright.pipeline.design import weigh
from trialwright.pipeline.study import load_study, packaged_study

TRIALS = 80_000


def run() -> None:
    rates = np.linspace(0, 1, 1001)
    curve = _best(lambda: power(20, critical(20, Fraction("0.425"), Fraction("0.05")), rates), 20)
    print(f"  exact power at 1,001 rates: {curve * 1e3:.2f} ms (target 2 ms: {_met(curve <= 0.002)})")
    simon = _best(lambda: two_stage(0.2, 0.4, 0.05, 0.2, 100), 3)
    print(f"  Simon, nmax 100: {simon * 1e3:.1f} ms (target 50 ms: {_met(simon <= 0.05)})")
    _trials("criterion, endpoint visit only", ("imacs_week_12",), Changes.nothing(), 150_000)
    _trials("whole declared route", ("imacs_week_12", "carried_forward_week_12"), Changes(), 50_000)


def _trials(what: str, names: tuple[str, ...], changes: Changes, target: int) -> None:
    folder = packaged_study("aba_dm")
    study, _ = load_study(folder, load())
    scenario = read_scenario(folder / "scenario.yaml")
    if study is None or isinstance(scenario, list):
        raise SystemExit("the packaged study cannot be read")
    family = [e for e in study.estimands if e.name in names]
    questions = plan_questions(study, family, scenario, load(), weigh, participants=20)
    setting, two = Setting(scenario, changes, questions), Processes(2)
    run_scenario(setting, at_most=20_000, executor=two)  # the processes have started and imported
    took = _best(lambda: run_scenario(setting, at_most=TRIALS, executor=two), 1)
    two.close()
    found = TRIALS / took
    print(f"  {what}: {found:,.0f} trials/s on two processes (target {target:,}: {_met(found >= target)})")


def _best(work: Callable[[], object], times: int, repeats: int = 3) -> float:
    """Seconds a call, the best of some repeats."""
    found = []
    for _ in range(repeats):
        start = time.perf_counter()
        for _ in range(times):
            work()
        found.append((time.perf_counter() - start) / times)
    return min(found)


def _met(held: bool) -> str:
    return "met" if held else "NOT met"
