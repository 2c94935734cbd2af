"""The result rows of every display of a study, each family of results by its declared name."""

from collections.abc import Callable, Collection

from trialwright.analyze.families.adverse import event_rates, event_terms
from trialwright.analyze.families.baseline import baseline
from trialwright.analyze.families.by_visit import by_visit
from trialwright.analyze.families.change import change
from trialwright.analyze.families.completeness import completeness
from trialwright.analyze.families.components import components
from trialwright.analyze.families.deviations import deviations
from trialwright.analyze.families.disposition import disposition
from trialwright.analyze.families.events import events
from trialwright.analyze.families.exposure import exposure
from trialwright.analyze.families.first_event import first_event
from trialwright.analyze.families.flow import flow
from trialwright.analyze.families.improvement import improvement
from trialwright.analyze.families.imputed import imputed
from trialwright.analyze.families.intercurrent import intercurrent
from trialwright.analyze.families.laboratory import laboratory
from trialwright.analyze.families.ladder import ladder
from trialwright.analyze.families.measured import measured
from trialwright.analyze.families.medications import medications
from trialwright.analyze.families.modelled import modelled
from trialwright.analyze.families.noise import noise
from trialwright.analyze.families.posterior import posterior
from trialwright.analyze.families.power import power
from trialwright.analyze.families.responders import responders
from trialwright.analyze.families.score import score
from trialwright.analyze.families.sensitivity import sensitivity
from trialwright.analyze.families.sets import analysis_sets
from trialwright.analyze.families.subgroups import subgroups
from trialwright.analyze.families.thresholds import thresholds
from trialwright.analyze.families.tipping import tipping
from trialwright.analyze.families.visits import visits
from trialwright.analyze.material import Material, setting
from trialwright.catalog import Catalog
from trialwright.model.analysis import Analysis, ResultRow
from trialwright.model.study import DisplayUse, Study

Family = Callable[[Material, DisplayUse], list[ResultRow]]

FAMILIES: dict[str, Family] = {
    family.__name__: family
    for family in (
        disposition, analysis_sets, deviations, baseline, intercurrent,
        responders, components, sensitivity, change, events,
        by_visit, tipping, subgroups, noise, power, thresholds, measured,
        medications, exposure, completeness, event_terms, event_rates, laboratory, imputed,
        flow, visits, ladder, improvement, score, modelled, posterior, first_event,
    )
}  # fmt: skip
"""What the parameter `analysis` of a display may ask for. Listings, figures and looks show records and need no rows."""


def analyze(
    study: Study, analysis: Analysis, catalog: Catalog, only: Collection[str] | None = None
) -> tuple[ResultRow, ...]:
    """
    A row a statistic for every display of the study (or for those numbered in `only`), in the order of the displays.

    Shape:    the participants of all arms together: no row compares one arm with another, and the report says so where
              there are several. Cells are unique. A display whose family is not in FAMILIES shows records, not rows.
    Units:    exact fractions and integers; a float only where a method is not rational.
    Missing:  a statistic that cannot be computed is a row without a value whose warnings say why; the others stand.
    """
    material = Material(study, analysis, catalog)
    rows: list[ResultRow] = []
    for use in study.displays:
        if only is not None and use.number not in only:
            continue
        family = FAMILIES.get(setting(material, use, "analysis"))
        if family is not None:
            rows += family(material, use)
    return tuple(rows)
