"""Catalog entries read from their folders: entry.yaml becomes an Instrument, Criterion, Method, Display or Terms."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import chain

import msgspec

from trialwright.catalog import problems
from trialwright.catalog.parameters import check_text, exact, wrong_option
from trialwright.catalog.strict_yaml import guess, read_yaml
from trialwright.catalog.typing_nodes import Typer
from trialwright.model.entry import Criterion, Display, Entry, Instrument, Item, Method, Parameter, Terms
from trialwright.model.problem import Problem
from trialwright.model.text import Text

FOLDERS: dict[str, type[Entry]] = {
    "terms": Terms,  # first: the items of instruments may name a code list
    "instruments": Instrument,
    "criteria": Criterion,
    "methods": Method,
    "displays": Display,
}
KINDS = {
    "terms": "terms",
    "instruments": "instrument",
    "criteria": "criterion",
    "methods": "method",
    "displays": "display",
}
Key = tuple[str, str]
"""(kind, name): a name belongs to one entry of its kind."""

SHARED = "sentences.yaml"
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class _Shared(msgspec.Struct, frozen=True):
    sentences: dict[str, Text]


class Found(msgspec.Struct, frozen=True):
    """An entry and the folder it was read from; `module` is empty where compute.py must be loaded by file."""

    entry: Entry
    folder: Traversable
    module: str


def read_entries(
    root: Traversable | None = None, known: Mapping[Key, Found] | None = None
) -> tuple[dict[Key, Found], list[Problem]]:
    """
    Every entry under `root` (None: the package's own) by kind and name; broken ones are only told in the Problems.

    `known` are entries of another root, whose names are taken and whose code lists may be used.
    """
    taken = known or {}
    found: dict[Key, Found] = {}
    wrong: list[Problem] = []
    place = files("trialwright.catalog") if root is None else root
    for folder, kind in FOLDERS.items():
        for here in _folders(place / folder):
            entry, bad = read_entry(here, kind, f"{folder}/{here.name}/entry.yaml", {**taken, **found})
            wrong += bad
            key = (KINDS[folder], here.name)
            if key in taken:
                wrong.append(problems.taken_name(f"{folder}/{here.name}", here.name))
            elif entry is not None:
                module = f"trialwright.catalog.{folder}.{here.name}.compute" if root is None else ""
                found[key] = Found(entry, here, module)
    return found, wrong


def read_entry(
    folder: Traversable, kind: type[Entry], where: str, known: Mapping[Key, Found]
) -> tuple[Entry | None, list[Problem]]:
    """The entry in one folder. `known` holds the terms that its items may name as their choices."""
    if not _NAME.fullmatch(folder.name):
        return None, [problems.unreadable_entry(where, f'"{folder.name}" is no name: use a-z, 0-9 and _')]
    try:
        text = (folder / "entry.yaml").read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return None, [problems.unreadable_entry(where, f"entry.yaml cannot be read ({type(error).__name__})")]
    node, wrong = read_yaml(text, where)
    if node is None or wrong:
        return None, wrong
    lists = {name: here.entry.choices for (_, name), here in known.items() if isinstance(here.entry, Terms)}
    typer = Typer(where, lists)
    entry = typer.struct(node, kind, {"name": folder.name, "kind": KINDS[_folder_of(kind)]})
    wrong = typer.problems
    if entry is not None:
        wrong += [problems.wrong_value(f"{where}:1", w, "", "Correct it") for w in _contradictions(entry)]
    if isinstance(entry, Criterion) and not wrong:
        entry = msgspec.structs.replace(entry, sentences={**shared_sentences(), **entry.sentences})
    return (None if wrong else entry), wrong


@cache
def shared_sentences() -> dict[str, Text]:
    """The clauses of `criteria/sentences.yaml`, which every response criterion may use."""
    node, wrong = read_yaml((files("trialwright.catalog.criteria") / SHARED).read_text("utf-8"), SHARED)
    typer = Typer(SHARED)
    found = typer.struct(node, _Shared, {}) if node is not None and not wrong else None
    if found is None:
        raise ValueError("; ".join(problem.sentence() for problem in [*wrong, *typer.problems]))
    return found.sentences


def _folders(place: Traversable) -> list[Traversable]:
    if not place.is_dir():
        return []
    here = [p for p in place.iterdir() if p.is_dir() and not p.name.startswith(("_", "."))]
    return sorted(here, key=lambda p: p.name)


def _folder_of(kind: type[Entry]) -> str:
    return next(folder for folder, its in FOLDERS.items() if its is kind)


def _contradictions(entry: Entry) -> Iterable[str]:
    """What the schema alone cannot see, as sentences."""
    if not entry.source:
        yield "an entry needs at least one source"
    if isinstance(entry, Instrument):
        yield from _instrument_contradictions(entry)
    if isinstance(entry, Criterion | Method | Display):
        yield from _repeated([p.name for p in entry.parameters], "parameter")
        for parameter in entry.parameters:
            if parameter.kind == "choice" and not parameter.choices:
                yield f"parameter {parameter.name}: a choice needs its choices"
            for code in parameter.words:
                if code not in parameter.choices:
                    yield f'parameter {parameter.name}: "{code}" is no choice. {guess(code, parameter.choices)}'.strip()
            if parameter.settled and not parameter.default:
                yield f"parameter {parameter.name}: settled is for one whose default is what the rule was without it"
            if parameter.default:
                yield from _told(parameter, parameter.default, "default")
    if isinstance(entry, Criterion):
        yield from _reading_contradictions(entry)


def _instrument_contradictions(entry: Instrument) -> Iterable[str]:
    names = [i.name for i in entry.items] + [s.name for s in entry.scores]
    yield from _repeated(names, "item or score")
    for item in entry.items:
        yield from _item_contradictions(item)
    for name, measure in entry.measures.items():
        if measure.of not in names:
            yield f'measure {name}: "{measure.of}" is no item or score. {guess(measure.of, names)}'.strip()
        if measure.range is not None and not _is_exact(measure.range):
            yield f'measure {name}: the range "{measure.range}" is no number'
    for option in entry.options:
        wanted = wrong_option(option, option.default) if option.default else ""
        if wanted:
            yield f'option {option.name}: the default "{option.default}" is not {wanted}'
    for item in entry.items:
        chosen = {f"{o.name}={choice}" for o in entry.options for choice in o.choices}
        for condition in item.asked_when:
            if condition not in chosen:
                yield f'item {item.name}: "{condition}" is no choice of an option. {guess(condition, chosen)}'.strip()


def _item_contradictions(item: Item) -> Iterable[str]:
    if not _NAME.fullmatch(item.name):
        yield f'item "{item.name}": a name has a-z, 0-9 and _'
    for what, number in (("low", item.low), ("high", item.high), *item.other_units.items()):
        if number is not None and not _is_exact(number):
            yield f'item {item.name}: {what} is "{number}", which is no number'
    if item.kind == "choice" and not item.choices:
        yield f"item {item.name}: a choice needs its choices"
    yield from _repeated([c.code for c in item.choices], f"code of item {item.name}")


def _reading_contradictions(entry: Criterion) -> Iterable[str]:
    declared = {p.name: p for p in entry.parameters}
    for name in (*entry.yes_no, *entry.once, *chain(*entry.one_of), *chain(*entry.only_with.items())):
        if name not in entry.roles:
            yield f'"{name}" is no role. {guess(name, entry.roles)}'.strip()
    yield from _sheet_contradictions(entry, declared)
    for name in entry.reading_sources:
        if name not in entry.readings:
            yield f'reading_sources: "{name}" is no reading. {guess(name, entry.readings)}'.strip()
    for reading, texts in entry.readings.items():
        for name, text in texts.items():
            if name in declared:
                yield from _told(declared[name], text, f"reading {reading}")
            else:
                yield f'reading {reading}: "{name}" is no parameter. {guess(name, declared)}'.strip()


def _sheet_contradictions(entry: Criterion, declared: Mapping[str, Parameter]) -> Iterable[str]:
    for sheet in entry.calculators:
        for role in (*sheet.labels, *sheet.units, *sheet.scales):
            if role not in entry.roles:
                yield f'calculators: "{role}" is no role. {guess(role, entry.roles)}'.strip()
        for name in sheet.beside:
            if name not in declared or not declared[name].choices:
                yield f'calculators: "{name}" is no parameter with choices. {guess(name, declared)}'.strip()
        for name in sheet.clauses:
            if name not in sheet.words and name not in entry.sentences:
                yield f'calculators: the clause "{name}" has no words'
        for name, text in sheet.parameters.items():
            if name in declared:
                yield from _told(declared[name], text, "calculators")
            else:
                yield f'calculators: "{name}" is no parameter. {guess(name, declared)}'.strip()


def _told(parameter: Parameter, text: str, where: str) -> Iterable[str]:
    return [f"{p.where}: {p.found}. {p.expected}" for p in check_text(parameter, text, where)]


def _repeated(names: list[str], what: str) -> Iterable[str]:
    return [f'{what} "{name}" stands twice' for name in sorted(set(names)) if names.count(name) > 1]


def _is_exact(text: str) -> bool:
    try:
        exact(text)
    except ValueError:
        return False
    return True
