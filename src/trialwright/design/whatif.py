"""One question at the desk: another number, another benchmark, more noise, more missing. What would the design show?"""

from fractions import Fraction
from math import sqrt

import msgspec

from trialwright.catalog import Catalog
from trialwright.design.answers import Standing
from trialwright.design.curves import chart_svg, power_chart, tooth_chart
from trialwright.design.document import Speaker
from trialwright.design.exact import stand_against
from trialwright.design.simulation import Changes, Scenario, Setting
from trialwright.design.simulation.judging import Questions
from trialwright.design.simulation.running import run_scenario

TRIALS = 2_000
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

    `assumed` and `no_effect` are (share of responders, share of trials that would reject) under the scenario's effect
    and under none; None without a scenario. `error`: the most that chance in `trials` trials does to such a share.
    """

    asked: Asked
    exact: Standing
    assumed: tuple[float, float] | None = None
    no_effect: tuple[float, float] | None = None
    trials: int = TRIALS
    error: float = sqrt(0.25 / TRIALS)


def try_design(catalog: Catalog, asked: Asked, scenario: Scenario | None, questions: Questions | None) -> Tried:
    """
    The exact test at `asked`, and beside it `TRIALS` simulated trials twice: as assumed, and without any effect.

    Shape:  both simulations share their streams; the first of `questions` is the primary endpoint.
    """
    exact = stand_against(catalog, asked.benchmark, asked.participants, asked.alpha, _RATES)
    if scenario is None or questions is None:
        return Tried(asked=asked, exact=exact)
    changes = Changes(noise=asked.noise, missing=asked.missing)
    without = msgspec.structs.replace(changes, effect=0.0)
    return Tried(
        asked=asked,
        exact=exact,
        assumed=_simulated(scenario, changes, questions, exact.needed),
        no_effect=_simulated(scenario, without, questions, exact.needed),
    )


def _simulated(scenario: Scenario, changes: Changes, questions: Questions, needed: int | None) -> tuple[float, float]:
    tally = run_scenario(Setting(scenario, changes, questions), at_most=TRIALS)
    counts = tally.responders[0]
    rejected = sum(counts[needed:]) if needed is not None else 0
    return tally.rate[0], rejected / tally.trials


def tried_figures(tried: Tried, language: str) -> tuple[str, str]:
    """Power by true rate and by number of participants, as SVG text with words in `language`."""
    s, n, exact = Speaker(language), tried.asked.participants, tried.exact
    marks = [] if tried.assumed is None else [(tried.assumed[0], s.say("as assumed", "如假定"))]
    title = s.say("Power by true response rate", "各真实应答率下的检验效能")
    says = s.say(
        "{n} participants against {p}: {needed} responders needed; at a true rate of {hoped} {power} of trials do",
        "{n} 例，参照 {p}：需 {needed} 例应答；真实率为 {hoped} 时检验效能 {power}",
        n=n, p=s.percent(float(tried.asked.benchmark), 1), needed=exact.needed, hoped=s.percent(exact.hoped),
        power=s.percent(exact.hoped_power, 1),
    )  # fmt: skip
    first = power_chart([("", exact.powers)], marks, s.power_words("power", title, says))
    words = s.power_words("tooth", s.say("Power by number of participants", "各样本量下的检验效能"), says)
    words |= {"x": s.say("participants", "参与者例数"), "planned": s.say("{n} tried", "所试 {n} 例", n=n)}
    return chart_svg(first), chart_svg(tooth_chart([(each.n, each.power) for each in exact.teeth], n, words))


__all__ = ["TRIALS", "Asked", "Tried", "tried_figures", "try_design"]
