"""Serious events: clocks from the hour of awareness, upgrades, two judgements, a report complete or told why not."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

import msgspec
import pytest

from trialwright.capture.safety import cases, due_list, lacking
from trialwright.pipeline import conduct, conduct_safety
from trialwright.pipeline.conduct_safety import EventAt
from web.small_study import PASSWORD  # noqa: F401 - the people of the fixture sign in with it
from web.stage import INVESTIGATOR, enrolled, save

SPONSOR = conduct.Actor("sponsor_1")
SHANGHAI = ZoneInfo("Asia/Shanghai")
AT = "/safety/P001/1/"
EVENT = {
    "term": "pneumonia", "grade": "3", "serious": "Y", "serious_hospitalisation": "Y", "causality": "possible",
    "outcome": "recovering", "action": "none", "start": "2021-03-01", "awareness": "2021-03-02",
}  # fmt: skip


def enter(place, *, row: int = 0, reason: str = "", **values: str) -> None:
    save(place, "LOG", "adverse_events", {f"adverse_event.{k}": v for k, v in values.items()}, row=row, reason=reason)


@pytest.fixture
def event(here):
    """P001 with one serious event, not reported yet; the form says that the site learned of it an hour ago."""
    enrolled(here)
    enter(here, **(EVENT | {"action": action_code(), "awareness": day_of(here, hours_ago=1)}))
    return here


@pytest.fixture
def old_event(here):
    """The same; the form says that the site learned of it on 2 March 2021."""
    enrolled(here)
    enter(here, **(EVENT | {"action": action_code()}))
    return here


def action_code() -> str:
    from trialwright.catalog import load

    return load().terms("action_taken").choices[0].code


def now(place) -> dt.datetime:
    return place.ledger.now()


def case_of(place, at: dt.datetime | None = None):
    (found,) = cases(place.study, place.ledger.snapshot(), at or now(place))
    return found


def clocks(place, at: dt.datetime | None = None) -> list[tuple[str, str, str, int, str]]:
    return [(c.recipient, c.turn.why, c.kind, c.days, c.state) for c in case_of(place, at).clocks]


def site(token: str = "", row: int = 1) -> EventAt:
    return EventAt(actor=INVESTIGATOR, participant_id="P001", row=row, token=token)


def local(moment: dt.datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def day_of(place, hours_ago: float) -> str:
    return local(now(place) - dt.timedelta(hours=hours_ago))[:10]


def report(place, hours_ago: float = 1, **more: object) -> object:
    aware = local(now(place) - dt.timedelta(hours=hours_ago))
    given = {"aware": aware, "narrative": "Admitted with fever."} | more
    return conduct_safety.report_event(place.ledger, place.study, site(), **given)


def assess(place, causality: str = "possible", unexpected: str = "Y") -> object:
    at = EventAt(actor=SPONSOR, participant_id="P001", row=1)
    return conduct_safety.assess_event(
        place.ledger, place.study, at, causality=causality, unexpected=unexpected, reason="the brochure"
    )


def send(place, sent: str) -> object:
    at = EventAt(actor=SPONSOR, participant_id="P001", row=1)
    return conduct_safety.submit_report(place.ledger, place.study, at, recipient="authority", sent=sent, number="7/21")


def codes(answer) -> list[str]:
    return [] if isinstance(answer, conduct.Saved) else [problem.code for problem in answer.problems]


def test_edc_r70_the_clock_towards_the_sponsor_runs_24_hours_from_awareness(old_event):
    (clock,) = case_of(old_event).clocks

    # aware on 2 March 2021, hour unknown: counted from its first minute in Shanghai, 16:00 UTC of the day before
    assert (clock.start_utc, clock.due_utc) == ("2021-03-01T16:00:00.000Z", "2021-03-02T16:00:00.000Z")
    assert (clock.state, clock.assumed) == ("overdue", True)


def test_edc_r70_a_report_in_time_stops_it_and_starts_the_days_towards_the_authority(event):
    aware = now(event) - dt.timedelta(hours=1)
    assert codes(report(event, hours_ago=1)) == []
    sponsor, authority = case_of(event).clocks

    assert (sponsor.state, sponsor.start_utc[:16]) == ("done", aware.isoformat()[:16])
    assert (authority.recipient, authority.state, authority.days, authority.assumed) == (
        "authority",
        "running",
        15,
        True,
    )
    # fifteen calendar days from the local day of the report, to the end of the last one
    day0 = now(event).astimezone(SHANGHAI).date()
    due = dt.datetime.fromisoformat(authority.due_utc).astimezone(SHANGHAI)
    assert (due.date() - day0, due.time()) == (dt.timedelta(days=16), dt.time())


@pytest.mark.parametrize(
    ("minutes", "passed"), [(0, 0), (719, 0), (720, 50), (1151, 50), (1152, 80), (1439, 80), (1440, 100), (9000, 100)]
)
def test_edc_r70_the_clock_says_when_half_and_four_fifths_of_its_time_have_passed(old_event, minutes, passed):
    """24 hours from awareness: half are 720 minutes, four fifths 1,152."""
    start = dt.datetime.fromisoformat("2021-03-01T16:00:00+00:00")
    (clock,) = case_of(old_event, start + dt.timedelta(minutes=minutes)).clocks

    assert clock.passed(start + dt.timedelta(minutes=minutes)) == passed


def test_a_clock_that_was_stopped_warns_of_nothing(event):
    report(event, hours_ago=1)
    sponsor, _ = case_of(event).clocks

    assert (sponsor.state, sponsor.passed(now(event))) == ("done", 0)


def test_edc_r70_the_due_list_and_the_page_of_the_event_say_it_in_words(old_event, as_):
    listed = as_("sponsor").get("/safety/").content.decode()
    single = as_("sponsor", "zh").get(AT).content.decode()
    report(old_event)
    after = as_("sponsor").get("/safety/").content.decode()

    assert "the limit has passed" in listed and "已超过时限" in single
    assert "has passed" not in after


def test_a_report_after_24_hours_is_late_for_ever(event):
    report(event, hours_ago=30)

    assert clocks(event)[0] == ("sponsor", "serious", "report", 0, "late")


def test_a_later_moment_in_the_report_does_not_replace_the_day_on_the_form(old_event):
    """The form says 2 March 2021, the report years later: 24 hours from that day, late, and the contradiction told."""
    report(old_event, hours_ago=1)
    told, reported = lacking(case_of(old_event))[0], day_of(old_event, hours_ago=1)
    sponsor = case_of(old_event).clocks[0]

    assert (sponsor.start_utc, sponsor.due_utc) == ("2021-03-01T16:00:00.000Z", "2021-03-02T16:00:00.000Z")
    assert (sponsor.state, sponsor.assumed) == ("late", True)
    assert f"the form says 2021-03-02, the report {reported}" in told.en
    assert f"表单为 2021-03-02，报告为 {reported}" in told.of("zh")


def test_an_earlier_moment_in_the_report_counts_and_the_contradiction_is_told(old_event):
    report(old_event, aware="2021-03-01 09:30")
    sponsor = case_of(old_event).clocks[0]

    assert (sponsor.start_utc, sponsor.assumed) == ("2021-03-01T01:30:00.000Z", False)
    assert "the form says 2021-03-02, the report 2021-03-01" in lacking(case_of(old_event))[0].en


@pytest.mark.parametrize("way", ["the form is corrected", "a further report is right"])
def test_days_of_awareness_that_agree_again_lack_nothing_and_give_the_hour(old_event, way):
    report(old_event, aware="2021-03-04 09:30")
    if way == "the form is corrected":
        enter(old_event, row=1, awareness="2021-03-04", reason="misread")
    else:
        report(old_event, aware="2021-03-02 11:00")
    sponsor = case_of(old_event).clocks[0]

    assert [text.en for text in lacking(case_of(old_event))] == ["the sponsor's own assessment"]
    assert sponsor.start_utc == ("2021-03-04T01:30:00.000Z" if "form" in way else "2021-03-02T03:00:00.000Z")


@pytest.mark.parametrize("hours_ago", [0.5, 30])
def test_nothing_is_sent_before_the_sponsor_learned_of_it(event, hours_ago):
    report(event, hours_ago=1)
    assess(event)
    refused = send(event, local(now(event) - dt.timedelta(hours=hours_ago)))

    assert codes(refused) == ["TW-CAP-125"]
    assert "the sponsor" in refused.problems[0].found
    assert clocks(event)[1][4] == "running"


def test_nothing_is_sent_before_the_site_learned_of_it_even_where_no_report_is_there(old_event):
    refused = send(old_event, "2021-03-01 10:00")

    assert codes(refused) == ["TW-CAP-125"]
    assert "the site" in refused.problems[0].found


@pytest.mark.parametrize(("site_says", "sponsor_says", "unexpected", "expected"), [
    ("possible", "unrelated", "Y", "running"),  # the sponsor does not lower the investigator's judgement
    ("unrelated", "possible", "Y", "running"),
    ("unrelated", "unrelated", "Y", "not_owed"),
    ("certain", "certain", "N", "not_owed"),
])  # fmt: skip
def test_edc_r72_the_higher_judgement_counts_and_both_stay(event, site_says, sponsor_says, unexpected, expected):
    if site_says != "possible":
        enter(event, row=1, causality=site_says, reason="seen again")
    report(event)
    assess(event, sponsor_says, unexpected)

    assert clocks(event)[1][4] == expected
    assert case_of(event).code("causality") == site_says
    assert case_of(event).last("safety_assessed").details["causality"] == sponsor_says


def test_edc_r71_a_serious_event_that_becomes_life_threatening_starts_a_seven_day_clock_and_keeps_the_old(event):
    report(event)
    assess(event)
    enter(event, row=1, serious_life_threatening="Y", reason="moved to intensive care")
    upgraded = clocks(event)
    report(event)
    told = clocks(event)

    assert upgraded == [
        ("sponsor", "serious", "report", 0, "done"),
        ("authority", "serious", "report", 15, "running"),
        ("sponsor", "fatal", "report", 0, "running"),
    ]
    assert told[2:] == [
        ("sponsor", "fatal", "report", 0, "done"),
        ("authority", "fatal", "report", 7, "running"),
        ("authority", "fatal", "completion", 15, "running"),
    ]


def test_edc_r71_an_event_that_becomes_serious_counts_from_the_upgrade_and_not_from_its_beginning(here):
    enrolled(here)
    mild = {k: v for k, v in EVENT.items() if not k.startswith("serious")} | {"action": action_code(), "serious": "N"}
    enter(here, **mild)
    none = cases(here.study, here.ledger.snapshot(), now(here))
    enter(here, row=1, serious="Y", serious_hospitalisation="Y", reason="admitted overnight")
    (clock,) = case_of(here).clocks

    assert none == ()
    assert (clock.turn.first, clock.state) == (False, "running")
    assert clock.start_utc == clock.turn.at_utc > "2021-03-02"


def test_sending_stops_the_clock_of_its_recipient_and_a_late_one_says_so(event):
    report(event)
    assess(event)
    done = send(event, local(now(event)))

    assert codes(done) == []
    assert clocks(event)[1][4] == "done"
    assert due_list(event.study, event.ledger.snapshot(), now(event)) == ()


def test_the_due_list_is_ordered_by_urgency_and_says_what_is_left(event):
    report(event)
    enter(event, **(EVENT | {"term": "fracture", "action": action_code(), "start": "2021-03-05"}))
    listed = due_list(event.study, event.ledger.snapshot(), now(event))

    assert [(clock.row, clock.recipient) for clock in listed] == [(2, "sponsor"), (1, "authority")]
    assert listed[0].left(now(event)) < dt.timedelta() < listed[1].left(now(event))


def test_an_event_no_longer_serious_keeps_its_history_and_owes_nothing(event):
    report(event)
    enter(event, row=1, serious="N", reason="observed for two hours only")

    assert {state for *_, state in clocks(event)} == {"done", "not_owed"}


@pytest.mark.parametrize(("aware", "code"), [
    ("2021-03-02", "TW-CAP-121"), ("02.03.2021 14:30", "TW-CAP-121"), ("2021-02-30 10:00", "TW-CAP-121"),
    ("2021-03-02 25:00", "TW-CAP-121"), ("2999-01-01 10:00", "TW-CAP-122"),
])  # fmt: skip
def test_the_moment_of_awareness_is_a_past_day_with_its_time(event, aware, code):
    assert codes(report(event, aware=aware)) == [code]


@pytest.mark.parametrize("signs", [("0123456789-: ", "０１２３４５６７８９－：\u3000"), ("- ", "–\u00a0")])
def test_the_moment_of_awareness_is_read_in_full_width_signs_too_and_kept_as_typed(event, signs):
    plain = local(now(event) - dt.timedelta(hours=1))
    answer = report(event, aware=plain.translate(str.maketrans(*signs)))
    (act,) = case_of(event).acts

    assert codes(answer) == []
    assert act.details["aware"] == plain.translate(str.maketrans(*signs))
    assert clocks(event)[0][-1] == "done"


def test_only_the_site_reports_and_only_the_sponsor_judges_for_the_sponsor(event):
    nurse, investigator = EventAt(actor=SPONSOR, participant_id="P001", row=1), site()
    reported = conduct_safety.report_event(event.ledger, event.study, nurse, aware=local(now(event)), narrative="x")
    judged = conduct_safety.assess_event(
        event.ledger, event.study, investigator, causality="possible", unexpected="Y", reason="x"
    )
    edited = conduct.save_form(event.ledger, event.study, conduct.FormSave(
        actor=SPONSOR, participant_id="P001", visit="LOG", form="adverse_events", row=1,
        posted={"adverse_event.causality": "unrelated"}, reason="we think otherwise",
    ))  # fmt: skip

    assert [codes(each) for each in (reported, judged, edited)] == [["TW-CAP-036"]] * 3


def test_edc_r73_a_report_is_not_complete_before_it_is_and_says_what_is_missing(event):
    def complete() -> object:
        return conduct_safety.complete_report(event.ledger, event.study, site())

    early = complete()
    missing = [text.en for text in lacking(case_of(event))]
    report(event)
    assess(event)

    assert codes(early) == ["TW-CAP-124"]
    assert missing == ["the report of the site with its moment of awareness", "the sponsor's own assessment"]
    assert codes(complete()) == []

    enter(event, row=1, outcome="recovered", reason="discharged")

    assert [text.en for text in lacking(case_of(event))] == ["last day of the event"]


def test_edc_r73_a_follow_up_opens_the_report_again_on_the_page(event, as_):
    report(event)
    assess(event)
    conduct_safety.complete_report(event.ledger, event.study, site())
    browser = as_("investigator")
    before = browser.get(AT).content.decode()
    report(event, narrative="Discharged.")

    assert "report complete" in before
    assert "report not complete" in browser.get(AT).content.decode()
    assert [e.details["stage"] for e in event.ledger.events(("safety_reported",))] == ["initial", "follow_up"]


def test_the_page_leads_from_report_to_complete(event, as_):
    investigator, sponsor = as_("investigator"), as_("sponsor")
    answers = [
        investigator.post(AT + "report/", {"aware": local(now(event)), "narrative": "Admitted with fever."}),
        sponsor.post(AT + "assess/", {"causality": "possible", "unexpected": "Y", "reason": "the brochure"}),
        sponsor.post(AT + "sent/", {"recipient": "authority", "stage": "report", "sent": local(now(event))}),
        investigator.post(AT + "complete/", {}),
    ]
    paper = investigator.post(AT + "print/").content.decode()

    assert [answer.status_code for answer in answers] == [302] * 4
    assert "P001-AE1" in investigator.get("/safety/").content.decode()
    assert "Not complete" not in paper
    for told in ("pneumonia", "Admitted with fever.", "sent in time", event.ledger.head().hash):
        assert told in paper, told
    assert event.ledger.events(("printed",))[-1].row == 1


def test_a_refused_report_keeps_what_was_typed(event, as_):
    answer = as_("investigator").post(AT + "report/", {"aware": "yesterday", "narrative": "A long story."})

    assert answer.status_code == 422
    assert "A long story." in answer.content.decode()


def test_nothing_of_a_report_reveals_efficacy(event, as_):
    save(event, "W0", "physician", {"physician_global.vas": "7.3"})
    report(event)
    browser = as_("sponsor")
    for html in (browser.get("/safety/"), browser.get(AT), browser.post(AT + "print/")):
        text = html.content.decode()
        assert "7.3" not in text
        assert not re.search(r"improve|respon(se|der)", text.replace("responsible", "")), text


def test_a_number_that_is_no_serious_event_is_not_here(event, as_):
    browser = as_("investigator")
    mild = {k: v for k, v in EVENT.items() if not k.startswith("serious")}
    enter(event, **(mild | {"serious": "N", "action": action_code()}))

    assert [browser.get(f"/safety/P001/{row}/").status_code for row in (2, 9)] == [404, 404]
    assert browser.post("/safety/P001/9/report/", {"narrative": "x"}).status_code == 404


def test_a_study_that_declares_no_reporting_says_so(event, as_):
    event.study = msgspec.structs.replace(event.study, safety=None)

    assert "declares no reporting" in as_("investigator").get("/safety/").content.decode()
