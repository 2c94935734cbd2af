"""What holds for every response criterion: order, pieces, one row or many, units, and that better is never punished."""

import random
from fractions import Fraction

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from catalog.asked import ASKED
from catalog.draws import Drawer, written
from trialwright import catalog

KNOWN = catalog.load()
NAMES = KNOWN.names("criterion")
ROWS = 300
FIRST = {name: next(each for each in ASKED if each[0] == name) for name in NAMES}
IDS = [f"{name}-{'-'.join(map(str, way))}" for name, _, _, way in ASKED]

# What a step towards the verdict is: columns by their ends or names, and by how much. Worsening is the verdict of one.
TOWARDS = {
    "imacs_doi_2004": {"_f": -1, "mmt_f": 1},
    "acr_eular_2016_tis": {"_f": -1, "mmt_f": 1},
    "printo_20": {"_f": -1, "cmas_f": 1, "chq_f": 1},
    "acr_20_50_70": {"_f": -1},
    "confirmed_deterioration": {"_f": 1, "_n": 1, "mmt_f": -1, "mmt_n": -1},
    "glucocorticoid_sparing": {"gc_f": -1, "pulse": -1, "response": 1},
    "bohan_peter": {"weakness": 1, "enzymes": 1, "emg": 1, "biopsy": 1, "excluded": -1},
    "iim_2017": {
        "age40plus": 1,
        "weak": 1,
        "_weaker": 1,
        "heliotrope": 1,
        "gottron": 1,
        "dysphagia": 1,
        "anti_jo1": 1,
        "bx_": 1,
    },
    "sontheimer_adm": {"skin": 1, "skin_biopsy": 1, "weakness": -1, "early_treatment": -1, "months": 1},
    "refractory_myositis": {"months": 1, "stable_months": 1, "intolerant": 1, "gc_mg_per_kg": -1, "worse": 1},
}
RELATIVE = ("imacs_doi_2004", "printo_20", "acr_20_50_70", "acr_eular_2016_tis")


def _rows(name, draw_row, way, rows=ROWS, seed=7):
    draw = Drawer(seed)
    return [draw_row(draw, *way)[0] for _ in range(rows)]


def _frame(rows):
    return pl.DataFrame({column: [written(row[column]) for row in rows] for column in rows[0]})


def _answers(name, parameters, frame, **more):
    entry = KNOWN.criterion(name)
    got = entry.evaluate(frame, **parameters, **more)
    return got.drop(column for column in frame.columns if column in got.columns)


@pytest.mark.parametrize(("name", "parameters", "draw_row", "way"), ASKED, ids=IDS)
def test_one_row_gets_the_answers_and_the_reasons_of_the_whole_table_to_the_bit(name, parameters, draw_row, way):
    frame = _frame(_rows(name, draw_row, way))

    together = _answers(name, parameters, frame, why=True)
    alone = pl.concat([_answers(name, parameters, frame[i], why=True) for i in range(0, ROWS, 7)])

    assert_frame_equal(alone, together.gather_every(7))


@pytest.mark.parametrize("name", NAMES)
def test_the_order_of_rows_and_of_columns_changes_no_answer(name):
    _, parameters, draw_row, way = FIRST[name]
    frame = _frame(_rows(name, draw_row, way)).with_row_index("id")
    columns = frame.columns[::-1]

    expected = _answers(name, parameters, frame)
    shuffled = frame.sample(fraction=1.0, shuffle=True, seed=3).select(columns)
    got = KNOWN.criterion(name).evaluate(shuffled, **parameters).sort("id").select(expected.columns)

    assert_frame_equal(got, expected)


@pytest.mark.parametrize("name", [n for n in NAMES if any(p.name == "measures" for p in KNOWN.criterion(n).parameters)])
def test_the_order_of_the_measures_changes_no_answer(name):
    _, parameters, draw_row, way = FIRST[name]
    frame = _frame(_rows(name, draw_row, way))
    default = next(p.default for p in KNOWN.criterion(name).parameters if p.name == "measures").split(",")
    expected = _answers(name, parameters, frame)

    for seed in range(3):
        measures = random.Random(seed).sample(default, len(default))
        got = _answers(name, parameters | {"measures": measures}, frame)
        assert_frame_equal(got.select(expected.columns), expected)


@pytest.mark.parametrize("name", NAMES)
def test_a_table_in_pieces_gives_what_the_whole_gives(name):
    _, parameters, draw_row, way = FIRST[name]
    frame = _frame(_rows(name, draw_row, way))
    pieces = [frame[:1], frame[1:50], frame[50:199], frame[199:]]

    got = pl.concat([_answers(name, parameters, piece) for piece in pieces])

    assert_frame_equal(got, _answers(name, parameters, frame))


@pytest.mark.parametrize("name", RELATIVE)
@pytest.mark.parametrize("factor", [10, Fraction(1, 60), 7])
def test_a_change_of_unit_changes_no_answer(name, factor):
    _, parameters, draw_row, way = FIRST[name]
    rows = _rows(name, draw_row, way, rows=120)
    measures = sorted({column.rpartition("_")[0] for column in rows[0]})
    answers = [a for a in KNOWN.criterion(name).table if a != "why"]
    expected = _answers(name, parameters, _frame(rows), answers=answers)

    for measure in measures:
        other = [
            {c: v * factor if v is not None and c.startswith(f"{measure}_") else v for c, v in row.items()}
            for row in rows
        ]
        assert_frame_equal(_answers(name, parameters, _frame(other), answers=answers), expected)


@pytest.mark.parametrize(("name", "parameters", "draw_row", "way"), ASKED, ids=IDS)
def test_a_step_towards_the_verdict_never_unmakes_it(name, parameters, draw_row, way):
    order = {False: 0, None: 1, True: 2}
    rows = _rows(name, draw_row, way, rows=120, seed=11)
    before = KNOWN.criterion(name).evaluate(_frame(rows), **parameters, answers=["verdict"])["verdict"]

    for column in rows[0]:
        step = _step(name, column, way)
        if not step:
            continue
        flags = column in KNOWN.criterion(name).yes_no
        length = f"{column.removesuffix('_f')}_range"
        changed = [{**row, column: _moved(row[column], step, flags, row.get(length))} for row in rows]
        after = KNOWN.criterion(name).evaluate(_frame(changed), **parameters, answers=["verdict"])["verdict"]
        worse = [i for i, (a, b) in enumerate(zip(after, before, strict=True)) if order[a] < order[b]]
        assert worse == [], (column, rows[worse[0]])


def _step(name, column, way):
    """The longest end or beginning that is named for this column."""
    if name == "bohan_peter" and "polymyositis" in way and column == "rash":
        return 0
    if name == "sontheimer_adm" and column in ("enzymes", "emg", "biopsy", "mri"):
        return 0  # which of the two kinds it is, not whether
    fits = [key for key in TOWARDS[name] if column.endswith(key) or column.startswith(key)]
    return TOWARDS[name][max(fits, key=len)] if fits else 0


def _moved(value, step, flag, highest):
    if value is None:
        return None
    if flag:
        return int(step > 0)
    moved = max(Fraction(0), value + step * Fraction(7, 10))
    return moved if highest is None or moved < value else min(moved, max(highest, value))
