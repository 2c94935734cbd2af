"""Earlier scores are hidden while a later visit is scored, from those who may enter data and from nobody else."""

import msgspec

from support.snapshots import snapshot_of
from trialwright.capture.blinding import hidden_earlier
from unit.conduct.small_study import STUDY

BASELINE = """
P001 W0 physician_global.vas 6.0
P001 @visit_completed visit=W0
"""
SCORING = BASELINE + "P001 W4 visit_record.date 2021-07-01\n"
HIDDEN = {("P001", "W0", "core")}


def test_nothing_is_hidden_before_the_next_visit_begins():
    assert hidden_earlier(STUDY, snapshot_of(BASELINE), ("nurse",)) == frozenset()


def test_the_scores_of_a_complete_visit_are_hidden_while_a_later_one_is_open():
    assert hidden_earlier(STUDY, snapshot_of(SCORING), ("nurse",)) == HIDDEN


def test_who_enters_nothing_sees_them():
    assert hidden_earlier(STUDY, snapshot_of(SCORING), ("manager",)) == frozenset()


def test_they_are_shown_again_when_the_later_visit_is_complete():
    done = SCORING + "P001 @visit_completed visit=W4\n"

    assert hidden_earlier(STUDY, snapshot_of(done), ("nurse",)) == frozenset()


def test_a_visit_that_is_open_itself_shows_its_own_scores():
    reopened = SCORING + "P001 @visit_reopened visit=W0\n"

    assert hidden_earlier(STUDY, snapshot_of(reopened), ("nurse",)) == frozenset()


def test_the_definition_may_allow_them():
    forms = tuple(msgspec.structs.replace(f, show_earlier=f.name == "core") for f in STUDY.forms)
    allowed = msgspec.structs.replace(STUDY, forms=forms)

    assert hidden_earlier(allowed, snapshot_of(SCORING), ("nurse",)) == frozenset()


def test_another_participant_is_not_concerned():
    other = SCORING + "P002 W0 physician_global.vas 6.0\nP002 @visit_completed visit=W0\n"

    assert hidden_earlier(STUDY, snapshot_of(other), ("nurse",)) == HIDDEN
