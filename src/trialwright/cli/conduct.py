"""`init`, `freeze`, `serve`, `user`: running a study, day by day."""

import datetime as dt
import getpass
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from trialwright.cli.speak import err, expect_port, out, print_problems, stop, wrong_use

StudyFolder = Annotated[Path, typer.Argument(help="The study's folder.", metavar="STUDY")]
Db = Annotated[str | None, typer.Option("--db", help="The ledger; without it $TRIALWRIGHT_DB, else beside the study.")]
user = typer.Typer(help="Accounts: add them, list them. Example: trialwright user list STUDY", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    app.command("init")(init)
    app.command("freeze")(freeze)
    app.command("serve")(serve)
    app.add_typer(user, name="user")


def init(
    folder: Annotated[Path, typer.Argument(help="The folder to make.", metavar="DIR")],
) -> None:
    """
    Start a study from a copy of the packaged one, with an empty ledger beside it.

    Example: trialwright init my-study
    """
    from trialwright.pipeline.place import database_of, open_place
    from trialwright.pipeline.study import packaged_study

    nearest = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    if not nearest.is_dir():
        wrong_use(f"{folder}: {nearest} is a file. Name a new folder; nothing was changed.")
    if folder.exists() and any(folder.iterdir()):
        wrong_use(f"{folder}: the folder is not empty. Name a new one; nothing was changed.")
    leave_out = shutil.ignore_patterns("__pycache__", ".trialwright")
    try:
        shutil.copytree(packaged_study("aba_dm"), folder, dirs_exist_ok=True, ignore=leave_out)
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)  # it was empty: nothing but half a copy goes
        raise
    with open_place(folder, create=True) as ledger:
        out.print(f"Study: {folder}. Ledger: {database_of(folder, None)}, head {ledger.head().seq}.", markup=False)
    out.print("Edit the YAML files, then: trialwright check, trialwright user add, trialwright serve.")


def freeze(
    study: StudyFolder,
    reason: Annotated[str, typer.Option(help="Why there is a new build, in one sentence.")] = "",
    registered: Annotated[bool, typer.Option("--registered", help="The public record shows this build.")] = False,
    db: Db = None,
) -> None:
    """
    Publish the working files as the next numbered build, which never changes again; tell what it changes.

    Example: trialwright freeze my-study --reason "Visit window of week 12 widened to ten days"
    """
    if not reason.strip():
        wrong_use("A build needs its reason: --reason in one sentence. It becomes the text of the amendment.")
    from trialwright.pipeline import study as studies

    frozen, problems = studies.freeze(study, reason, dt.datetime.now(dt.UTC).date(), registered=registered)
    if frozen is None:
        stop(problems, 1 if (study / "study.yaml").is_file() else 2)
    print_problems(problems)
    out.print(f"Build {frozen.build} of {frozen.name}, {frozen.hash[:12]}", markup=False)
    if frozen.build > 1:
        for sentence in studies.compare(study, frozen.build - 1, frozen.build)[0]:
            out.print(f"  {sentence}", markup=False)
    for sentence in studies.impact_of(study, db, frozen):
        out.print(sentence, markup=False)


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
    expect_port(port)
    from trialwright.web import check_may_serve  # Django is loaded only by who needs it
    from trialwright.web import serve as serve_study

    check_may_serve(host, port)
    address = _ledger_for(study, db)
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
    printed: Annotated[str, typer.Option(help="The person's name as it stands beside a signature.")] = "",
    trained: Annotated[str, typer.Option(help="The day of the training for the roles, e.g. 2021-03-15.")] = "",
    db: Db = None,
) -> None:
    """
    Add an account with its roles; the password is asked for, or read from standard input.

    Example: trialwright user add my-study nurse_1 --role study_nurse --by head_of_data
    """
    from trialwright.web import accounts

    address = _ledger_for(study, db)
    password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    accounts.add_user(study, address, name, password, roles=tuple(role), by=by, identity=identity, printed=printed,
                      trained=trained)  # fmt: skip
    out.print(f"{name}: {', '.join(role)}", markup=False)


@user.command("list")
def list_users(
    study: StudyFolder,
    db: Db = None,
    on: Annotated[str, typer.Option(help="A day, 2026-11-23: who held which role when it ended (UTC).")] = "",
) -> None:
    """
    List every account with the roles it holds now, or everybody with the roles held on a day.

    Example: trialwright user list my-study --on 2026-11-23
    """
    moment = _end_of(on) if on else None
    from trialwright.pipeline.place import database_of, open_place
    from trialwright.web import accounts

    with open_place(study, db):
        address = database_of(study, db)
    held = accounts.delegation(study, address, moment) if moment else accounts.list_users(study, address)
    for name, roles in held:
        out.print(f"{name:<20} {', '.join(roles) or 'no role'}", markup=False)


def _end_of(day: str) -> dt.datetime:
    try:
        start = dt.datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=dt.UTC)
    except ValueError:
        wrong_use(f"--on {day}: expected a day such as 2026-11-23.")
    return start + dt.timedelta(days=1) - dt.timedelta(milliseconds=1)


def _ledger_for(study: Path, db: str | None) -> str:
    """The address of the study's ledger, made where there is none; but only for a definition without errors."""
    from trialwright import catalog as knowledge
    from trialwright.pipeline.place import database_of, open_place
    from trialwright.pipeline.study import load_study

    definition, problems = load_study(study, knowledge.load())
    if definition is None:
        stop([problem for problem in problems if problem.severity == "error"])
    address = database_of(study, db)
    new = "://" not in address and not Path(address).exists()
    with open_place(study, db, create=new):
        if new:
            err.print(f"New ledger: {address}", markup=False)
    return address
