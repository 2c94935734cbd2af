"""
One trial by hand, from an empty study to its result, in a browser without JavaScript.

A nurse (in Chinese), an investigator, a data manager and a statistician work as they would; nothing goes past the
pages. The expected response is worked by head from the registered sentence: 3 of 6 measures improved by over 20 %.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from support.serving import serving
from trialwright import catalog
from trialwright.pipeline.study import load_study

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
PASSWORD = "four quiet grey herons"
PEOPLE = {"li.wei": "study_nurse", "dr.chen": "investigator", "wang.fang": "data_manager", "zhao.min": "statistician"}
CORE = "/participants/P001/visits/{}/forms/core_set/"
pytestmark = pytest.mark.chromium
if CHROMIUM is None and "chromium" not in os.environ.get("TRIALWRIGHT_REQUIRE", ""):
    pytest.skip("the system has no Chromium", allow_module_level=True)


def trialwright(*words: object, typed: str = "") -> None:
    run = subprocess.run(
        [sys.executable, "-m", "trialwright", *map(str, words)], input=typed, capture_output=True, text=True
    )

    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[str]:
    """An empty study with four accounts, served on a free port of this computer."""
    study = tmp_path_factory.mktemp("journey") / "study"
    trialwright("init", study)
    for name, role in PEOPLE.items():
        trialwright("user", "add", study, name, "--role", role, "--by", "head", typed=f"{PASSWORD}\n{PASSWORD}\n")
    with serving("serve", study) as address:
        yield address


class Person:
    """Somebody at a browser of their own, signed in."""

    def __init__(self, browser: Browser, address: str, name: str, language: str) -> None:
        self.name, self.address = name, address
        self.context = browser.new_context(java_script_enabled=False)
        self.context.set_default_timeout(60_000)
        self.context.add_cookies([{"name": "trialwright_language", "value": language, "url": address}])
        self.page = self.context.new_page()
        self.page.goto(address + "/sign-in/")
        self.page.fill("#username", name)
        self.page.fill("#password", PASSWORD)
        self.page.click("main form button")

    def open(self, path: str, page: Page | None = None) -> str:
        """The text of the page's main part."""
        page = page or self.page
        page.goto(self.address + path)
        return page.inner_text("main")

    def act(self, path: str, action: str, **typed: str) -> str:
        """One small form of a page, found by where it leads to; what the page says afterwards."""
        self.open(path)
        form = self.page.locator(f'form[action$="{action}"]')
        for summary in self.page.locator("details:not([open])", has=form).locator("> summary").all():
            summary.click()
        for name, text in typed.items():
            field = form.locator(f'[name="{name}"]')
            if field.evaluate("e => e.tagName") == "SELECT":
                field.select_option(text)
            else:
                field.fill(text)
        form.locator("button").click()
        return self.page.inner_text("main")

    def enter(self, path: str, values: dict[str, str], *, reason: str = "", page: Page | None = None) -> str:
        """A form of the study typed and saved; what the page says afterwards."""
        page = page or self.page
        if not page.url.endswith(path):
            page.goto(self.address + path)
        for name, text in values.items():
            choice = page.locator(f'input[type=radio][name="{name}"][value="{text}"]')
            if choice.count():
                choice.check(force=True)
            elif page.locator(f'select[name="{name}"]').count():
                page.select_option(f'select[name="{name}"]', text)
            else:
                page.fill(f'input[name="{name}"], textarea[name="{name}"]', text)
        if reason:
            page.fill("form[novalidate] #reason", reason)
        page.click("button[value=save]")
        return page.inner_text("main")


@pytest.fixture(scope="module")
def core_set() -> dict[str, str]:
    """Every answer of the core set form that is no free number: strength 8 everywhere, every question of function 1."""
    study, _ = load_study(Path(__file__).parents[2] / "studies" / "aba_dm", catalog.load())
    fields = [field for section in study.form("core_set").sections for field in section.fields]
    strength = {f.name: "8" for f in fields if f.instrument == "mmt8"}
    function = {f.name: "N" if f.item.kind == "yes_no" else "1" for f in fields if f.instrument == "haq_di"}
    return strength | function


def test_a_trial_is_run_by_hand_from_an_empty_study_to_its_result(served, core_set):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        nurse = Person(browser, served, "li.wei", "zh")
        doctor, manager, statistician = (
            Person(browser, served, name, "en") for name in ("dr.chen", "wang.fang", "zhao.min")
        )
        everybody = (nurse, doctor, manager, statistician)

        begin(nurse, doctor)
        screen(nurse, doctor)
        measure_baseline(nurse, core_set)
        correct_with_a_reason(nurse)
        save_from_a_stale_tab(nurse)
        answer_and_close_a_query(nurse, manager)
        keep_logs(nurse, doctor)
        withdraw_another(nurse, doctor)
        measure_the_end(nurse, core_set)
        no_verdict_before_the_visit_is_complete(doctor, everybody)
        look_and_lock(manager, statistician)
        from_a_number_to_the_nurse(statistician)
        correct_after_lock(nurse, doctor, manager, statistician)
        browser.close()


def begin(nurse: Person, doctor: Person) -> None:
    assert "尚未登记参与者" in nurse.open("/participants/")
    assert "ecorded" in doctor.act("/study/", "/study/approval/", date="2021-01-10", body="Committee", number="7")
    assert "ecorded" in doctor.act("/study/", "/study/opening/", date="2021-01-11")
    for number in ("P001", "P002"):
        nurse.open("/participants/")
        nurse.page.click('form[action$="/participants/add/"] button')
        before = nurse.open(f"/participants/{number}/visits/SCR/forms/screening/")
        said = nurse.act(f"/participants/{number}/", "/consent/", version="1", date="2021-02-01")

        assert "知情同意" in before and nurse.page.locator("form[novalidate]").count() == 0
        assert "已登记" in said and "筛选中" in said


def screen(nurse: Person, doctor: Person) -> None:
    at = "/participants/P001/visits/SCR/forms/"
    saved = [
        nurse.enter(at + "screening/", {"visit_record.date": "2021-02-02", "weight.weight": "58,5"}),
        nurse.enter(
            at + "demographics/",
            {"demographics.birth_year": "1971", "demographics.age": "５０", "demographics.sex": "F"},
        ),
        nurse.enter(
            at + "history/",
            {
                "disease_history.subtype": "dermatomyositis", "disease_history.onset": "2018-05",
                "disease_history.glucocorticoid_result": "failed", "disease_history.glucocorticoid_dose": "0.3",
                "disease_history.drug_1": "methotrexate", "disease_history.drug_1_months": "7",
                "disease_history.drug_1_result": "failed",
            },
        ),
    ]  # fmt: skip
    answers = ("inc2_stable", "inc3_washout", "inc4_consent", "exc1_other_rheumatic", "exc2_other_myopathy")
    doctor.enter(at + "eligibility/", {f"eligibility.{name}": "Y" for name in answers})

    assert all("已保存" in text for text in saved)
    assert "2018-05" in nurse.open(at + "history/history/disease_history.onset/")
    assert "ecorded" in doctor.act("/participants/P001/", "/eligibility/")
    assert "nrolled" in doctor.act("/participants/P001/", "/enrol/", date="2021-02-08")


def measure_baseline(nurse: Person, core_set: dict[str, str]) -> None:
    nurse.enter(
        "/participants/P001/visits/W0/forms/visit/",
        {"visit_record.date": "2021-02-08", "weight.weight": "58", "visit_record.assessor": "doctor"},
    )
    said = nurse.enter(
        CORE.format("W0"),
        core_set | {"physician_global.vas": "6,0", "patient_global.vas": "５．０", "muscle_enzymes.ck": "1250",
                    "muscle_enzymes.ck_uln": "200", "extramuscular_global.vas": "4.0"},
    )  # fmt: skip

    assert "已保存" in said and "核心指标要求至少两项肌酶" in said
    assert [stored(nurse, "W0", item) for item in ("physician_global", "patient_global")] == ["6.0 cm", "5.0 cm"]
    assert "５．０" in nurse.page.inner_text("main"), "the value stands as it was typed too"


def stored(person: Person, visit: str, instrument: str) -> str:
    """The latest value of a global, from its history."""
    person.open(CORE.format(visit) + f"history/{instrument}.vas/")
    return person.page.inner_text("tbody tr:first-child td strong")


def correct_with_a_reason(nurse: Person) -> None:
    nurse.second = nurse.context.new_page()
    nurse.open(CORE.format("W0"), nurse.second)  # the tab that will be stale
    without = nurse.enter(CORE.format("W0"), {"muscle_enzymes.ck": "1205"})
    reason_owed = nurse.page.locator("#errors").count()
    kept = nurse.page.input_value('input[name="muscle_enzymes.ck"]')
    nurse.page.goto(nurse.address + CORE.format("W0"))
    saved = nurse.enter(CORE.format("W0"), {"muscle_enzymes.ck": "1205"}, reason="化验单抄写有误")
    history = nurse.open(CORE.format("W0") + "history/muscle_enzymes.ck/")

    assert "原因" in without and (reason_owed, kept) == (1, "1205")
    assert "已保存" in saved
    assert all(text in history for text in ("1250", "1205", "化验单抄写有误", nurse.name))


def save_from_a_stale_tab(nurse: Person) -> None:
    page = nurse.second
    page.fill('input[name="extramuscular_global.vas"]', "4.2")
    page.fill("form[novalidate] #reason", "重新评估")
    page.click("button[value=save]")
    merge = page.inner_text("main")
    page.click("button[value=save]")  # what the other tab saved stands, the rest is this one's

    assert "您已在另一窗口保存此表单" in merge and all(text in merge for text in ("1250", "1205"))
    assert stored(nurse, "W0", "extramuscular_global") == "4.2 cm"
    assert "1205" in nurse.open(CORE.format("W0") + "history/muscle_enzymes.ck/")
    assert nurse.page.locator("tbody tr").count() == 2, "the stale tab wrote no version of what it had not touched"


def answer_and_close_a_query(nurse: Person, manager: Person) -> None:
    asked = nurse.open("/queries/")
    seq = re.search(r"/queries/(\d+)/answer/", nurse.page.content())[1]
    nurse.act("/queries/", f"/queries/{seq}/answer/", reason="当日仅检测肌酸激酶")
    answered = manager.open("/queries/")
    manager.act("/queries/", f"/queries/{seq}/close/", reason="confirmed on the sheet")

    assert "核心指标要求至少两项肌酶" in asked
    assert "当日仅检测肌酸激酶" in answered and nurse.name in answered
    assert "No query is open" in manager.open("/queries/")


def keep_logs(nurse: Person, doctor: Person) -> None:
    log = "/participants/P001/visits/LOG/forms/"
    dose = {"dosing_log.date": "2021-02-08", "dosing_log.dose": "500", "dosing_log.lot": "A1", "dosing_log.vials": "2",
            "dosing_log.interrupted": "N", "dosing_log.reaction": "N"}  # fmt: skip
    event = {"adverse_event.term": "皮疹", "adverse_event.grade": "1", "adverse_event.serious": "N",
             "adverse_event.causality": "possible", "adverse_event.outcome": "recovered",
             "adverse_event.action": "none",
             "adverse_event.start": "2021-03", "adverse_event.awareness": "2021-03-08"}  # fmt: skip
    said = [nurse.enter(log + "dosing/?row=1", dose), nurse.enter(log + "adverse_events/?row=1", event)]
    nurse.page.goto(nurse.address + log + "adverse_events/?row=1")
    changed = nurse.enter(log + "adverse_events/?row=1", {"adverse_event.grade": "2"}, reason="复核后更正")
    nurse.act(log + "adverse_events/?row=1", "/inactivate/", reason="误录于此参与者")
    rows = nurse.open(log + "adverse_events/")
    deviation = doctor.act(
        "/participants/P001/",
        "/deviation/",
        category="procedure",
        major="N",
        date="2021-03-09",
        description="scale not calibrated",
    )

    assert all("已保存" in text for text in (*said, changed))
    assert "已作废" in rows and "误录于此参与者" in rows and "皮疹" in rows
    assert "scale not calibrated" in deviation


def withdraw_another(nurse: Person, doctor: Person) -> None:
    said = doctor.act(
        "/participants/P002/", "/withdraw/", code="other", date="2021-02-03", reason="moved to another city"
    )

    assert "withdrawn" in said
    assert "已退出" in nurse.open("/participants/P002/")


def measure_the_end(nurse: Person, core_set: dict[str, str]) -> None:
    """Both globals halved and strength from 8 to 10 (by 25 %): three improved; function, enzyme, skin as before."""
    at = "/participants/P001/visits/W12/forms/"
    nurse.act("/participants/P001/", "/consent/", date="2021-04-20", version="2")
    nurse.enter(
        at + "visit/",
        {"visit_record.date": "2021-05-03", "weight.weight": "58", "visit_record.assessor": "doctor"},
    )
    strength = {name: "10" for name in core_set if name.startswith("mmt8.")}
    said = nurse.enter(
        at + "core_set/",
        core_set | strength | {"physician_global.vas": "3.0", "patient_global.vas": "2.5", "muscle_enzymes.ck": "1205",
                               "muscle_enzymes.ck_uln": "200", "extramuscular_global.vas": "4.2"},
    )  # fmt: skip

    assert "已保存" in said


def no_verdict_before_the_visit_is_complete(doctor: Person, everybody: tuple[Person, ...]) -> None:
    visit = "/participants/P001/visits/W12/"
    pages = (
        visit,
        visit + "forms/core_set/",
        "/participants/P001/",
        "/participants/",
        "/queries/",
        "/audit/",
        "/results/",
    )
    for person in everybody:
        for path in pages:
            person.open(path)

            assert person.page.locator("#verdict, .tag-Y, .tag-N, .tag-U, [data-cell]").count() == 0, path
    for name in ("SCR", "W0", "W12"):
        place = f"/participants/P001/visits/{name}/"
        owed = doctor.open(place) and doctor.page.locator("#reason-complete").count()
        doctor.act(place, "/complete/", **({"reason": "the rest was not measured"} if owed else {}))
    for person in everybody:
        person.open(visit)

        assert person.page.locator(".tag-Y").count() == 1, person.name


def look_and_lock(manager: Person, statistician: Person) -> None:
    hidden = statistician.open("/results/")
    statistician.act("/study/", "/study/look/", reason="asked by the safety board")
    looked = statistician.open("/results/")
    manager.open("/study/")
    why = {"reason": "week 8 is not begun"} if manager.page.locator("#reason-lock").count() else {}
    manager.act("/study/", "/study/lock/", **why)
    locked = statistician.open("/results/")

    assert "14.2.1.1" not in hidden
    assert "asked by the safety board" in looked and "14.2.1.1" in looked
    assert "locked data" in locked and "asked by the safety board" in locked


def responders(person: Person) -> str:
    person.open("/results/")
    return person.page.locator('#d-14\\.2\\.1\\.1 a[href$="14.2.1.1%3Aresponders%3An"]').first.inner_text()


def from_a_number_to_the_nurse(statistician: Person) -> None:
    number = responders(statistician)
    statistician.page.locator('#d-14\\.2\\.1\\.1 a[href$="14.2.1.1%3Aresponders%3An"]').first.click()
    statistician.page.locator('a[href*="/visits/W0/forms/core_set/history/physician_global.vas/"]').first.click()
    history = statistician.page.inner_text("main")

    assert number == "1"
    assert "li.wei" in history and "6,0" in history and "6.0 cm" in history


def correct_after_lock(nurse: Person, doctor: Person, manager: Person, statistician: Person) -> None:
    """The physician's global did not change after all: two improved, no responder."""
    manager.act("/study/", "/study/unlock/", reason="a sheet was found")
    doctor.act("/participants/P001/visits/W12/", "/reopen/", reason="a sheet was found")
    nurse.page.goto(nurse.address + CORE.format("W12"))
    nurse.enter(CORE.format("W12"), {"physician_global.vas": "6.0"}, reason="原始记录为六")
    doctor.act("/participants/P001/visits/W12/", "/complete/", **complete_reason(doctor))
    manager.open("/study/")
    why = {"reason": "as before"} if manager.page.locator("#reason-lock").count() else {}
    manager.act("/study/", "/study/lock/", **why)

    assert responders(statistician) == "0"
    assert "原始记录为六" in statistician.open(CORE.format("W12") + "history/physician_global.vas/")


def complete_reason(doctor: Person) -> dict[str, str]:
    doctor.open("/participants/P001/visits/W12/")
    return {"reason": "as before"} if doctor.page.locator("#reason-complete").count() else {}
