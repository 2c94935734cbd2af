"""Where a catalog item stands in SDTM: the text of its `mapping`, read."""

import re
from collections.abc import Iterator

import msgspec

from trialwright.catalog import Catalog
from trialwright.export.define_xml.forms import INVESTIGATOR
from trialwright.export.sdtm.metadata import domains
from trialwright.model.study import Field, Form, Section, Study

_PLACE = re.compile(r"(SUPP)?(RELREC|[A-Z]{2})(?:@([a-z0-9_]+))?\.([A-Za-z0-9_]+)(?:\.([A-Z0-9]+))?")
_CODE = "code "
_LABEL, _SOURCE = "QLABEL", "SOURCE"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """
    The domain and, in it, a variable (`AE.AETERM`), a test (`LB.CK`), a variable of that test's record
    (`LB.CK.LBORNRHI`), a supplemental qualifier (`SUPPAE.AEAWARDT`), or a relation to a row of another log
    (`RELREC.AE`).

    `record` tells several records of one form row apart (`CM@drug_1.CMTRT`); `constants` are what else the record
    holds; `codes` word single codes (`code Y=MAJOR`). `source` is who gives the answer, in Define-XML's words: the
    participant (`SOURCE=Subject`), else whoever fills in the form.
    """

    domain: str
    name: str
    variable: str = ""
    record: str = ""
    supplemental: bool = False
    constants: dict[str, str] = {}
    codes: dict[str, str] = {}
    label: str = ""  # QLABEL, where several items fill one supplemental qualifier
    source: str = INVESTIGATOR


def read_place(text: str, shared: str = "") -> Place | None:
    """
    The place that a mapping names; `shared` is the mapping of the whole instrument, whose constants come first.

    Missing: None where the text is no place: the item is then listed as lost, with the text.
    """
    head, *rest = [part.strip() for part in text.split(";")]
    match = _PLACE.fullmatch(head)
    if match is None:
        return None
    supplemental, domain, record, name, variable = match.groups()
    constants: dict[str, str] = {}
    codes: dict[str, str] = {}
    label, source = "", INVESTIGATOR
    for part in [*(each.strip() for each in shared.split(";") if each.strip()), *rest]:
        key, _, value = part.partition("=")
        if key.startswith(_CODE):
            codes[key.removeprefix(_CODE)] = value
        elif key == _LABEL:
            label = value
        elif key == _SOURCE:
            source = value
        elif key.startswith(domain):
            constants[key] = value
    return Place(
        domain=domain,
        name=name,
        variable=variable or "",
        record=record or "",
        supplemental=bool(supplemental),
        constants=constants,
        codes=codes,
        label=label,
        source=source,
    )


class Asked(msgspec.Struct, frozen=True):
    """A field of a form and its place; `text` is the mapping as the catalog has it, "" where it has none."""

    form: Form
    section: Section
    field: Field
    place: Place | None
    text: str


def asked_fields(study: Study, catalog: Catalog) -> Iterator[Asked]:
    """
    Every field of every form with its place in SDTM, in the order of the definition.

    Missing: no place where the catalog names none, or one in a domain that the guide does not know.
    """
    known = frozenset(catalog.names("instrument"))
    for form in study.forms:
        for section in form.sections:
            shared = shared_place(section, catalog) if section.instrument in known else ""
            for field in section.fields:
                text = field.item.mapping.get("sdtm", "")
                place = read_place(text, shared) if text else None
                if place is not None and place.domain not in domains():
                    place = None
                yield Asked(form, section, field, place, text)


def shared_place(section: Section, catalog: Catalog) -> str:
    """What the catalog says of every item of the section's instrument: "CMCAT=OTHER MEDICATION"."""
    return catalog.instrument(section.instrument).mapping.get("sdtm", "")
