"""
Why a form, a visit, a participant, a site or the study cannot be locked yet: every reason, one by one, with its place.

A lock in spite of them is possible with a reason, which is stored beside their number.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from trialwright.capture.checks import OpenQuery, open_queries
from trialwright.capture.consents import owed_consent
from trialwright.capture.locks import Scope
from trialwright.capture.marks import reviewed, verified
from trialwright.capture.signatures import owed_signatures
from trialwright.capture.status import inactive_rows, participant_status
from trialwright.capture.values import Place, Values
from trialwright.capture.visits import VisitState, past_window, visit_states, visits_of
from trialwright.model.ledger import Blank, LedgerEvent, Snapshot
from trialwright.model.study import Study
from trialwright.model.text import Text

Kind = Literal[
    "query", "visit_open", "visit_overdue", "owed", "unverified", "changed_verified", "unreviewed", "changed_reviewed",
    "unsigned", "consent", "no_end", "undecided",
]  # fmt: skip

KIND_WORDS: dict[Kind, Text] = {
    "query": Text("open queries", "未关闭的质疑"),
    "visit_open": Text("visits begun and not complete", "已开始未完成的访视"),
    "visit_overdue": Text(
        "visits whose window has passed, neither entered nor marked missed", "已超窗且未录入也未登记缺失的访视"
    ),
    "owed": Text("log rows with required answers missing", "有必填项目未填的持续记录"),
    "unverified": Text("values to be compared with their source", "待与原始资料核对的数值"),
    "changed_verified": Text("values changed after they were verified", "核查后被修改的数值"),
    "unreviewed": Text("forms to be reviewed", "待审阅的表单"),
    "changed_reviewed": Text("forms changed after they were reviewed", "审阅后被修改的表单"),
    "unsigned": Text("visits that wait for a signature", "待签名的访视"),
    "consent": Text("new versions of the consent form to be signed", "待签署的新版知情同意书"),
    "no_end": Text("enrolled participants without an end of participation", "已入组但未登记结束参与的参与者"),
    "undecided": Text("participants still in screening", "仍在筛选中的参与者"),
}


class Obstacle(msgspec.Struct, frozen=True, kw_only=True):
    """One reason why not. `items` where single values are meant; `query` where a query waits."""

    kind: Kind
    place: Place
    items: tuple[str, ...] = ()
    query: OpenQuery | None = None


def obstacles_of(
    study: Study,
    participant_id: str,
    values: Values,
    events: Sequence[LedgerEvent],
    *,
    today: dt.date,
    scope: Scope | None = None,
) -> tuple[Obstacle, ...]:
    """
    What stands against a lock of one participant, or of the visit or form that `scope` names.

    Shape: `values` is all that the participant has, `events` the study's acts and the participant's.
    """
    visits = visits_of(study, events, participant_id)
    states = visit_states(study, values, events, participant_id, [visit.name for visit in visits])
    own = [event for event in events if event.participant_id == participant_id]
    found = [
        *_queries(own),
        *_visits(study, participant_id, states, own, today),
        *_unmarked(study, participant_id, values, own),
        *_person(study, participant_id, own, today),
    ]
    return tuple(each for each in found if scope is None or _inside(each, scope))


def unsigned(
    study: Study, snapshot: Snapshot, participant_id: str = "", scope: Scope | None = None
) -> tuple[Obstacle, ...]:
    """The signatures that the definition wants and that are not there or were broken; of everybody or of one person."""
    owed = owed_signatures(study, snapshot, participant_id) if study.signatures else ()
    found = (Obstacle(kind="unsigned", place=Place(o.scope.participant_id, o.scope.visit, o.scope.form)) for o in owed)
    return tuple(each for each in found if scope is None or _inside(each, scope))


def counted(found: Iterable[Obstacle]) -> dict[Kind, int]:
    """
    How many there are of each kind, in the order of the list; kinds without any are left out.

    Units: what `KIND_WORDS` names: values where single values are meant, rows of logs however much is owed in each.
    """
    counts = dict.fromkeys(KIND_WORDS, 0)
    for each in found:
        counts[each.kind] += 1 if each.kind == "owed" else len(each.items) or 1
    return {kind: count for kind, count in counts.items() if count}


def _inside(each: Obstacle, scope: Scope) -> bool:
    if scope.form:
        return (each.place.visit, each.place.form) == (scope.visit, scope.form)
    return scope.visit in ("", each.place.visit)


def _queries(events: Sequence[LedgerEvent]) -> Iterator[Obstacle]:
    for query in open_queries(events):
        yield Obstacle(kind="query", place=query.place, query=query)


def _visits(
    study: Study, who: str, states: Sequence[VisitState], events: Sequence[LedgerEvent], today: dt.date
) -> Iterator[Obstacle]:
    logs = {visit.name for visit in study.visits if visit.kind == "log"}
    for state in states:
        if state.visit in logs:
            for form in state.forms:
                for row in dict.fromkeys(form.owed_rows):
                    pairs = zip(form.owed, form.owed_rows, strict=True)
                    items = tuple(field.name for field, in_row in pairs if in_row == row)
                    yield Obstacle(kind="owed", place=Place(who, state.visit, form.form, row), items=items)
        elif state.progress == "started":
            yield Obstacle(kind="visit_open", place=Place(who, state.visit, ""))
        elif past_window(state, events, today):
            yield Obstacle(kind="visit_overdue", place=Place(who, state.visit, ""))


def _unmarked(study: Study, who: str, values: Values, events: Sequence[LedgerEvent]) -> Iterator[Obstacle]:
    """Marks that the definition asks for and nobody set, and marks that a later version undid."""
    forms = {form.name: form for form in study.forms}
    gone = inactive_rows(events, who)
    marks, reviews = verified(events, values), reviewed(events, values, who)
    lacking: dict[tuple[Kind, Place], list[str]] = {}
    begun: dict[tuple[str, str], None] = {}
    for slot, held in values.items():
        if isinstance(held.value, Blank) or slot.form not in forms or (slot.visit, slot.form, slot.row) in gone:
            continue
        begun[slot.visit, slot.form] = None
        mark, place = marks.get(slot), Place(who, slot.visit, slot.form, slot.row)
        if mark is not None and mark.lost:
            lacking.setdefault(("changed_verified", place), []).append(slot.item)
        elif mark is None and forms[slot.form].verify:
            lacking.setdefault(("unverified", place), []).append(slot.item)
    for (kind, place), items in lacking.items():
        yield Obstacle(kind=kind, place=place, items=tuple(items))
    for visit, form in begun:
        review = reviews.get((visit, form))
        if review is not None and review.lost:
            yield Obstacle(kind="changed_reviewed", place=Place(who, visit, form))
        elif review is None and forms[form].review:
            yield Obstacle(kind="unreviewed", place=Place(who, visit, form))


def _person(study: Study, who: str, events: Sequence[LedgerEvent], today: dt.date) -> Iterator[Obstacle]:
    status = participant_status(events)
    if status == "enrolled":
        yield Obstacle(kind="no_end", place=Place(who, "", ""))
        if owed_consent(study, events, who, today) is not None:
            yield Obstacle(kind="consent", place=Place(who, "", ""))
    elif status in ("added", "consented", "eligible"):
        yield Obstacle(kind="undecided", place=Place(who, "", ""))
