"""`record readout` and `record results`: from the ledger to the registry's results section."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trialwright.cli.readout import AsOf, Db, StudyFolder, read_place
from trialwright.cli.speak import err, expect_one_of, out, print_json, print_problems, stop, waiting

Form = Annotated[str, typer.Option("--format", help="text or json.")]


def readout(study: StudyFolder, db: Db = None, as_of: AsOf = "", form: Form = "text") -> None:
    """
    Follow each outcome measure from registration to report, and check the results section; exit 1 if one is missing.

    Example: trialwright record readout demo-out/study --db demo-out/ledger.sqlite
    """
    from trialwright.catalog import load
    from trialwright.pipeline.record_readout import compare_readout
    from trialwright.register.readout import render_readout

    expect_one_of("--format", form, ("text", "json"))
    read = read_place(study, db, as_of)
    with waiting("Laying out the report"):
        found = compare_readout(study, read, load())
    if isinstance(found, list):
        stop(found)
    if form == "json":
        print_json(found)
    else:
        out.print(render_readout(found.items), markup=False, end="")
        out.print("Results section, by the registry's published rules:" if found.findings else _CLEAN, markup=False)
        print_problems(list(found.findings))
    if not all(item.agrees for item in found.items) or any(one.severity == "error" for one in found.findings):
        raise typer.Exit(1)


def results(
    *,
    study: StudyFolder,
    to: Annotated[str, typer.Option("--to", help="v2 or prs-xml.")] = "v2",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="The file to write; else the screen.")] = None,
    org_name: Annotated[str, typer.Option("--org-name", help="For prs-xml: the short name you log in with.")] = "",
    db: Db = None,
    as_of: AsOf = "",
) -> None:
    """
    Draft the results section from the result rows: participant flow, baseline, outcome measures, adverse events.

    Example: trialwright record results demo-out/study --db demo-out/ledger.sqlite --to prs-xml -o results.xml
    """
    from trialwright.catalog import load
    from trialwright.pipeline.readout import write_files
    from trialwright.pipeline.record_readout import write_results

    expect_one_of("--to", to, ("v2", "prs-xml"))
    written = write_results(study, read_place(study, db, as_of), load(), target=to, org_name=org_name)
    if isinstance(written, list):
        stop(written)
    if output is None:
        out.print(written.content.decode(), markup=False, end="")
    else:
        write_files({output.name: written.content}, output.parent)
    for remark in written.remarks:
        err.print(remark, markup=False)
    err.print(f"\nStill owed ({len(written.owed)})", markup=False)
    for owed in written.owed:
        err.print(f"  {owed.where}: {owed.what}", markup=False)


_CLEAN = "The results section keeps the registry's published rules."
