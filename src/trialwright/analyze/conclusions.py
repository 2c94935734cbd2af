"""What a single-arm result does and does not show, said from its numbers."""

from collections.abc import Sequence
from fractions import Fraction

from trialwright.analyze.rates import Observed
from trialwright.model.study import Benchmark, Study

Numbers = dict[str, Fraction | float | int | str | None]


def without_control(study: Study) -> tuple[str, ...]:
    """The sentence that a study without a control arm owes beside every rate."""
    if len(study.arms) != 1:
        return ()
    return (
        "There is no concurrent control: regression to the mean, natural course, background treatment and expectation "
        "are not separated from the effect of the treatment",
    )


def conclude(observed: Observed, held: Sequence[tuple[Benchmark, Numbers]], alpha: str) -> str:
    """
    What the observed responders exclude, what they do not, and what would have been needed.

    Missing: nobody observed, or no benchmark, is said to allow no conclusion.
    """
    if observed.participants == 0:
        return "Nobody was observed, so nothing can be concluded."
    if not held:
        return "No benchmark is declared, so nothing can be concluded about the treatment from this rate alone."
    level = _level(alpha)
    if level is None:
        return "No level is declared, so no benchmark is tested."
    sentences = [_against(observed, benchmark, numbers, level) for benchmark, numbers in held]
    excluded = [_excluded(numbers, level) for _, numbers in held]
    sentences.append(_together(held, excluded))
    return " ".join(sentences)


def _against(observed: Observed, benchmark: Benchmark, numbers: Numbers, level: Fraction) -> str:
    rate = f"{benchmark.label.en} ({benchmark.responders} of {benchmark.participants}, {_percent(numbers.get('rate'))})"
    seen = f"{observed.responders} of {observed.participants}"
    p = numbers.get("p_value")
    if not isinstance(p, float | int | Fraction):
        return f"Against {rate} no test could be made."
    needed = numbers.get("critical")
    attained = f", attained size {_percent(numbers.get('size'))}" if numbers.get("size") is not None else ""
    if _excluded(numbers, level):
        return (
            f"{seen} responders exclude a true rate as low as that of {rate} at one-sided {_percent(level)}{attained}."
        )
    if isinstance(needed, int) and needed <= observed.participants:
        more = f"; at least {needed} of {observed.participants} would have been needed{attained}"
    else:
        more = f"; no number of responders out of {observed.participants} could have excluded it"
    return f"{seen} responders do not exclude a true rate as low as that of {rate}{more}."


def _together(held: Sequence[tuple[Benchmark, Numbers]], excluded: Sequence[bool]) -> str:
    if all(excluded):
        return "That the treatment caused the responses cannot be concluded: nobody was observed without it."
    if not any(excluded):
        return "It cannot be concluded that more participants responded than would have without the treatment."
    open_ = [benchmark.label.en for (benchmark, _), out in zip(held, excluded, strict=True) if not out]
    return (
        "Whether more participants responded than would have without the treatment depends on which benchmark is "
        f"right: it cannot be concluded if {' or '.join(open_)} is."
    )


def _excluded(numbers: Numbers, level: Fraction) -> bool:
    # The method's own decision is exact; its p is the nearest float to it.
    if "reject" in numbers:
        return numbers["reject"] == 1
    p = numbers.get("p_value")
    return isinstance(p, float | int | Fraction) and p <= level


def _level(alpha: str) -> Fraction | None:
    return Fraction(alpha) if alpha else None


def _percent(value: object) -> str:
    return f"{float(value) * 100:.1f} %" if isinstance(value, int | float | Fraction) else "unknown"
