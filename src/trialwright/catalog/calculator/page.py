"""What the calculator is made of: the criteria as data, the script, the style, and one page that needs nothing else."""

import itertools
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from trialwright.catalog.calculator.program import Program, program_of
from trialwright.catalog.calculator.reading import said
from trialwright.catalog.catalog import Catalog
from trialwright.catalog.limits import lengths_of
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Criterion, Sheet, Source
from trialwright.model.expression import Rule
from trialwright.model.text import Text

PARTS = ("_higher_better", "_range", "_scale", "_b", "_f", "_n")  # the longest first
MOST_VARIANTS = 12

# Lengths of scales that a measure may have; several are offered, one alone is filled in. Sources: the instruments.
SCALES: Mapping[str, tuple[str, ...]] = {
    "phga": ("10",),
    "ptga": ("10",),
    "haq": ("3",),
    "exm": ("10",),
    "mmt": ("150", "80", "260"),
}
RESPONSE = Text("Responder", "应答"), Text("Not a responder", "无应答")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """
    A measure as the page asks for it.

    `kind`: a pair of visits (perhaps with a third), one number, or yes and no. `parts`: the columns behind the role.
    `excludes`: roles that cannot be answered yes beside this one. `only_with`: a question that, answered no, leaves
    this one unasked. `bounded`: no value lies beyond the length of the scale.
    """

    role: str
    label: Text
    kind: Literal["pair", "number", "yes_no"]
    parts: tuple[str, ...]
    scales: tuple[str, ...]
    unit: Text | None
    excludes: tuple[str, ...] = ()
    only_with: str = ""
    bounded: bool = False


class Variant(msgspec.Struct, frozen=True):
    """One way to read the criterion: a named reading, or one choice for each open parameter."""

    title: Text
    parameters: dict[str, str]
    said: tuple[Text, ...]  # the same in words
    program: Program


class Calculated(msgspec.Struct, frozen=True):
    """One response criterion on the page."""

    name: str
    criterion: str
    title: Text
    says: str
    sources: tuple[Source, ...]
    met: Text
    unmet: Text
    hint: Text | None
    measures: tuple[Asked, ...]
    clauses: dict[str, Text]
    variants: tuple[Variant, ...]


def calculated(catalog: Catalog) -> tuple[Calculated, ...]:
    """Every criterion, sheet by sheet, in every reading that it declares; none that asks for a date."""
    made = (
        _calculated(catalog, entry, sheet)
        for entry in map(catalog.criterion, catalog.names("criterion"))
        for sheet in entry.calculators or (Sheet(),)
    )
    return tuple(each for each in made if each is not None)


def calculator_script(catalog: Catalog, only: str = "") -> str:
    """The script of the page: engine, criteria as data, and what draws the fields. It asks no server for anything."""
    chosen = [each for each in calculated(catalog) if only in ("", each.name)]
    # A criterion's text could end the script element of the static page; no JSON needs the sign as it is.
    data = msgspec.json.encode(chosen).decode().replace("<", "\\u003c")
    parts = (_file("engine.js"), f"var CRITERIA = {data};", _file("words.js"), _file("reasons.js"), _file("page.js"))
    return "\n".join(parts)


def calculator_style() -> str:
    return _file("calculator.css")


def calculator_page(catalog: Catalog, only: str = "") -> str:
    """
    One HTML file that works without network, server or account, in English and Chinese.

    `only` is the criterion it is for; without it the page offers every one.
    """
    return (
        _file("page.html")
        .replace("/*STYLE*/", _file("page.css") + calculator_style())
        .replace("/*SCRIPT*/", calculator_script(catalog, only))
    )


def _calculated(catalog: Catalog, entry: Criterion, sheet: Sheet) -> Calculated | None:
    variants = _variants(catalog, entry, sheet)
    columns = dict.fromkeys(column for _, _, rule in variants for column in rule.columns)
    bounded = {
        m for _, texts, _ in variants for m in lengths_of(catalog.compute(entry.name, "criterion"), Parameters(texts))
    }
    measures = _measures(entry, sheet, columns, bounded)
    if not measures:
        return None
    return Calculated(
        name=f"{entry.name}_{sheet.name}" if sheet.name else entry.name,
        criterion=entry.name,
        title=sheet.title or entry.title,
        says=entry.says.strip(),
        sources=entry.source,
        met=sheet.met or RESPONSE[0],
        unmet=sheet.unmet or RESPONSE[1],
        hint=sheet.hint,
        measures=measures,
        clauses={name: sheet.words.get(name) or entry.sentences[name] for name in sheet.clauses},
        variants=tuple(
            Variant(title, parameters, said(entry, sheet, parameters), program_of(rule))
            for title, parameters, rule in variants
        ),
    )


def _variants(catalog: Catalog, entry: Criterion, sheet: Sheet) -> list[tuple[Text, dict[str, str], Rule]]:
    """The readings; without any, each combination of choices, or the defaults alone where these would be many."""
    chosen: list[tuple[tuple[str, ...], str, dict[str, str]]] = [((name,), name, {}) for name in entry.readings]
    if not chosen:
        named = [p for p in entry.parameters if p.name in sheet.beside]
        open_ = named or [p for p in entry.parameters if p.kind == "choice" and p.name not in sheet.parameters]
        combined = [*itertools.product(*(p.choices for p in open_))] if open_ else []
        if not 0 < len(combined) <= MOST_VARIANTS:
            combined, open_ = [()], []
        chosen = [(each, "", dict(zip((p.name for p in open_), each, strict=True))) for each in combined]
    made = []
    for codes, reading, given in chosen:
        settings, _ = catalog.settings(entry.name, reading, {**sheet.parameters, **given})
        if settings is not None:  # a parameter without default: no reading to offer
            made.append((_called(codes, sheet), settings.texts, catalog.rule(entry.name, settings.texts)))
    return made


def _called(codes: Iterable[str], sheet: Sheet) -> Text:
    words = [sheet.words.get(code) or Text(code.replace("_", " "), code.replace("_", " ")) for code in codes]
    return Text(", ".join(word.of("en") for word in words), "，".join(word.of("zh") for word in words))


def _measures(entry: Criterion, sheet: Sheet, columns: Iterable[str], bounded: Collection[str]) -> tuple[Asked, ...]:
    """The measures behind the columns, in the order of the entry's roles; () where a column belongs to none."""
    parts: dict[str, list[str]] = {}
    for column in columns:
        role, part = _role(entry, column)
        if not role:
            return ()
        parts.setdefault(role, []).append(part)
    made = []
    for role in (r for r in entry.roles if r in parts):
        kind = _kind(entry, role, parts[role])
        if kind is None:
            return ()
        scales = sheet.scales.get(role, SCALES.get(role, ()) if "_range" in parts[role] else ())
        label = sheet.labels.get(role, entry.roles[role])
        others = tuple(r for group in entry.one_of if role in group for r in group if r != role)
        made.append(
            Asked(
                role=role,
                label=label,
                kind=kind,
                parts=tuple(parts[role]),
                scales=scales,
                unit=sheet.units.get(role),
                excludes=others,
                only_with=entry.only_with.get(role, ""),
                bounded=role in bounded,
            )
        )
    return tuple(made)


def _role(entry: Criterion, column: str) -> tuple[str, str]:
    """The role behind a column and what is left of its name."""
    if column in entry.roles:
        return column, ""
    part = next((part for part in PARTS if column.endswith(part)), "")
    role = column.removesuffix(part)
    return (role, part) if part and role in entry.roles else ("", "")


def _kind(entry: Criterion, role: str, parts: list[str]) -> Literal["pair", "number", "yes_no"] | None:
    if "" in parts:
        return "yes_no" if role in entry.yes_no else "number"
    return "pair" if {"_b", "_f"} <= set(parts) else None


@cache
def _file(name: str) -> str:
    return (files("trialwright.catalog.calculator") / name).read_text("utf-8")
