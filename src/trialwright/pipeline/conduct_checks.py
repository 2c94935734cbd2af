"""Edit checks that look beyond one form: what they read elsewhere, and whom a save concerns besides itself."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from trialwright.capture.checks import Failure, check_form, open_queries, settled_checks
from trialwright.capture.gates import check_unlocked
from trialwright.capture.problems import problem
from trialwright.capture.relative import HeldOn, concerns, looked_up, names_elsewhere
from trialwright.capture.status import inactive_rows
from trialwright.capture.steady import check_steady, earlier_visits, may_be_unsteady
from trialwright.capture.values import Held, Place, Values, form_values, values_of
from trialwright.capture.visits import visits_of
from trialwright.catalog.evaluator import RowValue
from trialwright.model.identity import once_for_each
from trialwright.model.ledger import (
    Conflict,
    EventKind,
    LedgerEvent,
    NewEvent,
    Overtaken,
    Slot,
    Stored,
)
from trialwright.model.study import Form, Study
from trialwright.pipeline.conduct_base import (
    QUALITY_ACTS,
    Actor,
    Refused,
    Saved,
    acts_of,
    check_any_role,
    decided_anew,
    in_force_now,
    seen_so_far,
    write_acts,
)
from trialwright.store import Ledger

_PEOPLE: tuple[EventKind, ...] = ("participant_added",)


def elsewhere_of(ledger: Ledger, study: Study, form: Form, place: Place) -> dict[str, RowValue]:
    """The items of other forms and visits that this form's conditions ask about, in item units."""
    return looked_up(study, form, place, _reader(ledger, place.participant_id)) if names_elsewhere(form) else {}


def unsteady(ledger: Ledger, study: Study, place: Place, after: Mapping[str, Stored]) -> dict[str, Failure]:
    """Another assessor, side or scale than at the visits before; only forms that can tell are read."""
    if not may_be_unsteady(study, study.form(place.form), place.visit):
        return {}
    before: dict[Slot, Held] = {}
    for visit in earlier_visits(study, place.visit):
        for form in visit.forms:
            before |= values_of(ledger.datapoints(place.participant_id, visit.name, form))
    return check_steady(study, place, after, before)


def checks_elsewhere(
    ledger: Ledger, study: Study, here: Place, changed: Mapping[str, Stored], events: Sequence[LedgerEvent]
) -> Iterator[NewEvent]:
    """
    Queries to open and close on other forms, whose checks look at an item that this save changes.

    A check that a person settled is asked again only where what it reads is among the `changed`.
    """
    if not _looking_elsewhere(study):
        return
    new = {here.slot(item): Held(value, 0) for item, value in changed.items()}
    read = _reader(ledger, here.participant_id, new)
    for visit in visits_of(study, events, here.participant_id):
        for form in (study.form(name) for name in visit.forms):
            looks = {
                name
                for name in names_elsewhere(form)
                if any(concerns(study, name, visit.name, here.visit, item) for item in changed)
            }
            if looks and (visit.name, form.name) != (here.visit, here.form):
                at = Place(here.participant_id, visit.name, form.name)
                yield from _checked(study, form, at, read=read, events=events, changed=looks)


@once_for_each
def _looking_elsewhere(study: Study) -> bool:
    return any(names_elsewhere(form) for form in study.forms)


@decided_anew
def run_checks(
    ledger: Ledger, study: Study, actor: Actor, *, reason: str = "", token: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """
    Every check of the definition on everything that stands: after an amendment or an import, so that old data are asked
    what new data are asked. Queries open where a check fails and close where it holds; settled ones stay settled.

    Problems: TW-CAP-036, TW-CAP-034 after data lock, TW-CAP-081 where nothing is to be opened or closed.
    """
    seen, every = seen_so_far(ledger, None), in_force_now(ledger, ledger.events())
    told = check_any_role(study, every, actor, QUALITY_ACTS, "checks") + check_unlocked(every, "checks")
    if told:
        return Refused(tuple(told))
    made: list[NewEvent] = []
    for added in ledger.events(kinds=_PEOPLE):
        who = added.participant_id
        events, read = acts_of(ledger, who), _reader(ledger, who)
        for visit in visits_of(study, events, who):
            for form in (study.form(name) for name in visit.forms):
                at = Place(who, visit.name, form.name)
                made += _checked(study, form, at, read=read, events=events, changed=())
    if not made:
        return Refused((problem("TW-CAP-081", "checks"),))
    return write_acts(ledger, study, actor, made, reason=reason, token=token, seen=seen)


def _checked(
    study: Study, form: Form, place: Place, *, read: HeldOn, events: Sequence[LedgerEvent], changed: Collection[str]
) -> Iterator[NewEvent]:
    """What the checks of one form ask and settle, row by row; `changed` are the names whose value is new."""
    held = read(place.visit, form.name)
    gone = inactive_rows(events, place.participant_id)
    for row in sorted({slot.row for slot in held}):
        if (place.visit, form.name, row) in gone:
            continue
        here = Place(place.participant_id, place.visit, form.name, row)
        yield from check_form(
            form,
            here,
            form_values(held, here),
            queries=open_queries(events),
            elsewhere=looked_up(study, form, here, read),
            settled=settled_checks(events, here, changed),
        ).acts


def _reader(ledger: Ledger, participant_id: str, new: Values | None = None) -> HeldOn:
    """Forms as they stand, each read once; `new` is what a save is about to write."""
    kept: dict[tuple[str, str], dict[Slot, Held]] = {}

    def held_on(visit: str, form: str) -> Values:
        if (visit, form) not in kept:
            kept[visit, form] = values_of(ledger.datapoints(participant_id, visit, form))
            kept[visit, form] |= {s: h for s, h in (new or {}).items() if (s.visit, s.form) == (visit, form)}
        return kept[visit, form]

    return held_on
