"""Checking a record: every rule asked, every answer in one report, errors first."""

import datetime as dt

from trialwright.model.problem import Problem
from trialwright.model.record import CheckReport, RegistryRecord
from trialwright.register.markdown import plain_protocol
from trialwright.register.rule import Found, RegistrationRule
from trialwright.register.rules import RULES
from trialwright.register.subject import Subject

_RANK = {"error": 0, "warning": 1, "note": 2}
# their names and citations: that a site has a name is asked, and how long it is, with its escapes taken away
_READ_BY_NO_RULE = ("contacts_locations_module", "references_module")
CANNOT_BE_JUDGED = "cannot be judged: cell lost"
_BY_STUDY = {
    kind: tuple(rule for rule in RULES if kind in rule.studies)
    for kind in {kind for rule in RULES for kind in rule.studies}
}


def read_subject(record: RegistryRecord, on: dt.date) -> Subject:
    """The record as rules see it: typed, its text without Markdown escapes, with the day of the check."""
    return Subject(
        protocol=plain_protocol(record, _READ_BY_NO_RULE),
        on=on,
        lost=frozenset(cell.where for cell in record.lost),
        has_results=bool(record.typed.has_results),
    )


def check_record(record: RegistryRecord, on: dt.date) -> CheckReport:
    """
    Everything found in the record on the day `on`, errors first, then warnings, then notes.

    Missing:  a rule whose cell the copy lost answers "cannot be judged: cell lost" under its own code, as a note.
    """
    subject = read_subject(record, on)
    rules = _asked_of(subject)
    if subject.lost:
        told = [problem for rule in rules for problem in ask(rule, subject)]
    else:
        told = [_problem(rule, found) for rule in rules for found in rule.look(subject)]
    findings = [*record.oddities, *told]
    findings.sort(key=lambda problem: (_RANK[problem.severity], problem.code))
    return report(record.source_name, on, findings, record)


def ask(rule: RegistrationRule, subject: Subject) -> list[Problem]:
    """The findings of one rule, whatever the kind of study."""
    lost = [path for path in rule.needs if _is_lost(path, subject.lost)] if subject.lost else []
    if lost:
        return [_unjudged(rule, lost)]
    return [_problem(rule, found) for found in rule.look(subject)]


def _asked_of(subject: Subject) -> tuple[RegistrationRule, ...]:
    kind = subject.protocol.design_module.study_type
    return _BY_STUDY.get(kind) or tuple(rule for rule in RULES if kind in rule.studies)


def report(name: str, on: dt.date, findings: list[Problem], record: RegistryRecord | None) -> CheckReport:
    """The findings in the shape every command prints, counted by severity."""
    severities = [problem.severity for problem in findings]
    return CheckReport(
        checked_on=on.isoformat(),
        input=name,
        findings=tuple(findings),
        lost=record.lost if record else (),
        counts={severity: severities.count(severity) for severity in ("error", "warning", "note")},
    )


def _is_lost(path: str, lost: frozenset[str]) -> bool:
    # a whole module may be lost, or one leaf of what a rule needs
    return any(path == cell or path.startswith((f"{cell}.", f"{cell}[")) for cell in lost)


def _unjudged(rule: RegistrationRule, lost: list[str]) -> Problem:
    return Problem(
        code=rule.code,
        severity="note",
        where=lost[0],
        found=f"{CANNOT_BE_JUDGED} ({rule.title})",
        expected=rule.expected,
        cure="Take this element from the registry itself, then check again.",
        source=rule.source,
        fields={"unjudged": "yes"},
    )


def _problem(rule: RegistrationRule, found: Found) -> Problem:
    return Problem(
        code=rule.code,
        severity=found.severity or rule.severity,
        where=found.where,
        found=found.found,
        expected=found.expected or rule.expected,
        cure=f"{found.cure or rule.cure}{f' For instance: {found.wording}' if found.wording else ''}",
        source=rule.source,
        fields={"quote": found.quote} if found.quote else {},
    )
