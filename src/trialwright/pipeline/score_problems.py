"""Every Problem of the score and estimate routes is built here (docs/reference/problems/score.md)."""

from pathlib import Path

from trialwright.catalog.scoring import WrongCell
from trialwright.model.problem import Problem


def unreadable_file(path: Path, why: str) -> Problem:
    return Problem(
        code="TW-SCORE-001", where=str(path), found=f"the file cannot be read: {why}",
        expected="It must be a table in UTF-8", cure="Check the name, or save it as CSV UTF-8",
    )  # fmt: skip


def unwritable_file(path: Path, why: str) -> Problem:
    return Problem(
        code="TW-SCORE-002", where=str(path), found=f"the file cannot be written: {why}",
        expected="It must lie in a folder that exists and may be written", cure="Choose another place",
    )  # fmt: skip


def unknown_format(path: Path, expected: str) -> Problem:
    return Problem(
        code="TW-SCORE-003", where=str(path), found=f'"{path.suffix}" is not a table that can be used here',
        expected=expected, cure="Rename or convert the file",
    )  # fmt: skip


def missing_column(path: Path, column: str, found: str, cure: str) -> Problem:
    return Problem(
        code="TW-SCORE-004", where=f"{path.name}:1", found=f'the column "{column}" is missing',
        expected=f"Columns found: {found}", cure=cure or f"Add {column}, its cells empty where nothing was measured",
    )  # fmt: skip


def repeated_column(path: Path, column: str) -> Problem:
    return Problem(
        code="TW-SCORE-005", where=f"{path.name}:1", found=f'the column "{column}" stands there twice',
        expected="Every column has a name of its own", cure="Rename one of them",
    )  # fmt: skip


def wrong_row(path: Path, line: int, found: str, expected: str) -> Problem:
    return Problem(
        code="TW-SCORE-006", where=f"{path.name}:{line}", found=found, expected=expected,
        cure="Look for a stray or missing comma, quote or bracket",
    )  # fmt: skip


def wrong_cell(path: Path, line: int, row: int, cell: WrongCell) -> Problem:
    return Problem(
        code="TW-SCORE-007", where=f"{path.name}:{line} (row {row}), column {cell.column}", found=cell.found,
        expected=cell.expected, cure=cell.cure,
    )  # fmt: skip


def many_more(path: Path, count: int) -> Problem:
    return Problem(
        code="TW-SCORE-008", where=path.name, found=f"{count} more cells or rows cannot be read",
        expected="They are not listed here", cure="Correct those above and run it again", severity="note",
    )  # fmt: skip


def wrong_line(line: int, found: str) -> Problem:
    return Problem(
        code="TW-SCORE-009", where=f"line {line}", found=found, expected="Each line is one JSON object",
        cure='Write for example {"x": 8, "n": 20}',
    )  # fmt: skip


def not_scored(entry: str, names: str, cure: str) -> Problem:
    return Problem(
        code="TW-SCORE-010", where=entry, found=f'"{entry}" cannot be scored on a table',
        expected=f"Entries that can: {names}", cure=cure,
    )  # fmt: skip


def wrong_object(path: Path, line: int, found: str) -> Problem:
    return Problem(
        code="TW-SCORE-011", where=f"{path.name}:{line}", found=found,
        expected="Each line is one object of the shape that the entry's page shows",
        cure="Correct the line; the others are answered",
    )  # fmt: skip


def only_lines(path: Path, entry: str) -> Problem:
    return Problem(
        code="TW-SCORE-012", where=str(path), found=f"{entry} is not scored on a {path.suffix or 'nameless'} table",
        expected="It answers to JSON lines (.jsonl), one object a line", cure=f"trialwright catalog {entry} shows one",
    )  # fmt: skip


def no_answer(line: int, why: str) -> Problem:
    return Problem(
        code="TW-SCORE-013", where=f"line {line}", found=f"the method finds no answer for these numbers: {why}",
        expected="A finite answer", cure="Look for values that are enormous, tiny or all the same",
    )  # fmt: skip
