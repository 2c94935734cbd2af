"""axe-core over every address of the URLconf, wide and narrow, in both languages; nothing scrolls sideways."""

import os
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

from trialwright.web.page import address, routes
from web.stage import sign_in

CALCULATOR = "/calculator/#phga_b=5.5&phga_f=0.5&mmt_b=146&mmt_f=150&mmt_range=150&enz_b=66"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
pytestmark = pytest.mark.chromium
if CHROMIUM is None and "chromium" not in os.environ.get("TRIALWRIGHT_REQUIRE", ""):
    pytest.skip("the system has no Chromium", allow_module_level=True)


def paths(study, who: str) -> list[str]:
    """Every address that can be opened by a link, with one of each form."""
    no_pages = ("home", "calculator_script", "calculator_style", "health", "registry_calendar")
    made = [address(r.name) for r in routes() if "<" not in r.path and not r.post_only and r.name not in no_pages]
    made += [f"/participants/{who}/", f"/participants/{who}/visits/W12/", "/participants/nobody/"]
    made += [f"/participants/{who}/sign/", f"/participants/{who}/visits/W8/sign/"]
    seen = set()
    for visit in study.visits[::-1]:
        for form in visit.forms:
            if form not in seen:
                seen.add(form)
                path = f"/participants/{who}/visits/{visit.name}/forms/{form}/"
                made += [path, path + "?row=1"] if study.form(form).repeating else [path, path + "?view=verify"]
    return [*made, f"/participants/{who}/visits/W12/forms/core_set/history/physician_global.vas/"]


def faults_of(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    told = [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"][:2]]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        told.append("scrolls sideways")
    return told


@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (360, "zh")])
def test_axe_finds_nothing_on_any_page_while_data_are_open(demo, opened, served, width, language):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True).new_page()
        page.goto(served + "/sign-in/")
        faults = {"/sign-in/": faults_of(page)}
        sign_in(page, served, "investigator", language)
        for path in paths(demo.study, opened):
            page.goto(served + path)
            faults[path] = faults_of(page)
        browser.close()

    assert {path: told for path, told in faults.items() if told} == {}


@pytest.mark.parametrize("name", ["statistician", "data_manager"])
def test_axe_finds_nothing_on_results_and_study_pages_after_lock(demo, served, name):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_context(viewport={"width": 360, "height": 900}, bypass_csp=True).new_page()
        sign_in(page, served, name, "en")
        faults = {}
        for path in ("/results/", "/results/trace/?cell=14.2.1.1:responders:n", "/study/", "/people/", CALCULATOR):
            page.goto(served + path)
            faults[path] = faults_of(page)
        browser.close()

    assert {path: told for path, told in faults.items() if told} == {}


def test_a_form_is_filled_in_and_saved_without_javascript(demo, opened, served):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_context(java_script_enabled=False).new_page()
        sign_in(page, served, "investigator", "en")
        page.goto(f"{served}/participants/{opened}/visits/W12/forms/core_set/")
        page.fill("#q-physician_global-vas", "3.7")
        page.fill("#reason", "read again from the sheet")
        page.click("button[value=save]")
        said = page.inner_text("[role=status]")
        shown = page.input_value("#q-physician_global-vas")
        browser.close()

    assert (said, shown) == ("Saved. Back to Week 12 (endpoint)", "3.7")
