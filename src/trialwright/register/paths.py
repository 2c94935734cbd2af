"""v2 paths: the leaves the typed protocol knows, and finding the path that a person's words name."""

import re
from functools import cache

import msgspec

from trialwright.register.v2 import Protocol

_PATH_LIKE = re.compile(r"[A-Za-z][\w\[\]]*(?:[./][A-Za-z][\w\[\]]*)+|[a-z]\w+Module")
_LONGEST = 500  # letters of a line that are looked at: the longest path has 83, and the pattern tries each beginning
_LAST_WORD = re.compile(r"[A-Z][a-z0-9]*$")


@cache
def leaves() -> frozenset[str]:
    """Every path of the protocol section that the typed model names, lists marked []."""
    return frozenset(_walk(msgspec.inspect.type_info(Protocol), "protocolSection"))


def _walk(kind: msgspec.inspect.Type, path: str) -> list[str]:
    if isinstance(kind, msgspec.inspect.StructType):
        return [path] + [leaf for field in kind.fields for leaf in _walk(field.type, f"{path}.{field.encode_name}")]
    if isinstance(kind, msgspec.inspect.VarTupleType):
        return [f"{path}[]", *_walk(kind.item_type, f"{path}[]")]
    return [path]


def resolve(line: str) -> list[str]:
    """
    The v2 paths a line such as "oversightModule.isFdaRegulatedDrug/Device" or "site facility/city" names.

    A line that names none is returned as it is: it tells a reader, and silences no rule.
    """
    named = _PATH_LIKE.search(line[:_LONGEST])
    found: list[str] = []
    for path in _alternatives(named.group(0)) if named else []:
        found.extend(sorted(leaf for leaf in leaves() if leaf.endswith(f".{path}"))[:1])
    return found or [line]


def _alternatives(words: str) -> list[str]:
    first, *others = words.split("/")
    return [first] + [_LAST_WORD.sub(other, first) if other[:1].isupper() else other for other in others]
