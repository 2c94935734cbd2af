"""`record`: what became of a registry record, and what is due."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from trialwright.cli.speak import expect_one_of, out, print_json, print_problems

if TYPE_CHECKING:
    from trialwright.model.ledger import LedgerEvent
    from trialwright.model.problem import Problem

Db = Annotated[str | None, typer.Option("--db", help="The ledger; without it $TRIALWRIGHT_DB, else beside the study.")]
Form = Annotated[str, typer.Option("--format", help="text or json.")]


def add_to(app: typer.Typer) -> None:
    family = typer.Typer(
        name="record", help="A registry record: its history, what is due, other formats.", no_args_is_help=True
    )
    family.command("history")(history)
    family.command("diff")(diff)
    app.add_typer(family)


def history(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="A history document, a folder with versions of one record, or a study folder."
        ),
    ],
    db: Db = None,
    form: Form = "text",
) -> None:
    """
    Tell how a record changed: versions, original and current outcome measures, classes of change, dates.

    Example: trialwright record history studies/aba_dm
    """
    from trialwright.pipeline.record_history import read_history
    from trialwright.register.history import render_history

    expect_one_of("--format", form, ("text", "json"))
    found = read_history(file, _events(file, db))
    if isinstance(found, list):
        _refuse(found)
    if form == "json":
        print_json(found)
    else:
        out.print(render_history(found), markup=False, end="")


def diff(
    before: Annotated[Path, typer.Argument(metavar="A", help="A record in any format, or a study folder.")],
    after: Annotated[Path, typer.Argument(metavar="B", help="The same, later or elsewhere.")],
    form: Form = "text",
) -> None:
    """
    Compare two records field by field, in words; exit 1 if they differ.

    Example: trialwright record diff registered.json demo-out/registration.json
    """
    from trialwright.pipeline.record_history import compare_paths
    from trialwright.register.history import render_diff

    expect_one_of("--format", form, ("text", "json"))
    found = compare_paths(before, after)
    if isinstance(found, list):
        _refuse(found)
    if form == "json":
        print_json(found)
    else:
        out.print(render_diff(found), markup=False, end="")
    if not found.same:
        raise typer.Exit(1)


def _refuse(problems: list[Problem]) -> NoReturn:
    print_problems(problems)
    raise typer.Exit(2)


def _events(path: Path, db: str | None) -> tuple[LedgerEvent, ...]:
    """The acts in the ledger of a study folder; none where it has no ledger yet."""
    from trialwright.pipeline.place import database_of, open_place

    if not (path / "study.yaml").is_file():
        return ()
    url = database_of(path, db)
    if db is None and "://" not in url and not Path(url).exists():
        return ()
    with open_place(path, db) as ledger:
        return ledger.snapshot().events
