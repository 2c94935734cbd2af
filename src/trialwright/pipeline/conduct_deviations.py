"""Departures from the protocol: put on record in one place, settled where they are none, told to the committee."""

from collections.abc import Sequence

import msgspec

from trialwright.capture.deviations import CATEGORY, DATE, DESCRIPTION, MAJOR, RULE, candidates, log_of, recorded
from trialwright.capture.gates import check_status, check_unlocked
from trialwright.capture.problems import problem
from trialwright.capture.status import STATUS_WORDS
from trialwright.model.ledger import Conflict, Overtaken
from trialwright.model.study import Study
from trialwright.model.text import Text
from trialwright.pipeline.conduct_base import (
    Actor,
    Refused,
    Saved,
    act,
    check_any_role,
    check_code,
    check_past,
    check_reason_given,
    decided_anew,
    read_acts,
    seen_so_far,
    write_acts,
)
from trialwright.pipeline.conduct_forms import FormSave, save_form
from trialwright.store import Ledger

CLASS = Text("Whether it is important", "偏离级别")
CLASSES = Text("important, minor", "重大、轻微")


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A departure as somebody tells it. `rule`: of the candidate that it settles; "" for one that a person saw."""

    category: str
    major: bool
    description: str
    date: str
    rule: str = ""


@decided_anew
def record_deviation(
    ledger: Ledger,
    study: Study,
    actor: Actor,
    participant_id: str,
    *,
    category: str,
    major: bool | None,
    description: str,
    date: str,
    visit: str = "",
    rule: str = "",
    token: str = "",
) -> Saved | Refused | Conflict | Overtaken:
    """
    A departure from the protocol, told by whoever saw it, also after the visit was marked complete.

    Shape:    a row of the study's log of deviations, with versions and reasons like every other value; only a study
              that keeps no such log has an act instead. One deviation stands in one place.
    Problems: TW-CAP-036, 034, 007 for the category, 167 where it or the class (`major` None) is not chosen, 059
              without words, 009..012 for the date; gates of the log.
    """
    seen, events = read_acts(ledger, participant_id)
    where = participant_id or "deviations"
    told = check_any_role(study, events, actor, ("record_deviation",), where) + check_unlocked(events, where)
    told += check_reason_given(description, where)
    if participant_id:
        told += check_status(events, participant_id, [s for s in STATUS_WORDS if s != "unknown"])
    told += check_code(category, "deviation_category", where)
    told += [problem("TW-CAP-167", where, label=CLASS, allowed=CLASSES)] if major is None else []
    day, wrong = check_past(ledger, study, date, where)
    if told or wrong:
        return Refused((*told, *wrong))
    log = log_of(study)
    if log is not None and participant_id:
        posted = {
            CATEGORY: category, MAJOR: "Y" if major else "N", DESCRIPTION: description, DATE: day, RULE: rule,
        }  # fmt: skip
        asked = {field.name for section in log[1].sections for field in section.fields}
        return save_form(
            ledger, study,
            FormSave(
                actor=actor, participant_id=participant_id, visit=log[0], form=log[1].name, token=token, expected=None
                if not token else ledger.form_version(participant_id, log[0], log[1].name),
                posted={name: text for name, text in posted.items() if text and name in asked},
            ),
        )  # fmt: skip
    made = act(
        "deviation_recorded", participant_id, visit, category=category, major="Y" if major else "N",
        description=description, date=day, rule=rule,
    )  # fmt: skip
    return write_acts(ledger, study, actor, [made], reason=description, token=token, seen=seen)


@decided_anew
def settle_deviation(
    ledger: Ledger, study: Study, actor: Actor, participant_id: str, *, rule: str, reason: str, token: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """What the data seem to show is no deviation, for a reason. Problems: TW-CAP-036, 059, 130 for an unknown one."""
    seen, events = read_acts(ledger, participant_id)
    told = check_any_role(study, events, actor, ("record_deviation",), participant_id)
    told += check_unlocked(events, participant_id) + check_reason_given(reason, participant_id)
    open_now = [each.rule for each in candidates(study, ledger.snapshot(), participant_id)]
    if rule not in open_now:
        told.append(problem("TW-CAP-130", participant_id, typed=rule))
    if told:
        return Refused(tuple(told))
    made = act("deviation_settled", participant_id, rule=rule)
    return write_acts(ledger, study, actor, [made], reason=reason, token=token, seen=seen)


@decided_anew
def report_deviations(
    ledger: Ledger, study: Study, actor: Actor, *, keys: Sequence[str], date: str, body: str, token: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """
    A list of deviations went to the ethics committee on a day.

    Problems: TW-CAP-036, 009..012 for the day, 131 where nothing of the list is on record and not told yet.
    """
    seen, (_, events) = seen_so_far(ledger, None), read_acts(ledger)
    told = check_any_role(study, events, actor, ("record_deviation",), "deviations")
    day, wrong = check_past(ledger, study, date, "deviations")
    waiting = {each.key for each in recorded(ledger.snapshot()) if each.reported is None}
    chosen = [key for key in dict.fromkeys(keys) if key in waiting]
    if not chosen or len(chosen) != len(set(keys)):
        told.append(problem("TW-CAP-131", "deviations"))
    if told or wrong:
        return Refused((*told, *wrong))
    made = act("deviations_reported", date=day, body=body, rows=",".join(chosen))
    return write_acts(ledger, study, actor, [made], token=token, seen=seen)
