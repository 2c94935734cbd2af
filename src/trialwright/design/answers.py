"""What a design can show, as plain values: what a report, a page and a file of results are made from."""

import msgspec

from trialwright.model.text import Text


class Tooth(msgspec.Struct, frozen=True):
    """One number of participants: responders that reject (None: not even all of them), attained size, power."""

    n: int
    needed: int | None
    size: float
    power: float


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """
    What the exact test of a number of participants can show against one rate: its power by true rate, and by number.

    `needed` None: no number of responders rejects. `hoped`: the true rate that is hoped for, and the power there.
    `first` and `holds_from`: the numbers at which that power is four in five once, and from which it stays so.
    """

    needed: int | None
    size: float
    powers: tuple[tuple[float, float], ...]
    hoped: float
    hoped_power: float
    first: int | None
    holds_from: int | None
    teeth: tuple[Tooth, ...]


class AgainstBenchmark(Standing, frozen=True, kw_only=True):
    """The same for the planned number against one benchmark of the study, and two stages instead of one."""

    label: Text
    source: str
    responders: int
    participants: int
    assumed: str
    two_stage: tuple[tuple[str, int, int, int, int, float, float], ...]  # name, r1, n1, r, n, EN0, power


class Exact(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that needs no simulation."""

    participants: int
    alpha: str
    benchmarks: tuple[AgainstBenchmark, ...]
    precision: tuple[tuple[float, float, float], ...]  # true rate, expected width, coverage of the 95 % interval
    harms: tuple[tuple[Text, float, float], ...]  # what, how frequent, P(seen in at least one)
    excluded_if_none: float
    enrol: int | None  # so that enough remain, where leaving leaves nobody to judge
    two_arm: tuple[tuple[float, float, int | None], ...]  # control, treated, participants an arm
    paired: tuple[tuple[float, float, int | None], ...]  # standardised change, power, participants needed
    half_way: tuple[tuple[int, int, float], ...]  # benchmark's place, responders of the first half, P(success)


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One simulated line: the rate and each benchmark's power with their Monte Carlo errors, the upper bound."""

    name: str
    title: Text
    trials: int
    rate: float
    rate_se: float
    upper: float
    power: tuple[float, ...]
    power_se: tuple[float, ...]
    fewer: float = 0.0  # participants counted by the first question and not by this one, of all
    more: float = 0.0


class Dates(msgspec.Struct, frozen=True, kw_only=True):
    """
    When the last participant enters and the last endpoint is measured: 1 in 10, 1 in 2, 9 in 10 by these days.

    `last_entry`: the last day on which somebody can enter and be measured by the registered day at the latest.
    """

    start: str
    entered: tuple[str, str, str]
    completed: tuple[str, str, str]
    registered: str
    last_entry: str
    by_registered: float | None  # P(primary completion on or before the registered day)


class Simulated(msgspec.Struct, frozen=True, kw_only=True):
    """The study run through its own code: the declared scenario, each reading of it, and what makes responders."""

    says: Text
    seed: int
    declared: Run
    readings: tuple[Run, ...]
    no_effect: tuple[Run, ...]
    effects: tuple[tuple[float, Run], ...]
    missing: tuple[tuple[float, Run], ...]
    disagreement: (
        tuple[str, float, float, float, float] | None
    )  # other criterion; both, first only, other only, neither
    dates: Dates
    assumptions: tuple[tuple[str, str, str], ...]  # what, says, assumed or source


class Design(msgspec.Struct, frozen=True, kw_only=True):
    """The whole answer. `simulated` is None where a study has no scenario."""

    study: str
    title: Text
    question: str
    endpoint: Text
    exact: Exact
    simulated: Simulated | None
