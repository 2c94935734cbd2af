"""The catalog as the stages use it: entries by name, and what their compute.py derives."""

import datetime as dt
import importlib
import importlib.util
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import cast

from trialwright.catalog import problems
from trialwright.catalog.criterion import ResponseCriterion
from trialwright.catalog.parameters import Argument, Parameters, complete, exact, plain, wrong_option
from trialwright.catalog.reader import Found, Key, read_entries
from trialwright.catalog.sentences import worded
from trialwright.catalog.strict_yaml import guess
from trialwright.model.analysis import DisplayContext, Figure, ResultRow, Table
from trialwright.model.entry import (
    Answers,
    Criterion,
    Display,
    Entry,
    EntryKind,
    Instrument,
    Item,
    Measure,
    Method,
    MethodResult,
    NumberTable,
    Pair,
    Reason,
    Scored,
    Terms,
)
from trialwright.model.expression import Rule
from trialwright.model.problem import Problem
from trialwright.model.quantity import Code, Limit, Missing, Quantity, Value
from trialwright.model.text import Text

_LOOKED_UP: tuple[EntryKind, ...] = ("criterion", "method", "instrument", "display", "terms")

Output = Fraction | int | bool | None
"""One output of a response criterion for one participant: a number, a truth, or None where it is missing or unknown."""


class Catalog:
    """
    Every entry of the package, and of a site's own folder where one is given.

    Problems: entries that cannot be read are left out and told in `problems`; the package's own never have any.
    Raises:   LookupError, with the likely name, where an entry is asked for that is not there.
    """

    def __init__(self, found: Mapping[Key, Found], wrong: Sequence[Problem]) -> None:
        self._found = dict(found)
        self._modules: dict[Key, ModuleType | None] = {}
        self._criteria: dict[str, ResponseCriterion] = {}
        self._names: dict[EntryKind | None, tuple[str, ...]] = {}
        self.problems = tuple(wrong)

    def names(self, kind: EntryKind | None = None) -> tuple[str, ...]:
        """The names of all entries of one kind, or of all, in alphabetical order."""
        if kind not in self._names:
            self._names[kind] = tuple(sorted(name for its, name in self._found if kind in (None, its)))
        return self._names[kind]

    def entry(self, name: str, kind: EntryKind | None = None) -> Entry:
        """The entry of that name; where two kinds use it and `kind` is not given, in the order of `_LOOKED_UP`."""
        return self._here(name, kind).entry

    def find(self, name: str) -> Entry | Problem:
        """The entry of that name, or a Problem for whoever typed it."""
        try:
            return self._here(name).entry
        except LookupError:
            cure = guess(name, self.names()) or "trialwright catalog lists them all"
            return problems.unknown_entry(name, f'"{name}" is not in the catalog', "It needs an entry's name", cure)

    def instrument(self, name: str) -> Instrument:
        return cast(Instrument, self._here(name, "instrument").entry)

    def criterion(self, name: str) -> ResponseCriterion:
        """The entry of that name, which can be asked: `.evaluate(frame, **parameters)`."""
        if name not in self._criteria:
            entry = self._here(name, "criterion").entry
            fields = {f: getattr(entry, f) for f in entry.__struct_fields__}
            self._criteria[name] = ResponseCriterion(**fields, compute=self._computing(name, "criterion", "rule"))
        return self._criteria[name]

    def method(self, name: str) -> Method:
        return cast(Method, self._here(name, "method").entry)

    def display(self, name: str) -> Display:
        return cast(Display, self._here(name, "display").entry)

    def terms(self, name: str) -> Terms:
        return cast(Terms, self._here(name, "terms").entry)

    @property
    def abbreviations(self) -> dict[str, Text]:
        """The short forms that entries spell out, in the order of the entries' names."""
        found = sorted(self._found.items(), key=lambda each: each[0])
        return {short: full for _, here in found for short, full in here.entry.abbreviations.items()}

    def text_file(self, name: str, kind: EntryKind, file: str) -> str:
        """The text of `cases.yaml` or `page.md` of an entry; "" where it has none."""
        here = self._here(name, kind).folder / file
        return here.read_text("utf-8") if here.is_file() else ""

    def score(self, instrument: str, answers: Answers, options: Mapping[str, str] | None = None) -> dict[str, Scored]:
        """Every score of an instrument, exact or Missing; {} where the instrument has none."""
        module = self.compute(instrument, "instrument")
        if module is None or not hasattr(module, "score"):
            return {}
        return cast(dict[str, Scored], module.score(answers, self.options(instrument, options)))

    def value(self, instrument: str, name: str, answers: Answers, options: Mapping[str, str] | None = None) -> Scored:
        """
        One item or score as an exact number in its declared unit.

        Missing: the reason that was given; "unknown" for a blank.
        """
        item = next((i for i in self.instrument(instrument).items if i.name == name), None)
        if item is None:
            return self.score(instrument, answers, options)[name]
        return number_of(item, answers.get(name))

    def pair(
        self,
        instrument: str,
        measure: str,
        baseline: Answers,
        now: Answers,
        options: Mapping[str, str] | None = None,
    ) -> Pair:
        """What a response criterion compares: `measure` ("" = the only one) at baseline and now, on one scale."""
        module = self.compute(instrument, "instrument")
        if module is not None and hasattr(module, "pair"):
            return cast(Pair, module.pair(baseline, now, self.options(instrument, options)))
        of = self.measure(instrument, measure).of
        return Pair(self.value(instrument, of, baseline, options), self.value(instrument, of, now, options))

    def pair_rule(self, instrument: str, options: Mapping[str, str] | None, parts: Sequence[str]) -> Rule | None:
        """`pair` as expression trees over columns of items, where the instrument has one; else None: the measure."""
        module = self.compute(instrument, "instrument")
        if module is None or not hasattr(module, "pair_rule"):
            return None
        return cast(Rule, module.pair_rule(self.options(instrument, options), parts))

    def measure(self, instrument: str, measure: str = "") -> Measure:
        measures = self.instrument(instrument).measures
        name = measure or next(iter(measures), "")
        if name not in measures:
            raise LookupError(f"{instrument} has no measure {name!r}; it has {', '.join(measures) or 'none'}")
        return measures[name]

    def log_value(
        self,
        instrument: str,
        score: str,
        rows: Sequence[Answers],
        on: dt.date,
        options: Mapping[str, str] | None = None,
    ) -> Scored:
        """A score of a running log on a day (the daily dose, a dose so far), exact or Missing."""
        module = self._computing(instrument, "instrument", "log_value")
        return cast(Scored, module.log_value(rows, score, on, self.options(instrument, options)))

    def options(self, instrument: str, chosen: Mapping[str, str] | None = None) -> dict[str, str]:
        """The options of an instrument with their defaults filled in. ValueError where one is unknown."""
        entry = self.instrument(instrument)
        made = {option.name: option.default for option in entry.options} | dict(chosen or {})
        for option in entry.options:
            wanted = wrong_option(option, made[option.name]) if made[option.name] else ""
            if wanted:
                raise ValueError(f"{instrument}.{option.name} is {wanted}")
        return made

    def settings(
        self, name: str, reading: str = "", given: Mapping[str, str] | None = None
    ) -> tuple[Parameters | None, list[Problem]]:
        """The parameters of a criterion or method: defaults, then the reading's, then `given`; all checked."""
        here = self._found.get(("criterion", name)) or self._found.get(("method", name))
        entry = here.entry if here is not None else None
        if not isinstance(entry, Criterion | Method):
            names = (*self.names("criterion"), *self.names("method"))
            expected = f"Response criteria and methods are {', '.join(names)}"
            return None, [problems.unknown_entry(name, f'"{name}" is not in the catalog', expected, guess(name, names))]
        readings = entry.readings if isinstance(entry, Criterion) else {}
        if reading and reading not in readings:
            expected = f"Readings of {name} are {', '.join(readings) or 'none'}"
            found = f'"{reading}" is no reading'
            return None, [problems.unknown_reading(name, found, expected, guess(reading, readings))]
        return complete(entry.parameters, {**readings.get(reading, {}), **(given or {})}, name)

    def rule(self, criterion: str, parameters: Mapping[str, str], reading: str = "") -> Rule:
        """The response criterion as expression trees. ValueError where `settings` would have had Problems."""
        module = self._computing(criterion, "criterion", "rule")
        return cast(Rule, module.rule(self._settled(criterion, reading, parameters)))

    def explain(
        self, criterion: str, outputs: Mapping[str, Output], parameters: Mapping[str, str], reading: str = ""
    ) -> list[Reason]:
        """Why one participant is or is not a responder: what improved, worsened, was missing, and what decided."""
        module = self._computing(criterion, "criterion", "explain")
        return cast(list[Reason], module.explain(outputs, self._settled(criterion, reading, parameters)))

    def word(self, entry: str, reasons: Sequence[Reason | tuple[str, Mapping[str, str]]], language: str = "en") -> str:
        """
        Reasons as one sentence in "en" or "zh".

        A field called `measure` or `measures` holds roles ("phga" or "phga,mmt") and is worded by the criterion's own.
        """
        return worded(self.entry(entry), reasons, language)

    def estimate(self, method: str, arguments: Mapping[str, Argument | bool]) -> MethodResult | list[Problem]:
        """What a statistical method returns for exact arguments, or why it cannot."""
        if ("method", method) not in self._found:
            names = self.names("method")
            expected = f"Methods are {', '.join(names)}"
            found = f'"{method}" is no method of the catalog'
            return [problems.unknown_entry(method, found, expected, guess(method, names))]
        parameters, wrong = self.settings(method, given={name: plain(text) for name, text in arguments.items()})
        if parameters is None:
            return wrong
        return cast("MethodResult | list[Problem]", self._computing(method, "method", "estimate").estimate(parameters))

    def cells(self, display: str, rows: Sequence[ResultRow], context: DisplayContext) -> Table | Figure:
        """A table, listing or figure laid out from result rows."""
        return cast("Table | Figure", self._computing(display, "display", "cells").cells(tuple(rows), context))

    def compute(self, name: str, kind: EntryKind) -> ModuleType | None:
        """The entry's compute.py, imported when first needed (drawing libraries are slow to load); None without one."""
        if (kind, name) not in self._modules:
            self._modules[kind, name] = _module(name, self._here(name, kind))
        return self._modules[kind, name]

    def number_tables(self, name: str) -> tuple[NumberTable, ...]:
        """The numbers that an instrument or criterion reckons with, with their sources; () where it has none."""
        kind: EntryKind = "instrument" if name in self.names("instrument") else "criterion"
        return cast("tuple[NumberTable, ...]", getattr(self.compute(name, kind), "TABLES", ()))

    def _computing(self, name: str, kind: EntryKind, function: str) -> ModuleType:
        module = self.compute(name, kind)
        if module is None or not hasattr(module, function):
            raise LookupError(f"{name} has no {function}() in its compute.py")
        return module

    def _settled(self, name: str, reading: str, parameters: Mapping[str, str]) -> Parameters:
        settled, wrong = self.settings(name, reading, parameters)
        if settled is None:
            raise ValueError("; ".join(problem.sentence() for problem in wrong))
        return settled

    def _here(self, name: str, kind: EntryKind | None = None) -> Found:
        for its in _LOOKED_UP if kind is None else (kind,):
            if (its, name) in self._found:
                return self._found[its, name]
        raise LookupError(f'"{name}" is no {kind or "entry"} of the catalog. {guess(name, self.names(kind))}'.strip())


@cache
def load(extra_root: Path | None = None) -> Catalog:
    """
    The catalog, read once.

    `extra_root` holds a site's own entries in the same folders (instruments/<name>/entry.yaml ...); they may not take a
    name that the package uses. The same folder gives the same Catalog as long as the program runs.
    """
    found, wrong = read_entries()
    if extra_root is not None:
        more, bad = read_entries(extra_root, found)
        found, wrong = {**more, **found}, [*wrong, *bad]
    return Catalog(found, wrong)


def criterion(name: str) -> ResponseCriterion:
    """A response criterion of the package, ready to be asked: `catalog.criterion("imacs_doi_2004").evaluate(frame)`."""
    return load().criterion(name)


def number_of(item: Item, answer: Value | None) -> Scored:
    """An answer as an exact number in the item's unit; a blank is Missing("unknown")."""
    if answer is None or isinstance(answer, Limit):
        return Missing("unknown")
    if isinstance(answer, Missing):
        return answer
    if isinstance(answer, Code):
        return exact(answer.code)
    if not isinstance(answer, Quantity):
        raise ValueError(f"item {item.name} holds no number")
    if answer.unit in ("", item.unit):
        return answer.exact
    return answer.exact * exact(item.other_units[answer.unit])


def _module(name: str, here: Found) -> ModuleType | None:
    file = here.folder / "compute.py"
    if not file.is_file():
        return None
    if here.module:
        return importlib.import_module(here.module)
    spec = importlib.util.spec_from_file_location(f"trialwright_site_{name}", str(file))
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
