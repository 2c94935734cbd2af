"""What the calculator is made of: the criteria as data, the script, the style, and one page that needs nothing else."""

import itertools
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec

from trialwright.catalog.calculator.program import Program, program_of
from trialwright.catalog.catalog import Catalog
from trialwright.model.entry import Criterion, Source
from trialwright.model.expression import Rule
from trialwright.model.text import Text

PARTS = ("_higher_better", "_range", "_b", "_f")  # the longest first
MOST_VARIANTS = 12

# Lengths of scales that a measure may have; several are offered, one alone is filled in. Sources: the instruments.
SCALES: Mapping[str, tuple[str, ...]] = {
    "phga": ("10",),
    "ptga": ("10",),
    "haq": ("3",),
    "exm": ("10",),
    "mmt": ("150", "80", "260"),
}


class Asked(msgspec.Struct, frozen=True):
    """A measure as the page asks for it: two values, and where the rule wants it the length of the scale."""

    role: str
    label: Text
    scale: bool
    scales: tuple[str, ...]


class Variant(msgspec.Struct, frozen=True):
    """One way to read the criterion: a named reading, or one choice for each open parameter."""

    name: str
    parameters: dict[str, str]
    program: Program


class Calculated(msgspec.Struct, frozen=True):
    """One response criterion on the page."""

    name: str
    title: Text
    says: str
    sources: tuple[Source, ...]
    measures: tuple[Asked, ...]
    variants: tuple[Variant, ...]


def calculated(catalog: Catalog) -> tuple[Calculated, ...]:
    """Every response criterion that compares two visits measure by measure, in every reading that it declares."""
    made = (_calculated(catalog, catalog.criterion(name)) for name in catalog.names("criterion"))
    return tuple(each for each in made if each is not None)


def calculator_script(catalog: Catalog, only: str = "") -> str:
    """The script of the page: engine, criteria as data, and what draws the fields. It asks no server for anything."""
    chosen = [each for each in calculated(catalog) if only in ("", each.name)]
    # A criterion's text could end the script element of the static page; no JSON needs the sign as it is.
    data = msgspec.json.encode(chosen).decode().replace("<", "\\u003c")
    return "\n".join((_file("engine.js"), f"var CRITERIA = {data};", _file("page.js")))


def calculator_style() -> str:
    return _file("calculator.css")


def calculator_page(catalog: Catalog, only: str = "") -> str:
    """
    One HTML file that works without network, server or account, in English and Chinese.

    `only` is the criterion it is for; without it the page offers every one that compares two visits.
    """
    return (
        _file("page.html")
        .replace("/*STYLE*/", _file("page.css") + calculator_style())
        .replace("/*SCRIPT*/", calculator_script(catalog, only))
    )


def _calculated(catalog: Catalog, entry: Criterion) -> Calculated | None:
    variants = _variants(catalog, entry)
    columns = dict.fromkeys(column for _, _, rule in variants for column in rule.columns)
    measures = _measures(entry, tuple(columns))
    if not measures:
        return None
    made = tuple(Variant(name, parameters, program_of(rule)) for name, parameters, rule in variants)
    return Calculated(entry.name, entry.title, entry.says.strip(), entry.source, measures, made)


def _variants(catalog: Catalog, entry: Criterion) -> list[tuple[str, dict[str, str], Rule]]:
    """The readings; without any, each combination of choices, or the defaults alone where these would be many."""
    chosen: list[tuple[str, str, dict[str, str]]] = [(name, name, {}) for name in entry.readings]
    if not chosen:
        open_ = [p for p in entry.parameters if p.kind == "choice" and not p.settled]
        combined = [*itertools.product(*(p.choices for p in open_))] if open_ else []
        if not 0 < len(combined) <= MOST_VARIANTS:
            combined, open_ = [()], []
        chosen = [
            (", ".join(c.replace("_", " ") for c in each), "", dict(zip((p.name for p in open_), each, strict=True)))
            for each in combined
        ]
    made = []
    for name, reading, given in chosen:
        settings, _ = catalog.settings(entry.name, reading, given)
        if settings is not None:  # a parameter without default: no reading to offer
            made.append((name.replace("_", " "), settings.texts, catalog.rule(entry.name, settings.texts)))
    return made


def _measures(entry: Criterion, columns: tuple[str, ...]) -> tuple[Asked, ...]:
    """The measures behind the columns; () where a column is no part of a pair."""
    roles: dict[str, set[str]] = {}
    for column in columns:
        part = next((part for part in PARTS if column.endswith(part)), "")
        role = column.removesuffix(part) if part else ""
        if role not in entry.roles:
            return ()
        roles.setdefault(role, set()).add(part)
    if any(not {"_b", "_f"} <= found for found in roles.values()):
        return ()
    return tuple(
        Asked(role, entry.roles[role], "_range" in found, SCALES.get(role, ())) for role, found in roles.items()
    )


@cache
def _file(name: str) -> str:
    return (files("trialwright.catalog.calculator") / name).read_text("utf-8")
