"""From a readout to the registry: registered = analysed = reported, and the results section out of the same rows."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from trialwright.catalog import Catalog
from trialwright.model.analysis import Cell, Figure, Table
from trialwright.model.problem import Problem
from trialwright.model.record import RegistryRecord
from trialwright.pipeline.readout import Readout
from trialwright.pipeline.record_history import drafted
from trialwright.pipeline.registration import registered_record
from trialwright.register import plain_protocol
from trialwright.register.readout import (
    ReadoutItem,
    check_readout,
    check_results,
    draft_results,
    write_results_xml,
)
from trialwright.register.writing import Written, check_upload
from trialwright.report import lay_out
from trialwright.report.contexts import mark_of


class RegistryReadout(msgspec.Struct, frozen=True, kw_only=True):
    """Each endpoint from registration to report, and what the registry's rules say of the results section."""

    items: tuple[ReadoutItem, ...]
    findings: tuple[Problem, ...]


def compare_readout(folder: Path, readout: Readout, catalog: Catalog) -> RegistryReadout | list[Problem]:
    """
    Registered = analysed = reported, and the results draft checked.

    Problems: a registered record that cannot be read (TW-REG-001 to 013).
    """
    record = _record(folder, readout)
    if isinstance(record, list):
        return record
    items = check_readout(readout.study, plain_protocol(record), readout.rows, printed_cells(readout, catalog), catalog)
    draft = draft_results(readout.study, record, readout.rows, catalog)
    return RegistryReadout(items=items, findings=check_results(draft.section))


def write_results(
    folder: Path, readout: Readout, catalog: Catalog, *, target: str, org_name: str = ""
) -> Written | list[Problem]:
    """
    The results section as v2 JSON ("v2") or as a PRS upload file ("prs-xml"), every number as the report prints it.

    Problems: a registered record that cannot be read; an upload file that breaks the schema (TW-REG-011, 012).
    """
    record = _record(folder, readout)
    if isinstance(record, list):
        return record
    draft = draft_results(readout.study, record, readout.rows, catalog)
    mark = mark_of(readout.snapshot)
    if target == "v2":
        content = msgspec.json.format(bytes(draft.document(mark)), indent=2) + b"\n"
        return Written(content=content, owed=draft.owed, remarks=(f"{mark}: not for upload.",) if mark else ())
    written = write_results_xml(draft, record, org_name, mark=mark)
    return check_upload(written.content) or written


def printed_cells(readout: Readout, catalog: Catalog) -> frozenset[str]:
    """Every cell that the report prints, in a table, a listing or a figure."""
    shown = lay_out(readout.study, readout.snapshot, readout.analysis, readout.rows, catalog=catalog)
    return frozenset(name for each in shown for name in _refs(each.display) if name)


def _refs(display: Table | Figure) -> Iterator[str]:
    if isinstance(display, Figure):
        yield from display.refs
        return
    for row in display.rows:
        for cell in row:
            yield from _refs_of(cell)


def _refs_of(cell: Cell) -> Iterator[str]:
    yield cell.ref
    for part in cell.parts:
        yield from _refs_of(part)


def _record(folder: Path, readout: Readout) -> RegistryRecord | list[Problem]:
    study = readout.study
    return registered_record(folder, study) if study.registration.record_path else drafted(folder, study)
