"""The timeline of a participant: whole on a phone, no name on another, the same visits on a wide screen."""

import datetime as dt
from itertools import pairwise

import pytest
from playwright.sync_api import sync_playwright

from trialwright.web import journal
from trialwright.web.names import Names
from trialwright.web.pages.participant.timeline import BELOW, Drawing, Mark, _labelled, timeline
from web.stage import sign_in
from web.test_accessibility import ARGUMENTS, CHROMIUM


def mark(plan: float) -> Mark:
    return Mark(label="V", day="2021-03-01", plan=plan, start=plan - 5, length=10, seen=None, outside=False)


def test_both_drawings_hold_the_same_visits_in_their_order(demo):
    person = next(each for each in journal.courses(demo) if each.last("enrolled"))
    drawn = timeline(person, Names(demo.study, "en"), dt.date(2021, 3, 1))

    assert drawn is not None
    assert [m.label for m in drawn.wide.marks] == [m.label for m in drawn.tall.marks]
    assert [m.label for m in drawn.tall.marks][:2] == ["Screening", "Week 0"]
    assert all(a.plan <= b.plan for a, b in pairwise(drawn.tall.marks))
    assert drawn.tall.length >= drawn.tall.marks[-1].label_at


@pytest.mark.parametrize(
    ("plans", "labels"),
    [((20, 100, 200), (20, 100, 200)), ((20, 22, 24), (20, 42, 64)), ((20, 21, 60), (20, 42, 64))],
)
def test_a_name_stands_at_its_day_or_below_the_name_before(plans, labels):
    drawn = _labelled(Drawing(length=210, marks=tuple(mark(plan) for plan in plans), today=None))
    at = [each.label_at for each in drawn.marks]

    assert at == list(labels)
    assert all(b - a >= BELOW for a, b in pairwise(at))


@pytest.mark.chromium
@pytest.mark.parametrize(("width", "language"), [(360, "en"), (360, "zh"), (1280, "en"), (1280, "zh")])
def test_every_name_and_day_can_be_read_without_scrolling(demo, served, width, language):
    who = next(each.participant_id for each in journal.courses(demo) if each.last("enrolled"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
        sign_in(page, served, "investigator", language)
        page.goto(f"{served}/participants/{who}/")
        shown = page.locator("svg.timeline:visible")
        count = shown.count()
        texts = [each.bounding_box() for each in shown.locator("text").all()]
        heights = [box["height"] for box in texts]
        browser.close()

    assert count == 1
    assert len(texts) >= 10
    assert [box for box in texts if box["x"] < 0 or box["x"] + box["width"] > width] == []
    assert min(heights) >= 12
    apart = [(a, b) for n, a in enumerate(texts) for b in texts[n + 1 :] if _touch(a, b)]
    assert apart == []


def _touch(a: dict[str, float], b: dict[str, float]) -> bool:
    """Whether two boxes lie on one another by more than a pixel."""
    across = min(a["x"] + a["width"], b["x"] + b["width"]) - max(a["x"], b["x"])
    down = min(a["y"] + a["height"], b["y"] + b["height"]) - max(a["y"], b["y"])
    return across > 1 and down > 1
