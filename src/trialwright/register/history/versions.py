"""A history made of whole versions: files of one record, submitted bytes of the ledger, builds of our definition."""

import itertools
from collections.abc import Sequence

import msgspec

from trialwright.model.changes import OriginalCell, OutcomeState, RecordDiff, RecordHistory, VersionNote
from trialwright.model.record import RegistryRecord
from trialwright.model.text import Text
from trialwright.register.history.document import NOT_PROVIDED, OUTCOME_ROWS, SAME, enrolment_words
from trialwright.register.history.fields import compare_records, outcomes_of
from trialwright.register.history.moments import moment_of
from trialwright.register.history.outcomes import LEVELS, compare_outcomes
from trialwright.register.markdown import plain_protocol
from trialwright.register.v2 import Protocol


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One whole version: its record, the day it was submitted or frozen, where we have it from, and why it came."""

    record: RegistryRecord
    date: str
    source: str
    reason: str = ""


def history_of_versions(versions: Sequence[Version]) -> RecordHistory:
    """
    The history of a record of which every version is at hand, oldest first; at least one.

    Shape: each version against the one before, and the first against the last, field by field.
    """
    protocols = [plain_protocol(version.record) for version in versions]
    last = protocols[-1]
    ends = _ends(last)
    steps = [_diff(before, after, ends) for before, after in itertools.pairwise(versions)]
    notes = []
    for number, (version, protocol) in enumerate(zip(versions, protocols, strict=True)):
        changed = steps[number - 1] if number else None
        modules = dict.fromkeys(change.module.en for change in changed.fields) if changed else {}
        if changed is not None and changed.outcomes:
            modules["Outcome measures"] = None
        notes.append(
            VersionNote(
                number=number,
                date=version.date,
                source=version.source,
                status=protocol.status_module.overall_status,
                modules=tuple(modules),
                reason=version.reason,
                moment=moment_of(version.date, *ends),
            )
        )
    overall = _diff(versions[0], versions[-1], ends)
    return RecordHistory(
        registry_id=last.identification_module.nct_id,
        title=last.identification_module.brief_title,
        versions=tuple(notes),
        steps=tuple(steps),
        overall=overall,
        originals=tuple(_cells(versions, steps)),
        start=ends[0],
        primary_completion=ends[1],
        completion=ends[2],
    )


def compare_versions(before: Version, after: Version) -> RecordDiff:
    """Two versions held against each other, the later one placed by its own start and completion."""
    return _diff(before, after, _ends(plain_protocol(after.record)))


def _diff(before: Version, after: Version, ends: tuple[str, str, str]) -> RecordDiff:
    return RecordDiff(
        before=_called(before),
        after=_called(after),
        date=after.date,
        moment=moment_of(after.date, *ends),
        fields=compare_records(before.record, after.record),
        outcomes=compare_outcomes(outcomes_of(before.record), outcomes_of(after.record)),
    )


def _called(version: Version) -> str:
    return f"{version.source}, {version.date}" if version.date else version.source


def _ends(protocol: Protocol) -> tuple[str, str, str]:
    status = protocol.status_module
    return (
        status.start_date_struct.date,
        status.primary_completion_date_struct.date,
        status.completion_date_struct.date,
    )


def submitted_on(record: RegistryRecord) -> str:
    """The day a version was submitted: its last update, else its first submission; "" where it says neither."""
    status = record.typed.protocol_section.status_module
    return status.last_update_submit_date or status.study_first_submit_date


def _cells(versions: Sequence[Version], steps: Sequence[RecordDiff]) -> list[OriginalCell]:
    first, last = outcomes_of(versions[0].record), outcomes_of(versions[-1].record)
    told = []
    for level in LEVELS:
        before, now = _lines(first, level), _lines(last, level)
        dates = [step.date for step in steps if _touches(step, level)]
        same = before == now and bool(now)
        told.append(
            OriginalCell(
                label=OUTCOME_ROWS[level],
                current=now,
                current_date=dates[-1] if dates else versions[0].date,
                original=before,
                original_date=versions[0].date,
                same=same,
                shown=SAME if same else "\n".join(before) or NOT_PROVIDED,
            )
        )
    counts = [enrolment_words(v.record.typed.protocol_section.design_module.enrollment_info) for v in versions]
    changed = [version.date for version, old, new in zip(versions[1:], counts, counts[1:], strict=False) if old != new]
    told.append(
        OriginalCell(
            label=Text("Enrolment", "入组人数"),
            current=(counts[-1],) if counts[-1] else (),
            current_date=changed[-1] if changed else versions[0].date,
            original=(counts[0],) if counts[0] else (),
            original_date=versions[0].date,
            same=counts[0] == counts[-1] != "",
            shown=SAME if counts[0] == counts[-1] != "" else counts[0] or NOT_PROVIDED,
        )
    )
    return told


def _touches(step: RecordDiff, level: str) -> bool:
    return any(
        state.level == level for change in step.outcomes for state in (change.before, change.after) if state is not None
    )


def _lines(states: Sequence[OutcomeState], level: str) -> tuple[str, ...]:
    return tuple(
        "\n".join(part for part in (f"{state.measure} [Time Frame: {state.time_frame}]", state.description) if part)
        for state in states
        if state.level == level
    )
