"""
The registry's own history document: `study` (the current version) with `history` (changes, original data).

It carries one full version only. What changed in between is told by the names of the modules; the first outcome
measures, enrolment, sponsor and responsible party are told in full, or as "same".
"""

from trialwright.model.changes import OriginalCell, OutcomeState, RecordDiff, RecordHistory, VersionNote
from trialwright.model.history import History
from trialwright.model.record import RegistryRecord
from trialwright.model.text import Text
from trialwright.model.v2.protocol import EnrollmentInfo, ResponsibleParty
from trialwright.register.history.fields import outcome_states, outcomes_of
from trialwright.register.history.moments import moment_of
from trialwright.register.history.outcomes import compare_outcomes
from trialwright.register.markdown import plain_protocol

SAME = "Same as current"
NOT_PROVIDED = "Not Provided"
_REGISTRY = "ClinicalTrials.gov"


def history_of_document(record: RegistryRecord) -> RecordHistory:
    """
    The history of a record as its registry tells it.

    Raises: ValueError for a record that came without its history.
    """
    if record.history is None:
        raise ValueError("a record that came without its history has none to tell")
    return _History(record, record.history).tell()


class _History:
    def __init__(self, record: RegistryRecord, summary: History) -> None:
        self.record, self.summary = record, summary
        self.protocol = plain_protocol(record)
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
                outcomes=compare_outcomes(self.original_outcomes(), outcomes_of(self.record)),
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
        original, current = self.summary.original_data, outcomes_of(self.record)
        found: list[OutcomeState] = []
        for level, listed, same in (
            ("primary", original.primary_outcomes, original.primary_outcomes_same),
            ("secondary", original.secondary_outcomes, original.secondary_outcomes_same),
            ("other", original.other_outcomes, original.other_outcomes_same),
        ):
            if listed:
                found += outcome_states(level, listed)
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
        rows = (
            (
                Text("Enrolment", "入组人数"),
                enrolment_words(design.enrollment_info),
                enrolment_words(original.enrollment_info),
                original.enrollment_count_same,
                updates.enrollment_info,
            ),
            (
                Text("Responsible party", "责任方"),
                _party(sponsors.responsible_party),
                _party(original.responsible_party),
                original.responsible_party_same,
                None,
            ),
            (
                Text("Study sponsor", "申办方"),
                sponsors.lead_sponsor.name,
                original.lead_sponsor.name,
                original.lead_sponsor_same,
                None,
            ),
        )
        for label, now, before, same, version in rows:
            told.append(self.cell(label, _listed(now), _listed(before), same=same, version=version))
        return told

    def outcome_cell(self, level: str, same: bool, version: int | None) -> OriginalCell:
        original = self.summary.original_data
        kept = {
            "primary": original.primary_outcomes,
            "secondary": original.secondary_outcomes,
            "other": original.other_outcomes,
        }[level]
        current = tuple(_line(state) for state in outcomes_of(self.record) if state.level == level)
        before = tuple(_line(state) for state in outcome_states(level, kept))
        return self.cell(OUTCOME_ROWS[level], current, before, same=same, version=version)

    def cell(
        self, label: Text, current: tuple[str, ...], kept: tuple[str, ...], *, same: bool, version: int | None
    ) -> OriginalCell:
        """Neither kept nor said to be the same: with one version it is the same, with several it was not there."""
        is_same = same or (not kept and not self.several and bool(current))
        return OriginalCell(
            label=label,
            current=current,
            current_date=self.date_of(version),
            original=kept or (current if is_same else ()),
            original_date=self.first,
            same=is_same,
            shown=SAME if is_same else "\n".join(kept) or NOT_PROVIDED,
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


def _listed(words: str) -> tuple[str, ...]:
    return (words,) if words else ()


def enrolment_words(info: EnrollmentInfo) -> str:
    """The number with its kind, "20 (estimated)"; "" where there is none."""
    return "" if info.count is None else f"{info.count} ({info.type.lower()})" if info.type else str(info.count)


def _party(party: ResponsibleParty) -> str:
    told = [party.investigator_full_name or party.old_name_title, party.investigator_affiliation]
    return ", ".join(part for part in (*told, party.old_organization) if part) or party.type.replace("_", " ").lower()
