"""`verify`, `backup`, `restore`: what keeps the ledger true and whole."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialwright.cli.speak import expect_one_of, out, print_json, print_problems, waiting, wrong_use

if TYPE_CHECKING:  # brings Polars: --help must not wait for it
    from trialwright.model.ledger import Head

StudyFolder = Annotated[Path, typer.Argument(help="The study's folder.", metavar="STUDY")]
Db = Annotated[str | None, typer.Option("--db", help="The ledger; without it $TRIALWRIGHT_DB, else beside the study.")]


def add_to(app: typer.Typer) -> None:
    app.command("verify")(verify)
    app.command("backup")(backup)
    app.command("restore")(restore)


def verify(
    study: Annotated[Path, typer.Argument(help="The study's folder, or the zip of an archive.", metavar="STUDY")],
    db: Db = None,
    head: Annotated[str, typer.Option(help="A head from a report, SEQ:HASH, that the chain must still hold.")] = "",
    form: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
) -> None:
    """
    Recompute the whole chain of the ledger and name the first row that was altered; or check an archive.

    Of an archive: every file against the manifest and the counts against the files; with --db, against that ledger.

    Example: trialwright verify demo-out/study --db demo-out/ledger.sqlite
    """
    if study.is_file():
        _verify_archive(study, db, form)
        return
    from trialwright.pipeline.place import open_place

    expect_one_of("--format", form, ("text", "json"))
    expected = _head(head) if head else None
    with open_place(study, db) as ledger, waiting("Verifying"):
        found = ledger.verify(expected, processes=os.cpu_count() or 1)
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
    key: Annotated[Path | None, typer.Option(help="Encrypt the copy with the key in this file.")] = None,
    new_key: Annotated[Path | None, typer.Option(help="Make a key in this file and encrypt the copy with it.")] = None,
) -> None:
    """
    Copy the ledger while it is in use, and print the head the copy holds. The accounts go into a file beside it.

    Encrypted, it can lie anywhere; without the key nobody opens it, so keep that in two other places.

    Example: trialwright backup my-study -o backup-2026-11-23.sqlite --key backup.key
    """
    from trialwright.pipeline.backup import back_up, check_output
    from trialwright.store import make_key, read_key

    if key and new_key:
        wrong_use("--key and --new-key: expected one of them.")
    if new_key:
        check_output(output)  # a key made for a copy that is then refused would stand in the way of the next
    secret = make_key(new_key) if new_key else read_key(key) if key else None
    made = back_up(study, db, output, key=secret)
    if new_key:
        out.print(f"{new_key}: the key. Without it nobody opens the copy; keep it where the copy is not.", markup=False)
    sealed = "encrypted, " if secret else ""
    out.print(f"{output}: {sealed}head {made.head.seq}:{made.head.hash}", markup=False)
    if made.accounts:
        out.print(f"{made.accounts}: accounts and their passwords, kept as hashes", markup=False)


def restore(
    copy: Annotated[Path, typer.Argument(help="A file that trialwright backup wrote.", metavar="BACKUP")],
    study: StudyFolder,
    db: Db = None,
    key: Annotated[Path | None, typer.Option(help="The file with the key of an encrypted backup.")] = None,
    drill: Annotated[
        bool, typer.Option("--drill", help="Only try: restore it aside, verify it, remove it again.")
    ] = False,
) -> None:
    """
    Make the ledger of a backup anew where none stands, verified before and after, and print its rows and head.

    Example: trialwright restore backup-2026-11-23.sqlite my-study --db restored.sqlite
    """
    from trialwright.pipeline.backup import drill as try_backup
    from trialwright.pipeline.backup import restore as restore_backup
    from trialwright.store import read_key

    secret = read_key(key) if key else None
    if drill:
        with waiting("Restoring"):
            made = try_backup(copy, study, db, key=secret)
        told = f"{copy}: restores and verifies,"
    else:
        made = restore_backup(copy, study, db, key=secret)
        told = f"{made.ledger}:"
    out.print(f"{told} {made.head.seq} rows, head {made.head.seq}:{made.head.hash}", markup=False)
    if made.accounts and not drill:
        out.print(f"{made.accounts}: accounts", markup=False)
    if made.missing:
        out.print(
            f"{made.missing}: the accounts that this backup was made with are not beside it. Look for the file; "
            "without it everybody needs a new account.",
            markup=False,
        )


def _verify_archive(path: Path, db: str | None, form: str) -> None:
    from trialwright.pipeline.archive import check_archive
    from trialwright.pipeline.place import open_place

    with contextlib.ExitStack() as stack, waiting("Verifying"):
        ledger = stack.enter_context(open_place(path.parent, db)) if db else None
        manifest, problems = check_archive(path, ledger)
    if form == "json":
        print_json({"archive": path.name, "manifest": manifest, "problems": problems})
    elif manifest is not None and not problems:
        head, counts = manifest.ledger_head, manifest.counts
        against = " and the ledger" if db else ""
        told = f"{counts.versions} versions, {counts.acts} acts, "
        out.print(f"{len(manifest.files)} files fit the manifest{against}: {told}"
                  f"{counts.participants} participants. Head {head.seq}:{head.hash}", markup=False)  # fmt: skip
    print_problems(problems)
    if problems:
        raise typer.Exit(1)


def _head(text: str) -> Head:
    from trialwright.model.ledger import Head

    seq, _, digest = text.partition(":")
    if not re.fullmatch(r"[0-9]{1,18}", seq) or not re.fullmatch(r"[0-9a-fA-F]{64}", digest):
        wrong_use(f"--head {text}: expected SEQ:HASH as a report prints it, the hash of 64 hex digits.")
    return Head(int(seq), digest.lower())
