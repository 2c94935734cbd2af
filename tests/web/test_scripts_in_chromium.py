"""Texts that are programs, typed into every field of words in a real browser: nothing runs, nothing is reported."""

import os
import shutil

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from trialwright.web.page import routes
from web.stage import sign_in

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
pytestmark = pytest.mark.chromium
if CHROMIUM is None and "chromium" not in os.environ.get("TRIALWRIGHT_REQUIRE", ""):
    pytest.skip("the system has no Chromium", allow_module_level=True)

PAYLOADS = (
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(2)>",
    "</textarea><svg onload=alert(3)>",
    "javascript:alert(4)",
    "{{7*7}}${7*7}<!--",
)


class Watched:
    """A signed-in page whose dialogs, script faults and policy reports are kept."""

    def __init__(self, browser: Browser, served: str, name: str) -> None:
        self.met: list[str] = []
        self.served = served
        self.page: Page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        self.page.on("dialog", lambda dialog: (self.met.append(f"dialog {dialog.message}"), dialog.dismiss()))
        self.page.on("pageerror", lambda error: self.met.append(f"fault {error}"))
        self.page.on("console", self._console)
        sign_in(self.page, served, name, "en")

    def _console(self, message) -> None:
        if "Content Security Policy" in message.text:
            self.met.append(message.text)

    def type_everywhere(self, path: str) -> int:
        """Fills every field of words of every form of a page and sends each form once; how many fields there were."""
        self.page.goto(self.served + path)
        many, fields = self.page.locator("main form").count(), 0
        for number in range(many):
            self.page.goto(self.served + path)
            self.page.evaluate("document.querySelectorAll('main details').forEach(each => { each.open = true })")
            form = self.page.locator("main form").nth(number)
            if form.count() == 0:
                continue
            words = form.locator("input:not([type]), input[type=text], textarea")
            for place, field in enumerate(words.all()):
                if field.is_visible() and field.is_enabled():
                    field.fill(PAYLOADS[place % len(PAYLOADS)])
                    fields += 1
            button = form.locator("button").first
            if button.count() and button.is_visible():
                button.click()
                self.page.wait_for_load_state()
        return fields


def test_failure_18_no_typed_text_runs_in_a_browser_and_the_policy_has_nothing_to_report(demo, opened, served):
    person = f"/participants/{opened}/"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        doctor, manager = Watched(browser, served, "investigator"), Watched(browser, served, "data_manager")
        typed = sum(
            doctor.type_everywhere(path)
            for path in (
                f"{person}visits/LOG/forms/adverse_events/?row=77", f"{person}visits/LOG/forms/deviations/?row=77",
                f"{person}visits/W12/forms/core_set/", f"{person}visits/W12/forms/visit/", f"{person}visits/W12/",
                "/queries/", "/participants/", person,
            )
        )  # fmt: skip
        typed += sum(manager.type_everywhere(path) for path in ("/queries/", "/people/", "/amendments/", "/study/"))
        seen = 0
        for reader in (doctor, manager):
            for path in (person, f"{person}visits/W12/", f"{person}visits/LOG/forms/adverse_events/", "/audit/",
                         *(f"/{route.path}" for route in routes() if "<" not in route.path and not route.post_only
                           and route.name not in ("sign_out", "sign_in", "registry_calendar"))):  # fmt: skip
                answer = reader.page.goto(reader.served + path)
                seen += answer is not None and answer.ok
        shown = manager.page.goto(served + "/audit/") and manager.page.inner_text("main")
        browser.close()

    assert typed > 20
    assert seen > 20
    assert "<script>alert(1)</script>" in (shown or "") or "onerror=alert(2)" in (shown or "")
    assert doctor.met + manager.met == []
