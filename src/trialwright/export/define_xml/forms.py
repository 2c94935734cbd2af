"""References to the pages of the annotated forms."""

from collections.abc import Mapping, Sequence

import msgspec
from lxml import etree

from trialwright.export.define_xml.names import DEF, add

FORMS = "LF.acrf"

Spot = tuple[str, str, str]
"""Dataset, variable, and the test or qualifier of a value ("" where the variable is the same on every record)."""


INVESTIGATOR = "Investigator"
"""Who answers a question of a form, in Define-XML's words, where nothing else is said: the site."""


class Forms(msgspec.Struct, frozen=True):
    """
    The annotated forms: the name of their file, the pages that ask for each variable or each of its tests, and who
    answers where that is not the investigator.
    """

    file: str
    pages: Mapping[Spot, tuple[int, ...]]
    sources: Mapping[Spot, str] = {}

    def of(self, dataset: str, variable: str, test: str = "") -> tuple[int, ...]:
        """The pages of a variable, or of one test of it; without a test those of all its tests."""
        return tuple(sorted({page for pages in self.by_source(dataset, variable, test).values() for page in pages}))

    def by_source(self, dataset: str, variable: str, test: str = "") -> dict[str, tuple[int, ...]]:
        """The same pages apart by who answers: a questionnaire and an examination may fill one variable."""
        found: dict[str, set[int]] = {}
        for spot, pages in self.pages.items():
            if spot[:2] == (dataset, variable) and test in ("", spot[2]):
                found.setdefault(self.sources.get(spot, INVESTIGATOR), set()).update(pages)
        return {source: tuple(sorted(pages)) for source, pages in sorted(found.items())}


def refer(origin: etree._Element, pages: Sequence[int]) -> None:
    """These pages as the place of an origin; nothing where there are none."""
    if pages:
        document = add(origin, "DocumentRef", space=DEF, leafID=FORMS)
        add(document, "PDFPageRef", space=DEF, PageRefs=" ".join(map(str, pages)), Type="PhysicalRef")
