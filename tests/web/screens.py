"""
The pictures of docs/images: the screens of a demo at 1280 and 360 px, in both languages, and what README shows.

Run: `python -m web.screens` from tests/. It makes a demo of its own in a temporary folder and serves it itself; the
screens are taken after data lock, the form in entry mode after that, with data unlocked and the visit reopened.
"""

import shutil
import tempfile
import threading
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from trialwright.catalog import load
from trialwright.pipeline import conduct
from trialwright.pipeline.demo import run_demo
from trialwright.web import accounts, place

IMAGES = Path(__file__).parents[2] / "docs" / "images"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
LARGEST = 200_000
WHO = "P002"
LOCKED = {
    "participants": "/participants/",
    "participant": f"/participants/{WHO}/",
    "visit": f"/participants/{WHO}/visits/W12/",
    "queries": "/queries/",
    "registry": "/registry/",
    "results": "/results/#d-16.2.6",
    "audit": "/audit/?since=2021-04-26&until=2021-05-10",
    "study": "/study/",
}
SKIPPED = 150
OPEN = {"form": f"/participants/{WHO}/visits/W12/forms/core_set/"}


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        return


def signed_in(browser: Browser, base: str, width: int, language: str, *, picture: bool) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 860 if width > 600 else 780})
    context.add_cookies([{"name": "trialwright_language", "value": language, "url": base}])
    page = context.new_page()
    page.goto(base + "/sign-in/")
    if picture:
        shoot(page, IMAGES / f"sign-in-{width}-{language}.png")
    page.fill("#username", "investigator")
    page.fill("#password", "virtual-patients-2021")
    page.click("main form button")
    return page


def take(browser: Browser, base: str, screens: dict[str, str]) -> None:
    for width in (1280, 360):
        for language in ("en", "zh"):
            page = signed_in(browser, base, width, language, picture="participants" in screens)
            for name, path in screens.items():
                page.goto(base + path)
                if name == "form":
                    page.mouse.wheel(0, SKIPPED)  # the head of the page is on every other picture
                    page.wait_for_timeout(200)
                shoot(page, IMAGES / f"{name}-{width}-{language}.png")
            page.context.close()


def shoot(page: Page, picture: Path) -> None:
    """One picture in 128 colours, which a screen of text does not miss."""
    page.screenshot(path=picture)
    Image.open(picture).convert("RGB").quantize(128).save(picture, optimize=True)
    if picture.stat().st_size > LARGEST:
        raise ValueError(f"{picture.name} is larger than {LARGEST} bytes")


def take_report(browser: Browser, report: Path) -> None:
    """The primary table of the report, with what must be held against it."""
    page = browser.new_page(viewport={"width": 1280, "height": 860})
    page.goto(report.resolve().as_uri() + "#d-14.2.1.1")
    shoot(page, IMAGES / "report-1280-en.png")


def reopen(here: place.Place) -> None:
    """Data unlocked and the visit open again, so that its form can be filled in."""
    conduct.unlock_data(here.ledger, here.study, conduct.Actor("data_manager"), reason="a picture is taken")
    investigator = conduct.Actor("investigator")
    conduct.reopen_visit(here.ledger, here.study, investigator, WHO, "W12", reason="a picture is taken")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = run_demo(Path(folder), load(), tell=lambda _: None, advance=lambda *_: None)
        if isinstance(made, list):
            raise SystemExit("\n".join(problem.sentence() for problem in made))
        accounts.create_demo_accounts(made.study_folder, str(made.database))
        from trialwright.web.wsgi import application  # opens the place that the line before put into the environment

        server = make_server("127.0.0.1", 0, application, handler_class=Quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}"
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
            take(browser, base, LOCKED)
            reopen(place.current())
            take(browser, base, OPEN)
            take_report(browser, Path(folder) / "report" / "index.html")
            browser.close()
        server.shutdown()


if __name__ == "__main__":
    main()
