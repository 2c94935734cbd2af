"""Figures as pictures for the formats that cannot hold drawings."""

from functools import lru_cache

import msgspec
import typst

from trialwright.model.analysis import Figure

_PPI = 150
_PAGE = b"""#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg")"""


class Picture(msgspec.Struct, frozen=True):
    """A PNG and its size in pixels."""

    png: bytes
    width: int
    height: int


def picture_of(figure: Figure) -> Picture:
    """The drawing of a figure as PNG, the same bytes every time: its letters are outlines already."""
    return _drawn(figure.svg)


@lru_cache(maxsize=64)
def _drawn(svg: str) -> Picture:
    made = typst.compile(_PAGE, format="png", ppi=_PPI, sys_inputs={"svg": svg}, ignore_system_fonts=True)
    png = bytes(made)
    # Width and height stand in the first chunk of every PNG, bytes 16 to 24.
    return Picture(png, int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big"))
