"""The IMACS preliminary definition of improvement, with every choice that its readings leave open as a parameter."""

from trialwright.catalog.criteria.core_sets import CoreSet, core_set_reasons, core_set_rule, counted_core_set
from trialwright.catalog.criteria.operators import Outputs
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Reason
from trialwright.model.expression import Rule

HIGHER_IS_BETTER = frozenset({"mmt", "qol"})
STRENGTH = "mmt"


def rule(parameters: Parameters) -> Rule:
    """
    Improved at one visit, as expressions over the pairs of `measures`.

    Shape:    as `core_set_rule`.
    Units:    values as entered; thresholds in percent of baseline, exact.
    Missing:  a measure with either value missing may be improved, unchanged or worse; the verdict is unknown when
              that could decide either way.
    Source:   entry.yaml; the order of tests follows the paper's sentence.
    """
    return core_set_rule(_core(parameters), parameters)


def explain(outputs: Outputs, parameters: Parameters) -> list[Reason]:
    """Which clause decided, how far each measure moved and what that counts for, and what would have changed it."""
    return core_set_reasons(_core(parameters), outputs)


def _core(parameters: Parameters) -> CoreSet:
    return counted_core_set(
        parameters,
        strength=STRENGTH,
        worsening="mmt_worsening",
        higher_is_better=HIGHER_IS_BETTER,
        least="least_change",
    )
