"""The statistical analysis plan in the formats of the report."""

from collections.abc import Sequence

from trialwright.catalog import Catalog
from trialwright.model.study import Study
from trialwright.report.chapters import Writing
from trialwright.report.page import assumptions_of
from trialwright.report.papers import written
from trialwright.report.plan import analysis_plan
from trialwright.report.shells import shells


def write_plan(
    study: Study, catalog: Catalog, language: str = "en", *, date: str, formats: Sequence[str] = ("pdf",)
) -> dict[str, bytes]:
    """The statistical analysis plan of a definition, by file name."""
    writing = Writing(study=study, catalog=catalog, language=language)
    made = analysis_plan(writing, shells(study, catalog, language), assumptions_of(study), date=date)
    return written((made,), formats)
