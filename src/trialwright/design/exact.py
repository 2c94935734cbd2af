"""The exact part: the study's number, level and benchmarks put to the methods of the catalog."""

from collections.abc import Sequence
from fractions import Fraction
from typing import cast

import msgspec

from trialwright.catalog import Argument, Catalog
from trialwright.design.answers import AgainstBenchmark, Exact, Standing, Tooth
from trialwright.design.simulation.scenario import HarmModel
from trialwright.model.entry import Cells, MethodResult, Shape
from trialwright.model.study import Benchmark, Estimand
from trialwright.model.text import Text

HOPED = Fraction(3, 5)
RATES = tuple(Fraction(k, 20) for k in range(1, 20))
SHOWN_SIZES = 100
POWER_WANTED = "0.2"  # beta: four in five


def exact_answers(
    catalog: Catalog, estimand: Estimand, participants: int, harms: Sequence[HarmModel] = (), leaving: float = 0.0
) -> Exact:
    """
    Against each benchmark and beside it: precision, harm, drop-out, an interim look, the next study.

    Units:  rates as shares; `leaving`: the share that leaves without a result.
    Source: catalog methods; nothing is simulated.
    """
    alpha = estimand.alpha or "0.05"
    benchmarks = tuple(_against(catalog, b, participants, alpha) for b in estimand.benchmarks)
    rates = [Fraction(k, 10) for k in range(1, 10)]
    widths = [_values(catalog, "precision", {"n": participants, "p": p}) for p in rates]
    enrol = None
    if leaving:
        asked: dict[str, Argument] = {"n": participants, "rate": str(round(leaving, 4)), "assurance": "0.9"}
        enrol = int(_values(catalog, "dropout", asked)["enrol"])
    none_seen = _values(catalog, "event_detection", {"n": participants, "p": "0.05"})["excluded_if_none"]
    return Exact(
        participants=participants,
        alpha=alpha,
        benchmarks=benchmarks,
        precision=tuple(
            (float(p), float(w["expected_width"]), float(w["coverage"])) for p, w in zip(rates, widths, strict=True)
        ),
        harms=_harms(catalog, participants, harms),
        excluded_if_none=float(none_seen),
        enrol=enrol,
        two_arm=tuple(_next_study(catalog, b) for b in estimand.benchmarks),
        paired=tuple(_paired(catalog, participants, d) for d in ("0.3", "0.5", "0.8")),
        half_way=tuple(row for place, b in enumerate(benchmarks) for row in _half_way(catalog, place, b, participants)),
    )


def stand_against(
    catalog: Catalog, p0: Fraction, participants: int, alpha: str, rates: Sequence[Fraction] = RATES
) -> Standing:
    """The exact one-sided test against the rate `p0`; power is told at `rates`, at 60 % and at the rate hoped for."""
    hoped = max(HOPED, p0 + (1 - p0) / 5)
    told = sorted({*rates, HOPED, hoped})
    asked: dict[str, Argument] = {"n": participants, "p0": p0, "alpha": alpha, "p1": told}
    power = ask_method(catalog, "single_arm_power", asked).shapes
    reached = cast("tuple[float, ...]", power["power"])
    saw: dict[str, Argument] = {"p0": p0, "p1": hoped, "alpha": alpha, "beta": POWER_WANTED, "nmax": SHOWN_SIZES}
    teeth = ask_method(catalog, "saw_tooth", saw).shapes
    return Standing(
        needed=_whole(power["reject_if_x_at_least"]),
        size=float(cast(float, power["size"])),
        powers=tuple((float(rate), value) for rate, value in zip(told, reached, strict=True)),
        hoped=float(hoped),
        hoped_power=reached[told.index(hoped)],
        first=_whole(teeth["first"]),
        holds_from=_whole(teeth["holds_from"]),
        teeth=tuple(_tooth(cell) for cell in cast("tuple[Cells, ...]", teeth["sizes"])),
    )


def _against(catalog: Catalog, benchmark: Benchmark, n: int, alpha: str) -> AgainstBenchmark:
    p0 = Fraction(benchmark.responders, benchmark.participants)
    found = stand_against(catalog, p0, n, alpha)
    stages: dict[str, Argument] = {
        "p0": p0, "p1": max(HOPED, p0 + (1 - p0) / 5), "alpha": alpha, "beta": POWER_WANTED, "nmax": 60,
    }  # fmt: skip
    return AgainstBenchmark(
        label=benchmark.label,
        source=benchmark.source,
        responders=benchmark.responders,
        participants=benchmark.participants,
        assumed=benchmark.origin.reason,
        two_stage=_two_stage(ask_method(catalog, "two_stage", stages).shapes),
        **msgspec.structs.asdict(found),
    )


def _tooth(cell: Cells) -> Tooth:
    needed = cell["reject_from"]
    return Tooth(
        int(cast(int, cell["n"])),
        None if needed is None else int(cast(int, needed)),
        float(cast(float, cell["size"])),
        float(cast(float, cell["power"])),
    )


def _two_stage(shapes: dict[str, Shape]) -> tuple[tuple[str, int, int, int, int, float, float], ...]:
    found = []
    for name in ("optimal", "minimax"):
        design = shapes[name]
        if isinstance(design, dict):
            r1, n1, r, n = (int(cast(int, design[key])) for key in ("r1", "n1", "r", "n"))
            expected, power = (float(cast(float, design[key])) for key in ("EN0", "power_attained"))
            found.append((name, r1, n1, r, n, expected, power))
    return tuple(found)


def _harms(catalog: Catalog, n: int, harms: Sequence[HarmModel]) -> tuple[tuple[Text, float, float], ...]:
    if not harms:
        return ()
    asked: dict[str, Argument] = {"n": n, "p": [str(harm.share) for harm in harms]}
    seen = cast("tuple[float, ...]", ask_method(catalog, "event_detection", asked).shapes["seen"])
    named = [Text(harm.name, harm.name_zh) for harm in harms]
    return tuple((name, harm.share, chance) for name, harm, chance in zip(named, harms, seen, strict=True))


def _next_study(catalog: Catalog, benchmark: Benchmark) -> tuple[float, float, int | None]:
    p2 = Fraction(benchmark.responders, benchmark.participants)
    p1 = max(HOPED, p2 + (1 - p2) / 5)
    asked: dict[str, Argument] = {"p1": p1, "p2": p2, "test": "score", "nmax": 160}
    return float(p2), float(p1), _whole(ask_method(catalog, "two_arm_rates", asked).shapes["holds_from"])


def _paired(catalog: Catalog, n: int, effect: str) -> tuple[float, float, int | None]:
    shapes = ask_method(catalog, "paired_power", {"n": n, "change": effect, "sd": 1}).shapes
    return float(effect), float(cast(float, shapes["power"])), _whole(shapes["n_needed"])


def _half_way(catalog: Catalog, place: int, against: AgainstBenchmark, n: int) -> list[tuple[int, int, float]]:
    half, p0 = n // 2, Fraction(against.responders, against.participants)
    found = []
    for x in range(0, half + 1, max(1, half // 10)):
        asked: dict[str, Argument] = {"N": n, "n": half, "x": x, "p0": p0}
        chance = _values(catalog, "predictive_probability", asked)["PP"]
        found.append((place, x, float(chance)))
    return found


def _whole(value: Shape) -> int | None:
    return None if value is None else int(cast(int, value))


def _values(catalog: Catalog, method: str, arguments: dict[str, Argument]) -> dict[str, Fraction | float | int | str]:
    return ask_method(catalog, method, arguments).values


def ask_method(catalog: Catalog, method: str, arguments: dict[str, Argument]) -> MethodResult:
    """The answer of a method of the catalog to arguments that the definition has been checked for."""
    found = catalog.estimate(method, arguments)
    if isinstance(found, MethodResult):
        return found
    # The definition was checked: a refusal here is our mistake.
    raise ValueError("; ".join(problem.sentence() for problem in found))
