"""
HTML with gaps: drawn once by a template, filled at each page.

While a template draws, a gap is a name between two private characters that no label holds. What is drawn is then cut
into an open text, a format of `%`, and a page fills it in one go: a text that comes in is never looked at again, so
that nothing typed can pass for a gap.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote

_BEGIN, _END = "\ue000", "\ue001"
_GAP = re.compile(f"{_BEGIN}([^{_BEGIN}{_END}]*){_END}")
_IN_ADDRESS = re.compile(f"{quote(_BEGIN)}((?:(?!%EE).)*){quote(_END)}")


def gap(name: str) -> str:
    """What a template is given in place of a text that each page has its own of."""
    return f"{_BEGIN}{name}{_END}"


def quoted(name: str) -> str:
    """The name under which a gap is filled where it stood in an address."""
    return f"quoted {name}"


def cut(html: str) -> str:
    """What a template drew as an open text."""
    named = _IN_ADDRESS.sub(lambda found: gap(quoted(found[1])), html)
    return _GAP.sub(lambda found: f"%({found[1]})s", named.replace("%", "%%"))


def fill(open_text: str, held: Mapping[str, str]) -> str:
    """An open text with its gaps filled; `held` is escaped HTML. Raises KeyError for a gap that it does not name."""
    return open_text % held
