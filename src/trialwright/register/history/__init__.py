"""How a record changed: any two versions field by field, outcome measures by class of change, original and current."""

from trialwright.register.history.document import history_of_document, is_history
from trialwright.register.history.fields import compare_documents
from trialwright.register.history.outcomes import compare_outcomes
from trialwright.register.history.text import render_diff, render_history
from trialwright.register.history.versions import Version, compare_versions, history_of_versions, submitted_on

__all__ = [
    "Version",
    "compare_documents",
    "compare_outcomes",
    "compare_versions",
    "history_of_document",
    "history_of_versions",
    "is_history",
    "render_diff",
    "render_history",
    "submitted_on",
]
