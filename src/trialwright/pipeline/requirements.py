"""The requirements on capture systems as data: what is met and by which tests, what is postponed and why."""

import re
from pathlib import Path

import msgspec

import trialwright

EVERY = tuple(
    f"R{number:02d}"
    for first, last in ((1, 21), (30, 41), (50, 55), (60, 64), (70, 73), (80, 83))
    for number in range(first, last + 1)
)
"""The ids of the project's list; none is ever used again for something else."""

_MET = re.compile(r"^\| (R\d\d) \| (.+?) \| ((?:`[^`|]+`\s*)+)\|$", re.MULTILINE)
_POSTPONED = re.compile(r"^\| (R\d\d) \| ([^|`]+?) \|$", re.MULTILINE)


class Requirement(msgspec.Struct, frozen=True, kw_only=True):
    """One line. `tests` are those that show it; () where it is postponed, `says` then being the reason."""

    number: str
    says: str
    tests: tuple[str, ...]

    @property
    def state(self) -> str:
        if not self.tests:
            return "postponed"
        return "in part" if self.says.startswith("in part") else "met"


def read_requirements(text: str | None = None) -> tuple[Requirement, ...]:
    """
    Every requirement by number, from the page that ships with the program.

    Raises: ValueError where a number stands twice or not at all: a list with holes shows nothing.
    """
    page = text if text is not None else _page().read_text(encoding="utf-8")
    found = [
        Requirement(number=number, says=says, tests=tuple(tests.replace("`", " ").split()))
        for number, says, tests in _MET.findall(page)
    ]
    found += [Requirement(number=number, says=says, tests=()) for number, says in _POSTPONED.findall(page)]
    numbers = sorted(each.number for each in found)
    if numbers != sorted(EVERY):
        odd = sorted(set(EVERY) ^ set(numbers)) or sorted({n for n in numbers if numbers.count(n) > 1})
        raise ValueError(f"requirements.md has lines missing or twice: {', '.join(odd)}")
    return tuple(sorted(found, key=lambda each: each.number))


def _page() -> Path:
    """Inside the installed package, or in the documentation of a checkout."""
    package = Path(trialwright.__file__).parent
    installed = package / "requirements.md"
    return installed if installed.is_file() else package.parents[1] / "docs" / "reference" / "requirements.md"
