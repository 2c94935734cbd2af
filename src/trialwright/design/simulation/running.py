"""Chunks of trials handed out, gathered in order, and stopped when the Monte Carlo error is small enough."""

from collections.abc import Iterator, Sequence
from math import sqrt
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from trialwright.design.executors import Executor, Serial
from trialwright.design.simulation.judging import Question, Questions
from trialwright.design.simulation.trials import Chunk, Setting, simulate

CHUNK = 10_000  # trials; smaller ones spend their time on compiling trees, larger ones on memory


class Tally(NamedTuple):
    """
    What the trials of a run came to, one number a question.

    `rate`: responders of members. `upper`: the same with what is open counted as response. `rejected[k]`: share of
    trials that reject benchmark k, `se[k]` its Monte Carlo error. `differ`: participants counted otherwise than by the
    first question, as (first only, this only), of all.
    """

    trials: int
    rate: tuple[float, ...]
    rate_se: tuple[float, ...]
    upper: tuple[float, ...]
    rejected: tuple[tuple[float, ...], ...]
    se: tuple[tuple[float, ...], ...]
    responders: tuple[tuple[int, ...], ...]
    differ: tuple[tuple[float, float], ...]
    unfit: float


def run_scenario(
    setting: Setting,
    *,
    at_most: int,
    error: float = 0.0,
    executor: Executor | None = None,
    chunk: int = CHUNK,
) -> Tally:
    """
    Trials until the Monte Carlo error of every power of the first question is at most `error`, or `at_most` of them.

    Shape: the rule looks after whole rounds of a fixed number of chunks: the number of workers cannot bear on it.
    """
    chunks: list[Chunk] = []
    for round_ in _rounds(setting, at_most, chunk, executor or Serial()):
        chunks += round_
        if error:
            found = summary(setting.questions, chunks)
            if max(found.se[0], default=0.0) <= error and found.trials >= chunk:
                return found
    return summary(setting.questions, chunks)


ROUND = 4  # chunks between two looks at the Monte Carlo error


def _rounds(setting: Setting, at_most: int, chunk: int, executor: Executor) -> Iterator[list[Chunk]]:
    starts = [(first, min(chunk, at_most - first)) for first in range(0, at_most, chunk)]
    for place in range(0, len(starts), ROUND):
        tasks = [(setting, first, count) for first, count in starts[place : place + ROUND]]
        yield list(executor.map(_simulate, tasks))


def _simulate(task: tuple[Setting, int, int]) -> Chunk:
    return simulate(*task)


def summary(questions: Questions, chunks: Sequence[Chunk]) -> Tally:
    """The tally of chunks in their order."""
    responders = np.concatenate([c.responders for c in chunks])
    undecided = np.concatenate([c.open for c in chunks])
    members = np.concatenate([c.members for c in chunks])
    trials = len(responders)
    counted = _denominators(questions, members, undecided)
    every = trials * questions.participants
    rate, upper, rate_se, rejected, errors, counts = [], [], [], [], [], []
    for place, question in enumerate(questions.asked):
        x, m = responders[:, place], counted[:, place]
        whole = max(int(m.sum()), 1)
        rate.append(int(x.sum()) / whole)
        rate_se.append(sqrt(max(rate[-1] * (1 - rate[-1]), 0.0) / whole))
        upper.append(int((x + undecided[:, place]).sum()) / max(int(members[:, place].sum()), 1))
        shares = count_rejections(question, x, m)
        rejected.append(shares)
        errors.append(tuple(sqrt(p * (1 - p) / trials) for p in shares))
        counts.append(tuple(int(n) for n in np.bincount(x, minlength=questions.participants + 1)))
    differ = np.sum([c.disagree for c in chunks], axis=0)
    unfit = float(np.mean([c.unfit for c in chunks]))
    return Tally(
        trials, tuple(rate), tuple(rate_se), tuple(upper), tuple(rejected), tuple(errors), tuple(counts),
        tuple((int(a) / every, int(b) / every) for a, b in differ), unfit,
    )  # fmt: skip


def count_rejections(
    question: Question, responders: NDArray[np.int32], members: NDArray[np.int32]
) -> tuple[float, ...]:
    """The share of trials that reject each benchmark, by the exact test at the number that counted."""
    return tuple(float((responders >= needed[members]).mean()) for needed in question.rejects)


def _denominators(questions: Questions, members: NDArray[np.int32], undecided: NDArray[np.int32]) -> NDArray[np.int32]:
    observed = np.array([q.estimand.missing_rule == "observed" for q in questions.asked])
    return np.asarray(members - undecided * observed, dtype=np.int32)


def trial_table(setting: Setting, trials: int, executor: Executor | None = None, chunk: int = CHUNK) -> pl.DataFrame:
    """One row a trial: its number, and per question the responders, the undecided and those who count."""
    chunks = [each for round_ in _rounds(setting, trials, chunk, executor or Serial()) for each in round_]
    columns: dict[str, NDArray[np.int32]] = {"trial": np.arange(trials, dtype=np.int32)}
    for place, question in enumerate(setting.questions.asked):
        for what in ("responders", "open", "members"):
            columns[f"{question.name}_{what}"] = np.concatenate([getattr(c, what)[:, place] for c in chunks])
    return pl.DataFrame(columns)
