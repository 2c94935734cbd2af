"""Where a catalog item stands in SDTM: the text of its `mapping`, read."""

import re

import msgspec

_PLACE = re.compile(r"(SUPP)?([A-Z]{2})(?:@([a-z0-9_]+))?\.([A-Za-z0-9_]+)(?:\.([A-Z0-9]+))?")
_CODE = "code "
_LABEL = "QLABEL"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """
    The domain and, in it, a variable (`AE.AETERM`), a test (`LB.CK`), a variable of that test's record
    (`LB.CK.LBORNRHI`), or a supplemental qualifier (`SUPPAE.AEAWARDT`).

    `record` tells several records of one form row apart (`CM@drug_1.CMTRT`); `constants` are what else the record
    holds; `codes` word single codes (`code Y=MAJOR`).
    """

    domain: str
    name: str
    variable: str = ""
    record: str = ""
    supplemental: bool = False
    constants: dict[str, str] = {}
    codes: dict[str, str] = {}
    label: str = ""  # QLABEL, where several items fill one supplemental qualifier


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
    label = ""
    for part in [*(each.strip() for each in shared.split(";") if each.strip()), *rest]:
        key, _, value = part.partition("=")
        if key.startswith(_CODE):
            codes[key.removeprefix(_CODE)] = value
        elif key == _LABEL:
            label = value
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
    )
