"""Somebody at a browser of their own, for journeys: what a person reads, types and presses, and nothing else."""

from playwright.sync_api import Browser, Locator, Page

from support.pictures import WIDTHS


class Person:
    """A browser of one width and language. `sign_in` first."""

    def __init__(self, browser: Browser, address: str, name: str, language: str, *, width: int = 1280) -> None:
        self.name, self.address, self.language, self.width = name, address, language, width
        self.context = browser.new_context(viewport={"width": width, "height": WIDTHS[width]})
        self.context.set_default_timeout(120_000)
        self.page: Page = self.context.new_page()
        self.sees(language, width)

    def sees(self, language: str, width: int) -> None:
        """Turns the language and the width of the screen, as a switch and another device do."""
        self.context.add_cookies([{"name": "trialwright_language", "value": language, "url": self.address}])
        self.page.set_viewport_size({"width": width, "height": WIDTHS[width]})

    def sign_in(self, password: str) -> str:
        self.page.goto(self.address + "/sign-in/")
        self.page.fill("#username", self.name)
        self.page.fill("#password", password)
        self.page.click("main form button")
        return self.page.inner_text("main")

    def open(self, path: str) -> str:
        """The text of the page's main part."""
        self.page.goto(self.address + path)
        return self.page.inner_text("main")

    def follow(self, words: str) -> str:
        """The link with these words; what the page behind it says."""
        self.page.get_by_role("link", name=words, exact=True).first.click()
        return self.page.inner_text("main")

    def act(self, path: str, action: str, *, at: str = "", **typed: str) -> str:
        """
        One small form of a page, found by where it leads to; what the page says afterwards.

        `path` is opened, "" stays on the page; `action` "" is the form that posts to its own page; `at` is a text that
        stands in the form's part of the page.
        """
        if path:
            self.open(path)
        form = self.page.locator(f'main form[action*="{action}"]' if action else "main form:not([action])")
        if at:
            part = self.page.locator("main").locator(".candidate, .query, tr", has_text=at)
            form = part.locator(f'form[action*="{action}"]')
        form = form.first
        self.unfold(form)
        for name, text in typed.items():
            self.answer(form, name, text)
        form.locator("button").last.click()
        return self.page.inner_text("main")

    def unfold(self, inside: Locator) -> None:
        for folded in inside.locator("xpath=ancestor::details[not(@open)]").all():
            folded.locator("> summary").click()

    def answer(self, form: Locator, name: str, text: str) -> None:
        choice = form.locator(f'input[type=radio][name="{name}"][value="{text}"]')
        if choice.count():
            choice.check(force=True)
            return
        field = form.locator(f'[name="{name}"]').first
        if field.evaluate("e => e.tagName") == "SELECT":
            field.select_option(text)
        else:
            field.fill(text)

    def enter(self, path: str, values: dict[str, str], *, reason: str = "") -> str:
        """A form of the study typed and saved; what the page says afterwards."""
        if path:
            self.open(path)
        form = self.page.locator("form[data-draft]")
        decides = (form.get_attribute("data-depends") or "").split()
        for name, text in values.items():
            if name in decides:  # the page is asked again with the questions that follow from the answer
                with self.page.expect_navigation():
                    self.answer(form, name, text)
                    if form.locator(f'input[name="{name}"]:not([type=radio])').count():
                        form.locator(f'input[name="{name}"]').press("Tab")
            else:
                self.answer(form, name, text)
        if reason:
            form.locator("#reason").fill(reason)
        form.locator("button[value=save]").click()
        return self.page.inner_text("main")
