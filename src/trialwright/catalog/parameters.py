"""Parameters of response criteria and arguments of methods: texts, checked against the entry, read as exact values."""

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from trialwright.catalog import problems
from trialwright.catalog.records import Records, are_records, named_numbers, read_records, written
from trialwright.catalog.strict_yaml import guess
from trialwright.catalog.typing_nodes import TRUTHS
from trialwright.model.entry import Option, Parameter
from trialwright.model.problem import Problem

Argument = str | int | Fraction | Sequence[str | int | Fraction] | Records | Mapping[str, str | int | Fraction]
"""What a caller may hand to a method: exact numbers or their texts, never floats; rows of a table as records."""

NO_AMOUNTS = "none"
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?(/[0-9]*[1-9][0-9]*)?")
_LONGEST = 1000  # Python refuses to read numbers of thousands of digits, and nobody means one
_INTEGER = re.compile(r"[+-]?[0-9]+")


class Parameters:
    """
    Complete, checked parameters. Read each by its kind; a name or kind that the entry does not declare is our bug.

    `texts` are plain ("20", "yes", "phga,ptga"), so that they can be printed, stored in a definition and compared.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = dict(texts)
        # Read once: an explanation asks for the same threshold for every measure of every participant.
        self._numbers: dict[str, Fraction] = {}

    def number(self, name: str) -> Fraction:
        if name not in self._numbers:
            self._numbers[name] = exact(self.texts[name])
        return self._numbers[name]

    def numbers(self, name: str) -> list[Fraction]:
        return [exact(part) for part in self.names(name)]

    def integer(self, name: str) -> int:
        return int(self.texts[name])

    def truth(self, name: str) -> bool:
        return TRUTHS[self.texts[name]]

    def choice(self, name: str) -> str:
        return self.texts[name]

    def records(self, name: str) -> list[dict[str, str | Fraction | None]]:
        """Rows of a table: column -> text, exact number or None (missing)."""
        return read_records(self.texts[name])

    def named_numbers(self, name: str) -> dict[str, Fraction]:
        return named_numbers(self.texts[name])

    def text(self, name: str) -> str:
        return self.texts[name]

    def amounts(self, name: str) -> dict[str, Fraction]:
        """`phga=0.5,exm=1/2` as name -> number, in the order written; `none` is no number at all."""
        return amounts(self.texts[name])

    def names(self, name: str) -> list[str]:
        return [part.strip() for part in self.texts[name].split(",") if part.strip()]


def amounts(text: str) -> dict[str, Fraction]:
    """`phga=0.5,exm=1/2` as name -> number, in the order written; `none` is no number at all."""
    pairs = (part.partition("=") for part in text.split(",") if part.strip() and part.strip() != NO_AMOUNTS)
    return {key.strip(): exact(number.strip()) for key, _, number in pairs}


def wrong_option(option: Option, text: str) -> str:
    """What an option would have to be; "" where `text` is that."""
    if option.kind == "amounts":
        return _expected_amounts(text, option.choices)
    return "" if text in option.choices else f"one of {', '.join(option.choices)}"


def exact(text: str) -> Fraction:
    """The exact number in a plain decimal or fraction ("0.05", "1/3"); ValueError for anything else."""
    if not _NUMBER.fullmatch(text) or ("." in text and "/" in text):
        raise ValueError("a number is written 20, 0.05 or 1/3")
    return Fraction(text)


def plain(argument: Argument | bool) -> str:
    """An argument as the text that a definition would hold."""
    if isinstance(argument, bool):
        return "true" if argument else "false"
    if isinstance(argument, str):
        return argument.strip()
    if isinstance(argument, int | Fraction):
        return str(argument)
    if isinstance(argument, float):
        raise TypeError('a parameter is exact: give 20, "7.5" or a Fraction, not a float')
    if isinstance(argument, Mapping):
        return written([argument])
    if are_records(argument):
        return written(argument)
    return ",".join(str(part).strip() for part in argument)


def complete(
    declared: Sequence[Parameter], given: Mapping[str, str], where: str
) -> tuple[Parameters | None, list[Problem]]:
    """`given` with the defaults filled in and every text checked; None beside the Problems where something is wrong."""
    names = [p.name for p in declared]
    found = [_unknown(name, names, where) for name in given if name not in names]
    texts: dict[str, str] = {}
    for parameter in declared:
        text = given.get(parameter.name, parameter.default)
        if parameter.name not in given and not parameter.default:
            found.append(problems.missing_parameter(where, parameter.name, parameter.says))
            continue
        wrong = check_text(parameter, text, where)
        found += wrong
        texts[parameter.name] = text
    if not found:
        found = [p for parameter in declared if parameter.most for p in _too_large(parameter, texts, where)]
    return (None if found else Parameters(texts)), found


def check_text(parameter: Parameter, text: str, where: str) -> list[Problem]:
    """What is wrong with `text` as a value of `parameter`."""
    expected = _expected(parameter, text) or _too_small(parameter, text)
    if not expected:
        return []
    cure = guess(text, parameter.choices or (TRUTHS if parameter.kind == "truth" else ()))
    # A table is not quoted back: it may hold the values of participants.
    said = "something else" if parameter.kind in ("records", "named_numbers") else f'"{text}"'
    return [problems.wrong_parameter(where, f"{parameter.name} is {said}", f"Expected {expected}", cure)]


def _expected(parameter: Parameter, text: str) -> str:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    match parameter.kind:
        case "number":
            return "" if _is_number(text) else "a number such as 20, 0.05 or 1/3"
        case "numbers":
            return "" if all(_is_number(part) for part in parts) else "numbers such as 20, 0.05 or 1/3, with commas"
        case "integer":
            return "" if len(text) <= _LONGEST and _INTEGER.fullmatch(text) else "a whole number"
        case "truth":
            return "" if text in TRUTHS else "true or false"
        case "choice":
            return "" if text in parameter.choices else f"one of {', '.join(parameter.choices)}"
        case "names":
            known = not parameter.choices or set(parts) <= set(parameter.choices)
            right = bool(parts) and known and len(set(parts)) == len(parts)
            return "" if right else f"a list, each once, with commas, of {', '.join(parameter.choices) or 'names'}"
        case "amounts":
            return _expected_amounts(text, parameter.choices)
        case "records":
            return "" if _reads(read_records, text) else "a list of rows, each an object of texts, numbers and nulls"
        case "named_numbers":
            return "" if _reads(named_numbers, text) else 'an object of names and numbers such as {"age": 50}'
    return ""


def _expected_amounts(text: str, choices: Sequence[str]) -> str:
    pairs = [part.strip().partition("=") for part in text.split(",") if part.strip() not in ("", NO_AMOUNTS)]
    names = [key.strip() for key, _, _ in pairs]
    known = not choices or set(names) <= set(choices)
    right = known and len(set(names)) == len(names) and all(_is_amount(number.strip()) for _, _, number in pairs)
    return "" if right else f"name=number with commas, for {', '.join(choices) or 'names'}, or none"


def _is_amount(text: str) -> bool:
    return _is_number(text) and not text.startswith("-")


def _too_small(parameter: Parameter, text: str) -> str:
    if not parameter.least or exact(text) >= exact(parameter.least):
        return ""
    return f"{'a whole number' if parameter.kind == 'integer' else 'a number'} of at least {parameter.least}"


def _too_large(parameter: Parameter, texts: Mapping[str, str], where: str) -> list[Problem]:
    """A number that no participant can reach, such as seven of six measures."""
    listed = texts.get(parameter.most)
    most = exact(parameter.most) if listed is None else len([part for part in listed.split(",") if part.strip()])
    if exact(texts[parameter.name]) <= most:
        return []
    of, more = (
        ("", "") if listed is None else (f", as many as {parameter.most} has", f", or name more {parameter.most}")
    )
    said = f'{parameter.name} is "{texts[parameter.name]}"'
    cure = f"Lower {parameter.name}{more}: nobody could ever reach it"
    return [problems.wrong_parameter(where, said, f"Expected a number of at most {most}{of}", cure)]


def _is_number(text: str) -> bool:
    return len(text) <= _LONGEST and bool(_NUMBER.fullmatch(text)) and not ("." in text and "/" in text)


def _reads(reader: Callable[[str], object], text: str) -> bool:
    try:
        reader(text)
    except ValueError:
        return False
    return True


def _unknown(name: str, names: Sequence[str], where: str) -> Problem:
    return problems.unknown_parameter(
        where, f'"{name}" is not a parameter here', f"Parameters are {', '.join(names)}", guess(name, names)
    )
