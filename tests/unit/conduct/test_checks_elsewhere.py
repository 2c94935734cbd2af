"""Checks that look at another form of the same visit, or at the visit before: asked whichever side is entered last."""

import msgspec
import pytest

from trialwright.capture.checks import open_queries
from trialwright.model.expression import Column, Compare, Constant, Multiply
from trialwright.model.study import EditCheck
from trialwright.model.text import Text
from trialwright.pipeline import conduct
from unit.conduct.small_study import MANAGER, STUDY, enrolled, request, saved

HEAVIER = EditCheck(  # an assessor's global of 9 or more needs a weight of 50 at the same visit: made up, easy to count
    name="weight_at_visit",
    holds=Compare(Column("THIS/weight.weight"), ">=", Constant(50)),
    message=Text("Light", "轻"),
    items=("THIS/weight.weight",),
)
STEADY = EditCheck(
    name="not_doubled",
    holds=Compare(Column("physician_global.vas"), "<=", Multiply(Constant(2), Column("BEFORE/physician_global.vas"))),
    message=Text("Doubled", "翻倍"),
    items=("physician_global.vas", "BEFORE/physician_global.vas"),
)


def with_checks(*checks):
    forms = tuple(msgspec.structs.replace(f, checks=checks) if f.name == "core" else f for f in STUDY.forms)
    return msgspec.structs.replace(STUDY, forms=forms)


def save(ledger, study, visit, form, posted, reason=""):
    expected = ledger.form_version("P001", visit, form)
    return saved(conduct.save_form(ledger, study, request(visit, form, posted, expected=expected, reason=reason)))


def asked(ledger):
    return [(query.place.visit, query.place.form, query.check) for query in open_queries(ledger.events())]


@pytest.fixture
def ledger(tmp_path):
    with enrolled(tmp_path) as ledger:
        yield ledger


def test_another_form_of_the_same_visit_is_looked_at_from_both_sides(ledger):
    study = with_checks(HEAVIER)
    save(ledger, study, "W0", "core", {"physician_global.vas": "5"})

    assert asked(ledger) == [], "the weight is not known yet: undecided is not false"

    save(ledger, study, "W0", "visit", {"weight.weight": "45"})

    assert asked(ledger) == [("W0", "core", "weight_at_visit")]

    save(ledger, study, "W0", "visit", {"weight.weight": "54"}, reason="digits swapped")

    assert asked(ledger) == []


def test_the_weight_of_another_visit_is_not_meant(ledger):
    study = with_checks(HEAVIER)
    save(ledger, study, "W0", "visit", {"weight.weight": "45"})
    save(ledger, study, "W4", "visit", {"weight.weight": "60"})
    save(ledger, study, "W4", "core", {"physician_global.vas": "5"})

    assert asked(ledger) == []


def test_the_visit_before_is_the_last_one_at_which_something_stands(ledger):
    study = with_checks(STEADY)
    save(ledger, study, "W0", "core", {"physician_global.vas": "2"})
    save(ledger, study, "W4", "core", {"physician_global.vas": "5"})

    assert asked(ledger) == [("W4", "core", "not_doubled")]

    save(ledger, study, "W0", "core", {"physician_global.vas": "2.5"}, reason="misread")

    assert asked(ledger) == [], "a correction at the earlier visit settles the later one"


def test_what_a_person_settled_is_not_asked_again_because_something_else_changed(ledger):
    study = with_checks(STEADY, HEAVIER)
    save(ledger, study, "W0", "core", {"physician_global.vas": "2"})
    save(ledger, study, "W4", "core", {"physician_global.vas": "5"})
    (query,) = open_queries(ledger.events())
    saved(conduct.close_query(ledger, study, MANAGER, query, reason="seen on paper"))
    save(ledger, study, "W4", "visit", {"weight.weight": "60"})

    assert asked(ledger) == []

    save(ledger, study, "W0", "core", {"physician_global.vas": "1"}, reason="misread")

    assert asked(ledger) == [("W4", "core", "not_doubled")], "what the check reads has changed: asked anew"
