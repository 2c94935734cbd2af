"""An expression tree of the condition language written back as a condition."""

from fractions import Fraction

from trialwright.define.scope import NO, YES
from trialwright.model import expression as e


def condition_text(truth: e.Truth | e.Number) -> str:
    """
    The condition a tree states, in the language that `parse_condition` reads.

    Trees that response criteria build and no condition can state (a choice of numbers, at least k of n) are written
    in words: they are for reading, not for reading back.
    """
    match truth:
        case e.CodeIs(column, codes):
            return _code(column, codes)
        case e.Not(e.CodeIs(column, codes)) if codes not in ((YES,), (NO,)):
            return f"{column} is not {codes[0]}" if len(codes) == 1 else f"{column} not in ({', '.join(codes)})"
        case e.Answered(column):
            return f"answered({column})"
        case e.Known(known):
            return {True: "always", False: "never", None: "unknown"}[known]
        case e.Not(of):
            return f"not {_inner(of)}"
        case e.All(of):
            return " and ".join(_inner(part) for part in of)
        case e.AnyOf(of):
            return " or ".join(_inner(part) for part in of)
        case e.AtLeast(count, of) | e.AtMost(count, of):
            word = "at least" if isinstance(truth, e.AtLeast) else "at most"
            return f"{word} {count} of ({'; '.join(condition_text(part) for part in of)})"
        case e.Certain(of):
            return f"certainly {_inner(of)}"
        case e.Compare(e.DaysBetween(start, end), op, e.Constant(0, _)):
            return f"{end} {op if op != '==' else '='} {start}"
        case e.Compare(left, op, right):
            return f"{condition_text(left)} {op if op != '==' else '='} {condition_text(right)}"
    return _number(truth)


def _code(column: str, codes: tuple[str, ...]) -> str:
    if codes == (YES,):
        return column
    if codes == (NO,):
        return f"{column} is no"
    return f"{column} is {codes[0]}" if len(codes) == 1 else f"{column} in ({', '.join(codes)})"


def _inner(part: e.Truth) -> str:
    text = condition_text(part)
    return f"({text})" if isinstance(part, e.All | e.AnyOf) else text


def _number(number: e.Expr) -> str:
    match number:
        case e.Column(name):
            return name
        case e.Constant(numerator, denominator):
            return _decimal(Fraction(numerator, denominator))
        case e.Add(left, right):
            return f"({_number(left)} + {_number(right)})"
        case e.Subtract(left, right):
            return f"({_number(left)} - {_number(right)})"
        case e.Multiply(left, right):
            return f"{_number(left)} * {_number(right)}"
        case e.DaysBetween(start, end):
            return f"days_between({start}, {end})"
        case e.CountTrue(of):
            return f"count({', '.join(condition_text(part) for part in of)})"
        case e.OrElse(first, fallback):
            return f"{_number(first)}, else {_number(fallback)}"
        case e.Choose(when, then, otherwise):
            return f"{_number(then)} if {condition_text(when)} else {_number(otherwise)}"
    raise TypeError(f"a number of a condition was expected, found {type(number).__name__}")


def _decimal(value: Fraction) -> str:
    """A plain decimal where it ends, else the fraction."""
    for places in range(13):
        scaled = value * 10**places
        if scaled.denominator == 1:
            digits = str(abs(scaled.numerator)).rjust(places + 1, "0")
            whole = digits[: len(digits) - places] or "0"
            sign = "-" if value < 0 else ""
            return f"{sign}{whole}.{digits[-places:]}" if places else f"{sign}{whole}"
    return f"{value.numerator}/{value.denominator}"
