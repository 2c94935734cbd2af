"""
The pictures of docs/images: the screens of a small demo at 1280 and 360 px, in both languages.

Run: `python -m web.screens BASE_ADDRESS` from tests/, beside a served demo (`trialwright demo`).
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

IMAGES = Path(__file__).parents[2] / "docs" / "images"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
LARGEST = 200_000
SCREENS = {
    "participants": "/participants/",
    "participant": "/participants/P002/",
    "visit": "/participants/P002/visits/W12/",
    "form": "/participants/P002/visits/W12/forms/core_set/",
    "registry": "/registry/#f-error",
    "results": "/results/#d-14.2.1.1",
    "audit": "/audit/",
}


def take(browser: Browser, base: str, width: int, language: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900 if width > 600 else 780})
    context.add_cookies([{"name": "trialwright_language", "value": language, "url": base}])
    page = context.new_page()
    page.goto(base + "/sign-in/")
    page.screenshot(path=IMAGES / f"sign-in-{width}-{language}.png")
    page.fill("#username", "investigator")
    page.fill("#password", "virtual-patients-2021")
    page.click("main form button")
    for name, path in SCREENS.items():
        page.goto(base + path)
        picture = IMAGES / f"{name}-{width}-{language}.png"
        page.screenshot(path=picture)
        if picture.stat().st_size > LARGEST:
            raise ValueError(f"{picture.name} is larger than {LARGEST} bytes")
    context.close()


def main() -> None:
    base = sys.argv[1].rstrip("/")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        for width in (1280, 360):
            for language in ("en", "zh"):
                take(browser, base, width, language)
        browser.close()


if __name__ == "__main__":
    main()
