"""The manuals in Chinese name what stands on the screen: a button that was renamed is a manual that misleads."""

import re
from pathlib import Path

import pytest

from house.house import ROOT, SOURCE

MANUALS = sorted((ROOT / "docs" / "zh").glob("*.md"))
HAN = re.compile(r"[\u4e00-\u9fff]")
QUOTED = re.compile(r'"((?:[^"\\\n]|\\.)*)"')


def on_screen() -> set[str]:
    """Every Chinese text that a page, a template or a message holds, whole and up to what is filled in."""
    files = [p for p in (SOURCE / "web").rglob("*") if p.suffix in (".py", ".html") and "__pycache__" not in p.parts]
    texts = {text for p in files for text in QUOTED.findall(p.read_text("utf-8")) if HAN.search(text)}
    return texts | {text.partition("{")[0].strip() for text in texts}


@pytest.mark.parametrize("manual", MANUALS, ids=lambda p: p.stem)
def test_what_a_manual_calls_a_button_or_a_page_is_called_so_on_the_screen(manual: Path):
    known = on_screen()
    named = re.findall(r"\*\*([^*]+)\*\*", manual.read_text("utf-8"))

    assert len(named) >= 8
    assert [name for name in named if name not in known] == []


@pytest.mark.parametrize("manual", MANUALS, ids=lambda p: p.stem)
def test_commands_in_a_manual_exist_with_their_options(manual: Path):
    page = (ROOT / "docs" / "reference" / "commands.md").read_text("utf-8")
    for line in re.findall(r"`(trialwright [^`]+)`", manual.read_text("utf-8")):
        command = line.split()[1]
        part = re.search(rf"^#+ `?trialwright {command}\b.*?(?=^#+ |\Z)", page, re.MULTILINE | re.DOTALL)

        assert part, line
        assert [option for option in re.findall(r" (--?[a-z]+)", line) if option not in part[0]] == [], line


def test_the_three_people_who_keep_a_trial_going_have_a_manual():
    assert [p.stem for p in MANUALS] == ["administrator", "coordinator", "data-manager"]
