"""What the people who check the data do in a demo: a little of everything, so that every page has something to show."""

import datetime as dt
from typing import Literal, Protocol

from trialwright.capture.checks import open_queries
from trialwright.capture.locks import Scope
from trialwright.capture.marks import standing
from trialwright.capture.status import inactive_rows, participant_status
from trialwright.capture.values import Place, fields_of, values_of
from trialwright.model.ledger import EventKind
from trialwright.model.quantity import Words
from trialwright.model.study import Form, Study
from trialwright.pipeline import conduct
from trialwright.pipeline.conduct import Actor, FormSave
from trialwright.store import Ledger

_ADDED: tuple[EventKind, ...] = ("participant_added",)
_PAUSE = dt.timedelta(minutes=20)


class Moving(Protocol):
    """The demo's clock: it stands until it is moved."""

    now: dt.datetime


def check_data(ledger: Ledger, study: Study, clock: Moving) -> None:
    """
    Queries asked, answered, closed and left open; values verified, one corrected afterwards; forms reviewed; one
    participant locked. All of it by the accounts of the roles that may, on the virtual clock.

    Missing: what a study has no role, form or participant for is left out.
    """
    people = [
        event.participant_id
        for event in ledger.events(kinds=_ADDED)
        if participant_status(ledger.events(participant_id=event.participant_id)) in ("completed", "enrolled")
    ]
    at = _Desk(ledger, study, clock)
    for who in people[:2]:
        at.compare(who)
    for who in people[:3]:
        at.review(who)
    if people:
        at.ask(people[0])
        at.correct(people[0])
    if len(people) > 1:
        at.lock(people[1])


class _Desk:
    def __init__(self, ledger: Ledger, study: Study, clock: Moving) -> None:
        self._ledger, self._study, self._clock = ledger, study, clock
        self._visits = [visit for visit in study.visits if visit.kind not in ("unscheduled",)]

    def compare(self, who: str) -> None:
        """The monitor compares what the definition asks to be compared."""
        for visit, form in self._forms(lambda form: form.verify):
            version = self._ledger.form_version(who, visit, form.name)
            for row in self._rows(who, visit, form):
                place = Place(who, visit, form.name, row)
                items = tuple(standing(values_of(self._ledger.datapoints(who, visit, form.name)), place))
                if items:
                    conduct.verify_values(
                        self._ledger, self._study, self._by("verify", "monitor"), place, items, expected=version
                    )
                    self._pass()

    def review(self, who: str) -> None:
        for visit, form in self._forms(lambda form: form.review):
            version = self._ledger.form_version(who, visit, form.name)
            place = Place(who, visit, form.name)
            conduct.review_form(self._ledger, self._study, self._by("review"), place, expected=version)
            self._pass()

    def ask(self, who: str) -> None:
        """Three questions of the monitor: one closed, one answered, one that still waits."""
        monitor, nurse = self._by("verify", "monitor"), self._by("enter", "study_nurse")
        baseline = next((visit for visit in self._visits if visit.kind == "baseline"), None)
        if baseline is None:
            return
        to = nurse.user
        first = Place(who, baseline.name, baseline.forms[0])
        questions: tuple[tuple[Place, str, str, str], ...] = (
            (first, "The source gives another clock time for the visit. Is the day right?",
             "Day is right; the time belongs to the blood sample.", "Seen in the source."),
            (Place(who, baseline.name, ""), "Were all measures taken before the infusion?", "Yes, see the ward chart.",
             ""),
            (Place(who, "", ""), "Where is the signed consent form of this participant filed?", "", ""),
        )  # fmt: skip
        for place, message, answer, closing in questions:
            conduct.open_query(self._ledger, self._study, monitor, place, message=message, to=to)
            self._pass()
            query = open_queries(self._ledger.events(participant_id=who))[-1]
            if answer:
                conduct.answer_query(self._ledger, self._study, nurse, query, answer=answer)
                self._pass()
            if closing:
                conduct.close_query(self._ledger, self._study, monitor, query, reason=closing)
                self._pass()

    def correct(self, who: str) -> None:
        """A row that was verified is worded as in the source: its mark is lost, and everybody sees it."""
        counted = self._study.product.log if self._study.product else ""  # a lot is no wording
        for visit, form in self._forms(lambda form: form.verify and form.repeating and form.name != counted):
            fields = [field for field in fields_of(form) if field.item.kind == "text"]
            for row in self._rows(who, visit, form):
                held = standing(
                    values_of(self._ledger.datapoints(who, visit, form.name)), Place(who, visit, form.name, row)
                )
                words = next((f.name for f in fields if f.name in held and isinstance(held[f.name].value, Words)), "")
                if not words:
                    continue
                request = FormSave(
                    actor=self._by("enter", "study_nurse"),
                    participant_id=who,
                    visit=visit,
                    form=form.name,
                    row=row,
                    posted={words: f"{held[words].raw} (as in the source)"},
                    reason="Worded as in the source after the monitor's visit",
                )
                if isinstance(conduct.save_form(self._ledger, self._study, request), conduct.Saved):
                    self._pass()
                    return

    def lock(self, who: str) -> None:
        """A participant whose data are final is locked, with what is still open named as exception."""
        reason = "Complete and compared with the source; what is open is listed"
        scope = Scope(participant_id=who)
        conduct.hold(self._ledger, self._study, self._by("lock"), "locked", scope, reason=reason)
        self._pass()

    def _forms(self, wanted: "_Wanted") -> list[tuple[str, Form]]:
        return [
            (visit.name, form)
            for visit in self._visits
            for form in (self._study.form(name) for name in visit.forms)
            if wanted(form)
        ]

    def _rows(self, who: str, visit: str, form: Form) -> list[int]:
        gone = inactive_rows(self._ledger.events(participant_id=who), who)
        rows = {d.slot.row for d in self._ledger.datapoints(who, visit, form.name)}
        return sorted(row for row in rows if (visit, form.name, row) not in gone)

    def _by(self, act: Literal["verify", "review", "lock", "enter"], wanted: str = "") -> Actor:
        """The account of a role that may do this, the one called `wanted` before all others."""
        able = [role.name for role in self._study.roles if act in role.may] or [""]
        return Actor(wanted if wanted in able else able[0], "simulated")

    def _pass(self) -> None:
        self._clock.now += _PAUSE


class _Wanted(Protocol):
    def __call__(self, form: Form, /) -> bool: ...
