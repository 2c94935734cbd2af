"""What is typed becomes a value, or a Problem; who may enter what, and when. No HTTP, no database."""

from trialwright.capture.checks import Checked, OpenQuery, check_form, open_queries
from trialwright.capture.eligibility import CriterionState, check_eligibility, eligible
from trialwright.capture.forms import FormInput, Typed, changes_of, check_reason, hidden_fields, read_form
from trialwright.capture.gates import (
    ShownResults,
    check_may_save,
    check_role,
    may_see_results,
    may_see_verdict,
    results_shown,
)
from trialwright.capture.locks import Hold, Scope, check_open, hold_on
from trialwright.capture.parse import check_plausible, parse_value
from trialwright.capture.problems import in_language, problem
from trialwright.capture.scores import ShownScore, form_scores, visit_scores
from trialwright.capture.status import (
    STATUS_WORDS,
    data_locked,
    inactive_rows,
    may,
    participant_status,
    roles_of,
    visit_completed,
)
from trialwright.capture.values import Held, Place, Values, fields_of, form_values, shown_text, values_in, values_of
from trialwright.capture.visits import (
    PROGRESS_WORDS,
    TIMING_WORDS,
    FormState,
    VisitState,
    next_due,
    study_day,
    visit_state,
    visit_state_of,
    visits_of,
    window,
)

__all__ = [
    "PROGRESS_WORDS",
    "STATUS_WORDS",
    "TIMING_WORDS",
    "Checked",
    "CriterionState",
    "FormInput",
    "FormState",
    "Held",
    "Hold",
    "OpenQuery",
    "Place",
    "Scope",
    "ShownResults",
    "ShownScore",
    "Typed",
    "Values",
    "VisitState",
    "changes_of",
    "check_eligibility",
    "check_form",
    "check_may_save",
    "check_open",
    "check_plausible",
    "check_reason",
    "check_role",
    "data_locked",
    "eligible",
    "fields_of",
    "form_scores",
    "form_values",
    "hidden_fields",
    "hold_on",
    "in_language",
    "inactive_rows",
    "may",
    "may_see_results",
    "may_see_verdict",
    "next_due",
    "open_queries",
    "parse_value",
    "participant_status",
    "problem",
    "read_form",
    "results_shown",
    "roles_of",
    "shown_text",
    "study_day",
    "values_in",
    "values_of",
    "visit_completed",
    "visit_scores",
    "visit_state",
    "visit_state_of",
    "visits_of",
    "window",
]
