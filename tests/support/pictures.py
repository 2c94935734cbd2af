"""Pictures of screens for the documentation: as wide as their screen, small enough to load."""

import os
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

WIDTHS = {1280: 860, 360: 780}
LARGEST = 200_000
IMAGES = Path(__file__).parents[2] / "docs" / "images"


def folder_for(otherwise: Path) -> Path:
    """Where pictures go: the folder that `make pictures` asks for, else another one."""
    asked = os.environ.get("TRIALWRIGHT_PICTURES")
    folder = Path(asked).resolve() if asked else otherwise
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def shoot(page: Page, folder: Path, name: str, screen: tuple[int, str]) -> None:
    """One picture in 128 colours, which a screen of text does not miss; no page is wider than its screen."""
    width, language = screen
    picture = folder / f"{name}-{width}-{language}.png"
    overhang = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    assert overhang == 0, f"{page.url} is {overhang} px wider than a screen of {width}"
    page.screenshot(path=picture)
    with Image.open(picture) as taken:
        few = taken.convert("RGB").quantize(128)
    few.save(picture, optimize=True)


def check(folder: Path, names: str) -> None:
    """Every picture `names` matches: as wide as its screen, small enough to load, and no empty page."""
    for picture in sorted(folder.glob(names)):
        with Image.open(picture) as image:
            width, shades = image.width, image.convert("L").histogram()

        assert str(width) == picture.stem.split("-")[-2], picture.name
        assert picture.stat().st_size <= LARGEST, picture.name
        assert sum(shades[:200]) / sum(shades) > 0.005, f"{picture.name} is empty"
