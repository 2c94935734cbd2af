"""Saving a form: the one way in for a nurse's page and a virtual participant alike."""

import datetime as dt
from collections.abc import Mapping, Sequence

import msgspec

from trialwright.capture.checks import check_form, open_queries, settled_checks
from trialwright.capture.consents import check_consent
from trialwright.capture.dates import parse_date
from trialwright.capture.forms import FormInput, Typed, changes_of, check_reason, read_form
from trialwright.capture.gates import check_may_save
from trialwright.capture.problems import problem
from trialwright.capture.signatures import broken_by_save
from trialwright.capture.values import (
    VISIT_DATE,
    Place,
    values_of,
    visit_date,
)
from trialwright.catalog.evaluator import RowValue
from trialwright.model.ledger import (
    Blank,
    Conflict,
    Datapoint,
    FormToken,
    LedgerEvent,
    NewDatapoint,
    NewEvent,
    Overtaken,
    Seen,
    Stamp,
    Stored,
)
from trialwright.model.problem import Problem
from trialwright.model.quantity import PartialDate
from trialwright.model.study import Form, Study
from trialwright.pipeline.conduct_amend import check_build_of_form, moved_by_save
from trialwright.pipeline.conduct_base import (
    Actor,
    Refused,
    Saved,
    check_reason_given,
    decided_anew,
    local_day,
    read_acts,
    roles_now,
    write_acts,
    write_group,
)
from trialwright.pipeline.conduct_checks import checks_elsewhere, elsewhere_of, unsteady
from trialwright.store import Ledger


class FormSave(msgspec.Struct, frozen=True, kw_only=True):
    """
    A form as it was sent. `posted` has `item`, `item__unit`, `item__missing`.

    `row`: 0 on a repeating form asks for a new row. `expected`: the version token the page was made from (highest seq
    seen on the form, 0 for an empty one); None skips the check (imports, virtual participants, programs), except
    for a page, which has a token: there it is 0.
    `token`: of one page load, so that a double click saves once. `build`: of the page; `today`: the day at the site.
    """

    actor: Actor
    participant_id: str
    visit: str
    form: str
    posted: dict[str, str]
    row: int = 0
    reason: str = ""
    expected: int | None = None
    token: str = ""
    build: int | None = None
    today: dt.date | None = None


class _Base(msgspec.Struct, frozen=True):
    """The form as the page saw it: values of one row, and what came after."""

    place: Place
    values: dict[str, Stored]
    after: tuple[Datapoint, ...]

    @property
    def cutoff(self) -> int:
        """The first seq that came after; 0: nothing did."""
        return min((d.seq for d in self.after), default=0)


@decided_anew
def save_form(ledger: Ledger, study: Study, request: FormSave) -> Saved | Refused | Conflict | Overtaken:
    """
    Reads, checks and writes one form as one group: all of it or nothing.

    Shape:    Saved once the rows are safe on disk; Conflict with the others' versions where somebody saved in between.
              A save that changes nothing is Refused with the note TW-CAP-060.
    Problems: gates TW-CAP-030..042, reading TW-CAP-001..017, reason TW-CAP-018, build TW-CAP-061.
    """
    if request.expected is None and request.token and request.actor.origin == "typed":
        # A page that lost its version must not pass for one that saw everything.
        request = msgspec.structs.replace(request, expected=0)
    seen, events = read_acts(ledger, request.participant_id)
    gate = _gates(ledger, study, request, events)
    # A lock that came after the first half of a double click must not deny that it was saved: the ledger says so below.
    if gate and not ledger.knows(request.token):
        return Refused(tuple(gate))
    form = study.form(request.form)
    base = _base(ledger, form, request)
    elsewhere = elsewhere_of(ledger, study, form, base.place)
    typed = read_form(form, request.posted, _present(base.values), today=request.today, elsewhere=elsewhere)
    changes = changes_of(typed, base.values)
    wrong = list(typed.problems)
    wrong += [told for told in [check_reason(form, changes, base.values, request.reason)] if told is not None]
    if not wrong and not changes:
        return Refused((problem("TW-CAP-060", request.form),), typed.warnings)
    if wrong:
        return _overtaken(base, request) or Refused(tuple(wrong), typed.warnings)
    return _write(ledger, study, request, _Ready(form, base, changes, typed, elsewhere, seen, events))


def _overtaken(base: _Base, request: FormSave) -> Conflict | None:
    """
    The others' versions where what was sent cannot be saved and the page was old besides: the merge comes first.

    Else a person would cure the Problems of a page and be told only then that somebody else had saved it.
    """
    theirs = tuple(d for d in base.after if d.slot.row == base.place.row)
    return Conflict(request.expected or 0, max(d.seq for d in base.after), theirs) if theirs else None


class _Ready(msgspec.Struct, frozen=True):
    """A form that may be written."""

    form: Form
    base: _Base
    changes: Mapping[str, Typed]
    typed: FormInput
    elsewhere: Mapping[str, RowValue]
    seen: Seen
    events: Sequence[LedgerEvent]


def _gates(ledger: Ledger, study: Study, request: FormSave, events: Sequence[LedgerEvent]) -> list[Problem]:
    if request.build is not None and request.build != study.build:
        return [problem("TW-CAP-061", request.form, typed=request.build, allowed=study.build)]
    place = Place(request.participant_id, request.visit, request.form, request.row)
    begun = ledger.case(request.participant_id).begun
    told = check_may_save(study, events, place, roles_now(events, request.actor), begun)
    told += check_build_of_form(ledger, study, place, tuple(events))
    if told or not any(version.reconsent for version in study.consents):
        return told
    on = _day_of_visit(ledger, study, request)
    return check_consent(study, events, request.participant_id, study.visit(request.visit), on) if on else []


def _day_of_visit(ledger: Ledger, study: Study, request: FormSave) -> dt.date | None:
    """The day that a visit's consent is held against: as typed now, else as stored, else today."""
    typed = parse_date(request.posted.get(VISIT_DATE, ""))
    if isinstance(typed, PartialDate):
        return typed.latest
    for form in study.visit(request.visit).forms:
        held = values_of(ledger.datapoints(request.participant_id, request.visit, form))
        date = visit_date(held, request.visit)
        if date is not None:
            return date.latest
    return request.today


def _base(ledger: Ledger, form: Form, request: FormSave) -> _Base:
    """The state that the page was made from, rebuilt: so that a retry of a save that went through reads the same."""
    held = ledger.datapoints(request.participant_id, request.visit, request.form)
    after = tuple(d for d in held if request.expected is not None and d.seq > request.expected)
    row = request.row
    if form.repeating and row == 0:
        row = _new_row(ledger, held, min((d.seq for d in after), default=0), request)
    place = Place(request.participant_id, request.visit, request.form, row)
    values: dict[str, Stored] = {}
    for datapoint in held:
        if datapoint.slot.row == row:
            version = _as_seen(ledger, datapoint, request.expected)
            if version is not None:
                values[datapoint.slot.item] = version.value
    return _Base(place, values, after)


def _new_row(ledger: Ledger, held: Sequence[Datapoint], first_after: int, request: FormSave) -> int:
    """The next free row; for a retry, the row that this very page may have made the first time."""
    if first_after and request.token:
        row = next((d.slot.row for d in held if d.seq == first_after), 0)
        if row and all(d.seq >= first_after for d in held if d.slot.row == row):
            return row
    return ledger.next_row(request.participant_id, request.visit, request.form)


def _as_seen(ledger: Ledger, datapoint: Datapoint, expected: int | None) -> Datapoint | None:
    if expected is None or datapoint.seq <= expected:
        return datapoint
    return next((d for d in reversed(ledger.history(datapoint.slot)) if d.seq <= expected), None)


def _present(values: Mapping[str, Stored]) -> dict[str, Stored]:
    return {item: value for item, value in values.items() if not isinstance(value, Blank)}


def _write(ledger: Ledger, study: Study, request: FormSave, ready: _Ready) -> Saved | Refused | Conflict | Overtaken:
    place, form = ready.base.place, ready.form
    after = _present({**ready.base.values, **{item: t.value for item, t in ready.changes.items()}})
    seen = [e for e in ready.events if not ready.base.cutoff or e.seq < ready.base.cutoff]
    checked = check_form(
        form,
        place,
        after,
        read=ready.typed,
        queries=open_queries(seen),
        elsewhere=ready.elsewhere,
        more=unsteady(ledger, study, place, after),
        settled=settled_checks(seen, place, ready.changes),
    )
    writes: list[NewDatapoint | NewEvent] = [
        NewDatapoint(slot=place.slot(item), raw=t.raw, value=t.value) for item, t in ready.changes.items()
    ]
    writes += checked.acts
    changed = {item: t.value for item, t in ready.changes.items()}
    writes += checks_elsewhere(ledger, study, place, changed, seen)
    writes += moved_by_save(ledger, study, place)
    writes += broken_by_save(seen, place.participant_id, place.visit, place.form)
    stamp = Stamp(
        user=request.actor.user, build=study.build, origin=request.actor.origin, reason=request.reason.strip()
    )
    receipt = write_group(ledger, stamp, writes, seen=ready.seen, expect=_expect(request), token=request.token)
    if isinstance(receipt, Refused | Overtaken):
        return receipt
    if isinstance(receipt, Conflict):
        if not _only_other_rows(form, place, receipt, request):
            return receipt
        return save_form(ledger, study, msgspec.structs.replace(request, expected=receipt.found))
    return Saved(
        receipt=receipt,
        warnings=(*ready.typed.warnings, *checked.warnings),
        row=place.row,
        items=tuple(ready.changes),
        queries=sum(event.kind == "query_opened" for event in checked.acts),
    )


@decided_anew
def inactivate_row(
    ledger: Ledger, study: Study, actor: Actor, place: Place, *, reason: str, token: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """
    A row of a log entered by mistake is taken out of use: it stays readable and its number is never given again.

    Problems: gates as for saving; TW-CAP-037 where there is no such row, 059 without a reason.
    """
    seen, events = read_acts(ledger, place.participant_id)
    where = f"{place.form}/{place.visit}/{place.participant_id}"
    told = check_may_save(study, events, place, roles_now(events, actor)) + check_reason_given(reason, where)
    there = {d.slot.row for d in ledger.datapoints(place.participant_id, place.visit, place.form)}
    if not told and (place.row == 0 or place.row not in there):
        told.append(problem("TW-CAP-037", where, form=f"{place.form} {place.row}", visit=place.visit))
    if told:
        return Refused(tuple(told))
    made = NewEvent(
        kind="row_inactivated", participant_id=place.participant_id, visit=place.visit, form=place.form, row=place.row
    )  # fmt: skip
    queries = [q for q in open_queries(events) if q.place == place]
    closing = [
        NewEvent(
            kind="query_closed", participant_id=place.participant_id, visit=place.visit, form=place.form,
            row=place.row, details={"query": str(query.seq), "check": query.check, "by": "row_inactivated"},
        )
        for query in queries
    ]  # fmt: skip
    broken = broken_by_save(events, place.participant_id, place.visit, place.form, why="row_inactivated")
    return write_acts(ledger, study, actor, [made, *closing, *broken], reason=reason, token=token, seen=seen)


def _expect(request: FormSave) -> FormToken | None:
    if request.expected is None:
        return None
    return FormToken(request.participant_id, request.visit, request.form, request.expected)


def _only_other_rows(form: Form, place: Place, conflict: Conflict, request: FormSave) -> bool:
    """Whether the others worked on other rows of a log: then nothing of theirs and ours meets. Asked once."""
    if not form.repeating or not conflict.theirs or conflict.found == request.expected:
        return False
    return request.row == 0 or all(d.slot.row != place.row for d in conflict.theirs)


def form_token(ledger: Ledger, participant_id: str, visit: str, form: str) -> FormToken:
    """What a page puts into its hidden fields, to be sent back with the save."""
    return FormToken(participant_id, visit, form, ledger.form_version(participant_id, visit, form))


def today_at_site(study: Study, now: dt.datetime) -> dt.date:
    """The day at the site for an aware moment; a future date is judged by it."""
    return local_day(study, now)
