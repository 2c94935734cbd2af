"""Exact numbers as printed words: the only place that rounds for the eye."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from trialwright.model.analysis import ResultRow
from trialwright.model.quantity import Missing

MINUS = "−"
NO_VALUE = "–"
NARROW = "\N{NO-BREAK SPACE}"

Printable = Fraction | float | int | str | Missing | None


def print_fraction(value: Fraction, decimals: int) -> str:
    """
    The value with exactly `decimals` decimals, halves rounded away from zero, a minus sign that is one, and no "-0".

    Source: rounding on the exact fraction, never on a binary float: 0.15 is 0.2 at one decimal, 2.675 is 2.68 at two.
    """
    scale = 10**decimals
    numerator = abs(value.numerator) * scale * 2 + value.denominator
    digits = str(numerator // (2 * value.denominator)).rjust(decimals + 1, "0")
    text = f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits
    return f"{MINUS}{text}" if value < 0 and text.strip("0.") else text


def print_number(value: Printable, decimals: int | None = None) -> str:
    """
    A value for a table: whole numbers whole, others at `decimals` (1 where nothing is said), words as they are.

    Missing: an en dash; a Missing prints its reason.
    """
    match value:
        case None:
            return NO_VALUE
        case Missing(reason=reason):
            return reason
        case str():
            return value
        case int():
            return print_fraction(Fraction(value), decimals or 0)
        case Fraction():
            if decimals is None and value.denominator == 1:
                return print_fraction(value, 0)
            return print_fraction(value, 1 if decimals is None else decimals)
        case float():
            return _print_float(value, 1 if decimals is None else decimals)


def print_percent(rate: Printable, decimals: int = 1) -> str:
    """A rate (0 to 1) as a percentage, without the sign: the column says it."""
    if isinstance(rate, int | Fraction):
        return _near_the_ends(Fraction(rate) * 100, decimals)
    if isinstance(rate, float):
        exact = _shortest(rate)
        return NO_VALUE if exact is None else _near_the_ends(Fraction(exact) * 100, decimals)
    return print_number(rate)


def _near_the_ends(percent: Fraction, decimals: int) -> str:
    """A percentage is never printed as 0 or 100 while it is neither: "< 0.1", "> 99.9"."""
    text = print_fraction(percent, decimals)
    least = Fraction(1, 10**decimals)
    if 0 < percent < least / 2:
        return f"<{NARROW}{print_fraction(least, decimals)}"
    if 100 - least / 2 <= percent < 100:
        return f">{NARROW}{print_fraction(100 - least, decimals)}"
    return text


def print_p(p: Printable) -> str:
    """A p-value to three decimals without the leading zero; < .001 and > .999 at the ends."""
    if isinstance(p, str) or p is None or isinstance(p, Missing):
        return print_number(p)
    exact = Fraction(p) if not isinstance(p, float) else Fraction(_shortest(p) or 0)
    if exact < Fraction(1, 1000):
        return f"<{NARROW}.001"
    if exact > Fraction(999, 1000):
        return f">{NARROW}.999"
    return print_fraction(exact, 3).removeprefix("0")


def print_signed(value: Printable, decimals: int | None = None) -> str:
    """A change or improvement with its sign, plus included; zero has none."""
    text = print_number(value, decimals)
    if isinstance(value, int | float | Fraction) and value > 0 and text.strip("0."):
        return f"+{text}"
    return text


def print_exact(value: Fraction) -> str:
    """
    A measured value as it can be written without loss ("0.8", "1250"), or to two decimals where it has no end (10/7).
    """
    for decimals in range(4):
        if (value * 10**decimals).denominator == 1:
            return print_fraction(value, decimals)
    return print_fraction(value, 2)


def print_row(row: ResultRow, *, as_rate: bool = False) -> str:
    """The words of one statistic: its name decides between count, percentage, p-value and plain number."""
    if row.statistic.endswith("p_value") or row.statistic.startswith("p_"):
        return print_p(row.value)
    if as_rate:
        return print_percent(row.value, 1 if row.decimals is None else row.decimals)
    return print_number(row.value, row.decimals)


def _shortest(value: float) -> Decimal | None:
    # The shortest decimal that reads back as this float is what a person would say the number is; rounding
    # its digits is free of the binary tail that makes 2.675 print as 2.67.
    exact = Decimal(repr(value))
    return exact if exact.is_finite() else None


def _print_float(value: float, decimals: int) -> str:
    exact = _shortest(value)
    if exact is None:
        return NO_VALUE
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return print_fraction(Fraction(rounded), decimals)
