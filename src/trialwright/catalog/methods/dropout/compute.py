"""How many to enrol so that enough remain."""

from math import ceil

import numpy as np

from trialwright.catalog.exact_text import exact_text
from trialwright.catalog.numerics.designs import power
from trialwright.catalog.numerics.refusals import out_of_reach, wrong_share
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import MethodResult
from trialwright.model.problem import Problem

NAME = "dropout"
LARGEST = 10_000


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    `enrol` with the assurance asked for, `enrol_on_average` by the usual n / (1 - rate), and what that one assures.

    Problems: a number out of reach, a rate or assurance outside 0 to 1; a rate above .95.
    Source:   entry.yaml; those who stay are counted exactly.
    """
    n, rate, sure = arguments.integer("n"), arguments.number("rate"), arguments.number("assurance")
    wrong = out_of_reach(NAME, "n", n, 1, LARGEST) + wrong_share(NAME, "assurance", sure, "Write 0.9 for 90 %")
    # Above that the enrolment would be out of all proportion, and the answer a waste of everybody's time.
    wrong += wrong_share(NAME, "rate", rate if rate <= 0.95 else 1 + rate, "Write 0.1 for 10 %; at most 0.95")
    if wrong:
        return wrong
    on_average = ceil(n / (1 - rate))
    enrol = n
    while _assured(enrol, n, 1 - float(rate)) < sure:
        enrol += max(1, (on_average - enrol) // 2)
    while enrol > n and _assured(enrol - 1, n, 1 - float(rate)) >= sure:
        enrol -= 1
    assured = _assured(on_average, n, 1 - float(rate))
    return MethodResult(
        values={"enrol": enrol, "enrol_on_average": on_average, "assured": assured},
        method=(
            f"{n} participants with a result, {exact_text(rate)} leaving, assurance {exact_text(sure * 100)} %; "
            "exact binomial"
        ),
        shapes={"enrol": enrol, "enrol_on_average": on_average, "assured": assured},
    )


def _assured(enrolled: int, needed: int, stays: float) -> float:
    return float(power(enrolled, needed, np.array([stays]))[0])
