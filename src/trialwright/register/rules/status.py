"""What the status says against what the rest of the record says."""

from collections.abc import Iterator

from trialwright.register.rule import Found, rule
from trialwright.register.rules.dates import PART_11_UPDATE, STATUS
from trialwright.register.subject import STOPPED, Subject

_STATUS = "statusModule.overallStatus"
_ENROLMENT = "protocolSection.designModule.enrollmentInfo"
_DEFINITIONS = "PRS data element definitions: overall recruitment status"


@rule(
    "TW-REG-151",
    "error",
    "stopped without saying why",
    why="Readers cannot tell harm or futility from lack of money.",
    source="PRS data element definitions: Why Study Stopped, required when suspended, terminated or withdrawn",
    expected="A short reason.",
    cure="Say why the study stopped, in one sentence.",
    example="status Terminated, no reason",
    needs=(_STATUS, "statusModule.whyStopped"),
)
def stopped_without_reason(subject: Subject) -> Iterator[Found]:
    status = subject.protocol.status_module
    if subject.status in STOPPED and not status.why_stopped:
        # the element was optional in older records, which nobody can edit any more
        yield Found(
            where=f"{STATUS}.whyStopped",
            found=f"The study is {subject.status} and gives no reason.",
            severity="error" if status.last_update_submit_date >= "2017-01-18" else "note",
        )


@rule(
    "TW-REG-152",
    "warning",
    "completed, but with estimated numbers",
    why="Results will be read against a number that was only hoped for.",
    source=PART_11_UPDATE,
    expected="Actual dates and actual enrolment once a study is completed or terminated.",
    cure="Enter the actual dates and the number enrolled.",
    example="status Completed, enrolment 20 (estimated)",
    needs=(_STATUS, "designModule.enrollmentInfo"),
)
def completed_with_estimates(subject: Subject) -> Iterator[Found]:
    if subject.status not in ("COMPLETED", "TERMINATED"):
        return
    if subject.protocol.design_module.enrollment_info.type == "ESTIMATED":
        yield Found(
            where=f"{_ENROLMENT}.type", found=f"The study is {subject.status} and its enrolment is still an estimate."
        )


@rule(
    "TW-REG-153",
    "warning",
    "enrolment never made actual",
    why="The number enrolled is due with primary completion; without it nobody can judge the result.",
    source="42 CFR 11.64(a)(1)(ii): actual enrolment when primary completion is reached",
    expected="Actual enrolment within 30 days after primary completion.",
    cure="Enter the number of participants enrolled, and make it actual.",
    example="primary completion 2022-07-31 has passed, enrolment 20 (estimated)",
    needs=("designModule.enrollmentInfo", "statusModule.primaryCompletionDateStruct.date"),
    catches=(14,),
)
def enrolment_still_estimated(subject: Subject) -> Iterator[Found]:
    enrolment, end = subject.protocol.design_module.enrollment_info, subject.primary_completion
    if enrolment.type == "ESTIMATED" and end and (subject.on - end.latest).days > 30 and subject.active:
        more = " and no result is posted" if not subject.has_results else ""
        yield Found(
            where=f"{_ENROLMENT}.type",
            found=f"Primary completion ({end.text}) has passed; enrolment of {enrolment.count} is still an "
            f"estimate{more}.",
        )


@rule(
    "TW-REG-154",
    "warning",
    "withdrawn, but with participants",
    why="Withdrawn means that nobody took part; one of the two elements misleads.",
    source=f"{_DEFINITIONS}: Withdrawn means that nobody was enrolled",
    expected="Enrolment 0 for a withdrawn study, more than 0 for every other.",
    cure="Set the status to Terminated, or the enrolment to 0.",
    example="status Withdrawn, enrolment 12",
    needs=(_STATUS, "designModule.enrollmentInfo"),
)
def withdrawn_with_participants(subject: Subject) -> Iterator[Found]:
    count = subject.protocol.design_module.enrollment_info.count
    if subject.status == "WITHDRAWN" and count:
        yield Found(where=f"{_ENROLMENT}.count", found=f"The study is withdrawn and reports {count} participants.")
    elif count == 0 and subject.status not in ("WITHDRAWN", "", "WITHHELD") and subject.interventional:
        yield Found(where=f"{_ENROLMENT}.count", found=f"The enrolment is 0 and the status is {subject.status}.")


@rule(
    "TW-REG-155",
    "warning",
    "not yet recruiting, but started",
    why="A patient who could take part is told to wait.",
    source=_DEFINITIONS,
    expected="A study that has started recruits, or its start date is an estimate that lies ahead.",
    cure="Update the status, or the start date.",
    example="status Not yet recruiting, start 2021-02-01 (actual)",
    needs=(_STATUS, "statusModule.startDateStruct.date"),
)
def started_but_not_recruiting(subject: Subject) -> Iterator[Found]:
    start = subject.start
    if subject.status == "NOT_YET_RECRUITING" and start:
        actual = subject.protocol.status_module.start_date_struct.type == "ACTUAL"
        if actual:
            yield Found(
                where=f"{STATUS}.overallStatus",
                found=f"The start {start.text} is actual and the status says not yet recruiting.",
            )


@rule(
    "TW-REG-156",
    "warning",
    "recruiting before the start",
    why="The study recruits and the record says that it has not begun.",
    source=_DEFINITIONS,
    expected="A start date that has been reached once a study recruits.",
    cure="Update the start date, or the status.",
    example="status Recruiting, start 2031-01-01 (estimated)",
    needs=(_STATUS, "statusModule.startDateStruct.date"),
)
def recruiting_before_start(subject: Subject) -> Iterator[Found]:
    status, start, verified = subject.protocol.status_module, subject.start, subject.verified
    if subject.status in ("ACTIVE_NOT_RECRUITING", "COMPLETED", "TERMINATED") or subject.status == "RECRUITING":
        reference = verified.latest if verified else subject.on
        if start and status.start_date_struct.type == "ESTIMATED" and start.earliest > reference:
            yield Found(
                where=f"{STATUS}.startDateStruct.date",
                found=f"The status is {subject.status}, but the start {start.text} is an estimate after the last "
                f"verification.",
            )


@rule(
    "TW-REG-157",
    "warning",
    "a reason for stopping on a study that goes on",
    why="A reader takes the study for stopped.",
    source="PRS data element definitions: Why Study Stopped",
    expected="A reason only where the study is suspended, terminated or withdrawn.",
    cure="Remove the reason, or correct the status.",
    example="status Recruiting with a reason for stopping",
    needs=(_STATUS,),
)
def reason_without_stop(subject: Subject) -> Iterator[Found]:
    why = subject.protocol.status_module.why_stopped
    if why and subject.status not in STOPPED:
        yield Found(
            where=f"{STATUS}.whyStopped",
            found=f"The status is {subject.status}, yet a reason for stopping is given.",
            quote=why,
        )


@rule(
    "TW-REG-158",
    "error",
    "completed before its completion date",
    why="Completed tells that the last visit is over, the date that it is not.",
    source=_DEFINITIONS,
    expected="Completed only after the last visit of the last participant.",
    cure="Correct the completion date, or the status.",
    example="status Completed, completion 2031-01-01 (estimated)",
    needs=(_STATUS, "statusModule.completionDateStruct.date"),
)
def completed_too_early(subject: Subject) -> Iterator[Found]:
    end = subject.completion
    if subject.status == "COMPLETED" and end and end.earliest > subject.on:
        yield Found(
            where=f"{STATUS}.completionDateStruct.date",
            found=f"The study is completed, but its completion is {end.text}.",
        )


@rule(
    "TW-REG-159",
    "warning",
    "recruiting after primary completion",
    why="Primary completion means that the last participant was measured; a patient who answers now comes too late.",
    source="PRS data element definitions: primary completion date; overall recruitment status",
    expected="A status that recruits only while participants can still be measured for the primary outcome.",
    cure='Set the status to "Active, not recruiting", or the primary completion date to the new estimate.',
    example="status Recruiting, primary completion 2024-04-01 (actual)",
    needs=(_STATUS, "statusModule.primaryCompletionDateStruct.date"),
    interventional=True,
)
def recruiting_after_completion(subject: Subject) -> Iterator[Found]:
    status, end = subject.protocol.status_module, subject.primary_completion
    actual = status.primary_completion_date_struct.type == "ACTUAL"
    if end and actual and subject.status in ("RECRUITING", "NOT_YET_RECRUITING", "ENROLLING_BY_INVITATION"):
        yield Found(
            where=f"{STATUS}.overallStatus",
            found=f"The status is {subject.status}, and primary completion {end.text} is actual.",
        )


RULES = (
    stopped_without_reason,
    completed_with_estimates,
    enrolment_still_estimated,
    withdrawn_with_participants,
    started_but_not_recruiting,
    recruiting_before_start,
    reason_without_stop,
    completed_too_early,
    recruiting_after_completion,
)
