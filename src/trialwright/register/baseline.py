"""A baseline: findings that somebody has accepted, each with a reason, so that a check speaks of what is new."""

from collections import Counter

import msgspec

from trialwright.catalog.strict_yaml import YamlList, YamlMap, read_yaml
from trialwright.model.problem import Problem
from trialwright.model.record import CheckReport

_KEYS = {"rule", "where", "found", "reason"}
_EXAMPLE = 'Write for each: "- rule: TW-REG-204", "where: identificationModule.secondaryIdInfos", "reason: ...".'


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """One accepted finding. `where` may be the beginning of a path; `found`, if given, stands in the finding."""

    rule: str
    where: str
    reason: str
    found: str = ""
    line: int = 0

    def covers(self, finding: Problem) -> bool:
        """The finding is the accepted one."""
        place = finding.where.removeprefix("protocolSection.")
        return finding.code == self.rule and place.startswith(self.where) and self.found in finding.found


class Baseline(msgspec.Struct, frozen=True):
    name: str
    accepted: tuple[Accepted, ...]


def read_baseline(text: str, name: str) -> Baseline | list[Problem]:
    """
    The accepted findings of a YAML list, or why it cannot be read.

    Problems: TW-REG-021 for each entry that names no rule, no place or no reason: nothing is accepted without one.
    """
    tree, refused = read_yaml(text, name)
    if refused:
        return refused
    if not isinstance(tree, YamlList):
        return [_unreadable(f"{name}:1", "the file is no list of accepted findings")]
    problems: list[Problem] = []
    accepted: list[Accepted] = []
    for node in tree:
        if not isinstance(node, YamlMap):
            problems.append(_unreadable(f"{name}:{getattr(node, 'line', tree.line)}", "this entry names no rule"))
            continue
        given = {str(key): str(value).strip() for key, value in node.items()}
        missing = [key for key in ("rule", "where", "reason") if not given.get(key)]
        odd = sorted(set(given) - _KEYS)
        if missing or odd:
            why = f"no {', no '.join(missing)}" if missing else f"unknown: {', '.join(odd)}"
            problems.append(_unreadable(f"{name}:{node.line}", f"this entry cannot be used ({why})"))
            continue
        where = given["where"].removeprefix("protocolSection.")
        accepted.append(
            Accepted(
                rule=given["rule"], where=where, reason=given["reason"], found=given.get("found", ""), line=node.line
            )
        )
    return problems or Baseline(name, tuple(accepted))


def accept(report: CheckReport, baseline: Baseline) -> CheckReport:
    """
    The report with the accepted findings apart, each with its reason; counts are of what remains.

    Problems: TW-REG-022, a note, for an entry that no finding answers any more.
    """
    kept: list[Problem] = []
    apart: list[Problem] = []
    used: Counter[int] = Counter()
    for finding in report.findings:
        by = next((at for at, one in enumerate(baseline.accepted) if one.covers(finding)), None)
        if by is None:
            kept.append(finding)
            continue
        used[by] += 1
        reason = {"reason": baseline.accepted[by].reason}
        apart.append(msgspec.structs.replace(finding, fields={**finding.fields, **reason}))
    kept += [_stale(baseline, one) for at, one in enumerate(baseline.accepted) if not used[at]]
    counted = Counter(finding.severity for finding in kept)
    return msgspec.structs.replace(
        report,
        findings=tuple(kept),
        accepted=tuple(apart),
        counts={"error": counted["error"], "warning": counted["warning"], "note": counted["note"]},
    )


def _unreadable(where: str, detail: str) -> Problem:
    return Problem(
        code="TW-REG-021",
        where=where,
        found=f"{detail[:1].upper()}{detail[1:]}.",
        expected="A list of accepted findings, each with rule, where and reason.",
        cure=_EXAMPLE,
    )


def _stale(baseline: Baseline, one: Accepted) -> Problem:
    return Problem(
        code="TW-REG-022",
        severity="note",
        where=f"{baseline.name}:{one.line}",
        found=f"{one.rule} at {one.where} is accepted, and is found no more.",
        expected="A baseline that lists only what is still there.",
        cure="Remove the entry: the same finding would be accepted unseen if it came back.",
    )
