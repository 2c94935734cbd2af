"""An entry on JSON lines: one object in, its answers out, exact; a line that cannot be read is told in a sentence."""

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, Protocol, cast, get_args

import msgspec

from trialwright.catalog import problems
from trialwright.catalog.catalog import Catalog
from trialwright.catalog.parameters import Parameters, exact, wrong_option
from trialwright.catalog.strict_yaml import guess
from trialwright.model.entry import EntryKind, Instrument, Told
from trialwright.model.problem import Problem

Line = dict[str, object]
"""One line of JSON as it came."""

KINDS: tuple[EntryKind, ...] = get_args(EntryKind)[:2]  # instruments and response criteria answer to lines

_LARGEST = 10**30  # nothing in medicine is counted further; 1e999999999 would fill the machine
_NAMES = {
    "object": "an object in braces", "array": "a list in brackets", "str": "a text", "int": "a whole number",
    "float": "a number", "bool": "true or false", "null": "null", "ext": "a number",
}  # fmt: skip


class _Computing(Protocol):
    """What compute.py of such an entry holds: the shape of a line, and the answers to it."""

    Given: type[msgspec.Struct]

    def answer(self, given: msgspec.Struct, settings: Mapping[str, str] | Parameters) -> dict[str, Told]:
        """The answers by name."""


class Wrong(NamedTuple):
    """Why a line cannot be answered: what was found, and what stood there if it could be read at all."""

    found: str
    line: Line


class LineScorer:
    """An entry under fixed settings, ready to answer line after line."""

    def __init__(self, module: _Computing, settings: Mapping[str, str] | Parameters) -> None:
        self._answer, self._settings = module.answer, settings
        self._typed = msgspec.json.Decoder(module.Given, float_hook=Decimal, dec_hook=_exact_number)
        self._plain = msgspec.json.Decoder(float_hook=Decimal)
        self._fields = [field.encode_name for field in msgspec.structs.fields(module.Given)]

    def score(self, text: str) -> tuple[Line, dict[str, Told]] | Wrong:
        """
        The object on a line as it came, and the answers to it; or what is wrong with it.

        Units:    numbers as written: 5.5, "5.5" and "11/2" are the same number, exactly.
        Missing:  null. Keys that the entry does not know pass through, unless one looks like a key that is absent.
        """
        line: object = None
        try:
            line = self._plain.decode(text)
            if not isinstance(line, dict):
                return Wrong(f"this is not an object but {_named(type(line).__name__)}", {})
            for key in line.keys() - set(self._fields):
                meant = guess(str(key), [f for f in self._fields if f not in line])
                if meant:
                    return Wrong(f'"{key}" is no key here. {meant}', line)
            return line, self._answer(self._typed.decode(text), self._settings)
        except msgspec.ValidationError as error:
            return Wrong(_worded(str(error)), line if isinstance(line, dict) else {})
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return Wrong(f"this is not JSON ({error})", {})


def answers_lines(catalog: Catalog) -> tuple[str, ...]:
    """Names of the entries that answer to JSON lines of a shape of their own, in alphabetical order."""
    return tuple(sorted(name for kind in KINDS for name in catalog.names(kind) if _computing(catalog, name, kind)))


def line_scorer(
    catalog: Catalog, name: str, reading: str = "", given: Mapping[str, str] | None = None
) -> LineScorer | list[Problem]:
    """
    The entry under its options or parameters, checked.

    Raises: LookupError where the entry does not answer to lines.
    """
    for kind in KINDS:
        module = _computing(catalog, name, kind)
        if module is not None:
            settings, wrong = (
                _options(catalog, name, reading, given or {})
                if kind == "instrument"
                else catalog.settings(name, reading, given)
            )
            return wrong if settings is None else LineScorer(module, settings)
    raise LookupError(f"{name} does not answer to lines")


def _computing(catalog: Catalog, name: str, kind: EntryKind) -> _Computing | None:
    if name not in catalog.names(kind):
        return None
    module = catalog.compute(name, kind)
    return cast(_Computing, module) if hasattr(module, "Given") and hasattr(module, "answer") else None


def _options(
    catalog: Catalog, name: str, reading: str, given: Mapping[str, str]
) -> tuple[dict[str, str] | None, list[Problem]]:
    """The options of an instrument with what was set; an instrument has no readings."""
    entry: Instrument = catalog.instrument(name)
    declared = {option.name: option for option in entry.options}
    found = []
    if reading:
        cure = "Leave --reading out and use --set"
        found.append(problems.unknown_reading(name, f'"{reading}" is no reading', "An instrument has none", cure))
    for key, text in given.items():
        if key not in declared:
            expected = f"Options are {', '.join(declared) or 'none'}"
            found.append(problems.unknown_parameter(name, f'"{key}" is no option here', expected, guess(key, declared)))
        elif wrong_option(declared[key], text):
            expected = f"Expected {wrong_option(declared[key], text)}"
            cure = guess(text, declared[key].choices)
            found.append(problems.wrong_parameter(name, f'{key} is "{text}"', expected, cure))
    return (None if found else catalog.options(name, given)), found


def _exact_number(kind: type, written: object) -> Fraction:
    """A JSON number or a text such as "11/2" as an exact number; ValueError for anything else."""
    if kind is not Fraction:
        raise NotImplementedError(f"no {kind.__name__} on a line")
    if isinstance(written, str) and len(written) <= 2 * len(str(_LARGEST)):
        return exact(written.strip())
    # An exponent beyond 99 is refused before the number is written out in full.
    if isinstance(written, Decimal) and written.is_finite() and abs(written.adjusted()) < len(str(_LARGEST)):
        return Fraction(written)
    if isinstance(written, int) and not isinstance(written, bool) and abs(written) <= _LARGEST:
        return Fraction(written)
    raise ValueError("a number is written 20, 0.05 or 1/3")


def _worded(message: str) -> str:
    """The library's message in the reader's words: the place first, then what was expected there."""
    told, _, place = message.partition(" - at ")
    told = re.sub(r"`(\w+(?: \| \w+)*)`", lambda m: " or ".join(map(_named, m[1].split(" | "))), told)
    told = re.sub(r"^Object missing required field (\w+)$", r'the key "\1" is missing', told)
    told = re.sub(r"^Expected (.+), got (.+)$", r"expected \1, found \2", told)
    told = re.sub(r"^Invalid RFC3339 encoded date$", "expected a day that exists, such as 2021-03-01", told)
    told = re.sub(r"^Invalid enum value '(.*)'$", r'"\1" is no word that may stand there', told)
    place = place.replace("key` in `", "").replace("[...]", "").strip("`").lstrip("$").lstrip(".")
    return f"{place}: {told}" if place else told


def _named(kind: str) -> str:
    kind = {"dict": "object", "list": "array", "NoneType": "null", "Decimal": "float"}.get(kind, kind)
    return _NAMES.get(kind, kind)
