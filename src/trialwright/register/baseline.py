"""A baseline: findings that somebody has accepted, each with a reason, so that a check speaks of what is new."""

from collections import Counter
from collections.abc import Collection, Iterable

import msgspec

from trialwright.catalog.strict_yaml import YamlList, YamlMap, read_yaml
from trialwright.model.problem import Problem
from trialwright.model.record import CheckReport, RegistryRecord

_KEYS = {"rule", "where", "found", "record", "reason"}
_EXAMPLE = 'Write for each: "- rule: TW-REG-204", "where: identificationModule.secondaryIdInfos", "reason: ...".'


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """
    One accepted finding. `where` may be the beginning of a path; `found`, if given, stands in the finding; `record`,
    if given, is the registry's or the sponsor's number of the one record that is meant.
    """

    rule: str
    where: str
    reason: str
    found: str = ""
    record: str = ""
    line: int = 0

    def covers(self, finding: Problem, numbers: Collection[str]) -> bool:
        """The finding is the accepted one, in a record that is known by these numbers."""
        place = finding.where.removeprefix("protocolSection.")
        here = not self.record or self.record in numbers
        return here and finding.code == self.rule and place.startswith(self.where) and self.found in finding.found


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
        words = {key: given[key] for key in ("rule", "reason", "found", "record") if key in given}
        accepted.append(Accepted(where=where, line=node.line, **words))
    return problems or Baseline(name, tuple(accepted))


def numbers_of(record: RegistryRecord) -> frozenset[str]:
    """The numbers by which a baseline may name the record: the registry's and the sponsor's own."""
    identification = record.typed.protocol_section.identification_module
    return frozenset((identification.nct_id, identification.org_study_id_info.id)) - {""}


def accept(report: CheckReport, baseline: Baseline, numbers: Collection[str] = ()) -> CheckReport:
    """
    The report with the accepted findings apart, each with its reason; counts are of what remains.

    Missing:  an entry for one record is not used where `numbers` do not say that this is the one.
    Problems: TW-REG-022, a note, for an entry that no finding answers any more.
    """
    told, used = set_apart(report, baseline, numbers)
    kept = (*told.findings, *stale_entries(baseline, used))
    return msgspec.structs.replace(told, findings=kept, counts=_counted(kept))


def set_apart(report: CheckReport, baseline: Baseline, numbers: Collection[str]) -> tuple[CheckReport, frozenset[int]]:
    """The same without a word on stale entries, and which entries (by their place) were used."""
    kept: list[Problem] = []
    apart: list[Problem] = []
    used: set[int] = set()
    for finding in report.findings:
        by = next((at for at, one in enumerate(baseline.accepted) if one.covers(finding, numbers)), None)
        if by is None:
            kept.append(finding)
            continue
        used.add(by)
        reason = {"reason": baseline.accepted[by].reason}
        apart.append(msgspec.structs.replace(finding, fields={**finding.fields, **reason}))
    told = msgspec.structs.replace(report, findings=tuple(kept), accepted=tuple(apart), counts=_counted(kept))
    return told, frozenset(used)


def stale_entries(baseline: Baseline, used: Collection[int]) -> tuple[Problem, ...]:
    """A note for each entry that no finding answered."""
    return tuple(_stale(baseline, one) for at, one in enumerate(baseline.accepted) if at not in used)


def _counted(findings: Iterable[Problem]) -> dict[str, int]:
    counted = Counter(finding.severity for finding in findings)
    return {"error": counted["error"], "warning": counted["warning"], "note": counted["note"]}


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
