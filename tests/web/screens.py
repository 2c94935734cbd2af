"""
The pictures of docs/images: the screens of a small demo at 1280 and 360 px, in both languages.

Run: `python -m web.screens ADDRESS REPORT` from tests/, beside a served demo whose visit W12 of P002 was reopened.
"""

import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = Path(__file__).parents[2] / "docs" / "images"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
LARGEST = 200_000
SCREENS = {
    "participants": "/participants/",
    "participant": "/participants/P002/",
    "visit": "/participants/P002/visits/W12/",
    "form": "/participants/P002/visits/W12/forms/core_set/",
    "registry": "/registry/",
    "results": "/results/#d-14.2.1.1",
    "audit": "/audit/",
}


def take(browser: Browser, base: str, width: int, language: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900 if width > 600 else 780})
    context.add_cookies([{"name": "trialwright_language", "value": language, "url": base}])
    page = context.new_page()
    page.goto(base + "/sign-in/")
    shoot(page, IMAGES / f"sign-in-{width}-{language}.png")
    page.fill("#username", "investigator")
    page.fill("#password", "virtual-patients-2021")
    page.click("main form button")
    for name, path in SCREENS.items():
        page.goto(base + path)
        picture = IMAGES / f"{name}-{width}-{language}.png"
        shoot(page, picture)
    context.close()


def shoot(page: Page, picture: Path) -> None:
    """One picture in 128 colours, which a screen of text does not miss."""
    page.screenshot(path=picture)
    Image.open(picture).convert("RGB").quantize(128).save(picture, optimize=True)
    if picture.stat().st_size > LARGEST:
        raise ValueError(f"{picture.name} is larger than {LARGEST} bytes")


def take_report(browser: Browser, report: Path) -> None:
    """The top of the report, as a reader of the file sees it."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(report.resolve().as_uri())
    shoot(page, IMAGES / "report-1280-en.png")


def main() -> None:
    base = sys.argv[1].rstrip("/")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        for width in (1280, 360):
            for language in ("en", "zh"):
                take(browser, base, width, language)
        take_report(browser, Path(sys.argv[2]))
        browser.close()


if __name__ == "__main__":
    main()
