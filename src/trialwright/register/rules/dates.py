"""Dates and the clock: when it was registered, what has passed by the day of the check, what the registry derives."""

import datetime as dt
from collections.abc import Iterator

from trialwright.register.derived import unknown_since
from trialwright.register.rule import Found, rule
from trialwright.register.spans import months_between, read_date
from trialwright.register.subject import Subject

STATUS = "protocolSection.statusModule"
_START = "statusModule.startDateStruct.date"
_SUBMITTED = "statusModule.studyFirstSubmitDate"
_PRIMARY_END = "statusModule.primaryCompletionDateStruct.date"
_END = "statusModule.completionDateStruct.date"
_VERIFIED = "statusModule.statusVerifiedDate"
ICMJE = "ICMJE recommendations, Clinical trial registration: at or before first enrolment, by the date first submitted"
PART_11_REGISTER = "42 CFR 11.24(a): within 21 calendar days after the first participant is enrolled"
PART_11_UPDATE = "42 CFR 11.64(a): updates within 30 days, verification at least every 12 months"
_ICMJE_SINCE = dt.date(2005, 7, 1)
_GRACE_DAYS = 21


@rule(
    "TW-REG-101",
    "error",
    "registered after the study had started",
    why="A trial registered late can be reported as planned whatever was found first; journals may refuse it.",
    source=f"{ICMJE}; {PART_11_REGISTER}",
    expected="First submission on or before the day the first participant is enrolled.",
    cure="This cannot be undone: say in every report that registration was retrospective, and by how many days.",
    example="started 2021-02-01, first submitted 2021-05-17: 105 days late",
    needs=(_START, _SUBMITTED),
    catches=(1,),
    interventional=True,
)
def registered_late(subject: Subject) -> Iterator[Found]:
    start, submitted = subject.start, subject.submitted
    kind = subject.protocol.status_module.start_date_struct.type
    if not start or not submitted or kind == "ESTIMATED" or start.latest < _ICMJE_SINCE:
        return
    if subject.status == "WITHDRAWN":  # nobody was enrolled, so nobody was enrolled too early
        return
    # a start known to the month only counts from that month's last day: a doubt is no accusation
    late = (submitted.earliest - start.latest).days
    if late <= 0:
        return
    past = late - _GRACE_DAYS
    told = f"The study started {start.text} and was first submitted {submitted.text}: {late} days late"
    told += f", {past} days past the 21-day mark of United States law." if past > 0 else "."
    yield Found(where=f"{STATUS}.studyFirstSubmitDate", found=told, severity="error" if past > 0 else "warning")


@rule(
    "TW-REG-102",
    "error",
    "a date that is no date",
    why="Nothing that depends on the date can be reckoned, and the registry refuses the record.",
    source="ClinicalTrials.gov data definitions: dates are YYYY, YYYY-MM or YYYY-MM-DD",
    expected="A day, month or year of the calendar.",
    cure="Write the date as YYYY-MM-DD, or YYYY-MM where only the month is known.",
    example='start date "2021-02-30"',
    needs=(),
)
def unreadable_date(subject: Subject) -> Iterator[Found]:
    status = subject.protocol.status_module
    for path, text in (
        ("startDateStruct.date", status.start_date_struct.date),
        ("primaryCompletionDateStruct.date", status.primary_completion_date_struct.date),
        ("completionDateStruct.date", status.completion_date_struct.date),
        ("studyFirstSubmitDate", status.study_first_submit_date),
        ("statusVerifiedDate", status.status_verified_date),
        ("lastUpdateSubmitDate", status.last_update_submit_date),
    ):
        if text and read_date(text) is None:
            yield Found(where=f"{STATUS}.{path}", found=f'"{text}" is not a date.', quote=text)


@rule(
    "TW-REG-103",
    "error",
    "dates in an impossible order",
    why="One of the dates is wrong, and every due date follows from them.",
    source="PRS data element definitions: start, then primary completion, then study completion",
    expected="Start on or before primary completion, primary completion on or before study completion.",
    cure="Correct the date that is wrong.",
    example="primary completion 2022-07-31 after study completion 2022-05-01",
    needs=(_START, _PRIMARY_END, _END),
)
def wrong_order(subject: Subject) -> Iterator[Found]:
    steps = (
        ("start", "startDateStruct", subject.start),
        ("primary completion", "primaryCompletionDateStruct", subject.primary_completion),
        ("study completion", "completionDateStruct", subject.completion),
    )
    for (first, _, earlier), (second, path, later) in (steps[:2], steps[1:], steps[::2]):
        if earlier and later and earlier.earliest > later.latest:
            yield Found(
                where=f"{STATUS}.{path}.date",
                found=f"The {second} ({later.text}) is before the {first} ({earlier.text}).",
            )


@rule(
    "TW-REG-104",
    "error",
    "an actual date in the future",
    why="A thing that has not happened cannot be reported as happened.",
    source="PRS data element definitions: a date is Actual once it has been reached",
    expected="Actual dates on or before the day of the check.",
    cure='Mark the date as "Estimated", or correct it.',
    example="completion date 2031-01-01, type Actual",
    needs=(),
)
def actual_in_future(subject: Subject) -> Iterator[Found]:
    status = subject.protocol.status_module
    for name, struct in (
        ("startDateStruct", status.start_date_struct),
        ("primaryCompletionDateStruct", status.primary_completion_date_struct),
        ("completionDateStruct", status.completion_date_struct),
    ):
        date = read_date(struct.date)
        if date and struct.type == "ACTUAL" and date.earliest > subject.on:
            yield Found(
                where=f"{STATUS}.{name}.date", found=f"{date.text} is marked Actual and lies after {subject.on}."
            )


@rule(
    "TW-REG-105",
    "warning",
    "an estimated date has passed",
    why="Readers and trackers take a passed estimate for a trial that has been given up.",
    source=PART_11_UPDATE,
    expected='A date that has passed is made "Actual", or moved with the plan.',
    cure="Enter the actual date, or the new estimate, and verify the record.",
    example="primary completion 2022-07-31 (estimated), checked on 2026-11-23",
    needs=(_PRIMARY_END, _END),
    catches=(13, 14),
)
def estimate_passed(subject: Subject) -> Iterator[Found]:
    status = subject.protocol.status_module
    if subject.status == "WITHDRAWN":  # a study that never began has no actual dates
        return
    for words, name, struct in (
        ("start", "startDateStruct", status.start_date_struct),
        ("primary completion", "primaryCompletionDateStruct", status.primary_completion_date_struct),
        ("study completion", "completionDateStruct", status.completion_date_struct),
    ):
        date = read_date(struct.date)
        if date and struct.type == "ESTIMATED" and date.latest < subject.on:
            yield Found(
                where=f"{STATUS}.{name}.date",
                found=f"The estimated {words} {date.text} has passed on {subject.on} and was never made actual.",
                quote=date.text,
            )


@rule(
    "TW-REG-106",
    "note",
    "planned study completion is the planned primary completion",
    why="Nobody is observed for harm after the last measurement of the primary outcome, or the date is too early.",
    source="PRS data element definitions: study completion is the last visit for any outcome, adverse events included",
    expected="A study completion after the last follow-up, where participants are followed for safety.",
    common="about half of all records, most of them completed, of which this rule does not speak",
    cure="Give the date of the last safety visit as study completion, or say that nobody is followed longer.",
    example="both 2022-07-31, with adverse events among the outcome measures",
    needs=(_PRIMARY_END, _END),
    catches=(11,),
    interventional=True,
)
def same_completion(subject: Subject) -> Iterator[Found]:
    status = subject.protocol.status_module
    date = status.completion_date_struct.date
    # half of all records have equal dates: only a plan that is still open can be made better
    planned = status.completion_date_struct.type == "ESTIMATED"
    if not date or date != status.primary_completion_date_struct.date or not planned or subject.status == "WITHDRAWN":
        return
    safety = any(word in subject.outcomes_lower for word in ("adverse", " saes", " aes ", "side effect"))
    yield Found(
        where=f"{STATUS}.completionDateStruct.date",
        found=f"Study completion and primary completion are both {date}: "
        f"no follow-up is left{' for safety' if safety else ''} after the last visit.",
        severity="warning" if safety else "note",
    )


@rule(
    "TW-REG-107",
    "warning",
    "the last participant can no longer be observed in time",
    why="Recruitment beyond that day cannot reach the registered primary completion date.",
    source="Arithmetic: primary completion less the longest time frame of a primary outcome measure",
    expected="Recruitment that ends before primary completion by at least the primary time frame.",
    cure="Move the primary completion date, or close recruitment.",
    example="12 weeks of follow-up, primary completion 2022-07-31: the last participant starts by 2022-05-08",
    needs=(_PRIMARY_END, "outcomesModule.primaryOutcomes"),
    catches=(12,),
    interventional=True,
)
def too_late_to_enrol(subject: Subject) -> Iterator[Found]:
    status = subject.protocol.status_module
    end = subject.primary_completion
    recruiting = subject.status in ("RECRUITING", "NOT_YET_RECRUITING", "ENROLLING_BY_INVITATION")
    if not end or not recruiting or status.primary_completion_date_struct.type != "ESTIMATED":
        return
    longest = max(subject.primary_days, default=0)
    if not longest or longest > 3650:
        return
    last_entry = end.latest - dt.timedelta(days=longest)
    path = f"{STATUS}.primaryCompletionDateStruct.date"
    need = (
        f"With {longest} days to the primary outcome the last participant must start by {last_entry} to meet {end.text}"
    )
    if subject.start and last_entry < subject.start.earliest:
        yield Found(where=path, found=f"{need}, which is before the study's own start {subject.start.text}.")
    elif last_entry < subject.on:
        still = "has not begun to recruit" if subject.status == "NOT_YET_RECRUITING" else "still recruits"
        yield Found(where=path, found=f"{need}; on {subject.on} the record {still}.")


@rule(
    "TW-REG-108",
    "warning",
    "not verified for more than twelve months",
    why="After a year without verification nobody can rely on status, dates or contacts.",
    source=f"{PART_11_UPDATE}; PRS problem flag Not Recently Updated",
    expected="A verification date not older than twelve months while the study is under way.",
    cure="Read the record through, correct it, and set the verification date.",
    example="verified 2021-06, checked on 2026-11-23",
    needs=(_VERIFIED,),
    catches=(13,),
)
def unverified(subject: Subject) -> Iterator[Found]:
    if not subject.verified or not subject.active:
        return
    age = months_between(subject.verified.earliest, subject.on)
    if age > 12:
        yield Found(
            where=f"{STATUS}.statusVerifiedDate",
            found=f"The record was last verified {subject.verified.text}, {age} months before {subject.on}.",
        )


@rule(
    "TW-REG-109",
    "warning",
    "the registry shows this study as unknown",
    why="Patients and reviewers are told that nobody knows what became of this study.",
    source="ClinicalTrials.gov glossary, Unknown status; rule measured on 2,075 records of February 2026",
    expected="A recruiting or active study is verified within two years, or its completion lies ahead.",
    cure="Enter the true status (completed, terminated ...) and verify the record; UNKNOWN then disappears.",
    example="last known status Recruiting, verified 2021-06, completion 2022-07: UNKNOWN from 2023-07",
    needs=(_VERIFIED, _END),
    catches=(13, 14),
)
def derived_unknown(subject: Subject) -> Iterator[Found]:
    since = unknown_since(subject.protocol.status_module)
    if since and since <= subject.on:
        yield Found(
            where=f"{STATUS}.overallStatus",
            found=f"The last status given is {subject.status}; from {since:%Y-%m} on the registry derives UNKNOWN.",
            quote=subject.protocol.status_module.overall_status,
        )


@rule(
    "TW-REG-110",
    "error",
    "verified or submitted in the future",
    why="The act cannot have happened yet, so the date is wrong.",
    source="ClinicalTrials.gov data definitions: record verification date",
    expected="Dates of acts already done, on or before the day of the check.",
    cure="Correct the date; --on sets the day of the check.",
    example="verification date 2031-01, checked on 2026-11-23",
    needs=(),
)
def act_in_future(subject: Subject) -> Iterator[Found]:
    for name, date in (("statusVerifiedDate", subject.verified), ("studyFirstSubmitDate", subject.submitted)):
        if date and date.earliest > subject.on:
            yield Found(where=f"{STATUS}.{name}", found=f"{date.text} lies after the day of the check, {subject.on}.")


@rule(
    "TW-REG-111",
    "note",
    "dates known to the month only",
    why="The law counts days from these dates; a month leaves up to thirty of them open.",
    source="PRS data element definitions: day is required for actual start and completion dates since 2017-01-18",
    expected="Day, month and year once a date is actual.",
    cure="Give the day.",
    example='actual start date "2021-02"',
    needs=(),
    interventional=True,
)
def month_only(subject: Subject) -> Iterator[Found]:
    status = subject.protocol.status_module
    for name, struct in (
        ("startDateStruct", status.start_date_struct),
        ("primaryCompletionDateStruct", status.primary_completion_date_struct),
        ("completionDateStruct", status.completion_date_struct),
    ):
        date = read_date(struct.date)
        if date and struct.type == "ACTUAL" and not date.complete and date.earliest >= dt.date(2017, 2, 1):
            yield Found(
                where=f"{STATUS}.{name}.date", found=f'The actual date "{date.text}" has no day.', quote=struct.date
            )


RULES = (
    registered_late,
    unreadable_date,
    wrong_order,
    actual_in_future,
    estimate_passed,
    same_completion,
    too_late_to_enrol,
    unverified,
    derived_unknown,
    act_in_future,
    month_only,
)
