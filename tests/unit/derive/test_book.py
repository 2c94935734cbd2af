"""Answers of a snapshot in standard units, with their reasons for absence and the rows that were struck out."""

from fractions import Fraction

import pytest

from support.cohorts import aba_dm
from support.snapshots import snapshot_of
from trialwright.derive.book import Book
from trialwright.model.quantity import Missing, Quantity


def sheet(line, instrument="physician_global"):
    return Book(aba_dm(), snapshot_of(line)).sheet("P01", "W0", instrument)


@pytest.mark.parametrize(
    ("line", "item", "expected"),
    [
        ("P01 W0 physician_global.vas 5.5", "vas", "5.5"),
        ("P01 W0 physician_global.vas 55 mm", "vas", "5.5"),  # 10 mm = 1 cm
        ("P01 W0 muscle_enzymes.ck 20.5 µkat/L", "ck", "1230"),  # 1 µkat/L = 60 U/L
    ],
)
def test_a_value_is_put_into_its_standard_unit_exactly(line, item, expected):
    value = sheet(line, line.split()[2].partition(".")[0]).answers[item]

    assert isinstance(value, Quantity)
    assert value.exact == Fraction(expected)


def test_a_unit_without_a_factor_makes_the_value_missing_and_says_so():
    found = sheet("P01 W0 physician_global.vas 5.5 inch")

    assert found.answers["vas"] == Missing("unknown")
    assert found.flags == ("unit not convertible: physician_global.vas",)


@pytest.mark.parametrize("reason", ["not done", "not applicable", "unknown"])
def test_a_missing_value_keeps_its_reason(reason):
    assert sheet(f"P01 W0 physician_global.vas ?{reason}").answers["vas"] == Missing(reason)


def test_a_row_that_was_struck_out_is_not_there():
    table = """
        P01 LOG#1 adverse_event.term "Fever"
        P01 LOG#2 adverse_event.term "Rash"
        P01 @row_inactivated visit=LOG form=adverse_event row=1
    """
    rows = Book(aba_dm(), snapshot_of(table)).rows("P01", "adverse_event")

    assert [row.row for row in rows] == [2]


def test_every_answer_remembers_the_version_it_came_from():
    found = sheet("P01 W0 visit_record.date 2021-02-01\nP01 W0 physician_global.vas 5.5")

    assert found.seqs == {"vas": 2}


def test_a_limit_counts_as_unknown_and_never_as_its_number():
    found = sheet("P01 W0 muscle_enzymes.ck <20.5 U/L", "muscle_enzymes")

    assert found.answers["ck"] == Missing("unknown")
    assert found.flags == ("entered as a limit: muscle_enzymes.ck",)
