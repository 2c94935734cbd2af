"""Building an XML element by element: empty text is left out, and what XML forbids is reported as lost."""

import re

from lxml import etree

from trialwright.model.problem import Lost

# the characters that XML 1.0 has no way to write
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Losses:
    """The cells that the target cannot carry, collected while it is written."""

    def __init__(self) -> None:
        self.cells: list[Lost] = []

    def add(self, where: str, reason: str) -> None:
        self.cells.append(Lost(f"protocolSection.{where}", reason))


class Branch:
    """An element under construction, with the v2 path its text comes from for the list of losses."""

    def __init__(self, element: etree._Element, losses: Losses) -> None:
        self.element = element
        self.losses = losses

    def branch(self, tag: str) -> "Branch":
        """A new child element."""
        return Branch(etree.SubElement(self.element, tag), self.losses)

    def text(self, tag: str, text: str, where: str = "") -> None:
        """A child with `text`; none where it is empty."""
        if text:
            self.always(tag, text, where)

    def always(self, tag: str, text: str, where: str = "") -> None:
        """A child the schema demands: it is written empty where the record says nothing."""
        etree.SubElement(self.element, tag).text = self._allowed(text, where) if text else None

    def block(self, tag: str, text: str, where: str = "") -> None:
        """A child holding a `textblock`; none where the text is empty."""
        if text:
            self.branch(tag).text("textblock", text, where)

    def yes_no(self, tag: str, answer: bool | None) -> None:
        """A child with Yes or No; none where nobody answered."""
        if answer is not None:
            self.always(tag, "Yes" if answer else "No")

    def drop_if_empty(self) -> None:
        """Take the element out again where nothing came into it."""
        parent = self.element.getparent()
        if len(self.element) == 0 and parent is not None:
            parent.remove(self.element)

    def _allowed(self, text: str, where: str) -> str:
        allowed = _FORBIDDEN.sub("", text)
        if allowed != text:
            self.losses.add(where, "XML has no way to write a control character that stands in this text")
        return allowed
