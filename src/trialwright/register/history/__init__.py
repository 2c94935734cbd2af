"""How a record changed: any two versions field by field, outcome measures by class of change, original and current."""

from trialwright.register.history.document import history_of_document
from trialwright.register.history.drift import drift_of
from trialwright.register.history.fields import compare_records
from trialwright.register.history.outcomes import compare_outcomes
from trialwright.register.history.text import render_diff, render_history
from trialwright.register.history.versions import Version, compare_versions, history_of_versions, submitted_on

__all__ = [
    "Version",
    "compare_outcomes",
    "compare_records",
    "compare_versions",
    "drift_of",
    "history_of_document",
    "history_of_versions",
    "render_diff",
    "render_history",
    "submitted_on",
]
