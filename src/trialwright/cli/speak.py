"""How the command line speaks: problems as sentences, results as JSON, progress when it takes a while."""

import codecs
import datetime as dt
import io
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import NoReturn

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

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
    out.print(as_json(value), markup=False, end="")


def as_json(value: object) -> str:
    """`value` as indented JSON that ends in a line break."""
    return msgspec.json.format(msgspec.json.encode(value, enc_hook=_exact), indent=2).decode() + "\n"


def _exact(value: object) -> str:
    if isinstance(value, Fraction):
        return str(value)  # lowest terms: "5/8", "3"
    raise NotImplementedError(f"no JSON for {type(value).__name__}")


def exit_by(problems: Iterable[Problem]) -> None:
    """Exit 1 if an error or a warning remains."""
    if any(problem.severity in ("error", "warning") for problem in problems):
        raise typer.Exit(1)


@contextmanager
def progress(label: str, total: int | None) -> Iterator[Progress]:
    """
    A progress bar on standard error; it disappears when the work is done and stays silent in a pipe.

    Missing: without a `total` nobody knows how much is left, and the bar only counts.
    """
    counted = "{task.completed}" if total is None else "{task.completed} of {task.total}"
    bar = Progress(
        TextColumn(label), BarColumn(), TextColumn(counted), TimeElapsedColumn(),
        console=err, transient=True, disable=not err.is_terminal,
    )  # fmt: skip
    with bar:
        bar.add_task(label, total=total)
        yield bar


def speak_utf8() -> None:
    """
    Files, JSON and Chinese are UTF-8 whatever LANG says; what a terminal cannot show is escaped, never a crash.

    A code page that somebody chose (PYTHONIOENCODING=gbk) stays; plain ASCII is what remains where nobody chose.
    """
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            chosen = codecs.lookup(stream.encoding).name
            wanted = "utf-8" if chosen == "ascii" or stream is sys.stdin else chosen
            stream.reconfigure(encoding=wanted, errors="strict" if stream is sys.stdin else "backslashreplace")


@contextmanager
def waiting(label: str) -> Iterator[None]:
    """A moving mark and the seconds, for work that cannot say how far it is."""
    columns = (SpinnerColumn(), TextColumn(label), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        bar.add_task(label, total=None)
        yield


def parse_day(option: str, text: str) -> dt.date:
    """A day as an option gives it, or exit 2 with a sentence."""
    try:
        # fromisoformat would also take 20261123 and, in digits of any script, a day that nobody meant
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError(text)
        return dt.date.fromisoformat(text)
    except ValueError:
        wrong_use(f"{option} {text}: expected a day as YYYY-MM-DD, for example 2026-11-23.")


def parse_moment(option: str, text: str) -> dt.datetime:
    """
    A moment in UTC as an option gives it, or exit 2 with a sentence. A day alone is its first instant.

    A moment before 1970 cannot stand in a ledger, and the last day of the calendar cannot be moved to UTC.
    """
    try:
        moment = dt.datetime.fromisoformat(text)
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
        if not 1970 <= moment.year < 9999:
            raise ValueError(text)
    except (ValueError, OverflowError):
        wrong_use(f"{option} {text}: expected a moment such as 2021-06-30 or 2021-06-30T12:00:00Z, from 1970 on.")
    return moment


def expect_one_of(option: str, text: str, allowed: tuple[str, ...]) -> None:
    """Exit 2 with a sentence unless `text` is one of the words that the option knows."""
    if text not in allowed:
        wrong_use(f"{option} {text}: expected {', '.join(allowed[:-1])} or {allowed[-1]}.")


def expect_port(port: int) -> None:
    """Exit 2 with a sentence unless a program can listen there."""
    if not 0 < port < 65536:
        wrong_use(f"--port {port}: expected a number from 1 to 65535, for example 8080.")
