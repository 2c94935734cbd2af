"""
The registry's own history document: `study` (the current version) with `history` (changes, original data).

It carries one full version only. What changed in between is told by the names of the modules; the first outcome
measures, enrolment, sponsor and responsible party are told in full, or as "same".
"""

import msgspec

from trialwright.model.changes import OriginalCell, OutcomeState, RecordDiff, RecordHistory, VersionNote
from trialwright.model.problem import Problem
from trialwright.model.text import Text
from trialwright.register import problems
from trialwright.register.history.fields import Tree, outcome_states, outcomes_of
from trialwright.register.history.moments import moment_of
from trialwright.register.history.outcomes import compare_outcomes
from trialwright.register.markdown import unescape_json
from trialwright.register.v2 import Document, Enrollment, ResponsibleParty, Sponsor

SAME = "Same as current"
NOT_PROVIDED = "Not Provided"
_REGISTRY = "ClinicalTrials.gov"


class Change(msgspec.Struct, frozen=True, rename="camel"):
    version: int = 0
    date: str = ""
    status: str = ""
    module_labels: tuple[str, ...] = ()


class Original(msgspec.Struct, frozen=True, rename="camel"):
    """What was first registered; a flag `...Same` stands instead of what has not changed."""

    primary_outcomes: tuple[dict[str, str], ...] | None = None
    primary_outcomes_same: bool = False
    secondary_outcomes: tuple[dict[str, str], ...] | None = None
    secondary_outcomes_same: bool = False
    other_outcomes: tuple[dict[str, str], ...] | None = None
    other_outcomes_same: bool = False
    enrollment_info: Enrollment | None = None
    enrollment_count_same: bool = False
    responsible_party: ResponsibleParty | None = None
    responsible_party_same: bool = False
    lead_sponsor: Sponsor | None = None
    lead_sponsor_same: bool = False
    org_full_name: str | None = None
    org_full_name_same: bool = False


class LastUpdates(msgspec.Struct, frozen=True, rename="camel"):
    """The version that last changed each of the elements whose original is kept."""

    primary_outcomes: int | None = None
    secondary_outcomes: int | None = None
    other_outcomes: int | None = None
    enrollment_info: int | None = None


class Summary(msgspec.Struct, frozen=True, rename="camel"):
    changes: tuple[Change, ...] = ()
    original_data: Original = Original()
    last_update_versions: LastUpdates = LastUpdates()


class HistoryDocument(msgspec.Struct, frozen=True):
    study: msgspec.Raw = msgspec.Raw()
    history: Summary | None = None


def is_history(data: bytes) -> bool:
    """Whether the bytes are a history document: JSON with `study` and `history`."""
    try:
        found = msgspec.json.decode(data, type=HistoryDocument)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return found.history is not None and bool(bytes(found.study))


def history_of_document(data: bytes, name: str) -> RecordHistory | list[Problem]:
    """
    The history of a record as its registry tells it.

    Problems: TW-REG-004, 005 and 007, as for any record.
    """
    try:
        document = msgspec.json.decode(data, type=HistoryDocument)
        if document.history is None or not bytes(document.study):
            return [problems.not_a_record(name, "it is no history document (study and history)")]
        current = msgspec.json.decode(unescape_json(bytes(document.study)), type=Document)
    except msgspec.ValidationError as error:
        return [problems.wrong_shape(name, str(error))]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return [problems.broken_json(name, str(error))]
    return _History(document.history, bytes(document.study), current).tell()


class _History:
    def __init__(self, summary: Summary, raw: bytes, current: Document) -> None:
        self.summary, self.raw, self.protocol = summary, raw, current.protocol_section
        status = self.protocol.status_module
        self.start = status.start_date_struct.date
        self.ended = status.primary_completion_date_struct.date
        self.completed = status.completion_date_struct.date
        self.first = summary.changes[0].date if summary.changes else status.study_first_submit_date
        self.several = len(summary.changes) > 1

    def moment(self, date: str) -> Text:
        return moment_of(date, self.start, self.ended, self.completed)

    def tell(self) -> RecordHistory:
        changes = self.summary.changes
        identification = self.protocol.identification_module
        last = changes[-1].date if changes else self.first
        return RecordHistory(
            registry_id=identification.nct_id,
            title=identification.brief_title,
            versions=tuple(
                VersionNote(
                    number=each.version,
                    date=each.date,
                    source=_REGISTRY,
                    status=each.status,
                    modules=each.module_labels,
                    moment=self.moment(each.date),
                )
                for each in changes
            ),
            steps=(),
            overall=RecordDiff(
                before=f"version 0 ({self.first})",
                after=f"version {changes[-1].version if changes else 0} ({last})",
                date=self.outcomes_date(),
                moment=self.moment(self.outcomes_date()),
                outcomes=compare_outcomes(self.original_outcomes(), outcomes_of(self.raw)),
            ),
            originals=tuple(self.cells()),
            start=self.start,
            primary_completion=self.ended,
            completion=self.completed,
            told=(_ONE_VERSION,) if self.several else (),
        )

    def date_of(self, version: int | None) -> str:
        found = [each.date for each in self.summary.changes if each.version == version]
        return found[0] if found else self.first

    def outcomes_date(self) -> str:
        updates = self.summary.last_update_versions
        return max(map(self.date_of, (updates.primary_outcomes, updates.secondary_outcomes, updates.other_outcomes)))

    def original_outcomes(self) -> tuple[OutcomeState, ...]:
        """The first registered outcomes; the current ones of a level whose original is "same" or not kept."""
        original, current = self.summary.original_data, outcomes_of(self.raw)
        found: list[OutcomeState] = []
        for level, listed, same in (
            ("primary", original.primary_outcomes, original.primary_outcomes_same),
            ("secondary", original.secondary_outcomes, original.secondary_outcomes_same),
            ("other", original.other_outcomes, original.other_outcomes_same),
        ):
            if listed is not None:
                found += outcome_states({f"{level}Outcomes": [dict(each) for each in listed]})
            elif same or not self.several:
                found += [state for state in current if state.level == level]
        return tuple(found)

    def cells(self) -> list[OriginalCell]:
        original, updates = self.summary.original_data, self.summary.last_update_versions
        sponsors, design = self.protocol.sponsor_collaborators_module, self.protocol.design_module
        told = [
            self.outcome_cell("primary", original.primary_outcomes_same, updates.primary_outcomes),
            self.outcome_cell("secondary", original.secondary_outcomes_same, updates.secondary_outcomes),
            self.outcome_cell("other", original.other_outcomes_same, updates.other_outcomes),
        ]
        first = original.enrollment_info
        rows = (
            (
                Text("Enrolment", "入组人数"),
                _enrolment(design.enrollment_info),
                _enrolment(first) if first else None,
                original.enrollment_count_same,
                updates.enrollment_info,
            ),
            (
                Text("Responsible party", "责任方"),
                _party(sponsors.responsible_party),
                _party(original.responsible_party) if original.responsible_party else None,
                original.responsible_party_same,
                None,
            ),
            (
                Text("Study sponsor", "申办方"),
                sponsors.lead_sponsor.name,
                original.lead_sponsor.name if original.lead_sponsor else None,
                original.lead_sponsor_same,
                None,
            ),
        )
        for label, now, before, same, version in rows:
            current, kept = ((now,) if now else ()), (None if before is None else (before,))
            told.append(self.cell(label, current, kept, same=same, version=version))
        return told

    def outcome_cell(self, level: str, same: bool, version: int | None) -> OriginalCell:
        kept = {
            "primary": self.summary.original_data.primary_outcomes,
            "secondary": self.summary.original_data.secondary_outcomes,
            "other": self.summary.original_data.other_outcomes,
        }[level]
        current = tuple(_line(state) for state in outcomes_of(self.raw) if state.level == level)
        tree: dict[str, Tree] = {f"{level}Outcomes": [dict(each) for each in kept or ()]}
        before = None if kept is None else tuple(map(_line, outcome_states(tree)))
        return self.cell(OUTCOME_ROWS[level], current, before, same=same, version=version)

    def cell(
        self,
        label: Text,
        current: tuple[str, ...],
        kept: tuple[str, ...] | None,
        *,
        same: bool,
        version: int | None,
    ) -> OriginalCell:
        """Neither kept nor said to be the same: with one version it is the same, with several it was not there."""
        is_same = same or (kept is None and not self.several and bool(current))
        before = kept if kept is not None else current if is_same else ()
        return OriginalCell(
            label=label,
            current=current,
            current_date=self.date_of(version),
            original=before,
            original_date=self.first,
            same=is_same,
            shown=SAME if is_same else "\n".join(before) or NOT_PROVIDED,
        )


OUTCOME_ROWS = {
    "primary": Text("Primary outcome measures", "主要结局指标"),
    "secondary": Text("Secondary outcome measures", "次要结局指标"),
    "other": Text("Other pre-specified outcome measures", "其他预设结局指标"),
}
_ONE_VERSION = Text(
    "The registry's history document carries the current version only: between versions it names the parts that "
    "changed, not the words. Fetch two versions and give them to `record diff` for every field.",
    "登记平台的历史文件只含当前版本：各版本之间只给出变更的部分名称，不含具体内容。",
)


def _line(state: OutcomeState) -> str:
    frame = f" [Time Frame: {state.time_frame}]" if state.time_frame else ""
    return f"{state.measure}{frame}" + (f"\n{state.description}" if state.description else "")


def _enrolment(info: Enrollment) -> str:
    return "" if info.count is None else f"{info.count} ({info.type.lower()})" if info.type else str(info.count)


def _party(party: ResponsibleParty) -> str:
    told = [party.investigator_full_name or party.old_name_title, party.investigator_affiliation]
    return ", ".join(part for part in (*told, party.old_organization) if part) or party.type.replace("_", " ").lower()
