"""Signing: the investigator's word on exact values, at form, visit or participant; one signature row a form."""

from collections.abc import Sequence

import msgspec

from trialwright.capture.gates import check_status
from trialwright.capture.problems import problem
from trialwright.capture.signatures import Content, content_of, ended, signatures
from trialwright.capture.status import STATUS_WORDS, may
from trialwright.capture.visits import visit_state
from trialwright.model.declared import SignatureMeaning
from trialwright.model.ledger import Conflict, NewEvent, Overtaken, Snapshot
from trialwright.model.problem import Problem
from trialwright.model.signature import Scope
from trialwright.model.study import Study
from trialwright.model.text import Text
from trialwright.pipeline.conduct_base import (
    Actor,
    Refused,
    Saved,
    check_any_role,
    decided_anew,
    read_acts,
    roles_now,
    seen_so_far,
    write_acts,
)
from trialwright.store import Ledger


class Signing(msgspec.Struct, frozen=True, kw_only=True):
    """
    What a person signs. The caller has asked for user name and password again before this.

    `shown`: each scope with the hash of what the page showed; a hash that no longer fits is refused. `name` is the
    printed name. `token`: of one page load, so that a double click signs once.
    """

    actor: Actor
    meaning: str
    shown: tuple[tuple[Scope, str], ...]
    name: str
    token: str = ""


@decided_anew
def sign(ledger: Ledger, study: Study, request: Signing) -> Saved | Refused | Conflict | Overtaken:
    """
    One `signed` event a scope, all in one group, bound to the exact versions and to the head of the chain.

    Problems: TW-CAP-036 and 101 (who may), 100 (what may be said here), 102 (incomplete), 103 (changed since it was
              shown), 104 (signed already).
    """
    people = {scope.participant_id for scope, _ in request.shown}
    if len(people) != 1:
        raise ValueError(f"one participant is signed at a time, not {len(people)}")
    who = people.pop()
    seen, events = read_acts(ledger, who)
    told = check_any_role(study, events, request.actor, ("sign",), who)
    told += check_status(events, who, [s for s in STATUS_WORDS if s != "unknown"])
    if told:
        return Refused(tuple(told))
    seen, snapshot = seen_so_far(ledger, who), ledger.snapshot()
    roles = roles_now(events, request.actor)
    made: list[NewEvent] = []
    for scope, shown in request.shown:
        meaning, wrong = check_may_sign(study, snapshot, scope, roles, request.meaning)
        content = content_of(snapshot, scope)
        wrong += [] if content.hash == shown else [problem("TW-CAP-103", who, place=_place(study, scope))]
        wrong += _signed_already(study, snapshot, content, request)
        told += wrong
        if meaning is not None:
            made.append(_event(ledger, meaning, content, request.name))
    if told:
        return Refused(tuple(told))
    return write_acts(ledger, study, request.actor, made, token=request.token, seen=seen)


def check_may_sign(
    study: Study, snapshot: Snapshot, scope: Scope, roles: Sequence[str], name: str
) -> tuple[SignatureMeaning | None, list[Problem]]:
    """The meaning as declared, and what stands in the way of signing it here: level, role, completeness."""
    here = [each for each in study.signatures if scope.level in each.levels]
    meaning = next((each for each in here if each.name == name), None)
    where = scope.participant_id
    if meaning is None:
        allowed = Text(
            "; ".join(e.title.en for e in here) or "nothing", "；".join(e.title.of("zh") for e in here) or "无"
        )
        return None, [problem("TW-CAP-100", where, typed=name, allowed=allowed)]
    told = []
    if not set(roles) & set(meaning.by):
        told.append(
            problem(
                "TW-CAP-101",
                where,
                roles=_titles(study, roles),
                meaning=meaning.title,
                allowed=_titles(study, meaning.by),
            )
        )
    lacking = incomplete(study, snapshot, scope)
    if lacking is not None:
        told.append(problem("TW-CAP-102", where, place=_place(study, scope), owed=lacking))
    return meaning, told


def meanings_for(study: Study, scope: Scope, roles: Sequence[str]) -> tuple[SignatureMeaning, ...]:
    """What somebody in these roles may sign at this level; () without the act `sign`."""
    if not may(study, roles, "sign"):
        return ()
    return tuple(each for each in study.signatures if scope.level in each.levels and set(roles) & set(each.by))


def incomplete(study: Study, snapshot: Snapshot, scope: Scope) -> Text | None:
    """Why a scope cannot be signed yet, in words; None where it can."""
    if scope.level == "participant":
        if not ended(snapshot.events, scope.participant_id):
            return Text("the participant is still in the study", "参与者仍在研究中")
        begun = snapshot.current.filter(participant_id=scope.participant_id)["visit"].unique().to_list()
        visits = [visit for visit in study.visits if visit.name in begun and visit.kind != "log"]
        left = [v for v in visits if visit_state(study, snapshot, scope.participant_id, v.name).progress != "complete"]
        if left:
            return Text(", ".join(v.title.en for v in left), "、".join(v.title.of("zh") for v in left))
        return None
    state = visit_state(study, snapshot, scope.participant_id, scope.visit)
    if scope.level == "visit":
        return None if state.progress == "complete" else Text("the visit is not marked complete", "访视未标记完成")
    form = next((each for each in state.forms if each.form == scope.form), None)
    if form is None or not (form.filled or form.missing):
        return Text("nothing is entered", "尚无数据")
    if form.owed and state.progress != "complete":
        labels = [field.item.label for field in form.owed[:5]]
        return Text(", ".join(label.en for label in labels), "、".join(label.of("zh") for label in labels))
    return None


def _signed_already(study: Study, snapshot: Snapshot, content: Content, request: Signing) -> list[Problem]:
    scope = content.scope
    held = [
        s
        for s in signatures(snapshot, scope.participant_id)
        if (s.scope, s.meaning, s.user, s.state) == (scope, request.meaning, request.actor.user, "valid")
    ]
    return [problem("TW-CAP-104", scope.participant_id, place=_place(study, scope))] if held else []


def _event(ledger: Ledger, meaning: SignatureMeaning, content: Content, name: str) -> NewEvent:
    scope, head = content.scope, ledger.head()
    return NewEvent(
        kind="signed",
        participant_id=scope.participant_id,
        visit=scope.visit,
        form=scope.form,
        details={
            "name": name, "level": scope.level, "meaning": meaning.name, "statement": meaning.title.en,
            "statement_zh": meaning.title.of("zh"), "hash": content.hash, "versions": str(content.versions),
            "head": head.hash, "head_seq": str(head.seq),
        },
    )  # fmt: skip


def _place(study: Study, scope: Scope) -> Text:
    parts = [Text(scope.participant_id, scope.participant_id)]
    if scope.visit:
        parts.append(study.visit(scope.visit).title)
    if scope.form:
        parts.append(study.form(scope.form).title)
    return Text(" · ".join(part.en for part in parts), " · ".join(part.of("zh") for part in parts))


def _titles(study: Study, roles: Sequence[str]) -> Text:
    titles = [role.title for role in study.roles if role.name in roles]
    return Text(", ".join(t.en for t in titles) or "none", "、".join(t.of("zh") for t in titles) or "无")


def record_refused_signature(ledger: Ledger, study: Study, actor: Actor, why: str) -> None:
    """That somebody could not be recognised at signing is told in the ledger: `why` is password, name or code."""
    seen = seen_so_far(ledger, "")
    write_acts(ledger, study, actor, [NewEvent(kind="signature_refused", details={"why": why})], seen=seen)
