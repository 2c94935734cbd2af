"""ACR20, 50 and 70: both joint counts and three of five further measures, from the same operators as myositis."""

from trialwright.catalog.criteria.core_sets import CoreSet, core_set_reasons, core_set_rule
from trialwright.catalog.criteria.operators import Outputs, Threshold
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Reason
from trialwright.model.expression import Rule

JOINTS = ("tjc", "sjc")
FURTHER = ("pain", "ptga", "phga", "haq", "apr")


def rule(parameters: Parameters) -> Rule:
    """
    Responded at one visit, as expressions over the pairs of the seven measures.

    Shape:    as `core_set_rule`; `n_improved` counts the five further measures.
    Units:    values as entered; thresholds in percent of baseline, exact.
    Missing:  unknown where a missing measure could decide either way.
    Source:   entry.yaml.
    """
    return core_set_rule(_core(parameters), parameters)


def explain(outputs: Outputs, parameters: Parameters) -> list[Reason]:
    """Which clause decided, how far each measure moved, and what would have changed it."""
    return core_set_reasons(_core(parameters), outputs)


def _core(parameters: Parameters) -> CoreSet:
    return CoreSet(
        names=FURTHER,
        higher_is_better=frozenset(),
        enough=parameters.integer("enough"),
        improved=Threshold(parameters.number("improved_by_pct"), parameters.truth("improved_strict")),
        needed=JOINTS,
    )
