"""The delegation log: a role is given to a person for a site and a term, and taken back with a reason."""

import datetime as dt

import msgspec

from trialwright.capture.problems import problem
from trialwright.capture.roles import ALL_SITES, conflicting, term
from trialwright.capture.status import roles_of
from trialwright.model.ledger import Conflict, EventKind, Overtaken
from trialwright.model.problem import Problem
from trialwright.model.study import Study
from trialwright.pipeline.conduct_base import (
    Actor,
    Refused,
    Saved,
    act,
    check_any_role,
    check_date,
    check_reason_given,
    decided_anew,
    local_day,
    read_acts,
    write_acts,
)
from trialwright.store import Ledger

_GRANTED: tuple[EventKind, ...] = ("role_granted",)


class Delegation(msgspec.Struct, frozen=True, kw_only=True):
    """
    What is delegated: a role to a person, at one `site` ("": all), from and until a day ("": now, no end).

    `trained`: the day of the training for it, "" where none is asked.
    """

    user: str
    role: str
    site: str = ALL_SITES
    since: str = ""
    until: str = ""
    trained: str = ""


@decided_anew
def grant_role(
    ledger: Ledger,
    study: Study,
    actor: Actor,
    *,
    user: str,
    role: str,
    site: str = ALL_SITES,
    since: str = "",
    until: str = "",
    trained: str = "",
    reason: str = "",
    token: str = "",
) -> Saved | Refused | Conflict | Overtaken:
    """
    A person may act in a role. The very first grant of a ledger needs no role: somebody has to begin.

    Problems: TW-CAP-036, 056 for a role and 110 for a site the study does not have, 009..012 for a day, 111 for a term
              that ends before it begins, 112 for a role that does not go with one already held, 113 for one that asks
              for training first.
    """
    wanted = Delegation(user=user, role=role, site=site, since=since, until=until, trained=trained)
    seen, events = read_acts(ledger)
    # every grant that ever was counts here: a ledger whose grants have all lapsed is not one without any
    begun = bool(ledger.events(kinds=_GRANTED))
    told = check_any_role(study, events, actor, ("grant",), "roles", site=site) if begun else []
    told += _check_role(study, role)
    days, wrong = _check_term(study, wanted)
    told += wrong
    told += [] if told else check_trained(study, role, days.get("trained", ""), local_day(study, ledger.now()))
    if not told:
        held = conflicting(study, roles_of(events, user), role)
        told += [problem("TW-CAP-112", "roles", held=held, typed=role)] if held else []
    if told:
        return Refused(tuple(told))
    made = act("role_granted", user=user, role=role, site=site, **days)
    return write_acts(ledger, study, actor, [made], reason=reason, token=token, seen=seen)


@decided_anew
def revoke_role(
    ledger: Ledger, study: Study, actor: Actor, *, user: str, role: str, reason: str, site: str = "", token: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """A person no longer acts in a role, at one site or ("") anywhere; what they did stays theirs."""
    seen, events = read_acts(ledger)
    told = check_any_role(study, events, actor, ("grant",), "roles", site=site) + check_reason_given(reason, "roles")
    told += _check_role(study, role)
    if told:
        return Refused(tuple(told))
    made = act("role_revoked", user=user, role=role, site=site)
    return write_acts(ledger, study, actor, [made], reason=reason, token=token, seen=seen)


def check_trained(study: Study, role: str, trained: str, today: dt.date) -> list[Problem]:
    """TW-CAP-113 where the role asks for training first, and no day of it is there that has come at the site."""
    found = next((each for each in study.roles if each.name == role), None)
    if found is None or not found.trained_first or (trained and dt.date.fromisoformat(trained) <= today):
        return []
    return [problem("TW-CAP-113", "roles", typed=found.title)]


def _check_role(study: Study, role: str) -> list[Problem]:
    names = [each.name for each in study.roles]
    return [] if role in names else [problem("TW-CAP-056", "roles", typed=role, allowed=", ".join(names))]


def _check_term(study: Study, wanted: Delegation) -> tuple[dict[str, str], list[Problem]]:
    told: list[Problem] = []
    sites = [site.name for site in study.sites]
    if wanted.site and wanted.site not in sites:
        told.append(problem("TW-CAP-110", "roles", typed=wanted.site, allowed=", ".join(sites)))
    days: dict[str, str] = {}
    for name, typed in (("since", wanted.since), ("until", wanted.until), ("trained", wanted.trained)):
        days[name], wrong = check_date(typed, "roles") if typed else ("", [])
        told += wrong
    if not told and days["since"] and days["until"] and days["until"] < days["since"]:
        told.append(problem("TW-CAP-111", "roles", since=days["since"], until=days["until"]))
    if told:
        return {}, told
    return {**term(study, days["since"], days["until"]), "trained": days["trained"]}, []
