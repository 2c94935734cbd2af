"""
Every response criterion against the slow reading of its sentence, at random and at the thresholds.

TRIALWRIGHT_ORACLE sets how many rows a criterion (`make oracle`: 100,000); the same seed gives the same rows.
"""

import os
from fractions import Fraction

import polars as pl
import pytest

from catalog.asked import ASKED
from catalog.draws import Drawer, written
from trialwright import catalog
from trialwright.catalog.evaluator import compile_rule
from trialwright.catalog.parameters import exact

ROWS = int(os.environ.get("TRIALWRIGHT_ORACLE", "1200"))
PIECE = 20_000
KNOWN = catalog.load()
WAYS = {name: sum(each[0] == name for each in ASKED) for name in KNOWN.names("criterion")}
# What is compared beside the verdict, in the order of the oracle's answer.
MORE = {"acr_eular_2016_tis": ("tis_lower", "tis_upper", "tis_attainable"), "iim_2017": ("score",)}


def test_every_criterion_is_asked():
    assert [name for name, ways in WAYS.items() if not ways] == []


@pytest.mark.parametrize(
    ("name", "parameters", "draw_row", "way"), ASKED, ids=[f"{n}-{'-'.join(map(str, w))}" for n, _, _, w in ASKED]
)
def test_columns_and_rows_say_what_the_sentence_says(name, parameters, draw_row, way):
    entry = KNOWN.criterion(name)
    draw = Drawer(seed=sum(map(ord, name + str(way))))
    table = [column for column, output in entry.table.items() if output == "verdict"]
    wanted = [*(table or ["verdict"]), *MORE.get(name, ())]
    left = -(-ROWS // WAYS[name])
    by_row = None
    while left > 0:
        drawn = [draw_row(draw, *way) for _ in range(min(left, PIECE))]
        left -= len(drawn)
        frame = pl.DataFrame(
            {column: [written(row[column]) for row, _ in drawn] for column in drawn[0][0]}, schema_overrides={}
        )
        got = entry.evaluate(frame, answers=wanted, **parameters)
        answers = got.select(wanted).rows()
        for (row, expected), answer in zip(drawn, answers, strict=True):
            shown = (_letter(answer[0]), *(None if x is None else Fraction(x) for x in answer[1:]))
            assert (expected if isinstance(expected, tuple) else (expected,)) == shown, row
        if by_row is None:
            by_row = _rows_agree(entry, parameters, drawn[:200], answers)


def _rows_agree(entry, parameters, drawn, answers):
    """The row function, on the same rows one by one, over scales of their own."""
    given = {k: v for k, v in parameters.items() if k != "reading"}
    rule = KNOWN.rule(entry.name, given, parameters.get("reading", ""))
    run = compile_rule(rule)
    for (row, _), answer in zip(drawn, answers, strict=False):
        numbers = {c: None if v is None else exact(written(v)) for c, v in row.items()}
        verdict = run(numbers | {c: 1 for c in rule.columns if c.endswith("_scale")})["verdict"]
        assert _letter(answer[0]) == _letter(verdict)
    return True


def _letter(verdict):
    return verdict if isinstance(verdict, str) else {True: "Y", False: "N", None: "U"}[verdict]
