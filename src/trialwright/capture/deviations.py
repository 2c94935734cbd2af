"""Departures from the protocol: those that the data show by themselves, those on record, and what each bears on."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

import msgspec
import polars as pl

from trialwright.capture.conditions import names_in
from trialwright.capture.consents import owed_consent
from trialwright.capture.eligibility import check_eligibility
from trialwright.capture.planned_dose import planned_dose
from trialwright.capture.status import inactive_rows, participant_status, visit_completed
from trialwright.capture.values import DOSE, DOSE_DATE, Held, Values, stored_value, values_in
from trialwright.capture.visits import visit_states, visits_of
from trialwright.model.dating import dated
from trialwright.model.ledger import Blank, LedgerEvent, Slot, Snapshot, Stored
from trialwright.model.quantity import Code, PartialDate, Quantity, Words
from trialwright.model.study import AnalysisSet, ConsentVersion, Form, Study
from trialwright.model.text import Text

INSTRUMENT = "protocol_deviation"
RULE, CATEGORY, MAJOR = f"{INSTRUMENT}.rule", f"{INSTRUMENT}.category", f"{INSTRUMENT}.major"
DESCRIPTION, DATE = f"{INSTRUMENT}.description", f"{INSTRUMENT}.date"
FACT = "major_deviation"
"""The participant fact by which an analysis set leaves somebody out."""
_TREATED = ("enrolled", "completed", "withdrawn", "consent_withdrawn", "died")


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """
    What the data show and nobody has put on record or settled yet. `rule` is its name for ever ("window:W4").

    `major` is what it looks like; a person decides.
    """

    participant_id: str
    rule: str
    category: str
    major: bool
    date: str
    description: Text


Departures = Callable[[str], tuple[Candidate, ...]]
"""What one participant's data show, by the participant's number."""


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """One deviation on record: a row of the study's log, or an act where none is kept. `reported` to the committee."""

    participant_id: str
    visit: str
    form: str
    row: int
    category: str
    major: bool
    description: str
    date: str
    rule: str
    user: str
    at_utc: str
    reported: LedgerEvent | None = None

    @property
    def key(self) -> str:
        """Its name in a report to the ethics committee: P001-D2."""
        return f"{self.participant_id}-D{self.row}"


def log_of(study: Study) -> tuple[str, Form] | None:
    """Visit and form of the log of deviations; None for a study that keeps none."""
    for visit in study.visits:
        for form in (study.form(name) for name in visit.forms):
            if form.repeating and any(section.instrument == INSTRUMENT for section in form.sections):
                return visit.name, form
    return None


def keeps_deviations(form: Form) -> bool:
    """Whether a form is that log: whoever may record deviations writes in it, also without entering site data."""
    return any(section.instrument == INSTRUMENT for section in form.sections)


def recorded(snapshot: Snapshot, participant_id: str = "") -> tuple[Recorded, ...]:
    """Every deviation on record, of everybody or one participant, by participant and row; rows out of use left out."""
    reports = [e for e in snapshot.events if e.kind == "deviations_reported"]
    told = {key: event for event in reports for key in event.details.get("rows", "").split(",")}
    found = [*_rows(snapshot, participant_id), *_acts(snapshot, participant_id)]
    found = [msgspec.structs.replace(each, reported=told.get(each.key)) for each in found]
    return tuple(sorted(found, key=lambda each: (each.participant_id, each.row)))


def candidates(
    study: Study, snapshot: Snapshot, participant_id: str = "", seen: Departures | None = None
) -> tuple[Candidate, ...]:
    """
    Windows, eligibility, dosing and consent, as the data stand now, less what is on record or settled.

    `seen`: who keeps `departures` of each participant hands them over; without it they are worked out anew.
    Missing: what cannot be judged (a partial date, no weight) is no deviation.
    """
    known = {(each.participant_id, each.rule) for each in recorded(snapshot, participant_id) if each.rule}
    known |= {(e.participant_id, e.details.get("rule", "")) for e in snapshot.events if e.kind == "deviation_settled"}
    people = [e.participant_id for e in snapshot.events if e.kind == "participant_added"]
    found: list[Candidate] = []
    for who in people:
        if participant_id in ("", who):
            own = seen(who) if seen else departures(
                study, who, values_in(snapshot, who), [e for e in snapshot.events if e.participant_id == who]
            )  # fmt: skip
            found += [each for each in own if (who, each.rule) not in known]
    return tuple(found)


def departures(study: Study, who: str, values: Values, events: Sequence[LedgerEvent]) -> tuple[Candidate, ...]:
    """Everything that one participant's own values and acts show, on record or not."""
    gone = inactive_rows(events, who)
    used = {
        slot: held
        for slot, held in values.items()
        if (slot.visit, slot.form, slot.row) not in gone and not isinstance(held.value, Blank)
    }
    acts = dated(events)
    return (*_visits(study, who, used, acts), *_entry(study, who, used, acts))


def sets_left(study: Study) -> tuple[AnalysisSet, ...]:
    """The analysis sets that somebody with a major deviation leaves: what derive really uses of it."""
    return tuple(each for each in study.analysis_sets if FACT in names_in(each.includes))


def _rows(snapshot: Snapshot, participant_id: str) -> list[Recorded]:
    frame = snapshot.current.filter(pl.col("item").cat.starts_with(f"{INSTRUMENT}."))
    if participant_id:
        frame = frame.filter(pl.col("participant_id") == participant_id)
    rows: dict[tuple[str, str, str, int], dict[str, tuple[Stored, str, str]]] = {}
    columns = ("participant_id", "visit", "form", "row", "item", "kind", "text", "unit", "user", "at_utc")
    for who, visit, form, row, item, kind, text, unit, user, at in frame.select(columns).iter_rows():
        rows.setdefault((who, visit, form, row), {})[item] = (stored_value(kind, text, unit), user, at)
    gone = {place for who in {key[0] for key in rows} for place in _gone(snapshot, who)}
    return [
        Recorded(
            participant_id=who, visit=visit, form=form, row=row, category=_text(held, CATEGORY),
            major=_text(held, MAJOR) == "Y", description=_text(held, DESCRIPTION), date=_text(held, DATE),
            rule=_text(held, RULE), user=next(iter(held.values()))[1], at_utc=min(at for _, _, at in held.values()),
        )
        for (who, visit, form, row), held in rows.items()
        if (who, visit, form, row) not in gone
    ]  # fmt: skip


def _gone(snapshot: Snapshot, who: str) -> set[tuple[str, str, str, int]]:
    return {(who, *place) for place in inactive_rows(snapshot.events, who)}


def _acts(snapshot: Snapshot, participant_id: str) -> list[Recorded]:
    """Acts of a study without a log, or of a ledger from before there was one place for deviations."""
    return [
        Recorded(
            participant_id=e.participant_id, visit=e.visit, form="", row=e.seq, category=e.details.get("category", ""),
            major=e.details.get("major") == "Y", description=e.details.get("description", e.reason),
            date=e.details.get("date", ""), rule=e.details.get("rule", ""), user=e.user, at_utc=e.at_utc,
        )
        for e in snapshot.events
        if e.kind == "deviation_recorded" and participant_id in ("", e.participant_id)
    ]  # fmt: skip


def _text(held: Mapping[str, tuple[Stored, str, str]], item: str) -> str:
    match held.get(item, (None,))[0]:
        case Code(code):
            return code
        case PartialDate(text) | Words(text):
            return text
        case _:
            return ""


def _visits(study: Study, who: str, values: Values, events: Sequence[LedgerEvent]) -> list[Candidate]:
    """Visits outside their window or missed, before consent, or with treatment due and none given."""
    found: list[Candidate] = []
    consented = min((e.details.get("date", "") for e in events if e.kind == "consent_given"), default="")
    visits = [visit for visit in visits_of(study, events, who) if visit.kind != "log"]
    states = visit_states(study, values, events, who, [visit.name for visit in visits])
    for visit, state in zip(visits, states, strict=True):
        day = state.date.text if state.date else ""
        en, zh = visit.title.en, visit.title.of("zh")
        if state.timing in ("early", "late"):
            late = state.timing == "late"
            text = Text(
                f"{en} on {day}, {'after' if late else 'before'} its window ({state.earliest} to {state.latest})",
                f"{zh}于 {day} 进行，{'晚于' if late else '早于'}访视窗（{state.earliest} 至 {state.latest}）",
            )
            found.append(_candidate(who, f"window:{visit.name}", "visit_window", day, text))
        if state.progress == "missed":
            text = Text(f"{en} did not take place", f"{zh}未进行")
            found.append(_candidate(who, f"missed:{visit.name}", "procedure", _end(state.due), text))
        if day and consented and state.date and state.date.complete and day < consented:
            text = Text(
                f"{en} on {day}, before consent on {consented}", f"{zh}于 {day} 进行，早于知情同意日期 {consented}"
            )
            found.append(_candidate(who, f"consent:{visit.name}", "consent", day, text, major=True))
        owed = _consent_owed(study, events, who, state.date) if day else None
        if owed is not None and owed.effective is not None:
            since = owed.effective.text
            text = Text(
                f"{en} on {day} without a signature on consent version {owed.name}, in force since {since}",
                f"{zh}于 {day} 进行，未签署自 {since} 起生效的第 {owed.name} 版知情同意书",
            )
            found.append(_candidate(who, f"reconsent:{visit.name}", "consent", day, text, major=True))
        if visit.dosing and day and visit_completed(events, who, visit.name) and not _dosed_on(values, day):
            text = Text(f"no dose is recorded on the day of {en} ({day})", f"{zh}（{day}）无给药记录")
            found.append(_candidate(who, f"no_dose:{visit.name}", "treatment", day, text))
    return found


def _consent_owed(
    study: Study, events: Sequence[LedgerEvent], who: str, on: PartialDate | None
) -> ConsentVersion | None:
    """The version in force on a visit's day that asks everybody to sign again and was not signed by that day."""
    if on is None or not on.complete:
        return None
    by_then = [e for e in events if e.kind == "consent_given" and e.details.get("date", "") <= on.text]
    return owed_consent(study, by_then, who, on.earliest)


def _entry(study: Study, who: str, values: Values, events: Sequence[LedgerEvent]) -> list[Candidate]:
    """Enrolled without meeting a criterion; a dose other than the body weight asks for."""
    found: list[Candidate] = []
    enrolled = next((e.details.get("date", "") for e in events if e.kind == "enrolled"), "")
    if participant_status(events, who) in _TREATED and enrolled:
        for criterion in check_eligibility(study, values):
            if criterion.met is False:
                text = Text(
                    f"enrolled without meeting: {criterion.text.en}", f"不符合标准而入组：{criterion.text.of('zh')}"
                )
                rule = f"eligibility:{criterion.name}"
                found.append(_candidate(who, rule, "eligibility", enrolled, text, major=True))
    planned = planned_dose(study, values)
    for slot, held in sorted(values.items()):
        if slot.item != DOSE or planned is None or not isinstance(held.value, Quantity):
            continue
        given, stopped = held.value.exact, _interrupted(values, slot)
        if given != planned.dose and not stopped:
            day = _held_day(values, slot)
            text = Text(
                f"dose {held.value.text} {held.value.unit}; by body weight {_plain(planned.dose)}".strip(),
                f"给药 {held.value.text} {held.value.unit}；按体重应为 {_plain(planned.dose)}",
            )
            found.append(_candidate(who, f"dose:{slot.row}", "treatment", day, text, major=True))
    return found


def _candidate(who: str, rule: str, category: str, date: str, text: Text, *, major: bool = False) -> Candidate:
    return Candidate(participant_id=who, rule=rule, category=category, major=major, date=date, description=text)


def _end(day: dt.date | None) -> str:
    return day.isoformat() if day else ""


def _dosed_on(values: Values, day: str) -> bool:
    return any(
        s.item == DOSE_DATE and isinstance(h.value, PartialDate) and h.value.text == day for s, h in values.items()
    )


def _interrupted(values: Values, slot: Slot) -> bool:
    held = values.get(msgspec.structs.replace(slot, item="dosing_log.interrupted"))
    return held is not None and isinstance(held.value, Code) and held.value.code == "Y"


def _held_day(values: Values, slot: Slot) -> str:
    held: Held | None = values.get(msgspec.structs.replace(slot, item=DOSE_DATE))
    return held.value.text if held and isinstance(held.value, PartialDate) else ""


def _plain(number: Fraction) -> str:
    return str(number) if number.denominator == 1 else f"{float(number):g}"


__all__ = ["Candidate", "Recorded", "candidates", "departures", "keeps_deviations", "log_of", "recorded", "sets_left"]
