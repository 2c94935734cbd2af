"""A response criterion that can be asked: `catalog.criterion(name).evaluate(frame)`, Polars in and out."""

from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from types import ModuleType
from typing import NamedTuple, cast

import msgspec
import polars as pl

from trialwright.catalog.evaluator import (
    RowResult,
    RowValue,
    Wide,
    compile_rule,
    denominators_of,
    evaluate_numerators,
    exact_columns,
    fold,
    gathered,
)
from trialwright.catalog.limits import Bound, bounds, check_numbers, lengths_of
from trialwright.catalog.numerators import EXACT, Exact, exact_rows, measure_of, no_number, numerators
from trialwright.catalog.parameters import Argument, Parameters, complete, exact, plain
from trialwright.catalog.sentences import worded
from trialwright.catalog.strict_yaml import guess
from trialwright.model.entry import Criterion, Reason
from trialwright.model.expression import Rule, Truth

_BY_ROWS = 64  # rows; up to here the row function is done before a query is even built
VERDICTS = pl.Enum(["N", "U", "Y"])
_LETTERS: Mapping[RowResult, str] = {True: "Y", False: "N", None: "U"}


Row = Mapping[str, RowValue]


class Compiled(NamedTuple):
    """
    A criterion under fixed parameters, its rule compiled.

    `denominators`: what its numbers stand over. `bounds`: what the numbers that it reads may be.
    """

    parameters: Parameters
    rule: Rule
    by_row: Callable[[Row], dict[str, RowResult]]
    denominators: Mapping[str, int]
    bounds: Sequence[Bound]


class ResponseCriterion(Criterion, frozen=True, kw_only=True):
    """What a criterion's entry says, and its compute.py."""

    compute: ModuleType

    def evaluate(
        self,
        frame: pl.DataFrame | Wide,
        *,
        reading: str = "",
        answers: Collection[str] = (),
        why: bool = False,
        **parameters: Argument | bool,
    ) -> pl.DataFrame:
        """
        `frame` with the answers of the criterion beside each row, exact, in the same order.

        Shape:    columns as `trialwright score` reads them (`phga_b`, `phga_f` ...), of integers, Decimals, texts
                  ("4.5", "10/7") or floats of at most six decimals. `answers` names outputs of the rule or columns of
                  its table; without it: `verdict` (true, false, null = undetermined), the table, and what each measure
                  counted for. `why` adds the sentences. A `Wide` frame (proved once) gives the answers alone.
        Units:    one unit a measure; integers beside a column `m_scale` are numerators over it.
        Missing:  null, and "" in a text. A NaN is refused.
        Raises:   ValueError where parameters or values cannot be used (no number, below 0, beyond the end of its
                  scale, an answer other than 0 or 1), LookupError where a column is absent, TypeError where it holds
                  something else than numbers.
        """
        if not isinstance(frame, pl.DataFrame | Wide):
            raise TypeError(f"{self.name} is asked of a Polars DataFrame, found {type(frame).__name__}")
        compiled = self.compiled(reading, {name: plain(given) for name, given in parameters.items()})
        wanted = self._answers(compiled, answers, why)
        needed = self._needed(compiled, wanted)
        height = (frame.frame if isinstance(frame, Wide) else frame).height
        if height <= _BY_ROWS:
            rows, absent = (_rows(frame), ()) if isinstance(frame, Wide) else self._few(compiled, frame)
            check_numbers(rows, compiled.bounds)
            run = _row_function(self.compute, tuple(compiled.parameters.texts.items()), absent, tuple(needed))
            made = self._row_columns(compiled, [run(row) for row in rows], wanted)
        else:
            read = frame if isinstance(frame, Wide) else self._many(compiled, frame)
            check_numbers(read.rows if isinstance(read, Exact) else read, compiled.bounds)
            if isinstance(read, Exact):
                made = self._row_columns(compiled, [compiled.by_row(row) for row in read.rows], wanted)
            else:
                found = evaluate_numerators(compiled.rule, read, needed)
                shown = exact_columns(compiled.rule, found, compiled.denominators)
                made = self._columns(compiled, shown, wanted)
        return made if isinstance(frame, Wide) else _renamed(frame, made.columns).hstack(made)

    def compiled(self, reading: str, parameters: Mapping[str, str]) -> Compiled:
        """The criterion under `parameters` over those of a reading; compiled once for the same ones."""
        if reading and reading not in self.readings:
            raise ValueError(f'"{reading}" is no reading of {self.name}. {guess(reading, self.readings)}'.strip())
        settled, wrong = complete(self.parameters, {**self.readings.get(reading, {}), **parameters}, self.name)
        if settled is None:
            raise ValueError("; ".join(problem.sentence() for problem in wrong))
        return _compiled(self.compute, tuple(settled.texts.items()), self.yes_no, self.lowest)

    def _answers(self, compiled: Compiled, answers: Collection[str], why: bool) -> list[str]:
        usual = [n for n in ("verdict", *self.table) if n != "why"]
        # What each measure counted for. Other numbers of the rule are steps on the way, over a scale of their own.
        reasons = [n for n, tree in compiled.rule.outputs.items() if isinstance(tree, Truth) and n not in usual]
        known = [*usual, *reasons, "why"]
        for name in (answers := (answers,) if isinstance(answers, str) else answers):
            if name not in known:
                raise ValueError(f'"{name}" is no answer of {self.name}. {guess(name, known)}'.strip())
        chosen = [n for n in (answers or (*usual, *reasons)) if n != "why"]
        return chosen + (["why"] if why or "why" in answers else [])

    def _asked(self, compiled: Compiled, frame: pl.DataFrame) -> tuple[list[pl.Series], tuple[str, ...]]:
        """The columns that the rule reads, and the names of those that the table does without."""
        asked = [n for n in compiled.rule.columns if not n.endswith("_scale")]
        absent = tuple(n for n in asked if n not in frame.columns)
        wrong = [n for n in absent if n not in compiled.rule.optional]
        if wrong:
            cure = guess(wrong[0], [n for n in frame.columns if n not in asked])
            raise LookupError(f"{self.name} needs the columns {', '.join(wrong)}. {cure}".strip())
        read = {*asked, *(f"{measure_of(n)}_scale" for n in asked)}
        return [frame.get_column(n) for n in frame.columns if n in read], absent

    def _few(self, compiled: Compiled, frame: pl.DataFrame) -> tuple[Sequence[Row], tuple[str, ...]]:
        asked, absent = self._asked(compiled, frame)
        return exact_rows(asked), absent

    def _many(self, compiled: Compiled, frame: pl.DataFrame) -> Wide | Exact:
        asked, absent = self._asked(compiled, frame)
        read = numerators(_read_texts(pl.DataFrame(asked)))
        if isinstance(read, Exact):
            return read
        return read._replace(constants={**dict.fromkeys(absent), **read.constants})

    def _needed(self, compiled: Compiled, wanted: Collection[str]) -> list[str]:
        """The outputs of the rule that the wanted answers are made of."""
        outputs = compiled.rule.outputs
        if "why" in wanted:
            return list(outputs)
        named = [self.table.get(n, n) for n in wanted]
        if set(named) - set(outputs):
            named += self.compute.WORDS_FROM
        return list(dict.fromkeys(n for n in named if n in outputs))

    def _row_columns(
        self, compiled: Compiled, answered: Sequence[dict[str, RowResult]], wanted: Sequence[str]
    ) -> pl.DataFrame:
        """As `_columns`, from rows already answered: no query is built."""
        rule, wordy = compiled.rule, self._wordy(compiled, wanted)
        words = [self.compute.words(row, compiled.parameters) for row in answered] if wordy else []
        made: list[pl.Series] = []
        for name in wanted:
            of = self.table.get(name, name)
            if of == "why":
                told = [worded(self, self.explained(row, compiled.parameters)) for row in answered]
                made.append(pl.Series(name, told, dtype=pl.String))
            elif of in wordy:
                made.append(pl.Series(name, [word[of] for word in words], dtype=pl.String))
            elif name in self.table and isinstance(rule.outputs[of], Truth):
                made.append(pl.Series(name, [_LETTERS[row[of]] for row in answered], VERDICTS))
            else:
                made.append(gathered(rule, [row[of] for row in answered], of, compiled.denominators).alias(name))
        return pl.DataFrame(made)

    def _wordy(self, compiled: Compiled, wanted: Sequence[str]) -> list[str]:
        """The wanted columns of the table that are words of compute.py and no output of the rule."""
        outputs = compiled.rule.outputs
        return [of for n in wanted if (of := self.table.get(n, n)) not in outputs and of != "why"]

    def _columns(self, compiled: Compiled, shown: pl.DataFrame, wanted: Sequence[str]) -> pl.DataFrame:
        """The answers as columns: truths of the table as Y, N, U, numbers exact, words, sentences."""
        outputs = compiled.rule.outputs
        words = self._worded(compiled, shown) if self._wordy(compiled, wanted) else shown
        made: list[pl.Series] = []
        for name in wanted:
            of = self.table.get(name, name)
            if of == "why":
                told = [worded(self, self.explained(row, compiled.parameters)) for row in _outputs(shown)]
                made.append(pl.Series(name, told, dtype=pl.String))
            elif name in self.table and isinstance(outputs.get(of), Truth):
                made.append(_yes_no(shown[of]).alias(name))
            else:
                made.append((shown if of in outputs else words)[of].alias(name))
        return pl.DataFrame(made)

    def _worded(self, compiled: Compiled, shown: pl.DataFrame) -> pl.DataFrame:
        """The words of compute.py, asked once for each set of outputs that occurs."""
        keys = list(self.compute.WORDS_FROM)
        distinct = shown.select(keys)
        distinct = distinct.unique(maintain_order=True)
        told = [self.compute.words(row, compiled.parameters) for row in _outputs(distinct)]
        names = [of for of in self.table.values() if of not in compiled.rule.outputs and of != "why"]
        words = pl.DataFrame([pl.Series(n, [row[n] for row in told], pl.String) for n in names])
        answers = distinct.hstack(words.rename({n: f"#{n}" for n in names}))
        joined = shown.select(keys).join(answers, on=keys, how="left", nulls_equal=True, maintain_order="left")
        return joined.select(pl.col(f"#{n}").alias(n) for n in names)

    def explained(self, outputs: Mapping[str, RowResult], parameters: Parameters) -> list[Reason]:
        return cast(list[Reason], self.compute.explain(outputs, parameters))


@lru_cache(maxsize=512)
def _compiled(
    compute: ModuleType, texts: tuple[tuple[str, str], ...], yes_no: tuple[str, ...], lowest: str | None
) -> Compiled:
    parameters = Parameters(dict(texts))
    rule: Rule = compute.rule(parameters)
    held = bounds(rule.columns, yes_no, None if lowest is None else exact(lowest), lengths_of(compute, parameters))
    return Compiled(parameters, rule, compile_rule(rule), denominators_of(rule), held)


@lru_cache(maxsize=2048)
def _row_function(
    compute: ModuleType, texts: tuple[tuple[str, str], ...], absent: tuple[str, ...], needed: tuple[str, ...]
) -> Callable[[Row], dict[str, RowResult]]:
    """The needed outputs of a row, what follows from absent columns worked out beforehand."""
    rule: Rule = compute.rule(Parameters(dict(texts)))
    asked = msgspec.structs.replace(rule, outputs={name: rule.outputs[name] for name in needed})
    return compile_rule(fold(asked, dict.fromkeys(absent), rule.columns, whole=False))


def _rows(wide: Wide) -> list[Row]:
    return [{**wide.constants, **row} for row in wide.frame.iter_rows(named=True)]


def _outputs(shown: pl.DataFrame) -> list[dict[str, RowResult]]:
    """Row by row, numbers as exact fractions."""
    return [{name: _exact(value) for name, value in row.items()} for row in shown.iter_rows(named=True)]


def _exact(value: object) -> RowResult:
    match value:
        case bool() | int() | None:
            return value
        case Decimal():
            return Fraction(value)
        case {"numerator": int(numerator), "denominator": int(denominator)}:
            return Fraction(numerator, denominator)
    raise TypeError(f"an output is exact, found {type(value).__name__}")


def _yes_no(truths: pl.Series) -> pl.Series:
    truth = pl.col(truths.name)
    said = pl.when(truth).then(pl.lit("Y", VERDICTS)).when(~truth).then(pl.lit("N", VERDICTS))
    return pl.DataFrame([truths]).select(said.otherwise(pl.lit("U", VERDICTS))).to_series()


def _read_texts(frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` with its texts stripped, "" as null; ValueError, naming row and column, where one is no number."""
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    if not texts:
        return frame
    stripped = frame.with_columns(pl.col(texts).str.strip_chars().replace("", None))
    for name in texts:
        wrong = (~stripped[name].str.contains(EXACT)).fill_null(False).arg_true()
        if len(wrong):
            raise no_number(name, int(wrong[0]))
    return stripped


def _renamed(frame: pl.DataFrame, answers: Collection[str]) -> pl.DataFrame:
    """The columns that an answer replaces are kept as `<name>_in`."""
    if not set(answers) & set(frame.columns):
        return frame
    taken, names = {*frame.columns, *answers}, {}
    for name in frame.columns:
        kept = name
        while name in answers and kept in taken:
            kept += "_in"
        taken.add(kept)
        names[name] = kept
    return frame.rename(names)
