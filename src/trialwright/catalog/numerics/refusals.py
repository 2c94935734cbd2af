"""What several methods refuse, in the same words."""

from collections.abc import Sequence
from fractions import Fraction

from trialwright.catalog import problems
from trialwright.catalog.exact_text import exact_text
from trialwright.model.problem import Problem


def wrong_counts(method: str, x: int, n: int, most: int = 0) -> list[Problem]:
    """Responders that are not between 0 and the participants, or more participants than can be summed exactly."""
    if n >= 1 and 0 <= x <= n and (not most or n <= most):
        return []
    range_of = f"n from 1 to {most}" if most else "n at least 1"
    expected = f"x responders of n participants: 0 <= x <= n, {range_of}"
    return [problems.impossible_arguments(method, f"x is {x} and n is {n}", expected, "Correct x or n")]


def wrong_level(method: str, level: Fraction, name: str = "conf_level") -> list[Problem]:
    """A confidence level that is not between 0 and 1."""
    if 0 < level < 1:
        return []
    expected = "A confidence level lies between 0 and 1"
    found = f"{name} is {exact_text(level)}"
    return [problems.impossible_arguments(method, found, expected, "Write 0.95 for 95 %")]


def wrong_share(method: str, name: str, number: Fraction, cure: str) -> list[Problem]:
    """A rate or error that is not between 0 and 1."""
    if 0 < number < 1:
        return []
    found = f"{name} is {exact_text(number)}"
    return [problems.impossible_arguments(method, found, f"{name} lies between 0 and 1", cure)]


def too_few(method: str, name: str, count: int, least: int) -> list[Problem]:
    """Fewer values than the method needs."""
    if count >= least:
        return []
    found = f"{name} has {count} value{'s' if count != 1 else ''}"
    return [problems.impossible_arguments(method, found, f"At least {least} are needed", f"Give more values in {name}")]


def too_many(method: str, name: str, count: int, most: int) -> list[Problem]:
    """More values than can be answered exactly while somebody waits."""
    if count <= most:
        return []
    expected = f"At most {most} can be answered exactly"
    found = f"{name} has {count} values"
    return [problems.impossible_arguments(method, found, expected, "Use a method for large samples")]


def wrong_table(method: str, table: Sequence[int], most: int = 0) -> list[Problem]:
    """A fourfold table that has not four counts, or too many participants."""
    if len(table) == 4 and min(table) >= 0 and sum(table) > 0 and (not most or sum(table) <= most):
        return []
    shown = ", ".join(str(count) if count >= 0 else "no count" for count in table)
    expected = "Four counts, row by row, none negative and not all 0" + (f", at most {most} together" if most else "")
    return [problems.impossible_arguments(method, f"table is {shown or 'empty'}", expected, "Write [a, b, c, d]")]


def wrong_times(method: str, times: Sequence[Fraction], status: Sequence[Fraction], *, most: int) -> list[Problem]:
    """Times to an event that do not fit their status: other lengths, none, negative, or a status that is no cause."""
    if len(times) != len(status):
        found = f"time has {len(times)} and status {len(status)} values"
        cure = "Give each participant one time and one status"
        return [problems.impossible_arguments(method, found, "As many times as statuses", cure)]
    wrong = too_few(method, "time", len(times), 1)
    if any(time < 0 for time in times):
        found = "a time is negative"
        wrong.append(problems.impossible_arguments(method, found, "Times of 0 or more", "Count from the start"))
    if any(each.denominator != 1 or not 0 <= each <= most for each in status):
        causes = "1 for the event" if most == 1 else f"1 to {most} for the cause"
        found = "a status is something else"
        wrong.append(problems.impossible_arguments(method, found, f"0 for censored, {causes}", "Correct status"))
    return wrong


def not_above(method: str, p0: Fraction, p1: Fraction) -> list[Problem]:
    """A rate hoped for that is not above the benchmark."""
    if p1 > p0:
        return []
    found = f"p1 is {exact_text(p1)} and p0 is {exact_text(p0)}"
    expected = "The rate hoped for, p1, is above the benchmark p0"
    return [problems.impossible_arguments(method, found, expected, "Exchange or correct them")]


def out_of_reach(method: str, name: str, number: int, least: int, most: int) -> list[Problem]:
    """A whole number that lies outside what can be answered."""
    if least <= number <= most:
        return []
    expected = f"{name} lies from {least} to {most}"
    return [problems.impossible_arguments(method, f"{name} is {number}", expected, f"Correct {name}")]
