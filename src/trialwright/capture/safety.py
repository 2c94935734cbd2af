"""Serious adverse events: when each became serious, who must know by when, what is still owed, and what is missing."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec
import polars as pl

from trialwright.capture.safety_clock import CERTAIN_ENOUGH, expedited, judged
from trialwright.capture.values import stored_value
from trialwright.model.ledger import LedgerEvent, Snapshot, Stored
from trialwright.model.quantity import Code, Missing, PartialDate, Words
from trialwright.model.study import Study
from trialwright.model.text import Text

EVENT = "adverse_event"
SERIOUS = f"{EVENT}.serious"
CRITERIA = ("death", "life_threatening", "hospitalisation", "disability", "congenital", "important")
GRAVE = (f"{EVENT}.serious_death", f"{EVENT}.serious_life_threatening")
SPONSOR = "sponsor"
YES = "Y"

Why = Literal["serious", "fatal"]
"""What made a report due: the event became serious, or a serious one became fatal or life-threatening."""

WARNINGS = (50, 80, 100)
"""Percent of a clock's time: at each of them the list says how far it is."""

State = Literal["running", "overdue", "done", "late", "not_owed"]


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """A moment at which an event became graver. `seq` is the entry that says so; `first`: it was so from the start."""

    why: Why
    seq: int
    at_utc: str
    grave: bool  # fatal or life-threatening from this turn on
    first: bool


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """
    One report that is owed, or was sent. `recipient` "sponsor" or one of the plan's; `days` the limit in calendar days.

    `start_utc` is awareness; `due_utc` the moment after which it is late. `assumed`: something is not known yet, and
    the shortest limit that may apply is planned for. `reason` says why nothing is owed or what is unknown.
    """

    participant_id: str
    row: int
    turn: Turn
    recipient: str
    kind: Literal["report", "completion"] = "report"
    start_utc: str = ""
    due_utc: str = ""
    done_utc: str = ""
    days: int = 0
    state: State = "running"
    assumed: bool = False
    reason: str = ""

    def left(self, now: dt.datetime) -> dt.timedelta | None:
        """Time until it is late, negative after; None where no clock runs."""
        running = self.due_utc and self.state in ("running", "overdue")
        return dt.datetime.fromisoformat(self.due_utc) - now if running else None

    def passed(self, now: dt.datetime) -> int:
        """The last of WARNINGS that is reached, in percent of the time from awareness to the limit; 0 before them."""
        left = self.left(now)
        if left is None:
            return 0
        whole = dt.datetime.fromisoformat(self.due_utc) - dt.datetime.fromisoformat(self.start_utc)
        return max((each for each in WARNINGS if 100 * (whole - left) >= each * whole), default=0)


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One serious event: the site's values now, its turns, the acts of reporting, and every clock."""

    participant_id: str
    visit: str
    form: str
    row: int
    values: Mapping[str, Stored]
    turns: tuple[Turn, ...]
    acts: tuple[LedgerEvent, ...]
    clocks: tuple[Clock, ...]
    serious_now: bool
    inactive: bool = False

    @property
    def number(self) -> str:
        """How people name it: P001-AE3."""
        return f"{self.participant_id}-AE{self.row}"

    def code(self, item: str) -> str:
        value = self.values.get(f"{EVENT}.{item}")
        return value.code if isinstance(value, Code) else ""

    def last(self, kind: str) -> LedgerEvent | None:
        return next((act for act in reversed(self.acts) if act.kind == kind), None)

    @property
    def criteria(self) -> tuple[str, ...]:
        return tuple(name for name in CRITERIA if self.code(f"serious_{name}") == YES)


def cases(study: Study, snapshot: Snapshot, now: dt.datetime, participant_id: str = "") -> tuple[Case, ...]:
    """Every event that is or once was serious, of everybody or of one participant, by participant and row."""
    plan = study.safety
    if plan is None:
        return ()
    rows = snapshot.versions.filter((pl.col("form") == plan.log) & pl.col("item").cat.starts_with(EVENT))
    if participant_id:
        rows = rows.filter(pl.col("participant_id") == participant_id)
    serious = rows.filter((pl.col("item") == SERIOUS) & (pl.col("text") == YES))
    places = serious.select("participant_id", "visit", "form", "row").unique().sort("participant_id", "row").rows()
    found = []
    for who, visit, form, row in places:
        mine = rows.filter((pl.col("participant_id") == who) & (pl.col("row") == row) & (pl.col("visit") == visit))
        acts = [e for e in snapshot.events if (e.participant_id, e.form, e.row) == (who, form, row)]
        found.append(_case(study, (who, visit, form, row), mine.sort("seq"), acts, now))
    return tuple(found)


def due_list(study: Study, snapshot: Snapshot, now: dt.datetime) -> tuple[Clock, ...]:
    """
    What is owed and not done, the most urgent first: for the due list and the dashboard.

    Shape: `left(now)` of each is the time that remains, negative when it is overdue.
    """
    owed = [c for case in cases(study, snapshot, now) for c in case.clocks if c.state in ("running", "overdue")]
    return tuple(sorted(owed, key=lambda clock: clock.due_utc))


def lacking(case: Case) -> tuple[Text, ...]:
    """What a report needs before it can be marked complete, and does not have."""
    told = [Text(*words) for item, words in _NEEDED.items() if _absent(case.values.get(f"{EVENT}.{item}"))]
    if not case.criteria:
        told.append(Text("at least one criterion of seriousness", "至少一项严重性标准"))
    reported, assessed = case.last("safety_reported"), case.last("safety_assessed")
    if reported is None:
        told.append(Text("the report of the site with its moment of awareness", "研究中心报告及获知时间"))
    elif not any(act.details.get("narrative") for act in case.acts):
        told.append(Text("the narrative", "病例叙述"))
    told += _contradicted(case)
    if assessed is None:
        told.append(Text("the sponsor's own assessment", "申办者的独立评价"))
    if case.code("outcome") == "recovered" and _absent(case.values.get(f"{EVENT}.end")):
        told.append(Text("last day of the event", "不良事件结束日期"))
    return tuple(told)


def _contradicted(case: Case) -> list[Text]:
    """
    That form and report name different days of awareness. Only of an event that was serious from the start: where it
    became so later, the form's day is that of the event and the report's that of the change.

    Corrected on the form, with a reason, or by a further report with the right moment; the first stays in the ledger.
    """
    form = case.values.get(f"{EVENT}.awareness")
    told: list[Text] = []
    for turn in case.turns:
        reported = min((aware.strip()[:10] for aware in _reported(case, turn, "aware")), default="")
        if not (turn.first and reported and isinstance(form, PartialDate) and form.complete) or reported == form.text:
            continue
        en = f"one date on which the site learned of it: the form says {form.text}, the report {reported}"
        zh = f"一致的机构获知日期：表单为 {form.text}，报告为 {reported}"
        told.append(
            Text(f"{en} (the earlier one counts until one of them is corrected)", f"{zh}（更正前按较早者计算）")
        )
    return told


_NEEDED = {
    "term": ("what happened", "不良事件描述"),
    "start": ("first day of the event", "不良事件开始日期"),
    "awareness": ("date the site learned of it", "机构获知日期"),
    "causality": ("the investigator's judgement of causality", "研究者的因果关系判断"),
    "outcome": ("outcome", "转归"),
    "action": ("action taken with study treatment", "对研究药物采取的措施"),
}


def _absent(value: Stored | None) -> bool:
    if isinstance(value, Words | PartialDate):
        return not value.text
    return not isinstance(value, Code) or isinstance(value, Missing)


def _case(
    study: Study, place: tuple[str, str, str, int], rows: pl.DataFrame, acts: Sequence[LedgerEvent], now: dt.datetime
) -> Case:
    who, visit, form, row = place
    values: dict[str, Stored] = {}
    turns: list[Turn] = []
    was, grave = False, False
    for group in rows.partition_by("group", maintain_order=True):
        for item, kind, text, unit in group.select("item", "kind", "text", "unit").iter_rows():
            values[item] = stored_value(kind, text, unit)
        seq, at_utc = int(group["seq"][0]), str(group["at_utc"][0])
        is_serious = _says(values, SERIOUS)
        is_grave = is_serious and (any(_says(values, item) for item in GRAVE) or _fatal(values))
        if is_serious and not was:
            turns.append(Turn(why="serious", seq=seq, at_utc=at_utc, grave=is_grave, first=seq == int(rows["seq"][0])))
        elif is_grave and not grave:
            turns.append(Turn(why="fatal", seq=seq, at_utc=at_utc, grave=True, first=False))
        was, grave = is_serious, is_grave
    inactive = any(act.kind == "row_inactivated" for act in acts)
    told = tuple(act for act in acts if act.kind.startswith("safety_"))
    case = Case(
        participant_id=who, visit=visit, form=form, row=row, values=values, turns=tuple(turns), acts=told, clocks=(),
        serious_now=was and not inactive, inactive=inactive,
    )  # fmt: skip
    return msgspec.structs.replace(case, clocks=tuple(_clocks(study, case, now)))


def _says(values: Mapping[str, Stored], item: str) -> bool:
    value = values.get(item)
    return isinstance(value, Code) and value.code == YES


def _fatal(values: Mapping[str, Stored]) -> bool:
    outcome = values.get(f"{EVENT}.outcome")
    return isinstance(outcome, Code) and outcome.code == "fatal"


def _clocks(study: Study, case: Case, now: dt.datetime) -> list[Clock]:
    plan = study.safety
    if plan is None:
        return []
    found: list[Clock] = []
    zone = ZoneInfo(study.sites[0].time_zone) if study.sites else ZoneInfo("UTC")
    for turn in case.turns:
        report = _act_for(case, "safety_reported", turn)
        start = min((_awareness(case, turn, zone), *_reported(case, turn, "aware_utc")))
        due = _text(dt.datetime.fromisoformat(start) + dt.timedelta(hours=plan.hours_to_sponsor))
        clock = Clock(
            participant_id=case.participant_id, row=case.row, turn=turn, recipient=SPONSOR, start_utc=start,
            due_utc=due, done_utc=report.at_utc if report else "",
            assumed=start not in _reported(case, turn, "aware_utc"),
        )  # fmt: skip
        found.append(_timed(clock, case, now))
        for recipient in plan.recipients:
            if recipient.expedited:
                found += _expedited(case, turn, recipient.name, report, (zone, now))
    return found


def _expedited(
    case: Case, turn: Turn, recipient: str, report: LedgerEvent | None, at: tuple[ZoneInfo, dt.datetime]
) -> list[Clock]:
    """The clocks towards a recipient. Day 0 is the day on which the sponsor learned: that of the site's report."""
    zone, now = at
    sponsor = case.last("safety_assessed")
    related = judged(case.code("causality"), sponsor.details.get("causality", "") if sponsor else "")
    unexpected = {"Y": True, "N": False}.get(sponsor.details.get("unexpected", "") if sponsor else "")
    base = Clock(participant_id=case.participant_id, row=case.row, turn=turn, recipient=recipient)
    if report is None:
        return []  # the sponsor does not know yet; the clock towards the sponsor is what runs
    day0 = dt.datetime.fromisoformat(report.at_utc).astimezone(zone).date()
    told = expedited(day0, related=related, unexpected=unexpected, grave=turn.grave)
    if told.earliest_due is None:
        return [msgspec.structs.replace(base, state="not_owed", start_utc=report.at_utc, reason=told.reason)]
    sent = _act_for(case, "safety_submitted", turn, recipient=recipient, stage="report")
    clock = msgspec.structs.replace(
        base, start_utc=report.at_utc, due_utc=_end_of(told.earliest_due, zone), days=(told.earliest_due - day0).days,
        done_utc=sent.details.get("sent_utc", sent.at_utc) if sent else "", assumed=bool(told.reason),
        reason=told.reason,
    )  # fmt: skip
    clocks = [_timed(clock, case, now)]
    if told.completion_due is not None:
        more = _act_for(case, "safety_submitted", turn, recipient=recipient, stage="completion")
        done = more.details.get("sent_utc", more.at_utc) if more else ""
        completion = msgspec.structs.replace(
            clock, kind="completion", due_utc=_end_of(told.completion_due, zone), done_utc=done,
            days=(told.completion_due - day0).days,
        )  # fmt: skip
        clocks.append(_timed(completion, case, now))
    return clocks


def _timed(clock: Clock, case: Case, now: dt.datetime) -> Clock:
    if clock.done_utc:
        return msgspec.structs.replace(clock, state="late" if clock.done_utc > clock.due_utc else "done")
    if not case.serious_now:
        return msgspec.structs.replace(clock, state="not_owed", reason="not serious any more")
    return msgspec.structs.replace(clock, state="overdue" if _text(now) > clock.due_utc else "running")


def _act_for(case: Case, kind: str, turn: Turn, **told: str) -> LedgerEvent | None:
    """The first act of a kind about a turn; only the first stops a clock."""
    for act in case.acts:
        about = act.kind == kind and act.details.get("turn") == str(turn.seq)
        if about and all(act.details.get(key) == value for key, value in told.items()):
            return act
    return None


def _reported(case: Case, turn: Turn, detail: str) -> tuple[str, ...]:
    """What the reports of the site about a turn say of one detail, the first report first."""
    reports = [act for act in case.acts if act.kind == "safety_reported" and act.details.get("turn") == str(turn.seq)]
    return tuple(act.details[detail] for act in reports if act.details.get(detail))


def _awareness(case: Case, turn: Turn, zone: ZoneInfo) -> str:
    """
    When the site knew of it at the latest, whatever a report says: the entry that says so. For an event that was
    serious from the start also the day given on the form: its end where a report of that day gives the hour, else its
    start.
    """
    day = case.values.get(f"{EVENT}.awareness")
    if not (turn.first and isinstance(day, PartialDate) and day.complete):
        return turn.at_utc
    hour_known = any(aware.strip()[:10] == day.text for aware in _reported(case, turn, "aware"))
    start = day.earliest + dt.timedelta(days=1 if hour_known else 0)
    return min(_text(dt.datetime.combine(start, dt.time(), zone)), turn.at_utc)


def _end_of(day: dt.date, zone: ZoneInfo) -> str:
    return _text(dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zone))


def _text(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


__all__ = ["CERTAIN_ENOUGH", "WARNINGS", "Case", "Clock", "Turn", "cases", "due_list", "lacking"]
