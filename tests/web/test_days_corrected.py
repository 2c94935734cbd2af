"""The day of a consent, an enrolment or an end that was a slip is corrected with a reason, and both stay readable."""

import datetime as dt

import msgspec
import pytest

from trialwright.capture.deviations import candidates
from trialwright.capture.overview import enrolment
from trialwright.capture.signatures import content_of
from trialwright.capture.status import left_on
from trialwright.catalog import load
from trialwright.derive import derive
from trialwright.export.sdtm.special import dispositions
from trialwright.export.sdtm.subjects import subjects
from trialwright.model.dating import dated, inputs_of
from trialwright.model.signature import Scope
from trialwright.pipeline import conduct
from trialwright.pipeline.conduct_base import check_past
from trialwright.register.clock.conduct import read_conduct
from web import stage

PAGE, CORRECT = "/participants/P001/", "/participants/P001/date/"
WHY = "the year before last on the paper"


@pytest.fixture
def enrolled(here):
    """P001: consent 2021-02-01, the screening visit the same day, enrolled 2021-02-08."""
    ledger, study, who = here.ledger, here.study, stage.INVESTIGATOR
    conduct.record_approval(ledger, study, who, date="2021-01-10", body="Committee", number="1")
    conduct.open_site(ledger, study, who, date="2021-01-11")
    conduct.add_participant(ledger, study, who, "P001")
    conduct.give_consent(ledger, study, who, "P001", version="1.0", date="2021-02-01")
    stage.save(here, "SCR", "visit_date", {"visit_record.date": "2021-02-01", "eligibility.inc1": "Y"})
    conduct.confirm_eligibility(ledger, study, who, "P001")
    assert isinstance(conduct.enrol(ledger, study, who, "P001", date="2021-02-08"), conduct.Saved)
    return here


def act_of(here, kind: str):
    (event,) = here.ledger.events(kinds=(kind,))
    return event


def correct(here, kind: str, date: str, **more: str):
    told = {"reason": WHY, **more}
    of = act_of(here, kind).seq
    return conduct.correct_date(here.ledger, here.study, stage.INVESTIGATOR, "P001", of=of, date=date, **told)


def test_a_slip_is_corrected_with_a_reason_and_both_days_stay_readable(enrolled, as_):
    investigator, seq = as_("investigator"), act_of(enrolled, "enrolled").seq
    before = investigator.get(PAGE).content.decode()
    answer = investigator.post(CORRECT, {"of": str(seq), "date": "2021-02-09", "reason": WHY})
    after = investigator.get(PAGE).content.decode()
    event = act_of(enrolled, "date_corrected")
    trail = as_("monitor", "zh").get("/audit/").content.decode()

    assert "Correct a date" in before and "As it was entered" not in before
    assert answer.status_code == 302
    assert (event.details, event.reason) == (
        {"act": "enrolled", "of": str(seq), "date": "2021-02-09", "was": "2021-02-08"}, WHY,
    )  # fmt: skip
    assert "enrolled: 2021-02-09" in after and "2021-02-08 (" in after and WHY in after
    assert "更正日期" in trail and "登记内容：入组" in trail and "原为：2021-02-08" in trail and WHY in trail
    assert act_of(enrolled, "enrolled").details == {"date": "2021-02-08"}


@pytest.mark.parametrize(("sent", "code"), [
    ({"date": "2021-02-09", "reason": " "}, "TW-CAP-059"), ({"date": "2021-02-08"}, "TW-CAP-163"),
    ({"date": "2021-02"}, "TW-CAP-012"), ({"date": "9 February"}, "TW-CAP-009"),
])  # fmt: skip
def test_without_a_reason_or_another_whole_day_nothing_is_corrected(enrolled, as_, sent, code):
    answer = as_("investigator").post(
        CORRECT, {"of": str(act_of(enrolled, "enrolled").seq), "date": "", "reason": WHY, **sent}
    )
    told = correct(enrolled, "enrolled", **sent)

    assert answer.status_code == 422
    assert isinstance(told, conduct.Refused) and [each.code for each in told.problems] == [code]
    assert enrolled.ledger.events(kinds=("date_corrected",)) == ()


@pytest.mark.parametrize("of", ["", "0", "999", "x", "9" * 30, "participant_added", "ethics_approval", "another"])
def test_only_a_day_of_this_participant_is_corrected(enrolled, as_, of):
    if of in ("participant_added", "ethics_approval"):
        of = str(act_of(enrolled, of).seq)
    if of == "another":
        conduct.add_participant(enrolled.ledger, enrolled.study, stage.INVESTIGATOR, "P002")
        conduct.give_consent(
            enrolled.ledger, enrolled.study, stage.INVESTIGATOR, "P002", version="1.0", date="2021-02-03"
        )
        of = str(enrolled.ledger.events(kinds=("consent_given",))[-1].seq)
    answer = as_("investigator").post(CORRECT, {"of": of, "date": "2021-02-09", "reason": WHY})

    assert answer.status_code == 422 and "has no such act with a day" in answer.content.decode()
    assert enrolled.ledger.events(kinds=("date_corrected",)) == ()


def test_a_second_correction_counts_and_a_double_click_does_not(enrolled, as_):
    investigator, of = as_("investigator"), str(act_of(enrolled, "enrolled").seq)
    for date, token in (("2021-02-09", "a"), ("2021-02-09", "a"), ("2021-02-10", "b")):
        investigator.post(CORRECT, {"of": of, "date": date, "reason": WHY, "token": token})
    events = enrolled.ledger.events(participant_id="P001")

    assert [(e.details["was"], e.details["date"]) for e in events if e.kind == "date_corrected"] == [
        ("2021-02-08", "2021-02-09"), ("2021-02-09", "2021-02-10"),
    ]  # fmt: skip
    assert [e.details["date"] for e in dated(events) if e.kind == "enrolled"] == ["2021-02-10"]


def test_locked_data_and_another_role_change_no_day(enrolled, as_):
    sent = {"of": str(act_of(enrolled, "enrolled").seq), "date": "2021-02-09", "reason": WHY}
    assert as_("study_nurse").post(CORRECT, sent).status_code == 403
    assert "Correct a date" not in as_("study_nurse").get(PAGE).content.decode()
    manager = conduct.Actor("data_manager_1")
    assert isinstance(conduct.lock_data(enrolled.ledger, enrolled.study, manager, reason="test"), conduct.Saved)

    assert as_("investigator").post(CORRECT, sent).status_code == 422
    assert enrolled.ledger.events(kinds=("date_corrected",)) == ()


def test_the_corrected_day_is_the_one_that_is_derived_exported_and_reckoned_with(enrolled):
    def told() -> list[object]:
        snapshot = enrolled.ledger.snapshot()
        (one,) = subjects(enrolled.study, snapshot, ()).values()
        terms = {r.values["DSDECOD"]: r.values["DSSTDTC"] for r in dispositions(snapshot, (), {})}
        clock = read_conduct(enrolled.study, snapshot.events, ())
        plan = enrolment(enrolled.study, snapshot.events, dt.date(2021, 3, 1))
        return [
            one.consented,
            one.enrolled,
            *terms.values(),
            clock.first_consent,
            clock.first_enrolled,
            plan.reached[0][0],
        ]

    def rests_on() -> tuple[int, ...]:
        (person,) = derive(enrolled.study, enrolled.ledger.snapshot(), load()).participants
        return person.inputs

    before, inputs = told(), rests_on()
    correct(enrolled, "consent_given", "2021-01-31")
    correct(enrolled, "enrolled", "2021-02-09")

    assert before == [*("2021-02-01", "2021-02-08") * 3, dt.date(2021, 2, 8)]
    assert told() == [*("2021-01-31", "2021-02-09") * 3, dt.date(2021, 2, 9)]
    corrected = [e.seq for e in enrolled.ledger.events(kinds=("date_corrected",))]
    assert set(corrected).isdisjoint(inputs) and set(corrected) <= set(rests_on())


def test_a_visit_before_the_day_of_consent_is_found_by_the_corrected_day(enrolled):
    found = [[one.rule for one in candidates(enrolled.study, enrolled.ledger.snapshot())]]
    correct(enrolled, "consent_given", "2021-02-02")
    found.append([one.rule for one in candidates(enrolled.study, enrolled.ledger.snapshot())])

    assert ["consent:SCR" in rules for rules in found] == [False, True]


def test_who_left_left_on_the_corrected_day(enrolled):
    conduct.withdraw(
        enrolled.ledger, enrolled.study, stage.INVESTIGATOR, "P001", date="2021-03-15", code="other", reason="moved"
    )
    correct(enrolled, "withdrawn", "2021-03-05")

    assert left_on(enrolled.ledger.events(participant_id="P001")) == dt.date(2021, 3, 5)


def test_an_act_rests_on_the_correction_of_its_day_too(enrolled):
    correct(enrolled, "enrolled", "2021-02-09")
    acts = dated(enrolled.ledger.events(participant_id="P001"))

    assert [inputs_of(e) for e in acts if e.kind == "enrolled"] == [
        (act_of(enrolled, "enrolled").seq, act_of(enrolled, "date_corrected").seq)
    ]
    assert [inputs_of(e) for e in acts if e.kind == "participant_added"] == [
        (act_of(enrolled, "participant_added").seq,)
    ]


def test_a_signature_of_the_participant_is_broken_by_it(enrolled):
    scope = Scope(participant_id="P001")
    before = content_of(enrolled.ledger.snapshot(), scope).hash
    correct(enrolled, "enrolled", "2021-02-09")

    assert content_of(enrolled.ledger.snapshot(), scope).hash != before


@pytest.mark.parametrize("kind", ["consent", "enrol", "withdraw", "died", "complete", "deviation"])
def test_what_has_taken_place_has_no_day_that_is_still_to_come(enrolled, as_, kind):
    sent = {"date": "2099-12-31", "version": "2.0", "code": "other", "reason": "x", "category": "procedure",
            "description": "x", "major": "N"}  # fmt: skip
    before = enrolled.ledger.head()
    answer = as_("investigator").post(f"/participants/P001/{kind}/", sent)

    assert answer.status_code == 422 and "2099-12-31 lies in the future" in answer.content.decode()
    assert enrolled.ledger.head().seq - before.seq <= 1  # the visit of the page may be noted, nothing else


def test_nobody_leaves_before_the_day_of_consent(enrolled):
    at = (enrolled.ledger, enrolled.study, stage.INVESTIGATOR, "P001")
    told = conduct.withdraw(*at, date="2021-01-31", code="other", reason="moved")
    correct(enrolled, "consent_given", "2021-01-31")
    then = conduct.withdraw(*at, date="2021-01-31", code="other", reason="moved")

    assert isinstance(told, conduct.Refused) and [each.code for each in told.problems] == ["TW-CAP-166"]
    assert isinstance(then, conduct.Saved)


def test_the_screening_log_tells_the_day_of_the_outcome_it_shows(enrolled, as_):
    at = (enrolled.ledger, enrolled.study, stage.INVESTIGATOR, "P001")
    conduct.withdraw(*at, date="2021-03-05", code="other", reason="moved")
    line = " ".join(as_("monitor").get("/screening/").content.decode().split())

    assert '2021-03-05<br><span class="why">enrolled 2021-02-08</span>' in line


def test_today_has_come_where_the_first_of_the_sites_has_it(here):
    class At:
        def now(self) -> dt.datetime:
            return dt.datetime(2021, 3, 1, 11, tzinfo=dt.UTC)  # evening at the first, morning at the other

    (site,) = here.study.sites
    other = msgspec.structs.replace(site, name="east", time_zone="Pacific/Kiritimati")
    both = msgspec.structs.replace(here.study, sites=(site, other))

    assert [each.code for each in check_past(At(), here.study, "2021-03-02", "x")[1]] == ["TW-CAP-165"]
    assert check_past(At(), both, "2021-03-02", "x") == ("2021-03-02", [])
