"""The reference page says what the rules say."""

from trialwright.register.page import GENERATED, render_rules

from .records import ROOT

PAGE = ROOT / "docs" / "reference" / "problems" / "register.md"


def test_the_page_of_the_rules_is_the_one_the_rules_write():
    written = PAGE.read_text(encoding="utf-8")

    assert render_rules() == written[written.index(GENERATED) :], "put what render_rules() returns into the page"
