"""Somebody writes between the checks of an act and its write: the act is decided anew, never on what was."""

import secrets

import pytest

from trialwright.model.ledger import Conflict
from trialwright.pipeline import conduct
from trialwright.pipeline.place import real_clock
from trialwright.store import open_ledger
from unit.conduct.small_study import INVESTIGATOR, MANAGER, NURSE, STUDY, codes, enrolled, request, saved

WEIGHT = {"visit_record.date": "2021-06-29", "weight.weight": "64"}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request, tmp_path):
    """The address of a ledger in which P001 is enrolled."""
    where = str(request.getfixturevalue("emptied_postgres")) if request.param == "postgresql" else tmp_path
    enrolled(where).close()
    return where if isinstance(where, str) else str(tmp_path / "ledger.sqlite")


def connected(url):
    return open_ledger(url, clock=real_clock, nonces=lambda: secrets.token_bytes(32))


@pytest.fixture
def two(url):
    """Two connections: mine, and that of somebody who is quicker."""
    with connected(url) as mine, connected(url) as theirs:
        yield mine, theirs


def quicker(mine, *acts) -> None:
    """Each of the acts of the other connection falls between the checks of one of my acts and its write."""
    write, waiting = mine.write, list(acts)

    def writing(*given, **named):
        if waiting:
            saved(waiting.pop(0)())
        return write(*given, **named)

    mine.write = writing


def lock(theirs):
    return lambda: conduct.lock_data(theirs, STUDY, MANAGER, reason="locked with what is open")


MINE = {
    "save": lambda mine: conduct.save_form(mine, STUDY, request("W4", "visit", WEIGHT, expected=0, token="page")),
    "deviation": lambda mine: conduct.record_deviation(
        mine, STUDY, INVESTIGATOR, "P001", category="visit_window", major=False, description="late", date="2021-06-29"
    ),
    "withdrawal": lambda mine: conduct.withdraw(
        mine, STUDY, INVESTIGATOR, "P001", date="2021-06-29", code="adverse_event", reason="rash"
    ),
    "missed visit": lambda mine: conduct.miss_visit(mine, STUDY, INVESTIGATOR, "P001", "W4", reason="on holiday"),
    "participant": lambda mine: conduct.add_participant(mine, STUDY, NURSE, "P002"),
    "data lock": lambda mine: conduct.lock_data(mine, STUDY, MANAGER, reason="as it is"),
}


@pytest.mark.parametrize("act", MINE)
def test_a_data_lock_that_falls_between_check_and_write_is_refused_and_nothing_is_written(two, act):
    mine, theirs = two
    quicker(mine, lock(theirs))
    answer = MINE[act](mine)

    assert codes(answer)[0] == "TW-CAP-034"
    assert theirs.events()[-1].kind == "locked"
    assert theirs.head() == mine.head()
    assert theirs.head().seq == theirs.events()[-1].seq


def test_consent_withdrawn_in_between_stops_a_save(two):
    mine, theirs = two
    quicker(
        mine,
        lambda: conduct.withdraw_consent(theirs, STUDY, INVESTIGATOR, "P001", date="2021-06-29", reason="moved away"),
    )
    answer = MINE["save"](mine)

    assert "TW-CAP-033" in codes(answer)
    assert mine.datapoints("P001", "W4", "visit") == ()


def test_a_role_taken_back_in_between_stops_a_save(two):
    mine, theirs = two
    quicker(
        mine, lambda: conduct.revoke_role(theirs, STUDY, MANAGER, user=NURSE.user, role="nurse", reason="left the site")
    )

    assert codes(MINE["save"](mine)) == ["TW-CAP-036"]
    assert mine.datapoints("P001", "W4", "visit") == ()


def test_a_value_saved_in_between_is_counted_by_the_data_lock(two):
    mine, theirs = two
    started = request("W4", "visit", WEIGHT, expected=0)
    quicker(mine, lambda: conduct.save_form(theirs, STUDY, started))
    saved(conduct.lock_data(mine, STUDY, MANAGER, reason="as it is"))
    alone = len(conduct.unfinished_visits(mine, STUDY, mine.events()))

    assert mine.events()[-1].details["unfinished_visits"] == str(alone)


def test_another_save_of_the_same_form_in_between_is_a_conflict(two):
    mine, theirs = two
    quicker(mine, lambda: conduct.save_form(theirs, STUDY, request("W4", "visit", WEIGHT | {"weight.weight": "65"})))
    answer = MINE["save"](mine)

    assert isinstance(answer, Conflict)
    assert {version.raw for version in answer.theirs} == {"65", "2021-06-29"}


def test_two_people_never_get_one_number_for_two_participants(two):
    mine, theirs = two
    quicker(mine, lambda: conduct.add_participant(theirs, STUDY, INVESTIGATOR, "P002"))

    assert codes(conduct.add_participant(mine, STUDY, NURSE, "P002")) == ["TW-CAP-050"]


def test_the_next_free_number_is_looked_for_again_where_somebody_was_quicker(two):
    mine, theirs = two
    quicker(mine, lambda: conduct.add_participant(theirs, STUDY, INVESTIGATOR))
    saved(conduct.add_participant(mine, STUDY, NURSE))
    added = mine.events(kinds=("participant_added",))

    assert [(event.participant_id, event.user) for event in added[1:]] == [
        ("P002", INVESTIGATOR.user),
        ("P003", NURSE.user),
    ]


def test_what_bears_on_other_participants_only_does_not_stop_a_save(two):
    mine, theirs = two
    quicker(mine, lambda: conduct.add_participant(theirs, STUDY, NURSE, "P002"))

    saved(MINE["save"](mine))


def test_who_is_overtaken_every_time_is_told_so_and_nothing_is_written(two):
    mine, theirs = two

    def grant(number):
        return lambda: conduct.grant_role(theirs, STUDY, MANAGER, user=f"nurse_{number}", role="nurse")

    quicker(mine, *[grant(number) for number in range(40)])

    assert codes(MINE["save"](mine)) == ["TW-CAP-065"]
    assert mine.datapoints("P001", "W4", "visit") == ()
