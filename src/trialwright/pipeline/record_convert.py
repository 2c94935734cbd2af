"""A registry record in another form: read whatever it is, written as asked."""

from pathlib import Path

from trialwright.model.problem import Problem
from trialwright.register import read_record, unreadable_file
from trialwright.register.writing import (
    Written,
    write_prs_xml,
    write_tabular,
    write_tabular_html,
    write_v2,
    write_who,
)

TARGETS = ("v2", "prs-xml", "who", "tabular")
_WEB_PAGE = (".html", ".htm")


def convert_record(
    path: Path, target: str, *, output: Path | None = None, org_name: str = ""
) -> Written | list[Problem]:
    """
    The record behind `path` as `target`; a tabular view that goes to an .html file is a web page.

    Problems: what `read_record` says (TW-REG-001 to 009).
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        return [unreadable_file(str(path), error.strerror or type(error).__name__)]
    record = read_record(data, str(path))
    if isinstance(record, list):
        return record
    if target == "prs-xml":
        return write_prs_xml(record, org_name)
    if target == "tabular" and output is not None and output.suffix.lower() in _WEB_PAGE:
        return write_tabular_html(record)
    return {"v2": write_v2, "who": write_who, "tabular": write_tabular}[target](record)
