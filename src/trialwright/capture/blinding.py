"""What a person who scores must not see: what the same form held at earlier visits, while a later visit is open."""

from collections import defaultdict
from collections.abc import Sequence

from trialwright.capture.status import may, visit_completed
from trialwright.model.ledger import Case, LedgerEvent, Snapshot
from trialwright.model.study import Study

HiddenForms = frozenset[tuple[str, str, str]]
"""Participant, visit and form of what is hidden."""


def hidden_earlier(study: Study, snapshot: Snapshot, roles: Sequence[str], participant_id: str = "") -> HiddenForms:
    """
    The core set forms of complete visits that this reader may not see now; of everybody, or of one participant.

    Hidden from whoever may enter data, from the first value of a later visit with core set measures until that visit is
    marked complete. To see one all the same its visit is reopened, which asks for a reason and stands in the ledger.
    """
    secret = {form.name for form in study.forms if form.core_set and not form.show_earlier}
    if not secret or not may(study, roles, "enter"):
        return frozenset()
    hidden: set[tuple[str, str, str]] = set()
    for who, begun in _begun(snapshot, participant_id).items():
        hidden |= _hidden_of(study, [e for e in snapshot.events if e.participant_id == who], who, begun)
    return frozenset(hidden)


def hidden_from_assessor(study: Study, case: Case, participant_id: str, roles: Sequence[str]) -> HiddenForms:
    """The same of one participant, without a snapshot of everybody."""
    secret = {form.name for form in study.forms if form.core_set and not form.show_earlier}
    if not secret or not may(study, roles, "enter"):
        return frozenset()
    return frozenset(_hidden_of(study, case.events, participant_id, set(case.begun)))


def _hidden_of(
    study: Study, events: Sequence[LedgerEvent], participant_id: str, begun: set[str]
) -> set[tuple[str, str, str]]:
    """Core set forms of complete visits before one that is begun and not complete."""
    planned = [visit for visit in study.visits if visit.kind not in ("log", "unscheduled")]
    order = {visit.name: n for n, visit in enumerate(planned)}
    core = {visit.name: [form for form in visit.forms if study.form(form).core_set] for visit in planned}
    core = {visit: forms for visit, forms in core.items() if forms}
    complete = {visit for visit in begun & core.keys() if visit_completed(events, participant_id, visit)}
    scored = max((order[visit] for visit in begun & core.keys() - complete), default=-1)
    secret = {form for forms in core.values() for form in forms if not study.form(form).show_earlier}
    forms = [(visit, form) for visit in complete if order[visit] < scored for form in core[visit]]
    return {(participant_id, visit, form) for visit, form in forms if form in secret}


def _begun(snapshot: Snapshot, participant_id: str) -> dict[str, set[str]]:
    """The visits of each participant at which something stands."""
    begun: dict[str, set[str]] = defaultdict(set)
    for who, visit in snapshot.current.select("participant_id", "visit").unique().iter_rows():
        if participant_id in ("", who):
            begun[who].add(visit)
    return begun
