"""References to the pages of the annotated forms."""

from collections.abc import Mapping, Sequence

import msgspec
from lxml import etree

from trialwright.export.define_xml.names import DEF, add

FORMS = "LF.acrf"

Spot = tuple[str, str, str]
"""Dataset, variable, and the test or qualifier of a value ("" where the variable is the same on every record)."""


class Forms(msgspec.Struct, frozen=True):
    """The annotated forms: the name of their file, and the pages that ask for each variable or each of its tests."""

    file: str
    pages: Mapping[Spot, tuple[int, ...]]

    def of(self, dataset: str, variable: str, test: str = "") -> tuple[int, ...]:
        """The pages of a variable, or of one test of it; without a test those of all its tests."""
        if test:
            return self.pages.get((dataset, variable, test), ())
        held = {page for (d, v, _), pages in self.pages.items() if (d, v) == (dataset, variable) for page in pages}
        return tuple(sorted(held))


def refer(origin: etree._Element, pages: Sequence[int]) -> None:
    """These pages as the place of an origin; nothing where there are none."""
    if pages:
        document = add(origin, "DocumentRef", space=DEF, leafID=FORMS)
        add(document, "PDFPageRef", space=DEF, PageRefs=" ".join(map(str, pages)), Type="PhysicalRef")
