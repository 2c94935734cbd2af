"""CDISC controlled terminology, one pinned version: public domain, published by NCI EVS."""

import gzip
import json
from functools import cache
from importlib.resources import files

import msgspec


class CodeList(msgspec.Struct, frozen=True, kw_only=True):
    """One code list: `terms` gives the C-code of every submission value; `package` is the terminology it is of."""

    code: str
    name: str
    title: str
    extensible: bool
    terms: dict[str, str]
    package: str = "SDTM"


@cache
def _terminology() -> tuple[str, dict[str, CodeList]]:
    held = json.loads(gzip.decompress((files(__package__) / "terminology.json.gz").read_bytes()))
    return held["version"], {code: CodeList(code=code, **each) for code, each in held["lists"].items()}


def terminology_version() -> str:
    """The day of the pinned terminology, "2025-03-28"."""
    return _terminology()[0]


@cache
def _analysis() -> tuple[str, dict[str, CodeList]]:
    held = json.loads((files(__package__) / "terminology_adam.json").read_text("utf-8"))
    return held["version"], {code: CodeList(code=code, package="ADaM", **each) for code, each in held["lists"].items()}


def analysis_terminology_version() -> str:
    """The day of the pinned terminology of ADaM, which has a package of its own."""
    return _analysis()[0]


def code_list(code: str) -> CodeList | None:
    """A code list by its C-code, of SDTM's terminology or of ADaM's; None where neither has it."""
    return _terminology()[1].get(code) or _analysis()[1].get(code)


@cache
def _by_name() -> dict[str, CodeList]:
    return {each.name: each for each in _terminology()[1].values()}


def named_list(name: str) -> CodeList:
    """A code list by its short name: NY, UNIT, TSPARMCD."""
    return _by_name()[name]
