"""A response criterion on columns of text: exact numbers in, answers out, every wrong cell named."""

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple, cast

import polars as pl

from trialwright.catalog.catalog import Catalog, Output
from trialwright.catalog.evaluator import Wide, compile_rule, evaluate_numerators
from trialwright.catalog.limits import Outside, beyond, lengths_of, outside
from trialwright.catalog.numerators import EXACT, Exact, numerators
from trialwright.catalog.parameters import Parameters, exact
from trialwright.model.entry import Criterion
from trialwright.model.expression import CountTrue, Expr, Rule, Truth

Texts = Mapping[str, Sequence[str]]
"""Columns of a table as they were written; "" is missing."""

Cell = Fraction | int | str | None

TRUTHS = {True: "Y", False: "N", None: "U"}
_LONGEST = 1000  # characters of a number; a measurement has a few, and Python refuses to read thousands
_SHOWN = 60


_YES_NO = {word: digit for digit, words in (("1", "y yes true 是"), ("0", "n no false 否")) for word in words.split()}


class WrongCell(NamedTuple):
    """A cell that cannot be read; `row` counts from 0 within the columns given."""

    row: int
    column: str
    found: str
    expected: str
    cure: str


class Columns(NamedTuple):
    """What a rule reads of a table: `needed` must be there, `optional` may."""

    needed: tuple[str, ...]
    optional: tuple[str, ...]


def columns_of(rule: Rule) -> Columns:
    """What the criterion can do without may be absent; the scale of a measure is never asked for but made."""
    asked = tuple(c for c in rule.columns if not c.endswith("_scale"))
    return Columns(tuple(c for c in asked if c not in rule.optional), tuple(c for c in asked if c in rule.optional))


class Scorer:
    """A criterion under fixed parameters, compiled once and applied to piece after piece of a table."""

    def __init__(self, catalog: Catalog, criterion: str, parameters: Parameters) -> None:
        self.catalog, self.parameters = catalog, parameters
        self.entry: Criterion = catalog.criterion(criterion)
        self.rule = catalog.rule(criterion, parameters.texts)
        self.columns = columns_of(self.rule)
        self.by_row = compile_rule(self.rule)
        self.module = catalog.compute(criterion, "criterion")
        self.beyond = beyond(self.rule.columns, lengths_of(self.module, parameters))

    def score(self, texts: Texts) -> tuple[dict[str, list[Cell]], list[WrongCell]]:
        """
        The columns of the criterion's table for every row of `texts`, or the cells that cannot be read.

        Shape:    a truth is Y, N or U; a number exact; `why` a sentence in English.
        Missing:  an empty cell. A column that is optional may be absent.
        """
        given = {name: texts[name] for name in self.rule.columns if name in texts}
        frame = pl.DataFrame({name: pl.Series(name, list(cells), dtype=pl.String) for name, cells in given.items()})
        frame = frame.with_columns(pl.all().str.strip_chars()).with_columns(
            pl.when(pl.all() == "").then(None).otherwise(pl.all()).name.keep()
        )
        asked = [name for name in self.entry.yes_no if name in frame.columns]
        frame = frame.with_columns(pl.col(name).str.to_lowercase().replace(_YES_NO) for name in asked)
        wrong = self._wrong(frame)
        if wrong:
            return {}, wrong
        absent = [pl.lit(None, dtype=pl.String).alias(c) for c in self.columns.optional if c not in given]
        read = numerators(frame.with_columns(absent))
        rows = read.rows if isinstance(read, Exact) else read
        wrong = [_beyond(each, texts) for each in outside(rows, self.beyond)]
        return ({}, sorted(wrong)) if wrong else (self._answers(self._outputs(read)), [])

    def _outputs(self, read: Wide | Exact) -> list[dict[str, Output]]:
        """The rule's outputs row by row: in columns where the decimals are short, else in exact fractions."""
        if isinstance(read, Exact):
            return [self.by_row(row) for row in read.rows]
        found, denominators = evaluate_numerators(self.rule, read)
        names = found.columns
        columns = [_whole(found[name].to_list(), denominators.get(name, 1)) for name in names]
        return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]

    def _answers(self, rows: Sequence[Mapping[str, Output]]) -> dict[str, list[Cell]]:
        worded = getattr(self.module, "words", None)
        words = [worded(row, self.parameters) for row in rows] if worded is not None else []
        answers: dict[str, list[Cell]] = {}
        for column, output in self.entry.table.items():
            if output == "why":
                answers[column] = [self._why(row) for row in rows]
            elif output in self.rule.outputs:
                answers[column] = [_cell(self.rule.outputs[output], row[output]) for row in rows]
            else:
                answers[column] = [word[output] for word in words]
        return answers

    def _why(self, row: Mapping[str, Output]) -> str:
        reasons = self.module.explain(row, self.parameters) if self.module is not None else []
        return self.catalog.word(self.entry.name, reasons)

    def _wrong(self, frame: pl.DataFrame) -> list[WrongCell]:
        found: list[WrongCell] = []
        for name in frame.columns:
            cells = frame[name]
            unread = ~cells.str.contains(EXACT) | (cells.str.len_chars() > _LONGEST)
            found += [_unreadable(i, name, cells[i]) for i in _places(unread)]
            readable = cells.filter(~unread.fill_null(False))
            if not readable.is_empty():
                found += self._outside(name, pl.select(pl.when(~unread).then(cells)).to_series())
        return sorted(found)

    def _outside(self, name: str, cells: pl.Series) -> Iterable[WrongCell]:
        if name in self.entry.yes_no:
            bad, expected, cure = ~cells.is_in(["0", "1"]), "1 or yes, 0 or no, or an empty cell", "Write 1 or 0"
        elif name.endswith("_higher_better"):
            bad, expected, cure = ~cells.is_in(["0", "1"]), "1 where higher is better, 0 where lower is", "Write 1 or 0"
        elif name.endswith("_range"):
            bad = cells.str.contains(r"^-|^\+?[0.]*(/.*)?$")
            expected, cure = "a length above 0", "Give the length of the scale"
        elif self.entry.lowest is not None:
            lowest = exact(self.entry.lowest)
            # A sign is what puts a number below 0; only a limit other than 0 needs the numbers themselves.
            bad = cells.str.contains(r"^-.*[1-9]") if lowest == 0 else _below(cells, lowest)
            expected, cure = f"no number below {self.entry.lowest}", "Look for a typing error"
        else:
            return []
        return [WrongCell(i, name, f'"{cells[i]}"', f"Expected {expected}", cure) for i in _places(bad)]


def _below(cells: pl.Series, lowest: Fraction) -> pl.Series:
    return pl.Series([bool(text) and exact(text) < lowest for text in cells], dtype=pl.Boolean)


def _places(truths: pl.Series) -> list[int]:
    return truths.fill_null(False).arg_true().to_list()


def _unreadable(row: int, column: str, text: str) -> WrongCell:
    cure = "Write a plain number such as 4.5, or leave the cell empty where it is missing"
    narrow = text.translate(_NARROW)
    if narrow != text and re.fullmatch(EXACT, narrow):
        cure = f"Write {narrow} with ordinary digits; these are full-width"
    elif re.fullmatch(r"[+-]?[0-9]+,[0-9]+", text):
        cure = f"Write {text.replace(',', '.')} with a point, or without the comma if it marks thousands"
    elif re.fullmatch(r"[+-]?\.[0-9]+", text):
        cure = f"Write {text.replace('.', '0.')}"
    elif text.casefold() in ("na", "nan", "n/a", "null", "none", ".", "-"):
        cure = "Leave the cell empty where the value is missing"
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}... ({len(text)} characters)"
    return WrongCell(row, column, f'"{shown}" is no number', "Expected a plain decimal or a fraction", cure)


_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3002: ord("."), 0x3000: None}


def _beyond(found: Outside, texts: Texts) -> WrongCell:
    cure = "Look for a typing error, and at the scale that was used"
    return WrongCell(found.row, found.column, f'"{texts[found.column][found.row]}"', f"Expected {found.expected}", cure)


def _whole(numerators: list[int | bool | None], denominator: int) -> Sequence[Output]:
    if denominator == 1:
        return numerators
    known = {n: Fraction(n, denominator) for n in set(numerators) if n is not None}
    return [None if n is None else known[n] for n in numerators]


def _cell(tree: Expr, output: Output) -> Cell:
    """A truth as Y, N or U; a count as a whole number; any other number as a fraction; missing as None."""
    if isinstance(tree, CountTrue):
        return int(output or 0)
    if isinstance(tree, Truth):
        return TRUTHS[cast("bool | None", output)]
    return None if output is None else Fraction(output)
