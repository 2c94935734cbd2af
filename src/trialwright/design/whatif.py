"""One question at the desk: another number, another benchmark, more noise, more missing. What would the design show?"""

from fractions import Fraction
from typing import cast

import msgspec

from trialwright.catalog import Argument, Catalog
from trialwright.design.curves import chart_svg, power_chart, tooth_chart
from trialwright.design.document import Speaker
from trialwright.design.exact import HOPED, POWER_WANTED, ask_method
from trialwright.design.simulation import Changes, Scenario, Setting
from trialwright.design.simulation.judging import Questions
from trialwright.design.simulation.running import run_scenario
from trialwright.model.entry import Cells

TRIALS = 2_000
SIZES = 100
_RATES = tuple(Fraction(k, 40) for k in range(1, 40))


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is tried: participants, benchmark as a share, noise and missing values as multiples of the scenario's."""

    participants: int
    benchmark: Fraction
    alpha: str
    noise: float = 1.0
    missing: float = 1.0


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """
    The exact part, and what the simulation says of it.

    `needed` None: no number of responders rejects. `assumed` and `no_effect` are (share of responders, share of trials
    that would reject) under the scenario's effect and under none; None without a scenario. Shares, not percent.
    """

    asked: Asked
    needed: int | None
    size: float
    hoped_power: float
    holds_from: int | None
    powers: tuple[tuple[float, float], ...]
    teeth: tuple[tuple[int, float], ...]
    assumed: tuple[float, float] | None = None
    no_effect: tuple[float, float] | None = None
    trials: int = TRIALS


def try_design(catalog: Catalog, asked: Asked, scenario: Scenario | None, questions: Questions | None) -> Tried:
    """
    The exact test at `asked`, and beside it `TRIALS` simulated trials twice: as assumed, and without any effect.

    Shape:  both simulations share their streams; the first of `questions` is the primary endpoint.
    """
    exact: dict[str, Argument] = {
        "n": asked.participants, "p0": asked.benchmark, "alpha": asked.alpha, "p1": sorted({*_RATES, HOPED}),
    }  # fmt: skip
    power = ask_method(catalog, "single_arm_power", exact).shapes
    reached = cast("tuple[float, ...]", power["power"])
    rates = sorted({*_RATES, HOPED})
    hoped = max(HOPED, asked.benchmark + (1 - asked.benchmark) / 5)
    saw: dict[str, Argument] = {
        "p0": asked.benchmark, "p1": hoped, "alpha": asked.alpha, "beta": POWER_WANTED, "nmax": SIZES,
    }  # fmt: skip
    teeth = ask_method(catalog, "saw_tooth", saw).shapes
    needed = power["reject_if_x_at_least"]
    count = None if needed is None else int(cast(int, needed))
    holds = teeth["holds_from"]
    made = Tried(
        asked=asked,
        needed=count,
        size=float(cast(float, power["size"])),
        hoped_power=reached[rates.index(HOPED)],
        holds_from=None if holds is None else int(cast(int, holds)),
        powers=tuple((float(rate), value) for rate, value in zip(rates, reached, strict=True)),
        teeth=tuple(
            (int(cast(int, cell["n"])), float(cast(float, cell["power"])))
            for cell in cast("tuple[Cells, ...]", teeth["sizes"])
        ),
    )
    if scenario is None or questions is None:
        return made
    changes = Changes(noise=asked.noise, missing=asked.missing)
    without = msgspec.structs.replace(changes, effect=0.0)
    return msgspec.structs.replace(
        made,
        assumed=_simulated(scenario, changes, questions, count),
        no_effect=_simulated(scenario, without, questions, count),
    )


def _simulated(scenario: Scenario, changes: Changes, questions: Questions, needed: int | None) -> tuple[float, float]:
    tally = run_scenario(Setting(scenario, changes, questions), at_most=TRIALS)
    counts = tally.responders[0]
    rejected = sum(counts[needed:]) if needed is not None else 0
    return tally.rate[0], rejected / tally.trials


def tried_figures(tried: Tried, language: str) -> tuple[str, str]:
    """Power by true rate and by number of participants, as SVG text with words in `language`."""
    s, n = Speaker(language), tried.asked.participants
    marks = [] if tried.assumed is None else [(tried.assumed[0], s.say("as assumed", "如假定"))]
    title = s.say("Power by true response rate", "各真实应答率下的检验效能")
    says = s.say(
        "{n} participants against {p}: {needed} responders needed; at a true rate of 60 % {power} of trials reach it",
        "{n} 例，参照 {p}：需 {needed} 例应答；真实率为 60% 时检验效能 {power}",
        n=n, p=s.percent(float(tried.asked.benchmark), 1), needed=tried.needed, power=s.percent(tried.hoped_power, 1),
    )  # fmt: skip
    first = power_chart([("", tried.powers)], marks, s.power_words("power", title, says))
    words = s.power_words("tooth", s.say("Power by number of participants", "各样本量下的检验效能"), says)
    words |= {"x": s.say("participants", "参与者例数"), "planned": s.say("{n} tried", "所试 {n} 例", n=n)}
    return chart_svg(first), chart_svg(tooth_chart(tried.teeth, n, words))


__all__ = ["TRIALS", "Asked", "Tried", "tried_figures", "try_design"]
