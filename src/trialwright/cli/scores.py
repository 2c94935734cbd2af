"""`score` and `estimate`: what the catalog knows, applied to a table or to JSON lines; `catalog` prints the index."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from trialwright.cli.speak import exit_by, out, print_problems, stop, waiting, wrong_use
from trialwright.model.entry import Entry


def add_to(app: typer.Typer) -> None:
    app.command("score")(score)
    app.command("estimate")(estimate)
    app.command("catalog")(catalog)


def score(
    entry: Annotated[str, typer.Argument(metavar="ENTRY", help="Name of an entry, e.g. imacs_doi_2004 or haq_di.")],
    table: Annotated[Path, typer.Argument(metavar="IN", help="A .csv or .jsonl file, one participant a line.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write the same table with the answers.")],
    reading: Annotated[str, typer.Option(help="A named reading of the rule; `catalog ENTRY` lists them.")] = "",
    settings: Annotated[list[str] | None, typer.Option("--set", help="name=value; overrides the reading.")] = None,
) -> None:
    """
    Apply a catalog entry to a table or to JSON lines, in exact arithmetic.

    Example: trialwright score imacs_doi_2004 patients.csv -o answers.csv --reading rider_2004
    """
    from trialwright.pipeline.score import score_table

    pairs: dict[str, str] = {}
    for text in settings or []:
        name, found, value = text.partition("=")
        if not found or not name:
            wrong_use(f"--set {text!r}: expected name=value, for example --set missing=nonresponder.")
        pairs[name.strip()] = value.strip()
    with waiting("Scoring"):
        answer = score_table(entry, table, output, reading, pairs)
    if isinstance(answer, list):
        stop(answer)
    print_problems(answer.problems)
    out.print(f"{answer.rows} rows scored: {output}", markup=False)
    exit_by(answer.problems)


def estimate(
    method: Annotated[str, typer.Argument(metavar="METHOD", help="Name of a method, e.g. proportion_ci.")],
) -> None:
    """
    Apply a statistical method to JSON lines: one object in, one object out, same order.

    Example: echo '{"x": 9, "n": 20, "method": "clopper_pearson"}' | trialwright estimate proportion_ci
    """
    from trialwright import catalog as knowledge
    from trialwright.pipeline.score import estimate_lines

    known = knowledge.load()
    if method not in known.names("method"):
        unknown = known.estimate(method, {})
        stop(unknown if isinstance(unknown, list) else [])
    failed = False
    for line, problems in estimate_lines(method, sys.stdin):
        print_problems(problems)
        failed = failed or bool(problems)
        print(line)
    if failed:
        raise typer.Exit(1)


def catalog(
    entry: Annotated[str, typer.Argument(metavar="ENTRY", help="One entry; without it, the index of all.")] = "",
) -> None:
    """
    Print what the catalog knows, or the page of one entry: rule, choices, numbers with sources, worked cases.

    Example: trialwright catalog imacs_doi_2004
    """
    from trialwright import catalog as knowledge
    from trialwright.catalog.pages import entry_page, index

    known = knowledge.load()
    if entry:
        found = known.find(entry)
        if not isinstance(found, Entry):
            stop([found])
        print(entry_page(known, found.name, found.kind), end="")
        return
    for kind, entries in index(known, ("criterion", "instrument", "method", "display", "terms")):
        out.print(f"\n[bold]{kind}[/bold]")
        for name, title, says in entries:
            out.print(f"  {name:<26} {title}", markup=False)
            if kind in ("criterion", "instrument"):
                out.print(f"  {'':<26} {says}", markup=False, style="dim")
