"""
What an upload says and no public record shows: log-in names, the ethics board, the IND.

Read from an upload file, it is kept beside the record under `_prs` and written again into the next one.
"""

from collections.abc import Mapping

import msgspec
from lxml import etree

from trialwright.model.record import RegistryRecord
from trialwright.model.v2.protocol import ProtocolSection
from trialwright.register.writing.tree import Branch
from trialwright.register.writing.written import Owed

KEY = "_prs"


class Private:
    """The private elements of one record by tag, as the upload wrote them."""

    def __init__(self, pieces: Mapping[str, object]) -> None:
        self._pieces = pieces

    def text(self, tag: str) -> str:
        """The text of a simple element, "" where there is none."""
        piece = self._pieces.get(tag, "")
        return piece if isinstance(piece, str) else ""

    def has(self, tag: str) -> bool:
        return bool(self._pieces.get(tag))

    def write(self, parent: Branch, tag: str) -> None:
        """An element with everything under it, once for each time it was read."""
        pieces = self._pieces.get(tag)
        for piece in pieces if isinstance(pieces, list) else [pieces] if pieces else []:
            child = etree.SubElement(parent.element, tag)
            if isinstance(piece, Mapping):
                for key, text in piece.items():
                    etree.SubElement(child, str(key)).text = str(text)
            else:
                child.text = str(piece)


def private_of(record: RegistryRecord) -> Private:
    """The private elements kept beside a record."""
    kept = next((piece.value for piece in record.kept if piece.path == (KEY,)), None)
    pieces = msgspec.json.decode(kept) if kept is not None else {}
    return Private(pieces if isinstance(pieces, dict) else {})


def owed_private(private: Private, protocol: ProtocolSection, login: str) -> tuple[Owed, ...]:
    """What an upload asks for and a public record cannot tell."""
    owed = []
    if not login:
        owed.append(
            Owed("id_info/org_name", "The short name your organisation logs in with; its full name stands there now.")
        )
    if not private.has("is_ind_study"):
        owed.append(Owed("is_ind_study", "Whether the study runs under an IND or IDE of the FDA, and its number."))
    if not private.has("irb_info") and protocol.design_module.study_type != "EXPANDED_ACCESS":
        owed.append(Owed("oversight_info/irb_info", "The ethics board, its decision, number and address."))
    party = protocol.sponsor_collaborators_module.responsible_party
    if party.type in ("PRINCIPAL_INVESTIGATOR", "SPONSOR_INVESTIGATOR") and not private.has("investigator_username"):
        owed.append(Owed("sponsors/resp_party/investigator_username", "The log-in name of the responsible person."))
    return tuple(owed)
