"""What a form does in a browser beyond a page: a drawn scale, keys through a grid, drafts for their owner only."""

import os
import shutil
from collections.abc import Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Page, sync_playwright

from web.stage import sign_in

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
pytestmark = pytest.mark.chromium
if CHROMIUM is None and "chromium" not in os.environ.get("TRIALWRIGHT_REQUIRE", ""):
    pytest.skip("the system has no Chromium", allow_module_level=True)

VAS = "#q-physician_global-vas"


@pytest.fixture
def page(demo, opened, served) -> Iterator[Page]:
    """The core set form of an open visit, with the investigator signed in."""
    faults: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        one = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        one.on("pageerror", lambda error: faults.append(str(error)))
        sign_in(one, served, "investigator", "en")
        one.goto(f"{served}/participants/{opened}/visits/W12/forms/core_set/")
        yield one
        browser.close()

    assert faults == []


def wait_for_drafts(page: Page, count: int) -> None:
    """The page's policy forbids code in strings, also that of the test's own tool: asked again and again instead."""
    for _ in range(100):
        names = page.evaluate("Object.keys(localStorage)")
        if len([name for name in names if name.startswith("trialwright:draft:")]) == count:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never {count} drafts in this browser")


def test_a_mark_on_the_line_becomes_a_number_to_the_millimetre(page):
    line = page.locator(".q-vas svg").first
    line.scroll_into_view_if_needed()
    box = line.bounding_box()
    # the line runs from 10 to 210 of 220 units: 3.5 cm stand at 80 units
    page.mouse.click(box["x"] + box["width"] * 80 / 220, box["y"] + box["height"] / 3)

    assert page.input_value(VAS) in ("3.4", "3.5", "3.6")


def test_a_typed_number_moves_the_mark(page):
    page.fill(VAS, "7,5")

    assert page.locator(".q-vas .mark").first.get_attribute("transform") == "translate(160 0)"


def test_enter_goes_down_the_side_of_the_grid_and_saves_nothing(page):
    page.focus("#q-mmt8-deltoid_middle_left")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.name") == "mmt8.biceps_brachii_left"


def test_a_digit_answers_a_row_of_buttons(page):
    page.locator("input[name='haq_di.reach_1']").first.focus()
    page.keyboard.press("3")

    assert page.locator("input[name='haq_di.reach_1']:checked").get_attribute("value") == "3"


def test_a_reason_for_absence_empties_the_answer(page):
    page.select_option("#q-mmt8-quadriceps_left-missing", "not done")

    assert page.input_value("#q-mmt8-quadriceps_left") == ""


def test_edc_r34_typing_that_was_left_comes_back_to_the_same_person(page):
    page.fill(VAS, "9.9")
    wait_for_drafts(page, 1)
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    page.click("[data-back]")
    page.wait_for_selector(f"{VAS}[value='9.9']")

    assert page.input_value(VAS) == "9.9"


def test_edc_r34_the_next_person_at_the_same_computer_finds_nothing(page, served):
    page.fill(VAS, "9.9")
    wait_for_drafts(page, 1)
    address = page.url
    kept = page.evaluate("JSON.stringify(localStorage)")
    page.context.clear_cookies()
    sign_in(page, served, "study_nurse", "en")
    page.goto(address)
    page.wait_for_timeout(300)

    assert "9.9" not in kept
    assert not page.locator("#draft").is_visible()
    assert page.input_value(VAS) != "9.9"


def test_what_was_saved_leaves_no_draft(page):
    page.fill(VAS, page.input_value(VAS) + "0")
    page.fill("#reason", "written as in the source")
    wait_for_drafts(page, 1)
    page.click("button[value=save]")
    wait_for_drafts(page, 0)

    assert page.locator("#draft").is_hidden()


def test_questions_appear_as_soon_as_their_answer_is_given(page, served, opened):
    page.goto(f"{served}/participants/{opened}/visits/LOG/forms/adverse_events/")
    page.click("text=Add a row")
    page.fill("#q-adverse_event-term", "rash")
    page.check("input[name='adverse_event.serious'][value=Y]")
    page.wait_for_selector("[name='adverse_event.serious_death']")

    assert page.input_value("#q-adverse_event-term") == "rash"


AT = """async () => {
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  const at = document.activeElement, near = at.closest(".choice") || at;
  const box = near.getBoundingClientRect();
  return {name: at.name || "", kind: at.type || at.tagName, value: at.value || "", points: !!at.closest(".points"),
    top: Math.round(box.top + scrollY), ring: [at, near].some((one) => getComputedStyle(one).outlineStyle !== "none"),
    on_screen: box.top > -3 && box.bottom < innerHeight + 3};
}"""


def typed_for(name: str) -> str:
    if name.startswith("mmt8."):
        return "7"
    return "5.5" if name.endswith(".vas") else "200" if name.endswith("_uln") else "300"


def test_a_whole_form_is_filled_in_and_saved_by_keyboard_alone_with_the_focus_always_seen(page, served, opened):
    asked = page.evaluate(
        "[...new Set([...document.querySelectorAll('form[data-draft] input[name*=\".\"]')].map((one) => one.name))]"
    )
    page.evaluate("document.querySelector('form[data-draft]').scrollIntoView()")
    page.locator("#main").focus()
    seen, faults, tops = [], [], []
    for _ in range(600):
        page.keyboard.press("Tab")
        at = page.evaluate(AT)
        if not at["ring"] or not at["on_screen"]:
            faults.append(at)
        if "." in at["name"] and "__" not in at["name"]:
            seen.append(at["name"])
            tops.append(at["top"])
            if at["kind"] == "radio":
                page.keyboard.press("1" if at["points"] else "Space")
            else:
                page.keyboard.press("Control+a")
                page.keyboard.type(typed_for(at["name"]))
        elif at["name"] == "reason":
            page.keyboard.type("typed without a mouse")
        elif (at["name"], at["value"]) == ("do", "save"):
            page.keyboard.press("Enter")
            break
    page.wait_for_selector("[role=status]:not([hidden])")
    said = page.locator("main .note.good").inner_text()

    assert list(dict.fromkeys(seen)) == asked, "each question is met once, in the order in which it stands"
    assert [(at["name"], at["ring"], at["on_screen"]) for at in faults] == []
    assert all(after >= before - 60 for before, after in pairwise(tops)), "the focus jumps upwards"
    assert said.startswith("Saved.")
    assert page.input_value(VAS) == "5.5" and page.input_value("[name='mmt8.neck_flexors']") == "7"
