"""The score route (a catalog entry on a table) and the estimate route (a method on JSON lines)."""

import csv
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TextIO

import msgspec

from trialwright import catalog as knowledge
from trialwright.catalog import Argument, Catalog
from trialwright.catalog.lines import LineScorer, answers_lines, line_scorer
from trialwright.catalog.scoring import Scorer
from trialwright.catalog.strict_yaml import guess
from trialwright.model.entry import MethodResult, Shape
from trialwright.model.problem import Problem
from trialwright.pipeline import score_problems as problems
from trialwright.pipeline.score_lines import score_lines
from trialwright.pipeline.score_tables import CsvTable, Json, JsonTable, Table, number_cells

MOST_DIGITS = 400  # more than any double can hold
MOST_PROBLEMS = 100  # listed one by one; a table of text where numbers belong would bury the first


class Scored(msgspec.Struct, frozen=True, kw_only=True):
    """A table was scored: how many rows, and Problems that did not prevent it."""

    rows: int
    problems: tuple[Problem, ...] = ()


def score_table(
    entry: str, in_path: Path, out_path: Path, reading: str = "", settings: Mapping[str, str] | None = None
) -> Scored | list[Problem]:
    """
    `in_path` with the answers of a catalog entry beside each row, written to `out_path`; or why not.

    Shape:    .csv or .jsonl in, the same out. Other columns pass through; an answer that has the name of an input
              column replaces it, the old one kept as `<name>_in`. An entry with a shape of its own answers to lines.
    Units:    as the entry says; a cell is exact as it was written.
    Missing:  an empty cell, in JSON null or no key.
    Problems: all together, with row and column. Nothing is written where there is one: a half scored table is worse
              than none. Only a line of an entry with a shape of its own is answered with its sentence instead.
    """
    catalog = knowledge.load()
    made = _scorer(catalog, entry, in_path, reading, settings or {})
    wrong = made if isinstance(made, list) else []
    wrong = wrong + _wrong_paths(in_path, out_path)
    if wrong or isinstance(made, list):
        return wrong
    if isinstance(made, LineScorer):
        return _written(out_path, partial(_score_all_lines, made, in_path))
    table: Table = CsvTable(in_path) if in_path.suffix.lower() == ".csv" else JsonTable(in_path)
    try:
        return _written(out_path, partial(_score_pieces, table, made, in_path))
    except UnicodeDecodeError:
        return [problems.unreadable_file(in_path, "it is not UTF-8")]
    except csv.Error as error:
        return [problems.unreadable_file(in_path, f"the quotes or the cells of it do not fit together ({error})")]


def estimate_lines(method: str, lines: Iterable[str]) -> Iterator[tuple[str, list[Problem]]]:
    """
    For each JSON line of arguments one JSON line of results, in the same order, with the Problems of that line.

    A line that cannot be answered becomes {"problems": [...]}, so that input and output stay line by line beside
    each other. Exact values are fractions in lowest terms with a `_decimal` beside them.
    """
    catalog = knowledge.load()
    decoder = msgspec.json.Decoder(float_hook=Decimal)
    encoder = msgspec.json.Encoder(decimal_format="number")
    for number, line in _numbered(lines):
        if isinstance(line, Problem):
            yield encoder.encode({"problems": [line.sentence()]}).decode(), [line]
            return
        if not line.strip():
            continue
        result = _estimated(catalog, method, line, number, decoder)
        if isinstance(result, MethodResult):
            yield encoder.encode(_result_object(result)).decode(), []
        else:
            yield encoder.encode({"problems": [problem.sentence() for problem in result]}).decode(), result


def _numbered(lines: Iterable[str]) -> Iterator[tuple[int, str | Problem]]:
    """The lines with their numbers; where the bytes are no text, a Problem and the end."""
    number = 0
    try:
        for number, line in enumerate(lines, 1):
            yield number, line
    except UnicodeDecodeError:
        yield number + 1, problems.wrong_line(number + 1, "this is not UTF-8 text")


def _scorer(
    catalog: Catalog, entry: str, in_path: Path, reading: str, settings: Mapping[str, str]
) -> Scorer | LineScorer | list[Problem]:
    tables, lines = catalog.names("criterion"), answers_lines(catalog)
    if entry in lines and in_path.suffix.lower() == ".jsonl":
        return line_scorer(catalog, entry, reading, settings)
    if entry not in tables:
        if entry in lines:
            return [problems.only_lines(in_path, entry)]
        names = sorted({*tables, *lines})
        return [problems.not_scored(entry, ", ".join(names), guess(entry, names))]
    parameters, wrong = catalog.settings(entry, reading, settings)
    return wrong if parameters is None else Scorer(catalog, entry, parameters)


def _wrong_paths(in_path: Path, out_path: Path) -> list[Problem]:
    found = []
    if in_path.suffix.lower() not in (".csv", ".jsonl"):
        found.append(problems.unknown_format(in_path, "Tables are .csv or .jsonl"))
    elif out_path.suffix.lower() != in_path.suffix.lower():
        found.append(problems.unknown_format(out_path, f"The answers are written as {in_path.suffix}, as they came"))
    if not in_path.is_file():
        found.append(problems.unreadable_file(in_path, "there is no such file"))
    elif out_path.exists() and out_path.samefile(in_path):
        found.append(problems.unwritable_file(out_path, "it is the table itself"))
    if not out_path.parent.is_dir():
        found.append(problems.unwritable_file(out_path, f"there is no folder {out_path.parent}"))
    return found


def _written(out_path: Path, write: Callable[[TextIO], Scored | list[Problem]]) -> Scored | list[Problem]:
    """Written into a file beside `out_path`, which takes its place only when there is something to keep."""
    try:
        handle, name = tempfile.mkstemp(dir=out_path.parent, prefix=out_path.name, suffix=".part")
    except OSError as error:
        return [problems.unwritable_file(out_path, error.strerror or "no space")]
    part = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            scored = write(out)
        if isinstance(scored, Scored):
            part.chmod(0o644)
            part.replace(out_path)
        return scored
    except OSError as error:
        return [problems.unwritable_file(out_path, error.strerror or "no space")]
    finally:
        part.unlink(missing_ok=True)


def _score_all_lines(scorer: LineScorer, in_path: Path, out: TextIO) -> Scored:
    rows, found = score_lines(scorer, in_path, out)
    return Scored(rows=rows, problems=tuple(found))


def _score_pieces(table: Table, scorer: Scorer, in_path: Path, out: TextIO) -> Scored | list[Problem]:
    wrong: list[Problem] = []
    rows = unlisted = 0
    for piece in table.pieces(*scorer.columns):
        if isinstance(piece, Problem):
            found = [piece]
        else:
            answers, cells = scorer.score(piece.texts)
            found = [problems.wrong_cell(in_path, piece.lines[c.row], rows + c.row + 1, c) for c in cells]
            rows += len(piece.lines)
            # Once something is wrong the file is thrown away; what follows is only read for its own problems.
            if not wrong and not found:
                table.write(out, piece, answers)
        unlisted += max(0, len(wrong) + len(found) - MOST_PROBLEMS)
        wrong += found[: MOST_PROBLEMS - len(wrong)]
    if unlisted:
        wrong.append(problems.many_more(in_path, unlisted))
    return wrong or Scored(rows=rows)


def _estimated(
    catalog: Catalog, method: str, line: str, number: int, decoder: msgspec.json.Decoder[object]
) -> MethodResult | list[Problem]:
    try:
        given = decoder.decode(line)
    except msgspec.DecodeError as error:
        return [problems.wrong_line(number, f"this is not JSON ({error})")]
    if not isinstance(given, dict):
        return [problems.wrong_line(number, "this is not an object")]
    arguments = {name: _argument(value) for name, value in given.items()}
    unusable = [name for name, value in arguments.items() if value is None]
    if unusable:
        found = f"{', '.join(unusable)} is neither a number, a text, a list of these nor rows of them"
        return [problems.wrong_line(number, found)]
    usable = {name: value for name, value in arguments.items() if value is not None}
    try:
        result = catalog.estimate(method, usable)
    except (ArithmeticError, ValueError) as error:
        # A method refuses what it foresees; what is left is told too, in a sentence, and the next line goes on.
        return [problems.no_answer(number, str(error))]
    if isinstance(result, MethodResult):
        return result
    return [msgspec.structs.replace(problem, where=f"line {number} {problem.where}") for problem in result]


def _argument(value: object) -> Argument | bool | None:
    match value:
        case bool() | str() | int():
            return value
        case Decimal():
            return format(value, "f") if _is_writable(value) else None
        case list():
            if value and all(isinstance(part, dict) for part in value):
                rows = [_row(part) for part in value]
                return None if None in rows else [row for row in rows if row is not None]
            parts = [_argument(part) for part in value]
            if all(isinstance(part, str | int) and not isinstance(part, bool) for part in parts):
                return [part for part in parts if isinstance(part, str | int)]
        case dict():
            row = _row(value)
            return None if row is None or None in row.values() else {k: v for k, v in row.items() if v is not None}
    return None


def _is_writable(number: Decimal) -> bool:
    """1e999999999 is a number too, but written out it would fill the memory."""
    return abs(number.adjusted()) <= MOST_DIGITS


def _row(fields: Mapping[str, object]) -> dict[str, str | int | Fraction | None] | None:
    """One row of a table: numbers exact, texts as they are; None where a cell is neither."""
    row: dict[str, str | int | Fraction | None] = {}
    for name, value in fields.items():
        match value:
            case bool():
                row[name] = "true" if value else "false"
            case str() | int() | None:
                row[name] = value
            case Decimal() if _is_writable(value):
                row[name] = Fraction(value)
            case _:
                return None
    return row


def _result_object(result: MethodResult) -> Json:
    shown: Json = {}
    for name, value in result.values.items():
        shown |= number_cells(name, value) if isinstance(value, Fraction) else {name: value}
    shown |= {name: _plain_shape(shape) for name, shape in result.shapes.items()}
    return shown | {"method": result.method, "warnings": list(result.warnings)}


def _plain_shape(shape: Shape) -> object:
    """A fixed key of the answer: plain numbers, in lists and rows."""
    if isinstance(shape, tuple):
        return [_plain_cells(part) if isinstance(part, dict) else _plain_number(part) for part in shape]
    return _plain_cells(shape) if isinstance(shape, dict) else _plain_number(shape)


def _plain_cells(cells: Mapping[str, Fraction | float | int | str | None]) -> Json:
    return {name: _plain_number(value) for name, value in cells.items()}


def _plain_number(value: object) -> object:
    return float(value) if isinstance(value, Fraction) else value
