"""Under which build of the definition a form with values stands, and what an amendment means for it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from trialwright.capture.locks import hold_on
from trialwright.capture.signatures import broken_by_save
from trialwright.capture.status import data_locked
from trialwright.capture.values import fields_of
from trialwright.model.ledger import Blank, Case, Datapoint, LedgerEvent
from trialwright.model.study import Form, Study
from trialwright.model.text import Text

Stays = Literal["", "signed", "locked", "frozen"]
STAYS_WORDS: Mapping[Stays, Text] = {
    "": Text("moves", "迁移"),
    "signed": Text("signed", "已签署"),
    "locked": Text("locked", "已锁定"),
    "frozen": Text("frozen", "已冻结"),
}


class FormImpact(msgspec.Struct, frozen=True, kw_only=True):
    """
    One form with values that stands under another build.

    `stays`: why it does not move; `kept` items hold values and are not asked any more (all, where the form or visit is
    gone); `owed` are required and hold nothing yet.
    """

    participant_id: str
    visit: str
    form: str
    build: int
    stays: Stays
    kept: tuple[str, ...]
    owed: tuple[str, ...]


def build_of(case: Case, visit: str, form: str) -> int | None:
    """The build a form stands under: that of its latest version, or of its latest migration; None without values."""
    versions = case.forms.get((visit, form), ())
    if not versions:
        return None
    latest = max(versions, key=lambda version: version.seq)
    moved = [e for e in case.events if e.kind == "migrated" and (e.visit, e.form) == (visit, form)]
    if moved and moved[-1].seq > latest.seq:
        return int(moved[-1].details.get("to", latest.build))
    return latest.build


def why_it_stays(events: Sequence[LedgerEvent], participant_id: str, visit: str, form: str) -> Stays:
    """Signed and held forms never move. `events` hold the study's acts and the participant's."""
    if data_locked(events):
        return "locked"
    held = hold_on(events, participant_id, visit, form)
    if held is not None:
        return held.state
    return "signed" if broken_by_save(events, participant_id, visit, form) else ""


def impact_on(study: Study, case: Case, study_acts: Iterable[LedgerEvent], participant_id: str) -> list[FormImpact]:
    """What moving to the build of `study` means for each form of a participant that stands under another one."""
    events = sorted((*study_acts, *case.events), key=lambda event: event.seq)
    forms = {form.name: form for form in study.forms}
    found = []
    for (visit, name), versions in sorted(case.forms.items()):
        build = build_of(case, visit, name)
        if build is None or build == study.build:
            continue
        form = forms.get(name) if name in forms_at(study, visit) else None
        kept, owed = _items(form, versions)
        found.append(FormImpact(
            participant_id=participant_id, visit=visit, form=name, build=build, kept=kept, owed=owed,
            stays=why_it_stays(events, participant_id, visit, name),
        ))  # fmt: skip
    return found


def forms_at(study: Study, visit: str) -> tuple[str, ...]:
    """The forms that a build has at a visit; none where the visit is not in its schedule."""
    try:
        return study.visit(visit).forms
    except KeyError:  # the visit is gone from the schedule
        return ()


def _items(form: Form | None, versions: Sequence[Datapoint]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The items that hold values and are not asked any more, and those asked and required that hold none."""
    held = {version.slot.item for version in versions if not isinstance(version.value, Blank)}
    known = {version.slot.item for version in versions}
    asked = {field.name: field for field in fields_of(form)} if form is not None else {}
    owed = [name for name, field in asked.items() if field.required and name not in known and field.shown_when is None]
    return tuple(sorted(held - asked.keys())), tuple(owed)
