"""`serve`, `user`, `freeze`, `init`, `verify`, `backup`: running a study, day by day."""

import datetime as dt
import getpass
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from trialwright.cli.speak import err, out, print_json, print_problems, stop, wrong_use
from trialwright.model.ledger import Head
from trialwright.pipeline import study as studies
from trialwright.pipeline.place import database_of, open_place

StudyFolder = Annotated[Path, typer.Argument(help="The study's folder.", metavar="STUDY")]
Db = Annotated[str | None, typer.Option("--db", help="The ledger; without it $TRIALWRIGHT_DB, else beside the study.")]
user = typer.Typer(help="Accounts: add them, list them. Example: trialwright user list STUDY", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    app.command("init")(init)
    app.command("freeze")(freeze)
    app.command("serve")(serve)
    app.add_typer(user, name="user")
    app.command("verify")(verify)
    app.command("backup")(backup)


def init(
    folder: Annotated[Path, typer.Argument(help="The folder to make.", metavar="DIR")],
) -> None:
    """
    Start a study from a copy of the packaged one, with an empty ledger beside it.

    Example: trialwright init my-study
    """
    if folder.exists() and any(folder.iterdir()):
        wrong_use(f"{folder}: the folder is not empty. Name a new one; nothing was changed.")
    shutil.copytree(studies.packaged_study("aba_dm"), folder, dirs_exist_ok=True)
    with open_place(folder, create=True) as ledger:
        out.print(f"Study: {folder}. Ledger: {database_of(folder, None)}, head {ledger.head().seq}.", markup=False)
    out.print("Edit the YAML files, then: trialwright check, trialwright user add, trialwright serve.")


def freeze(
    study: StudyFolder,
    reason: Annotated[str, typer.Option(help="Why there is a new build, in one sentence.")] = "",
) -> None:
    """
    Publish the working files as the next numbered build, which never changes again.

    Example: trialwright freeze my-study --reason "Visit window of week 12 widened to ten days"
    """
    if not reason.strip():
        wrong_use("A build needs its reason: --reason in one sentence. It becomes the text of the amendment.")
    frozen, problems = studies.freeze(study, reason, dt.datetime.now(dt.UTC).date())
    if frozen is None:
        stop(problems, 1)
    print_problems(problems)
    out.print(f"Build {frozen.build} of {frozen.name}, {frozen.hash[:12]}", markup=False)


def serve(
    study: StudyFolder,
    db: Db = None,
    host: Annotated[str, typer.Option(help="Other than loopback only with TLS configured.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Where to listen.")] = 8000,
) -> None:
    """
    Serve a study to its people, on the real clock.

    Example: trialwright serve my-study --port 8080
    """
    address = database_of(study, db)
    if "://" not in address and not Path(address).exists():
        with open_place(study, db, create=True):
            err.print(f"New ledger: {address}", markup=False)
    from trialwright.web import serve as serve_study  # Django is loaded only by who needs it

    out.print(f"http://{host}:{port}/", markup=False)
    serve_study(study, address, host=host, port=port, demo=False)


@user.command("add")
def add_user(
    *,
    study: StudyFolder,
    name: Annotated[str, typer.Argument(help="The account's name; never given to another person.")],
    role: Annotated[list[str], typer.Option(help="A role of the study; may be given more than once.")],
    by: Annotated[str, typer.Option(help="Who adds the account.")],
    identity: Annotated[str, typer.Option(help="How the person was recognised, e.g. hospital identity card.")] = "",
    db: Db = None,
) -> None:
    """
    Add an account with its roles; the password is asked for, or read from standard input.

    Example: trialwright user add my-study nurse_1 --role study_nurse --by head_of_data
    """
    from trialwright.web import accounts

    address = database_of(study, db)
    if "://" not in address and not Path(address).exists():
        with open_place(study, db, create=True):
            pass
    password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    accounts.add_user(study, address, name, password, roles=tuple(role), by=by, identity=identity)
    out.print(f"{name}: {', '.join(role)}", markup=False)


@user.command("list")
def list_users(study: StudyFolder, db: Db = None) -> None:
    """
    List every account with the roles it holds now.

    Example: trialwright user list my-study
    """
    from trialwright.web import accounts

    for name, roles in accounts.list_users(study, database_of(study, db)):
        out.print(f"{name:<20} {', '.join(roles) or 'no role'}", markup=False)


def verify(
    study: StudyFolder,
    db: Db = None,
    head: Annotated[str, typer.Option(help="A head from a report, SEQ:HASH, that the chain must still hold.")] = "",
    form: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
) -> None:
    """
    Recompute the whole chain of the ledger and name the first row that was altered.

    Example: trialwright verify demo-out/study --db demo-out/ledger.sqlite
    """
    expected = _head(head) if head else None
    with open_place(study, db) as ledger:
        found = ledger.verify(expected)
    if form == "json":
        print_json(found)
    elif found.ok:
        erased = f", {len(found.erased)} lawfully erased" if found.erased else ""
        out.print(f"{found.rows} rows, all as they were written{erased}. Head {found.head.seq}:{found.head.hash}")
    print_problems(found.problems)
    if not found.ok:
        raise typer.Exit(1)


def backup(
    study: StudyFolder,
    output: Annotated[Path, typer.Option("-o", "--output", help="The file to write; it must not exist.")],
    db: Db = None,
) -> None:
    """
    Copy the ledger while it is in use, and print the head the copy holds.

    Example: trialwright backup my-study -o backup-2026-11-23.sqlite
    """
    if output.exists():
        wrong_use(f"{output}: there is a file already. Name a new one; nothing was changed.")
    with open_place(study, db) as ledger:
        held = ledger.backup(output)
    output.chmod(0o600)
    out.print(f"{output}: head {held.seq}:{held.hash}", markup=False)


def _head(text: str) -> Head:
    seq, found, digest = text.partition(":")
    if not found or not seq.isdigit() or len(digest) != 64:
        wrong_use(f"--head {text}: expected SEQ:HASH as a report prints it, the hash of 64 hex digits.")
    return Head(int(seq), digest)
