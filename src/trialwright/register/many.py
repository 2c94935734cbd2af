"""Many records checked: how often each rule is met, and one row a finding for research."""

from collections import Counter, defaultdict
from collections.abc import Iterator

import msgspec

from trialwright.model.problem import Problem
from trialwright.model.record import CheckReport, RegistryRecord
from trialwright.register.derived import last_given_status
from trialwright.register.rule import family
from trialwright.register.rules import RULES


class RuleCount(msgspec.Struct, frozen=True, kw_only=True):
    """How often one rule was met."""

    code: str
    title: str
    family: str
    records: int  # with at least one finding
    findings: int
    errors: int
    accepted: int = 0  # further findings, which a baseline accepts


class ManyReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a check of many records came to, rules in the order of their codes."""

    checked_on: str
    input: str
    records: int
    with_errors: int
    unreadable: tuple[Problem, ...]
    rules: tuple[RuleCount, ...]
    counts: dict[str, int]
    accepted: int = 0
    stale: tuple[Problem, ...] = ()  # entries of the baseline that no finding of any record answers


class FindingRow(msgspec.Struct, frozen=True, kw_only=True):
    """
    One finding with what research groups by; a part the record does not give is "".

    `accepted` is the reason for which a baseline accepts the finding, "" where none does.
    """

    record: str
    source: str
    rule: str
    family: str
    severity: str
    where: str
    found: str
    quote: str
    study_type: str
    phases: str
    status: str
    start: str
    sponsor_class: str
    accepted: str


class Tally:
    """Counts over records as they come: memory does not grow with their number, but for files that cannot be read."""

    _MOST_NAMED = 1000

    def __init__(self) -> None:
        self._accepted: Counter[str] = Counter()
        self._findings: Counter[str] = Counter()
        self._errors: Counter[str] = Counter()
        self._records: defaultdict[str, int] = defaultdict(int)
        self._severities: Counter[str] = Counter()
        self._unreadable: list[Problem] = []
        self._refused = 0
        self.checked = 0
        self._with_errors = 0

    def add(self, report: CheckReport) -> None:
        """Count the findings of one record."""
        self.checked += 1
        self._findings.update(one.code for one in report.findings)
        self._errors.update(one.code for one in report.findings if one.severity == "error")
        self._severities.update(one.severity for one in report.findings)
        self._accepted.update(one.code for one in report.accepted)
        self._with_errors += any(one.severity == "error" for one in report.findings)
        for code in {one.code for one in report.findings}:
            self._records[code] += 1

    def refuse(self, problems: list[Problem]) -> None:
        """Count what could not be read; the first thousand are named."""
        self._refused += 1
        if len(self._unreadable) < self._MOST_NAMED:
            self._unreadable += problems

    def report(self, name: str, on: str, stale: tuple[Problem, ...] = ()) -> ManyReport:
        """The counts so far."""
        titles = {rule.code: rule.title for rule in RULES}
        rules = tuple(
            RuleCount(
                code=code,
                title=titles.get(code, ""),
                family=family(code),
                records=self._records[code],
                findings=self._findings[code],
                errors=self._errors[code],
                accepted=self._accepted[code],
            )
            for code in sorted(self._findings | self._accepted)
        )
        return ManyReport(
            checked_on=on,
            input=name,
            records=self.checked,
            with_errors=self._with_errors,
            unreadable=tuple(self._unreadable),
            rules=rules,
            counts={severity: self._severities[severity] for severity in ("error", "warning", "note")},
            accepted=self._accepted.total(),
            stale=stale,
        )


def finding_rows(record: RegistryRecord, report: CheckReport) -> Iterator[FindingRow]:
    """One row a finding, for a table over many records."""
    protocol = record.typed.protocol_section
    status = protocol.status_module
    for finding in (*report.findings, *report.accepted):
        yield FindingRow(
            record=protocol.identification_module.nct_id or protocol.identification_module.org_study_id_info.id,
            source=record.source_name,
            rule=finding.code,
            family=family(finding.code),
            severity=finding.severity,
            where=finding.where,
            found=finding.found,
            quote=finding.fields.get("quote", ""),
            study_type=protocol.design_module.study_type,
            phases=" ".join(protocol.design_module.phases),
            status=last_given_status(status),
            start=status.start_date_struct.date,
            sponsor_class=protocol.sponsor_collaborators_module.lead_sponsor.kind,
            accepted=finding.fields.get("reason", ""),
        )


def render_many(report: ManyReport) -> str:
    """The counts as a table for a terminal, the rules that most records meet first, and what could not be read."""
    refused = len(report.unreadable)
    lines = [
        f"{report.input}, checked on {report.checked_on}: {report.records:,} records, "
        f"{report.with_errors:,} with an error, {refused:,} that cannot be read",
        "",
        f"  {'rule':<11} {'records':>8} {'of all':>7} {'findings':>9} {'errors':>7}  what",
    ]
    often = sorted(report.rules, key=lambda one: (-one.records, one.code))
    lines += [_line(one, max(report.records, 1)) for one in often if one.findings]
    if report.accepted or report.stale:
        lines += ["", f"Accepted by the baseline: {report.accepted:,} findings"]
        lines += [f"  {one.code:<11} {one.accepted:>8,}  {one.title}" for one in often if one.accepted]
        lines += [f"  {problem.sentence()}" for problem in report.stale]
    if report.unreadable:
        lines += ["", "Cannot be read", "--------------"]
        lines += [f"  {problem.sentence()}" for problem in report.unreadable[:20]]
        more = len(report.unreadable) - 20
        lines += [f"  ... and {more:,} more"] if more > 0 else []
    return "\n".join(lines) + "\n"


def _line(one: RuleCount, total: int) -> str:
    counted = f"{one.records:>8,} {one.records / total:>7.1%} {one.findings:>9,} {one.errors:>7,}"
    return f"  {one.code:<11} {counted}  {one.title[:1].upper()}{one.title[1:]}"
