"""Word lists beside the rules, one a line in `words/`; a line that begins with # says where the list comes from."""

from functools import cache
from importlib.resources import files


@cache
def lines(name: str) -> tuple[str, ...]:
    """The entries of `words/<name>.txt` in their order, comments left out."""
    text = files("trialwright.register").joinpath("words", f"{name}.txt").read_text(encoding="utf-8")
    return tuple(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


@cache
def words(name: str) -> frozenset[str]:
    """The entries of a list in lower case, for asking whether a word stands in it."""
    return frozenset(line.lower() for line in lines(name))
