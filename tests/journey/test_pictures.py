"""
The demo as a newcomer sees it, page by page: the pictures of docs/images are made here.

`trialwright demo` runs and serves; a browser of 1280 and one of 360 px, in both languages, walks through the screens
after data lock; then the data manager unlocks, the investigator reopens the visit, and the form is seen as it is filled
in. The pictures go to the folder TRIALWRIGHT_PICTURES (`make pictures`: docs/images), else to a temporary one.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from support.pictures import IMAGES, WIDTHS, check, folder_for, shoot
from support.serving import serving

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
PASSWORD = "virtual-patients-2021"
LANGUAGES = ("en", "zh")
WHO = "P003"
VISIT = f"/participants/{WHO}/visits/W12/"
LOCKED = {
    "participants": "/participants/",
    "participant": f"/participants/{WHO}/",
    "visit": VISIT,
    "queries": "/queries/",
    "registry": "/registry/",
    "results": "/results/#d-16.2.6",
    "audit": "/audit/?since=2021-04-26&until=2021-05-10",
    "study": "/study/",
}
OTHERS = "trial-"  # the pictures that test_hospital makes
HEAD_OF_PAGE = 150  # it stands on every other picture
pytestmark = pytest.mark.chromium
if CHROMIUM is None and "chromium" not in os.environ.get("TRIALWRIGHT_REQUIRE", ""):
    pytest.skip("the system has no Chromium", allow_module_level=True)


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[tuple[str, Path]]:
    """Where a demo is served, and its folder."""
    out = tmp_path_factory.mktemp("demo") / "out"
    with serving("demo", "--out", out) as address:
        yield address, out


@pytest.fixture(scope="module")
def pictures(served, tmp_path_factory) -> Path:
    """The folder with every picture, made by one walk through a demo."""
    address, out = served
    folder = folder_for(tmp_path_factory.mktemp("pictures"))
    screens = [(width, language) for width in WIDTHS for language in LANGUAGES]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for screen in screens:
            walk_locked(browser, address, screen, folder)
        reopen(browser, address)
        for screen in screens:
            fill_in(browser, address, screen, folder)
        take_report(browser, out / "report" / "index.html", folder)
        browser.close()
    return folder


def arrived(browser: Browser, address: str, screen: tuple[int, str]) -> Page:
    """A browser of that width and language before the sign-in page."""
    width, language = screen
    context = browser.new_context(viewport={"width": width, "height": WIDTHS[width]})
    context.set_default_timeout(60_000)
    context.add_cookies([{"name": "trialwright_language", "value": language, "url": address}])
    page = context.new_page()
    page.goto(address + "/sign-in/")
    return page


def sign_in(page: Page, name: str) -> Page:
    page.fill("#username", name)
    page.fill("#password", PASSWORD)
    page.click("main form button")
    return page


def walk_locked(browser: Browser, address: str, screen: tuple[int, str], folder: Path) -> None:
    page = arrived(browser, address, screen)
    shoot(page, folder, "sign-in", screen)
    sign_in(page, "investigator")
    for name, path in LOCKED.items():
        page.goto(address + path)
        shoot(page, folder, name, screen)
    page.context.close()


def reopen(browser: Browser, address: str) -> None:
    """The data manager unlocks the data, the investigator reopens the visit: its form can be filled in again."""
    for person, path, action in (("data_manager", "/study/", "/study/unlock/"), ("investigator", VISIT, "/reopen/")):
        page = sign_in(arrived(browser, address, (1280, "en")), person)
        page.goto(address + path)
        form = page.locator(f'form[action$="{action}"]')
        for summary in page.locator("details:not([open])", has=form).locator("> summary").all():
            summary.click()
        form.locator('[name="reason"]').fill("a picture is taken")
        form.locator("button").click()
        page.context.close()


def fill_in(browser: Browser, address: str, screen: tuple[int, str], folder: Path) -> None:
    page = sign_in(arrived(browser, address, screen), "investigator")
    page.goto(address + VISIT + "forms/core_set/")
    assert page.locator("button[value=save]").count(), "the form cannot be filled in"
    page.mouse.wheel(0, HEAD_OF_PAGE)
    page.wait_for_timeout(200)
    shoot(page, folder, "form", screen)
    page.context.close()


def take_report(browser: Browser, report: Path, folder: Path) -> None:
    """The primary table of the report, with what must be held against it."""
    page = browser.new_page(viewport={"width": 1280, "height": 860})
    page.goto(report.resolve().as_uri() + "#d-14.2.1.1")
    shoot(page, folder, "report", (1280, "en"))


def test_every_committed_picture_is_made_by_this_walk_and_no_other(pictures):
    made, committed = ({p.name for p in folder.glob("*.png")} for folder in (pictures, IMAGES))

    assert {n for n in committed if not n.startswith(OTHERS)} == {n for n in made if not n.startswith(OTHERS)}


def test_each_picture_is_as_wide_as_its_screen_small_enough_to_load_and_no_empty_page(pictures):
    check(pictures, "*.png")


def test_the_two_languages_look_different(pictures):
    for picture in sorted(pictures.glob("*-en.png")):
        other = pictures / picture.name.replace("-en.", "-zh.")

        assert not other.exists() or other.read_bytes() != picture.read_bytes(), picture.name


def test_a_demo_that_is_being_served_is_not_run_again_under_its_pages(served):
    _, out = served
    command = [sys.executable, "-m", "trialwright", "demo", "--no-serve", "--out", out]
    again = subprocess.run(command, capture_output=True, text=True, check=False)

    assert again.returncode == 2
    assert "[TW-DMO-003]" in again.stderr
