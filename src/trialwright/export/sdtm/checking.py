"""Our own look at any SDTM folder: terms, trial summary and durations, which CORE hardly checks, and what misleads."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from trialwright.export.datasets import Cell, Dataset
from trialwright.export.sdtm.metadata import Domain, domains
from trialwright.export.sdtm.problems import found
from trialwright.export.sdtm.timing import complete, study_day
from trialwright.export.terminology import code_list, named_list, terminology_version
from trialwright.model.problem import Problem

Row = Mapping[str, Cell]
Tables = Mapping[str, list[Row]]

ALWAYS = ("DM", "TA", "TE", "TS")
PARAMETERS = (
    "AGEMAX", "AGEMIN", "ACTSUB", "ADDON", "INDIC", "INTMODEL", "INTTYPE", "LENGTH", "NARMS", "OUTMSPRI", "PLANSUB",
    "RANDOM", "SDTIGVER", "SEXPOP", "SPONSOR", "SSTDTC", "STOPRULE", "STYPE", "TBLIND", "TCNTRL", "TINDTP", "TITLE",
    "TPHASE", "TRT", "TTYPE", "HLTSUBJI", "EXTTIND",
)  # fmt: skip
"""Parameters that a finished interventional trial has, in one form or another (SDTMIG 3.4 appendix, FDA list)."""

_OF_LISTS = {
    "TPHASE": "TPHASE", "TBLIND": "TBLIND", "INTMODEL": "INTMODEL", "STYPE": "STYPE", "TINDTP": "TINDTP",
    "TTYPE": "TTYPE", "INTTYPE": "INTTYPE", "SEXPOP": "SEXPOP", "RANDOM": "NY", "ADDON": "NY", "ADAPT": "NY",
    "HLTSUBJI": "NY", "EXTTIND": "NY",
}  # fmt: skip
_DURATIONS = ("AGEMIN", "AGEMAX", "LENGTH", "PLNTRDUR", "CRMDUR", "TRGFUDUR", "SDMDUR")
_DURATION = re.compile(r"P(?=\d|T\d)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?")
_DATE = re.compile(
    r"\d{4}(-(\d{2}|-)(-\d{2})?)?(T\d{2}(:\d{2}(:\d{2}(\.\d+)?)?)?(Z|[+-]\d{2}:\d{2})?)?|-{2,}\d{2}(-\d{2})?"
)
_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,7}")
LONG_NAME, LONG_TEXT = 40, 200


class _Table(msgspec.Struct, frozen=True):
    """One dataset under the eye of a check, and all others beside it."""

    name: str
    names: list[str]
    rows: list[Row]
    domain: Domain
    others: Tables


def check_datasets(datasets: Sequence[Dataset]) -> list[Problem]:
    """
    Everything found in these datasets, in their order.

    Shape:   one finding a cell or a fact; `where` is dataset, variable and row (counted from 1), never a value of a
             participant.
    """
    tables = {each.name: _rows(each) for each in datasets}
    problems = [found("TW-SDT-025", name, "the dataset is not there") for name in ALWAYS if name not in tables]
    for dataset in datasets:
        domain = domains().get("SUPPQUAL" if dataset.name.startswith("SUPP") else dataset.name)
        if domain is None:
            continue
        table = _Table(dataset.name, [each.name for each in dataset.variables], tables[dataset.name], domain, tables)
        for check in _EACH:
            problems += check(table)
    problems += _studies(tables)
    problems += _trial_summary(tables.get("TS", []))
    problems += _arms(tables)
    return problems


def _rows(dataset: Dataset) -> list[Row]:
    names = [each.name for each in dataset.variables]
    return [{name: None if cell == "" else cell for name, cell in zip(names, row, strict=True)} for row in dataset.rows]


def _variables(table: _Table) -> Iterator[Problem]:
    held = table.names
    for name in held:
        if name not in table.domain.variables:
            yield found("TW-SDT-011", f"{table.name}.{name}", "the variable is none of the guide")
    for known in table.domain.variables.values():
        if known.core != "Req":
            continue
        empty = [at for at, row in enumerate(table.rows, 1) if row.get(known.name) is None]
        if known.name not in held:
            yield found("TW-SDT-010", f"{table.name}.{known.name}", "the required variable is not there")
        elif empty and known.name != "AEDECOD":
            yield found("TW-SDT-010", f"{table.name}.{known.name} row {empty[0]}", f"empty in {len(empty)} rows")
        elif empty:
            yield found(
                "TW-SDT-010",
                f"{table.name}.{known.name}",
                f"empty in {len(empty)} rows: no dictionary was used",
                "note",
            )


def _terms(table: _Table) -> Iterator[Problem]:
    for known in table.domain.variables.values():
        listed = code_list(known.codelist)
        if listed is None or listed.extensible:
            continue
        for at, row in enumerate(table.rows, 1):
            value = row.get(known.name)
            if value is not None and str(value) not in listed.terms:
                allowed = ", ".join(list(listed.terms)[:8])
                yield found(
                    "TW-SDT-001",
                    f"{table.name}.{known.name} row {at}",
                    f'"{value}" is no term of {listed.name} ({allowed})',
                )


def _dates(table: _Table) -> Iterator[Problem]:
    d = table.name
    reference = {str(row.get("USUBJID")): str(row.get("RFSTDTC") or "") for row in table.others.get("DM", [])}
    for at, row in enumerate(table.rows, 1):
        for name, value in row.items():
            if name.endswith("DTC") and value is not None and not _is_date(str(value)):
                yield found("TW-SDT-014", f"{d}.{name} row {at}", "the text is no date of ISO 8601")
        start, end = complete(str(row.get(f"{d}STDTC") or "")), complete(str(row.get(f"{d}ENDTC") or ""))
        if start is not None and end is not None and end < start:
            yield found("TW-SDT-015", f"{d}.{d}ENDTC row {at}", "the end lies before the start")
        for dated, day in ((f"{d}DTC", f"{d}DY"), (f"{d}STDTC", f"{d}STDY"), (f"{d}ENDTC", f"{d}ENDY")):
            if day in row and row.get(day) is not None:
                expected = study_day(str(row.get(dated) or ""), reference.get(str(row.get("USUBJID"))))
                if expected is None or expected != row[day]:
                    yield found("TW-SDT-009", f"{d}.{day} row {at}", "the study day does not fit its date")


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    return len(text) < 10 or "--" in text or complete(text) is not None


def _keys(table: _Table) -> Iterator[Problem]:
    d = table.name
    known = {str(row.get("USUBJID")) for row in table.others.get("DM", [])}
    seen: set[tuple[Cell, Cell]] = set()
    for at, row in enumerate(table.rows, 1):
        if "DOMAIN" in row and row["DOMAIN"] != d:
            yield found("TW-SDT-020", f"{d}.DOMAIN row {at}", "another domain is named")
        person = row.get("USUBJID")
        if person is not None and str(person) not in known:
            yield found("TW-SDT-008", f"{d}.USUBJID row {at}", "the participant does not stand in DM")
        number = person if d == "DM" else row.get(f"{d}SEQ")
        person = row.get("TSPARMCD") if d == "TS" else person
        if number is not None:
            if (person, number) in seen:
                code = "TW-SDT-008" if d == "DM" else "TW-SDT-007"
                yield found(code, f"{d} row {at}", "it stands twice")
            seen.add((person, number))


def _names(table: _Table) -> Iterator[Problem]:
    d = table.name
    pairs = [
        (f"{d}TESTCD", f"{d}TEST"),
        ("QNAM", "QLABEL"),
        ("IETESTCD", "IETEST"),
        ("VISITNUM", "VISIT"),
        ("ETCD", "ELEMENT"),
    ]
    for code, name in pairs:
        forth: dict[Cell, Cell] = {}
        back: dict[Cell, Cell] = {}
        for at, row in enumerate(table.rows, 1):
            held, told = row.get(code), row.get(name)
            if held is None or told is None:
                continue
            if forth.setdefault(held, told) != told or (code != "QNAM" and back.setdefault(told, held) != held):
                yield found("TW-SDT-006", f"{d}.{code} row {at}", "code and name do not belong to one another")
            if code not in ("VISITNUM",) and not _CODE.fullmatch(str(held)):
                yield found("TW-SDT-005", f"{d}.{code} row {at}", f'"{held}"')
            if name != "IETEST" and name != "VISIT" and len(str(told)) > LONG_NAME:
                yield found("TW-SDT-023", f"{d}.{name} row {at}", f"{len(str(told))} characters")


def _visits(table: _Table) -> Iterator[Problem]:
    planned = {row.get("VISITNUM"): row.get("VISIT") for row in table.others.get("TV", [])}
    if not planned or table.name == "TV":
        return
    for at, row in enumerate(table.rows, 1):
        number = row.get("VISITNUM")
        whole = isinstance(number, int | float) and number == int(number)
        if whole and row.get("VISIT") is not None and planned.get(number) != row["VISIT"]:
            yield found("TW-SDT-012", f"{table.name}.VISITNUM row {at}", "number and name are not those of TV")


def _results(table: _Table) -> Iterator[Problem]:
    if not table.domain.is_findings or table.name == "IE":
        return
    d = table.name
    flagged: set[tuple[Cell, ...]] = set()
    for at, row in enumerate(table.rows, 1):
        result, undone = row.get(f"{d}ORRES"), row.get(f"{d}STAT")
        if (result is not None) == (undone is not None):
            yield found(
                "TW-SDT-017", f"{d} row {at}", "both" if undone is not None else "neither a result nor a status"
            )
        numeric, text = row.get(f"{d}STRESN"), row.get(f"{d}STRESC")
        if numeric is not None and not _same_number(str(text), float(numeric)):
            yield found("TW-SDT-022", f"{d}.{d}STRESN row {at}", "number and text differ")
        if row.get(f"{d}ORRESU") is not None and numeric is not None and row.get(f"{d}STRESU") is None:
            yield found("TW-SDT-027", f"{d}.{d}STRESU row {at}", "a number without its unit")
        if row.get(f"{d}LOBXFL") == "Y":
            key = tuple(
                row.get(each) for each in ("USUBJID", f"{d}CAT", f"{d}SCAT", f"{d}TESTCD", f"{d}LOC", f"{d}LAT")
            )
            if key in flagged:
                yield found("TW-SDT-016", f"{d}.{d}LOBXFL row {at}", "a second flag")
            flagged.add(key)


def _same_number(text: str, number: float) -> bool:
    try:
        return float(text) == number
    except ValueError:
        return False


def _supplements(table: _Table) -> Iterator[Problem]:
    if not table.name.startswith("SUPP"):
        return
    parent = table.name.removeprefix("SUPP")
    known = domains().get(parent)
    held = {
        (row.get("USUBJID"), name, str(value)) for row in table.others.get(parent, []) for name, value in row.items()
    }  # fmt: skip
    for at, row in enumerate(table.rows, 1):
        variable = str(row.get("IDVAR") or "")
        if variable and (row.get("USUBJID"), variable, str(row.get("IDVARVAL"))) not in held:
            yield found("TW-SDT-013", f"{table.name} row {at}", "the record it belongs to is not there")
        if known is not None and str(row.get("QNAM")) in known.variables:
            yield found(
                "TW-SDT-011", f"{table.name}.QNAM row {at}", f'"{row.get("QNAM")}" is a variable of {parent} itself'
            )


def _criteria(table: _Table) -> Iterator[Problem]:
    if table.name != "IE":
        return
    listed = {row.get("IETESTCD"): row.get("IETEST") for row in table.others.get("TI", [])}
    for at, row in enumerate(table.rows, 1):
        if listed.get(row.get("IETESTCD")) != row.get("IETEST"):
            yield found("TW-SDT-021", f"IE.IETESTCD row {at}", "the criterion does not stand so in TI")


def _relations(table: _Table) -> Iterator[Problem]:
    if table.name != "RELREC":
        return
    members = Counter(row.get("RELID") for row in table.rows if row.get("IDVARVAL") is None)
    for at, row in enumerate(table.rows, 1):
        where, variable = f"RELREC row {at}", str(row.get("IDVAR"))
        related = table.others.get(str(row.get("RDOMAIN")), [])
        if row.get("IDVARVAL") is None:
            if members[row.get("RELID")] < 2 or not any(each.get(variable) is not None for each in related):
                yield found("TW-SDT-028", where, "one dataset alone, or no such variable in it")
        elif not any(
            each.get("USUBJID") == row.get("USUBJID") and str(each.get(variable)) == str(row["IDVARVAL"])
            for each in related
        ):
            yield found("TW-SDT-028", where, "the record is not there")


def _pairs_of_terms(table: _Table) -> Iterator[Problem]:
    """A test code of the terminology has the terminology's own name beside it."""
    d = table.name
    known = table.domain.variables
    for code, name in ((f"{d}TESTCD", f"{d}TEST"), ("TSPARMCD", "TSPARM")):
        codes = code_list(known[code].codelist) if code in known else None
        names = code_list(known[name].codelist) if name in known else None
        if codes is None or names is None:
            continue
        for at, row in enumerate(table.rows, 1):
            held = codes.terms.get(str(row.get(code)))
            if held is not None and row.get(name) is not None and names.terms.get(str(row[name])) != held:
                yield found("TW-SDT-029", f"{d}.{name} row {at}", f'not the name of "{row[code]}" ({held})')


def _lengths(table: _Table) -> Iterator[Problem]:
    for at, row in enumerate(table.rows, 1):
        for name, value in row.items():
            if isinstance(value, str) and len(value.encode()) > LONG_TEXT:
                where = f"{table.name}.{name} row {at}"
                yield found("TW-SDT-030", where, f"{len(value.encode())} bytes", "note")


_EACH: tuple[Callable[[_Table], Iterator[Problem]], ...] = (
    _variables, _terms, _dates, _keys, _names, _visits, _results, _supplements, _criteria,
    _relations, _pairs_of_terms, _lengths,
)  # fmt: skip


def _studies(tables: Tables) -> Iterator[Problem]:
    named = [(name, row.get("STUDYID")) for name, rows in tables.items() for row in rows[:1]]
    first = named[0][1] if named else None
    for name, study in named:
        if study != first:
            yield found("TW-SDT-019", f"{name}.STUDYID", "another study is named")


def _trial_summary(rows: list[Row]) -> Iterator[Problem]:
    if not rows:
        return
    held = {row.get("TSPARMCD") for row in rows}
    for name in PARAMETERS:
        if name not in held:
            yield found(
                "TW-SDT-002", f"TS.{name}", "the parameter is not there", "warning" if name == "SSTDTC" else "error"
            )
    for at, row in enumerate(rows, 1):
        name, value, null = str(row.get("TSPARMCD")), row.get("TSVAL"), row.get("TSVALNF")
        where = f"TS.TSVAL row {at}"
        if (value is None) == (null is None):
            yield found("TW-SDT-024", where, f"{name} has {'both' if value is not None else 'neither'}")
        if value is None:
            continue
        if name in _DURATIONS and not _DURATION.fullmatch(str(value)):
            yield found("TW-SDT-003", where, f'{name} is "{value}"')
        if row.get("TSVCDREF") == "CDISC CT" and row.get("TSVCDVER") != terminology_version():
            yield found("TW-SDT-031", f"TS.TSVCDVER row {at}", f'{name}: "{row.get("TSVCDVER")}"', "warning")
        listed = named_list(_OF_LISTS[name]) if name in _OF_LISTS else None
        if listed is not None and not listed.extensible and str(value) not in listed.terms:
            yield found("TW-SDT-001", where, f'{name} is "{value}", no term of {listed.name}')
        if (
            listed is not None
            and row.get("TSVCDREF") == "CDISC CT"
            and listed.terms.get(str(value)) != row.get("TSVALCD")
        ):
            yield found(
                "TW-SDT-004", f"TS.TSVALCD row {at}", f'{name}: "{row.get("TSVALCD")}" is not the code of "{value}"'
            )


def _arms(tables: Tables) -> Iterator[Problem]:
    arms = {(row.get("ARMCD"), row.get("ARM")) for row in tables.get("TA", [])}
    for at, row in enumerate(tables.get("DM", []), 1):
        arm = (row.get("ARMCD"), row.get("ARM"))
        if arm == (None, None):
            if row.get("ARMNRS") is None:
                yield found("TW-SDT-018", f"DM.ARMNRS row {at}", "neither an arm nor a reason")
        elif arm not in arms:
            yield found("TW-SDT-018", f"DM.ARMCD row {at}", "the arm does not stand in TA")
