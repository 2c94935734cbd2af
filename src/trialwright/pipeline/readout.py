"""From a snapshot to results: derive, analyze, report, export."""

import ctypes
import datetime as dt
import gc
import json
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from itertools import groupby
from pathlib import Path

import msgspec

from trialwright.analyze import analyze
from trialwright.capture.signatures import signatures
from trialwright.capture.status import data_locked
from trialwright.catalog import Catalog
from trialwright.export.files import File, ahead, as_files, whole
from trialwright.export.formats import Format, Sharing, Source, formats
from trialwright.model.analysis import Analysis, ResultRow
from trialwright.model.ledger import Snapshot
from trialwright.model.problem import Problem
from trialwright.model.record import CheckReport, RegistryRecord
from trialwright.model.study import Study
from trialwright.pipeline.deriving import derive_all
from trialwright.pipeline.registration import check_registered, registered_record, registration_draft
from trialwright.pipeline.trace import Tracer
from trialwright.register import word_finding
from trialwright.report import Report, build_report, write_plan
from trialwright.report.results_file import write_results
from trialwright.report.results_table import write_results_table
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
        return no_data(study, as_of)
    analysis = derive_all(study, snapshot, catalog)
    return Readout(study=study, snapshot=snapshot, analysis=analysis, rows=analyze(study, analysis, catalog))


def make_report(
    study_folder: Path,
    readout: Readout,
    catalog: Catalog,
    language: str = "en",
    *,
    formats: Sequence[str] = ("pdf",),
) -> Report:
    """
    The report of a readout, with the findings on its registered record; its documents in `formats`.

    The record is judged as of the day of the snapshot or, where the kept copy is younger, the day of that copy: both
    stand in the data, so that the same data give the same report on any day.
    """
    on = max(dt.date.fromisoformat(readout.snapshot.as_of_utc[:10]), day_of_record(study_folder, readout.study))
    found = registration_findings(study_folder, readout.study, on)
    if found is not None and language != "en":
        found = msgspec.structs.replace(found, findings=tuple(word_finding(each, language) for each in found.findings))
    return build_report(
        readout.study,
        readout.snapshot,
        readout.analysis,
        readout.rows,
        catalog=catalog,
        registration=found,
        language=language,
        formats=formats,
    )


def make_plan(
    study_folder: Path, study: Study, catalog: Catalog, language: str = "en", *, formats: Sequence[str] = ("pdf",)
) -> dict[str, bytes]:
    """
    The statistical analysis plan of the definition in `formats`: no ledger is opened for it.

    It is dated with the day of the registry's copy, never of the writing: the same definition gives the same plan.
    """
    return write_plan(study, catalog, language, date=day_of_record(study_folder, study).isoformat(), formats=formats)


def registration_findings(study_folder: Path, study: Study, on: dt.date | None) -> CheckReport | None:
    """What is found in the record the study is registered under, as of `on` or today; None where it has no record."""
    return check_registered(study_folder, study, on)


def day_of_record(study_folder: Path, study: Study) -> dt.date:
    """The day of the registry's copy that the study keeps; the first submission where the copy does not say."""
    record = registered_record(study_folder, study) if study.registration.record_path else []
    if isinstance(record, RegistryRecord):
        held = record.typed.derived_section.misc_info_module.version_holder
        if held:
            return dt.date.fromisoformat(held)
    return study.registration.first_submitted.earliest


def write_files(files: dict[str, bytes], folder: Path) -> None:
    """Write named files below a folder; each appears whole or not at all."""
    write_export(as_files(files), folder)


def write_export(files: Iterable[File], folder: Path) -> int:
    """Write the files of an export below a folder, piece by piece; each appears whole or not at all. How many."""
    count = 0
    with _no_search_for_rings():
        for file in files:
            path = folder / file.name
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_name(path.name + ".part")
            with unfinished.open("wb") as out:
                out.writelines(ahead(file.pieces))
            unfinished.replace(path)
            count += 1
    return count


@contextmanager
def _no_search_for_rings() -> Iterator[None]:
    """
    No garbage collector meanwhile: what is done with is freed as always, only rings of objects are not looked for.

    An export makes millions of cells and no rings; looking through all of them again and again took a quarter of it.
    """
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        # What was made meanwhile counts as old at once: it would else be looked through as soon as it is allowed again.
        gc.freeze()
        gc.unfreeze()
        if before:
            gc.enable()


def export_formats() -> tuple[Format, ...]:
    """The standards an export can be written in, by name."""
    return tuple(formats().values())


def sharing_choice(fewest: int, key: bytes) -> Sharing:
    """How the sharing set is made: fewest participants of a category, and the key of new ids (b"" for none)."""
    return Sharing(fewest=fewest, key=key)


def results_open(readout: Readout) -> bool:
    """Whether this moment's results may be told: the data are locked, or a look was declared after the last value."""
    events, versions = readout.snapshot.events, readout.snapshot.versions
    look = max((event.seq for event in events if event.kind == "look_declared"), default=0)
    return data_locked(events) or look > max(versions["seq"].to_list(), default=0)


def export_source(readout: Readout, catalog: Catalog, sharing: Sharing | None = None, *, told: bool = True) -> Source:
    """
    What exports are written from: `export_files` of one source share what they have in common. `sharing` is for the
    set of that name alone.

    While results are not open, or where they may not be `told`, no file holds a verdict or a statistic: a copy of the
    data must not tell what no page of the app tells.
    """
    if not (told and results_open(readout)):
        records = tuple(record for record in readout.analysis.records if record.kind != "response")
        analysis = msgspec.structs.replace(readout.analysis, records=records)
        readout = msgspec.structs.replace(readout, analysis=analysis, rows=())
    return _source(readout, catalog, sharing)


def export_files(source: Source, name: str) -> Iterator[File]:
    """The files of one export, one after the other; `name` is that of a format."""
    return iter(formats()[name].write(source))


def exports(
    readout: Readout, catalog: Catalog, names: Collection[str], sharing: Sharing | None = None
) -> Iterator[tuple[str, Iterator[File]]]:
    """
    The formats of these names, each with its files, which are to be read before the next is asked for.

    Shape:   family by family: what a family stands on is worked out once, and is gone before the next one begins.
    """
    in_order = sorted((formats()[name] for name in names), key=lambda each: (each.family, each.name))
    for _, family in groupby(in_order, key=lambda each: each.family):
        source = export_source(readout, catalog, sharing)
        for each in family:
            _give_back()
            yield each.name, export_files(source, each.name)
        del source
    _give_back()


def _give_back() -> None:
    """
    Memory that is free goes back to the machine, where the C library can be asked to (glibc can).

    It keeps hundreds of megabytes in pieces that the next format does not fit into, and so would need its own beside.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


def _source(readout: Readout, catalog: Catalog, sharing: Sharing | None = None) -> Source:
    return Source(
        study=readout.study,
        snapshot=readout.snapshot,
        analysis=readout.analysis,
        rows=readout.rows,
        catalog=catalog,
        signatures=signatures(readout.snapshot),
        sharing=sharing or Sharing(),
        version=version("trialwright"),
    )


def analysis_files(readout: Readout, catalog: Catalog) -> dict[str, bytes]:
    """Result rows as JSON, Parquet and CDISC ARS, and analysis records as CSV, without any layout."""
    source = _source(readout, catalog)
    plain = whole(export_files(source, "csv"))
    tables = {name.rpartition("/")[2]: content for name, content in plain.items() if "machine/" in name}
    records = {name: content for name, content in tables.items() if name.startswith(("analysis", "participants"))}
    results = write_results(readout.study, readout.snapshot, readout.analysis, readout.rows, ())
    flat = write_results_table(readout.study, readout.snapshot, readout.rows)
    ars = whole(export_files(source, "ars"))
    return {"results.json": results, "results.parquet": flat, **ars, **records}


def registration_file(study_folder: Path, study: Study) -> bytes:
    """`registration.json`: the record that this definition would register, beside what it still owes."""
    return json.dumps(registration_draft(study_folder, study), ensure_ascii=False, indent=1, sort_keys=False).encode()


def no_data(study: Study, as_of: dt.datetime | None = None) -> Problem:
    """TW-RDO-001: no participant stands in the ledger."""
    when = f" as of {as_of.isoformat(timespec='seconds')}" if as_of else ""
    return Problem(
        code="TW-RDO-001",
        where=study.name,
        found=f"no participant stands in the ledger{when}",
        expected="Results need at least one participant",
        cure="Enter data first (trialwright serve STUDY), or look at the shells: trialwright report STUDY --shells",
    )
