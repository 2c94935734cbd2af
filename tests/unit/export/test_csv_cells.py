"""Typed cells survive CSV in both variants, and no text of the spreadsheet variant can run as a formula."""

import csv
import io

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.export.csv.cells import (
    VARIANTS,
    CsvTable,
    Number,
    Repeated,
    column_of,
    guarded,
    number_or_text,
    read_table,
    table_of,
    write_table,
)
from trialwright.model.ledger import NAME

MANY = 1000
"""Lines from which on cells of one column are written all at once."""

TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

# A text column of CSV cannot hold a NUL or half a surrogate pair; everything else it must.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
formulas = st.builds(lambda sign, rest: sign + rest, st.sampled_from([*TRIGGERS, "'"]), texts)
numbers = st.builds(lambda n, d: Number(f"{n}.{abs(d)}" if d else str(n)), st.integers(), st.integers())
cells = st.one_of(texts, formulas, numbers, st.integers())
tables = st.lists(st.tuples(st.just("x"), cells, cells), max_size=6).map(
    lambda rows: table_of("t", ("id", "a", "b"), rows)
)


def names(cells):
    """The same texts as the snapshot has them: each name once, the cells by number."""
    return pl.Series(cells, dtype=NAME)


def repeated(cells):
    """The same with each different cell kept once."""
    held = list(dict.fromkeys(cells))
    return Repeated(held, pl.Series([held.index(cell) for cell in cells], dtype=pl.UInt32()))


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("kept", [list, pl.Series, names, repeated])
@given(cells=st.lists(st.one_of(st.none(), texts, formulas), min_size=1))
def test_a_column_of_texts_is_written_alike_however_it_is_kept(variant, kept, cells):
    """One by one as mixed columns are, or all at once."""
    beside = [Number(str(at)) for at in range(len(cells))]
    made = write_table(CsvTable("t", ("a", "b"), (kept(cells), beside)), variant)

    assert made == write_table(CsvTable("t", ("a", "b"), (cells, beside)), variant)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("kept", [pl.Series, names, repeated])
@given(cells=st.lists(st.one_of(st.none(), texts, formulas), min_size=1, max_size=5))
@settings(max_examples=25)
def test_cells_that_come_again_in_many_lines_are_written_as_if_one_by_one(variant, kept, cells):
    many = cells * (MANY // len(cells))
    beside = [Number(str(at)) for at in range(len(many))]
    made = write_table(CsvTable("t", ("a", "b"), (kept(many), beside)), variant)

    assert made == write_table(CsvTable("t", ("a", "b"), (many, beside)), variant)


def test_a_long_column_of_texts_and_numbers_keeps_each_cell_once():
    cells = [Number("5"), "<5", None, 7] * MANY
    kept = column_of(cells)

    assert isinstance(kept, Repeated)
    assert kept.held == [Number("5"), "<5", None, 7]
    assert list(kept) == cells
    assert list(kept[2:7]) == cells[2:7]
    assert (kept[1], len(kept)) == ("<5", len(cells))


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("kept", [list, pl.Series, names, repeated])
def test_lines_so_long_that_few_make_a_piece_are_written_as_others_are(variant, kept):
    cells = ["=1+1", 'a "quoted" one, with a comma', None, "", "各有一行"]
    long = ["P001 " * 100_000, "各" * 100_000, "x" * 500_000, "two\r\nlines", "-5"]
    made = write_table(CsvTable("t", ("a", "b", "c"), (kept(cells), repeated(long), list(range(5)))), variant)
    by_line = [
        write_table(CsvTable("t", ("a", "b", "c"), ([cell], [text], [at])), variant)
        for at, (cell, text) in enumerate(zip(cells, long, strict=True))
    ]
    head = write_table(CsvTable("t", ("a", "b", "c"), ([], [], [])), variant)

    assert made == head + b"".join(line.removeprefix(head) for line in by_line)
    assert list(read_table(made, "t", variant).rows) == [
        (cell or "", text, str(at)) for at, (cell, text) in enumerate(zip(cells, long, strict=True))
    ]


@given(cells=st.lists(texts, min_size=1))
def test_a_line_of_one_empty_cell_is_still_a_line(cells):
    for variant in VARIANTS:
        table = table_of("t", ("a",), [(cell,) for cell in cells])

        assert read_table(write_table(table, variant), "t", variant).height == len(cells)


def text_of(cell):
    return cell.text if isinstance(cell, Number) else str(cell)


@pytest.mark.parametrize("variant", VARIANTS)
@given(table=tables)
def test_every_cell_comes_back_as_it_went(variant, table):
    back = read_table(write_table(table, variant), "t", variant)

    assert back.columns == table.columns
    assert [list(row) for row in back.rows] == [[text_of(cell) for cell in row] for row in table.rows]


@given(table=tables)
def test_no_text_of_the_spreadsheet_variant_starts_a_formula(table):
    data = write_table(table, "spreadsheet").decode().removeprefix("\ufeff")
    printed = list(csv.reader(io.StringIO(data, newline="")))[1:]

    for row, cells_of_row in zip(printed, table.rows, strict=True):
        for text, cell in zip(row, cells_of_row, strict=True):
            assert not isinstance(cell, str) or not text.startswith(TRIGGERS)


@given(number=numbers)
def test_a_number_is_never_touched(number):
    for variant in VARIANTS:
        table = table_of("t", ("a", "b"), [("x", number)])

        assert read_table(write_table(table, variant), "t", variant).rows[0][1] == number.text
        assert f",{number.text}\r\n" in write_table(table, variant).decode()


def test_minus_five_stays_a_number_and_a_formula_becomes_a_text():
    # tableExport #230: a naive guard turned -5 into text
    table = table_of("t", ("a", "b"), [(Number("-5"), "-5+cmd")])

    assert write_table(table, "spreadsheet") == '\ufeff"a","b"\r\n-5,"\'-5+cmd"\r\n'.encode()


def test_a_text_that_has_the_guard_already_is_guarded_again():
    assert guarded("'=1") == "''=1"
    assert guarded("plain") == "plain"


def test_what_was_typed_is_a_number_only_where_it_plainly_is_one():
    assert number_or_text("-0.5") == Number("-0.5")
    assert number_or_text("5/8") == "5/8"
    assert number_or_text("１２") == "１２"


def test_a_number_refuses_words():
    with pytest.raises(ValueError, match="plain decimal"):
        Number("=1+1")
