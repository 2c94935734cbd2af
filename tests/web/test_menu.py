"""The menu: one line on a telephone and one on a desk, reached by keyboard, with and without JavaScript."""

import os
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from trialwright.model.text import Text
from trialwright.web.menu import GROUPS
from trialwright.web.page import routes
from web.stage import enrolled, sign_in

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
in_chromium = pytest.mark.chromium


@pytest.fixture
def browser():
    if CHROMIUM is None and "chromium" not in os.environ.get("TRIALWRIGHT_REQUIRE", ""):
        pytest.skip("the system has no Chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


def test_a_group_is_a_heading_of_the_menu():
    assert {route.group for route in routes() if route.navigation} <= {"", *GROUPS}
    assert all(isinstance(title, Text) and title.zh for title in GROUPS.values())


def test_every_role_finds_each_page_with_a_label_that_it_may_open_once(here, as_):
    wanted = [route for route in routes() if route.navigation]
    for role in ("study_nurse", "investigator", "monitor", "data_manager", "statistician", "administrator"):
        browser = as_(role)
        text = browser.get("/participants/").content.decode()
        menu = text[text.index('<nav class="menu"') : text.index("</nav>")]
        for route in wanted:
            expected = 1 if browser.get(f"/{route.path}").status_code == 200 else 0

            assert menu.count(f'href="/{route.path}"') == expected, (role, route.name)


def test_a_page_below_another_is_told_in_the_menu_as_being_there(here, as_):
    enrolled(here)
    text = as_("investigator").get("/participants/P001/").content.decode()

    assert '<a href="/participants/" aria-current="true">Participants</a>' in text
    assert '<span class="at">Participants</span>' in text


@in_chromium
def test_on_a_telephone_the_menu_is_one_line_that_opens_to_everything(demo, served, browser):
    page = browser.new_context(
        viewport={"width": 360, "height": 780}, java_script_enabled=False, bypass_csp=True
    ).new_page()
    sign_in(page, served, "investigator", "zh")
    page.goto(served + "/deviations/")
    closed = page.locator("nav.menu").bounding_box()["height"]
    links = page.locator("nav.menu a")
    before = links.evaluate_all("all => all.filter(one => one.checkVisibility({contentVisibilityAuto: true})).length")
    page.click("nav.menu .all > summary")
    page.click("nav.menu a[href='/amendments/']")

    assert closed <= 48
    assert before == 0
    assert page.url == served + "/amendments/"


@in_chromium
def test_on_a_desk_the_menu_is_one_line_and_its_headings_open_by_keyboard(demo, served, browser):
    page = browser.new_context(viewport={"width": 1280, "height": 860}).new_page()
    sign_in(page, served, "investigator", "en")
    page.goto(served + "/participants/")
    height = page.locator("nav.menu").bounding_box()["height"]
    page.locator("nav.menu a").nth(4).focus()
    page.keyboard.press("Tab")
    heading = page.evaluate("document.activeElement.textContent")
    ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Escape")
    after = page.evaluate("document.activeElement.textContent"), page.locator("nav.menu .group[open]").count()

    assert height <= 48
    assert (heading, ring, first, after) == ("Conduct", "solid", "Deviations", ("Conduct", 0))


@in_chromium
def test_one_heading_is_open_at_a_time_and_a_click_beside_it_closes_it(demo, served, browser):
    page = browser.new_context(viewport={"width": 1280, "height": 860}).new_page()
    sign_in(page, served, "investigator", "en")
    page.goto(served + "/participants/")
    headings = page.locator("nav.menu .group")
    headings.nth(0).locator("summary").click()
    headings.nth(1).locator("summary").click()
    one = [headings.nth(n).evaluate("e => e.open") for n in range(3)]
    page.click("h1")

    assert one == [False, True, False]
    assert page.locator("nav.menu .group[open]").count() == 0


@in_chromium
@pytest.mark.parametrize(("width", "opens"), [(1280, ".group >> nth=2"), (360, ".all")])
def test_axe_finds_nothing_in_the_open_menu(demo, served, browser, width, opens):
    page = browser.new_context(viewport={"width": width, "height": 860}, bypass_csp=True).new_page()
    sign_in(page, served, "investigator", "en")
    page.goto(served + "/people/")
    page.locator(f"nav.menu {opens}").locator("> summary").click()
    found = Axe().run(page, context="nav.menu").response["violations"]

    assert [(each["id"], node["html"][:120]) for each in found for node in each["nodes"]] == []
