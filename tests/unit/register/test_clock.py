"""What is due for a registration, by which rule, counted from the record and from what really happened."""

import copy
import datetime as dt
import json

import pytest

from trialwright.catalog import load
from trialwright.define import read_study
from trialwright.model.deadlines import Deadline, DeadlineReport, VisitDay
from trialwright.model.ledger import LedgerEvent
from trialwright.model.study import Study
from trialwright.register.clock import Conduct, find_deadlines, read_conduct, render_calendar, render_deadlines
from trialwright.register.clock.days import add_months
from trialwright.register.derived import unknown_since

from .records import ON, RECONSTRUCTION, ROOT, SHARED, exemplary, record_of


def report_of(changes: dict[str, object], on: dt.date, conduct: Conduct | None = None) -> DeadlineReport:
    """The due dates of the exemplary record with values put at v2 paths of its protocol section."""
    document = copy.deepcopy(exemplary())
    for path, value in changes.items():
        *steps, last = path.split(".")
        place = document["protocolSection"]
        for step in steps:
            place = place.setdefault(step, {})
        place[last] = value
    return find_deadlines(record_of(json.dumps(document).encode()), on, conduct)


def one(report: DeadlineReport, code: str) -> Deadline:
    return next(each for each in report.deadlines if each.code == code)


AMERICAN: dict[str, object] = {
    "statusModule.startDateStruct": {"date": "2024-03-10", "type": "ACTUAL"},
    "statusModule.primaryCompletionDateStruct": {"date": "2025-01-31", "type": "ACTUAL"},
    "statusModule.completionDateStruct": {"date": "2025-02-28", "type": "ACTUAL"},
    "statusModule.studyFirstSubmitDate": "2024-03-30",
    "statusModule.statusVerifiedDate": "2025-02",
    "statusModule.overallStatus": "COMPLETED",
    "designModule.studyType": "INTERVENTIONAL",
    "designModule.phases": ["PHASE2"],
    "designModule.enrollmentInfo": {"count": 40, "type": "ACTUAL"},
    "oversightModule.isFdaRegulatedDrug": True,
    "oversightModule.isFdaRegulatedDevice": False,
    "contactsLocationsModule.locations": [{"facility": "A", "city": "Boston", "country": "United States"}],
}


def test_registration_is_due_on_the_day_of_the_first_enrolment_and_21_days_later_by_law():
    report = report_of(AMERICAN, dt.date(2025, 3, 1))

    # 2024-03-10 plus 21 calendar days is 2024-03-31
    assert (one(report, "icmje-registration").due, one(report, "icmje-registration").state) == ("2024-03-10", "late")
    assert one(report, "icmje-registration").days == -20
    assert (one(report, "cfr-registration").due, one(report, "cfr-registration").state) == ("2024-03-31", "met")


@pytest.mark.parametrize(
    ("on", "state", "days"),
    [(dt.date(2026, 1, 30), "due", 1), (dt.date(2026, 1, 31), "due", 0), (dt.date(2026, 2, 1), "overdue", -1)],
)
def test_results_are_due_a_year_after_primary_completion(on, state, days):
    found = one(report_of(AMERICAN, on), "cfr-results")

    assert (found.due, found.state, found.days) == ("2026-01-31", state, days)


WITHDRAWN: dict[str, object] = {
    **AMERICAN,
    "statusModule.startDateStruct": {"date": "2024-03", "type": "ESTIMATED"},
    "statusModule.studyFirstSubmitDate": "2024-04-30",
    "statusModule.overallStatus": "WITHDRAWN",
    "designModule.enrollmentInfo": {"count": 0, "type": "ACTUAL"},
}


def test_a_withdrawn_study_owes_nothing_that_an_enrolment_begins():
    report = report_of(WITHDRAWN, dt.date(2026, 11, 23))

    assert [each.code for each in report.deadlines if each.state in ("overdue", "late", "due")] == []
    assert one(report, "cfr-results").says.en == "the study was withdrawn before anybody was enrolled"


def test_a_withdrawn_study_whose_record_counts_participants_owes_its_results():
    changes = {**WITHDRAWN, "designModule.enrollmentInfo": {"count": 3, "type": "ACTUAL"}}

    assert one(report_of(changes, dt.date(2026, 11, 23)), "cfr-results").state == "overdue"


def test_a_certified_delay_counts_as_done():
    found = one(report_of({**AMERICAN, "statusModule.dispFirstSubmitDate": "2025-12-01"}, ON), "cfr-results")

    assert (found.state, found.says.en) == ("met", "A delay was certified on 2025-12-01.")


def test_a_date_known_to_the_month_counts_as_its_last_day():
    changes = {**AMERICAN, "statusModule.startDateStruct": {"date": "2024-03", "type": "ACTUAL"}}

    assert one(report_of(changes, ON), "icmje-registration").state == "met"


def test_the_seed_is_registered_105_days_late_and_unknown_from_july_2023():
    report = find_deadlines(record_of(RECONSTRUCTION.read_bytes()), ON)

    # reference chapter 1.2, items 1 and 13: 105 days; verified 2021-06, unknown from 2023-07
    assert one(report, "icmje-registration").days == -105
    assert one(report, "derived-unknown").due == "2023-07-01"
    assert one(report, "verify").due == "2022-06-30"
    assert one(report, "icmje-data-sharing").state == "cannot be judged"
    assert report.applicability.verdict == "not applicable"


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "applicable"),
        ({"designModule.phases": ["PHASE1"]}, "not applicable"),
        ({"designModule.phases": ["PHASE1", "PHASE2"]}, "applicable"),
        ({"designModule.studyType": "OBSERVATIONAL"}, "not applicable"),
        ({"oversightModule.isFdaRegulatedDrug": False}, "not applicable"),
        ({"oversightModule.isFdaRegulatedDrug": None}, "undetermined"),
        ({"contactsLocationsModule.locations": [{"country": "China"}]}, "undetermined"),
        (
            {
                "contactsLocationsModule.locations": [{"country": "China"}],
                "oversightModule.isUsExport": True,
            },
            "applicable",
        ),
        ({"designModule.designInfo.primaryPurpose": "DEVICE_FEASIBILITY"}, "not applicable"),
    ],
)
def test_the_applicable_trial_decision_follows_the_elements_of_the_rule(changes, verdict):
    report = report_of({**AMERICAN, **changes}, ON)

    assert report.applicability.verdict == verdict
    assert len(report.applicability.reasons) == 5


def test_an_undetermined_trial_keeps_its_due_dates_and_says_so():
    changes = {**AMERICAN, "contactsLocationsModule.locations": [{"country": "China"}]}
    found = one(report_of(changes, ON), "cfr-results")

    assert (found.state, found.says.en) == ("overdue", "If it is an applicable clinical trial.")


def test_a_consent_form_is_owed_only_with_federal_money():
    funded = {**AMERICAN, "sponsorCollaboratorsModule.collaborators": [{"name": "NIAMS", "class": "NIH"}]}

    # 60 days after 2025-02-28
    assert one(report_of(funded, ON), "common-rule-consent").due == "2025-04-29"
    assert one(report_of(funded, ON), "common-rule-consent").state == "overdue"
    assert one(report_of(AMERICAN, ON), "common-rule-consent").state == "not applicable"


def test_what_counts_from_a_day_nobody_gave_waits():
    changes = {**AMERICAN, "statusModule.primaryCompletionDateStruct": {}}

    assert one(report_of(changes, ON), "cfr-results").state == "waiting"


def test_what_is_overdue_comes_first():
    states = [each.state for each in report_of(AMERICAN, ON).deadlines]

    assert states == sorted(
        states,
        key=["overdue", "due", "waiting", "cannot be judged", "late", "met", "not applicable"].index,
    )


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [("2021-06-30", 12, "2022-06-30"), ("2024-02-29", 12, "2025-02-28"), ("2023-12-31", 2, "2024-02-29")],
)
def test_a_month_ends_where_it_ends(day, months, expected):
    assert add_months(dt.date.fromisoformat(day), months).isoformat() == expected


@pytest.fixture(scope="module")
def study() -> Study:
    found, problems = read_study(ROOT / "studies" / "aba_dm", load())
    assert found is not None, problems
    return found


def act(kind: str, day: str, who: str = "", visit: str = "", **details: str) -> LedgerEvent:
    return LedgerEvent(
        seq=1, group=1, kind=kind, participant_id=who, visit=visit, form="", row=0, details={"date": day, **details},
        user="u", at_utc=f"{day}T10:00:00.000Z", reason="", build=1, origin="typed",
    )  # fmt: skip


LIFE = (
    act("site_opened", "2021-01-31"),
    act("consent_given", "2021-02-01", "P001"),
    act("screen_failure", "2021-02-02", "P001"),
    act("consent_given", "2021-02-05", "P002"),
    act("enrolled", "2021-02-09", "P002"),
    act("consent_given", "2021-02-20", "P003"),
    act("enrolled", "2021-02-22", "P003"),
)


def test_a_screening_failure_does_not_start_the_21_days(study):
    conduct = read_conduct(study, LIFE, ())

    assert (conduct.first_consent, conduct.first_enrolled_consent, conduct.first_enrolled) == (
        "2021-02-01",
        "2021-02-05",
        "2021-02-09",
    )
    assert (conduct.enrolled, conduct.in_study, conduct.status) == (2, 2, "RECRUITING")


def test_primary_completion_waits_for_everybody_who_is_still_in_the_study(study):
    locked = act("locked", "2021-09-01", scope="data")
    visits = (VisitDay("P002", "W12", "2021-05-04"),)

    waiting = read_conduct(study, (*LIFE, locked), visits)
    left = read_conduct(study, (*LIFE, act("withdrawn", "2021-06-01", "P003"), locked), visits)

    assert waiting.primary_completed == ""
    assert left.primary_completed == "2021-05-04"


def test_a_study_is_completed_with_the_last_visit_once_nobody_is_left_in_it(study):
    acts = (
        *LIFE,
        act("completed", "2021-05-04", "P002"),
        act("withdrawn", "2021-06-01", "P003"),
        act("locked", "2021-09-01", scope="data"),
    )
    conduct = read_conduct(study, acts, (VisitDay("P002", "W12", "2021-05-04"),))

    assert (conduct.completed, conduct.status) == ("2021-06-01", "COMPLETED")


def test_an_unlocked_study_of_which_fewer_than_planned_are_enrolled_still_recruits(study):
    acts = (*LIFE, act("locked", "2021-09-01", scope="data"), act("unlocked", "2021-09-02", scope="data"))

    assert read_conduct(study, acts, ()).status == "RECRUITING"


COMPLETED = Conduct(
    site_opened="2021-01-31",
    first_consent="2021-02-01",
    first_enrolled_consent="2021-02-01",
    first_enrolled="2021-02-09",
    last_enrolled="2021-08-27",
    enrolled=19,
    recruitment_ended="2021-08-27",
    primary_completed="2021-11-18",
    completed="2021-11-20",
)


def test_reality_goes_before_the_record():
    report = find_deadlines(record_of(RECONSTRUCTION.read_bytes()), dt.date(2021, 12, 10), COMPLETED)

    # 2021-11-18 plus 30 days
    assert one(report, "update-primary-completion").due == "2021-12-18"
    assert "2021-11-18 (ledger)" in one(report, "update-primary-completion").basis.en
    assert one(report, "update-status").basis.zh == "自 2021-11-20 起为“已完成”（台账）"


def test_where_reality_and_record_differ_an_update_is_proposed():
    report = find_deadlines(record_of(RECONSTRUCTION.read_bytes()), dt.date(2021, 12, 10), COMPLETED)
    proposed = {each.label.en: (each.registered, each.proposed) for each in report.updates}

    assert proposed == {
        "Study start": ("2021-02-01 (actual)", "2021-02-09 (actual)"),
        "Primary completion": ("2022-07-31 (estimated)", "2021-11-18 (actual)"),
        "Study completion": ("2022-07-31 (estimated)", "2021-11-20 (actual)"),
        "Enrolment": ("20 (estimated)", "19 (actual)"),
        "Overall status": ("Recruiting", "Completed"),
        "Verified": ("2021-06", "2021-12"),
    }


def test_a_record_that_says_what_happened_needs_no_update():
    changes = {
        "statusModule.startDateStruct": {"date": "2021-02-09", "type": "ACTUAL"},
        "statusModule.primaryCompletionDateStruct": {"date": "2021-11-18", "type": "ACTUAL"},
        "statusModule.completionDateStruct": {"date": "2021-11-20", "type": "ACTUAL"},
        "statusModule.overallStatus": "COMPLETED",
        "statusModule.statusVerifiedDate": "2021-12",
        "designModule.enrollmentInfo": {"count": 19, "type": "ACTUAL"},
    }

    assert report_of(changes, dt.date(2021, 12, 10), COMPLETED).updates == ()


def test_an_amendment_asks_for_an_update_until_one_is_submitted():
    amended = Conduct(first_enrolled="2021-02-09", enrolled=1, site_opened="2021-01-31", amended="2021-06-01")
    told = Conduct(
        first_enrolled="2021-02-09", enrolled=1, site_opened="2021-01-31", amended="2021-06-01",
        submitted=("2021-05-01", "2021-06-20"),
    )  # fmt: skip
    on = dt.date(2021, 7, 15)

    assert one(report_of({}, on, amended), "update-amendment").state == "overdue"
    assert (
        one(report_of({}, on, told), "update-amendment").state,
        one(report_of({}, on, told), "update-amendment").done,
    ) == (
        "met",
        "2021-06-20",
    )


def test_the_calendar_holds_what_lies_ahead_and_folds_its_lines():
    report = report_of(AMERICAN, dt.date(2025, 6, 1))
    text = render_calendar(report)

    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert "DTSTART;VALUE=DATE:20260131\r\n" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert text.count("BEGIN:VEVENT") == len([d for d in report.deadlines if d.state in ("due", "overdue") and d.due])
    assert "Register before" not in text


def test_the_same_report_gives_the_same_calendar():
    assert render_calendar(report_of(AMERICAN, ON)) == render_calendar(report_of(AMERICAN, ON))


def test_the_text_tells_each_duty_with_its_rule():
    text = render_deadlines(report_of(AMERICAN, ON))

    assert "OVERDUE" in text
    assert "42 CFR 11.44(a)" in text
    assert "Applicable clinical trial (42 CFR 11): applicable" in text


@pytest.mark.bulk
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared registry data is not beside this checkout")
def test_derived_unknown_agrees_with_the_registry_on_nearly_every_record_with_its_snapshot_date():
    agree = total = 0
    for path in sorted((SHARED / "records").glob("*.json")):
        record = record_of(path.read_bytes(), path.name)
        held = record.typed.derived_section.misc_info_module.version_holder
        status = record.typed.protocol_section.status_module.overall_status
        if not held:
            continue
        on = dt.date.fromisoformat(held)
        since = unknown_since(record.typed.protocol_section.status_module)
        total += 1
        agree += (since is not None and since <= on) == (status == "UNKNOWN")

    assert total > 200
    assert agree / total >= 0.99, (agree, total)
