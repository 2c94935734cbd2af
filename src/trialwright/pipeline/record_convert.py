"""A registry record in another form: read whatever it is, written as asked."""

from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from trialwright.catalog import load
from trialwright.define import read_study
from trialwright.model.problem import Problem
from trialwright.model.record import RegistryRecord
from trialwright.register import read_record, unreadable_file
from trialwright.register.skeleton import write_definition
from trialwright.register.writing import (
    Written,
    unknown_pieces,
    unshown_in_tabular,
    write_page,
    write_page_html,
    write_prs_xml,
    write_tabular,
    write_tabular_html,
    write_v2,
    write_who,
    write_who_html,
)

TARGETS = ("v2", "prs-xml", "who", "tabular", "page", "definition")
_WEB_PAGE = (".html", ".htm")


def convert_to_definition(path: Path) -> tuple[dict[str, bytes], tuple[Problem, ...]] | list[Problem]:
    """
    The files of a definition skeleton by name, and every gap that `trialwright check` will list.

    Problems: what `read_record` says (TW-REG-001 to 009 and 013).
    """
    record = _read(path)
    if isinstance(record, list):
        return record
    catalog = load()
    made = write_definition(record, catalog)
    with TemporaryDirectory() as name:
        folder = Path(name)
        for file, content in made.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_bytes(content)
        _, problems = read_study(folder, catalog)
    return made, tuple(problems)


def convert_record(
    path: Path, target: str, *, output: Path | None = None, org_name: str = ""
) -> Written | list[Problem]:
    """
    The record behind `path` as `target`; a view for people that goes to an .html file is a web page.

    Problems: what `read_record` says (TW-REG-001 to 009).
    """
    record = _read(path)
    if isinstance(record, list):
        return record
    if target == "v2":
        return write_v2(record)
    if target == "prs-xml":
        written = write_prs_xml(record, org_name)
    else:
        web = output is not None and output.suffix.lower() in _WEB_PAGE
        pages = {"who": write_who_html, "tabular": write_tabular_html, "page": write_page_html}
        texts = {"who": write_who, "tabular": write_tabular, "page": write_page}
        written = (pages if web else texts)[target](record)
    unshown = unshown_in_tabular(record) if target == "tabular" else ()
    return msgspec.structs.replace(written, lost=(*written.lost, *unshown, *unknown_pieces(record)))


def _read(path: Path) -> RegistryRecord | list[Problem]:
    try:
        return read_record(path.read_bytes(), str(path))
    except OSError as error:
        return [unreadable_file(str(path), error.strerror or type(error).__name__)]
