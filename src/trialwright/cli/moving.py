"""`import`: from another system's files to a study folder."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from trialwright.cli.speak import err, out, stop, waiting, wrong_use

_SHOWN = 12


def add_to(app: typer.Typer) -> None:
    app.command("import")(move_in)


def move_in(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="ODM 1.3 or 2.0, REDCap (XML, or its CSV tables), OpenEDC; several at once.", metavar="FILE..."
        ),
    ],
    folder: Annotated[Path, typer.Option("-o", "--out", "--output", help="The study folder to make.")],
) -> None:
    """
    Make a study of another system's files: forms, items, code lists, schedule, units, and the data they carry.

    What each file is, is told from its content. What no file says is a stand-in that `trialwright check` names.

    Example: trialwright import dictionary.csv event.csv arm.csv data.csv --out my-study
    """
    from trialwright import catalog as knowledge
    from trialwright.pipeline.moving_in import REPORT
    from trialwright.pipeline.moving_in import move_in as move

    nearest = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    if not nearest.is_dir() or (folder.exists() and any(folder.iterdir())):
        wrong_use(f"--out {folder}: {nearest} holds something already. Name a new folder; nothing was changed.")
    read = {path.name: path.read_bytes() for path in files}
    if len(read) < len(files):
        wrong_use("Two of the files have the same name. Import one project at a time.")
    with waiting("Moving in"):
        moved = move(read, folder, knowledge.load(), dt.datetime.now(dt.UTC).date().isoformat())
    if isinstance(moved, list):
        stop(moved, 1)
    for name, kind in moved.kinds.items():
        out.print(f"{name}: {kind}", markup=False)
    counts, entered = moved.counts, moved.entered
    out.print(
        f"{moved.dialect or 'ODM'}: {counts['forms']} forms, {counts['items']} items, "
        f"{counts['participants']} participants, {counts['values']} values",
        markup=False,
    )
    out.print(f"Entered: {_told(entered)}", markup=False)
    for lost in moved.ignored[:_SHOWN]:
        out.print(f"  passed over  {lost.where}: {lost.reason}", markup=False)
    if len(moved.ignored) > _SHOWN:
        out.print(f"  ... and {len(moved.ignored) - _SHOWN} more in {folder / REPORT}", markup=False)
    english = [each for each in moved.problems if each.code == "TW-DEF-052"]
    for problem in moved.problems:
        if problem.code != "TW-DEF-052":
            out.print(f"  {problem.where}: {problem.found}", markup=False)
    if english:
        out.print(f"  {len(english)} files have words without Chinese: the English ones are shown", markup=False)
    out.print(f"Study: {folder}. Next: trialwright user add, trialwright serve {folder}", markup=False)
    err.print("What is still to be decided stands in study.yaml under still_open.", markup=False)


def _told(entered: dict[str, int]) -> str:
    """The counts that are not nothing, in words."""
    words = {
        "values": "values", "repeated": "said twice by the file", "empty": "empty in the file",
        "shortened": "documents kept by their length only", "lost": "that no form asks for",
        "forms_added": "forms made of loose groups", "items_added": "items that only the data name",
    }  # fmt: skip
    return ", ".join(
        f"{entered.get(key, 0)} {said}" for key, said in words.items() if entered.get(key) or key == "values"
    )
