"""Exact numbers as text: in full, or rounded for reading."""

from fractions import Fraction


def exact_text(number: Fraction | int) -> str:
    """The number in full: "37.5" where its decimals end, else the fraction in lowest terms, "80/3"."""
    if number.denominator == 1:
        return str(number.numerator)
    places = _places(number.denominator)
    return str(number) if places is None else rounded(number, places)


def rounded(number: Fraction | int, places: int) -> str:
    """Rounded half away from zero to `places` decimals, as by hand ("2.5" from 2.45, "-2.5" from -2.45)."""
    top, bottom = number.numerator, number.denominator
    whole = (2 * abs(top) * 10**places + bottom) // (2 * bottom)
    digits = str(whole).rjust(places + 1, "0")
    sign = "-" if top < 0 and whole else ""
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


def rounded_apart(number: Fraction | int, threshold: Fraction | int, places: int = 1) -> str:
    """As `rounded`, with as many more decimals as it takes not to look equal to a threshold that it only comes near."""
    text = rounded(number, places)
    while text == rounded(threshold, places) and number != threshold:
        places += 1
        text = rounded(number, places)
    return text


def _places(denominator: int) -> int | None:
    """How many decimals a fraction with this denominator has; None where they never end."""
    twos = fives = 0
    while denominator % 2 == 0:
        denominator, twos = denominator // 2, twos + 1
    while denominator % 5 == 0:
        denominator, fives = denominator // 5, fives + 1
    return max(twos, fives) if denominator == 1 else None
