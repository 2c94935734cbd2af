"""The door: collects the command families and turns whatever a user's mistake raises into a sentence."""

import errno
import shutil
import sys
from importlib.metadata import version
from typing import Annotated

import typer

from trialwright.cli import check, conduct, copies, demo, design, moving, operate, readout, record, safety, scores
from trialwright.cli.speak import err, out, print_problems, speak_utf8
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
for family in (demo, design, check, record, scores, conduct, moving, safety, copies, operate, readout):
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


_CURES = {
    errno.EEXIST: "A file stands where a folder is needed: name another place.",
    errno.ENOTDIR: "A file stands where a folder is needed: name another place.",
    errno.EISDIR: "A folder stands where a file is needed: name another place.",
    errno.EACCES: "Give the account that runs Trialwright the right to it, or name another place.",
    errno.EPERM: "Give the account that runs Trialwright the right to it, or name another place.",
    errno.EROFS: "The disk may only be read: name another place.",
    errno.ENOSPC: "The disk is full: make room and try again.",
    errno.EDQUOT: "The quota is used up: make room and try again.",
    errno.EFBIG: "The file may not grow that large here: look for a limit on file sizes.",
}


def main() -> None:
    """Run a command. A user's mistake ends in a sentence and exit 1 or 2, never in a traceback."""
    speak_utf8()
    try:
        app(prog_name="trialwright")
    except BrokenPipeError:
        sys.exit(0)
    except KeyboardInterrupt:
        _tell_stopped()
        sys.exit(130)
    except SystemExit as leaving:
        if leaving.code == 130:  # Ctrl-C, as the command line's own library passes it on
            _tell_stopped()
        raise
    except Exception as error:
        # Rooms that cannot go on for a reason outside the program raise with a Problem; everything else is our bug.
        problem = getattr(error, "problem", None)
        if isinstance(problem, Problem):
            print_problems([problem])
            sys.exit(2)
        if isinstance(error, OSError):
            _tell_machine(error)
            sys.exit(2)
        damaged = _damage()
        if damaged:
            print_problems(damaged)
            sys.exit(2)
        raise


def _damage() -> list[Problem]:
    """What is wrong with the ledger that the command read, so that a broken file is not told as a broken program."""
    place = sys.modules.get("trialwright.pipeline.place")  # a command that read none has not loaded it
    return place.what_is_damaged() if place else []


def _tell_stopped() -> None:
    err.print("\nStopped. What was saved stays saved; the same command can be given again.")


def _tell_machine(error: OSError) -> None:
    """What the machine refuses (no space, no permission, no such folder), by place and reason."""
    if isinstance(error, shutil.Error):  # a copy of a folder: one entry a file, the reason as text
        err.print(f"{error.args[0][0][2]}. Nothing that was acknowledged is lost.", markup=False)
        return
    place = error.filename or "The file system"
    cure = _CURES.get(error.errno or 0, "Check the path and try again.")
    err.print(f"{place}: {error.strerror or error}. {cure} Nothing that was acknowledged is lost.", markup=False)
