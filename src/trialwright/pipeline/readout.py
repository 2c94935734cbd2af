"""From a snapshot to results: derive, analyze, report, export."""

import datetime as dt
import hashlib
import json
from pathlib import Path

import msgspec

from trialwright.analyze import analyze
from trialwright.catalog import Catalog
from trialwright.derive import derive
from trialwright.export import csv as csv_export
from trialwright.model.analysis import Analysis, ResultRow
from trialwright.model.ledger import Snapshot
from trialwright.model.problem import Problem
from trialwright.model.record import CheckReport
from trialwright.model.study import Study
from trialwright.pipeline.registration import check_registered, registration_draft
from trialwright.pipeline.trace import Tracer
from trialwright.report import Report, build_report
from trialwright.store import Ledger


class Readout(msgspec.Struct, frozen=True, kw_only=True):
    """What one snapshot shows under one definition."""

    study: Study
    snapshot: Snapshot
    analysis: Analysis
    rows: tuple[ResultRow, ...]

    def tracer(self) -> Tracer:
        return Tracer(self.analysis, self.rows, self.snapshot)


def read_out(study: Study, catalog: Catalog, ledger: Ledger, as_of: dt.datetime | None = None) -> Readout | Problem:
    """
    Snapshot, analysis records and result rows, of now or of a past moment.

    Problems: TW-RDO-001 when no participant stands in the ledger yet: there is nothing to analyse.
    """
    snapshot = ledger.snapshot(as_of)
    if not any(event.kind == "participant_added" for event in snapshot.events):
        return _no_data(study, as_of)
    analysis = derive(study, snapshot, catalog)
    return Readout(study=study, snapshot=snapshot, analysis=analysis, rows=analyze(study, analysis, catalog))


def make_report(study_folder: Path, readout: Readout, catalog: Catalog, language: str = "en") -> Report:
    """The report of a readout, with the findings on its registered record as of the day of the snapshot."""
    on = dt.date.fromisoformat(readout.snapshot.as_of_utc[:10])
    return build_report(
        readout.study,
        readout.snapshot,
        readout.analysis,
        readout.rows,
        catalog=catalog,
        registration=registration_findings(study_folder, readout.study, on),
        language=language,
    )


def registration_findings(study_folder: Path, study: Study, on: dt.date) -> CheckReport | None:
    """What the registry stage finds in the record the study is registered under; None where it has no record."""
    return check_registered(study_folder, study, on)


def write_files(files: dict[str, bytes], folder: Path) -> None:
    """Write named files below a folder; each appears whole or not at all."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(path.name + ".part")
        unfinished.write_bytes(content)
        unfinished.replace(path)


def export_files(readout: Readout) -> dict[str, bytes]:
    """The CSV export of a readout: datapoints, audit, forms, analysis, results, codebook, manifest."""
    return csv_export.write(readout.study, readout.snapshot, readout.analysis, readout.rows)


def registration_file(study_folder: Path, study: Study) -> bytes:
    """`registration.json`: the record that this definition would register, beside what it still owes."""
    return json.dumps(registration_draft(study_folder, study), ensure_ascii=False, indent=1, sort_keys=False).encode()


def files_hash(files: dict[str, bytes]) -> str:
    """SHA-256 over names and contents, in the order of the names: the same report gives the same hash."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(name.encode() + b"\0" + hashlib.sha256(files[name]).digest())
    return digest.hexdigest()


def _no_data(study: Study, as_of: dt.datetime | None) -> Problem:
    when = f" as of {as_of.isoformat(timespec='seconds')}" if as_of else ""
    return Problem(
        code="TW-RDO-001",
        where=study.name,
        found=f"no participant stands in the ledger{when}",
        expected="Results need at least one participant",
        cure="Enter data first (trialwright serve STUDY), or look at the shells: trialwright report STUDY --shells",
    )
