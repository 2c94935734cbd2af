"""From the truth to the report in steps, each of which can change a verdict and is then its explanation."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from trialwright.design.cohort import Cohort
from trialwright.design.dry_run.verdicts import Judged, Verdict

Cause = Literal["rounding", "noise", "missing", "events", "unexplained"]
CAUSES: tuple[Cause, ...] = ("rounding", "noise", "missing", "events", "unexplained")


class Steps(msgspec.Struct, frozen=True, kw_only=True):
    """
    One participant's verdict: `true` (exact, without noise, everything measured), as `recorded` in whole steps, as
    `read` with noise, as `measured` with what is missing, as `expected` after events and missing-data rule, `reported`.

    `reported` is "" where the report has no verdict of the participant.
    """

    label: str
    participant_id: str
    true: Verdict
    recorded: Verdict
    read: Verdict
    measured: Verdict
    expected: Verdict
    reported: Verdict | Literal[""]
    events: tuple[str, ...] = ()

    @property
    def causes(self) -> tuple[Cause, ...]:
        """What changed the verdict on its way, in order; the last is a defect."""
        way = (self.true, self.recorded, self.read, self.measured, self.expected, self.reported)
        return tuple(cause for cause, a, b in zip(CAUSES, way[:-1], way[1:], strict=True) if a != b)


def quieter(cohort: Cohort) -> tuple[Cohort, Cohort, Cohort]:
    """
    The same cohort without one source of error after the other: everything measured, without noise, unrounded.

    Draws are keyed by what they are for, so whatever is not switched off stays the same number.
    """
    attended = msgspec.structs.replace(cohort.visits, missed_share=0.0)
    whole = msgspec.structs.replace(
        cohort, visits=attended, missing_share=0.0, withdrawal_share=0.0, correction_share=0.0
    )
    still = msgspec.structs.replace(
        whole, fields=tuple(msgspec.structs.replace(line, noise_sd=0.0) for line in whole.fields)
    )
    # A course is what changes over the visits; a year of birth and a weight are no measures of the endpoint.
    exact = msgspec.structs.replace(
        still, fields=tuple(msgspec.structs.replace(line, unrounded=bool(line.change)) for line in still.fields)
    )
    return whole, still, exact


def steps_of(
    judged: tuple[Mapping[str, Judged], Mapping[str, Judged], Mapping[str, Judged], Mapping[str, Judged]],
    numbers: Mapping[str, str],
    reported: Mapping[str, Verdict],
) -> tuple[Steps, ...]:
    """
    A line for everyone whom the plan or the report judges.

    Shape: `judged` as declared, then by the cohorts of `quieter`; `numbers` label -> participant, `reported` by
           participant.
    """
    declared, whole, still, exact = judged
    return tuple(
        Steps(
            label=label,
            participant_id=numbers.get(label, ""),
            true=exact[label].criterion,
            recorded=still[label].criterion,
            read=whole[label].criterion,
            measured=one.criterion,
            expected=one.verdict,
            reported=reported.get(numbers.get(label, ""), ""),
            events=one.events,
        )
        for label, one in declared.items()
    )
