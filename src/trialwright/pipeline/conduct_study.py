"""Acts on the study as a whole: approval, opening, builds, roles, deviations."""

from trialwright.model.ledger import Conflict, Overtaken
from trialwright.model.study import Study
from trialwright.pipeline.conduct_base import (
    Actor,
    Refused,
    Saved,
    act,
    check_any_role,
    check_past,
    check_reason_given,
    decided_anew,
    read_acts,
    write_acts,
)
from trialwright.store import Ledger

_STARTERS = ("grant", "enrol")
"""Whose roles may set the study up: who keeps the delegation log, and the investigator."""


@decided_anew
def record_approval(
    ledger: Ledger, study: Study, actor: Actor, *, date: str, body: str = "", number: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """The ethics committee approved on a date; nobody is enrolled before this stands here."""
    seen, events = read_acts(ledger)
    told = check_any_role(study, events, actor, _STARTERS, "ethics approval")
    day, wrong = check_past(ledger, study, date, "ethics approval")
    if told or wrong:
        return Refused((*told, *wrong))
    made = act("ethics_approval", date=day, body=body, number=number)
    return write_acts(ledger, study, actor, [made], token=f"approval:{day}:{number}", seen=seen)


@decided_anew
def open_site(
    ledger: Ledger, study: Study, actor: Actor, *, date: str, site: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """A site may begin. "" is the study's first site."""
    seen, events = read_acts(ledger)
    name = site or (study.sites[0].name if study.sites else "")
    told = check_any_role(study, events, actor, _STARTERS, "site opening", site=name)
    day, wrong = check_past(ledger, study, date, "site opening")
    if told or wrong:
        return Refused((*told, *wrong))
    return write_acts(
        ledger, study, actor, [act("site_opened", date=day, site=name)], token=f"site:{name}:{day}", seen=seen
    )


@decided_anew
def publish_build(
    ledger: Ledger, study: Study, actor: Actor, *, reason: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """This build of the definition is in force from now on."""
    seen, events = read_acts(ledger)
    first = not any(event.kind == "build_published" for event in events)
    told = check_any_role(study, events, actor, _STARTERS, "build")
    told += [] if first else check_reason_given(reason, "build")
    if told:
        return Refused(tuple(told))
    made = act("build_published", build=str(study.build), hash=study.hash, status=study.status)
    return write_acts(ledger, study, actor, [made], reason=reason, token=f"build:{study.build}:{study.hash}", seen=seen)
