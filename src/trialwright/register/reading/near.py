"""The element of the upload schema that a misspelt one probably means."""

import difflib
import re
from functools import cache
from importlib.resources import files


@cache
def schema_elements() -> frozenset[str]:
    """Every element name of the packaged upload schema."""
    text = files("trialwright.register").joinpath("schemas", "ProtocolRecordSchema.xsd").read_text("utf-8")
    return frozenset(re.findall(r'<xs:element name="(\w+)"', text))


def nearest(tag: str) -> str:
    """The most alike element name, "" where none is alike."""
    return next(iter(difflib.get_close_matches(tag, sorted(schema_elements()), n=1, cutoff=0.75)), "")
