"""
A hospital runs the trial: one participant from screening to a signed week 12, by seven people in two languages.

An administrator adds the accounts, a data manager gives the roles; coordinator, assessor, monitor, data manager and
investigator then do their part as they would, in browsers of their own: a query, a correction, a deviation, a serious
adverse event with its clocks, which the sponsor judges apart, and an amendment on the way. Nothing goes past the pages
but the two commands of the machine's keeper: the first accounts, and `freeze`. The pictures of docs/images named
trial-* are made here.

Days count back from today, so that week 12 is today and clocks run.
"""

import datetime as dt
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, sync_playwright

from support import pictures
from support.person import Person
from support.serving import serving
from trialwright import catalog
from trialwright.pipeline.study import load_study

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
PASSWORD = "four quiet grey herons"
OWN = "seven slow green barges"
SITE = ZoneInfo("Asia/Shanghai")
P001 = "/participants/P001/"
PEOPLE = {
    # user name -> printed name, role, language, width of the screen
    "li.na": ("Li Na", "coordinator", "zh", 1280),
    "zhou.min": ("Zhou Min", "assessor", "zh", 360),
    "m.ito": ("Mari Ito", "monitor", "en", 1280),
    "dr.chen": ("Chen Jing", "investigator", "en", 1280),
}
SPONSOR = {"s.weber": ("Sara Weber", "sponsor", "en", 1280)}
pytestmark = pytest.mark.chromium
if CHROMIUM is None and "chromium" not in os.environ.get("TRIALWRIGHT_REQUIRE", ""):
    pytest.skip("the system has no Chromium", allow_module_level=True)


def trialwright(*words: object, typed: str = "") -> None:
    command = [sys.executable, "-m", "trialwright", *map(str, words)]
    run = subprocess.run(command, input=typed, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]


def day(number: int) -> str:
    """A study day as a date: day 1 is week 0, day 85 today."""
    today = dt.datetime.now(SITE).date()
    return (today - dt.timedelta(days=85 - number)).isoformat()


class Trial:
    """The study's folder, the people at their browsers, and where pictures go."""

    def __init__(self, folder: Path, pictures: Path) -> None:
        self.folder, self.pictures = folder, pictures
        self.people: dict[str, Person] = {}
        study, _ = load_study(Path(__file__).parents[2] / "studies" / "aba_dm", catalog.load())
        assert study is not None
        fields = [field for section in study.form("core_set").sections for field in section.fields]
        self.strength = [f.name for f in fields if f.instrument == "mmt8"]
        self.function = {f.name: "N" if f.item.kind == "yes_no" else "1" for f in fields if f.instrument == "haq_di"}

    def __getattr__(self, role: str) -> Person:
        return self.people[role]

    def core_set(self, strength: str, **more: str) -> dict[str, str]:
        return (
            dict.fromkeys(self.strength, strength) | self.function | {k.replace("__", "."): v for k, v in more.items()}
        )

    def moved_to(self, address: str) -> None:
        for person in self.people.values():
            person.address = address

    def picture(self, person: Person, name: str, at: str = "h1") -> None:
        """What a person sees now, in English on a desk and in Chinese on a telephone, from `at` on."""
        for language, width in (("en", 1280), ("zh", 360)):
            person.sees(language, width)
            person.page.reload()
            person.page.locator(at).first.evaluate("e => scrollTo(0, e.getBoundingClientRect().top + scrollY - 70)")
            pictures.shoot(person.page, self.pictures, f"trial-{name}", (width, language))
        person.sees(person.language, person.width)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """The pictures, by the whole journey."""
    folder = tmp_path_factory.mktemp("hospital") / "study"
    trial = Trial(folder, pictures.folder_for(tmp_path_factory.mktemp("pictures")))
    trialwright("init", folder)
    for name, role in (("it.desk", "administrator"), ("wang.fang", "data_manager")):
        typed = f"{PASSWORD}\n{PASSWORD}\n"
        trialwright("user", "add", folder, name, "--role", role, "--by", "it.desk", typed=typed)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        with serving("serve", folder) as address:
            people_arrive(trial, browser, address)
            a_participant_enters(trial)
            week_0(trial)
            a_query_a_correction(trial)
            a_deviation(trial)
            a_serious_event(trial)
            arrives(trial, browser, address, "s.weber")
            the_sponsor_judges_apart(trial)
        amend(trial)
        with serving("serve", folder) as address:
            trial.moved_to(address)
            forms_move(trial)
            week_12(trial)
            signed(trial)
            everybody_left_a_trace(trial)
        browser.close()
    return trial.pictures


def test_a_participant_is_carried_from_screening_to_a_signed_week_12(made):
    names = {re.sub(r"-\d+-..$", "", picture.stem) for picture in made.glob("trial-*.png")}

    assert names == {re.sub(r"-\d+-..$", "", picture.stem) for picture in pictures.IMAGES.glob("trial-*.png")}
    pictures.check(made, "trial-*.png")


def people_arrive(trial: Trial, browser: Browser, address: str) -> None:
    """The administrator adds accounts, the data manager gives roles, and everybody chooses a password."""
    keeper = Person(browser, address, "it.desk", "en")
    manager = Person(browser, address, "wang.fang", "en")
    for person in (keeper, manager):
        person.sign_in(PASSWORD)
    trial.people |= {"administrator": keeper, "data_manager": manager}
    for name in PEOPLE:
        arrives(trial, browser, address, name)
    keeper.open("/people/")
    trial.picture(keeper, "people")
    manager.open("/people/delegation/")
    trial.picture(manager, "delegation")


def arrives(trial: Trial, browser: Browser, address: str, name: str) -> None:
    """An account, a role, and a password that only its person knows."""
    printed, role, language, width = (PEOPLE | SPONSOR)[name]
    keeper, manager = trial.administrator, trial.data_manager
    keeper.act("/people/", "/people/add/", user=name, printed=printed, identity="hospital identity card")
    once = keeper.page.locator("dd code").nth(1).inner_text()
    manager.act("/people/", "/people/grant/", user=name, role=role, trained=day(-30), reason="as in the site file")
    person = trial.people[role] = Person(browser, address, name, language, width=width)
    first = person.sign_in(once)
    person.act("", "/account/password/", username=name, password=once, new=OWN, again=OWN)
    person.open("/participants/")

    assert ("密码由他人设置" in first) if language == "zh" else ("Somebody else set your password" in first)
    assert person.page.locator("h1").inner_text() in ("Participants", "参与者")


def a_participant_enters(trial: Trial) -> None:
    """Approval and opening by the investigator; consent and screening by the coordinator; eligible, enrolled."""
    doctor, coordinator = trial.investigator, trial.coordinator
    doctor.act("/study/", "/study/approval/", date=day(-60), body="Ethics committee", number="2021-SR-001")
    doctor.act("/study/", "/study/opening/", date=day(-40))
    coordinator.act("/participants/", "/participants/add/")
    refused = coordinator.open(P001 + "visits/SCR/forms/demographics/")
    consented = coordinator.act(P001, "/consent/", version="2", date=day(-10))
    at = P001 + "visits/SCR/forms/"
    coordinator.enter(at + "screening/", {"visit_record.date": day(-7), "weight.weight": "58,5"})
    age = str(int(day(1)[:4]) - 1971)
    coordinator.enter(
        at + "demographics/",
        {"demographics.birth_year": "1971", "demographics.age": age, "demographics.sex": "F"},
    )
    coordinator.enter(at + "history/", {
        "disease_history.subtype": "dermatomyositis", "disease_history.onset": "2018-05",
        "disease_history.glucocorticoid_result": "failed", "disease_history.glucocorticoid_dose": "0.3",
        "disease_history.drug_1": "methotrexate", "disease_history.drug_1_months": "7",
        "disease_history.drug_1_result": "failed",
    })  # fmt: skip
    answers = ("inc2_stable", "inc3_washout", "inc4_consent", "exc1_other_rheumatic", "exc2_other_myopathy")
    doctor.enter(at + "eligibility/", {f"eligibility.{name}": "Y" for name in answers})
    doctor.act(P001, "/eligibility/")
    enrolled = doctor.act(P001, "/enrol/", date=day(1))
    complete(coordinator, "SCR")

    assert "知情同意" in refused
    assert "已登记" in consented
    assert "enrolled" in enrolled


def visit(trial: Trial, name: str, on: int, row: int) -> None:
    """The visit form and the dose of that day, by the coordinator."""
    coordinator = trial.coordinator
    said = coordinator.enter(
        P001 + f"visits/{name}/forms/visit/",
        {"visit_record.date": day(on), "weight.weight": "58", "visit_record.assessor": "Zhou Min"},
    )
    dose = {"dosing_log.date": day(on), "dosing_log.dose": "500", "dosing_log.lot": "L1", "dosing_log.vials": "2",
            "dosing_log.reaction": "N", "dosing_log.interrupted": "N"}  # fmt: skip
    given = coordinator.enter(P001 + f"visits/LOG/forms/dosing/?row={row}", dose)

    assert "已保存" in said, said
    assert "已保存" in given, given


def week_0(trial: Trial) -> None:
    coordinator, assessor = trial.coordinator, trial.assessor
    coordinator.act("/product/", "/product/move/", move="received", lot="L1", vials="12", date=day(-20),
                    expiry=f"{int(day(1)[:4]) + 3}-01-01")  # fmt: skip
    visit(trial, "W0", 1, 1)
    measured = trial.core_set("8", physician_global__vas="6,0", patient_global__vas="５．０", muscle_enzymes__ck="1250",
                              muscle_enzymes__ck_uln="200", muscle_enzymes__ldh="310", muscle_enzymes__ldh_uln="250",
                              extramuscular_global__vas="4.0")  # fmt: skip
    said = assessor.enter(P001 + "visits/W0/forms/core_set/", measured)
    complete(coordinator, "W0")
    assessor.open(P001 + "visits/W0/forms/core_set/")
    assessor.follow("签名")
    done = assessor.act("", "", username=assessor.name, password=OWN)
    visit(trial, "W2", 15, 2)
    complete(coordinator, "W2")

    assert "已保存" in said
    assert "有效" in done and "Zhou Min" in done


def complete(person: Person, name: str) -> None:
    path = P001 + f"visits/{name}/"
    person.open(path)
    owed = {"reason": "其余项目未检测"} if person.page.locator("#reason-complete").count() else {}
    said = person.act("", "/complete/", **owed)

    assert "标记为完成" in said or "Marked complete" in said, said


def a_query_a_correction(trial: Trial) -> None:
    """The assessor slips at week 4; the monitor asks, the assessor corrects with a reason and answers, it is closed."""
    monitor, assessor = trial.monitor, trial.assessor
    visit(trial, "W4", 34, 3)
    path = P001 + "visits/W4/forms/core_set/"
    measured = trial.core_set("9", physician_global__vas="4.5", patient_global__vas="4.0", muscle_enzymes__ck="125",
                              muscle_enzymes__ck_uln="200", muscle_enzymes__ldh="290", muscle_enzymes__ldh_uln="250",
                              extramuscular_global__vas="3.0")  # fmt: skip
    assessor.enter(path, measured)
    monitor.open(path)
    monitor.act(
        "", "/queries/ask/", item="muscle_enzymes.ck", message="The laboratory sheet says 1215. Which is right?"
    )
    assessor.open(path)
    trial.picture(assessor, "query", "#queries")
    without = assessor.enter(path, {"muscle_enzymes.ck": "1215"})
    saved = assessor.enter("", {}, reason="漏录一位数字，已按化验单更正")
    assessor.act(path, "/answer/", at="1215", reason="化验单为 1215，已更正")
    monitor.act("/queries/?state=answered", "/close/", at="1215", reason="Agrees with the sheet now.")
    closed = monitor.open("/queries/?state=closed")
    history = monitor.open(path + "history/muscle_enzymes.ck/")
    trial.picture(monitor, "history")
    monitor.open(path)
    verified = monitor.act("", "/verify/")
    complete(trial.coordinator, "W4")

    assert "原因" in without, "a change without a reason is refused"
    assert "已保存" in saved
    assert "The laboratory sheet says 1215" in closed and "化验单为 1215" in closed
    assert "漏录一位数字" in history and "125" in history and "zhou.min" in history
    assert "verified" in verified


def a_deviation(trial: Trial) -> None:
    """Week 4 came two days late, which the program sees; the coordinator puts it on record, the committee is told."""
    coordinator, monitor = trial.coordinator, trial.monitor
    found = coordinator.open("/deviations/")
    trial.picture(coordinator, "deviation", "#shown")
    coordinator.act("/deviations/", "/record/", at="第 4 周", description="患者因假期延迟两日来院")
    coordinator.open("/deviations/")
    coordinator.page.check('input[name="key"]')
    told = coordinator.act("", "/deviations/report/", date=day(84), body="伦理委员会")

    assert "晚于访视窗" in found
    assert "患者因假期延迟两日来院" in monitor.open("/deviations/")
    assert day(84) in told


def a_serious_event(trial: Trial) -> None:
    """Entered by the coordinator, two hours after the site learned of it; a clock runs until the sponsor is told."""
    coordinator, doctor = trial.coordinator, trial.investigator
    now = dt.datetime.now(SITE)
    event = {"adverse_event.serious": "Y", "adverse_event.serious_hospitalisation": "Y", "adverse_event.term": "肺炎",
             "adverse_event.grade": "3", "adverse_event.causality": "possible", "adverse_event.outcome": "recovering",
             "adverse_event.action": "none", "adverse_event.start": day(84),
             "adverse_event.awareness": (now - dt.timedelta(hours=2)).date().isoformat()}  # fmt: skip
    coordinator.enter(P001 + "visits/LOG/forms/adverse_events/?row=1", event)
    running = coordinator.open("/safety/P001/1/")
    trial.picture(coordinator, "safety", "#clocks")
    overview = doctor.open("/overview/")
    aware = (now - dt.timedelta(hours=2)).strftime("%Y-%m-%d %H:%M")
    reported = doctor.act(
        "/safety/P001/1/", "/report/", aware=aware, narrative="Admitted with fever and cough; antibiotics."
    )
    gate = doctor.page.locator('form[action$="/complete/"]').count()

    assert "P001-AE1" in running and "申办者" in running
    assert "No report is owed" not in overview and "P001" in overview
    assert "Admitted with fever" in reported
    assert "What the report still lacks" in reported and gate == 0, "the sponsor has not judged it: not complete"


def the_sponsor_judges_apart(trial: Trial) -> None:
    """The sponsor changes nothing of the site, judges the event lower, and both judgements stand; the higher counts."""
    sponsor, doctor, at = trial.sponsor, trial.investigator, "/safety/P001/1/"
    now = dt.datetime.now(SITE)
    seen = sponsor.open(at)
    offered = [sponsor.page.locator(f'form[action$="/{act}/"]').count() for act in ("report", "assess", "sent")]
    to_doctor = [doctor.page.locator(f'form[action$="/{act}/"]').count() for act in ("report", "assess", "sent")]
    sponsor.open(P001 + "visits/LOG/forms/adverse_events/?row=1")
    savable = sponsor.page.locator("button[value=save]").count()
    judged = sponsor.act(
        at,
        "/assess/",
        causality="unrelated",
        unexpected="Y",
        reason="Pneumonia is frequent at this dose of prednisone.",
    )
    clock = sponsor.page.locator("#clocks + table").inner_text()
    sent = sponsor.act(
        at, "/sent/", recipient="authority", stage="report", sent=now.strftime("%Y-%m-%d %H:%M"), number="SUSAR-7"
    )
    gap = doctor.open(at)
    complete_ = doctor.act(at, "/complete/")
    overview = sponsor.open("/safety/")

    assert "Possible" in seen, "the investigator's judgement, as entered by the site"
    assert (offered, to_doctor, savable) == ([0, 1, 1], [1, 0, 0], 0)
    assert "Not related" in judged and "unexpected" in judged and "frequent at this dose" in judged
    assert "Possible" in judged, "the investigator's judgement stays beside the sponsor's"
    assert "Regulatory authority" in clock and "Ethics committee" in clock, "possible and unexpected: expedited"
    assert "SUSAR-7" in sent
    assert "Nothing is missing" in gap
    assert "report complete" in complete_
    assert "P001-AE1" in overview


def amend(trial: Trial) -> None:
    """The keeper of the machine edits a form and publishes the next build: aldolase is now asked at every visit."""
    form = trial.folder / "forms" / "core_set.yaml"
    text = form.read_text(encoding="utf-8")
    assert "optional: [aldolase, ldh, ast, alt]" in text
    form.write_text(text.replace("optional: [aldolase, ldh, ast, alt]", "optional: [ldh, ast, alt]"), encoding="utf-8")
    trialwright("freeze", trial.folder, "--reason", "Amendment 1: aldolase is measured at every visit.")


def forms_move(trial: Trial) -> None:
    """What is signed stays under its build; the rest moves with a reason, and the assessor is asked for aldolase."""
    manager = trial.data_manager
    before = manager.open("/amendments/")
    trial.picture(manager, "amendment")
    after = manager.act("/amendments/", "/amendments/move/", reason="Amendment 1, approved by the committee")
    history = manager.open("/audit/?kind=migrated")

    assert "Amendment 1: aldolase is measured at every visit." in before
    assert "signed" in before, "the signed form of week 0 stays"
    assert "The forms were moved." in after
    assert "Amendment 1, approved" in history


def week_12(trial: Trial) -> None:
    """Week 8 did not take place; week 12 is today, under the new build; nobody sees a verdict before it is complete."""
    coordinator, assessor = trial.coordinator, trial.assessor
    coordinator.open("/due/")
    trial.picture(coordinator, "due")
    coordinator.act(P001 + "visits/W8/", "/missed/", reason="住院期间未到访")
    visit(trial, "W12", 85, 4)
    path = P001 + "visits/W12/forms/core_set/"
    measured = trial.core_set("10", physician_global__vas="3.0", patient_global__vas="2.5", muscle_enzymes__ck="610",
                              muscle_enzymes__ck_uln="200", muscle_enzymes__aldolase="9.1",
                              muscle_enzymes__aldolase_uln="7.6", muscle_enzymes__ldh="240",
                              muscle_enzymes__ldh_uln="250", extramuscular_global__vas="2.0")  # fmt: skip
    said = assessor.enter(path, measured)
    hidden = [person.open(P001 + "visits/W12/") for person in trial.people.values()]
    complete(coordinator, "W12")

    assert "已保存" in said
    assert not any("improved" in text or "有应答" in text for text in hidden)


def signed(trial: Trial) -> None:
    """The investigator reads what is to be signed, and signs the visit."""
    doctor = trial.investigator
    seen = doctor.open(P001 + "visits/W12/")
    doctor.follow("Sign")
    trial.picture(doctor, "sign")
    done = doctor.act("", "", meaning="reviewed", username=doctor.name, password=OWN)
    doctor.open(P001)
    trial.picture(doctor, "participant")
    ready = trial.data_manager.open("/study/ready/")
    trial.picture(trial.data_manager, "ready")

    assert "Response at this visit" in seen
    assert "valid" in done and "Chen Jing" in done and "accurate and complete" in done
    assert "P001" in ready


def everybody_left_a_trace(trial: Trial) -> None:
    audit = trial.monitor.open("/audit/")
    for name in ("li.na", "zhou.min", "m.ito", "dr.chen", "wang.fang", "s.weber"):
        assert name in audit, name
