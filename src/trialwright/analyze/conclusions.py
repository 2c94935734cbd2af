"""What a single-arm result does and does not show, said from its numbers."""

from collections.abc import Sequence
from fractions import Fraction

from trialwright.analyze.rates import Observed
from trialwright.catalog.exact_text import exact_text, rounded
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


def conclude(observed: Observed, held: Sequence[tuple[Benchmark, Numbers]], alpha: str, flip: object = None) -> str:
    """
    What the observed responders exclude, what they do not, what would have been needed, and where it would `flip`.

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
    sentences += _range_of(held, flip)
    sentences.append(_together(held, excluded))
    return " ".join(sentences)


def _against(observed: Observed, benchmark: Benchmark, numbers: Numbers, level: Fraction) -> str:
    seen = f"{observed.responders} responders of {observed.participants}"
    theirs = f"{benchmark.label.en} ({benchmark.responders} of {benchmark.participants})"
    rate = f"a true rate of {_percent(numbers.get('rate'))} or less, as in {theirs}"
    if not isinstance(numbers.get("p_value"), float | int | Fraction):
        return f"Against {theirs} no test could be made."
    size = numbers.get("size")
    attained = f" (attained size {_percent(size)})" if size else ""
    needed = numbers.get("critical")
    if _excluded(numbers, level):
        enough = (
            f"; {needed} would have been enough" if isinstance(needed, int) and needed < observed.responders else ""
        )
        said = f"{seen} exclude {rate}, at one-sided {_level_words(level)}{attained}{enough}."
    elif isinstance(needed, int) and needed <= observed.participants:
        at = f"at one-sided {_level_words(level)}{attained}"
        said = f"{seen} do not exclude {rate}: {needed} would have been needed {at}."
    else:
        said = f"{seen} do not exclude {rate}: with so few participants no number of responders could."
    return f"{said} {_own_uncertainty(benchmark, numbers)}".strip()


def _range_of(held: Sequence[tuple[Benchmark, Numbers]], flip: object) -> list[str]:
    """How far the benchmarks lie apart, and at which one the conclusion would be the other."""
    rates = sorted(r for _, numbers in held if isinstance(r := numbers.get("rate"), Fraction))
    said = []
    if len(rates) > 1 and rates[0] != rates[-1]:
        low = _percent(rates[0]).removesuffix(" %")
        said.append(f"What was seen elsewhere without the drug ranges from {low} to {_percent(rates[-1])}.")
    if isinstance(flip, Fraction):
        said.append(
            f"A benchmark of {_percent(flip)} or less is excluded, a higher one is not: there the conclusion changes."
        )
    return said


def _own_uncertainty(benchmark: Benchmark, numbers: Numbers) -> str:
    low, high = numbers.get("lower"), numbers.get("upper")
    if low is None or high is None:
        return ""
    interval = f"{_percent(low).removesuffix(' %')} to {_percent(high)}"
    return f"That figure itself rests on {benchmark.participants} participants (interval {interval})."


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


def _level_words(level: Fraction) -> str:
    return f"{exact_text(level * 100)} %"


def _percent(value: object) -> str:
    """One decimal everywhere, halves away from zero: the same digits as in the table beside it."""
    if not isinstance(value, int | float | Fraction):
        return "?"
    # The shortest decimal of a float is what the table prints from.
    return f"{rounded(Fraction(repr(value) if isinstance(value, float) else value) * 100, 1)} %"
