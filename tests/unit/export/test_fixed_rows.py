"""Rows laid out all at once are byte for byte what pyreadstat writes cell by cell."""

import datetime as dt

import numpy as np
import polars as pl
import pyreadstat
import pytest

from trialwright.export import spss, stata, xpt
from trialwright.export.fixed_rows import FEW, between, longest, written
from trialwright.export.spss.rows import pieces as spss_pieces
from trialwright.export.stata.rows import pieces as stata_pieces
from trialwright.export.xpt.rows import ibm
from trialwright.export.xpt.rows import pieces as xpt_pieces

LINES = 3 * FEW
NO_MOMENT = [(0, b"")]


def turned(cells):
    """A column of LINES cells that begins anew when the cells are used up."""
    return [cells[at % len(cells)] for at in range(LINES)]


@pytest.fixture(scope="module")
def frame():
    """Every kind of column: texts that come often or once, not ASCII, long, none at all; numbers, days, moments."""
    days = [dt.date(2021, 3, 4), None, dt.date(1959, 12, 31), dt.date(1582, 10, 14)]
    moments = ["2021-03-04T05:06:07.123", None, "1959-01-01T03:00:00.007"]
    columns = {
        "OFTEN": pl.Series(turned(["", "a", None, "twelve bytes", "eight888"]), dtype=pl.String()),
        "ONCE": pl.Series([f"line {at}" for at in range(LINES)]),
        "CHINESE": pl.Series([f"第 {at} 行" for at in range(LINES)]),
        "LONG": pl.Series(turned(["", "x" * 255 + "y" * 500, None, "z" * 256, "短" * 90])),
        "NONE": pl.Series([None] * LINES, dtype=pl.String()),
        "NUMBER": pl.Series(turned([1.5, None, -3.0, 1e-7, 0.0, -0.0, 1e70, 123456789.125])),
        "WHOLE": pl.Series(turned([*range(-101, -97), None, *range(149, 154), 2**53])),
        "DAY": pl.Series(turned(days)),
        "MOMENT": pl.Series(turned(moments)).str.to_datetime(time_unit="ms"),
    }
    return pl.DataFrame(columns)


def by_pyreadstat(write, frame, **more):
    return written(lambda path: write(frame, path, **more))


@pytest.mark.parametrize("columns", range(1, 10))
def test_spss_rows_are_those_of_pyreadstat(frame, columns):
    """Any number of columns: the codes of a row come eight at a time, and a row may end with the eighth."""
    part = frame.select(frame.columns[-columns:])
    labels = {"OFTEN": {"a": "the first", "no text of the table is as long": "a code"}} if columns == 9 else {}
    codes = {name: list(told) for name, told in labels.items()}

    def write(rows):
        return by_pyreadstat(pyreadstat.write_sav, rows, row_compress=True, variable_value_labels=labels)

    moments = [(spss._DAY_AT, b"04 Mar 21"), (spss._TIME_AT, b"05:06:07")]
    expected = bytearray(write(part))
    for at, moment in moments:
        expected[at : at + len(moment)] = moment

    assert bytes(expected) == b"".join(spss_pieces(part, write, moments, codes))


def test_stata_rows_are_those_of_pyreadstat(frame):
    labels = {"WHOLE": {150: "a hundred and fifty"}}

    def write(rows):
        made = by_pyreadstat(pyreadstat.write_dta, rows, version=stata.VERSION, variable_value_labels=labels)
        at = stata._moment_at("")
        return made[:at] + b"04 Mar 2021 05:06" + made[at + 17 :]

    assert write(frame) == b"".join(stata_pieces(frame, write, NO_MOMENT[0]))


def test_rows_of_transport_files_are_those_of_pyreadstat(frame):
    part = frame.select("OFTEN", "ONCE", "NONE", "NUMBER", pl.col("WHOLE").cast(pl.Float64()), "DAY")

    def write(rows):
        made = bytearray(by_pyreadstat(pyreadstat.write_xport, rows, table_name="AE", file_format_version=5))
        for at in xpt._MOMENTS:
            made[at : at + 16] = b"04MAR21:05:06:07"
        return bytes(made)

    assert write(part) == b"".join(xpt_pieces(part, write, NO_MOMENT))


def test_numbers_of_ibm_are_those_of_pyreadstat():
    """Halves and their neighbours, both signs, and what lies outside of what the format can hold."""
    drawn = np.random.default_rng(8)
    numbers = np.concatenate([
        drawn.normal(size=5000) * 10.0 ** drawn.integers(-90, 90, 5000),
        [0.0, -0.0, 1.0, -1.0, 16.0, 1 / 16, 0.1, np.nan, 5e-324],
        *([sign * 2.0**power, sign * np.nextafter(2.0**power, 0)] for sign in (1, -1)
          for power in (-261, -260, -259, 248, 249, 250)),
    ])  # fmt: skip
    made = by_pyreadstat(pyreadstat.write_xport, pl.DataFrame({"X": pl.Series(numbers).fill_nan(None)}),
                         file_format_version=5)  # fmt: skip
    size = 8 * len(numbers)
    begin = len(made) - size - -size % 80

    assert made[begin : begin + size] == ibm(numbers).tobytes()


def test_the_row_a_writer_is_asked_for_has_the_longest_text_of_each_column():
    frame = pl.DataFrame({"A": ["a", "bbb", None], "B": ["中", "xx", "y"], "C": [1, 2, 3]})

    assert longest(frame).rows() == [("bbb", "中", 1)]


def test_a_writer_that_lays_out_rows_in_another_way_is_noticed():
    with pytest.raises(ValueError, match="in another way"):
        between(b"head 1.0 tail", b"", b"2.0", b"")
