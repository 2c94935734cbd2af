"""The door: collects the command families and turns whatever a user's mistake raises into a sentence."""

import sys
from importlib.metadata import version
from typing import Annotated

import typer

from trialwright.cli import check, conduct, demo, readout, safety, scores
from trialwright.cli.speak import err, out, print_problems
from trialwright.model.problem import Problem

app = typer.Typer(
    name="trialwright",
    help="Runs a registered clinical trial from one versioned study definition.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for family in (demo, check, scores, conduct, safety, readout):
    family.add_to(app)


def _print_version(asked: bool) -> None:
    if asked:
        out.print(f"trialwright {version('trialwright')}", markup=False)
        raise typer.Exit


@app.callback()
def root(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Only what stands before a command; the commands do the work."""


def main() -> None:
    """Run a command. A user's mistake ends in a sentence and exit 1 or 2, never in a traceback."""
    try:
        app(prog_name="trialwright")
    except BrokenPipeError:
        sys.exit(0)
    except KeyboardInterrupt:
        err.print("\nStopped.")
        sys.exit(130)
    except Exception as error:
        # Rooms that cannot go on for a reason outside the program raise with a Problem; everything else is our bug.
        problem = getattr(error, "problem", None)
        if isinstance(problem, Problem):
            print_problems([problem])
            sys.exit(2)
        if isinstance(error, OSError):
            _tell_machine(error)
            sys.exit(2)
        raise


def _tell_machine(error: OSError) -> None:
    """What the machine refuses (no space, no permission, no such folder), by place and reason."""
    place = error.filename or "the file system"
    told = f"{place}: {error.strerror or error}. Nothing that was acknowledged is lost; free it and try again."
    err.print(told, markup=False)
