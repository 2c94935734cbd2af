"""How the command line speaks: problems as sentences, results as JSON, progress when it takes a while."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import NoReturn

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from trialwright.model.problem import Problem

out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)

_COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}


def print_problems(problems: Iterable[Problem]) -> None:
    """One line a Problem on standard error, its severity first."""
    for problem in problems:
        colour = _COLOURS[problem.severity]
        err.print(f"[{colour}]{problem.severity}[/{colour}]  {escape(problem.sentence())}")


def stop(problems: list[Problem], code: int = 2) -> NoReturn:
    """Say what is wrong and leave."""
    print_problems(problems)
    raise typer.Exit(code)


def wrong_use(sentence: str) -> NoReturn:
    """The command was called in a way that cannot be answered: one sentence, exit 2."""
    err.print(sentence, markup=False)
    raise typer.Exit(2)


def print_json(value: object) -> None:
    """`value` as indented JSON on standard output, for scripts."""
    text = msgspec.json.format(msgspec.json.encode(value, enc_hook=_exact), indent=2).decode()
    out.print(text, markup=False)


def _exact(value: object) -> str:
    if isinstance(value, Fraction):
        return str(value)  # lowest terms: "5/8", "3"
    raise NotImplementedError(f"no JSON for {type(value).__name__}")


def exit_by(problems: Iterable[Problem]) -> None:
    """Exit 1 if an error or a warning remains."""
    if any(problem.severity in ("error", "warning") for problem in problems):
        raise typer.Exit(1)


@contextmanager
def progress(label: str, total: int) -> Iterator[Progress]:
    """A progress bar on standard error; it disappears when the work is done and stays silent in a pipe."""
    bar = Progress(
        TextColumn(label), BarColumn(), TextColumn("{task.completed} of {task.total}"), TimeElapsedColumn(),
        console=err, transient=True, disable=not err.is_terminal,
    )  # fmt: skip
    with bar:
        bar.add_task(label, total=total)
        yield bar
